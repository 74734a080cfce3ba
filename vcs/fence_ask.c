// SPDX-License-Identifier: GPL-2.0-only
/*
 * What consumers and administrators of this node ask about fences: fence a
 * member, vouch for a node, wait until a life of a node is settled.
 *
 * A record may be lost with its view. So each ask is kept, and sent again with
 * each view, until the table shows that it arrived or that it is pointless.
 *
 * Locking: cluster.lock.
 */
#include <linux/export.h>
#include <linux/sched/signal.h>

#include "fence_priv.h"
#include "listener.h"
#include "record.h"
#include "record_codec.h"
#include "sync.h"

static struct vcs_fence_ask *find_ask(struct vcs_fencing *fencing, bool confirm,
				      u32 nodeid, u64 incarnation)
{
	struct vcs_fence_ask *ask;

	for (ask = fencing->asks; ask < fencing->asks + VCS_FENCE_ASKS; ask++)
		if (ask->used && ask->confirm == confirm &&
		    ask->nodeid == nodeid && ask->incarnation == incarnation)
			return ask;
	return NULL;
}

static int add_ask(struct vcs_fencing *fencing, bool confirm, u32 nodeid,
		   u64 incarnation, const char *reason)
{
	struct vcs_fence_ask *ask;

	if (find_ask(fencing, confirm, nodeid, incarnation))
		return 0;
	for (ask = fencing->asks; ask < fencing->asks + VCS_FENCE_ASKS; ask++)
		if (!ask->used)
			break;
	if (ask == fencing->asks + VCS_FENCE_ASKS)
		return -EAGAIN;
	memset(ask, 0, sizeof(*ask));
	ask->used = true;
	ask->confirm = confirm;
	ask->nodeid = nodeid;
	ask->incarnation = incarnation;
	strscpy(ask->reason, reason, sizeof(ask->reason));
	vcs_fence_kick_locked(fencing->cluster);
	return 0;
}

static bool is_member(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_member *m;

	m = view ? vcs_view_member(view, nodeid) : NULL;
	return m && m->incarnation == incarnation;
}

/* Did it arrive, or can nothing come of it any more? */
static bool ask_over(struct vcs_fencing *fencing,
		     const struct vcs_fence_ask *ask)
{
	struct vcs_fence_entry *entry;

	entry = vcs_fence_table_find(&fencing->table, ask->nodeid,
				     ask->incarnation);
	if (ask->confirm)
		return !entry || entry->state == VCS_FENCE_FENCED;
	return entry ||
	       !is_member(fencing->cluster, ask->nodeid, ask->incarnation);
}

static void send_ask_locked(struct vcs_fencing *fencing,
			    struct vcs_fence_ask *ask)
{
	struct vcs_record record = {
		.kind = ask->confirm ? VCS_RECORD_FENCE_CONFIRM :
				       VCS_RECORD_FENCE_REQUEST,
		.nodeid = ask->nodeid,
		.incarnation = ask->incarnation,
	};
	u64 generation = vcs_fence_generation_locked(fencing->cluster);

	if (ask->sent_generation == generation)
		return;
	strscpy(record.reason, ask->reason, sizeof(record.reason));
	if (!vcs_outbox_send_locked(fencing->cluster, &record))
		ask->sent_generation = generation;
}

/* A confirmation is given once: who gave it is told what became of it. */
static void log_needless_locked(struct vcs_fencing *fencing,
				const struct vcs_fence_ask *ask)
{
	struct vcs_fence_entry *entry;

	entry = vcs_fence_table_find(&fencing->table, ask->nodeid,
				     ask->incarnation);
	if (!ask->confirm || (entry && !strcmp(entry->method, "confirmed")))
		return;
	vcs_log(fencing->cluster, VCS_LOG_FENCE_RESULT, ask->nodeid,
		ask->incarnation,
		"what an administrator confirmed was not needed any more: %s",
		entry ? entry->method : "nothing was pending");
}

/**
 * vcs_fence_send_asks_locked() - send what was asked and has not arrived
 * @fencing: of a cluster whose SYNC is done
 *
 * Context: cluster.lock.
 */
