/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a listener missed: departures gathered over any number of views, until
 * it has finished with one. Pure; the owner of a struct vcs_merge serialises.
 */
#ifndef _VCS_CHANGE_H
#define _VCS_CHANGE_H

#include <linux/vcs.h>

struct vcs_merge_entry {
	struct vcs_departed departed;
	bool known;		/* start() or finish() has shown it as a member */
};

struct vcs_merge {
	u64 finished;		/* generation of the last finish(); 0 never */
	u64 started;		/* highest generation given to start() */
	struct vcs_merge_entry *entries;
	u32 nr;
	u32 room;		/* how many fit in @entries */
};

/* A change with the memory that its lists need. */
struct vcs_change_room {
	struct vcs_change change;
	u32 nr_joined;		/* how many fit */
	u32 nr_departed;
	struct vcs_departed *departed;
	struct vcs_member joined[];
};

/* Room for @nr more departures; 0 or -ENOMEM. */
int vcs_merge_reserve(struct vcs_merge *merge, u32 nr, gfp_t gfp);
void vcs_merge_destroy(struct vcs_merge *merge);
/*
 * A view follows @old, and these of its members are gone. Room was reserved
 * for all of them.
 */
void vcs_merge_departed(struct vcs_merge *merge, const struct vcs_view *old,
			const struct vcs_departed *departed, u32 nr_departed);
/* As if it had been seen to fail: for one that registers later. */
void vcs_merge_failed(struct vcs_merge *merge,
		      const struct vcs_departed *departed);
void vcs_merge_started(struct vcs_merge *merge, u64 generation);
void vcs_merge_finished(struct vcs_merge *merge, u64 generation);

struct vcs_change_room *vcs_change_alloc(u32 nr_joined, u32 nr_departed,
					 gfp_t gfp);
/* @room may be NULL. */
bool vcs_change_fits(const struct vcs_change_room *room, u32 nr_joined,
		     u32 nr_departed);
/* Everything since the last finish; @room fits. Does not touch references. */
void vcs_change_build(struct vcs_change_room *room,
		      const struct vcs_merge *merge,
		      const struct vcs_view *view,
		      const struct vcs_member *local);

#endif /* _VCS_CHANGE_H */
