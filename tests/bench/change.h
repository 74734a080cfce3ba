/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One change as bench_listener saw it, and as debugfs gives it to viewbench.
 * Times are of CLOCK_MONOTONIC.
 */
#ifndef _BENCH_CHANGE_H
#define _BENCH_CHANGE_H

#include <linux/types.h>

#define BENCH_CHANGES	"/sys/kernel/debug/bench_listener"

struct bench_change {
	__u64 generation;
	__u64 stop_ns;		/* stop() was called; 0 before the first start */
	__u64 start_ns;		/* the end of start() */
	__u64 finish_ns;	/* finish() was called */
};

#endif /* _BENCH_CHANGE_H */
