// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exit of a network namespace, played on the initial one: its clusters end
 * without a word from their listeners, what holds them lives on.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"
#include "vcs/leave.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

static struct seat *observer, *plain;

static int init(struct kunit *test)
{
	observer = kunit_kzalloc(test, 2 * sizeof(*observer), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, observer);
	plain = observer + 1;
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	struct vcs_net *vn = vcs_net(&init_net);

	mutex_lock(&vn->lock);
	vn->dead = false;
	mutex_unlock(&vn->lock);
	fake_provider_unregister();
}

static void member_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct vcs_net *vn = vcs_net(&init_net);
	DECLARE_COMPLETION_ONSTACK(go);

	seat_init(observer, "observer", VCS_LEVEL_OBSERVER, 0);
	seat_register(test, cluster, observer);
	seat_expect(test, observer, "start 1 +1;finish 1;");
	seat_init(plain, "plain", VCS_LEVEL_LOCK, 0);
	plain->hold_start = &go;
	seat_register(test, cluster, plain);
	wait_for_completion(&plain->in_start);

	vcs_clusters_net_pre_exit(vn);
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, fake_quorate(true));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN,
			vcs_join_cluster(&init_net, "other", FAKE_PROVIDER,
					 NULL, NULL));
	vcs_clusters_net_exit(vn);
	/* Although a callback has not returned. */
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, -ENETDOWN);
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	KUNIT_EXPECT_PTR_EQ(test, vcs_cluster_net(cluster), NULL);
	KUNIT_EXPECT_TRUE(test, list_empty(&vn->clusters));
	KUNIT_EXPECT_NULL(test, vcs_cluster_get(&init_net, FAKE_CLUSTER));
	seat_expect(test, observer, "gone;");
	complete(&go);
	seat_expect(test, plain, "start 1 +1;gone;");
	KUNIT_EXPECT_TRUE(test, vcs_is_member(cluster, 1));
	vcs_unregister_listener(&plain->listener);
	seat_expect(test, plain, "release;");
	vcs_unregister_listener(&observer->listener);
	vcs_cluster_put(cluster);
}

/* Stateful ones hold the namespace; it went all the same: the others fence. */
static void stateful_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct vcs_net *vn = vcs_net(&init_net);
	int before = refcount_read(&init_net.ns.count);

	seat_init(plain, "plain", VCS_LEVEL_FS, VCS_LISTENER_STATEFUL);
	seat_register(test, cluster, plain);
	seat_expect(test, plain, "start 1 +1;finish 1;");
	KUNIT_EXPECT_EQ(test, refcount_read(&init_net.ns.count), before + 1);
	vcs_clusters_net_pre_exit(vn);
	seat_expect(test, plain, "evicted;");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_EVICTED);
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	KUNIT_EXPECT_EQ(test, fake.how, VCS_LEAVE_HOW_FAIL);
	vcs_clusters_net_exit(vn);
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_LEFT);
	vcs_unregister_listener(&plain->listener);
	seat_expect(test, plain, "release;");
	KUNIT_EXPECT_EQ(test, refcount_read(&init_net.ns.count), before);
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	vcs_cluster_put(cluster);
}

/* An attempt to fence is under way: it is cancelled, and holds up nothing. */
static void fencing_test(struct kunit *test)
{
	struct vcs_net *vn = vcs_net(&init_net);
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_EQ(test, 0, vcs_register_fence_method(&fake_method));
	cluster = fake_member(test, "fence=kunit");
	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	fake_method_await(test);
	KUNIT_EXPECT_EQ(test, fake.cancels, 0);
	vcs_clusters_net_pre_exit(vn);
	vcs_clusters_net_exit(vn);
	KUNIT_EXPECT_EQ(test, fake.cancels, 1);
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_LEFT);
	/* What nobody said succeeded did not. */
	KUNIT_EXPECT_FALSE(test, vcs_is_fenced(cluster, 2, 1));
	/* Nobody uses the method any more: this does not wait. */
	vcs_unregister_fence_method(&fake_method);
	vcs_cluster_put(cluster);
}

/* The provider is still in its join: it is waited for, and leaves. */
static void joining_test(struct kunit *test)
{
	struct vcs_net *vn = vcs_net(&init_net);
	struct vcs_cluster *cluster;

	fake.join_ms = 100;
	KUNIT_ASSERT_EQ(test, 0, vcs_join_cluster(&init_net, FAKE_CLUSTER,
						  FAKE_PROVIDER, NULL, NULL));
	cluster = vcs_cluster_get(&init_net, FAKE_CLUSTER);
	KUNIT_ASSERT_NOT_NULL(test, cluster);
	fake_await_state(test, cluster, VCS_CLUSTER_JOINING);
	vcs_clusters_net_pre_exit(vn);
	KUNIT_EXPECT_EQ(test, fake.leaves, 0);
	vcs_clusters_net_exit(vn);
	KUNIT_EXPECT_EQ(test, fake.joins, 1);
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_LEFT);
	vcs_cluster_put(cluster);
}

/* Before the join began: the provider never hears of it. */
static void loading_test(struct kunit *test)
{
	struct vcs_net *vn = vcs_net(&init_net);
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_EQ(test, 0, vcs_join_cluster(&init_net, FAKE_CLUSTER,
						  "nosuch", NULL, NULL));
	cluster = vcs_cluster_get(&init_net, FAKE_CLUSTER);
	vcs_clusters_net_pre_exit(vn);
	vcs_clusters_net_exit(vn);
	if (cluster) {
		KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_LEFT);
		vcs_cluster_put(cluster);
	}
	KUNIT_EXPECT_EQ(test, fake.joins, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(member_test),
	KUNIT_CASE(stateful_test),
	KUNIT_CASE(fencing_test),
	KUNIT_CASE(joining_test),
	KUNIT_CASE(loading_test),
	{}
};

static struct kunit_suite suite = {
	.name = "net_exit",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
