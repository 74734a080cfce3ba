// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listeners: who is registered with a cluster, from registration to release.
 *
 * Locking: the list and all that a state holds under cluster.lock; see
 * phase.c. A state lives on its kref: one of the registration, one while its
 * work is queued. It holds a reference on the cluster, and a stateful one an
 * active reference on the network namespace. The consumer's memory is not
 * touched after release().
 *
 * Letting go has three steps: no callback begins any more (dead), none runs any
 * more, release(). Only then does a stateful listener cease to count.
 */
#include <kunit/visibility.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "fence.h"
#include "notify.h"
#include "phase.h"

#define SPARE_JOINERS 16

int vcs_listeners_setup(struct vcs_cluster *cluster)
{
	struct vcs_listeners *listeners;

	listeners = kzalloc(sizeof(*listeners), GFP_KERNEL);
	if (!listeners)
		return -ENOMEM;
	listeners->cluster = cluster;
	INIT_LIST_HEAD(&listeners->list);
	INIT_WORK(&listeners->drive, vcs_listeners_drive);
	INIT_DELAYED_WORK(&listeners->overdue, vcs_overdue_work);
	cluster->listeners = listeners;
	return 0;
}

void vcs_listeners_destroy(struct vcs_cluster *cluster)
{
	kfree(cluster->listeners);
	cluster->listeners = NULL;
}

/* The cluster has left: no timer may outlive the module. */
void vcs_listeners_shutdown(struct vcs_cluster *cluster)
{
	if (cancel_delayed_work_sync(&cluster->listeners->overdue))
		vcs_cluster_put(cluster);
}

static void state_free(struct kref *ref)
{
	struct vcs_listener_state *st =
		container_of(ref, struct vcs_listener_state, ref);

	if (st->change)
		vcs_view_put(st->change->change.view);
	kvfree(st->change);
	kvfree(st->larger);
	vcs_merge_destroy(&st->merge);
	vcs_cluster_put(st->cluster);
	kfree(st);
}

void vcs_listener_state_put(struct vcs_listener_state *st)
{
	kref_put(&st->ref, state_free);
}

static int reserve_one(struct vcs_listener_state *st, u32 nr_members,
		       u32 nr_departed, gfp_t gfp)
{
	struct vcs_change_room *room;
	u32 gone = st->merge.nr + nr_departed;

	if (vcs_merge_reserve(&st->merge, nr_departed, gfp))
		return -ENOMEM;
	if (vcs_change_fits(st->larger, nr_members, gone))
		return 0;
	if (!st->larger && vcs_change_fits(st->change, nr_members, gone))
		return 0;
	room = vcs_change_alloc(nr_members, gone, gfp);
	if (!room)
		return -ENOMEM;
	kvfree(st->larger);
	st->larger = room;
	return 0;
}

int vcs_listeners_reserve_locked(struct vcs_cluster *cluster, u32 nr_members,
				 u32 nr_departed, gfp_t gfp)
{
	struct vcs_listener_state *st;
	int err = 0;

	lockdep_assert_held(&cluster->lock);
	vcs_listeners_for_each(st, cluster)
		if (reserve_one(st, nr_members, nr_departed, gfp))
			err = -ENOMEM;
	return err;
}

/*
 * For the view after @view: all of it gone, some new. The stops need the lock,
 * so this does not wait for memory; the next view would.
 */
static void reserve_next_locked(struct vcs_cluster *cluster,
				const struct vcs_view *view)
{
	vcs_listeners_reserve_locked(cluster, view->nr_members + SPARE_JOINERS,
				     view->nr_members,
				     GFP_NOWAIT | __GFP_NOWARN);
}

void vcs_listeners_view_locked(struct vcs_cluster *cluster,
			       const struct vcs_view *old,
			       const struct vcs_view *new,
			       const struct vcs_departed *departed,
			       u32 nr_departed)
{
	struct vcs_listener_state *st;
	int level;

	lockdep_assert_held(&cluster->lock);
	for (level = VCS_LEVEL_OBSERVER; level >= VCS_LEVEL_FENCE; level--) {
		vcs_listeners_for_each(st, cluster) {
			if (st->level != level || st->over)
				continue;
			vcs_merge_departed(&st->merge, old, departed,
					   nr_departed);
			st->generation = new->generation;
			vcs_listener_stop_locked(st);
		}
	}
	reserve_next_locked(cluster, new);
	vcs_listeners_kick_locked(cluster);
}

