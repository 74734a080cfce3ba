// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: the origin numbers them and sends those not yet delivered to the
 * coordinator, again with each tick; the coordinator proposes what comes next
 * of each origin; whoever applies a batch skips what it has seen. The last
 * number of each origin is part of every view, so all agree on what was seen.
 * Pure.
 */
#include "sm_int.h"

static struct cman_submit *submit_at(struct cman_sm *sm, u32 n)
{
	return &sm->submits[(sm->first_submit + n) % CMAN_SUBMIT_MAX];
}

int cman_record_submit(struct cman_sm *sm, const u8 *data, size_t len)
{
	struct cman_submit *submit;

	if (sm->role != CMAN_ROLE_MEMBER || sm->lingering)
		return -ENOTCONN;
	if (!len || len > VCS_RECORD_MAX)
		return -EMSGSIZE;
	if (sm->nr_submits == CMAN_SUBMIT_MAX) {
		sm->submit_full = true;
		return -EAGAIN;
	}
	submit = submit_at(sm, sm->nr_submits++);
	submit->seq = sm->next_seq++;
	submit->len = (u32)len;
	memcpy(submit->data, data, len);
	cman_record_send(sm);
	return 0;
}

/* As many of this node's own records as a batch holds; 0 if there are none. */
static u32 own_batch(struct cman_sm *sm, u8 *buf)
{
	size_t len = cman_batch_start(buf);
	u32 n;

	for (n = 0; n < sm->nr_submits; n++) {
		const struct cman_submit *submit = submit_at(sm, n);
		struct cman_record record = {
			.nodeid = sm->config.nodeid,
			.seq = submit->seq,
			.data = submit->data,
			.len = submit->len,
		};

		if (!cman_batch_add(buf, &len, CMAN_BATCH_MAX, &record))
			break;
	}
	return n ? (u32)len : 0;
}

/* To the coordinator; when that is this node, where it will find them. */
void cman_record_send(struct cman_sm *sm)
{
	u32 coordinator = cman_coordinator(sm);
	struct cman_msg msg;

	if (!sm->nr_submits || coordinator == CMAN_NOBODY)
		return;
	if (coordinator == sm->self) {
		struct cman_batch *batch = &sm->batches[sm->self];

		batch->len = own_batch(sm, batch->data);
		return;
	}
	cman_msg_start(sm, &msg, CMAN_MSG_SUBMIT);
	msg.value_len = own_batch(sm, sm->buf);
	msg.value = sm->buf;
	cman_send(sm, BIT_ULL(coordinator), &msg);
}

void cman_record_tick(struct cman_sm *sm)
{
	cman_record_send(sm);
	if (sm->submit_full && sm->nr_submits < CMAN_SUBMIT_MAX &&
	    cman_emit(sm, CMAN_ACT_SUBMIT_READY))
		sm->submit_full = false;
}

/*
 * What waited at the coordinator is sent again under the new view; or it is
 * void, and as nothing of the old view can be decided any more, its numbers
 * are free.
 */
void cman_record_view(struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++)
		sm->batches[i].len = 0;
	if (sm->config.void_records) {
		sm->next_seq -= sm->nr_submits;
		sm->nr_submits = 0;
		sm->submit_full = false;
	}
	cman_record_send(sm);
}

/* Add what comes next of one origin; its batch is used up. */
static void add_batch(struct cman_sm *sm, u32 index, u8 *buf, size_t *len)
{
	struct cman_batch *batch = &sm->batches[index];
	u64 seq = cman_entry(sm, index)->rec_seq;
	struct cman_record record;
	size_t pos = 0;

	while (cman_batch_next(batch->data, batch->len, &pos, &record)) {
		if (record.seq != seq + 1)
			continue;
		if (!cman_batch_add(buf, len, CMAN_BATCH_MAX, &record))
			return;
		seq++;
	}
	batch->len = 0;
}

/* The next batch to propose, in @buf; 0 if there is nothing. */
u32 cman_record_next(struct cman_sm *sm, u8 *buf)
{
	size_t len = cman_batch_start(buf), empty = len;
	u64 first = ~0ULL << (sm->slot % sm->config.nr_nodes), set;

	/* Each slot begins with another origin. */
	for (set = sm->members & first; set; set &= set - 1)
		add_batch(sm, __ffs64(set), buf, &len);
	for (set = sm->members & ~first; set; set &= set - 1)
		add_batch(sm, __ffs64(set), buf, &len);
	return len > empty ? (u32)len : 0;
}

static void deliver(struct cman_sm *sm, const struct cman_record *record)
{
	struct cman_action *action = cman_emit(sm, CMAN_ACT_RECORD);

	if (!action)
		return;
	action->record.from = record->nodeid;
	action->record.generation = sm->state.generation;
	action->record.data = record->data;
	action->record.len = record->len;
}

static void own_done(struct cman_sm *sm, u64 seq)
{
	while (sm->nr_submits && submit_at(sm, 0)->seq <= seq) {
		sm->first_submit = (sm->first_submit + 1) % CMAN_SUBMIT_MAX;
		sm->nr_submits--;
	}
}

/* @value is in the ring of decisions and stays there for this event. */
void cman_record_apply(struct cman_sm *sm, const u8 *value, u32 len)
{
	struct cman_record record;
	bool own = false;
	size_t pos = 0;

	while (cman_batch_next(value, len, &pos, &record)) {
		u32 index = cman_index(&sm->config, record.nodeid);
		struct cman_entry *entry;

		if (index == CMAN_NOBODY || !(sm->members & BIT_ULL(index)))
			continue;
		entry = cman_entry(sm, index);
		if (record.seq != entry->rec_seq + 1)
			continue;
		entry->rec_seq = record.seq;
		deliver(sm, &record);
		if (index == sm->self) {
			own_done(sm, record.seq);
			own = true;
		}
	}
	if (!own)
		return;
	cman_record_send(sm);
	if (sm->submit_full && cman_emit(sm, CMAN_ACT_SUBMIT_READY))
		sm->submit_full = false;
}

static enum cman_drop on_submit(struct cman_sm *sm, u32 index,
				const struct cman_msg *msg)
{
	struct cman_batch *batch = &sm->batches[index];
	enum cman_drop drop = cman_batch_check(msg->value, msg->value_len);
	struct cman_record record;
	size_t pos = 0;

	if (drop)
		return drop;
	while (cman_batch_next(msg->value, msg->value_len, &pos, &record))
		if (record.nodeid != cman_nodeid(sm, index))
			return CMAN_DROP_RANGE;
	batch->len = (u32)msg->value_len;
	memcpy(batch->data, msg->value, msg->value_len);
	return CMAN_DROP_NONE;
}

/* What members ask of their coordinator: SUBMIT and LEAVE. */
enum cman_drop cman_record_packet(struct cman_sm *sm,
				  const struct cman_from *from,
				  const struct cman_msg *msg)
{
	if (sm->role != CMAN_ROLE_MEMBER || !from->member)
		return CMAN_DROP_STATE;
	if (!cman_same_lifetime(&msg->lifetime, &sm->state.lifetime))
		return CMAN_DROP_LIFETIME;
	if (msg->generation != sm->state.generation)
		return CMAN_DROP_STALE;
	if (cman_coordinator(sm) != sm->self)
		return CMAN_DROP_STATE;
	if (msg->type == CMAN_MSG_SUBMIT)
		return on_submit(sm, from->index, msg);
	sm->leavers |= BIT_ULL(from->index);
	return CMAN_DROP_NONE;
}
