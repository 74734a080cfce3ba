// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which view may follow which: a good one, and every way to spoil it.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vcs/view.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

#define LOCAL 100

/* The old view: 1 (local), 2, 4 in generation 7; 4 joined in it. */
static const struct vcs_member old_members[] = {
	{ .nodeid = 1, .incarnation = LOCAL, .joined_generation = 5 },
	{ .nodeid = 2, .incarnation = 200, .joined_generation = 6 },
	{ .nodeid = 4, .incarnation = 400, .joined_generation = 7 },
};

/* A view that may follow: 2 failed, 3 joined, 4 is back as another life. */
struct draft {
	struct vcs_view_update update;
	struct vcs_member members[4];
	struct vcs_departed departed[4];
};

static struct vcs_view *old;

static void draft_init(struct draft *draft)
{
	*draft = (struct draft) {
		.update = {
			.generation = 8,
			.expected_votes = 4,
			.quorum = 3,
			.members = draft->members,
			.departed = draft->departed,
			.nr_members = 3,
			.nr_departed = 2,
		},
		.members = {
			{ .nodeid = 1, .incarnation = LOCAL,
			  .joined_generation = 5 },
			{ .nodeid = 3, .incarnation = 300,
			  .joined_generation = 8 },
			{ .nodeid = 4, .incarnation = 401,
			  .joined_generation = 8,
			  .flags = VCS_MEMBER_SETTLED },
		},
		.departed = {
			{ .nodeid = 2, .incarnation = 200,
			  .reason = VCS_LEAVE_FAILED },
			{ .nodeid = 4, .incarnation = 400,
			  .reason = VCS_LEAVE_CLEAN },
		},
	};
}

static int init(struct kunit *test)
{
	old = vcs_view_alloc(ARRAY_SIZE(old_members));
	KUNIT_ASSERT_NOT_NULL(test, old);
	old->generation = 7;
	old->nr_members = ARRAY_SIZE(old_members);
	memcpy(old->members, old_members, sizeof(old_members));
	return 0;
}

static void exit(struct kunit *test)
{
	vcs_view_put(old);
}

static void good_test(struct kunit *test)
{
	struct draft draft;
	const char *why;

	draft_init(&draft);
	KUNIT_EXPECT_EQ(test, 0, vcs_view_check(old, &draft.update, LOCAL,
						&why));
}

/* The first view of a node has no one to compare with. */
static void first_test(struct kunit *test)
{
	struct draft draft;
	const char *why;

	draft_init(&draft);
	KUNIT_EXPECT_EQ(test, 0, vcs_view_check(NULL, &draft.update, LOCAL,
						&why));
	draft.departed[0].incarnation = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_view_check(NULL, &draft.update,
						      LOCAL, &why));
	draft.departed[0].reason = VCS_LEAVE_ABSENT;
	KUNIT_EXPECT_EQ(test, 0, vcs_view_check(NULL, &draft.update, LOCAL,
						&why));
	draft.departed[0].nodeid = 3;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_view_check(NULL, &draft.update,
						      LOCAL, &why));
	draft_init(&draft);
	draft.members[1].incarnation = LOCAL;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_view_check(NULL, &draft.update,
						      LOCAL, &why));
}

static void no_members(struct draft *d)
{
	d->update.nr_members = 0;
}

static void too_many(struct draft *d)
{
	d->update.nr_members = VCS_MEMBERS_MAX + 1;
}

static void generation_zero(struct draft *d)
{
	d->update.generation = 0;
}

static void generation_too_high(struct draft *d)
{
	d->update.generation = VCS_GENERATION_MAX + 1;
}

static void quorum_too_high(struct draft *d)
{
	d->update.quorum = 5;
}

static void not_sorted(struct draft *d)
{
	swap(d->members[1], d->members[2]);
}

static void nodeid_twice(struct draft *d)
{
	d->members[2].nodeid = 3;
}

static void nodeid_zero(struct draft *d)
{
	d->members[0].nodeid = 0;
}

static void incarnation_zero(struct draft *d)
{
	d->members[1].incarnation = 0;
}

static void incarnation_twice(struct draft *d)
{
	d->members[1].incarnation = 401;
}

static void unknown_flag(struct draft *d)
{
	d->members[1].flags = 1U << 5;
}

static void joined_later(struct draft *d)
{
	d->members[1].joined_generation = 9;
}

