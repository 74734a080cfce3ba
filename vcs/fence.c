// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of fences of a cluster: what views and delivered records do to it,
 * and the gate that it makes.
 *
 * The table changes nowhere else, and between a view and its SYNC_END only by
 * the view, so it is the same on all members at the same point of the agreed
 * order. The view comes here before the listeners see it: a life that they are
 * told has failed is in the table by then, and one that is not in the table
 * needs no fence.
 *
 * Without ordered records nobody could agree that a fence is done: the table
 * of such a cluster stays empty, and listeners that need it are refused.
 *
 * Locking: cluster.lock.
 */
#include <linux/slab.h>

#include "fence_priv.h"
#include "listener.h"
#include "mutant.h"
#include "notify.h"
#include "record.h"
#include "record_codec.h"
#include "sync.h"
#include "trace.h"

/**
 * vcs_fence_setup() - before anybody sees the cluster
 * @cluster: the cluster
 *
 * Return: 0 or -ENOMEM.
 */
int vcs_fence_setup(struct vcs_cluster *cluster)
{
	struct vcs_fencing *fencing = kvzalloc(sizeof(*fencing), GFP_KERNEL);

	if (!fencing)
		return -ENOMEM;
	fencing->table.capacity = VCS_FENCE_CAPACITY;
	fencing->table.entries = kvcalloc(VCS_FENCE_CAPACITY,
					  sizeof(*fencing->table.entries),
					  GFP_KERNEL);
	if (!fencing->table.entries) {
		kvfree(fencing);
		return -ENOMEM;
	}
	fencing->cluster = cluster;
	init_waitqueue_head(&fencing->waiters);
	vcs_fence_claims_init(fencing);
	vcs_fence_firsts_init(fencing);
	cluster->fences = fencing;
	return 0;
}

/**
 * vcs_fence_destroy() - nobody sees the cluster any more
 * @cluster: after vcs_fence_shutdown(), or never seen by anybody
 */
void vcs_fence_destroy(struct vcs_cluster *cluster)
{
	if (!cluster->fences)
		return;
	kvfree(cluster->fences->table.entries);
	kvfree(cluster->fences);
	cluster->fences = NULL;
}

/**
 * vcs_fence_shutdown() - cancel what this node has under way, for good
 * @cluster: before its provider's leave
 *
 * Context: process, sleeps, no lock held. Twice does no harm.
 */
void vcs_fence_shutdown(struct vcs_cluster *cluster)
{
	struct vcs_fencing *fencing = cluster->fences;
	u32 i;

	mutex_lock(&cluster->lock);
	fencing->stopped = true;
	WRITE_ONCE(fencing->events, fencing->events + 1);
	for (i = 0; i < VCS_FENCE_CLAIMS; i++)
		vcs_fence_job_stop_locked(&fencing->claims[i].job);
	for (i = 0; i < VCS_FENCE_FIRSTS; i++)
		vcs_fence_job_stop_locked(&fencing->firsts[i].job);
	mutex_unlock(&cluster->lock);

	wake_up_all(&fencing->waiters);
	cancel_delayed_work_sync(&fencing->actor);
	cancel_delayed_work_sync(&fencing->confirms);
	for (i = 0; i < VCS_FENCE_CLAIMS; i++)
		vcs_fence_job_stop(&fencing->claims[i].job);
	for (i = 0; i < VCS_FENCE_FIRSTS; i++)
		vcs_fence_job_stop(&fencing->firsts[i].job);
}

/**
 * vcs_fence_kick_locked() - something that the actor depends on has changed
 * @cluster: the cluster
 *
 * Quorum, suspects, state, sync, agents, the table.
 *
 * Context: cluster.lock.
 */
void vcs_fence_kick_locked(struct vcs_cluster *cluster)
{
	struct vcs_fencing *fencing = cluster->fences;

	lockdep_assert_held(&cluster->lock);
	WRITE_ONCE(fencing->events, fencing->events + 1);
	wake_up_all(&fencing->waiters);
	if (!fencing->stopped)
		mod_delayed_work(vcs_fence_wq, &fencing->actor, 0);
}

