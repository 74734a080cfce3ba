// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon answers to requests: DELIVER to SUBMIT, for records of others
 * are in the same order, and RESULT to LEAVE and FENCED.
 *
 * Locking: as in decide.c.
 */
#include "command.h"

/* The number of an own record; 0 of another's. */
static int get_own(struct ub_bridge *bridge, struct genl_info *info, u64 *seq)
{
	bool own = ub_get_u32(info, VCS_UB_A_FROM) ==
		   vcs_local_nodeid(bridge->cluster);

	*seq = 0;
	if (!own && info->attrs[VCS_UB_A_SEQ])
		return ub_nl_refuse(info, VCS_UB_A_SEQ, -EINVAL,
				    "SEQ: only with a record FROM the local node");
	if (!own)
		return 0;
	if (!info->attrs[VCS_UB_A_SEQ])
		return ub_nl_need(info, VCS_UB_A_SEQ);
	*seq = ub_get_u64(info, VCS_UB_A_SEQ);
	return 0;
}

static int check_record(struct ub_bridge *bridge, struct genl_info *info,
			u64 *seq)
{
	const struct nlattr *data = info->attrs[VCS_UB_A_DATA];
	const struct ub_state *state = &bridge->state;
	struct ub_refusal refusal = { 0 };
	int err;

	err = get_own(bridge, info, seq);
	if (err)
		return err;
	mutex_lock(&bridge->lock);
	err = ub_check_record(state, ub_get_u64(info, VCS_UB_A_GENERATION),
			      ub_get_u64(info, VCS_UB_A_POSITION), &refusal);
	if (!err && info->attrs[VCS_UB_A_SEQ])
		err = ub_check_own(state, *seq, nla_data(data), nla_len(data),
				   &refusal);
	mutex_unlock(&bridge->lock);
	return err ? ub_nl_refusal(info, err, &refusal) : 0;
}

int ub_run_deliver(struct ub_bridge *bridge, struct genl_info *info)
{
	const struct nlattr *data = info->attrs[VCS_UB_A_DATA];
	u64 seq;
	int err;

	err = check_record(bridge, info, &seq);
	if (err)
		return err;
	if (!vcs_is_member(bridge->cluster, ub_get_u32(info, VCS_UB_A_FROM)))
		return ub_nl_refuse(info, VCS_UB_A_FROM, -EPROTO,
				    "FROM: not a member of this view");
	err = vcs_deliver_record(bridge->cluster, ub_get_lifetime(info),
				 ub_get_u64(info, VCS_UB_A_GENERATION),
				 ub_get_u32(info, VCS_UB_A_FROM), nla_data(data),
				 nla_len(data));
	/* What the core cannot read is void on every node alike: it is taken. */
	if (err && err != -EPROTO)
		return ub_nl_core(info, VCS_UB_A_GENERATION, err);
	mutex_lock(&bridge->lock);
	ub_record_taken(&bridge->state, seq);
	mutex_unlock(&bridge->lock);
	return 0;
}

int ub_run_result(struct ub_bridge *bridge, struct genl_info *info)
{
	struct ub_refusal refusal = { 0 };
	enum vcs_ub_cmd cmd;
	int err;

	mutex_lock(&bridge->lock);
	err = ub_answer(&bridge->state, ub_get_u64(info, VCS_UB_A_SEQ), &cmd,
			&refusal);
	if (!err && cmd == VCS_UB_CMD_LEAVE)
		complete_all(&bridge->left);
	mutex_unlock(&bridge->lock);
	return err ? ub_nl_refusal(info, err, &refusal) : 0;
}
