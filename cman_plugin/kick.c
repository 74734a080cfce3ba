// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock of all clusters, and the way for their packets to come in.
 *
 * Softirqs, receive among them, wait for ksoftirqd once it is awake, and a
 * real-time task starves ksoftirqd. A pending high-priority tasklet exempts
 * its CPU from that wait: all softirqs run when the interrupt returns. So each
 * CPU, since each may take the network's interrupts, has a pinned timer that
 * fires in hard interrupt context and schedules such a tasklet. That alone
 * lets receive through; and the first tasklet to see that a ticker is due
 * runs it.
 *
 * While a real-time task holds receive back, it is drained once per kick only,
 * and the queue of a network card is short: the CPU kicks every millisecond
 * then, and no longer than it must.
 *
 * The timers run while there is a ticker. Their CPUs come and go through the
 * hotplug state. Locking: kick_lock for the list and the hotplug state; the
 * tasklets read the list under RCU. Per-CPU fields belong to their CPU.
 */
#include <kunit/visibility.h>
#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/ktime.h>

#include "compat.h"
#include "kick.h"

/* A ticker that comes late waits this long for its first kick at most. */
#define KICK_SLOW_NS		(100 * NSEC_PER_MSEC)
#define KICK_FAST_NS		NSEC_PER_MSEC
#define KICK_FAST_FOR_NS	(250 * NSEC_PER_MSEC)
/* So many tasklets that ran elsewhere than they should are no accident. */
#define KICK_DEFERRED_MAX	4

struct cman_kick {
	struct hrtimer timer;
	struct tasklet_struct tasklet;
	u64 fast_until_ns;
	struct task_struct *hit;	/* who was interrupted; only compared */
	u32 deferred;			/* see watch_deferral() */
};

static DEFINE_PER_CPU(struct cman_kick, kicks);
static DEFINE_MUTEX(kick_lock);
static LIST_HEAD(tickers);		/* written under kick_lock, RCU */
static u64 kick_period_ns;		/* between two kicks of a CPU */
static bool kick_deferred;		/* sticky: see KICK_DEFERRED_MAX */
static enum cpuhp_state kick_state;	/* kick_lock */

/* Hard interrupt context: is a real-time task holding receive back here? */
static bool receive_held_back(void)
{
	/* rt_task() has not always meant those with a deadline, too. */
	return (local_softirq_pending() & BIT(NET_RX_SOFTIRQ)) &&
	       !softirq_count() && current->prio < MAX_RT_PRIO;
}

static enum hrtimer_restart kick_fire(struct hrtimer *timer)
{
	struct cman_kick *kick = container_of(timer, struct cman_kick, timer);
	u64 now = ktime_get_ns(), period = READ_ONCE(kick_period_ns);

	kick->hit = softirq_count() ? NULL : current;
	if (receive_held_back())
		kick->fast_until_ns = now + KICK_FAST_FOR_NS;
	if (now < kick->fast_until_ns)
		period = min_t(u64, period, KICK_FAST_NS);
	tasklet_hi_schedule(&kick->tasklet);
	hrtimer_forward_now(timer, ns_to_ktime(period));
	return HRTIMER_RESTART;
}

/*
 * With threaded interrupts every softirq goes to ksoftirqd, and there is no
 * way around it. The switch for that cannot be read by a module; what it does
 * can be seen: otherwise a tasklet runs before the interrupt returns, in the
 * task that the timer interrupted, unless that had softirqs disabled.
 */
static void watch_deferral(struct cman_kick *kick)
{
	if (kick->hit && kick->hit != current &&
	    ++kick->deferred == KICK_DEFERRED_MAX)
		WRITE_ONCE(kick_deferred, true);
}

/*
 * Whose call it is may be held up before it says so, and see the time of a
 * later one: that one was the late one, if any.
 */
static u32 late_ms(struct cman_ticker *ticker, u64 now)
{
	s64 gap = now - (u64)atomic64_xchg(&ticker->last_ns, now);
	s64 late = gap - (s64)ticker->period_ns;

	return late > 0 ? min_t(u64, div_u64(late, NSEC_PER_MSEC), U32_MAX) : 0;
}