static void publish_entry_locked(struct vcs_cluster *cluster,
				 struct vcs_fence_entry *entry)
{
	const char *state = vcs_fence_state_str(entry->state);
	const char *text = entry->reason;
	enum vcs_log_code code = VCS_LOG_FENCE_REQUEST;

	if (entry->state == VCS_FENCE_CLAIMED)
		code = VCS_LOG_FENCE_CLAIM;
	if (entry->state == VCS_FENCE_FENCED) {
		code = VCS_LOG_FENCE_SETTLED;
		text = entry->method;
	}
	entry->local.since_ms = vcs_fence_now_ms();
	trace_vcs_fence(cluster->name, entry->nodeid, entry->incarnation,
			state, entry->actor, text);
	if (entry->state == VCS_FENCE_CLAIMED)
		vcs_log(cluster, code, entry->nodeid, entry->incarnation,
			"%s by node %u: %s", state, entry->actor, text);
	else
		vcs_log(cluster, code, entry->nodeid, entry->incarnation,
			"%s: %s", state, text);
	vcs_event_fence(cluster, entry->nodeid, entry->incarnation,
			entry->state, entry->actor, text);
}

/**
 * vcs_fence_publish_locked() - the table was changed: tell everybody
 * @cluster: the cluster
 *
 * Context: cluster.lock.
 */
void vcs_fence_publish_locked(struct vcs_cluster *cluster)
{
	struct vcs_fence_table *table = &cluster->fences->table;
	struct vcs_fence_entry *entry;
	bool any = false;

	while ((entry = vcs_fence_table_next_changed(table))) {
		publish_entry_locked(cluster, entry);
		any = true;
	}
	if (!any)
		return;
	vcs_fence_table_trim(table);
	vcs_sysfs_refresh(cluster);
	vcs_fence_kick_locked(cluster);
	vcs_listeners_kick_locked(cluster);
}

/**
 * vcs_fence_set_overflow_locked() - the table is not whole
 * @cluster: its gates can open no more in this life of the cluster
 * @why: for people
 *
 * Context: cluster.lock.
 */
void vcs_fence_set_overflow_locked(struct vcs_cluster *cluster,
				   const char *why)
{
	cluster->fences->table.overflow = true;
	pr_warn_ratelimited("vcs: %s: it is not known which nodes must be fenced: %s; gates stay closed until all nodes have left\n",
			    cluster->name, why);
	vcs_log(cluster, VCS_LOG_FENCE_REQUEST, 0, 0,
		"not known which nodes must be fenced: %s; gates stay closed",
		why);
}

/**
 * vcs_fence_overflow_locked() - is the table not whole?
 * @cluster: the cluster
 *
 * Context: cluster.lock.
 * Return: true when entries were lost for want of room.
 */
bool vcs_fence_overflow_locked(struct vcs_cluster *cluster)
{
	return cluster->fences->table.overflow;
}

static void need_locked(struct vcs_cluster *cluster, u32 nodeid,
			u64 incarnation, u64 order, const char *reason)
{
	struct vcs_fence_table *table = &cluster->fences->table;

	if (!vcs_fence_table_need(table, nodeid, incarnation, order, reason))
		vcs_fence_set_overflow_locked(cluster, "too many");
}

/**
 * vcs_fence_view_locked() - a view was published
 * @cluster: before its listeners and the state transfer see the view
 * @old: the view before; NULL for the first
 * @new: the new view
 * @departed: as in struct vcs_view_update
 * @nr_departed: length of @departed
 *
 * Whoever did not leave cleanly must be fenced.
 *
 * Context: cluster.lock. Needs no memory.
 */
void vcs_fence_view_locked(struct vcs_cluster *cluster,
			   const struct vcs_view *old,
			   const struct vcs_view *new,
			   const struct vcs_departed *departed,
			   u32 nr_departed)
{
	u64 order = vcs_fence_order(new->generation, false);
	u32 i;

	lockdep_assert_held(&cluster->lock);
	if (!vcs_has_records(cluster)) {
		vcs_fence_firsts_view_locked(cluster->fences, new);
		return;
	}
	for (i = 0; i < nr_departed; i++)
		if (departed[i].reason != VCS_LEAVE_CLEAN)
			need_locked(cluster, departed[i].nodeid,
				    departed[i].incarnation, order,
				    vcs_leave_str(departed[i].reason));
	vcs_fence_table_members(&cluster->fences->table, new);
	vcs_fence_firsts_view_locked(cluster->fences, new);
	vcs_fence_publish_locked(cluster);
	vcs_fence_kick_locked(cluster);
}

