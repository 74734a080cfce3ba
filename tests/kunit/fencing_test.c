// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fencing among several nodes: one acts, an unknown result opens nothing, a
 * dead actor is replaced, lost records are sent again, joiners know what the
 * others know.
 */
#include <linux/module.h>

#include "fencing_world.h"
#include "vcs/record.h"
#include "vcs/record_codec.h"

static void one_acts_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N1 | N2 | N3 | N4);
	KUNIT_EXPECT_TRUE(test, settled(world, 3));
	world_crash(world, 3);
	world_view(world, N1 | N2 | N4, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_node(world, 1)->begun, 1);
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
	world_expect_same(world);
}

static void clean_leave_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N1 | N2 | N3);
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_CLEAN);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 0);
}

/* Every reason but a clean leave. */
static void reasons_test(struct kunit *test)
{
	struct world *world = test->priv;
	u32 reason, expected = 0;

	for (reason = VCS_LEAVE_FAILED; reason <= VCS_LEAVE_ABSENT; reason++) {
		form(world, N1 | N2 | N5);
		world_node(world, 5)->cluster.incarnation = 1000 + reason;
		world_node(world, 5)->joined_generation = 0;
		form(world, N1 | N2 | N5);
		world_view(world, N1 | N2, reason);
		KUNIT_EXPECT_TRUE(test, world_closed(world, 5, 1000 + reason));
		EXPECT_UNTIL(world, world_settled(world, 5, 1000 + reason));
		expected++;
		KUNIT_EXPECT_EQ(test, world_begun(world), expected);
	}
}

/* Whatever is not an explicit success leaves the gate closed, for ever. */
static void unknown_test(struct kunit *test)
{
	static const enum agent agents[] = {
		AGENT_FAILS, AGENT_GARBAGE, AGENT_HANGS,
	};
	struct world *world = test->priv;
	u32 i, target = 5;

	form(world, N1 | N2 | N3 | N4 | N5);
	for (i = 0; i < ARRAY_SIZE(agents); i++, target--) {
		u32 begun = world_begun(world);

		all_agents(world, agents[i]);
		world_crash(world, target);
		world_view(world, world->members & ~BIT(target),
			   VCS_LEAVE_FAILED);
		/* More than one node tries, and more than once. */
		EXPECT_UNTIL(world, world_begun(world) >= begun + 3);
		KUNIT_EXPECT_TRUE_MSG(test, closed(world, target), "agent %d",
				      agents[i]);
		all_agents(world, AGENT_SUCCESS);
		EXPECT_UNTIL(world, settled(world, target));
		world_expect_same(world);
	}
}

static void no_agent_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N1 | N2 | N3);
	all_agents(world, AGENT_NONE);
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	/* Longer than it takes the last in line to claim. */
	world_until(world, false && world_synced(world));
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	KUNIT_EXPECT_EQ(test, world_actor(world, 3), 0);
	KUNIT_EXPECT_EQ(test, world_begun(world), 0);
}

/* A node without an agent leaves it to the next in line. */
static void agent_elsewhere_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N1 | N2 | N3);
	world_node(world, 1)->agent = AGENT_NONE;
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_node(world, 1)->begun, 0);
	KUNIT_EXPECT_EQ(test, world_node(world, 2)->begun, 1);
}

static void failed_actor_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N1 | N2 | N3);
	world_node(world, 1)->agent = AGENT_FAILS;
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_node(world, 1)->begun, 1);
	KUNIT_EXPECT_EQ(test, world_node(world, 2)->begun, 1);
}

static void dead_actor_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N1 | N2 | N3 | N4);
	world_node(world, 1)->agent = AGENT_HANGS;
	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_crash(world, 4);
	world_view(world, N1 | N2 | N3, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_node(world, 1)->begun);
	KUNIT_EXPECT_EQ(test, world_actor(world, 4), 1);
	world_crash(world, 1);
	world_view(world, N2 | N3, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, settled(world, 4) && settled(world, 1));
	KUNIT_EXPECT_EQ(test, world_node(world, 2)->begun, 2);
	world_expect_same(world);
}

