// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every message there and back, cut off at every length, and with what no
 * correct node says; what is decided, as bytes; the header in clear.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../../cman_plugin/wire.h"

static const u8 some_bytes[] = { 1, 2, 3, 4, 5 };

static bool may_have_no_value(u8 type)
{
	return type == CMAN_MSG_PROMISE || type == CMAN_MSG_FORM_PROMISE;
}

static void fill(struct cman_msg *msg, u8 type)
{
	memset(msg, 0, sizeof(*msg));
	msg->type = type;
	msg->role = CMAN_ROLE_MEMBER;
	msg->flags = CMAN_HELLO_QUORATE;
	msg->code = 3;
	msg->progress_age_ms = 77;
	memset(msg->lifetime.id, 0xa5, VCS_LIFETIME_LEN);
	msg->generation = 11;
	msg->slot = 12;
	msg->ballot = 0x1300000001ULL;
	msg->ballot_incarnation = 14;
	msg->accepted = 0x1200000001ULL;
	msg->accepted_incarnation = 16;
	msg->incarnation = 17;
	msg->nonce = 18;
	msg->answers = 24;
	msg->deaf = 19;
	msg->lowest = 12;
	msg->over = 23;
	msg->options.table_digest = 20;
	msg->options.flags = 21;
	msg->attest.load_id = 22;
	msg->attest.drained = 1;
	msg->value = some_bytes;
	msg->value_len = sizeof(some_bytes);
}

static void round_trip_test(struct kunit *test)
{
	u8 type, buf[256], again[256];
	struct cman_msg in, out;
	size_t len;

	for (type = CMAN_MSG_HELLO; type < CMAN_MSG_END; type++) {
		fill(&in, type);
		len = cman_msg_encode(&in, buf, sizeof(buf));
		KUNIT_ASSERT_GT_MSG(test, len, 0, "type %u", type);
		KUNIT_EXPECT_EQ_MSG(test, cman_msg_decode(&out, buf, len),
				    CMAN_DROP_NONE, "type %u", type);
		KUNIT_EXPECT_EQ(test, out.type, type);
		KUNIT_EXPECT_EQ(test, len,
				cman_msg_encode(&out, again, sizeof(again)));
		KUNIT_EXPECT_EQ(test, 0, memcmp(buf, again, len));
	}
}

static void cut_off_test(struct kunit *test)
{
	struct cman_msg in, out;
	u8 type, buf[256];
	size_t len, cut;

	for (type = CMAN_MSG_HELLO; type < CMAN_MSG_END; type++) {
		fill(&in, type);
		len = cman_msg_encode(&in, buf, sizeof(buf));
		for (cut = 0; cut < len; cut++)
			KUNIT_EXPECT_EQ_MSG(test,
					    cman_msg_decode(&out, buf, cut),
					    CMAN_DROP_SHORT,
					    "type %u cut to %zu", type, cut);
		KUNIT_EXPECT_EQ(test, cman_msg_decode(&out, buf, len + 1),
				CMAN_DROP_LONG);
		for (cut = 0; cut < len; cut++)
			KUNIT_EXPECT_EQ(test, 0,
					cman_msg_encode(&in, buf, cut));
	}
}

static void unknown_type_test(struct kunit *test)
{
	u8 buf[64] = { 0 };
	struct cman_msg msg;

	KUNIT_EXPECT_EQ(test, cman_msg_decode(&msg, buf, 64), CMAN_DROP_TYPE);
	buf[0] = CMAN_MSG_END;
	KUNIT_EXPECT_EQ(test, cman_msg_decode(&msg, buf, 64), CMAN_DROP_TYPE);
	buf[0] = 255;
	KUNIT_EXPECT_EQ(test, cman_msg_decode(&msg, buf, 64), CMAN_DROP_TYPE);
	msg.type = 255;
	KUNIT_EXPECT_EQ(test, 0, cman_msg_encode(&msg, buf, sizeof(buf)));
}

