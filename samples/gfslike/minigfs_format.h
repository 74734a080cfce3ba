/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What minigfs keeps on the shared disk. Used by the module, by mkfs, and,
 * transcribed, by the test's checker.
 *
 * Everything is in blocks of 512 bytes, little endian, each with its own
 * checksum: CRC-32 (as in zlib) of the whole block with @crc zero. A block is
 * the unit that a disk writes entirely or not at all. With N journals, B
 * record blocks in each, and S slots in a range:
 *
 *	block			what
 *	0			superblock; written by mkfs alone
 *	1 + i			claim i:	the recovery lock, node i's word
 *	1 + N + i		journal i:	its header
 *	1 + 2N + i		range i:	who may write the slots of range i
 *	1 + 3N + i B + q	record:		sequence number s at q = s % B
 *	1 + 3N + N B + s	slot s:		of range s / S
 *
 * Journal, claim and range i belong to one nodeid, which mkfs writes into the
 * journal's header: the journal's node. Who writes what, and when:
 *
 *	claim i		the journal's node
 *	journal i	the life that has it mounted; once that life is dead
 *			and fenced, the holder of the recovery lock; while it
 *			is clean or recovered, the next life of its node
 *	records of i	the life that has journal i mounted
 *	range i		its owner; once that is dead and fenced, the holder
 *			of the recovery lock; while free, the journal's node
 *	slots of i	the owner of range i, after it committed the change
 *			to its own journal; and whoever replays that journal
 *
 * So at any time each block has one writer, whatever the others believe.
 */
#ifndef MINIGFS_FORMAT_H
#define MINIGFS_FORMAT_H

#include <linux/types.h>

#define MINIGFS_BLOCK		512
#define MINIGFS_MAGIC		0x4653474d	/* "MGSF" */
#define MINIGFS_VERSION		1
#define MINIGFS_JOURNALS_MAX	64

enum minigfs_kind {
	MINIGFS_SUPER = 1,
	MINIGFS_CLAIM,
	MINIGFS_JOURNAL,
	MINIGFS_RANGE,
	MINIGFS_RECORD,
	MINIGFS_SLOT,
};

struct minigfs_head {
	__le32 magic;
	__le32 kind;
	__le32 index;		/* which journal, or which slot */
	__le32 crc;
};

/*
 * One life of a node. The lifetime and the generation of its first view tell
 * a reader with an old view that this life is newer, and not a dead one.
 */
struct minigfs_life {
	__le32 nodeid;		/* 0: nobody */
	__le32 reserved;
	__le64 incarnation;
	__le64 joined;
	__u8 lifetime[16];
};

struct minigfs_super {
	struct minigfs_head head;
	__le32 version;
	__le32 nr_journals;
	__le32 journal_blocks;
	__le32 range_slots;
	__u8 uuid[16];
};

/*
 * Lamport's bakery: number 0 wants nothing; the lowest (number, index) of
 * those alive holds the recovery lock.
 */
struct minigfs_claim {
	struct minigfs_head head;
	struct minigfs_life life;
	__le64 number;
	__le32 choosing;
	__le32 reserved;
};

enum minigfs_journal_state {
	MINIGFS_CLEAN,		/* unmounted; nothing to replay */
	MINIGFS_DIRTY,		/* @life has it mounted, or died with it */
	MINIGFS_RECOVERED,	/* replayed by @recoverer after @life's death */
};

struct minigfs_journal {
	struct minigfs_head head;
	__le32 nodeid;
	__le32 state;
	struct minigfs_life life;
	struct minigfs_life recoverer;
	__le64 tail;		/* last sequence number that is in the table */
	__le64 version;		/* one more with each write of this header */
};

struct minigfs_range {
	struct minigfs_head head;
	struct minigfs_life owner;	/* nodeid 0: free */
	struct minigfs_life writer;
	__le64 version;
};

/* On the disk means committed. */
struct minigfs_record {
	struct minigfs_head head;
	struct minigfs_life life;
	__le64 seq;
	__le64 old_count;
	__le64 new_count;
	__le64 value;
	__le32 slot;
	__le32 reserved;
};

struct minigfs_slot {
	struct minigfs_head head;
	struct minigfs_life writer;	/* may be a recoverer */
	__le64 count;		/* transactions that changed this slot */
	__le64 value;
	__le64 seq;		/* of the last one, in the journal ... */
	__le32 journal;		/* ... with this index */
	__le32 reserved;
};

union minigfs_block {
	struct minigfs_head head;
	struct minigfs_super super;
	struct minigfs_claim claim;
	struct minigfs_journal journal;
	struct minigfs_range range;
	struct minigfs_record record;
	struct minigfs_slot slot;
	__u8 bytes[MINIGFS_BLOCK];
};

#endif /* MINIGFS_FORMAT_H */
