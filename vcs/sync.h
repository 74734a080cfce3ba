/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State transfer. With each view the oldest continuing member (by joined
 * generation, then nodeid) sends what it knows as the first records; every
 * gate stays closed until its SYNC_END. If it dies, the next view starts over.
 */
#ifndef _VCS_SYNC_H
#define _VCS_SYNC_H

#include "cluster.h"

struct vcs_record;		/* record_codec.h */

int vcs_sync_setup(struct vcs_cluster *cluster);
void vcs_sync_destroy(struct vcs_cluster *cluster);	/* last put */
void vcs_sync_view_locked(struct vcs_cluster *cluster,
			  const struct vcs_view *old,
			  const struct vcs_view *new);
void vcs_sync_record_locked(struct vcs_cluster *cluster, u32 from,
			    const struct vcs_record *record);
/* The outbox has room again. */
void vcs_sync_retry_locked(struct vcs_cluster *cluster);
/*
 * Has this node all that was known at the view, though it may not be said to
 * all yet? From the first SYNC_END on, or from the formation.
 */
bool vcs_sync_whole_locked(struct vcs_cluster *cluster);
/* False: gates stay closed. Without records: true. */
bool vcs_sync_done_locked(struct vcs_cluster *cluster);

#endif /* _VCS_SYNC_H */
