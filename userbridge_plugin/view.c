// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VIEW message, taken apart. What the numbers mean is checked by the core;
 * here only that they are there, and not more of them than a view can have. No
 * state, no locks.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "command.h"

#define A(name)	BIT(VCS_UB_NODE_A_##name)

/* What every node has: @need, and of the rest only what is in @may. */
static int parse_node(struct nlattr **tb, const struct nlattr *attr, u32 need,
		      u32 may, const char *words, struct genl_info *info)
{
	int i, err;

	err = nla_parse_nested(tb, VCS_UB_NODE_A_MAX, attr, ub_node_policy,
			       info->extack);
	if (err)
		return err;
	for (i = VCS_UB_NODE_A_NODEID; i <= VCS_UB_NODE_A_MAX; i++) {
		if (need & BIT(i) && !tb[i])
			return ub_nl_refuse_at(info, attr, -EINVAL, words);
		if (tb[i] && !((need | may) & BIT(i)))
			return ub_nl_refuse_at(info, tb[i], -EINVAL, words);
	}
	return 0;
}

static int parse_member(struct vcs_member *m, const struct nlattr *attr,
			struct genl_info *info)
{
	struct nlattr *tb[VCS_UB_NODE_A_MAX + 1];
	int err;

	err = parse_node(tb, attr, A(NODEID) | A(INCARNATION) |
			 A(JOINED_GENERATION) | A(VOTES), A(SETTLED),
			 "MEMBER: needs NODEID, INCARNATION, JOINED_GENERATION and VOTES, and may be SETTLED",
			 info);
	if (err)
		return err;
	m->nodeid = nla_get_u32(tb[VCS_UB_NODE_A_NODEID]);
	m->incarnation = nla_get_u64(tb[VCS_UB_NODE_A_INCARNATION]);
	m->joined_generation =
		nla_get_u64(tb[VCS_UB_NODE_A_JOINED_GENERATION]);
	m->votes = nla_get_u32(tb[VCS_UB_NODE_A_VOTES]);
	m->flags = nla_get_flag(tb[VCS_UB_NODE_A_SETTLED]) ?
		   VCS_MEMBER_SETTLED : 0;
	return 0;
}

static int parse_departed(struct vcs_departed *d, const struct nlattr *attr,
			  struct genl_info *info)
{
	struct nlattr *tb[VCS_UB_NODE_A_MAX + 1];
	int err;

	err = parse_node(tb, attr, A(NODEID) | A(INCARNATION) | A(REASON), 0,
			 "DEPARTED: needs NODEID, INCARNATION and REASON, and has nothing else",
			 info);
	if (err)
		return err;
	d->nodeid = nla_get_u32(tb[VCS_UB_NODE_A_NODEID]);
	d->incarnation = nla_get_u64(tb[VCS_UB_NODE_A_INCARNATION]);
	d->reason = nla_get_u32(tb[VCS_UB_NODE_A_REASON]);
	return 0;
}

static int count_nodes(struct ub_view *view, struct genl_info *info)
{
	struct vcs_view_update *update = &view->update;
	const struct nlattr *attr;
	u32 *nr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) == VCS_UB_A_MEMBER)
			nr = &update->nr_members;
		else if (nla_type(attr) == VCS_UB_A_DEPARTED)
			nr = &update->nr_departed;
		else
			continue;
		if (++*nr > VCS_MEMBERS_MAX)
			return ub_nl_refuse_at(info, attr, -EINVAL,
					       "MEMBER, DEPARTED: at most 1024 of each");
	}
	return 0;
}

static int parse_nodes(struct ub_view *view, struct genl_info *info)
{
	struct vcs_departed *d = view->departed;
	struct vcs_member *m = view->members;
	const struct nlattr *attr;
	int rem, err = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) == VCS_UB_A_MEMBER)
			err = parse_member(m++, attr, info);
		else if (nla_type(attr) == VCS_UB_A_DEPARTED)
			err = parse_departed(d++, attr, info);
		if (err)
			break;
	}
	return err;
}

/**
 * ub_view_parse() - take a VIEW apart
 * @view: filled in; to be freed, whatever is returned
 * @info: with all that VIEW needs
 *
 * Return: 0, -ENOMEM, or -EINVAL with an extended ack.
 */
int ub_view_parse(struct ub_view *view, struct genl_info *info)
{
	struct vcs_view_update *update = &view->update;
	struct nlattr **attrs = info->attrs;
	int err;

	memset(view, 0, sizeof(*view));
	err = count_nodes(view, info);
	if (err)
		return err;
	view->members = kvcalloc(update->nr_members, sizeof(*view->members),
				 UB_GFP);
	view->departed = kvcalloc(update->nr_departed + 1,
				  sizeof(*view->departed), UB_GFP);
	if (!view->members || !view->departed) {
		GENL_SET_ERR_MSG(info, "there is no memory for it: send the same VIEW again");
		return -ENOMEM;
	}
	memcpy(&update->lifetime, nla_data(attrs[VCS_UB_A_LIFETIME]),
	       sizeof(update->lifetime));
	update->generation = nla_get_u64(attrs[VCS_UB_A_GENERATION]);
	update->expected_votes = nla_get_u32(attrs[VCS_UB_A_EXPECTED_VOTES]);
	update->quorum = nla_get_u32(attrs[VCS_UB_A_QUORUM]);
	update->members = view->members;
	update->departed = view->departed;
	return parse_nodes(view, info);
}

void ub_view_free(struct ub_view *view)
{
	kvfree(view->members);
	kvfree(view->departed);
}
