// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fence daemon's side of the family: ACCEPT, DONE, and what happens when
 * the daemon's socket goes.
 *
 * Who accepted a request is known by the socket, not by its port id: a port
 * id is free again before the release of its socket is announced, so that a
 * restarted daemon could own it, and have accepted something, by then. Each
 * accepting socket gets an owner number here, is held, and is recognised as
 * gone by being dead.
 *
 * Locking: acceptors_lock guards the list. It is held across neither of the
 * calls into the method.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "fence.h"
#include "netlink.h"

struct acceptor {
	struct list_head node;
	struct sock *sk;	/* held */
	u32 owner;		/* > 0 */
};

static DEFINE_MUTEX(acceptors_lock);
static LIST_HEAD(acceptors);
static u32 last_owner;

static u32 acceptor_find_locked(const struct sock *sk)
{
	struct acceptor *a;

	lockdep_assert_held(&acceptors_lock);
	list_for_each_entry(a, &acceptors, node)
		if (a->sk == sk)
			return a->owner;
	return 0;
}

static u32 acceptor_find(const struct sock *sk)
{
	u32 owner;

	mutex_lock(&acceptors_lock);
	owner = acceptor_find_locked(sk);
	mutex_unlock(&acceptors_lock);
	return owner;
}

static bool owner_used_locked(u32 owner)
{
	struct acceptor *a;

	lockdep_assert_held(&acceptors_lock);
	list_for_each_entry(a, &acceptors, node)
		if (a->owner == owner)
			return true;
	return !owner;
}

/* The owner number of a socket, given at its first ACCEPT; 0: no memory. */
static u32 acceptor_get(struct sock *sk)
{
	struct acceptor *new = kzalloc(sizeof(*new), GFP_KERNEL);
	u32 owner;

	if (!new)
		return 0;
	mutex_lock(&acceptors_lock);
	owner = acceptor_find_locked(sk);
	if (!owner) {
		do {
			owner = ++last_owner;
		} while (owner_used_locked(owner));
		sock_hold(sk);
		new->sk = sk;
		new->owner = owner;
		list_add(&new->node, &acceptors);
		new = NULL;
	}
	mutex_unlock(&acceptors_lock);
	kfree(new);
	return owner;
}