void vcs_fence_send_asks_locked(struct vcs_fencing *fencing)
{
	struct vcs_fence_ask *ask;

	for (ask = fencing->asks; ask < fencing->asks + VCS_FENCE_ASKS; ask++) {
		if (!ask->used)
			continue;
		if (ask_over(fencing, ask)) {
			log_needless_locked(fencing, ask);
			ask->used = false;
		} else {
			send_ask_locked(fencing, ask);
		}
	}
}

/**
 * vcs_fence_asked_locked() - did this node ask, and nobody knows it yet?
 * @fencing: of the cluster
 * @nodeid: which node
 * @incarnation: which life of it
 *
 * Context: cluster.lock.
 * Return: true while the request is on its way.
 */
bool vcs_fence_asked_locked(struct vcs_fencing *fencing, u32 nodeid,
			    u64 incarnation)
{
	struct vcs_fence_ask *ask;

	ask = find_ask(fencing, false, nodeid, incarnation);
	return ask && !ask_over(fencing, ask);
}

/* Is there a cluster to ask? */
static int reachable_locked(struct vcs_cluster *cluster)
{
	if (cluster->upcalls_closed || cluster->fences->stopped ||
	    cluster->state == VCS_CLUSTER_LEAVING ||
	    cluster->state == VCS_CLUSTER_LEFT)
		return -ESHUTDOWN;
	if (!vcs_view_locked(cluster) ||
	    (cluster->state != VCS_CLUSTER_MEMBER &&
	     cluster->state != VCS_CLUSTER_FROZEN))
		return -ENOTCONN;
	return vcs_has_records(cluster) ? 0 : -EOPNOTSUPP;
}

/**
 * vcs_fence_request_locked() - ask the cluster to fence a life of a node
 * @cluster: the cluster
 * @nodeid: which node; not the local one
 * @incarnation: which life of it
 * @reason: for people; NULL none
 *
 * Context: cluster.lock.
 * Return: as vcs_fence_node().
 */
int vcs_fence_request_locked(struct vcs_cluster *cluster, u32 nodeid,
			     u64 incarnation, const char *reason)
{
	struct vcs_fencing *fencing = cluster->fences;
	int err;

	lockdep_assert_held(&cluster->lock);
	err = reachable_locked(cluster);
	if (err)
		return err;
	if (!nodeid || nodeid == cluster->local_nodeid)
		return -EINVAL;
	if (vcs_fence_table_find(&fencing->table, nodeid, incarnation))
		return 0;
	if (!is_member(cluster, nodeid, incarnation))
		return -ENOENT;
	return add_ask(fencing, false, nodeid, incarnation, reason ?: "asked");
}

static int add_confirm_locked(struct vcs_fencing *fencing, u32 nodeid,
			      u64 incarnation)
{
	struct vcs_cluster *cluster = fencing->cluster;
	bool again = find_ask(fencing, true, nodeid, incarnation);
	int err = add_ask(fencing, true, nodeid, incarnation, "");

	if (!err && !again)
		vcs_log(cluster, VCS_LOG_FENCE_REQUEST, nodeid, incarnation,
			"confirmed by an administrator of this node, takes effect %s",
			cluster->quorate ? "once all members know" :
					   "with quorum");
	return err;
}

/**
 * vcs_fence_confirm_locked() - an administrator vouches for a node
 * @cluster: the cluster
 * @nodeid: can do no more I/O, in all its lives until now
 * @incarnation: which of its fences is meant; NULL whatever is pending
 *
 * Settles what is pending at this moment, here and, by a record, on the others;
 * a life of the node that fails later is not covered.
 *
 * Context: cluster.lock.
 * Return: 0; -ENOENT nothing of it is pending; -ESTALE not @incarnation, but
 * another one; -EAGAIN too much is under way.
 */
int vcs_fence_confirm_locked(struct vcs_cluster *cluster, u32 nodeid,
			     const u64 *incarnation)
{
	struct vcs_fencing *fencing = cluster->fences;
	struct vcs_fence_entry *entry;
	bool pending = false;
	u32 nr;

	lockdep_assert_held(&cluster->lock);
	nr = vcs_fence_first_confirm_locked(fencing, nodeid, incarnation,
					    &pending);
	entry = vcs_fence_table_latest(&fencing->table, nodeid);
	if (entry)
		pending = true;
	if (entry && incarnation)
		entry = vcs_fence_table_find(&fencing->table, nodeid,
					     *incarnation);
	if (entry && entry->state != VCS_FENCE_FENCED)
		return add_confirm_locked(fencing, nodeid, entry->incarnation);
	if (nr)
		return 0;
	return pending ? -ESTALE : -ENOENT;
}

