// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a provider calls. Everything is checked here against what the core
 * knows; what does not fit is refused, logged, and changes nothing.
 *
 * Locking: each upcall takes cluster.lock, so upcalls of one cluster come one
 * after the other, and none comes in once its end has begun (upcalls_closed).
 * A view is committed under one hold of the lock: readers see it first, then
 * the parts of the core, then people. Nothing after the commit can fail.
 */
#include <linux/delay.h>
#include <linux/sched/mm.h>

#include "fence.h"
#include "leave.h"
#include "listener.h"
#include "notify.h"
#include "record.h"
#include "sync.h"
#include "trace.h"
#include "view.h"

static int refused_locked(struct vcs_cluster *cluster, const char *upcall,
			  const char *why, int err)
{
	vcs_log(cluster, VCS_LOG_REFUSED, 0, 0, "%s: %s (%d)", upcall, why,
		err);
	return err;
}

static bool is_current_locked(struct vcs_cluster *cluster,
			      const struct vcs_lifetime *lifetime,
			      u64 generation)
{
	const struct vcs_view *view = vcs_view_locked(cluster);

	return view && view->generation == generation &&
	       !memcmp(&view->lifetime, lifetime, sizeof(*lifetime));
}

/* What a member is suspected of moves to its place in the new view. */
static void move_suspects_locked(struct vcs_cluster *cluster,
				 const struct vcs_view *old,
				 const struct vcs_view *new)
{
	DECLARE_BITMAP(moved, VCS_MEMBERS_MAX) = { 0 };
	const struct vcs_member *m, *was;

	vcs_view_for_each(m, new) {
		was = old ? vcs_view_member(old, m->nodeid) : NULL;
		if (was && was->incarnation == m->incarnation &&
		    test_bit(was - old->members, cluster->suspects))
			__set_bit(m - new->members, moved);
	}
	bitmap_copy(cluster->suspects, moved, VCS_MEMBERS_MAX);
}

static void say_view_locked(const struct vcs_cluster *cluster,
			    const struct vcs_view *view)
{
	const struct vcs_member *m;
	char members[128] = "";
	size_t used = 0;

	vcs_view_for_each(m, view) {
		if (used > sizeof(members) - 16) {
			strscpy(members + used, ",...", sizeof(members) - used);
			break;
		}
		used += scnprintf(members + used, sizeof(members) - used,
				  "%s%u", used ? "," : "", m->nodeid);
	}
	if (cluster->state == VCS_CLUSTER_JOINING)
		pr_notice_ratelimited("vcs: %s: joined as node %u, view %llu, members %s\n",
				      cluster->name, cluster->local_nodeid,
				      view->generation, members);
	else
		pr_notice_ratelimited("vcs: %s: view %llu, members %s\n",
				      cluster->name, view->generation, members);
}

static void log_joined_locked(struct vcs_cluster *cluster,
			      const struct vcs_view *old,
			      const struct vcs_view *new)
{
	const struct vcs_member *m;

	vcs_view_for_each(m, new) {
		if (old && vcs_view_has(old, m->nodeid, m->incarnation))
			continue;
		vcs_log(cluster, VCS_LOG_MEMBER_JOINED, m->nodeid,
			m->incarnation, "%s", m->flags & VCS_MEMBER_SETTLED ?
			"joined, its earlier lives are harmless" : "joined");
		trace_vcs_member(cluster->name, m->nodeid, m->incarnation,
				 "joined", "");
		vcs_event_member(cluster, VCS_EVENT_NODE_JOINED, m->nodeid,
				 m->incarnation, "");
	}
}

static const char *departed_text(enum vcs_leave_reason reason)
{
	switch (reason) {
	case VCS_LEAVE_CLEAN:
		return "left cleanly";
	case VCS_LEAVE_FAILED:
		return "failed: it fell silent, or left in the middle of its work";
	case VCS_LEAVE_REMOVED:
		return "removed: not all others hear it, or it not them";
	case VCS_LEAVE_INCONSISTENT:
		return "inconsistent: its history is not that of the others";
	case VCS_LEAVE_ABSENT:
		return "absent: configured, and not there at the formation";
	}
	return vcs_leave_str(reason);
}

