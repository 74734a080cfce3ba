# SPDX-License-Identifier: GPL-2.0-only
"""Reads the log of the shared disk. nbdlog/record.h has the format.

    for record in read('disk.log'):
        print(record)
"""

import struct

HEADER = struct.Struct('<IHHQQIIQQII')
MAGIC = 0x314c4e56
FUA = 0x8000

OPEN, CLOSE, WRITE, ZERO, TRIM, FLUSH, READ, MARK, REFUSED, FAILED, RESET = \
    range(1, 12)
NAMES = ('', 'open', 'close', 'write', 'zero', 'trim', 'flush', 'read', 'mark',
         'refused', 'failed', 'reset')


class Record:
    """seq, type, time (seconds, host's CLOCK_MONOTONIC), guest (0: harness),
    conn, offset, length, flags, data (bytes; text of a mark)."""

    __slots__ = ('seq', 'type', 'time', 'guest', 'conn', 'offset', 'length',
                 'flags', 'data')

    def __init__(self, fields, data):
        (_, self.type, self.flags, self.seq, nanoseconds, self.guest,
         self.conn, self.offset, self.length, _, _) = fields
        self.time = nanoseconds / 1e9
        self.data = data

    @property
    def name(self):
        return NAMES[self.type]

    @property
    def text(self):
        """Of a mark."""
        return self.data.decode(errors='replace') if self.type == MARK else ''

    def __str__(self):
        who = f'node{self.guest}' if self.guest else 'lab'
        what = self.text or f'{self.offset}+{self.length}'
        if self.type in (OPEN, CLOSE):
            what = f'connection {self.conn}'
        return f'{self.seq} {self.time:.6f} {who} {self.name} {what}'


class BadLog(Exception):
    """The file is not what the disk server writes."""


def read(path, start=0):
    """Yield the records from byte start on; the last may still be growing,
    then it is left for another time."""
    expected = None
    with open(path, 'rb') as log:
        log.seek(start)
        while True:
            head = log.read(HEADER.size)
            if len(head) < HEADER.size:
                return
            fields = HEADER.unpack(head)
            if fields[0] != MAGIC or not 0 < fields[1] < len(NAMES):
                raise BadLog(f'{path}: no record at byte '
                             f'{log.tell() - HEADER.size}')
            data = log.read(fields[9])
            if len(data) < fields[9]:
                return
            record = Record(fields, data)
            if expected not in (None, record.seq):
                raise BadLog(f'{path}: record {expected} is missing')
            expected = record.seq + 1
            yield record
