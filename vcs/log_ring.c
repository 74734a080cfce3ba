// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision log as a ring: the newest VCS_LOG_ENTRIES entries, numbered
 * from 1 without a gap, so that a reader sees what it has missed.
 *
 * Locking: log.lock, a spinlock taken with interrupts off; innermost.
 */
#include <linux/minmax.h>
#include <linux/slab.h>

#include "log_ring.h"

/**
 * vcs_log_setup() - make the log of a cluster
 * @cluster: before anybody sees it
 *
 * Return: 0 or -ENOMEM.
 */
int vcs_log_setup(struct vcs_cluster *cluster)
{
	struct vcs_log_ring *ring = &cluster->log;

	spin_lock_init(&ring->lock);
	ring->next = 1;
	ring->entries = kvcalloc(VCS_LOG_ENTRIES, sizeof(*ring->entries),
				 GFP_KERNEL);
	return ring->entries ? 0 : -ENOMEM;
}

/**
 * vcs_log_destroy() - free the log of a cluster
 * @cluster: nobody sees it any more
 */
void vcs_log_destroy(struct vcs_cluster *cluster)
{
	kvfree(cluster->log.entries);
	cluster->log.entries = NULL;
}

/**
 * vcs_log_add() - put an entry into the log
 * @cluster: whose log
 * @entry: copied; its @seq is set here
 *
 * Context: any.
 */
void vcs_log_add(struct vcs_cluster *cluster, struct vcs_log_entry *entry)
{
	struct vcs_log_ring *ring = &cluster->log;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	entry->seq = ring->next++;
	ring->entries[entry->seq % VCS_LOG_ENTRIES] = *entry;
	spin_unlock_irqrestore(&ring->lock, flags);
}

/**
 * vcs_log_read() - the first entry that is not older than asked for
 * @cluster: whose log
 * @seq: the number asked for
 * @entry: filled in; a higher number than @seq tells what was overwritten
 *
 * Context: any.
 * Return: false when there is none yet.
 */
bool vcs_log_read(struct vcs_cluster *cluster, u64 seq,
		  struct vcs_log_entry *entry)
{
	struct vcs_log_ring *ring = &cluster->log;
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&ring->lock, flags);
	seq = max_t(u64, seq, 1);
	if (ring->next > VCS_LOG_ENTRIES)
		seq = max(seq, ring->next - VCS_LOG_ENTRIES);
	found = seq < ring->next;
	if (found)
		*entry = ring->entries[seq % VCS_LOG_ENTRIES];
	spin_unlock_irqrestore(&ring->lock, flags);
	return found;
}
