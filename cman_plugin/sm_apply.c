// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is decided becomes history: views are installed, records delivered, in
 * the order of the slots. Those who missed a decision ask, and are answered
 * from a short ring. Pure.
 */
#include "sm_int.h"

static struct cman_decided *ring_slot(struct cman_sm *sm, u64 slot)
{
	return &sm->ring[slot % CMAN_RING];
}

static const struct cman_decided *remember(struct cman_sm *sm, u64 slot,
					   u64 generation, const u8 *value,
					   u32 len)
{
	struct cman_decided *decided = ring_slot(sm, slot);

	decided->slot = slot;
	decided->generation = generation;
	decided->len = len;
	memcpy(decided->value, value, len);
	return decided;
}

/* As it is published. */
void cman_view_fill(const struct cman_sm *sm, struct cman_view *view)
{
	const struct cman_state *state = &sm->state;
	u32 i;

	view->lifetime = state->lifetime;
	view->generation = state->generation;
	view->expected_votes = sm->expected;
	view->quorum = sm->need;
	view->nr_members = state->nr_members;
	view->nr_departed = state->nr_departed;
	for (i = 0; i < state->nr_members; i++) {
		const struct cman_entry *entry = &state->members[i];
		struct vcs_member *member = &view->members[i];
		u32 index = cman_index(&sm->config, entry->nodeid);

		memset(member, 0, sizeof(*member));
		member->incarnation = entry->incarnation;
		member->joined_generation = entry->joined_generation;
		member->nodeid = entry->nodeid;
		member->votes = sm->config.nodes[index].votes;
		member->flags = entry->flags;
	}
	memcpy(view->departed, state->departed,
	       state->nr_departed * sizeof(state->departed[0]));
}

static void publish(struct cman_sm *sm)
{
	struct cman_action *action = cman_emit(sm, CMAN_ACT_VIEW);
	struct cman_view *view;

	if (!action || sm->out->nr_views == CMAN_VIEWS_PER_EVENT) {
		sm->out->overflow = true;
		return;
	}
	view = &sm->out->views[sm->out->nr_views++];
	action->view = view;
	cman_view_fill(sm, view);
}

/* This node is not in the view that its fellows decided. */
static void put_out(struct cman_sm *sm)
{
	enum vcs_leave_reason reason = VCS_LEAVE_FAILED;
	u32 i;

	for (i = 0; i < sm->state.nr_departed; i++)
		if (sm->state.departed[i].nodeid == sm->config.nodeid)
			reason = sm->state.departed[i].reason;
	if (sm->leaving && reason == VCS_LEAVE_CLEAN) {
		sm->lingering = true;
		sm->linger_until_ms = sm->now + cman_dead_ms(sm);
		return;
	}
	cman_over(sm, CMAN_ACT_EVICTED, reason);
}

/* The decoded view in sm->next becomes the state. */
void cman_state_take(struct cman_sm *sm)
{
	u32 i;

	sm->state = sm->next;
	sm->members = 0;
	for (i = 0; i < sm->state.nr_members; i++) {
		u32 index = cman_index(&sm->config,
				       sm->state.members[i].nodeid);

		sm->members |= BIT_ULL(index);
		sm->entry_of[index] = (u8)i;
	}
}

static void install(struct cman_sm *sm)
{
	cman_state_take(sm);
	sm->view_slot = sm->slot;
	sm->acceptor.promised = 0;
	cman_decide_reset(sm);
	sm->leader.number = 0;
	sm->leader.ballot = 0;
	sm->leader.best = 0;
	sm->leader.not_before_ms = 0;
	sm->leavers = 0;
	cman_recover_view(sm);
	cman_monitor_view(sm);
	cman_admit_view(sm);
	cman_record_view(sm);
	if (cman_is_member_life(sm, sm->self, sm->incarnation))
		publish(sm);
	else
		put_out(sm);
}

/* The decision for the next slot; the caller checked it. */
void cman_apply(struct cman_sm *sm, const u8 *value, u32 len)
{
	const struct cman_decided *decided;

	sm->slot++;
	decided = remember(sm, sm->slot, sm->state.generation, value, len);
	sm->acceptor.ballot = 0;
	sm->acceptor.len = 0;
	sm->leader.proposing = false;
	if (sm->leader.phase == CMAN_PREPARING)
		cman_decide_reset(sm);	/* the answers are about this slot */
	if (decided->value[0] == CMAN_VALUE_RECORDS) {
		cman_record_apply(sm, decided->value, decided->len);
		return;
	}
	if (!cman_state_decode(&sm->next, decided->value, decided->len))
		install(sm);
}

