// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fencing among several nodes: one acts, an unknown result opens nothing, a
 * dead actor is replaced, lost records are sent again, joiners know what the
 * others know. Also vcs_provider_fence(), which is one node's alone.
 */
#include <linux/module.h>

#include "fencing_world.h"
#include "vcs/record.h"
#include "vcs/record_codec.h"

#define N1	BIT(1)
#define N2	BIT(2)
#define N3	BIT(3)
#define N4	BIT(4)
#define N5	BIT(5)

static int fencing_init(struct kunit *test)
{
	test->priv = world_make(test);
	return 0;
}

static void fencing_exit(struct kunit *test)
{
	world_destroy(test->priv);
}

#define EXPECT_UNTIL(world, condition)					\
	KUNIT_EXPECT_TRUE_MSG((world)->test, world_until(world, condition), \
			      "in vain: %s", #condition)

static bool settled(struct world *world, u32 nodeid)
{
	return world_settled(world, nodeid, WORLD_LIFE(nodeid));
}

static bool closed(struct world *world, u32 nodeid)
{
	return world_closed(world, nodeid, WORLD_LIFE(nodeid));
}

static void form(struct world *world, u32 members)
{
	world_view(world, members, VCS_LEAVE_CLEAN);
	EXPECT_UNTIL(world, world_synced(world));
}

static void all_agents(struct world *world, enum agent agent)
{
	u32 nodeid;

	for (nodeid = 1; nodeid <= WORLD_NODES; nodeid++)
		world_node(world, nodeid)->agent = agent;
}

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
	/* Who has just joined cannot know. */
	KUNIT_EXPECT_TRUE(test, held(world, 1, 4, false));
	KUNIT_EXPECT_FALSE(test, held(world, 1, 4, true));
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

static void request_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct vcs_cluster *cluster = &world_node(world, 2)->cluster;
	u64 life = WORLD_LIFE(3);

	KUNIT_EXPECT_EQ(test, -ENOTCONN,
			vcs_fence_node(cluster, 3, life, "x"));
	form(world, N1 | N2 | N3);
	KUNIT_EXPECT_EQ(test, -ENOENT, vcs_fence_wait(cluster, 3, life));
	KUNIT_EXPECT_FALSE(test, vcs_is_fenced(cluster, 3, life));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			vcs_fence_node(cluster, 3, life + 1, "x"));
	KUNIT_EXPECT_EQ(test, -ENOENT, vcs_fence_node(cluster, 4, 1, "x"));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_fence_node(cluster, 2, WORLD_LIFE(2), "x"));

	KUNIT_EXPECT_EQ(test, 0, vcs_fence_node(cluster, 3, life, "tired"));
	KUNIT_EXPECT_EQ(test, 0, vcs_fence_node(cluster, 3, life, "tired"));
	/* On its way is not settled, though no table has it. */
	KUNIT_EXPECT_FALSE(test, vcs_is_fenced(cluster, 3, life));
	/* It is lost with its view. */
	wait_event_timeout(world->changed, !list_empty(&world->wire), 5 * HZ);
	world_view(world, N1 | N2 | N3 | N4, VCS_LEAVE_CLEAN);
	EXPECT_UNTIL(world, world_begun(world) == 1);
	KUNIT_EXPECT_EQ(test, world_node(world, 1)->last_target, 3);
	EXPECT_UNTIL(world, vcs_is_fenced(cluster, 3, life));
	KUNIT_EXPECT_EQ(test, 0, vcs_fence_wait(cluster, 3, life));
	KUNIT_EXPECT_EQ(test, 0, vcs_fence_node(cluster, 3, life, "again"));
	world_crash(world, 3);
	world_view(world, N1 | N2 | N4, VCS_LEAVE_KILLED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
}

static void confirm_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct vcs_cluster *cluster = &world_node(world, 2)->cluster;
	int err;

	all_agents(world, AGENT_NONE);
	form(world, N1 | N2 | N3);
	mutex_lock(&cluster->lock);
	err = vcs_fence_confirm_locked(cluster, 3);
	mutex_unlock(&cluster->lock);
	KUNIT_EXPECT_EQ(test, -ENOENT, err);

	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	mutex_lock(&cluster->lock);
	err = vcs_fence_confirm_locked(cluster, 3);
	mutex_unlock(&cluster->lock);
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 0);
	world_expect_same(world);
}

/* Without records nobody could agree on a fence. */
static void no_records_test(struct kunit *test)
{
	static const struct vcs_provider plain = { .name = "plain" };
	struct world *world = test->priv;
	struct vcs_cluster *cluster = &world_node(world, 1)->cluster;

	cluster->provider = (struct vcs_provider *)&plain;
	world_view(world, N1 | N2, VCS_LEAVE_CLEAN);
	world_view(world, N1, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_TRUE(test, world_synced(world));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			vcs_fence_node(cluster, 2, WORLD_LIFE(2), "x"));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			vcs_fence_wait(cluster, 2, WORLD_LIFE(2)));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			vcs_provider_fence(cluster, 2, WORLD_LIFE(2), 1));
}

static int first(struct world *world, u64 cookie)
{
	return vcs_provider_fence(&world_node(world, 1)->cluster, 2,
				  WORLD_LIFE(2), cookie);
}

