// SPDX-License-Identifier: GPL-2.0-only
/* vcsctl providers: what can decide membership on this machine. */
#include <string.h>
#include "vcsctl.h"

/* The words of a JSON array, separated by commas. */
static const char *words(const json_t *array, char *buf, size_t len)
{
	size_t i, at = 0;

	snprintf(buf, len, "-");
	for (i = 0; i < json_array_size(array) && at < len; i++)
		at += snprintf(buf + at, len - at, "%s%s", i ? ", " : "",
			       json_string_value(json_array_get(array, i)));
	return buf;
}

static void print(const json_t *providers)
{
	static const char *const titles[] = {
		"PROVIDER", "MODULE", ">CLUSTERS", "FEATURES", NULL
	};
	struct table *table = table_new(titles);
	char in_use[16], features[80];
	const json_t *p;
	size_t i;

	json_array_foreach(providers, i, p) {
		snprintf(in_use, sizeof(in_use), "%d",
			 (int)vcs_json_int(p, "in_use"));
		table_row(table, (const char *[]) {
			vcs_json_str(p, "provider"), vcs_json_str(p, "owner"),
			in_use,
			words(json_object_get(p, "features"), features,
			      sizeof(features)),
		});
	}
	table_print(table, stdout);
	table_free(table);
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { VCSCTL_JSON, VCSCTL_HELP, { 0 } };
	json_t *providers;

	vcsctl_getopt(ctl, argc, argv, "", options);
	if (optind < argc)
		vcsctl_usage(ctl, "\"%s\" is one argument too many",
			     argv[optind]);
	providers = vcsctl_dump(ctl, VCS_CMD_GET_PROVIDER, NULL);
	if (ctl->json)
		vcsctl_print_json(providers);
	else if (json_array_size(providers))
		print(providers);
	else
		puts("no provider is loaded; vcsctl join loads the one it is given");
	json_decref(providers);
	return VCSCTL_OK;
}

const struct vcsctl_cmd cmd_providers = {
	.name = "providers",
	.args = "",
	.summary = "list the loaded providers of membership",
	.run = run,
};