static const struct cman_entry *find_self(const struct cman_sm *sm,
					  const struct cman_state *state)
{
	u32 i;

	for (i = 0; i < state->nr_members; i++) {
		const struct cman_entry *entry = &state->members[i];

		if (entry->nodeid == sm->config.nodeid &&
		    (entry->incarnation == sm->incarnation ||
		     cman_mutant(CMAN_MUTANT_INCARNATION)))
			return entry;
	}
	return NULL;
}

/*
 * A node without history takes its first view. Only if it answered no other
 * challenge since the one that this view was proposed on: who counted on that
 * other answer must be able to rely on it.
 */
enum cman_drop cman_apply_first(struct cman_sm *sm,
				const struct cman_msg *msg)
{
	const struct cman_entry *entry;
	enum cman_drop drop = cman_value_check(sm, msg->generation, msg->value,
					       msg->value_len);

	if (drop || msg->value[0] != CMAN_VALUE_VIEW)
		return drop ? drop : CMAN_DROP_STATE;
	entry = find_self(sm, &sm->next);
	if (!entry)
		return CMAN_DROP_STATE;
	if (entry->nonce != sm->bound) {
		cman_join_refused(sm, CMAN_OPT_INCARNATION_OVER, CMAN_NOBODY);
		return CMAN_DROP_STALE;
	}
	sm->role = CMAN_ROLE_MEMBER;
	sm->slot = msg->slot;
	sm->inquorate_since_ms = sm->now;
	remember(sm, msg->slot, msg->generation, msg->value,
		 (u32)msg->value_len);
	install(sm);
	return CMAN_DROP_NONE;
}

void cman_learn_ask(struct cman_sm *sm, u32 index)
{
	struct cman_msg msg;

	if (sm->now - sm->learn_ms < sm->config.heartbeat_ms / 4)
		return;
	sm->learn_ms = sm->now;
	cman_msg_start(sm, &msg, CMAN_MSG_LEARN);
	cman_send(sm, BIT_ULL(index), &msg);
}

/* A few decisions after @slot, for the nodes in @dst that stand there. */
void cman_learn_answer(struct cman_sm *sm, u64 dst, u64 slot)
{
	size_t bytes = 0;
	u64 next;

	for (next = slot + 1; next <= sm->slot && bytes < CMAN_VALUE_MAX;
	     next++) {
		const struct cman_decided *decided = ring_slot(sm, next);
		struct cman_msg msg;

		if (decided->slot != next)
			return;
		cman_msg_start(sm, &msg, CMAN_MSG_DECIDE);
		msg.generation = decided->generation;
		msg.slot = next;
		msg.value = decided->value;
		msg.value_len = decided->len;
		cman_send(sm, dst, &msg);
		bytes += decided->len;
	}
}

/* To a life that thinks it is a member, or asks to be one again. */
void cman_tell_evicted(struct cman_sm *sm, const struct cman_from *from)
{
	u32 nodeid = cman_nodeid(sm, from->index), i;
	struct cman_msg msg;

	cman_msg_start(sm, &msg, CMAN_MSG_EVICTED);
	msg.incarnation = from->incarnation;
	msg.code = VCS_LEAVE_FAILED;
	for (i = 0; i < sm->state.nr_departed; i++)
		if (sm->state.departed[i].nodeid == nodeid &&
		    sm->state.departed[i].incarnation == from->incarnation)
			msg.code = (u8)sm->state.departed[i].reason;
	cman_send(sm, BIT_ULL(from->index), &msg);
}

static enum cman_drop on_decide(struct cman_sm *sm,
				const struct cman_from *from,
				const struct cman_msg *msg)
{
	enum cman_drop drop;

	if (msg->slot > sm->slot + 1)
		cman_learn_ask(sm, from->index);
	if (msg->slot != sm->slot + 1 ||
	    msg->generation != sm->state.generation ||
	    cman_is_void(sm, from, msg))
		return CMAN_DROP_STALE;
	drop = cman_value_check(sm, msg->generation, msg->value,
				msg->value_len);
	if (!drop)
		cman_apply(sm, msg->value, (u32)msg->value_len);
	return drop;
}

enum cman_drop cman_learn_packet(struct cman_sm *sm,
				 const struct cman_from *from,
				 const struct cman_msg *msg)
{
	if (sm->role != CMAN_ROLE_MEMBER) {
		if (msg->type != CMAN_MSG_DECIDE || sm->busy)
			return CMAN_DROP_STATE;
		return cman_apply_first(sm, msg);
	}
	if (!cman_same_lifetime(&msg->lifetime, &sm->state.lifetime))
		return CMAN_DROP_LIFETIME;
	if (msg->type == CMAN_MSG_DECIDE)
		return sm->busy ? CMAN_DROP_STATE : on_decide(sm, from, msg);
	if (from->member)
		cman_learn_answer(sm, BIT_ULL(from->index), msg->slot);
	else if (msg->slot < sm->slot)
		cman_tell_evicted(sm, from);
	return CMAN_DROP_NONE;
}