/* A node that is slow hears at once that it lost the claim, and of its end. */
static void lost_claim_test(struct kunit *test)
{
	struct vcs_record result = {
		.kind = VCS_RECORD_FENCE_RESULT, .nodeid = 3,
		.incarnation = WORLD_LIFE(3), .round = 1,
		.result = VCS_FENCE_UNKNOWN, .method = "agent",
	};
	struct world *world = test->priv;
	struct vcs_cluster *winner = &world_node(world, 1)->cluster;
	u32 sent;

	form(world, N1 | N2 | N3);
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	wait_event_timeout(world->changed, !list_empty(&world->wire), 5 * HZ);
	sent = world->sent;
	EXPECT_UNTIL(world, world_synced(world));
	/* Both claim. */
	wait_event_timeout(world->changed, world->sent == sent + 2, 5 * HZ);
	KUNIT_ASSERT_EQ(test, world->sent, sent + 2);
	world_node(world, 1)->agent = AGENT_NONE;
	mutex_lock(&winner->lock);
	KUNIT_EXPECT_EQ(test, 0, vcs_outbox_send_locked(winner, &result));
	mutex_unlock(&winner->lock);
	wait_event_timeout(world->changed, world->sent == sent + 3, 5 * HZ);
	/* Nothing else runs in between. */
	world_pump(world);
	KUNIT_EXPECT_EQ(test, world_actor(world, 3), 0);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_node(world, 2)->begun, 1);
}

/* The view changes while the result is on the wire, twice. */
static void lost_result_test(struct kunit *test)
{
	struct world *world = test->priv;
	u32 lost;

	form(world, N1 | N2 | N3);
	world_node(world, 1)->agent = AGENT_HANGS;
	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 1)->attempt));
	world_answer(world_node(world, 1), VCS_FENCE_SUCCESS);
	wait_event_timeout(world->changed, !list_empty(&world->wire), 5 * HZ);
	lost = world->lost;
	world_view(world, N1 | N2 | N4, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_EQ(test, world->lost, lost + 1);
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	world_view(world, N1 | N2 | N4 | N5, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, settled(world, 3));
	/* Sent again, not done again. */
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
	world_expect_same(world);
}

static void joiner_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N2 | N3);
	world_node(world, 2)->agent = AGENT_HANGS;
	world_node(world, 2)->cluster.options.fence_timeout_ms = 60000;
	world_crash(world, 3);
	world_view(world, N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 2)->attempt));
	/* Node 1 has the lowest id, but node 2 knows. */
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	KUNIT_EXPECT_EQ(test, world_actor(world, 3), 2);
	world_expect_same(world);
	/* The attempt went on. */
	KUNIT_EXPECT_EQ(test, world_node(world, 2)->cancelled, 0);
	world_answer(world_node(world, 2), VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
}

/* Before the SYNC_END a joiner could not judge it, so it is void for all. */
static void early_record_test(struct kunit *test)
{
	struct vcs_record result = {
		.kind = VCS_RECORD_FENCE_RESULT, .nodeid = 3,
		.incarnation = WORLD_LIFE(3), .round = 1,
		.result = VCS_FENCE_SUCCESS, .method = "agent",
	};
	struct world *world = test->priv;
	struct vcs_cluster *actor = &world_node(world, 2)->cluster;
	u32 delivered;

	form(world, N1 | N2 | N3);
	world_node(world, 1)->agent = AGENT_NONE;
	world_node(world, 2)->agent = AGENT_HANGS;
	actor->options.fence_timeout_ms = 60000;
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 2)->attempt));
	KUNIT_EXPECT_EQ(test, world_actor(world, 3), 2);

	world_node(world, 1)->refuses_records = true;
	world_view(world, N1 | N2 | N4, VCS_LEAVE_FAILED);
	delivered = world->delivered;
	mutex_lock(&actor->lock);
	KUNIT_EXPECT_EQ(test, 0, vcs_outbox_send_locked(actor, &result));
	mutex_unlock(&actor->lock);
	EXPECT_UNTIL(world, world->delivered == delivered + 1);
	KUNIT_EXPECT_FALSE(test, world_synced(world));
	world_node(world, 1)->refuses_records = false;
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	world_expect_same(world);
	world_answer(world_node(world, 2), VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, settled(world, 3));
	world_expect_same(world);
}

