/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom corosync reaches: from the changes of its ring and of the CPG group, the
 * nodes that are lost. A node in the ring whose daemon has died is not: its
 * kernel is frozen, and its life may go on with another daemon.
 */
#ifndef COROSYNCD_RING_H
#define COROSYNCD_RING_H

#include "../../cman_plugin/types.h"

/* How a daemon left the group. */
enum ring_why {
	RING_DIED,		/* the process alone */
	RING_LEFT,		/* it said so: its life is over */
	RING_NODE_DOWN,
};

/* One that left. */
struct ring_gone {
	u32 nodeid;
	enum ring_why why;
};

/* The configured nodes that are not in the ring, but for the local one. */
u64 ring_outside(const struct cman_config *config, const u32 *ring, size_t nr);

/*
 * The configured nodes that are lost by this change of the group: @here are
 * the nodeids of all who are in it now, @gone those who left.
 */
u64 ring_lost(const struct cman_config *config, const u32 *here, size_t nr_here,
	      const struct ring_gone *gone, size_t nr_gone);

#endif
