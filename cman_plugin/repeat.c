// SPDX-License-Identifier: GPL-2.0-only
/* Counts lines of the decision log that are said again. See repeat.h. */
#include "repeat.h"

/* Each attempt has another ballot; it is no news for that. */
static bool has_ballot(enum cman_log_code code)
{
	return code == CMAN_LOG_PREPARE || code == CMAN_LOG_RECOVERED ||
	       code == CMAN_LOG_FORM_PROPOSE || code == CMAN_LOG_FORM_RECOVERED;
}

static bool same(const struct cman_action *x, const struct cman_action *y)
{
	return x->log.code == y->log.code && x->log.nodeid == y->log.nodeid &&
	       x->log.incarnation == y->log.incarnation &&
	       x->log.a == y->log.a &&
	       (x->log.b == y->log.b || has_ballot(x->log.code));
}

/* Its place, or the one to take: not heard for the longest time. */
static struct cman_repeat *find(struct cman_repeats *repeats,
				const struct cman_action *line)
{
	struct cman_repeat *repeat, *oldest = repeats->list;

	for (repeat = repeats->list;
	     repeat < repeats->list + ARRAY_SIZE(repeats->list); repeat++) {
		if (repeat->times && same(&repeat->line, line))
			return repeat;
		if (repeat->heard_ms < oldest->heard_ms)
			oldest = repeat;
	}
	oldest->times = 0;
	return oldest;
}

/**
 * cman_repeats_count() - how often was this said
 * @repeats: zeroed before its first use
 * @line: a CMAN_ACT_LOG
 * @now_ms: monotonic
 *
 * Context: any.
 * Return: 1 for news, and one more for each time since.
 */
u32 cman_repeats_count(struct cman_repeats *repeats,
		       const struct cman_action *line, u64 now_ms)
{
	struct cman_repeat *repeat = find(repeats, line);

	if (now_ms - repeat->heard_ms >= CMAN_REPEAT_FORGET_MS)
		repeat->times = 0;
	repeat->line = *line;
	repeat->heard_ms = now_ms;
	return ++repeat->times;
}
