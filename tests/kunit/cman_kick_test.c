// SPDX-License-Identifier: GPL-2.0-only
/* The clock: who is called when, and what is told as late. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "cman_plugin/kick.h"

#define MS NSEC_PER_MSEC

struct clock {
	struct cman_ticker ticker;
	struct completion ticked;
	u32 calls;
	u32 late_ms;		/* of the last call */
	u64 first_ns;		/* when the first was */
};

static void tick(struct cman_ticker *ticker, u32 late_ms)
{
	struct clock *clock = container_of(ticker, struct clock, ticker);

	if (!clock->calls++)
		clock->first_ns = ktime_get_ns();
	clock->late_ms = late_ms;
	complete(&clock->ticked);
}

static void init(struct clock *clock, u64 period_ns)
{
	memset(clock, 0, sizeof(*clock));
	init_completion(&clock->ticked);
	clock->ticker.tick = tick;
	clock->ticker.period_ns = period_ns;
}

/* As if the last call was made at the time 1000 ms. */
static void init_called(struct clock *clock, u64 period_ns)
{
	init(clock, period_ns);
	atomic64_set(&clock->ticker.last_ns, 1000 * MS);
	atomic64_set(&clock->ticker.due_ns, 1000 * MS + period_ns);
}

static void due_test(struct kunit *test)
{
	struct clock clock;

	init_called(&clock, 100 * MS);
	cman_kick_run_ticker(&clock.ticker, 1100 * MS - 1);
	KUNIT_EXPECT_EQ(test, clock.calls, 0);
	cman_kick_run_ticker(&clock.ticker, 1100 * MS);
	cman_kick_run_ticker(&clock.ticker, 1101 * MS);
	KUNIT_EXPECT_EQ(test, clock.calls, 1);
	KUNIT_EXPECT_EQ(test, clock.late_ms, 0);
	cman_kick_run_ticker(&clock.ticker, 1230 * MS);
	KUNIT_EXPECT_EQ(test, clock.calls, 2);
	KUNIT_EXPECT_EQ(test, clock.late_ms, 30);
}

static void starved_test(struct kunit *test)
{
	struct clock clock;

	init_called(&clock, 100 * MS);
	cman_kick_run_ticker(&clock.ticker, 6100 * MS);
	KUNIT_EXPECT_EQ(test, clock.calls, 1);
	KUNIT_EXPECT_EQ(test, clock.late_ms, 5000);
	/* What was missed is not made up for. */
	cman_kick_run_ticker(&clock.ticker, 6199 * MS);
	KUNIT_EXPECT_EQ(test, clock.calls, 1);
	cman_kick_run_ticker(&clock.ticker, 6200 * MS);
	KUNIT_EXPECT_EQ(test, clock.calls, 2);
	KUNIT_EXPECT_EQ(test, clock.late_ms, 0);
}

/*
 * A processor that was held up (a hypervisor's doing) between taking a call
 * and making it: another one made the next call meanwhile.
 */
static void overtaken_test(struct kunit *test)
{
	struct clock clock;

	init_called(&clock, 100 * MS);
	atomic64_set(&clock.ticker.last_ns, 1200 * MS);
	cman_kick_run_ticker(&clock.ticker, 1100 * MS);
	KUNIT_EXPECT_EQ(test, clock.calls, 1);
	KUNIT_EXPECT_EQ(test, clock.late_ms, 0);
}

/* A slow cluster, joined before, does not make a fast one wait. */
static void fast_after_slow_test(struct kunit *test)
{
	struct clock slow, fast;
	u64 start;

	init(&slow, 10000 * MS);
	init(&fast, 20 * MS);
	KUNIT_ASSERT_EQ(test, cman_kick_add(&slow.ticker), 0);
	start = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, cman_kick_add(&fast.ticker), 0);
	wait_for_completion_timeout(&fast.ticked, 20 * HZ);
	cman_kick_del(&fast.ticker);
	cman_kick_del(&slow.ticker);
	KUNIT_ASSERT_GT(test, fast.calls, 0);
	KUNIT_EXPECT_LE(test, fast.first_ns - start, 200 * MS);
	KUNIT_EXPECT_EQ(test, slow.calls, 0);
}

static void deleted_test(struct kunit *test)
{
	struct clock clock, other;
	u32 calls;

	init(&clock, 20 * MS);
	init(&other, 20 * MS);
	KUNIT_ASSERT_EQ(test, cman_kick_add(&clock.ticker), 0);
	KUNIT_EXPECT_NE(test, 0, wait_for_completion_timeout(&clock.ticked, HZ));
	KUNIT_EXPECT_EQ(test, cman_kick_add(&other.ticker), 0);
	cman_kick_del(&clock.ticker);
	calls = clock.calls;
	reinit_completion(&other.ticked);
	KUNIT_EXPECT_NE(test, 0, wait_for_completion_timeout(&other.ticked, HZ));
	cman_kick_del(&other.ticker);
	KUNIT_EXPECT_EQ(test, clock.calls, calls);
	KUNIT_EXPECT_NULL(test, cman_kick_degraded());
}

static struct kunit_case cman_kick_cases[] = {
	KUNIT_CASE(due_test),
	KUNIT_CASE(starved_test),
	KUNIT_CASE(overtaken_test),
	KUNIT_CASE(fast_after_slow_test),
	KUNIT_CASE(deleted_test),
	{}
};

static struct kunit_suite cman_kick_suite = {
	.name = "cman_kick",
	.test_cases = cman_kick_cases,
};

kunit_test_suite(cman_kick_suite);

MODULE_DESCRIPTION("KUnit suite for the clock of cman");
MODULE_LICENSE("GPL");
