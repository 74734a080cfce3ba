// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one work item of a mount: a step of recovery, or one transaction, or
 * the unmount, each time it runs. It is the only one that does I/O, so when
 * it ends a step with fs->stopping set, the mount is stopped.
 *
 * Lock: fs->lock, taken here.
 */
#include <linux/sched/mm.h>
#include "minigfs.h"

/* How often a mount without slots looks whether they were given to it. */
#define MINIGFS_POLL_MS		100

void minigfs_set_phase_locked(struct minigfs *fs, enum minigfs_phase phase)
{
	lockdep_assert_held(&fs->lock);
	WRITE_ONCE(fs->phase, phase);
	minigfs_phase_changed(fs);
}

bool minigfs_stop_asked(const struct minigfs *fs)
{
	return READ_ONCE(fs->stopping) || READ_ONCE(fs->unmounting) ||
	       READ_ONCE(fs->phase) >= MINIGFS_FAILED;
}

int minigfs_pause(struct minigfs *fs, unsigned int ms)
{
	wait_event_timeout(fs->wait, minigfs_stop_asked(fs),
			   msecs_to_jiffies(ms));
	return minigfs_stop_asked(fs) ? -EINTR : 0;
}

/* May a step be done now, and is it the last? */
static bool minigfs_begin(struct minigfs *fs, enum minigfs_phase *phase,
			  bool *closing)
{
	bool go;

	spin_lock(&fs->lock);
	*phase = fs->phase;
	*closing = fs->unmounting && fs->phase == MINIGFS_RUNNING;
	go = fs->phase == MINIGFS_RECOVERING || fs->phase == MINIGFS_RUNNING;
	fs->busy = go;
	spin_unlock(&fs->lock);
	return go;
}

/* The step is over: what does its result mean, and was a stop() waiting? */
static bool minigfs_end(struct minigfs *fs, enum minigfs_phase was, int err)
{
	bool stopped;

	spin_lock(&fs->lock);
	fs->busy = false;
	stopped = fs->stopping;
	fs->stopping = false;
	if (fs->phase == was) {		/* not evicted meanwhile */
		if (err && err != -EINTR)
			minigfs_set_phase_locked(fs, MINIGFS_FAILED);
		else if (stopped)
			minigfs_set_phase_locked(fs, MINIGFS_STOPPED);
		else if (!err)
			minigfs_set_phase_locked(fs, MINIGFS_RUNNING);
	}
	spin_unlock(&fs->lock);
	if (err && err != -EINTR && err != -ESHUTDOWN)
		pr_err("minigfs: node %u: error %d from the disk: it writes no more\n",
		       fs->self.nodeid, err);
	return stopped;
}

/* One transaction, or a look for slots when there are none. */
static int minigfs_run(struct minigfs *fs, unsigned int *delay_ms)
{
	int err;

	*delay_ms = MINIGFS_POLL_MS;
	if (!test_bit(fs->own, fs->loaded)) {
		err = minigfs_load_ranges(fs);
		if (err || bitmap_empty(fs->loaded, fs->nr_journals))
			return err;
	}
	*delay_ms = 1000 / fs->rate;
	return minigfs_commit_one(fs);
}

static int minigfs_step(struct minigfs *fs, enum minigfs_phase phase,
			bool closing, unsigned int *delay_ms)
{
	if (phase == MINIGFS_RECOVERING)
		return minigfs_recover(fs);
	if (closing)
		return minigfs_journal_close(fs);
	return minigfs_run(fs, delay_ms);
}

/* Returns whether another step is to follow. */
static bool minigfs_one(struct minigfs *fs, enum minigfs_phase phase,
			bool closing, unsigned int *delay_ms)
{
	u64 generation = fs->generation;
	unsigned int noio;
	int err;

	noio = memalloc_noio_save();
	err = minigfs_step(fs, phase, closing, delay_ms);
	memalloc_noio_restore(noio);
	if (minigfs_end(fs, phase, err)) {
		vcs_listener_stopped(&fs->listener);
		return false;
	}
	if (phase == MINIGFS_RECOVERING && !err)
		vcs_listener_done(&fs->listener, generation);
	return !err && !closing;
}

void minigfs_work(struct work_struct *work)
{
	struct minigfs *fs = container_of(to_delayed_work(work),
					  struct minigfs, work);
	enum minigfs_phase phase;
	unsigned int delay_ms = 0;
	bool more = false;
	bool closing;

	if (minigfs_begin(fs, &phase, &closing))
		more = minigfs_one(fs, phase, closing, &delay_ms);
	if (more)
		queue_delayed_work(fs->wq, &fs->work,
				   msecs_to_jiffies(delay_ms));
	else if (READ_ONCE(fs->unmounting))
		complete_all(&fs->unmounted);
}