void vcs_listeners_stop_locked(struct vcs_cluster *cluster)
{
	struct vcs_listener_state *st;
	int level;

	lockdep_assert_held(&cluster->lock);
	for (level = VCS_LEVEL_USER; level >= VCS_LEVEL_FENCE; level--)
		vcs_listeners_for_each(st, cluster)
			if (st->level == level &&
			    (st->flags & VCS_LISTENER_NEED_QUORUM))
				vcs_listener_stop_locked(st);
	vcs_listeners_kick_locked(cluster);
}

void vcs_listeners_end_locked(struct vcs_cluster *cluster)
{
	struct vcs_listener_state *st;

	lockdep_assert_held(&cluster->lock);
	vcs_listeners_for_each(st, cluster)
		vcs_listener_end_locked(st);
}

u32 vcs_listeners_stateful_locked(struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	return cluster->listeners->nr_stateful;
}

bool vcs_listeners_recovering_locked(struct vcs_cluster *cluster)
{
	struct vcs_listener_state *st;

	lockdep_assert_held(&cluster->lock);
	vcs_listeners_for_each(st, cluster)
		if (st->level != VCS_LEVEL_OBSERVER && !st->over &&
		    st->phase != VCS_PHASE_RUNNING)
			return true;
	return false;
}

void vcs_listener_info_fill_locked(const struct vcs_listener_state *st,
				   struct vcs_listener_info *info)
{
	lockdep_assert_held(&st->cluster->lock);
	strscpy(info->name, st->name, sizeof(info->name));
	info->level = st->level;
	info->flags = st->flags;
	info->phase = st->phase;
	info->generation = st->generation;
	info->since_ms = ktime_ms_delta(ktime_get(), st->since);
	strscpy(info->waiting_for, st->waiting_for, sizeof(info->waiting_for));
}

int vcs_listener_info_locked(struct vcs_cluster *cluster, u32 index,
			     struct vcs_listener_info *info)
{
	struct vcs_listener_state *st;

	lockdep_assert_held(&cluster->lock);
	vcs_listeners_for_each(st, cluster) {
		if (index--)
			continue;
		vcs_listener_info_fill_locked(st, info);
		return 0;
	}
	return -ENOENT;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_listener_info_locked);

static int check_listener(const struct vcs_listener *listener)
{
	const struct vcs_listener_ops *ops = listener->ops;
	u32 flags = listener->flags;

	if (!listener->name || !vcs_name_ok(listener->name))
		return -EINVAL;
	if ((unsigned int)listener->level > VCS_LEVEL_OBSERVER)
		return -EINVAL;
	if (flags & ~(VCS_LISTENER_STATEFUL | VCS_LISTENER_NEED_QUORUM |
		      VCS_LISTENER_NEED_FENCED))
		return -EINVAL;
	if (!ops || !ops->stop || !ops->start)
		return -EINVAL;
	if ((flags & VCS_LISTENER_STATEFUL) && !ops->evicted)
		return -EINVAL;
	/* Fencing may have to wait for this level. */
	if (listener->level == VCS_LEVEL_FENCE &&
	    (flags & VCS_LISTENER_NEED_FENCED))
		return -EINVAL;
	if (listener->level == VCS_LEVEL_OBSERVER && flags)
		return -EINVAL;
	return 0;
}

static struct vcs_listener_state *state_alloc(struct vcs_cluster *cluster,
					      struct vcs_listener *listener)
{
	static struct lock_class_key calls_key;
	struct vcs_listener_state *st = kzalloc(sizeof(*st), GFP_KERNEL);

	if (!st)
		return NULL;
	kref_init(&st->ref);
	st->cluster = vcs_cluster_hold(cluster);
	st->listener = listener;
	st->ops = listener->ops;
	st->owner = listener->owner;
	strscpy(st->name, listener->name, sizeof(st->name));
	st->level = listener->level;
	st->flags = listener->flags;
	INIT_WORK(&st->work, vcs_listener_work);
	lockdep_init_map(&st->calls, "vcs_listener_calls", &calls_key, 0);
	INIT_LIST_HEAD(&st->node);
	return st;
}

/*
 * For a listener that has never started: what the table of fences holds, after
 * the state transfer, counts as failed before its time. -ENOMEM.
 */
