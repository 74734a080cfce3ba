// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views: immutable lists of members that readers reach without a lock.
 *
 * Locking: cluster->view is written under cluster.lock and read under RCU; a
 * view is freed a grace period after its last reference. A published view
 * never changes. The reserve (cluster->spare_view) is cluster.lock's: it lets
 * one change finish when no memory can be had.
 */
#include <kunit/visibility.h>
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "view.h"

#define SPARE_MEMBERS_MIN 64

struct vcs_view *vcs_view_alloc(u32 nr_members)
{
	struct vcs_view *view;

	/* Rather fail than wait: there is a reserve, and who publishes waits. */
	view = kvzalloc(struct_size(view, members, nr_members),
			GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (view)
		kref_init(&view->ref);
	return view;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_view_alloc);

static void view_release(struct kref *ref)
{
	struct vcs_view *view = container_of(ref, struct vcs_view, ref);

	kvfree_rcu(view, rcu);
}

struct vcs_view *vcs_view_locked(struct vcs_cluster *cluster)
{
	return rcu_dereference_protected(cluster->view,
					 lockdep_is_held(&cluster->lock));
}

/**
 * vcs_view_rcu - the current view
 * @cluster: held by the caller
 *
 * Context: inside rcu_read_lock(); the view is valid until rcu_read_unlock().
 * Return: the view, or NULL before the first one.
 */
const struct vcs_view *vcs_view_rcu(struct vcs_cluster *cluster)
{
	return rcu_dereference(cluster->view);
}
EXPORT_SYMBOL_GPL(vcs_view_rcu);

/**
 * vcs_view_get - the current view, to keep
 * @cluster: held by the caller
 *
 * Context: any.
 * Return: the view, to be given back by vcs_view_put(), or NULL before the
 * first one.
 */
const struct vcs_view *vcs_view_get(struct vcs_cluster *cluster)
{
	struct vcs_view *view;

	rcu_read_lock();
	do {
		view = rcu_dereference(cluster->view);
	} while (view && !kref_get_unless_zero(&view->ref));
	rcu_read_unlock();
	return view;
}
EXPORT_SYMBOL_GPL(vcs_view_get);

/**
 * vcs_view_put - give a view back
 * @view: from vcs_view_get(), or NULL
 *
 * Context: any.
 */
void vcs_view_put(const struct vcs_view *view)
{
	if (view)
		kref_put(&((struct vcs_view *)view)->ref, view_release);
}
EXPORT_SYMBOL_GPL(vcs_view_put);

static int cmp_nodeid(const void *key, const void *elt)
{
	u32 nodeid = *(const u32 *)key;
	const struct vcs_member *member = elt;

	if (nodeid == member->nodeid)
		return 0;
	return nodeid < member->nodeid ? -1 : 1;
}

static const struct vcs_member *member_find(const struct vcs_member *members,
					    u32 nr, u32 nodeid)
{
	return bsearch(&nodeid, members, nr, sizeof(*members), cmp_nodeid);
}

/**
 * vcs_view_member - find a member by its nodeid
 * @view: held, or under rcu_read_lock()
 * @nodeid: which
 *
 * Context: any.
 * Return: the member, or NULL.
 */
const struct vcs_member *vcs_view_member(const struct vcs_view *view,
					 u32 nodeid)
{
	return member_find(view->members, view->nr_members, nodeid);
}
EXPORT_SYMBOL_GPL(vcs_view_member);

const struct vcs_member *vcs_view_incarnation(const struct vcs_view *view,
					      u64 incarnation)
{
	const struct vcs_member *m;

	vcs_view_for_each(m, view)
		if (m->incarnation == incarnation)
			return m;
	return NULL;
}

bool vcs_view_has(const struct vcs_view *view, u32 nodeid, u64 incarnation)
{
	const struct vcs_member *m = vcs_view_member(view, nodeid);

	return m && m->incarnation == incarnation;
}

/**
 * vcs_is_member - is a node in the current view?
 * @cluster: held by the caller
 * @nodeid: which
 *
 * Context: any; takes no lock.
 * Return: true if some life of @nodeid is in the view; false before the first.
 */
bool vcs_is_member(struct vcs_cluster *cluster, u32 nodeid)
{
	const struct vcs_view *view;
	bool member;

	rcu_read_lock();
	view = rcu_dereference(cluster->view);
	member = view && vcs_view_member(view, nodeid);
	rcu_read_unlock();
	return member;
}
EXPORT_SYMBOL_GPL(vcs_is_member);

/**
 * vcs_is_quorate - may the current view act, as far as this node knows?
 * @cluster: held by the caller
 *
 * Advice, not a lease: only the phases of a listener authorise I/O.
 *
 * Context: any; takes no lock.
 * Return: the provider's last word; false while it is lost, and once the end of
 * the cluster has begun.
 */
bool vcs_is_quorate(struct vcs_cluster *cluster)
{
	return READ_ONCE(cluster->quorate);
}
EXPORT_SYMBOL_GPL(vcs_is_quorate);

/**
 * vcs_local_nodeid - this node's id in the cluster
 * @cluster: held by the caller
 *
 * Context: any; takes no lock.
 * Return: the nodeid; 0 before the first view.
 */
u32 vcs_local_nodeid(struct vcs_cluster *cluster)
{
	return READ_ONCE(cluster->local_nodeid);
}
EXPORT_SYMBOL_GPL(vcs_local_nodeid);

static int refuse(const char **why, const char *words, int err)
{
	*why = words;
	return err;
}

/* What can be said of the members alone. */
static int check_members(const struct vcs_view_update *update,
			 const char **why)
{
	const struct vcs_member *m;
	u32 i, last = 0;

	if (!update->nr_members || update->nr_members > VCS_MEMBERS_MAX)
		return refuse(why, "number of members", -EINVAL);
	if (!update->generation || update->generation > VCS_GENERATION_MAX)
		return refuse(why, "generation out of range", -EINVAL);
	if (update->quorum > update->expected_votes)
		return refuse(why, "quorum above expected votes", -EINVAL);
	for (i = 0; i < update->nr_members; i++) {
		m = &update->members[i];
		if (m->nodeid <= last)
			return refuse(why, "nodeids not rising", -EINVAL);
		last = m->nodeid;
		if (!m->incarnation)
			return refuse(why, "incarnation 0", -EINVAL);
		if (m->flags & ~VCS_MEMBER_SETTLED)
			return refuse(why, "unknown member flags", -EINVAL);
		if (!m->joined_generation ||
		    m->joined_generation > update->generation)
			return refuse(why, "joined generation", -EINVAL);
	}
	return 0;
}

static bool twice_in_update(const struct vcs_view_update *update, u32 index)
{
	u64 incarnation = update->members[index].incarnation;
	u32 i;

	for (i = 0; i < update->nr_members; i++)
		if (i != index && update->members[i].incarnation == incarnation)
			return true;
	return false;
}

/* Those that stay keep what they had; those that come are new. */
static int check_continuity(const struct vcs_view *old,
			    const struct vcs_view_update *update,
			    const char **why)
{
	const struct vcs_member *m, *was;
	u32 i;

	for (i = 0; i < update->nr_members; i++) {
		m = &update->members[i];
		was = old ? vcs_view_member(old, m->nodeid) : NULL;
		if (was && was->incarnation == m->incarnation) {
			if (was->joined_generation != m->joined_generation)
				return refuse(why, "joined generation changed",
					      -EPROTO);
			continue;
		}
		if (twice_in_update(update, i))
			return refuse(why, "incarnation twice", -EINVAL);
		if (!old)
			continue;
		if (m->joined_generation != update->generation)
			return refuse(why, "joiner not of this generation",
				      -EPROTO);
		if (vcs_view_incarnation(old, m->incarnation))
			return refuse(why, "incarnation changed its nodeid",
				      -EPROTO);
	}
	return 0;
}

static bool departed_twice(const struct vcs_view_update *update, u32 index)
{
	const struct vcs_departed *d = &update->departed[index];
	u32 i;

	for (i = 0; i < index; i++)
		if (update->departed[i].nodeid == d->nodeid &&
		    update->departed[i].incarnation == d->incarnation)
			return true;
	return false;
}

static int check_departed_one(const struct vcs_view *old,
			      const struct vcs_view_update *update,
			      const struct vcs_departed *d, const char **why)
{
	const struct vcs_member *now;

	now = member_find(update->members, update->nr_members, d->nodeid);
	if (!d->nodeid || d->reason > VCS_LEAVE_ABSENT)
		return refuse(why, "departed node malformed", -EINVAL);
	if (now && now->incarnation == d->incarnation)
		return refuse(why, "departed node is a member", -EPROTO);
	if (old) {
		if (!vcs_view_has(old, d->nodeid, d->incarnation))
			return refuse(why, "departed node was no member",
				      -EPROTO);
		return 0;
	}
	if (!d->incarnation && (d->reason != VCS_LEAVE_ABSENT || now))
		return refuse(why, "departed node without incarnation",
			      -EINVAL);
	return 0;
}

/*
 * The list must be what the two views say. A node's first view has nothing to
 * compare with: its list is the one that the others got with the same view.
 */
static int check_departed(const struct vcs_view *old,
			  const struct vcs_view_update *update,
			  const char **why)
{
	const struct vcs_member *m, *now;
	u32 i, missing = 0;
	int err;

	if (update->nr_departed > VCS_MEMBERS_MAX)
		return refuse(why, "number of departed nodes", -EINVAL);
	for (i = 0; i < update->nr_departed; i++) {
		err = check_departed_one(old, update, &update->departed[i], why);
		if (err)
			return err;
		if (departed_twice(update, i))
			return refuse(why, "departed node twice", -EINVAL);
	}
	if (!old)
		return 0;
	vcs_view_for_each(m, old) {
		now = member_find(update->members, update->nr_members,
				  m->nodeid);
		if (!now || now->incarnation != m->incarnation)
			missing++;
	}
	if (missing != update->nr_departed)
		return refuse(why, "no reason for a departed node", -EPROTO);
	return 0;
}

static int check_order(const struct vcs_view *old,
		       const struct vcs_view_update *update, const char **why)
{
	if (!old)
		return 0;
	if (memcmp(&old->lifetime, &update->lifetime, sizeof(old->lifetime)))
		return refuse(why, "another lifetime", -EPROTO);
	if (update->generation <= old->generation)
		return refuse(why, "old generation", -ESTALE);
	if (update->generation != old->generation + 1)
		return refuse(why, "generation left out", -EPROTO);
	return 0;
}

/* This node must be there, as it was. */
static int check_local(const struct vcs_view *old,
		       const struct vcs_view_update *update, u64 incarnation,
		       const char **why)
{
	const struct vcs_member *was;
	u32 i;

	for (i = 0; i < update->nr_members; i++)
		if (update->members[i].incarnation == incarnation)
			break;
	if (i == update->nr_members)
		return refuse(why, "local node missing", -EPROTO);
	was = old ? vcs_view_incarnation(old, incarnation) : NULL;
	if (was && was->nodeid != update->members[i].nodeid)
		return refuse(why, "local nodeid changed", -EPROTO);
	return 0;
}

int vcs_view_check(const struct vcs_view *old,
		   const struct vcs_view_update *update, u64 incarnation,
		   const char **why)
{
	int err;

	err = check_members(update, why);
	if (!err)
		err = check_order(old, update, why);
	if (!err)
		err = check_local(old, update, incarnation, why);
	if (!err)
		err = check_continuity(old, update, why);
	if (!err)
		err = check_departed(old, update, why);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_view_check);

/* Room for the next view and some more; 0, or -ENOMEM with the old reserve. */
int vcs_view_reserve(struct vcs_cluster *cluster, u32 nr_members)
{
	u32 room = clamp(nr_members + nr_members / 4, SPARE_MEMBERS_MIN,
			 VCS_MEMBERS_MAX);
	struct vcs_view *view;

	mutex_lock(&cluster->lock);
	if (cluster->spare_view && cluster->spare_members >= room)
		room = 0;
	mutex_unlock(&cluster->lock);
	if (!room)
		return 0;
	view = vcs_view_alloc(room);
	if (!view)
		return -ENOMEM;
	mutex_lock(&cluster->lock);
	swap(view, cluster->spare_view);
	cluster->spare_members = room;
	mutex_unlock(&cluster->lock);
	vcs_view_put(view);
	return 0;
}

struct vcs_view *vcs_view_take_locked(struct vcs_cluster *cluster,
				      const struct vcs_view_update *update,
				      struct vcs_view **fresh)
{
	struct vcs_view *view = NULL;

	lockdep_assert_held(&cluster->lock);
	if (*fresh) {
		swap(view, *fresh);
	} else if (cluster->spare_members >= update->nr_members) {
		swap(view, cluster->spare_view);
		cluster->spare_members = 0;
	}
	if (!view)
		return NULL;
	view->lifetime = update->lifetime;
	view->generation = update->generation;
	view->expected_votes = update->expected_votes;
	view->quorum = update->quorum;
	view->nr_members = update->nr_members;
	memcpy(view->members, update->members,
	       update->nr_members * sizeof(*view->members));
	return view;
}

struct vcs_view *vcs_view_replace_locked(struct vcs_cluster *cluster,
					 struct vcs_view *new)
{
	const struct vcs_member *local;

	local = vcs_view_incarnation(new, cluster->incarnation);
	WRITE_ONCE(cluster->local_nodeid, local->nodeid);
	return rcu_replace_pointer(cluster->view, new,
				   lockdep_is_held(&cluster->lock));
}
