// SPDX-License-Identifier: GPL-2.0-only
/*
 * The provider's own words in debugfs: asked for while it runs, and at no other
 * time. The test reads as debugfs does for a program.
 */
#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"

static struct file *open_file(void)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/debug/vcs/%s@%u",
		 FAKE_CLUSTER, init_net.ns.inum);
	return filp_open(path, O_RDONLY, 0);
}

static ssize_t read_file(struct file *file, char *text, size_t size)
{
	struct kvec vec = { .iov_base = text, .iov_len = size - 1 };
	struct iov_iter iter;
	struct kiocb iocb;
	ssize_t len;

	init_sync_kiocb(&iocb, file);
	iov_iter_kvec(&iter, READ, &vec, 1, size - 1);
	len = seq_read_iter(&iocb, &iter);
	text[max_t(ssize_t, len, 0)] = '\0';
	return len;
}

static void words_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct file *file = open_file();
	char text[64];

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	/* Nothing around it, that leave would wait for while a reader faults. */
	KUNIT_EXPECT_PTR_EQ(test, file->f_op->read, &seq_read);
	KUNIT_EXPECT_GT(test, read_file(file, text, sizeof(text)), 0);
	KUNIT_EXPECT_STREQ(test, text, "generation: 1\n");
	KUNIT_EXPECT_EQ(test, fake.shows, 1);
	fake_end(test, cluster);
	/* Who has it open reads no more. */
	KUNIT_EXPECT_EQ(test, read_file(file, text, sizeof(text)), -EIO);
	KUNIT_EXPECT_EQ(test, fake.shows, 1);
	filp_close(file, NULL);
	file = open_file();
	KUNIT_EXPECT_TRUE(test, IS_ERR(file));
}

static void refused_join_test(struct kunit *test)
{
	struct vcs_cluster *cluster;
	struct file *file;

	fake.join_error = -EADDRINUSE;
	KUNIT_ASSERT_EQ(test, 0, vcs_join_cluster(&init_net, FAKE_CLUSTER,
						  FAKE_PROVIDER, NULL, NULL));
	cluster = vcs_cluster_get(&init_net, FAKE_CLUSTER);
	if (cluster) {
		fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
		vcs_cluster_put(cluster);
	}
	file = open_file();
	KUNIT_EXPECT_TRUE(test, IS_ERR(file));
}

static int reader(void *data)
{
	struct file *file = data;
	char text[64];

	return read_file(file, text, sizeof(text)) > 0;
}

/* Leave waits for the reader, and is called once show() has returned. */
static void drain_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct file *file = open_file();
	DECLARE_COMPLETION_ONSTACK(go);
	struct task_struct *task;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	fake.hold_show = &go;
	task = kthread_create(reader, file, "vcs-reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	wait_for_completion(&fake.in_show);

	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(cluster, false));
	KUNIT_EXPECT_FALSE(test, fake_left_within(100));
	complete(&go);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	KUNIT_EXPECT_FALSE(test, fake.show_after_leave);
	KUNIT_EXPECT_EQ(test, 1, kthread_stop(task));
	put_task_struct(task);
	filp_close(file, NULL);
	vcs_cluster_put(cluster);
}

static int init(struct kunit *test)
{
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	fake_provider_unregister();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(words_test),
	KUNIT_CASE(refused_join_test),
	KUNIT_CASE(drain_test),
	{}
};

static struct kunit_suite suite = {
	.name = "debug",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
