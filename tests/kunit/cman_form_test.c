// SPDX-License-Identifier: GPL-2.0-only
/* Which nodes form a cluster, when, and with which configuration. */
#include <linux/module.h>

#include "sm_world.h"

static void config_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 3, false);
	struct cman_config good = w->config, bad;

#define REFUSED(change) do {						\
		bad = good;						\
		change;							\
		KUNIT_EXPECT_NOT_NULL(test, cman_config_check(&bad));	\
	} while (0)
	REFUSED(bad.nodeid = 9);
	REFUSED(bad.nr_nodes = 0);
	REFUSED(bad.nr_nodes = CMAN_NODES_MAX + 1);
	REFUSED(bad.nodes[1].nodeid = 1);
	REFUSED(bad.nodes[0].nodeid = 0);
	REFUSED(bad.nodes[0].votes = 1001);
	REFUSED(bad.heartbeat_ms = 1);
	REFUSED(bad.dead_after = 2);
	REFUSED(bad.stall_ms = 50);
	REFUSED(bad.formation_wait_ms = 900);
	REFUSED(bad.two_node = true);
#undef REFUSED
	bad = good;
	bad.nodes[0].votes = 0;
	bad.nodes[1].votes = 0;
	bad.nodes[2].votes = 0;
	KUNIT_EXPECT_NOT_NULL(test, cman_config_check(&bad));
}

static void forms_late_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 3, false);
	const struct sm_seen *view;

	sm_start(w, 0, 1);
	sm_start(w, 1, 2);
	sm_beats(w, 18);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).role, CMAN_ROLE_SEEKING);
	sm_beats(w, 10);
	view = sm_find(&w->nodes[1], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->nr_members, 2);
	KUNIT_EXPECT_EQ(test, view->nr_departed, 1);
	KUNIT_EXPECT_EQ(test, view->first_reason, VCS_LEAVE_ABSENT);
}

static void forms_not_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 3, false);

	sm_start(w, 2, 1);
	sm_beats(w, 100);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_VIEW, 0));
}

static void waits_for_all_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 3, false);

	w->config.wait_for_all = true;
	sm_start(w, 0, 1);
	sm_start(w, 1, 2);
	sm_beats(w, 60);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
	sm_start(w, 2, 3);
	sm_beats(w, 30);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0));
}

/* Its HELLO got lost, so nobody knows whether its options agree. */
static void founder_unknown_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 3, false);
	struct cman_msg msg = { .type = CMAN_MSG_FORM_PREPARE };
	struct cman_event event = { .type = CMAN_EV_PACKET };
	u8 buf[256];

	sm_start(w, 0, 1);
	sm_start(w, 1, 2);
	msg.ballot = 1ULL << 32 | 1;
	msg.ballot_incarnation = w->nodes[0].incarnation;
	event.packet.nodeid = 1;
	event.packet.incarnation = w->nodes[0].incarnation;
	event.packet.data = buf;
	event.packet.len = cman_msg_encode(&msg, buf, sizeof(buf));
	sm_give(w, 1, &event);
	KUNIT_EXPECT_EQ(test, w->actions.drop, CMAN_DROP_STATE);
	KUNIT_EXPECT_EQ(test, w->nr_wire, 0);
	/* With it, it is a promise. */
	sm_beats(w, 1);
	sm_give(w, 1, &event);
	KUNIT_EXPECT_EQ(test, w->actions.drop, CMAN_DROP_NONE);
	sm_settle(w);
}

static struct kunit_case cman_form_cases[] = {
	KUNIT_CASE(config_test),
	KUNIT_CASE(forms_late_test),
	KUNIT_CASE(forms_not_test),
	KUNIT_CASE(waits_for_all_test),
	KUNIT_CASE(founder_unknown_test),
	{}
};

static struct kunit_suite cman_form_suite = {
	.name = "cman_form",
	.test_cases = cman_form_cases,
};

kunit_test_suite(cman_form_suite);

MODULE_DESCRIPTION("KUnit suite for cman's formation of a cluster");
MODULE_LICENSE("GPL");
