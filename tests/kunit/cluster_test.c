// SPDX-License-Identifier: GPL-2.0-only
/* Clusters: joins that work and joins that do not, upcalls, the end. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kmsg_dump.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

static int init(struct kunit *test)
{
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	fake_provider_unregister();
}

static int join(const char *name, const char *provider, const char *options)
{
	return vcs_join_cluster(&init_net, name, provider, options, NULL);
}

static void names_test(struct kunit *test)
{
	static const char * const bad[] = {
		"", ".", "..", "providers", "a/b", "a b", "\xc3\xa9",
		"abcdefghijklmnopqrstuvwxyz0123456",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    join(bad[i], FAKE_PROVIDER, NULL), "%s",
				    bad[i]);
	KUNIT_EXPECT_EQ(test, -EINVAL, join("a", "b/c", NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL, join("a", FAKE_PROVIDER, "fence="));
	KUNIT_EXPECT_NULL(test, vcs_cluster_get(&init_net, "a"));
}

static void join_test(struct kunit *test)
{
	static const u8 key[VCS_KEY_LEN] = "a secret of thirty-two bytes...";
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_EQ(test, 0,
			vcs_join_cluster(&init_net, FAKE_CLUSTER,
					 FAKE_PROVIDER, "x=1,overdue=9,y",
					 key));
	KUNIT_EXPECT_EQ(test, -EEXIST,
			join(FAKE_CLUSTER, FAKE_PROVIDER, NULL));
	cluster = vcs_cluster_get(&init_net, FAKE_CLUSTER);
	KUNIT_ASSERT_NOT_NULL(test, cluster);
	fake_await_join(test);
	KUNIT_EXPECT_STREQ(test, fake.options, "x=1,y");
	KUNIT_EXPECT_TRUE(test, fake.has_key);
	KUNIT_EXPECT_EQ(test, 0, memcmp(fake.key, key, sizeof(key)));
	KUNIT_EXPECT_PTR_EQ(test, vcs_provider_data(cluster), (void *)&fake);
	KUNIT_EXPECT_PTR_EQ(test, vcs_cluster_net(cluster), &init_net);
	KUNIT_EXPECT_STREQ(test, vcs_cluster_name(cluster), FAKE_CLUSTER);
	KUNIT_EXPECT_EQ(test, vcs_local_nodeid(cluster), 0);
	KUNIT_EXPECT_NULL(test, vcs_view_get(cluster));
	fake_add(1);
	fake_step(test);
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_MEMBER);
	KUNIT_EXPECT_EQ(test, vcs_local_nodeid(cluster), 1);
	fake_end(test, cluster);
	KUNIT_EXPECT_NULL(test, vcs_cluster_get(&init_net, FAKE_CLUSTER));
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
}

/* The cluster as it was when it ended, by a reference taken before. */
static void expect_failed(struct kunit *test, const char *provider, int err)
{
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_EQ(test, 0, join(FAKE_CLUSTER, provider, NULL));
	cluster = vcs_cluster_get(&init_net, FAKE_CLUSTER);
	KUNIT_ASSERT_NOT_NULL(test, cluster);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, err);
	KUNIT_EXPECT_EQ(test, fake.leaves, 0);
	vcs_cluster_put(cluster);
}

static void failed_join_test(struct kunit *test)
{
	expect_failed(test, "nosuch", -ENOENT);
	fake.join_error = -EADDRINUSE;
	expect_failed(test, FAKE_PROVIDER, -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, fake.joins, 1);
	/* No answer of a provider: neither a success nor an errno. */
	fake.join_error = 7;
	expect_failed(test, FAKE_PROVIDER, -EPROTO);
	KUNIT_EXPECT_EQ(test, fake.joins, 2);
}

static void failed_later_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, NULL);

	vcs_join_failed(cluster, -EPROTO, "no");
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, -EPROTO);
	KUNIT_EXPECT_STREQ(test, cluster->state_reason, "no");
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	fake_end(test, cluster);

	/* Too late for that: it is a member. */
	cluster = fake_member(test, NULL);
	vcs_join_failed(cluster, -EPROTO, "no");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_MEMBER);
	fake_end(test, cluster);
}

