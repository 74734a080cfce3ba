// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is common to all that an owner says: which attributes each command takes,
 * which bridge it means, whether it comes from the owner, and what follows.
 *
 * Locking: each command runs under bridge.order; see bridge.h.
 */
#include <net/sock.h>

#include "command.h"

#define A(name)		UB_A(name)
#define OWNED		(A(CLUSTER) | A(COOKIE))

struct command {
	u64 need;
	u64 may;
	bool frozen_too;	/* also before RESUME */
	int (*run)(struct ub_bridge *bridge, struct genl_info *info);
};

static int run_store(struct ub_bridge *bridge, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VCS_UB_A_STATE];

	mutex_lock(&bridge->lock);
	bridge->stored_len = nla_len(attr);
	memcpy(bridge->stored, nla_data(attr), nla_len(attr));
	mutex_unlock(&bridge->lock);
	return 0;
}

static int run_ping(struct ub_bridge *bridge, struct genl_info *info)
{
	return 0;
}

static const struct command commands[] = {
	[VCS_UB_CMD_RESUME] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(QUORATE), A(REASON),
		true, ub_run_resume },
	[VCS_UB_CMD_VIEW] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(EXPECTED_VOTES) |
		A(QUORUM) | A(MEMBER), A(DEPARTED), false, ub_run_view },
	[VCS_UB_CMD_QUORATE] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(QUORATE), A(REASON),
		false, ub_run_quorate },
	[VCS_UB_CMD_DELIVER] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(POSITION) | A(FROM) |
		A(DATA), A(SEQ), false, ub_run_deliver },
	[VCS_UB_CMD_RESULT] = { OWNED | A(SEQ), 0, true, ub_run_result },
	[VCS_UB_CMD_FENCE] = {
		OWNED | A(NODEID) | A(INCARNATION) | A(FENCE_COOKIE), 0,
		false, ub_run_fence },
	[VCS_UB_CMD_MAY_JOIN] = {
		OWNED | A(NODEID), A(SETTLED), false, ub_run_may_join },
	[VCS_UB_CMD_JOIN_FAILED] = {
		OWNED | A(ERROR), A(REASON), true, ub_run_join_failed },
	[VCS_UB_CMD_EVICTED] = {
		OWNED | A(LEAVE_REASON), 0, true, ub_run_evicted },
	[VCS_UB_CMD_SUSPECT] = {
		OWNED | A(NODEID) | A(SUSPECT), A(REASON), false, ub_run_suspect },
	[VCS_UB_CMD_STORE] = { OWNED | A(STATE), 0, true, run_store },
	[VCS_UB_CMD_PING] = { OWNED, 0, true, run_ping },
};

int ub_check_attrs(struct genl_info *info, u64 need, u64 may)
{
	int i, err;

	for (i = 1; i <= VCS_UB_A_MAX; i++) {
		if (need & BIT_ULL(i)) {
			err = ub_nl_need(info, i);
			if (err)
				return err;
		} else if (info->attrs[i] && !(may & BIT_ULL(i))) {
			return ub_nl_refuse(info, i, -EINVAL,
					    "this command does not take this attribute");
		}
	}
	return 0;
}

struct ub_bridge *ub_find_bridge(struct genl_info *info)
{
	struct ub_bridge *bridge;

	bridge = ub_bridge_get(genl_info_net(info),
			       nla_data(info->attrs[VCS_UB_A_CLUSTER]));
	if (!bridge)
		ub_nl_refuse(info, VCS_UB_A_CLUSTER, -ENOENT,
			     "CLUSTER: none of this name waits for a daemon here; join it with the provider userbridge");
	return bridge;
}

/* Stands for a socket: its address, while the owner holds it. */
u64 ub_owner_of(const struct sock *sk)
{
	return (unsigned long)sk;
}

static int check_owner(struct ub_bridge *bridge, struct sk_buff *skb,
		       struct genl_info *info, bool frozen_too)
{
	struct ub_refusal refusal = { 0 };
	int err;

	mutex_lock(&bridge->lock);
	err = ub_check_owner(&bridge->state, ub_owner_of(NETLINK_CB(skb).sk),
			     ub_get_u64(info, VCS_UB_A_COOKIE), ub_now_ms(),
			     &refusal);
	if (!err && !frozen_too)
		err = ub_check_resumed(&bridge->state, &refusal);
	mutex_unlock(&bridge->lock);
	return err ? ub_nl_refusal(info, err, &refusal) : 0;
}

/* Sends what waits, and waits for the next deadline. */
void ub_go_on(struct ub_bridge *bridge)
{
	bool room;

	lockdep_assert_held(&bridge->order);
	mutex_lock(&bridge->lock);
	ub_flush_locked(bridge);
	ub_bridge_rearm_locked(bridge);
	room = ub_has_room(&bridge->state);
	mutex_unlock(&bridge->lock);
	/* A record was delivered, or a view has made them void. */
	if (room)
		vcs_submit_ready(bridge->cluster);
}

int ub_owner_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	struct ub_bridge *bridge;
	int err;

	err = ub_check_attrs(info, command->need, command->may);
	if (err)
		return err;
	bridge = ub_find_bridge(info);
	if (!bridge)
		return -ENOENT;
	mutex_lock(&bridge->order);
	if (bridge->dead) {
		err = ub_nl_refuse(info, VCS_UB_A_CLUSTER, -ENOENT,
				   "CLUSTER: it has just been left");
	} else {
		ub_bridge_settle(bridge);
		err = check_owner(bridge, skb, info, command->frozen_too);
		if (!err) {
			err = command->run(bridge, info);
			ub_go_on(bridge);
		}
	}
	mutex_unlock(&bridge->order);
	ub_bridge_put(bridge);
	return err;
}
