// SPDX-License-Identifier: GPL-2.0-only
/* /sys/cluster follows the state: its files, and folders that come and go. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"
#include "vcs/fence.h"
#include "vcs/notify.h"

#define PATIENCE_MS 2000

static struct file *open_file(const char *format, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), format, name);
	return filp_open(path, O_RDONLY, 0);
}

/* "" when there is no such file, "-" when it cannot be read. */
static void read_file(const char *root, const char *name, char *text,
		      size_t size)
{
	char format[64];
	struct file *file;
	ssize_t len;
	loff_t pos = 0;

	text[0] = '\0';
	snprintf(format, sizeof(format), "%s/%%s", root);
	file = open_file(format, name);
	if (IS_ERR(file))
		return;
	len = kernel_read(file, text, size - 1, &pos);
	filp_close(file, NULL);
	if (len < 0)
		text = strcpy(text, "-") + 1;
	else
		text[len] = '\0';
}

static void expect_at(struct kunit *test, const char *root, const char *name,
		      const char *value)
{
	char text[80] = "";
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		read_file(root, name, text, sizeof(text));
		if (!strcmp(text, value))
			return;
		usleep_range(900, 1100);
	}
	KUNIT_FAIL(test, "%s/%s: \"%s\" instead of \"%s\"", root, name, text,
		   value);
}

static void expect(struct kunit *test, const char *name, const char *value)
{
	expect_at(test, "/sys/cluster/" FAKE_CLUSTER, name, value);
}

static void cluster_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, NULL);

	expect(test, "provider", FAKE_PROVIDER "\n");
	expect(test, "state", "joining\n");
	expect(test, "lifetime", "\n");
	expect(test, "generation", "0\n");
	expect(test, "local_node", "0\n");
	expect(test, "quorum_reason", "not a member yet\n");
	fake_add(1);
	fake_add(2);
	KUNIT_EXPECT_EQ(test, 0, fake_publish());
	expect(test, "quorum_reason",
	       "the provider has not said yet whether this view may act\n");
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	expect(test, "state", "member\n");
	expect(test, "generation", "1\n");
	expect(test, "quorate", "1\n");
	expect(test, "quorum_reason", "test\n");
	expect(test, "votes", "2\n");
	expect(test, "expected_votes", "8\n");
	expect(test, "quorum", "1\n");
	expect(test, "local_node", "1\n");
	vcs_provider_lost(cluster, "its daemon is gone");
	expect(test, "quorum_reason", "its daemon is gone\n");
	vcs_provider_recovered(cluster);
	expect(test, "quorum_reason", "test\n");
	fake_end(test, cluster);
	expect(test, "state", "");
}

/* How many lines of the decision log, not full yet, have these words? */
static u32 in_decision_log(struct vcs_cluster *cluster, const char *words)
{
	struct vcs_log_ring *log = &cluster->log;
	unsigned long flags;
	u32 i, nr = 0;

	spin_lock_irqsave(&log->lock, flags);
	for (i = 0; i < VCS_LOG_ENTRIES; i++)
		nr += !!strstr(log->entries[i].text, words);
	spin_unlock_irqrestore(&log->lock, flags);
	return nr;
}

/* A name that nobody has registered is said at the join, not at the fence. */
static void fence_methods_test(struct kunit *test)
{
	struct vcs_cluster *cluster;

	cluster = fake_joining(test, "fence=ups+manual+kunit");
	KUNIT_EXPECT_EQ(test, 1,
			in_decision_log(cluster, "no fence method \"ups\""));
	KUNIT_EXPECT_EQ(test, 1,
			in_decision_log(cluster, "no fence method \"kunit\""));
	KUNIT_EXPECT_EQ(test, 2, in_decision_log(cluster, "no fence method"));
	expect(test, "fence_methods",
	       "ups (not there), manual, kunit (not there)\n");
	KUNIT_EXPECT_EQ(test, 0, vcs_register_fence_method(&fake_method));
	expect(test, "fence_methods", "ups (not there), manual, kunit\n");
	vcs_unregister_fence_method(&fake_method);
	fake_end(test, cluster);
}

static void nodes_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	expect(test, "nodes/1/joined_generation", "1\n");
	expect(test, "nodes/1/votes", "1\n");
	expect(test, "nodes/2/state", "");
	fake_add(2);
	fake_step(test);
	expect(test, "nodes/2/state", "member\n");
	expect(test, "nodes/2/incarnation", "0000000000000001\n");
	vcs_report_suspect(cluster, 2, true, "silent");
	expect(test, "nodes/2/state", "suspect\n");
	expect(test, "nodes/1/state", "member\n");
	fake_remove(2, VCS_LEAVE_CLEAN);
	fake_step(test);
	expect(test, "nodes/2/state", "");
	fake_end(test, cluster);
}

static void listeners_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct seat *seat = kunit_kzalloc(test, sizeof(*seat), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, seat);
	seat_init(seat, "gfs.data", VCS_LEVEL_FS, 0);
	seat_register(test, cluster, seat);
	expect(test, "listeners/gfs.data/level", "fs\n");
	expect(test, "listeners/gfs.data/phase", "running\n");
	expect(test, "listeners/gfs.data/waiting_for", "\n");
	vcs_unregister_listener(&seat->listener);
	expect(test, "listeners/gfs.data/level", "");
	fake_end(test, cluster);
}

/* A fence folder stays for what is to be fenced, and says who is at it. */
static void fence_test(struct kunit *test)
{
	struct vcs_cluster *cluster;

	KUNIT_ASSERT_EQ(test, 0, vcs_register_fence_method(&fake_method));
	cluster = fake_member(test, "fence=kunit");
	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	vcs_fence_done(fake_method_await(test), VCS_FENCE_SUCCESS, "off");
	expect(test, "fence/2.0000000000000001/state", "fenced\n");
	expect(test, "fence/2.0000000000000001/actor", "1\n");
	expect(test, "fence/3.0000000000000001/state", "");
	fake_end(test, cluster);
	expect(test, "fence/2.0000000000000001/state", "");
	vcs_unregister_fence_method(&fake_method);
}

static void provider_test(struct kunit *test)
{
	static const char folder[] =
		"/sys/cluster/providers/" FAKE_PROVIDER;
	struct vcs_cluster *cluster;

	expect_at(test, folder, "in_use", "0\n");
	expect_at(test, folder, "features", "0x1\n");
	cluster = fake_member(test, NULL);
	expect_at(test, folder, "in_use", "1\n");
	fake_end(test, cluster);
	expect_at(test, folder, "in_use", "0\n");
}

static int init(struct kunit *test)
{
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	fake_provider_unregister();
	expect_at(test, "/sys/cluster/providers/" FAKE_PROVIDER, "in_use", "");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cluster_test),
	KUNIT_CASE(fence_methods_test),
	KUNIT_CASE(nodes_test),
	KUNIT_CASE(listeners_test),
	KUNIT_CASE(fence_test),
	KUNIT_CASE(provider_test),
	{}
};

static struct kunit_suite suite = {
	.name = "sysfs",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
