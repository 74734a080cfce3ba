// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl join: asks the kernel to join, and waits until this node is a member
 * or the join has failed. The events are subscribed to before the request is
 * sent, so that the outcome cannot be missed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vcsctl.h"

#define DEFAULT_WAIT	60
#define MACHINE_ID	"/etc/machine-id"

struct join {
	const char *cluster;
	const char *provider;
	const char *key_file;
	char options[VCS_OPTIONS_MAX + 1];
	bool wait;
	unsigned int seconds;
};

static void add_options(const struct vcsctl *ctl, struct join *join,
			const char *words)
{
	size_t at = strlen(join->options);
	int len = snprintf(join->options + at, sizeof(join->options) - at,
			   "%s%s", at ? "," : "", words);

	if (len < 0 || at + len > VCS_OPTIONS_MAX)
		vcsctl_usage(ctl, "the options are longer than %d characters",
			     VCS_OPTIONS_MAX);
}

static bool has_option(const struct join *join, const char *word)
{
	const char *at = join->options;
	size_t len = strlen(word);

	while (at) {
		if (!strncmp(at, word, len) && at[len] == '=')
			return true;
		at = strchr(at, ',');
		if (at)
			at++;
	}
	return false;
}

/*
 * The machine's id lets the others recognise it after a reboot. Without one
 * the node can join all the same.
 */
static void add_machine_id(const struct vcsctl *ctl, struct join *join)
{
	char id[40] = "", word[64];
	FILE *file;

	if (has_option(join, "machine_id"))
		return;
	file = fopen(MACHINE_ID, "re");
	if (!file)
		return;
	if (fgets(id, sizeof(id), file)) {
		id[strcspn(id, "\n")] = '\0';
		if (strlen(id) == 32 &&
		    strspn(id, "0123456789abcdef") == 32) {
			snprintf(word, sizeof(word), "machine_id=%s", id);
			add_options(ctl, join, word);
		}
	}
	fclose(file);
}

static int joined(const char *state, int error, const char *reason)
{
	int code = error == -EPERM ? VCSCTL_DENIED : VCSCTL_ERROR;

	if (!strcmp(state, "member"))
		return VCSCTL_OK;
	if (strcmp(state, "left") && strcmp(state, "evicted"))
		return -1;
	if (error == -ENOENT && strstr(reason, "provider"))
		return vcsctl_fail(code,
				   "the join has failed: %s: %s; vcsctl providers lists those that are loaded, modprobe vcs-provider-%s loads it",
				   reason, vcsctl_typed(VCS_A_PROVIDER),
				   vcsctl_typed(VCS_A_PROVIDER));
	if (*reason && error)
		return vcsctl_fail(code, "the join has failed: %s (%s)", reason,
				   strerror(-error));
	if (!*reason)
		reason = error ? strerror(-error) : "the cluster was left";
	return vcsctl_fail(code, "the join has failed: %s", reason);
}

static int request(struct vcsctl *ctl, const struct join *join)
{
	unsigned char key[VCS_KEY_LEN];

	if (join->key_file && vcsctl_read_key(join->key_file, key))
		return VCSCTL_ERROR;
	vcsctl_begin(ctl, VCS_CMD_JOIN);
	vcsctl_put(ctl, VCS_A_CLUSTER, join->cluster);
	vcsctl_put(ctl, VCS_A_PROVIDER, join->provider);
	if (join->options[0])
		vcs_client_put_string(ctl->client, VCS_A_OPTIONS,
				      join->options);
	if (join->key_file)
		vcs_client_put_data(ctl->client, VCS_A_KEY, key, sizeof(key));
	explicit_bzero(key, sizeof(key));
	return vcsctl_call(ctl);
}

static int show(struct vcsctl *ctl, const struct join *join)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(ctl, join->cluster, &e);

	if (!cluster)
		return vcsctl_report(&e);
	if (ctl->json)
		vcsctl_print_json(cluster);
	else
		vcsctl_print_status(cluster, -1);
	json_decref(cluster);
	return VCSCTL_OK;
}