/* Does the kernel's log have a line with these words about the fake cluster? */
static bool in_kernel_log(const char *words)
{
	struct kmsg_dump_iter iter;
	char line[256], *said;
	size_t len;

	kmsg_dump_rewind(&iter);
	while (kmsg_dump_get_line(&iter, false, line, sizeof(line) - 1, &len)) {
		line[len] = '\0';
		said = strstr(line, "vcs: " FAKE_CLUSTER ": ");
		if (said && strstr(said, words))
			return true;
	}
	return false;
}

static const char *not_in_kernel_log(void)
{
	static const char *const words[] = {
		"joined as node 1, view ",
		", members 1,77",
		"not quorate: test",
		": quorate: test",
		"node 77 is out: failed",
		"leaves cleanly",
		"out of the cluster: evicted by the others: removed (-125)",
		"could not join: no, for a test (-71)",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!in_kernel_log(words[i]))
			return words[i];
	return NULL;
}

static struct vcs_cluster *next_life(struct kunit *test)
{
	fake.nr_members = 0;
	fake.nr_departed = 0;
	return fake_member(test, NULL);
}

static void live_and_end(struct kunit *test)
{
	struct vcs_cluster *cluster = next_life(test);

	fake_add(77);
	fake_step(test);
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(false));
	fake_remove(77, VCS_LEAVE_FAILED);
	fake_step(test);
	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(cluster, false));
	fake_end(test, cluster);

	cluster = next_life(test);
	vcs_report_evicted(cluster, VCS_LEAVE_REMOVED);
	fake_end(test, cluster);

	cluster = fake_joining(test, NULL);
	vcs_join_failed(cluster, -EPROTO, "no, for a test");
	fake_end(test, cluster);
}

/* What an administrator reads first. Its rate is limited: until all was said. */
static void kernel_log_test(struct kunit *test)
{
	unsigned long end = jiffies + 30 * HZ;
	const char *missing;

	do {
		live_and_end(test);
		missing = not_in_kernel_log();
	} while (missing && time_before(jiffies, end));
	KUNIT_EXPECT_NULL_MSG(test, missing, "never said: %s", missing);
}

static void leave_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct vcs_view_update update = { .nr_members = 1 };

	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(cluster, false));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vcs_cluster_leave(cluster, false));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vcs_publish_view(cluster, &update));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN,
			vcs_set_quorate(cluster, &fake.lifetime, 1, true, ""));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN,
			vcs_deliver_record(cluster, &fake.lifetime, 1, 1, "", 1));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vcs_may_join(cluster, 2, false));
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, 0);
	KUNIT_EXPECT_EQ(test, fake.how, VCS_LEAVE_HOW_CLEAN);
	/* Lookups still answer who holds it. */
	KUNIT_EXPECT_TRUE(test, vcs_is_member(cluster, 1));
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(cluster));
	KUNIT_EXPECT_NULL(test, cluster->provider);
	vcs_cluster_put(cluster);
}

static void evicted_alone_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	vcs_report_evicted(cluster, VCS_LEAVE_REMOVED);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake.how, VCS_LEAVE_HOW_FAIL);
	vcs_cluster_put(cluster);
}

static void expect_refused(struct kunit *test, struct vcs_cluster *cluster,
			   const char *text)
{
	fake_expect_log(test, cluster, VCS_LOG_REFUSED, text);
}

/* Said at the wrong time: refused, logged, and nothing has changed. */
static void untimely_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, NULL);

	vcs_provider_lost(cluster, "test");
	expect_refused(test, cluster, "provider lost: not a member (-22)");
	vcs_provider_recovered(cluster);
	expect_refused(test, cluster, "provider recovered: not lost (-22)");
	KUNIT_EXPECT_EQ(test, -ESTALE, fake_quorate(true));
	expect_refused(test, cluster, "quorum: not of this view (-116)");
	KUNIT_EXPECT_EQ(test, -ESTALE,
			vcs_deliver_record(cluster, &fake.lifetime, 0, 1, "", 1));
	expect_refused(test, cluster, "record: not of this view (-116)");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_JOINING);

	fake_add(1);
	fake_step(test);
	fake_expect_log(test, cluster, VCS_LOG_SYNC,
			"state of generation 1 is complete, from node 1");
	vcs_join_failed(cluster, -EPERM, "test");
	expect_refused(test, cluster, "join failed: not joining (-1)");
	vcs_provider_recovered(cluster);
	expect_refused(test, cluster, "provider recovered: not lost (-22)");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_MEMBER);

	vcs_provider_lost(cluster, "first");
	vcs_provider_lost(cluster, "second");
	expect_refused(test, cluster, "provider lost: lost already (-22)");
	KUNIT_EXPECT_STREQ(test, cluster->state_reason, "first");
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_deliver_record(cluster, &fake.lifetime, 1, 1, "", 1));
	expect_refused(test, cluster, "record: the provider is lost (-22)");
	fake_add(2);
	KUNIT_EXPECT_EQ(test, -EINVAL, fake_publish());
	expect_refused(test, cluster, "view: the provider is lost (-22)");
	KUNIT_EXPECT_FALSE(test, vcs_is_member(cluster, 2));
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_FROZEN);
	fake_end(test, cluster);
}