static enum cman_drop there(const struct cman_msg *in)
{
	struct cman_msg out;
	u8 buf[256];

	return cman_msg_decode(&out, buf, cman_msg_encode(in, buf, 256));
}

static void out_of_range_test(struct kunit *test)
{
	struct cman_msg msg;
	u8 type;

	fill(&msg, CMAN_MSG_HELLO);
	msg.role = CMAN_ROLE_OVER;
	KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_RANGE);
	fill(&msg, CMAN_MSG_HELLO);
	msg.flags = 2;
	KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_RANGE);
	fill(&msg, CMAN_MSG_JOIN);
	msg.attest.drained = 2;
	KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_RANGE);
	for (type = CMAN_MSG_PREPARE; type < CMAN_MSG_END; type++) {
		fill(&msg, type);
		if (may_have_no_value(type)) {
			msg.accepted = 0;
			KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_RANGE);
			msg.value_len = 0;
			KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_NONE);
			msg.accepted = 1;
			KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_RANGE);
		} else if (type == CMAN_MSG_ACCEPT || type == CMAN_MSG_DECIDE) {
			msg.value_len = 0;
			KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_RANGE);
		}
	}
}

static bool has_slot(u8 type)
{
	return type >= CMAN_MSG_HELLO && type <= CMAN_MSG_LEARN;
}

static bool has_ballot(u8 type)
{
	return (type >= CMAN_MSG_HELLO && type <= CMAN_MSG_ACCEPTED) ||
	       type >= CMAN_MSG_FORM_PREPARE;
}

static void no_slot_test(struct kunit *test)
{
	struct cman_msg msg;
	u8 type;

	for (type = CMAN_MSG_HELLO; type < CMAN_MSG_END; type++) {
		fill(&msg, type);
		msg.slot = 0;
		KUNIT_EXPECT_EQ_MSG(test, there(&msg),
				    has_slot(type) && type != CMAN_MSG_HELLO ?
				    CMAN_DROP_RANGE : CMAN_DROP_NONE,
				    "type %u", type);
	}
}

/* Nobody's; of number 0; and one that would wrap when others count on. */
static void bad_ballot_test(struct kunit *test)
{
	static const u64 bad[] = { 0x1300000000ULL, 1, 0x8000000000000001ULL,
				   ~0ULL };
	struct cman_msg msg;
	u8 type;
	u32 i;

	for (type = CMAN_MSG_HELLO; type < CMAN_MSG_END; type++) {
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			fill(&msg, type);
			msg.ballot = bad[i];
			KUNIT_EXPECT_EQ_MSG(test, there(&msg),
					    has_ballot(type) ? CMAN_DROP_RANGE :
					    CMAN_DROP_NONE, "type %u, %llx",
					    type, bad[i]);
			if (!may_have_no_value(type))
				continue;
			fill(&msg, type);
			msg.accepted = bad[i];
			KUNIT_EXPECT_EQ_MSG(test, there(&msg), CMAN_DROP_RANGE,
					    "type %u, %llx", type, bad[i]);
		}
		fill(&msg, type);
		msg.ballot = 0x7fffffff00000001ULL;
		KUNIT_EXPECT_EQ(test, there(&msg), CMAN_DROP_NONE);
		msg.ballot = 0;
		KUNIT_EXPECT_EQ_MSG(test, there(&msg),
				    has_ballot(type) && type != CMAN_MSG_HELLO ?
				    CMAN_DROP_RANGE : CMAN_DROP_NONE,
				    "type %u", type);
	}
}

