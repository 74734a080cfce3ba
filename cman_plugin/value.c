// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is decided, as bytes: a view with the whole replicated state, or a
 * batch of records. The same state always gives the same bytes. Pure.
 */
#include "cursor.h"
#include "wire.h"

/* A batch: kind, count, then each record's nodeid, seq, length, bytes. */
#define BATCH_HEAD 3
#define RECORD_HEAD 14

static void put_entry(struct cman_put *w, const struct cman_entry *entry)
{
	cman_put_u32(w, entry->nodeid);
	cman_put_u32(w, entry->flags);
	cman_put_u64(w, entry->incarnation);
	cman_put_u64(w, entry->joined_generation);
	cman_put_u64(w, entry->rec_seq);
	cman_put_u64(w, entry->nonce);
	cman_put_u64(w, entry->load_id);
	cman_put_bytes(w, entry->machine_id, VCS_MACHINE_ID_LEN);
}

static bool get_entry(struct cman_get *r, struct cman_entry *entry)
{
	entry->nodeid = cman_get_u32(r);
	entry->flags = cman_get_u32(r);
	entry->incarnation = cman_get_u64(r);
	entry->joined_generation = cman_get_u64(r);
	entry->rec_seq = cman_get_u64(r);
	entry->nonce = cman_get_u64(r);
	entry->load_id = cman_get_u64(r);
	cman_get_bytes(r, entry->machine_id, VCS_MACHINE_ID_LEN);
	return entry->nodeid && entry->incarnation &&
	       !(entry->flags & ~VCS_MEMBER_SETTLED);
}

static void put_known(struct cman_put *w, const struct cman_known *known)
{
	cman_put_u32(w, known->nodeid);
	cman_put_u64(w, known->incarnation);
	cman_put_u64(w, known->load_id);
	cman_put_bytes(w, known->machine_id, VCS_MACHINE_ID_LEN);
	cman_put_u8(w, known->clean);
}

static bool get_known(struct cman_get *r, struct cman_known *known)
{
	u8 clean;

	known->nodeid = cman_get_u32(r);
	known->incarnation = cman_get_u64(r);
	known->load_id = cman_get_u64(r);
	cman_get_bytes(r, known->machine_id, VCS_MACHINE_ID_LEN);
	clean = cman_get_u8(r);
	known->clean = clean;
	return known->nodeid && known->incarnation && clean <= 1;
}

size_t cman_state_encode(const struct cman_state *state, u8 *buf, size_t max)
{
	struct cman_put w = { .p = buf, .max = max };
	u32 i;

	cman_put_u8(&w, CMAN_VALUE_VIEW);
	cman_put_bytes(&w, state->lifetime.id, VCS_LIFETIME_LEN);
	cman_put_u64(&w, state->generation);
	cman_put_u8(&w, (u8)state->nr_members);
	cman_put_u8(&w, (u8)state->nr_departed);
	cman_put_u8(&w, (u8)state->nr_known);
	for (i = 0; i < state->nr_members; i++)
		put_entry(&w, &state->members[i]);
	for (i = 0; i < state->nr_departed; i++) {
		cman_put_u32(&w, state->departed[i].nodeid);
		cman_put_u32(&w, state->departed[i].reason);
		cman_put_u64(&w, state->departed[i].incarnation);
	}
	for (i = 0; i < state->nr_known; i++)
		put_known(&w, &state->known[i]);
	return w.bad ? 0 : w.len;
}

/* Every list is sorted by nodeid, none twice. */
static bool get_lists(struct cman_get *r, struct cman_state *state)
{
	u32 last, i;

	for (i = 0, last = 0; i < state->nr_members; i++) {
		if (!get_entry(r, &state->members[i]) ||
		    state->members[i].nodeid <= last)
			return false;
		last = state->members[i].nodeid;
	}
	for (i = 0, last = 0; i < state->nr_departed; i++) {
		struct vcs_departed *gone = &state->departed[i];

		gone->nodeid = cman_get_u32(r);
		gone->reason = cman_get_u32(r);
		gone->incarnation = cman_get_u64(r);
		if (gone->nodeid <= last || gone->reason > VCS_LEAVE_ABSENT)
			return false;
		last = gone->nodeid;
	}
	for (i = 0, last = 0; i < state->nr_known; i++) {
		if (!get_known(r, &state->known[i]) ||
		    state->known[i].nodeid <= last)
			return false;
		last = state->known[i].nodeid;
	}
	return true;
}

