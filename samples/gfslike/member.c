// SPDX-License-Identifier: GPL-2.0-only
/*
 * The listener: what the cluster tells us, handed over to the work item.
 *
 * No callback does I/O, and none waits but evicted(), for the one request that
 * the disk may have: when it returns nothing is under way, and nothing can
 * begin. stop() forbids the next step and, when one is under way, lets the
 * work item report its end; start() writes down the change and sets the work
 * item going. Lock: fs->lock, taken here.
 */
#include "minigfs.h"

static struct minigfs *minigfs_of(struct vcs_listener *listener)
{
	return container_of(listener, struct minigfs, listener);
}

static int minigfs_stop(struct vcs_listener *listener)
{
	struct minigfs *fs = minigfs_of(listener);
	int ret = 0;

	spin_lock(&fs->lock);
	if (fs->busy) {
		fs->stopping = true;
		ret = -EINPROGRESS;
	} else if (fs->phase < MINIGFS_SPECTATOR) {
		minigfs_set_phase_locked(fs, MINIGFS_STOPPED);
	}
	spin_unlock(&fs->lock);
	if (ret)
		wake_up_all(&fs->wait);
	return ret;
}

static int minigfs_start(struct vcs_listener *listener,
			 const struct vcs_change *change)
{
	struct minigfs *fs = minigfs_of(listener);
	int ret = 0;

	/* Stopped, so the work item is idle, and what it owns is ours. */
	if (READ_ONCE(fs->phase) != MINIGFS_STOPPED)
		return READ_ONCE(fs->phase) == MINIGFS_FAILED ? -EIO : 0;
	minigfs_take_change(fs, change);
	spin_lock(&fs->lock);
	if (fs->phase != MINIGFS_STOPPED) {
		/* An unmount came in between. */
	} else if (fs->own < 0) {
		pr_warn("minigfs: node %u has no journal here: it only looks on\n",
			change->local->nodeid);
		minigfs_set_phase_locked(fs, MINIGFS_SPECTATOR);
	} else {
		minigfs_set_phase_locked(fs, MINIGFS_RECOVERING);
		ret = -EINPROGRESS;
	}
	spin_unlock(&fs->lock);
	if (ret)
		mod_delayed_work(fs->wq, &fs->work, 0);
	return ret;
}

/* The others recover our journal without us: what we hold in memory is void. */
static void minigfs_evicted(struct vcs_listener *listener)
{
	struct minigfs *fs = minigfs_of(listener);

	spin_lock(&fs->lock);
	if (fs->phase != MINIGFS_UNMOUNTED)
		minigfs_set_phase_locked(fs, MINIGFS_EVICTED);
	spin_unlock(&fs->lock);
	wake_up_all(&fs->wait);
	minigfs_io_drain(fs);
	pr_warn("minigfs: node %u was removed from the cluster: it writes no more; unmount\n",
		fs->self.nodeid);
}

const struct vcs_listener_ops minigfs_listener_ops = {
	.stop = minigfs_stop,
	.start = minigfs_start,
	.evicted = minigfs_evicted,
};