static void request_record_locked(struct vcs_cluster *cluster, u32 from,
				  const struct vcs_record *record)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_member *m = vcs_view_member(view, record->nodeid);
	u64 order = vcs_fence_order(view->generation, true);

	if (!m || m->incarnation != record->incarnation)
		return;
	vcs_log(cluster, VCS_LOG_FENCE_REQUEST, record->nodeid,
		record->incarnation, "asked for by node %u: %s", from,
		record->reason);
	need_locked(cluster, record->nodeid, record->incarnation, order,
		    record->reason);
}

static void result_record_locked(struct vcs_cluster *cluster,
				 const struct vcs_member *from,
				 const struct vcs_record *record)
{
	struct vcs_fence_table *table = &cluster->fences->table;

	if (!vcs_fence_table_result(table, record->nodeid, record->incarnation,
				    record->round, from->nodeid,
				    from->incarnation, record->result,
				    record->method)) {
		vcs_log(cluster, VCS_LOG_REFUSED, record->nodeid,
			record->incarnation,
			"result %s from node %u, which holds no claim %u",
			vcs_fence_result_str(record->result), from->nodeid,
			record->round);
		return;
	}
	vcs_log(cluster, VCS_LOG_FENCE_RESULT, record->nodeid,
		record->incarnation, "%s by node %u, method %s",
		vcs_fence_result_str(record->result), from->nodeid,
		record->method);
	if (record->result == VCS_FENCE_SUCCESS)
		pr_notice_ratelimited("vcs: %s: node %u is fenced, by node %u, method %s\n",
				      cluster->name, record->nodeid,
				      from->nodeid, record->method);
	else
		pr_warn_ratelimited("vcs: %s: node %u could not fence node %u; it stays to be fenced\n",
				    cluster->name, from->nodeid,
				    record->nodeid);
}

static void confirm_record_locked(struct vcs_cluster *cluster, u32 from,
				  const struct vcs_record *record)
{
	if (!vcs_fence_table_settle(&cluster->fences->table, record->nodeid,
				    record->incarnation, "confirmed"))
		return;
	pr_warn("vcs: %s: an administrator of node %u vouches that node %u can do no more I/O\n",
		cluster->name, from, record->nodeid);
	vcs_log(cluster, VCS_LOG_FENCE_RESULT, record->nodeid,
		record->incarnation, "confirmed by an administrator of node %u",
		from);
}

/**
 * vcs_fence_record_locked() - a FENCE_* record was delivered
 * @cluster: the cluster
 * @from: nodeid of its sender
 * @record: decoded
 *
 * Void before the SYNC_END of the view, on all members alike: a joiner could
 * not judge it. Its owner sees from the table that it is still due.
 *
 * Context: cluster.lock.
 */
void vcs_fence_record_locked(struct vcs_cluster *cluster, u32 from,
			     const struct vcs_record *record)
{
	const struct vcs_member *m;

	lockdep_assert_held(&cluster->lock);
	if (!vcs_sync_done_locked(cluster))
		return;
	m = vcs_view_member(vcs_view_locked(cluster), from);
	if (!m)
		return;
	switch (record->kind) {
	case VCS_RECORD_FENCE_REQUEST:
		request_record_locked(cluster, from, record);
		break;
	case VCS_RECORD_FENCE_CLAIM:
		vcs_fence_table_claim(&cluster->fences->table, record->nodeid,
				      record->incarnation, m->nodeid,
				      m->incarnation);
		break;
	case VCS_RECORD_FENCE_RESULT:
		result_record_locked(cluster, m, record);
		break;
	case VCS_RECORD_FENCE_CONFIRM:
		confirm_record_locked(cluster, from, record);
		break;
	default:
		return;
	}
	vcs_fence_publish_locked(cluster);
	/* The owner of the record looks for it even when nothing changed. */
	vcs_fence_kick_locked(cluster);
}

