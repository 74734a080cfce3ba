// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cluster and an entry of its log as attributes: what a cluster waits for, in
 * each state, and that what does not fit is not sent half. Who waits is a
 * stand-in.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "vcs/listener.h"
#include "vcs/netlink.h"
#include "vcs/sync.h"

static struct {
	u32 stateful;
	bool synced;
	const char *waits;	/* the second of two listeners; NULL: none */
} core;

static struct vcs_cluster *cluster;
static struct sk_buff *skb;

struct vcs_view *vcs_view_locked(struct vcs_cluster *cluster)
{
	return rcu_dereference_protected(cluster->view, true);
}

u32 vcs_listeners_stateful_locked(struct vcs_cluster *cluster)
{
	return core.stateful;
}

bool vcs_sync_done_locked(struct vcs_cluster *cluster)
{
	return core.synced;
}

int vcs_listener_info_locked(struct vcs_cluster *cluster, u32 index,
			     struct vcs_listener_info *info)
{
	if (!core.waits || index > 1)
		return -ENOENT;
	memset(info, 0, sizeof(*info));
	if (index)
		strscpy(info->waiting_for, core.waits,
			sizeof(info->waiting_for));
	return 0;
}

static struct nlattr *filled(enum vcs_attr type)
{
	struct nlattr *attr = nla_find((struct nlattr *)skb->data, skb->len,
				       type);

	return attr;
}

static const char *filled_string(enum vcs_attr type)
{
	return filled(type) ? nla_data(filled(type)) : "(none)";
}

static u64 filled_u64(enum vcs_attr type)
{
	return filled(type) ? nla_get_u64(filled(type)) : 0xdeadbeef;
}

static u32 filled_u32(enum vcs_attr type)
{
	return filled(type) ? nla_get_u32(filled(type)) : 0xdeadbeef;
}

static void fill(struct kunit *test)
{
	skb_trim(skb, 0);
	KUNIT_EXPECT_EQ(test, 0, vcs_nl_fill_cluster_locked(skb, cluster));
}

static void waiting_test(struct kunit *test)
{
	static const struct {
		enum vcs_cluster_state state;
		bool quorate, synced;
		u32 stateful;
		const char *waits, *text;
	} table[] = {
		{ VCS_CLUSTER_LOADING, false, false, 0, NULL,
		  "module:vcs-provider-maker" },
		{ VCS_CLUSTER_JOINING, false, false, 0, NULL, "view" },
		{ VCS_CLUSTER_FROZEN, false, true, 1, "fence:3", "provider" },
		{ VCS_CLUSTER_EVICTED, false, true, 1, "stop", "listeners" },
		{ VCS_CLUSTER_LEAVING, false, true, 0, "stop", "" },
		{ VCS_CLUSTER_MEMBER, false, false, 1, "stop", "quorum" },
		{ VCS_CLUSTER_MEMBER, true, false, 1, "stop", "sync" },
		{ VCS_CLUSTER_MEMBER, true, true, 1, "fence:3", "fence:3" },
		{ VCS_CLUSTER_MEMBER, true, true, 0, "", "" },
		{ VCS_CLUSTER_MEMBER, true, true, 0, NULL, "" },
		{ VCS_CLUSTER_LEFT, false, false, 0, NULL, "" },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cluster->state = table[i].state;
		cluster->quorate = table[i].quorate;
		core.synced = table[i].synced;
		core.stateful = table[i].stateful;
		core.waits = table[i].waits;
		fill(test);
		KUNIT_EXPECT_STREQ_MSG(test, filled_string(VCS_A_WAITING_FOR),
				       table[i].text, "line %d", i);
	}
}

/* While it is a member, the word about quorum; otherwise why it is not one. */
static void reason_test(struct kunit *test)
{
	strscpy(cluster->quorum_reason, "two of three",
		sizeof(cluster->quorum_reason));
	strscpy(cluster->state_reason, "forced leave",
		sizeof(cluster->state_reason));
	cluster->state = VCS_CLUSTER_MEMBER;
	fill(test);
	KUNIT_EXPECT_STREQ(test, filled_string(VCS_A_REASON), "two of three");
	cluster->state = VCS_CLUSTER_EVICTED;
	fill(test);
	KUNIT_EXPECT_STREQ(test, filled_string(VCS_A_REASON), "forced leave");
	cluster->quorum_reason[0] = '\0';
	cluster->state = VCS_CLUSTER_MEMBER;
	fill(test);
	KUNIT_EXPECT_STREQ(test, filled_string(VCS_A_REASON), "forced leave");
}

static struct vcs_view *new_view(struct kunit *test)
{
	struct vcs_view *view;

	view = kunit_kzalloc(test, struct_size(view, members, 2), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, view);
	view->generation = 0x1122334455667788;
	view->expected_votes = 9;
	view->quorum = 5;
	view->nr_members = 2;
	view->members[0].votes = 3;
	view->members[1].votes = 4;
	view->lifetime.id[15] = 0xaa;
	return view;
}