/* The sender of the state dies before its end; the next view starts over. */
static void sender_dies_test(struct kunit *test)
{
	struct world *world = test->priv;

	all_agents(world, AGENT_NONE);
	form(world, N1 | N2 | N3);
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	world_node(world, 1)->refuses_records = true;
	world_view(world, N1 | N2 | N4, VCS_LEAVE_FAILED);
	world_pump(world);
	KUNIT_EXPECT_FALSE(test, world_synced(world));
	KUNIT_EXPECT_TRUE(test, closed(world, 2));
	world_crash(world, 1);
	world_view(world, N2 | N4, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	KUNIT_EXPECT_TRUE(test, closed(world, 1));
	world_expect_same(world);
}

/* Those who knew what is pending die before they could tell. */
static void nobody_knows_test(struct kunit *test)
{
	struct world *world = test->priv;

	all_agents(world, AGENT_NONE);
	form(world, N1 | N2);
	world_crash(world, 2);
	world_view(world, N1, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	world_node(world, 1)->refuses_records = true;
	world_view(world, N1 | N3 | N4, VCS_LEAVE_FAILED);
	world_pump(world);
	world_crash(world, 1);
	all_agents(world, AGENT_SUCCESS);
	world_view(world, N3 | N4, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	EXPECT_UNTIL(world, world_begun(world) == 1);
	KUNIT_EXPECT_TRUE(test, closed(world, 1));
	KUNIT_EXPECT_TRUE(test, closed(world, 2));
	KUNIT_EXPECT_TRUE(test, closed(world, 5));
}

/* The outbox is refused for a while; nothing is forgotten. */
static void busy_provider_test(struct kunit *test)
{
	struct world *world = test->priv;

	world_node(world, 1)->refuses_records = true;
	world_view(world, N1 | N2, VCS_LEAVE_CLEAN);
	world_pump(world);
	KUNIT_EXPECT_FALSE(test, world_synced(world));
	world_node(world, 1)->refuses_records = false;
	EXPECT_UNTIL(world, world_synced(world));
}

static bool held(struct world *world, u32 by, u32 nodeid, bool settles)
{
	struct vcs_cluster *cluster = &world_node(world, by)->cluster;
	bool hold;

	mutex_lock(&cluster->lock);
	hold = settles ? vcs_fence_active_locked(cluster, nodeid) :
			 vcs_fence_pending_locked(cluster, nodeid);
	mutex_unlock(&cluster->lock);
	return hold;
}

static void held_join_test(struct kunit *test)
{
	struct world *world = test->priv;

	all_agents(world, AGENT_NONE);
	form(world, N2 | N3);
	KUNIT_EXPECT_FALSE(test, held(world, 2, 3, false));
	world_view(world, N2, VCS_LEAVE_FAILED);
	/* The SYNC_END of the view may need who wants to join. */
	world_node(world, 2)->refuses_records = true;
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_FALSE(test, world_synced(world));
	KUNIT_EXPECT_TRUE(test, held(world, 2, 3, false));
	KUNIT_EXPECT_FALSE(test, held(world, 2, 3, true));
	KUNIT_EXPECT_FALSE(test, held(world, 2, 4, false));
	/* Who has just joined cannot know, not even of an attempt. */
	KUNIT_EXPECT_TRUE(test, held(world, 1, 4, false));
	KUNIT_EXPECT_TRUE(test, held(world, 1, 4, true));
	world_node(world, 2)->refuses_records = false;
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_FALSE(test, held(world, 1, 4, false));
	KUNIT_EXPECT_TRUE(test, held(world, 1, 3, false));

	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_node(world, 1)->agent = AGENT_HANGS;
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 1)->attempt));
	KUNIT_EXPECT_TRUE(test, held(world, 2, 3, true));
	world_answer(world_node(world, 1), VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, !held(world, 2, 3, false));
	KUNIT_EXPECT_FALSE(test, held(world, 2, 3, true));
}

