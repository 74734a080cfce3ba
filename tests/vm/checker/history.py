# SPDX-License-Identifier: GPL-2.0-only
"""The history of one minigfs disk, write by write, and the rules it breaks.

Nothing is believed but what the disk server saw: who wrote which bytes, in
which order, and the marks that the power switch and the harness put between.
A node's guest has the node's number, so each block's claim of who wrote it is
compared with the connection that it came through.

A life (nodeid, incarnation) is *settled* when the log proves that it was
ended: its guest was reported fenced ("off N by M"), or booted again
("boot N"), or the scenario saw it let go ("unmounted N").
"""

import collections

from . import layout as lay
from .layout import BLOCK, CLEAN, DIRTY, NOBODY, RECOVERED

Violation = collections.namedtuple('Violation', 'seq rule text')

# What can be broken, in words for the verdict.
RULES = {
    'fenced': 'no write after the fence was reported done',
    'early': 'no recovery before the fence was reported done',
    'lost': 'no committed transaction lost',
    'twice': 'no transaction applied twice',
    'owner': 'no two nodes writing the same slots without a hand-over',
    'journal': 'journals written by their nodes, in sequence, durably',
    'format': 'nothing on the disk but minigfs',
}


class Transaction:
    __slots__ = ('journal', 'life', 'seq', 'slot', 'count', 'value', 'durable')

    def __init__(self, journal, record, durable):
        self.journal = journal
        self.durable = durable
        self.life = record.life
        self.seq = record.seq
        self.slot = record.slot
        self.count = record.new
        self.value = record.value


class GuestState:
    """boot counts its boots; off, released: of this boot."""

    def __init__(self):
        self.boot = 0
        self.off = None		# seq of the mark "off"
        self.released = 0	# seq of the last mark "unmounted"


class Seen:
    """The first sign of a life: its write, or that it was made an owner."""

    def __init__(self, boot, seq):
        self.boot = boot
        self.seq = seq


