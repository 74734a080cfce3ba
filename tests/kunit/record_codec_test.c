// SPDX-License-Identifier: GPL-2.0-only
/* Records on the wire: each kind there and back, and everything malformed. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vcs/record_codec.h"

static const struct vcs_record records[] = {
	{
		.kind = VCS_RECORD_FENCE_REQUEST, .nodeid = 3,
		.incarnation = 0x0123456789abcdef, .reason = "because",
	}, {
		.kind = VCS_RECORD_FENCE_CLAIM, .nodeid = 0xffffffff,
		.incarnation = U64_MAX,
	}, {
		.kind = VCS_RECORD_FENCE_RESULT, .nodeid = 3, .incarnation = 1,
		.round = 7, .result = VCS_FENCE_FAILED, .method = "upcall",
	}, {
		.kind = VCS_RECORD_FENCE_CONFIRM, .nodeid = 3,
	}, {
		.kind = VCS_RECORD_SYNC_FENCE, .generation = 11, .nodeid = 3,
		.incarnation = 5, .order = 23, .state = VCS_FENCE_CLAIMED,
		.round = 2, .actor = 1, .actor_incarnation = 0x1a,
		.failed_actor = 2, .method = "manual", .reason = "failed",
	}, {
		.kind = VCS_RECORD_SYNC_END, .generation = 12,
		.flags = VCS_SYNC_INCOMPLETE,
	},
};

static int encode(struct kunit *test, const struct vcs_record *record,
		  u8 *data, size_t size)
{
	int len = vcs_record_encode(record, data, size);

	KUNIT_ASSERT_GT(test, len, 2);
	KUNIT_EXPECT_EQ(test, data[0], (u8)record->kind);
	KUNIT_EXPECT_EQ(test, data[1], VCS_RECORD_VERSION);
	return len;
}

static void round_trip_test(struct kunit *test)
{
	struct vcs_record back;
	u8 data[512];
	u32 i;

	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(records), VCS_RECORD_KINDS - 1);
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		int len = encode(test, &records[i], data, sizeof(data));

		KUNIT_EXPECT_EQ(test, 0, vcs_record_decode(&back, data, len));
		KUNIT_EXPECT_EQ_MSG(test, 0, memcmp(&back, &records[i],
						    sizeof(back)),
				    "%s", vcs_record_kind_str(records[i].kind));
	}
}

/* The bytes themselves: another version of this code must read them. */
static void bytes_test(struct kunit *test)
{
	static const u8 expected[] = {
		VCS_RECORD_FENCE_RESULT, 1, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
		7, 0, 0, 0, VCS_FENCE_FAILED, 6, 'u', 'p', 'c', 'a', 'l', 'l',
	};
	u8 data[64];

	KUNIT_ASSERT_EQ(test, (int)sizeof(expected),
			encode(test, &records[2], data, sizeof(data)));
	KUNIT_EXPECT_EQ(test, 0, memcmp(data, expected, sizeof(expected)));
}

/* Every prefix and every longer one is refused; no byte outside is read. */
static void length_test(struct kunit *test)
{
	struct vcs_record back;
	u8 data[513];
	u8 *exact;
	int len, cut;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(records); i++) {
		len = encode(test, &records[i], data, sizeof(data) - 1);
		for (cut = 0; cut < len; cut++) {
			exact = kmemdup(data, max(cut, 1), GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, exact);
			KUNIT_EXPECT_EQ_MSG(test, -EPROTO,
					    vcs_record_decode(&back, exact, cut),
					    "kind %u cut to %d",
					    records[i].kind, cut);
			KUNIT_EXPECT_EQ(test, -EMSGSIZE,
					vcs_record_encode(&records[i], data,
							  cut));
			kfree(exact);
			len = encode(test, &records[i], data,
				     sizeof(data) - 1);
		}
		data[len] = 0;
		KUNIT_EXPECT_EQ(test, -EPROTO,
				vcs_record_decode(&back, data, len + 1));
	}
}

struct damage {
	const char *what;
	u32 record;	/* index in records */
	u32 at;
	u8 value;
};

static const struct damage damages[] = {
	{ "kind 0", 0, 0, VCS_RECORD_NONE },
	{ "kind out of range", 0, 0, VCS_RECORD_KINDS },
	{ "kind 255", 0, 0, 255 },
	{ "version 0", 0, 1, 0 },
	{ "version of the future", 0, 1, VCS_RECORD_VERSION + 1 },
	{ "string longer than the record", 0, 14, 8 },
	{ "string shorter than the record", 0, 14, 6 },
	{ "string that would not fit", 0, 14, 128 },
	{ "result out of range", 2, 18, VCS_FENCE_FAILED + 1 },
	{ "node 0", 3, 2, 0 },
	{ "state out of range", 4, 30, VCS_FENCE_FENCED + 1 },
	{ "unknown flag", 5, 10, 2 },
};

static void damage_test(struct kunit *test)
{
	struct vcs_record back;
	u8 data[512];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(damages); i++) {
		const struct damage *d = &damages[i];
		int len = encode(test, &records[d->record], data, sizeof(data));

		KUNIT_ASSERT_LT(test, d->at, (u32)len);
		KUNIT_ASSERT_EQ_MSG(test, 0, vcs_record_decode(&back, data, len),
				    "%s", d->what);
		data[d->at] = d->value;
		KUNIT_EXPECT_EQ_MSG(test, -EPROTO,
				    vcs_record_decode(&back, data, len), "%s",
				    d->what);
	}
}

static void longest_test(struct kunit *test)
{
	struct vcs_record record = records[4], back;
	u8 data[VCS_RECORD_MAX];
	int len;

	memset(record.method, 'm', VCS_NAME_MAX);
	memset(record.reason, 'r', VCS_REASON_MAX);
	len = encode(test, &record, data, sizeof(data));
	KUNIT_EXPECT_LE(test, len, 512);
	KUNIT_EXPECT_EQ(test, 0, vcs_record_decode(&back, data, len));
	KUNIT_EXPECT_STREQ(test, back.reason, record.reason);
	KUNIT_EXPECT_STREQ(test, back.method, record.method);
}

/* What another node wrote must not drive a terminal. */
static void text_test(struct kunit *test)
{
	struct vcs_record record = {
		.kind = VCS_RECORD_FENCE_REQUEST, .nodeid = 1,
		.reason = "a\x1b[2J\n\x7fz",
	};
	struct vcs_record back;
	u8 data[64];
	int len;

	len = encode(test, &record, data, sizeof(data));
	KUNIT_EXPECT_EQ(test, 0, vcs_record_decode(&back, data, len));
	KUNIT_EXPECT_STREQ(test, back.reason, "a?[2J??z");
}

static void unknown_kind_test(struct kunit *test)
{
	struct vcs_record record = { .kind = VCS_RECORD_NONE };
	u8 data[64];

	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_record_encode(&record, data, sizeof(data)));
	record.kind = VCS_RECORD_KINDS;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_record_encode(&record, data, sizeof(data)));
	KUNIT_EXPECT_STREQ(test, "unknown", vcs_record_kind_str(record.kind));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(round_trip_test),
	KUNIT_CASE(bytes_test),
	KUNIT_CASE(length_test),
	KUNIT_CASE(damage_test),
	KUNIT_CASE(longest_test),
	KUNIT_CASE(text_test),
	KUNIT_CASE(unknown_kind_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_record_codec",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: records on the wire");
MODULE_LICENSE("GPL");
