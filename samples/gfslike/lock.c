// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recovery lock: Lamport's bakery, on the shared disk.
 *
 * Nodes go through their phases each at its own pace, so two of them may both
 * believe that it is theirs to recover. A cluster filesystem would take a
 * lock from its lock manager; here each node has one block that only it
 * writes, which is all that the bakery needs. A claim of a life that is dead
 * and fenced does not count; a claim of anybody else is waited for, until it
 * goes or until a new view says what became of its owner.
 *
 * Who has taken a number gives it back before it reports itself stopped, if
 * the disk takes it; if not, a claim that nobody uses stays until the next
 * start, which is a wait for the others, and no danger. After an unmount that
 * is the next mount, or the node's end as a member; so the unmount says it.
 * Called by the work item only.
 */
#include "minigfs.h"

#define MINIGFS_LOCK_POLL_MS	20
#define MINIGFS_LOCK_RETRY_MS	500

static int minigfs_claim_write(struct minigfs *fs, u64 number, bool choosing)
{
	union minigfs_block block = { };

	minigfs_life_set(&block.claim.life, &fs->self);
	block.claim.number = cpu_to_le64(number);
	block.claim.choosing = cpu_to_le32(choosing);
	return minigfs_write(fs, minigfs_claim_at(fs, fs->own), MINIGFS_CLAIM,
			     fs->own, &block, REQ_PREFLUSH | REQ_FUA);
}

/* What an earlier life of this node may have left. */
int minigfs_lock_reset(struct minigfs *fs)
{
	return minigfs_claim_write(fs, 0, false);
}

/* Takes a number higher than any in sight. */
static int minigfs_choose(struct minigfs *fs, u64 *number)
{
	union minigfs_block block;
	int err;
	u32 i;

	err = minigfs_claim_write(fs, 0, true);
	*number = 1;
	for (i = 0; i < fs->nr_journals && !err; i++) {
		err = minigfs_read(fs, minigfs_claim_at(fs, i), MINIGFS_CLAIM,
				   i, &block);
		if (!err)
			*number = max(*number,
				      le64_to_cpu(block.claim.number) + 1);
	}
	return err ?: minigfs_claim_write(fs, *number, false);
}

/* Is @claim of journal @index's node before us, or choosing a number? */
static bool minigfs_before(struct minigfs *fs, u32 index,
			   const struct minigfs_claim *claim, u64 number)
{
	u64 theirs = le64_to_cpu(claim->number);

	if (!theirs && !claim->choosing)
		return false;
	if (minigfs_fate(fs, &claim->life) == MINIGFS_DEAD)
		return false;
	if (claim->choosing)
		return true;
	return theirs < number || (theirs == number && index < fs->own);
}

static int minigfs_wait_for(struct minigfs *fs, u32 index, u64 number)
{
	union minigfs_block block;
	int err;

	for (;;) {
		err = minigfs_read(fs, minigfs_claim_at(fs, index),
				   MINIGFS_CLAIM, index, &block);
		if (err || !minigfs_before(fs, index, &block.claim, number))
			return err;
		err = minigfs_pause(fs, MINIGFS_LOCK_POLL_MS);
		if (err)
			return err;
	}
}

int minigfs_lock(struct minigfs *fs)
{
	u64 number;
	int err;
	u32 i;

	fs->claimed = true;
	err = minigfs_choose(fs, &number);
	for (i = 0; i < fs->nr_journals && !err; i++)
		if (i != fs->own)
			err = minigfs_wait_for(fs, i, number);
	return err ? minigfs_unlock(fs) ?: err : 0;
}

/*
 * The others wait for a claim as long as its owner lives, so an error of the
 * disk is no reason to leave it there. A stop cannot wait for the disk: then
 * it is taken back before anything else after the next start().
 */
int minigfs_unlock(struct minigfs *fs)
{
	bool said = false;
	int err;

	while ((err = minigfs_claim_write(fs, 0, false))) {
		if (err == -ESHUTDOWN)
			return err;
		if (!said)
			pr_err("minigfs: node %u cannot give the recovery lock back: error %d; the others wait until it can, or is fenced\n",
			       fs->self.nodeid, err);
		said = true;
		if (minigfs_pause(fs, MINIGFS_LOCK_RETRY_MS))
			return -EINTR;
	}
	fs->claimed = false;
	return 0;
}