/* A provider that never said it had records. */
static void no_records_test(struct kunit *test)
{
	struct vcs_cluster *cluster;

	fake_provider_unregister();
	KUNIT_ASSERT_EQ(test, 0, fake_provider_register_with(0));
	cluster = fake_member(test, NULL);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			vcs_deliver_record(cluster, &fake.lifetime, 1, 1, "", 1));
	expect_refused(test, cluster, "record: not a feature (-95)");
	vcs_submit_ready(cluster);
	expect_refused(test, cluster, "submit ready: not a feature (-95)");
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			vcs_fence_node(cluster, 2, 1, "test"));
	fake_end(test, cluster);
}

static void upcalls_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct vcs_lifetime other = { .id = { 1 } };
	u8 data[VCS_RECORD_MAX + 1] = { 0 };
	const struct vcs_view *view;

	KUNIT_EXPECT_EQ(test, -ESTALE,
			vcs_set_quorate(cluster, &other, 1, false, NULL));
	expect_refused(test, cluster, "quorum: not of this view (-116)");
	KUNIT_EXPECT_EQ(test, -ESTALE,
			vcs_set_quorate(cluster, &fake.lifetime, 2, false,
					NULL));
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(cluster));
	KUNIT_EXPECT_EQ(test, -ESTALE,
			vcs_deliver_record(cluster, &fake.lifetime, 2, 1, data,
					   1));
	KUNIT_EXPECT_EQ(test, -EPROTO,
			vcs_deliver_record(cluster, &fake.lifetime, 1, 2, data,
					   1));
	expect_refused(test, cluster, "record: not from a member (-71)");
	KUNIT_EXPECT_EQ(test, -EMSGSIZE,
			vcs_deliver_record(cluster, &fake.lifetime, 1, 1, data,
					   0));
	KUNIT_EXPECT_EQ(test, -EMSGSIZE,
			vcs_deliver_record(cluster, &fake.lifetime, 1, 1, data,
					   sizeof(data)));
	expect_refused(test, cluster, "record: length (-90)");
	KUNIT_EXPECT_EQ(test, -EPROTO,
			vcs_deliver_record(cluster, &fake.lifetime, 1, 1, data,
					   1));
	expect_refused(test, cluster, "record: malformed (-71)");

	/* A view that does not follow leaves all as it was. */
	fake.generation++;
	fake_add(2);
	KUNIT_EXPECT_EQ(test, -EPROTO, fake_publish());
	expect_refused(test, cluster, "view: generation left out (-71)");
	view = vcs_view_get(cluster);
	KUNIT_EXPECT_EQ(test, view->generation, 1);
	KUNIT_EXPECT_EQ(test, view->nr_members, 1);
	vcs_view_put(view);
	fake_end(test, cluster);
}

/* A life that is over does not come back, not even much later. */
static void came_back_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_CLEAN);
	fake_step(test);
	fake_step(test);
	fake.last_incarnation--;
	fake_add(2);
	KUNIT_EXPECT_EQ(test, -EPROTO, fake_publish());
	expect_refused(test, cluster, "view: incarnation came back (-71)");
	fake_end(test, cluster);
}

struct crowd {
	struct vcs_member members[VCS_MEMBERS_MAX];
	struct vcs_departed departed[VCS_MEMBERS_MAX];
};

/* The local node and, with @others, as many as a view can hold. */
static int publish_crowd(struct crowd *crowd, bool others)
{
	struct vcs_view_update update = {
		.lifetime = fake.lifetime,
		.generation = ++fake.generation,
		.expected_votes = 1,
		.quorum = 1,
		.members = crowd->members,
		.departed = crowd->departed,
		.nr_members = others ? VCS_MEMBERS_MAX : 1,
		.nr_departed = others ? 0 : VCS_MEMBERS_MAX - 1,
	};

	return vcs_publish_view(fake.cluster, &update);
}

