// SPDX-License-Identifier: GPL-2.0-only
/* Nodes that leave, come back, or are not let in. */
#include <linux/module.h>

#include "sm_world.h"

static void leaves_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	struct cman_event leave = { .type = CMAN_EV_LEAVE };
	const struct sm_seen *view;
	u32 n;

	for (n = 0; n < 3; n++) {
		sm_give(w, n, &leave);
		sm_settle(w);
		sm_beats(w, 5);
		KUNIT_EXPECT_NOT_NULL_MSG(test,
					  sm_find(&w->nodes[n], CMAN_ACT_LEFT, 0),
					  "node %u", n + 1);
		KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[n], CMAN_ACT_EVICTED,
						0));
		w->nodes[n].off = true;
	}
	view = sm_find(&w->nodes[2], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->first_reason, VCS_LEAVE_CLEAN);
	sm_submit(w, 2, 'x', -ENOTCONN);
}

static void comes_back_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *ask;

	/* The same kernel, drained: it counts as fenced. */
	sm_start(w, 2, 102);
	sm_beats(w, 30);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).role, CMAN_ROLE_MEMBER);
	ask = sm_find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0);
	KUNIT_ASSERT_NOT_NULL(test, ask);
	KUNIT_EXPECT_TRUE(test, ask->action.ask_admit.settled);
	w->nodes[0].nr_seen = 0;

	/* Another kernel, and nothing says what storage does then. */
	sm_start(w, 2, 555);
	sm_beats(w, 30);
	ask = sm_find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0);
	KUNIT_ASSERT_NOT_NULL(test, ask);
	KUNIT_EXPECT_FALSE(test, ask->action.ask_admit.settled);
}

static void held_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);

	w->nodes[0].refuse = true;
	sm_start(w, 2, 555);
	sm_beats(w, 60);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).role, CMAN_ROLE_JOINING);
	KUNIT_EXPECT_TRUE(test, sm_logged(&w->nodes[0], CMAN_LOG_JOIN_HELD));
	w->nodes[0].refuse = false;
	sm_beats(w, 20);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).role, CMAN_ROLE_MEMBER);
}

static u32 asked(const struct sm_node *node)
{
	u32 nr = 0;

	while (sm_find(node, CMAN_ACT_ASK_ADMIT, nr))
		nr++;
	return nr;
}

/* A record that is decided behind the answer may be a claim to fence it. */
static void asked_again_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	u32 before;

	w->nodes[2].off = true;
	sm_beats(w, 20);
	w->drop_type = CMAN_MSG_ACCEPT;
	sm_submit(w, 0, 'x', 0);
	sm_start(w, 2, 555);
	sm_beats(w, 5);
	before = asked(&w->nodes[0]);
	KUNIT_EXPECT_GT(test, before, 0);
	w->nodes[0].refuse = true;
	w->drop_type = 0;
	sm_beats(w, 20);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_GT(test, asked(&w->nodes[0]), before);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).role, CMAN_ROLE_JOINING);

	/* And a stream of records does not keep it out. */
	w->nodes[0].refuse = false;
	for (before = 0; before < 20; before++) {
		sm_submit(w, 0, 'y', 0);
		sm_submit(w, 1, 'z', 0);
		sm_beats(w, 1);
	}
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).role, CMAN_ROLE_MEMBER);
}

/*
 * A yes from the time without quorum is worth nothing once there is one, not
 * even for the event that brings it.
 */
static void asked_without_quorum_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	u32 n;

	w->nodes[2].off = true;
	sm_beats(w, 20);
	KUNIT_ASSERT_EQ(test, sm_status_of(&w->nodes[0]).members, 3);
	/* Node 2 has that record, but has not said so. */
	sm_submit(w, 0, 'x', 0);
	sm_settle(w);
	w->cut[1] = BIT_ULL(0);
	w->nodes[0].late_ms = 900;	/* it accuses nobody for that long */
	sm_beats(w, 1);
	w->nodes[0].late_ms = 0;
	sm_start(w, 2, 555);
	for (n = 0; n < 14 && sm_status_of(&w->nodes[0]).quorate; n++)
		sm_beats(w, 1);
	KUNIT_ASSERT_LT(test, n, 14);
	sm_beats(w, 3);
	KUNIT_ASSERT_FALSE(test, sm_status_of(&w->nodes[0]).deaf & BIT_ULL(1));
	KUNIT_ASSERT_TRUE(test, w->nodes[0].sm->peers[2].cand.admitted);
	w->nodes[0].refuse = true;
	w->cut[1] = 0;
	sm_beats(w, 10);
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[0]).quorate);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).role, CMAN_ROLE_JOINING);
	w->nodes[0].refuse = false;
	sm_beats(w, 10);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).role, CMAN_ROLE_MEMBER);
}