/* The likely ones; the log has what this node has heard and refused. */
static const char why_no_view[] =
"No view has come yet. Likely causes, on this node or another:\n"
"  - fewer nodes are there than are needed: more than half of the votes, with\n"
"    wait_for_all=1 and two_node=1 every node\n"
"  - the key is not the same on every node\n"
"  - another machine has the same nodeid\n"
"  - peers= or port= differ between the nodes, or are not their addresses\n"
"  - a firewall keeps UDP from the nodes' port, 5440 if nothing else was said\n";

static void explain(struct vcsctl *ctl, const struct join *join)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(ctl, join->cluster, &e);

	if (!strcmp(vcs_json_str(cluster, "waiting_for"), "view")) {
		if (!strcmp(join->provider, "cman"))
			fputs(why_no_view, stderr);
		fprintf(stderr, "\"vcsctl log %s\" tells what was heard and refused.\n",
			join->cluster);
	}
	json_decref(cluster);
}

static int go(struct vcsctl *ctl, const struct join *join)
{
	const struct vcsctl_goal goal = {
		.cluster = join->cluster,
		.doing = "joining",
		.reached = joined,
		.seconds = join->seconds,
		.begins = true,
	};
	int ret;

	if (join->wait)
		vcsctl_watch(ctl);
	ret = request(ctl, join);
	if (join->wait && !ret)
		ret = vcsctl_wait(ctl, &goal);
	if (ret == VCSCTL_TIMEOUT)
		explain(ctl, join);
	return ret ? ret : show(ctl, join);
}

enum { OPT_WAIT = 256, OPT_NO_WAIT };

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		VCSCTL_JSON,
		VCSCTL_HELP,
		{ "provider", required_argument, NULL, 'p' },
		{ "options", required_argument, NULL, 'o' },
		{ "key", required_argument, NULL, 'K' },
		{ "wait", required_argument, NULL, OPT_WAIT },
		{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
		{ 0 }
	};
	struct join join = {
		.provider = "cman", .wait = true, .seconds = DEFAULT_WAIT,
	};
	int c;

	while ((c = vcsctl_getopt(ctl, argc, argv, "p:o:K:", options)) != -1) {
		switch (c) {
		case 'p':
			join.provider = optarg;
			break;
		case 'o':
			add_options(ctl, &join, optarg);
			break;
		case 'K':
			join.key_file = optarg;
			break;
		case OPT_WAIT:
			join.seconds = vcsctl_number(ctl, "number of seconds",
						     optarg, 0, 86400);
			break;
		case OPT_NO_WAIT:
			join.wait = false;
			break;
		}
	}
	if (argc - optind != 1)
		vcsctl_usage(ctl, "say which cluster, and nothing else");
	join.cluster = argv[optind];
	add_machine_id(ctl, &join);
	return go(ctl, &join);
}

const struct vcsctl_cmd cmd_join = {
	.name = "join",
	.args = "CLUSTER [-p PROVIDER] [-o KEY=VALUE,...] [-K FILE] [--wait SECONDS | --no-wait]",
	.summary = "make this node a member of a cluster",
	.options =
"  -p, --provider NAME   who decides membership; default cman\n"
"  -o, --options WORDS   key=value, separated by commas; may be repeated\n"
"  -K, --key FILE        the cluster's key: 32 bytes or 64 hexadecimal digits\n"
"      --wait SECONDS    how long to wait to be a member; default 60, 0 no limit\n"
"      --no-wait         return when the kernel has accepted the request\n"
"\n"
"For example, with two other nodes; vcsctl(8) lists the words of -o:\n"
"  vcsctl join alpha -K /etc/vcs/alpha.key \\\n"
"    -o nodeid=1,peers=1@192.0.2.1+2@192.0.2.2+3@192.0.2.3,wait_for_all=1\n"
"\n",
	.run = run,
};
