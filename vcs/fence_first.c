// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences that a provider wants before it may remove a node: with two nodes
 * nobody else is there to agree, so success stands for the other's vote.
 *
 * Such a fence is this node's alone: no claim, no record. One pass through the
 * methods, then the provider hears the result and may ask again. A success is
 * remembered for that life of the node. When the view without it comes, and no
 * other member continues with this node, the table can take it over at once;
 * otherwise this node claims the fence and reports the success that it has.
 *
 * Locking: cluster.lock; the provider is called without it.
 */
#include <linux/export.h>

#include "fence_priv.h"
#include "notify.h"
#include "trace.h"

/* An administrator's word holds for the provider's next try, not for ever. */
#define CONFIRM_MS	30000

#define for_each_first(first, fencing)					\
	for ((first) = (fencing)->firsts;				\
	     (first) < (fencing)->firsts + VCS_FENCE_FIRSTS; (first)++)

static struct vcs_fence_first *find_first(struct vcs_fencing *fencing,
					  u32 nodeid, u64 incarnation)
{
	struct vcs_fence_first *first;

	for_each_first(first, fencing)
		if (first->used && first->nodeid == nodeid &&
		    first->incarnation == incarnation)
			return first;
	return NULL;
}

static bool in_view(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_member *m;

	m = view ? vcs_view_member(view, nodeid) : NULL;
	return m && m->incarnation == incarnation;
}

static bool first_wanted_locked(struct vcs_fence_job *job)
{
	struct vcs_fence_first *first = container_of(job,
						     struct vcs_fence_first,
						     job);

	return !first->confirmed && !first->succeeded &&
	       in_view(job->cluster, first->nodeid, first->incarnation);
}

/* The provider answers for it that this node may act. */
static bool first_may_begin_locked(struct vcs_fence_job *job)
{
	return true;
}

static void first_over_locked(struct vcs_fence_job *job)
{
	struct vcs_fence_first *first = container_of(job,
						     struct vcs_fence_first,
						     job);
	struct vcs_cluster *cluster = job->cluster;

	if (first->confirmed) {
		first->confirmed = false;
		job->result = VCS_FENCE_SUCCESS;
	}
	if (job->result == VCS_FENCE_SUCCESS)
		first->succeeded = true;
	if (first->succeeded)
		job->result = VCS_FENCE_SUCCESS;
	/* The provider may begin the next pass before it has these answers. */
	first->due_result = job->result;
	first->nr_due = first->nr_cookies;
	memcpy(first->due, first->cookies, sizeof(first->due));
	first->nr_cookies = 0;
	vcs_log(cluster, VCS_LOG_FENCE_RESULT, job->nodeid, job->incarnation,
		"before removal: %s, method %s",
		vcs_fence_result_str(job->result), job->method_name);
	vcs_event_fence(cluster, job->nodeid, job->incarnation,
			first->succeeded ? VCS_FENCE_FENCED : VCS_FENCE_PENDING,
			cluster->local_nodeid, job->text);
	vcs_sysfs_refresh(cluster);
}

/* Answers each of the provider's requests once. */
static void first_after(struct vcs_fence_job *job)
{
	struct vcs_fence_first *first = container_of(job,
						     struct vcs_fence_first,
						     job);
	struct vcs_cluster *cluster = job->cluster;
	const struct vcs_provider *provider;
	u64 cookies[VCS_FENCE_COOKIES];
	enum vcs_fence_result result;
	u32 i, nr;

	mutex_lock(&cluster->lock);
	provider = cluster->provider;
	result = first->due_result;
	nr = cluster->upcalls_closed ? 0 : first->nr_due;
	memcpy(cookies, first->due, sizeof(cookies));
	first->nr_due = 0;
	mutex_unlock(&cluster->lock);

	for (i = 0; i < nr; i++)
		provider->ops->fenced(cluster, cookies[i], result);
}

static const struct vcs_fence_job_ops first_ops = {
	.wanted_locked = first_wanted_locked,
	.may_begin_locked = first_may_begin_locked,
	.over_locked = first_over_locked,
	.after = first_after,
};

/**
 * vcs_fence_firsts_init() - before anybody sees the cluster
 * @fencing: of the cluster
 */
void vcs_fence_firsts_init(struct vcs_fencing *fencing)
{
	struct vcs_fence_first *first;

	for_each_first(first, fencing)
		vcs_fence_job_init(&first->job, fencing->cluster, &first_ops);
}