/* Whoever owns the claim, its attempt would hit the life that comes back. */
static void held_by_claim_test(struct kunit *test)
{
	struct world *world = test->priv;
	u32 nodeid;

	form(world, N1 | N2 | N3 | N4);
	all_agents(world, AGENT_NONE);
	world_node(world, 2)->agent = AGENT_HANGS;
	world_node(world, 2)->cluster.options.fence_timeout_ms = 60000;
	world_view(world, N1 | N2 | N3, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 2)->attempt));
	for (nodeid = 1; nodeid <= 3; nodeid++)
		KUNIT_EXPECT_TRUE(test, held(world, nodeid, 4, true));

	/* It goes on across a view, also for who has just joined. */
	world_node(world, 1)->refuses_records = true;
	world_view(world, N1 | N2 | N3 | N5, VCS_LEAVE_FAILED);
	for (nodeid = 1; nodeid <= 3; nodeid++)
		KUNIT_EXPECT_TRUE(test, held(world, nodeid, 4, true));
	KUNIT_EXPECT_TRUE(test, held(world, 5, 4, true));
	world_node(world, 1)->refuses_records = false;
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, held(world, 5, 4, true));
	KUNIT_EXPECT_EQ(test, world_node(world, 2)->cancelled, 0);

	/* Without quorum nobody acts, and no record can end the claim. */
	world_quorate(world, false);
	EXPECT_UNTIL(world, world_node(world, 2)->cancelled == 1);
	KUNIT_EXPECT_FALSE(test, held(world, 1, 4, true));
	KUNIT_EXPECT_TRUE(test, held(world, 1, 4, false));
	EXPECT_UNTIL(world, !held(world, 2, 4, true));
	world_quorate(world, true);
	KUNIT_EXPECT_TRUE(test, held(world, 1, 4, true));
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 2)->attempt));
	KUNIT_EXPECT_TRUE(test, held(world, 2, 4, true));
	world_answer(world_node(world, 2), VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, settled(world, 4));
}

/* The owner of an attempt holds the join until the method has it back. */
static void held_by_attempt_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);

	form(world, N1 | N2 | N3);
	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	mutex_lock(&node->cluster.lock);
	node->cluster.quorate = false;
	KUNIT_EXPECT_TRUE(test, vcs_fence_active_locked(&node->cluster, 3));
	vcs_fence_kick_locked(&node->cluster);
	mutex_unlock(&node->cluster.lock);
	EXPECT_UNTIL(world, !held(world, 1, 3, true));
	KUNIT_EXPECT_EQ(test, node->cancelled, 1);
}

static void held_by_first_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);

	form(world, N1 | N2);
	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(&node->cluster, 2,
						    WORLD_LIFE(2), 1));
	KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(&node->cluster, 3, 0, 2));
	world_quorate(world, false);
	KUNIT_EXPECT_TRUE(test, held(world, 1, 2, true));
	KUNIT_EXPECT_TRUE(test, held(world, 1, 3, true));
	KUNIT_EXPECT_FALSE(test, held(world, 1, 4, true));
}

/* A claim that is ordered behind the view finds nothing left to be done. */
static void late_claim_test(struct kunit *test)
{
	struct vcs_record claim = {
		.kind = VCS_RECORD_FENCE_CLAIM, .nodeid = 3,
		.incarnation = WORLD_LIFE(3),
	};
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 3);
	struct vcs_cluster *cluster = &world_node(world, 2)->cluster;
	u32 delivered;

	all_agents(world, AGENT_NONE);
	form(world, N1 | N2 | N3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	node->cluster.incarnation = 0x99;
	node->joined_generation = 0;
	node->settled = true;
	all_agents(world, AGENT_SUCCESS);
	form(world, N1 | N2 | N3);
	delivered = world->delivered;
	mutex_lock(&cluster->lock);
	KUNIT_EXPECT_EQ(test, 0, vcs_outbox_send_locked(cluster, &claim));
	mutex_unlock(&cluster->lock);
	EXPECT_UNTIL(world, world->delivered > delivered);
	KUNIT_EXPECT_TRUE(test, settled(world, 3));
	KUNIT_EXPECT_FALSE(test, held(world, 1, 3, true));
	/* Longer than it takes to act. */
	world_until(world, world_begun(world));
	KUNIT_EXPECT_EQ(test, world_begun(world), 0);
}

