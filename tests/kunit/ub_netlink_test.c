// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user bridge's messages, one by one, and the daemons that lie in them.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>

#include "tests/kunit/ub_world.h"

static void two_claim_test(struct kunit *test)
{
	daemon_await_claim(test, &one, 60000);
	KUNIT_EXPECT_EQ(test, daemon_claim(&two, 60000), -EBUSY);
	KUNIT_EXPECT_STREQ(test, two.said,
			   "CLUSTER: a daemon owns it; wait until its socket is closed");
	/* The owner's cookie is worth nothing on another socket. */
	two.cookie = one.cookie;
	KUNIT_EXPECT_EQ(test, daemon_say(&two, VCS_UB_CMD_PING), -EPERM);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), 0);
	one.cookie++;
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), -EPERM);
}

static void expect_unchanged(struct kunit *test, u64 generation, u32 members)
{
	const struct vcs_view *now = vcs_view_get(bridged);

	KUNIT_ASSERT_NOT_NULL(test, now);
	KUNIT_EXPECT_EQ(test, now->generation, generation);
	KUNIT_EXPECT_EQ(test, now->nr_members, members);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bridged));
	vcs_view_put(now);
}

static void lies_in_views_test(struct kunit *test)
{
	u32 i;

	world_member(test, 60000);
	KUNIT_EXPECT_EQ(test, daemon_view(&one, 1, 0), -ESTALE);
	KUNIT_EXPECT_STREQ(test, one.said, "old generation");
	KUNIT_EXPECT_EQ(test, daemon_view(&one, 3, 3), -EPROTO);
	KUNIT_EXPECT_STREQ(test, one.said, "generation left out");
	daemon_view_head(&one, 2);
	daemon_put_member(2, LIFE2, 2);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EPROTO);
	KUNIT_EXPECT_STREQ(test, one.said, "local node missing");
	daemon_view_head(&one, 2);
	daemon_put_member(1, world_local(), 1);
	daemon_put_member(2, LIFE2, 2);
	daemon_put_member(2, LIFE2 + 1, 2);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EINVAL);
	daemon_begin(&one, VCS_UB_CMD_VIEW);
	nla_put(daemon_out, VCS_UB_A_LIFETIME, VCS_LIFETIME_LEN, "a different one.");
	daemon_put64(VCS_UB_A_GENERATION, 2);
	nla_put_u32(daemon_out, VCS_UB_A_EXPECTED_VOTES, 2);
	nla_put_u32(daemon_out, VCS_UB_A_QUORUM, 1);
	daemon_put_member(1, world_local(), 1);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EPROTO);
	KUNIT_EXPECT_STREQ(test, one.said, "another lifetime");
	/* A member without a number in it, and too many nodes. */
	daemon_view_head(&one, 2);
	nla_nest_end(daemon_out, nla_nest_start(daemon_out, VCS_UB_A_MEMBER));
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EINVAL);
	daemon_view_head(&one, 2);
	for (i = 0; i <= VCS_MEMBERS_MAX; i++)
		nla_nest_end(daemon_out, nla_nest_start(daemon_out, VCS_UB_A_MEMBER));
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EINVAL);
	KUNIT_EXPECT_STREQ(test, one.said,
			   "MEMBER, DEPARTED: at most 1024 of each");
	/* Not marked as nested; cut off; not of this command. */
	daemon_view_head(&one, 2);
	nla_put_u32(daemon_out, VCS_UB_A_MEMBER, 1);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EINVAL);
	daemon_begin(&one, VCS_UB_CMD_PING);
	daemon_put64(VCS_UB_A_GENERATION, 1);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EINVAL);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_QUORATE), -EINVAL);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&one, VCS_UB_CMD_QUORATE, 2, true),
			-ESTALE);
	expect_unchanged(test, 1, 1);
	KUNIT_EXPECT_EQ(test, daemon_view(&one, 2, 2), 0);
}

