// SPDX-License-Identifier: GPL-2.0-only
/*
 * Daemons of the user bridge that die, fall silent, or do not read, and those
 * that come after them.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <net/sock.h>

#include "tests/kunit/ub_world.h"
#include "vcs/leave.h"

static void dies_in_join_test(struct kunit *test)
{
	u64 seq;

	daemon_await_claim(test, &one, 60000);
	seq = one.seq;
	daemon_close(&one);
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), 0);
	daemon_await(test, &two, VCS_UB_CMD_JOIN);
	KUNIT_EXPECT_EQ(test, two.seq, seq);
	KUNIT_EXPECT_EQ(test, two.generation, 0);
	KUNIT_EXPECT_EQ(test, daemon_view(&two, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(bridged->state), VCS_CLUSTER_MEMBER);
}

/* Dies, comes back in time, and nothing has changed: not one callback. */
static void back_in_time_test(struct kunit *test)
{
	struct seat seat;

	world_member(test, 60000);
	seat_init(&seat, "fs", VCS_LEVEL_FS, VCS_LISTENER_NEED_QUORUM);
	seat_register(test, bridged, &seat);
	seat_expect(test, &seat, "start 1 +1;finish 1;");
	daemon_begin(&one, VCS_UB_CMD_STORE);
	nla_put(daemon_out, VCS_UB_A_STATE, 5, "state");
	KUNIT_EXPECT_EQ(test, daemon_send(&one), 0);
	daemon_close(&one);
	fake_await_state(test, bridged, VCS_CLUSTER_FROZEN);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(bridged));

	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), 0);
	KUNIT_EXPECT_TRUE(test, two.frozen);
	KUNIT_EXPECT_EQ(test, two.generation, 1);
	KUNIT_EXPECT_EQ(test, two.state_len, 5);
	KUNIT_EXPECT_EQ(test, daemon_view(&two, 2, 2), -EAGAIN);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&two, VCS_UB_CMD_RESUME, 2, true),
			-ESTALE);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(bridged));
	KUNIT_EXPECT_EQ(test, daemon_quorate(&two, VCS_UB_CMD_RESUME, 1, true), 0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bridged));
	seat_expect(test, &seat, "");
	vcs_unregister_listener(&seat.listener);
}

static void gone_for_longer_test(struct kunit *test)
{
	struct seat seat;

	world_member(test, 60000);
	seat_init(&seat, "fs", VCS_LEVEL_FS, VCS_LISTENER_NEED_QUORUM);
	seat_register(test, bridged, &seat);
	seat_expect(test, &seat, "start 1 +1;finish 1;");
	daemon_close(&one);
	fake_await_state(test, bridged, VCS_CLUSTER_FROZEN);
	msleep(1000);
	seat_expect(test, &seat, "");
	msleep(1500);
	seat_expect(test, &seat, "stop;");
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), 0);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&two, VCS_UB_CMD_RESUME, 1, true), 0);
	seat_expect(test, &seat, "start 1;finish 1;");
	vcs_unregister_listener(&seat.listener);
}

static void stalls_test(struct kunit *test)
{
	world_member(test, 200);
	msleep(100);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), 0);
	msleep(150);
	KUNIT_EXPECT_EQ(test, READ_ONCE(bridged->state), VCS_CLUSTER_MEMBER);
	fake_await_state(test, bridged, VCS_CLUSTER_FROZEN);
	/* Too late, and so is its word: another may have taken over. */
	KUNIT_EXPECT_EQ(test, daemon_quorate(&one, VCS_UB_CMD_QUORATE, 1, true),
			-EPERM);
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), 0);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&two, VCS_UB_CMD_RESUME, 1, true), 0);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), -EPERM);
	/* The end of the old socket is not the end of the new owner. */
	daemon_close(&one);
	KUNIT_EXPECT_EQ(test, daemon_say(&two, VCS_UB_CMD_PING), 0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bridged));
}

/* The record that the dead daemon had is the next one's, under its number. */
static void record_survives_daemon_test(struct kunit *test)
{
	u64 seq;

	world_member(test, 60000);
	KUNIT_EXPECT_EQ(test, daemon_view(&one, 2, 2), 0);
	daemon_await(test, &one, VCS_UB_CMD_SUBMIT);
	seq = one.seq;
	daemon_close(&one);
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), 0);
	KUNIT_EXPECT_EQ(test, two.nr_members, 2);
	daemon_await(test, &two, VCS_UB_CMD_SUBMIT);
	KUNIT_EXPECT_EQ(test, two.seq, seq);
	KUNIT_EXPECT_EQ(test, daemon_deliver(&two, 2, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&two, VCS_UB_CMD_RESUME, 2, true), 0);
	KUNIT_EXPECT_EQ(test, daemon_deliver(&two, 2, 1), 0);
}

