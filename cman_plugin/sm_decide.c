// SPDX-License-Identifier: GPL-2.0-only
/*
 * One decision after the other: Paxos among the members of the current view.
 *
 * Within a generation a promise holds for every slot from then on. That is
 * sound because an acceptor accepts only for the slot after its last decided
 * one, and promises only when it and the coordinator stand at the same slot:
 * so who promised had accepted nothing for later slots. A new view is a new
 * set of acceptors, and begins with a fresh promise. Pure.
 */
#include "sm_int.h"

enum cman_drop cman_value_check(struct cman_sm *sm, u64 generation,
				const u8 *value, size_t len)
{
	enum cman_drop drop;
	u32 i;

	if (value[0] == CMAN_VALUE_RECORDS)
		return cman_batch_check(value, len);
	drop = cman_state_decode(&sm->next, value, len);
	if (drop)
		return drop;
	if (sm->next.generation != generation + 1)
		return CMAN_DROP_RANGE;
	for (i = 0; i < sm->next.nr_members; i++)
		if (cman_index(&sm->config, sm->next.members[i].nodeid) ==
		    CMAN_NOBODY)
			return CMAN_DROP_RANGE;
	return CMAN_DROP_NONE;
}

/* Somebody else leads, or tries to: two must not chase each other. */
static void back_off(struct cman_sm *sm)
{
	sm->leader.not_before_ms = sm->now +
		(1 + (u32)(sm->random & 3)) * sm->config.heartbeat_ms;
}

static bool promise(struct cman_sm *sm, u64 ballot)
{
	if (cman_mutant(CMAN_MUTANT_PROMISE))
		return true;
	if (ballot < sm->acceptor.promised)
		return false;
	sm->acceptor.promised = ballot;
	if (ballot != sm->leader.ballot && sm->leader.phase != CMAN_IDLE) {
		cman_decide_reset(sm);
		back_off(sm);
	}
	return true;
}

static bool accept(struct cman_sm *sm, u64 ballot, const u8 *value, u32 len)
{
	if (!promise(sm, ballot))
		return false;
	sm->acceptor.ballot = ballot;
	sm->acceptor.len = len;
	memcpy(sm->acceptor.value, value, len);
	return true;
}

/* Give the lead up; what was accepted stays with the acceptors. */
void cman_decide_reset(struct cman_sm *sm)
{
	sm->leader.phase = CMAN_IDLE;
	sm->leader.proposing = false;
	sm->leader.answered = 0;
}

/* Could these answers decide? */
bool cman_decide_possible(struct cman_sm *sm, u64 answered)
{
	struct cman_count count = {
		.all = sm->all,
		.deciders = sm->members,
		.answered = answered,
		.accounted = sm->accounted,
		.present = cman_admit_present(sm),
		.fenced = sm->fenced,
		.base = sm->base,
		.quorum = sm->quorum,
		.need = sm->need,
	};

	return cman_may_decide(&sm->config, &count);
}

static void send_ballot(struct cman_sm *sm, u64 dst, u8 type)
{
	struct cman_msg msg;

	cman_msg_start(sm, &msg, type);
	msg.slot = sm->slot + 1;
	msg.ballot = sm->leader.ballot;
	if (type == CMAN_MSG_ACCEPT) {
		msg.over = sm->accounted;
		msg.value = sm->leader.value;
		msg.value_len = sm->leader.len;
	}
	cman_send(sm, dst, &msg);
}

static void prepare(struct cman_sm *sm)
{
	struct cman_leader *leader = &sm->leader;

	leader->number++;
	leader->ballot = (u64)leader->number << 32 | sm->config.nodeid;
	if (!promise(sm, leader->ballot))
		return;
	cman_log(sm, CMAN_LOG_PREPARE, sm->self, sm->state.generation,
		 leader->ballot);
	leader->phase = CMAN_PREPARING;
	leader->proposing = false;
	leader->answered = cman_self(sm);
	leader->best = sm->acceptor.ballot;
	leader->len = sm->acceptor.len;
	memcpy(leader->value, sm->acceptor.value, sm->acceptor.len);
	leader->started_ms = sm->now;
	send_ballot(sm, sm->members, CMAN_MSG_PREPARE);
}

/* What is in leader.value becomes the proposal for the next slot. */
static void propose(struct cman_sm *sm)
{
	struct cman_leader *leader = &sm->leader;

	if (!accept(sm, leader->ballot, leader->value, leader->len))
		return;
	sm->over |= sm->accounted;
	leader->proposing = true;
	leader->answered = cman_self(sm);
	leader->started_ms = sm->now;
	send_ballot(sm, sm->members, CMAN_MSG_ACCEPT);
}

