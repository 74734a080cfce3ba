// SPDX-License-Identifier: GPL-2.0-only
/*
 * epoll, level-triggered. A callback may close any watch, its own included:
 * events that were already fetched for a closed one are dropped.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "loop.h"

#define BATCH 16

struct loop {
	int epoll;
	bool stopped;
	struct epoll_event events[BATCH];
	int nr_events;
	int at;			/* the event that is being handled */
};

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		err(1, "loop");
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		err(1, "epoll");
	return loop;
}

void loop_free(struct loop *loop)
{
	close(loop->epoll);
	free(loop);
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

void loop_watch(struct loop *loop, struct watch *watch, int fd,
		void (*ready)(struct watch *watch))
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = watch };

	watch->fd = fd;
	watch->timer = false;
	watch->ready = ready;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event))
		err(1, "epoll");
}

void loop_forget(struct loop *loop, struct watch *watch)
{
	int i;

	if (watch->fd < 0)
		return;
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->fd = -1;
	for (i = loop->at + 1; i < loop->nr_events; i++)
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
}

void loop_close(struct loop *loop, struct watch *watch)
{
	int fd = watch->fd;

	loop_forget(loop, watch);
	if (fd >= 0)
		close(fd);
}

void loop_timer(struct loop *loop, struct watch *timer, uint64_t ms,
		void (*ready)(struct watch *timer))
{
	/* Zero would disarm it. */
	uint64_t ns = ms ? ms * 1000000 : 1;
	struct itimerspec spec = {
		.it_value = { ns / 1000000000, ns % 1000000000 },
	};
	int fd;

	if (timer->fd < 0) {
		fd = timerfd_create(CLOCK_MONOTONIC,
				    TFD_CLOEXEC | TFD_NONBLOCK);
		if (fd < 0)
			err(1, "timerfd");
		loop_watch(loop, timer, fd, ready);
		timer->timer = true;
	}
	timer->ready = ready;
	timerfd_settime(timer->fd, 0, &spec, NULL);
}

static void handle(struct watch *watch)
{
	uint64_t times;

	/* Set again since it was seen to have fired: not yet. */
	if (watch->timer &&
	    read(watch->fd, &times, sizeof(times)) != sizeof(times))
		return;
	watch->ready(watch);
}

void loop_run(struct loop *loop)
{
	struct watch *watch;

	loop->stopped = false;
	while (!loop->stopped) {
		loop->nr_events = epoll_wait(loop->epoll, loop->events, BATCH,
					     -1);
		if (loop->nr_events < 0 && errno != EINTR)
			err(1, "epoll");
		for (loop->at = 0; loop->at < loop->nr_events; loop->at++) {
			watch = loop->events[loop->at].data.ptr;
			if (watch)
				handle(watch);
		}
		loop->nr_events = 0;
	}
}
