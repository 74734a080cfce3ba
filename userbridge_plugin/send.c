// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests on their way to the owner. Never waits: what does not fit into the
 * socket's buffer, or finds no memory, stays for the owner's next message.
 *
 * It goes to a port id, which a stranger may have taken between the end of the
 * owner's socket and its release. So nothing is sent once the socket is dead. It
 * is marked so a moment after its port id is free: what a stranger gets in that
 * moment is of no use to him, for the cookie is good on the owner's socket only,
 * and it is sent again to the next owner.
 *
 * Locking: bridge.lock.
 */
#include <net/sock.h>

#include "bridge.h"

static int fill_fenced(struct sk_buff *skb, const struct ub_request *request)
{
	if (nla_put_u32(skb, VCS_UB_A_NODEID, request->nodeid) ||
	    ub_put_u64(skb, VCS_UB_A_INCARNATION, request->incarnation) ||
	    ub_put_u64(skb, VCS_UB_A_FENCE_COOKIE, request->fence_cookie) ||
	    nla_put_u32(skb, VCS_UB_A_FENCE_RESULT, request->value))
		return -EMSGSIZE;
	return 0;
}

static int fill_join(struct sk_buff *skb, struct ub_bridge *bridge)
{
	if (ub_put_u64(skb, VCS_UB_A_INCARNATION,
		       vcs_cluster_incarnation(bridge->cluster)) ||
	    nla_put_string(skb, VCS_UB_A_OPTIONS, bridge->options))
		return -EMSGSIZE;
	return 0;
}

static int fill_submit(struct sk_buff *skb, const struct ub_request *request)
{
	if (ub_put_u64(skb, VCS_UB_A_GENERATION, request->generation) ||
	    nla_put(skb, VCS_UB_A_DATA, request->len, request->data))
		return -EMSGSIZE;
	return 0;
}

static int fill(struct sk_buff *skb, struct ub_bridge *bridge,
		const struct ub_request *request)
{
	if (nla_put_string(skb, VCS_UB_A_CLUSTER,
			   vcs_cluster_name(bridge->cluster)) ||
	    ub_put_u64(skb, VCS_UB_A_COOKIE, bridge->state.cookie) ||
	    ub_put_u64(skb, VCS_UB_A_SEQ, request->seq))
		return -EMSGSIZE;
	switch (request->cmd) {
	case VCS_UB_CMD_JOIN:
		return fill_join(skb, bridge);
	case VCS_UB_CMD_LEAVE:
		return nla_put_u32(skb, VCS_UB_A_HOW, request->value);
	case VCS_UB_CMD_SUBMIT:
		return fill_submit(skb, request);
	default:
		return fill_fenced(skb, request);
	}
}

static int send_one(struct ub_bridge *bridge, const struct ub_request *request)
{
	struct sk_buff *skb;
	void *hdr;

	/* The largest: a record, or the options; and some numbers. */
	skb = genlmsg_new(VCS_OPTIONS_MAX + VCS_NAME_MAX + 256, UB_GFP);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, bridge->portid, 0, &ub_genl_family, 0,
			  request->cmd);
	if (!hdr || fill(skb, bridge, request)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_unicast(bridge->net, skb, bridge->portid);
}

void ub_flush_locked(struct ub_bridge *bridge)
{
	struct ub_request *request;

	lockdep_assert_held(&bridge->lock);
	if (!bridge->sk || sock_flag(bridge->sk, SOCK_DEAD))
		return;
	while ((request = ub_next_unsent(&bridge->state))) {
		if (send_one(bridge, request))
			return;
		request->sent = true;
	}
}
