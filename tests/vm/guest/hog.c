// SPDX-License-Identifier: GPL-2.0-only
/*
 * hog SECONDS: a real-time task of the highest priority on every processor,
 * which leaves nothing to any other process, ksoftirqd and kworkers included.
 * Takes the limit on real-time tasks away first. Prints the seconds it ran.
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void no_throttling(void)
{
	FILE *f = fopen("/proc/sys/kernel/sched_rt_runtime_us", "w");

	if (!f || fputs("-1\n", f) < 0 || fclose(f))
		err(1, "sched_rt_runtime_us");
}

/* Moves there, and waits until all have: a hog would keep the others out. */
static void hog(int cpu, double until, int go)
{
	const struct sched_param fifo = { .sched_priority = 99 };
	cpu_set_t set;
	char byte;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    read(go, &byte, 1) < 0 || sched_setscheduler(0, SCHED_FIFO, &fifo))
		err(1, "cannot take processor %d", cpu);
	while (now() < until)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	double seconds = argc == 2 ? atof(argv[1]) : 0, start = now();
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int cpu, go[2], status, failed = 0;

	if (seconds <= 0)
		errx(2, "usage: hog SECONDS");
	no_throttling();
	if (pipe(go))
		err(1, "pipe");
	for (cpu = 0; cpu < cpus; cpu++)
		if (!fork()) {
			close(go[1]);
			hog(cpu, start + seconds, go[0]);
		}
	close(go[1]);
	while (wait(&status) > 0)
		failed |= status;
	printf("%.1f\n", now() - start);
	return failed != 0;
}
