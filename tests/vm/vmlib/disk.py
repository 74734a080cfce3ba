# SPDX-License-Identifier: GPL-2.0-only
"""The shared disk: one disk server, one connection per guest, one log."""

import socket

from . import nbdlog
from .errors import LabError
from .paths import BUILD
from .proc import kill, need, prefer, start


class Disk:
    """path is the disk's contents; log_path its history (nbdlog.read)."""

    def __init__(self, directory, size, log_reads=False):
        self.path = directory / 'disk.img'
        self.log_path = directory / 'disk.log'
        self.socket = directory / 'disk.sock'
        self.size = size
        self.control = directory / 'disk.control'
        with socket.socket(socket.AF_UNIX) as listening, \
                open(directory / 'disk.server', 'w') as out:
            listening.bind(str(self.control))
            listening.listen(64)
            self.process = start([
                need('nbdkit', 'nbdkit'), '--foreground',
                '--unix', self.socket, BUILD / 'nbdlog.so',
                f'disk={self.path}', f'size={size}', f'log={self.log_path}',
                f'control={listening.fileno()}', f'log-reads={log_reads}',
            ], pass_fds=[listening.fileno()], stdout=out, stderr=out)
        prefer(self.process, -10)
        self.mark('start')

    def blockdev(self, node):
        """QEMU's -blockdev for a guest."""
        return (f'driver=nbd,export=node{node},'
                f'server.type=unix,server.path={self.socket}')

    def mark(self, text):
        """Put a line of text into the log. Returns its number."""
        return int(self._command('mark', text))

    def mark_drained(self, node, text):
        """The same, but only when no request of the guest can come any more:
        call this after its QEMU is dead."""
        return int(self._command('drained', node, text))

    def connections(self, node):
        return int(self._command('connections', node))

    def hold(self, node, offset=0, length=0):
        """Its writes, or those to a range, wait in the disk server, as in a
        slow storage network."""
        self._command('hold', node, *([offset, length] if length else []))

    def waiting(self, node):
        """How many of its requests are held."""
        return int(self._command('waiting', node))

    def release(self, node):
        self._command('release', node)

    def block(self, node):
        """Its writes fail, as behind a fence in the storage network."""
        self._command('block', node)

    def allow(self, node):
        self._command('allow', node)

    def reset(self):
        """Zero the whole disk."""
        return int(self._command('reset'))

    def records(self):
        """What was done to the disk so far, in order."""
        return list(nbdlog.read(self.log_path))

    def read(self, offset, length):
        with open(self.path, 'rb') as disk:
            disk.seek(offset)
            return disk.read(length)

    def stop(self):
        kill(self.process)

    def _command(self, *words):
        with socket.socket(socket.AF_UNIX) as sock:
            try:
                sock.connect(str(self.control))
                sock.sendall(' '.join(map(str, words)).encode() + b'\n')
                answer = sock.makefile().readline().strip()
            except OSError as error:
                answer = str(error)
        if answer != 'ok' and not answer.startswith('ok '):
            raise LabError(f'disk server: {answer or "has ended"}')
        return answer[3:]