int vcs_listener_merge_pending_locked(struct vcs_listener_state *st)
{
	struct vcs_cluster *cluster = st->cluster;
	u32 i, nr = vcs_view_locked(cluster)->nr_members;
	struct vcs_departed departed;
	struct vcs_fence_info info;

	lockdep_assert_held(&cluster->lock);
	if (st->merge.started || !(st->flags & VCS_LISTENER_NEED_FENCED))
		return 0;
	for (i = 0; !vcs_fence_info_locked(cluster, i, &info); i++) {
		if (info.state == VCS_FENCE_FENCED)
			continue;
		if (vcs_merge_reserve(&st->merge, 1, VCS_GFP_LOCKED))
			return -ENOMEM;
		departed.nodeid = info.nodeid;
		departed.incarnation = info.incarnation;
		departed.reason = info.incarnation ? VCS_LEAVE_FAILED :
						     VCS_LEAVE_ABSENT;
		vcs_merge_failed(&st->merge, &departed);
	}
	return reserve_one(st, nr + SPARE_JOINERS, nr, VCS_GFP_LOCKED);
}

static int admit_locked(struct vcs_listener_state *st)
{
	struct vcs_cluster *cluster = st->cluster;
	struct vcs_listener_state *other;

	if (cluster->leaving)
		return -ESHUTDOWN;
	if (!vcs_view_locked(cluster))
		return -ENOTCONN;
	if ((st->flags & VCS_LISTENER_NEED_FENCED) && !vcs_has_records(cluster))
		return -EOPNOTSUPP;
	vcs_listeners_for_each(other, cluster)
		if (!strcmp(other->name, st->name))
			return -EEXIST;
	return 0;
}

/* Puts it where its name belongs. */
static void insert_locked(struct vcs_listener_state *st)
{
	struct vcs_listeners *listeners = st->cluster->listeners;
	struct vcs_listener_state *other;

	list_for_each_entry(other, &listeners->list, node)
		if (strcmp(other->name, st->name) > 0)
			break;
	list_add_tail(&st->node, &other->node);
}

static int register_locked(struct vcs_listener_state *st)
{
	struct vcs_cluster *cluster = st->cluster;
	struct vcs_view *view = vcs_view_locked(cluster);
	int err;

	lockdep_assert_held(&cluster->lock);
	err = admit_locked(st);
	if (err)
		return err;
	err = reserve_one(st, view->nr_members + SPARE_JOINERS,
			  view->nr_members, VCS_GFP_LOCKED);
	if (err)
		return err;
	if (st->flags & VCS_LISTENER_STATEFUL) {
		st->net = maybe_get_net(read_pnet(&cluster->net));
		if (!st->net)
			return -ESHUTDOWN;
		cluster->listeners->nr_stateful++;
	}
	st->generation = view->generation;
	insert_locked(st);
	st->listener->state = st;
	vcs_log(cluster, VCS_LOG_LISTENER, 0, 0,
		"listener %s registers at level %s", st->name,
		vcs_level_str(st->level));
	vcs_listener_enter_locked(st, VCS_PHASE_GATES);
	vcs_listeners_kick_locked(cluster);
	return 0;
}

/**
 * vcs_register_listener - take a seat in a cluster
 * @cluster: held by the caller; the listener holds it from here on
 * @listener: filled in by the consumer, whose memory it stays
 *
 * Registration and the first snapshot are one step: the listener counts as
 * stopped, passes its gates, and its first start() lists every member as
 * joined. With VCS_LISTENER_NEED_FENCED that start waits for every fence that
 * is pending. A callback may come before this has returned.
 *
 * Context: process context, may sleep; no lock held that a callback takes.
 * Return: 0; -EINVAL a name, level, flag or op that is not right;
 * -EEXIST the name is in use; -ENOTCONN this node is not a member (yet);
 * -ESHUTDOWN it is leaving, evicted or gone; -EOPNOTSUPP
 * VCS_LISTENER_NEED_FENCED without ordered records; -ENOMEM.
 */
int vcs_register_listener(struct vcs_cluster *cluster,
			  struct vcs_listener *listener)
{
	struct vcs_listener_state *st;
	unsigned int noio;
	int err;

	listener->state = NULL;
	err = check_listener(listener);
	if (err)
		return err;
	st = state_alloc(cluster, listener);
	if (!st)
		return -ENOMEM;
	/* Reclaim under the lock must not enter a filesystem that waits. */
	noio = memalloc_noio_save();
	mutex_lock(&cluster->lock);
	err = register_locked(st);
	mutex_unlock(&cluster->lock);
	memalloc_noio_restore(noio);
	if (err)
		vcs_listener_state_put(st);
	else
		vcs_sysfs_refresh(cluster);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_register_listener);