static void first_success_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);

	form(world, N1 | N2);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_provider_fence(&node->cluster, 1, WORLD_LIFE(1),
					   1));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			vcs_provider_fence(&node->cluster, 2, 1, 1));
	KUNIT_EXPECT_EQ(test, 0, first(world, 5));
	EXPECT_UNTIL(world, node->answers == 1);
	KUNIT_EXPECT_EQ(test, node->last_cookie, 5);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	/* Asked again: answered again, not done again. */
	KUNIT_EXPECT_EQ(test, 0, first(world, 6));
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);

	world_crash(world, 2);
	world_view(world, N1, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, settled(world, 2));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
}

static void first_fails_test(struct kunit *test)
{
	static const enum agent agents[] = {
		AGENT_FAILS, AGENT_GARBAGE, AGENT_HANGS, AGENT_NONE,
	};
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);
	u32 i;

	form(world, N1 | N2);
	for (i = 0; i < ARRAY_SIZE(agents); i++) {
		node->agent = agents[i];
		KUNIT_EXPECT_EQ(test, 0, first(world, i));
		EXPECT_UNTIL(world, node->answers == i + 1);
		KUNIT_EXPECT_EQ(test, node->last_cookie, i);
		KUNIT_EXPECT_NE(test, node->last_result, VCS_FENCE_SUCCESS);
	}
	/* Removed all the same: to be fenced. */
	world_crash(world, 2);
	world_view(world, N1, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, closed(world, 2));
}

static void first_many_cookies_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);
	u64 cookie;

	form(world, N1 | N2);
	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	for (cookie = 0; cookie < VCS_FENCE_COOKIES; cookie++)
		KUNIT_EXPECT_EQ(test, 0, first(world, cookie));
	KUNIT_EXPECT_EQ(test, -EALREADY, first(world, 0));
	KUNIT_EXPECT_EQ(test, -EAGAIN, first(world, cookie));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	world_answer(node, VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, node->answers == VCS_FENCE_COOKIES);
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
}

static void first_confirm_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);
	int err;

	form(world, N1 | N2);
	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, first(world, 1));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	mutex_lock(&node->cluster.lock);
	err = vcs_fence_confirm_locked(&node->cluster, 2);
	mutex_unlock(&node->cluster.lock);
	KUNIT_EXPECT_EQ(test, 0, err);
	EXPECT_UNTIL(world, node->answers == 1);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	KUNIT_EXPECT_EQ(test, node->cancelled, 1);
}

/* As a provider does: asks again with each answer, until it is a success. */
static void first_again_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);

	form(world, N1 | N2);
	node->agent = AGENT_FAILS;
	node->asks_again = 3;
	KUNIT_EXPECT_EQ(test, 0, first(world, 1));
	EXPECT_UNTIL(world, node->answers == 4);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	KUNIT_EXPECT_EQ(test, node->last_cookie, 4);
	KUNIT_EXPECT_EQ(test, node->begun, 4);
}

/* With others that continue, it takes a claim and a record. */
static void first_of_many_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 3);

	form(world, N1 | N2 | N3);
	all_agents(world, AGENT_NONE);
	node->agent = AGENT_SUCCESS;
	KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(&node->cluster, 2,
						    WORLD_LIFE(2), 1));
	EXPECT_UNTIL(world, node->answers == 1);
	node->agent = AGENT_NONE;
	world_crash(world, 2);
	world_view(world, N1 | N3, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_TRUE(test, closed(world, 2));
	EXPECT_UNTIL(world, settled(world, 2));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
	world_expect_same(world);
}

/* The end of the cluster takes the request back and answers nobody. */
static void shutdown_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);

	form(world, N1 | N2);
	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, first(world, 1));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	world_crash(world, 1);
	KUNIT_EXPECT_EQ(test, node->cancelled, 1);
	KUNIT_EXPECT_NULL(test, node->attempt);
	KUNIT_EXPECT_EQ(test, node->answers, 0);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, first(world, 2));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN,
			vcs_fence_wait(&node->cluster, 2, WORLD_LIFE(2)));
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
	KUNIT_CASE(lost_result_test),
	KUNIT_CASE(joiner_test),
	KUNIT_CASE(early_record_test),
	KUNIT_CASE(sender_dies_test),
	KUNIT_CASE(nobody_knows_test),
	KUNIT_CASE(busy_provider_test),
	KUNIT_CASE(held_join_test),
	KUNIT_CASE(formation_test),
	KUNIT_CASE(superseded_test),
	KUNIT_CASE(inquorate_test),
	KUNIT_CASE(request_test),
	KUNIT_CASE(confirm_test),
	KUNIT_CASE(no_records_test),
	KUNIT_CASE(first_success_test),
	KUNIT_CASE(first_fails_test),
	KUNIT_CASE(first_many_cookies_test),
	KUNIT_CASE(first_confirm_test),
	KUNIT_CASE(first_again_test),
	KUNIT_CASE(first_of_many_test),
	KUNIT_CASE(shutdown_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_fencing",
	.init = fencing_init,
	.exit = fencing_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: fencing among several nodes");
MODULE_LICENSE("GPL");
