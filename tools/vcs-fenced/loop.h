/* SPDX-License-Identifier: GPL-2.0-only */
/* The event loop: descriptors and one-shot timers, over epoll. */
#ifndef FENCED_LOOP_H
#define FENCED_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* A descriptor that is waited for; embedded in what wants to know. */
struct watch {
	int fd;			/* -1: not waited for */
	bool timer;		/* fd is a timer, to be read when it fires */
	void (*ready)(struct watch *watch);
};

struct loop *loop_new(void);
void loop_free(struct loop *loop);
/* Runs until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Ends the program without memory or descriptors: it cannot work then. */
void loop_watch(struct loop *loop, struct watch *watch, int fd,
		void (*ready)(struct watch *watch));
/* Waits no more for the descriptor; it stays open. */
void loop_forget(struct loop *loop, struct watch *watch);
/* The same, and closes it. */
void loop_close(struct loop *loop, struct watch *watch);

/* A timer is a watch on a timerfd; set again, it starts over. */
void loop_timer(struct loop *loop, struct watch *timer, uint64_t ms,
		void (*ready)(struct watch *timer));

/* Milliseconds of CLOCK_MONOTONIC. */
uint64_t now_ms(void);

#endif
