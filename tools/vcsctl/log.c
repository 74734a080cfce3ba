// SPDX-License-Identifier: GPL-2.0-only
/* vcsctl log: what was decided, when, and on whose evidence. */
#include <inttypes.h>
#include "vcsctl.h"

static json_t *of_node(const json_t *entries, uint32_t nodeid)
{
	json_t *some = json_array();
	json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry)
		if (!nodeid || vcs_json_int(entry, "nodeid") == nodeid)
			json_array_append(some, entry);
	return some;
}

static void print(const json_t *entries)
{
	static const char *const titles[] = {
		"TIME", ">GENERATION", ">NODE", "WHAT", "", NULL
	};
	struct table *table = table_new(titles);
	char when[48], generation[24], nodeid[16];
	const json_t *e;
	size_t i;

	json_array_foreach(entries, i, e) {
		time_text(vcs_json_int(e, "time_ns"), when, sizeof(when));
		snprintf(generation, sizeof(generation), "%" PRId64,
			 vcs_json_int(e, "generation"));
		snprintf(nodeid, sizeof(nodeid), "%u",
			 (unsigned int)vcs_json_int(e, "nodeid"));
		table_row(table, (const char *[]) {
			when, generation,
			vcs_json_int(e, "nodeid") ? nodeid : "-",
			vcs_json_str(e, "log_code"), vcs_json_str(e, "text"),
		});
	}
	table_print(table, stdout);
	table_free(table);
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		VCSCTL_JSON,
		VCSCTL_HELP,
		{ "node", required_argument, NULL, 'n' },
		{ 0 }
	};
	json_t *entries, *some, *member;
	uint32_t nodeid = 0;
	const char *name;
	bool known = true;

	while (vcsctl_getopt(ctl, argc, argv, "n:", options) != -1)
		nodeid = vcsctl_number(ctl, "node id", optarg, 1, UINT32_MAX);
	name = vcsctl_cluster(ctl, argc, argv, 0);
	entries = vcsctl_dump(ctl, VCS_CMD_GET_LOG, name);
	some = of_node(entries, nodeid);
	if (nodeid && !json_array_size(some)) {
		member = vcsctl_member(ctl, name, nodeid);
		known = member;
		json_decref(member);
	}
	if (!known)
		vcsctl_fail(VCSCTL_UNKNOWN, "%s: nothing is known of a node %u",
			    name, nodeid);
	else if (ctl->json)
		vcsctl_print_json(some);
	else if (json_array_size(some))
		print(some);
	else
		printf("%s: nothing is in the log%s\n", name,
		       nodeid ? " about this node" : "");
	json_decref(some);
	json_decref(entries);
	return known ? VCSCTL_OK : VCSCTL_UNKNOWN;
}

const struct vcsctl_cmd cmd_log = {
	.name = "log",
	.args = "[CLUSTER] [-n NODEID]",
	.summary = "show the decision log: why was node 3 fenced",
	.options =
"  -n, --node NODEID     only what is about this node\n",
	.run = run,
};
