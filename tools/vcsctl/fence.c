// SPDX-License-Identifier: GPL-2.0-only
/* vcsctl fence: asks for a node to be fenced, or lists what is to be fenced. */
#include <inttypes.h>
#include <string.h>
#include "vcsctl.h"

static bool settled(const json_t *fence)
{
	return !strcmp(vcs_json_str(fence, "fence_state"), "fenced");
}

static json_t *unsettled(const json_t *fences)
{
	json_t *some = json_array();
	json_t *fence;
	size_t i;

	json_array_foreach(fences, i, fence)
		if (!settled(fence))
			json_array_append(some, fence);
	return some;
}

static void print(const json_t *fences)
{
	static const char *const titles[] = {
		">NODE", "INCARNATION", "STATE", ">FOR", ">ACTOR", "METHOD",
		">TRIES", "REASON", NULL
	};
	struct table *table = table_new(titles);
	char nodeid[16], age[32], actor[16], tries[16];
	const char *method, *incarnation;
	const json_t *f;
	size_t i;

	json_array_foreach(fences, i, f) {
		snprintf(nodeid, sizeof(nodeid), "%u",
			 (unsigned int)vcs_json_int(f, "nodeid"));
		snprintf(actor, sizeof(actor), "%u",
			 (unsigned int)vcs_json_int(f, "actor"));
		snprintf(tries, sizeof(tries), "%u",
			 (unsigned int)vcs_json_int(f, "tries"));
		age_text(vcs_json_int(f, "since_ms"), age, sizeof(age));
		method = vcs_json_str(f, "method");
		incarnation = vcs_json_str(f, "incarnation");
		if (!strcmp(incarnation, "0000000000000000"))
			incarnation = "every earlier one";
		table_row(table, (const char *[]) {
			nodeid, incarnation, vcs_json_str(f, "fence_state"),
			age, vcs_json_int(f, "actor") ? actor : "-",
			*method ? method : "-", tries,
			vcs_json_str(f, "reason"),
		});
	}
	table_print(table, stdout);
	table_free(table);
}

static int list(struct vcsctl *ctl, const char *cluster, bool all)
{
	json_t *fences = vcsctl_dump(ctl, VCS_CMD_GET_FENCE, cluster);
	json_t *some = all ? json_incref(fences) : unsettled(fences);

	if (ctl->json)
		vcsctl_print_json(some);
	else if (json_array_size(some))
		print(some);
	else
		printf("%s has nothing to fence\n", cluster);
	json_decref(some);
	json_decref(fences);
	return VCSCTL_OK;
}

static int request(struct vcsctl *ctl, const char *cluster, uint32_t nodeid,
		   const char *reason)
{
	int ret;

	vcsctl_begin(ctl, VCS_CMD_FENCE);
	vcs_client_put_string(ctl->client, VCS_A_CLUSTER, cluster);
	vcs_client_put_u32(ctl->client, VCS_A_NODEID, nodeid);
	if (reason)
		vcs_client_put_string(ctl->client, VCS_A_REASON, reason);
	ret = vcsctl_call(ctl);
	if (ret)
		return ret;
	if (ctl->json)
		printf("{}\n");
	else
		printf("%s: asked to fence node %u; vcsctl fence -l shows how it goes\n",
		       cluster, nodeid);
	return VCSCTL_OK;
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		VCSCTL_JSON,
		VCSCTL_HELP,
		{ "list", no_argument, NULL, 'l' },
		{ "all", no_argument, NULL, 'a' },
		{ "reason", required_argument, NULL, 'r' },
		{ 0 }
	};
	const char *reason = NULL, *cluster;
	bool listing = false, all = false;
	uint32_t nodeid;
	int c;

	while ((c = vcsctl_getopt(ctl, argc, argv, "lar:", options)) != -1) {
		if (c == 'r')
			reason = optarg;
		else
			listing = true;
		if (c == 'a')
			all = true;
	}
	if (listing && reason)
		vcsctl_usage(ctl, "a list needs no reason");
	cluster = vcsctl_cluster(ctl, argc, argv, listing ? 0 : 1);
	if (listing)
		return list(ctl, cluster, all);
	nodeid = vcsctl_number(ctl, "node id", argv[optind], 1, UINT32_MAX);
	return request(ctl, cluster, nodeid, reason);
}

const struct vcsctl_cmd cmd_fence = {
	.name = "fence",
	.args = "[CLUSTER] NODEID [-r REASON] | -l [CLUSTER] | -a [CLUSTER]",
	.summary = "ask for a node to be fenced, or list what is to be fenced",
	.options =
"  -r, --reason TEXT     goes into the decision log of every node\n"
"  -l, --list            list the fences that are pending or under way\n"
"  -a, --all             list those that are done as well\n",
	.run = run,
};
