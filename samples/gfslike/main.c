// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount and unmount: loading the module mounts, unloading it unmounts.
 *
 *	modprobe minigfs cluster=NAME device=/dev/vda [rate=50] [batch=8]
 *
 * The cluster must exist in the network namespace of who loads the module, and
 * this node be a member of it. An unmount while the mount runs is clean; while the
 * cluster is in the middle of a change it leaves the journal dirty, for the
 * others or the next mount to replay, and says so.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "minigfs.h"

struct minigfs *minigfs_mounted;

static char *cluster;
module_param(cluster, charp, 0444);
MODULE_PARM_DESC(cluster, "name of the cluster");

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "path of the shared block device");

static unsigned int rate = 50;
module_param(rate, uint, 0444);
MODULE_PARM_DESC(rate, "transactions per second, 1 to 1000 (default 50)");

static unsigned int batch = 8;
module_param(batch, uint, 0444);
MODULE_PARM_DESC(batch, "transactions between writebacks, 1 to 32 (default 8)");

static int __init minigfs_options(void)
{
	if (!cluster || !device) {
		pr_err("minigfs: cluster= and device= are needed\n");
		return -EINVAL;
	}
	if (!rate || rate > 1000) {
		pr_err("minigfs: rate=%u: want 1 to 1000\n", rate);
		return -EINVAL;
	}
	if (!batch || batch > MINIGFS_BATCH_MAX) {
		pr_err("minigfs: batch=%u: want 1 to %u\n", batch,
		       MINIGFS_BATCH_MAX);
		return -EINVAL;
	}
	return 0;
}

/* Opens the disk and sizes everything by its superblock. */
static int __init minigfs_open(struct minigfs *fs)
{
	int err;

	err = minigfs_bdev_open(&fs->bdev, device, fs);
	if (err) {
		pr_err("minigfs: %s: error %d\n", device, err);
		return err;
	}
	if (bdev_logical_block_size(fs->bdev.dev) > MINIGFS_BLOCK) {
		pr_err("minigfs: %s: blocks of more than %u bytes\n", device,
		       MINIGFS_BLOCK);
		err = -EINVAL;
		goto err_close;
	}
	err = minigfs_read_super(fs);
	if (err) {
		pr_err("minigfs: %s: no minigfs on it (error %d)\n", device,
		       err);
		goto err_close;
	}
	return 0;

err_close:
	minigfs_bdev_close(&fs->bdev, fs);
	return err;
}

static void minigfs_free_tables(struct minigfs *fs)
{
	kvfree(fs->ranges);
	kvfree(fs->journals);
	kvfree(fs->table);
	bitmap_free(fs->loaded);
	kvfree(fs->nodes);
}

static int __init minigfs_alloc_tables(struct minigfs *fs)
{
	u32 n = fs->nr_journals;

	fs->nodes = kvcalloc(n, sizeof(*fs->nodes), GFP_KERNEL);
	fs->loaded = bitmap_zalloc(n, GFP_KERNEL);
	fs->table = kvcalloc((size_t)n * fs->range_slots, sizeof(*fs->table),
			     GFP_KERNEL);
	fs->journals = kvcalloc(n, sizeof(*fs->journals), GFP_KERNEL);
	fs->ranges = kvcalloc(n, sizeof(*fs->ranges), GFP_KERNEL);
	if (fs->nodes && fs->loaded && fs->table && fs->journals && fs->ranges)
		return 0;
	minigfs_free_tables(fs);
	return -ENOMEM;
}

/* Which node each journal belongs to is constant. */
static int __init minigfs_read_nodes(struct minigfs *fs)
{
	int err;
	u32 i;

	err = minigfs_survey(fs);
	if (err) {
		pr_err("minigfs: %s: error %d\n", device, err);
		return err;
	}
	for (i = 0; i < fs->nr_journals; i++)
		fs->nodes[i].nodeid =
			le32_to_cpu(fs->journals[i].journal.nodeid);
	return 0;
}

