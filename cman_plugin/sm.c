// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine: one event in, a list of actions out. Here events are sent
 * to their owners, and everything that follows from the new state is driven
 * until nothing follows any more. Pure; the caller locks.
 */
#include "sm_int.h"

/* How many decisions one event may lead to; bounds the list of actions. */
#define DRIVE_MAX 4

u32 cman_index(const struct cman_config *config, u32 nodeid)
{
	u32 i;

	for (i = 0; i < config->nr_nodes; i++)
		if (config->nodes[i].nodeid == nodeid)
			return i;
	return CMAN_NOBODY;
}

bool cman_is_member_life(struct cman_sm *sm, u32 index, u64 incarnation)
{
	if (!(sm->members & BIT_ULL(index)))
		return false;
	if (cman_mutant(CMAN_MUTANT_INCARNATION))
		return true;
	return cman_entry(sm, index)->incarnation == incarnation;
}

u64 cman_sm_member_incarnation(const struct cman_sm *sm, u32 nodeid)
{
	u32 index = cman_index(&sm->config, nodeid);

	if (index == CMAN_NOBODY || !(sm->members & BIT_ULL(index)))
		return 0;
	return sm->state.members[sm->entry_of[index]].incarnation;
}

struct cman_action *cman_emit(struct cman_sm *sm, enum cman_action_type type)
{
	struct cman_actions *out = sm->out;
	struct cman_action *action;

	if (type == CMAN_ACT_LOG && out->nr >= CMAN_ACTIONS_MAX / 2)
		return NULL;
	if (sm->busy && type != CMAN_ACT_LOG && type != CMAN_ACT_SEND)
		return NULL;
	if (out->nr == CMAN_ACTIONS_MAX) {
		out->overflow = true;
		return NULL;
	}
	action = &out->list[out->nr++];
	memset(action, 0, sizeof(*action));
	action->type = type;
	return action;
}

void cman_log(struct cman_sm *sm, enum cman_log_code code, u32 index, u64 a,
	      u64 b)
{
	struct cman_action *action = cman_emit(sm, CMAN_ACT_LOG);

	if (!action)
		return;
	action->log.code = code;
	if (index < sm->config.nr_nodes) {
		action->log.nodeid = cman_nodeid(sm, index);
		action->log.incarnation = sm->peers[index].member.incarnation;
	}
	action->log.a = a;
	action->log.b = b;
}

void cman_msg_start(struct cman_sm *sm, struct cman_msg *msg, u8 type)
{
	memset(msg, 0, sizeof(*msg));
	msg->type = type;
	if (sm->role != CMAN_ROLE_MEMBER)
		return;
	msg->lifetime = sm->state.lifetime;
	msg->generation = sm->state.generation;
	msg->slot = sm->slot;
}

void cman_send(struct cman_sm *sm, u64 dst, const struct cman_msg *msg)
{
	struct cman_actions *out = sm->out;
	struct cman_action *action;
	size_t len;

	dst &= sm->all & ~cman_self(sm);
	if (!dst)
		return;
	len = cman_msg_encode(msg, out->arena + out->used,
			      CMAN_ARENA_SIZE - out->used);
	if (!len) {
		out->overflow = true;
		return;
	}
	action = cman_emit(sm, CMAN_ACT_SEND);
	if (!action)
		return;
	action->send.dst = dst;
	action->send.data = out->arena + out->used;
	action->send.len = len;
	out->used += len;
}

void cman_hello(struct cman_sm *sm)
{
	struct cman_msg msg;

	cman_msg_start(sm, &msg, CMAN_MSG_HELLO);
	msg.role = sm->role;
	msg.flags = sm->quorate ? CMAN_HELLO_QUORATE : 0;
	msg.ballot = sm->acceptor.promised;
	msg.deaf = sm->deaf;
	msg.lowest = cman_lowest(sm);
	msg.progress_age_ms = (u32)min_t(u64, sm->progress_age_ms, ~0U);
	msg.options = sm->options;
	cman_send(sm, sm->all, &msg);
}

static void tick(struct cman_sm *sm, const struct cman_event *event)
{
	sm->progress_age_ms = event->tick.progress_age_ms;
	if (sm->lingering) {
		cman_leave_linger(sm);
		return;
	}
	cman_monitor_tick(sm, event->tick.late_ms);
	if (sm->role == CMAN_ROLE_MEMBER) {
		cman_recover_tick(sm);
		cman_admit_tick(sm);
		cman_decide_tick(sm);
		cman_record_tick(sm);
		cman_leave_tick(sm);
	} else {
		cman_join_tick(sm);
		cman_form_tick(sm);
	}
}

