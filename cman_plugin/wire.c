// SPDX-License-Identifier: GPL-2.0-only
/*
 * The outer header and the inner messages on the network. Pure: no state, no
 * lock. What a decision looks like inside is in value.c.
 */
#include "cursor.h"
#include "wire.h"

/* Which parts a message has after its type; one bit of parts_of[] each. */
enum part {
	P_LIFETIME	= 1 << 0,
	P_GENERATION	= 1 << 1,
	P_SLOT		= 1 << 2,
	P_BALLOT	= 1 << 3,
	P_BALLOT_INC	= 1 << 4,
	P_ACCEPTED	= 1 << 5,
	P_ACCEPTED_INC	= 1 << 6,
	P_INCARNATION	= 1 << 7,
	P_NONCE		= 1 << 8,
	P_ANSWERS	= 1 << 9,
	P_CODE		= 1 << 10,
	P_HELLO		= 1 << 11,
	P_ATTEST	= 1 << 12,
	P_OVER		= 1 << 13,
	P_VALUE		= 1 << 14,	/* last; may be empty in promises */
};

#define P_HISTORY (P_LIFETIME | P_GENERATION)
#define P_FBALLOT (P_BALLOT | P_BALLOT_INC)

static const u16 parts_of[CMAN_MSG_END] = {
	[CMAN_MSG_HELLO] = P_HISTORY | P_SLOT | P_BALLOT | P_HELLO,
	[CMAN_MSG_PREPARE] = P_HISTORY | P_SLOT | P_BALLOT,
	[CMAN_MSG_PROMISE] = P_HISTORY | P_SLOT | P_BALLOT | P_ACCEPTED |
			     P_VALUE,
	[CMAN_MSG_NACK] = P_HISTORY | P_SLOT | P_BALLOT,
	[CMAN_MSG_ACCEPT] = P_HISTORY | P_SLOT | P_BALLOT | P_OVER | P_VALUE,
	[CMAN_MSG_ACCEPTED] = P_HISTORY | P_SLOT | P_BALLOT,
	[CMAN_MSG_DECIDE] = P_HISTORY | P_SLOT | P_VALUE,
	[CMAN_MSG_LEARN] = P_HISTORY | P_SLOT,
	[CMAN_MSG_JOIN] = P_NONCE | P_ANSWERS | P_ATTEST,
	[CMAN_MSG_CHALLENGE] = P_HISTORY | P_INCARNATION | P_NONCE |
			       P_ANSWERS,
	[CMAN_MSG_REFUSED] = P_INCARNATION | P_CODE,
	[CMAN_MSG_EVICTED] = P_HISTORY | P_INCARNATION | P_CODE,
	[CMAN_MSG_LEAVE] = P_HISTORY,
	[CMAN_MSG_SUBMIT] = P_HISTORY | P_VALUE,
	[CMAN_MSG_FORM_PREPARE] = P_FBALLOT,
	[CMAN_MSG_FORM_PROMISE] = P_FBALLOT | P_ACCEPTED | P_ACCEPTED_INC |
				  P_ATTEST | P_VALUE,
	[CMAN_MSG_FORM_ACCEPT] = P_FBALLOT | P_VALUE,
	[CMAN_MSG_FORM_ACCEPTED] = P_FBALLOT,
	[CMAN_MSG_FORM_NACK] = P_FBALLOT,
};

void cman_outer_encode(const struct cman_outer *outer, u8 *buf)
{
	struct cman_put w = { .p = buf, .max = CMAN_OUTER_LEN };

	cman_put_u32(&w, CMAN_MAGIC);
	cman_put_u8(&w, CMAN_VERSION);
	cman_put_u8(&w, 0);
	cman_put_u16(&w, 0);
	cman_put_u64(&w, outer->cluster);
	cman_put_u32(&w, outer->nodeid);
	cman_put_u32(&w, 0);
	cman_put_u64(&w, outer->incarnation);
	cman_put_u64(&w, outer->seq);
	cman_put_bytes(&w, outer->nonce, CMAN_NONCE_LEN);
}

enum cman_drop cman_outer_decode(struct cman_outer *outer, u64 cluster,
				 const u8 *buf, size_t len)
{
	struct cman_get r = { .p = buf, .len = len };
	bool reserved;

	if (len < CMAN_OUTER_LEN + CMAN_TAG_LEN + 1)
		return CMAN_DROP_SHORT;
	if (len > CMAN_PACKET_MAX)
		return CMAN_DROP_LONG;
	if (cman_get_u32(&r) != CMAN_MAGIC)
		return CMAN_DROP_MAGIC;
	if (cman_get_u8(&r) != CMAN_VERSION)
		return CMAN_DROP_VERSION;
	reserved = cman_get_u8(&r);
	reserved |= cman_get_u16(&r);
	outer->cluster = cman_get_u64(&r);
	outer->nodeid = cman_get_u32(&r);
	reserved |= cman_get_u32(&r);
	outer->incarnation = cman_get_u64(&r);
	outer->seq = cman_get_u64(&r);
	cman_get_bytes(&r, outer->nonce, CMAN_NONCE_LEN);
	if (outer->cluster != cluster)
		return CMAN_DROP_CLUSTER;
	if (reserved || !outer->nodeid || !outer->incarnation || !outer->seq)
		return CMAN_DROP_RANGE;
	return CMAN_DROP_NONE;
}

