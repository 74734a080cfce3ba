/* SPDX-License-Identifier: GPL-2.0-only */
/* Views: making them, judging them, replacing one by the next. */
#ifndef _VCS_VIEW_H
#define _VCS_VIEW_H

#include "cluster.h"

/* What is reckoned with generations doubles them. */
#define VCS_GENERATION_MAX	((u64)S64_MAX)

/* With room for @nr_members; all else zero. NULL: no memory. */
struct vcs_view *vcs_view_alloc(u32 nr_members);

/*
 * Is @update one that may follow @old (NULL: none yet)? -EINVAL malformed,
 * -ESTALE an old generation, -EPROTO it contradicts what was published. *@why
 * is set with each.
 */
int vcs_view_check(const struct vcs_view *old,
		   const struct vcs_view_update *update, u64 incarnation,
		   const char **why);

const struct vcs_member *vcs_view_incarnation(const struct vcs_view *view,
					      u64 incarnation);
/* Is exactly this life of this node a member? */
bool vcs_view_has(const struct vcs_view *view, u32 nodeid, u64 incarnation);

/* The reserve of one view; without cluster.lock. */
int vcs_view_reserve(struct vcs_cluster *cluster, u32 nr_members);
/* A view filled from @update: @fresh, or the reserve, or NULL. */
struct vcs_view *vcs_view_take_locked(struct vcs_cluster *cluster,
				      const struct vcs_view_update *update,
				      struct vcs_view **fresh);
/* Makes @new current; returns the old one, whose reference is the caller's. */
struct vcs_view *vcs_view_replace_locked(struct vcs_cluster *cluster,
					 struct vcs_view *new);

#endif /* _VCS_VIEW_H */