static void lead(struct cman_sm *sm)
{
	sm->leader.phase = CMAN_LEADING;
	if (!sm->leader.best)
		return;
	cman_log(sm, CMAN_LOG_RECOVERED, sm->self, sm->slot + 1,
		 sm->leader.best);
	sm->leader.best = 0;
	propose(sm);
}

/* Nobody may fall further behind than the rings of decisions reach. */
static bool all_near(const struct cman_sm *sm)
{
	u64 set;

	for (set = sm->members & ~cman_self(sm); set; set &= set - 1)
		if (cman_slot_of(sm, __ffs64(set)) + CMAN_RING <= sm->slot)
			return false;
	return true;
}

static void propose_next(struct cman_sm *sm)
{
	bool wanted = false;

	if (cman_view_next(sm, &wanted)) {
		propose(sm);
		return;
	}
	if (wanted || sm->role != CMAN_ROLE_MEMBER || !all_near(sm))
		return;
	sm->leader.len = cman_record_next(sm, sm->leader.value);
	if (sm->leader.len)
		propose(sm);
}

static void decide(struct cman_sm *sm)
{
	struct cman_leader *leader = &sm->leader;
	struct cman_msg msg;

	cman_msg_start(sm, &msg, CMAN_MSG_DECIDE);
	msg.slot = sm->slot + 1;
	msg.value = leader->value;
	msg.value_len = leader->len;
	/* A view also goes to those who are in it for the first time. */
	cman_send(sm, leader->value[0] == CMAN_VALUE_VIEW ? sm->all :
							    sm->members, &msg);
	leader->proposing = false;
	cman_apply(sm, leader->value, leader->len);
}

void cman_decide_drive(struct cman_sm *sm)
{
	struct cman_leader *leader = &sm->leader;
	bool coordinator = cman_coordinator(sm) == sm->self;

	if (coordinator && leader->phase == CMAN_IDLE &&
	    sm->now >= leader->not_before_ms)
		prepare(sm);
	if (leader->phase == CMAN_PREPARING &&
	    cman_decide_possible(sm, leader->answered))
		lead(sm);
	if (coordinator && leader->phase == CMAN_LEADING && !leader->proposing)
		propose_next(sm);
	if (leader->phase == CMAN_LEADING && leader->proposing &&
	    cman_decide_possible(sm, leader->answered))
		decide(sm);
}

void cman_decide_tick(struct cman_sm *sm)
{
	struct cman_leader *leader = &sm->leader;
	u64 missing = sm->members & ~leader->answered;

	if (leader->phase == CMAN_PREPARING && cman_coordinator(sm) != sm->self)
		cman_decide_reset(sm);
	if (leader->phase == CMAN_PREPARING)
		send_ballot(sm, missing, CMAN_MSG_PREPARE);
	else if (leader->phase == CMAN_LEADING && leader->proposing)
		send_ballot(sm, missing, CMAN_MSG_ACCEPT);
}

static void nack(struct cman_sm *sm, u32 index)
{
	struct cman_msg msg;

	cman_msg_start(sm, &msg, CMAN_MSG_NACK);
	msg.slot = sm->slot + 1;
	msg.ballot = sm->acceptor.promised;
	cman_send(sm, BIT_ULL(index), &msg);
}

static enum cman_drop on_prepare(struct cman_sm *sm,
				 const struct cman_from *from,
				 const struct cman_msg *in)
{
	struct cman_msg msg;

	if (!promise(sm, in->ballot)) {
		nack(sm, from->index);
		return CMAN_DROP_STALE;
	}
	cman_msg_start(sm, &msg, CMAN_MSG_PROMISE);
	msg.slot = in->slot;
	msg.ballot = in->ballot;
	msg.accepted = sm->acceptor.ballot;
	msg.value = sm->acceptor.value;
	msg.value_len = sm->acceptor.ballot ? sm->acceptor.len : 0;
	cman_send(sm, BIT_ULL(from->index), &msg);
	return CMAN_DROP_NONE;
}

static enum cman_drop on_accept(struct cman_sm *sm,
				const struct cman_from *from,
				const struct cman_msg *in)
{
	enum cman_drop drop = cman_value_check(sm, in->generation, in->value,
					       in->value_len);
	struct cman_msg msg;

	if (drop)
		return drop;
	if (!accept(sm, in->ballot, in->value, (u32)in->value_len)) {
		nack(sm, from->index);
		return CMAN_DROP_STALE;
	}
	sm->over |= in->over & sm->members & ~cman_self(sm);
	cman_msg_start(sm, &msg, CMAN_MSG_ACCEPTED);
	msg.slot = in->slot;
	msg.ballot = in->ballot;
	cman_send(sm, BIT_ULL(from->index), &msg);
	return CMAN_DROP_NONE;
}

