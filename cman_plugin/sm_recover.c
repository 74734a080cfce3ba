// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a quorum of deciders can no longer answer: account for each one that is
 * silent. It came back and proves its earlier life harmless, or it must be
 * fenced. two_node is the smallest case of this. See quorum.c for the rule.
 * Runs at the coordinator. Pure.
 */
#include "sm_int.h"

static bool is_superseded(struct cman_sm *sm, u32 index)
{
	return (cman_admit_answered(sm) & BIT_ULL(index)) &&
	       cman_admit_settled(sm, index);
}

/* That every life of a node is fenced is not certain any more. */
static void void_fenced(struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++)
		sm->peers[i].fence.counts = false;
	sm->fenced = 0;
}

/*
 * What a decider did before it was accounted for could have let others in. So
 * whoever did not answer must show now, not before, to have no history, or be
 * fenced now: an answer to what was asked before says nothing any more.
 */
static void renew_outside(struct cman_sm *sm)
{
	void_fenced(sm);
	cman_admit_renew(sm, sm->all);
}

/* Another view, or no business of this node. */
static void forget_fences(struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++) {
		struct cman_fence_first *fence = &sm->peers[i].fence;

		if (fence->cookie)
			fence->retry_ms = sm->now + 2 * cman_dead_ms(sm);
		fence->cookie = 0;
	}
	void_fenced(sm);
	sm->cleared = 0;
	sm->base = 0;
}

static bool rests_on_base(const struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++)
		if (sm->peers[i].fence.cookie && sm->peers[i].fence.counts)
			return true;
	return sm->fenced;
}

/*
 * A fence says nothing of the node's next life, which others may let in. They
 * cannot, while nodes with enough votes are here that answer nobody else.
 * Without these, that every life of a node is fenced is void, and asked anew.
 * It is not void that the life of a decider is over, or what a node that comes
 * back here has left. With two nodes each needs the other fenced, and there is
 * nobody else: no base is needed.
 */
static void keep_base(struct cman_sm *sm, u64 silent)
{
	u64 here = (sm->members & ~silent) | cman_admit_bound(sm);

	if (sm->config.two_node || cman_mutant(CMAN_MUTANT_BASE)) {
		sm->base = sm->all;
		return;
	}
	sm->base &= here;
	if (cman_votes(&sm->config, sm->base) < sm->need)
		void_fenced(sm);
	/* As long as nothing rests on it, whoever has come is in it, too. */
	if (!rests_on_base(sm))
		sm->base = here;
	if (cman_votes(&sm->config, sm->base) < sm->need)
		sm->base = 0;
}

static void account(struct cman_sm *sm, u64 silent)
{
	u64 set, more = 0;

	for (set = silent & ~sm->accounted; set; set &= set - 1) {
		u32 i = __ffs64(set);

		if ((sm->cleared | sm->over) & BIT_ULL(i)) {
			more |= BIT_ULL(i);
		} else if (is_superseded(sm, i)) {
			cman_log(sm, CMAN_LOG_SUPERSEDED, i, 0, 0);
			more |= BIT_ULL(i);
		}
	}
	if (!more)
		return;
	sm->accounted |= more;
	sm->accounted_ms = sm->now;
	/* Whoever accepts from now on is told; who did already, must again. */
	if (sm->leader.proposing)
		cman_decide_reset(sm);
	renew_outside(sm);
}

static void fence_first(struct cman_sm *sm, u32 index, u64 incarnation)
{
	struct cman_fence_first *fence = &sm->peers[index].fence;
	struct cman_action *action;

	if (fence->incarnation != incarnation)
		memset(fence, 0, sizeof(*fence));
	fence->incarnation = incarnation;
	if (fence->cookie || sm->now < fence->retry_ms)
		return;
	action = cman_emit(sm, CMAN_ACT_FENCE);
	if (!action)
		return;
	fence->counts = !incarnation;
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

static void fence_lives(struct cman_sm *sm, u64 set)
{
	for (; set; set &= set - 1)
		fence_first(sm, __ffs64(set),
			    cman_entry(sm, __ffs64(set))->incarnation);
}

static void fence_earlier(struct cman_sm *sm, u64 set)
{
	for (; set; set &= set - 1)
		fence_first(sm, __ffs64(set), 0);
}

/* Kept out for what an earlier life has left, though they are needed. */
static u64 needed_and_held(const struct cman_sm *sm, u64 here)
{
	u64 held = cman_admit_held(sm);

	if (cman_votes(&sm->config, here & ~held) >= sm->need)
		return 0;
	return held & ~sm->cleared;
}

/*
 * One after the other: the lives of deciders that are gone, and of those who
 * came back and cannot vouch for them. Then who came back from outside and
 * cannot. That switches off who is here. At last, when they are back, who is
 * not: it has to be done again if too few stay.
 */
static void fence_silent(struct cman_sm *sm, u64 silent)
{
	u64 answered = cman_admit_answered(sm);
	u64 here = (sm->members & ~silent) | answered;
	u64 set = silent & ~sm->accounted;
	u64 held;

	if (!time_to_fence(sm) || cman_votes(&sm->config, here) < sm->need)
		return;
	if (set) {
		fence_lives(sm, set & ~answered ? set & ~answered : set);
		return;
	}
	held = needed_and_held(sm, here);
	if (held) {
		fence_earlier(sm, held);
		return;
	}
	/* Where that matters, and they had time to answer. */
	if (silent && !sm->config.two_node &&
	    sm->now - sm->accounted_ms >= 2 * cman_dead_ms(sm))
		fence_earlier(sm, sm->all & ~here & ~sm->fenced);
}

void cman_recover_tick(struct cman_sm *sm)
{
	u64 silent = sm->members & (sm->deaf | sm->over | sm->accounted);

	if (cman_coordinator(sm) != sm->self ||
	    (sm->config.two_node && !silent) ||
	    cman_votes(&sm->config, sm->members & ~silent) >= sm->quorum) {
		if (!sm->config.two_node && !cman_mutant(CMAN_MUTANT_BASE))
			forget_fences(sm);
		sm->lost_since_ms = 0;
		return;
	}
	if (!sm->lost_since_ms) {
		/* Fewer may be left after clean leaves: nobody is missing. */
		sm->lost_since_ms = sm->now;
		cman_log(sm, CMAN_LOG_QUORUM_LOST, sm->self, silent, 0);
	}
	account(sm, silent);
	keep_base(sm, silent);
	if (sm->base)
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
		fence->retry_ms = sm->now +
				  (success ? 2 : 5) * cman_dead_ms(sm);
		if (!success)
			continue;
		/* Who comes back must show itself after that. */
		cman_admit_renew(sm, BIT_ULL(i));
		sm->cleared |= BIT_ULL(i);
		if (!fence->counts)
			continue;
		/* ... and the others that they were here all the time. */
		cman_admit_renew(sm, sm->all);
		sm->fenced |= BIT_ULL(i);
	}
	if (sm->role == CMAN_ROLE_MEMBER && !sm->lingering)
		cman_recover_tick(sm);
}

void cman_recover_view(struct cman_sm *sm)
{
	forget_fences(sm);
	sm->accounted = 0;
	sm->accounted_ms = 0;
	sm->over = 0;
	sm->lost_since_ms = 0;
}
