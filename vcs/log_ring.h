/* SPDX-License-Identifier: GPL-2.0-only */
/* The decision log as a ring; vcs_log_read() and its setup are in cluster.h. */
#ifndef _VCS_LOG_RING_H
#define _VCS_LOG_RING_H

#include "cluster.h"

void vcs_log_add(struct vcs_cluster *cluster, struct vcs_log_entry *entry);

#endif /* _VCS_LOG_RING_H */
