// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster/NAME/nodes/ID/: the members of the current view. A node that
 * went and came back keeps its folder; the values are those of its new life.
 * Locking: show() takes cluster.lock.
 */
#include <linux/mm.h>
#include "sysfs.h"

/* The node as it is now; false when it is no member. */
static bool node_read(const struct vcs_sysfs_item *item,
		      struct vcs_member *member, bool *suspect)
{
	struct vcs_cluster *cluster = item->cluster;
	const struct vcs_member *m = NULL;
	const struct vcs_view *view;

	mutex_lock(&cluster->lock);
	view = vcs_view_locked(cluster);
	if (view)
		m = vcs_view_member(view, item->key.nodeid);
	if (m) {
		*member = *m;
		*suspect = cluster->suspects &&
			   test_bit(m - view->members, cluster->suspects);
	}
	mutex_unlock(&cluster->lock);
	return m;
}

static ssize_t node_incarnation_show(const struct vcs_sysfs_item *item,
				     char *buf)
{
	struct vcs_member m;
	bool suspect;

	if (!node_read(item, &m, &suspect))
		return -ENODEV;
	return sysfs_emit(buf, "%016llx\n", m.incarnation);
}
VCS_SYSFS_ATTR(node, incarnation);

static ssize_t node_votes_show(const struct vcs_sysfs_item *item, char *buf)
{
	struct vcs_member m;
	bool suspect;

	if (!node_read(item, &m, &suspect))
		return -ENODEV;
	return sysfs_emit(buf, "%u\n", m.votes);
}
VCS_SYSFS_ATTR(node, votes);

static ssize_t node_joined_generation_show(const struct vcs_sysfs_item *item,
					   char *buf)
{
	struct vcs_member m;
	bool suspect;

	if (!node_read(item, &m, &suspect))
		return -ENODEV;
	return sysfs_emit(buf, "%llu\n", m.joined_generation);
}
VCS_SYSFS_ATTR(node, joined_generation);

static ssize_t node_state_show(const struct vcs_sysfs_item *item, char *buf)
{
	struct vcs_member m;
	bool suspect;

	if (!node_read(item, &m, &suspect))
		return -ENODEV;
	return sysfs_emit(buf, "%s\n", suspect ? "suspect" : "member");
}
VCS_SYSFS_ATTR(node, state);

static struct attribute *node_attrs[] = {
	&node_incarnation_attr.attr,
	&node_votes_attr.attr,
	&node_joined_generation_attr.attr,
	&node_state_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(node);

const struct kobj_type vcs_sysfs_node_type = {
	.sysfs_ops = &vcs_sysfs_item_ops,
	.release = vcs_sysfs_item_release,
	.default_groups = node_groups,
};

struct vcs_sysfs_key *vcs_sysfs_node_keys(struct vcs_cluster *cluster, u32 *nr)
{
	const struct vcs_view *view = vcs_view_get(cluster);
	struct vcs_sysfs_key *keys;
	u32 i;

	*nr = view ? view->nr_members : 0;
	keys = kvcalloc(*nr + 1, sizeof(*keys), GFP_KERNEL);
	for (i = 0; keys && i < *nr; i++) {
		keys[i].nodeid = view->members[i].nodeid;
		snprintf(keys[i].name, sizeof(keys[i].name), "%u",
			 keys[i].nodeid);
	}
	if (view)
		vcs_view_put(view);
	return keys;
}
