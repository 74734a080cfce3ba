// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GET commands through a socket: what is shown, over as many messages as it
 * takes, while the cluster goes on; and what is refused.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "tests/kunit/nl.h"
#include "vcs/cluster.h"

#define MANY		300
#define LOG_ENTRIES	200

static struct nl nl;
static struct vcs_cluster *cluster;

/* What came so far. */
static struct {
	struct kunit *test;
	u32 messages;
	u32 last;
	u64 last_seq;
	bool found;
} seen;

static void count(struct nl *nl, void *data)
{
	seen.messages++;
}

static int get(int cmd, int flags, const char *name, nl_fn fn)
{
	struct kunit *test = seen.test;

	memset(&seen, 0, sizeof(seen));
	seen.test = test;
	nl_begin(&nl, cmd, flags, name);
	return nl_call(&nl, fn ?: count, NULL);
}

static int dump(int cmd, nl_fn fn)
{
	return get(cmd, NLM_F_DUMP, FAKE_CLUSTER, fn);
}

static u32 u32_of(enum vcs_attr attr)
{
	return nl.attrs[attr] ? nla_get_u32(nl.attrs[attr]) : 0xdeadbeef;
}

static u64 u64_of(enum vcs_attr attr)
{
	return nl.attrs[attr] ? nla_get_u64(nl.attrs[attr]) : 0xdeadbeef;
}

static const char *string_of(enum vcs_attr attr)
{
	return nl.attrs[attr] ? nla_data(nl.attrs[attr]) : "(none)";
}

static void see_provider(struct nl *nl, void *data)
{
	if (strcmp(string_of(VCS_A_PROVIDER), FAKE_PROVIDER))
		return;
	seen.found = true;
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_FEATURES), VCS_FEATURE_RECORDS);
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_IN_USE), 1);
	KUNIT_EXPECT_STREQ(seen.test, string_of(VCS_A_OWNER), "kernel");
}

static void providers_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, get(VCS_CMD_GET_PROVIDER, NLM_F_DUMP, NULL,
				     see_provider));
	KUNIT_EXPECT_TRUE(test, seen.found);
}

static void see_cluster(struct nl *nl, void *data)
{
	seen.messages++;
	KUNIT_EXPECT_STREQ(seen.test, string_of(VCS_A_CLUSTER), FAKE_CLUSTER);
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_STATE), VCS_CLUSTER_MEMBER);
	KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_GENERATION), 1);
	KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_INCARNATION),
			cluster->incarnation);
}

static void clusters_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, get(VCS_CMD_GET_CLUSTER, 0, FAKE_CLUSTER,
				     see_cluster));
	KUNIT_EXPECT_EQ(test, seen.messages, 1);
	KUNIT_EXPECT_EQ(test, 0, get(VCS_CMD_GET_CLUSTER, NLM_F_DUMP, NULL,
				     see_cluster));
	KUNIT_EXPECT_EQ(test, seen.messages, 1);
	KUNIT_EXPECT_EQ(test, -EINVAL, dump(VCS_CMD_GET_CLUSTER, see_cluster));
	KUNIT_EXPECT_STREQ(test, nl.said,
			   "CLUSTER: a dump shows all; for one, leave NLM_F_DUMP out");
	KUNIT_EXPECT_EQ(test, seen.messages, 0);
}

