/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables copied out whole, so that what reads them at leisure (a netlink dump
 * over several calls, the sysfs work) sees one moment and holds no lock.
 */
#ifndef _VCS_SNAPSHOT_H
#define _VCS_SNAPSHOT_H

#include "fence.h"
#include "listener.h"

struct vcs_provider_info {
	char name[VCS_NAME_MAX + 1];
	char owner[64];
	u32 features;
	u32 in_use;
};

/*
 * Each returns an array of *@nr items, to be freed with kvfree(); NULL
 * without memory. Takes cluster.lock, or the registry's.
 */
struct vcs_listener_info *vcs_snapshot_listeners(struct vcs_cluster *cluster,
						 u32 *nr);
struct vcs_fence_info *vcs_snapshot_fences(struct vcs_cluster *cluster,
					   u32 *nr);
struct vcs_provider_info *vcs_snapshot_providers(u32 *nr);

#endif /* _VCS_SNAPSHOT_H */