static enum cman_drop on_promise(struct cman_sm *sm,
				 const struct cman_from *from,
				 const struct cman_msg *in)
{
	struct cman_leader *leader = &sm->leader;
	enum cman_drop drop;

	if (leader->phase != CMAN_PREPARING || in->ballot != leader->ballot)
		return CMAN_DROP_STALE;
	if (in->accepted > leader->best) {
		drop = cman_value_check(sm, in->generation, in->value,
					in->value_len);
		if (drop)
			return drop;
		leader->best = in->accepted;
		leader->len = (u32)in->value_len;
		memcpy(leader->value, in->value, in->value_len);
	}
	leader->answered |= BIT_ULL(from->index);
	return CMAN_DROP_NONE;
}

static enum cman_drop on_accepted(struct cman_sm *sm,
				  const struct cman_from *from,
				  const struct cman_msg *in)
{
	struct cman_leader *leader = &sm->leader;

	if (leader->phase != CMAN_LEADING || !leader->proposing ||
	    in->ballot != leader->ballot)
		return CMAN_DROP_STALE;
	leader->answered |= BIT_ULL(from->index);
	return CMAN_DROP_NONE;
}

static enum cman_drop on_nack(struct cman_sm *sm, const struct cman_msg *in)
{
	struct cman_leader *leader = &sm->leader;

	leader->number = max_t(u32, leader->number, in->ballot >> 32);
	if (leader->phase == CMAN_IDLE || in->ballot <= leader->ballot)
		return CMAN_DROP_STALE;
	cman_decide_reset(sm);
	back_off(sm);
	return CMAN_DROP_NONE;
}

/*
 * Who accepted a value that is decided without those who are over must not
 * learn any more what these decided, from them or from whom they let in: it is
 * void. What this node accepted itself may come from anybody.
 */
bool cman_is_void(const struct cman_sm *sm, const struct cman_from *from,
		  const struct cman_msg *msg)
{
	const struct cman_acceptor *acceptor = &sm->acceptor;

	if (!sm->over)
		return false;
	if (from->member)
		return sm->over & BIT_ULL(from->index);
	return !acceptor->ballot || acceptor->len != msg->value_len ||
	       memcmp(acceptor->value, msg->value, msg->value_len);
}

/* To the slot this node is at, in this node's generation, from a member? */
static enum cman_drop to_this_slot(struct cman_sm *sm,
				   const struct cman_from *from,
				   const struct cman_msg *msg)
{
	bool asks = msg->type == CMAN_MSG_PREPARE ||
		    msg->type == CMAN_MSG_ACCEPT;

	if (msg->slot <= sm->slot) {
		if (asks && from->member)
			cman_learn_answer(sm, BIT_ULL(from->index),
					  msg->slot - 1);
		else if (asks)
			cman_tell_evicted(sm, from);
		return CMAN_DROP_STALE;
	}
	if (msg->slot > sm->slot + 1 ||
	    msg->generation > sm->state.generation) {
		cman_learn_ask(sm, from->index);
		return CMAN_DROP_STALE;
	}
	if (!from->member || msg->generation != sm->state.generation ||
	    cman_is_void(sm, from, msg))
		return CMAN_DROP_STALE;
	if (asks && (u32)msg->ballot != cman_nodeid(sm, from->index))
		return CMAN_DROP_RANGE;
	return CMAN_DROP_NONE;
}

enum cman_drop cman_decide_packet(struct cman_sm *sm,
				  const struct cman_from *from,
				  const struct cman_msg *msg)
{
	struct cman_track *track = &sm->peers[from->index].member;
	enum cman_drop drop;

	if (sm->role != CMAN_ROLE_MEMBER)
		return CMAN_DROP_STATE;
	if (!cman_same_lifetime(&msg->lifetime, &sm->state.lifetime))
		return CMAN_DROP_LIFETIME;
	drop = to_this_slot(sm, from, msg);
	if (drop)
		return drop;
	track->slot = max_t(u64, track->slot, msg->slot - 1);
	switch (msg->type) {
	case CMAN_MSG_PREPARE:
		sm->leader.number = max_t(u32, sm->leader.number,
					  msg->ballot >> 32);
		return on_prepare(sm, from, msg);
	case CMAN_MSG_ACCEPT:
		return on_accept(sm, from, msg);
	case CMAN_MSG_PROMISE:
		return on_promise(sm, from, msg);
	case CMAN_MSG_ACCEPTED:
		return on_accepted(sm, from, msg);
	default:
		return on_nack(sm, msg);
	}
}
