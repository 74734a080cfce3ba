// SPDX-License-Identifier: GPL-2.0-only
/*
 * The phase machine: stop, gates, start, done, finish.
 *
 * A view, or the loss of quorum, moves a listener to STOPPING. When its stop()
 * is complete it waits at its gates. The driving work, one for each cluster,
 * looks at all gates and says who may start and who may finish. The callbacks
 * themselves are made by the listener's own work, so one that blocks delays
 * nobody else.
 *
 * st->call is the callback still to be made. Deciding on another one replaces
 * it: a start() that was not begun when the next view came, or when the
 * provider was lost, is not made.
 *
 * Locking: every field under cluster.lock, which is never held across a
 * callback. A work item runs on one worker at a time, so a listener never has
 * two callbacks at once; st->calls is a lockdep map that is held across each.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched/mm.h>

#include "notify.h"
#include "phase.h"
#include "sync.h"
#include "trace.h"
#include "view.h"

static void announce_locked(struct vcs_listener_state *st)
{
	struct vcs_listener_info info;

	if (st->cluster->state == VCS_CLUSTER_LEFT)
		return;
	vcs_listener_info_fill_locked(st, &info);
	vcs_event_listener(st->cluster, &info);
}

static void wait_for_locked(struct vcs_listener_state *st, const char *what)
{
	if (!strcmp(st->waiting_for, what))
		return;
	strscpy(st->waiting_for, what, sizeof(st->waiting_for));
	announce_locked(st);
}

static const char *own_word(enum vcs_phase phase)
{
	switch (phase) {
	case VCS_PHASE_STOPPING:
		return "stop";
	case VCS_PHASE_STARTING:
		return "start";
	case VCS_PHASE_EVICTED:
		return "release";
	default:
		return "";
	}
}

void vcs_listener_enter_locked(struct vcs_listener_state *st,
			       enum vcs_phase phase)
{
	lockdep_assert_held(&st->cluster->lock);
	st->phase = phase;
	st->since = ktime_get();
	st->overdue = false;
	trace_vcs_listener_phase(st->cluster->name, st->name, phase,
				 st->generation);
	strscpy(st->waiting_for, own_word(phase), sizeof(st->waiting_for));
	if (*st->waiting_for)
		vcs_overdue_watch_locked(st->cluster);
	announce_locked(st);
}

static void call_locked(struct vcs_listener_state *st, enum vcs_call call)
{
	if (st->dead)
		return;
	st->call = call;
	kref_get(&st->ref);
	if (!queue_work(vcs_call_wq, &st->work))
		vcs_listener_state_put(st);
}

/* A start that was granted, but has not begun. */
static void withdraw_start_locked(struct vcs_listener_state *st)
{
	st->call = VCS_CALL_NONE;
	vcs_listener_enter_locked(st, VCS_PHASE_GATES);
}

/* Stops what runs; leaves alone what stands. */
void vcs_listener_stop_locked(struct vcs_listener_state *st)
{
	lockdep_assert_held(&st->cluster->lock);
	switch (st->phase) {
	case VCS_PHASE_STARTING:
		if (st->call == VCS_CALL_START) {
			withdraw_start_locked(st);
			break;
		}
		fallthrough;
	case VCS_PHASE_DONE:
	case VCS_PHASE_RUNNING:
		st->stop_begun = false;
		vcs_listener_enter_locked(st, VCS_PHASE_STOPPING);
		call_locked(st, VCS_CALL_STOP);
		break;
	case VCS_PHASE_STOPPING:
	case VCS_PHASE_GATES:
	case VCS_PHASE_EVICTED:
		break;
	}
}

/* The last callback of this listener. */
void vcs_listener_end_locked(struct vcs_listener_state *st)
{
	lockdep_assert_held(&st->cluster->lock);
	if (st->over)
		return;
	st->over = true;
	vcs_listener_enter_locked(st, VCS_PHASE_EVICTED);
	call_locked(st, st->flags & VCS_LISTENER_STATEFUL ?
		    VCS_CALL_EVICTED : VCS_CALL_GONE);
}