static void disagrees_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *refused;

	w->nodes[2].off = true;
	sm_beats(w, 20);
	w->config.reboot_fences = true;
	sm_start(w, 2, 102);
	sm_beats(w, 20);
	refused = sm_find(&w->nodes[2], CMAN_ACT_JOIN_REFUSED, 0);
	KUNIT_ASSERT_NOT_NULL(test, refused);
	KUNIT_EXPECT_EQ(test, refused->action.refused.option,
			CMAN_OPT_REBOOT_FENCES);
	KUNIT_EXPECT_TRUE(test, sm_logged(&w->nodes[0], CMAN_LOG_REFUSED));
}

static void replayed_join_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	struct cman_msg msg = { .type = CMAN_MSG_JOIN, .nonce = 12345 };
	struct cman_event event = { .type = CMAN_EV_PACKET };
	u8 buf[64];

	event.packet.nodeid = 3;
	event.packet.incarnation = 4711;
	event.packet.data = buf;
	event.packet.len = cman_msg_encode(&msg, buf, sizeof(buf));
	w->nodes[2].off = true;
	sm_beats(w, 30);
	for (msg.nonce = 0; msg.nonce < 50; msg.nonce++) {
		cman_msg_encode(&msg, buf, sizeof(buf));
		sm_give(w, 0, &event);
		sm_settle(w);
		sm_beats(w, 1);
	}
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 3);
}

/* It never goes back to a challenge that it has left. */
static void old_challenge_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	struct cman_msg msg = { .type = CMAN_MSG_CHALLENGE, .nonce = 4711 };
	struct cman_event event = { .type = CMAN_EV_PACKET };
	const struct cman_sm *sm = w->nodes[2].sm;
	u64 first;
	u8 buf[64];

	w->nodes[2].off = true;
	sm_beats(w, 20);
	w->nodes[0].refuse = true;
	sm_start(w, 2, 555);
	sm_beats(w, 20);
	KUNIT_ASSERT_EQ(test, sm->role, CMAN_ROLE_JOINING);
	KUNIT_ASSERT_EQ(test, sm->answers, 1);
	first = sm->bound;

	/* Made before it answered that, and late. */
	msg.incarnation = w->nodes[2].incarnation;
	event.packet.nodeid = 2;
	event.packet.incarnation = w->nodes[1].incarnation;
	event.packet.data = buf;
	event.packet.len = cman_msg_encode(&msg, buf, sizeof(buf));
	sm_give(w, 2, &event);
	sm_settle(w);
	KUNIT_EXPECT_EQ(test, w->actions.drop, CMAN_DROP_STALE);
	KUNIT_EXPECT_EQ(test, sm->bound, first);

	/* Made since; and who was left makes a new one, after a while. */
	msg.answers = 1;
	event.packet.len = cman_msg_encode(&msg, buf, sizeof(buf));
	sm_give(w, 2, &event);
	sm_settle(w);
	KUNIT_EXPECT_EQ(test, sm->bound, 4711);
	sm_beats(w, 15);
	KUNIT_EXPECT_EQ(test, sm->answers, 3);
	KUNIT_EXPECT_NE(test, sm->bound, 4711);
	KUNIT_EXPECT_NE(test, sm->bound, first);
	w->nodes[0].refuse = false;
	sm_beats(w, 20);
	KUNIT_EXPECT_EQ(test, sm->role, CMAN_ROLE_MEMBER);
}

static struct kunit_case cman_join_cases[] = {
	KUNIT_CASE(leaves_test),
	KUNIT_CASE(comes_back_test),
	KUNIT_CASE(held_test),
	KUNIT_CASE(asked_again_test),
	KUNIT_CASE(asked_without_quorum_test),
	KUNIT_CASE(disagrees_test),
	KUNIT_CASE(replayed_join_test),
	KUNIT_CASE(old_challenge_test),
	{}
};

static struct kunit_suite cman_join_suite = {
	.name = "cman_join",
	.test_cases = cman_join_cases,
};

kunit_test_suite(cman_join_suite);

MODULE_DESCRIPTION("KUnit suite for joining and leaving with cman");
MODULE_LICENSE("GPL");
