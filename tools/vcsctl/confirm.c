// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl confirm: the administrator's word that a node can do no more I/O.
 * The kernel believes it, so it is asked for twice.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vcsctl.h"

static bool agreed(const char *cluster, uint32_t nodeid)
{
	char line[32] = "", want[16];

	snprintf(want, sizeof(want), "%u", nodeid);
	/* Not to standard output: that may be JSON. */
	fprintf(stderr, "Cluster %s will treat node %u as fenced and recover its data.\n"
		"If node %u can still write, that data is LOST OR CORRUPTED.\n"
		"Make sure that it is powered off, or cut off from all shared storage.\n\n"
		"Type the node id to confirm: ", cluster, nodeid, nodeid);
	if (!fgets(line, sizeof(line), stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return !strcmp(line, want);
}

static int confirm(struct vcsctl *ctl, const char *cluster, uint32_t nodeid)
{
	int ret;

	vcsctl_begin(ctl, VCS_CMD_FENCE_CONFIRM);
	vcs_client_put_string(ctl->client, VCS_A_CLUSTER, cluster);
	vcs_client_put_u32(ctl->client, VCS_A_NODEID, nodeid);
	ret = vcsctl_call(ctl);
	if (ret)
		return ret;
	if (ctl->json)
		printf("{}\n");
	else
		printf("%s: node %u is confirmed as fenced\n", cluster, nodeid);
	return VCSCTL_OK;
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		VCSCTL_JSON,
		VCSCTL_HELP,
		{ "yes", no_argument, NULL, 'y' },
		{ 0 }
	};
	const char *cluster;
	bool yes = false;
	uint32_t nodeid;

	while (vcsctl_getopt(ctl, argc, argv, "y", options) != -1)
		yes = true;
	cluster = vcsctl_cluster(ctl, argc, argv, 1);
	nodeid = vcsctl_number(ctl, "node id", argv[optind], 1, UINT32_MAX);
	if (!yes && !isatty(STDIN_FILENO))
		vcsctl_usage(ctl, "there is no terminal to ask on; add --yes if you are sure");
	if (!yes && !agreed(cluster, nodeid))
		return vcsctl_fail(VCSCTL_ERROR, "not confirmed");
	return confirm(ctl, cluster, nodeid);
}

const struct vcsctl_cmd cmd_confirm = {
	.name = "confirm",
	.args = "[CLUSTER] NODEID [--yes]",
	.summary = "state that a node can do no more I/O, by hand",
	.options =
"  -y, --yes             do not ask\n",
	.run = run,
};