class History:
    """apply() one record after the other; violations collects."""

    def __init__(self):
        self.disk = collections.defaultdict(lambda: bytes(BLOCK))
        self.guests = collections.defaultdict(GuestState)
        self.violations = []
        self.layout = None
        self.seq = 0
        self.writes = 0
        self.fences = 0
        self._start()

    def _start(self):
        self.lives = {}
        self.latest = {}		# nodeid: the last life of it that wrote
        self.past = set()		# lives before those
        self.transactions = {}		# (slot, count): Transaction
        self.by_journal = collections.defaultdict(list)
        self.committed = collections.Counter()	# slot: last count
        self.volatile = collections.defaultdict(list)	# by guest
        self.applied = self.replayed = 0
        self.recovered = []		# (journal, recoverer)
        self.adopted = self.handed = 0

    # What the log says beside writes

    def formatted(self):
        """mkfs has written the disk: from here on the rules hold."""
        superblock = lay.decode(self.disk[0], lay.SUPER, 0)
        self.layout = lay.Layout(superblock)
        self.blocks = {}
        for block in range(1, self.layout.end):
            kind, index, position = self.layout.what(block)
            self.blocks[kind, index, position] = lay.decode(
                self.disk[block], kind, index)
        self._start()

    def mark(self, seq, text):
        words = text.split()
        if text == 'formatting':
            self.layout = None
        elif text == 'formatted':
            self.formatted()
        if len(words) < 2 or not words[1].isdigit():
            return
        guest = self.guests[int(words[1])]
        if words[0] == 'boot':
            guest.boot += 1
            guest.off = None
            guest.released = 0
        elif words[0] == 'off' and guest.off is None:
            guest.off = seq
            self.fences += 1
        elif words[0] == 'unmounted':
            guest.released = seq

    def write(self, seq, guest, offset, data, fua):
        """One request of a guest; 0 is the harness."""
        self.seq = seq
        self.writes += 1
        self._must_live(guest, f'writes at {offset}')
        if self.layout is None:
            self._store(offset, data)
            return
        if offset % BLOCK or len(data) % BLOCK:
            self.bad('format', f'node {guest} writes {len(data)} bytes at '
                     f'{offset}: no whole blocks')
            return
        for at in range(0, len(data), BLOCK):
            self._block(guest, (offset + at) // BLOCK,
                        bytes(data[at:at + BLOCK]), fua)

    def flush(self, guest):
        """What the guest wrote before is durable. (A disk without FUA gets a
        flush after each write that asks for it.)"""
        for entry in self.volatile.pop(guest, ()):
            entry.durable = True

    def wipe(self, seq, guest, offset, length):
        """A range was zeroed or discarded."""
        self.seq = seq
        self._must_live(guest, f'zeroes {length} bytes at {offset}')
        if self.layout is not None and guest:
            self.bad('format', f'node {guest} zeroes {length} bytes at {offset}')
        first, last = offset // BLOCK, (offset + length) // BLOCK
        for block in [block for block in self.disk if first <= block < last]:
            del self.disk[block]

    def reset(self):
        self.disk.clear()
        self.layout = None
        self._start()

    # Helpers

    def bad(self, rule, text):
        self.violations.append(Violation(self.seq, rule, text))

    def _must_live(self, guest, deed):
        off = self.guests[guest].off
        if off is not None:
            self.bad('fenced', f'node {guest} {deed}, but it was reported '
                     f'fenced by record {off}')

    def _store(self, offset, data):
        if offset % BLOCK or len(data) % BLOCK:
            self.bad('format', f'{len(data)} bytes written at {offset}')
            return
        for at in range(0, len(data), BLOCK):
            self.disk[(offset + at) // BLOCK] = bytes(data[at:at + BLOCK])

    def settled(self, life):
        """Does the log prove that this life had ended by now?"""
        seen = self.lives.get(life[:2])
        if seen is None:
            return True			# nothing can be its to write
        guest = self.guests[life.nodeid]
        return (guest.boot > seen.boot or guest.off is not None or
                guest.released > seen.seq)

    def _is(self, guest, life, what):
        """The block says that it is from this life: is it?"""
        if life.nodeid != guest:
            self.bad('journal', f'node {guest} writes {what} in the name of '
                     f'node {life.nodeid}')
            return False
        boot = self.guests[guest].boot
        seen = self.lives.setdefault(life[:2], Seen(boot, self.seq))
        if seen.boot != boot:
            self.bad('journal', f'{_who(life)} was ended by a boot, but still '
                     f'writes {what}')
            return False
        if life[:2] in self.past:
            self.bad('journal', f'{_who(life)} has a later life, but still '
                     f'writes {what}')
            return False
        if self.latest.get(guest) != life[:2]:
            self.past.add(self.latest.get(guest))
            self.latest[guest] = life[:2]
        return True

    def node(self, index):
        """Whose journal, claim and range this is."""
        return self.blocks[lay.JOURNAL, index, 0].nodeid

    def mounted(self, index):
        """The life that has this journal dirty, or None."""
        header = self.blocks[lay.JOURNAL, index, 0]
        return header.life if header.state == DIRTY else None

    def count(self, slot):
        return self.blocks[lay.SLOT, slot, 0].count

    # The rules, kind by kind

    def _block(self, guest, block, data, fua):
        try:
            kind, index, position = self.layout.what(block)
            value = lay.decode(data, kind, index)
        except lay.BadBlock as error:
            self.bad('format', f'node {guest} writes block {block}: {error}')
            return
        check = {lay.CLAIM: self._claim, lay.JOURNAL: self._journal,
                 lay.RANGE: self._range, lay.RECORD: self._record,
                 lay.SLOT: self._slot}.get(kind)
        if check is None:
            self.bad('format', f'node {guest} writes the superblock')
            return
        old = self.blocks[kind, index, position]
        check(guest, index, old, value, (position, fua))
        self.disk[block] = data
        self.blocks[kind, index, position] = value

    def _claim(self, guest, index, _old, new, _how):
        if self.node(index) != guest:
            self.bad('journal', f'node {guest} writes the claim of node '
                     f'{self.node(index)}')
        self._is(guest, new.life, 'its claim')

    def _journal(self, guest, index, old, new, _how):
        name = f'the journal header of node {old.nodeid}'
        if new.nodeid != old.nodeid:
            self.bad('format', f'node {guest} renames {name}')
        if new.version != old.version + 1:
            self.bad('owner', f'node {guest} writes {name} over version '
                     f'{old.version} with {new.version}')
        if new.tail < old.tail:
            self.bad('lost', f'{name} goes back from {old.tail} to {new.tail}')
        if new.state == RECOVERED:
            self._recovered(guest, index, old, new)
        else:
            self._own_header(guest, index, old, new, name)
        for entry in self.by_journal[index]:
            if old.tail < entry.seq <= new.tail and \
                    self.count(entry.slot) < entry.count:
                self.bad('lost', f'{name} says that {entry.seq} is in the '
                         f'table, but slot {entry.slot} is at '
                         f'{self.count(entry.slot)}, not {entry.count}')
        # What is in the table needs no more looking at.
        self.by_journal[index] = [entry for entry in self.by_journal[index]
                                  if entry.seq > new.tail]

    def _own_header(self, guest, index, old, new, name):
        if old.nodeid != guest:
            self.bad('journal', f'node {guest} writes {name}')
        self._is(guest, new.life, name)
        if old.state == DIRTY and old.life[:2] != new.life[:2]:
            self.bad('lost', f'{_who(new.life)} takes {name} over before '
                     f'{_who(old.life)} was recovered')
        if new.state == CLEAN and self._last(index, new.tail) != new.tail:
            self.bad('lost', f'{name} is marked clean at {new.tail}, but it '
                     f'goes on to {self._last(index, new.tail)}')

    def _recovered(self, guest, index, old, new):
        self._is(guest, new.recoverer, 'a recovered journal header')
        if old.state != DIRTY:
            self.bad('twice', f'node {guest} recovers the journal of node '
                     f'{old.nodeid}, which is not dirty')
        if not self.settled(old.life):
            self.bad('early', f'node {guest} recovers the journal of '
                     f'{_who(old.life)}, which was not reported fenced')
        last = self._last(index, new.tail)
        if last != new.tail:
            self.bad('lost', f'node {guest} recovers the journal of node '
                     f'{old.nodeid} up to {new.tail}, but it goes on to {last}')
        self.recovered.append((old.nodeid, new.recoverer.nodeid))

    def _last(self, index, tail):
        """The last committed number of a journal."""
        entries = self.by_journal[index]
        return entries[-1].seq if entries else tail

    def _range(self, guest, index, old, new, _how):
        home = self.node(index)
        name = f'the slots of node {home}'
        self._is(guest, new.writer, f'who owns {name}')
        if new.version != old.version + 1:
            self.bad('owner', f'node {guest} writes who owns {name} over '
                     f'version {old.version} with {new.version}')
        if old.owner == NOBODY:
            if (guest, new.owner.nodeid) != (home, home):
                self.bad('owner', f'node {guest} takes {name}, which are free')
        elif old.owner[:2] == new.writer[:2]:
            self._give(guest, index, old, new)
        else:
            self._adopt(guest, index, old)

    def _give(self, guest, index, old, new):
        if new.owner != NOBODY and new.owner.nodeid != self.node(index):
            self.bad('owner', f'node {guest} gives the slots of node '
                     f'{self.node(index)} to {_who(new.owner)}')
        for slot in self._slots(index):
            if self.count(slot) != self.committed[slot]:
                self.bad('lost', f'{_who(old.owner)} gives slot {slot} away '
                         f'at {self.count(slot)}, but has committed '
                         f'{self.committed[slot]}')
        if new.owner != NOBODY:
            # It may write them from now on.
            boot = self.guests[new.owner.nodeid].boot
            self.lives.setdefault(new.owner[:2], Seen(boot, self.seq))
            self.handed += 1

    def _adopt(self, guest, index, old):
        if not self.settled(old.owner):
            self.bad('early', f'node {guest} adopts slots of '
                     f'{_who(old.owner)}, which was not reported fenced')
        for other in range(self.layout.journals):
            life = self.mounted(other)
            if life and life[:2] == old.owner[:2]:
                self.bad('lost', f'node {guest} adopts slots of '
                         f'{_who(old.owner)} before its journal was replayed')
        self.adopted += 1

    def _slots(self, index):
        return range(index * self.layout.slots,
                     (index + 1) * self.layout.slots)

    def _record(self, guest, index, old, new, how):
        position, fua = how
        name = f'record {new.seq} of journal {index}'
        self._is(guest, new.life, name)
        header = self.blocks[lay.JOURNAL, index, 0]
        if self.mounted(index) is None or \
                header.life[:2] != new.life[:2]:
            self.bad('journal', f'{_who(new.life)} writes {name} without '
                     'having it mounted')
        entries = self.by_journal[index]
        if entries and not entries[-1].durable and \
                entries[-1].life[:2] == new.life[:2]:
            self.bad('journal', f'{name} follows one that was not flushed')
        if new.seq % self.layout.blocks != position or \
                new.seq != self._last(index, header.tail) + 1:
            self.bad('journal', f'{name} follows '
                     f'{self._last(index, header.tail)}')
        if old.seq > header.tail:
            self.bad('lost', f'{name} overwrites {old.seq}, which is not in '
                     'the table')
        self._committed(guest, Transaction(index, new, fua), new, name)

    def _committed(self, guest, entry, new, name):
        if new.slot >= self.layout.journals * self.layout.slots:
            self.bad('format', f'{name} is for slot {new.slot}')
            return
        owner = self.blocks[lay.RANGE, new.slot // self.layout.slots, 0].owner
        if owner[:2] != new.life[:2]:
            self.bad('owner', f'{_who(new.life)} commits to slot {new.slot}, '
                     f'which belongs to {_who(owner)}')
        if (new.old, new.new) != (self.committed[new.slot],
                                  self.committed[new.slot] + 1):
            self.bad('owner', f'{name} takes slot {new.slot} from {new.old} '
                     f'to {new.new}, but {self.committed[new.slot]} were '
                     'committed to it')
        self.transactions[new.slot, new.new] = entry
        self.by_journal[entry.journal].append(entry)
        if not entry.durable:
            self.volatile[guest].append(entry)
        self.committed[new.slot] = max(self.committed[new.slot], new.new)

    def _slot(self, guest, index, old, new, _how):
        self._is(guest, new.writer, f'slot {index}')
        entry = self.transactions.get((index, new.count))
        if new.count <= old.count:
            self.bad('twice', f'node {guest} writes slot {index} at '
                     f'{new.count} again: it is at {old.count}')
            return
        if entry is None or (entry.journal, entry.seq, entry.value) != (
                new.journal, new.seq, new.value):
            self.bad('journal', f'node {guest} writes slot {index} at '
                     f'{new.count}, which nobody committed like this')
            return
        if new.count != old.count + 1:
            self.bad('lost', f'node {guest} writes slot {index} at '
                     f'{new.count} when it is at {old.count}')
        if entry.life[:2] == new.writer[:2]:
            self.applied += 1
            if not entry.durable:
                self.bad('journal', f'node {guest} writes slot {index} at '
                         f'{new.count} before that was committed durably')
            return
        self.replayed += 1
        if not self.settled(entry.life):
            self.bad('early', f'node {guest} replays transaction {new.seq} of '
                     f'{_who(entry.life)}, which was not reported fenced')
        if (self.mounted(entry.journal) or NOBODY)[:2] != entry.life[:2]:
            self.bad('twice', f'node {guest} replays transaction {new.seq} of '
                     'a journal that is recovered')


def _who(life):
    if life.nodeid == 0:
        return 'nobody'
    return f'node {life.nodeid} ({life.incarnation:016x})'
