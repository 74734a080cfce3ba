// SPDX-License-Identifier: GPL-2.0-only
/* See keep.h. Pure. */
#include "cursor.h"
#include "keep.h"
#include "sm_int.h"

#define KEEP_VERSION 1

static bool is_member(const struct cman_sm *sm)
{
	return sm->role == CMAN_ROLE_MEMBER;
}

void cman_keep_mark(const struct cman_sm *sm, struct cman_keep_mark *mark)
{
	memset(mark, 0, sizeof(*mark));
	mark->role = sm->role;
	mark->slot = sm->slot;
	mark->answers = sm->answers;
	mark->promised = sm->acceptor.promised;
	mark->accepted = sm->acceptor.ballot;
	mark->over = sm->over;
	mark->form_promised = sm->form.promised;
	mark->form_accepted = sm->form.accepted;
}

static bool same_fballot(const struct cman_fballot *a,
			 const struct cman_fballot *b)
{
	return a->ballot == b->ballot && a->incarnation == b->incarnation;
}

bool cman_keep_changed(const struct cman_sm *sm,
		       const struct cman_keep_mark *mark)
{
	/* What is over needs no successor. */
	if (sm->role == CMAN_ROLE_OVER || sm->lingering)
		return false;
	return mark->role != sm->role || mark->slot != sm->slot ||
	       mark->answers != sm->answers ||
	       mark->promised != sm->acceptor.promised ||
	       mark->accepted != sm->acceptor.ballot ||
	       mark->over != sm->over ||
	       !same_fballot(&mark->form_promised, &sm->form.promised) ||
	       !same_fballot(&mark->form_accepted, &sm->form.accepted);
}

const u8 *cman_keep_last(const struct cman_sm *sm, u32 *len)
{
	const struct cman_decided *last = &sm->ring[sm->slot % CMAN_RING];

	if (!sm->slot || last->slot != sm->slot)
		return NULL;
	*len = last->len;
	return last->value;
}

void cman_keep_view(const struct cman_sm *sm, struct cman_view *view)
{
	cman_view_fill(sm, view);
}

bool cman_keep_quorate(const struct cman_sm *sm)
{
	return is_member(sm) && !sm->lingering && cman_quorate_now(sm);
}

bool cman_keep_is_behind(const struct cman_sm *sm)
{
	return is_member(sm) && cman_is_behind(sm);
}

static void put_value(struct cman_put *w, const u8 *value, u32 len)
{
	cman_put_u16(w, (u16)len);
	cman_put_bytes(w, value, len);
}

static void put_seeking(struct cman_put *w, const struct cman_sm *sm)
{
	const struct cman_formation *form = &sm->form;

	cman_put_u64(w, sm->bound);
	cman_put_u32(w, sm->answers);
	cman_put_u64(w, form->promised.ballot);
	cman_put_u64(w, form->promised.incarnation);
	cman_put_u64(w, form->accepted.ballot);
	cman_put_u64(w, form->accepted.incarnation);
	put_value(w, form->value, form->accepted.ballot ? form->len : 0);
}

static struct cman_decided *decided_at(struct cman_sm *sm, u64 slot)
{
	return &sm->ring[slot % CMAN_RING];
}

/* Known is each batch after this slot; no further back than the view. */
static u64 base_slot(struct cman_sm *sm)
{
	u64 slot = sm->slot;

	while (slot > sm->view_slot && decided_at(sm, slot)->slot == slot)
		slot--;
	return slot;
}

static struct cman_entry *find_entry(struct cman_state *state, u32 nodeid)
{
	u32 i;

	for (i = 0; i < state->nr_members; i++)
		if (state->members[i].nodeid == nodeid)
			return &state->members[i];
	return NULL;
}

/* The records of a batch, as if they were not delivered yet. */
static void take_back(struct cman_state *state,
		      const struct cman_decided *batch)
{
	struct cman_record record;
	struct cman_entry *entry;
	size_t pos = 0;

	while (cman_batch_next(batch->value, batch->len, &pos, &record)) {
		entry = find_entry(state, record.nodeid);
		if (entry)
			entry->rec_seq = min_t(u64, entry->rec_seq,
					       record.seq - 1);
	}
}

