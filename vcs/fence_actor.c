// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this node does about the table of fences: claim what it is first in
 * line for, run the methods, report the result, try again for ever.
 *
 * One delayed work looks at everything whenever something changed (see
 * vcs_fence_kick_locked()) and when a time has come. It compares what the table
 * says with what this node has under way, and takes the next step of each. So
 * nothing depends on a single event: a record lost with its view, a claim that
 * another node won and a result that arrived twice all end here as a table that
 * does not look as hoped.
 *
 * Locking: cluster.lock, in the work. Methods run in jobs, without it.
 */
#include <linux/minmax.h>
#include <linux/sched/mm.h>

#include "fence_priv.h"
#include "record.h"
#include "record_codec.h"
#include "sync.h"

/* The next in line waits this long for those before it. */
#define RANK_MS		500
/* Nobody tells when an agent begins to listen. */
#define POLL_MS		500
#define BACKOFF_MIN_MS	1000
#define BACKOFF_MAX_MS	10000
#define WARN_MS		30000

#define for_each_claim(claim, fencing)					\
	for ((claim) = (fencing)->claims;				\
	     (claim) < (fencing)->claims + VCS_FENCE_CLAIMS; (claim)++)

/**
 * vcs_fence_claim_find() - what this node has under way for a life of a node
 * @fencing: of the cluster
 * @nodeid: which node
 * @incarnation: which life of it
 *
 * Context: cluster.lock.
 * Return: the claim, NULL if there is none.
 */
struct vcs_fence_claim *vcs_fence_claim_find(struct vcs_fencing *fencing,
					     u32 nodeid, u64 incarnation)
{
	struct vcs_fence_claim *claim;

	for_each_claim(claim, fencing)
		if (claim->state != VCS_CLAIM_FREE && claim->nodeid == nodeid &&
		    claim->incarnation == incarnation)
			return claim;
	return NULL;
}

static bool claimed_by_us(struct vcs_cluster *cluster,
			  const struct vcs_fence_entry *entry)
{
	return entry->state == VCS_FENCE_CLAIMED &&
	       entry->actor == cluster->local_nodeid &&
	       entry->actor_incarnation == cluster->incarnation;
}

/* May this node act at all? */
static bool may_act_locked(struct vcs_cluster *cluster)
{
	return vcs_sync_done_locked(cluster) &&
	       cluster->state == VCS_CLUSTER_MEMBER && cluster->quorate &&
	       cluster->quorate_generation ==
	       vcs_fence_generation_locked(cluster);
}

static struct vcs_fence_entry *entry_of(struct vcs_fencing *fencing,
					const struct vcs_fence_claim *claim)
{
	return vcs_fence_table_find(&fencing->table, claim->nodeid,
				    claim->incarnation);
}

/*
 * An attempt goes on while a new view is not yet said to be quorate, but not
 * when quorum is known to be lost: the others may be settling this by
 * themselves, and let the node come back.
 */
static bool claim_wanted_locked(struct vcs_fence_job *job)
{
	struct vcs_fence_claim *claim = container_of(job,
						     struct vcs_fence_claim,
						     job);
	struct vcs_cluster *cluster = job->cluster;
	struct vcs_fence_entry *entry = entry_of(cluster->fences, claim);

	return entry && claimed_by_us(cluster, entry) &&
	       entry->round == claim->round && cluster->quorate &&
	       cluster->state == VCS_CLUSTER_MEMBER;
}

static bool claim_may_begin_locked(struct vcs_fence_job *job)
{
	return may_act_locked(job->cluster);
}

static void claim_over_locked(struct vcs_fence_job *job)
{
	struct vcs_fence_claim *claim = container_of(job,
						     struct vcs_fence_claim,
						     job);
	struct vcs_fence_entry *entry = entry_of(job->cluster->fences, claim);

	claim->state = VCS_CLAIM_FREE;
	if (entry)
		entry->local.tries += job->tries;
	if (entry && claimed_by_us(job->cluster, entry) &&
	    entry->round == claim->round &&
	    (job->result == VCS_FENCE_SUCCESS ||
	     may_act_locked(job->cluster))) {
		claim->state = VCS_CLAIM_REPORT;
		claim->result = job->result;
		claim->sent_generation = 0;
		strscpy(claim->method, job->method_name,
			sizeof(claim->method));
	}
	vcs_fence_kick_locked(job->cluster);
}

static const struct vcs_fence_job_ops claim_ops = {
	.wanted_locked = claim_wanted_locked,
	.may_begin_locked = claim_may_begin_locked,
	.over_locked = claim_over_locked,
};