/* Nobody that one view drops is forgotten, however many. */
static void crowd_came_back_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct crowd *crowd = kvzalloc(sizeof(*crowd), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	crowd->members[0] = fake.members[0];
	for (i = 1; i < VCS_MEMBERS_MAX; i++) {
		crowd->members[i] = (struct vcs_member) {
			.incarnation = 1000 + i,
			.joined_generation = 2,
			.nodeid = 1 + i,
		};
		crowd->departed[i - 1] = (struct vcs_departed) {
			.incarnation = 1000 + i,
			.nodeid = 1 + i,
			.reason = VCS_LEAVE_CLEAN,
		};
	}
	KUNIT_EXPECT_EQ(test, 0, publish_crowd(crowd, true));
	KUNIT_EXPECT_EQ(test, 0, publish_crowd(crowd, false));
	fake.last_incarnation = 1000;
	fake_add(2);
	KUNIT_EXPECT_EQ(test, -EPROTO, fake_publish());
	expect_refused(test, cluster, "view: incarnation came back (-71)");
	fake_end(test, cluster);
	kvfree(crowd);
}

/* A configured node that was absent has no life that could come back. */
static void absent_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, NULL);
	unsigned int i;

	fake_add(1);
	for (i = 0; i < FAKE_MEMBERS; i++)
		fake.departed[i] = (struct vcs_departed) {
			.nodeid = 10 + i,
			.reason = VCS_LEAVE_ABSENT,
		};
	fake.nr_departed = FAKE_MEMBERS;
	fake_step(test);
	KUNIT_EXPECT_EQ(test, cluster->nr_gone, 0);
	fake_end(test, cluster);
}

static void lookups_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	const struct vcs_view *view;
	u32 sum = 0;
	const struct vcs_member *m;

	fake_add(5);
	fake_add(3);
	fake_step(test);
	KUNIT_EXPECT_TRUE(test, vcs_is_member(cluster, 3));
	KUNIT_EXPECT_FALSE(test, vcs_is_member(cluster, 4));
	rcu_read_lock();
	vcs_view_for_each(m, vcs_view_rcu(cluster))
		sum = sum * 10 + m->nodeid;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, sum, 135);
	view = vcs_view_get(cluster);
	fake_remove(3, VCS_LEAVE_FAILED);
	fake_step(test);
	KUNIT_EXPECT_NOT_NULL(test, vcs_view_member(view, 3));
	KUNIT_EXPECT_FALSE(test, vcs_is_member(cluster, 3));
	vcs_view_put(view);
	fake_end(test, cluster);
}

/* What is suspected stays so in the next view; who is gone is not. */
static void suspect_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	fake_add(2);
	fake_add(3);
	fake_step(test);
	vcs_report_suspect(cluster, 2, true, "quiet");
	vcs_report_suspect(cluster, 3, true, "quiet");
	vcs_report_suspect(cluster, 9, true, "nobody");
	KUNIT_EXPECT_TRUE(test, test_bit(1, cluster->suspects));
	KUNIT_EXPECT_TRUE(test, test_bit(2, cluster->suspects));
	fake_remove(2, VCS_LEAVE_CLEAN);
	fake_step(test);
	KUNIT_EXPECT_FALSE(test, test_bit(0, cluster->suspects));
	KUNIT_EXPECT_TRUE(test, test_bit(1, cluster->suspects));
	vcs_report_suspect(cluster, 3, false, NULL);
	KUNIT_EXPECT_FALSE(test, test_bit(1, cluster->suspects));
	fake_end(test, cluster);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(names_test),
	KUNIT_CASE(join_test),
	KUNIT_CASE(failed_join_test),
	KUNIT_CASE(failed_later_test),
	KUNIT_CASE(kernel_log_test),
	KUNIT_CASE(leave_test),
	KUNIT_CASE(evicted_alone_test),
	KUNIT_CASE(untimely_test),
	KUNIT_CASE(no_records_test),
	KUNIT_CASE(upcalls_test),
	KUNIT_CASE(came_back_test),
	KUNIT_CASE(crowd_came_back_test),
	KUNIT_CASE(absent_test),
	KUNIT_CASE(lookups_test),
	KUNIT_CASE(suspect_test),
	{}
};

static struct kunit_suite suite = {
	.name = "cluster",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
