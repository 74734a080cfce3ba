// SPDX-License-Identifier: GPL-2.0-only
/*
 * The provider cman as a whole, loaded, in a cluster of one node: what it says
 * of a start that comes to nothing, and that it lets go of all it took.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vcs/cluster.h"
#include "vcs/leave.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

#define PATIENCE_MS	10000
#define OPTIONS		"nodeid=1,auth=none,port=45441,peers=1@127.0.0.1"

static struct vcs_cluster *join(struct kunit *test, const char *name,
				const char *options)
{
	KUNIT_ASSERT_EQ(test, vcs_join_cluster(&init_net, name, "cman", options,
					       NULL), 0);
	return vcs_cluster_get(&init_net, name);
}

static void await_state(struct kunit *test, struct vcs_cluster *cluster,
			enum vcs_cluster_state state)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (READ_ONCE(cluster->state) == state)
			return;
		usleep_range(900, 1100);
	}
	KUNIT_FAIL(test, "state %d instead of %d: %s", cluster->state, state,
		   cluster->state_reason);
}

static void await_end(struct kunit *test, const char *name)
{
	struct vcs_cluster *cluster;
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		cluster = vcs_cluster_get(&init_net, name);
		if (!cluster)
			return;
		vcs_cluster_put(cluster);
		usleep_range(900, 1100);
	}
	KUNIT_FAIL(test, "%s does not end", name);
}

/* A member that nobody needs any more. */
static void leave(struct kunit *test, struct vcs_cluster *cluster)
{
	KUNIT_EXPECT_EQ(test, vcs_cluster_leave(cluster, false), 0);
	await_state(test, cluster, VCS_CLUSTER_LEFT);
	vcs_cluster_put(cluster);
}

static void expect_failed(struct kunit *test, const char *name,
			  const char *options, int err, const char *reason)
{
	struct vcs_cluster *cluster = join(test, name, options);

	KUNIT_ASSERT_NOT_NULL(test, cluster);
	await_end(test, name);
	await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, err);
	KUNIT_EXPECT_NOT_NULL(test, strstr(cluster->state_reason, reason));
	vcs_cluster_put(cluster);
}

static void form_and_leave_test(struct kunit *test)
{
	struct vcs_cluster *cluster = join(test, "one", OPTIONS);

	KUNIT_ASSERT_NOT_NULL(test, cluster);
	await_state(test, cluster, VCS_CLUSTER_MEMBER);
	leave(test, cluster);
}

/* The work that joins may be anywhere; here it has not found others yet. */
static void leave_while_joining_test(struct kunit *test)
{
	struct vcs_cluster *cluster =
		join(test, "two", OPTIONS "+2@127.0.0.2");

	KUNIT_ASSERT_NOT_NULL(test, cluster);
	await_state(test, cluster, VCS_CLUSTER_JOINING);
	leave(test, cluster);
}

/* Played on the initial namespace: its ticks and packets go on until then. */
static void namespace_exit_test(struct kunit *test)
{
	struct vcs_cluster *cluster = join(test, "one", OPTIONS);
	struct vcs_net *vn = vcs_net(&init_net);

	KUNIT_ASSERT_NOT_NULL(test, cluster);
	await_state(test, cluster, VCS_CLUSTER_MEMBER);
	vcs_clusters_net_pre_exit(vn);
	vcs_clusters_net_exit(vn);
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_LEFT);
	vcs_cluster_put(cluster);
	mutex_lock(&vn->lock);
	vn->dead = false;
	mutex_unlock(&vn->lock);
	/* The port is free again. */
	cluster = join(test, "one", OPTIONS);
	KUNIT_ASSERT_NOT_NULL(test, cluster);
	await_state(test, cluster, VCS_CLUSTER_MEMBER);
	leave(test, cluster);
}

static void port_in_use_test(struct kunit *test)
{
	struct vcs_cluster *cluster = join(test, "one", OPTIONS);

	KUNIT_ASSERT_NOT_NULL(test, cluster);
	await_state(test, cluster, VCS_CLUSTER_MEMBER);
	expect_failed(test, "two", OPTIONS, -EADDRINUSE,
		      "UDP port 45441 is in use: choose another by port=");
	leave(test, cluster);
}

/* Another port would not help. */
static void foreign_address_test(struct kunit *test)
{
	expect_failed(test, "one", OPTIONS ",bind=192.0.2.77", -EADDRNOTAVAIL,
		      "bind=");
}

static void bad_word_test(struct kunit *test)
{
	expect_failed(test, "one", OPTIONS ",color=red", -EINVAL, "color=red");
}

static struct kunit_case cman_shell_cases[] = {
	KUNIT_CASE(form_and_leave_test),
	KUNIT_CASE(leave_while_joining_test),
	KUNIT_CASE(namespace_exit_test),
	KUNIT_CASE(port_in_use_test),
	KUNIT_CASE(foreign_address_test),
	KUNIT_CASE(bad_word_test),
	{ }
};

static struct kunit_suite cman_shell_suite = {
	.name = "cman_shell",
	.test_cases = cman_shell_cases,
};

kunit_test_suite(cman_shell_suite);

MODULE_DESCRIPTION("KUnit: the provider cman as a whole");
MODULE_LICENSE("GPL");
