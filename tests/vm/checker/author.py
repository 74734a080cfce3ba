# SPDX-License-Identifier: GPL-2.0-only
"""Writes logs of a disk server, as correct or as wrong as a test wants."""

from vmlib import nbdlog

from . import layout as lay
from .layout import (BLOCK, CLAIM, CLEAN, DIRTY, JOURNAL, NOBODY, RANGE,
                     RECORD, RECOVERED, SLOT, SUPER)

JOURNALS, BLOCKS, SLOTS = 3, 40, 4


def life(node, incarnation=1):
    return lay.Life(node, node * 100 + incarnation, incarnation, b'L' * 16)


class Author:
    """records: the log. Keeps what is on the disk, so that each method does
    the right thing unless a test says otherwise."""

    def __init__(self):
        self.records = []
        self.layout = lay.Layout(lay.Super(1, JOURNALS, BLOCKS, SLOTS,
                                           bytes(16)))
        self.headers = {i: lay.Journal(i + 1, CLEAN, NOBODY, NOBODY, 0, 0)
                        for i in range(JOURNALS)}
        self.ranges = {i: lay.Range(NOBODY, NOBODY, 0)
                       for i in range(JOURNALS)}
        self.slots = dict.fromkeys(range(JOURNALS * SLOTS), (0, 0))
        self.head = dict.fromkeys(range(JOURNALS), 0)
        self.pending = {i: [] for i in range(JOURNALS)}
        self._format()

    def disk(self):
        """What the disk would hold in the end."""
        image = bytearray(self.layout.end * BLOCK)
        for record in self.records:
            if record.type == nbdlog.WRITE:
                image[record.offset:record.offset + record.length] = record.data
        return bytes(image)

    # The log

    def add(self, kind, guest=0, offset=0, data=b'', flags=0):
        fields = (nbdlog.MAGIC, kind, flags, len(self.records) + 1, 0, guest,
                  1, offset, len(data), 0, 0)
        self.records.append(nbdlog.Record(fields, data))

    def mark(self, text):
        self.add(nbdlog.MARK, data=text.encode())

    def put(self, guest, kind, index, value, position=0, fua=True):
        block = self.layout.where(kind, index, position)
        self.add(nbdlog.WRITE, guest, block * BLOCK,
                 lay.encode(kind, index, value), nbdlog.FUA if fua else 0)

    def _format(self):
        self.mark('formatting')
        for node in range(1, JOURNALS + 1):
            self.mark(f'boot {node}')
        for i in range(JOURNALS):
            self.put(1, CLAIM, i, lay.Claim(NOBODY, 0, 0))
            self.put(1, JOURNAL, i, self.headers[i])
            self.put(1, RANGE, i, self.ranges[i])
            for position in range(BLOCKS):
                self.put(1, RECORD, i, lay.Record(NOBODY, 0, 0, 0, 0, 0),
                         position)
        for slot in range(JOURNALS * SLOTS):
            self.put(1, SLOT, slot, lay.Slot(NOBODY, 0, 0, 0, 0))
        self.put(1, SUPER, 0, lay.Super(1, JOURNALS, BLOCKS, SLOTS, bytes(16)))
        self.mark('formatted')

    # What a node does

    def header(self, guest, index, **changes):
        old = self.headers[index]
        new = old._replace(version=old.version + 1)._replace(**changes)
        self.headers[index] = new
        self.put(guest, JOURNAL, index, new)

    def own(self, who, index, owner, guest=None):
        old = self.ranges[index]
        self.ranges[index] = lay.Range(owner, who, old.version + 1)
        self.put(guest or who.nodeid, RANGE, index, self.ranges[index])

    def mount(self, who):
        index = who.nodeid - 1
        self.put(who.nodeid, CLAIM, index, lay.Claim(who, 0, 0))
        self.header(who.nodeid, index, state=DIRTY, life=who)
        if self.ranges[index].owner == NOBODY:
            self.own(who, index, who)

    def commit(self, who, slot, old=None, fua=False, flush=True):
        """One transaction: its record."""
        index = who.nodeid - 1
        self.head[index] += 1
        seq = self.head[index]
        count = self.count(slot) if old is None else old
        record = lay.Record(who, seq, count, count + 1, seq * 7 + slot, slot)
        self.put(who.nodeid, RECORD, index, record, seq % BLOCKS, fua)
        if flush:
            self.add(nbdlog.FLUSH, who.nodeid)
        self.pending[index].append(record)

    def count(self, slot):
        """With what is committed to it."""
        counts = [self.slots[slot][0]]
        counts += [record.new for entries in self.pending.values()
                   for record in entries if record.slot == slot]
        return max(counts)

    def apply(self, writer, index, number=None):
        """Bring the oldest, or the first so many, to the table."""
        entries = self.pending[index]
        for record in entries[:number]:
            self.put(writer.nodeid, SLOT, record.slot, lay.Slot(
                writer, record.new, record.value, record.seq, index), fua=False)
            self.slots[record.slot] = (record.new, record.value)
        self.pending[index] = entries[len(entries[:number]):]

    def writeback(self, who):
        index = who.nodeid - 1
        self.apply(who, index)
        self.header(who.nodeid, index, tail=self.head[index])

    def recover(self, who, dead):
        """Replay, mark, adopt."""
        index = dead.nodeid - 1
        self.apply(who, index)
        self.header(who.nodeid, index, state=RECOVERED, recoverer=who,
                    tail=self.head[index])
        for i, entry in self.ranges.items():
            if entry.owner == dead:
                self.own(who, i, who)

    def unmount(self, who):
        index = who.nodeid - 1
        self.writeback(who)
        for i, entry in self.ranges.items():
            if entry.owner == who:
                self.own(who, i, NOBODY)
        self.header(who.nodeid, index, state=CLEAN)
