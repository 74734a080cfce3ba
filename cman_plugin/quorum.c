// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting votes. Pure.
 *
 * There are two ways to decide. The plain one: deciders with a majority of all
 * configured votes answered; two such sets share a decider.
 *
 * The other is for when too many deciders are gone for good (they restarted,
 * or were fenced). It needs an account of each single one: it answered, or
 * its life is certainly over. Whatever was accepted is then known from one who
 * answered, or was known only to lives that are over and to nodes these may
 * have let in; so every node that did not answer must be present without
 * history, or be fenced, too: also one that was a decider, for its later lives.
 * And enough votes must be there to exclude that the rest of the cluster does
 * the same: a majority, or with two_node, where each needs the other fenced,
 * one. They must be of nodes that are here since before the first of those
 * fences was asked for. Otherwise others may have let in, meanwhile, a new life
 * of a node that was fenced.
 */
#include "mutant.h"
#include "quorum.h"

u32 cman_votes(const struct cman_config *config, u64 set)
{
	u32 votes = 0;

	for (; set; set &= set - 1)
		votes += config->nodes[__ffs64(set)].votes;
	return votes;
}

u32 cman_majority(u32 votes)
{
	return votes / 2 + (cman_mutant(CMAN_MUTANT_QUORUM) ? 0 : 1);
}

bool cman_may_decide(const struct cman_config *config,
		     const struct cman_count *count)
{
	u64 answered = count->answered & count->deciders;
	u64 silent = count->deciders & ~answered;
	u64 outside = count->all & ~answered;
	u64 here = answered | count->present;

	if (cman_votes(config, answered) >= count->quorum)
		return true;
	if (silent & ~count->accounted)
		return false;
	/* Of two, the other is all there is: it is accounted for. */
	if (silent && !config->two_node) {
		if (outside & ~count->present & ~count->fenced)
			return false;
		here &= count->base;
	}
	return cman_votes(config, here) >= count->need;
}
