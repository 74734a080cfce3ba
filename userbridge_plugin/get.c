// SPDX-License-Identifier: GPL-2.0-only
/*
 * GET: what anybody may see of the bridges of a network namespace, one of them
 * or all.
 *
 * Locking: bridge.lock.
 */
#include <net/sock.h>

#include "command.h"

static int fill_get(struct sk_buff *skb, struct ub_bridge *bridge, u32 portid,
		    u32 seq, int flags)
{
	void *hdr = genlmsg_put(skb, portid, seq, &ub_genl_family, flags,
				VCS_UB_CMD_GET);
	int err = -ENOENT;

	if (!hdr)
		return -EMSGSIZE;
	mutex_lock(&bridge->lock);
	if (!bridge->dead)
		err = ub_fill_info(skb, bridge);
	mutex_unlock(&bridge->lock);
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

int ub_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ub_bridge *bridge;
	struct sk_buff *reply;
	int err;

	err = ub_check_attrs(info, UB_A(CLUSTER), 0);
	if (err)
		return err;
	bridge = ub_find_bridge(info);
	if (!bridge)
		return -ENOENT;
	err = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (reply)
		err = fill_get(reply, bridge, info->snd_portid, info->snd_seq,
			       0);
	ub_bridge_put(bridge);
	if (!err)
		return genlmsg_reply(reply, info);
	nlmsg_free(reply);
	return err;
}

int ub_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ub_bridge *bridge;
	int err = 0;

	while (!err && (bridge = ub_bridge_nth(sock_net(skb->sk),
					       cb->args[0]))) {
		err = fill_get(skb, bridge, NETLINK_CB(cb->skb).portid,
			       cb->nlh->nlmsg_seq, NLM_F_MULTI);
		ub_bridge_put(bridge);
		/* One that has just gone has nothing to show. */
		if (err == -ENOENT)
			err = 0;
		if (!err)
			cb->args[0]++;
	}
	return skb->len;
}
