# SPDX-License-Identifier: GPL-2.0-only
"""A guest that has booted, saved to a file.

Every guest continues from such a state instead of booting: that takes a
second and not ten, so that a scenario need not share its lab with others, and
a node can be back before anybody noticed its death. Who the guest is, its
random numbers and its time come after that (guest/identity, agent's seed).
"""

import hashlib
import os
import pathlib
import shlex
import subprocess
import tempfile
import time

from .ctl import Agent, channel
from .errors import LabError, TestFailure, TimedOut
from .machine import Parts
from .paths import BUILD
from .proc import kill, locked, say, start
from .qmp import Monitor

BOOT_SECONDS = 240
UNUSED_SECONDS = 3600
WAKE_SECONDS = 20
BOOTS = 5


class NoTimer(Exception):
    """The guest has booted, but nothing in it ever wakes up."""


def state(machine, disk_size):
    """Path of the saved state for this machine; boots one if need be."""
    blockdev = f'driver=null-co,read-zeroes=on,size={disk_size}'
    path = BUILD / f'template-{machine.kernel.flavour}-' \
                   f'{_key(machine, blockdev)[:12]}.state'
    with locked(BUILD / 'template.lock'):
        if not path.exists():
            say(f'booting {machine.kernel} once, to continue from there')
            _forget_old(machine.kernel.flavour)
            _make_one_that_wakes(machine, blockdev, path)
        in_use(path)
    return path


def _make_one_that_wakes(machine, blockdev, path):
    """On a busy host the kernel may find that no timer can be trusted. It
    boots all the same, and every guest would continue from that."""
    for _ in range(BOOTS):
        with tempfile.TemporaryDirectory() as directory:
            try:
                _make(machine, blockdev, path, pathlib.Path(directory))
                return
            except NoTimer:
                say('it has found no timer: booting again')
    raise LabError('no guest finds a timer: is the host too busy?')


def in_use(path):
    """Call this now and then, so that it is not removed as an old one."""
    os.utime(path)


def _key(machine, blockdev):
    """All that a state depends on: the command line and the files in it."""
    fds = dict.fromkeys(('ctl', 'power', 'qmp'), 0)
    parts = Parts(pathlib.Path('/'), 'template', fds, 'none', 'none', blockdev)
    digest = hashlib.sha256()
    for word in machine.command(parts):
        digest.update(f'{word}\n'.encode())
    for path in (machine.qemu, machine.kernel.vmlinux, machine.initramfs):
        status = os.stat(path)
        digest.update(f'{status.st_size} {status.st_mtime_ns}\n'.encode())
    return digest.hexdigest()


def _forget_old(flavour):
    """They are large. A lab beside this one may still use a recent one."""
    for path in BUILD.glob(f'template-{flavour}-*.state'):
        if time.time() - path.stat().st_mtime > UNUSED_SECONDS:
            path.unlink()


def _make(machine, blockdev, path, directory):
    ends = {name: channel() for name in ('ctl', 'power', 'qmp')}
    fds = {name: theirs.fileno() for name, (_, theirs) in ends.items()}
    parts = Parts(directory, 'template', fds, 'hubport,hubid=0',
                  '52:54:00:56:43:00', blockdev)
    log = directory / 'qemu'
    with open(log, 'w') as out:
        qemu = start(machine.command(parts), stdout=out,
                     stderr=subprocess.STDOUT, pass_fds=fds.values())
    for _, theirs in ends.values():
        theirs.close()
    try:
        agent = Agent('template', ends['ctl'][0], lambda *_: None,
                      lambda *_: None)
        agent.ask_clock(BOOT_SECONDS)
        _must_wake(agent)
        _save(Monitor('template', ends['qmp'][0]), path)
    except (LabError, TestFailure) as error:
        console = parts.console.read_text(errors='replace')
        raise LabError(f'the first guest does not boot: {error}\n'
                       f'{log.read_text()}{console[-3000:]}') from error
    finally:
        kill(qemu)


def _must_wake(agent):
    try:
        agent.run('usleep 20000').wait(WAKE_SECONDS)
    except TimedOut as error:
        raise NoTimer from error


def _save(monitor, path):
    part = path.with_suffix('.part')
    monitor.command('migrate-set-parameters', **{'max-bandwidth': 1 << 40})
    monitor.command('migrate-set-capabilities', capabilities=[
        {'capability': 'events', 'state': True}])
    # What a running guest writes meanwhile can be missed in emulation.
    monitor.command('stop')
    monitor.command('migrate', uri=f'exec:cat >{shlex.quote(str(part))}')
    status = monitor.event('MIGRATION', lambda data: data['status'] in
                           ('completed', 'failed', 'cancelled'))['status']
    if status != 'completed':
        raise LabError(f'QEMU cannot save its state to {part}: is the disk full?')
    os.rename(part, path)
