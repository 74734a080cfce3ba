// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that change something, through a socket: what they do, who may,
 * and what a refusal says.
 */
#include <kunit/test.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/module.h>

#include "tests/kunit/fake.h"
#include "tests/kunit/nl.h"
#include "vcs/cluster.h"

static struct nl nl;

static int join(const char *provider, const char *options)
{
	nl_begin(&nl, VCS_CMD_JOIN, 0, FAKE_CLUSTER);
	if (provider)
		nla_put_string(nl.out, VCS_A_PROVIDER, provider);
	if (options)
		nla_put_string(nl.out, VCS_A_OPTIONS, options);
	return nl_call(&nl, NULL, NULL);
}

static int leave(bool force)
{
	nl_begin(&nl, VCS_CMD_LEAVE, 0, FAKE_CLUSTER);
	if (force)
		nla_put_flag(nl.out, VCS_A_FORCE);
	return nl_call(&nl, NULL, NULL);
}

static int about_node(int cmd, u32 nodeid)
{
	nl_begin(&nl, cmd, 0, FAKE_CLUSTER);
	nla_put_u32(nl.out, VCS_A_NODEID, nodeid);
	return nl_call(&nl, NULL, NULL);
}

static int about_life(int cmd, u32 nodeid, u64 incarnation)
{
	nl_begin(&nl, cmd, 0, FAKE_CLUSTER);
	nla_put_u32(nl.out, VCS_A_NODEID, nodeid);
	nla_put(nl.out, VCS_A_INCARNATION, sizeof(incarnation), &incarnation);
	return nl_call(&nl, NULL, NULL);
}

static void expect_said(struct kunit *test, const char *words)
{
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(nl.said, words), "%s", nl.said);
}

static void end(struct kunit *test)
{
	struct vcs_cluster *cluster;

	cluster = vcs_cluster_get(&init_net, FAKE_CLUSTER);
	if (cluster)
		fake_end(test, cluster);
}

static void join_test(struct kunit *test)
{
	static const u8 key[VCS_KEY_LEN] = "a secret of thirty-two bytes...";

	KUNIT_EXPECT_EQ(test, -EINVAL, join(NULL, NULL));
	expect_said(test, "PROVIDER is missing");
	KUNIT_EXPECT_EQ(test, -EINVAL, join(FAKE_PROVIDER, "x,overdue=never"));
	expect_said(test, "OPTIONS: 'overdue=never' is refused");

	nl_begin(&nl, VCS_CMD_JOIN, 0, FAKE_CLUSTER);
	nla_put_string(nl.out, VCS_A_PROVIDER, FAKE_PROVIDER);
	nla_put_string(nl.out, VCS_A_OPTIONS, "x=1");
	nla_put(nl.out, VCS_A_KEY, sizeof(key), key);
	KUNIT_EXPECT_EQ(test, 0, nl_call(&nl, NULL, NULL));
	fake_await_join(test);
	KUNIT_EXPECT_STREQ(test, fake.options, "x=1");
	KUNIT_EXPECT_EQ(test, 0, memcmp(fake.key, key, sizeof(key)));
	KUNIT_EXPECT_EQ(test, -EEXIST, join(FAKE_PROVIDER, NULL));
	expect_said(test, "CLUSTER: this name is in use");
	end(test);
}

static void leave_test(struct kunit *test)
{
	struct seat *seat = kunit_kzalloc(test, sizeof(*seat), GFP_KERNEL);
	DECLARE_COMPLETION_ONSTACK(go);
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_NOT_NULL(test, seat);
	KUNIT_EXPECT_EQ(test, -ENOENT, leave(false));
	expect_said(test, "CLUSTER: no cluster of this name");
	cluster = fake_member(test, NULL);
	seat_init(seat, "fs", VCS_LEVEL_FS, VCS_LISTENER_STATEFUL);
	seat_register(test, cluster, seat);
	seat_expect(test, seat, "start 1 +1;finish 1;");
	KUNIT_EXPECT_EQ(test, -EBUSY, leave(false));
	expect_said(test, "or set FORCE");
	vcs_unregister_listener(&seat->listener);
	fake.hold_leave = &go;
	KUNIT_EXPECT_EQ(test, 0, leave(true));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, leave(true));
	expect_said(test, "CLUSTER: it is being left already");
	complete(&go);
	fake_end(test, cluster);
}

static void fence_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, "fence=manual");

	KUNIT_EXPECT_EQ(test, -ENOTCONN, about_node(VCS_CMD_FENCE, 2));
	expect_said(test, "CLUSTER: this node is not a member");
	fake_add(1);
	fake_add(2);
	fake_step(test);
	fake_expect_log(test, cluster, VCS_LOG_SYNC,
			"state of generation 1 is complete, from node 1");
	KUNIT_EXPECT_EQ(test, -ENOENT, about_node(VCS_CMD_FENCE, 3));
	expect_said(test, "NODEID: no such member");
	KUNIT_EXPECT_EQ(test, -ENOENT, about_node(VCS_CMD_FENCE_CONFIRM, 2));
	expect_said(test, "NODEID: no fence of this node is pending");
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	KUNIT_EXPECT_FALSE(test, vcs_is_fenced(cluster, 2, 1));
	KUNIT_EXPECT_EQ(test, 0, about_node(VCS_CMD_FENCE_CONFIRM, 2));
	KUNIT_EXPECT_EQ(test, 0, vcs_fence_wait(cluster, 2, 1));
	KUNIT_EXPECT_TRUE(test, vcs_is_fenced(cluster, 2, 1));
	fake_end(test, cluster);
}

