// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the agent's action, asks for the state where that is wanted, and tries
 * again. The kernel gives up at a time of its own, and may have the node fenced
 * in another way then, so all of this ends before, deaf agents included; what
 * is not an explicit success by then is unknown.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include "job.h"

/* Kept for the answer to reach the kernel in time. */
#define MARGIN_MS	500
#define MIN_RUN_MS	100

struct job {
	struct loop *loop;
	struct vcs_fence_request ticket;
	struct target *target;
	struct agent *agent;
	struct watch timer;
	uint64_t deadline;	/* as now_ms() */
	int tries;
	bool cancelled;
	enum vcs_fence_result last;
	char text[AGENT_TEXT_MAX + 1];
	job_wanted wanted;
	job_done done;
	void *arg;
};

#define job_of(watch) \
	((struct job *)((char *)(watch) - offsetof(struct job, timer)))

enum vcs_fence_result judge_action(const struct agent_result *result)
{
	if (result->end != AGENT_EXITED)
		return VCS_FENCE_UNKNOWN;
	return result->code ? VCS_FENCE_FAILED : VCS_FENCE_SUCCESS;
}

enum vcs_fence_result judge_status(const struct agent_result *result)
{
	if (result->end != AGENT_EXITED)
		return VCS_FENCE_UNKNOWN;
	switch (result->code) {
	case 2:
		return VCS_FENCE_SUCCESS;
	case 0:
		return VCS_FENCE_FAILED;
	default:
		return VCS_FENCE_UNKNOWN;
	}
}

const char *describe_end(const struct agent_result *result, char *buf,
			 size_t len)
{
	const char *said = result->said;
	const char *colon = *said ? ": " : "";

	switch (result->end) {
	case AGENT_EXITED:
		snprintf(buf, len, "exit %d%s%s", result->code, colon, said);
		break;
	case AGENT_KILLED:
		snprintf(buf, len, "signal %d%s%s", result->code, colon, said);
		break;
	case AGENT_TIMEOUT:
		snprintf(buf, len, "killed after its time limit%s%s", colon,
			 said);
		break;
	case AGENT_NO_START:
		snprintf(buf, len, "not started%s%s", colon, said);
		break;
	}
	return buf;
}

static void job_free(struct job *job)
{
	loop_close(job->loop, &job->timer);
	target_free(job->target);
	free(job);
}

static void finish(struct job *job)
{
	job->done(job->arg, &job->ticket, job->last, job->text);
	job_free(job);
}

static uint64_t time_left(const struct job *job)
{
	uint64_t now = now_ms();

	return job->deadline > now ? job->deadline - now : 0;
}

static void attempt(struct watch *timer);

static void again(struct job *job)
{
	uint64_t delay = job->target->retry_delay * 1000ULL;

	if (job->cancelled || job->tries > job->target->retries ||
	    time_left(job) < delay + MIN_RUN_MS)
		finish(job);
	else
		loop_timer(job->loop, &job->timer, delay, attempt);
}

static void note(struct job *job, enum vcs_fence_result result,
		 const char *what, const struct agent_result *end)
{
	char buf[AGENT_TEXT_MAX + 1];

	job->last = result;
	snprintf(job->text, sizeof(job->text), "%s%.40s %.130s",
		 job->cancelled ? "cancelled: " : "", what,
		 describe_end(end, buf, sizeof(buf)));
	syslog(result == VCS_FENCE_SUCCESS ? LOG_NOTICE : LOG_WARNING,
	       "%s: node %u: try %d: %s", job->ticket.cluster,
	       job->ticket.nodeid, job->tries, job->text);
}

static void run(struct job *job, const char *action, agent_done done)
{
	uint64_t limit = job->target->timeout * 1000ULL;
	uint64_t left = time_left(job);
	uint64_t grace = left / 4;

	if (grace > AGENT_GRACE_MS)
		grace = AGENT_GRACE_MS;
	left -= grace;
	job->agent = agent_start(job->loop, job->target, action,
				 limit < left ? limit : left, grace, done,
				 job);
}

static void status_done(void *arg, const struct agent_result *end)
{
	struct job *job = arg;
	enum vcs_fence_result result = judge_status(end);

	job->agent = NULL;
	note(job, result, result == VCS_FENCE_SUCCESS ? "verified off:" :
		  result == VCS_FENCE_FAILED ? "said success, but is still on:" :
		  "said success, state is not known:", end);
	if (result == VCS_FENCE_SUCCESS)
		finish(job);
	else
		again(job);
}

static void action_done(void *arg, const struct agent_result *end)
{
	struct job *job = arg;
	enum vcs_fence_result result = judge_action(end);

	job->agent = NULL;
	/* Until it is verified, nothing is known. */
	if (result == VCS_FENCE_SUCCESS && job->target->verify) {
		note(job, VCS_FENCE_UNKNOWN, "not verified yet:", end);
		if (job->cancelled || time_left(job) < MIN_RUN_MS)
			finish(job);
		else
			run(job, "status", status_done);
		return;
	}
	note(job, result, job->target->action, end);
	if (result == VCS_FENCE_SUCCESS)
		finish(job);
	else
		again(job);
}

static void attempt(struct watch *timer)
{
	struct job *job = job_of(timer);

	if (job->tries && !job->wanted(job->arg, &job->ticket)) {
		finish(job);
		return;
	}
	job->tries++;
	run(job, job->target->action, action_done);
}

static void cancelled(struct watch *timer)
{
	finish(job_of(timer));
}

struct job *job_start(struct loop *loop, const struct vcs_fence_request *ticket,
		      struct target *target, job_wanted wanted, job_done done,
		      void *arg)
{
	struct job *job = calloc(1, sizeof(*job));
	uint64_t ms = ticket->timeout_ms;

	if (!job)
		err(1, "job");
	job->loop = loop;
	job->ticket = *ticket;
	job->target = target;
	job->timer.fd = -1;
	job->deadline = now_ms() + (ms > MARGIN_MS ? ms - MARGIN_MS : ms / 2);
	job->last = VCS_FENCE_UNKNOWN;
	snprintf(job->text, sizeof(job->text), "no time was left");
	job->wanted = wanted;
	job->done = done;
	job->arg = arg;
	loop_timer(loop, &job->timer, 0, attempt);
	return job;
}

void job_cancel(struct job *job)
{
	if (job->cancelled)
		return;
	job->cancelled = true;
	if (job->agent) {
		agent_kill(job->agent);
		return;
	}
	loop_timer(job->loop, &job->timer, 0, cancelled);
}

void job_abort(struct job *job)
{
	if (job->agent)
		agent_abort(job->agent);
	job_free(job);
}
