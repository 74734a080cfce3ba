// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fences that a provider wants before it may remove a node: with two nodes
 * nobody else is there to agree, so success stands for the other's vote.
 *
 * Or a quorum of deciders is gone, and the provider must know of every node
 * that none of its lives so far goes on: incarnation 0. Of a member, too: others
 * may have let in a later life of it, which is not in this view.
 *
 * Such a fence is this node's alone: no claim, no record. One pass through the
 * methods, then the provider hears the result and may ask again. A success is
 * remembered for that life of the node, or for what had departed when the pass
 * began: a node that is off at that moment may be back before the answer. When
 * the next view comes, and no other member continues with this node, the table
 * can take it over at once; otherwise this node claims the fence and reports
 * the success that it has.
 *
 * Locking: cluster.lock; the provider is called without it.
 */
#include <linux/export.h>
#include <linux/sched/mm.h>

#include "fence_priv.h"
#include "notify.h"
#include "trace.h"

/* An administrator's word holds for the provider's next try, not for ever. */
#define CONFIRM_MS	30000ULL
#define EXPIRED		"nothing has asked for it since"

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

/* The life of it that is a member; 0 none. */
static u64 member_life(struct vcs_cluster *cluster, u32 nodeid)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_member *m;

	m = view ? vcs_view_member(view, nodeid) : NULL;
	return m ? m->incarnation : 0;
}

/*
 * Is what the provider asked about still what it was then? Of every earlier
 * life: none has become a member since.
 */
static bool target_stands(struct vcs_cluster *cluster,
			  const struct vcs_fence_first *first)
{
	u64 life = member_life(cluster, first->nodeid);

	if (!first->incarnation)
		return !life || life == first->member;
	return in_view(cluster, first->nodeid, first->incarnation);
}

/* What an administrator said waits for a request no longer. */
static void drop_confirm_locked(struct vcs_cluster *cluster,
				struct vcs_fence_first *first, const char *why)
{
	lockdep_assert_held(&cluster->lock);
	if (!first->confirmed_ms)
		return;
	first->confirmed_ms = 0;
	vcs_log(cluster, VCS_LOG_FENCE_RESULT, first->nodeid,
		first->incarnation,
		"what an administrator confirmed holds no more: %s", why);
	pr_notice_ratelimited("vcs: %s: what an administrator confirmed of node %u holds no more: %s\n",
			      cluster->name, first->nodeid, why);
}

