# SPDX-License-Identifier: GPL-2.0-only
"""What can go wrong, by whose fault."""


class LabError(Exception):
    """The lab itself cannot go on: a missing program, a QEMU that ended."""


class TestFailure(AssertionError):
    """What the scenario expected did not happen, or what must not did."""


class TimedOut(TestFailure):
    """An awaited event did not come."""
