// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster/NAME/listeners/LISTENER/: who takes part, in which phase, and
 * what it waits for since when. Locking: show() takes cluster.lock.
 */
#include <linux/mm.h>
#include "snapshot.h"
#include "sysfs.h"

static bool listener_read(const struct vcs_sysfs_item *item,
			  struct vcs_listener_info *info)
{
	struct vcs_cluster *cluster = item->cluster;
	bool found = false;
	u32 i;

	mutex_lock(&cluster->lock);
	for (i = 0; !found && !vcs_listener_info_locked(cluster, i, info); i++)
		found = !strcmp(info->name, item->key.id);
	mutex_unlock(&cluster->lock);
	return found;
}

static ssize_t listener_level_show(const struct vcs_sysfs_item *item,
				   char *buf)
{
	struct vcs_listener_info info;

	if (!listener_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%s\n", vcs_level_str(info.level));
}
VCS_SYSFS_ATTR(listener, level);

static ssize_t listener_phase_show(const struct vcs_sysfs_item *item,
				   char *buf)
{
	struct vcs_listener_info info;

	if (!listener_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%s\n", vcs_phase_str(info.phase));
}
VCS_SYSFS_ATTR(listener, phase);

static ssize_t listener_waiting_for_show(const struct vcs_sysfs_item *item,
					 char *buf)
{
	struct vcs_listener_info info;

	if (!listener_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%s\n", info.waiting_for);
}
VCS_SYSFS_ATTR(listener, waiting_for);

static ssize_t listener_since_ms_show(const struct vcs_sysfs_item *item,
				      char *buf)
{
	struct vcs_listener_info info;

	if (!listener_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%llu\n", info.since_ms);
}
VCS_SYSFS_ATTR(listener, since_ms);

static struct attribute *listener_attrs[] = {
	&listener_level_attr.attr,
	&listener_phase_attr.attr,
	&listener_waiting_for_attr.attr,
	&listener_since_ms_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(listener);

const struct kobj_type vcs_sysfs_listener_type = {
	.sysfs_ops = &vcs_sysfs_item_ops,
	.release = vcs_sysfs_item_release,
	.default_groups = listener_groups,
};

struct vcs_sysfs_key *vcs_sysfs_listener_keys(struct vcs_cluster *cluster,
					      u32 *nr)
{
	struct vcs_listener_info *infos = vcs_snapshot_listeners(cluster, nr);
	struct vcs_sysfs_key *keys;
	u32 i;

	if (!infos)
		return NULL;
	keys = kvcalloc(*nr + 1, sizeof(*keys), GFP_KERNEL);
	for (i = 0; keys && i < *nr; i++) {
		strscpy(keys[i].id, infos[i].name, sizeof(keys[i].id));
		strscpy(keys[i].name, infos[i].name, sizeof(keys[i].name));
	}
	kvfree(infos);
	return keys;
}
