// SPDX-License-Identifier: GPL-2.0-only
/* What is needed when a quorum of deciders can no longer answer. */
#include <linux/module.h>

#include "sm_world.h"

static void two_node_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 2, true);
	struct cman_event fenced = { .type = CMAN_EV_FENCED };
	const struct sm_seen *fence, *view;

	w->nodes[0].off = true;
	sm_beats(w, 14);
	KUNIT_EXPECT_FALSE(test, sm_status_of(&w->nodes[1]).quorate);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_FENCE, 0));
	sm_beats(w, 6);
	fence = sm_find(&w->nodes[1], CMAN_ACT_FENCE, 0);
	KUNIT_ASSERT_NOT_NULL(test, fence);
	KUNIT_EXPECT_EQ(test, fence->action.fence.nodeid, 1);
	KUNIT_EXPECT_EQ(test, fence->action.fence.incarnation,
			w->nodes[0].incarnation);

	/* Unknown is no success, a wrong cookie is nothing. */
	fenced.fenced.cookie = fence->action.fence.cookie;
	sm_give(w, 1, &fenced);
	fenced.fenced.success = true;
	sm_give(w, 1, &fenced);
	sm_beats(w, 30);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_VIEW, 0));
	w->nodes[1].nr_seen = 0;
	sm_beats(w, 50);
	fence = sm_find(&w->nodes[1], CMAN_ACT_FENCE, 0);
	KUNIT_ASSERT_NOT_NULL(test, fence);
	fenced.fenced.cookie = fence->action.fence.cookie;
	sm_give(w, 1, &fenced);
	view = sm_find(&w->nodes[1], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->nr_members, 1);
	sm_beats(w, 1);
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[1]).quorate);
}

/* The agent of node @n answers that the other is cut off from storage. */
static void cut_off(struct sm_world *w, u32 n)
{
	struct cman_event fenced = { .type = CMAN_EV_FENCED };
	const struct sm_seen *fence = sm_find(&w->nodes[n], CMAN_ACT_FENCE, 0);

	KUNIT_ASSERT_NOT_NULL(w->test, fence);
	fenced.fenced.cookie = fence->action.fence.cookie;
	fenced.fenced.success = true;
	sm_give(w, n, &fenced);
	sm_settle(w);
}

static struct sm_world *both_cut_off(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 2, true);
	u32 n;

	w->cut[0] = ~0ULL;
	w->cut[1] = ~0ULL;
	sm_beats(w, 20);
	cut_off(w, 0);
	cut_off(w, 1);
	sm_beats(w, 5);
	for (n = 0; n < 2; n++) {
		KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[n]).generation, 2);
		KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[n]).members,
				BIT_ULL(n));
	}
	return w;
}

/* Each had the other fenced, and both run: both are told. */
static void two_node_both_fenced_test(struct kunit *test)
{
	struct sm_world *w = both_cut_off(test);
	u32 n;

	/* One went further meanwhile; that makes it no better. */
	sm_submit(w, 0, 'x', 0);
	sm_settle(w);
	w->cut[0] = 0;
	w->cut[1] = 0;
	sm_beats(w, 3);
	for (n = 0; n < 2; n++) {
		const struct sm_seen *gone = sm_find(&w->nodes[n],
						     CMAN_ACT_EVICTED, 0);

		KUNIT_ASSERT_NOT_NULL_MSG(test, gone, "node %u", n + 1);
		KUNIT_EXPECT_EQ(test, gone->action.evicted.reason,
				VCS_LEAVE_FAILED);
	}
}

/* It is known even if the shell has no room for it just then. */
static void two_node_both_fenced_busy_test(struct kunit *test)
{
	struct sm_world *w = both_cut_off(test);

	w->nodes[1].busy = true;
	w->cut[0] = 0;
	w->cut[1] = 0;
	sm_beats(w, 3);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_EVICTED, 0));
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_EVICTED, 0));
	w->nodes[1].busy = false;
	sm_beats(w, 1);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_EVICTED, 0));
}

