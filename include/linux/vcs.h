/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual Cluster Switch: what a kernel consumer of cluster membership calls.
 *
 * Look members up without locks, register a listener to be led through
 * membership changes, ask for a node to be fenced. Which provider decides
 * membership cannot be seen from here.
 */
#ifndef _LINUX_VCS_H
#define _LINUX_VCS_H

#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <uapi/linux/vcs.h>

struct module;
struct net;
struct vcs_cluster;
struct vcs_listener;
struct vcs_listener_state;

/**
 * struct vcs_lifetime - names one unbroken history of a cluster
 * @id: random, drawn when the cluster forms from nothing
 */
struct vcs_lifetime {
	u8 id[VCS_LIFETIME_LEN];
};

/**
 * struct vcs_member - one member of a view
 * @incarnation: random id of this life of the node; compared for equality only
 * @joined_generation: generation of the first view with this incarnation
 * @nodeid: > 0, sparse
 * @votes: its weight in quorum; may be 0
 * @flags: VCS_MEMBER_*
 */
struct vcs_member {
	u64 incarnation;
	u64 joined_generation;
	u32 nodeid;
	u32 votes;
	u32 flags;
};

/*
 * The provider proved, by the rules for a node that comes back, that no
 * earlier incarnation of this nodeid can do I/O any more.
 */
#define VCS_MEMBER_SETTLED	(1U << 0)

/**
 * struct vcs_view - who is a member: immutable, the same on every node
 * @rcu: for the core
 * @ref: for the core; consumers hold it by vcs_view_get() and vcs_view_put()
 * @lifetime: the history this view belongs to
 * @generation: rises by one with each view of a lifetime
 * @expected_votes: votes of all configured nodes
 * @quorum: votes that make a view able to act
 * @nr_members: length of @members
 * @members: sorted by nodeid, no nodeid twice
 */
struct vcs_view {
	struct rcu_head rcu;
	struct kref ref;
	struct vcs_lifetime lifetime;
	u64 generation;
	u32 expected_votes;
	u32 quorum;
	u32 nr_members;
	struct vcs_member members[];
};

#define vcs_view_for_each(m, view)					\
	for ((m) = (view)->members;					\
	     (m) < (view)->members + (view)->nr_members; (m)++)

/**
 * struct vcs_departed - a node that is in a change, but no longer in the view
 * @incarnation: which life of it; 0 stands for every earlier life
 * @nodeid: which node
 * @reason: enum vcs_leave_reason
 */
struct vcs_departed {
	u64 incarnation;
	u32 nodeid;
	u32 reason;
};

/**
 * struct vcs_change - what start() is told: all since the last finish()
 * @view: the view to start with; newer ones may exist already
 * @local: the local node in @view
 * @joined: members that were not there at the last finish()
 * @left: incarnations that left cleanly
 * @failed: incarnations that failed; for a listener with
 *	    VCS_LISTENER_NEED_FENCED each of them is fenced
 * @nr_joined: length of @joined
 * @nr_left: length of @left
 * @nr_failed: length of @failed
 *
 * A node that went and came back is in @left or @failed with its old
 * incarnation and in @joined with its new one. Owned by the core; valid until
 * the listener has called vcs_listener_done() or returned 0 from start().
 */
struct vcs_change {
	const struct vcs_view *view;
	const struct vcs_member *local;
	const struct vcs_member *joined;
	const struct vcs_departed *left;
	const struct vcs_departed *failed;
	u32 nr_joined;
	u32 nr_left;
	u32 nr_failed;
};