static int submit(u8 number)
{
	/* No record that the core knows: void when it is delivered. */
	u8 data[] = { 0xff, number };

	return bridged->provider->ops->submit(bridged, data, sizeof(data));
}

/* What happens between the end of the owner's socket and its release. */
static struct worst_moment {
	struct kunit *test;
	u32 portid;
	bool came;
} worst;

static int socket_ended(struct notifier_block *nb, unsigned long event,
			void *data)
{
	const struct netlink_notify *notify = data;
	struct kunit *test = worst.test;

	if (event != NETLINK_URELEASE || notify->portid != worst.portid ||
	    worst.came)
		return NOTIFY_DONE;
	worst.came = true;
	daemon_open_at(test, &two, worst.portid);
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), -EBUSY);
	two.cookie = one.cookie;
	KUNIT_EXPECT_EQ(test, daemon_say(&two, VCS_UB_CMD_PING), -EPERM);
	KUNIT_EXPECT_EQ(test, submit(1), 0);
	daemon_drain(&two);
	KUNIT_EXPECT_EQ(test, two.nr_requests, 0);
	return NOTIFY_DONE;
}

/* Before the bridge's own. */
static struct notifier_block worst_notifier = {
	.notifier_call = socket_ended,
	.priority = 1,
};

static void same_port_test(struct kunit *test)
{
	world_member(test, 60000);
	daemon_close(&two);
	worst = (struct worst_moment){ test, daemon_port(test, &one) };
	netlink_register_notifier(&worst_notifier);
	daemon_close(&one);
	netlink_unregister_notifier(&worst_notifier);
	KUNIT_EXPECT_TRUE(test, worst.came);
	KUNIT_EXPECT_EQ(test, daemon_say(&two, VCS_UB_CMD_PING), -EPERM);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(bridged));
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), 0);
	KUNIT_EXPECT_NE(test, two.cookie, one.cookie);
	daemon_await(test, &two, VCS_UB_CMD_SUBMIT);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&two, VCS_UB_CMD_RESUME, 1, true),
			0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bridged));
}

/* Each request comes once, in order, however little the daemon can hold. */
static void full_socket_test(struct kunit *test)
{
	u64 seq;
	u8 i;

	world_member(test, 60000);
	seq = one.seq;
	one.nr_requests = 0;
	one.sock->sk->sk_rcvbuf = 4096;
	for (i = 0; i < 32; i++)
		KUNIT_EXPECT_EQ(test, submit(i), 0);
	KUNIT_EXPECT_EQ(test, submit(i), -EAGAIN);
	daemon_drain(&one);
	KUNIT_EXPECT_GT(test, one.overruns, 0);
	KUNIT_EXPECT_LT(test, one.nr_requests, 32);
	/* The answer to a PING may find no room; so it is not looked at. */
	for (i = 0; i < 32 && one.nr_requests < 32; i++) {
		daemon_say(&one, VCS_UB_CMD_PING);
		daemon_drain(&one);
	}
	KUNIT_EXPECT_EQ(test, one.nr_requests, 32);
	KUNIT_EXPECT_EQ(test, one.seq, seq + 32);
	KUNIT_EXPECT_FALSE(test, one.disorder);
	for (i = 0; i < 32; i++) {
		one.seq = seq + 1 + i;
		one.data[1] = i;
		KUNIT_EXPECT_EQ(test, daemon_deliver(&one, 1, 2 + i), 0);
	}
	KUNIT_EXPECT_EQ(test, submit(i), 0);
}

#if IS_ENABLED(CONFIG_FAILSLAB)

/* What finds no memory is not waited for, and not lost. */
static void no_memory_test(struct kunit *test)
{
	u64 start;

	world_member(test, 60000);
	one.nr_requests = 0;
	fake_failslab(test, 100);
	start = ktime_get_ns();
	current->make_it_fail = 1;
	KUNIT_EXPECT_EQ(test, submit(1), 0);
	current->make_it_fail = 0;
	fake_failslab(test, 0);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, NSEC_PER_SEC);
	daemon_drain(&one);
	KUNIT_EXPECT_EQ(test, one.nr_requests, 0);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), 0);
	daemon_drain(&one);
	KUNIT_EXPECT_EQ(test, one.nr_requests, 1);
	KUNIT_EXPECT_EQ(test, daemon_deliver(&one, 1, 2), 0);
}

#else

static void no_memory_test(struct kunit *test)
{
	kunit_skip(test, "allocations of this kernel cannot be made to fail");
}

#endif

