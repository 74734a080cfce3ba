// SPDX-License-Identifier: GPL-2.0-only
/* vcsctl status: how a cluster is doing, at a glance. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "vcsctl.h"

static bool is(const json_t *cluster, const char *state)
{
	return !strcmp(vcs_json_str(cluster, "state"), state);
}

static const char *or_nothing(const char *text)
{
	return *text ? text : "nothing";
}

/* Of a member the reason is about quorum. */
static const char *why_not_quorate(const json_t *c)
{
	if (!is(c, "member") || vcs_json_true(c, "quorate") ||
	    !vcs_json_int(c, "nr_members"))
		return "";
	return vcs_json_str(c, "reason");
}

static void print_view(const json_t *c)
{
	bool quorate = vcs_json_true(c, "quorate");
	const char *why = why_not_quorate(c);

	printf("  this node    %" PRId64 " (incarnation %s)\n",
	       vcs_json_int(c, "local_node"), vcs_json_str(c, "incarnation"));
	printf("  view         generation %" PRId64 ", %" PRId64 " member%s\n",
	       vcs_json_int(c, "generation"), vcs_json_int(c, "nr_members"),
	       vcs_json_int(c, "nr_members") == 1 ? "" : "s");
	printf("  lifetime     %s\n", vcs_json_str(c, "lifetime"));
	printf("  votes        %" PRId64 " of %" PRId64 ", %" PRId64
	       " needed: %s%s%s\n",
	       vcs_json_int(c, "votes"), vcs_json_int(c, "expected_votes"),
	       vcs_json_int(c, "quorum"),
	       quorate ? "quorate" : "NOT quorate", *why ? ": " : "", why);
}

/* The age of the oldest of @array whose @key is @value; -1: there is none. */
static int64_t oldest(const json_t *array, const char *key, const char *value)
{
	const json_t *object;
	int64_t ms = -1;
	size_t i;

	json_array_foreach(array, i, object)
		if (!strcmp(vcs_json_str(object, key), value) &&
		    vcs_json_int(object, "since_ms") > ms)
			ms = vcs_json_int(object, "since_ms");
	return ms;
}

/* For how long it has waited, as far as a listener knows it; -1: unknown. */
static int64_t waited_ms(struct vcsctl *ctl, const json_t *c)
{
	const char *waits = vcs_json_str(c, "waiting_for");
	json_t *listeners;
	struct vcs_error e;
	int64_t ms;

	if (!*waits || !is(c, "member"))
		return -1;
	listeners = vcsctl_try_dump(ctl, VCS_CMD_GET_LISTENER,
				    vcs_json_str(c, "cluster"), &e);
	ms = oldest(listeners, "waiting_for", waits);
	json_decref(listeners);
	return ms;
}

void vcsctl_print_status(const json_t *c, int64_t waited)
{
	int64_t error = vcs_json_int(c, "error");
	char age[32];

	printf("%s: %s%s\n", vcs_json_str(c, "cluster"),
	       vcs_json_str(c, "state"),
	       !is(c, "member") ? "" :
	       vcs_json_true(c, "quorate") ? ", quorate" : ", NOT quorate");
	printf("  provider     %s\n", vcs_json_str(c, "provider"));
	if (vcs_json_int(c, "nr_members"))
		print_view(c);
	if (*vcs_json_str(c, "reason") && !*why_not_quorate(c))
		printf("  reason       %s\n", vcs_json_str(c, "reason"));
	printf("  waits for    %s%s%s\n",
	       or_nothing(vcs_json_str(c, "waiting_for")),
	       waited < 0 ? "" : ", for ",
	       waited < 0 ? "" : age_text(waited, age, sizeof(age)));
	if (error)
		printf("  last error   %s\n", strerror(-error));
}

static bool healthy(const json_t *cluster)
{
	return is(cluster, "member") && vcs_json_true(cluster, "quorate");
}

static int one(struct vcsctl *ctl, const char *name)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(ctl, name, &e);
	bool good;

	if (!cluster)
		return vcsctl_report(&e);
	if (ctl->json)
		vcsctl_print_json(cluster);
	else
		vcsctl_print_status(cluster, waited_ms(ctl, cluster));
	good = healthy(cluster);
	json_decref(cluster);
	return good ? VCSCTL_OK : VCSCTL_INQUORATE;
}

static int all(struct vcsctl *ctl)
{
	json_t *clusters = vcsctl_dump(ctl, VCS_CMD_GET_CLUSTER, NULL);
	int ret = json_array_size(clusters) ? VCSCTL_OK : VCSCTL_UNKNOWN;
	const json_t *cluster;
	size_t i;

	if (ctl->json)
		vcsctl_print_json(clusters);
	else if (ret)
		puts("there is no cluster here; vcsctl join makes one");
	json_array_foreach(clusters, i, cluster) {
		if (!ctl->json)
			vcsctl_print_status(cluster, waited_ms(ctl, cluster));
		if (!healthy(cluster))
			ret = VCSCTL_INQUORATE;
	}
	json_decref(clusters);
	return ret;
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { VCSCTL_JSON, VCSCTL_HELP, { 0 } };

	vcsctl_getopt(ctl, argc, argv, "", options);
	if (argc - optind > 1)
		vcsctl_usage(ctl, "\"%s\" is one argument too many",
			     argv[optind + 1]);
	return optind < argc ? one(ctl, argv[optind]) : all(ctl);
}

const struct vcsctl_cmd cmd_status = {
	.name = "status",
	.args = "[CLUSTER]",
	.summary = "show the state of one cluster, or of all",
	.options = "The exit code is 6 unless each cluster shown is a quorate member.\n\n",
	.run = run,
};