static void most_restart_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *view;

	/* Two of three come back as the same kernels, without a memory. */
	sm_start(w, 0, 100);
	sm_start(w, 1, 101);
	sm_beats(w, 60);
	view = sm_find(&w->nodes[2], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->generation, 2);
	KUNIT_EXPECT_GE(test, view->nr_members, 2);
	KUNIT_EXPECT_EQ(test, view->nr_departed, 2);
	KUNIT_EXPECT_EQ(test, view->flags, VCS_MEMBER_SETTLED);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[2]).members, 7);
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[0]).quorate);
}

/* A decision of lives that are over, as it was sent to node 5, arrives there. */
static void arrives_late(struct sm_world *w, const struct cman_decided *decided,
			 u64 incarnation)
{
	struct cman_msg msg = { .type = CMAN_MSG_DECIDE };
	struct cman_event event = { .type = CMAN_EV_PACKET };
	u8 buf[256];

	msg.lifetime = w->nodes[4].sm->state.lifetime;
	msg.generation = decided->generation;
	msg.slot = decided->slot;
	msg.value = decided->value;
	msg.value_len = decided->len;
	event.packet.nodeid = 1;
	event.packet.incarnation = incarnation;
	event.packet.data = buf;
	event.packet.len = cman_msg_encode(&msg, buf, sizeof(buf));
	KUNIT_ASSERT_NE(w->test, event.packet.len, 0);
	sm_give(w, 4, &event);
	sm_settle(w);
}

/*
 * Three of five decide a record, restart and have forgotten it; the two who
 * never heard of it go on with the new lives. Then it arrives at one of them.
 */
static void void_decision_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 5, false);
	u64 incarnation = w->nodes[0].incarnation;
	struct cman_decided *decided;
	u32 n;

	decided = kunit_kzalloc(test, sizeof(*decided), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, decided);
	for (n = 0; n < 3; n++)
		w->cut[n] = BIT_ULL(3) | BIT_ULL(4);
	sm_submit(w, 0, 'x', 0);
	sm_settle(w);
	KUNIT_ASSERT_NOT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_RECORD, 0));
	*decided = w->nodes[0].sm->ring[w->nodes[0].sm->slot % CMAN_RING];
	for (n = 0; n < 3; n++) {
		w->cut[n] = 0;
		sm_start(w, n, n + 100);
	}
	w->drop_type = CMAN_MSG_DECIDE;
	for (n = 0; n < 60 && !sm_find(&w->nodes[3], CMAN_ACT_VIEW, 0); n++)
		sm_beats(w, 1);
	KUNIT_ASSERT_LT(test, n, 60);
	KUNIT_ASSERT_EQ(test, sm_status_of(&w->nodes[4]).generation, 1);
	arrives_late(w, decided, incarnation);
	/* Nor by way of one whom they had let in. */
	arrives_late(w, decided, 4711);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[4], CMAN_ACT_RECORD, 0));
	w->drop_type = 0;
	sm_beats(w, 20);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[4], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[4]).members, 31);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[4]).generation,
			sm_status_of(&w->nodes[3]).generation);
}

/* The agent of node @n switches off whom it is asked to. */
static void fence_all(struct sm_world *w, u32 n)
{
	struct cman_event event = { .type = CMAN_EV_FENCED };
	const struct sm_seen *ask;
	u32 i, index;

	for (i = 0; (ask = sm_find(&w->nodes[n], CMAN_ACT_FENCE, i)); i++) {
		index = ask->action.fence.nodeid - 1;
		if (ask->action.fence.incarnation &&
		    ask->action.fence.incarnation !=
		    w->nodes[n].sm->state.members[index].incarnation)
			continue;
		w->nodes[index].off = true;
		event.fenced.cookie = ask->action.fence.cookie;
		event.fenced.success = true;
		sm_give(w, n, &event);
	}
}

/* Fenced, and back: nobody must begin to fence the life that is back. */
static void fenced_settles_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *view;

	/* Other kernels: nothing shows what became of the lives before. */
	sm_start(w, 0, 555);
	sm_start(w, 1, 556);
	sm_beats(w, 40);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[2], CMAN_ACT_VIEW, 0));
	fence_all(w, 2);
	KUNIT_EXPECT_TRUE(test, w->nodes[0].off && w->nodes[1].off);
	sm_beats(w, 20);
	sm_start(w, 0, 557);
	sm_start(w, 1, 558);
	sm_beats(w, 40);
	view = sm_find(&w->nodes[2], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->nr_departed, 2);
	KUNIT_EXPECT_EQ(test, view->flags, VCS_MEMBER_SETTLED);
}

