/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * minigfs: a consumer of the cluster with the bones of a cluster filesystem.
 *
 * One mount per loaded module. All disk I/O of a mount is done by one work
 * item (work.c), one block at a time, so "the work item is not running" means
 * "no I/O in flight". The cluster's callbacks (member.c) only hand over what
 * they are told and start, or stop, that work item.
 *
 * Lock: fs->lock (spinlock) protects what its comment says. The work item
 * owns the rest while it runs; nobody else looks before it is idle, except at
 * the counters.
 */
#ifndef MINIGFS_H
#define MINIGFS_H

#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/vcs.h>

#include "compat.h"
#include "minigfs_format.h"

#define MINIGFS_BATCH_MAX	32
#define MINIGFS_TOLD_MAX	8

enum minigfs_phase {
	MINIGFS_STOPPED,	/* no I/O; the cluster changes */
	MINIGFS_RECOVERING,	/* start() came; others' journals first */
	MINIGFS_RUNNING,
	/* No way back from here. */
	MINIGFS_SPECTATOR,	/* this node has no journal */
	MINIGFS_FAILED,		/* the disk is not what it must be */
	MINIGFS_EVICTED,
	MINIGFS_UNMOUNTED,
};

/* struct minigfs_life as the processor likes it. */
struct minigfs_who {
	struct vcs_lifetime lifetime;
	u64 incarnation;
	u64 joined;
	u32 nodeid;
};

enum minigfs_fate {
	MINIGFS_ALIVE,		/* or newer than the view we started with */
	MINIGFS_DEAD,		/* gone, and can do no more I/O */
	MINIGFS_UNSURE,		/* gone, but not known to be fenced */
};

/*
 * What the last start() said about the node of one journal, and every life of
 * it that any start() said to be fenced or to have left.
 */
struct minigfs_node {
	u64 incarnation;	/* in the view; 0: not a member */
	u64 joined;
	u64 told[MINIGFS_TOLD_MAX];
	u32 nodeid;
	u32 nr_told;		/* ever; the last ones are kept */
	bool told_all;		/* every life of earlier lifetimes */
};

/* A slot whose content we know because nobody else may write it. */
struct minigfs_cached {
	u64 count;
	u64 value;
};

/* Committed to our journal, not yet in the table. */
struct minigfs_pending {
	u64 seq;
	u64 count;
	u64 value;
	u32 slot;
};

struct minigfs_stats {
	atomic64_t committed;
	atomic64_t applied;
	atomic64_t replayed;	/* read from the journals of the dead */
	atomic64_t recovered;	/* journals */
	atomic64_t adopted;	/* ranges of the dead */
	atomic64_t returned;	/* ranges given back */
};

struct minigfs {
	struct vcs_cluster *cluster;
	struct vcs_listener listener;
	struct minigfs_bdev bdev;
	struct page *page;		/* the one I/O buffer */

	/* From the superblock and the options; constant. */
	u32 nr_journals;
	u32 journal_blocks;
	u32 range_slots;
	u32 batch;
	u32 rate;

	spinlock_t lock;		/* for what says so below */
	enum minigfs_phase phase;	/* lock; read anywhere */
	bool busy;			/* lock; the work item does a step */
	bool stopping;			/* lock; stop() waits for it */
	bool in_flight;			/* lock; the disk has a request */
	bool unmounting;		/* lock */
	struct completion unmounted;
	wait_queue_head_t wait;		/* for stopping, evicted, in_flight */
	struct workqueue_struct *wq;
	struct delayed_work work;

	/* Written by start() while the work item is idle. */
	struct vcs_lifetime lifetime;
	u64 generation;			/* of the view we started with */
	struct minigfs_who self;
	int own;			/* index of our journal; -1: none */
	struct minigfs_node *nodes;	/* nr_journals of them */

	/* The work item's. */
	bool ready;			/* our claim was reset in this life */
	bool claimed;			/* our claim may be on the disk */
	bool mounted;			/* our journal is dirty, by us */
	bool waiting_said;		/* one log line per wait */
	u64 head;			/* last sequence number in our journal */
	u32 next_slot;
	u32 nr_pending;
	unsigned long *loaded;		/* ranges that are ours and cached */
	struct minigfs_cached *table;
	struct minigfs_pending pending[MINIGFS_BATCH_MAX];
	union minigfs_block *journals;	/* last read headers */
	union minigfs_block *ranges;	/* last read ranges */

