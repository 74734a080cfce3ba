// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our own journal, and the slots that are ours.
 *
 * A transaction is committed when its record is on the disk (FUA). It is
 * applied to the table later, when a batch has come together or a phase ends;
 * after a flush the journal's tail moves past it. A node that dies leaves up
 * to a batch of transactions for others to replay.
 *
 * Called by the work item only.
 */
#include <linux/random.h>
#include "minigfs.h"

int minigfs_journal_write(struct minigfs *fs, u32 index,
			  union minigfs_block *header)
{
	le64_add_cpu(&header->journal.version, 1);
	return minigfs_write(fs, minigfs_journal_at(fs, index),
			     MINIGFS_JOURNAL, index, header,
			     REQ_PREFLUSH | REQ_FUA);
}

static int minigfs_own_header(struct minigfs *fs,
			      enum minigfs_journal_state state)
{
	union minigfs_block *header = &fs->journals[fs->own];

	header->journal.state = cpu_to_le32(state);
	header->journal.tail = cpu_to_le64(fs->head);
	minigfs_life_set(&header->journal.life, &fs->self);
	return minigfs_journal_write(fs, fs->own, header);
}

int minigfs_slot_write(struct minigfs *fs, u32 journal,
		       const struct minigfs_pending *entry)
{
	union minigfs_block block = { };

	minigfs_life_set(&block.slot.writer, &fs->self);
	block.slot.count = cpu_to_le64(entry->count);
	block.slot.value = cpu_to_le64(entry->value);
	block.slot.seq = cpu_to_le64(entry->seq);
	block.slot.journal = cpu_to_le32(journal);
	return minigfs_write(fs, minigfs_slot_at(fs, entry->slot),
			     MINIGFS_SLOT, entry->slot, &block, 0);
}

/* Mounted by this life before, and not cleanly unmounted: finish that. */
static int minigfs_replay_own(struct minigfs *fs)
{
	u32 count, applied;
	int err;

	err = minigfs_replay(fs, fs->own, &fs->head, &count, &applied);
	if (!err && count)
		pr_info("minigfs: node %u replays its own journal: %u transactions, %u of them were not in the table\n",
			fs->self.nodeid, count, applied);
	return err;
}

int minigfs_journal_open(struct minigfs *fs)
{
	const struct minigfs_journal *header = &fs->journals[fs->own].journal;
	int err;

	fs->head = le64_to_cpu(header->tail);
	if (le32_to_cpu(header->state) == MINIGFS_DIRTY) {
		if (!minigfs_is_self(fs, &header->life))
			return -EUCLEAN;
		err = minigfs_replay_own(fs);
		if (err)
			return err;
	}
	err = minigfs_own_header(fs, MINIGFS_DIRTY);
	if (err)
		return err;
	fs->mounted = true;
	pr_info("minigfs: node %u has mounted, journal %d, at transaction %llu\n",
		fs->self.nodeid, fs->own, fs->head);
	return 0;
}

/* Brings the table up to what is committed. */
int minigfs_writeback(struct minigfs *fs)
{
	u32 i;
	int err;

	if (!fs->nr_pending)
		return 0;
	for (i = 0; i < fs->nr_pending; i++) {
		err = minigfs_slot_write(fs, fs->own, &fs->pending[i]);
		if (err)
			return err;
		atomic64_inc(&fs->stats.applied);
	}
	fs->nr_pending = 0;
	return minigfs_own_header(fs, MINIGFS_DIRTY);
}

/* The next slot of ours, in turn. */
static u32 minigfs_pick(struct minigfs *fs)
{
	u32 slots = fs->nr_journals * fs->range_slots;
	u32 slot = fs->next_slot;
	u32 range = slot / fs->range_slots;

	if (!test_bit(range, fs->loaded)) {
		range = find_next_bit_wrap(fs->loaded, fs->nr_journals, range);
		slot = range * fs->range_slots;
	}
	fs->next_slot = (slot + 1) % slots;
	return slot;
}