/* Outside the view, held by a fence that nobody can do without quorum. */
static void fenced_outside_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *view, *ask;

	w->nodes[2].off = true;
	sm_beats(w, 30);
	w->nodes[1].off = true;
	w->nodes[0].nr_seen = 0;
	w->nodes[0].refuse = true;
	sm_start(w, 2, 555);
	sm_beats(w, 40);
	fence_all(w, 0);
	w->nodes[0].nr_seen = 0;
	sm_beats(w, 20);
	/* Held still, for what its life before has left: it is fenced for that. */
	fence_all(w, 0);
	KUNIT_ASSERT_TRUE(test, w->nodes[2].off);
	w->nodes[0].nr_seen = 0;
	w->nodes[0].refuse = false;
	sm_beats(w, 20);
	sm_start(w, 2, 557);
	sm_beats(w, 40);
	/* Once: what is missing then is node 2, in a life nobody knows of. */
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[0], CMAN_ACT_FENCE, 1));
	fence_all(w, 0);
	KUNIT_EXPECT_FALSE(test, w->nodes[2].off);
	sm_beats(w, 10);
	ask = sm_find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0);
	KUNIT_ASSERT_NOT_NULL(test, ask);
	KUNIT_EXPECT_TRUE(test, ask->action.ask_admit.settled);
	view = sm_find(&w->nodes[0], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_TRUE(test, view->flags & VCS_MEMBER_SETTLED);
}

static void answer_fence(struct sm_world *w, const struct sm_seen *fence)
{
	struct cman_event fenced = { .type = CMAN_EV_FENCED };

	fenced.fenced.cookie = fence->action.fence.cookie;
	fenced.fenced.success = true;
	sm_give(w, 0, &fenced);
	sm_settle(w);
}

static void find_fence(struct sm_world *w, u32 nodeid, struct sm_seen *out)
{
	const struct sm_seen *fence;
	u32 i;

	for (i = 0; (fence = sm_find(&w->nodes[0], CMAN_ACT_FENCE, i)); i++)
		if (fence->action.fence.nodeid == nodeid)
			break;
	KUNIT_ASSERT_NOT_NULL_MSG(w->test, fence, "node %u", nodeid);
	*out = *fence;
}

static void must_fence(struct sm_world *w, u32 nodeid, struct sm_seen *out)
{
	w->nodes[0].nr_seen = 0;
	sm_beats(w, 40);
	find_fence(w, nodeid, out);
}

/* Nodes 4 and 5 have left; then 2 is lost, and 3 while 5 is being fenced. */
static void outsider_fenced_too_early_test(struct kunit *test)
{
	struct sm_world *w = sm_world_make(test, 5, false);
	struct cman_event leave = { .type = CMAN_EV_LEAVE };
	struct sm_seen early, back, other;
	u32 n;

	w->config.nodes[0].votes = 2;
	w->config.nodes[3].votes = 2;
	for (n = 0; n < 5; n++)
		sm_start(w, n, n + 100);
	sm_beats(w, 30);
	for (n = 3; n < 5; n++) {
		sm_give(w, n, &leave);
		sm_settle(w);
		sm_beats(w, 5);
		w->nodes[n].off = true;
	}
	KUNIT_ASSERT_EQ(test, sm_status_of(&w->nodes[0]).members, 7);
	w->nodes[1].off = true;
	sm_beats(w, 20);
	sm_start(w, 3, 555);
	w->nodes[0].nr_seen = 0;
	must_fence(w, 2, &other);
	answer_fence(w, &other);
	must_fence(w, 5, &early);
	find_fence(w, 2, &back);
	w->nodes[0].nr_seen = 0;
	w->nodes[2].off = true;
	must_fence(w, 3, &other);
	answer_fence(w, &other);
	/* Node 3 could have let nodes 5 and 2 in since that was asked. */
	answer_fence(w, &early);
	answer_fence(w, &back);
	w->nodes[0].nr_seen = 0;
	sm_beats(w, 40);
	find_fence(w, 5, &early);
	find_fence(w, 3, &other);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 7);
	answer_fence(w, &early);
	answer_fence(w, &other);
	/* ... and node 2, which may be back. */
	find_fence(w, 2, &other);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 7);
	KUNIT_EXPECT_EQ(test, other.action.fence.incarnation, 0);
	answer_fence(w, &other);
	sm_beats(w, 20);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[0]).members, 9);
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[0]).quorate);
}