	struct minigfs_stats stats;
};

/* main.c */
extern struct minigfs *minigfs_mounted;

/* stats.c */
int minigfs_stats_add(struct minigfs *fs);
void minigfs_stats_del(struct minigfs *fs);
void minigfs_phase_changed(struct minigfs *fs);

/* member.c */
extern const struct vcs_listener_ops minigfs_listener_ops;

/* life.c: who is who, and who is dead */
void minigfs_life_set(struct minigfs_life *life, const struct minigfs_who *who);
void minigfs_life_get(struct minigfs_who *who, const struct minigfs_life *life);
bool minigfs_is_self(const struct minigfs *fs, const struct minigfs_life *life);
struct minigfs_node *minigfs_node_find(struct minigfs *fs, u32 nodeid);
enum minigfs_fate minigfs_fate(struct minigfs *fs,
			       const struct minigfs_life *life);
/* The current life of the node of journal @index; false: not a member. */
bool minigfs_current(const struct minigfs *fs, u32 index,
		     struct minigfs_who *who);
void minigfs_take_change(struct minigfs *fs, const struct vcs_change *change);

/* work.c */
void minigfs_work(struct work_struct *work);
void minigfs_set_phase_locked(struct minigfs *fs, enum minigfs_phase phase);
bool minigfs_stop_asked(const struct minigfs *fs);
/* -EINTR when a stop() came, or 0 after @ms. */
int minigfs_pause(struct minigfs *fs, unsigned int ms);

/*
 * io.c: one block, synchronously. 0, -ESHUTDOWN (no way back), -EUCLEAN (what
 * was read is not what should be there), or what the disk said.
 */
int minigfs_read(struct minigfs *fs, u64 block, enum minigfs_kind kind,
		 u32 index, union minigfs_block *to);
int minigfs_write(struct minigfs *fs, u64 block, enum minigfs_kind kind,
		  u32 index, union minigfs_block *from, blk_opf_t flags);
int minigfs_read_super(struct minigfs *fs);
/* After a phase that forbids I/O was set: until none is under way. */
void minigfs_io_drain(struct minigfs *fs);

static inline u64 minigfs_claim_at(const struct minigfs *fs, u32 index)
{
	return 1 + index;
}

static inline u64 minigfs_journal_at(const struct minigfs *fs, u32 index)
{
	return 1 + fs->nr_journals + index;
}

static inline u64 minigfs_range_at(const struct minigfs *fs, u32 index)
{
	return 1 + 2 * fs->nr_journals + index;
}

static inline u64 minigfs_record_at(const struct minigfs *fs, u32 index,
				    u64 seq)
{
	u32 at = do_div(seq, fs->journal_blocks);

	return 1 + 3 * fs->nr_journals + (u64)index * fs->journal_blocks + at;
}

static inline u64 minigfs_slot_at(const struct minigfs *fs, u32 slot)
{
	return 1 + 3 * fs->nr_journals +
	       (u64)fs->nr_journals * fs->journal_blocks + slot;
}

static inline u64 minigfs_blocks(const struct minigfs *fs)
{
	return minigfs_slot_at(fs, fs->nr_journals * fs->range_slots);
}

/* lock.c: the recovery lock. 0, -EINTR (a stop came), or an I/O error. */
int minigfs_lock_reset(struct minigfs *fs);
int minigfs_lock(struct minigfs *fs);
int minigfs_unlock(struct minigfs *fs);

/* journal.c: our own journal and our slots */
int minigfs_journal_open(struct minigfs *fs);
int minigfs_journal_close(struct minigfs *fs);
int minigfs_commit_one(struct minigfs *fs);
int minigfs_writeback(struct minigfs *fs);
int minigfs_load_ranges(struct minigfs *fs);
int minigfs_slot_write(struct minigfs *fs, u32 journal,
		       const struct minigfs_pending *entry);
int minigfs_journal_write(struct minigfs *fs, u32 index,
			  union minigfs_block *header);
int minigfs_range_give(struct minigfs *fs, u32 index,
		       const struct minigfs_who *owner);

/* recover.c: the journals of the dead */
int minigfs_recover(struct minigfs *fs);
int minigfs_survey(struct minigfs *fs);
/* Apply what is in journal @index, exactly once; returns the last number. */
int minigfs_replay(struct minigfs *fs, u32 index, u64 *head, u32 *count,
		   u32 *applied);

#endif /* MINIGFS_H */