/* A free place; what is settled or was given up makes room. */
static struct vcs_fence_first *new_first(struct vcs_fencing *fencing,
					 u32 nodeid, u64 incarnation)
{
	struct vcs_fence_first *first, *found = NULL;

	for_each_first(first, fencing) {
		if (!first->used)
			found = first;
		else if (!found && !first->job.busy && !first->nr_due &&
			 !first->succeeded)
			found = first;
	}
	if (!found)
		return NULL;
	found->used = true;
	found->confirmed = false;
	found->succeeded = false;
	found->nodeid = nodeid;
	found->incarnation = incarnation;
	found->nr_cookies = 0;
	found->confirmed_ms = 0;
	return found;
}

static int add_cookie(struct vcs_fence_first *first, u64 cookie)
{
	u32 i;

	for (i = 0; i < first->nr_cookies; i++)
		if (first->cookies[i] == cookie)
			return -EALREADY;
	if (first->nr_cookies == VCS_FENCE_COOKIES)
		return -EAGAIN;
	first->cookies[first->nr_cookies++] = cookie;
	return 0;
}

static int ask_locked(struct vcs_fencing *fencing, u32 nodeid, u64 incarnation,
		      u64 cookie)
{
	struct vcs_fence_first *first;
	u64 now = vcs_fence_now_ms();
	int err;

	first = find_first(fencing, nodeid, incarnation);
	if (!first)
		first = new_first(fencing, nodeid, incarnation);
	if (!first)
		return -EAGAIN;
	first->asked_ms = now;
	err = add_cookie(first, cookie);
	if (err || first->job.busy)
		return err;
	first->confirmed = first->confirmed_ms &&
			   now - first->confirmed_ms < CONFIRM_MS;
	first->confirmed_ms = 0;
	vcs_fence_job_start_locked(&first->job, nodeid, incarnation,
				   "needed before it can be removed");
	vcs_sysfs_refresh(fencing->cluster);
	return 0;
}

/**
 * vcs_provider_fence() - fence a member before its removal can be decided
 * @cluster: with a provider that has VCS_FEATURE_FENCE_FIRST
 * @nodeid: which member
 * @incarnation: which life of it
 * @cookie: comes back in the answer
 *
 * Makes one pass through the fence methods of this node. Each accepted call is
 * answered exactly once by the provider's fenced(), also when a pass for the
 * same life is under way or has succeeded before, unless leave came first.
 *
 * Context: process, may sleep; not from fenced() with a lock held that fenced()
 * takes.
 * Return: 0 an answer will come; -EALREADY this cookie is waiting for its
 * answer already; -EINVAL the local node; -ENOENT not a member;
 * -EOPNOTSUPP the provider did not announce it; -EAGAIN too many requests are
 * under way; -ESHUTDOWN the cluster is being left.
 */
int vcs_provider_fence(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		       u64 cookie)
{
	struct vcs_fencing *fencing = cluster->fences;
	int err;

	mutex_lock(&cluster->lock);
	if (cluster->upcalls_closed || fencing->stopped)
		err = -ESHUTDOWN;
	else if (!cluster->provider ||
		 !(cluster->provider->features & VCS_FEATURE_FENCE_FIRST))
		err = -EOPNOTSUPP;
	else if (nodeid == cluster->local_nodeid)
		err = -EINVAL;
	else if (!in_view(cluster, nodeid, incarnation))
		err = -ENOENT;
	else
		err = ask_locked(fencing, nodeid, incarnation, cookie);
	mutex_unlock(&cluster->lock);
	return err;
}
EXPORT_SYMBOL_GPL(vcs_provider_fence);

/* Does no other member of @view come from the view before? */
static bool continues_alone(struct vcs_cluster *cluster,
			    const struct vcs_view *view)
{
	const struct vcs_member *m;

	bool continues, local;

	vcs_view_for_each(m, view) {
		continues = m->joined_generation != view->generation;
		local = m->nodeid == cluster->local_nodeid;
		if (continues != local)
			return false;
	}
	return true;
}

/**
 * vcs_fence_firsts_view_locked() - a view was published
 * @fencing: with the departed of the view in its table
 * @new: the new view
 *
 * Context: cluster.lock.
 */
