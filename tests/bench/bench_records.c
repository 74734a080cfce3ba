// SPDX-License-Identifier: GPL-2.0-only
/*
 * Submits records at the waist, as the core does, and counts those that the
 * core is given, by its tracepoint. Once the module is loaded on all nodes, its
 * file in debugfs is read on each: that submits this node's records, returns
 * when those of all nodes were delivered here, and tells when the clock began
 * and ended, in ns of CLOCK_MONOTONIC. It begins when one record of each node
 * was delivered: at the same record everywhere.
 *
 * A record asks for the fence of a node that nobody has: the core reads it, and
 * has nothing to do.
 *
 * Locking: lock for the counts, which the tracepoint changes under cluster.lock.
 */
#include <asm/unaligned.h>
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>

#include "vcs/cluster.h"
#include "vcs/record_codec.h"

#define NOBODY		0xffffffff
#define HEAD		15	/* of the record, before its text */
#define WINDOW_MAX	16	/* half of what the bridge has under way */

static char *cluster_name;
module_param_named(cluster, cluster_name, charp, 0444);
MODULE_PARM_DESC(cluster, "the cluster that this node is a member of");
static uint nodes = 1;
module_param(nodes, uint, 0444);
MODULE_PARM_DESC(nodes, "how many submit records");
static uint count = 1000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "how many each of them submits");
static uint size = 64;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "how long a record is, in bytes");
static uint window = WINDOW_MAX;
module_param(window, uint, 0444);
MODULE_PARM_DESC(window, "how many of its own each has under way");

static DEFINE_SPINLOCK(lock);
static DECLARE_WAIT_QUEUE_HEAD(delivered);
static u32 nr_all, nr_own;		/* lock */
static u64 begin_ns, end_ns;		/* lock */
static struct vcs_cluster *cluster;
static struct tracepoint *point;
static struct dentry *file;

static void on_record(void *data, const char *name, u32 from, const char *kind,
		      size_t len, int error)
{
	/* Submitted; or one of the core's own; or of another cluster. */
	if (!from || error || len != size || strcmp(name, cluster_name))
		return;
	spin_lock(&lock);
	nr_all++;
	if (from == vcs_local_nodeid(cluster))
		nr_own++;
	if (nr_all == nodes)
		begin_ns = ktime_get_ns();
	if (nr_all == nodes * count)
		end_ns = ktime_get_ns();
	spin_unlock(&lock);
	wake_up_interruptible(&delivered);
}

static void make_record(u8 *data)
{
	memset(data, 'x', size);
	data[0] = VCS_RECORD_FENCE_REQUEST;
	data[1] = VCS_RECORD_VERSION;
	put_unaligned_le32(NOBODY, data + 2);
	put_unaligned_le64(0, data + 6);
	data[14] = size - HEAD;
}

static bool may_submit(u32 submitted)
{
	bool may;

	spin_lock(&lock);
	may = !submitted || (nr_all >= nodes && submitted - nr_own < window);
	spin_unlock(&lock);
	return may;
}

static bool all_delivered(void)
{
	bool all;

	spin_lock(&lock);
	all = nr_all == nodes * count;
	spin_unlock(&lock);
	return all;
}

static int submit_all(void)
{
	u8 data[HEAD + VCS_REASON_MAX];
	u32 submitted;
	int err;

	make_record(data);
	for (submitted = 0; submitted < count; submitted++) {
		if (wait_event_interruptible(delivered, may_submit(submitted)))
			return -EINTR;
		err = cluster->provider->ops->submit(cluster, data, size);
		if (err)
			return err;
	}
	return wait_event_interruptible(delivered, all_delivered()) ? -EINTR : 0;
}

static ssize_t records_read(struct file *f, char __user *buf, size_t len,
			    loff_t *pos)
{
	char text[64];
	int err, used;

	if (*pos)
		return 0;
	err = submit_all();
	if (err)
		return err;
	used = scnprintf(text, sizeof(text), "%llu %llu\n", begin_ns, end_ns);
	return simple_read_from_buffer(buf, len, pos, text, used);
}

static const struct file_operations records_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = records_read,
};

static int find_point(struct notifier_block *nb, unsigned long action,
		      void *data)
{
	struct module *mod = ((struct tp_module *)data)->mod;
	struct tracepoint *tp;
	unsigned int i;

	if (action != MODULE_STATE_COMING)
		return NOTIFY_DONE;
	for (i = 0; i < mod->num_tracepoints; i++) {
		tp = tracepoint_ptr_deref(mod->tracepoints_ptrs + i);
		if (!strcmp(tp->name, "vcs_record"))
			point = tp;
	}
	return NOTIFY_DONE;
}

/* Told of each module that is there; the symbols of vcs.ko keep it. */
static struct notifier_block finder = {
	.notifier_call = find_point,
};

static int count_records(void)
{
	int err = register_tracepoint_module_notifier(&finder);

	if (err)
		return err;
	unregister_tracepoint_module_notifier(&finder);
	return point ? tracepoint_probe_register(point, on_record, NULL) :
		       -ENOENT;
}

static int __init bench_init(void)
{
	int err;

	if (!cluster_name || !nodes || !count || size < HEAD ||
	    size > HEAD + VCS_REASON_MAX || !window || window > WINDOW_MAX)
		return -EINVAL;
	cluster = vcs_cluster_get(current->nsproxy->net_ns, cluster_name);
	if (!cluster || !vcs_local_nodeid(cluster)) {
		vcs_cluster_put(cluster);
		return -ENOENT;
	}
	err = count_records();
	if (err) {
		vcs_cluster_put(cluster);
		return err;
	}
	file = debugfs_create_file(KBUILD_MODNAME, 0400, NULL, NULL,
				   &records_fops);
	return 0;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	debugfs_remove(file);
	tracepoint_probe_unregister(point, on_record, NULL);
	tracepoint_synchronize_unregister();
	vcs_cluster_put(cluster);
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Virtual Cluster Switch: how many records a provider carries");
MODULE_LICENSE("GPL");