/* Takes what is to be called; from here on it counts as begun. */
static enum vcs_call begin_locked(struct vcs_listener_state *st)
{
	enum vcs_call call = st->dead ? VCS_CALL_NONE : st->call;

	st->call = VCS_CALL_NONE;
	switch (call) {
	case VCS_CALL_STOP:
		st->stop_begun = true;
		break;
	case VCS_CALL_START:
		vcs_merge_started(&st->merge, st->generation);
		break;
	case VCS_CALL_FINISH:
		vcs_merge_finished(&st->merge, st->generation);
		vcs_listener_enter_locked(st, VCS_PHASE_RUNNING);
		break;
	default:
		break;
	}
	return call;
}

static int make_call(struct vcs_listener_state *st, enum vcs_call call,
		     u64 generation)
{
	const struct vcs_listener_ops *ops = st->ops;

	switch (call) {
	case VCS_CALL_STOP:
		return ops->stop(st->listener);
	case VCS_CALL_START:
		return ops->start(st->listener, &st->change->change);
	case VCS_CALL_FINISH:
		if (ops->finish)
			ops->finish(st->listener, generation);
		return 0;
	case VCS_CALL_EVICTED:
		ops->evicted(st->listener);
		return 0;
	case VCS_CALL_GONE:
		if (ops->gone)
			ops->gone(st->listener);
		return 0;
	default:
		return 0;
	}
}

static void log_error_locked(struct vcs_listener_state *st, const char *call,
			     int err)
{
	if (st->cluster->state != VCS_CLUSTER_LEFT)
		vcs_log(st->cluster, VCS_LOG_LISTENER, 0, 0,
			"%s of listener %s answered %d", call, st->name, err);
}

/*
 * What the answer means, if the phase is still the one that the call was made
 * for: vcs_listener_stopped(), vcs_listener_done() or a new view may have been
 * faster.
 */
static void end_call_locked(struct vcs_listener_state *st, enum vcs_call call,
			    int err)
{
	bool fault = err && err != -EINPROGRESS;

	if (call == VCS_CALL_STOP) {
		if (fault)
			log_error_locked(st, "stop", err);
		if (st->phase == VCS_PHASE_STOPPING && err != -EINPROGRESS)
			vcs_listener_enter_locked(st, VCS_PHASE_GATES);
	} else if (call == VCS_CALL_START) {
		if (fault)
			log_error_locked(st, "start", err);
		if (st->phase == VCS_PHASE_STARTING && !err)
			vcs_listener_enter_locked(st, VCS_PHASE_DONE);
	}
	vcs_listeners_kick_locked(st->cluster);
}

static void make_calls(struct vcs_listener_state *st)
{
	struct vcs_cluster *cluster = st->cluster;
	unsigned int noio = memalloc_noio_save();
	enum vcs_call call;
	u64 generation;
	int err;

	mutex_lock(&cluster->lock);
	while ((call = begin_locked(st)) != VCS_CALL_NONE) {
		generation = st->generation;
		mutex_unlock(&cluster->lock);
		lock_map_acquire(&st->calls);
		err = make_call(st, call, generation);
		lock_map_release(&st->calls);
		mutex_lock(&cluster->lock);
		end_call_locked(st, call, err);
	}
	mutex_unlock(&cluster->lock);
	memalloc_noio_restore(noio);
}

/* After the call that unregistered: true once, for the one who lets go. */
static bool died_inside(struct vcs_listener_state *st)
{
	bool inside;

	mutex_lock(&st->cluster->lock);
	inside = st->dead_inside;
	st->dead_inside = false;
	mutex_unlock(&st->cluster->lock);
	return inside;
}

static bool is_dead(struct vcs_listener_state *st)
{
	bool dead;

	mutex_lock(&st->cluster->lock);
	dead = st->dead;
	mutex_unlock(&st->cluster->lock);
	return dead;
}

/*
 * A dead listener's module may be gone when its work was queued twice; one that
 * is alive stays so until this work has returned. A module on its way out will
 * unregister; until then nothing is called.
 */