/**
 * vcs_fence_node() - ask the cluster to fence a member
 * @cluster: held by the caller
 * @nodeid: which node
 * @incarnation: the life of it that is in the view
 * @reason: for people; NULL none
 *
 * Returns at once; vcs_fence_wait() waits. Asking again for the same life is
 * harmless. A node that leaves cleanly before the request is known to the
 * others is not fenced any more.
 *
 * Context: process, may sleep, also inside a listener's callback.
 * Return: 0; -ENOENT this life is not a member, nor to be fenced; -EINVAL the
 * local node, which must leave instead; -EOPNOTSUPP the provider has no ordered
 * records; -ENOTCONN not a member of the cluster; -ESHUTDOWN the cluster is
 * being left; -EAGAIN too many requests are under way.
 */
int vcs_fence_node(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		   const char *reason)
{
	int err;

	mutex_lock(&cluster->lock);
	err = vcs_fence_request_locked(cluster, nodeid, incarnation, reason);
	mutex_unlock(&cluster->lock);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_fence_node);

/* 0 settled, -EAGAIN wait on, or why waiting is over. */
static int wait_state_locked(struct vcs_cluster *cluster, u32 nodeid,
			     u64 incarnation)
{
	struct vcs_fencing *fencing = cluster->fences;
	int err;

	err = reachable_locked(cluster);
	if (err)
		return err;
	if (!vcs_sync_done_locked(cluster) ||
	    vcs_fence_asked_locked(fencing, nodeid, incarnation) ||
	    !vcs_fence_settled_locked(cluster, nodeid, incarnation))
		return -EAGAIN;
	if (is_member(cluster, nodeid, incarnation) &&
	    !vcs_fence_table_find(&fencing->table, nodeid, incarnation))
		return -ENOENT;
	return 0;
}

/**
 * vcs_fence_wait() - wait until a life of a node is settled
 * @cluster: held by the caller
 * @nodeid: which node
 * @incarnation: which life of it
 *
 * Settled means fenced, with each life before it, or never in need of a fence.
 *
 * Context: process, sleeps, killable; no lock held.
 * Return: 0 settled; -ENOENT a member that nobody asked to fence; -EDEADLK
 * inside a listener's callback; -EINTR killed; -EOPNOTSUPP the provider has no
 * ordered records; -ENOTCONN not a member of the cluster; -ESHUTDOWN the
 * cluster is being left.
 */
int vcs_fence_wait(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation)
{
	struct vcs_fencing *fencing = cluster->fences;
	u64 events;
	int err;

	if (vcs_in_listener_callback())
		return -EDEADLK;
	for (;;) {
		mutex_lock(&cluster->lock);
		err = wait_state_locked(cluster, nodeid, incarnation);
		events = fencing->events;
		mutex_unlock(&cluster->lock);
		if (err != -EAGAIN)
			return err;
		if (wait_event_killable(fencing->waiters,
					READ_ONCE(fencing->events) != events))
			return -EINTR;
	}
}
EXPORT_SYMBOL_GPL(vcs_fence_wait);

/**
 * vcs_is_fenced() - is a life of a node settled now?
 * @cluster: held by the caller
 * @nodeid: which node
 * @incarnation: which life of it
 *
 * For a consumer that finds what a dead node left behind, but was not there to
 * be told of its death. Ask only about a life that joined before the view of
 * the last start() and is not in that view: a life that this node does not
 * know yet counts as one that needs no fence.
 *
 * Context: process, may sleep, also inside a listener's callback.
 * Return: true when vcs_fence_wait() would return 0 without waiting.
 */
bool vcs_is_fenced(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation)
{
	bool fenced;

	mutex_lock(&cluster->lock);
	fenced = !wait_state_locked(cluster, nodeid, incarnation);
	mutex_unlock(&cluster->lock);
	return fenced;
}
EXPORT_SYMBOL_GPL(vcs_is_fenced);