void cman_options_from(struct cman_options *options,
		       const struct cman_config *config)
{
	options->table_digest = config->table_digest;
	options->heartbeat_ms = config->heartbeat_ms;
	options->dead_after = config->dead_after;
	options->stall_ms = config->stall_ms;
	options->formation_wait_ms = config->formation_wait_ms;
	options->flags = (config->two_node ? CMAN_OPTF_TWO_NODE : 0) |
			 (config->wait_for_all ? CMAN_OPTF_WAIT_FOR_ALL : 0) |
			 (config->reboot_fences ? CMAN_OPTF_REBOOT_FENCES : 0);
}

enum cman_option cman_options_compare(const struct cman_options *a,
				      const struct cman_options *b)
{
	u32 flags = a->flags ^ b->flags;

	if (a->table_digest != b->table_digest)
		return CMAN_OPT_NODES;
	if (a->heartbeat_ms != b->heartbeat_ms)
		return CMAN_OPT_HEARTBEAT;
	if (a->dead_after != b->dead_after)
		return CMAN_OPT_DEAD_AFTER;
	if (a->stall_ms != b->stall_ms)
		return CMAN_OPT_STALL;
	if (a->formation_wait_ms != b->formation_wait_ms)
		return CMAN_OPT_FORMATION_WAIT;
	if (flags & CMAN_OPTF_TWO_NODE)
		return CMAN_OPT_TWO_NODE;
	if (flags & CMAN_OPTF_WAIT_FOR_ALL)
		return CMAN_OPT_WAIT_FOR_ALL;
	if (flags & CMAN_OPTF_REBOOT_FENCES)
		return CMAN_OPT_REBOOT_FENCES;
	return CMAN_OPT_NONE;
}

static void put_hello(struct cman_put *w, const struct cman_msg *msg)
{
	cman_put_u8(w, msg->role);
	cman_put_u8(w, msg->flags);
	cman_put_u32(w, msg->progress_age_ms);
	cman_put_u64(w, msg->deaf);
	cman_put_u64(w, msg->lowest);
	cman_put_u64(w, msg->options.table_digest);
	cman_put_u32(w, msg->options.heartbeat_ms);
	cman_put_u32(w, msg->options.dead_after);
	cman_put_u32(w, msg->options.stall_ms);
	cman_put_u32(w, msg->options.formation_wait_ms);
	cman_put_u32(w, msg->options.flags);
}

static void get_hello(struct cman_get *r, struct cman_msg *msg)
{
	msg->role = cman_get_u8(r);
	msg->flags = cman_get_u8(r);
	msg->progress_age_ms = cman_get_u32(r);
	msg->deaf = cman_get_u64(r);
	msg->lowest = cman_get_u64(r);
	msg->options.table_digest = cman_get_u64(r);
	msg->options.heartbeat_ms = cman_get_u32(r);
	msg->options.dead_after = cman_get_u32(r);
	msg->options.stall_ms = cman_get_u32(r);
	msg->options.formation_wait_ms = cman_get_u32(r);
	msg->options.flags = cman_get_u32(r);
}

static void put_attest(struct cman_put *w, const struct vcs_attest *attest)
{
	cman_put_u64(w, attest->load_id);
	cman_put_bytes(w, attest->machine_id, VCS_MACHINE_ID_LEN);
	cman_put_u8(w, attest->drained);
}

static void get_attest(struct cman_get *r, struct vcs_attest *attest)
{
	attest->load_id = cman_get_u64(r);
	cman_get_bytes(r, attest->machine_id, VCS_MACHINE_ID_LEN);
	attest->drained = cman_get_u8(r);
}

