// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a message is refused: an errno for the program, and for people an extended
 * ack, which names the attribute and the remedy. No state, no locks.
 */
#include "command.h"

static const char * const missing[VCS_UB_A_MAX + 1] = {
	[VCS_UB_A_CLUSTER] = "CLUSTER is missing: give the name of the cluster",
	[VCS_UB_A_COOKIE] = "COOKIE is missing: give what CLAIM returned",
	[VCS_UB_A_SEQ] = "SEQ is missing: give the number of the request",
	[VCS_UB_A_DEADLINE_MS] = "DEADLINE_MS is missing: say how long silence is normal",
	[VCS_UB_A_LIFETIME] = "LIFETIME is missing: say which history",
	[VCS_UB_A_GENERATION] = "GENERATION is missing: say which view",
	[VCS_UB_A_EXPECTED_VOTES] = "EXPECTED_VOTES is missing: say how many votes are configured",
	[VCS_UB_A_QUORUM] = "QUORUM is missing: say how many votes are needed",
	[VCS_UB_A_MEMBER] = "MEMBER is missing: a view has at least the local node",
	[VCS_UB_A_QUORATE] = "QUORATE is missing: say whether the view may act",
	[VCS_UB_A_POSITION] = "POSITION is missing: number the records from 1",
	[VCS_UB_A_FROM] = "FROM is missing: say which member submitted it",
	[VCS_UB_A_DATA] = "DATA is missing: give the record",
	[VCS_UB_A_NODEID] = "NODEID is missing: say which node",
	[VCS_UB_A_INCARNATION] = "INCARNATION is missing: say which life of the node",
	[VCS_UB_A_FENCE_COOKIE] = "FENCE_COOKIE is missing: choose a number for the answer",
	[VCS_UB_A_ERROR] = "ERROR is missing: give a negative errno",
	[VCS_UB_A_LEAVE_REASON] = "LEAVE_REASON is missing: say why",
	[VCS_UB_A_SUSPECT] = "SUSPECT is missing: say doubted or not",
	[VCS_UB_A_STATE] = "STATE is missing: give what is to be kept",
};

int ub_nl_refuse_at(struct genl_info *info, const struct nlattr *attr, int err,
		    const char *text)
{
	if (info->extack) {
		info->extack->_msg = text;
		info->extack->bad_attr = attr;
	}
	return err;
}

int ub_nl_refuse(struct genl_info *info, enum vcs_ub_attr attr, int err,
		 const char *text)
{
	return ub_nl_refuse_at(info, info->attrs[attr], err, text);
}

int ub_nl_need(struct genl_info *info, enum vcs_ub_attr attr)
{
	if (info->attrs[attr])
		return 0;
	return ub_nl_refuse(info, attr, -EINVAL, missing[attr] ?:
			    "a required attribute is missing");
}

int ub_nl_refusal(struct genl_info *info, int err,
		  const struct ub_refusal *refusal)
{
	return refusal->text ? ub_nl_refuse(info, refusal->attr, err,
					    refusal->text) : err;
}

int ub_nl_core(struct genl_info *info, enum vcs_ub_attr attr, int err)
{
	switch (err) {
	case -ESTALE:
		return ub_nl_refuse(info, attr, err,
				    "not of the current view; GET says which that is");
	case -ESHUTDOWN:
		return ub_nl_refuse(info, VCS_UB_A_CLUSTER, err,
				    "CLUSTER: it is being left; answer LEAVE");
	default:
		return err;
	}
}