static void log_departed_locked(struct vcs_cluster *cluster,
				const struct vcs_view_update *update)
{
	const struct vcs_departed *d;
	const char *reason;
	bool clean;

	for (d = update->departed; d < update->departed + update->nr_departed;
	     d++) {
		clean = d->reason == VCS_LEAVE_CLEAN;
		reason = vcs_leave_str(d->reason);
		vcs_log(cluster, clean ? VCS_LOG_MEMBER_LEFT :
					 VCS_LOG_MEMBER_FAILED,
			d->nodeid, d->incarnation, "%s",
			departed_text(d->reason));
		pr_notice_ratelimited("vcs: %s: node %u is out: %s\n",
				      cluster->name, d->nodeid,
				      departed_text(d->reason));
		trace_vcs_member(cluster->name, d->nodeid, d->incarnation,
				 clean ? "left" : "failed", reason);
		vcs_event_member(cluster, clean ? VCS_EVENT_NODE_LEFT :
						  VCS_EVENT_NODE_FAILED,
				 d->nodeid, d->incarnation, reason);
	}
}

static void remember_departed_locked(struct vcs_cluster *cluster,
				     const struct vcs_view_update *update)
{
	u64 incarnation;
	u32 i;

	for (i = 0; i < update->nr_departed; i++) {
		incarnation = update->departed[i].incarnation;
		if (incarnation)
			cluster->gone[cluster->nr_gone++ % VCS_GONE_MAX] =
				incarnation;
	}
}

static bool came_back_locked(struct vcs_cluster *cluster,
			     const struct vcs_view *old,
			     const struct vcs_view_update *update)
{
	u32 i, j, nr = min_t(u32, cluster->nr_gone, VCS_GONE_MAX);
	const struct vcs_member *m;

	for (i = 0; i < update->nr_members; i++) {
		m = &update->members[i];
		if (old && vcs_view_has(old, m->nodeid, m->incarnation))
			continue;
		for (j = 0; j < nr; j++)
			if (cluster->gone[j] == m->incarnation)
				return true;
	}
	return false;
}

/* The point of no return; @new is current afterwards. */
static void commit_locked(struct vcs_cluster *cluster, struct vcs_view *new,
			  const struct vcs_view_update *update)
{
	struct vcs_view *old = vcs_view_locked(cluster);

	move_suspects_locked(cluster, old, new);
	remember_departed_locked(cluster, update);
	vcs_view_replace_locked(cluster, new);
	trace_vcs_view(cluster->name, new);
	vcs_outbox_view_locked(cluster);
	vcs_fence_view_locked(cluster, old, new, update->departed,
			      update->nr_departed);
	vcs_sync_view_locked(cluster, old, new);
	vcs_listeners_view_locked(cluster, old, new, update->departed,
				  update->nr_departed);

	vcs_log(cluster, VCS_LOG_VIEW, 0, 0, "%u members, %u departed",
		new->nr_members, update->nr_departed);
	log_departed_locked(cluster, update);
	log_joined_locked(cluster, old, new);
	vcs_event_view(cluster, new);
	say_view_locked(cluster, new);
	if (cluster->state == VCS_CLUSTER_JOINING) {
		strscpy(cluster->quorum_reason,
			"the provider has not said yet whether this view may act",
			sizeof(cluster->quorum_reason));
		vcs_cluster_set_state_locked(cluster, VCS_CLUSTER_MEMBER, 0,
					     NULL);
	}
	vcs_sysfs_refresh(cluster);
	vcs_view_put(old);
}

static int check_view_locked(struct vcs_cluster *cluster,
			     const struct vcs_view *old,
			     const struct vcs_view_update *update,
			     const char **why)
{
	int err;

	if (cluster->state != VCS_CLUSTER_JOINING &&
	    cluster->state != VCS_CLUSTER_MEMBER) {
		*why = "the provider is lost";
		return -EINVAL;
	}
	err = vcs_view_check(old, update, cluster->incarnation, why);
	if (!err && came_back_locked(cluster, old, update)) {
		*why = "incarnation came back";
		err = -EPROTO;
	}
	return err;
}