/**
 * vcs_fence_sync_out_locked() - send the table to those who have joined
 * @cluster: the cluster
 * @generation: of the view
 * @cursor: in and out: entries sent so far
 *
 * Context: cluster.lock.
 * Return: 0 when all is queued; -ENOMEM, -EAGAIN: go on later; or what else
 * vcs_outbox_send_locked() returns.
 */
int vcs_fence_sync_out_locked(struct vcs_cluster *cluster, u64 generation,
			      u32 *cursor)
{
	struct vcs_fence_table *table = &cluster->fences->table;

	lockdep_assert_held(&cluster->lock);
	for (; *cursor < table->nr; (*cursor)++) {
		struct vcs_fence_entry *entry = table->entries + *cursor;
		struct vcs_record record = {
			.kind = VCS_RECORD_SYNC_FENCE,
			.generation = generation,
			.nodeid = entry->nodeid,
			.incarnation = entry->incarnation,
			.order = entry->order,
			.state = entry->state,
			.round = entry->round,
			.actor = entry->actor,
			.actor_incarnation = entry->actor_incarnation,
			.failed_actor = entry->failed_actor,
		};
		int err;

		strscpy(record.method, entry->method, sizeof(record.method));
		strscpy(record.reason, entry->reason, sizeof(record.reason));
		err = vcs_outbox_send_locked(cluster, &record);
		if (err)
			return err;
	}
	return 0;
}

/**
 * vcs_fence_sync_in_locked() - take over an entry from the oldest member
 * @cluster: of a node that has just joined
 * @record: a SYNC_FENCE record of the current view
 *
 * Context: cluster.lock.
 */
void vcs_fence_sync_in_locked(struct vcs_cluster *cluster,
			      const struct vcs_record *record)
{
	struct vcs_fence_entry entry = {
		.nodeid = record->nodeid,
		.incarnation = record->incarnation,
		.order = record->order,
		.state = record->state,
		.round = record->round,
		.actor = record->actor,
		.actor_incarnation = record->actor_incarnation,
		.failed_actor = record->failed_actor,
	};

	lockdep_assert_held(&cluster->lock);
	strscpy(entry.method, record->method, sizeof(entry.method));
	strscpy(entry.reason, record->reason, sizeof(entry.reason));
	if (!vcs_fence_table_merge(&cluster->fences->table, &entry))
		vcs_fence_set_overflow_locked(cluster, "too many");
	vcs_fence_publish_locked(cluster);
}

/**
 * vcs_fence_settled_locked() - the gate of VCS_LISTENER_NEED_FENCED
 * @cluster: the cluster
 * @nodeid: a node that failed
 * @incarnation: which life of it
 *
 * (S) Only an explicit success, an administrator's word or the provider's
 * proof opens it. What this node does not know yet is not settled.
 *
 * Context: cluster.lock.
 * Return: whether this life, and each before it, is fenced or never needed it.
 */
bool vcs_fence_settled_locked(struct vcs_cluster *cluster, u32 nodeid,
			      u64 incarnation)
{
	lockdep_assert_held(&cluster->lock);
	if (vcs_mutant_gate_open())
		return true;
	return vcs_sync_done_locked(cluster) &&
	       vcs_fence_table_settled(&cluster->fences->table, nodeid,
				       incarnation);
}

/* Does an attempt of this node run, though its claim may have ended? */
static bool own_attempt_locked(struct vcs_fencing *fencing, u32 nodeid)
{
	struct vcs_fence_claim *claim;

	for (claim = fencing->claims;
	     claim < fencing->claims + VCS_FENCE_CLAIMS; claim++)
		if (claim->job.busy && claim->nodeid == nodeid)
			return true;
	return vcs_fence_first_busy(fencing, nodeid);
}

/**
 * vcs_fence_pending_locked() - must a join of this nodeid wait?
 * @cluster: the cluster
 * @nodeid: who wants to join
 *
 * Does not wait for the SYNC_END of the view: that may need the vote of the one
 * who wants to join.
 *
 * Context: cluster.lock.
 * Return: true while a fence of it is pending or under way, or while this node
 * cannot know.
 */
