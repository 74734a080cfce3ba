// SPDX-License-Identifier: GPL-2.0-only
/*
 * A listener as a filesystem registers it, stateful and behind both gates, that
 * has nothing to recover: what a change costs is what brought it here. It notes
 * when it was called. A read of its file in debugfs waits for the next finish()
 * and returns a struct bench_change; nobody waits while a change goes on.
 *
 * Locking: lock keeps a change whole for its reader.
 */
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vcs.h>
#include <linux/wait.h>

#include "change.h"

static char *cluster_name;
module_param_named(cluster, cluster_name, charp, 0444);
MODULE_PARM_DESC(cluster, "the cluster that this node is a member of");

static DEFINE_SPINLOCK(lock);
static DECLARE_WAIT_QUEUE_HEAD(finished);
static struct bench_change change;	/* lock */
static bool fresh;			/* lock; not read yet */
static struct vcs_cluster *cluster;
static struct dentry *file;

static int bench_stop(struct vcs_listener *listener)
{
	spin_lock(&lock);
	change.stop_ns = ktime_get_ns();
	spin_unlock(&lock);
	return 0;
}

static int bench_start(struct vcs_listener *listener,
		       const struct vcs_change *what)
{
	spin_lock(&lock);
	change.generation = what->view->generation;
	change.start_ns = ktime_get_ns();
	spin_unlock(&lock);
	return 0;
}

static void bench_finish(struct vcs_listener *listener, u64 generation)
{
	spin_lock(&lock);
	change.finish_ns = ktime_get_ns();
	fresh = true;
	spin_unlock(&lock);
	wake_up_interruptible(&finished);
}

/* It has done no I/O: there is nothing to discard. */
static void bench_evicted(struct vcs_listener *listener)
{
}

static const struct vcs_listener_ops bench_ops = {
	.stop = bench_stop,
	.start = bench_start,
	.finish = bench_finish,
	.evicted = bench_evicted,
};

static struct vcs_listener bench_listener = {
	.name = "bench",
	.level = VCS_LEVEL_FS,
	.flags = VCS_LISTENER_STATEFUL | VCS_LISTENER_NEED_QUORUM |
		 VCS_LISTENER_NEED_FENCED,
	.owner = THIS_MODULE,
	.ops = &bench_ops,
};

static bool take(struct bench_change *to)
{
	bool taken;

	spin_lock(&lock);
	taken = fresh;
	fresh = false;
	*to = change;
	spin_unlock(&lock);
	return taken;
}

static ssize_t changes_read(struct file *f, char __user *buf, size_t len,
			    loff_t *pos)
{
	struct bench_change next;

	if (len < sizeof(next))
		return -EINVAL;
	if (wait_event_interruptible(finished, take(&next)))
		return -ERESTARTSYS;
	return copy_to_user(buf, &next, sizeof(next)) ? -EFAULT : sizeof(next);
}

static const struct file_operations changes_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = changes_read,
};

static int __init bench_init(void)
{
	int err;

	if (!cluster_name)
		return -EINVAL;
	cluster = vcs_cluster_get(current->nsproxy->net_ns, cluster_name);
	if (!cluster)
		return -ENOENT;
	file = debugfs_create_file(KBUILD_MODNAME, 0400, NULL, NULL,
				   &changes_fops);
	err = vcs_register_listener(cluster, &bench_listener);
	if (!err)
		return 0;
	debugfs_remove(file);
	vcs_cluster_put(cluster);
	return err;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	vcs_unregister_listener(&bench_listener);
	debugfs_remove(file);
	vcs_cluster_put(cluster);
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Virtual Cluster Switch: a listener that notes when it is called");
MODULE_LICENSE("GPL");
