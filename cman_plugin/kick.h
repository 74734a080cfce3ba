/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A clock that a busy machine cannot stop, shared by all clusters. See kick.c
 * for why it is made as it is.
 */
#ifndef _CMAN_KICK_H
#define _CMAN_KICK_H

#include <linux/atomic.h>
#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/types.h>

/**
 * struct cman_ticker - who wants to be called, and how often
 * @tick: softirq context, on any CPU; takes its own lock. @late_ms: how much
 *	  longer than a period ago the one before was.
 * @period_ns: between two calls
 * @due_ns: when the next is; whoever moves it forward makes the call
 * @last_ns: when the last was
 * @node: in the list of tickers
 */
struct cman_ticker {
	void (*tick)(struct cman_ticker *ticker, u32 late_ms);
	u64 period_ns;
	atomic64_t due_ns;
	atomic64_t last_ns;
	struct list_head node;
};

/* Process context, may sleep. After cman_kick_del() no tick comes. */
int cman_kick_add(struct cman_ticker *ticker);
void cman_kick_del(struct cman_ticker *ticker);

/* NULL, or why a busy machine can stop this clock after all. Any context. */
const char *cman_kick_degraded(void);

#if IS_ENABLED(CONFIG_KUNIT)
void cman_kick_run_ticker(struct cman_ticker *ticker, u64 now);
#endif

#endif /* _CMAN_KICK_H */
