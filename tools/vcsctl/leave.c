// SPDX-License-Identifier: GPL-2.0-only
/* vcsctl leave: ends membership, and waits until it is over. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "vcsctl.h"

#define DEFAULT_WAIT 30

static int left(const char *state, int error, const char *reason)
{
	(void)error;
	(void)reason;
	return strcmp(state, "left") ? -1 : VCSCTL_OK;
}

/* With stateful listeners the end only comes when they let go. */
static int forced(const char *state, int error, const char *reason)
{
	return strcmp(state, "evicted") ? left(state, error, reason) :
					  VCSCTL_OK;
}

static int request(struct vcsctl *ctl, const char *cluster, bool force)
{
	vcsctl_begin(ctl, VCS_CMD_LEAVE);
	vcsctl_put(ctl, VCS_A_CLUSTER, cluster);
	if (force)
		vcs_client_put_data(ctl->client, VCS_A_FORCE, NULL, 0);
	return vcsctl_call(ctl);
}

/*
 * Whoever shuts a whole cluster down comes to this as well, mostly with a
 * script: where there is no terminal it is said, and nobody is asked.
 */
static int agreed(const char *name, int64_t stay, int64_t quorum)
{
	const char *typed;
	char line[64];

	fprintf(stderr, "%s: QUORUM WILL BE LOST: %" PRId64
		" of the votes stay, %" PRId64
		" are needed; the nodes that stay will stand still.\n",
		name, stay, quorum);
	if (!isatty(STDIN_FILENO))
		return VCSCTL_OK;
	typed = vcsctl_ask("Type yes to leave all the same: ", line,
			   sizeof(line));
	if (!typed || strcmp(typed, "yes"))
		return vcsctl_fail(VCSCTL_ERROR, "%s was not left", name);
	return VCSCTL_OK;
}

/* What goes wrong here goes wrong with the request as well, and is said. */
static int quorum_stays(struct vcsctl *ctl, const char *name)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(ctl, name, &e);
	json_t *node = NULL;
	int64_t stay = -1;
	int ret = VCSCTL_OK;

	if (cluster)
		node = vcsctl_member(ctl, name,
				     vcs_json_int(cluster, "local_node"));
	if (node)
		stay = vcsctl_votes_short(cluster, node);
	if (stay >= 0)
		ret = agreed(name, stay, vcs_json_int(cluster, "quorum"));
	json_decref(node);
	json_decref(cluster);
	return ret;
}

/* After a forced leave: the name stays taken by what has not let go. */
static bool held(struct vcsctl *ctl, const char *name)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(ctl, name, &e);
	bool evicted = cluster && !strcmp(vcs_json_str(cluster, "state"),
					  "evicted");

	json_decref(cluster);
	return evicted;
}

enum { OPT_WAIT = 256, OPT_NO_WAIT };

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		VCSCTL_JSON,
		VCSCTL_HELP,
		{ "force", no_argument, NULL, 'f' },
		{ "yes", no_argument, NULL, 'y' },
		{ "wait", required_argument, NULL, OPT_WAIT },
		{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
		{ 0 }
	};
	struct vcsctl_goal goal = {
		.doing = "leaving", .reached = left, .seconds = DEFAULT_WAIT,
	};
	bool force = false, wait = true, yes = false;
	int c, ret = VCSCTL_OK;

	while ((c = vcsctl_getopt(ctl, argc, argv, "fy", options)) != -1) {
		if (c == 'f') {
			force = true;
			goal.reached = forced;
		} else if (c == 'y') {
			yes = true;
		} else if (c == OPT_NO_WAIT) {
			wait = false;
		} else {
			goal.seconds = vcsctl_number(ctl, "number of seconds",
						     optarg, 0, 86400);
		}
	}
	goal.cluster = vcsctl_cluster(ctl, argc, argv, 0);
	if (!force && !yes)
		ret = quorum_stays(ctl, goal.cluster);
	if (ret)
		return ret;
	if (wait)
		vcsctl_watch(ctl);
	ret = request(ctl, goal.cluster, force);
	if (wait && !ret)
		ret = vcsctl_wait(ctl, &goal);
	if (!ret && ctl->json)
		printf("{}\n");
	else if (!ret && wait && held(ctl, goal.cluster))
		printf("%s: evicted; vcsctl listeners shows what must let go before it ends\n",
		       goal.cluster);
	else if (!ret)
		printf("%s: %s\n", goal.cluster, wait ? "left" : "leaving");
	return ret;
}

const struct vcsctl_cmd cmd_leave = {
	.name = "leave",
	.args = "[CLUSTER] [-f] [-y] [--wait SECONDS | --no-wait]",
	.summary = "leave a cluster",
	.options =
"  -f, --force           leave although stateful listeners hold on: the others\n"
"                        will take this node for failed, and fence it\n"
"  -y, --yes             do not ask when quorum is lost by it\n"
"      --wait SECONDS    how long to wait for the end; default 30, 0 no limit\n"
"      --no-wait         return when the kernel has accepted the request\n",
	.run = run,
};