size_t cman_msg_encode(const struct cman_msg *msg, u8 *buf, size_t max)
{
	struct cman_put w = { .p = buf, .max = max };
	u16 parts = msg->type < CMAN_MSG_END ? parts_of[msg->type] : 0;

	if (!parts)
		return 0;
	cman_put_u8(&w, msg->type);
	if (parts & P_LIFETIME)
		cman_put_bytes(&w, msg->lifetime.id, VCS_LIFETIME_LEN);
	if (parts & P_GENERATION)
		cman_put_u64(&w, msg->generation);
	if (parts & P_SLOT)
		cman_put_u64(&w, msg->slot);
	if (parts & P_BALLOT)
		cman_put_u64(&w, msg->ballot);
	if (parts & P_BALLOT_INC)
		cman_put_u64(&w, msg->ballot_incarnation);
	if (parts & P_ACCEPTED)
		cman_put_u64(&w, msg->accepted);
	if (parts & P_ACCEPTED_INC)
		cman_put_u64(&w, msg->accepted_incarnation);
	if (parts & P_INCARNATION)
		cman_put_u64(&w, msg->incarnation);
	if (parts & P_NONCE)
		cman_put_u64(&w, msg->nonce);
	if (parts & P_ANSWERS)
		cman_put_u32(&w, msg->answers);
	if (parts & P_CODE)
		cman_put_u8(&w, msg->code);
	if (parts & P_HELLO)
		put_hello(&w, msg);
	if (parts & P_ATTEST)
		put_attest(&w, &msg->attest);
	if (parts & P_OVER)
		cman_put_u64(&w, msg->over);
	if (parts & P_VALUE) {
		cman_put_u16(&w, (u16)msg->value_len);
		cman_put_bytes(&w, msg->value, msg->value_len);
	}
	return w.bad ? 0 : w.len;
}

static void get_parts(struct cman_get *r, u16 parts, struct cman_msg *msg)
{
	if (parts & P_LIFETIME)
		cman_get_bytes(r, msg->lifetime.id, VCS_LIFETIME_LEN);
	if (parts & P_GENERATION)
		msg->generation = cman_get_u64(r);
	if (parts & P_SLOT)
		msg->slot = cman_get_u64(r);
	if (parts & P_BALLOT)
		msg->ballot = cman_get_u64(r);
	if (parts & P_BALLOT_INC)
		msg->ballot_incarnation = cman_get_u64(r);
	if (parts & P_ACCEPTED)
		msg->accepted = cman_get_u64(r);
	if (parts & P_ACCEPTED_INC)
		msg->accepted_incarnation = cman_get_u64(r);
	if (parts & P_INCARNATION)
		msg->incarnation = cman_get_u64(r);
	if (parts & P_NONCE)
		msg->nonce = cman_get_u64(r);
	if (parts & P_ANSWERS)
		msg->answers = cman_get_u32(r);
	if (parts & P_CODE)
		msg->code = cman_get_u8(r);
	if (parts & P_HELLO)
		get_hello(r, msg);
	if (parts & P_ATTEST)
		get_attest(r, &msg->attest);
	if (parts & P_OVER)
		msg->over = cman_get_u64(r);
	if (parts & P_VALUE) {
		msg->value_len = cman_get_u16(r);
		msg->value = cman_get_room(r, msg->value_len);
	}
}

/* A ballot is a number and its proposer; 0 where there may be none. */
static bool bad_ballot(u64 ballot, bool may_be_none)
{
	u32 number = ballot >> 32;

	if (!ballot)
		return !may_be_none;
	return !(u32)ballot || !number || number > CMAN_BALLOT_MAX;
}

/* Slots are counted from 1; who knows of none says 0 in its HELLO. */
static bool bad_order(u16 parts, const struct cman_msg *msg)
{
	bool hello = parts & P_HELLO;

	if ((parts & P_SLOT) && !msg->slot && !hello)
		return true;
	if ((parts & P_BALLOT) && bad_ballot(msg->ballot, hello))
		return true;
	return (parts & P_ACCEPTED) && bad_ballot(msg->accepted, true);
}

/* What no correct node ever says. */
static bool out_of_range(u16 parts, const struct cman_msg *msg)
{
	if (bad_order(parts, msg))
		return true;
	if ((parts & P_HELLO) && (msg->role > CMAN_ROLE_MEMBER ||
				  msg->flags & ~CMAN_HELLO_QUORATE))
		return true;
	if ((parts & P_ATTEST) && msg->attest.drained > 1)
		return true;
	if (!(parts & P_VALUE))
		return false;
	if (msg->value_len > CMAN_VALUE_MAX)
		return true;
	if (parts & P_ACCEPTED)
		return !msg->accepted != !msg->value_len;
	return !msg->value_len;
}

enum cman_drop cman_msg_decode(struct cman_msg *msg, const u8 *buf, size_t len)
{
	struct cman_get r = { .p = buf, .len = len };
	u16 parts;

	memset(msg, 0, sizeof(*msg));
	msg->type = cman_get_u8(&r);
	if (r.bad)
		return CMAN_DROP_SHORT;
	parts = msg->type < CMAN_MSG_END ? parts_of[msg->type] : 0;
	if (!parts)
		return CMAN_DROP_TYPE;
	get_parts(&r, parts, msg);
	if (r.bad)
		return CMAN_DROP_SHORT;
	if (r.len)
		return CMAN_DROP_LONG;
	return out_of_range(parts, msg) ? CMAN_DROP_RANGE : CMAN_DROP_NONE;
}