/*
 * Node 3 hears new lives of 2 and 5, and has 1 and 4 fenced. Then it is alone
 * for a while, in which others may have let anybody in.
 */
static void base_breaks_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 5, false);
	struct sm_node *node = &w->nodes[2];
	u32 n;

	w->nodes[0].off = true;
	w->nodes[3].off = true;
	sm_start(w, 1, 101);
	sm_start(w, 4, 104);
	/* Once for the lives in the view, once for those since. */
	for (n = 0; n < 2; n++) {
		node->nr_seen = 0;
		sm_beats(w, 40);
		if (!n)
			fence_all(w, 2);
	}
	KUNIT_ASSERT_NOT_NULL(test, sm_find(node, CMAN_ACT_FENCE, 1));
	KUNIT_ASSERT_EQ(test, node->sm->accounted, 0x1b);
	w->nodes[1].off = true;
	w->nodes[4].off = true;
	sm_beats(w, 30);
	/* Both answers come too late. */
	fence_all(w, 2);
	KUNIT_EXPECT_EQ(test, node->sm->fenced, 0);
	node->nr_seen = 0;
	sm_start(w, 1, 101);
	sm_start(w, 4, 104);
	sm_beats(w, 60);
	KUNIT_EXPECT_NULL(test, sm_find(node, CMAN_ACT_VIEW, 0));
	for (n = 0; n < 2; n++) {
		const struct sm_seen *ask = sm_find(node, CMAN_ACT_FENCE, n);

		KUNIT_ASSERT_NOT_NULL(test, ask);
		KUNIT_EXPECT_EQ(test, ask->action.fence.incarnation, 0);
	}
	fence_all(w, 2);
	sm_beats(w, 20);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(node, CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(node).members, 0x16);
}

/* Node 3 has 1 and 4 fenced, and relies on 2 and 5, which came back. */
static struct sm_world *relies_on_two(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 5, false);
	struct sm_node *node = &w->nodes[2];

	w->nodes[0].off = true;
	w->nodes[3].off = true;
	sm_start(w, 1, 101);
	sm_start(w, 4, 104);
	sm_beats(w, 40);
	fence_all(w, 2);
	node->nr_seen = 0;
	sm_beats(w, 40);
	KUNIT_ASSERT_NOT_NULL(test, sm_find(node, CMAN_ACT_FENCE, 1));
	KUNIT_ASSERT_EQ(test, node->sm->base, 0x16);
	return w;
}

static void base_is_void(struct sm_world *w)
{
	struct sm_node *node = &w->nodes[2];

	sm_beats(w, 2);
	fence_all(w, 2);
	sm_beats(w, 2);
	KUNIT_EXPECT_EQ(w->test, node->sm->fenced, 0);
	KUNIT_EXPECT_NULL(w->test, sm_find(node, CMAN_ACT_VIEW, 0));
}

/* It answered somebody else meanwhile, who may have let in others. */
static void base_bound_elsewhere_test(struct kunit *test)
{
	struct sm_world *w = relies_on_two(test);

	w->nodes[1].sm->bound ^= 1;
	w->nodes[1].sm->answers++;
	base_is_void(w);
}

/* It gave up, and may have founded another lifetime, when all must answer anew. */
static void base_gave_up_test(struct kunit *test)
{
	struct sm_world *w = relies_on_two(test);
	struct cman_event fenced = { .type = CMAN_EV_FENCED };

	fenced.fenced.cookie = sm_find(&w->nodes[2], CMAN_ACT_FENCE, 0)->action.fence.cookie;
	fenced.fenced.success = true;
	sm_give(w, 2, &fenced);
	KUNIT_ASSERT_EQ(test, w->nodes[2].sm->peers[1].cand.nonce, 0);
	w->nodes[1].sm->bound = 0;
	w->nodes[1].sm->answers++;
	base_is_void(w);
}