/* -ENOMEM: not now; anything else is final. */
static int publish_locked(struct vcs_cluster *cluster,
			  const struct vcs_view_update *update,
			  struct vcs_view **fresh, const char **why)
{
	struct vcs_view *old = vcs_view_locked(cluster), *new;
	int err;

	lockdep_assert_held(&cluster->lock);
	if (cluster->upcalls_closed)
		return -ESHUTDOWN;
	err = check_view_locked(cluster, old, update, why);
	if (err)
		return refused_locked(cluster, "view", *why, err);
	err = vcs_listeners_reserve_locked(cluster, update->nr_members,
					   update->nr_departed,
					   VCS_GFP_LOCKED);
	if (err)
		return err;
	new = vcs_view_take_locked(cluster, update, fresh);
	if (!new)
		return -ENOMEM;
	commit_locked(cluster, new, update);
	return 0;
}

/**
 * vcs_publish_view_why - a view was decided, and if not, why not
 * @cluster: between join and leave
 * @update: the view, and who is gone; the caller's
 * @why: set when the view is refused: a few words that stay valid
 *
 * The first view with the local node in it means joined. When this returns 0
 * the view is what lookups see, and listeners have begun to stop; those with
 * VCS_LISTENER_NEED_QUORUM start when vcs_set_quorate() was called for this
 * generation. A view that does not follow from the one before changes nothing.
 * With no memory to be had the reserve is used.
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL the view is malformed, or the provider lost; -ESTALE an
 * old generation; -EPROTO it contradicts what was published; -ESHUTDOWN the
 * cluster is being left; -ENOMEM nothing was changed, publish the same again.
 */
int vcs_publish_view_why(struct vcs_cluster *cluster,
			 const struct vcs_view_update *update, const char **why)
{
	unsigned int noio = memalloc_noio_save();
	u32 nr = min_t(u32, update->nr_members, VCS_MEMBERS_MAX);
	struct vcs_view *fresh = NULL;
	int err;

	*why = "the cluster is being left";
	fresh = vcs_view_alloc(nr);
	mutex_lock(&cluster->lock);
	err = publish_locked(cluster, update, &fresh, why);
	mutex_unlock(&cluster->lock);
	if (err == -ENOMEM)
		*why = "there is no memory for it: publish the same view again";
	vcs_view_put(fresh);
	/* Best effort: without a reserve the next view waits for memory. */
	vcs_view_reserve(cluster, nr);
	memalloc_noio_restore(noio);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_publish_view_why);

/**
 * vcs_publish_view - vcs_publish_view_why() for who has nobody to tell
 * @cluster: between join and leave
 * @update: the view, and who is gone; the caller's
 *
 * Without memory this waits until there is some, or until the cluster is left.
 *
 * Context: process context, may sleep; not where somebody waits for an answer.
 * Return: as vcs_publish_view_why(), but never -ENOMEM.
 */
int vcs_publish_view(struct vcs_cluster *cluster,
		     const struct vcs_view_update *update)
{
	const char *why;
	int err;

	while ((err = vcs_publish_view_why(cluster, update, &why)) == -ENOMEM)
		msleep(VCS_MEMORY_WAIT_MS);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_publish_view);

/**
 * vcs_quorum_reason_locked() - why this node is, or is not, quorate
 * @cluster: the cluster
 *
 * Context: cluster.lock.
 * Return: words of the provider, or what hides them; valid under the lock.
 */
const char *vcs_quorum_reason_locked(const struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	switch (cluster->state) {
	case VCS_CLUSTER_LOADING:
	case VCS_CLUSTER_JOINING:
		return "not a member yet";
	case VCS_CLUSTER_MEMBER:
		return cluster->quorum_reason;
	case VCS_CLUSTER_FROZEN:
		return *cluster->state_reason ? cluster->state_reason :
						"the provider is lost";
	default:
		return cluster->state_reason;
	}
}