static struct vcs_fence_claim *take_claim(struct vcs_fencing *fencing,
					  const struct vcs_fence_entry *entry)
{
	struct vcs_fence_claim *claim;

	for_each_claim(claim, fencing) {
		if (claim->state != VCS_CLAIM_FREE || claim->job.busy)
			continue;
		claim->nodeid = entry->nodeid;
		claim->incarnation = entry->incarnation;
		claim->round = entry->round;
		claim->sent_generation = 0;
		return claim;
	}
	return NULL;
}

/* The claim is ours by the table: do it, or say what is known already. */
static void work_on_locked(struct vcs_fencing *fencing,
			   struct vcs_fence_entry *entry,
			   struct vcs_fence_claim *claim)
{
	claim->round = entry->round;
	if (vcs_fence_first_succeeded(fencing, entry)) {
		claim->state = VCS_CLAIM_REPORT;
		claim->result = VCS_FENCE_SUCCESS;
		claim->sent_generation = 0;
		strscpy(claim->method, "before-removal",
			sizeof(claim->method));
		return;
	}
	claim->state = VCS_CLAIM_RUNNING;
	vcs_fence_job_start_locked(&claim->job, entry->nodeid,
				   entry->incarnation, entry->reason);
}

static void report_locked(struct vcs_fencing *fencing,
			  struct vcs_fence_claim *claim)
{
	struct vcs_record record = {
		.kind = VCS_RECORD_FENCE_RESULT,
		.nodeid = claim->nodeid,
		.incarnation = claim->incarnation,
		.round = claim->round,
		.result = claim->result,
	};
	u64 generation = vcs_fence_generation_locked(fencing->cluster);

	if (claim->sent_generation == generation)
		return;
	strscpy(record.method, claim->method, sizeof(record.method));
	if (!vcs_outbox_send_locked(fencing->cluster, &record))
		claim->sent_generation = generation;
}

/* Our result was delivered, and it was no success. */
static void back_off(struct vcs_fence_entry *entry)
{
	struct vcs_fence_local *local = &entry->local;
	u32 shift = min_t(u32, local->failures, 5);

	local->failures++;
	local->not_before_ms = vcs_fence_now_ms() +
			       min(BACKOFF_MIN_MS << shift, BACKOFF_MAX_MS);
}

/* What we have under way, against what the table says of it. */
static void review_claim_locked(struct vcs_fencing *fencing,
				struct vcs_fence_claim *claim)
{
	struct vcs_cluster *cluster = fencing->cluster;
	struct vcs_fence_entry *entry = entry_of(fencing, claim);
	bool ours = entry && claimed_by_us(cluster, entry);

	switch (claim->state) {
	case VCS_CLAIM_FREE:
		return;
	case VCS_CLAIM_SENT:
		if (ours)
			work_on_locked(fencing, entry, claim);
		else if (!entry || entry->state != VCS_FENCE_PENDING ||
			 entry->round != claim->round ||
			 claim->sent_generation !=
			 vcs_fence_generation_locked(cluster))
			claim->state = VCS_CLAIM_FREE;
		return;
	case VCS_CLAIM_RUNNING:
		return;
	case VCS_CLAIM_REPORT:
		if (ours && entry->round == claim->round) {
			report_locked(fencing, claim);
			return;
		}
		if (entry && entry->state == VCS_FENCE_PENDING)
			back_off(entry);
		claim->state = VCS_CLAIM_FREE;
		return;
	}
}

static void warn_no_agent(struct vcs_cluster *cluster,
			  struct vcs_fence_entry *entry, u64 now)
{
	if (now - entry->local.warned_ms < WARN_MS && entry->local.warned_ms)
		return;
	entry->local.warned_ms = now;
	pr_warn_ratelimited("vcs: %s: node %u must be fenced, and this node has no fence agent\n",
			    cluster->name, entry->nodeid);
	vcs_log(cluster, VCS_LOG_FENCE_ATTEMPT, entry->nodeid,
		entry->incarnation, "no fence agent on this node");
}

static int rank_of(struct vcs_fencing *fencing,
		   const struct vcs_fence_entry *entry)
{
	struct vcs_cluster *cluster = fencing->cluster;
	int rank;

	rank = vcs_fence_rank(&fencing->table, entry, vcs_view_locked(cluster),
			      cluster->suspects, cluster->local_nodeid);
	if (rank > 0 && vcs_fence_first_succeeded(fencing, entry))
		rank = 0;
	return rank;
}

