// SPDX-License-Identifier: GPL-2.0-only
/* vcsctl nodes: the members of the current view. */
#include <inttypes.h>
#include "vcsctl.h"

static void mark_local(json_t *nodes, int64_t local)
{
	json_t *node;
	bool here;
	size_t i;

	json_array_foreach(nodes, i, node) {
		here = vcs_json_int(node, "nodeid") == local;
		json_object_set_new(node, "local", json_boolean(here));
	}
}

static void print(const json_t *nodes)
{
	static const char *const titles[] = {
		">NODE", "STATE", ">VOTES", ">SINCE GENERATION", "INCARNATION",
		"", NULL
	};
	struct table *table = table_new(titles);
	char nodeid[16], votes[16], since[24];
	const json_t *n;
	size_t i;

	json_array_foreach(nodes, i, n) {
		snprintf(nodeid, sizeof(nodeid), "%u",
			 (unsigned int)vcs_json_int(n, "nodeid"));
		snprintf(votes, sizeof(votes), "%u",
			 (unsigned int)vcs_json_int(n, "votes"));
		snprintf(since, sizeof(since), "%" PRId64,
			 vcs_json_int(n, "joined_generation"));
		table_row(table, (const char *[]) {
			nodeid, vcs_json_str(n, "node_state"), votes, since,
			vcs_json_str(n, "incarnation"),
			vcs_json_true(n, "local") ? "this node" : "",
		});
	}
	table_print(table, stdout);
	table_free(table);
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { VCSCTL_JSON, VCSCTL_HELP, { 0 } };
	struct vcs_error e;
	const char *name;
	json_t *cluster, *nodes;

	vcsctl_getopt(ctl, argc, argv, "", options);
	name = vcsctl_cluster(ctl, argc, argv, 0);
	nodes = vcsctl_dump(ctl, VCS_CMD_GET_NODE, name);
	cluster = vcsctl_get_cluster(ctl, name, &e);
	if (!cluster)
		return vcsctl_report(&e);
	mark_local(nodes, vcs_json_int(cluster, "local_node"));
	if (ctl->json)
		vcsctl_print_json(nodes);
	else if (json_array_size(nodes))
		print(nodes);
	else
		printf("%s is %s: it has no view yet\n", name,
		       vcs_json_str(cluster, "state"));
	json_decref(cluster);
	json_decref(nodes);
	return VCSCTL_OK;
}

const struct vcsctl_cmd cmd_nodes = {
	.name = "nodes",
	.args = "[CLUSTER]",
	.summary = "list the members of the current view",
	.run = run,
};
