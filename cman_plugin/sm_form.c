// SPDX-License-Identifier: GPL-2.0-only
/*
 * Formation: nodes without history agree on the first view of a new lifetime.
 * Those who promise a ballot become its founders; it is decided when founders
 * with a majority of the configured votes accepted. What was accepted before
 * is finished when enough of its founders are still there. That it is unique
 * is not relied on: a node that restarts has forgotten what it accepted. That
 * is why every configured node that is no founder is listed as to be fenced
 * (Documentation/protocol.rst, "Formation"). Pure.
 */
#include "sm_int.h"

static int compare(const struct cman_fballot *a, const struct cman_fballot *b)
{
	if (a->ballot != b->ballot)
		return a->ballot < b->ballot ? -1 : 1;
	if (a->incarnation != b->incarnation)
		return a->incarnation < b->incarnation ? -1 : 1;
	return 0;
}

static bool promise(struct cman_sm *sm, const struct cman_fballot *ballot)
{
	if (compare(ballot, &sm->form.promised) < 0)
		return false;
	sm->form.promised = *ballot;
	if (ballot->incarnation != sm->incarnation)
		sm->form.phase = CMAN_IDLE;
	return true;
}

static bool accept(struct cman_sm *sm, const struct cman_fballot *ballot,
		   const u8 *value, u32 len)
{
	if (!promise(sm, ballot))
		return false;
	sm->form.accepted = *ballot;
	sm->form.len = len;
	memcpy(sm->form.value, value, len);
	return true;
}

/* Others who look for a cluster and could be in it from the start. */
static u64 seekers(const struct cman_sm *sm)
{
	u64 set, found = cman_self(sm);

	for (set = sm->all & ~cman_self(sm); set; set &= set - 1) {
		const struct cman_track *other =
			&sm->peers[__ffs64(set)].other;

		if (other->heard_ms && other->role == CMAN_ROLE_SEEKING &&
		    !other->disagrees &&
		    sm->now - other->heard_ms < cman_dead_ms(sm))
			found |= BIT_ULL(__ffs64(set));
	}
	return found;
}

static bool enough(const struct cman_sm *sm, u64 set)
{
	if (sm->config.wait_for_all || sm->config.two_node)
		return set == sm->all;
	return cman_votes(&sm->config, set) >= sm->quorum;
}

static void send_ballot(struct cman_sm *sm, u64 dst, u8 type)
{
	struct cman_msg msg;

	cman_msg_start(sm, &msg, type);
	msg.ballot = sm->form.ballot;
	msg.ballot_incarnation = sm->incarnation;
	if (type == CMAN_MSG_FORM_ACCEPT) {
		msg.value = sm->form.prop;
		msg.value_len = sm->form.prop_len;
	}
	cman_send(sm, dst, &msg);
}

/*
 * Nobody forms a cluster with a life whose options were not compared: its
 * HELLO comes first.
 */
static enum cman_drop compared(const struct cman_sm *sm,
			       const struct cman_from *from)
{
	const struct cman_track *other = &sm->peers[from->index].other;

	if (other->incarnation != from->incarnation)
		return CMAN_DROP_STATE;
	return other->disagrees ? CMAN_DROP_OPTIONS : CMAN_DROP_NONE;
}

static struct cman_fballot own_ballot(const struct cman_sm *sm)
{
	return (struct cman_fballot){
		.ballot = sm->form.ballot,
		.incarnation = sm->incarnation,
	};
}

static void prepare(struct cman_sm *sm)
{
	struct cman_formation *form = &sm->form;
	struct cman_fballot ballot;

	form->number++;
	form->ballot = (u64)form->number << 32 | sm->config.nodeid;
	ballot = own_ballot(sm);
	if (!promise(sm, &ballot))
		return;
	cman_log(sm, CMAN_LOG_FORM_PROPOSE, sm->self, seekers(sm),
		 form->ballot);
	form->phase = CMAN_PREPARING;
	form->started_ms = sm->now;
	form->answered = cman_self(sm);
	form->attest[sm->self] = sm->attest;
	form->incarnation[sm->self] = sm->incarnation;
	form->best = form->accepted;
	form->prop_len = form->len;
	memcpy(form->prop, form->value, form->len);
	send_ballot(sm, sm->all, CMAN_MSG_FORM_PREPARE);
}

static void add_founder(struct cman_sm *sm, u32 index)
{
	const struct vcs_attest *attest = &sm->form.attest[index];
	struct cman_entry *entry = &sm->next.members[sm->next.nr_members++];

	memset(entry, 0, sizeof(*entry));
	entry->nodeid = cman_nodeid(sm, index);
	entry->incarnation = sm->form.incarnation[index];
	entry->joined_generation = 1;
	entry->load_id = attest->load_id;
	memcpy(entry->machine_id, attest->machine_id, VCS_MACHINE_ID_LEN);
}