enum cman_drop cman_state_decode(struct cman_state *state, const u8 *buf,
				 size_t len)
{
	struct cman_get r = { .p = buf, .len = len };
	bool good;

	if (cman_get_u8(&r) != CMAN_VALUE_VIEW)
		return CMAN_DROP_TYPE;
	cman_get_bytes(&r, state->lifetime.id, VCS_LIFETIME_LEN);
	state->generation = cman_get_u64(&r);
	state->nr_members = cman_get_u8(&r);
	state->nr_departed = cman_get_u8(&r);
	state->nr_known = cman_get_u8(&r);
	if (r.bad)
		return CMAN_DROP_SHORT;
	if (!state->generation || !state->nr_members ||
	    state->nr_members > CMAN_NODES_MAX ||
	    state->nr_departed > CMAN_NODES_MAX ||
	    state->nr_known > CMAN_NODES_MAX)
		return CMAN_DROP_RANGE;
	good = get_lists(&r, state);
	if (r.bad)
		return CMAN_DROP_SHORT;
	if (!good)
		return CMAN_DROP_RANGE;
	return r.len ? CMAN_DROP_LONG : CMAN_DROP_NONE;
}

size_t cman_batch_start(u8 *buf)
{
	buf[0] = CMAN_VALUE_RECORDS;
	put_unaligned_le16(0, buf + 1);
	return BATCH_HEAD;
}

bool cman_batch_add(u8 *buf, size_t *len, size_t max,
		    const struct cman_record *record)
{
	u16 nr = get_unaligned_le16(buf + 1);
	u8 *p = buf + *len;

	if (nr >= CMAN_BATCH_RECORDS || max - *len < RECORD_HEAD + record->len)
		return false;
	put_unaligned_le32(record->nodeid, p);
	put_unaligned_le64(record->seq, p + 4);
	put_unaligned_le16((u16)record->len, p + 12);
	memcpy(p + RECORD_HEAD, record->data, record->len);
	put_unaligned_le16(nr + 1, buf + 1);
	*len += RECORD_HEAD + record->len;
	return true;
}

bool cman_batch_next(const u8 *buf, size_t len, size_t *pos,
		     struct cman_record *record)
{
	struct cman_get r;

	if (!*pos)
		*pos = BATCH_HEAD;
	if (*pos >= len)
		return false;
	r = (struct cman_get){ .p = buf + *pos, .len = len - *pos };
	record->nodeid = cman_get_u32(&r);
	record->seq = cman_get_u64(&r);
	record->len = cman_get_u16(&r);
	record->data = cman_get_room(&r, record->len);
	if (r.bad)
		return false;
	*pos = len - r.len;
	return true;
}

enum cman_drop cman_batch_check(const u8 *buf, size_t len)
{
	struct cman_record record;
	size_t pos = 0;
	u16 nr = 0;

	if (len < BATCH_HEAD)
		return CMAN_DROP_SHORT;
	if (len > CMAN_BATCH_MAX)
		return CMAN_DROP_LONG;
	if (buf[0] != CMAN_VALUE_RECORDS)
		return CMAN_DROP_TYPE;
	while (cman_batch_next(buf, len, &pos, &record)) {
		if (!record.nodeid || !record.seq || !record.len ||
		    record.len > VCS_RECORD_MAX)
			return CMAN_DROP_RANGE;
		nr++;
	}
	if (pos != len)
		return CMAN_DROP_SHORT;
	if (nr != get_unaligned_le16(buf + 1) || !nr ||
	    nr > CMAN_BATCH_RECORDS)
		return CMAN_DROP_RANGE;
	return CMAN_DROP_NONE;
}