/* Claims a pending entry if it is our turn; else in how many ms to look. */
static u64 consider_locked(struct vcs_fencing *fencing,
			   struct vcs_fence_entry *entry, bool ready)
{
	struct vcs_record record = {
		.kind = VCS_RECORD_FENCE_CLAIM,
		.nodeid = entry->nodeid,
		.incarnation = entry->incarnation,
	};
	struct vcs_cluster *cluster = fencing->cluster;
	u64 now = vcs_fence_now_ms(), due;
	struct vcs_fence_claim *claim;
	int rank = rank_of(fencing, entry);

	if (rank < 0)
		return POLL_MS;
	if (!ready && !vcs_fence_first_succeeded(fencing, entry)) {
		warn_no_agent(cluster, entry, now);
		return POLL_MS;
	}
	due = max(entry->local.since_ms + rank * RANK_MS,
		  entry->local.not_before_ms);
	if (now < due)
		return due - now;
	claim = take_claim(fencing, entry);
	if (!claim || vcs_outbox_send_locked(cluster, &record))
		return POLL_MS;
	claim->state = VCS_CLAIM_SENT;
	claim->sent_generation = vcs_fence_generation_locked(cluster);
	return POLL_MS;
}

/* One entry that is not settled; in how many ms to look again. */
static u64 review_entry_locked(struct vcs_fencing *fencing,
			       struct vcs_fence_entry *entry, bool ready)
{
	struct vcs_fence_claim *claim;

	if (vcs_fence_claim_find(fencing, entry->nodeid, entry->incarnation))
		return POLL_MS;
	if (entry->state == VCS_FENCE_PENDING)
		return consider_locked(fencing, entry, ready);
	if (claimed_by_us(fencing->cluster, entry)) {
		claim = take_claim(fencing, entry);
		if (claim)
			work_on_locked(fencing, entry, claim);
	}
	return POLL_MS;
}

/* At once, for the SYNC_END of this view may never come. */
static void cancel_unwanted_locked(struct vcs_fencing *fencing)
{
	struct vcs_fence_claim *claim;

	for_each_claim(claim, fencing)
		if (claim->state == VCS_CLAIM_RUNNING &&
		    !claim_wanted_locked(&claim->job))
			vcs_fence_job_poke_locked(&claim->job);
}

/* Everything once; in how many ms again, 0 when something must happen first. */
static u64 review_locked(struct vcs_fencing *fencing, bool ready)
{
	struct vcs_cluster *cluster = fencing->cluster;
	struct vcs_fence_table *table = &fencing->table;
	struct vcs_fence_claim *claim;
	u64 next = U64_MAX;
	u32 i;

	if (fencing->stopped || !vcs_has_records(cluster))
		return 0;
	cancel_unwanted_locked(fencing);
	if (!vcs_sync_done_locked(cluster))
		return 0;
	vcs_fence_send_asks_locked(fencing);
	for_each_claim(claim, fencing)
		review_claim_locked(fencing, claim);
	if (!may_act_locked(cluster))
		return 0;
	for (i = 0; i < table->nr; i++)
		if (table->entries[i].state != VCS_FENCE_FENCED)
			next = min(next, review_entry_locked(fencing,
							     &table->entries[i],
							     ready));
	return next == U64_MAX ? 0 : max_t(u64, next, 1);
}

static void actor_work(struct work_struct *work)
{
	struct vcs_fencing *fencing = container_of(to_delayed_work(work),
						   struct vcs_fencing, actor);
	struct vcs_cluster *cluster = fencing->cluster;
	unsigned int noio = memalloc_noio_save();
	bool ready;
	u64 next;

	ready = vcs_fence_methods_ready(cluster);
	mutex_lock(&cluster->lock);
	next = review_locked(fencing, ready);
	if (next && !fencing->stopped)
		queue_delayed_work(vcs_fence_wq, &fencing->actor,
				   msecs_to_jiffies(next));
	mutex_unlock(&cluster->lock);
	memalloc_noio_restore(noio);
}

/**
 * vcs_fence_claims_init() - before anybody sees the cluster
 * @fencing: of the cluster
 */
void vcs_fence_claims_init(struct vcs_fencing *fencing)
{
	struct vcs_fence_claim *claim;

	INIT_DELAYED_WORK(&fencing->actor, actor_work);
	for_each_claim(claim, fencing)
		vcs_fence_job_init(&claim->job, fencing->cluster, &claim_ops);
}
