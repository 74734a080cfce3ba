# SPDX-License-Identifier: GPL-2.0-only
"""Initramfs archives: cpio, "newc" format, without the host's owners.

The kernel takes several archives one after the other; in a later one, a file
replaces that of the same name.
"""

import os
import stat


class Archive:
    """Entries by path; adding a path again replaces it."""

    def __init__(self):
        self.entries = {}

    def directory(self, path):
        path = path.strip('/')
        if path and path not in self.entries:
            self.directory(os.path.dirname(path))
            self.entries[path] = (stat.S_IFDIR | 0o755, b'', 0)

    def file(self, path, data, mode=0o644):
        path = path.strip('/')
        self.directory(os.path.dirname(path))
        self.entries[path] = (stat.S_IFREG | mode, data, 0)

    def copy(self, path, source):
        """A host's file with its permissions."""
        mode = stat.S_IMODE(os.stat(source).st_mode) & 0o755
        with open(source, 'rb') as data:
            self.file(path, data.read(), mode)

    def tree(self, path, source):
        """All files below the host's directory source."""
        for base, _, names in os.walk(source):
            below = os.path.relpath(base, source)
            for name in names:
                self.copy(os.path.normpath(f'{path}/{below}/{name}'),
                          os.path.join(base, name))

    def link(self, path, target):
        path = path.strip('/')
        self.directory(os.path.dirname(path))
        self.entries[path] = (stat.S_IFLNK | 0o777, target.encode(), 0)

    def device(self, path, major, minor):
        path = path.strip('/')
        self.directory(os.path.dirname(path))
        self.entries[path] = (stat.S_IFCHR | 0o600, b'', (major, minor))

    def write(self, out):
        number = 1
        # Parents come first: they are shorter prefixes, and were added first.
        for path, (mode, data, device) in self.entries.items():
            _entry(out, path, number, mode, data, device or (0, 0))
            number += 1
        _entry(out, 'TRAILER!!!', 0, 0, b'', (0, 0))


def _entry(out, path, number, mode, data, device):
    name = path.encode() + b'\0'
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, *device,
              len(name), 0)
    head = b'070701' + b''.join(b'%08x' % field for field in fields) + name
    out.write(head + bytes(-len(head) % 4))
    out.write(data + bytes(-len(data) % 4))
