// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a quorum of deciders can no longer answer: account for each one that is
 * silent. It came back and proves its earlier life harmless, or it must be
 * fenced. two_node is the smallest case of this. See quorum.c for the rule.
 * Runs at the coordinator. Pure.
 */
#include "sm_int.h"

static bool is_fenced(struct cman_sm *sm, u32 index)
{
	const struct cman_fence_first *fence = &sm->peers[index].fence;

	return fence->success &&
	       fence->incarnation == cman_entry(sm, index)->incarnation;
}

static bool is_superseded(struct cman_sm *sm, u32 index)
{
	return (cman_admit_answered(sm) & BIT_ULL(index)) &&
	       cman_admit_settled(sm, index);
}

/*
 * What a decider did before it was accounted for could have let others in. So
 * whoever is outside must show now, not before, to have no history, or be
 * fenced now: an answer to what was asked before says nothing any more.
 */
static void renew_outside(struct cman_sm *sm)
{
	u64 set;

	for (set = sm->all & ~sm->members; set; set &= set - 1) {
		struct cman_peer *peer = &sm->peers[__ffs64(set)];

		memset(&peer->fence, 0, sizeof(peer->fence));
	}
	sm->fenced = 0;
	cman_admit_renew(sm, sm->all);
}

static void account(struct cman_sm *sm, u64 silent)
{
	u64 set, more = 0;

	for (set = silent & ~sm->accounted; set; set &= set - 1) {
		u32 i = __ffs64(set);

		if (is_fenced(sm, i)) {
			more |= BIT_ULL(i);
		} else if (is_superseded(sm, i)) {
			cman_log(sm, CMAN_LOG_SUPERSEDED, i, 0, 0);
			more |= BIT_ULL(i);
		}
	}
	if (!more)
		return;
	sm->accounted |= more;
	/* Whoever accepts from now on is told; who did already, must again. */
	if (sm->leader.proposing)
		cman_decide_reset(sm);
	renew_outside(sm);
}

static void fence_first(struct cman_sm *sm, u32 index, u64 incarnation)
{
	struct cman_fence_first *fence = &sm->peers[index].fence;
	struct cman_action *action;

	if (fence->incarnation != incarnation || !fence->asked) {
		memset(fence, 0, sizeof(*fence));
		fence->incarnation = incarnation;
	}
	if (fence->success || fence->cookie || sm->now < fence->retry_ms)
		return;
	action = cman_emit(sm, CMAN_ACT_FENCE);
	if (!action)
		return;
	fence->asked = true;
	fence->cookie = ++sm->cookie;
	action->fence.nodeid = cman_nodeid(sm, index);
	action->fence.incarnation = incarnation;
	action->fence.cookie = fence->cookie;
	cman_log(sm, CMAN_LOG_FENCE_FIRST, index, incarnation, 0);
}

/*
 * With two nodes both may fence, so the higher one waits a little. With more,
 * the votes that are present exclude that the others do the same; time is
 * given to those who restarted to come back by themselves.
 */
static bool time_to_fence(const struct cman_sm *sm)
{
	u64 age = sm->now - sm->lost_since_ms;

	if (!sm->config.two_node)
		return age >= 2 * cman_dead_ms(sm);
	return !sm->self || age >= sm->config.fence_delay_ms;
}

static void fence_silent(struct cman_sm *sm, u64 silent)
{
	u64 answered = cman_admit_answered(sm), held = cman_admit_held(sm);
	u64 here = (sm->members & ~silent) | answered;
	u64 set = silent & ~sm->accounted;

	if (!time_to_fence(sm) || cman_votes(&sm->config, here) < sm->need)
		return;
	if (set) {
		for (; set; set &= set - 1)
			fence_first(sm, __ffs64(set),
				    cman_entry(sm, __ffs64(set))->incarnation);
		return;
	}
	/* Who is outside: where that matters, or to get enough votes in. */
	if (silent)
		set = sm->all & ~answered;
	if (cman_votes(&sm->config, here & ~held) < sm->need)
		set |= held;
	set &= ~sm->members & ~sm->fenced;
	for (; set; set &= set - 1)
		fence_first(sm, __ffs64(set), 0);
}

void cman_recover_tick(struct cman_sm *sm)
{
	u64 silent = sm->members & sm->deaf;

	if (cman_coordinator(sm) != sm->self ||
	    (sm->config.two_node && !silent) ||
	    cman_votes(&sm->config, sm->members & ~silent) >= sm->quorum) {
		sm->lost_since_ms = 0;
		return;
	}
	if (!sm->lost_since_ms) {
		/* Fewer may be left after clean leaves: nobody is missing. */
		sm->lost_since_ms = sm->now;
		cman_log(sm, CMAN_LOG_QUORUM_LOST, sm->self, silent, 0);
	}
	account(sm, silent);
	fence_silent(sm, silent);
}

void cman_recover_fenced(struct cman_sm *sm, u64 cookie, bool success)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++) {
		struct cman_fence_first *fence = &sm->peers[i].fence;

		if (!cookie || fence->cookie != cookie)
			continue;
		fence->cookie = 0;
		fence->success = success;
		fence->retry_ms = sm->now + 5 * cman_dead_ms(sm);
		/* Who comes back must show itself after that. */
		if (success)
			cman_admit_renew(sm, BIT_ULL(i));
		if (success && !fence->incarnation)
			sm->fenced |= BIT_ULL(i);
	}
	if (sm->role == CMAN_ROLE_MEMBER && !sm->lingering)
		cman_recover_tick(sm);
}

void cman_recover_view(struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++)
		memset(&sm->peers[i].fence, 0, sizeof(sm->peers[i].fence));
	sm->accounted = 0;
	sm->over = 0;
	sm->fenced = 0;
	sm->lost_since_ms = 0;
}