static enum cman_drop dispatch(struct cman_sm *sm,
			       const struct cman_from *from,
			       const struct cman_msg *msg)
{
	switch (msg->type) {
	case CMAN_MSG_HELLO:
		return cman_monitor_hello(sm, from, msg);
	case CMAN_MSG_PREPARE:
	case CMAN_MSG_PROMISE:
	case CMAN_MSG_NACK:
	case CMAN_MSG_ACCEPT:
	case CMAN_MSG_ACCEPTED:
		return cman_decide_packet(sm, from, msg);
	case CMAN_MSG_DECIDE:
	case CMAN_MSG_LEARN:
		return cman_learn_packet(sm, from, msg);
	case CMAN_MSG_JOIN:
		return cman_admit_join(sm, from, msg);
	case CMAN_MSG_CHALLENGE:
	case CMAN_MSG_REFUSED:
	case CMAN_MSG_EVICTED:
		return cman_join_packet(sm, from, msg);
	case CMAN_MSG_LEAVE:
	case CMAN_MSG_SUBMIT:
		return cman_record_packet(sm, from, msg);
	default:
		return cman_form_packet(sm, from, msg);
	}
}

static enum cman_drop packet(struct cman_sm *sm, const struct cman_event *event)
{
	struct cman_from from = { .incarnation = event->packet.incarnation };
	enum cman_drop drop;
	struct cman_msg msg;

	from.index = cman_index(&sm->config, event->packet.nodeid);
	if (from.index == CMAN_NOBODY || from.index == sm->self)
		return CMAN_DROP_SENDER;
	drop = cman_msg_decode(&msg, event->packet.data, event->packet.len);
	if (drop)
		return drop;
	from.member = sm->role == CMAN_ROLE_MEMBER &&
		      cman_is_member_life(sm, from.index, from.incarnation);
	if (sm->lingering && msg.type != CMAN_MSG_HELLO)
		return CMAN_DROP_STATE;
	return dispatch(sm, &from, &msg);
}

static void take(struct cman_sm *sm, const struct cman_event *event)
{
	switch (event->type) {
	case CMAN_EV_TICK:
		tick(sm, event);
		break;
	case CMAN_EV_PACKET:
		sm->out->drop = packet(sm, event);
		break;
	case CMAN_EV_SUBMIT:
		sm->out->result = cman_record_submit(sm, event->submit.data,
						     event->submit.len);
		break;
	case CMAN_EV_LEAVE:
		cman_leave_event(sm);
		break;
	case CMAN_EV_FENCED:
		cman_recover_fenced(sm, event->fenced.cookie,
				    event->fenced.success);
		break;
	case CMAN_EV_ADMIT:
		cman_admit_answer(sm, event->admit.cookie, event->admit.yes);
		break;
	case CMAN_EV_LOST:
		cman_monitor_lost(sm, event->lost.nodes);
		break;
	}
}

/* What follows from the new state; before the event it stood at @first. */
static void drive(struct cman_sm *sm, u64 first)
{
	u32 i;

	for (i = 0; i < DRIVE_MAX && !sm->busy; i++) {
		u64 slot = sm->slot;

		if (sm->config.one_by_one && slot != first)
			break;
		/* Said before anything rests on what was said before. */
		cman_quorate_update(sm);
		if (sm->role == CMAN_ROLE_MEMBER && !sm->lingering)
			cman_decide_drive(sm);
		else if (sm->role == CMAN_ROLE_SEEKING)
			cman_form_drive(sm);
		if (sm->slot == slot ||
		    sm->out->nr_views == CMAN_VIEWS_PER_EVENT)
			break;
	}
	cman_quorate_update(sm);
}

void cman_sm_step(struct cman_sm *sm, const struct cman_event *event,
		  struct cman_actions *actions)
{
	u64 slot;

	actions->nr = 0;
	actions->nr_views = 0;
	actions->used = 0;
	actions->overflow = false;
	actions->drop = CMAN_DROP_NONE;
	actions->result = 0;
	sm->out = actions;
	sm->now = event->now_ms;
	sm->random = event->random;
	sm->busy = event->busy;
	if (sm->role == CMAN_ROLE_OVER) {
		if (event->type == CMAN_EV_SUBMIT)
			actions->result = -ENOTCONN;
		actions->drop = CMAN_DROP_STATE;
		return;
	}
	slot = sm->slot;
	take(sm, event);
	drive(sm, slot);
	if (event->type == CMAN_EV_TICK && !sm->lingering &&
	    sm->role != CMAN_ROLE_OVER)
		cman_hello(sm);
}

void cman_sm_status(const struct cman_sm *sm, struct cman_status *status)
{
	u32 coordinator = cman_coordinator(sm);

	memset(status, 0, sizeof(*status));
	status->role = sm->role;
	status->quorate = sm->quorate;
	status->leading = sm->leader.phase == CMAN_LEADING;
	status->leaving = sm->leaving;
	if (coordinator != CMAN_NOBODY)
		status->coordinator = cman_nodeid(sm, coordinator);
	status->lifetime = sm->state.lifetime;
	status->generation = sm->state.generation;
	status->slot = sm->slot;
	status->members = sm->members;
	status->deaf = sm->deaf;
	status->heard = cman_heard(sm);
	status->joining = cman_admit_answered(sm);
}