/* Those who promised are the founders; everyone else must be fenced. */
static void build(struct cman_sm *sm)
{
	struct vcs_departed *gone;
	u32 i;

	sm->next.lifetime = sm->candidate;
	/* No two proposals may share a lifetime. */
	for (i = 0; i < 8; i++)
		sm->next.lifetime.id[i] ^= (u8)(sm->random >> (8 * i));
	sm->next.generation = 1;
	sm->next.nr_members = 0;
	sm->next.nr_departed = 0;
	sm->next.nr_known = 0;
	for (i = 0; i < sm->config.nr_nodes; i++) {
		if (sm->form.answered & BIT_ULL(i)) {
			add_founder(sm, i);
			continue;
		}
		gone = &sm->next.departed[sm->next.nr_departed++];
		gone->nodeid = cman_nodeid(sm, i);
		gone->incarnation = 0;
		gone->reason = VCS_LEAVE_ABSENT;
	}
	sm->form.prop_len = (u32)cman_state_encode(&sm->next, sm->form.prop,
						   CMAN_VALUE_MAX);
}

/* Is this life a founder in sm->next? */
static bool is_founder(const struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->next.nr_members; i++)
		if (sm->next.members[i].incarnation == sm->incarnation)
			return true;
	return false;
}

/* The founders in sm->next that promised, by exact life. */
static u64 founders_here(const struct cman_sm *sm)
{
	u64 here = 0;
	u32 i;

	for (i = 0; i < sm->next.nr_members; i++) {
		const struct cman_entry *entry = &sm->next.members[i];
		u32 index = cman_index(&sm->config, entry->nodeid);

		if ((sm->form.answered & BIT_ULL(index)) &&
		    sm->form.incarnation[index] == entry->incarnation)
			here |= BIT_ULL(index);
	}
	return here;
}

/* Is there a formation accepted before that can still be finished? */
static bool can_finish(struct cman_sm *sm)
{
	if (!sm->form.best.ballot ||
	    cman_value_check(sm, 0, sm->form.prop, sm->form.prop_len))
		return false;
	return cman_votes(&sm->config, founders_here(sm)) >= sm->quorum;
}

static void propose(struct cman_sm *sm)
{
	struct cman_formation *form = &sm->form;
	struct cman_fballot ballot = own_ballot(sm);

	if (can_finish(sm))
		cman_log(sm, CMAN_LOG_FORM_RECOVERED, sm->self, 0,
			 form->best.ballot);
	else
		build(sm);
	form->answered = 0;
	if (is_founder(sm)) {
		if (!accept(sm, &ballot, form->prop, form->prop_len))
			return;
		form->answered = cman_self(sm);
	}
	form->phase = CMAN_LEADING;
	form->started_ms = sm->now;
	send_ballot(sm, sm->all, CMAN_MSG_FORM_ACCEPT);
}

/* Tell everyone; then this node takes it like any other, if it is in it. */
static void decide(struct cman_sm *sm)
{
	struct cman_msg msg;

	cman_msg_start(sm, &msg, CMAN_MSG_DECIDE);
	msg.slot = 1;
	msg.value = sm->form.prop;
	msg.value_len = sm->form.prop_len;
	cman_send(sm, sm->all, &msg);
	sm->form.phase = CMAN_IDLE;
	sm->form.not_before_ms = sm->now + cman_dead_ms(sm);
	cman_apply_first(sm, &msg);
}

static void back_off(struct cman_sm *sm)
{
	sm->form.phase = CMAN_IDLE;
	sm->form.not_before_ms = sm->now +
		(1 + (u32)(sm->random & 7)) * sm->config.heartbeat_ms;
}

void cman_form_drive(struct cman_sm *sm)
{
	struct cman_formation *form = &sm->form;
	u64 missing = seekers(sm) & ~form->answered;
	u64 age = sm->now - form->started_ms;

	if (form->phase == CMAN_PREPARING && enough(sm, form->answered) &&
	    (!missing || age > 3 * sm->config.heartbeat_ms))
		propose(sm);
	if (form->phase == CMAN_LEADING &&
	    cman_votes(&sm->config, form->answered) >= sm->quorum)
		decide(sm);
}

void cman_form_tick(struct cman_sm *sm)
{
	struct cman_formation *form = &sm->form;
	u64 found;

	if (sm->role != CMAN_ROLE_SEEKING)
		return;
	if (form->phase != CMAN_IDLE) {
		if (sm->now - form->started_ms > cman_dead_ms(sm))
			back_off(sm);
		else if (form->phase == CMAN_PREPARING)
			send_ballot(sm, sm->all & ~form->answered,
				    CMAN_MSG_FORM_PREPARE);
		else
			send_ballot(sm, sm->all & ~form->answered,
				    CMAN_MSG_FORM_ACCEPT);
		return;
	}
	if (sm->now < form->not_before_ms ||
	    sm->now - sm->seek_since_ms < sm->config.formation_wait_ms)
		return;
	found = seekers(sm);
	if (enough(sm, found) && __ffs64(found) == sm->self)
		prepare(sm);
}