static int fill_ticket(struct sk_buff *skb, const char *cluster,
		       const struct vcs_fence_ticket *ticket)
{
	if (nla_put_string(skb, VCS_A_CLUSTER, cluster) ||
	    nla_put_u64_64bit(skb, VCS_A_REQUEST, ticket->id, VCS_A_PAD) ||
	    nla_put_u32(skb, VCS_A_NODEID, ticket->nodeid) ||
	    nla_put_u64_64bit(skb, VCS_A_INCARNATION, ticket->incarnation,
			      VCS_A_PAD) ||
	    nla_put_string(skb, VCS_A_REASON, ticket->reason) ||
	    nla_put_u32(skb, VCS_A_TIMEOUT_MS, ticket->timeout_ms) ||
	    nla_put_u64_64bit(skb, VCS_A_COOKIE, ticket->cookie, VCS_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static int accept_errno(struct genl_info *info, int err)
{
	struct nlattr *attr = info->attrs[VCS_A_REQUEST];

	switch (err) {
	case -ENOENT:
		return vcs_nl_refuse(info->extack, attr, err,
				     "REQUEST: nothing to do; the request is over or was never announced here");
	case -EBUSY:
		return vcs_nl_refuse(info->extack, attr, err,
				     "REQUEST: another daemon has it; wait for the next FENCE_READY");
	default:
		return err;
	}
}

/*
 * The daemon never got its cookie, so that nobody could answer: rather than to
 * let the attempt wait for its time limit, end it with nothing known.
 */
static void accept_undo(struct net *net, const char *cluster, u32 owner,
			const struct vcs_fence_ticket *ticket)
{
	vcs_fence_upcall_done(net, cluster, ticket->id, ticket->cookie, owner,
			      VCS_FENCE_UNKNOWN,
			      "the fence daemon could not be given the request");
}

int vcs_nl_fence_accept(struct sk_buff *skb, struct genl_info *info)
{
	struct vcs_fence_ticket ticket;
	struct sk_buff *reply;
	const char *cluster;
	void *hdr;
	u32 owner;
	int err;

	err = vcs_nl_need(info->attrs, info->extack, VCS_A_CLUSTER);
	if (!err)
		err = vcs_nl_need(info->attrs, info->extack, VCS_A_REQUEST);
	if (err)
		return err;
	cluster = nla_data(info->attrs[VCS_A_CLUSTER]);

	/* All that can fail for want of memory comes before the acceptance. */
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	owner = acceptor_get(NETLINK_CB(skb).sk);
	err = -ENOMEM;
	if (!reply || !owner)
		goto free_reply;
	hdr = genlmsg_put_reply(reply, info, &vcs_genl_family, 0,
				VCS_CMD_FENCE_ACCEPT);
	if (!hdr)
		goto free_reply;

	err = vcs_fence_upcall_accept(genl_info_net(info), cluster,
				      nla_get_u64(info->attrs[VCS_A_REQUEST]),
				      owner, &ticket);
	if (err) {
		err = accept_errno(info, err);
		goto free_reply;
	}
	err = fill_ticket(reply, cluster, &ticket);
	if (err) {
		nlmsg_free(reply);
	} else {
		genlmsg_end(reply, hdr);
		err = genlmsg_reply(reply, info);
	}
	if (err)
		accept_undo(genl_info_net(info), cluster, owner, &ticket);
	memzero_explicit(&ticket, sizeof(ticket));
	return err;

free_reply:
	nlmsg_free(reply);
	return err;
}

static int done_errno(struct genl_info *info, int err)
{
	switch (err) {
	case -ENOENT:
	case -ESTALE:
		return vcs_nl_refuse(info->extack, info->attrs[VCS_A_REQUEST],
				     -ESTALE,
				     "REQUEST: it is over; the answer came too late and was not used");
	case -EPERM:
		return vcs_nl_refuse(info->extack, info->attrs[VCS_A_COOKIE],
				     err,
				     "COOKIE: answer from the socket that accepted, with the cookie it got");
	default:
		return err;
	}
}

/* What an agent did after all must be found when somebody asks why. */
static void log_late(struct genl_info *info, u32 owner, const char *text)
{
	struct nlattr **attrs = info->attrs;
	struct net *net = genl_info_net(info);
	struct vcs_cluster *cluster;
	u64 incarnation;
	u32 nodeid;

	if (!vcs_fence_upcall_late(net, nla_get_u64(attrs[VCS_A_REQUEST]),
				   nla_get_u64(attrs[VCS_A_COOKIE]), owner,
				   &nodeid, &incarnation))
		return;
	cluster = vcs_cluster_get(net, nla_data(attrs[VCS_A_CLUSTER]));
	if (!cluster)
		return;
	vcs_log(cluster, VCS_LOG_FENCE_ATTEMPT, nodeid, incarnation,
		"upcall: no longer wanted, not used: %s: %s",
		vcs_fence_result_str(nla_get_u32(attrs[VCS_A_RESULT])), text);
	vcs_cluster_put(cluster);
}

int vcs_nl_fence_done(struct sk_buff *skb, struct genl_info *info)
{
	static const enum vcs_attr needed[] = {
		VCS_A_CLUSTER, VCS_A_REQUEST, VCS_A_COOKIE, VCS_A_RESULT,
	};
	struct nlattr **attrs = info->attrs;
	u32 owner = acceptor_find(NETLINK_CB(skb).sk);
	const char *text = "";
	int i, err;

	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		err = vcs_nl_need(attrs, info->extack, needed[i]);
		if (err)
			return err;
	}
	if (!owner)
		return done_errno(info, -EPERM);
	if (attrs[VCS_A_TEXT])
		text = nla_data(attrs[VCS_A_TEXT]);
	err = vcs_fence_upcall_done(genl_info_net(info),
				    nla_data(attrs[VCS_A_CLUSTER]),
				    nla_get_u64(attrs[VCS_A_REQUEST]),
				    nla_get_u64(attrs[VCS_A_COOKIE]), owner,
				    nla_get_u32(attrs[VCS_A_RESULT]), text);
	if (err == -ESTALE)
		log_late(info, owner, text);
	return err ? done_errno(info, err) : 0;
}

/* The next acceptor in @net whose socket is dead, taken off the list. */
static struct acceptor *acceptor_take_dead(struct net *net)
{
	struct acceptor *a;

	mutex_lock(&acceptors_lock);
	list_for_each_entry(a, &acceptors, node) {
		if (net_eq(sock_net(a->sk), net) &&
		    sock_flag(a->sk, SOCK_DEAD)) {
			list_del(&a->node);
			mutex_unlock(&acceptors_lock);
			return a;
		}
	}
	mutex_unlock(&acceptors_lock);
	return NULL;
}

static void acceptor_free(struct acceptor *a)
{
	sock_put(a->sk);
	kfree(a);
}

static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;
	struct acceptor *a;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	while ((a = acceptor_take_dead(notify->net))) {
		vcs_fence_upcall_release(notify->net, a->owner);
		acceptor_free(a);
	}
	vcs_fence_upcall_abandon(notify->net);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = netlink_event,
};

int vcs_nl_fence_start_notifier(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

/* After the family is gone: no ACCEPT can come any more. */
void vcs_nl_fence_stop_notifier(void)
{
	struct acceptor *a, *next;

	netlink_unregister_notifier(&netlink_notifier);
	list_for_each_entry_safe(a, next, &acceptors, node) {
		list_del(&a->node);
		acceptor_free(a);
	}
}
