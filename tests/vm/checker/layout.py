# SPDX-License-Identifier: GPL-2.0-only
"""The blocks of a minigfs disk. samples/gfslike/minigfs_format.h has the
format; keep the two in step."""

import collections
import re
import struct
import zlib

BLOCK = 512
MAGIC = 0x4653474d

SUPER, CLAIM, JOURNAL, RANGE, RECORD, SLOT = range(1, 7)

CLEAN, DIRTY, RECOVERED = range(3)

HEAD = struct.Struct('<IIII')
LIFE = 'I4xQQ16s'

Life = collections.namedtuple('Life', 'nodeid incarnation joined lifetime')
NOBODY = Life(0, 0, 0, bytes(16))

Super = collections.namedtuple('Super', 'version journals blocks slots uuid')
Claim = collections.namedtuple('Claim', 'life number choosing')
Journal = collections.namedtuple(
    'Journal', 'nodeid state life recoverer tail version')
Range = collections.namedtuple('Range', 'owner writer version')
Record = collections.namedtuple('Record', 'life seq old new value slot')
Slot = collections.namedtuple('Slot', 'writer count value seq journal')

BODIES = {
    SUPER: (Super, 'IIII16s'),
    CLAIM: (Claim, 'LQI'),
    JOURNAL: (Journal, 'IILLQQ'),
    RANGE: (Range, 'LLQ'),
    RECORD: (Record, 'LQQQQI'),
    SLOT: (Slot, 'LQQQI'),
}


class BadBlock(Exception):
    """Not a block of minigfs, or not one that belongs here."""


def _unpack(spec, data):
    """Fields of a body: L is a life, the rest as in struct."""
    flat = iter(struct.unpack_from('<' + spec.replace('L', LIFE), data,
                                   HEAD.size))
    for field in re.findall(r'16s|.', spec):
        yield Life(*(next(flat) for _ in Life._fields)) if field == 'L' \
            else next(flat)


def _pack(spec, value):
    flat = []
    for field in value:
        flat += field if isinstance(field, Life) else [field]
    return struct.pack('<' + spec.replace('L', LIFE), *flat)


def decode(data, kind, index):
    """The named tuple in a block that must be of this kind and index."""
    magic, found_kind, found_index, crc = HEAD.unpack_from(data)
    if magic != MAGIC:
        raise BadBlock('it has no magic number')
    if zlib.crc32(data[:12] + bytes(4) + data[16:]) != crc:
        raise BadBlock('its checksum is wrong')
    if (found_kind, found_index) != (kind, index):
        raise BadBlock(f'it is kind {found_kind} index {found_index}')
    shape, spec = BODIES[kind]
    return shape(*_unpack(spec, data))


def encode(kind, index, value):
    """The block for a named tuple; for tests."""
    body = _pack(BODIES[kind][1], value)
    data = HEAD.pack(MAGIC, kind, index, 0) + body
    data = data.ljust(BLOCK, b'\0')
    return data[:12] + struct.pack('<I', zlib.crc32(data)) + data[16:]


class Layout:
    """Which block is what, by the superblock."""

    def __init__(self, superblock):
        self.journals = superblock.journals
        self.blocks = superblock.blocks
        self.slots = superblock.slots
        self.first_record = 1 + 3 * self.journals
        self.first_slot = self.first_record + self.journals * self.blocks
        self.end = self.first_slot + self.journals * self.slots

    def what(self, block):
        """(kind, index, position in the ring of a record)"""
        if block == 0:
            return SUPER, 0, 0
        if block < self.first_record:
            kind, index = divmod(block - 1, self.journals)
            return CLAIM + kind, index, 0
        if block < self.first_slot:
            return RECORD, *divmod(block - self.first_record, self.blocks)
        if block < self.end:
            return SLOT, block - self.first_slot, 0
        raise BadBlock('it is behind the end')

    def where(self, kind, index, position=0):
        if kind == SUPER:
            return 0
        if kind == RECORD:
            return self.first_record + index * self.blocks + position
        if kind == SLOT:
            return self.first_slot + index
        return 1 + (kind - CLAIM) * self.journals + index
