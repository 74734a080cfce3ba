// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a shell in user space asks of the state machine: silence that is borne
 * while the transport reaches a node, losses that it tells of, one decision at
 * a time, records that are void with their view.
 */
#include <linux/module.h>

#include "sm_world.h"

#define HOLD_BEATS	50

static void reinit(struct sm_world *w)
{
	u32 n;

	w->config.hold_ms = HOLD_BEATS * w->config.heartbeat_ms;
	w->config.void_records = true;
	w->config.one_by_one = true;
	for (n = 0; n < w->config.nr_nodes; n++)
		sm_start(w, n, n + 100);
	sm_beats(w, 30);
	for (n = 0; n < w->config.nr_nodes; n++) {
		KUNIT_ASSERT_TRUE(w->test, sm_status_of(&w->nodes[n]).quorate);
		w->nodes[n].nr_seen = 0;
	}
}

static struct sm_world *held_world(struct kunit *test, u32 nr)
{
	struct sm_world *w = sm_world_make(test, nr, false);

	reinit(w);
	return w;
}

static void lose(struct sm_world *w, u32 n, u64 nodes)
{
	struct cman_event event = {
		.type = CMAN_EV_LOST,
		.lost = { .nodes = nodes },
	};

	sm_give(w, n, &event);
	sm_settle(w);
}

static void silent_test(struct kunit *test)
{
	struct sm_world *w = held_world(test, 3);

	/* Its process is gone, not its node: the others wait for it ... */
	w->nodes[2].off = true;
	sm_beats(w, HOLD_BEATS - 5);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_SUSPECT, 0));
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[0]).quorate);
	/* ... but not for ever. */
	sm_beats(w, 15);
	KUNIT_ASSERT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 3);
}

static void back_in_time_test(struct kunit *test)
{
	struct sm_world *w = held_world(test, 3);

	w->nodes[2].off = true;
	sm_beats(w, HOLD_BEATS - 5);
	w->nodes[2].off = false;
	sm_beats(w, HOLD_BEATS);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 7);
}

static void silent_coordinator_test(struct kunit *test)
{
	struct sm_world *w = held_world(test, 3);

	/* Nobody removes it, and yet somebody leads. */
	w->nodes[0].off = true;
	sm_beats(w, w->config.dead_after + 5);
	sm_submit(w, 1, 'x', 0);
	sm_settle(w);
	sm_beats(w, 5);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[1]).members, 7);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).coordinator, 2);
}

static void lost_test(struct kunit *test)
{
	struct sm_world *w = held_world(test, 3);

	w->nodes[2].off = true;
	lose(w, 0, BIT_ULL(2));
	lose(w, 1, BIT_ULL(2));
	sm_beats(w, 4);
	KUNIT_ASSERT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_SUSPECT, 0));
	KUNIT_EXPECT_EQ(test, sm_find(&w->nodes[0], CMAN_ACT_SUSPECT, 0)->
			action.suspect.why, CMAN_SUSPECT_LOST);
	KUNIT_ASSERT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 3);
}

static void lost_by_all_test(struct kunit *test)
{
	struct sm_world *w = held_world(test, 3);

	/* The minority knows at once that it may not act. */
	w->cut[0] = ~0ULL;
	w->cut[1] = BIT_ULL(0);
	w->cut[2] = BIT_ULL(0);
	lose(w, 0, BIT_ULL(1) | BIT_ULL(2));
	KUNIT_EXPECT_FALSE(test, sm_status_of(&w->nodes[0]).quorate);
	sm_beats(w, 10);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
}

static void lost_and_heard_test(struct kunit *test)
{
	struct sm_world *w = held_world(test, 3);

	lose(w, 0, BIT_ULL(2));
	sm_beats(w, 10);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[0]).quorate);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).deaf, 0);
}

static void void_records_test(struct kunit *test)
{
	struct sm_world *w = held_world(test, 3);

	/* Submitted under a view that ends before it is decided. */
	w->drop_type = CMAN_MSG_SUBMIT;
	sm_submit(w, 1, 'x', 0);
	sm_beats(w, 1);
	w->nodes[2].off = true;
	lose(w, 0, BIT_ULL(2));
	lose(w, 1, BIT_ULL(2));
	sm_beats(w, 4);
	KUNIT_ASSERT_EQ(test, sm_status_of(&w->nodes[1]).members, 3);
	w->drop_type = 0;
	sm_beats(w, 5);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_RECORD, 0));
	/* Its number is free for the next. */
	sm_submit(w, 1, 'y', 0);
	sm_settle(w);
	sm_beats(w, 2);
	KUNIT_ASSERT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_EQ(test, sm_find(&w->nodes[0], CMAN_ACT_RECORD, 0)->byte,
			'y');
}

static void one_by_one_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 1, false);
	u64 slot;
	u32 i;

	reinit(w);
	/* Alone, each record could be decided as it comes, and more. */
	for (i = 0; i < CMAN_SUBMIT_MAX; i++) {
		slot = sm_status_of(&w->nodes[0]).slot;
		sm_submit(w, 0, 'a' + i, 0);
		KUNIT_EXPECT_LE(test, sm_status_of(&w->nodes[0]).slot,
				slot + 1);
	}
	for (i = 0; i < CMAN_SUBMIT_MAX; i++)
		lose(w, 0, 0);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_RECORD,
					    CMAN_SUBMIT_MAX - 1));
}

static struct kunit_case cman_hold_cases[] = {
	KUNIT_CASE(silent_test),
	KUNIT_CASE(back_in_time_test),
	KUNIT_CASE(silent_coordinator_test),
	KUNIT_CASE(lost_test),
	KUNIT_CASE(lost_by_all_test),
	KUNIT_CASE(lost_and_heard_test),
	KUNIT_CASE(void_records_test),
	KUNIT_CASE(one_by_one_test),
	{}
};

static struct kunit_suite cman_hold_suite = {
	.name = "cman_hold",
	.test_cases = cman_hold_cases,
};

kunit_test_suite(cman_hold_suite);

MODULE_DESCRIPTION("KUnit suite for what a shell in user space asks of cman");
MODULE_LICENSE("GPL");