/* What everybody sees: the provider's word, unless it is frozen. */
static void apply_quorum_locked(struct vcs_cluster *cluster)
{
	bool quorate = cluster->provider_quorate &&
		       cluster->state == VCS_CLUSTER_MEMBER;
	const char *reason = vcs_quorum_reason_locked(cluster);

	if (quorate != cluster->quorate) {
		WRITE_ONCE(cluster->quorate, quorate);
		vcs_log(cluster, VCS_LOG_QUORUM, 0, 0, "%s%s%s",
			quorate ? "quorate" : "not quorate",
			*reason ? ": " : "", reason);
		pr_notice_ratelimited("vcs: %s: %s%s%s\n", cluster->name,
				      quorate ? "quorate" : "not quorate",
				      *reason ? ": " : "", reason);
		trace_vcs_quorum(cluster->name, cluster->quorate_generation,
				 quorate, reason);
		vcs_event_quorum(cluster);
		vcs_sysfs_refresh(cluster);
	}
	vcs_fence_kick_locked(cluster);
	vcs_listeners_kick_locked(cluster);
}

/**
 * vcs_set_quorate - may the current view act?
 * @cluster: between join and leave
 * @lifetime: of the current view
 * @generation: of the current view
 * @quorate: the answer
 * @reason: for people; may be NULL
 *
 * To be called after each view, and whenever the answer changes: what was said
 * of an earlier generation opens no gate. False stops the listeners that need
 * quorum, also while the provider is lost.
 *
 * Context: process context, may sleep.
 * Return: 0; -ESTALE this is not the current view; -ESHUTDOWN the cluster is
 * being left.
 */
int vcs_set_quorate(struct vcs_cluster *cluster,
		    const struct vcs_lifetime *lifetime, u64 generation,
		    bool quorate, const char *reason)
{
	int err = 0;

	mutex_lock(&cluster->lock);
	if (cluster->upcalls_closed) {
		err = -ESHUTDOWN;
	} else if (!is_current_locked(cluster, lifetime, generation)) {
		err = refused_locked(cluster, "quorum", "not of this view",
				     -ESTALE);
	} else {
		cluster->provider_quorate = quorate;
		cluster->quorate_generation = generation;
		if (!quorate && (!reason || !*reason))
			reason = "the provider gives no reason";
		strscpy(cluster->quorum_reason, reason ? reason : "",
			sizeof(cluster->quorum_reason));
		apply_quorum_locked(cluster);
		if (!quorate)
			vcs_listeners_stop_locked(cluster);
	}
	mutex_unlock(&cluster->lock);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_set_quorate);

static int deliver_locked(struct vcs_cluster *cluster,
			  const struct vcs_lifetime *lifetime, u64 generation,
			  u32 from, const void *data, size_t len)
{
	int err;

	if (cluster->upcalls_closed)
		return -ESHUTDOWN;
	if (!vcs_has_records(cluster))
		return refused_locked(cluster, "record", "not a feature",
				      -EOPNOTSUPP);
	if (cluster->state == VCS_CLUSTER_FROZEN)
		return refused_locked(cluster, "record", "the provider is lost",
				      -EINVAL);
	if (!is_current_locked(cluster, lifetime, generation))
		return refused_locked(cluster, "record", "not of this view",
				      -ESTALE);
	if (!len || len > VCS_RECORD_MAX)
		return refused_locked(cluster, "record", "length", -EMSGSIZE);
	if (!vcs_view_member(vcs_view_locked(cluster), from))
		return refused_locked(cluster, "record", "not from a member",
				      -EPROTO);
	err = vcs_record_deliver_locked(cluster, from, data, len);
	if (err)
		return refused_locked(cluster, "record", "malformed", err);
	return 0;
}

/**
 * vcs_deliver_record - the next record in the agreed order
 * @cluster: between join and leave; its provider has VCS_FEATURE_RECORDS
 * @lifetime: of the current view
 * @generation: of the current view
 * @from: nodeid of the member that submitted it
 * @data: the caller's
 * @len: 1 to VCS_RECORD_MAX
 *
 * What is decided while the provider is lost comes after
 * vcs_provider_recovered(), in its order: a frozen node learns nothing.
 *
 * Context: process context, may sleep.
 * Return: 0; -EPROTO malformed or not from a member; -EMSGSIZE; -ESTALE this is
 * not the current view; -EINVAL the provider is lost; -EOPNOTSUPP it has no
 * records; -ESHUTDOWN the cluster is being left.
 */
