// SPDX-License-Identifier: GPL-2.0-only
/* vcsctl listeners: who uses the cluster, and what each of them waits for. */
#include <inttypes.h>
#include <string.h>
#include "vcsctl.h"

static bool stateful(const json_t *listener)
{
	const json_t *flags = json_object_get(listener, "flags");
	const json_t *flag;
	size_t i;

	json_array_foreach(flags, i, flag)
		if (!strcmp(json_string_value(flag), "stateful"))
			return true;
	return false;
}

static void print(const json_t *listeners)
{
	static const char *const titles[] = {
		"LISTENER", "LEVEL", "PHASE", ">FOR", "WAITS FOR",
		">GENERATION", "STATEFUL", NULL
	};
	struct table *table = table_new(titles);
	char age[32], generation[24];
	const char *waits;
	const json_t *l;
	size_t i;

	json_array_foreach(listeners, i, l) {
		waits = vcs_json_str(l, "waiting_for");
		age_text(vcs_json_int(l, "since_ms"), age, sizeof(age));
		snprintf(generation, sizeof(generation), "%" PRId64,
			 vcs_json_int(l, "generation"));
		table_row(table, (const char *[]) {
			vcs_json_str(l, "listener"), vcs_json_str(l, "level"),
			vcs_json_str(l, "phase"), age, *waits ? waits : "-",
			generation, stateful(l) ? "yes" : "no",
		});
	}
	table_print(table, stdout);
	table_free(table);
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { VCSCTL_JSON, VCSCTL_HELP, { 0 } };
	const char *name;
	json_t *listeners;

	vcsctl_getopt(ctl, argc, argv, "", options);
	name = vcsctl_cluster(ctl, argc, argv, 0);
	listeners = vcsctl_dump(ctl, VCS_CMD_GET_LISTENER, name);
	if (ctl->json)
		vcsctl_print_json(listeners);
	else if (json_array_size(listeners))
		print(listeners);
	else
		printf("nobody uses %s here\n", name);
	json_decref(listeners);
	return VCSCTL_OK;
}

const struct vcsctl_cmd cmd_listeners = {
	.name = "listeners",
	.args = "[CLUSTER]",
	.summary = "list what uses the cluster, and what it waits for",
	.run = run,
};