static void view_test(struct kunit *test)
{
	struct vcs_view *view = new_view(test);

	cluster->error = -ECANCELED;
	cluster->local_nodeid = 7;
	cluster->incarnation = 0x8877665544332211;
	fill(test);
	KUNIT_EXPECT_NULL(test, filled(VCS_A_GENERATION));
	KUNIT_EXPECT_NULL(test, filled(VCS_A_LIFETIME));
	rcu_assign_pointer(cluster->view, view);
	fill(test);
	KUNIT_EXPECT_STREQ(test, filled_string(VCS_A_CLUSTER), "alpha");
	KUNIT_EXPECT_STREQ(test, filled_string(VCS_A_PROVIDER), "maker");
	KUNIT_EXPECT_EQ(test, (s32)filled_u32(VCS_A_ERROR), -ECANCELED);
	KUNIT_EXPECT_EQ(test, filled_u32(VCS_A_LOCAL_NODE), 7);
	KUNIT_EXPECT_EQ(test, filled_u64(VCS_A_INCARNATION),
			0x8877665544332211);
	KUNIT_EXPECT_EQ(test, filled_u64(VCS_A_GENERATION),
			0x1122334455667788);
	KUNIT_EXPECT_EQ(test, filled_u32(VCS_A_VOTES), 7);
	KUNIT_EXPECT_EQ(test, filled_u32(VCS_A_EXPECTED_VOTES), 9);
	KUNIT_EXPECT_EQ(test, filled_u32(VCS_A_QUORUM), 5);
	KUNIT_EXPECT_EQ(test, filled_u32(VCS_A_NR_MEMBERS), 2);
	KUNIT_EXPECT_EQ(test, 0, memcmp(nla_data(filled(VCS_A_LIFETIME)),
					&view->lifetime, VCS_LIFETIME_LEN));
}

static void log_test(struct kunit *test)
{
	struct vcs_log_entry *entry;

	entry = kunit_kzalloc(test, sizeof(*entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	*entry = (struct vcs_log_entry){
		.seq = 1, .time_ns = 2, .incarnation = 3, .generation = 4,
		.nodeid = 5, .code = VCS_LOG_SYNC, .text = "words",
	};
	KUNIT_EXPECT_EQ(test, 0, vcs_nl_fill_log(skb, entry));
	KUNIT_EXPECT_EQ(test, filled_u64(VCS_A_LOG_SEQ), 1);
	KUNIT_EXPECT_EQ(test, filled_u64(VCS_A_TIME_NS), 2);
	KUNIT_EXPECT_EQ(test, filled_u64(VCS_A_INCARNATION), 3);
	KUNIT_EXPECT_EQ(test, filled_u64(VCS_A_GENERATION), 4);
	KUNIT_EXPECT_EQ(test, filled_u32(VCS_A_NODEID), 5);
	KUNIT_EXPECT_EQ(test, filled_u32(VCS_A_LOG_CODE), VCS_LOG_SYNC);
	KUNIT_EXPECT_STREQ(test, filled_string(VCS_A_TEXT), "words");
}

static int fill_cluster(const struct vcs_log_entry *entry)
{
	return vcs_nl_fill_cluster_locked(skb, cluster);
}

static int fill_log(const struct vcs_log_entry *entry)
{
	return vcs_nl_fill_log(skb, entry);
}

/* With less room than it takes, however much less. */
static void check_no_room(struct kunit *test,
			  int (*fill)(const struct vcs_log_entry *entry),
			  const struct vcs_log_entry *entry)
{
	int need, size, used;

	skb_trim(skb, 0);
	KUNIT_EXPECT_EQ(test, 0, fill(entry));
	need = skb->len;
	size = need + skb_tailroom(skb);
	/* Numbers of 64 bits are aligned: begin where that makes no odds. */
	for (used = ALIGN(size - need + 1, 8); used <= size; used += 8) {
		skb_trim(skb, 0);
		skb_put(skb, used);
		KUNIT_EXPECT_EQ_MSG(test, -EMSGSIZE, fill(entry),
				    "%d bytes instead of %d", size - used,
				    need);
	}
}

static void no_room_test(struct kunit *test)
{
	struct vcs_log_entry *entry;

	entry = kunit_kzalloc(test, sizeof(*entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	rcu_assign_pointer(cluster->view, new_view(test));
	check_no_room(test, fill_cluster, NULL);
	check_no_room(test, fill_log, entry);
}

static int init(struct kunit *test)
{
	memset(&core, 0, sizeof(core));
	cluster = kunit_kzalloc(test, sizeof(*cluster), GFP_KERNEL);
	skb = alloc_skb(2048, GFP_KERNEL);
	if (!cluster || !skb)
		return -ENOMEM;
	strscpy(cluster->name, "alpha", sizeof(cluster->name));
	strscpy(cluster->provider_name, "maker",
		sizeof(cluster->provider_name));
	return 0;
}

static void exit(struct kunit *test)
{
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(waiting_test),
	KUNIT_CASE(reason_test),
	KUNIT_CASE(view_test),
	KUNIT_CASE(log_test),
	KUNIT_CASE(no_room_test),
	{}
};

static struct kunit_suite suite = {
	.name = "netlink_fill",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
