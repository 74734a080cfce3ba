# SPDX-License-Identifier: GPL-2.0-only
"""Modules that no user gets: with fault points."""

import pathlib
import subprocess
import tempfile

from vmlib.errors import LabError
from vmlib.paths import TOP


def build(lab, name, *variables):
    """The directory with modules built like this, for the lab's kernel."""
    kernel = lab.machine.kernel
    flavour = f'{kernel.flavour}-{name}'
    done = subprocess.run(
        [TOP / 'scripts/module-build', flavour, kernel.tree, *variables],
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f'modules with {variables}:\n{done.stderr[-3000:]}')
    return TOP / 'build' / flavour


def use(cluster, name, *variables):
    """From now on, and until they boot again, the nodes load these modules in
    place of the normal ones."""
    release = cluster.lab.machine.kernel.release
    with tempfile.TemporaryDirectory() as temp:
        for path in sorted(build(cluster.lab, name, *variables).rglob('*.ko')):
            stripped = pathlib.Path(temp) / path.name
            subprocess.run(['strip', '-g', '-o', stripped, path], check=True)
            for node in cluster.nodes.values():
                node.guest.put(f'/lib/modules/{release}/updates/{path.name}',
                               stripped.read_bytes())