/* A crowd joins; then all but the local node are gone. */
static void publish_crowd(struct kunit *test, bool others)
{
	struct vcs_view_update update = {
		.lifetime = fake.lifetime,
		.generation = ++fake.generation,
		.expected_votes = 1,
		.quorum = 1,
		.nr_members = others ? MANY : 1,
		.nr_departed = others ? 0 : MANY - 1,
	};
	struct vcs_departed *departed;
	struct vcs_member *members;
	u32 i;

	members = kvcalloc(MANY, sizeof(*members), GFP_KERNEL);
	departed = kvcalloc(MANY, sizeof(*departed), GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, members);
	KUNIT_EXPECT_NOT_NULL(test, departed);
	if (!members || !departed)
		return;
	members[0] = fake.members[0];
	for (i = 1; i < MANY; i++) {
		members[i] = (struct vcs_member) {
			.incarnation = 1000 + i,
			.joined_generation = 2,
			.nodeid = 1 + i,
			.votes = i,
		};
		departed[i - 1] = (struct vcs_departed) {
			.incarnation = 1000 + i,
			.nodeid = 1 + i,
			.reason = VCS_LEAVE_CLEAN,
		};
	}
	update.members = members;
	update.departed = departed;
	KUNIT_EXPECT_EQ(test, 0, vcs_publish_view(cluster, &update));
	kvfree(members);
	kvfree(departed);
}

static void see_node(struct nl *nl, void *data)
{
	u32 nodeid = u32_of(VCS_A_NODEID);

	if (!seen.messages++)
		publish_crowd(seen.test, false);
	KUNIT_EXPECT_EQ(seen.test, nodeid, ++seen.last);
	if (nodeid > 1) {
		KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_INCARNATION),
				999 + nodeid);
		KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_VOTES), nodeid - 1);
		KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_JOINED_GENERATION), 2);
	}
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_NODE_STATE),
			nodeid == 200 ? VCS_NODE_SUSPECT : VCS_NODE_MEMBER);
}

/* All of one view, although it has passed when the second message comes. */
static void nodes_test(struct kunit *test)
{
	publish_crowd(test, true);
	vcs_report_suspect(cluster, 200, true, "silent");
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_NODE, see_node));
	KUNIT_EXPECT_EQ(test, seen.messages, MANY);
	KUNIT_EXPECT_FALSE(test, vcs_is_member(cluster, 2));
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_NODE, NULL));
	KUNIT_EXPECT_EQ(test, seen.messages, 1);
}

static void see_listener(struct nl *nl, void *data)
{
	seen.messages++;
	KUNIT_EXPECT_STREQ(seen.test, string_of(VCS_A_LISTENER), "gfs");
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_LEVEL), VCS_LEVEL_FS);
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_FLAGS),
			VCS_LISTENER_NEED_QUORUM);
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_PHASE), VCS_PHASE_RUNNING);
	KUNIT_EXPECT_STREQ(seen.test, string_of(VCS_A_WAITING_FOR), "");
	KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_GENERATION), 1);
	KUNIT_EXPECT_NOT_NULL(seen.test, nl->attrs[VCS_A_SINCE_MS]);
}

static void listeners_test(struct kunit *test)
{
	struct seat *seat = kunit_kzalloc(test, sizeof(*seat), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, seat);
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_LISTENER, NULL));
	KUNIT_EXPECT_EQ(test, seen.messages, 0);
	seat_init(seat, "gfs", VCS_LEVEL_FS, VCS_LISTENER_NEED_QUORUM);
	seat_register(test, cluster, seat);
	seat_expect(test, seat, "start 1 +1;finish 1;");
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_LISTENER, see_listener));
	KUNIT_EXPECT_EQ(test, seen.messages, 1);
	vcs_unregister_listener(&seat->listener);
}

static void see_fence(struct nl *nl, void *data)
{
	seen.messages++;
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_NODEID), 2);
	KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_INCARNATION), 1);
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_FENCE_STATE),
			VCS_FENCE_PENDING);
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_ACTOR), 0);
	KUNIT_EXPECT_STREQ(seen.test, string_of(VCS_A_METHOD), "");
	KUNIT_EXPECT_STREQ(seen.test, string_of(VCS_A_REASON), "failed");
	KUNIT_EXPECT_EQ(seen.test, u32_of(VCS_A_TRIES), 0);
	KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_REQUEST), 0);
	KUNIT_EXPECT_NOT_NULL(seen.test, nl->attrs[VCS_A_SINCE_MS]);
}

