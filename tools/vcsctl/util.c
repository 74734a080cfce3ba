// SPDX-License-Identifier: GPL-2.0-only
/* Options, errors, exit codes and dumps, the same for each command. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vcsctl.h"

#define DUMP_TRIES 5

static void describe(const struct vcsctl *ctl, FILE *out)
{
	const struct vcsctl_cmd *cmd = ctl->cmd;

	fprintf(out, "usage: vcsctl %s %s\n\n%s.\n\n", cmd->name, cmd->args,
		cmd->summary);
	if (cmd->options)
		fputs(cmd->options, out);
	fprintf(out, "  -j, --json            print JSON\n"
		"  -h, --help            print this\n");
}

int vcsctl_getopt(struct vcsctl *ctl, int argc, char **argv,
		  const char *letters, const struct option *options)
{
	char all[32];
	int c;

	snprintf(all, sizeof(all), "jh%s", letters);
	while ((c = getopt_long(argc, argv, all, options, NULL)) != -1) {
		switch (c) {
		case 'j':
			ctl->json = true;
			break;
		case 'h':
			describe(ctl, stdout);
			exit(VCSCTL_OK);
		case '?':
			describe(ctl, stderr);
			exit(VCSCTL_USAGE);
		default:
			return c;
		}
	}
	return -1;
}

void vcsctl_usage(const struct vcsctl *ctl, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "vcsctl %s: ", ctl->cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: vcsctl %s %s\n", ctl->cmd->name,
		ctl->cmd->args);
	exit(VCSCTL_USAGE);
}

uint32_t vcsctl_number(const struct vcsctl *ctl, const char *what,
		       const char *text, uint32_t min, uint32_t max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value < min ||
	    value > max)
		vcsctl_usage(ctl, "\"%s\" is no %s: a number from %u to %u",
			     text, what, min, max);
	return value;
}

int vcsctl_report(const struct vcsnl_error *e)
{
	fprintf(stderr, "vcsctl: %s\n", e->text);
	switch (e->err) {
	case ENOENT:
		return VCSCTL_UNKNOWN;
	case EPERM:
	case EACCES:
		return VCSCTL_DENIED;
	case ETIMEDOUT:
		return VCSCTL_TIMEOUT;
	default:
		return VCSCTL_ERROR;
	}
}

void vcsctl_connect(struct vcsctl *ctl)
{
	struct vcsnl_error e;

	if (!ctl->nl.sock && vcsnl_open(&ctl->nl, &e))
		exit(vcsctl_report(&e));
}

void vcsctl_print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
}

static int collect(int cmd, struct nlattr **attrs, void *arg)
{
	(void)cmd;
	json_array_append_new(arg, vcs_json(attrs));
	return 0;
}

json_t *vcsctl_dump(struct vcsctl *ctl, int cmd, const char *cluster)
{
	struct vcsnl_error e;
	struct nl_msg *msg;
	json_t *array;
	int ret, i;

	vcsctl_connect(ctl);
	for (i = 0; i < DUMP_TRIES; i++) {
		array = json_array();
		msg = vcsnl_request(&ctl->nl, cmd, NLM_F_DUMP);
		if (cluster)
			vcsnl_put_string(msg, VCS_A_CLUSTER, cluster);
		ret = vcsnl_call(&ctl->nl, msg, collect, array, &e);
		if (!ret)
			return array;
		json_decref(array);
		if (ret != -EINTR)
			break;
	}
	exit(vcsctl_report(&e));
}

json_t *vcsctl_get_cluster(struct vcsctl *ctl, const char *cluster,
			   struct vcsnl_error *e)
{
	json_t *array = json_array();
	json_t *object = NULL;
	struct nl_msg *msg;

	vcsctl_connect(ctl);
	msg = vcsnl_request(&ctl->nl, VCS_CMD_GET_CLUSTER, 0);
	vcsnl_put_string(msg, VCS_A_CLUSTER, cluster);
	if (!vcsnl_call(&ctl->nl, msg, collect, array, e))
		object = json_incref(json_array_get(array, 0));
	json_decref(array);
	return object;
}

/* The name of the only cluster, to be kept for the life of the program. */
static const char *only_cluster(struct vcsctl *ctl)
{
	json_t *clusters = vcsctl_dump(ctl, VCS_CMD_GET_CLUSTER, NULL);
	size_t i, nr = json_array_size(clusters);

	if (nr == 1)
		return vcs_json_str(json_array_get(clusters, 0), "cluster");
	if (!nr) {
		fprintf(stderr, "vcsctl: there is no cluster here; vcsctl join makes one\n");
		exit(VCSCTL_UNKNOWN);
	}
	fprintf(stderr, "vcsctl: say which cluster:");
	for (i = 0; i < nr; i++)
		fprintf(stderr, " %s", vcs_json_str(json_array_get(clusters, i),
						    "cluster"));
	fputc('\n', stderr);
	exit(VCSCTL_USAGE);
}

const char *vcsctl_cluster(struct vcsctl *ctl, int argc, char **argv, int rest)
{
	int given = argc - optind;

	if (given > rest + 1)
		vcsctl_usage(ctl, "\"%s\" is one argument too many",
			     argv[argc - 1]);
	if (given == rest + 1)
		return argv[optind++];
	if (given < rest)
		vcsctl_usage(ctl, "an argument is missing");
	return only_cluster(ctl);
}
