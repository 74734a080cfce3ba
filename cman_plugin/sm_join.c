// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node without history that found a cluster: it asks to be let in, answers
 * challenges, and waits for a view with its incarnation. Also what a node is
 * told about its end. Pure.
 */
#include "sm_int.h"

void cman_join_refused(struct cman_sm *sm, enum cman_option option, u32 index)
{
	struct cman_action *action = cman_emit(sm, CMAN_ACT_JOIN_REFUSED);

	if (!action)
		return;
	action->refused.option = option;
	if (index != CMAN_NOBODY)
		action->refused.by = cman_nodeid(sm, index);
	sm->role = CMAN_ROLE_OVER;
}

/* A node with history was heard. */
void cman_join_history(struct cman_sm *sm, u32 index)
{
	enum cman_option disagrees = sm->peers[index].other.disagrees;

	if (disagrees) {
		cman_hello(sm);		/* so that it hears of it, too */
		cman_join_refused(sm, disagrees, index);
		return;
	}
	sm->history_ms = sm->now;
	if (sm->role != CMAN_ROLE_SEEKING)
		return;
	cman_log(sm, CMAN_LOG_HISTORY_FOUND, index, 0, 0);
	sm->role = CMAN_ROLE_JOINING;
	sm->form.phase = CMAN_IDLE;
}

static void send_join(struct cman_sm *sm, u64 dst)
{
	struct cman_msg msg;

	cman_msg_start(sm, &msg, CMAN_MSG_JOIN);
	msg.nonce = sm->bound;
	msg.answers = sm->answers;
	msg.attest = sm->attest;
	cman_send(sm, dst, &msg);
}

void cman_join_tick(struct cman_sm *sm)
{
	if (sm->leaving) {
		cman_over(sm, CMAN_ACT_LEFT, VCS_LEAVE_CLEAN);
		return;
	}
	if (sm->role != CMAN_ROLE_JOINING)
		return;
	if (sm->now - sm->history_ms < 2 * cman_dead_ms(sm)) {
		send_join(sm, sm->all);
		return;
	}
	/* They are gone. A view that they still decided is not taken. */
	sm->role = CMAN_ROLE_SEEKING;
	sm->seek_since_ms = sm->now;
	if (sm->bound)
		sm->answers++;
	sm->bound = 0;
}

static enum cman_drop on_evicted(struct cman_sm *sm,
				 const struct cman_from *from,
				 const struct cman_msg *msg)
{
	if (msg->code > VCS_LEAVE_ABSENT)
		return CMAN_DROP_RANGE;
	if (sm->role != CMAN_ROLE_MEMBER) {
		cman_join_refused(sm, CMAN_OPT_INCARNATION_OVER, from->index);
		return CMAN_DROP_NONE;
	}
	if (!cman_same_lifetime(&msg->lifetime, &sm->state.lifetime))
		return CMAN_DROP_LIFETIME;
	if (sm->config.two_node && !from->member &&
	    msg->generation == sm->state.generation) {
		sm->cut_off = true;	/* each had the other fenced */
		return CMAN_DROP_NONE;
	}
	/* A fellow of this view says it of who was fenced for the next one. */
	if (msg->generation < sm->state.generation ||
	    (msg->generation == sm->state.generation && !from->member))
		return CMAN_DROP_STALE;
	if (sm->leaving && msg->code == VCS_LEAVE_CLEAN)
		cman_over(sm, CMAN_ACT_LEFT, VCS_LEAVE_CLEAN);
	else
		cman_over(sm, CMAN_ACT_EVICTED, msg->code);
	return CMAN_DROP_NONE;
}

/*
 * Only one that was made for what this node said last: it never goes back to a
 * challenge, or a node, that it has left, and who challenges it knows all that
 * it answered before.
 */
static enum cman_drop on_challenge(struct cman_sm *sm,
				   const struct cman_from *from,
				   const struct cman_msg *msg)
{
	if (sm->role != CMAN_ROLE_JOINING)
		return CMAN_DROP_STATE;
	if (!msg->nonce)
		return CMAN_DROP_RANGE;
	if (msg->answers != sm->answers)
		return CMAN_DROP_STALE;
	sm->bound = msg->nonce;
	sm->answers++;
	send_join(sm, BIT_ULL(from->index));
	return CMAN_DROP_NONE;
}

enum cman_drop cman_join_packet(struct cman_sm *sm,
				const struct cman_from *from,
				const struct cman_msg *msg)
{
	if (msg->incarnation != sm->incarnation)
		return CMAN_DROP_STALE;
	if (msg->type == CMAN_MSG_EVICTED)
		return on_evicted(sm, from, msg);
	if (msg->type == CMAN_MSG_CHALLENGE)
		return on_challenge(sm, from, msg);
	if (sm->role == CMAN_ROLE_MEMBER)
		return CMAN_DROP_STATE;
	if (!msg->code || msg->code >= CMAN_OPT_COUNT)
		return CMAN_DROP_RANGE;
	cman_join_refused(sm, msg->code, from->index);
	return CMAN_DROP_NONE;
}
