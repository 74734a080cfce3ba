// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster/NAME/nodes/ID/: the members of the current view. A node that
 * went and came back keeps its folder; the values are those of its new life.
 * Locking: show() takes cluster.lock.
 */
#include <linux/mm.h>
#include "sysfs.h"

static bool node_read(const struct vcs_sysfs_item *item,
		      union vcs_sysfs_info *info)
{
	struct vcs_cluster *cluster = item->cluster;
	const struct vcs_member *m = NULL;
	const struct vcs_view *view;

	mutex_lock(&cluster->lock);
	view = vcs_view_locked(cluster);
	if (view)
		m = vcs_view_member(view, item->key.nodeid);
	if (m) {
		info->node.member = *m;
		info->node.suspect = cluster->suspects &&
				     test_bit(m - view->members,
					      cluster->suspects);
	}
	mutex_unlock(&cluster->lock);
	return m;
}

VCS_SYSFS_ATTR(node, incarnation, "%016llx", info->node.member.incarnation);
VCS_SYSFS_ATTR(node, votes, "%u", info->node.member.votes);
VCS_SYSFS_ATTR(node, joined_generation, "%llu",
	       info->node.member.joined_generation);
VCS_SYSFS_ATTR(node, state, "%s", info->node.suspect ? "suspect" : "member");

static struct attribute *node_attrs[] = {
	&node_incarnation_attr.attr,
	&node_votes_attr.attr,
	&node_joined_generation_attr.attr,
	&node_state_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(node);

static void node_key(struct vcs_sysfs_key *key, const void *thing)
{
	const struct vcs_member *member = thing;

	key->nodeid = member->nodeid;
	snprintf(key->name, sizeof(key->name), "%u", key->nodeid);
}

static struct vcs_sysfs_key *node_keys(struct vcs_cluster *cluster, u32 *nr)
{
	const struct vcs_view *view = vcs_view_get(cluster);
	struct vcs_sysfs_key *keys;

	*nr = view ? view->nr_members : 0;
	keys = vcs_sysfs_keys_new(view ? view->members : NULL,
				  sizeof(view->members[0]), *nr, node_key);
	if (view)
		vcs_view_put(view);
	return keys;
}

const struct vcs_sysfs_kind vcs_sysfs_node_kind = VCS_SYSFS_KIND(node);
