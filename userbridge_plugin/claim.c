// SPDX-License-Identifier: GPL-2.0-only
/*
 * CLAIM: a socket becomes the owner, and learns what the kernel believes. That
 * of the owner itself is the end of its former claim, too, and freezes: what was
 * under way on the strength of that one is not to be gone on with.
 *
 * Locking: bridge.order; the state and the reply under one hold of bridge.lock,
 * so that no request comes before the reply.
 */
#include <linux/random.h>
#include <net/sock.h>

#include "command.h"

static int claim_locked(struct ub_bridge *bridge, struct sk_buff *skb,
			struct genl_info *info, struct sk_buff *reply,
			const struct vcs_view *view)
{
	struct sock *sk = NETLINK_CB(skb).sk;
	struct ub_refusal refusal = { 0 };
	void *hdr;
	int err;

	lockdep_assert_held(&bridge->lock);
	err = ub_claim(&bridge->state, ub_owner_of(sk), get_random_u64(),
		       ub_get_u32(info, VCS_UB_A_DEADLINE_MS), ub_now_ms(),
		       &refusal);
	if (err)
		return ub_nl_refusal(info, err, &refusal);
	sock_hold(sk);
	bridge->sk = sk;
	bridge->portid = info->snd_portid;
	hdr = genlmsg_put_reply(reply, info, &ub_genl_family, 0,
				VCS_UB_CMD_CLAIM);
	if (!hdr || ub_fill_claim(reply, bridge, view)) {
		ub_bridge_drop_locked(bridge, "the daemon could not be answered");
		return ub_nl_refuse(info, VCS_UB_A_CLUSTER, -EMSGSIZE,
				    "CLUSTER: what the kernel believes does not fit into a reply");
	}
	genlmsg_end(reply, hdr);
	vcs_log(bridge->cluster, VCS_LOG_PROVIDER, 0, 0,
		"claimed by the daemon at port %u", bridge->portid);
	return 0;
}

/* Under one hold of the lock, so that no request comes before the reply. */
static int try_claim(struct ub_bridge *bridge, struct sk_buff *skb,
		     struct genl_info *info)
{
	const struct vcs_view *view = vcs_view_get(bridge->cluster);
	struct sk_buff *reply;
	int err = -ENOMEM;

	reply = genlmsg_new(ub_claim_size(view), UB_GFP);
	if (!reply) {
		GENL_SET_ERR_MSG(info, "there is no memory for the reply: claim again");
		goto put_view;
	}
	mutex_lock(&bridge->lock);
	err = claim_locked(bridge, skb, info, reply, view);
	if (err) {
		nlmsg_free(reply);
		goto unlock;
	}
	err = genlmsg_reply(reply, info);
	/* Who was not told the cookie must not keep others away. */
	if (err) {
		ub_bridge_drop_locked(bridge, "the daemon could not be answered");
		ub_nl_refuse(info, VCS_UB_A_CLUSTER, err,
			     "CLUSTER: no room for the reply; read what is in the socket and claim again");
	}
unlock:
	mutex_unlock(&bridge->lock);
put_view:
	vcs_view_put(view);
	return err;
}

/* A daemon that has lost its way begins anew, on the socket that it has. */
static void drop_own(struct ub_bridge *bridge, struct sk_buff *skb)
{
	mutex_lock(&bridge->lock);
	if (bridge->sk && bridge->sk == NETLINK_CB(skb).sk)
		ub_bridge_drop_locked(bridge, "the daemon begins anew");
	mutex_unlock(&bridge->lock);
}

int ub_claim_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ub_bridge *bridge;
	u32 deadline;
	int err;

	err = ub_check_attrs(info, UB_A(CLUSTER) | UB_A(DEADLINE_MS), 0);
	if (err)
		return err;
	deadline = ub_get_u32(info, VCS_UB_A_DEADLINE_MS);
	if (deadline < VCS_UB_DEADLINE_MIN_MS ||
	    deadline > VCS_UB_DEADLINE_MAX_MS)
		return ub_nl_refuse(info, VCS_UB_A_DEADLINE_MS, -EINVAL,
				    "DEADLINE_MS: 100 to 600000");
	bridge = ub_find_bridge(info);
	if (!bridge)
		return -ENOENT;
	mutex_lock(&bridge->order);
	if (bridge->dead) {
		err = ub_nl_refuse(info, VCS_UB_A_CLUSTER, -ENOENT,
				   "CLUSTER: it has just been left");
	} else {
		drop_own(bridge, skb);
		ub_bridge_settle(bridge);
		err = try_claim(bridge, skb, info);
		ub_go_on(bridge);
	}
	mutex_unlock(&bridge->order);
	ub_bridge_put(bridge);
	return err;
}
