/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listeners: each is led through stop, gates, start, done, finish by its own
 * work item; one ordered work per cluster only decides who may take the next
 * step.
 */
#ifndef _VCS_LISTENER_H
#define _VCS_LISTENER_H

#include "cluster.h"

/* All called with cluster.lock held unless the name says otherwise. */
int vcs_listeners_setup(struct vcs_cluster *cluster);
void vcs_listeners_destroy(struct vcs_cluster *cluster);	/* last put */
/* The cluster has left; cancels timers; not under cluster.lock. */
void vcs_listeners_shutdown(struct vcs_cluster *cluster);

/*
 * A view was published: merge into every listener's change, stop them all.
 * @departed as in struct vcs_view_update.
 */
void vcs_listeners_view_locked(struct vcs_cluster *cluster,
			       const struct vcs_view *old,
			       const struct vcs_view *new,
			       const struct vcs_departed *departed,
			       u32 nr_departed);
/* Quorum lost: stop those that need it. */
void vcs_listeners_stop_locked(struct vcs_cluster *cluster);
/* The gates have closed (provider lost, end): take back what has not begun. */
void vcs_listeners_hold_locked(struct vcs_cluster *cluster);
/* A gate may have opened (quorum, fence, sync): look again. Any context
 * that holds cluster.lock.
 */
void vcs_listeners_kick_locked(struct vcs_cluster *cluster);
/*
 * The cluster is over for its listeners: evicted() for the stateful, gone() for
 * the others; nothing follows. A second call does nothing.
 */
void vcs_listeners_end_locked(struct vcs_cluster *cluster);
/*
 * Memory for a view with @nr_members, and @nr_departed gone; -ENOMEM. After it
 * vcs_listeners_view_locked() and all that follows from it need none.
 */
int vcs_listeners_reserve_locked(struct vcs_cluster *cluster, u32 nr_members,
				 u32 nr_departed, gfp_t gfp);
u32 vcs_listeners_stateful_locked(struct vcs_cluster *cluster);
bool vcs_listeners_recovering_locked(struct vcs_cluster *cluster);
/* Does the current task run a listener's callback? Any context. */
bool vcs_in_listener_callback(void);

/* A snapshot of one listener, for netlink and sysfs. */
struct vcs_listener_info {
	char name[VCS_NAME_MAX + 1];
	enum vcs_level level;
	u32 flags;
	enum vcs_phase phase;
	u64 generation;		/* of the view of its change */
	u64 since_ms;		/* in this phase */
	/*
	 * "", "stop", "start", "release" (its own callback); "provider",
	 * "sync", "quorum", "fence:3", "done:NAME" (a gate).
	 */
	char waiting_for[64];
};

/* The @index-th listener by name order; -ENOENT when there is none. */
int vcs_listener_info_locked(struct vcs_cluster *cluster, u32 index,
			     struct vcs_listener_info *info);

#endif /* _VCS_LISTENER_H */
