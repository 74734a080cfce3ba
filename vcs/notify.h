/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What leaves the core for people and tools: netlink events, uevents, sysfs,
 * debugfs.
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
/*
 * "providers", per namespace. Add before any cluster can exist there, del after
 * the last vcs_sysfs_cluster_del().
 */
int vcs_sysfs_net_add(struct net *net);
void vcs_sysfs_net_del(struct net *net);
/*
 * Init comes right after the cluster's memory and kref: kobject_init(), and
 * the kobject holds a reference on the cluster from here on, which its
 * release() gives back. Add shows the folder and opens the way for events.
 * Del is due exactly once after init, added or not: it takes the folder away,
 * waits for the work, drops the kobject; nothing is announced after it.
 * Add and del without cluster.lock, which show() takes.
 */
void vcs_sysfs_cluster_init(struct vcs_cluster *cluster);
int vcs_sysfs_cluster_add(struct vcs_cluster *cluster);
void vcs_sysfs_cluster_del(struct vcs_cluster *cluster);
/* The folders nodes/, listeners/, fence/ follow the state from a work item. */
void vcs_sysfs_refresh(struct vcs_cluster *cluster);	/* any context */
/* A provider was registered, or is gone; from a work item, any context. */
void vcs_sysfs_providers_changed(void);

/* debug.c: the provider's own words, between its join and its leave. */
void vcs_debug_start(void);
void vcs_debug_stop(void);
void vcs_debug_add(struct vcs_cluster *cluster);
void vcs_debug_del(struct vcs_cluster *cluster);

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
/* The decision log has new entries; a work item reads and sends them. */
void vcs_event_log(struct vcs_cluster *cluster);	/* any context */
/* Announces a request to the group "fence"; no lock held. */
void vcs_event_fence_ready(struct net *net, const char *cluster, u64 request,
			   u32 nodeid);
/* It is wanted no more; no lock held. */
void vcs_event_fence_cancelled(struct net *net, const char *cluster,
			       u64 request, u32 nodeid);
/* Does a socket in @net listen to the group "fence"? Any context. */
bool vcs_event_fence_listeners(struct net *net);

#endif /* _VCS_NOTIFY_H */
