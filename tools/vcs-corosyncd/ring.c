// SPDX-License-Identifier: GPL-2.0-only
/* See ring.h. Pure. */
#include "ring.h"

static bool is_in(u32 nodeid, const u32 *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (list[i] == nodeid)
			return true;
	return false;
}

u64 ring_outside(const struct cman_config *config, const u32 *ring, size_t nr)
{
	u64 outside = 0;
	u32 i;

	for (i = 0; i < config->nr_nodes; i++)
		if (config->nodes[i].nodeid != config->nodeid &&
		    !is_in(config->nodes[i].nodeid, ring, nr))
			outside |= BIT_ULL(i);
	return outside;
}

/* Who has left by one daemon and is there with another is not lost. */
u64 ring_lost(const struct cman_config *config, const u32 *here, size_t nr_here,
	      const struct ring_gone *gone, size_t nr_gone)
{
	u64 lost = 0;
	size_t n;
	u32 i;

	for (n = 0; n < nr_gone; n++) {
		if (gone[n].why == RING_DIED ||
		    gone[n].nodeid == config->nodeid ||
		    is_in(gone[n].nodeid, here, nr_here))
			continue;
		for (i = 0; i < config->nr_nodes; i++)
			if (config->nodes[i].nodeid == gone[n].nodeid)
				lost |= BIT_ULL(i);
	}
	return lost;
}
