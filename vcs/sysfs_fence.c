// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster/NAME/fence/NODEID.INCARNATION/: what must be fenced, or is,
 * and who is at it. Locking: show() takes cluster.lock.
 */
#include <linux/mm.h>
#include "sysfs.h"

static bool fence_read(const struct vcs_sysfs_item *item,
		       union vcs_sysfs_info *to)
{
	struct vcs_fence_info *info = &to->fence;
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

VCS_SYSFS_ATTR(fence, state, "%s", vcs_fence_state_str(info->fence.state));
VCS_SYSFS_ATTR(fence, actor, "%u", info->fence.actor);
VCS_SYSFS_ATTR(fence, method, "%s", info->fence.method);
VCS_SYSFS_ATTR(fence, reason, "%s", info->fence.reason);
VCS_SYSFS_ATTR(fence, tries, "%u", info->fence.tries);
VCS_SYSFS_ATTR(fence, since_ms, "%llu", info->fence.since_ms);

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

static void fence_key(struct vcs_sysfs_key *key, const void *thing)
{
	const struct vcs_fence_info *info = thing;

	key->nodeid = info->nodeid;
	key->incarnation = info->incarnation;
	snprintf(key->name, sizeof(key->name), "%u.%016llx", key->nodeid,
		 key->incarnation);
}

static struct vcs_sysfs_key *fence_keys(struct vcs_cluster *cluster, u32 *nr)
{
	struct vcs_fence_info *infos = vcs_snapshot_fences(cluster, nr);
	struct vcs_sysfs_key *keys = NULL;

	if (infos)
		keys = vcs_sysfs_keys_new(infos, sizeof(*infos), *nr,
					  fence_key);
	kvfree(infos);
	return keys;
}

const struct vcs_sysfs_kind vcs_sysfs_fence_kind = VCS_SYSFS_KIND(fence);
