// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events, as who listens gets them: what belongs to each, in one order, without
 * a gap.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>

#include "tests/kunit/fake.h"
#include "tests/kunit/nl.h"
#include "vcs/cluster.h"

#define PATIENCE_MS 2000

static struct nl nl;
static u64 last_seq;	/* 0: none was heard yet */

static u32 get_u32(enum vcs_attr attr)
{
	return nl.attrs[attr] ? nla_get_u32(nl.attrs[attr]) : 0xdeadbeef;
}

static u64 get_u64(enum vcs_attr attr)
{
	return nl.attrs[attr] ? nla_get_u64(nl.attrs[attr]) : 0xdeadbeef;
}

static const char *get_string(enum vcs_attr attr)
{
	return nl.attrs[attr] ? nla_data(nl.attrs[attr]) : "(none)";
}

/* What every event has. */
static void check_head(struct kunit *test)
{
	u64 seq = get_u64(VCS_A_EVENT_SEQ);

	if (last_seq)
		KUNIT_EXPECT_EQ(test, seq, last_seq + 1);
	last_seq = seq;
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_CLUSTER), FAKE_CLUSTER);
	KUNIT_EXPECT_LE(test, get_u64(VCS_A_TIME_NS), ktime_get_real_ns());
}

/* Goes on to the next event of this kind. */
static void await(struct kunit *test, enum vcs_event kind)
{
	int ms, cmd;

	for (ms = 0; ms < PATIENCE_MS;) {
		cmd = nl_next(&nl);
		if (cmd < 0) {
			usleep_range(900, 1100);
			ms++;
			continue;
		}
		KUNIT_ASSERT_EQ(test, cmd, VCS_CMD_EVENT);
		check_head(test);
		if (get_u32(VCS_A_EVENT) == kind)
			return;
	}
	KUNIT_FAIL(test, "no event of kind %d", kind);
	memset(nl.attrs, 0, sizeof(nl.attrs));
}

static void state_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	int ms;

	await(test, VCS_EVENT_CLUSTER_STATE);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_STATE), VCS_CLUSTER_JOINING);
	await(test, VCS_EVENT_CLUSTER_STATE);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_STATE), VCS_CLUSTER_MEMBER);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_ERROR), 0);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_REASON), "");
	vcs_report_evicted(cluster, VCS_LEAVE_REMOVED);
	await(test, VCS_EVENT_CLUSTER_STATE);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_STATE), VCS_CLUSTER_LEAVING);
	KUNIT_EXPECT_EQ(test, (s32)get_u32(VCS_A_ERROR), -ECANCELED);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_REASON),
			   "evicted by the others: removed");
	await(test, VCS_EVENT_CLUSTER_STATE);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_STATE), VCS_CLUSTER_LEFT);
	/* Over is over. */
	for (ms = 0; ms < PATIENCE_MS && vcs_cluster_net(cluster); ms++)
		usleep_range(900, 1100);
	vcs_log(cluster, VCS_LOG_PROVIDER, 0, 0, "too late");
	fake_await_events(cluster);
	while (nl_next(&nl) >= 0)
		KUNIT_EXPECT_STRNEQ(test, get_string(VCS_A_TEXT), "too late");
	fake_end(test, cluster);
}

static void expect_node(struct kunit *test, enum vcs_event kind, u32 nodeid,
			u64 incarnation)
{
	await(test, kind);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_NODEID), nodeid);
	KUNIT_EXPECT_EQ(test, get_u64(VCS_A_INCARNATION), incarnation);
}

static void view_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	expect_node(test, VCS_EVENT_NODE_JOINED, 1,
		    vcs_cluster_incarnation(cluster));
	await(test, VCS_EVENT_QUORUM);
	KUNIT_EXPECT_EQ(test, nla_get_u8(nl.attrs[VCS_A_QUORATE]), 1);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_REASON), "test");
	fake_add(2);
	fake_add(3);
	fake_step(test);
	expect_node(test, VCS_EVENT_NODE_JOINED, 2, 1);
	expect_node(test, VCS_EVENT_NODE_JOINED, 3, 2);
	await(test, VCS_EVENT_VIEW);
	KUNIT_EXPECT_EQ(test, get_u64(VCS_A_GENERATION), 2);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_NR_MEMBERS), 3);
	KUNIT_EXPECT_EQ(test, 0, memcmp(nla_data(nl.attrs[VCS_A_LIFETIME]),
					&fake.lifetime, VCS_LIFETIME_LEN));
	vcs_report_suspect(cluster, 3, true, "silent");
	await(test, VCS_EVENT_SUSPECT);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_NODEID), 3);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_NODE_STATE), VCS_NODE_SUSPECT);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_TEXT), "silent");
	fake_remove(2, VCS_LEAVE_CLEAN);
	fake_remove(3, VCS_LEAVE_FAILED);
	fake_step(test);
	expect_node(test, VCS_EVENT_NODE_LEFT, 2, 1);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_REASON), "clean");
	expect_node(test, VCS_EVENT_NODE_FAILED, 3, 2);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_REASON), "failed");
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(false));
	await(test, VCS_EVENT_QUORUM);
	KUNIT_EXPECT_EQ(test, nla_get_u8(nl.attrs[VCS_A_QUORATE]), 0);
	fake_end(test, cluster);
}

