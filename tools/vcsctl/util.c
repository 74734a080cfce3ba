// SPDX-License-Identifier: GPL-2.0-only
/* Options, errors, exit codes and dumps, the same for each command. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../common/text.h"
#include "vcsctl.h"

#define DUMP_TRIES 5

static bool errors_as_json;

void vcsctl_errors_as_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "-j") || !strcmp(argv[i], "--json"))
			errors_as_json = true;
}

static void say_error(int code, const char *where, const char *text)
{
	json_t *error;

	fprintf(stderr, "vcsctl%s%s: %s\n", where ? " " : "",
		where ? where : "", text);
	if (!errors_as_json)
		return;
	error = json_pack("{s:{s:i, s:s}}", "error", "code", code, "text",
			  text);
	/* Not UTF-8: the terminal had it. */
	if (!error)
		error = json_pack("{s:{s:i}}", "error", "code", code);
	json_dumpf(error, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(error);
}

int vcsctl_fail(enum vcsctl_exit code, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(text);
	say_error(code, NULL, text);
	return code;
}

int vcsctl_flush(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	fprintf(stderr, "vcsctl: cannot write what was asked for: %s\n",
		strerror(errno));
	return code ? code : VCSCTL_ERROR;
}

static void describe(const struct vcsctl *ctl, FILE *out)
{
	const struct vcsctl_cmd *cmd = ctl->cmd;

	fprintf(out, "usage: vcsctl %s%s%s\n\n%c%s.\n\n", cmd->name,
		*cmd->args ? " " : "", cmd->args,
		toupper((unsigned char)cmd->summary[0]), cmd->summary + 1);
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
			/* getopt has said which option. */
			describe(ctl, stderr);
			if (errors_as_json)
				say_error(VCSCTL_USAGE, ctl->cmd->name,
					  "the command line is wrong");
			exit(VCSCTL_USAGE);
		default:
			return c;
		}
	}
	return -1;
}