static void answer(struct cman_sm *sm, const struct cman_from *from, u8 type,
		   const struct cman_fballot *ballot)
{
	struct cman_msg msg;

	cman_msg_start(sm, &msg, type);
	msg.ballot = ballot->ballot;
	msg.ballot_incarnation = ballot->incarnation;
	if (type == CMAN_MSG_FORM_PROMISE) {
		msg.accepted = sm->form.accepted.ballot;
		msg.accepted_incarnation = sm->form.accepted.incarnation;
		msg.attest = sm->attest;
		msg.value = sm->form.value;
		msg.value_len = sm->form.len;
	}
	cman_send(sm, BIT_ULL(from->index), &msg);
}

static enum cman_drop asked(struct cman_sm *sm, const struct cman_from *from,
			    const struct cman_msg *msg,
			    const struct cman_fballot *ballot)
{
	bool prepares = msg->type == CMAN_MSG_FORM_PREPARE;
	enum cman_drop drop;
	bool good;

	if (msg->ballot_incarnation != from->incarnation ||
	    (u32)msg->ballot != cman_nodeid(sm, from->index))
		return CMAN_DROP_RANGE;
	drop = compared(sm, from);
	if (drop)
		return drop;
	sm->form.number = max_t(u32, sm->form.number, msg->ballot >> 32);
	if (prepares) {
		good = promise(sm, ballot);
	} else {
		drop = cman_value_check(sm, 0, msg->value, msg->value_len);
		if (drop || msg->value[0] != CMAN_VALUE_VIEW)
			return drop ? drop : CMAN_DROP_RANGE;
		if (!is_founder(sm))
			return CMAN_DROP_STATE;
		good = accept(sm, ballot, msg->value, (u32)msg->value_len);
	}
	if (!good)
		answer(sm, from, CMAN_MSG_FORM_NACK, &sm->form.promised);
	else
		answer(sm, from, prepares ? CMAN_MSG_FORM_PROMISE :
		       CMAN_MSG_FORM_ACCEPTED, ballot);
	return good ? CMAN_DROP_NONE : CMAN_DROP_STALE;
}

static enum cman_drop promised(struct cman_sm *sm,
			       const struct cman_from *from,
			       const struct cman_msg *msg)
{
	struct cman_formation *form = &sm->form;
	struct cman_fballot accepted = {
		.ballot = msg->accepted,
		.incarnation = msg->accepted_incarnation,
	};
	enum cman_drop drop = compared(sm, from);

	if (drop)
		return drop;
	if (form->phase != CMAN_PREPARING)
		return CMAN_DROP_STALE;
	if (msg->accepted && compare(&accepted, &form->best) > 0) {
		drop = cman_value_check(sm, 0, msg->value, msg->value_len);
		if (drop || msg->value[0] != CMAN_VALUE_VIEW)
			return drop ? drop : CMAN_DROP_RANGE;
		form->best = accepted;
		form->prop_len = (u32)msg->value_len;
		memcpy(form->prop, msg->value, msg->value_len);
	}
	form->answered |= BIT_ULL(from->index);
	form->attest[from->index] = msg->attest;
	form->incarnation[from->index] = from->incarnation;
	return CMAN_DROP_NONE;
}

static enum cman_drop answered(struct cman_sm *sm,
			       const struct cman_from *from,
			       const struct cman_msg *msg)
{
	struct cman_formation *form = &sm->form;

	if (msg->type == CMAN_MSG_FORM_NACK) {
		form->number = max_t(u32, form->number, msg->ballot >> 32);
		if (form->phase != CMAN_IDLE)
			back_off(sm);
		return CMAN_DROP_NONE;
	}
	if (msg->ballot != form->ballot ||
	    msg->ballot_incarnation != sm->incarnation)
		return CMAN_DROP_STALE;
	if (msg->type == CMAN_MSG_FORM_PROMISE)
		return promised(sm, from, msg);
	if (form->phase != CMAN_LEADING)
		return CMAN_DROP_STALE;
	form->answered |= BIT_ULL(from->index);
	return CMAN_DROP_NONE;
}

enum cman_drop cman_form_packet(struct cman_sm *sm,
				const struct cman_from *from,
				const struct cman_msg *msg)
{
	struct cman_fballot ballot = {
		.ballot = msg->ballot,
		.incarnation = msg->ballot_incarnation,
	};

	if (sm->role != CMAN_ROLE_SEEKING)
		return CMAN_DROP_STATE;
	if (msg->type == CMAN_MSG_FORM_PREPARE ||
	    msg->type == CMAN_MSG_FORM_ACCEPT)
		return asked(sm, from, msg, &ballot);
	return answered(sm, from, msg);
}