static void value_too_long_test(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, CMAN_VALUE_MAX + 256, GFP_KERNEL);
	u8 *value = kunit_kzalloc(test, CMAN_VALUE_MAX + 1, GFP_KERNEL);
	struct cman_msg msg, out;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_NOT_NULL(test, value);
	fill(&msg, CMAN_MSG_DECIDE);
	msg.value = value;
	msg.value_len = CMAN_VALUE_MAX;
	len = cman_msg_encode(&msg, buf, CMAN_MSG_MAX);
	KUNIT_ASSERT_GT(test, len, 0);
	KUNIT_EXPECT_EQ(test, cman_msg_decode(&out, buf, len), CMAN_DROP_NONE);
	msg.value_len++;
	len = cman_msg_encode(&msg, buf, CMAN_VALUE_MAX + 256);
	KUNIT_EXPECT_EQ(test, cman_msg_decode(&out, buf, len), CMAN_DROP_RANGE);
}

static void options_test(struct kunit *test)
{
	struct cman_options a = { 0 }, b = { 0 };

	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b), CMAN_OPT_NONE);
	b.flags = CMAN_OPTF_REBOOT_FENCES;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b),
			CMAN_OPT_REBOOT_FENCES);
	b.flags |= CMAN_OPTF_WAIT_FOR_ALL;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b),
			CMAN_OPT_WAIT_FOR_ALL);
	b.flags |= CMAN_OPTF_TWO_NODE;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b), CMAN_OPT_TWO_NODE);
	b.formation_wait_ms = 1;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b),
			CMAN_OPT_FORMATION_WAIT);
	b.stall_ms = 1;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b), CMAN_OPT_STALL);
	b.dead_after = 1;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b),
			CMAN_OPT_DEAD_AFTER);
	b.heartbeat_ms = 1;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b), CMAN_OPT_HEARTBEAT);
	b.table_digest = 1;
	KUNIT_EXPECT_EQ(test, cman_options_compare(&a, &b), CMAN_OPT_NODES);
}

#define PACKET_MIN (CMAN_OUTER_LEN + CMAN_TAG_LEN + 1)

static void outer_test(struct kunit *test)
{
	struct cman_outer in = {
		.cluster = 1, .nodeid = 2, .incarnation = 3, .seq = 4,
		.nonce = { 5, 6, 7 },
	}, out;
	static const u8 fixed[] = { 0, 4, 5, 6, 7, 20, 23 };
	u8 buf[PACKET_MIN] = { 0 };
	u32 i;

	cman_outer_encode(&in, buf);
	KUNIT_EXPECT_EQ(test, cman_outer_decode(&out, 1, buf, PACKET_MIN),
			CMAN_DROP_NONE);
	KUNIT_EXPECT_EQ(test, out.nodeid, 2);
	KUNIT_EXPECT_EQ(test, out.incarnation, 3);
	KUNIT_EXPECT_EQ(test, out.seq, 4);
	KUNIT_EXPECT_EQ(test, 0, memcmp(in.nonce, out.nonce, CMAN_NONCE_LEN));
	KUNIT_EXPECT_EQ(test, cman_outer_decode(&out, 9, buf, PACKET_MIN),
			CMAN_DROP_CLUSTER);
	for (i = 0; i < PACKET_MIN; i++)
		KUNIT_EXPECT_EQ(test, cman_outer_decode(&out, 1, buf, i),
				CMAN_DROP_SHORT);
	KUNIT_EXPECT_EQ(test,
			cman_outer_decode(&out, 1, buf, CMAN_PACKET_MAX + 1),
			CMAN_DROP_LONG);
	/* Magic, version, and what must be zero. */
	for (i = 0; i < ARRAY_SIZE(fixed); i++) {
		buf[fixed[i]] ^= 0x40;
		KUNIT_EXPECT_NE(test, CMAN_DROP_NONE,
				cman_outer_decode(&out, 1, buf, PACKET_MIN));
		buf[fixed[i]] ^= 0x40;
	}
	in.seq = 0;
	cman_outer_encode(&in, buf);
	KUNIT_EXPECT_EQ(test, cman_outer_decode(&out, 1, buf, PACKET_MIN),
			CMAN_DROP_RANGE);
}

