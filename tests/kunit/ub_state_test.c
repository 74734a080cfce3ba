// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user bridge's state: owner, silence, grace, views, records, requests.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "userbridge_plugin/state.h"

#define GRACE	10000
#define OWNER	0x11
#define OTHER	0x22
#define COOKIE	0xc0

static const struct vcs_lifetime lifetime = { .id = "history" };
static struct ub_state *state;
static struct ub_refusal refusal;

static int state_init(struct kunit *test)
{
	state = kunit_kzalloc(test, sizeof(*state), GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	ub_init(state, GRACE);
	memset(&refusal, 0, sizeof(refusal));
	return ub_ask(state, VCS_UB_CMD_JOIN, 0);
}

static int claim(u64 owner, u64 now)
{
	return ub_claim(state, owner, COOKIE, 1000, now, &refusal);
}

static void view(u64 generation, bool accepted)
{
	ub_view_begin(state, generation);
	ub_view_end(state, &lifetime, accepted);
}

/* Marks all as sent; how many, and the last number. */
static u32 send_all(u64 *seq)
{
	struct ub_request *request;
	u32 nr = 0;

	while ((request = ub_next_unsent(state))) {
		request->sent = true;
		if (seq)
			*seq = request->seq;
		nr++;
	}
	return nr;
}

static void one_owner_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, claim(OWNER, 0), 0);
	KUNIT_EXPECT_EQ(test, claim(OTHER, 1), -EBUSY);
	KUNIT_EXPECT_EQ(test, claim(OWNER, 1), -EBUSY);
	KUNIT_EXPECT_EQ(test, ub_check_owner(state, OTHER, COOKIE, 2, &refusal),
			-EPERM);
	KUNIT_EXPECT_EQ(test, ub_check_owner(state, OWNER, 1, 2, &refusal),
			-EPERM);
	KUNIT_EXPECT_EQ(test, ub_check_owner(state, OWNER, COOKIE, 2, &refusal),
			0);
	/* Without a view there is nothing to freeze. */
	KUNIT_EXPECT_FALSE(test, ub_drop_owner(state, 3));
	KUNIT_EXPECT_EQ(test, ub_check_owner(state, OWNER, COOKIE, 4, &refusal),
			-EPERM);
	KUNIT_EXPECT_EQ(test, claim(OTHER, 4), 0);
}

static void silence_test(struct kunit *test)
{
	claim(OWNER, 100);
	KUNIT_EXPECT_EQ(test, ub_next_tick(state), 1100);
	KUNIT_EXPECT_EQ(test, ub_tick(state, 1099), 0);
	/* A stranger's message is no sign of life. */
	ub_check_owner(state, OTHER, COOKIE, 1000, &refusal);
	ub_check_owner(state, OWNER, 1, 1000, &refusal);
	KUNIT_EXPECT_EQ(test, ub_tick(state, 1100), UB_STALLED);
	ub_check_owner(state, OWNER, COOKIE, 1050, &refusal);
	KUNIT_EXPECT_EQ(test, ub_tick(state, 1100), 0);
	KUNIT_EXPECT_EQ(test, ub_next_tick(state), 2050);
}

static void grace_test(struct kunit *test)
{
	claim(OWNER, 0);
	view(1, true);
	KUNIT_EXPECT_TRUE(test, ub_drop_owner(state, 500));
	KUNIT_EXPECT_EQ(test, ub_grace_left(state, 500), GRACE);
	KUNIT_EXPECT_EQ(test, ub_next_tick(state), 500 + GRACE);
	/* A daemon that comes and dies does not make it longer. */
	claim(OTHER, 5000);
	KUNIT_EXPECT_EQ(test, ub_check_resumed(state, &refusal), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, ub_drop_owner(state, 5500));
	KUNIT_EXPECT_EQ(test, ub_tick(state, 499 + GRACE), 0);
	KUNIT_EXPECT_EQ(test, ub_tick(state, 500 + GRACE), UB_GRACE_OVER);
	KUNIT_EXPECT_EQ(test, ub_tick(state, 501 + GRACE), 0);
	KUNIT_EXPECT_EQ(test, ub_next_tick(state), U64_MAX);
	KUNIT_EXPECT_EQ(test, ub_grace_left(state, 501 + GRACE), 0);
}

/* Noticed late, a silence ends no later for that. */
static void late_grace_test(struct kunit *test)
{
	claim(OWNER, 0);
	view(1, true);
	KUNIT_EXPECT_TRUE(test, ub_drop_owner(state, 5000));
	KUNIT_EXPECT_EQ(test, ub_grace_left(state, 5000), GRACE - 4000);
	KUNIT_EXPECT_EQ(test, ub_next_tick(state), 1000 + GRACE);
	KUNIT_EXPECT_EQ(test, ub_tick(state, 1000 + GRACE), UB_GRACE_OVER);
}

