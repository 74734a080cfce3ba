// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery: what a mount does between start() and vcs_listener_done().
 *
 * 1. Bring our own committed transactions into the table.
 * 2. As long as a journal was left dirty by a dead life, or a range belongs
 *    to one: take the recovery lock, replay the journals, mark each recovered
 *    with our name, and adopt the ranges. One node does it, the others watch
 *    the disk; who that is matters for speed only, because the lock and the
 *    idempotent replay make it safe whoever tries.
 * 3. Mount our journal, if this is the first time.
 * 4. Give back the ranges whose own node is in the view again.
 *
 * A replay is exactly once, for each record says which count its slot had and
 * has: the slot still has the old one, or the record is in already. When we
 * die in the middle, the next one does it again, and ours too. Called by the
 * work item only.
 */
#include "minigfs.h"

#define MINIGFS_WATCH_MS	50
/* How long the first in line may take to begin. */
#define MINIGFS_PATIENCE_MS	3000

static bool minigfs_dirty_of_dead(struct minigfs *fs, u32 index)
{
	const struct minigfs_journal *header = &fs->journals[index].journal;

	return le32_to_cpu(header->state) == MINIGFS_DIRTY &&
	       minigfs_fate(fs, &header->life) == MINIGFS_DEAD;
}

static bool minigfs_range_of_dead(struct minigfs *fs, u32 index)
{
	const struct minigfs_life *owner = &fs->ranges[index].range.owner;

	return owner->nodeid && minigfs_fate(fs, owner) == MINIGFS_DEAD;
}

/* A node that is gone, but may still write as far as we know. */
static bool minigfs_unsure(struct minigfs *fs, u32 index)
{
	const struct minigfs_journal *header = &fs->journals[index].journal;

	return le32_to_cpu(header->state) == MINIGFS_DIRTY &&
	       minigfs_fate(fs, &header->life) == MINIGFS_UNSURE;
}

/* Reads every journal's header and every range anew. */
int minigfs_survey(struct minigfs *fs)
{
	int err = 0;
	u32 i;

	for (i = 0; i < fs->nr_journals && !err; i++) {
		err = minigfs_read(fs, minigfs_journal_at(fs, i),
				   MINIGFS_JOURNAL, i, &fs->journals[i]);
		if (!err)
			err = minigfs_read(fs, minigfs_range_at(fs, i),
					   MINIGFS_RANGE, i, &fs->ranges[i]);
	}
	return err;
}

static bool minigfs_is_mounted(struct minigfs *fs, u32 index)
{
	const struct minigfs_journal *header = &fs->journals[index].journal;
	struct minigfs_who who;

	return minigfs_current(fs, index, &who) &&
	       le32_to_cpu(header->state) == MINIGFS_DIRTY &&
	       le64_to_cpu(header->life.incarnation) == who.incarnation;
}

/*
 * The lowest nodeid of those in the view that have the disk mounted already;
 * when nobody has, the lowest in the view.
 */
static bool minigfs_first_in_line(struct minigfs *fs)
{
	u32 best = U32_MAX, best_mounted = U32_MAX;
	struct minigfs_who who;
	u32 i;

	for (i = 0; i < fs->nr_journals; i++) {
		if (!minigfs_current(fs, i, &who))
			continue;
		best = min(best, who.nodeid);
		if (minigfs_is_mounted(fs, i))
			best_mounted = min(best_mounted, who.nodeid);
	}
	return fs->self.nodeid == (best_mounted != U32_MAX ? best_mounted : best);
}

/* Does @record follow, in the journal of this life? */
static bool minigfs_record_fits(const struct minigfs *fs,
				const struct minigfs_journal *header,
				const struct minigfs_record *record, u64 seq)
{
	return le64_to_cpu(record->seq) == seq &&
	       record->life.nodeid == header->life.nodeid &&
	       record->life.incarnation == header->life.incarnation &&
	       le32_to_cpu(record->slot) < fs->nr_journals * fs->range_slots;
}