/* Nobody is at it: the method "upcall" has no daemon. */
static void fences_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_FENCE, NULL));
	KUNIT_EXPECT_EQ(test, seen.messages, 0);
	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_EQ(test, 0, fake_publish());
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_FENCE, see_fence));
	KUNIT_EXPECT_EQ(test, seen.messages, 1);
}

static void see_log(struct nl *nl, void *data)
{
	if (!seen.messages++)
		vcs_log(cluster, VCS_LOG_PROVIDER, 0, 0, "meanwhile");
	KUNIT_EXPECT_EQ(seen.test, u64_of(VCS_A_LOG_SEQ), ++seen.last_seq);
	KUNIT_EXPECT_STRNEQ(seen.test, string_of(VCS_A_TEXT), "meanwhile");
	seen.found |= !strcmp(string_of(VCS_A_TEXT), "entry 199") &&
		      u32_of(VCS_A_NODEID) == 7 &&
		      u64_of(VCS_A_INCARNATION) == 77 &&
		      u64_of(VCS_A_GENERATION) == 1 &&
		      u32_of(VCS_A_LOG_CODE) == VCS_LOG_PROVIDER;
}

/* In order, to the last entry of the moment when it began, and no further. */
static void log_test(struct kunit *test)
{
	u64 end;
	int i;

	for (i = 0; i < LOG_ENTRIES; i++)
		vcs_log(cluster, VCS_LOG_PROVIDER, 7, 77, "entry %d", i);
	end = cluster->log.next;
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_LOG, see_log));
	KUNIT_EXPECT_EQ(test, seen.last_seq, end - 1);
	KUNIT_EXPECT_TRUE(test, seen.found);
}

static void refused_test(struct kunit *test)
{
	static const int cmds[] = {
		VCS_CMD_GET_NODE, VCS_CMD_GET_LISTENER, VCS_CMD_GET_FENCE,
		VCS_CMD_GET_LOG,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		KUNIT_EXPECT_EQ(test, -EINVAL,
				get(cmds[i], NLM_F_DUMP, NULL, NULL));
		KUNIT_EXPECT_STREQ(test, nl.said,
				   "CLUSTER is missing: give the name of the cluster");
		KUNIT_EXPECT_EQ(test, -ENOENT,
				get(cmds[i], NLM_F_DUMP, "other", NULL));
		KUNIT_EXPECT_NOT_NULL(test, strstr(nl.said, "no cluster of this name"));
		KUNIT_EXPECT_EQ(test, seen.messages, 0);
	}
	KUNIT_EXPECT_EQ(test, -ENOENT,
			get(VCS_CMD_GET_CLUSTER, 0, "other", NULL));
	KUNIT_EXPECT_NOT_NULL(test, strstr(nl.said, "no cluster of this name"));
}

/* Before the first view there is nobody; the dump is empty, and no error. */
static void no_view_test(struct kunit *test)
{
	fake_end(test, cluster);
	memset(&fake.members, 0, sizeof(fake.members));
	cluster = fake_joining(test, NULL);
	KUNIT_EXPECT_EQ(test, 0, dump(VCS_CMD_GET_NODE, NULL));
	KUNIT_EXPECT_EQ(test, seen.messages, 0);
}

static int init(struct kunit *test)
{
	int err = fake_provider_register();

	if (err)
		return err;
	seen.test = test;
	nl_open(test, &nl);
	cluster = fake_member(test, NULL);
	fake_expect_log(test, cluster, VCS_LOG_SYNC,
			"state of generation 1 is complete, from node 1");
	return 0;
}

static void exit(struct kunit *test)
{
	fake_end(test, cluster);
	nl_close(&nl);
	fake_provider_unregister();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(providers_test),
	KUNIT_CASE(clusters_test),
	KUNIT_CASE(nodes_test),
	KUNIT_CASE(listeners_test),
	KUNIT_CASE(fences_test),
	KUNIT_CASE(log_test),
	KUNIT_CASE(refused_test),
	KUNIT_CASE(no_view_test),
	{}
};

static struct kunit_suite suite = {
	.name = "netlink_dump",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
