// SPDX-License-Identifier: GPL-2.0-only
/* Records in one order, and decisions that their coordinator did not live to tell. */
#include <linux/module.h>

#include "sm_world.h"

static void records_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	u32 i, n;

	for (i = 0; i < 12; i++)
		sm_submit(w, i % 3, 'a' + i, 0);
	sm_settle(w);
	sm_beats(w, 3);
	for (i = 0; i < 12; i++) {
		const struct sm_seen *first = sm_find(&w->nodes[0], CMAN_ACT_RECORD,
						      i);

		KUNIT_ASSERT_NOT_NULL(test, first);
		for (n = 1; n < 3; n++) {
			const struct sm_seen *other = sm_find(&w->nodes[n],
							      CMAN_ACT_RECORD, i);

			KUNIT_ASSERT_NOT_NULL(test, other);
			KUNIT_EXPECT_EQ(test, first->byte, other->byte);
			KUNIT_EXPECT_EQ(test, first->action.record.from,
					other->action.record.from);
		}
	}
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_RECORD, 12));
}

static void full_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	struct cman_event none = { .type = CMAN_EV_SUBMIT };
	u32 i;

	w->cut[1] = ~0ULL;
	for (i = 0; i < CMAN_SUBMIT_MAX; i++)
		sm_submit(w, 1, i, 0);
	sm_submit(w, 1, 99, -EAGAIN);
	sm_settle(w);
	w->cut[1] = 0;
	sm_beats(w, 5);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_SUBMIT_READY,
					    0));
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_RECORD,
					    CMAN_SUBMIT_MAX - 1));
	sm_give(w, 1, &none);
	KUNIT_EXPECT_EQ(test, w->actions.result, -EMSGSIZE);
}

static void busy_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);

	w->nodes[2].busy = true;
	sm_submit(w, 0, 'x', 0);
	sm_settle(w);
	sm_beats(w, 3);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_RECORD, 0));
	w->nodes[2].busy = false;
	sm_beats(w, 3);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_RECORD, 0));
}

static void recovered_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);

	/* Accepted by all, and its coordinator dies before it can say so. */
	w->drop_type = CMAN_MSG_ACCEPTED;
	sm_submit(w, 0, 'x', 0);
	sm_settle(w);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_RECORD, 0));
	w->drop_type = 0;
	w->nodes[0].off = true;
	sm_beats(w, 30);
	KUNIT_EXPECT_TRUE(test, sm_logged(&w->nodes[1], CMAN_LOG_RECOVERED));
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_TRUE(test, sm_find(&w->nodes[2], CMAN_ACT_RECORD, 0) <
				sm_find(&w->nodes[2], CMAN_ACT_VIEW, 0));
}

static struct kunit_case cman_record_cases[] = {
	KUNIT_CASE(records_test),
	KUNIT_CASE(full_test),
	KUNIT_CASE(busy_test),
	KUNIT_CASE(recovered_test),
	{}
};

static struct kunit_suite cman_record_suite = {
	.name = "cman_record",
	.test_cases = cman_record_cases,
};

kunit_test_suite(cman_record_suite);

MODULE_DESCRIPTION("KUnit suite for cman's records");
MODULE_LICENSE("GPL");