static void lies_in_records_test(struct kunit *test)
{
	struct daemon *d = &one;
	u8 first;

	world_member(test, 60000);
	KUNIT_EXPECT_EQ(test, daemon_deliver(d, 1, 1), -EALREADY);
	KUNIT_EXPECT_EQ(test, daemon_deliver(d, 1, 2), -ESTALE);
	KUNIT_EXPECT_EQ(test, daemon_deliver(d, 1, 3), -EPROTO);
	KUNIT_EXPECT_EQ(test, daemon_deliver(d, 2, 1), -ESTALE);
	d->seq += 100;
	KUNIT_EXPECT_EQ(test, daemon_deliver(d, 1, 2), -ENOENT);
	KUNIT_EXPECT_EQ(test, daemon_view(d, 2, 2), 0);
	daemon_await(test, d, VCS_UB_CMD_SUBMIT);
	first = d->data[0];
	d->data[0] ^= 1;
	KUNIT_EXPECT_EQ(test, daemon_deliver(d, 2, 1), -EPROTO);
	d->data[0] = first;
	KUNIT_EXPECT_EQ(test, daemon_deliver(d, 2, 1), 0);
	daemon_begin(d, VCS_UB_CMD_RESULT);
	daemon_put64(VCS_UB_A_SEQ, d->seq);
	KUNIT_EXPECT_EQ(test, daemon_send(d), -ESTALE);
	daemon_begin(d, VCS_UB_CMD_RESULT);
	daemon_put64(VCS_UB_A_SEQ, d->seq + 100);
	KUNIT_EXPECT_EQ(test, daemon_send(d), -ENOENT);
}

static void join_failed_too_late_test(struct kunit *test)
{
	world_member(test, 60000);
	daemon_begin(&one, VCS_UB_CMD_JOIN_FAILED);
	nla_put_s32(daemon_out, VCS_UB_A_ERROR, -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -EINVAL);
	expect_unchanged(test, 1, 1);
}

static void evicted_test(struct kunit *test)
{
	world_member(test, 60000);
	daemon_begin(&one, VCS_UB_CMD_EVICTED);
	nla_put_u32(daemon_out, VCS_UB_A_LEAVE_REASON, VCS_LEAVE_REMOVED);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), 0);
	fake_await_state(test, bridged, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, bridged->error, -ECANCELED);
}

static void fence_test(struct kunit *test)
{
	world_member(test, 60000);
	KUNIT_EXPECT_EQ(test, daemon_view(&one, 2, 2), 0);
	daemon_begin(&one, VCS_UB_CMD_FENCE);
	nla_put_u32(daemon_out, VCS_UB_A_NODEID, 2);
	daemon_put64(VCS_UB_A_INCARNATION, LIFE2 + 1);
	daemon_put64(VCS_UB_A_FENCE_COOKIE, 7);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -ENOENT);
	daemon_drain(&one);
	daemon_begin(&one, VCS_UB_CMD_FENCE);
	nla_put_u32(daemon_out, VCS_UB_A_NODEID, 2);
	daemon_put64(VCS_UB_A_INCARNATION, LIFE2);
	daemon_put64(VCS_UB_A_FENCE_COOKIE, 7);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), 0);
	/* Or every life of the member so far. */
	daemon_drain(&one);
	daemon_begin(&one, VCS_UB_CMD_FENCE);
	nla_put_u32(daemon_out, VCS_UB_A_NODEID, 2);
	daemon_put64(VCS_UB_A_INCARNATION, 0);
	daemon_put64(VCS_UB_A_FENCE_COOKIE, 8);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), 0);
}

/* Waits for nobody longer than it may, and for a dead daemon not at all. */
static void leave_is_bounded_test(struct kunit *test)
{
	u64 start;

	world_member(test, 60000);
	start = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, vcs_cluster_leave(bridged, false), 0);
	daemon_await(test, &one, VCS_UB_CMD_LEAVE);
	KUNIT_EXPECT_EQ(test, daemon_quorate(&one, VCS_UB_CMD_QUORATE, 1, true),
			-ESHUTDOWN);
	fake_await_state(test, bridged, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, 2 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, daemon_say(&one, VCS_UB_CMD_PING), -ENOENT);
}

