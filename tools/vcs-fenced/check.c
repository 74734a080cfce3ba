// SPDX-License-Identifier: GPL-2.0-only
/* vcs-fenced -t: asks each agent for the state of its node, one by one. */
#include <stdio.h>
#include "fenced.h"

struct check {
	struct loop *loop;
	struct agent_result result;
};

static void on_agent(void *arg, const struct agent_result *result)
{
	struct check *check = arg;

	check->result = *result;
	loop_stop(check->loop);
}

static void run(struct check *check, const struct target *target,
		const char *action)
{
	agent_start(check->loop, target, action, target->timeout * 1000ULL,
		    AGENT_GRACE_MS, on_agent, check);
	loop_run(check->loop);
}

static bool exited(const struct check *check, int code)
{
	return check->result.end == AGENT_EXITED && check->result.code == code;
}

/* An agent that knows no state may still be able to test its device. */
static int check_target(struct check *check, const struct target *target)
{
	char text[256];
	const char *good = NULL;

	run(check, target, "status");
	if (exited(check, 0)) {
		good = "ok, the node is on";
	} else if (exited(check, 2)) {
		good = "ok, the node is OFF";
	} else if (!target->verify) {
		run(check, target, "monitor");
		if (exited(check, 0))
			good = "ok, but its state cannot be asked for";
	}
	printf("node %u: %s: %s\n", target->nodeid, target->agent, good ? good :
	       describe_end(&check->result, text, sizeof(text)));
	return !good;
}

int check_config(const struct config *config)
{
	struct check check = { .loop = loop_new() };
	struct target *target;
	int failed = 0;
	size_t i;

	for (i = 0; i < config->nr_targets; i++) {
		target = config_target(config, config->targets[i].nodeid);
		failed += check_target(&check, target);
		target_free(target);
	}
	if (config->defaults.agent)
		printf("other nodes: %s (not asked, no node is named)\n",
		       config->defaults.agent);
	loop_free(check.loop);
	return !!failed;
}
