// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the attributes may be. Types, lengths and ranges are checked by the
 * netlink core in its strict mode; which command takes which is in command.c.
 * No state, no locks.
 */
#include <linux/ctype.h>

#include "bridge.h"

static int check_text(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *text = nla_data(attr);
	size_t i, len = strnlen(text, nla_len(attr));

	if (len + 1 != nla_len(attr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a text must end with its only zero byte");
		return -EINVAL;
	}
	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] >= ' ' && text[i] != 0x7f)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a text must be without control characters");
		return -EINVAL;
	}
	if (len <= VCS_REASON_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a text may be 127 bytes long");
	return -EINVAL;
}

static int check_data(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) && nla_len(attr) <= VCS_UB_DATA_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "DATA must be 1 to 1024 bytes");
	return -EINVAL;
}

static int check_state(const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	if (nla_len(attr) <= VCS_UB_STATE_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "STATE may be 24576 bytes long");
	return -EINVAL;
}

#define TEXT_RULE	NLA_POLICY_VALIDATE_FN(NLA_STRING, check_text)

const struct nla_policy ub_node_policy[VCS_UB_NODE_A_MAX + 1] = {
	[VCS_UB_NODE_A_NODEID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VCS_UB_NODE_A_INCARNATION] = { .type = NLA_U64 },
	[VCS_UB_NODE_A_JOINED_GENERATION] = { .type = NLA_U64 },
	[VCS_UB_NODE_A_VOTES] = { .type = NLA_U32 },
	[VCS_UB_NODE_A_SETTLED] = { .type = NLA_FLAG },
	[VCS_UB_NODE_A_REASON] = NLA_POLICY_MAX(NLA_U32, VCS_LEAVE_ABSENT),
};

const struct nla_policy ub_policy[VCS_UB_A_MAX + 1] = {
	[VCS_UB_A_CLUSTER] = TEXT_RULE,
	[VCS_UB_A_COOKIE] = { .type = NLA_U64 },
	[VCS_UB_A_SEQ] = { .type = NLA_U64 },
	[VCS_UB_A_DEADLINE_MS] = { .type = NLA_U32 },
	[VCS_UB_A_LIFETIME] = NLA_POLICY_EXACT_LEN(VCS_LIFETIME_LEN),
	[VCS_UB_A_GENERATION] = { .type = NLA_U64 },
	[VCS_UB_A_EXPECTED_VOTES] = { .type = NLA_U32 },
	[VCS_UB_A_QUORUM] = { .type = NLA_U32 },
	[VCS_UB_A_MEMBER] = NLA_POLICY_NESTED(ub_node_policy),
	[VCS_UB_A_DEPARTED] = NLA_POLICY_NESTED(ub_node_policy),
	[VCS_UB_A_QUORATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VCS_UB_A_REASON] = TEXT_RULE,
	[VCS_UB_A_POSITION] = { .type = NLA_U64 },
	[VCS_UB_A_FROM] = NLA_POLICY_MIN(NLA_U32, 1),
	[VCS_UB_A_DATA] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, check_data),
	[VCS_UB_A_NODEID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VCS_UB_A_INCARNATION] = { .type = NLA_U64 },
	[VCS_UB_A_FENCE_COOKIE] = { .type = NLA_U64 },
	[VCS_UB_A_SETTLED] = { .type = NLA_FLAG },
	[VCS_UB_A_ERROR] = NLA_POLICY_RANGE(NLA_S32, -4095, -1),
	[VCS_UB_A_LEAVE_REASON] = NLA_POLICY_MAX(NLA_U32, VCS_LEAVE_ABSENT),
	[VCS_UB_A_SUSPECT] = NLA_POLICY_MAX(NLA_U8, 1),
	[VCS_UB_A_STATE] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, check_state),
};