bool vcs_fence_pending_locked(struct vcs_cluster *cluster, u32 nodeid)
{
	struct vcs_fencing *fencing = cluster->fences;

	lockdep_assert_held(&cluster->lock);
	if (vcs_view_locked(cluster) && !vcs_sync_whole_locked(cluster))
		return true;
	return fencing->table.overflow ||
	       vcs_fence_table_latest(&fencing->table, nodeid) ||
	       own_attempt_locked(fencing, nodeid);
}

/* Was this node told that its view may not act? */
static bool quorum_lost_locked(struct vcs_cluster *cluster)
{
	return !cluster->quorate && cluster->quorate_generation ==
				    vcs_fence_generation_locked(cluster);
}

/**
 * vcs_fence_active_locked() - might an agent be acting on this nodeid now?
 * @cluster: the cluster
 * @nodeid: who wants to join
 *
 * Claims are known to all, so this is about the attempts of all members. A node
 * that was never told of them holds until it is. Without quorum nobody acts on
 * a claim, and no record could end one or tell of one: waiting for that could
 * keep out those without whom there is no quorum.
 *
 * Context: cluster.lock.
 * Return: true while a fence of it is claimed, may be, or is under way here.
 */
bool vcs_fence_active_locked(struct vcs_cluster *cluster, u32 nodeid)
{
	struct vcs_fencing *fencing = cluster->fences;

	lockdep_assert_held(&cluster->lock);
	if (own_attempt_locked(fencing, nodeid))
		return true;
	if (!vcs_view_locked(cluster) || quorum_lost_locked(cluster))
		return false;
	return !vcs_sync_whole_locked(cluster) ||
	       vcs_fence_table_claimed(&fencing->table, nodeid);
}

/**
 * vcs_fence_info_locked() - one entry of the table
 * @cluster: the cluster
 * @index: from 0
 * @info: filled in
 *
 * Context: cluster.lock.
 * Return: 0, or -ENOENT when there is no such one.
 */
int vcs_fence_info_locked(struct vcs_cluster *cluster, u32 index,
			  struct vcs_fence_info *info)
{
	struct vcs_fencing *fencing = cluster->fences;
	struct vcs_fence_entry *entry = fencing->table.entries + index;
	struct vcs_fence_claim *claim;

	lockdep_assert_held(&cluster->lock);
	memset(info, 0, sizeof(*info));
	if (index >= fencing->table.nr)
		return -ENOENT;
	info->nodeid = entry->nodeid;
	info->incarnation = entry->incarnation;
	info->state = entry->state;
	info->actor = entry->actor;
	info->tries = entry->local.tries;
	info->since_ms = vcs_fence_now_ms() - entry->local.since_ms;
	strscpy(info->reason, entry->reason, sizeof(info->reason));
	strscpy(info->method, entry->method, sizeof(info->method));
	claim = vcs_fence_claim_find(fencing, entry->nodeid,
				     entry->incarnation);
	if (claim && claim->job.busy) {
		info->tries += claim->job.tries;
		info->request = claim->job.request.id;
		strscpy(info->method, claim->job.method_name,
			sizeof(info->method));
	}
	return 0;
}

/**
 * vcs_fence_show_locked() - one fence, for netlink and sysfs
 * @cluster: the cluster
 * @index: from 0; first the table, then what only this node's provider asked
 * @info: filled in
 *
 * What is settled in the table is shown as the provider waits for it, if it
 * asked anew.
 *
 * Context: cluster.lock.
 * Return: 0, or -ENOENT when there is no such one.
 */
int vcs_fence_show_locked(struct vcs_cluster *cluster, u32 index,
			  struct vcs_fence_info *info)
{
	struct vcs_fencing *fencing = cluster->fences;

	if (!vcs_fence_info_locked(cluster, index, info)) {
		if (info->state == VCS_FENCE_FENCED)
			vcs_fence_first_unsettled(fencing, info->nodeid,
						  info->incarnation, info);
		return 0;
	}
	return vcs_fence_first_info_locked(fencing, index - fencing->table.nr,
					   info) ? 0 : -ENOENT;
}