/* The view as it was at that slot, in sm->next. */
static void go_back(struct cman_sm *sm, u64 base)
{
	u64 slot;

	sm->next = sm->state;
	for (slot = sm->slot; slot > base; slot--)
		take_back(&sm->next, decided_at(sm, slot));
}

static void put_view(struct cman_put *w, const struct cman_state *state)
{
	u8 *len = cman_put_room(w, 2);
	size_t view = 0;

	if (len)
		view = cman_state_encode(state, w->p + w->len,
					 w->max - w->len);
	if (!view) {
		w->bad = true;
		return;
	}
	put_unaligned_le16((u16)view, len);
	w->len += view;
}

static void put_member(struct cman_put *w, struct cman_sm *sm)
{
	const struct cman_acceptor *acceptor = &sm->acceptor;
	const struct cman_decided *batch;
	u64 slot = base_slot(sm);

	go_back(sm, slot);
	put_view(w, &sm->next);
	cman_put_u64(w, sm->view_slot);
	cman_put_u64(w, slot);
	cman_put_u8(w, (u8)(sm->slot - slot));
	while (slot < sm->slot) {
		batch = decided_at(sm, ++slot);
		put_value(w, batch->value, batch->len);
	}
	cman_put_u64(w, acceptor->promised);
	cman_put_u64(w, acceptor->ballot);
	put_value(w, acceptor->value, acceptor->ballot ? acceptor->len : 0);
	cman_put_u64(w, sm->over);
}

size_t cman_keep_write(struct cman_sm *sm, u8 *buf, size_t max)
{
	struct cman_put w = { .p = buf, .max = max };

	cman_put_u8(&w, KEEP_VERSION);
	cman_put_u8(&w, sm->role);
	cman_put_u64(&w, sm->incarnation);
	if (is_member(sm))
		put_member(&w, sm);
	else
		put_seeking(&w, sm);
	return w.bad ? 0 : w.len;
}

static const u8 *get_value(struct cman_get *r, u32 *len)
{
	*len = cman_get_u16(r);
	if (*len > CMAN_VALUE_MAX)
		r->bad = true;
	return cman_get_room(r, *len);
}

/* A value as an acceptor took it; NULL if it never can have. */
static bool take_value(struct cman_sm *sm, struct cman_get *r, u64 generation,
		       u64 ballot, u8 *value, u32 *len)
{
	const u8 *from = get_value(r, len);

	if (!from || !ballot != !*len)
		return false;
	if (!ballot)
		return true;
	if (cman_value_check(sm, generation, from, *len))
		return false;
	memcpy(value, from, *len);
	return true;
}

static enum cman_drop get_seeking(struct cman_sm *sm, struct cman_get *r)
{
	struct cman_formation *form = &sm->form;

	sm->bound = cman_get_u64(r);
	sm->answers = cman_get_u32(r);
	form->promised.ballot = cman_get_u64(r);
	form->promised.incarnation = cman_get_u64(r);
	form->accepted.ballot = cman_get_u64(r);
	form->accepted.incarnation = cman_get_u64(r);
	if (!take_value(sm, r, 0, form->accepted.ballot, form->value,
			&form->len))
		return CMAN_DROP_RANGE;
	form->number = form->promised.ballot >> 32;
	/* Whoever it asked to be let in may decide so yet. */
	sm->history_ms = sm->now;
	return CMAN_DROP_NONE;
}

/* A view can be told as long as nothing was decided under it. */
static void remember_view(struct cman_sm *sm)
{
	struct cman_decided *decided = decided_at(sm, sm->slot);

	if (sm->slot != sm->view_slot)
		return;
	decided->slot = sm->slot;
	decided->generation = sm->state.generation - 1;
	decided->len = (u32)cman_state_encode(&sm->state, decided->value,
					      CMAN_VALUE_MAX);
}

static enum cman_drop get_batch(struct cman_sm *sm, struct cman_get *r)
{
	struct cman_decided *decided = decided_at(sm, ++sm->slot);
	struct cman_record record;
	struct cman_entry *entry;
	const u8 *batch;
	size_t pos = 0;

