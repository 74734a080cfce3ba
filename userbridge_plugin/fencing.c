// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon must know before it decides: that a node can do no more I/O,
 * FENCE, or that none of its earlier lives can, MAY_JOIN.
 *
 * Locking: as in decide.c.
 */
#include "command.h"

static int fence_errno(struct genl_info *info, int err)
{
	switch (err) {
	case -EINVAL:
		return ub_nl_refuse(info, VCS_UB_A_NODEID, err,
				    "NODEID: the local node, for which EVICTED is the word");
	case -ENOENT:
		return ub_nl_refuse(info, VCS_UB_A_NODEID, err,
				    "NODEID: no member with this INCARNATION");
	case -EAGAIN:
		return ub_nl_refuse(info, VCS_UB_A_FENCE_COOKIE, err,
				    "FENCE_COOKIE: too many are under way; ask again later");
	default:
		return ub_nl_core(info, VCS_UB_A_CLUSTER, err);
	}
}

int ub_run_fence(struct ub_bridge *bridge, struct genl_info *info)
{
	u64 incarnation = ub_get_u64(info, VCS_UB_A_INCARNATION);
	u64 cookie = ub_get_u64(info, VCS_UB_A_FENCE_COOKIE);
	u32 nodeid = ub_get_u32(info, VCS_UB_A_NODEID);
	struct ub_refusal refusal = { 0 };
	int err;

	/* The answer may come before the call returns: make its place first. */
	mutex_lock(&bridge->lock);
	err = ub_fence_begin(&bridge->state, nodeid, incarnation, cookie,
			     &refusal);
	mutex_unlock(&bridge->lock);
	if (err)
		return ub_nl_refusal(info, err, &refusal);
	err = vcs_provider_fence(bridge->cluster, nodeid, incarnation, cookie);
	if (!err)
		return 0;
	mutex_lock(&bridge->lock);
	ub_fence_undo(&bridge->state, cookie);
	mutex_unlock(&bridge->lock);
	return fence_errno(info, err);
}

int ub_run_may_join(struct ub_bridge *bridge, struct genl_info *info)
{
	int err;

	err = vcs_may_join(bridge->cluster, ub_get_u32(info, VCS_UB_A_NODEID),
			   nla_get_flag(info->attrs[VCS_UB_A_SETTLED]));
	if (err != -EAGAIN)
		return err ? ub_nl_core(info, VCS_UB_A_CLUSTER, err) : 0;
	return ub_nl_refuse(info, VCS_UB_A_NODEID, -EBUSY,
			    "NODEID: a fence of it is pending; hold its join and ask again");
}