static bool first_wanted_locked(struct vcs_fence_job *job)
{
	struct vcs_fence_first *first = container_of(job,
						     struct vcs_fence_first,
						     job);

	/* One life dies once; of every earlier life there may be more now. */
	if (first->incarnation && first->succeeded)
		return false;
	return !first->confirmed && !first->overtaken &&
	       target_stands(job->cluster, first);
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
		strscpy(job->method_name, "confirmed",
			sizeof(job->method_name));
	}
	if (job->result == VCS_FENCE_SUCCESS) {
		first->succeeded = true;
		first->reached = first->reach;
		strscpy(first->method, job->method_name,
			sizeof(first->method));
	}
	if (first->incarnation && first->succeeded)
		job->result = VCS_FENCE_SUCCESS;
	/* The provider may begin the next pass before it has these answers. */
	first->due_result = job->result;
	/* (S) A life that became a member meanwhile was not fenced. */
	if (!first->incarnation &&
	    (first->overtaken || !target_stands(cluster, first)))
		first->due_result = VCS_FENCE_UNKNOWN;
	first->nr_due = first->nr_cookies;
	memcpy(first->due, first->cookies, sizeof(first->due));
	first->nr_cookies = 0;
	vcs_log(cluster, VCS_LOG_FENCE_RESULT, job->nodeid, job->incarnation,
		"for the provider: %s, method %s",
		vcs_fence_result_str(first->due_result), job->method_name);
	if (first->due_result == VCS_FENCE_SUCCESS)
		pr_notice_ratelimited("vcs: %s: node %u is fenced before the next view, method %s\n",
				      cluster->name, job->nodeid,
				      job->method_name);
	vcs_event_fence(cluster, job->nodeid, job->incarnation,
			first->due_result == VCS_FENCE_SUCCESS ?
			VCS_FENCE_FENCED : VCS_FENCE_PENDING,
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

static void confirms_work(struct work_struct *work)
{
	struct vcs_fencing *fencing = container_of(to_delayed_work(work),
						   struct vcs_fencing,
						   confirms);
	struct vcs_cluster *cluster = fencing->cluster;
	unsigned int noio = memalloc_noio_save();
	u64 now, age, next = CONFIRM_MS;
	struct vcs_fence_first *first;
	bool waits = false;

	mutex_lock(&cluster->lock);
	now = vcs_fence_now_ms();
	for_each_first(first, fencing) {
		if (!first->confirmed_ms)
			continue;
		age = now - first->confirmed_ms;
		if (age >= CONFIRM_MS) {
			drop_confirm_locked(cluster, first, EXPIRED);
			continue;
		}
		waits = true;
		next = min(next, CONFIRM_MS - age);
	}
	if (waits && !fencing->stopped)
		queue_delayed_work(vcs_fence_wq, &fencing->confirms,
				   msecs_to_jiffies(next));
	mutex_unlock(&cluster->lock);
	memalloc_noio_restore(noio);
}

/**
 * vcs_fence_firsts_init() - before anybody sees the cluster
 * @fencing: of the cluster
 */
void vcs_fence_firsts_init(struct vcs_fencing *fencing)
{
	struct vcs_fence_first *first;

	INIT_DELAYED_WORK(&fencing->confirms, confirms_work);
	for_each_first(first, fencing)
		vcs_fence_job_init(&first->job, fencing->cluster, &first_ops);
}

/* Lower goes first; negative: not at all. */
static int worth(const struct vcs_fence_first *first)
{
	if (!first->used)
		return 0;
	if (first->job.busy || first->nr_due)
		return -1;
	return first->succeeded ? 2 : 1;
}

/*
 * A free place. What was given up makes room, and at last a success that the
 * provider was told of already: that life may be fenced once more then.
 */
static struct vcs_fence_first *new_first(struct vcs_fencing *fencing,
					 u32 nodeid, u64 incarnation)
{
	struct vcs_fence_first *first, *found = NULL;

	for_each_first(first, fencing)
		if (worth(first) >= 0 &&
		    (!found || worth(first) < worth(found)))
			found = first;
	if (!found)
		return NULL;
	drop_confirm_locked(fencing->cluster, found,
			    "others need the place of the request");
	found->used = true;
	found->confirmed = false;
	found->overtaken = false;
	found->succeeded = false;
	found->due_result = VCS_FENCE_UNKNOWN;
	found->nodeid = nodeid;
	found->incarnation = incarnation;
	found->member = 0;
	found->reached = 0;
	found->nr_cookies = 0;
	return found;
}

static bool has_cookie(const struct vcs_fence_first *first, u64 cookie)
{
	u32 i;

	for (i = 0; i < first->nr_cookies; i++)
		if (first->cookies[i] == cookie)
			return true;
	return false;
}

static int add_cookie(struct vcs_fence_first *first, u64 cookie)
{
	if (has_cookie(first, cookie))
		return -EALREADY;
	if (first->nr_cookies == VCS_FENCE_COOKIES)
		return -EAGAIN;
	first->cookies[first->nr_cookies++] = cookie;
	return 0;
}

static const char *why(const struct vcs_fence_first *first)
{
	return first->incarnation ? "needed before it can be removed" :
				    "needed before the others can go on";
}

static int ask_locked(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		      u64 cookie)
{
	struct vcs_fencing *fencing = cluster->fences;
	struct vcs_fence_first *first;
	u64 now = vcs_fence_now_ms();
	int err;

	first = find_first(fencing, nodeid, incarnation);
	if (!first)
		first = new_first(fencing, nodeid, incarnation);
	if (!first)
		return -EAGAIN;
	first->asked_ms = now;
	/* (S) What is under way may be too early for this call. */
	if (first->job.busy && !incarnation && !has_cookie(first, cookie))
		return -EAGAIN;
	err = add_cookie(first, cookie);
	if (err || first->job.busy)
		return err;
	first->member = member_life(cluster, nodeid);
	first->reach = vcs_fence_order(vcs_fence_generation_locked(cluster),
				       true);
	first->overtaken = false;
	first->confirmed = first->confirmed_ms &&
			   now - first->confirmed_ms < CONFIRM_MS;
	if (!first->confirmed)
		drop_confirm_locked(cluster, first, EXPIRED);
	first->confirmed_ms = 0;
	vcs_fence_job_start_locked(&first->job, nodeid, incarnation,
				   why(first));
	vcs_sysfs_refresh(cluster);
	return 0;
}

static int check_locked(struct vcs_cluster *cluster, u32 nodeid,
			u64 incarnation)
{
	lockdep_assert_held(&cluster->lock);
	if (cluster->upcalls_closed || cluster->fences->stopped)
		return -ESHUTDOWN;
	if (!cluster->provider ||
	    !(cluster->provider->features & VCS_FEATURE_FENCE_FIRST))
		return -EOPNOTSUPP;
	if (!vcs_view_locked(cluster))
		return -ENOENT;
	if (!nodeid || nodeid == cluster->local_nodeid)
		return -EINVAL;
	if (!incarnation)
		return 0;
	return in_view(cluster, nodeid, incarnation) ? 0 : -ENOENT;
}

/**
 * vcs_provider_fence() - fence a node before the next view can be decided
 * @cluster: with a provider that has VCS_FEATURE_FENCE_FIRST, and a view
 * @nodeid: which node: a member, or with @incarnation 0 any but this one
 * @incarnation: which life of the member; 0 every life of the node that began
 *		 before this call, whether it is a member or not
 * @cookie: comes back in the answer
 *
 * Makes one pass through the fence methods of this node. Each accepted call is
 * answered exactly once by the provider's fenced(), also when a pass for the
 * same life is under way or has succeeded before, unless leave came first.
 *
 * With @incarnation 0 nothing is answered from what was done before the call: a
 * life may have begun since. While such a pass is under way another call for
 * the node is -EAGAIN. A success says nothing about a life that begins after
 * this call. Should one become a member before the pass is over, the attempt is
 * cancelled, and the answer is not VCS_FENCE_SUCCESS. A life that shows itself
 * only after a success, by an answer to a fresh challenge, is the only one of
 * its node that can do I/O: the provider may set VCS_MEMBER_SETTLED.
 *
 * Context: process, may sleep; not from fenced() with a lock held that fenced()
 * takes.
 * Return: 0 an answer will come; -EALREADY this cookie is waiting for its
 * answer already; -EINVAL the local node; -ENOENT this life is not a member, or
 * there is no view yet; -EOPNOTSUPP the provider did not announce it; -EAGAIN
 * too many requests are under way; -ESHUTDOWN the cluster is being left.
 */
int vcs_provider_fence(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		       u64 cookie)
{
	int err;

	mutex_lock(&cluster->lock);
	err = check_locked(cluster, nodeid, incarnation);
	if (!err)
		err = ask_locked(cluster, nodeid, incarnation, cookie);
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

static bool covers(const struct vcs_fence_first *first,
		   const struct vcs_fence_entry *entry)
{
	if (!first->used || !first->succeeded ||
	    first->nodeid != entry->nodeid)
		return false;
	/* (S) Nothing that departed after the pass had begun. */
	return first->incarnation ? first->incarnation == entry->incarnation :
				    entry->order <= first->reached;
}

/* An unsettled entry that it has a success for; NULL if there is none. */
static struct vcs_fence_entry *first_covered(struct vcs_fencing *fencing,
					     const struct vcs_fence_first *first)
{
	struct vcs_fence_table *table = &fencing->table;
	struct vcs_fence_entry *entry;

	for (entry = table->entries; entry < table->entries + table->nr; entry++)
		if (entry->state != VCS_FENCE_FENCED && covers(first, entry))
			return entry;
	return NULL;
}

static void settle_covered(struct vcs_fencing *fencing,
			   const struct vcs_fence_first *first)
{
	struct vcs_fence_entry *entry;

	while ((entry = first_covered(fencing, first)))
		vcs_fence_table_settle(&fencing->table, entry->nodeid,
				       entry->incarnation, first->method);
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
	bool alone = continues_alone(fencing->cluster, new);
	struct vcs_fence_first *first;

	for_each_first(first, fencing) {
		if (!first->used)
			continue;
		/* (S) For good, though that life may be gone with the next. */
		if (!target_stands(fencing->cluster, first))
			first->overtaken = true;
		vcs_fence_job_poke_locked(&first->job);
		/* (S) Who is in this view may let in another life of it. */
		if (!first->incarnation || first->overtaken)
			drop_confirm_locked(fencing->cluster, first,
					    "there is another view");
		if (alone)
			settle_covered(fencing, first);
		if (first->job.busy || first->nr_due ||
		    target_stands(fencing->cluster, first))
			continue;
		if (!first_covered(fencing, first))
			first->used = false;
	}
}

/**
 * vcs_fence_first_succeeded() - does this node know a success already?
 * @fencing: of the cluster
 * @entry: of its table
 *
 * Context: cluster.lock.
 * Return: true if the provider had it fenced before the view.
 */
bool vcs_fence_first_succeeded(struct vcs_fencing *fencing,
			       const struct vcs_fence_entry *entry)
{
	struct vcs_fence_first *first;

	for_each_first(first, fencing)
		if (covers(first, entry))
			return true;
	return false;
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
 * @incarnation: only for a request about this life, or with 0 about every
 *		 earlier one; NULL for all requests
 * @pending: set if there is any request of this node
 *
 * Only where the provider waits for it, or asked a moment ago and will again.
 *
 * Context: cluster.lock.
 * Return: for how many requests it counts.
 */
u32 vcs_fence_first_confirm_locked(struct vcs_fencing *fencing, u32 nodeid,
				   const u64 *incarnation, bool *pending)
{
	struct vcs_fence_first *first;
	u64 now = vcs_fence_now_ms();
	u32 nr = 0;

	for_each_first(first, fencing) {
		if (!first->used || first->nodeid != nodeid ||
		    (first->incarnation && first->succeeded) ||
		    !target_stands(fencing->cluster, first) ||
		    (!first->job.busy && now - first->asked_ms >= CONFIRM_MS))
			continue;
		*pending = true;
		if (incarnation && *incarnation != first->incarnation)
			continue;
		nr++;
		pr_warn("vcs: %s: an administrator vouches that node %u can do no more I/O\n",
			fencing->cluster->name, nodeid);
		vcs_log(fencing->cluster, VCS_LOG_FENCE_RESULT, nodeid,
			first->incarnation,
			"confirmed by an administrator before the removal");
		if (first->job.busy) {
			first->confirmed = true;
			vcs_fence_job_poke_locked(&first->job);
			continue;
		}
		first->confirmed_ms = now;
		if (!fencing->stopped)
			queue_delayed_work(vcs_fence_wq, &fencing->confirms,
					   msecs_to_jiffies(CONFIRM_MS));
	}
	return nr;
}

/**
 * vcs_fence_alive_locked() - a life outside the view shows itself
 * @cluster: the cluster
 * @nodeid: which node
 *
 * What an administrator said of it a moment ago is about an earlier life: it
 * does not answer the provider's next request.
 *
 * Context: cluster.lock.
 */
void vcs_fence_alive_locked(struct vcs_cluster *cluster, u32 nodeid)
{
	struct vcs_fence_first *first;

	lockdep_assert_held(&cluster->lock);
	first = find_first(cluster->fences, nodeid, 0);
	if (first)
		drop_confirm_locked(cluster, first, "the node shows itself");
}

/* As the provider sees it, which with incarnation 0 asks anew each time. */
static enum vcs_fence_state shown_state(const struct vcs_fence_first *first)
{
	bool fenced = first->incarnation ? first->succeeded :
					   first->due_result == VCS_FENCE_SUCCESS;

	if (first->job.busy)
		return VCS_FENCE_CLAIMED;
	return fenced ? VCS_FENCE_FENCED : VCS_FENCE_PENDING;
}

static void fill_info(struct vcs_fencing *fencing,
		      const struct vcs_fence_first *first,
		      struct vcs_fence_info *info)
{
	info->nodeid = first->nodeid;
	info->incarnation = first->incarnation;
	info->actor = fencing->cluster->local_nodeid;
	info->tries = first->job.tries;
	info->since_ms = vcs_fence_now_ms() - first->job.since_ms;
	info->state = shown_state(first);
	if (first->job.busy)
		info->request = first->job.request.id;
	strscpy(info->method, first->job.method_name, sizeof(info->method));
	strscpy(info->reason, why(first), sizeof(info->reason));
}

/**
 * vcs_fence_first_unsettled() - does the provider wait for this fence?
 * @fencing: of the cluster
 * @nodeid: which node
 * @incarnation: which life of it; 0 every earlier one
 * @info: of an entry of the table; filled in anew if so
 *
 * Context: cluster.lock.
 * Return: whether it does.
 */
bool vcs_fence_first_unsettled(struct vcs_fencing *fencing, u32 nodeid,
			       u64 incarnation, struct vcs_fence_info *info)
{
	struct vcs_fence_first *first;

	first = find_first(fencing, nodeid, incarnation);
	if (!first || shown_state(first) == VCS_FENCE_FENCED)
		return false;
	fill_info(fencing, first, info);
	return true;
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
		fill_info(fencing, first, info);
		return true;
	}
	return false;
}
