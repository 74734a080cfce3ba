/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What leaves the core for people and tools: netlink events, uevents, sysfs.
 * All best effort, after the commit; none may fail a change. Called with
 * cluster.lock held unless said otherwise.
 */
#ifndef _VCS_NOTIFY_H
#define _VCS_NOTIFY_H

#include "cluster.h"
#include "listener.h"

/* sysfs.c */
int vcs_sysfs_start(void);
void vcs_sysfs_stop(void);
int vcs_sysfs_net_add(struct net *net);		/* "providers", per namespace */
void vcs_sysfs_net_del(struct net *net);
/* Without cluster.lock, which show() takes. */
int vcs_sysfs_cluster_add(struct vcs_cluster *cluster);
void vcs_sysfs_cluster_del(struct vcs_cluster *cluster);
void vcs_sysfs_cluster_init(struct vcs_cluster *cluster); /* kobject_init() */
/* The folders nodes/, listeners/, fence/ follow the state from a work item. */
void vcs_sysfs_refresh(struct vcs_cluster *cluster);	/* any context */

/* netlink.c */
int vcs_netlink_start(void);
void vcs_netlink_stop(void);

/* event.c */
void vcs_event_state(struct vcs_cluster *cluster);
void vcs_event_view(struct vcs_cluster *cluster, const struct vcs_view *view);
void vcs_event_quorum(struct vcs_cluster *cluster);
void vcs_event_member(struct vcs_cluster *cluster, enum vcs_event event,
		      u32 nodeid, u64 incarnation, const char *reason);
void vcs_event_suspect(struct vcs_cluster *cluster, u32 nodeid, bool suspect,
		       const char *why);
void vcs_event_fence(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		     enum vcs_fence_state state, u32 actor, const char *text);
void vcs_event_listener(struct vcs_cluster *cluster,
			const struct vcs_listener_info *info);
void vcs_event_log(struct vcs_cluster *cluster,
		   const struct vcs_log_entry *entry);	/* any context */
/* Announces a request to the group "fence"; no lock held. */
void vcs_event_fence_ready(struct net *net, const char *cluster, u64 request,
			   u32 nodeid);

#endif /* _VCS_NOTIFY_H */
