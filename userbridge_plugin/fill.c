// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel tells a daemon that claims, and anybody who asks. The view is
 * the core's own, so that nothing can be told that is not so.
 *
 * Locking: bridge.lock.
 */
#include "bridge.h"

static int put_member(struct sk_buff *skb, const struct vcs_member *m)
{
	struct nlattr *nest = nla_nest_start(skb, VCS_UB_A_MEMBER);

	if (!nest || nla_put_u32(skb, VCS_UB_NODE_A_NODEID, m->nodeid) ||
	    nla_put_u64_64bit(skb, VCS_UB_NODE_A_INCARNATION, m->incarnation,
			      VCS_UB_NODE_A_PAD) ||
	    nla_put_u64_64bit(skb, VCS_UB_NODE_A_JOINED_GENERATION,
			      m->joined_generation, VCS_UB_NODE_A_PAD) ||
	    nla_put_u32(skb, VCS_UB_NODE_A_VOTES, m->votes) ||
	    (m->flags & VCS_MEMBER_SETTLED &&
	     nla_put_flag(skb, VCS_UB_NODE_A_SETTLED)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_view(struct sk_buff *skb, const struct vcs_view *view,
		    u64 position)
{
	const struct vcs_member *m;

	if (nla_put(skb, VCS_UB_A_LIFETIME, VCS_LIFETIME_LEN,
		    view->lifetime.id) ||
	    ub_put_u64(skb, VCS_UB_A_GENERATION, view->generation) ||
	    nla_put_u32(skb, VCS_UB_A_EXPECTED_VOTES, view->expected_votes) ||
	    nla_put_u32(skb, VCS_UB_A_QUORUM, view->quorum) ||
	    ub_put_u64(skb, VCS_UB_A_POSITION, position))
		return -EMSGSIZE;
	vcs_view_for_each(m, view)
		if (put_member(skb, m))
			return -EMSGSIZE;
	return 0;
}

static int put_attest(struct sk_buff *skb, struct ub_bridge *bridge)
{
	struct vcs_attest attest;

	vcs_cluster_attest(bridge->cluster, &attest);
	if (ub_put_u64(skb, VCS_UB_A_LOAD_ID, attest.load_id) ||
	    nla_put(skb, VCS_UB_A_MACHINE_ID, sizeof(attest.machine_id),
		    attest.machine_id) ||
	    (attest.drained && nla_put_flag(skb, VCS_UB_A_DRAINED)))
		return -EMSGSIZE;
	return 0;
}

size_t ub_claim_size(const struct vcs_view *view)
{
	/* A member is 60 bytes with all padding. */
	return 1024 + VCS_UB_STATE_MAX + (view ? view->nr_members * 64 : 0);
}

int ub_fill_claim(struct sk_buff *skb, struct ub_bridge *bridge,
		  const struct vcs_view *view)
{
	const struct ub_state *state = &bridge->state;

	lockdep_assert_held(&bridge->lock);
	if (nla_put_string(skb, VCS_UB_A_CLUSTER,
			   vcs_cluster_name(bridge->cluster)) ||
	    ub_put_u64(skb, VCS_UB_A_COOKIE, state->cookie) ||
	    ub_put_u64(skb, VCS_UB_A_INCARNATION,
		       vcs_cluster_incarnation(bridge->cluster)) ||
	    nla_put_u32(skb, VCS_UB_A_GRACE_MS, state->grace_ms) ||
	    put_attest(skb, bridge) ||
	    (state->frozen && nla_put_flag(skb, VCS_UB_A_FROZEN)) ||
	    (bridge->stored_len &&
	     nla_put(skb, VCS_UB_A_STATE, bridge->stored_len, bridge->stored)))
		return -EMSGSIZE;
	return view ? put_view(skb, view, state->position) : 0;
}

int ub_fill_info(struct sk_buff *skb, struct ub_bridge *bridge)
{
	const struct ub_state *state = &bridge->state;
	u64 now = ub_now_ms();

	lockdep_assert_held(&bridge->lock);
	if (nla_put_string(skb, VCS_UB_A_CLUSTER,
			   vcs_cluster_name(bridge->cluster)) ||
	    nla_put_u32(skb, VCS_UB_A_GRACE_MS, state->grace_ms) ||
	    ub_put_u64(skb, VCS_UB_A_GENERATION, state->generation) ||
	    ub_put_u64(skb, VCS_UB_A_POSITION, state->position) ||
	    nla_put_u32(skb, VCS_UB_A_PENDING, ub_pending(state)))
		return -EMSGSIZE;
	if (bridge->sk &&
	    (nla_put_u32(skb, VCS_UB_A_OWNER, bridge->portid) ||
	     nla_put_u32(skb, VCS_UB_A_DEADLINE_MS, state->deadline_ms) ||
	     ub_put_u64(skb, VCS_UB_A_SILENT_MS, now - state->heard_ms)))
		return -EMSGSIZE;
	if (state->frozen &&
	    (nla_put_flag(skb, VCS_UB_A_FROZEN) ||
	     ub_put_u64(skb, VCS_UB_A_GRACE_LEFT_MS,
			ub_grace_left(state, now))))
		return -EMSGSIZE;
	return 0;
}