	batch = get_value(r, &decided->len);
	if (!batch || cman_batch_check(batch, decided->len))
		return CMAN_DROP_RANGE;
	decided->slot = sm->slot;
	decided->generation = sm->state.generation;
	memcpy(decided->value, batch, decided->len);
	while (cman_batch_next(batch, decided->len, &pos, &record)) {
		entry = find_entry(&sm->state, record.nodeid);
		if (entry)
			entry->rec_seq = record.seq;
	}
	return CMAN_DROP_NONE;
}

/* The last decisions, so that others can be told. */
static enum cman_drop get_decided(struct cman_sm *sm, struct cman_get *r)
{
	enum cman_drop drop = CMAN_DROP_NONE;
	u8 nr;

	sm->view_slot = cman_get_u64(r);
	sm->slot = cman_get_u64(r);
	nr = cman_get_u8(r);
	if (!sm->view_slot || sm->slot < sm->view_slot || nr > CMAN_RING ||
	    (!nr && sm->slot > sm->view_slot))
		return CMAN_DROP_RANGE;
	remember_view(sm);
	while (nr-- && !drop)
		drop = get_batch(sm, r);
	return drop;
}

static enum cman_drop get_view(struct cman_sm *sm, struct cman_get *r)
{
	const u8 *view;
	u32 len, i;

	view = get_value(r, &len);
	if (!view)
		return CMAN_DROP_SHORT;
	if (cman_state_decode(&sm->next, view, len))
		return CMAN_DROP_RANGE;
	for (i = 0; i < sm->next.nr_members; i++)
		if (cman_index(&sm->config, sm->next.members[i].nodeid) ==
		    CMAN_NOBODY)
			return CMAN_DROP_RANGE;
	cman_state_take(sm);
	if (!cman_is_member_life(sm, sm->self, sm->incarnation))
		return CMAN_DROP_RANGE;
	return CMAN_DROP_NONE;
}

static enum cman_drop get_member(struct cman_sm *sm, struct cman_get *r)
{
	struct cman_acceptor *acceptor = &sm->acceptor;
	enum cman_drop drop = get_view(sm, r);

	if (drop)
		return drop;
	drop = get_decided(sm, r);
	if (drop)
		return drop;
	acceptor->promised = cman_get_u64(r);
	acceptor->ballot = cman_get_u64(r);
	if (!take_value(sm, r, sm->state.generation, acceptor->ballot,
			acceptor->value, &acceptor->len) ||
	    acceptor->ballot > acceptor->promised)
		return CMAN_DROP_RANGE;
	sm->over = cman_get_u64(r) & sm->members & ~cman_self(sm);
	if (cman_mutant(CMAN_MUTANT_KEEP))
		memset(acceptor, 0, sizeof(*acceptor));
	/* Never its own ballot again: what it proposed by it is forgotten. */
	sm->leader.number = acceptor->promised >> 32;
	sm->next_seq = cman_entry(sm, sm->self)->rec_seq + 1;
	sm->inquorate_since_ms = sm->now;
	cman_monitor_view(sm);
	return CMAN_DROP_NONE;
}

enum cman_drop cman_keep_read(struct cman_sm *sm, const u8 *buf, size_t len,
			      u64 now_ms, u64 random)
{
	struct cman_get r = { .p = buf, .len = len };
	enum cman_drop drop;
	u8 role;

	if (cman_get_u8(&r) != KEEP_VERSION)
		return CMAN_DROP_VERSION;
	role = cman_get_u8(&r);
	if (cman_get_u64(&r) != sm->incarnation || role > CMAN_ROLE_MEMBER)
		return CMAN_DROP_RANGE;
	sm->now = now_ms;
	sm->cookie = random;
	sm->role = role;
	drop = role == CMAN_ROLE_MEMBER ? get_member(sm, &r) :
					  get_seeking(sm, &r);
	if (drop)
		return drop;
	if (r.bad)
		return CMAN_DROP_SHORT;
	return r.len ? CMAN_DROP_LONG : CMAN_DROP_NONE;
}
