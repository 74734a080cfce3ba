// SPDX-License-Identifier: GPL-2.0-only
/*
 * State transfer, as rules on plain data.
 *
 * The sender is the member with the lowest (joined_generation, nodeid): the
 * oldest of those that continue from the view before, or, when nobody does,
 * the lowest nodeid of the formation. Every node computes the same one from
 * the view alone.
 *
 * A member is whole when it was there at the formation, or has seen a SYNC_END
 * since it joined. One that was there at a SYNC_END has seen it together with
 * all who were there before it, so the oldest is whole if anybody is. When it
 * is not, those who knew died before they could tell: what must be fenced is
 * then unknown, and the SYNC_END says so.
 *
 * Pure: no lock, no allocation.
 */
#include "sync_rule.h"

static bool older(const struct vcs_member *a, const struct vcs_member *b)
{
	if (a->joined_generation != b->joined_generation)
		return a->joined_generation < b->joined_generation;
	return a->nodeid < b->nodeid;
}

/**
 * vcs_sync_rule_view() - a new view: start over
 * @rule: what is known about the transfer
 * @view: the new view
 */
void vcs_sync_rule_view(struct vcs_sync_rule *rule, const struct vcs_view *view)
{
	const struct vcs_member *m, *oldest = view->members;

	vcs_view_for_each(m, view)
		if (older(m, oldest))
			oldest = m;
	rule->generation = view->generation;
	rule->done = false;
	rule->sender = oldest->nodeid;
	if (oldest->joined_generation == view->generation)
		rule->whole = true;
}

/**
 * vcs_sync_rule_record() - judge a SYNC record
 * @rule: what is known about the transfer; VCS_SYNC_COMPLETE changes it
 * @from: who sent it
 * @record: of a VCS_RECORD_SYNC_* kind
 *
 * Return: what to do with it.
 */
enum vcs_sync_verdict vcs_sync_rule_record(struct vcs_sync_rule *rule, u32 from,
					   const struct vcs_record *record)
{
	if (rule->done || from != rule->sender ||
	    record->generation != rule->generation)
		return VCS_SYNC_IGNORE;
	if (record->kind == VCS_RECORD_SYNC_END) {
		rule->done = true;
		rule->whole = true;
		return VCS_SYNC_COMPLETE;
	}
	return rule->whole ? VCS_SYNC_KNOWN : VCS_SYNC_MERGE;
}
