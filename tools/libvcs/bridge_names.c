// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the attributes of the bridge are called, for errors. */
#include "bridge.h"

#define NAME(name) \
	[VCS_UB_A_##name] = #name
#define NODE_NAME(name) \
	[VCS_UB_NODE_A_##name] = #name

static const char *const attrs[] = {
	NAME(CLUSTER), NAME(COOKIE), NAME(SEQ), NAME(DEADLINE_MS),
	NAME(LIFETIME), NAME(GENERATION), NAME(EXPECTED_VOTES), NAME(QUORUM),
	NAME(MEMBER), NAME(DEPARTED), NAME(QUORATE), NAME(REASON),
	NAME(POSITION), NAME(FROM), NAME(DATA), NAME(NODEID),
	NAME(INCARNATION), NAME(FENCE_COOKIE), NAME(FENCE_RESULT),
	NAME(SETTLED), NAME(ERROR), NAME(LEAVE_REASON), NAME(SUSPECT),
	NAME(STATE), NAME(OPTIONS), NAME(HOW), NAME(OWNER), NAME(SILENT_MS),
	NAME(GRACE_MS), NAME(FROZEN), NAME(GRACE_LEFT_MS), NAME(PENDING),
	NAME(LOAD_ID), NAME(MACHINE_ID), NAME(DRAINED),
};

static const char *const nested[] = {
	NODE_NAME(NODEID), NODE_NAME(INCARNATION),
	NODE_NAME(JOINED_GENERATION), NODE_NAME(VOTES), NODE_NAME(SETTLED),
	NODE_NAME(REASON),
};

static const char *attr_name(unsigned int type)
{
	return type < sizeof(attrs) / sizeof(*attrs) ? attrs[type] : NULL;
}

static const char *nested_name(unsigned int type)
{
	return type < sizeof(nested) / sizeof(*nested) ? nested[type] : NULL;
}

const struct vcsi_names vcsi_bridge_names = {
	.family = VCS_UB_GENL_NAME,
	.missing = "the kernel has no user bridge: load it with modprobe vcs_userbridge",
	.attr = attr_name,
	.nested = nested_name,
};
