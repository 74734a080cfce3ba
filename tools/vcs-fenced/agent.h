/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of a fence agent: a process group with a time limit. */
#ifndef FENCED_AGENT_H
#define FENCED_AGENT_H

#include <stdbool.h>
#include <sys/types.h>
#include "config.h"
#include "loop.h"

/* How much of what an agent says is kept: the end. */
#define AGENT_TAIL_MAX	512
#define AGENT_TEXT_MAX	191	/* what the kernel takes */
/* What an agent gets to end after its time limit, where there is time. */
#define AGENT_GRACE_MS	2000

enum agent_end {
	AGENT_EXITED,		/* with a code */
	AGENT_KILLED,		/* by a signal that is not ours */
	AGENT_TIMEOUT,		/* so it was killed */
	AGENT_NO_START,
};

struct agent_result {
	enum agent_end end;
	int code;		/* exit code or signal */
	char said[AGENT_TEXT_MAX + 1];	/* its last line, printable */
};

struct agent;
/* Called once, from the loop; the agent is gone then. */
typedef void (*agent_done)(void *arg, const struct agent_result *result);

/* @limit_ms: then SIGTERM; @grace_ms after that, SIGKILL. */
struct agent *agent_start(struct loop *loop, const struct target *target,
			  const char *action, uint64_t limit_ms,
			  uint64_t grace_ms, agent_done done, void *arg);
/* Kills it at once; done is called from the loop when it has ended. */
void agent_kill(struct agent *agent);
/* Kills it at once, and gives it a moment to end; done is not called. */
void agent_abort(struct agent *agent);

#endif