/* An answer that arrives when the next is wanted already breaks nothing. */
static void base_answers_late_test(struct kunit *test)
{
	struct sm_world *w = relies_on_two(test);
	struct cman_event fenced = { .type = CMAN_EV_FENCED };
	struct cman_event join = { .type = CMAN_EV_PACKET };
	struct cman_msg msg = { .type = CMAN_MSG_JOIN };
	struct sm_node *node = &w->nodes[2];
	u64 second;
	u8 buf[64];

	fenced.fenced.success = true;
	fenced.fenced.cookie = sm_find(node, CMAN_ACT_FENCE, 0)->action.fence.cookie;
	second = sm_find(node, CMAN_ACT_FENCE, 1)->action.fence.cookie;
	sm_give(w, 2, &fenced);

	/* Node 2 hears the new challenge; its answer is slow. */
	msg.nonce = w->nodes[1].sm->bound;
	msg.answers = w->nodes[1].sm->answers;
	join.packet.nodeid = 2;
	join.packet.incarnation = w->nodes[1].incarnation;
	join.packet.data = buf;
	join.packet.len = cman_msg_encode(&msg, buf, sizeof(buf));
	sm_give(w, 2, &join);
	w->cut[1] = ~0ULL;
	sm_settle(w);
	w->cut[1] = 0;
	KUNIT_ASSERT_EQ(test, w->nodes[1].sm->answers, msg.answers + 1);

	fenced.fenced.cookie = second;
	sm_give(w, 2, &fenced);
	sm_beats(w, 5);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(node, CMAN_ACT_VIEW, 0));
}

/* Most restart and must be fenced for it: that does not begin anew for ever. */
static void base_fenced_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 5, false);
	const struct sm_seen *ask, *view;
	u32 n;

	for (n = 0; n < 3; n++)
		sm_start(w, n, 555 + n);
	w->nodes[3].nr_seen = 0;
	sm_beats(w, 40);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[3], CMAN_ACT_VIEW, 0));
	for (n = 0; n < 3; n++) {
		ask = sm_find(&w->nodes[3], CMAN_ACT_FENCE, n);
		KUNIT_ASSERT_NOT_NULL(test, ask);
		KUNIT_EXPECT_NE(test, ask->action.fence.incarnation, 0);
	}
	fence_all(w, 3);
	for (n = 0; n < 3; n++)
		KUNIT_EXPECT_TRUE(test, w->nodes[n].off);
	w->nodes[3].nr_seen = 0;
	sm_beats(w, 15);
	for (n = 0; n < 3; n++)
		sm_start(w, n, 655 + n);
	sm_beats(w, 40);
	KUNIT_EXPECT_NULL(test, sm_find(&w->nodes[3], CMAN_ACT_FENCE, 0));
	view = sm_find(&w->nodes[3], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->flags, VCS_MEMBER_SETTLED);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[3]).members, 31);
	KUNIT_EXPECT_TRUE(test, sm_status_of(&w->nodes[3]).quorate);
}

/* Fenced by a storage that left it running, it leads, and nobody answers. */
static void over_is_told_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	const struct sm_seen *gone;

	w->nodes[1].sm->over = BIT_ULL(0);
	sm_beats(w, 1);
	gone = sm_find(&w->nodes[0], CMAN_ACT_EVICTED, 0);
	KUNIT_ASSERT_NOT_NULL(test, gone);
	KUNIT_EXPECT_EQ(test, gone->action.evicted.reason, VCS_LEAVE_FAILED);
	sm_beats(w, 1);
	KUNIT_EXPECT_EQ(test, sm_status_of(&w->nodes[1]).coordinator, 2);
}

/*
 * Node 2 is wanted by somebody else, too, and node 3 has 1 and 4 fenced: it is
 * not taken back at once, nor for ever left to the other.
 */