struct states {
	struct cman_state a;
	struct cman_state b;
	u8 buf[CMAN_VALUE_MAX];
	u8 again[CMAN_VALUE_MAX];
};

/* The largest there is. */
static void fill_state(struct cman_state *state, u32 nr)
{
	u32 i;

	state->generation = 5;
	state->nr_members = nr;
	state->nr_departed = nr;
	for (i = 0; i < nr; i++) {
		state->members[i].nodeid = 3 * i + 1;
		state->members[i].incarnation = i + 1000;
		state->members[i].flags = i % 2 ? VCS_MEMBER_SETTLED : 0;
		state->departed[i].nodeid = 3 * i + 1;
		state->departed[i].reason = i % (VCS_LEAVE_ABSENT + 1);
	}
	state->nr_known = CMAN_NODES_MAX - nr;
	for (i = 0; i < state->nr_known; i++) {
		state->known[i].nodeid = 1000 + i;
		state->known[i].incarnation = 1;
		state->known[i].clean = i % 2;
	}
}

static void state_test(struct kunit *test)
{
	struct states *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	size_t len, cut;
	u32 nr;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (nr = 1; nr <= CMAN_NODES_MAX; nr += 21) {
		fill_state(&s->a, nr);
		len = cman_state_encode(&s->a, s->buf, sizeof(s->buf));
		KUNIT_ASSERT_GT_MSG(test, len, 0, "%u members", nr);
		KUNIT_EXPECT_EQ(test, cman_state_decode(&s->b, s->buf, len),
				CMAN_DROP_NONE);
		KUNIT_EXPECT_EQ(test, len,
				cman_state_encode(&s->b, s->again,
						  sizeof(s->again)));
		KUNIT_EXPECT_EQ(test, 0, memcmp(s->buf, s->again, len));
		for (cut = 0; cut < len; cut += 13)
			KUNIT_EXPECT_NE(test, CMAN_DROP_NONE,
					cman_state_decode(&s->b, s->buf, cut));
	}
}

static enum cman_drop state_there(struct states *s)
{
	size_t len = cman_state_encode(&s->a, s->buf, sizeof(s->buf));

	return cman_state_decode(&s->b, s->buf, len);
}

static void bad_state_test(struct kunit *test)
{
	struct states *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	fill_state(&s->a, 4);
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_NONE);
	s->a.members[1].nodeid = s->a.members[0].nodeid;
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_RANGE);
	fill_state(&s->a, 4);
	s->a.members[3].incarnation = 0;
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_RANGE);
	fill_state(&s->a, 4);
	s->a.members[0].flags = 2;
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_RANGE);
	fill_state(&s->a, 4);
	s->a.departed[2].reason = VCS_LEAVE_ABSENT + 1;
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_RANGE);
	fill_state(&s->a, 4);
	s->a.known[2].nodeid = 1;
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_RANGE);
	fill_state(&s->a, 4);
	s->a.generation = 0;
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_RANGE);
	fill_state(&s->a, 4);
	s->a.nr_members = 0;
	KUNIT_EXPECT_EQ(test, state_there(s), CMAN_DROP_RANGE);
	/* Counts that lie. */
	fill_state(&s->a, 4);
	state_there(s);
	s->buf[25] = 5;
	KUNIT_EXPECT_NE(test, CMAN_DROP_NONE,
			cman_state_decode(&s->b, s->buf, sizeof(s->buf)));
	s->buf[25] = 255;
	KUNIT_EXPECT_EQ(test, CMAN_DROP_RANGE,
			cman_state_decode(&s->b, s->buf, sizeof(s->buf)));
}