/* No callback runs or can run any more. */
void vcs_listener_let_go(struct vcs_listener_state *st)
{
	struct vcs_cluster *cluster = st->cluster;
	struct vcs_listener *listener = st->listener;

	listener->state = NULL;
	if (st->ops->release)
		st->ops->release(listener);

	mutex_lock(&cluster->lock);
	list_del_init(&st->node);
	if (cluster->state != VCS_CLUSTER_LEFT) {
		vcs_log(cluster, VCS_LOG_LISTENER, 0, 0,
			"listener %s has let go", st->name);
		vcs_sysfs_refresh(cluster);
	}
	if ((st->flags & VCS_LISTENER_STATEFUL) &&
	    !--cluster->listeners->nr_stateful)
		vcs_cluster_listeners_gone_locked(cluster);
	vcs_listeners_kick_locked(cluster);
	mutex_unlock(&cluster->lock);
	if (st->net)
		put_net(st->net);
	vcs_listener_state_put(st);
}

/**
 * vcs_unregister_listener - give the seat back
 * @listener: registered
 *
 * Only after the consumer's last I/O has completed: others may recover what it
 * had as soon as it has let go. From outside a callback of @listener this waits
 * for the callback in flight, calls release() and returns. From inside one it
 * returns at once; no further callback is made but release(), exactly once,
 * after the callback has returned.
 *
 * Context: process context, may sleep; no lock held that a callback takes.
 * Exactly once for each registration, and not at the same time as
 * vcs_listener_done() or vcs_listener_stopped() for it; not inside a callback of
 * another listener, which might wait for this one likewise.
 */
void vcs_unregister_listener(struct vcs_listener *listener)
{
	struct vcs_listener_state *st = listener->state;
	bool inside, again;

	if (!st)
		return;
	inside = current_work() == &st->work;
	mutex_lock(&st->cluster->lock);
	again = st->dead;
	st->dead = true;
	if (!again)
		st->dead_inside = inside;
	mutex_unlock(&st->cluster->lock);
	if (again || inside)
		return;

	lock_map_acquire(&st->calls);
	lock_map_release(&st->calls);
	if (cancel_work_sync(&st->work))
		vcs_listener_state_put(st);
	vcs_listener_let_go(st);
}
EXPORT_SYMBOL_GPL(vcs_unregister_listener);

/**
 * vcs_listener_stopped - what stop() answered -EINPROGRESS to is complete
 * @listener: registered
 *
 * Context: process context, may sleep; also from inside a callback.
 * Return: 0; -EINVAL when no stop is under way.
 */
int vcs_listener_stopped(struct vcs_listener *listener)
{
	struct vcs_listener_state *st = listener->state;
	int err = -EINVAL;

	if (!st)
		return err;
	mutex_lock(&st->cluster->lock);
	if (st->phase == VCS_PHASE_STOPPING && st->stop_begun) {
		vcs_listener_enter_locked(st, VCS_PHASE_GATES);
		vcs_listeners_kick_locked(st->cluster);
		err = 0;
	}
	mutex_unlock(&st->cluster->lock);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_listener_stopped);

/**
 * vcs_listener_done - what start() answered -EINPROGRESS to is complete
 * @listener: registered
 * @generation: of the view that start() was called with
 *
 * A start that was overtaken by a stop is void. The consumer makes sure that
 * it reports nothing for it once that stop is complete.
 *
 * Context: process context, may sleep; also from inside a callback.
 * Return: 0; -ESTALE @generation is not that of the current view; -EINVAL when
 * no start is under way: none has begun, or a stop has overtaken it.
 */
int vcs_listener_done(struct vcs_listener *listener, u64 generation)
{
	struct vcs_listener_state *st = listener->state;
	int err = 0;

	if (!st)
		return -EINVAL;
	mutex_lock(&st->cluster->lock);
	if (generation != st->generation)
		err = -ESTALE;
	else if (st->phase != VCS_PHASE_STARTING || st->call == VCS_CALL_START)
		err = -EINVAL;
	if (!err) {
		vcs_listener_enter_locked(st, VCS_PHASE_DONE);
		vcs_listeners_kick_locked(st->cluster);
	}
	mutex_unlock(&st->cluster->lock);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_listener_done);
