/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files about fencing share: the state of one cluster's fences. All
 * of it under cluster.lock unless a comment says otherwise; all memory comes
 * with the cluster, for fencing may be what the machine waits for.
 */
#ifndef _VCS_FENCE_PRIV_H
#define _VCS_FENCE_PRIV_H

#include <linux/wait.h>

#include "fence.h"
#include "fence_job.h"
#include "fence_table.h"

#define VCS_FENCE_CLAIMS	4	/* fences this node works on at a time */
#define VCS_FENCE_FIRSTS	16
#define VCS_FENCE_ASKS		32
#define VCS_FENCE_COOKIES	8

enum vcs_claim_state {
	VCS_CLAIM_FREE,
	VCS_CLAIM_SENT,		/* FENCE_CLAIM submitted, not delivered yet */
	VCS_CLAIM_RUNNING,	/* the claim is ours, the job is at it */
	VCS_CLAIM_REPORT,	/* FENCE_RESULT to submit, or not delivered yet */
};

/* A fence that this node claims; fence_actor.c. */
struct vcs_fence_claim {
	struct vcs_fence_job job;
	enum vcs_claim_state state;
	enum vcs_fence_result result;
	u32 nodeid;
	u32 round;		/* of the claim; while SENT, of the one before */
	u64 incarnation;
	u64 sent_generation;	/* when the record was submitted; 0 not yet */
	char method[VCS_NAME_MAX + 1];
};

/* A fence that the provider wants before it removes a node; fence_first.c. */
struct vcs_fence_first {
	struct vcs_fence_job job;
	bool used;
	bool confirmed;		/* by an administrator, for the pass under way */
	bool overtaken;		/* another life became a member in this pass */
	bool succeeded;		/* a pass, perhaps not the last one */
	u32 nodeid;
	u32 nr_cookies;
	u64 incarnation;	/* 0: every life before the pass began */
	u64 member;		/* with 0: the life in the view then; 0 none */
	u64 reach;		/* with 0, of the pass: entries of no later order */
	u64 reached;		/* ... of the last one that succeeded */
	char method[VCS_NAME_MAX + 1];	/* ... and how */
	u64 asked_ms;		/* last time */
	u64 confirmed_ms;	/* by an administrator, for the next pass; or 0 */
	u64 cookies[VCS_FENCE_COOKIES];
	u32 nr_due;		/* answers of the pass that is over */
	enum vcs_fence_result due_result;
	u64 due[VCS_FENCE_COOKIES];
};

/* What this node asked of the cluster and is not in the table yet; fence_ask.c. */
struct vcs_fence_ask {
	bool used;
	bool confirm;		/* FENCE_CONFIRM; else FENCE_REQUEST */
	u32 nodeid;
	u64 incarnation;
	u64 sent_generation;	/* 0 not yet */
	char reason[VCS_REASON_MAX + 1];
};

struct vcs_fencing {
	struct vcs_cluster *cluster;
	struct vcs_fence_table table;
	struct vcs_fence_ask asks[VCS_FENCE_ASKS];
	struct vcs_fence_claim claims[VCS_FENCE_CLAIMS];
	struct vcs_fence_first firsts[VCS_FENCE_FIRSTS];
	struct delayed_work actor;
	struct delayed_work confirms;	/* lets those go that nobody asked for */
	bool stopped;
	u64 events;		/* written under the lock, read by waiters */
	wait_queue_head_t waiters;
};

static inline u64 vcs_fence_generation_locked(struct vcs_cluster *cluster)
{
	struct vcs_view *view = vcs_view_locked(cluster);

	return view ? view->generation : 0;
}

/* fence.c */
void vcs_fence_publish_locked(struct vcs_cluster *cluster);

/* fence_ask.c */
bool vcs_fence_asked_locked(struct vcs_fencing *fencing, u32 nodeid,
			    u64 incarnation);
void vcs_fence_send_asks_locked(struct vcs_fencing *fencing);

/* fence_actor.c */
void vcs_fence_claims_init(struct vcs_fencing *fencing);
struct vcs_fence_claim *vcs_fence_claim_find(struct vcs_fencing *fencing,
					     u32 nodeid, u64 incarnation);

/* fence_first.c */
void vcs_fence_firsts_init(struct vcs_fencing *fencing);
void vcs_fence_firsts_view_locked(struct vcs_fencing *fencing,
				  const struct vcs_view *new);
bool vcs_fence_first_succeeded(struct vcs_fencing *fencing,
			       const struct vcs_fence_entry *entry);
bool vcs_fence_first_unsettled(struct vcs_fencing *fencing, u32 nodeid,
			       u64 incarnation, struct vcs_fence_info *info);
bool vcs_fence_first_busy(struct vcs_fencing *fencing, u32 nodeid);
u32 vcs_fence_first_confirm_locked(struct vcs_fencing *fencing, u32 nodeid,
				   const u64 *incarnation, bool *pending);
bool vcs_fence_first_info_locked(struct vcs_fencing *fencing, u32 index,
				 struct vcs_fence_info *info);

#endif /* _VCS_FENCE_PRIV_H */
