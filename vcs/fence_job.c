// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running fence methods: each in its order, each bounded in time, until one
 * answers with an explicit success or none is left.
 *
 * One delayed work drives a job and never runs twice at a time. It is queued
 * for the deadline of an attempt, and at once when the method answers or when
 * the job may no longer be wanted. An attempt has one completion: the answer,
 * or the work that closes it; whoever comes first under job.lock. Everything
 * but an answer in time leaves the result unknown.
 *
 * Locking: cluster.lock for what others read, taken here; job.lock (spinlock)
 * for the completion; neither is held while a method is called.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched/mm.h>

#include "fence_job.h"
#include "registry.h"
#include "trace.h"

#define TIMEOUT_MIN_MS	100

/**
 * vcs_fence_now_ms() - the clock of everything about fences
 *
 * Return: milliseconds of CLOCK_MONOTONIC.
 */
u64 vcs_fence_now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static u64 new_request_id(void)
{
	static atomic64_t last = ATOMIC64_INIT(0);

	return atomic64_inc_return(&last);
}

static bool wanted_locked(struct vcs_fence_job *job)
{
	return !job->stopped && job->ops->wanted_locked(job);
}

static bool still_wanted(struct vcs_fence_job *job)
{
	bool wanted;

	mutex_lock(&job->cluster->lock);
	wanted = wanted_locked(job);
	mutex_unlock(&job->cluster->lock);
	return wanted;
}

static void note(struct vcs_fence_job *job, enum vcs_fence_result result,
		 const char *text)
{
	struct vcs_cluster *cluster = job->cluster;

	mutex_lock(&cluster->lock);
	if (result == VCS_FENCE_SUCCESS || job->result == VCS_FENCE_UNKNOWN)
		job->result = result;
	strscpy(job->text, text, sizeof(job->text));
	mutex_unlock(&cluster->lock);

	trace_vcs_fence(cluster->name, job->nodeid, job->incarnation,
			vcs_fence_result_str(result), cluster->local_nodeid,
			text);
	vcs_log(cluster, VCS_LOG_FENCE_ATTEMPT, job->nodeid, job->incarnation,
		"%s: %s: %s", job->method_name, vcs_fence_result_str(result),
		text);
	if (result != VCS_FENCE_SUCCESS)
		pr_warn_ratelimited("vcs: %s: node %u: fence method %s: %s: %s\n",
				    cluster->name, job->nodeid,
				    job->method_name,
				    vcs_fence_result_str(result), text);
}

/* No answer is taken from now on; true if one was there already. */
static bool close_attempt(struct vcs_fence_job *job)
{
	bool answered;

	spin_lock_irq(&job->lock);
	job->open = false;
	answered = job->answered;
	spin_unlock_irq(&job->lock);
	return answered;
}

static void end_attempt(struct vcs_fence_job *job, const char *why)
{
	struct vcs_fence_method *method = job->method;

	if (close_attempt(job)) {
		note(job, job->answer, job->answer_text);
	} else {
		method->cancel(&job->request);
		note(job, VCS_FENCE_UNKNOWN, why);
	}
	job->method = NULL;
	vcs_fence_method_put(method);
}

/* True when no attempt is under way any more. */
static bool attempt_over(struct vcs_fence_job *job)
{
	unsigned long now = jiffies;
	bool answered;

	if (!job->method)
		return true;
	spin_lock_irq(&job->lock);
	answered = job->answered;
	spin_unlock_irq(&job->lock);
	if (answered || time_after_eq(now, job->deadline)) {
		end_attempt(job, "no answer yet, goes on and tries again");
		return true;
	}
	if (!still_wanted(job)) {
		end_attempt(job, "no longer wanted");
		return true;
	}
	/* Not mod_: an answer may just have queued it for now. */
	queue_delayed_work(vcs_fence_wq, &job->work, job->deadline - now);
	return false;
}

/* Picks the next method; false when the job is over. */
static bool next_attempt_locked(struct vcs_fence_job *job)
{
	const struct vcs_options *options = &job->cluster->options;
	struct vcs_fence_request *request = &job->request;

	if (job->result == VCS_FENCE_SUCCESS ||
	    job->next_method >= options->nr_methods || !wanted_locked(job) ||
	    !job->ops->may_begin_locked(job))
		return false;
	strscpy(job->method_name, options->methods[job->next_method++],
		sizeof(job->method_name));
	job->tries++;
	request->id = new_request_id();
	request->timeout_ms = max_t(u32, options->fence_timeout_ms,
				    TIMEOUT_MIN_MS);
	return true;
}

/* True if the method is at it; false if this attempt was nothing. */
static bool begin_attempt(struct vcs_fence_job *job)
{
	struct vcs_fence_method *method;
	int err;

	method = vcs_fence_method_find(job->method_name, true);
	if (!method) {
		note(job, VCS_FENCE_UNKNOWN, "there is no such method");
		return false;
	}
	spin_lock_irq(&job->lock);
	job->open = true;
	job->answered = false;
	spin_unlock_irq(&job->lock);

	err = method->begin(&job->request);
	if (err) {
		close_attempt(job);
		vcs_fence_method_put(method);
		note(job, VCS_FENCE_UNKNOWN,
		     err == -ESRCH ? "no agent" : "the method refused");
		return false;
	}
	job->method = method;
	job->deadline = jiffies + msecs_to_jiffies(job->request.timeout_ms);
	queue_delayed_work(vcs_fence_wq, &job->work,
			   msecs_to_jiffies(job->request.timeout_ms));
	return true;
}

