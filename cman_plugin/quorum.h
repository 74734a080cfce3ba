/* SPDX-License-Identifier: GPL-2.0-only */
/* May the deciders that answered decide? See quorum.c. */
#ifndef _CMAN_QUORUM_H
#define _CMAN_QUORUM_H

#include "types.h"

/**
 * struct cman_count - who is where, as sets of indexes
 * @all: the configured nodes
 * @deciders: members of the current view, by exact incarnation
 * @answered: deciders that answered this ballot
 * @accounted: deciders whose life is over for certain: fenced, or superseded
 * @present: nodes without history that proved to be there after the last
 *	     decider in @accounted got there
 * @fenced: nodes of which every earlier life is fenced, by requests made after
 *	    that, and since those in @base are here
 * @base: nodes that are here without a break, deciders or without history;
 *	  while they have a majority nobody else can let anybody in
 * @quorum: votes of deciders that decide
 * @need: votes that must at least be present
 */
struct cman_count {
	u64 all;
	u64 deciders;
	u64 answered;
	u64 accounted;
	u64 present;
	u64 fenced;
	u64 base;
	u32 quorum;
	u32 need;
};

u32 cman_votes(const struct cman_config *config, u64 set);
u32 cman_majority(u32 votes);
bool cman_may_decide(const struct cman_config *config,
		     const struct cman_count *count);

#endif /* _CMAN_QUORUM_H */
