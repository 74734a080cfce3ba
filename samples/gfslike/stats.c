// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/module/minigfs/state/: what the mount does and has done, one value a
 * file. "phase" can be polled. The counters are atomics; the rest is read
 * without a lock, as of now.
 */
#include <linux/module.h>
#include <linux/sysfs.h>
#include "minigfs.h"

static struct kernfs_node *phase_file;

static const char * const phase_names[] = {
	[MINIGFS_STOPPED] = "stopped",
	[MINIGFS_RECOVERING] = "recovering",
	[MINIGFS_RUNNING] = "running",
	[MINIGFS_SPECTATOR] = "spectator",
	[MINIGFS_FAILED] = "failed",
	[MINIGFS_EVICTED] = "evicted",
	[MINIGFS_UNMOUNTED] = "unmounted",
};

#define MINIGFS_COUNTER(_name)						\
static ssize_t _name##_show(minigfs_attr_ptr attr,			\
			    struct module_kobject *mk, char *buf)	\
{									\
	return sysfs_emit(buf, "%lld\n",				\
			  atomic64_read(&minigfs_mounted->stats._name));	\
}									\
static struct module_attribute _name##_attr = __ATTR_RO(_name)

MINIGFS_COUNTER(committed);
MINIGFS_COUNTER(applied);
MINIGFS_COUNTER(replayed);
MINIGFS_COUNTER(recovered);
MINIGFS_COUNTER(adopted);
MINIGFS_COUNTER(returned);

static ssize_t phase_show(minigfs_attr_ptr attr,
			  struct module_kobject *mk, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  phase_names[READ_ONCE(minigfs_mounted->phase)]);
}

static struct module_attribute phase_attr = __ATTR_RO(phase);

/* How many slots this node writes now. */
static ssize_t slots_show(minigfs_attr_ptr attr,
			  struct module_kobject *mk, char *buf)
{
	struct minigfs *fs = minigfs_mounted;

	return sysfs_emit(buf, "%u\n", fs->range_slots *
			  bitmap_weight(fs->loaded, fs->nr_journals));
}

static struct module_attribute slots_attr = __ATTR_RO(slots);

static struct attribute *minigfs_attrs[] = {
	&committed_attr.attr,
	&applied_attr.attr,
	&replayed_attr.attr,
	&recovered_attr.attr,
	&adopted_attr.attr,
	&returned_attr.attr,
	&phase_attr.attr,
	&slots_attr.attr,
	NULL
};

static const struct attribute_group minigfs_group = {
	.name = "state",
	.attrs = minigfs_attrs,
};

int minigfs_stats_add(struct minigfs *fs)
{
	struct kobject *module = &THIS_MODULE->mkobj.kobj;
	struct kernfs_node *group;
	int err;

	err = sysfs_create_group(module, &minigfs_group);
	if (err)
		return err;
	group = sysfs_get_dirent(module->sd, minigfs_group.name);
	phase_file = sysfs_get_dirent(group, "phase");
	sysfs_put(group);
	return 0;
}

void minigfs_stats_del(struct minigfs *fs)
{
	sysfs_put(phase_file);
	phase_file = NULL;
	sysfs_remove_group(&THIS_MODULE->mkobj.kobj, &minigfs_group);
}

void minigfs_phase_changed(struct minigfs *fs)
{
	if (phase_file)
		sysfs_notify_dirent(phase_file);
}