/* True while there is something to try at once. */
static bool proceed(struct vcs_fence_job *job)
{
	struct vcs_cluster *cluster = job->cluster;
	bool go, over = false;

	mutex_lock(&cluster->lock);
	go = job->busy && next_attempt_locked(job);
	if (job->busy && !go) {
		job->busy = false;
		over = !job->stopped;
		if (over)
			job->ops->over_locked(job);
	}
	mutex_unlock(&cluster->lock);
	if (over && job->ops->after)
		job->ops->after(job);
	return go && !begin_attempt(job);
}

static void job_work(struct work_struct *work)
{
	struct vcs_fence_job *job = container_of(to_delayed_work(work),
						 struct vcs_fence_job, work);
	unsigned int noio = memalloc_noio_save();

	if (attempt_over(job))
		while (proceed(job))
			cond_resched();
	memalloc_noio_restore(noio);
}

/**
 * vcs_fence_job_init() - prepare a job's memory, once
 * @job: part of the cluster
 * @cluster: whose methods and lock
 * @ops: who will want its passes
 */
void vcs_fence_job_init(struct vcs_fence_job *job, struct vcs_cluster *cluster,
			const struct vcs_fence_job_ops *ops)
{
	job->cluster = cluster;
	job->ops = ops;
	spin_lock_init(&job->lock);
	INIT_DELAYED_WORK(&job->work, job_work);
	INIT_LIST_HEAD(&job->request.list);
	job->request.cluster = cluster;
}

/**
 * vcs_fence_job_start_locked() - begin a pass
 * @job: not busy, not stopped
 * @nodeid: the target
 * @incarnation: which life of it
 * @reason: for people
 *
 * Context: cluster.lock.
 */
void vcs_fence_job_start_locked(struct vcs_fence_job *job, u32 nodeid,
				u64 incarnation, const char *reason)
{
	struct vcs_fence_request *request = &job->request;

	lockdep_assert_held(&job->cluster->lock);
	job->busy = true;
	job->nodeid = nodeid;
	job->incarnation = incarnation;
	job->since_ms = vcs_fence_now_ms();
	job->tries = 0;
	job->next_method = 0;
	job->result = VCS_FENCE_UNKNOWN;
	job->method_name[0] = '\0';
	strscpy(job->text, "no fence method is configured", sizeof(job->text));
	request->id = 0;
	request->nodeid = nodeid;
	request->incarnation = incarnation;
	strscpy(request->reason, reason, sizeof(request->reason));
	mod_delayed_work(vcs_fence_wq, &job->work, 0);
}

/**
 * vcs_fence_job_poke_locked() - the job may no longer be wanted: look
 * @job: busy or not
 *
 * Context: cluster.lock.
 */
void vcs_fence_job_poke_locked(struct vcs_fence_job *job)
{
	lockdep_assert_held(&job->cluster->lock);
	if (job->busy && !job->stopped)
		mod_delayed_work(vcs_fence_wq, &job->work, 0);
}

/**
 * vcs_fence_job_stop_locked() - start nothing any more, for good
 * @job: vcs_fence_job_stop() is due after it
 *
 * Context: cluster.lock.
 */
void vcs_fence_job_stop_locked(struct vcs_fence_job *job)
{
	lockdep_assert_held(&job->cluster->lock);
	job->stopped = true;
}

/**
 * vcs_fence_job_stop() - take the request back from its method
 * @job: after vcs_fence_job_stop_locked()
 *
 * Context: process, sleeps, no lock held. Nothing of the job runs after it.
 */
void vcs_fence_job_stop(struct vcs_fence_job *job)
{
	cancel_delayed_work_sync(&job->work);
	if (job->method)
		end_attempt(job, "the cluster is over");
	/* An answer that came before end_attempt() has queued it again. */
	cancel_delayed_work_sync(&job->work);
}

/**
 * vcs_fence_methods_ready() - is it worth that this node acts at all?
 * @cluster: whose methods
 *
 * A method whose module is not loaded may be ready; only trying tells.
 *
 * Context: process, sleeps, no lock held.
 * Return: false if every method says that it could not succeed now.
 */
bool vcs_fence_methods_ready(struct vcs_cluster *cluster)
{
	const struct vcs_options *options = &cluster->options;
	struct vcs_fence_method *method;
	bool ready = false;
	u32 i;

	for (i = 0; i < options->nr_methods && !ready; i++) {
		method = vcs_fence_method_find(options->methods[i], false);
		ready = !method || !method->ready || method->ready(cluster);
		if (method)
			vcs_fence_method_put(method);
	}
	return ready;
}

/**
 * vcs_fence_done() - a method answers an attempt
 * @request: as given to its begin(), and not cancelled yet
 * @result: only VCS_FENCE_SUCCESS is a success
 * @text: what the agent said, or NULL; for people
 *
 * The first answer counts; later ones, and an answer after the time is over,
 * change nothing. The method does not touch the request afterwards.
 *
 * Context: any.
 */
void vcs_fence_done(struct vcs_fence_request *request,
		    enum vcs_fence_result result, const char *text)
{
	struct vcs_fence_job *job = container_of(request, struct vcs_fence_job,
						 request);
	unsigned long flags;

	spin_lock_irqsave(&job->lock, flags);
	if (job->open && !job->answered) {
		job->answered = true;
		job->answer = VCS_FENCE_UNKNOWN;
		if (result == VCS_FENCE_SUCCESS || result == VCS_FENCE_FAILED)
			job->answer = result;
		strscpy(job->answer_text, text ?: "",
			sizeof(job->answer_text));
		/* Under the lock, for vcs_fence_job_stop(). */
		mod_delayed_work(vcs_fence_wq, &job->work, 0);
	}
	spin_unlock_irqrestore(&job->lock, flags);
}
EXPORT_SYMBOL_GPL(vcs_fence_done);