static void fence_test(struct kunit *test)
{
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_EQ(test, 0, vcs_register_fence_method(&fake_method));
	cluster = fake_member(test, "fence=kunit");
	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	expect_node(test, VCS_EVENT_FENCE, 2, 1);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_FENCE_STATE), VCS_FENCE_PENDING);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_ACTOR), 0);
	vcs_fence_done(fake_method_await(test), VCS_FENCE_SUCCESS, "off");
	expect_node(test, VCS_EVENT_FENCE, 2, 1);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_FENCE_STATE), VCS_FENCE_CLAIMED);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_ACTOR), 1);
	expect_node(test, VCS_EVENT_FENCE, 2, 1);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_FENCE_STATE), VCS_FENCE_FENCED);
	fake_end(test, cluster);
	vcs_unregister_fence_method(&fake_method);
}

static int await_daemons(void)
{
	int ms, cmd = -EAGAIN;

	for (ms = 0; ms < PATIENCE_MS && cmd < 0; ms++) {
		cmd = nl_next(&nl);
		usleep_range(900, 1100);
	}
	return cmd;
}

/* To who fences, and to nobody else. */
static void daemons_test(struct kunit *test)
{
	struct vcs_cluster *cluster;
	u64 id;

	nl_subscribe(test, &nl, nl.events, false);
	nl_subscribe(test, &nl, nl.fence, true);
	cluster = fake_member(test, "fence=upcall");
	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	KUNIT_ASSERT_EQ(test, await_daemons(), VCS_CMD_FENCE_READY);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_CLUSTER), FAKE_CLUSTER);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_NODEID), 2);
	nl_begin(&nl, VCS_CMD_FENCE_ACCEPT, 0, FAKE_CLUSTER);
	nla_put(nl.out, VCS_A_REQUEST, sizeof(u64),
		nla_data(nl.attrs[VCS_A_REQUEST]));
	id = nla_get_u64(nl.attrs[VCS_A_REQUEST]);
	KUNIT_EXPECT_EQ(test, 0, nl_call(&nl, NULL, NULL));
	/* The end of the cluster is one way in which it is wanted no more. */
	fake_end(test, cluster);
	KUNIT_ASSERT_EQ(test, await_daemons(), VCS_CMD_FENCE_CANCELLED);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_CLUSTER), FAKE_CLUSTER);
	KUNIT_EXPECT_EQ(test, get_u64(VCS_A_REQUEST), id);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_NODEID), 2);
}

static void listener_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct seat *seat = kunit_kzalloc(test, sizeof(*seat), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, seat);
	seat_init(seat, "gfs", VCS_LEVEL_FS, 0);
	seat_register(test, cluster, seat);
	do {
		await(test, VCS_EVENT_LISTENER);
		KUNIT_EXPECT_STREQ(test, get_string(VCS_A_LISTENER), "gfs");
		KUNIT_EXPECT_EQ(test, get_u32(VCS_A_LEVEL), VCS_LEVEL_FS);
	} while (get_u32(VCS_A_PHASE) < VCS_PHASE_RUNNING);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_PHASE), VCS_PHASE_RUNNING);
	KUNIT_EXPECT_EQ(test, get_u64(VCS_A_GENERATION), 1);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_WAITING_FOR), "");
	vcs_unregister_listener(&seat->listener);
	fake_end(test, cluster);
}

/* Written in any context, sent in its order, none twice. */
static void log_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	u64 seq = 0;

	vcs_log(cluster, VCS_LOG_PROVIDER, 7, 77, "one");
	vcs_log(cluster, VCS_LOG_PROVIDER, 8, 88, "two");
	do {
		await(test, VCS_EVENT_LOG);
		KUNIT_EXPECT_EQ(test, get_u64(VCS_A_LOG_SEQ), ++seq);
	} while (nl.attrs[VCS_A_EVENT] &&
		 get_u32(VCS_A_LOG_CODE) != VCS_LOG_PROVIDER);
	KUNIT_EXPECT_EQ(test, get_u32(VCS_A_NODEID), 7);
	KUNIT_EXPECT_EQ(test, get_u64(VCS_A_INCARNATION), 77);
	KUNIT_EXPECT_EQ(test, get_u64(VCS_A_GENERATION), 1);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_TEXT), "one");
	await(test, VCS_EVENT_LOG);
	KUNIT_EXPECT_EQ(test, get_u64(VCS_A_LOG_SEQ), ++seq);
	KUNIT_EXPECT_STREQ(test, get_string(VCS_A_TEXT), "two");
	fake_end(test, cluster);
}

/* What nobody could hear is no gap. */
static void deaf_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	await(test, VCS_EVENT_QUORUM);
	fake_await_events(cluster);
	while (nl_next(&nl) >= 0)
		check_head(test);
	nl_subscribe(test, &nl, nl.events, false);
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(false));
	fake_await_events(cluster);
	nl_subscribe(test, &nl, nl.events, true);
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	await(test, VCS_EVENT_QUORUM);
	KUNIT_EXPECT_EQ(test, nla_get_u8(nl.attrs[VCS_A_QUORATE]), 1);
	fake_end(test, cluster);
}

static int init(struct kunit *test)
{
	last_seq = 0;
	nl_open(test, &nl);
	nl_subscribe(test, &nl, nl.events, true);
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	nl_close(&nl);
	fake_provider_unregister();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(state_test),
	KUNIT_CASE(view_test),
	KUNIT_CASE(fence_test),
	KUNIT_CASE(daemons_test),
	KUNIT_CASE(listener_test),
	KUNIT_CASE(log_test),
	KUNIT_CASE(deaf_test),
	{}
};

static struct kunit_suite suite = {
	.name = "event",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
