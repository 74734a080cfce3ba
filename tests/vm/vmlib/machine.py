# SPDX-License-Identifier: GPL-2.0-only
"""How a guest is built: QEMU's command line and the kernel's.

Emulation, not KVM: the tests shall run where there is none, and the same way
everywhere. microvm has next to nothing to probe, and an uncompressed kernel
with a PVH entry saves its decompression: both are seconds of every boot.
"""

import functools
import os
import pathlib
import shlex
import subprocess

from . import image
from .errors import LabError
from .paths import BUILD
from .proc import need, programs

QEMU = 'qemu-system-x86_64'

# MiB of a guest, where nobody asks for more. A corosync locks half of it; and
# guests that are all alike continue from one template.
MEMORY = 320


class Machine:
    """What all guests of a lab have in common."""

    def __init__(self, kernel, memory=MEMORY, cpus=1, append=''):
        self.kernel = kernel
        self.memory = memory
        self.cpus = cpus
        self.initramfs = image.build(kernel)
        self.append = append
        self.qemu = need(QEMU, 'qemu-system-x86')

    def command(self, parts, state=None):
        """parts: what differs from guest to guest (Parts). state: a saved
        one to continue from, instead of booting."""
        return [
            self.qemu, '-accel', 'tcg,thread=multi', '-cpu', 'max',
            '-machine', 'microvm,rtc=on,acpi=on,pcie=on', '-nodefaults',
            '-no-user-config', '-m', self.memory, '-smp', self.cpus,
            '-display', 'none', '-no-reboot',
            '-kernel', self.kernel.vmlinux, '-initrd', self.initramfs,
            '-append', self._cmdline(),
            '-chardev', f'file,id=console,path={parts.console},append=on',
            '-serial', 'chardev:console',
            '-chardev', f'socket,id=qmp,fd={parts.fds["qmp"]}',
            '-mon', 'chardev=qmp,mode=control',
            '-device', 'virtio-serial-pci',
            *(word for name in ('ctl', 'power') for word in (
                '-chardev', f'socket,id={name},fd={parts.fds[name]}',
                '-device', f'virtserialport,chardev={name},name={name}')),
            '-chardev', f'socket,id=shell,path={parts.shell},server=on,wait=off',
            '-device', 'virtconsole,chardev=shell',
            '-netdev', f'{parts.netdev},id=net',
            '-device', f'virtio-net-pci,netdev=net,mac={parts.mac},romfile=',
            '-blockdev', f'{parts.blockdev},node-name=shared',
            '-device', 'virtio-blk-pci,drive=shared,share-rw=on,'
                       'werror=report,rerror=report',
            # A template is saved while it stands still; its copies shall run.
            *(('-incoming', f'exec:cat {shlex.quote(str(state))}') if state else
              ('-global', 'migration.store-global-state=off')),
        ]

    def _cmdline(self):
        return ' '.join((
            'console=ttyS0 quiet loglevel=5 panic=-1 reboot=t nokaslr',
            'mitigations=off random.trust_cpu=on audit=0 rdinit=/init',
            f'tsc=reliable tsc_early_khz={tsc_khz()}', self.append))


class Parts:
    """What differs from guest to guest. fds: of the channels ctl, power and
    qmp, for QEMU to inherit."""

    def __init__(self, directory, name, fds, netdev, mac, blockdev):
        self.console = directory / f'{name}.console'
        self.shell = directory / f'{name}.shell'
        self.fds = fds
        self.netdev = netdev
        self.mac = mac
        self.blockdev = blockdev


@functools.lru_cache(maxsize=None)
def tsc_khz():
    """The guest's time stamp counter is the host's. A guest that measures it
    itself on a busy host gets it wrong, and hangs or loses time. Measured
    once while the host is up: the last digit wavers, and each value would
    make a template of its own."""
    boot = pathlib.Path('/proc/sys/kernel/random/boot_id').read_text().strip()
    kept = BUILD / f'tsckhz-{boot}'
    if not kept.exists():
        part = kept.with_suffix(f'.{os.urandom(4).hex()}')
        part.write_text(str(_measure_tsc()))
        os.rename(part, kept)
    return int(kept.read_text())


def _measure_tsc():
    measure = subprocess.run([programs() / 'tsckhz'], capture_output=True,
                             text=True, check=False)
    if measure.returncode:
        raise LabError(f'tsckhz failed: {measure.stderr}')
    return int(measure.stdout)
