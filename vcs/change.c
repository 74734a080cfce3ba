// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging changes: from several views that a listener did not get to see, the
 * one change that its next start() is told.
 *
 * For each nodeid this keeps every departed incarnation that the listener was
 * shown, and of those that came and went unseen the last one that failed: when
 * that one is fenced, so is each before it. One that came and left cleanly
 * unseen leaves no trace.
 *
 * Locking: none of its own; each struct vcs_merge belongs to one owner, who
 * holds cluster.lock.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "change.h"

int vcs_merge_reserve(struct vcs_merge *merge, u32 nr, gfp_t gfp)
{
	struct vcs_merge_entry *entries;
	u32 room = merge->nr + nr;

	if (room <= merge->room)
		return 0;
	entries = kvcalloc(room, sizeof(*entries), gfp);
	if (!entries)
		return -ENOMEM;
	if (merge->nr)
		memcpy(entries, merge->entries, merge->nr * sizeof(*entries));
	kvfree(merge->entries);
	merge->entries = entries;
	merge->room = room;
	return 0;
}

void vcs_merge_destroy(struct vcs_merge *merge)
{
	kvfree(merge->entries);
	merge->entries = NULL;
	merge->nr = 0;
	merge->room = 0;
}

/* The entry that one more unseen failure of this nodeid replaces. */
static struct vcs_merge_entry *unseen_entry(struct vcs_merge *merge,
					    u32 nodeid)
{
	u32 i;

	for (i = 0; i < merge->nr; i++)
		if (merge->entries[i].departed.nodeid == nodeid &&
		    !merge->entries[i].known)
			return &merge->entries[i];
	return NULL;
}

/*
 * The entry of this very life: a member may have been asked to be fenced before
 * the listener registered, and counts as failed whatever way it goes then.
 */
static struct vcs_merge_entry *same_entry(struct vcs_merge *merge,
					  const struct vcs_departed *departed)
{
	u32 i;

	for (i = 0; i < merge->nr; i++)
		if (merge->entries[i].departed.nodeid == departed->nodeid &&
		    merge->entries[i].departed.incarnation ==
		    departed->incarnation)
			return &merge->entries[i];
	return NULL;
}

static void merge_append(struct vcs_merge *merge,
			 const struct vcs_departed *departed, bool known)
{
	struct vcs_merge_entry *entry = &merge->entries[merge->nr++];

	entry->departed = *departed;
	entry->known = known;
}

static void merge_known(struct vcs_merge *merge,
			const struct vcs_departed *departed)
{
	struct vcs_merge_entry *entry = same_entry(merge, departed);

	if (entry)
		entry->known = true;
	else
		merge_append(merge, departed, true);
}

void vcs_merge_failed(struct vcs_merge *merge,
		      const struct vcs_departed *departed)
{
	struct vcs_merge_entry *entry = unseen_entry(merge, departed->nodeid);

	if (entry)
		entry->departed = *departed;
	else
		merge_append(merge, departed, false);
}

void vcs_merge_departed(struct vcs_merge *merge, const struct vcs_view *old,
			const struct vcs_departed *departed, u32 nr_departed)
{
	const struct vcs_departed *d;
	const struct vcs_member *was;

	for (d = departed; d < departed + nr_departed; d++) {
		was = vcs_view_member(old, d->nodeid);
		if (was && was->joined_generation <= merge->started)
			merge_known(merge, d);
		else if (d->reason != VCS_LEAVE_CLEAN)
			vcs_merge_failed(merge, d);
	}
}

void vcs_merge_started(struct vcs_merge *merge, u64 generation)
{
	merge->started = generation;
}

void vcs_merge_finished(struct vcs_merge *merge, u64 generation)
{
	merge->finished = generation;
	merge->nr = 0;
}

struct vcs_change_room *vcs_change_alloc(u32 nr_joined, u32 nr_departed,
					 gfp_t gfp)
{
	struct vcs_change_room *room;
	size_t joined = struct_size(room, joined, nr_joined);

	room = kvzalloc(size_add(joined, array_size(nr_departed,
						    sizeof(*room->departed))),
			gfp);
	if (!room)
		return NULL;
	room->nr_joined = nr_joined;
	room->nr_departed = nr_departed;
	room->departed = (struct vcs_departed *)&room->joined[nr_joined];
	return room;
}

bool vcs_change_fits(const struct vcs_change_room *room, u32 nr_joined,
		     u32 nr_departed)
{
	return room && room->nr_joined >= nr_joined &&
	       room->nr_departed >= nr_departed;
}

/* Copies the departures of one kind; returns how many. */
static u32 copy_departed(const struct vcs_merge *merge, bool clean,
			 struct vcs_departed *to)
{
	const struct vcs_departed *d;
	bool was_clean;
	u32 i, nr = 0;

	for (i = 0; i < merge->nr; i++) {
		d = &merge->entries[i].departed;
		was_clean = d->reason == VCS_LEAVE_CLEAN;
		if (was_clean == clean)
			to[nr++] = *d;
	}
	return nr;
}

void vcs_change_build(struct vcs_change_room *room,
		      const struct vcs_merge *merge,
		      const struct vcs_view *view,
		      const struct vcs_member *local)
{
	struct vcs_change *change = &room->change;
	const struct vcs_member *m;

	memset(change, 0, sizeof(*change));
	change->view = view;
	change->local = local;
	change->joined = room->joined;
	vcs_view_for_each(m, view)
		if (m->joined_generation > merge->finished)
			room->joined[change->nr_joined++] = *m;
	change->left = room->departed;
	change->nr_left = copy_departed(merge, true, room->departed);
	change->failed = room->departed + change->nr_left;
	change->nr_failed = copy_departed(merge, false,
					  room->departed + change->nr_left);
}
