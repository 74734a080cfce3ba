/* SPDX-License-Identifier: GPL-2.0-only */
/* From everyone's evidence: who is dead, who must go. See evict.c. */
#ifndef _CMAN_EVICT_H
#define _CMAN_EVICT_H

#include "types.h"

/**
 * struct cman_evidence - who does not hear whom, as sets of indexes
 * @members: of the view
 * @observers: members whose word is at hand
 * @deaf: for each observer, the members that it does not hear
 */
struct cman_evidence {
	u64 members;
	u64 observers;
	u64 deaf[CMAN_NODES_MAX];
};

u64 cman_dead(const struct cman_evidence *evidence);
u64 cman_evict(const struct cman_config *config,
	       const struct cman_evidence *evidence, u64 dead);

#endif /* _CMAN_EVICT_H */
