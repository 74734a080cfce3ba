// SPDX-License-Identifier: GPL-2.0-only
/* What consumers and administrators ask about fences, and how long they wait. */
#include <linux/module.h>

#include "fencing_world.h"

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
	world_view(world, N1 | N2 | N4, VCS_LEAVE_REMOVED);
	EXPECT_UNTIL(world, world_synced(world));
	KUNIT_EXPECT_TRUE(test, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 1);
}

struct waiter {
	struct world *world;
	struct work_struct work;
	struct completion begun;
	struct completion over;
	int result;
};

static void wait_work(struct work_struct *work)
{
	struct waiter *waiter = container_of(work, struct waiter, work);

	complete(&waiter->begun);
	waiter->result = vcs_fence_wait(&world_node(waiter->world, 2)->cluster,
					3, WORLD_LIFE(3));
	complete(&waiter->over);
}

static void begin_waiting(struct waiter *waiter, struct world *world)
{
	waiter->world = world;
	INIT_WORK_ONSTACK(&waiter->work, wait_work);
	init_completion(&waiter->begun);
	init_completion(&waiter->over);
	queue_work(system_unbound_wq, &waiter->work);
	wait_for_completion(&waiter->begun);
}

/* One waits until it is fenced, the next until its own node has left. */
static void wait_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct waiter waiter;

	form(world, N1 | N2 | N3);
	world_node(world, 1)->agent = AGENT_HANGS;
	world_node(world, 1)->cluster.options.fence_timeout_ms = 60000;
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	begin_waiting(&waiter, world);
	EXPECT_UNTIL(world, READ_ONCE(world_node(world, 1)->attempt));
	KUNIT_EXPECT_FALSE(test, completion_done(&waiter.over));
	world_in_callback = true;
	KUNIT_EXPECT_EQ(test, -EDEADLK,
			vcs_fence_wait(&world_node(world, 2)->cluster, 3,
				       WORLD_LIFE(3)));
	world_in_callback = false;
	world_answer(world_node(world, 1), VCS_FENCE_SUCCESS);
	EXPECT_UNTIL(world, completion_done(&waiter.over));
	KUNIT_EXPECT_EQ(test, 0, waiter.result);
	flush_work(&waiter.work);
	destroy_work_on_stack(&waiter.work);
}

static void wait_until_left_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct waiter waiter;

	form(world, N1 | N2 | N3);
	all_agents(world, AGENT_NONE);
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	begin_waiting(&waiter, world);
	world_crash(world, 2);
	KUNIT_EXPECT_NE(test, 0,
			wait_for_completion_timeout(&waiter.over, 30 * HZ));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, waiter.result);
	flush_work(&waiter.work);
	destroy_work_on_stack(&waiter.work);
}

static void confirm_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct vcs_cluster *cluster = &world_node(world, 2)->cluster;
	int err;

	all_agents(world, AGENT_NONE);
	form(world, N1 | N2 | N3);
	mutex_lock(&cluster->lock);
	err = vcs_fence_confirm_locked(cluster, 3, NULL);
	mutex_unlock(&cluster->lock);
	KUNIT_EXPECT_EQ(test, -ENOENT, err);

	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	mutex_lock(&cluster->lock);
	err = vcs_fence_confirm_locked(cluster, 3, NULL);
	mutex_unlock(&cluster->lock);
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_TRUE(test, closed(world, 3));
	EXPECT_UNTIL(world, settled(world, 3));
	KUNIT_EXPECT_EQ(test, world_begun(world), 0);
	world_expect_same(world);
}

/* It is written when it is given, and when another way was faster. */
static void confirm_log_test(struct kunit *test)
{
	struct world *world = test->priv;
	struct vcs_cluster *cluster = &world_node(world, 2)->cluster;
	int i;

	all_agents(world, AGENT_NONE);
	form(world, N1 | N2 | N3);
	world_crash(world, 3);
	world_view(world, N1 | N2, VCS_LEAVE_FAILED);
	EXPECT_UNTIL(world, world_synced(world));
	world_quorate(world, false);
	world_node(world, 2)->refuses_records = true;
	for (i = 0; i < 2; i++) {
		mutex_lock(&cluster->lock);
		KUNIT_EXPECT_EQ(test, 0, vcs_fence_confirm_locked(cluster, 3,
								  NULL));
		mutex_unlock(&cluster->lock);
		KUNIT_EXPECT_EQ(test, 1,
				world_logged(cluster,
					     "takes effect with quorum"));
	}
	world_node(world, 1)->agent = AGENT_SUCCESS;
	world_quorate(world, true);
	EXPECT_UNTIL(world, settled(world, 3));
	EXPECT_UNTIL(world, world_logged(cluster,
					 "was not needed any more: agent"));
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

static struct kunit_case cases[] = {
	KUNIT_CASE(request_test),
	KUNIT_CASE(wait_test),
	KUNIT_CASE(wait_until_left_test),
	KUNIT_CASE(confirm_test),
	KUNIT_CASE(confirm_log_test),
	KUNIT_CASE(no_records_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_fence_ask",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: asking for a fence, waiting for it");
MODULE_LICENSE("GPL");
