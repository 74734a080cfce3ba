// SPDX-License-Identifier: GPL-2.0-only
/* Finds the command group and runs it. */
#include <stdio.h>
#include <string.h>
#include "vcsctl.h"

static const struct vcsctl_cmd *const cmds[] = {
	&cmd_providers, &cmd_join, &cmd_leave, &cmd_status, &cmd_nodes,
	&cmd_listeners, &cmd_fence, &cmd_confirm, &cmd_monitor, &cmd_log,
};

#define NR_CMDS (sizeof(cmds) / sizeof(*cmds))

static void print_commands(FILE *out)
{
	size_t i;

	fprintf(out, "usage: vcsctl COMMAND [ARGUMENTS]\n\n");
	for (i = 0; i < NR_CMDS; i++)
		fprintf(out, "  %-10s %s\n", cmds[i]->name, cmds[i]->summary);
	fprintf(out, "\nvcsctl COMMAND -h says more; every command takes -j for JSON.\n"
		"CLUSTER may be left out where there is only one.\n");
}

int main(int argc, char **argv)
{
	struct vcsctl ctl = { 0 };
	const char *name;
	size_t i;

	if (argc < 2) {
		print_commands(stderr);
		return VCSCTL_USAGE;
	}
	vcsctl_errors_as_json(argc, argv);
	name = argv[1];
	if (!strcmp(name, "-h") || !strcmp(name, "--help") ||
	    !strcmp(name, "help")) {
		print_commands(stdout);
		return vcsctl_flush(VCSCTL_OK);
	}
	for (i = 0; i < NR_CMDS; i++) {
		if (strcmp(cmds[i]->name, name))
			continue;
		ctl.cmd = cmds[i];
		return vcsctl_flush(ctl.cmd->run(&ctl, argc - 1, argv + 1));
	}
	if (*name == '-')
		return vcsctl_fail(VCSCTL_USAGE,
				   "\"%s\" must stand after the command: vcsctl COMMAND %s",
				   name, name);
	vcsctl_fail(VCSCTL_USAGE, "there is no command \"%s\"", name);
	print_commands(stderr);
	return VCSCTL_USAGE;
}
