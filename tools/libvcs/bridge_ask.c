// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the kernel tells: to who claims, and to anybody who asks. */
#include <errno.h>
#include <string.h>
#include "bridge.h"

struct claim {
	struct vcs_bridge *bridge;
	struct vcs_bridge_belief *belief;
	int err;
};

static int take_member(struct vcs_bridge_member *member, struct nlattr *attr)
{
	struct nlattr *a[VCS_UB_NODE_A_MAX + 1];

	if (nla_parse_nested(a, VCS_UB_NODE_A_MAX, attr, NULL))
		return -EPROTO;
	member->incarnation = vcsi_u64(a[VCS_UB_NODE_A_INCARNATION]);
	member->joined_generation =
		vcsi_u64(a[VCS_UB_NODE_A_JOINED_GENERATION]);
	member->nodeid = vcsi_u32(a[VCS_UB_NODE_A_NODEID]);
	member->votes = vcsi_u32(a[VCS_UB_NODE_A_VOTES]);
	member->settled = a[VCS_UB_NODE_A_SETTLED];
	return 0;
}

static int take_members(struct vcs_bridge *bridge, const struct nlmsghdr *nlh,
			struct vcs_bridge_view *view)
{
	struct nlattr *attr;
	int rem, err;

	view->members = bridge->members;
	nlmsg_for_each_attr(attr, (struct nlmsghdr *)nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) != VCS_UB_A_MEMBER)
			continue;
		if (view->nr_members == VCS_BRIDGE_NODES_MAX)
			return -EPROTO;
		err = take_member(&bridge->members[view->nr_members++], attr);
		if (err)
			return err;
	}
	return view->nr_members ? 0 : -EPROTO;
}

static int take_view(struct vcs_bridge *bridge, const struct nlmsghdr *nlh,
		     struct nlattr **a, struct vcs_bridge_belief *belief)
{
	struct vcs_bridge_view *view = &belief->view;

	if (!a[VCS_UB_A_LIFETIME])
		return 0;
	if (nla_len(a[VCS_UB_A_LIFETIME]) != sizeof(view->lifetime))
		return -EPROTO;
	memcpy(view->lifetime, nla_data(a[VCS_UB_A_LIFETIME]),
	       sizeof(view->lifetime));
	view->generation = vcsi_u64(a[VCS_UB_A_GENERATION]);
	view->expected_votes = vcsi_u32(a[VCS_UB_A_EXPECTED_VOTES]);
	view->quorum = vcsi_u32(a[VCS_UB_A_QUORUM]);
	belief->position = vcsi_u64(a[VCS_UB_A_POSITION]);
	return take_members(bridge, nlh, view);
}

static int take_state(struct vcs_bridge *bridge, const struct nlattr *attr,
		      struct vcs_bridge_belief *belief)
{
	if (!attr)
		return 0;
	if (nla_len(attr) > (int)sizeof(bridge->state))
		return -EPROTO;
	belief->state_len = nla_len(attr);
	belief->state = bridge->state;
	memcpy(bridge->state, nla_data(attr), belief->state_len);
	return 0;
}

static void on_claim(const struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *a[VCS_UB_A_MAX + 1];
	struct claim *claim = arg;
	struct vcs_bridge_belief *belief = claim->belief;
	const struct nlattr *machine;

	if (vcsi_parse(nlh, a, VCS_UB_A_MAX))
		return;
	memset(belief, 0, sizeof(*belief));
	claim->bridge->cookie = vcsi_u64(a[VCS_UB_A_COOKIE]);
	belief->incarnation = vcsi_u64(a[VCS_UB_A_INCARNATION]);
	belief->load_id = vcsi_u64(a[VCS_UB_A_LOAD_ID]);
	belief->grace_ms = vcsi_u32(a[VCS_UB_A_GRACE_MS]);
	belief->drained = a[VCS_UB_A_DRAINED];
	belief->frozen = a[VCS_UB_A_FROZEN];
	machine = a[VCS_UB_A_MACHINE_ID];
	if (machine && nla_len(machine) == sizeof(belief->machine_id))
		memcpy(belief->machine_id, nla_data(machine),
		       sizeof(belief->machine_id));
	claim->err = take_view(claim->bridge, nlh, a, belief);
	if (!claim->err)
		claim->err = take_state(claim->bridge, a[VCS_UB_A_STATE],
					belief);
	claim->bridge->generation = belief->view.generation;
}

int vcs_bridge_claim(struct vcs_bridge *bridge, uint32_t deadline_ms,
		     struct vcs_bridge_belief *belief)
{
	struct vcs_bridge_belief unwanted;
	struct claim claim = {
		.bridge = bridge,
		.belief = belief ? belief : &unwanted,
		.err = -EPROTO,
	};
	int ret;

	vcsi_bridge_forget(bridge);
	/* The module may have been loaded anew. */
	ret = vcsi_resolve(&bridge->socket, false);
	if (ret)
		return ret;
	vcsi_bridge_begin(bridge, VCS_UB_CMD_CLAIM);
	vcsi_put_u32(&bridge->socket, VCS_UB_A_DEADLINE_MS, deadline_ms);
	ret = vcsi_bridge_call(bridge, on_claim, &claim);
	if (!ret && claim.err)
		ret = vcsi_fail(&bridge->socket, -claim.err,
				"what the kernel says it believes makes no sense");
	return ret;
}

struct ask {
	struct vcs_bridge_info *info;
	int err;
};

static void on_info(const struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *a[VCS_UB_A_MAX + 1];
	struct ask *ask = arg;
	struct vcs_bridge_info *info = ask->info;

	if (vcsi_parse(nlh, a, VCS_UB_A_MAX))
		return;
	info->generation = vcsi_u64(a[VCS_UB_A_GENERATION]);
	info->position = vcsi_u64(a[VCS_UB_A_POSITION]);
	info->silent_ms = vcsi_u64(a[VCS_UB_A_SILENT_MS]);
	info->grace_left_ms = vcsi_u64(a[VCS_UB_A_GRACE_LEFT_MS]);
	info->owner = vcsi_u32(a[VCS_UB_A_OWNER]);
	info->deadline_ms = vcsi_u32(a[VCS_UB_A_DEADLINE_MS]);
	info->grace_ms = vcsi_u32(a[VCS_UB_A_GRACE_MS]);
	info->pending = vcsi_u32(a[VCS_UB_A_PENDING]);
	info->frozen = a[VCS_UB_A_FROZEN];
	ask->err = 0;
}

int vcs_bridge_info(struct vcs_bridge *bridge, struct vcs_bridge_info *info)
{
	struct ask ask = { .info = info, .err = -EPROTO };
	int ret;

	vcsi_bridge_begin(bridge, VCS_UB_CMD_GET);
	ret = vcsi_bridge_call(bridge, on_info, &ask);
	if (!ret && ask.err)
		ret = vcsi_fail(&bridge->socket, -ask.err,
				"the kernel's answer makes no sense");
	return ret;
}