VISIBLE_IF_KUNIT void cman_kick_run_ticker(struct cman_ticker *ticker, u64 now)
{
	s64 due = atomic64_read(&ticker->due_ns);
	u64 next;

	if ((s64)now < due)
		return;
	/* Keep the phase, but do not make up for what was missed. */
	next = due + ticker->period_ns;
	if (next <= now)
		next = now + ticker->period_ns;
	if (!atomic64_try_cmpxchg(&ticker->due_ns, &due, next))
		return;
	ticker->tick(ticker, late_ms(ticker, now));
}

static void kick_run(struct tasklet_struct *tasklet)
{
	struct cman_kick *kick = from_tasklet(kick, tasklet, tasklet);
	struct cman_ticker *ticker;
	u64 now = ktime_get_ns();

	watch_deferral(kick);
	rcu_read_lock();
	list_for_each_entry_rcu(ticker, &tickers, node)
		cman_kick_run_ticker(ticker, now);
	rcu_read_unlock();
}

static int kick_cpu_online(unsigned int cpu)
{
	struct cman_kick *kick = per_cpu_ptr(&kicks, cpu);

	memset(kick, 0, sizeof(*kick));
	tasklet_setup(&kick->tasklet, kick_run);
	cman_hrtimer_setup(&kick->timer, kick_fire, CLOCK_MONOTONIC,
			   HRTIMER_MODE_ABS_PINNED_HARD);
	hrtimer_start(&kick->timer,
		      ktime_add_ns(ktime_get(), READ_ONCE(kick_period_ns)),
		      HRTIMER_MODE_ABS_PINNED_HARD);
	return 0;
}

static int kick_cpu_offline(unsigned int cpu)
{
	struct cman_kick *kick = per_cpu_ptr(&kicks, cpu);

	hrtimer_cancel(&kick->timer);
	tasklet_kill(&kick->tasklet);
	return 0;
}

static void update_period_locked(void)
{
	struct cman_ticker *ticker;
	u64 period = KICK_SLOW_NS;

	lockdep_assert_held(&kick_lock);
	/* A kick falls on each tick, be it a whole part of what is between two. */
	list_for_each_entry(ticker, &tickers, node)
		period = min_t(u64, period,
			       div64_u64(ticker->period_ns,
					 DIV_ROUND_UP_ULL(ticker->period_ns,
							  KICK_SLOW_NS)));
	WRITE_ONCE(kick_period_ns, period);
}

/**
 * cman_kick_add() - have a ticker called from now on
 * @ticker: its tick and period_ns are set; stays the caller's
 *
 * Context: process context, may sleep.
 * Return: 0, or what the CPU hotplug layer says.
 */
int cman_kick_add(struct cman_ticker *ticker)
{
	bool first;
	int err = 0;
	u64 now;

	mutex_lock(&kick_lock);
	first = list_empty(&tickers);
	now = ktime_get_ns();
	atomic64_set(&ticker->last_ns, now);
	atomic64_set(&ticker->due_ns, now + ticker->period_ns);
	list_add_rcu(&ticker->node, &tickers);
	update_period_locked();
	if (first) {
		err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "cluster/cman:kick",
					kick_cpu_online, kick_cpu_offline);
		if (err >= 0) {
			kick_state = err;
			err = 0;
		} else {
			list_del_rcu(&ticker->node);
			synchronize_rcu();
		}
	}
	mutex_unlock(&kick_lock);
	return err;
}

/**
 * cman_kick_del() - no tick of this ticker comes any more
 * @ticker: was added
 *
 * Context: process context, may sleep.
 */
void cman_kick_del(struct cman_ticker *ticker)
{
	mutex_lock(&kick_lock);
	list_del_rcu(&ticker->node);
	if (list_empty(&tickers))
		cpuhp_remove_state(kick_state);
	else
		update_period_locked();
	mutex_unlock(&kick_lock);
	synchronize_rcu();
}

/**
 * cman_kick_degraded() - can a busy machine stop this clock?
 *
 * Context: any.
 * Return: NULL, or what makes it so, for people.
 */
const char *cman_kick_degraded(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "PREEMPT_RT";
	if (READ_ONCE(kick_deferred))
		return "threaded interrupts (threadirqs)";
	return NULL;
}