void vcs_listener_work(struct work_struct *work)
{
	struct vcs_listener_state *st =
		container_of(work, struct vcs_listener_state, work);
	struct module *owner = st->owner;

	if (!is_dead(st) && try_module_get(owner)) {
		make_calls(st);
		if (died_inside(st))
			vcs_listener_let_go(st);
		module_put(owner);
	}
	vcs_listener_state_put(st);
}

/**
 * vcs_in_listener_callback - does the current task run a listener's callback?
 *
 * Context: any.
 */
bool vcs_in_listener_callback(void)
{
	struct work_struct *work = current_work();

	return work && work->func == vcs_listener_work;
}

static void grant_start_locked(struct vcs_listener_state *st)
{
	struct vcs_view *view = vcs_view_locked(st->cluster);
	struct vcs_change_room *old = st->change;

	if (st->larger) {
		st->change = st->larger;
		st->larger = NULL;
	}
	if (old)
		vcs_view_put(old->change.view);
	if (old != st->change)
		kvfree(old);
	kref_get(&view->ref);
	vcs_change_build(st->change, &st->merge, view,
			 vcs_view_member(view, st->cluster->local_nodeid));
	vcs_listener_enter_locked(st, VCS_PHASE_STARTING);
	call_locked(st, VCS_CALL_START);
}

/* -ENOMEM: to be looked at again. */
static int drive_start_locked(struct vcs_listener_state *st)
{
	char why[sizeof(st->waiting_for)];

	if (vcs_sync_done_locked(st->cluster) &&
	    vcs_listener_merge_pending_locked(st))
		return -ENOMEM;
	if (vcs_gates_open_locked(st, why, sizeof(why)))
		grant_start_locked(st);
	else
		wait_for_locked(st, why);
	return 0;
}

/* All of a level finish together; observers each for itself. */
static void drive_finish_locked(struct vcs_listener_state *st)
{
	const struct vcs_listener_state *other = NULL;
	char why[sizeof(st->waiting_for)];

	if (st->call == VCS_CALL_FINISH)
		return;
	if (st->level != VCS_LEVEL_OBSERVER)
		other = vcs_level_undone_locked(st->cluster, st->level,
						st->level);
	if (st->level != VCS_LEVEL_OBSERVER &&
	    st->cluster->state != VCS_CLUSTER_MEMBER) {
		wait_for_locked(st, "provider");
	} else if (other) {
		snprintf(why, sizeof(why), "done:%s", other->name);
		wait_for_locked(st, why);
	} else {
		call_locked(st, VCS_CALL_FINISH);
	}
}

/* -ENOMEM: to be looked at again. */
static int drive_locked(struct vcs_cluster *cluster)
{
	struct vcs_listener_state *st;
	int err = 0;

	vcs_listeners_for_each(st, cluster) {
		if (cluster->leaving)
			break;
		if (st->dead)
			continue;
		if (st->phase == VCS_PHASE_GATES && drive_start_locked(st))
			err = -ENOMEM;
		else if (st->phase == VCS_PHASE_DONE)
			drive_finish_locked(st);
	}
	return err;
}

/* Who may start or finish now? */
void vcs_listeners_drive(struct work_struct *work)
{
	struct vcs_listeners *listeners =
		container_of(work, struct vcs_listeners, drive);
	struct vcs_cluster *cluster = listeners->cluster;
	unsigned int noio = memalloc_noio_save();
	int err;

	do {
		mutex_lock(&cluster->lock);
		err = drive_locked(cluster);
		mutex_unlock(&cluster->lock);
		if (err)
			msleep(VCS_MEMORY_WAIT_MS);
	} while (err);
	memalloc_noio_restore(noio);
	vcs_cluster_put(cluster);
}

void vcs_listeners_hold_locked(struct vcs_cluster *cluster)
{
	struct vcs_listener_state *st;

	lockdep_assert_held(&cluster->lock);
	vcs_listeners_for_each(st, cluster)
		if (st->call == VCS_CALL_START &&
		    st->level != VCS_LEVEL_OBSERVER)
			withdraw_start_locked(st);
}

void vcs_listeners_kick_locked(struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	if (list_empty(&cluster->listeners->list))
		return;
	vcs_cluster_hold(cluster);
	if (!queue_work(vcs_wq, &cluster->listeners->drive))
		vcs_cluster_put(cluster);
}
