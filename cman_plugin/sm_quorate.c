// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether this node's view may act now, as far as it can tell: advice, not a
 * lease. And when to see that this history is over: another one is quorate.
 * Pure.
 */
#include "sm_int.h"

static bool lately(const struct cman_sm *sm, const struct cman_track *track)
{
	return track->heard_ms && sm->now - track->heard_ms < cman_hold_ms(sm);
}

static bool in_history(const struct cman_sm *sm,
		       const struct cman_track *track)
{
	return lately(sm, track) && track->role == CMAN_ROLE_MEMBER &&
	       cman_same_lifetime(&track->lifetime, &sm->state.lifetime);
}

/* Members that were heard, by the clock, and know that they are members. */
static u64 with_us(const struct cman_sm *sm)
{
	u64 set, here = cman_self(sm);

	for (set = sm->members; set; set &= set - 1) {
		const struct cman_track *track =
			&sm->peers[__ffs64(set)].member;

		if (in_history(sm, track) && !track->stalled)
			here |= BIT_ULL(__ffs64(set));
	}
	return here;
}

/* Somebody who was heard knows a newer view. */
bool cman_is_behind(const struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++) {
		const struct cman_peer *peer = &sm->peers[i];

		if ((in_history(sm, &peer->member) &&
		     peer->member.generation > sm->state.generation) ||
		    (in_history(sm, &peer->other) &&
		     peer->other.generation > sm->state.generation))
			return true;
	}
	return false;
}

static enum cman_quorum_why find_why(const struct cman_sm *sm, u64 here)
{
	if (cman_is_behind(sm))
		return CMAN_Q_BEHIND;
	/* Of two, each goes on without the other only after a fence. */
	if (sm->config.two_node)
		return here == sm->members ? CMAN_Q_OK : CMAN_Q_WAIT_FENCE;
	return cman_votes(&sm->config, here) >= sm->quorum ? CMAN_Q_OK :
							     CMAN_Q_VOTES;
}

/* Whatever was said last. */
bool cman_quorate_now(const struct cman_sm *sm)
{
	return find_why(sm, with_us(sm)) == CMAN_Q_OK;
}

static void say(struct cman_sm *sm, enum cman_quorum_why why, u64 here)
{
	struct cman_action *action;
	u64 missing = sm->members & ~here;

	if (sm->why == why && sm->said_generation == sm->state.generation)
		return;
	action = cman_emit(sm, CMAN_ACT_QUORATE);
	if (!action)
		return;
	sm->quorate = why == CMAN_Q_OK;
	sm->why = why;
	sm->said_generation = sm->state.generation;
	sm->words++;
	action->quorate.quorate = sm->quorate;
	action->quorate.why = why;
	action->quorate.generation = sm->state.generation;
	action->quorate.have = cman_votes(&sm->config, here);
	action->quorate.need = sm->need;
	if (why == CMAN_Q_WAIT_FENCE && missing)
		action->quorate.nodeid = cman_nodeid(sm, __ffs64(missing));
}

/* Another lifetime is quorate, and this one has not been for long. */
static bool is_over(const struct cman_sm *sm)
{
	u32 i;

	if (sm->now - sm->inquorate_since_ms < 2 * cman_dead_ms(sm))
		return false;
	for (i = 0; i < sm->config.nr_nodes; i++) {
		const struct cman_track *other = &sm->peers[i].other;

		if (lately(sm, other) && other->role == CMAN_ROLE_MEMBER &&
		    other->quorate &&
		    !cman_same_lifetime(&other->lifetime, &sm->state.lifetime))
			return true;
	}
	return false;
}

void cman_quorate_update(struct cman_sm *sm)
{
	u64 here;

	if (sm->role != CMAN_ROLE_MEMBER || sm->lingering)
		return;
	if (sm->cut_off) {
		cman_over(sm, CMAN_ACT_EVICTED, VCS_LEAVE_FAILED);
		return;
	}
	here = with_us(sm);
	say(sm, find_why(sm, here), here);
	if (sm->quorate) {
		sm->inquorate_since_ms = sm->now;
	} else if (is_over(sm)) {
		cman_log(sm, CMAN_LOG_GIVES_UP, sm->self, 0, 0);
		cman_over(sm, CMAN_ACT_EVICTED, VCS_LEAVE_INCONSISTENT);
	}
}
