/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Planted defects, for proving that the checkers can fail. Each is compiled in
 * only when the build defines its name (KCFLAGS=-DVCS_MUTANT_GATE_OPEN); no
 * product build does.
 *
 * VCS_MUTANT_GATE_OPEN: every fence counts as done, so that recovery begins
 * while a failed node may still write.
 */
#ifndef _VCS_MUTANT_H
#define _VCS_MUTANT_H

#include <linux/types.h>

static inline bool vcs_mutant_gate_open(void)
{
#ifdef VCS_MUTANT_GATE_OPEN
	return true;
#else
	return false;
#endif
}

#endif /* _VCS_MUTANT_H */
