// SPDX-License-Identifier: GPL-2.0-only
/* Fences before a view: vcs_provider_fence(), which is one node's alone. */
#include <linux/delay.h>
#include <linux/module.h>

#include "fencing_world.h"

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
	err = vcs_fence_confirm_locked(&node->cluster, 2, NULL);
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

/* Any earlier life of node 3, asked for by node 1. */
static int earlier(struct world *world, u64 cookie)
{
	return vcs_provider_fence(&world_node(world, 1)->cluster, 3, 0, cookie);
}

/* Node 3 has failed, nobody could fence it, and now there is no quorum. */
static struct world_node *lose_quorum(struct world *world)
{
	all_agents(world, AGENT_NONE);
	form(world, N1 | N2 | N3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	world_quorate(world, false);
	return world_node(world, 1);
}

/* Node 3 is a member again, with another life. */
static void come_back(struct world *world, bool settles)
{
	struct world_node *node = world_node(world, 3);

	node->cluster.incarnation = 0x99;
	node->joined_generation = 0;
	node->settled = settles;
	world_view(world, N1 | N2 | N3, VCS_LEAVE_FAILED);
}

static void earlier_success_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	node->agent = AGENT_SUCCESS;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 5));
	EXPECT_UNTIL(world, node->answers == 1);
	KUNIT_EXPECT_EQ(test, node->last_cookie, 5);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	/* The others do not know it yet. */
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	node->agent = AGENT_NONE;
	world_quorate(world, true);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
	world_expect_same(world);
}

static void earlier_alone_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	node->agent = AGENT_SUCCESS;
	KUNIT_EXPECT_EQ(test, 0, first(world, 1));
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 2));
	EXPECT_UNTIL(world, node->answers == 2);
	world_crash(world, 2);
	world_view(world, N1, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, settled(world, 2));
	KUNIT_EXPECT_TRUE(test, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 2);
}

static void earlier_args_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct vcs_cluster *cluster = &world_node(world, 1)->cluster;

	KUNIT_EXPECT_EQ(test, -ENOENT, earlier(world, 1));
	lose_quorum(world);
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_provider_fence(cluster, 0, 0, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_provider_fence(cluster, 1, 0, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			vcs_provider_fence(cluster, 3, WORLD_LIFE(3), 1));
}

/* There may be more earlier lives by the next call: done again, each time. */
static void earlier_again_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	node->agent = AGENT_SUCCESS;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, node->answers == 1);
	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 2));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	KUNIT_EXPECT_EQ(test, -EALREADY, earlier(world, 2));
	KUNIT_EXPECT_EQ(test, -EAGAIN, earlier(world, 3));
	world_answer(node, VCS_FENCE_FAILED);
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_FAILED);
	KUNIT_EXPECT_EQ(test, world_begun(world), 2);
	/* What the first one reached stays reached. */
	node->agent = AGENT_NONE;
	world_quorate(world, true);
	EXPECT_UNTIL(world, settled(world, 3));
}

/* A member, of which others may have let in a later life: done each time. */
static void earlier_member_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);
	struct vcs_cluster *cluster = &node->cluster;

	node->agent = AGENT_SUCCESS;
	KUNIT_EXPECT_EQ(test, 0, first(world, 1));
	EXPECT_UNTIL(world, node->answers == 1);
	KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(cluster, 2, 0, 2));
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_EQ(test, node->last_cookie, 2);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	KUNIT_EXPECT_EQ(test, world_begun(world), 2);
	KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(cluster, 2, 0, 3));
	EXPECT_UNTIL(world, node->answers == 3);
	KUNIT_EXPECT_EQ(test, world_begun(world), 3);
	/* What is known of the one life is known still. */
	KUNIT_EXPECT_EQ(test, 0, first(world, 4));
	EXPECT_UNTIL(world, node->answers == 4);
	KUNIT_EXPECT_EQ(test, world_begun(world), 3);
}

/* Another life of it is the member when the agent is done. */
static void earlier_member_back_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);
	struct world_node *two = world_node(world, 2);

	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(&node->cluster, 2, 0, 1));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	two->cluster.incarnation = 0x98;
	two->joined_generation = 0;
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, node->cancelled == 1 && node->answers == 1);
	KUNIT_EXPECT_NE(test, node->last_result, VCS_FENCE_SUCCESS);
}

