// SPDX-License-Identifier: GPL-2.0-only
/* The core's words in the options of a join. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vcs/cluster.h"

static void defaults_test(struct kunit *test)
{
	struct vcs_options options;
	char *rest, bad[32];

	KUNIT_ASSERT_EQ(test, 0, vcs_options_parse(&options, NULL, &rest, bad,
						   sizeof(bad)));
	KUNIT_EXPECT_EQ(test, options.on_eviction, VCS_ON_EVICTION_FREEZE);
	KUNIT_EXPECT_EQ(test, options.overdue_ms, 30000);
	KUNIT_EXPECT_FALSE(test, options.overdue_evict);
	KUNIT_EXPECT_EQ(test, options.nr_methods, 2);
	KUNIT_EXPECT_STREQ(test, options.methods[0], "upcall");
	KUNIT_EXPECT_STREQ(test, options.methods[1], "manual");
	KUNIT_EXPECT_STREQ(test, rest, "");
	KUNIT_EXPECT_STREQ(test, bad, "");
	kfree(rest);
}

static void words_test(struct kunit *test)
{
	static const u8 id[VCS_MACHINE_ID_LEN] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff,
	};
	struct vcs_options options;
	char *rest;

	KUNIT_ASSERT_EQ(test, 0,
			vcs_options_parse(&options,
					  "nodeid=1,on_eviction=panic,peers=2@h+3@i,fence=manual+ipmi_2,fence_timeout=7,overdue=5,,overdue_policy=evict,machine_id=000102030405060708090a0b0c0d0eff,two_node",
					  &rest, NULL, 0));
	KUNIT_EXPECT_EQ(test, options.on_eviction, VCS_ON_EVICTION_PANIC);
	KUNIT_EXPECT_EQ(test, options.fence_timeout_ms, 7000);
	KUNIT_EXPECT_EQ(test, options.overdue_ms, 5000);
	KUNIT_EXPECT_TRUE(test, options.overdue_evict);
	KUNIT_EXPECT_EQ(test, options.nr_methods, 2);
	KUNIT_EXPECT_STREQ(test, options.methods[0], "manual");
	KUNIT_EXPECT_STREQ(test, options.methods[1], "ipmi_2");
	KUNIT_EXPECT_EQ(test, 0, memcmp(options.machine_id, id, sizeof(id)));
	KUNIT_EXPECT_STREQ(test, rest, "nodeid=1,peers=2@h+3@i,two_node");
	kfree(rest);
}

/* Each is refused, and said to be the one. */
static const char * const bad_words[] = {
	"on_eviction=explode",
	"on_eviction=",
	"fence=",
	"fence=manual+",
	"fence=+manual",
	"fence=a+a",
	"fence=a+b+c+d+e",
	"fence=IPMI",
	"fence=manual+a.b",
	"fence=manual ",
	"fence=abcdefghijklmnopqrstuvwxyz0123456789",
	"fence_timeout=0",
	"fence_timeout=5s",
	"fence_timeout=-1",
	"overdue=100000000",
	"overdue=",
	"overdue_policy=ignore",
	"machine_id=00",
	"machine_id=000102030405060708090a0b0c0d0e0g",
	"machine_id=000102030405060708090a0b0c0d0e0f00",
};

static void refused_test(struct kunit *test)
{
	struct vcs_options options;
	char *rest, text[128], bad[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_words); i++) {
		scnprintf(text, sizeof(text), "x=1,%s,overdue=3",
			  bad_words[i]);
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    vcs_options_parse(&options, text, &rest,
						      bad, sizeof(bad)),
				    "%s", text);
		KUNIT_EXPECT_STREQ(test, bad, bad_words[i]);
	}
}

static void length_test(struct kunit *test)
{
	char *text = kunit_kzalloc(test, VCS_OPTIONS_MAX + 2, GFP_KERNEL);
	struct vcs_options options;
	char *rest;

	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, 'x', VCS_OPTIONS_MAX + 1);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_options_parse(&options, text, &rest, NULL, 0));
	text[VCS_OPTIONS_MAX] = '\0';
	KUNIT_ASSERT_EQ(test, 0,
			vcs_options_parse(&options, text, &rest, NULL, 0));
	KUNIT_EXPECT_STREQ(test, rest, text);
	kfree(rest);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(defaults_test),
	KUNIT_CASE(words_test),
	KUNIT_CASE(refused_test),
	KUNIT_CASE(length_test),
	{}
};

static struct kunit_suite suite = { .name = "options", .test_cases = cases };

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