/* What it was told before is void; what it was asked comes again. */
static void claims_twice_test(struct kunit *test)
{
	u64 cookie;

	world_member(test, 60000);
	KUNIT_EXPECT_EQ(test, submit(1), 0);
	daemon_await(test, &one, VCS_UB_CMD_SUBMIT);
	cookie = one.cookie;
	one.nr_requests = 0;
	KUNIT_EXPECT_EQ(test, daemon_claim(&one, 60000), 0);
	KUNIT_EXPECT_NE(test, one.cookie, cookie);
	KUNIT_EXPECT_TRUE(test, one.frozen);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(bridged));
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), -EBUSY);
	daemon_await(test, &one, VCS_UB_CMD_SUBMIT);
	KUNIT_EXPECT_EQ(test, daemon_deliver(&one, 1, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&one, VCS_UB_CMD_RESUME, 1, true),
			0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bridged));
	/* One that is refused ends nothing. */
	KUNIT_EXPECT_EQ(test, daemon_claim(&one, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), 0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bridged));
}

/* Thousands of lies and strangers cost nothing but themselves. */
static void flood_test(struct kunit *test)
{
	u32 i, wrong = 0;

	world_member(test, 60000);
	for (i = 0; i < 2000; i++) {
		wrong += daemon_view(&one, 1, 0) != -ESTALE;
		wrong += daemon_claim(&two, 60000) != -EBUSY;
		wrong += daemon_say(&two, VCS_UB_CMD_PING) != -EPERM;
		wrong += daemon_say(&one, VCS_UB_CMD_PING) != 0;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, daemon_get(&two), 0);
	KUNIT_EXPECT_EQ(test, two.owner, daemon_port(test, &one));
	KUNIT_EXPECT_EQ(test, two.generation, 1);
	KUNIT_EXPECT_EQ(test, two.pending, 0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bridged));
}

static void countdown_test(struct kunit *test)
{
	u64 left;

	world_member(test, 60000);
	daemon_close(&one);
	fake_await_state(test, bridged, VCS_CLUSTER_FROZEN);
	KUNIT_EXPECT_EQ(test, daemon_get(&two), 0);
	KUNIT_EXPECT_TRUE(test, two.frozen);
	KUNIT_EXPECT_EQ(test, two.owner, 0);
	left = two.grace_left_ms;
	KUNIT_EXPECT_LE(test, left, 2000);
	KUNIT_EXPECT_GT(test, left, 1000);
	msleep(500);
	KUNIT_EXPECT_EQ(test, daemon_get(&two), 0);
	KUNIT_EXPECT_LE(test, two.grace_left_ms, left - 500);
	KUNIT_EXPECT_GT(test, two.grace_left_ms, 0);
	msleep(2000);
	KUNIT_EXPECT_EQ(test, daemon_get(&two), 0);
	KUNIT_EXPECT_TRUE(test, two.frozen);
	KUNIT_EXPECT_EQ(test, two.grace_left_ms, 0);
}

/* The namespace goes with a daemon in it, which is asked to say goodbye. */
static void net_exit_test(struct kunit *test)
{
	struct vcs_net *vn = vcs_net(&init_net);
	u64 start;

	world_member(test, 60000);
	start = ktime_get_ns();
	vcs_clusters_net_pre_exit(vn);
	KUNIT_EXPECT_EQ(test, daemon_view(&one, 2, 2), -ESHUTDOWN);
	KUNIT_EXPECT_STREQ(test, one.said, "the cluster is being left");
	daemon_await(test, &one, VCS_UB_CMD_LEAVE);
	vcs_clusters_net_exit(vn);
	mutex_lock(&vn->lock);
	vn->dead = false;
	mutex_unlock(&vn->lock);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, 2 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, bridged->state, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), -ENOENT);
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), -ENOENT);
}

/* The cluster pins the module, its daemon does not. */
static void module_test(struct kunit *test)
{
	struct module *owner;

	world_member(test, 60000);
	owner = bridged->provider->owner;
	KUNIT_EXPECT_GT(test, module_refcount(owner), 0);
	daemon_close(&two);
	KUNIT_EXPECT_EQ(test, vcs_cluster_leave(bridged, false), 0);
	fake_await_state(test, bridged, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, module_refcount(owner), 0);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), -ENOENT);
}

static struct kunit_case owner_cases[] = {
	KUNIT_CASE(dies_in_join_test),
	KUNIT_CASE(back_in_time_test),
	KUNIT_CASE(gone_for_longer_test),
	KUNIT_CASE(stalls_test),
	KUNIT_CASE(record_survives_daemon_test),
	KUNIT_CASE(same_port_test),
	KUNIT_CASE(full_socket_test),
	KUNIT_CASE(no_memory_test),
	KUNIT_CASE(claims_twice_test),
	KUNIT_CASE(flood_test),
	KUNIT_CASE(countdown_test),
	KUNIT_CASE(net_exit_test),
	KUNIT_CASE(module_test),
	{}
};

static struct kunit_suite owner_suite = {
	.name = "ub_owner",
	.init = world_init,
	.exit = world_exit,
	.test_cases = owner_cases,
};

kunit_test_suite(owner_suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_SOFTDEP("pre: vcs_userbridge");
MODULE_LICENSE("GPL");