/* Who says which life is meant is obeyed for that one only. */
static void life_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, "fence=manual");

	fake_add(1);
	fake_add(2);
	fake_add(3);
	fake_step(test);
	fake_expect_log(test, cluster, VCS_LOG_SYNC,
			"state of generation 1 is complete, from node 1");
	KUNIT_EXPECT_EQ(test, -ENOENT, about_life(VCS_CMD_FENCE, 4, 1));
	expect_said(test, "NODEID: no such member");
	KUNIT_EXPECT_EQ(test, -ESTALE, about_life(VCS_CMD_FENCE, 3, 9));
	expect_said(test, "INCARNATION: another life of this node");
	KUNIT_EXPECT_EQ(test, 0, about_life(VCS_CMD_FENCE, 3, 2));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			about_life(VCS_CMD_FENCE_CONFIRM, 2, 1));
	expect_said(test, "NODEID: no fence of this node is pending");
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	KUNIT_EXPECT_EQ(test, -ESTALE,
			about_life(VCS_CMD_FENCE_CONFIRM, 2, 2));
	expect_said(test, "INCARNATION: no fence of this life is pending");
	KUNIT_EXPECT_FALSE(test, vcs_is_fenced(cluster, 2, 1));
	KUNIT_EXPECT_EQ(test, 0, about_life(VCS_CMD_FENCE_CONFIRM, 2, 1));
	KUNIT_EXPECT_EQ(test, 0, vcs_fence_wait(cluster, 2, 1));
	fake_end(test, cluster);
}

/* A cred without @cap, in place until revert_creds(@old) and put_cred(). */
static struct cred *poor_in(struct kunit *test, int cap,
			    const struct cred **old)
{
	struct cred *poor = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, poor);
	cap_lower(poor->cap_effective, cap);
	*old = override_creds(poor);
	return poor;
}

/*
 * Who opened the socket and who sends through it must both have the right: a
 * socket may be handed to somebody with more.
 */
static void rights_test(struct kunit *test)
{
	static const struct {
		int cap, cmd, err;
	} table[] = {
		{ CAP_NET_ADMIN, VCS_CMD_JOIN, -EPERM },
		{ CAP_NET_ADMIN, VCS_CMD_LEAVE, -EPERM },
		{ CAP_NET_ADMIN, VCS_CMD_FENCE, -EPERM },
		{ CAP_NET_ADMIN, VCS_CMD_FENCE_CONFIRM, -EPERM },
		{ CAP_NET_ADMIN, VCS_CMD_FENCE_ACCEPT, -EPERM },
		{ CAP_NET_ADMIN, VCS_CMD_FENCE_DONE, -EPERM },
		{ CAP_SYS_ADMIN, VCS_CMD_FENCE_CONFIRM, -EPERM },
		{ CAP_SYS_BOOT, VCS_CMD_JOIN, -EINVAL },
	};
	const struct cred *old;
	struct cred *poor;
	bool opener;
	int i, err;

	for (i = 0; i < 2 * ARRAY_SIZE(table); i++) {
		opener = i % 2;
		if (opener)
			nl_close(&nl);
		poor = poor_in(test, table[i / 2].cap, &old);
		if (opener) {
			nl_open(test, &nl);
			revert_creds(old);
		}
		if (table[i / 2].cmd == VCS_CMD_JOIN)
			err = join(FAKE_PROVIDER, "on_eviction=reboot");
		else
			err = about_node(table[i / 2].cmd, 2);
		if (!opener)
			revert_creds(old);
		put_cred(poor);
		KUNIT_EXPECT_EQ_MSG(test, err, table[i / 2].err,
				    "command %d, capability %d, %s",
				    table[i / 2].cmd, table[i / 2].cap,
				    opener ? "opener" : "sender");
		if (opener) {
			nl_close(&nl);
			nl_open(test, &nl);
		}
	}
	KUNIT_EXPECT_NULL(test, vcs_cluster_get(&init_net, FAKE_CLUSTER));
	KUNIT_EXPECT_EQ(test, 0, join(FAKE_PROVIDER, "on_eviction=reboot"));
	end(test);
}

static int init(struct kunit *test)
{
	nl_open(test, &nl);
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	nl_close(&nl);
	fake_provider_unregister();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(join_test),
	KUNIT_CASE(leave_test),
	KUNIT_CASE(fence_test),
	KUNIT_CASE(life_test),
	KUNIT_CASE(rights_test),
	{}
};

static struct kunit_suite suite = {
	.name = "netlink",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
