// SPDX-License-Identifier: GPL-2.0-only
/*
 * One table says which fields each kind of record has, and in which order;
 * both directions walk it. What decode accepts is in range: kinds, states,
 * results, non-zero ids where a node is meant, strings that fit, no byte left.
 *
 * Pure: no lock, no allocation.
 */
#include <asm/byteorder.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "record_codec.h"

#define LAST_FIELD	0

enum field_type { FIELD_U8, FIELD_U32, FIELD_U64, FIELD_STRING };

/* In memory an enum is a u32: both one-byte and four-byte fields are. */
struct field {
	enum field_type type;
	u16 offset;
	u16 max;	/* of a FIELD_U8; room of a FIELD_STRING; 0: any */
	bool nonzero;
};

enum field_name {
	F_NODEID = LAST_FIELD + 1,
	F_INCARNATION,
	F_ACTOR,
	F_ACTOR_INCARNATION,
	F_FAILED_ACTOR,
	F_ROUND,
	F_ORDER,
	F_GENERATION,
	F_STATE,
	F_RESULT,
	F_FLAGS,
	F_METHOD,
	F_REASON,
};

#define FIELD(name, kind, ...)						\
	{ .type = (kind), .offset = offsetof(struct vcs_record, name),	\
	  ##__VA_ARGS__ }
#define STRING(name)							\
	FIELD(name, FIELD_STRING, .max = sizeof_field(struct vcs_record, name))

static const struct field fields[] = {
	[F_NODEID] = FIELD(nodeid, FIELD_U32, .nonzero = true),
	[F_INCARNATION] = FIELD(incarnation, FIELD_U64),
	[F_ACTOR] = FIELD(actor, FIELD_U32),
	[F_ACTOR_INCARNATION] = FIELD(actor_incarnation, FIELD_U64),
	[F_FAILED_ACTOR] = FIELD(failed_actor, FIELD_U32),
	[F_ROUND] = FIELD(round, FIELD_U32),
	[F_ORDER] = FIELD(order, FIELD_U64),
	[F_GENERATION] = FIELD(generation, FIELD_U64),
	[F_STATE] = FIELD(state, FIELD_U8, .max = VCS_FENCE_FENCED),
	[F_RESULT] = FIELD(result, FIELD_U8, .max = VCS_FENCE_FAILED),
	[F_FLAGS] = FIELD(flags, FIELD_U8, .max = VCS_SYNC_INCOMPLETE),
	[F_METHOD] = STRING(method),
	[F_REASON] = STRING(reason),
};

static const u8 layouts[VCS_RECORD_KINDS][13] = {
	[VCS_RECORD_FENCE_REQUEST] = { F_NODEID, F_INCARNATION, F_REASON },
	[VCS_RECORD_FENCE_CLAIM] = { F_NODEID, F_INCARNATION },
	[VCS_RECORD_FENCE_RESULT] = {
		F_NODEID, F_INCARNATION, F_ROUND, F_RESULT, F_METHOD,
	},
	[VCS_RECORD_FENCE_CONFIRM] = { F_NODEID, F_INCARNATION },
	[VCS_RECORD_SYNC_FENCE] = {
		F_GENERATION, F_NODEID, F_INCARNATION, F_ORDER, F_STATE,
		F_ROUND, F_ACTOR, F_ACTOR_INCARNATION, F_FAILED_ACTOR,
		F_METHOD, F_REASON,
	},
	[VCS_RECORD_SYNC_END] = { F_GENERATION, F_FLAGS },
};

static const char *const kind_names[VCS_RECORD_KINDS] = {
	[VCS_RECORD_NONE] = "none",
	[VCS_RECORD_FENCE_REQUEST] = "fence-request",
	[VCS_RECORD_FENCE_CLAIM] = "fence-claim",
	[VCS_RECORD_FENCE_RESULT] = "fence-result",
	[VCS_RECORD_FENCE_CONFIRM] = "fence-confirm",
	[VCS_RECORD_SYNC_FENCE] = "sync-fence",
	[VCS_RECORD_SYNC_END] = "sync-end",
};

/**
 * vcs_record_kind_str() - the name of a kind of record
 * @kind: any value
 *
 * Return: a word for people.
 */
const char *vcs_record_kind_str(enum vcs_record_kind kind)
{
	return (u32)kind < VCS_RECORD_KINDS ? kind_names[kind] : "unknown";
}

static size_t field_len(const struct field *field, const void *value)
{
	switch (field->type) {
	case FIELD_U8:
		return 1;
	case FIELD_U32:
		return 4;
	case FIELD_U64:
		return 8;
	case FIELD_STRING:
		return 1 + strnlen(value, field->max - 1);
	}
	return 0;
}

static void put_le32(u8 *out, u32 value)
{
	__le32 wire = cpu_to_le32(value);

	memcpy(out, &wire, sizeof(wire));
}

static void put_le64(u8 *out, u64 value)
{
	__le64 wire = cpu_to_le64(value);

	memcpy(out, &wire, sizeof(wire));
}

static u32 get_le32(const u8 *in)
{
	__le32 wire;

	memcpy(&wire, in, sizeof(wire));
	return le32_to_cpu(wire);
}

static u64 get_le64(const u8 *in)
{
	__le64 wire;

	memcpy(&wire, in, sizeof(wire));
	return le64_to_cpu(wire);
}

static void put_field(const struct field *field, u8 *out, const void *value,
		      size_t len)
{
	switch (field->type) {
	case FIELD_U8:
		out[0] = *(const u32 *)value;
		break;
	case FIELD_U32:
		put_le32(out, *(const u32 *)value);
		break;
	case FIELD_U64:
		put_le64(out, *(const u64 *)value);
		break;
	case FIELD_STRING:
		out[0] = len - 1;
		memcpy(out + 1, value, len - 1);
		break;
	}
}

/**
 * vcs_record_encode() - write a record as it goes over the wire
 * @record: of a known kind
 * @data: where to
 * @size: room there
 *
 * Return: the length, or -EINVAL for an unknown kind, -EMSGSIZE if it does not
 * fit.
 */
int vcs_record_encode(const struct vcs_record *record, void *data, size_t size)
{
	const u8 *layout;
	u8 *out = data;
	size_t at = 2;

	if (record->kind <= VCS_RECORD_NONE ||
	    record->kind >= VCS_RECORD_KINDS)
		return -EINVAL;
	if (size < at)
		return -EMSGSIZE;
	out[0] = record->kind;
	out[1] = VCS_RECORD_VERSION;
	for (layout = layouts[record->kind]; *layout != LAST_FIELD; layout++) {
		const struct field *field = &fields[*layout];
		const void *value = (const u8 *)record + field->offset;
		size_t len = field_len(field, value);

		if (len > size - at)
			return -EMSGSIZE;
		put_field(field, out + at, value, len);
		at += len;
	}
	return at;
}

/* Text from another node ends on somebody's terminal. */
static void copy_text(char *to, const u8 *from, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = iscntrl(from[i]) ? '?' : from[i];
	to[len] = '\0';
}

/* The number of bytes taken; negative if they are not right. */
static int get_field(const struct field *field, void *value, const u8 *in,
		     size_t left)
{
	size_t need = field->type == FIELD_STRING ? 1 : field_len(field, NULL);

	if (left < need)
		return -EPROTO;
	switch (field->type) {
	case FIELD_U8:
		if (in[0] > field->max)
			return -EPROTO;
		*(u32 *)value = in[0];
		break;
	case FIELD_U32:
		*(u32 *)value = get_le32(in);
		if (field->nonzero && !*(u32 *)value)
			return -EPROTO;
		break;
	case FIELD_U64:
		*(u64 *)value = get_le64(in);
		break;
	case FIELD_STRING:
		need += in[0];
		if (left < need || in[0] >= field->max)
			return -EPROTO;
		copy_text(value, in + 1, in[0]);
		break;
	}
	return need;
}

/**
 * vcs_record_decode() - read a record
 * @record: filled in; undefined after an error
 * @data: from another node, or from this one
 * @len: its length
 *
 * Return: 0, or -EPROTO for anything that encode would not have written.
 */
int vcs_record_decode(struct vcs_record *record, const void *data, size_t len)
{
	const u8 *in = data;
	const u8 *layout;
	size_t at = 2;

	memset(record, 0, sizeof(*record));
	if (len < at || in[0] <= VCS_RECORD_NONE || in[0] >= VCS_RECORD_KINDS ||
	    in[1] != VCS_RECORD_VERSION)
		return -EPROTO;
	record->kind = in[0];
	for (layout = layouts[in[0]]; *layout != LAST_FIELD; layout++) {
		const struct field *field = &fields[*layout];
		int taken = get_field(field, (u8 *)record + field->offset,
				      in + at, len - at);

		if (taken < 0)
			return taken;
		at += taken;
	}
	return at == len ? 0 : -EPROTO;
}