static void resume_test(struct kunit *test)
{
	const struct vcs_lifetime other = { .id = "another" };

	claim(OWNER, 0);
	view(7, true);
	KUNIT_EXPECT_EQ(test, ub_check_resume(state, &lifetime, 7, &refusal),
			-EINVAL);
	ub_drop_owner(state, 1);
	claim(OTHER, 2);
	KUNIT_EXPECT_EQ(test, ub_check_resume(state, &other, 7, &refusal),
			-ESTALE);
	KUNIT_EXPECT_EQ(test, refusal.attr, VCS_UB_A_LIFETIME);
	KUNIT_EXPECT_EQ(test, ub_check_resume(state, &lifetime, 8, &refusal),
			-ESTALE);
	KUNIT_EXPECT_EQ(test, refusal.attr, VCS_UB_A_GENERATION);
	KUNIT_EXPECT_EQ(test, ub_check_resume(state, &lifetime, 7, &refusal),
			0);
	ub_resumed(state);
	KUNIT_EXPECT_EQ(test, ub_check_resumed(state, &refusal), 0);
	/* The next loss has a grace period of its own. */
	KUNIT_EXPECT_TRUE(test, ub_drop_owner(state, 900));
	KUNIT_EXPECT_EQ(test, ub_grace_left(state, 900), GRACE);
}

static void requests_are_repeated_test(struct kunit *test)
{
	u64 first = 0, again = 0;

	KUNIT_EXPECT_EQ(test, send_all(NULL), 0);
	claim(OWNER, 0);
	KUNIT_EXPECT_EQ(test, send_all(&first), 1);
	KUNIT_EXPECT_EQ(test, send_all(NULL), 0);
	ub_drop_owner(state, 1);
	claim(OTHER, 2);
	KUNIT_EXPECT_EQ(test, send_all(&again), 1);
	KUNIT_EXPECT_EQ(test, first, again);
	view(1, true);
	ub_drop_owner(state, 3);
	claim(OWNER, 4);
	KUNIT_EXPECT_EQ(test, send_all(NULL), 0);
}

static void queue_is_bounded_test(struct kunit *test)
{
	u64 seq;
	int i;

	KUNIT_EXPECT_EQ(test, ub_submit(state, "x", 1), -ENOTCONN);
	claim(OWNER, 0);
	view(1, true);
	KUNIT_EXPECT_EQ(test, ub_submit(state, "x", 0), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, ub_submit(state, "x", VCS_UB_DATA_MAX + 1),
			-EMSGSIZE);
	for (i = 0; i < UB_SUBMITS_MAX; i++)
		KUNIT_EXPECT_EQ(test, ub_submit(state, "x", 1), 0);
	KUNIT_EXPECT_FALSE(test, ub_has_room(state));
	KUNIT_EXPECT_EQ(test, ub_submit(state, "x", 1), -EAGAIN);
	seq = state->last_seq - UB_SUBMITS_MAX + 1;
	for (i = 0; i < UB_SUBMITS_MAX / 2; i++) {
		KUNIT_EXPECT_FALSE(test, ub_has_room(state));
		KUNIT_EXPECT_EQ(test, ub_check_own(state, seq, "x", 1,
						   &refusal), 0);
		ub_record_taken(state, seq++);
	}
	KUNIT_EXPECT_TRUE(test, ub_has_room(state));
	KUNIT_EXPECT_FALSE(test, ub_has_room(state));
	KUNIT_EXPECT_EQ(test, state->position, UB_SUBMITS_MAX / 2);
}

static void own_records_test(struct kunit *test)
{
	u64 seq;

	claim(OWNER, 0);
	view(1, true);
	ub_submit(state, "ab", 2);
	ub_submit(state, "cd", 2);
	send_all(&seq);
	KUNIT_EXPECT_EQ(test, ub_check_own(state, 0, "ab", 2, &refusal),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, ub_check_own(state, seq + 1, "ab", 2, &refusal),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, ub_check_own(state, seq, "cd", 2, &refusal),
			-EPROTO);
	KUNIT_EXPECT_EQ(test, refusal.attr, VCS_UB_A_SEQ);
	KUNIT_EXPECT_EQ(test, ub_check_own(state, seq - 1, "ax", 2, &refusal),
			-EPROTO);
	KUNIT_EXPECT_EQ(test, refusal.attr, VCS_UB_A_DATA);
	KUNIT_EXPECT_EQ(test, ub_check_own(state, seq - 1, "ab", 2, &refusal),
			0);
	ub_record_taken(state, seq - 1);
	KUNIT_EXPECT_EQ(test, ub_check_own(state, seq - 1, "ab", 2, &refusal),
			-ESTALE);
	KUNIT_EXPECT_EQ(test, ub_check_own(state, seq, "cd", 2, &refusal), 0);
}

static void positions_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 0, 1, &refusal), -ESTALE);
	claim(OWNER, 0);
	view(5, true);
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 4, 1, &refusal), -ESTALE);
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 6, 1, &refusal), -ESTALE);
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 5, 0, &refusal),
			-EALREADY);
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 5, 2, &refusal), -EPROTO);
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 5, 1, &refusal), 0);
	ub_record_taken(state, 0);
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 5, 1, &refusal),
			-EALREADY);
	view(6, true);
	KUNIT_EXPECT_EQ(test, ub_check_record(state, 6, 1, &refusal), 0);
}

