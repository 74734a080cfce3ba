// SPDX-License-Identifier: GPL-2.0-only
/* State transfer: who sends, who takes, and what does not count. */
#include <kunit/test.h>
#include <linux/module.h>

#include "vcs/sync_rule.h"

#define GENERATION 10

struct sender_case {
	const char *name;
	u32 nr;
	u64 joined[4];		/* of nodes 1 to 4 */
	u32 sender;
	bool formation;
};

static const struct sender_case sender_cases[] = {
	{ "formation", 3, { 10, 10, 10 }, 1, true },
	{ "alone", 1, { 10 }, 1, true },
	{ "oldest by generation", 3, { 9, 5, 7 }, 2, false },
	{ "oldest by nodeid", 3, { 9, 5, 5 }, 2, false },
	{ "a joiner with a low nodeid", 3, { 10, 5, 7 }, 2, false },
	{ "only one continues", 4, { 10, 10, 10, 9 }, 4, false },
};

static void make_view(struct vcs_view *view, const struct sender_case *c)
{
	u32 i;

	view->generation = GENERATION;
	view->nr_members = c->nr;
	for (i = 0; i < c->nr; i++)
		view->members[i] = (struct vcs_member) {
			.nodeid = i + 1, .incarnation = i + 100,
			.joined_generation = c->joined[i],
		};
}

static struct vcs_view *room(struct kunit *test)
{
	struct vcs_view *view;

	view = kunit_kzalloc(test, struct_size(view, members, 4), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, view);
	return view;
}

static void sender_test(struct kunit *test)
{
	struct vcs_view *view = room(test);
	const struct sender_case *c;
	struct vcs_sync_rule rule;
	bool whole;

	for (c = sender_cases; c < sender_cases + ARRAY_SIZE(sender_cases);
	     c++) {
		make_view(view, c);
		for (whole = false;; whole = true) {
			rule = (struct vcs_sync_rule) {
				.done = true, .whole = whole,
			};
			vcs_sync_rule_view(&rule, view);
			KUNIT_EXPECT_EQ_MSG(test, rule.sender, c->sender, "%s",
					    c->name);
			KUNIT_EXPECT_EQ_MSG(test, rule.whole,
					    whole || c->formation, "%s",
					    c->name);
			KUNIT_EXPECT_FALSE(test, rule.done);
			KUNIT_EXPECT_EQ(test, rule.generation, GENERATION);
			if (whole)
				break;
		}
	}
}

struct record_case {
	const char *name;
	bool whole;
	bool done;
	u32 from;
	enum vcs_record_kind kind;
	u64 generation;
	enum vcs_sync_verdict verdict;
	bool done_after;
};

#define FENCE	VCS_RECORD_SYNC_FENCE
#define END	VCS_RECORD_SYNC_END

static const struct record_case record_cases[] = {
	{ "entry to one that is not whole", false, false, 2, FENCE, GENERATION,
	  VCS_SYNC_MERGE, false },
	{ "entry to a whole member", true, false, 2, FENCE, GENERATION,
	  VCS_SYNC_KNOWN, false },
	{ "entry from somebody else", false, false, 1, FENCE, GENERATION,
	  VCS_SYNC_IGNORE, false },
	{ "entry of an old view", false, false, 2, FENCE, GENERATION - 1,
	  VCS_SYNC_IGNORE, false },
	{ "entry after the end", false, true, 2, FENCE, GENERATION,
	  VCS_SYNC_IGNORE, true },
	{ "end", false, false, 2, END, GENERATION, VCS_SYNC_COMPLETE, true },
	{ "end, whole member", true, false, 2, END, GENERATION,
	  VCS_SYNC_COMPLETE, true },
	{ "end from somebody else", true, false, 1, END, GENERATION,
	  VCS_SYNC_IGNORE, false },
	{ "end of an old view", true, false, 2, END, GENERATION - 1,
	  VCS_SYNC_IGNORE, false },
	{ "end of a view to come", true, false, 2, END, GENERATION + 1,
	  VCS_SYNC_IGNORE, false },
	{ "end again", true, true, 2, END, GENERATION, VCS_SYNC_IGNORE,
	  true },
};

static void record_test(struct kunit *test)
{
	const struct record_case *c;
	struct vcs_record record = {};
	struct vcs_sync_rule rule;

	for (c = record_cases; c < record_cases + ARRAY_SIZE(record_cases);
	     c++) {
		rule = (struct vcs_sync_rule) {
			.generation = GENERATION, .sender = 2,
			.whole = c->whole, .done = c->done,
		};
		record.kind = c->kind;
		record.generation = c->generation;
		KUNIT_EXPECT_EQ_MSG(test, c->verdict,
				    vcs_sync_rule_record(&rule, c->from,
							 &record),
				    "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, c->done_after, rule.done, "%s",
				    c->name);
		KUNIT_EXPECT_EQ_MSG(test, rule.whole,
				    c->whole || c->verdict == VCS_SYNC_COMPLETE,
				    "%s", c->name);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sender_test),
	KUNIT_CASE(record_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_sync_rule",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: rules of the state transfer");
MODULE_LICENSE("GPL");
