/* SPDX-License-Identifier: GPL-2.0-only */
/* One accepted fence request: attempts until success, or no time is left. */
#ifndef FENCED_JOB_H
#define FENCED_JOB_H

#include <libvcs.h>
#include "agent.h"

struct job;
/* Called once, from the loop; the job is gone then. */
typedef void (*job_done)(void *arg, const struct vcs_fence_request *ticket,
			 enum vcs_fence_result result, const char *text);

/* Before each further try: is the request wanted still? */
typedef bool (*job_wanted)(void *arg, const struct vcs_fence_request *ticket);

/* Takes @target over. */
struct job *job_start(struct loop *loop, const struct vcs_fence_request *ticket,
		      struct target *target, job_wanted wanted, job_done done,
		      void *arg);
/*
 * Nobody wants it any more: kills the agent at once, and tries no more. Done is
 * called, from the loop, when the agent has ended, for it may have acted.
 */
void job_cancel(struct job *job);
/* Kills the agent; done is not called. */
void job_abort(struct job *job);

/*
 * What a run of the agent proves. Only an exit code of 0 says that the action
 * succeeded, and only 2 that a node is off.
 */
enum vcs_fence_result judge_action(const struct agent_result *result);
enum vcs_fence_result judge_status(const struct agent_result *result);
/* "exit 1: Connection timed out" */
const char *describe_end(const struct agent_result *result, char *buf,
			 size_t len);

#endif