int minigfs_commit_one(struct minigfs *fs)
{
	struct minigfs_pending *entry = &fs->pending[fs->nr_pending];
	union minigfs_block block = { };
	struct minigfs_cached *cached;
	int err;

	entry->slot = minigfs_pick(fs);
	cached = &fs->table[entry->slot];
	entry->seq = fs->head + 1;
	entry->count = cached->count + 1;
	entry->value = get_random_u64();
	minigfs_life_set(&block.record.life, &fs->self);
	block.record.seq = cpu_to_le64(entry->seq);
	block.record.old_count = cpu_to_le64(cached->count);
	block.record.new_count = cpu_to_le64(entry->count);
	block.record.value = cpu_to_le64(entry->value);
	block.record.slot = cpu_to_le32(entry->slot);
	err = minigfs_write(fs, minigfs_record_at(fs, fs->own, entry->seq),
			    MINIGFS_RECORD, fs->own, &block, REQ_FUA);
	if (err)
		return err;
	fs->head = entry->seq;
	cached->count = entry->count;
	cached->value = entry->value;
	atomic64_inc(&fs->stats.committed);
	return ++fs->nr_pending < fs->batch ? 0 : minigfs_writeback(fs);
}

static int minigfs_load_range(struct minigfs *fs, u32 index)
{
	union minigfs_block block;
	u32 slot;
	int err;

	for (slot = index * fs->range_slots;
	     slot < (index + 1) * fs->range_slots; slot++) {
		err = minigfs_read(fs, minigfs_slot_at(fs, slot), MINIGFS_SLOT,
				   slot, &block);
		if (err)
			return err;
		fs->table[slot].count = le64_to_cpu(block.slot.count);
		fs->table[slot].value = le64_to_cpu(block.slot.value);
	}
	set_bit(index, fs->loaded);
	/* First those that somebody may be waiting for. */
	fs->next_slot = index * fs->range_slots;
	return 0;
}

/* Makes @owner, or nobody, the owner of a range that is ours to give. */
int minigfs_range_give(struct minigfs *fs, u32 index,
		       const struct minigfs_who *owner)
{
	static const struct minigfs_who nobody;
	union minigfs_block *block = &fs->ranges[index];

	minigfs_life_set(&block->range.owner, owner ?: &nobody);
	minigfs_life_set(&block->range.writer, &fs->self);
	le64_add_cpu(&block->range.version, 1);
	clear_bit(index, fs->loaded);
	return minigfs_write(fs, minigfs_range_at(fs, index), MINIGFS_RANGE,
			     index, block, REQ_PREFLUSH | REQ_FUA);
}

/* Takes what is ours: ranges given to us, and our own one when it is free. */
int minigfs_load_ranges(struct minigfs *fs)
{
	union minigfs_block *block;
	int err = 0;
	u32 i;

	for (i = 0; i < fs->nr_journals && !err; i++) {
		block = &fs->ranges[i];
		if (test_bit(i, fs->loaded))
			continue;
		err = minigfs_read(fs, minigfs_range_at(fs, i), MINIGFS_RANGE,
				   i, block);
		if (!err && i == fs->own && !block->range.owner.nodeid)
			err = minigfs_range_give(fs, i, &fs->self);
		if (err || !minigfs_is_self(fs, &block->range.owner))
			continue;
		err = minigfs_load_range(fs, i);
		if (!err)
			pr_info("minigfs: node %u writes slots %u to %u\n",
				fs->self.nodeid, i * fs->range_slots,
				(i + 1) * fs->range_slots - 1);
	}
	return err;
}

/* The clean end: nothing to replay, and nobody in our seats. */
int minigfs_journal_close(struct minigfs *fs)
{
	int err;
	u32 i;

	err = minigfs_writeback(fs);
	for (i = 0; i < fs->nr_journals && !err; i++)
		if (test_bit(i, fs->loaded))
			err = minigfs_range_give(fs, i, NULL);
	if (!err)
		err = minigfs_own_header(fs, MINIGFS_CLEAN);
	if (!err)
		fs->mounted = false;
	return err;
}
