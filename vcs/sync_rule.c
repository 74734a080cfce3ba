// SPDX-License-Identifier: GPL-2.0-only
/*
 * State transfer, as rules on plain data.
 *
 * The sender is the member with the lowest (joined_generation, nodeid): the
 * oldest of those that continue from the view before, or, when nobody does,
 * the lowest nodeid of the formation. Every node computes the same one from
 * the view alone.
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
 * @local: this node
 */
void vcs_sync_rule_view(struct vcs_sync_rule *rule, const struct vcs_view *view,
			u32 local)
{
	const struct vcs_member *m, *oldest = view->members;

	rule->generation = view->generation;
	rule->done = false;
	rule->joiner = false;
	vcs_view_for_each(m, view) {
		if (older(m, oldest))
			oldest = m;
		if (m->nodeid == local)
			rule->joiner = m->joined_generation == view->generation;
	}
	rule->sender = oldest->nodeid;
	if (rule->sender == local)
		rule->joiner = false;
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
		return VCS_SYNC_COMPLETE;
	}
	return rule->joiner ? VCS_SYNC_MERGE : VCS_SYNC_KNOWN;
}
