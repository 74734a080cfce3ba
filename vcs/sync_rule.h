/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who sends the state at a view, and what counts as coming from it. Pure: no
 * lock, no allocation.
 */
#ifndef _VCS_SYNC_RULE_H
#define _VCS_SYNC_RULE_H

#include "record_codec.h"

struct vcs_sync_rule {
	u64 generation;		/* of the view that is being synchronised */
	u32 sender;		/* nodeid; 0 before the first view */
	bool whole;		/* this node knows all, from a SYNC_END or the start */
	bool done;
};

enum vcs_sync_verdict {
	VCS_SYNC_IGNORE,	/* of another view or sender, or after the end */
	VCS_SYNC_KNOWN,		/* right, but this node has it already */
	VCS_SYNC_MERGE,
	VCS_SYNC_COMPLETE,
};

void vcs_sync_rule_view(struct vcs_sync_rule *rule,
			const struct vcs_view *view);
enum vcs_sync_verdict vcs_sync_rule_record(struct vcs_sync_rule *rule, u32 from,
					   const struct vcs_record *record);

#endif /* _VCS_SYNC_RULE_H */