/* A member again while an agent is at it: nothing is said of that life. */
static void earlier_back_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	come_back(world, true);
	EXPECT_UNTIL(world, node->cancelled == 1 && node->answers == 1);
	KUNIT_EXPECT_NE(test, node->last_result, VCS_FENCE_SUCCESS);
	node->agent = AGENT_NONE;
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, world_closed(world, 3, 0x99));
}

/* It came and went while an agent was at it, and nobody looked in between. */
static void earlier_overtaken_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	come_back(world, true);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	world_answer(node, VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, node->answers == 1);
	KUNIT_EXPECT_NE(test, node->last_result, VCS_FENCE_SUCCESS);
	node->agent = AGENT_SUCCESS;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 2));
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
}

/* The agent said so in time, the view came before anybody looked. */
static void earlier_late_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);
	struct vcs_fence_first *first;
	u32 i;

	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	come_back(world, true);
	/* As if the answer had come just before the cancellation. */
	EXPECT_UNTIL(world, node->answers == 1);
	node->agent = AGENT_NONE;
	mutex_lock(&node->cluster.lock);
	for (i = 0; i < VCS_FENCE_FIRSTS; i++) {
		first = &node->cluster.fences->firsts[i];
		if (first->nodeid != 3)
			continue;
		first->job.result = VCS_FENCE_SUCCESS;
		first->job.ops->over_locked(&first->job);
		KUNIT_EXPECT_NE(test, first->due_result, VCS_FENCE_SUCCESS);
	}
	mutex_unlock(&node->cluster.lock);
}

/* (S) A success is for what had departed when it was asked for. */
static void earlier_later_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	node->agent = AGENT_SUCCESS;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, node->answers == 1);
	node->agent = AGENT_NONE;
	come_back(world, false);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_TRUE(test, world_closed(world, 3, 0x99));
	/* Longer than it takes to claim. */
	world_until(world, world_settled(world, 3, 0x99));
	KUNIT_EXPECT_TRUE(test, world_closed(world, 3, 0x99));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);

	/* Nor does it settle that life when this node goes on alone. */
	world_crash(world, 2);
	world_view(world, N1, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, world_closed(world, 3, 0x99));
}

static int confirm(struct world_node *node, u32 nodeid, u64 incarnation)
{
	int err;

	mutex_lock(&node->cluster.lock);
	err = vcs_fence_confirm_locked(&node->cluster, nodeid, &incarnation);
	mutex_unlock(&node->cluster.lock);
	return err;
}

static void confirm_3(struct kunit *test, struct world_node *node)
{
	mutex_lock(&node->cluster.lock);
	KUNIT_EXPECT_EQ(test, 0,
			vcs_fence_confirm_locked(&node->cluster, 3, NULL));
	mutex_unlock(&node->cluster.lock);
}

/* A word about one life answers no request about another, or about all. */
static void confirm_life_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	node->agent = AGENT_HANGS;
	node->cluster.options.fence_timeout_ms = 60000;
	KUNIT_EXPECT_EQ(test, 0, first(world, 1));
	EXPECT_UNTIL(world, READ_ONCE(node->attempt));
	KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(&node->cluster, 2, 0, 2));
	EXPECT_UNTIL(world, node->begun == 2);
	KUNIT_EXPECT_EQ(test, -ESTALE, confirm(node, 2, 0x98));
	KUNIT_EXPECT_EQ(test, -ENOENT, confirm(node, 4, WORLD_LIFE(4)));
	KUNIT_EXPECT_EQ(test, 0, confirm(node, 2, WORLD_LIFE(2)));
	EXPECT_UNTIL(world, node->answers == 1);
	KUNIT_EXPECT_EQ(test, node->last_cookie, 1);
	KUNIT_EXPECT_EQ(test, 0, confirm(node, 2, 0));
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_EQ(test, node->last_cookie, 2);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
}

/* An administrator's word is about the lives until then. */
static void earlier_confirm_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, node->answers == 1);
	confirm_3(test, node);
	/* The node shows itself before the provider asks again. */
	mutex_lock(&node->cluster.lock);
	vcs_fence_alive_locked(&node->cluster, 3);
	mutex_unlock(&node->cluster.lock);
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 2));
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_NE(test, node->last_result, VCS_FENCE_SUCCESS);

	confirm_3(test, node);
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 3));
	EXPECT_UNTIL(world, node->answers == 3);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	/* Once. */
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 4));
	EXPECT_UNTIL(world, node->answers == 4);
	KUNIT_EXPECT_NE(test, node->last_result, VCS_FENCE_SUCCESS);
}

