// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks that take too long: said once for each phase, and, when the
 * administrator chose so, a reason for this node to give itself up.
 *
 * Locking: everything under cluster.lock. The delayed work holds a reference
 * on the cluster while it is queued, and queues itself again as long as a
 * listener is in a phase that can be overdue. It is not queued any more once
 * the cluster has left, so that it can be cancelled for good.
 */
#include "notify.h"
#include "phase.h"

static bool can_be_overdue(const struct vcs_listener_state *st)
{
	return st->phase == VCS_PHASE_STOPPING ||
	       st->phase == VCS_PHASE_STARTING ||
	       (st->phase == VCS_PHASE_EVICTED &&
		(st->flags & VCS_LISTENER_STATEFUL));
}

static s64 remaining_ms(const struct vcs_listener_state *st)
{
	s64 age = ktime_ms_delta(ktime_get(), st->since);

	return st->cluster->options.overdue_ms - age;
}

static void queue_overdue(struct vcs_cluster *cluster, s64 ms)
{
	vcs_cluster_hold(cluster);
	if (!queue_delayed_work(vcs_wq, &cluster->listeners->overdue,
				msecs_to_jiffies(ms) + 1))
		vcs_cluster_put(cluster);
}

void vcs_overdue_watch_locked(struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	if (cluster->state != VCS_CLUSTER_LEFT)
		queue_overdue(cluster, cluster->options.overdue_ms);
}

static void say_overdue_locked(struct vcs_listener_state *st)
{
	struct vcs_cluster *cluster = st->cluster;
	struct vcs_listener_info info;

	st->overdue = true;
	vcs_log(cluster, VCS_LOG_OVERDUE, 0, 0,
		"listener %s is %s for more than %u s", st->name,
		vcs_phase_str(st->phase), cluster->options.overdue_ms / 1000);
	vcs_listener_info_fill_locked(st, &info);
	vcs_event_listener(cluster, &info);
}

/*
 * Returns when to look again, in ms; 0: no need. @delays: one is overdue that
 * others wait for, which nobody does for an observer.
 */
static s64 look_locked(struct vcs_cluster *cluster, bool *delays)
{
	struct vcs_listener_state *st;
	s64 left, next = 0;

	vcs_listeners_for_each(st, cluster) {
		if (!can_be_overdue(st) || st->overdue)
			continue;
		left = remaining_ms(st);
		if (left <= 0) {
			say_overdue_locked(st);
			if (st->level != VCS_LEVEL_OBSERVER)
				*delays = true;
		} else if (!next || left < next) {
			next = left;
		}
	}
	return next;
}

void vcs_overdue_work(struct work_struct *work)
{
	struct vcs_listeners *listeners =
		container_of(to_delayed_work(work), struct vcs_listeners,
			     overdue);
	struct vcs_cluster *cluster = listeners->cluster;
	bool delays = false;
	s64 next = 0;

	mutex_lock(&cluster->lock);
	if (cluster->state != VCS_CLUSTER_LEFT)
		next = look_locked(cluster, &delays);
	if (delays && cluster->options.overdue_evict && !cluster->leaving)
		vcs_cluster_give_up_locked(cluster, "a listener is overdue");
	if (next)
		queue_overdue(cluster, next);
	mutex_unlock(&cluster->lock);
	vcs_cluster_put(cluster);
}
