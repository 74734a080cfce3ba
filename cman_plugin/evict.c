// SPDX-License-Identifier: GPL-2.0-only
/*
 * From everyone's evidence: who is dead, and which smallest set must go so
 * that the rest hear each other. Pure; the same evidence gives the same answer
 * on every node.
 */
#include "evict.h"
#include "quorum.h"

/* Up to here the smallest set is found exactly; 2^N sets are tried. */
#define EXACT_MAX 8

/* Accused by more than half of the observers other than itself. */
u64 cman_dead(const struct cman_evidence *evidence)
{
	u64 dead = 0, left, set;

	for (left = evidence->members; left; left &= left - 1) {
		u32 i = __ffs64(left);
		u64 observers = evidence->observers & ~BIT_ULL(i);
		u32 accusers = 0;

		for (set = observers; set; set &= set - 1)
			if (evidence->deaf[__ffs64(set)] & BIT_ULL(i))
				accusers++;
		if (accusers * 2 > hweight64(observers))
			dead |= BIT_ULL(i);
	}
	return dead;
}

/* For each of @nodes, with whom its link is broken, in whatever direction. */
static void find_links(const struct cman_evidence *evidence, u64 nodes,
		       u64 *links)
{
	u64 left, set;

	for (left = nodes; left; left &= left - 1)
		links[__ffs64(left)] = 0;
	for (left = nodes & evidence->observers; left; left &= left - 1) {
		u32 i = __ffs64(left);

		set = evidence->deaf[i] & nodes & ~BIT_ULL(i);
		links[i] |= set;
		for (; set; set &= set - 1)
			links[__ffs64(set)] |= BIT_ULL(i);
	}
}

/* Some broken link among @nodes, or false. */
static bool find_broken(const u64 *links, u64 nodes, u32 *a, u32 *b)
{
	u64 set;

	for (set = nodes; set; set &= set - 1) {
		*a = __ffs64(set);
		if (links[*a] & nodes) {
			*b = __ffs64(links[*a] & nodes);
			return true;
		}
	}
	return false;
}

/* Fewer nodes, then fewer votes, then the higher nodeids. */
static bool better(const struct cman_config *config, u64 a, u64 b)
{
	u32 na = hweight64(a), nb = hweight64(b);
	u32 va = cman_votes(config, a), vb = cman_votes(config, b);

	if (na != nb)
		return na < nb;
	if (va != vb)
		return va < vb;
	return a > b;
}

/* Of each broken link one end must go: bit n of @path says which, the nth time. */
static u64 follow(const u64 *links, u64 nodes, u32 path)
{
	u64 gone = 0;
	u32 a, b, n;

	for (n = 0; find_broken(links, nodes & ~gone, &a, &b); n++) {
		if (n == EXACT_MAX)
			return 0;
		gone |= BIT_ULL(path & (1U << n) ? a : b);
	}
	return gone;
}

/* Too many to try: again and again the one with most broken links. */
static u64 greedy(const struct cman_config *config, const u64 *links, u64 nodes)
{
	u64 gone = 0, set;
	u32 a, b;

	while (find_broken(links, nodes & ~gone, &a, &b)) {
		u32 most = 0, worst = a;

		for (set = nodes & ~gone; set; set &= set - 1) {
			u32 i = __ffs64(set);
			u32 nr = hweight64(links[i] & nodes & ~gone);

			if (nr > most ||
			    (nr == most &&
			     better(config, BIT_ULL(i), BIT_ULL(worst)))) {
				most = nr;
				worst = i;
			}
		}
		gone |= BIT_ULL(worst);
	}
	return gone;
}

/**
 * cman_evict() - the smallest set without which the rest is whole
 * @config: for the votes
 * @evidence: who does not hear whom
 * @dead: from cman_dead(); not part of the answer
 */
u64 cman_evict(const struct cman_config *config,
	       const struct cman_evidence *evidence, u64 dead)
{
	u64 nodes = evidence->members & ~dead, best = 0, gone;
	u64 links[CMAN_NODES_MAX];
	u32 a, b, path;

	find_links(evidence, nodes, links);
	if (!find_broken(links, nodes, &a, &b))
		return 0;
	for (path = 0; path < 1U << EXACT_MAX; path++) {
		gone = follow(links, nodes, path);
		if (gone && (!best || better(config, gone, best)))
			best = gone;
	}
	return best ? best : greedy(config, links, nodes);
}
