/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which incarnations must be fenced, who is at it, and the gate this makes.
 *
 * The table changes only by views and by delivered records, so it is the same
 * on all members at the same point of the agreed order. What this node does
 * about it (claim, try methods, report) runs apart, in fence_actor.c.
 */
#ifndef _VCS_FENCE_H
#define _VCS_FENCE_H

#include "cluster.h"

struct vcs_record;		/* record_codec.h */

int vcs_fence_setup(struct vcs_cluster *cluster);
void vcs_fence_destroy(struct vcs_cluster *cluster);	/* last put */
/* Cancels what the actor has under way; not under cluster.lock; may sleep. */
void vcs_fence_shutdown(struct vcs_cluster *cluster);

/*
 * A view was published: claims of members that are gone end; each failed,
 * removed or absent departed incarnation becomes pending; members
 * with VCS_MEMBER_SETTLED settle the earlier lives of their nodeid.
 */
void vcs_fence_view_locked(struct vcs_cluster *cluster,
			   const struct vcs_view *old,
			   const struct vcs_view *new,
			   const struct vcs_departed *departed,
			   u32 nr_departed);
/* A delivered FENCE_* record from a member of the view. */
void vcs_fence_record_locked(struct vcs_cluster *cluster, u32 from,
			     const struct vcs_record *record);
/*
 * State transfer. The table holds still from a view to its SYNC_END (records
 * about fences are void on every member alike in between, and their owners
 * send them again), so what is written here is the state at the view.
 */
int vcs_fence_sync_out_locked(struct vcs_cluster *cluster, u64 generation,
			      u32 *cursor);
void vcs_fence_sync_in_locked(struct vcs_cluster *cluster,
			      const struct vcs_record *record);
/*
 * Entries were lost, for want of room or with the members that knew them:
 * @cluster's gates can open no more, until it forms anew.
 */
bool vcs_fence_overflow_locked(struct vcs_cluster *cluster);
void vcs_fence_set_overflow_locked(struct vcs_cluster *cluster,
				   const char *why);
/* Something the actor depends on changed (quorum, suspects, sync, agents). */
void vcs_fence_kick_locked(struct vcs_cluster *cluster);

/*
 * Is (nodeid, incarnation), and each life of it before, fenced or never in
 * need of it? The gate of VCS_LISTENER_NEED_FENCED.
 */
bool vcs_fence_settled_locked(struct vcs_cluster *cluster, u32 nodeid,
			      u64 incarnation);
/*
 * Any fence of this nodeid pending, claimed, or not known to a node that was
 * never told all? Holds its join.
 */
bool vcs_fence_pending_locked(struct vcs_cluster *cluster, u32 nodeid);
/*
 * Might an agent be acting on this nodeid just now? Holds even the join of a
 * life that settles the others: the agent would hit it.
 */
bool vcs_fence_active_locked(struct vcs_cluster *cluster, u32 nodeid);
/* A life of this nodeid that is no member wants to be one: it is not off. */
void vcs_fence_alive_locked(struct vcs_cluster *cluster, u32 nodeid);

/*
 * For VCS_CMD_FENCE and vcs_fence_node(): submits a FENCE_REQUEST record, again
 * with each view until it was delivered. -EINVAL the local node; -ENOENT
 * neither a member nor in the table; -EOPNOTSUPP, -ENOTCONN, -ESHUTDOWN;
 * -EAGAIN too many requests under way.
 */
int vcs_fence_request_locked(struct vcs_cluster *cluster, u32 nodeid,
			     u64 incarnation, const char *reason);
/*
 * The administrator's word, for what is pending of this nodeid now, or with
 * @incarnation for that alone; logged. -ENOENT nothing pending; -ESTALE
 * something is, but not that; -EAGAIN too many requests under way.
 */
int vcs_fence_confirm_locked(struct vcs_cluster *cluster, u32 nodeid,
			     const u64 *incarnation);

struct vcs_fence_info {
	u64 incarnation;
	u64 request;		/* 0 unless this node is at it */
	u64 since_ms;		/* in this state */
	u32 nodeid;
	u32 actor;
	u32 tries;		/* attempts made by this node */
	enum vcs_fence_state state;
	char method[VCS_NAME_MAX + 1];
	char reason[VCS_REASON_MAX + 1];
};

/* The @index-th entry of the table; -ENOENT when there is none. */
int vcs_fence_info_locked(struct vcs_cluster *cluster, u32 index,
			  struct vcs_fence_info *info);
/*
 * For people: the entries of the table, then the fences of members that this
 * node's provider wants before it removes them.
 */
int vcs_fence_show_locked(struct vcs_cluster *cluster, u32 index,
			  struct vcs_fence_info *info);

/*
 * The method "upcall", as netlink sees it (fence_upcall.c); no lock held.
 * @cookie is the acceptor's proof, @owner stands for the socket that must
 * answer: never 0, and no port id, which a successor may have by the time
 * that the release of the socket is announced.
 */
struct vcs_fence_ticket {
	u64 id;
	u64 cookie;
	u64 incarnation;
	u32 nodeid;
	u32 timeout_ms;
	char reason[VCS_REASON_MAX + 1];
};

int vcs_fence_upcall_accept(struct net *net, const char *cluster, u64 id,
			    u32 owner, struct vcs_fence_ticket *ticket);
int vcs_fence_upcall_done(struct net *net, const char *cluster, u64 id,
			  u64 cookie, u32 owner, enum vcs_fence_result result,
			  const char *text);
/* Of a cancelled request that @owner had accepted; true once. */
bool vcs_fence_upcall_late(struct net *net, u64 id, u64 cookie, u32 owner,
			   u32 *nodeid, u64 *incarnation);
/* The socket is gone: what it accepted is open to others again. */
void vcs_fence_upcall_release(struct net *net, u32 owner);
/* A socket is gone, perhaps the last that listened for requests. */
void vcs_fence_upcall_abandon(struct net *net);
/* The first request that waits for ACCEPT with id > @after; false: none. */
bool vcs_fence_upcall_waiting(struct net *net, u64 after, char *cluster,
			      u64 *id, u32 *nodeid);

int vcs_fence_methods_start(void);	/* registers "upcall" and "manual" */
void vcs_fence_methods_stop(void);

#endif /* _VCS_FENCE_H */
