/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What holds on, the state machine says again and again, a few things in turn.
 * So that this does not push everything else out of the decision log, the
 * repeats of a line are counted. Whoever has this locks it.
 */
#ifndef _CMAN_REPEAT_H
#define _CMAN_REPEAT_H

#include "types.h"

/* Two lines of each node, as many as can be said in turn. */
#define CMAN_REPEATS_MAX	(2 * CMAN_NODES_MAX)
/* A line that was not heard for so long is news. */
#define CMAN_REPEAT_FORGET_MS	60000

struct cman_repeat {
	struct cman_action line;	/* a CMAN_ACT_LOG */
	u64 heard_ms;			/* the last time */
	u32 times;			/* 0: free */
};

struct cman_repeats {
	struct cman_repeat list[CMAN_REPEATS_MAX];
};

u32 cman_repeats_count(struct cman_repeats *repeats,
		       const struct cman_action *line, u64 now_ms);

#endif /* _CMAN_REPEAT_H */
