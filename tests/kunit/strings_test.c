// SPDX-License-Identifier: GPL-2.0-only
/* Every number of the UAPI has a word of its own, and no other number has. */
#include <kunit/test.h>
#include <linux/module.h>

#include "vcs/cluster.h"

/* As the enumerations differ in type only, so do the functions. */
#define TABLE(_function, _end)						\
static const char *_function##_u32(u32 value)				\
{									\
	return _function(value);					\
}									\
static const u32 _function##_last = (_end)

TABLE(vcs_state_str, VCS_CLUSTER_LEFT);
TABLE(vcs_phase_str, VCS_PHASE_EVICTED);
TABLE(vcs_level_str, VCS_LEVEL_OBSERVER);
TABLE(vcs_leave_str, VCS_LEAVE_ABSENT);
TABLE(vcs_fence_state_str, VCS_FENCE_FENCED);
TABLE(vcs_log_code_str, VCS_LOG_SYNC);

static void complete_table(struct kunit *test, const char *(*word)(u32 value),
			   u32 last)
{
	u32 i, j;

	for (i = 0; i <= last; i++) {
		KUNIT_EXPECT_STRNEQ(test, word(i), "unknown");
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, word(i), word(j));
	}
	KUNIT_EXPECT_STREQ(test, word(last + 1), "unknown");
	KUNIT_EXPECT_STREQ(test, word(U32_MAX), "unknown");
}

#define COMPLETE(_function) \
	complete_table(test, _function##_u32, _function##_last)

static void complete_test(struct kunit *test)
{
	COMPLETE(vcs_state_str);
	COMPLETE(vcs_phase_str);
	COMPLETE(vcs_level_str);
	COMPLETE(vcs_leave_str);
	COMPLETE(vcs_fence_state_str);
	COMPLETE(vcs_log_code_str);
}

/* Here "unknown" is a value as well, and what everything else is. */
static void result_test(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "unknown",
			   vcs_fence_result_str(VCS_FENCE_UNKNOWN));
	KUNIT_EXPECT_STREQ(test, "success",
			   vcs_fence_result_str(VCS_FENCE_SUCCESS));
	KUNIT_EXPECT_STREQ(test, "failed",
			   vcs_fence_result_str(VCS_FENCE_FAILED));
	KUNIT_EXPECT_STREQ(test, "unknown",
			   vcs_fence_result_str(VCS_FENCE_FAILED + 1));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(complete_test),
	KUNIT_CASE(result_test),
	{}
};

static struct kunit_suite suite = {
	.name = "strings",
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
