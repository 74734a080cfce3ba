// SPDX-License-Identifier: GPL-2.0-only
/* Tables copied out whole: more items than the slack, in order; none. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "vcs/snapshot.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

#define SEATS 12

static const char * const names[SEATS] = {
	"l", "a", "k", "b", "j", "c", "i", "d", "h", "e", "g", "f",
};

static int init(struct kunit *test)
{
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	fake_provider_unregister();
}

static void listeners_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct vcs_listener_info *infos;
	struct seat *seats;
	u32 i, nr;

	infos = vcs_snapshot_listeners(cluster, &nr);
	KUNIT_ASSERT_NOT_NULL(test, infos);
	KUNIT_EXPECT_EQ(test, nr, 0);
	kvfree(infos);

	seats = kunit_kcalloc(test, SEATS, sizeof(*seats), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seats);
	for (i = 0; i < SEATS; i++) {
		seat_init(&seats[i], names[i], VCS_LEVEL_FS,
			  VCS_LISTENER_NEED_QUORUM);
		seat_register(test, cluster, &seats[i]);
	}
	infos = vcs_snapshot_listeners(cluster, &nr);
	KUNIT_ASSERT_NOT_NULL(test, infos);
	KUNIT_EXPECT_EQ(test, nr, SEATS);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, infos[i].name[0], 'a' + i);
		KUNIT_EXPECT_EQ(test, infos[i].level, VCS_LEVEL_FS);
		KUNIT_EXPECT_EQ(test, infos[i].flags, VCS_LISTENER_NEED_QUORUM);
		KUNIT_EXPECT_EQ(test, infos[i].generation, 1);
	}
	kvfree(infos);
	for (i = 0; i < SEATS; i++)
		vcs_unregister_listener(&seats[i].listener);
	fake_end(test, cluster);
}

static void fences_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, "fence=manual");
	struct vcs_fence_info *infos;
	u32 nr;

	infos = vcs_snapshot_fences(cluster, &nr);
	KUNIT_ASSERT_NOT_NULL(test, infos);
	KUNIT_EXPECT_EQ(test, nr, 0);
	kvfree(infos);

	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_REMOVED);
	fake_step(test);
	infos = vcs_snapshot_fences(cluster, &nr);
	KUNIT_ASSERT_NOT_NULL(test, infos);
	KUNIT_EXPECT_EQ(test, nr, 1);
	KUNIT_EXPECT_EQ(test, infos[0].nodeid, 2);
	KUNIT_EXPECT_EQ(test, infos[0].incarnation, fake.last_incarnation);
	KUNIT_EXPECT_STREQ(test, infos[0].reason, "removed");
	kvfree(infos);
	fake_end(test, cluster);
}

static void providers_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct vcs_provider_info *infos;
	u32 i, nr;

	infos = vcs_snapshot_providers(&nr);
	KUNIT_ASSERT_NOT_NULL(test, infos);
	for (i = 0; i < nr; i++)
		if (!strcmp(infos[i].name, FAKE_PROVIDER))
			break;
	KUNIT_ASSERT_LT(test, i, nr);
	KUNIT_EXPECT_STREQ(test, infos[i].owner, "kernel");
	KUNIT_EXPECT_EQ(test, infos[i].features, VCS_FEATURE_RECORDS);
	KUNIT_EXPECT_EQ(test, infos[i].in_use, 1);
	kvfree(infos);
	fake_end(test, cluster);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(listeners_test),
	KUNIT_CASE(fences_test),
	KUNIT_CASE(providers_test),
	{}
};

static struct kunit_suite suite = {
	.name = "snapshot",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
