/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's own records: one kind byte, one version byte, then the body, all
 * little endian. Queued in the outbox under cluster.lock, handed to the
 * provider by a work item without it, again after -EAGAIN.
 */
#ifndef _VCS_RECORD_H
#define _VCS_RECORD_H

#include "cluster.h"

struct vcs_record;		/* record_codec.h */

int vcs_outbox_setup(struct vcs_cluster *cluster);
void vcs_outbox_destroy(struct vcs_cluster *cluster);	/* last put */
void vcs_outbox_shutdown(struct vcs_cluster *cluster);	/* no lock; cancels */
/* Both copy. -ENOMEM, -EAGAIN, -EMSGSIZE, -EOPNOTSUPP, -ENOTCONN. */
int vcs_outbox_add_locked(struct vcs_cluster *cluster, const void *data,
			  size_t len);
int vcs_outbox_send_locked(struct vcs_cluster *cluster,
			   const struct vcs_record *record);
/*
 * A new view: forget what waits; the owners of its content send again. Called
 * before vcs_fence_view_locked() and vcs_sync_view_locked().
 */
void vcs_outbox_view_locked(struct vcs_cluster *cluster);
void vcs_outbox_kick(struct vcs_cluster *cluster);	/* vcs_submit_ready() */

/* Sends a record to its owner (fence, sync). -EPROTO: unknown or malformed. */
int vcs_record_deliver_locked(struct vcs_cluster *cluster, u32 from,
			      const void *data, size_t len);

#endif /* _VCS_RECORD_H */
