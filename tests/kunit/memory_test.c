// SPDX-License-Identifier: GPL-2.0-only
/*
 * A view change with no memory to be had: the reserve covers one, the next
 * waits or is refused. And an event without memory. Needs a kernel that can
 * make allocations fail.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "tests/kunit/nl.h"
#include "vcs/cluster.h"
#include "vcs/notify.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

#define POOR_MS 200

static struct seat *seat, *other;

static int init(struct kunit *test)
{
	seat = kunit_kzalloc(test, 2 * sizeof(*seat), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seat);
	other = seat + 1;
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	fake_provider_unregister();
}

#if IS_ENABLED(CONFIG_FAILSLAB)

static DECLARE_COMPLETION(rich);

static int rich_again(void *data)
{
	struct task_struct *poor = data;

	msleep(POOR_MS);
	WRITE_ONCE(poor->make_it_fail, 0);
	complete(&rich);
	return 0;
}

static void no_memory_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	unsigned long begin;
	int err;

	seat_init(seat, "a", VCS_LEVEL_LOCK, VCS_LISTENER_NEED_QUORUM);
	seat_register(test, cluster, seat);
	seat_expect(test, seat, "start 1 +1;finish 1;");
	fake_failslab(test, 100);

	fake_add(2);
	current->make_it_fail = 1;
	KUNIT_EXPECT_NULL(test, kmalloc(32, GFP_KERNEL));
	begin = jiffies;
	err = fake_publish();
	current->make_it_fail = 0;
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(jiffies - begin), 0);
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	seat_expect(test, seat, "stop;start 2 +2;finish 2;");

	seat_init(other, "b", VCS_LEVEL_LOCK, 0);
	current->make_it_fail = 1;
	err = vcs_register_listener(cluster, &other->listener);
	current->make_it_fail = 0;
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_NULL(test, other->listener.state);

	fake_remove(2, VCS_LEAVE_CLEAN);
	kthread_run(rich_again, current, "rich_again");
	current->make_it_fail = 1;
	begin = jiffies;
	err = fake_publish();
	wait_for_completion(&rich);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GE(test, jiffies_to_msecs(jiffies - begin), POOR_MS / 2);
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	seat_expect(test, seat, "stop;start 3 -2;finish 3;");

	fake_failslab(test, 0);
	vcs_unregister_listener(&seat->listener);
	fake_end(test, cluster);
}

/* Who has somebody to tell is told at once, and may send the same again. */
static void told_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	const char *why = "";
	int err[2];

	seat_init(seat, "a", VCS_LEVEL_LOCK, VCS_LISTENER_NEED_QUORUM);
	seat_register(test, cluster, seat);
	seat_expect(test, seat, "start 1 +1;finish 1;");
	fake_failslab(test, 100);
	fake_add(2);
	current->make_it_fail = 1;
	err[0] = fake_publish_why(&why);
	fake_add(3);
	err[1] = fake_publish_why(&why);
	current->make_it_fail = 0;
	KUNIT_EXPECT_EQ(test, err[0], 0);
	KUNIT_EXPECT_EQ(test, err[1], -ENOMEM);
	KUNIT_EXPECT_STREQ(test, why,
			   "there is no memory for it: publish the same view again");
	KUNIT_EXPECT_TRUE(test, vcs_is_member(cluster, 2));
	KUNIT_EXPECT_FALSE(test, vcs_is_member(cluster, 3));
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	seat_expect(test, seat, "stop;start 2 +2;finish 2;");

	KUNIT_EXPECT_EQ(test, 0, fake_publish_why(&why));
	KUNIT_EXPECT_TRUE(test, vcs_is_member(cluster, 3));
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	seat_expect(test, seat, "stop;start 3 +3;finish 3;");
	fake_failslab(test, 0);
	vcs_unregister_listener(&seat->listener);
	fake_end(test, cluster);
}

/* An event that could not be made leaves a gap, so that who listens asks. */
static void event_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	u64 seq = 0, now, lost = 0;
	struct nl nl;

	nl_open(test, &nl);
	nl_subscribe(test, &nl, nl.events, true);
	fake_failslab(test, 100);
	vcs_report_suspect(cluster, 1, true, "one");
	current->make_it_fail = 1;
	vcs_report_suspect(cluster, 1, false, "two");
	current->make_it_fail = 0;
	vcs_report_suspect(cluster, 1, true, "three");
	fake_await_events(cluster);
	while (nl_next(&nl) == VCS_CMD_EVENT) {
		now = nla_get_u64(nl.attrs[VCS_A_EVENT_SEQ]);
		if (seq)
			lost += now - seq - 1;
		seq = now;
	}
	KUNIT_EXPECT_EQ(test, lost, 1);
	fake_failslab(test, 0);
	nl_close(&nl);
	fake_end(test, cluster);
}

/* A word to fence daemons that could not be made: they ask for all, then. */
static void daemons_test(struct kunit *test)
{
	struct nl nl;

	nl_open(test, &nl);
	nl_subscribe(test, &nl, nl.fence, true);
	fake_failslab(test, 100);
	current->make_it_fail = 1;
	vcs_event_fence_ready(&init_net, "a", 1, 2);
	current->make_it_fail = 0;
	fake_failslab(test, 0);
	vcs_event_fence_ready(&init_net, "a", 3, 4);
	KUNIT_EXPECT_EQ(test, -ENOBUFS, nl_next(&nl));
	KUNIT_EXPECT_EQ(test, VCS_CMD_FENCE_READY, nl_next(&nl));
	KUNIT_EXPECT_EQ(test, 3, nla_get_u64(nl.attrs[VCS_A_REQUEST]));
	KUNIT_EXPECT_EQ(test, -EAGAIN, nl_next(&nl));
	nl_close(&nl);
}

#else

static void daemons_test(struct kunit *test)
{
	kunit_skip(test, "allocations of this kernel cannot be made to fail");
}

static void told_test(struct kunit *test)
{
	kunit_skip(test, "allocations of this kernel cannot be made to fail");
}

static void event_test(struct kunit *test)
{
	kunit_skip(test, "allocations of this kernel cannot be made to fail");
}

static void no_memory_test(struct kunit *test)
{
	kunit_skip(test, "allocations of this kernel cannot be made to fail");
}

#endif

static struct kunit_case cases[] = {
	KUNIT_CASE(no_memory_test),
	KUNIT_CASE(told_test),
	KUNIT_CASE(event_test),
	KUNIT_CASE(daemons_test),
	{}
};

static struct kunit_suite suite = {
	.name = "memory",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