static void leave_is_answered_test(struct kunit *test)
{
	u64 start;

	world_member(test, 60000);
	start = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, vcs_cluster_leave(bridged, false), 0);
	daemon_await(test, &one, VCS_UB_CMD_LEAVE);
	daemon_begin(&one, VCS_UB_CMD_RESULT);
	daemon_put64(VCS_UB_A_SEQ, one.seq);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), 0);
	fake_await_state(test, bridged, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, NSEC_PER_SEC);
}

static void dump_test(struct kunit *test)
{
	struct vcs_cluster *first = bridged;
	int ms;

	daemon_await_claim(test, &one, 60000);
	KUNIT_EXPECT_EQ(test, daemon_dump(&two), 1);
	KUNIT_EXPECT_EQ(test, two.owner, daemon_port(test, &one));
	KUNIT_EXPECT_EQ(test, two.pending, 1);
	KUNIT_ASSERT_EQ(test, 0, vcs_join_cluster(&init_net, "second",
						  "userbridge", NULL, NULL));
	bridged = vcs_cluster_get(&init_net, "second");
	KUNIT_ASSERT_NOT_NULL(test, bridged);
	/* It is there as soon as the provider's join has returned. */
	for (ms = 0; ms < PATIENCE_MS && daemon_dump(&two) != 2; ms++)
		usleep_range(900, 1100);
	KUNIT_EXPECT_EQ(test, two.nr_shown, 2);
	fake_end(test, bridged);
	bridged = first;
	KUNIT_EXPECT_EQ(test, daemon_dump(&two), 1);
}

static void suspect_test(struct kunit *test)
{
	world_member(test, 60000);
	daemon_begin(&one, VCS_UB_CMD_SUSPECT);
	nla_put_u32(daemon_out, VCS_UB_A_NODEID, 2);
	nla_put_u8(daemon_out, VCS_UB_A_SUSPECT, 1);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -ENOENT);
	KUNIT_EXPECT_EQ(test, daemon_view(&one, 2, 2), 0);
	daemon_begin(&one, VCS_UB_CMD_SUSPECT);
	nla_put_u32(daemon_out, VCS_UB_A_NODEID, 2);
	nla_put_u8(daemon_out, VCS_UB_A_SUSPECT, 1);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(1, bridged->suspects));
}

static void join_failed_test(struct kunit *test)
{
	daemon_await_claim(test, &one, 60000);
	daemon_begin(&one, VCS_UB_CMD_JOIN_FAILED);
	nla_put_s32(daemon_out, VCS_UB_A_ERROR, 5);
	KUNIT_EXPECT_EQ(test, daemon_send(&one), -ERANGE);
	daemon_begin(&one, VCS_UB_CMD_JOIN_FAILED);
	nla_put_s32(daemon_out, VCS_UB_A_ERROR, -EHOSTUNREACH);
	nla_put_string(daemon_out, VCS_UB_A_REASON, "nobody there");
	KUNIT_EXPECT_EQ(test, daemon_send(&one), 0);
	daemon_close(&one);
	fake_await_state(test, bridged, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, bridged->error, -EHOSTUNREACH);
}

static struct kunit_case netlink_cases[] = {
	KUNIT_CASE(two_claim_test),
	KUNIT_CASE(lies_in_views_test),
	KUNIT_CASE(lies_in_records_test),
	KUNIT_CASE(join_failed_too_late_test),
	KUNIT_CASE(evicted_test),
	KUNIT_CASE(fence_test),
	KUNIT_CASE(leave_is_bounded_test),
	KUNIT_CASE(leave_is_answered_test),
	KUNIT_CASE(join_failed_test),
	KUNIT_CASE(dump_test),
	KUNIT_CASE(suspect_test),
	{}
};

static struct kunit_suite netlink_suite = {
	.name = "ub_netlink",
	.init = world_init,
	.exit = world_exit,
	.test_cases = netlink_cases,
};

kunit_test_suite(netlink_suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_SOFTDEP("pre: vcs_userbridge");
MODULE_LICENSE("GPL");
