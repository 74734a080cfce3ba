// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fence method that is taken away while an attempt is under way with it: who
 * does waits for the attempt, and nobody begins another.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

#define SHORT_MS 100

static struct vcs_cluster *cluster;
static struct vcs_fence_request *request;
static struct completion gone;

static int unregister_thread(void *data)
{
	vcs_unregister_fence_method(&fake_method);
	complete(&gone);
	return 0;
}

/* An attempt on node 2 is under way, and the method is being taken away. */
static int init(struct kunit *test)
{
	int err = fake_provider_register();

	if (err)
		return err;
	KUNIT_ASSERT_EQ(test, 0, vcs_register_fence_method(&fake_method));
	cluster = fake_member(test, "fence=kunit,fence_timeout=5");
	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	request = fake_method_await(test);
	init_completion(&gone);
	kthread_run(unregister_thread, NULL, "unregister");
	msleep(SHORT_MS);
	KUNIT_EXPECT_FALSE(test, completion_done(&gone));
	return 0;
}

static void exit(struct kunit *test)
{
	fake_provider_unregister();
}

static void answered_test(struct kunit *test)
{
	vcs_fence_done(request, VCS_FENCE_SUCCESS, "off");
	wait_for_completion(&gone);
	KUNIT_EXPECT_EQ(test, 0, vcs_fence_wait(cluster, 2, 1));
	KUNIT_EXPECT_TRUE(test, vcs_is_fenced(cluster, 2, 1));
	KUNIT_EXPECT_EQ(test, fake.cancels, 0);
	fake_end(test, cluster);
}

/* A time limit ends the attempt; there is no way to try again. */
static void silent_test(struct kunit *test)
{
	wait_for_completion(&gone);
	KUNIT_EXPECT_EQ(test, fake.cancels, 1);
	KUNIT_EXPECT_FALSE(test, vcs_is_fenced(cluster, 2, 1));
	msleep(20 * SHORT_MS);
	KUNIT_EXPECT_EQ(test, fake.cancels, 1);
	fake_end(test, cluster);
}

static void left_test(struct kunit *test)
{
	fake_end(test, cluster);
	wait_for_completion(&gone);
	KUNIT_EXPECT_EQ(test, fake.cancels, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(answered_test),
	KUNIT_CASE(silent_test),
	KUNIT_CASE(left_test),
	{}
};

static struct kunit_suite suite = {
	.name = "fence_method",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
