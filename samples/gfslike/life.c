// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is who, and who is dead.
 *
 * What stands on the disk names a life: (nodeid, incarnation), and when and
 * in which lifetime of the cluster it joined. What start() says is the truth
 * at one generation, and the disk may be ahead of that: another node may have
 * started with a newer view already, and a joiner may have mounted. So an
 * unknown incarnation is not a dead one. A life is dead when it joined before
 * the view we started with, is not in that view, and
 *	- a start() named it as failed (then it is fenced, for we are a
 *	  listener that needs that) or as left (then it drained), or
 *	- the same node is in the view with a later life, which the cluster
 *	  admits only when the earlier one can do no more I/O, or
 *	- the cluster knows that it is fenced, which we have not been told
 *	  because we mounted later.
 *
 * All of it runs in the work item, or in start() while that is idle.
 */
#include "minigfs.h"

void minigfs_life_set(struct minigfs_life *life, const struct minigfs_who *who)
{
	memset(life, 0, sizeof(*life));
	life->nodeid = cpu_to_le32(who->nodeid);
	life->incarnation = cpu_to_le64(who->incarnation);
	life->joined = cpu_to_le64(who->joined);
	memcpy(life->lifetime, who->lifetime.id, sizeof(life->lifetime));
}

void minigfs_life_get(struct minigfs_who *who, const struct minigfs_life *life)
{
	who->nodeid = le32_to_cpu(life->nodeid);
	who->incarnation = le64_to_cpu(life->incarnation);
	who->joined = le64_to_cpu(life->joined);
	memcpy(who->lifetime.id, life->lifetime, sizeof(life->lifetime));
}

bool minigfs_is_self(const struct minigfs *fs, const struct minigfs_life *life)
{
	return le32_to_cpu(life->nodeid) == fs->self.nodeid &&
	       le64_to_cpu(life->incarnation) == fs->self.incarnation;
}

struct minigfs_node *minigfs_node_find(struct minigfs *fs, u32 nodeid)
{
	u32 i;

	for (i = 0; i < fs->nr_journals; i++)
		if (fs->nodes[i].nodeid == nodeid)
			return &fs->nodes[i];
	return NULL;
}

static bool minigfs_was_told(const struct minigfs_node *node, u64 incarnation)
{
	u32 i;

	for (i = 0; i < min_t(u32, node->nr_told, MINIGFS_TOLD_MAX); i++)
		if (node->told[i] == incarnation)
			return true;
	return false;
}

enum minigfs_fate minigfs_fate(struct minigfs *fs,
			       const struct minigfs_life *life)
{
	u32 nodeid = le32_to_cpu(life->nodeid);
	u64 incarnation = le64_to_cpu(life->incarnation);
	struct minigfs_node *node = minigfs_node_find(fs, nodeid);
	bool ours = !memcmp(life->lifetime, fs->lifetime.id,
			    sizeof(life->lifetime));

	if (!node)
		return MINIGFS_UNSURE;
	if (node->incarnation == incarnation)
		return MINIGFS_ALIVE;
	if (ours && le64_to_cpu(life->joined) > fs->generation)
		return MINIGFS_ALIVE;
	if (minigfs_was_told(node, incarnation) || (node->told_all && !ours))
		return MINIGFS_DEAD;
	if (node->incarnation ||
	    vcs_is_fenced(fs->cluster, nodeid, incarnation))
		return MINIGFS_DEAD;
	return MINIGFS_UNSURE;
}

bool minigfs_current(const struct minigfs *fs, u32 index,
		     struct minigfs_who *who)
{
	const struct minigfs_node *node = &fs->nodes[index];

	who->nodeid = node->nodeid;
	who->incarnation = node->incarnation;
	who->joined = node->joined;
	who->lifetime = fs->lifetime;
	return node->incarnation;
}

static void minigfs_tell(struct minigfs *fs, const struct vcs_departed *gone,
			 u32 nr)
{
	struct minigfs_node *node;

	for (; nr; nr--, gone++) {
		node = minigfs_node_find(fs, gone->nodeid);
		if (!node)
			continue;
		if (!gone->incarnation)
			node->told_all = true;
		else
			node->told[node->nr_told++ % MINIGFS_TOLD_MAX] =
				gone->incarnation;
	}
}

/* Copies what we need of @change, which is the core's. Never fails. */
void minigfs_take_change(struct minigfs *fs, const struct vcs_change *change)
{
	const struct vcs_view *view = change->view;
	const struct vcs_member *member;
	u32 i;

	fs->lifetime = view->lifetime;
	fs->generation = view->generation;
	fs->own = -1;
	for (i = 0; i < fs->nr_journals; i++) {
		member = vcs_view_member(view, fs->nodes[i].nodeid);
		fs->nodes[i].incarnation = member ? member->incarnation : 0;
		fs->nodes[i].joined = member ? member->joined_generation : 0;
		if (fs->nodes[i].nodeid == change->local->nodeid)
			fs->own = i;
	}
	fs->self.lifetime = view->lifetime;
	fs->self.nodeid = change->local->nodeid;
	fs->self.incarnation = change->local->incarnation;
	fs->self.joined = change->local->joined_generation;
	minigfs_tell(fs, change->failed, change->nr_failed);
	minigfs_tell(fs, change->left, change->nr_left);
}