void vcs_fence_firsts_view_locked(struct vcs_fencing *fencing,
				  const struct vcs_view *new)
{
	struct vcs_fence_table *table = &fencing->table;
	struct vcs_fence_first *first;
	struct vcs_fence_entry *entry;

	for_each_first(first, fencing) {
		if (!first->used)
			continue;
		vcs_fence_job_poke_locked(&first->job);
		entry = vcs_fence_table_find(table, first->nodeid,
					     first->incarnation);
		if (first->succeeded && entry &&
		    continues_alone(fencing->cluster, new))
			vcs_fence_table_settle(table, first->nodeid,
					       first->incarnation,
					       first->job.method_name);
		if (first->job.busy || first->nr_due ||
		    in_view(fencing->cluster, first->nodeid,
			    first->incarnation))
			continue;
		if (!entry || entry->state == VCS_FENCE_FENCED)
			first->used = false;
	}
}

/**
 * vcs_fence_first_succeeded() - does this node know a success already?
 * @fencing: of the cluster
 * @nodeid: which node
 * @incarnation: which life of it
 *
 * Context: cluster.lock.
 * Return: true if the provider had it fenced before the removal.
 */
bool vcs_fence_first_succeeded(struct vcs_fencing *fencing, u32 nodeid,
			       u64 incarnation)
{
	struct vcs_fence_first *first;

	first = find_first(fencing, nodeid, incarnation);
	return first && first->succeeded;
}

/**
 * vcs_fence_first_busy() - is a pass for this nodeid under way?
 * @fencing: of the cluster
 * @nodeid: which node
 *
 * Context: cluster.lock.
 * Return: true while a method may be acting on it.
 */
bool vcs_fence_first_busy(struct vcs_fencing *fencing, u32 nodeid)
{
	struct vcs_fence_first *first;

	for_each_first(first, fencing)
		if (first->used && first->nodeid == nodeid && first->job.busy)
			return true;
	return false;
}

/**
 * vcs_fence_first_confirm_locked() - an administrator vouches for a node
 * @fencing: of the cluster
 * @nodeid: which node
 *
 * Only where the provider waits for it, or asked a moment ago and will again.
 *
 * Context: cluster.lock.
 * Return: whether there is such a request.
 */
bool vcs_fence_first_confirm_locked(struct vcs_fencing *fencing, u32 nodeid)
{
	struct vcs_fence_first *first;
	u64 now = vcs_fence_now_ms();
	bool found = false;

	for_each_first(first, fencing) {
		if (!first->used || first->nodeid != nodeid ||
		    first->succeeded ||
		    !in_view(fencing->cluster, nodeid, first->incarnation) ||
		    (!first->job.busy && now - first->asked_ms >= CONFIRM_MS))
			continue;
		found = true;
		pr_warn("vcs: %s: an administrator vouches that node %u can do no more I/O\n",
			fencing->cluster->name, nodeid);
		vcs_log(fencing->cluster, VCS_LOG_FENCE_RESULT, nodeid,
			first->incarnation,
			"confirmed by an administrator before the removal");
		if (first->job.busy)
			first->confirmed = true;
		else
			first->confirmed_ms = now;
		vcs_fence_job_poke_locked(&first->job);
	}
	return found;
}

/**
 * vcs_fence_first_info_locked() - one of these fences, for people
 * @fencing: of the cluster
 * @index: from 0, among those that are not in the table
 * @info: filled in
 *
 * Context: cluster.lock.
 * Return: false when there is no such one.
 */
bool vcs_fence_first_info_locked(struct vcs_fencing *fencing, u32 index,
				 struct vcs_fence_info *info)
{
	struct vcs_fence_first *first;

	for_each_first(first, fencing) {
		if (!first->used ||
		    vcs_fence_table_find(&fencing->table, first->nodeid,
					 first->incarnation) ||
		    index--)
			continue;
		info->nodeid = first->nodeid;
		info->incarnation = first->incarnation;
		info->actor = fencing->cluster->local_nodeid;
		info->tries = first->job.tries;
		info->since_ms = vcs_fence_now_ms() - first->job.since_ms;
		info->state = first->succeeded ? VCS_FENCE_FENCED :
						 VCS_FENCE_PENDING;
		if (first->job.busy) {
			info->state = VCS_FENCE_CLAIMED;
			info->request = first->job.request.id;
		}
		strscpy(info->method, first->job.method_name,
			sizeof(info->method));
		strscpy(info->reason, "needed before it can be removed",
			sizeof(info->reason));
		return true;
	}
	return false;
}
