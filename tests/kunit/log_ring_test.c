// SPDX-License-Identifier: GPL-2.0-only
/* The decision log as a ring: numbers without a gap, the newest entries. */
#include <kunit/test.h>
#include <linux/module.h>

#include "vcs/log_ring.h"

static int log_init(struct kunit *test)
{
	struct vcs_cluster *cluster;

	cluster = kunit_kzalloc(test, sizeof(*cluster), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cluster);
	test->priv = cluster;
	return vcs_log_setup(cluster);
}

static void log_exit(struct kunit *test)
{
	vcs_log_destroy(test->priv);
}

static void add(struct vcs_cluster *cluster, u32 nr)
{
	struct vcs_log_entry entry = {};

	for (; nr; nr--) {
		entry.nodeid++;
		vcs_log_add(cluster, &entry);
	}
}

struct read_case {
	u32 added;
	u64 seq;
	u64 found;	/* 0: none */
};

static const struct read_case read_cases[] = {
	{ 0, 0, 0 },
	{ 0, 1, 0 },
	{ 1, 0, 1 },
	{ 1, 1, 1 },
	{ 1, 2, 0 },
	{ 3, 2, 2 },
	{ VCS_LOG_ENTRIES, 0, 1 },
	{ VCS_LOG_ENTRIES, VCS_LOG_ENTRIES, VCS_LOG_ENTRIES },
	{ VCS_LOG_ENTRIES, VCS_LOG_ENTRIES + 1, 0 },
	{ VCS_LOG_ENTRIES + 1, 1, 2 },
	{ VCS_LOG_ENTRIES + 1, 2, 2 },
	{ VCS_LOG_ENTRIES * 3 + 5, 0, VCS_LOG_ENTRIES * 2 + 6 },
	{ VCS_LOG_ENTRIES * 3 + 5, U64_MAX, 0 },
	{ VCS_LOG_ENTRIES * 3 + 5, U64_MAX - VCS_LOG_ENTRIES, 0 },
};

static void read_test(struct kunit *test)
{
	struct vcs_cluster *cluster = test->priv;
	const struct read_case *c;
	struct vcs_log_entry entry;
	bool found;

	for (c = read_cases; c < read_cases + ARRAY_SIZE(read_cases); c++) {
		cluster->log.next = 1;
		add(cluster, c->added);
		found = vcs_log_read(cluster, c->seq, &entry);
		KUNIT_EXPECT_EQ_MSG(test, found, !!c->found,
				    "%u added, %llu asked", c->added, c->seq);
		if (!found || !c->found)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, entry.seq, c->found,
				    "%u added, %llu asked", c->added, c->seq);
		KUNIT_EXPECT_EQ(test, entry.nodeid, (u32)c->found);
	}
}

static void walk_test(struct kunit *test)
{
	struct vcs_cluster *cluster = test->priv;
	struct vcs_log_entry entry;
	u64 seq = 0;
	u32 nr = 0;

	add(cluster, VCS_LOG_ENTRIES + 100);
	while (vcs_log_read(cluster, seq, &entry)) {
		if (seq)
			KUNIT_EXPECT_EQ(test, entry.seq, seq);
		seq = entry.seq + 1;
		nr++;
	}
	KUNIT_EXPECT_EQ(test, nr, VCS_LOG_ENTRIES);
	KUNIT_EXPECT_EQ(test, seq, VCS_LOG_ENTRIES + 101);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(read_test),
	KUNIT_CASE(walk_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_log_ring",
	.init = log_init,
	.exit = log_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: the decision log");
MODULE_LICENSE("GPL");
