/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pass through the fence methods of this node, for one life of a node. Who
 * wants the pass (the holder of a claim, or a provider that must fence before
 * it may remove) says so through struct vcs_fence_job_ops.
 */
#ifndef _VCS_FENCE_JOB_H
#define _VCS_FENCE_JOB_H

#include "cluster.h"

struct vcs_fence_job;

/*
 * @wanted_locked: false: settled meanwhile, or no longer ours to do; an attempt
 *		   under way is cancelled
 * @may_begin_locked: false: no new attempt now; the pass ends
 * @over_locked: the pass is over, with @job->result; @job->busy is false
 * @after: the same without the lock; optional
 *
 * Neither is called once vcs_fence_job_stop() has returned.
 */
struct vcs_fence_job_ops {
	bool (*wanted_locked)(struct vcs_fence_job *job);
	bool (*may_begin_locked)(struct vcs_fence_job *job);
	void (*over_locked)(struct vcs_fence_job *job);
	void (*after)(struct vcs_fence_job *job);
};

struct vcs_fence_job {
	struct vcs_cluster *cluster;
	const struct vcs_fence_job_ops *ops;
	struct delayed_work work;

	/* cluster.lock */
	bool busy;
	bool stopped;
	u32 nodeid;
	u64 incarnation;
	u64 since_ms;
	u32 tries;
	enum vcs_fence_result result;	/* the best so far */
	char method_name[VCS_NAME_MAX + 1];
	char text[VCS_TEXT_MAX + 1];	/* what the last attempt said */

	/* The work's own. */
	u32 next_method;
	struct vcs_fence_method *method;	/* with a reference: under way */
	unsigned long deadline;

	spinlock_t lock;	/* the completion of the attempt under way */
	bool open;		/* lock: an answer is still taken */
	bool answered;		/* lock */
	enum vcs_fence_result answer;		/* lock */
	char answer_text[VCS_TEXT_MAX + 1];	/* lock */
	struct vcs_fence_request request;	/* the method's while open */
};

extern struct workqueue_struct *vcs_fence_wq;	/* unbound, WQ_MEM_RECLAIM */

void vcs_fence_job_init(struct vcs_fence_job *job, struct vcs_cluster *cluster,
			const struct vcs_fence_job_ops *ops);
void vcs_fence_job_start_locked(struct vcs_fence_job *job, u32 nodeid,
				u64 incarnation, const char *reason);
void vcs_fence_job_poke_locked(struct vcs_fence_job *job);
void vcs_fence_job_stop_locked(struct vcs_fence_job *job);
void vcs_fence_job_stop(struct vcs_fence_job *job);
bool vcs_fence_methods_ready(struct vcs_cluster *cluster);
u64 vcs_fence_now_ms(void);

#endif /* _VCS_FENCE_JOB_H */