int vcs_deliver_record(struct vcs_cluster *cluster,
		       const struct vcs_lifetime *lifetime, u64 generation,
		       u32 from, const void *data, size_t len)
{
	unsigned int noio = memalloc_noio_save();
	int err;

	mutex_lock(&cluster->lock);
	err = deliver_locked(cluster, lifetime, generation, from, data, len);
	mutex_unlock(&cluster->lock);
	memalloc_noio_restore(noio);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_deliver_record);

/**
 * vcs_submit_ready - the provider's queue has room again
 * @cluster: between join and leave
 *
 * Due after submit answered -EAGAIN. Refused without VCS_FEATURE_RECORDS.
 *
 * Context: process context, may sleep.
 */
void vcs_submit_ready(struct vcs_cluster *cluster)
{
	mutex_lock(&cluster->lock);
	if (!cluster->upcalls_closed) {
		if (vcs_has_records(cluster))
			vcs_outbox_kick(cluster);
		else
			refused_locked(cluster, "submit ready", "not a feature",
				       -EOPNOTSUPP);
	}
	mutex_unlock(&cluster->lock);
}
EXPORT_SYMBOL_GPL(vcs_submit_ready);

/**
 * vcs_may_join - may a node with this id be proposed as a member?
 * @cluster: between join and leave
 * @nodeid: the joiner's
 * @settled: the provider proved that no earlier life of it can do I/O: by the
 *	     rules for a node that comes back, or by vcs_provider_fence(); it will
 *	     set VCS_MEMBER_SETTLED
 *
 * The answer is about now. A record that is delivered later may be a claim to
 * fence the node, which is refused only once the view is there that settles it:
 * ask again when a record, or another word about quorum, was delivered between
 * the answer and the view.
 *
 * Context: process context, may sleep.
 * Return: 0; -EAGAIN a fence of this nodeid is pending (with @settled: an agent
 * may be acting on it just now), or may be, because this node has just joined
 * and was not told all yet: hold the join and ask again;
 * -ESHUTDOWN the cluster is being left.
 */
int vcs_may_join(struct vcs_cluster *cluster, u32 nodeid, bool settled)
{
	int err = 0;

	mutex_lock(&cluster->lock);
	vcs_fence_alive_locked(cluster, nodeid);
	if (cluster->upcalls_closed)
		err = -ESHUTDOWN;
	else if (settled ? vcs_fence_active_locked(cluster, nodeid) :
			   vcs_fence_pending_locked(cluster, nodeid))
		err = -EAGAIN;
	mutex_unlock(&cluster->lock);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_may_join);

static void suspect_locked(struct vcs_cluster *cluster, u32 nodeid,
			   bool suspect, const char *why)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_member *m;
	unsigned int index;

	m = view ? vcs_view_member(view, nodeid) : NULL;
	if (!m)
		return;
	index = m - view->members;
	if (test_bit(index, cluster->suspects) == suspect)
		return;
	__assign_bit(index, cluster->suspects, suspect);
	vcs_log(cluster, VCS_LOG_SUSPECT, nodeid, m->incarnation, "%s: %s",
		suspect ? "suspected" : "cleared", why);
	trace_vcs_member(cluster->name, nodeid, m->incarnation,
			 suspect ? "suspected" : "cleared", why);
	vcs_event_suspect(cluster, nodeid, suspect, why);
	vcs_sysfs_refresh(cluster);
	vcs_fence_kick_locked(cluster);
}

/**
 * vcs_report_suspect - a member is doubted, or no longer
 * @cluster: between join and leave
 * @nodeid: which; one that is not a member is ignored
 * @suspect: doubted, or cleared
 * @why: for people; may be NULL
 *
 * Advisory: shown, and taken into account in the choice of who fences.
 *
 * Context: process context, may sleep.
 */
void vcs_report_suspect(struct vcs_cluster *cluster, u32 nodeid, bool suspect,
			const char *why)
{
	mutex_lock(&cluster->lock);
	if (!cluster->upcalls_closed)
		suspect_locked(cluster, nodeid, suspect, why ? why : "");
	mutex_unlock(&cluster->lock);
}
EXPORT_SYMBOL_GPL(vcs_report_suspect);