static int __init minigfs_join(struct minigfs *fs)
{
	int err;

	fs->cluster = vcs_cluster_get(current->nsproxy->net_ns, cluster);
	if (!fs->cluster) {
		pr_err("minigfs: there is no cluster \"%s\" here\n", cluster);
		return -ENOENT;
	}
	fs->listener.name = "minigfs";
	fs->listener.level = VCS_LEVEL_FS;
	fs->listener.flags = VCS_LISTENER_STATEFUL | VCS_LISTENER_NEED_QUORUM |
			     VCS_LISTENER_NEED_FENCED;
	fs->listener.owner = THIS_MODULE;
	fs->listener.ops = &minigfs_listener_ops;
	err = vcs_register_listener(fs->cluster, &fs->listener);
	if (err) {
		pr_err("minigfs: cluster \"%s\" takes no listener: error %d\n",
		       cluster, err);
		vcs_cluster_put(fs->cluster);
	}
	return err;
}

static struct minigfs * __init minigfs_alloc(void)
{
	struct minigfs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	fs->page = alloc_page(GFP_KERNEL);
	fs->wq = alloc_ordered_workqueue("minigfs", WQ_MEM_RECLAIM);
	if (!fs->page || !fs->wq)
		goto err_free;
	fs->rate = rate;
	fs->batch = batch;
	fs->own = -1;
	spin_lock_init(&fs->lock);
	init_completion(&fs->unmounted);
	init_waitqueue_head(&fs->wait);
	INIT_DELAYED_WORK(&fs->work, minigfs_work);
	return fs;

err_free:
	if (fs->wq)
		destroy_workqueue(fs->wq);
	if (fs->page)
		__free_page(fs->page);
	kfree(fs);
	return NULL;
}

static void minigfs_free(struct minigfs *fs)
{
	destroy_workqueue(fs->wq);
	__free_page(fs->page);
	kfree(fs);
}

static int __init minigfs_init(void)
{
	struct minigfs *fs;
	int err;

	err = minigfs_options();
	if (err)
		return err;
	fs = minigfs_alloc();
	if (!fs)
		return -ENOMEM;
	err = minigfs_open(fs);
	if (err)
		goto err_free;
	err = minigfs_alloc_tables(fs);
	if (err)
		goto err_close;
	err = minigfs_read_nodes(fs);
	if (err)
		goto err_tables;
	minigfs_mounted = fs;
	err = minigfs_stats_add(fs);
	if (err)
		goto err_tables;
	err = minigfs_join(fs);
	if (err)
		goto err_stats;
	return 0;

err_stats:
	minigfs_stats_del(fs);
err_tables:
	minigfs_free_tables(fs);
err_close:
	minigfs_bdev_close(&fs->bdev, fs);
err_free:
	minigfs_free(fs);
	return err;
}
module_init(minigfs_init);

/* Lets the work item end what it does, cleanly if it may, and forbids more. */
static void minigfs_unmount(struct minigfs *fs)
{
	spin_lock(&fs->lock);
	WRITE_ONCE(fs->unmounting, true);
	spin_unlock(&fs->lock);
	wake_up_all(&fs->wait);
	mod_delayed_work(fs->wq, &fs->work, 0);
	wait_for_completion(&fs->unmounted);
	spin_lock(&fs->lock);
	minigfs_set_phase_locked(fs, MINIGFS_UNMOUNTED);
	spin_unlock(&fs->lock);
	cancel_delayed_work_sync(&fs->work);
	if (fs->claimed)
		pr_warn("minigfs: node %u could not give the recovery lock back: the others wait until it mounts again, leaves the cluster or is fenced\n",
			fs->self.nodeid);
	if (fs->mounted)
		pr_warn("minigfs: node %u unmounts without its cluster: its journal stays dirty\n",
			fs->self.nodeid);
	else if (fs->self.nodeid)
		pr_info("minigfs: node %u has unmounted\n", fs->self.nodeid);
}

static void __exit minigfs_exit(void)
{
	struct minigfs *fs = minigfs_mounted;

	minigfs_unmount(fs);
	/* The last I/O is over: now the cluster may do without us. */
	vcs_unregister_listener(&fs->listener);
	vcs_cluster_put(fs->cluster);
	minigfs_stats_del(fs);
	minigfs_free_tables(fs);
	minigfs_bdev_close(&fs->bdev, fs);
	minigfs_free(fs);
}
module_exit(minigfs_exit);

MODULE_DESCRIPTION("Virtual Cluster Switch: sample of a cluster filesystem");
MODULE_LICENSE("GPL");
