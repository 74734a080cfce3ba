# SPDX-License-Identifier: GPL-2.0-only
"""The guest harness: real kernels in QEMU, and everything around them.

Start with lab.Lab. A script calls proc.enclose() before anything else, so
that nothing it starts outlives it. README.rst tells how to write a scenario.
"""
