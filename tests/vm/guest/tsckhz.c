// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the rate of the host's time stamp counter in kHz, as CLOCK_MONOTONIC
 * sees it. QEMU's emulation passes the counter through, and a guest on a busy
 * host cannot measure it; so it is told (tsc_early_khz).
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct sample {
	unsigned long long tsc, ns;
};

/* Of some readings of both clocks the one that took least time is best. */
static struct sample take(void)
{
	unsigned long long before, after, best = ~0ULL;
	struct sample sample = { 0 };
	struct timespec ts;
	int i;

	for (i = 0; i < 200; i++) {
		before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC, &ts);
		after = __rdtsc();
		if (after - before < best) {
			best = after - before;
			sample.tsc = before + best / 2;
			sample.ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
		}
	}
	return sample;
}

int main(void)
{
	struct timespec pause = { .tv_nsec = 250 * 1000 * 1000 };
	struct sample a = take(), b;

	nanosleep(&pause, NULL);
	b = take();
	printf("%llu\n", (b.tsc - a.tsc) * 1000000 / (b.ns - a.ns));
	return 0;
}
