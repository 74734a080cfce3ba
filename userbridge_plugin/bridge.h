/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cluster of the bridge, and the netlink family around it. Locks,
 * outermost first:
 *
 *	bridges_lock	the list of bridges (bridge.c)
 *	bridge.order	one message of a daemon, or loss of a daemon, at a time;
 *			held across upcalls into the core, so never taken by
 *			what the core calls, except in leave, when the core lets
 *			no upcall in any more
 *	bridge.lock	the state; held for moments, never across an upcall
 *
 * bridges_lock is never held while bridge.order is taken; cluster.lock of the
 * core is taken under it, and under order.
 */
#ifndef _VCS_UB_BRIDGE_H
#define _VCS_UB_BRIDGE_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include "state.h"

struct sock;

/*
 * Under order and lock memory is not waited for: the loss of a daemon, and the
 * end of its grace period, are told under them and have a time limit.
 */
#define UB_GFP	(GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN)

struct ub_bridge {
	struct kref ref;
	struct list_head node;		/* bridges_lock, and the next */
	bool retiring;			/* the machine is about to stop */

	/* Constant. */
	struct vcs_cluster *cluster;	/* valid until @dead */
	struct net *net;		/* likewise */
	char *options;			/* for the daemon */

	struct mutex order;		/* one message at a time */
	bool dead;			/* order and lock to change; no upcall any more */

	struct mutex lock;		/* what follows, but the work */
	struct ub_state state;
	struct sock *sk;		/* the owner's, held; NULL none */
	u32 portid;			/* its port id: where to send */
	const char *lost;		/* what the core is still to be told */
	u32 stored_len;
	u8 *stored;			/* VCS_UB_STATE_MAX; the daemon's */

	struct delayed_work tick;
	struct completion left;
};

extern struct genl_family ub_genl_family;
extern struct workqueue_struct *ub_wq;

/* bridge.c */
int ub_bridge_start(struct vcs_cluster *cluster, const char *options);
void ub_bridge_stop(struct ub_bridge *bridge, enum vcs_leave_how how);
struct ub_bridge *ub_bridge_get(struct net *net, const char *cluster);
/* The one after the first @skip of @net; NULL no more. */
struct ub_bridge *ub_bridge_nth(struct net *net, unsigned int skip);
void ub_bridge_put(struct ub_bridge *bridge);
/* A socket in @net is gone. */
void ub_bridges_release(struct net *net);
/* Does anybody do I/O on the strength of one, anywhere? */
bool ub_bridges_stateful(void);
/* Leave, for the machine is about to stop; within a second. */
void ub_bridges_retire(void);
/* What is due; under order. */
void ub_bridge_settle(struct ub_bridge *bridge);
void ub_bridge_rearm_locked(struct ub_bridge *bridge);
void ub_bridge_drop_locked(struct ub_bridge *bridge, const char *why);
u64 ub_now_ms(void);

/* send.c: to the owner, as much as fits; under lock. */
void ub_flush_locked(struct ub_bridge *bridge);

/* fill.c */
int ub_fill_claim(struct sk_buff *skb, struct ub_bridge *bridge,
		  const struct vcs_view *view);
int ub_fill_info(struct sk_buff *skb, struct ub_bridge *bridge);
size_t ub_claim_size(const struct vcs_view *view);
static inline int ub_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, VCS_UB_A_PAD);
}

/* view.c: the members and departed of a VIEW; to be freed by ub_view_free(). */
struct ub_view {
	struct vcs_view_update update;
	struct vcs_member *members;
	struct vcs_departed *departed;
};

int ub_view_parse(struct ub_view *view, struct genl_info *info);
void ub_view_free(struct ub_view *view);

/* policy.c */
extern const struct nla_policy ub_policy[VCS_UB_A_MAX + 1];
extern const struct nla_policy ub_node_policy[VCS_UB_NODE_A_MAX + 1];

#endif /* _VCS_UB_BRIDGE_H */