void vcsctl_usage(const struct vcsctl *ctl, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(text);
	say_error(VCSCTL_USAGE, ctl->cmd->name, text);
	fprintf(stderr, "usage: vcsctl %s%s%s\n", ctl->cmd->name,
		*ctl->cmd->args ? " " : "", ctl->cmd->args);
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

static const char *typed[VCS_A_MAX + 1];

void vcsctl_put(struct vcsctl *ctl, enum vcs_attr attr, const char *text)
{
	typed[attr] = text;
	vcs_client_put_string(ctl->client, attr, text);
}

void vcsctl_put_node(struct vcsctl *ctl, uint32_t nodeid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%u", nodeid);
	typed[VCS_A_NODEID] = text;
	vcs_client_put_u32(ctl->client, VCS_A_NODEID, nodeid);
}

const char *vcsctl_typed(enum vcs_attr attr)
{
	return typed[attr] ? typed[attr] : "";
}

/* The kernel speaks to programs: what its words are called here. */
static const struct {
	const char *kernel, *here;
} words[] = {
	{ "GET_CLUSTER", "vcsctl status" },
	{ "GET_NODE", "vcsctl nodes" },
	{ "GET_FENCE", "vcsctl fence -l" },
	{ "FENCE_CONFIRM", "vcsctl confirm" },
	{ "set FORCE", "add --force" },
	{ " and a zero byte", "" },
};

/* What it begins with, when that is an attribute. */
static const struct {
	const char *kernel, *here;
	enum vcs_attr attr;
} subjects[] = {
	{ "CLUSTER", "cluster", VCS_A_CLUSTER },
	{ "PROVIDER", "provider", VCS_A_PROVIDER },
	{ "NODEID", "node", VCS_A_NODEID },
	{ "INCARNATION", "node", VCS_A_NODEID },
	{ "REASON", "reason", VCS_A_REASON },
	{ "OPTIONS", "options", VCS_A_OPTIONS },
	{ "KEY", "key", VCS_A_KEY },
};

/* Returns how much of @text is done. */
static size_t translate_subject(const char *text, char *buf, size_t len)
{
	const char *value;
	size_t i, n;

	for (i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		n = strlen(subjects[i].kernel);
		if (strncmp(text, subjects[i].kernel, n) ||
		    (text[n] != ':' && text[n] != ' '))
			continue;
		value = vcsctl_typed(subjects[i].attr);
		snprintf(buf, len, "%s%s%.128s", subjects[i].here,
			 *value ? " " : "", value);
		return n;
	}
	*buf = '\0';
	return 0;
}

void vcsctl_translate(const char *text, char *buf, size_t len)
{
	size_t at, i;

	text += translate_subject(text, buf, len);
	at = strlen(buf);
	while (*text && at + 1 < len) {
		for (i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (!strncmp(text, words[i].kernel,
				     strlen(words[i].kernel)))
				break;
		if (i == sizeof(words) / sizeof(*words)) {
			buf[at++] = *text++;
			continue;
		}
		text += strlen(words[i].kernel);
		at += snprintf(buf + at, len - at, "%s", words[i].here);
	}
	buf[at < len ? at : len - 1] = '\0';
}

int vcsctl_report(const struct vcs_error *e)
{
	char text[sizeof(e->text) + 256];

	vcsctl_translate(e->text, text, sizeof(text));
	switch (e->err) {
	case ENOENT:
		return vcsctl_fail(VCSCTL_UNKNOWN, "%s", text);
	case EPERM:
	case EACCES:
		return vcsctl_fail(VCSCTL_DENIED, "%s", text);
	case ETIMEDOUT:
		return vcsctl_fail(VCSCTL_TIMEOUT, "%s", text);
	default:
		return vcsctl_fail(VCSCTL_ERROR, "%s", text);
	}
}

static int connect_switch(struct vcsctl *ctl, struct vcs_error *e)
{
	return ctl->client ? 0 : vcs_client_open(&ctl->client, e);
}

void vcsctl_begin(struct vcsctl *ctl, enum vcs_cmd cmd)
{
	struct vcs_error e;

	if (connect_switch(ctl, &e))
		exit(vcsctl_report(&e));
	vcs_client_begin(ctl->client, cmd);
}

int vcsctl_call(struct vcsctl *ctl)
{
	if (vcs_client_call(ctl->client, NULL, NULL))
		return vcsctl_report(vcs_client_error(ctl->client));
	return VCSCTL_OK;
}

void vcsctl_print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
}

static void collect(const struct vcs_message *message, void *arg)
{
	json_array_append_new(arg, vcs_json(message));
}

json_t *vcsctl_try_dump(struct vcsctl *ctl, enum vcs_cmd cmd,
			const char *cluster, struct vcs_error *e)
{
	json_t *array;
	int ret, i;

	if (connect_switch(ctl, e))
		return NULL;
	for (i = 0; i < DUMP_TRIES; i++) {
		array = json_array();
		vcs_client_begin(ctl->client, cmd);
		if (cluster)
			vcsctl_put(ctl, VCS_A_CLUSTER, cluster);
		ret = vcs_client_dump(ctl->client, collect, array);
		if (!ret)
			return array;
		json_decref(array);
		if (ret != -EINTR)
			break;
	}
	*e = *vcs_client_error(ctl->client);
	return NULL;
}

json_t *vcsctl_dump(struct vcsctl *ctl, enum vcs_cmd cmd, const char *cluster)
{
	struct vcs_error e;
	json_t *array = vcsctl_try_dump(ctl, cmd, cluster, &e);

	if (!array)
		exit(vcsctl_report(&e));
	return array;
}

json_t *vcsctl_get_cluster(struct vcsctl *ctl, const char *cluster,
			   struct vcs_error *e)
{
	json_t *array = json_array();
	json_t *object = NULL;

	vcsctl_begin(ctl, VCS_CMD_GET_CLUSTER);
	vcsctl_put(ctl, VCS_A_CLUSTER, cluster);
	if (!vcs_client_call(ctl->client, collect, array))
		object = json_incref(json_array_get(array, 0));
	*e = *vcs_client_error(ctl->client);
	json_decref(array);
	return object;
}

/* The name of the only cluster, to be kept for the life of the program. */
static const char *only_cluster(struct vcsctl *ctl)
{
	json_t *clusters = vcsctl_dump(ctl, VCS_CMD_GET_CLUSTER, NULL);
	size_t i, nr = json_array_size(clusters);
	char names[400] = "";
	size_t at = 0;

	if (nr == 1)
		return vcs_json_str(json_array_get(clusters, 0), "cluster");
	if (!nr)
		exit(vcsctl_fail(VCSCTL_UNKNOWN,
				 "there is no cluster here; vcsctl join makes one"));
	for (i = 0; i < nr && at < sizeof(names); i++)
		at += snprintf(names + at, sizeof(names) - at, " %s",
			       vcs_json_str(json_array_get(clusters, i),
					    "cluster"));
	exit(vcsctl_fail(VCSCTL_USAGE, "say which cluster:%s", names));
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