/* What is submitted while a view is decided on belongs to that view. */
static void records_and_views_test(struct kunit *test)
{
	u64 old, new;

	claim(OWNER, 0);
	view(1, true);
	ub_submit(state, "old", 3);
	old = state->last_seq;
	ub_view_begin(state, 2);
	ub_submit(state, "new", 3);
	new = state->last_seq;
	/* Nothing is told of a generation that may not come. */
	KUNIT_EXPECT_EQ(test, send_all(NULL), 0);
	ub_view_end(state, &lifetime, false);
	KUNIT_EXPECT_EQ(test, state->generation, 1);
	KUNIT_EXPECT_EQ(test, ub_find(state, old)->generation, 1);
	KUNIT_EXPECT_EQ(test, ub_find(state, new)->generation, 1);

	ub_view_begin(state, 2);
	ub_submit(state, "newer", 5);
	ub_view_end(state, &lifetime, true);
	KUNIT_EXPECT_NULL(test, ub_find(state, old));
	KUNIT_EXPECT_NULL(test, ub_find(state, new));
	KUNIT_EXPECT_EQ(test, ub_check_own(state, new, "new", 3, &refusal),
			-ESTALE);
	KUNIT_ASSERT_NOT_NULL(test, ub_find(state, state->last_seq));
	KUNIT_EXPECT_EQ(test, ub_find(state, state->last_seq)->generation, 2);
}

static void fences_test(struct kunit *test)
{
	enum vcs_ub_cmd cmd;
	u64 seq;
	int i;

	claim(OWNER, 0);
	view(1, true);
	for (i = 1; i <= UB_FENCES_MAX; i++)
		KUNIT_EXPECT_EQ(test, ub_fence_begin(state, 3, 0x3a, i,
						     &refusal), 0);
	KUNIT_EXPECT_EQ(test, ub_fence_begin(state, 3, 0x3a, 99, &refusal),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, ub_fence_begin(state, 3, 0x3a, 1, &refusal),
			-EALREADY);
	/* No news before the result; one answer, once. */
	KUNIT_EXPECT_EQ(test, send_all(NULL), 0);
	KUNIT_EXPECT_FALSE(test, ub_fence_result(state, 99, VCS_FENCE_SUCCESS));
	KUNIT_EXPECT_TRUE(test, ub_fence_result(state, 5, VCS_FENCE_SUCCESS));
	KUNIT_EXPECT_FALSE(test, ub_fence_result(state, 5, VCS_FENCE_FAILED));
	seq = ub_next_unsent(state)->seq;
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq, &cmd, &refusal), -ENOENT);
	KUNIT_EXPECT_EQ(test, send_all(&seq), 1);
	KUNIT_EXPECT_EQ(test, ub_find(state, seq)->value, VCS_FENCE_SUCCESS);
	/* The next owner hears of it too. */
	ub_drop_owner(state, 1);
	claim(OTHER, 2);
	KUNIT_EXPECT_EQ(test, send_all(&seq), 1);
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq, &cmd, &refusal), 0);
	KUNIT_EXPECT_EQ(test, cmd, VCS_UB_CMD_FENCED);
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq, &cmd, &refusal), -ESTALE);
	ub_fence_undo(state, 6);
	KUNIT_EXPECT_EQ(test, ub_fence_begin(state, 3, 0x3a, 6, &refusal), 0);
}

static void answers_test(struct kunit *test)
{
	enum vcs_ub_cmd cmd;
	u64 seq;

	claim(OWNER, 0);
	send_all(&seq);
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq, &cmd, &refusal), -EINVAL);
	KUNIT_EXPECT_EQ(test, ub_answer(state, 0, &cmd, &refusal), -ENOENT);
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq + 1, &cmd, &refusal),
			-ENOENT);
	view(1, true);
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq, &cmd, &refusal), -ESTALE);
	ub_submit(state, "x", 1);
	send_all(&seq);
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq, &cmd, &refusal), -EINVAL);
	ub_ask(state, VCS_UB_CMD_LEAVE, VCS_UB_HOW_CLEAN);
	KUNIT_EXPECT_EQ(test, ub_ask(state, VCS_UB_CMD_LEAVE, 0), -EALREADY);
	send_all(&seq);
	KUNIT_EXPECT_EQ(test, ub_answer(state, seq, &cmd, &refusal), 0);
	KUNIT_EXPECT_EQ(test, cmd, VCS_UB_CMD_LEAVE);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(one_owner_test),
	KUNIT_CASE(silence_test),
	KUNIT_CASE(grace_test),
	KUNIT_CASE(late_grace_test),
	KUNIT_CASE(resume_test),
	KUNIT_CASE(requests_are_repeated_test),
	KUNIT_CASE(queue_is_bounded_test),
	KUNIT_CASE(own_records_test),
	KUNIT_CASE(positions_test),
	KUNIT_CASE(records_and_views_test),
	KUNIT_CASE(fences_test),
	KUNIT_CASE(answers_test),
	{}
};

static struct kunit_suite state_suite = {
	.name = "ub_state",
	.init = state_init,
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
MODULE_LICENSE("GPL");
