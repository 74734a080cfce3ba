// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster/NAME/fence/NODEID.INCARNATION/: what must be fenced, or is,
 * and who is at it. Locking: show() takes cluster.lock.
 */
#include <linux/mm.h>
#include "snapshot.h"
#include "sysfs.h"

static bool fence_read(const struct vcs_sysfs_item *item,
		       struct vcs_fence_info *info)
{
	struct vcs_cluster *cluster = item->cluster;
	bool found = false;
	u32 i;

	mutex_lock(&cluster->lock);
	for (i = 0; !found && !vcs_fence_show_locked(cluster, i, info); i++)
		found = info->nodeid == item->key.nodeid &&
			info->incarnation == item->key.incarnation;
	mutex_unlock(&cluster->lock);
	return found;
}

static ssize_t fence_state_show(const struct vcs_sysfs_item *item, char *buf)
{
	struct vcs_fence_info info;

	if (!fence_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%s\n", vcs_fence_state_str(info.state));
}
VCS_SYSFS_ATTR(fence, state);

static ssize_t fence_actor_show(const struct vcs_sysfs_item *item, char *buf)
{
	struct vcs_fence_info info;

	if (!fence_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%u\n", info.actor);
}
VCS_SYSFS_ATTR(fence, actor);

static ssize_t fence_method_show(const struct vcs_sysfs_item *item, char *buf)
{
	struct vcs_fence_info info;

	if (!fence_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%s\n", info.method);
}
VCS_SYSFS_ATTR(fence, method);

static ssize_t fence_reason_show(const struct vcs_sysfs_item *item, char *buf)
{
	struct vcs_fence_info info;

	if (!fence_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%s\n", info.reason);
}
VCS_SYSFS_ATTR(fence, reason);

static ssize_t fence_tries_show(const struct vcs_sysfs_item *item, char *buf)
{
	struct vcs_fence_info info;

	if (!fence_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%u\n", info.tries);
}
VCS_SYSFS_ATTR(fence, tries);

static ssize_t fence_since_ms_show(const struct vcs_sysfs_item *item,
				   char *buf)
{
	struct vcs_fence_info info;

	if (!fence_read(item, &info))
		return -ENODEV;
	return sysfs_emit(buf, "%llu\n", info.since_ms);
}
VCS_SYSFS_ATTR(fence, since_ms);

static struct attribute *fence_attrs[] = {
	&fence_state_attr.attr,
	&fence_actor_attr.attr,
	&fence_method_attr.attr,
	&fence_reason_attr.attr,
	&fence_tries_attr.attr,
	&fence_since_ms_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(fence);

const struct kobj_type vcs_sysfs_fence_type = {
	.sysfs_ops = &vcs_sysfs_item_ops,
	.release = vcs_sysfs_item_release,
	.default_groups = fence_groups,
};

struct vcs_sysfs_key *vcs_sysfs_fence_keys(struct vcs_cluster *cluster,
					   u32 *nr)
{
	struct vcs_fence_info *infos = vcs_snapshot_fences(cluster, nr);
	struct vcs_sysfs_key *keys;
	u32 i;

	if (!infos)
		return NULL;
	keys = kvcalloc(*nr + 1, sizeof(*keys), GFP_KERNEL);
	for (i = 0; keys && i < *nr; i++) {
		keys[i].nodeid = infos[i].nodeid;
		keys[i].incarnation = infos[i].incarnation;
		snprintf(keys[i].name, sizeof(keys[i].name), "%u.%016llx",
			 keys[i].nodeid, keys[i].incarnation);
	}
	kvfree(infos);
	return keys;
}
