/* SPDX-License-Identifier: GPL-2.0-only */
/* How clusters end; for the files that can end one. */
#ifndef _VCS_LEAVE_H
#define _VCS_LEAVE_H

#include "cluster.h"

extern struct workqueue_struct *vcs_leave_wq;	/* leave_work, nothing else */

/*
 * The end begins: upcalls are refused and nobody registers any more. Whatever
 * the cause, (S) stateful listeners are evicted, and the others see this node
 * fail, whatever @how says; without them it is LEAVING. The rest happens in
 * leave_work. A second call does nothing.
 */
void vcs_cluster_end_locked(struct vcs_cluster *cluster,
			    enum vcs_leave_how how, int error,
			    const char *reason);
/*
 * Resets the machine or panics; a test puts its own in place. It is not the
 * right of who may only configure a network.
 */
#if IS_ENABLED(CONFIG_KUNIT)
extern void (*vcs_end_machine)(enum vcs_on_eviction policy,
			       const char *cluster);
#endif
bool vcs_may_end_machine(const struct net *net, bool sys_boot);
/* The others go on without this node; applies the policy on_eviction. */
void vcs_cluster_evict_locked(struct vcs_cluster *cluster, const char *why);
void vcs_cluster_queue_leave(struct vcs_cluster *cluster);
void vcs_cluster_leave_work(struct work_struct *work);

/* The two phases of the exit of a namespace; no lock held. */
void vcs_clusters_net_pre_exit(struct vcs_net *vn);
void vcs_clusters_net_exit(struct vcs_net *vn);

/* attest.c: stateful listeners of a cluster that is over have (not) let go. */
void vcs_attest_undrained(struct vcs_cluster *cluster);
void vcs_attest_drained(struct vcs_cluster *cluster);

#endif /* _VCS_LEAVE_H */
