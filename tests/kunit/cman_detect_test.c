// SPDX-License-Identifier: GPL-2.0-only
/* Who is thought dead, or must go, and who accuses nobody. */
#include <linux/module.h>

#include "sm_world.h"

static void dies_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *view, *suspect;

	w->nodes[0].off = true;
	sm_beats(w, 20);
	suspect = sm_find(&w->nodes[1], CMAN_ACT_SUSPECT, 0);
	view = sm_find(&w->nodes[1], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, suspect);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_TRUE(test, suspect < view);
	KUNIT_EXPECT_EQ(test, view->generation, 2);
	KUNIT_EXPECT_EQ(test, view->nr_members, 2);
	KUNIT_EXPECT_EQ(test, view->first_reason, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[2]).quorate);
}

static void two_die_in_one_view_test(struct kunit *test)
{
	struct sm_world *w;

	w = sm_world_formed(test, 4, false);
	w->nodes[0].off = true;
	sm_beats(w, 30);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[1]).generation, 2);
	/* Three of four are left: one more, and half remains. */
	w->nodes[1].off = true;
	w->nodes[2].off = true;
	sm_beats(w, 30);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[3]).generation, 2);
	KUNIT_EXPECT_FALSE(test, sm_status_of(&w->nodes[3]).quorate);
}

/* Let in, it never heard of it, and founded another lifetime with others. */
static void elsewhere_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 4, false);
	struct cman_event event = { .type = CMAN_EV_PACKET };
	struct cman_msg hello = {
		.type = CMAN_MSG_HELLO,
		.role = CMAN_ROLE_MEMBER,
		.lifetime = { .id = { 99 } },
		.generation = 1,
		.slot = 1000,
		.lowest = 1000,
		.ballot = 1ULL << 32 | 1,
	};
	const struct cman_sm *sm = w->nodes[0].sm;
	u32 n, beat;
	u8 buf[128];

	cman_options_from(&hello.options, &w->config);
	event.packet.nodeid = 4;
	event.packet.incarnation = w->nodes[3].incarnation;
	event.packet.data = buf;
	event.packet.len = cman_msg_encode(&hello, buf, sizeof(buf));
	w->nodes[3].off = true;
	for (beat = 0; beat < 5; beat++) {
		for (n = 0; n < 3; n++) {
			sm_give(w, n, &event);
			sm_settle(w);
		}
		KUNIT_EXPECT_LT(test, sm->peers[3].member.slot, 1000);
		sm_beats(w, 1);
	}
	/* Sooner than if it were silent: it is known to be gone. */
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).generation, 2);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 7);
}

static void starved_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);

	/* Two seconds without a tick or a packet: its own fault. */
	w->nodes[2].off = true;
	sm_beats(w, 9);
	w->nodes[2].off = false;
	w->now += 900;
	w->nodes[0].late_ms = 900;
	w->nodes[1].late_ms = 900;
	w->nodes[2].late_ms = 1800;
	sm_beats(w, 1);
	w->nodes[0].late_ms = 0;
	w->nodes[1].late_ms = 0;
	w->nodes[2].late_ms = 0;
	sm_beats(w, 20);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).generation, 1);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_SUSPECT, 0));
	KUNIT_EXPECT_TRUE(test, sm_logged(&w->nodes[2], CMAN_LOG_STARVED));
}

static void stalled_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *gone;

	w->nodes[0].progress_age_ms = 1001;
	sm_beats(w, 10);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[1]).generation, 2);
	gone = sm_find(&w->nodes[0], CMAN_ACT_EVICTED, 0);
	KUNIT_ASSERT_NOT_NULL(test, gone);
	KUNIT_EXPECT_EQ(test, gone->action.evicted.reason, VCS_LEAVE_FAILED);
}

static void broken_link_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *gone;

	w->cut[0] = BIT_ULL(2);
	sm_beats(w, 40);
	w->cut[0] = 0;
	sm_beats(w, 2);
	gone = sm_find(&w->nodes[2], CMAN_ACT_EVICTED, 0);
	KUNIT_ASSERT_NOT_NULL(test, gone);
	KUNIT_EXPECT_EQ(test, gone->action.evicted.reason, VCS_LEAVE_REMOVED);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[1]).members, 3);
}

