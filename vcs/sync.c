// SPDX-License-Identifier: GPL-2.0-only
/*
 * State transfer at each view: the oldest member sends the table of fences,
 * joiners take it over, and the SYNC_END of this view's generation opens the
 * way for everything else on all members at the same point of the agreed
 * order.
 *
 * Between a view and its SYNC_END no other record changes the table, so the
 * sender may take its time (no memory, a full outbox) and a joiner ends with
 * what the others have.
 *
 * Locking: cluster.lock.
 */
#include <linux/slab.h>

#include "fence.h"
#include "listener.h"
#include "record.h"
#include "record_codec.h"
#include "sync.h"
#include "sync_rule.h"

struct vcs_sync {
	struct vcs_sync_rule rule;
	u32 cursor;			/* entries sent so far */
	bool sending;			/* this node still has to send */
};

/**
 * vcs_sync_setup() - before anybody sees the cluster
 * @cluster: the cluster
 *
 * Return: 0 or -ENOMEM.
 */
int vcs_sync_setup(struct vcs_cluster *cluster)
{
	cluster->sync = kzalloc(sizeof(*cluster->sync), GFP_KERNEL);
	return cluster->sync ? 0 : -ENOMEM;
}

/**
 * vcs_sync_destroy() - nobody sees the cluster any more
 * @cluster: the cluster
 */
void vcs_sync_destroy(struct vcs_cluster *cluster)
{
	kfree(cluster->sync);
	cluster->sync = NULL;
}

static int send_end_locked(struct vcs_cluster *cluster)
{
	struct vcs_record record = {
		.kind = VCS_RECORD_SYNC_END,
		.generation = cluster->sync->rule.generation,
	};

	if (!cluster->sync->rule.whole || vcs_fence_overflow_locked(cluster))
		record.flags |= VCS_SYNC_INCOMPLETE;
	return vcs_outbox_send_locked(cluster, &record);
}

/**
 * vcs_sync_retry_locked() - go on sending where it stopped
 * @cluster: the cluster
 *
 * The outbox calls it again when it had no room or no memory.
 *
 * Context: cluster.lock.
 */
void vcs_sync_retry_locked(struct vcs_cluster *cluster)
{
	struct vcs_sync *sync = cluster->sync;

	lockdep_assert_held(&cluster->lock);
	if (!sync->sending)
		return;
	if (!vcs_fence_sync_out_locked(cluster, sync->rule.generation,
				       &sync->cursor) &&
	    !send_end_locked(cluster))
		sync->sending = false;
}

static void complete_locked(struct vcs_cluster *cluster)
{
	struct vcs_sync *sync = cluster->sync;

	vcs_log(cluster, VCS_LOG_SYNC, sync->rule.sender, 0,
		"state of generation %llu is complete, from node %u",
		sync->rule.generation, sync->rule.sender);
	vcs_fence_kick_locked(cluster);
	vcs_listeners_kick_locked(cluster);
}

/**
 * vcs_sync_view_locked() - a view was published
 * @cluster: after vcs_outbox_view_locked() and vcs_fence_view_locked()
 * @old: the view before; NULL for the first
 * @new: the new view
 *
 * Context: cluster.lock.
 */
void vcs_sync_view_locked(struct vcs_cluster *cluster,
			  const struct vcs_view *old,
			  const struct vcs_view *new)
{
	struct vcs_sync *sync = cluster->sync;

	lockdep_assert_held(&cluster->lock);
	vcs_sync_rule_view(&sync->rule, new);
	sync->cursor = 0;
	sync->sending = false;
	if (!vcs_has_records(cluster)) {
		sync->rule.done = true;
		return;
	}
	sync->sending = sync->rule.sender == cluster->local_nodeid;
	vcs_sync_retry_locked(cluster);
}

/**
 * vcs_sync_record_locked() - a SYNC record was delivered
 * @cluster: the cluster
 * @from: nodeid of its sender
 * @record: of a VCS_RECORD_SYNC_* kind
 *
 * Context: cluster.lock.
 */
void vcs_sync_record_locked(struct vcs_cluster *cluster, u32 from,
			    const struct vcs_record *record)
{
	struct vcs_sync *sync = cluster->sync;

	lockdep_assert_held(&cluster->lock);
	switch (vcs_sync_rule_record(&sync->rule, from, record)) {
	case VCS_SYNC_IGNORE:
		vcs_log(cluster, VCS_LOG_REFUSED, from, 0,
			"%s of generation %llu from node %u; expected %llu from node %u",
			vcs_record_kind_str(record->kind), record->generation,
			from, sync->rule.generation, sync->rule.sender);
		break;
	case VCS_SYNC_KNOWN:
		break;
	case VCS_SYNC_MERGE:
		vcs_fence_sync_in_locked(cluster, record);
		break;
	case VCS_SYNC_COMPLETE:
		if (record->flags & VCS_SYNC_INCOMPLETE)
			vcs_fence_set_overflow_locked(cluster,
						      "those who knew died before they could tell");
		complete_locked(cluster);
		break;
	}
}

/**
 * vcs_sync_done_locked() - does this node know what the others know?
 * @cluster: the cluster
 *
 * Context: cluster.lock.
 * Return: false: gates stay closed. Without records, true from the first view.
 * Never true for a view that the transfer has not been told of.
 */
bool vcs_sync_done_locked(struct vcs_cluster *cluster)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_sync_rule *rule = &cluster->sync->rule;

	lockdep_assert_held(&cluster->lock);
	return view && rule->done && rule->generation == view->generation;
}

/**
 * vcs_sync_whole_locked() - was this node ever told all, or there at the start?
 * @cluster: the cluster
 *
 * Context: cluster.lock.
 * Return: whether its table is complete; the views have kept it so since then.
 */
bool vcs_sync_whole_locked(struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	return !vcs_has_records(cluster) || cluster->sync->rule.whole;
}