/* 1: applied; 0: was in the table already. */
static int minigfs_apply(struct minigfs *fs, u32 index,
			 const struct minigfs_record *record)
{
	struct minigfs_pending entry = {
		.slot = le32_to_cpu(record->slot),
		.seq = le64_to_cpu(record->seq),
		.count = le64_to_cpu(record->new_count),
		.value = le64_to_cpu(record->value),
	};
	union minigfs_block block;
	u64 count;
	int err;

	err = minigfs_read(fs, minigfs_slot_at(fs, entry.slot), MINIGFS_SLOT,
			   entry.slot, &block);
	if (err)
		return err;
	count = le64_to_cpu(block.slot.count);
	if (count >= entry.count)
		return 0;
	if (count != le64_to_cpu(record->old_count)) {
		pr_err("minigfs: slot %u has seen %llu transactions, but the journal of node %u goes on from %llu\n",
		       entry.slot, count, fs->nodes[index].nodeid,
		       le64_to_cpu(record->old_count));
		return -EUCLEAN;
	}
	return minigfs_slot_write(fs, index, &entry) ?: 1;
}

int minigfs_replay(struct minigfs *fs, u32 index, u64 *head, u32 *count,
		   u32 *applied)
{
	const struct minigfs_journal *header = &fs->journals[index].journal;
	u64 tail = le64_to_cpu(header->tail);
	union minigfs_block block;
	int ret;

	*count = 0;
	*applied = 0;
	for (*head = tail; *head < tail + fs->journal_blocks; ++*head) {
		ret = minigfs_read(fs, minigfs_record_at(fs, index, *head + 1),
				   MINIGFS_RECORD, index, &block);
		if (ret && ret != -EUCLEAN)
			return ret;
		if (ret || !minigfs_record_fits(fs, header, &block.record,
						*head + 1))
			break;
		ret = minigfs_apply(fs, index, &block.record);
		if (ret < 0)
			return ret;
		++*count;
		*applied += ret;
	}
	return 0;
}

static int minigfs_recover_journal(struct minigfs *fs, u32 index)
{
	union minigfs_block *header = &fs->journals[index];
	u32 nodeid = fs->nodes[index].nodeid;
	u32 count, applied;
	u64 head;
	int err;

	err = minigfs_replay(fs, index, &head, &count, &applied);
	if (err)
		return err;
	pr_info("minigfs: node %u replays the journal of node %u: %u transactions, %u of them were not in the table\n",
		fs->self.nodeid, nodeid, count, applied);
	header->journal.state = cpu_to_le32(MINIGFS_RECOVERED);
	header->journal.tail = cpu_to_le64(head);
	minigfs_life_set(&header->journal.recoverer, &fs->self);
	atomic64_add(count, &fs->stats.replayed);
	atomic64_inc(&fs->stats.recovered);
	return minigfs_journal_write(fs, index, header);
}

/* A dead owner's range goes home, if its node is back, or else to us. */
static int minigfs_adopt(struct minigfs *fs, u32 index)
{
	struct minigfs_who who;
	bool back = minigfs_current(fs, index, &who);
	int err;

	err = minigfs_range_give(fs, index, back ? &who : &fs->self);
	if (err)
		return err;
	if (back) {
		pr_info("minigfs: node %u gives node %u the slots of its earlier life\n",
			fs->self.nodeid, who.nodeid);
	} else {
		atomic64_inc(&fs->stats.adopted);
		pr_info("minigfs: node %u adopts the slots of node %u\n",
			fs->self.nodeid, who.nodeid);
	}
	return 0;
}

/* Holds the recovery lock. */
static int minigfs_recover_all(struct minigfs *fs)
{
	int err;
	u32 i;

	err = minigfs_survey(fs);
	for (i = 0; i < fs->nr_journals && !err; i++) {
		if (minigfs_dirty_of_dead(fs, i))
			err = minigfs_recover_journal(fs, i);
		if (!err && minigfs_stop_asked(fs))
			err = -EINTR;
	}
	for (i = 0; i < fs->nr_journals && !err; i++)
		if (minigfs_range_of_dead(fs, i))
			err = minigfs_adopt(fs, i);
	return err;
}