/**
 * struct vcs_listener_ops - how a consumer is led through changes
 * @stop: required. Begin nothing new that relies on the view. May not wait
 *	  for I/O on cluster state, another listener, a node, a lock grant or a
 *	  fence. 0: stopped. -EINPROGRESS: vcs_listener_stopped() will be called.
 *	  Any other errno is taken as 0 and logged.
 * @start: required. Recover for @change, then go on. 0: done. -EINPROGRESS:
 *	   vcs_listener_done() will be called with @change->view->generation.
 *	   Any other errno: not done; logged; the listener stays in this phase
 *	   until the next change. A stop() may come while start() is in
 *	   progress: the start is void then, and its change is merged into the
 *	   next.
 * @finish: optional. Every listener of this level is done with @generation.
 * @evicted: required for VCS_LISTENER_STATEFUL. The others removed this node
 *	     and recover without it, or the cluster was torn down under it.
 *	     Discard cached state; never write. No phase follows. The listener
 *	     has let go when it has unregistered.
 * @gone: optional, for those without VCS_LISTENER_STATEFUL. The cluster is
 *	  over; no callback follows but @release.
 * @release: optional. Called exactly once after unregistration, when no
 *	     callback runs or can run any more. Required when the listener
 *	     unregisters from inside a callback: only here may its memory go.
 *
 * Context of all: process context on a WQ_MEM_RECLAIM worker, in
 * memalloc_noio scope, no lock of the core held, never two at a time for one
 * listener; @release also in the context of vcs_unregister_listener(). The owner
 * module is pinned during each call. Waiting inside a callback for a fence or
 * for a phase is -EDEADLK.
 */
struct vcs_listener_ops {
	int (*stop)(struct vcs_listener *listener);
	int (*start)(struct vcs_listener *listener,
		     const struct vcs_change *change);
	void (*finish)(struct vcs_listener *listener, u64 generation);
	void (*evicted)(struct vcs_listener *listener);
	void (*gone)(struct vcs_listener *listener);
	void (*release)(struct vcs_listener *listener);
};

/**
 * struct vcs_listener - a consumer's seat in a cluster
 * @name: unique in the cluster, shown to administrators; up to VCS_NAME_MAX
 *	  characters of [A-Za-z0-9._-]
 * @level: enum vcs_level; VCS_LEVEL_OBSERVER has no gates and delays nobody
 * @flags: VCS_LISTENER_*, or 0. None at VCS_LEVEL_OBSERVER; no
 *	   VCS_LISTENER_NEED_FENCED at VCS_LEVEL_FENCE. No level brings a flag
 *	   with it: a filesystem sets all three
 * @owner: the module that holds @ops
 * @ops: callbacks
 * @state: the core's; NULL before registration
 *
 * Memory is the consumer's, and stays valid until vcs_unregister_listener()
 * has returned, or, when that was called from inside a callback, until
 * @ops->release().
 */
struct vcs_listener {
	const char *name;
	enum vcs_level level;
	u32 flags;
	struct module *owner;
	const struct vcs_listener_ops *ops;
	struct vcs_listener_state *state;
};

struct vcs_cluster *vcs_cluster_get(struct net *net, const char *name);
void vcs_cluster_put(struct vcs_cluster *cluster);

int vcs_register_listener(struct vcs_cluster *cluster,
			  struct vcs_listener *listener);
void vcs_unregister_listener(struct vcs_listener *listener);
int vcs_listener_stopped(struct vcs_listener *listener);
int vcs_listener_done(struct vcs_listener *listener, u64 generation);

bool vcs_is_member(struct vcs_cluster *cluster, u32 nodeid);
bool vcs_is_quorate(struct vcs_cluster *cluster);
u32 vcs_local_nodeid(struct vcs_cluster *cluster);
const struct vcs_view *vcs_view_rcu(struct vcs_cluster *cluster);
const struct vcs_view *vcs_view_get(struct vcs_cluster *cluster);
void vcs_view_put(const struct vcs_view *view);
const struct vcs_member *vcs_view_member(const struct vcs_view *view,
					 u32 nodeid);

int vcs_fence_node(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		   const char *reason);
int vcs_fence_wait(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation);
bool vcs_is_fenced(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation);

#endif /* _LINUX_VCS_H */