static void batch_test(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, CMAN_BATCH_MAX, GFP_KERNEL);
	u8 *data = kunit_kzalloc(test, VCS_RECORD_MAX, GFP_KERNEL);
	struct cman_record record = { .nodeid = 1, .seq = 1, .data = data };
	size_t len = cman_batch_start(buf), pos = 0;
	u32 n = 0;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_EXPECT_NE(test, CMAN_DROP_NONE, cman_batch_check(buf, len));
	record.len = VCS_RECORD_MAX;
	KUNIT_EXPECT_TRUE(test, cman_batch_add(buf, &len, CMAN_BATCH_MAX,
					       &record));
	KUNIT_EXPECT_FALSE(test, cman_batch_add(buf, &len, CMAN_BATCH_MAX,
						&record));
	KUNIT_EXPECT_EQ(test, CMAN_DROP_NONE, cman_batch_check(buf, len));
	KUNIT_EXPECT_NE(test, CMAN_DROP_NONE, cman_batch_check(buf, len - 1));
	KUNIT_EXPECT_NE(test, CMAN_DROP_NONE, cman_batch_check(buf, len + 1));

	len = cman_batch_start(buf);
	record.len = 1;
	while (cman_batch_add(buf, &len, CMAN_BATCH_MAX, &record)) {
		data[0]++;
		record.seq++;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, CMAN_BATCH_RECORDS);
	KUNIT_EXPECT_EQ(test, CMAN_DROP_NONE, cman_batch_check(buf, len));
	for (n = 0; cman_batch_next(buf, len, &pos, &record); n++) {
		KUNIT_EXPECT_EQ(test, record.seq, n + 1);
		KUNIT_EXPECT_EQ(test, record.data[0], n);
	}
	KUNIT_EXPECT_EQ(test, n, CMAN_BATCH_RECORDS);
}

static void bad_batch_test(struct kunit *test)
{
	struct cman_record record = {
		.nodeid = 1, .seq = 1, .data = some_bytes, .len = 5,
	};
	size_t len;
	u8 buf[64];

	len = cman_batch_start(buf);
	cman_batch_add(buf, &len, sizeof(buf), &record);
	KUNIT_EXPECT_EQ(test, cman_batch_check(buf, len), CMAN_DROP_NONE);
	buf[1]++;
	KUNIT_EXPECT_EQ(test, cman_batch_check(buf, len), CMAN_DROP_RANGE);
	buf[1]--;
	buf[0] = CMAN_VALUE_VIEW;
	KUNIT_EXPECT_EQ(test, cman_batch_check(buf, len), CMAN_DROP_TYPE);
	buf[0] = CMAN_VALUE_RECORDS;
	buf[3] = 0;	/* the nodeid */
	KUNIT_EXPECT_EQ(test, cman_batch_check(buf, len), CMAN_DROP_RANGE);
	buf[3] = 1;
	buf[15]++;	/* the length */
	KUNIT_EXPECT_EQ(test, cman_batch_check(buf, len), CMAN_DROP_SHORT);
	buf[16] = 0xff;
	KUNIT_EXPECT_EQ(test, cman_batch_check(buf, len), CMAN_DROP_SHORT);
	KUNIT_EXPECT_EQ(test, cman_batch_check(buf, 2), CMAN_DROP_SHORT);
}

static struct kunit_case cman_wire_cases[] = {
	KUNIT_CASE(round_trip_test),
	KUNIT_CASE(cut_off_test),
	KUNIT_CASE(unknown_type_test),
	KUNIT_CASE(out_of_range_test),
	KUNIT_CASE(no_slot_test),
	KUNIT_CASE(bad_ballot_test),
	KUNIT_CASE(value_too_long_test),
	KUNIT_CASE(options_test),
	KUNIT_CASE(outer_test),
	KUNIT_CASE(state_test),
	KUNIT_CASE(bad_state_test),
	KUNIT_CASE(batch_test),
	KUNIT_CASE(bad_batch_test),
	{}
};

static struct kunit_suite cman_wire_suite = {
	.name = "cman_wire",
	.test_cases = cman_wire_cases,
};

kunit_test_suite(cman_wire_suite);

MODULE_DESCRIPTION("KUnit suite for what cman puts on the network");
MODULE_LICENSE("GPL");