/* It waited for a request that did not come: who gave it can find that. */
static void confirm_expires_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);

	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, node->answers == 1);
	msleep(10000);
	KUNIT_EXPECT_EQ(test, 0, confirm(node, 3, 0));
	msleep(29000);
	KUNIT_EXPECT_EQ(test, 0, world_logged(&node->cluster,
					      "holds no more"));
	EXPECT_UNTIL(world, world_logged(&node->cluster,
					 "holds no more: nothing has asked"));
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 2));
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_NE(test, node->last_result, VCS_FENCE_SUCCESS);

	KUNIT_EXPECT_EQ(test, 0, confirm(node, 3, 0));
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_logged(&node->cluster,
					 "holds no more: there is another"));
}

static u32 shown(struct world_node *node, u32 nodeid,
		 enum vcs_fence_state *state)
{
	struct vcs_fence_info info;
	u32 i, nr = 0;

	mutex_lock(&node->cluster.lock);
	for (i = 0; !vcs_fence_show_locked(&node->cluster, i, &info); i++) {
		if (info.nodeid != nodeid || info.incarnation)
			continue;
		*state = info.state;
		nr++;
	}
	mutex_unlock(&node->cluster.lock);
	return nr;
}

/* Once fenced, and asked for again: people see that this is waited for. */
static void earlier_shown_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = world_node(world, 1);
	enum vcs_fence_state state;

	world_absent(world, N1 | N2, N3);
	EXPECT_UNTIL(world, world_settled(world, 3, 0));
	KUNIT_EXPECT_EQ(test, 1, shown(node, 3, &state));
	KUNIT_EXPECT_EQ(test, state, VCS_FENCE_FENCED);
	world_quorate(world, false);
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 1));
	EXPECT_UNTIL(world, node->answers == 1);
	KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	KUNIT_EXPECT_EQ(test, 1, shown(node, 3, &state));
	KUNIT_EXPECT_EQ(test, state, VCS_FENCE_FENCED);
	node->agent = AGENT_FAILS;
	KUNIT_EXPECT_EQ(test, 0, earlier(world, 2));
	KUNIT_EXPECT_EQ(test, 1, shown(node, 3, &state));
	KUNIT_EXPECT_EQ(test, state, VCS_FENCE_CLAIMED);
	EXPECT_UNTIL(world, node->answers == 2);
	KUNIT_EXPECT_EQ(test, 1, shown(node, 3, &state));
	KUNIT_EXPECT_EQ(test, state, VCS_FENCE_PENDING);
}

/* However many are gone, each gets its turn. */
static void earlier_many_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct world_node *node = lose_quorum(world);
	u32 i;

	node->agent = AGENT_SUCCESS;
	for (i = 0; i < 2 * VCS_FENCE_FIRSTS; i++) {
		KUNIT_EXPECT_EQ(test, 0, vcs_provider_fence(&node->cluster,
							    100 + i, 0, i));
		EXPECT_UNTIL(world, node->answers == i + 1);
		KUNIT_EXPECT_EQ(test, node->last_result, VCS_FENCE_SUCCESS);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_success_test),
	KUNIT_CASE(first_fails_test),
	KUNIT_CASE(first_many_cookies_test),
	KUNIT_CASE(first_confirm_test),
	KUNIT_CASE(first_again_test),
	KUNIT_CASE(first_of_many_test),
	KUNIT_CASE(shutdown_test),
	KUNIT_CASE(earlier_success_test),
	KUNIT_CASE(earlier_alone_test),
	KUNIT_CASE(earlier_args_test),
	KUNIT_CASE(earlier_again_test),
	KUNIT_CASE(earlier_member_test),
	KUNIT_CASE(earlier_member_back_test),
	KUNIT_CASE(earlier_back_test),
	KUNIT_CASE(earlier_overtaken_test),
	KUNIT_CASE(earlier_late_test),
	KUNIT_CASE(earlier_later_test),
	KUNIT_CASE(confirm_life_test),
	KUNIT_CASE(earlier_confirm_test),
	KUNIT_CASE(confirm_expires_test),
	KUNIT_CASE(earlier_shown_test),
	KUNIT_CASE(earlier_many_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_fence_first",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: fences before a removal");
MODULE_LICENSE("GPL");