/**
 * vcs_join_failed - the join that was begun came to nothing
 * @cluster: between join and leave
 * @error: negative errno
 * @reason: for people; may be NULL
 *
 * Leave is called next, from another context.
 *
 * Context: process context, may sleep.
 */
void vcs_join_failed(struct vcs_cluster *cluster, int error,
		     const char *reason)
{
	if (error >= 0)
		error = -EPROTO;
	mutex_lock(&cluster->lock);
	if (cluster->upcalls_closed)
		goto unlock;
	if (cluster->state == VCS_CLUSTER_JOINING)
		vcs_cluster_end_locked(cluster, VCS_LEAVE_HOW_CLEAN, error,
				       reason);
	else
		refused_locked(cluster, "join failed", "not joining", error);
unlock:
	mutex_unlock(&cluster->lock);
}
EXPORT_SYMBOL_GPL(vcs_join_failed);

/**
 * vcs_report_evicted - the others go on without this node
 * @cluster: between join and leave
 * @reason: why it is no longer a member
 *
 * Stateful listeners are told to discard what they have. Leave is called next,
 * from another context.
 *
 * Context: process context, may sleep.
 */
void vcs_report_evicted(struct vcs_cluster *cluster,
			enum vcs_leave_reason reason)
{
	char why[VCS_REASON_MAX + 1];

	snprintf(why, sizeof(why), "evicted by the others: %s",
		 vcs_leave_str(reason));
	mutex_lock(&cluster->lock);
	vcs_cluster_evict_locked(cluster, why);
	mutex_unlock(&cluster->lock);
}
EXPORT_SYMBOL_GPL(vcs_report_evicted);

static void lost_locked(struct vcs_cluster *cluster, const char *reason)
{
	if (cluster->upcalls_closed)
		return;
	if (cluster->state != VCS_CLUSTER_MEMBER) {
		refused_locked(cluster, "provider lost",
			       cluster->state == VCS_CLUSTER_FROZEN ?
			       "lost already" : "not a member", -EINVAL);
		return;
	}
	vcs_cluster_set_state_locked(cluster, VCS_CLUSTER_FROZEN, 0, reason);
	vcs_listeners_hold_locked(cluster);
	apply_quorum_locked(cluster);
}

/**
 * vcs_provider_lost - the provider cannot decide any more, for the time being
 * @cluster: between join and leave
 * @reason: for people; may be NULL
 *
 * Freezes: nothing starts, lookups say not quorate, listeners that run go on,
 * views and records are refused.
 * Only a member can be frozen; a provider that is lost before the first view
 * calls vcs_join_failed().
 * Before the others may act on its absence the provider calls
 * vcs_provider_recovered(), or vcs_set_quorate() with false.
 *
 * Context: process context, may sleep.
 */
void vcs_provider_lost(struct vcs_cluster *cluster, const char *reason)
{
	mutex_lock(&cluster->lock);
	lost_locked(cluster, reason);
	mutex_unlock(&cluster->lock);
}
EXPORT_SYMBOL_GPL(vcs_provider_lost);

static void recovered_locked(struct vcs_cluster *cluster)
{
	if (cluster->upcalls_closed)
		return;
	if (cluster->state != VCS_CLUSTER_FROZEN) {
		refused_locked(cluster, "provider recovered", "not lost",
			       -EINVAL);
		return;
	}
	vcs_cluster_set_state_locked(cluster, VCS_CLUSTER_MEMBER, 0, NULL);
	apply_quorum_locked(cluster);
}

/**
 * vcs_provider_recovered - the provider decides again
 * @cluster: between join and leave
 *
 * Listeners hear nothing of it when nothing has changed.
 *
 * Context: process context, may sleep.
 */
void vcs_provider_recovered(struct vcs_cluster *cluster)
{
	mutex_lock(&cluster->lock);
	recovered_locked(cluster);
	mutex_unlock(&cluster->lock);
}
EXPORT_SYMBOL_GPL(vcs_provider_recovered);
