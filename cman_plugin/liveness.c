// SPDX-License-Identifier: GPL-2.0-only
/*
 * A heartbeat that comes from interrupts says nothing about the rest of the
 * machine. So each tick asks a worker for a sign, on a workqueue like those
 * that recovery runs on; the age of the last sign travels in every heartbeat.
 *
 * No lock: the stamp is one word, the work item one for all clusters.
 */
#include <linux/atomic.h>
#include <linux/math64.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "liveness.h"

static atomic64_t stamp_ns;
static struct workqueue_struct *liveness_wq;

void cman_liveness_touch(void)
{
	atomic64_set(&stamp_ns, ktime_get_ns());
}

static void give_sign(struct work_struct *work)
{
	cman_liveness_touch();
}

static DECLARE_WORK(liveness_work, give_sign);

u32 cman_liveness_age_ms(void)
{
	s64 age = ktime_get_ns() - atomic64_read(&stamp_ns);

	queue_work(liveness_wq, &liveness_work);
	return age > 0 ? min_t(u64, div_u64(age, NSEC_PER_MSEC), U32_MAX) : 0;
}

void cman_liveness_start(struct workqueue_struct *wq)
{
	liveness_wq = wq;
}

/* After the last tick. */
void cman_liveness_stop(void)
{
	cancel_work_sync(&liveness_work);
}