static void joined_earlier(struct draft *d)
{
	d->members[1].joined_generation = 7;
}

static void joined_never(struct draft *d)
{
	d->members[1].joined_generation = 0;
}

static void joined_changed(struct draft *d)
{
	d->members[0].joined_generation = 6;
}

static void same_generation(struct draft *d)
{
	d->update.generation = 7;
}

static void next_but_one(struct draft *d)
{
	d->update.generation = 9;
	d->members[1].joined_generation = 9;
	d->members[2].joined_generation = 9;
}

static void other_lifetime(struct draft *d)
{
	d->update.lifetime.id[3] = 1;
}

static void without_local(struct draft *d)
{
	d->members[0].incarnation = 101;
	d->members[0].joined_generation = 8;
}

static void local_moved(struct draft *d)
{
	d->members[0].incarnation = 101;
	d->members[1].incarnation = LOCAL;
}

static void nodeid_changed(struct draft *d)
{
	d->members[1].incarnation = 200;
}

static void no_reason(struct draft *d)
{
	d->update.nr_departed = 1;
}

static void departed_stays(struct draft *d)
{
	d->departed[1].incarnation = 401;
}

static void departed_stranger(struct draft *d)
{
	d->departed[0].nodeid = 7;
}

static void departed_other_life(struct draft *d)
{
	d->departed[0].incarnation = 201;
}

static void departed_twice(struct draft *d)
{
	d->departed[1] = d->departed[0];
}

static void departed_bad_reason(struct draft *d)
{
	d->departed[0].reason = VCS_LEAVE_ABSENT + 1;
}

static void departed_too_many(struct draft *d)
{
	d->update.nr_departed = VCS_MEMBERS_MAX + 1;
}

static void absent_later(struct draft *d)
{
	d->departed[2].nodeid = 9;
	d->departed[2].reason = VCS_LEAVE_ABSENT;
	d->update.nr_departed = 3;
}

static const struct {
	void (*spoil)(struct draft *draft);
	int err;
} bad[] = {
	{ no_members, -EINVAL },
	{ too_many, -EINVAL },
	{ generation_zero, -EINVAL },
	{ generation_too_high, -EINVAL },
	{ quorum_too_high, -EINVAL },
	{ not_sorted, -EINVAL },
	{ nodeid_twice, -EINVAL },
	{ nodeid_zero, -EINVAL },
	{ incarnation_zero, -EINVAL },
	{ incarnation_twice, -EINVAL },
	{ unknown_flag, -EINVAL },
	{ joined_later, -EINVAL },
	{ joined_earlier, -EPROTO },
	{ joined_never, -EINVAL },
	{ joined_changed, -EPROTO },
	{ same_generation, -EINVAL },
	{ next_but_one, -EPROTO },
	{ other_lifetime, -EPROTO },
	{ without_local, -EPROTO },
	{ local_moved, -EPROTO },
	{ nodeid_changed, -EPROTO },
	{ no_reason, -EPROTO },
	{ departed_stays, -EPROTO },
	{ departed_stranger, -EPROTO },
	{ departed_other_life, -EPROTO },
	{ departed_twice, -EINVAL },
	{ departed_bad_reason, -EINVAL },
	{ departed_too_many, -EINVAL },
	{ absent_later, -EPROTO },
};

static void bad_test(struct kunit *test)
{
	struct draft draft;
	const char *why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		draft_init(&draft);
		bad[i].spoil(&draft);
		why = NULL;
		KUNIT_EXPECT_EQ_MSG(test, bad[i].err,
				    vcs_view_check(old, &draft.update, LOCAL,
						   &why),
				    "%ps: %s", bad[i].spoil, why);
		KUNIT_EXPECT_NOT_NULL(test, why);
	}
}

/* The same view again, as it was. */
static void old_generation_test(struct kunit *test)
{
	struct vcs_view_update update = {
		.generation = 7,
		.members = old_members,
		.nr_members = ARRAY_SIZE(old_members),
	};
	const char *why;

	KUNIT_EXPECT_EQ(test, -ESTALE, vcs_view_check(old, &update, LOCAL,
						      &why));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(good_test),
	KUNIT_CASE(first_test),
	KUNIT_CASE(bad_test),
	KUNIT_CASE(old_generation_test),
	{}
};

static struct kunit_suite suite = {
	.name = "view",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