/* (S) Success for every life before the formation is for no later one. */
static void absent_later_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 3);

	world_node(world, 1)->agent = AGENT_HANGS;
	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_absent(world, N1 | N2, N3);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 1)->attempt));
	all_agents(world, AGENT_NONE);
	/* The provider let it in all the same, and it failed. */
	node->joined_generation = 0;
	form(world, N1 | N2 | N3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	world_answer(world_node(world, 1), VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, world_settled(world, 3, 0));
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	world_expect_same(world);
}

/* What was said before a joiner's first view reaches it as state, or not. */
static void before_joiner_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);

	form(world, N1 | N2 | N3 | N5);
	all_agents(world, AGENT_NONE);
	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	world_view(world, N1 | N2 | N5, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	world_answer(node, VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, settled(world, 3));
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	node->agent = AGENT_NONE;
	world_answer(node, VCS_FENCE_FAILED);
	EXPECT_UNTIL(world, world_actor(world, 5) == 0);
	/* One success and one failure were delivered; node 4 heard neither. */
	world_view(world, N1 | N2 | N4, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, settled(world, 3));
	KUNIT_EXPECT_TRUE(test, closed(world, 5));
	world_expect_same(world);
}

static void formation_test(struct kunit *test)
{
	struct world *world = test->priv;

	world_node(world, 1)->agent = AGENT_HANGS;
	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_absent(world, N1 | N2, N3);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 1)->attempt));
	KUNIT_EXPECT_TRUE(test, world_closed(world, 3, 0));
	/* Any earlier life of it. */
	KUNIT_EXPECT_TRUE(test, world_closed(world, 3, 99));
	world_answer(world_node(world, 1), VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, world_settled(world, 3, 0));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
}

/* It comes back, proven harmless: nobody hits the new life. */
static void superseded_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 3);

	form(world, N1 | N2 | N3);
	world_node(world, 1)->agent = AGENT_HANGS;
	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 1)->attempt));
	node->cluster.incarnation = 0x99;
	node->joined_generation = 0;
	node->settled = true;
	world_view(world, N1 | N2 | N3, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_node(world, 1)->cancelled == 1);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
}

static void inquorate_test(struct kunit *test)
{
	struct world *world = test->priv;

	form(world, N1 | N2 | N3);
	world_node(world, 1)->agent = AGENT_HANGS;
	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 1)->attempt));
	world_quorate(world, false);
	EXPECT_UNTIL(world, world_node(world, 1)->cancelled == 1);
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
	all_agents(world, AGENT_SUCCESS);
	world_quorate(world, true);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(one_acts_test),
	KUNIT_CASE(clean_leave_test),
	KUNIT_CASE(reasons_test),
	KUNIT_CASE(unknown_test),
	KUNIT_CASE(no_agent_test),
	KUNIT_CASE(agent_elsewhere_test),
	KUNIT_CASE(failed_actor_test),
	KUNIT_CASE(dead_actor_test),
	KUNIT_CASE(lost_claim_test),
	KUNIT_CASE(lost_result_test),
	KUNIT_CASE(joiner_test),
	KUNIT_CASE(early_record_test),
	KUNIT_CASE(sender_dies_test),
	KUNIT_CASE(nobody_knows_test),
	KUNIT_CASE(busy_provider_test),
	KUNIT_CASE(held_join_test),
	KUNIT_CASE(held_by_claim_test),
	KUNIT_CASE(held_by_attempt_test),
	KUNIT_CASE(held_by_first_test),
	KUNIT_CASE(late_claim_test),
	KUNIT_CASE(absent_later_test),
	KUNIT_CASE(before_joiner_test),
	KUNIT_CASE(formation_test),
	KUNIT_CASE(superseded_test),
	KUNIT_CASE(inquorate_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_fencing",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: fencing among several nodes");
MODULE_LICENSE("GPL");
