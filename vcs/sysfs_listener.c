// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster/NAME/listeners/LISTENER/: who takes part, in which phase, and
 * what it waits for since when. Locking: show() takes cluster.lock.
 */
#include <linux/mm.h>
#include "sysfs.h"

static bool listener_read(const struct vcs_sysfs_item *item,
			  union vcs_sysfs_info *to)
{
	struct vcs_listener_info *info = &to->listener;
	struct vcs_cluster *cluster = item->cluster;
	bool found = false;
	u32 i;

	mutex_lock(&cluster->lock);
	for (i = 0; !found && !vcs_listener_info_locked(cluster, i, info); i++)
		found = !strcmp(info->name, item->key.id);
	mutex_unlock(&cluster->lock);
	return found;
}

VCS_SYSFS_ATTR(listener, level, "%s", vcs_level_str(info->listener.level));
VCS_SYSFS_ATTR(listener, phase, "%s", vcs_phase_str(info->listener.phase));
VCS_SYSFS_ATTR(listener, waiting_for, "%s", info->listener.waiting_for);
VCS_SYSFS_ATTR(listener, since_ms, "%llu", info->listener.since_ms);

static struct attribute *listener_attrs[] = {
	&listener_level_attr.attr,
	&listener_phase_attr.attr,
	&listener_waiting_for_attr.attr,
	&listener_since_ms_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(listener);

static void listener_key(struct vcs_sysfs_key *key, const void *thing)
{
	const struct vcs_listener_info *info = thing;

	vcs_sysfs_key_by_name(key, info->name);
}

static struct vcs_sysfs_key *listener_keys(struct vcs_cluster *cluster,
					   u32 *nr)
{
	struct vcs_listener_info *infos = vcs_snapshot_listeners(cluster, nr);
	struct vcs_sysfs_key *keys = NULL;

	if (infos)
		keys = vcs_sysfs_keys_new(infos, sizeof(*infos), *nr,
					  listener_key);
	kvfree(infos);
	return keys;
}

const struct vcs_sysfs_kind vcs_sysfs_listener_kind = VCS_SYSFS_KIND(listener);