static void left_to_other_test(struct kunit *test)
{
	struct sm_world *w = relies_on_two(test);
	struct cman_sm *sm = w->nodes[1].sm;
	u64 theirs = sm->bound ^ 1;
	u32 beats;

	sm->bound = theirs;
	sm->answers++;
	sm_beats(w, 5);
	KUNIT_EXPECT_EQ(test, sm->bound, theirs);
	for (beats = 0; sm->bound == theirs && beats < 100; beats++)
		sm_beats(w, 1);
	KUNIT_EXPECT_NE(test, sm->bound, theirs);
}

/*
 * Fenced for what it has left, node 2 came back, and is gone again while node 3
 * is being fenced: together they may have founded another lifetime meanwhile.
 */
static void base_fenced_and_gone_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	struct sm_node *node = &w->nodes[0];
	struct sm_seen ask;

	sm_start(w, 1, 555);
	sm_start(w, 2, 556);
	sm_beats(w, 40);
	fence_all(w, 0);
	KUNIT_ASSERT_EQ(test, node->sm->accounted, 6);
	node->nr_seen = 0;
	sm_beats(w, 15);
	sm_start(w, 1, 655);
	must_fence(w, 3, &ask);
	KUNIT_EXPECT_EQ(test, ask.action.fence.incarnation, 0);
	w->nodes[1].off = true;
	sm_beats(w, 15);
	answer_fence(w, &ask);
	KUNIT_EXPECT_EQ(test, node->sm->fenced, 0);
	sm_start(w, 1, 755);
	must_fence(w, 3, &ask);
	KUNIT_EXPECT_NULL(test, sm_find(node, CMAN_ACT_VIEW, 0));
	answer_fence(w, &ask);
	sm_beats(w, 10);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(node, CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_EQ(test, sm_status_of(node).members, 3);
}

/* Cut off from storage, and heard again before the next view. */
static void fenced_and_heard_test(struct kunit *test)
{
	struct sm_world *w = sm_world_formed(test, 3, false);
	struct sm_node *node = &w->nodes[0];
	struct sm_seen ask;

	w->cut[0] |= BIT_ULL(1);
	w->cut[1] |= BIT_ULL(0) | BIT_ULL(2);
	w->cut[2] |= BIT_ULL(1);
	w->nodes[2].off = true;
	sm_beats(w, 15);
	sm_start(w, 2, 555);
	must_fence(w, 2, &ask);
	answer_fence(w, &ask);
	find_fence(w, 3, &ask);
	answer_fence(w, &ask);
	KUNIT_ASSERT_EQ(test, node->sm->accounted, 6);
	memset(w->cut, 0, sizeof(w->cut));
	must_fence(w, 2, &ask);
	KUNIT_EXPECT_EQ(test, ask.action.fence.incarnation, 0);
	KUNIT_EXPECT_NOT_NULL(test, sm_find(&w->nodes[1], CMAN_ACT_EVICTED, 0));
	answer_fence(w, &ask);
	sm_beats(w, 10);
	KUNIT_EXPECT_EQ(test, sm_status_of(node).members, 5);
}

static struct kunit_case cman_recover_cases[] = {
	KUNIT_CASE(two_node_test),
	KUNIT_CASE(two_node_both_fenced_test),
	KUNIT_CASE(two_node_both_fenced_busy_test),
	KUNIT_CASE(most_restart_test),
	KUNIT_CASE(void_decision_test),
	KUNIT_CASE(fenced_settles_test),
	KUNIT_CASE(fenced_outside_test),
	KUNIT_CASE(outsider_fenced_too_early_test),
	KUNIT_CASE(base_breaks_test),
	KUNIT_CASE(base_bound_elsewhere_test),
	KUNIT_CASE(base_gave_up_test),
	KUNIT_CASE(base_answers_late_test),
	KUNIT_CASE(base_fenced_test),
	KUNIT_CASE(left_to_other_test),
	KUNIT_CASE(base_fenced_and_gone_test),
	KUNIT_CASE(fenced_and_heard_test),
	KUNIT_CASE(over_is_told_test),
	{}
};

static struct kunit_suite cman_recover_suite = {
	.name = "cman_recover",
	.test_cases = cman_recover_cases,
};

kunit_test_suite(cman_recover_suite);

MODULE_DESCRIPTION("KUnit suite for cman's decisions without a quorum of deciders");
MODULE_LICENSE("GPL");
