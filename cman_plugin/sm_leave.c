// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a life: a clean leave is a decision like any other; the leaver
 * stays until those who remain have heard of it. Pure.
 */
#include "sm_int.h"

/* Nothing is said or done any more after this. */
void cman_over(struct cman_sm *sm, enum cman_action_type type,
	       enum vcs_leave_reason reason)
{
	struct cman_action *action = cman_emit(sm, type);

	if (!action)
		return;
	if (type == CMAN_ACT_EVICTED)
		action->evicted.reason = reason;
	sm->role = CMAN_ROLE_OVER;
	sm->lingering = false;
	sm->quorate = false;
}

void cman_leave_event(struct cman_sm *sm)
{
	sm->leaving = true;
	if (sm->role == CMAN_ROLE_MEMBER)
		cman_leave_tick(sm);
	else
		cman_over(sm, CMAN_ACT_LEFT, VCS_LEAVE_CLEAN);
}

/* Ask the coordinator to let this node go, again with each tick. */
void cman_leave_tick(struct cman_sm *sm)
{
	u32 coordinator = cman_coordinator(sm);
	struct cman_msg msg;

	if (!sm->leaving || sm->role != CMAN_ROLE_MEMBER || sm->lingering)
		return;
	if (sm->members == cman_self(sm)) {
		cman_over(sm, CMAN_ACT_LEFT, VCS_LEAVE_CLEAN);
	} else if (coordinator == sm->self) {
		sm->leavers |= cman_self(sm);
	} else if (coordinator != CMAN_NOBODY) {
		cman_msg_start(sm, &msg, CMAN_MSG_LEAVE);
		cman_send(sm, BIT_ULL(coordinator), &msg);
	}
}

/* The leave is decided: see that every member knows, for a while. */
void cman_leave_linger(struct cman_sm *sm)
{
	u64 set, behind = 0;

	for (set = sm->members; set; set &= set - 1)
		if (sm->peers[__ffs64(set)].member.slot < sm->slot)
			behind |= BIT_ULL(__ffs64(set));
	if (!behind || sm->now >= sm->linger_until_ms) {
		cman_over(sm, CMAN_ACT_LEFT, VCS_LEAVE_CLEAN);
		return;
	}
	cman_learn_answer(sm, behind, sm->slot - 1);
}