static void cut_link(struct sm_world *w, u32 a, u32 b)
{
	w->cut[a] |= BIT_ULL(b);
	w->cut[b] |= BIT_ULL(a);
}

static u32 records_of(const struct sm_node *node)
{
	u32 nr = 0;

	while (sm_find(node, CMAN_ACT_RECORD, nr))
		nr++;
	return nr;
}

/*
 * Two links are cut, so two nodes should go, and too few would be left. The
 * four go on, further than decisions are kept for those who are behind; the
 * coordinator learns from others how far the one is that it does not hear.
 */
static void not_allowed_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 4, false);
	u32 n;

	cut_link(w, 0, 1);
	cut_link(w, 2, 3);
	sm_beats(w, 60);
	for (n = 0; n < 4; n++)
		w->nodes[n].nr_seen = 0;
	for (n = 0; n < 3 * CMAN_RING; n++) {
		sm_submit(w, n % 4 == 1 ? 0 : n % 4, n, 0);
		sm_settle(w);
		sm_beats(w, 2);
	}
	for (n = 0; n < 4; n++)
		KUNIT_EXPECT_EQ_MSG(test, records_of(&w->nodes[n]),
				    3 * CMAN_RING, "node %u", n + 1);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).generation, 1);
}

/* And a fifth comes; with it there are enough for the removal. */
static void joins_beside_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 5, false);
	const struct sm_seen *view;
	u32 n;

	for (n = 0; n < 4; n++)
		sm_start(w, n, n + 100);
	sm_beats(w, 30);
	KUNIT_ASSERT_EQ(test, sm_status_of(&w->nodes[0]).members, 15);
	cut_link(w, 0, 1);
	cut_link(w, 2, 3);
	sm_beats(w, 60);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).generation, 1);
	w->nodes[0].nr_seen = 0;
	sm_start(w, 4, 104);
	sm_beats(w, 60);
	view = sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->nr_members, 5);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 21);
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[4]).quorate);
}

static void minority_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);

	w->cut[2] = 3;
	w->cut[0] = 4;
	w->cut[1] = 4;
	sm_beats(w, 100);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_FENCE, 0));
	KUNIT_EXPECT_FALSE(test, sm_status_of(&w->nodes[2]).quorate);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 3);
}

/* What it held against another before it was starved begins anew. */
static void starved_while_it_accuses_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	u32 n;

	w->cut[2] = ~0ULL;
	for (n = 0; n < 20 && !sm_logged(&w->nodes[0], CMAN_LOG_EVICT); n++)
		sm_beats(w, 1);
	KUNIT_ASSERT_LT(test, n, 20);
	w->cut[2] = 0;
	w->now += 900;
	for (n = 0; n < 3; n++)
		w->nodes[n].late_ms = 900;
	sm_beats(w, 1);
	for (n = 0; n < 3; n++)
		w->nodes[n].late_ms = 0;
	sm_beats(w, 20);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).generation, 1);
	/* But who is dead goes, however often the others are late. */
	w->nodes[2].off = true;
	for (n = 0; n < 2; n++)
		w->nodes[n].late_ms = 300;
	for (n = 0; n < 60; n++) {
		w->now += 300;
		sm_beats(w, 1);
	}
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).generation, 2);
}

static struct kunit_case cman_detect_cases[] = {
	KUNIT_CASE(dies_test),
	KUNIT_CASE(two_die_in_one_view_test),
	KUNIT_CASE(elsewhere_test),
	KUNIT_CASE(starved_test),
	KUNIT_CASE(stalled_test),
	KUNIT_CASE(broken_link_test),
	KUNIT_CASE(not_allowed_test),
	KUNIT_CASE(joins_beside_test),
	KUNIT_CASE(minority_test),
	KUNIT_CASE(starved_while_it_accuses_test),
	{}
};

static struct kunit_suite cman_detect_suite = {
	.name = "cman_detect",
	.test_cases = cman_detect_cases,
};

kunit_test_suite(cman_detect_suite);

MODULE_DESCRIPTION("KUnit suite for how cman detects failures");
MODULE_LICENSE("GPL");
