/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Planted faults. The simulator is built once with each of them and must find
 * it; every other build has none. The compiler removes the tests.
 */
#ifndef _CMAN_MUTANT_H
#define _CMAN_MUTANT_H

#ifndef CMAN_MUTANT
#define CMAN_MUTANT 0
#endif

enum cman_mutant {
	CMAN_MUTANT_NONE,
	CMAN_MUTANT_PROMISE,		/* an acceptor forgets what it promised */
	CMAN_MUTANT_QUORUM,		/* one vote less is enough */
	CMAN_MUTANT_REJOIN,		/* a node that comes back counts as fenced */
	CMAN_MUTANT_INCARNATION,	/* an earlier life passes for the member */
	CMAN_MUTANT_GATE,		/* the model of the core opens its gate in time */
	CMAN_MUTANT_KEEP,		/* a successor forgets what its process promised */
	CMAN_MUTANT_BASE,		/* proofs are kept, whoever was away meanwhile */
};

#define cman_mutant(n) (CMAN_MUTANT == (n))

#endif /* _CMAN_MUTANT_H */