enum minigfs_need {
	MINIGFS_NOTHING,
	MINIGFS_WAIT,		/* for a fence */
	MINIGFS_WORK,
};

static enum minigfs_need minigfs_need(struct minigfs *fs, u32 *whose)
{
	enum minigfs_need need = MINIGFS_NOTHING;
	u32 i;

	for (i = 0; i < fs->nr_journals; i++) {
		if (minigfs_dirty_of_dead(fs, i) ||
		    minigfs_range_of_dead(fs, i)) {
			*whose = fs->nodes[i].nodeid;
			return MINIGFS_WORK;
		}
		if (minigfs_unsure(fs, i)) {
			*whose = fs->nodes[i].nodeid;
			need = MINIGFS_WAIT;
		}
	}
	return need;
}

static void minigfs_say_waiting(struct minigfs *fs, enum minigfs_need need,
				u32 whose)
{
	if (fs->waiting_said)
		return;
	fs->waiting_said = true;
	pr_info("minigfs: node %u waits until the journal of node %u is %s\n",
		fs->self.nodeid, whose, need == MINIGFS_WORK ?
		"replayed by another" : "safe to replay");
}

/* Until nothing of a dead life is left: recover it, or watch it be done. */
static int minigfs_recover_dead(struct minigfs *fs)
{
	unsigned long patience = jiffies +
				 msecs_to_jiffies(MINIGFS_PATIENCE_MS);
	enum minigfs_need need;
	u32 whose;
	int err;

	for (;;) {
		err = minigfs_survey(fs);
		if (err)
			return err;
		need = minigfs_need(fs, &whose);
		if (need == MINIGFS_NOTHING)
			return 0;
		if (need == MINIGFS_WAIT ||
		    (!minigfs_first_in_line(fs) &&
		     time_before(jiffies, patience))) {
			minigfs_say_waiting(fs, need, whose);
			err = minigfs_pause(fs, MINIGFS_WATCH_MS);
		} else {
			err = minigfs_lock(fs);
			if (!err) {
				err = minigfs_recover_all(fs);
				err = minigfs_unlock(fs) ?: err;
			}
		}
		if (err)
			return err;
	}
}

/* Ranges that we adopted, and whose node is back. */
static int minigfs_give_back(struct minigfs *fs)
{
	struct minigfs_who who;
	int err = 0;
	u32 i;

	for (i = 0; i < fs->nr_journals && !err; i++) {
		if (i == fs->own ||
		    !minigfs_is_self(fs, &fs->ranges[i].range.owner) ||
		    !minigfs_current(fs, i, &who))
			continue;
		err = minigfs_range_give(fs, i, &who);
		atomic64_inc(&fs->stats.returned);
		pr_info("minigfs: node %u gives node %u its slots back\n",
			fs->self.nodeid, who.nodeid);
	}
	return err;
}

/* Nobody takes a range from the living: then the disk is not what it was. */
static int minigfs_check_ranges(struct minigfs *fs)
{
	u32 i;

	for_each_set_bit(i, fs->loaded, fs->nr_journals) {
		if (minigfs_is_self(fs, &fs->ranges[i].range.owner))
			continue;
		pr_err("minigfs: node %u: somebody has taken range %u\n",
		       fs->self.nodeid, i);
		return -EUCLEAN;
	}
	return 0;
}

int minigfs_recover(struct minigfs *fs)
{
	int err;

	fs->waiting_said = false;
	if (!fs->ready) {
		err = minigfs_lock_reset(fs);
		if (err)
			return err;
		fs->ready = true;
	}
	if (fs->claimed) {
		err = minigfs_unlock(fs);
		if (err)
			return err;
	}
	err = minigfs_writeback(fs);
	if (!err)
		err = minigfs_recover_dead(fs);
	if (!err)
		err = minigfs_check_ranges(fs);
	if (!err && !fs->mounted)
		err = minigfs_journal_open(fs);
	if (!err)
		err = minigfs_give_back(fs);
	return err ?: minigfs_load_ranges(fs);
}
