# SPDX-License-Identifier: GPL-2.0-only
"""Modules that no user gets: with fault points, or with a planted defect."""

import subprocess

from vmlib.errors import LabError
from vmlib.paths import TOP


def build(lab, name, *variables):
    """The directory with modules built like this, for the lab's kernel."""
    flavour = f'{lab.machine.kernel.flavour}-{name}'
    kdir = subprocess.run([TOP / 'scripts/kernel-headers'], text=True,
                          capture_output=True, check=True).stdout.strip()
    done = subprocess.run(
        [TOP / 'scripts/module-build', flavour, kdir, *variables],
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f'modules with {variables}:\n{done.stderr[-3000:]}')
    return TOP / 'build' / flavour


def use(cluster, name, module, *variables):
    """From now on, and until they boot again, the nodes load this module in
    place of the normal one."""
    path = build(cluster.lab, name, *variables) / module
    release = cluster.lab.machine.kernel.release
    for node in cluster.nodes.values():
        node.guest.put(f'/lib/modules/{release}/updates/{path.name}',
                       path.read_bytes())
