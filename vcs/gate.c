// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gates between stop and start: what a listener waits for, in the order in
 * which it is said. Only reads; a gate that may have opened is looked at again
 * by vcs_listeners_kick_locked().
 *
 * Locking: everything under cluster.lock.
 */
#include "fence.h"
#include "phase.h"
#include "sync.h"

static bool quorum_open_locked(struct vcs_cluster *cluster)
{
	/* What was said of an earlier view says nothing about this one. */
	return cluster->quorate &&
	       cluster->quorate_generation ==
	       vcs_view_locked(cluster)->generation;
}

/*
 * The first fence that is not settled among those that this listener must
 * wait for: each failed incarnation of its change, and for one that never
 * finished, each of the table, because it cannot know what they left behind.
 */
static bool fence_closed_locked(struct vcs_listener_state *st, u32 *nodeid)
{
	struct vcs_cluster *cluster = st->cluster;
	const struct vcs_departed *d;
	struct vcs_fence_info info;
	u32 i;

	*nodeid = 0;
	if (vcs_fence_overflow_locked(cluster))
		return true;
	for (i = 0; i < st->merge.nr; i++) {
		d = &st->merge.entries[i].departed;
		*nodeid = d->nodeid;
		if (d->reason != VCS_LEAVE_CLEAN &&
		    !vcs_fence_settled_locked(cluster, d->nodeid,
					      d->incarnation))
			return true;
	}
	if (st->merge.finished)
		return false;
	for (i = 0; !vcs_fence_info_locked(cluster, i, &info); i++) {
		*nodeid = info.nodeid;
		if (info.state != VCS_FENCE_FENCED)
			return true;
	}
	return false;
}

/* The first, by level, that is not done; NULL when all are. */
const struct vcs_listener_state *
vcs_level_undone_locked(struct vcs_cluster *cluster, enum vcs_level lowest,
			enum vcs_level highest)
{
	const struct vcs_listener_state *st, *first = NULL;

	lockdep_assert_held(&cluster->lock);
	vcs_listeners_for_each(st, cluster) {
		if (st->level < lowest || st->level > highest)
			continue;
		if (st->phase == VCS_PHASE_DONE || st->phase == VCS_PHASE_RUNNING)
			continue;
		if (!first || st->level < first->level)
			first = st;
	}
	return first;
}

bool vcs_gates_open_locked(struct vcs_listener_state *st, char *why,
			   size_t why_len)
{
	struct vcs_cluster *cluster = st->cluster;
	const struct vcs_listener_state *below = NULL;
	u32 nodeid;

	lockdep_assert_held(&cluster->lock);
	*why = '\0';
	if (st->level == VCS_LEVEL_OBSERVER)
		return true;
	if (st->level > VCS_LEVEL_FENCE)
		below = vcs_level_undone_locked(cluster, VCS_LEVEL_FENCE,
						st->level - 1);
	if (cluster->state != VCS_CLUSTER_MEMBER)
		strscpy(why, "provider", why_len);
	else if (!vcs_sync_done_locked(cluster))
		strscpy(why, "sync", why_len);
	else if ((st->flags & VCS_LISTENER_NEED_QUORUM) &&
		 !quorum_open_locked(cluster))
		strscpy(why, "quorum", why_len);
	else if ((st->flags & VCS_LISTENER_NEED_FENCED) &&
		 fence_closed_locked(st, &nodeid))
		snprintf(why, why_len, "fence:%u", nodeid);
	else if (below)
		snprintf(why, why_len, "done:%s", below->name);
	return !*why;
}
