// SPDX-License-Identifier: GPL-2.0-only
/* Fences before a removal: vcs_provider_fence(), which is one node's alone. */
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
	.name = "vcs_fence_first",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: fences before a removal");
MODULE_LICENSE("GPL");
