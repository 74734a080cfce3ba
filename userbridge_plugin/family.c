// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family: who handles which command. No state, no locks.
 */
#include "command.h"

#define OWNER_OP(_cmd) {					\
		.cmd = (_cmd),					\
		.flags = GENL_ADMIN_PERM,			\
		.doit = ub_owner_doit,				\
	}

static const struct genl_ops ub_genl_ops[] = {
	{
		.cmd = VCS_UB_CMD_CLAIM,
		.flags = GENL_ADMIN_PERM,
		.doit = ub_claim_doit,
	},
	OWNER_OP(VCS_UB_CMD_RESUME),
	OWNER_OP(VCS_UB_CMD_VIEW),
	OWNER_OP(VCS_UB_CMD_QUORATE),
	OWNER_OP(VCS_UB_CMD_DELIVER),
	OWNER_OP(VCS_UB_CMD_RESULT),
	OWNER_OP(VCS_UB_CMD_FENCE),
	OWNER_OP(VCS_UB_CMD_MAY_JOIN),
	OWNER_OP(VCS_UB_CMD_JOIN_FAILED),
	OWNER_OP(VCS_UB_CMD_EVICTED),
	OWNER_OP(VCS_UB_CMD_SUSPECT),
	OWNER_OP(VCS_UB_CMD_STORE),
	OWNER_OP(VCS_UB_CMD_PING),
	{
		.cmd = VCS_UB_CMD_GET,
		.doit = ub_get_doit,
		.dumpit = ub_get_dump,
	},
};

struct genl_family ub_genl_family __ro_after_init = {
	.name = VCS_UB_GENL_NAME,
	.version = VCS_UB_GENL_VERSION,
	.maxattr = VCS_UB_A_MAX,
	.policy = ub_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ub_genl_ops,
	.n_ops = ARRAY_SIZE(ub_genl_ops),
};
