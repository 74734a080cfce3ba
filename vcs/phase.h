/* SPDX-License-Identifier: GPL-2.0-only */
/* A registered listener from the inside; for listener.c and phase.c. */
#ifndef _VCS_PHASE_H
#define _VCS_PHASE_H

#include <linux/ktime.h>
#include <linux/lockdep.h>

#include "change.h"
#include "cluster.h"
#include "listener.h"

/* The callback that a listener's work has to make next. */
enum vcs_call {
	VCS_CALL_NONE,
	VCS_CALL_STOP,
	VCS_CALL_START,
	VCS_CALL_FINISH,
	VCS_CALL_EVICTED,
	VCS_CALL_GONE,
};

struct vcs_listener_state {
	struct kref ref;
	/* Constant. */
	struct vcs_cluster *cluster;	/* reference */
	struct vcs_listener *listener;	/* memory of the consumer, until let go */
	const struct vcs_listener_ops *ops;
	struct module *owner;
	struct net *net;		/* active reference of a stateful one */
	char name[VCS_NAME_MAX + 1];
	enum vcs_level level;
	u32 flags;
	struct work_struct work;	/* holds a reference while queued */
	struct lockdep_map calls;	/* held across callbacks */

	/* All below: cluster.lock. */
	struct list_head node;
	enum vcs_phase phase;
	ktime_t since;			/* in this phase */
	enum vcs_call call;		/* not begun yet */
	bool stop_begun;		/* in this VCS_PHASE_STOPPING */
	bool overdue;			/* said once for this phase */
	bool over;			/* evicted() or gone() was the last call */
	bool dead;			/* unregistering; no call begins */
	bool dead_inside;		/* ... from inside a callback */
	u64 generation;			/* of the view that it must get to */
	struct vcs_merge merge;
	struct vcs_change_room *change;	/* the consumer's while it starts */
	struct vcs_change_room *larger;	/* takes its place at the next start */
	char waiting_for[64];
};

struct vcs_listeners {
	struct vcs_cluster *cluster;
	struct list_head list;		/* by name */
	u32 nr_stateful;		/* until they have let go */
	struct work_struct drive;	/* holds a cluster reference */
	struct delayed_work overdue;	/* holds a cluster reference */
};

#define vcs_listeners_for_each(st, cluster)				\
	list_for_each_entry(st, &(cluster)->listeners->list, node)

extern struct workqueue_struct *vcs_call_wq;	/* callbacks, nothing else */

/* listener.c */
void vcs_listener_state_put(struct vcs_listener_state *st);
void vcs_listener_let_go(struct vcs_listener_state *st);
int vcs_listener_merge_pending_locked(struct vcs_listener_state *st);
void vcs_listener_info_fill_locked(const struct vcs_listener_state *st,
				   struct vcs_listener_info *info);

/* phase.c */
void vcs_listener_work(struct work_struct *work);
void vcs_listener_stop_locked(struct vcs_listener_state *st);
void vcs_listener_end_locked(struct vcs_listener_state *st);
void vcs_listener_enter_locked(struct vcs_listener_state *st,
			       enum vcs_phase phase);
void vcs_listeners_drive(struct work_struct *work);

/* gate.c */
bool vcs_gates_open_locked(struct vcs_listener_state *st, char *why,
			   size_t why_len);
const struct vcs_listener_state *
vcs_level_undone_locked(struct vcs_cluster *cluster, enum vcs_level lowest,
			enum vcs_level highest);

/* overdue.c */
void vcs_overdue_work(struct work_struct *work);
void vcs_overdue_watch_locked(struct vcs_cluster *cluster);

#endif /* _VCS_PHASE_H */
