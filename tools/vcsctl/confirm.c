// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl confirm: the administrator's word that a node can do no more I/O.
 * The kernel believes it, so it is asked for twice. What was shown is named to
 * the kernel, which takes it for nothing else; that it is pending still is
 * looked at before, to say better why not.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "vcsctl.h"

/* What the last attempt to fence this node said; "" none is in the log. */
static const char *last_result(const json_t *log, uint32_t nodeid)
{
	const char *code, *text = "";
	const json_t *entry;
	size_t i;

	json_array_foreach(log, i, entry) {
		code = vcs_json_str(entry, "log_code");
		if (vcs_json_int(entry, "nodeid") == nodeid &&
		    (!strcmp(code, "fence-attempt") ||
		     !strcmp(code, "fence-result")))
			text = vcs_json_str(entry, "text");
	}
	return text;
}

static void show_one(const json_t *fence)
{
	int64_t age = vcs_json_int(fence, "since_ms");
	int64_t now = (int64_t)time(NULL) * 1000;
	char ago[32], when[48];

	fprintf(stderr, "  incarnation  %s\n", vcsctl_life(fence));
	fprintf(stderr, "  since        %s, %s ago\n",
		time_text((now - age) * 1000000, when, sizeof(when)),
		age_text(age, ago, sizeof(ago)));
	fprintf(stderr, "  state        %s, tries: %" PRId64 "\n",
		vcs_json_str(fence, "fence_state"),
		vcs_json_int(fence, "tries"));
	fprintf(stderr, "  reason       %s\n", vcs_json_str(fence, "reason"));
}

static void show(struct vcsctl *ctl, const char *cluster, uint32_t nodeid,
		 const json_t *pending)
{
	json_t *log = vcsctl_dump(ctl, VCS_CMD_GET_LOG, cluster);
	const char *result = last_result(log, nodeid);
	const json_t *fence;
	size_t i;

	fprintf(stderr, "%s: node %u is to be fenced\n", cluster, nodeid);
	json_array_foreach(pending, i, fence)
		show_one(fence);
	fprintf(stderr, "  last result  %s\n\n", *result ? result : "none");
	fprintf(stderr, "The cluster will treat node %u as fenced and recover its data.\n"
		"If it still runs and can write, that data is LOST OR CORRUPTED.\n"
		"Make sure that it is powered off, or cut off from all shared storage.\n",
		nodeid);
	json_decref(log);
}

static int nothing_pending(struct vcsctl *ctl, const char *cluster,
			   uint32_t nodeid)
{
	json_t *member = vcsctl_member(ctl, cluster, nodeid);
	int ret = vcsctl_fail(VCSCTL_UNKNOWN,
			      "%s: node %u is %s, and no fence of it is pending: there is nothing to confirm; vcsctl fence -l lists what is",
			      cluster, nodeid,
			      member ? "a member" : "no member");

	json_decref(member);
	return ret;
}

static bool same_lives(const json_t *one, const json_t *other)
{
	size_t i, nr = json_array_size(one);

	if (nr != json_array_size(other))
		return false;
	for (i = 0; i < nr; i++)
		if (strcmp(vcs_json_str(json_array_get(one, i), "incarnation"),
			   vcs_json_str(json_array_get(other, i), "incarnation")))
			return false;
	return true;
}

/* VCSCTL_OK when the answer is yes, and still about what was @shown. */
static int agreed(struct vcsctl *ctl, const char *cluster, uint32_t nodeid,
		  const json_t *shown)
{
	json_t *now;
	int ret;

	if (!json_array_size(shown))
		return nothing_pending(ctl, cluster, nodeid);
	show(ctl, cluster, nodeid, shown);
	ret = vcsctl_ask_node("confirm", "confirmed", nodeid);
	now = vcsctl_unsettled(ctl, cluster, nodeid);
	if (!ret && !json_array_size(now))
		ret = vcsctl_fail(VCSCTL_UNKNOWN,
				  "not confirmed: no fence of node %u is pending any more",
				  nodeid);
	else if (!ret && !same_lives(shown, now))
		ret = vcsctl_fail(VCSCTL_ERROR,
				  "not confirmed: another life of node %u is to be fenced now; look again",
				  nodeid);
	json_decref(now);
	return ret;
}

static bool quorate(struct vcsctl *ctl, const char *name)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(ctl, name, &e);
	bool yes = cluster && vcs_json_true(cluster, "quorate");

	json_decref(cluster);
	return yes;
}

/* @fence: the one that is meant; NULL whatever is pending */
static int tell(struct vcsctl *ctl, const char *cluster, uint32_t nodeid,
		const json_t *fence)
{
	vcsctl_begin(ctl, VCS_CMD_FENCE_CONFIRM);
	vcsctl_put(ctl, VCS_A_CLUSTER, cluster);
	vcsctl_put_node(ctl, nodeid);
	if (fence)
		vcsctl_put_life(ctl, fence);
	return vcsctl_call(ctl);
}

/* @shown: what the administrator has seen; NULL nothing */
static int confirm(struct vcsctl *ctl, const char *cluster, uint32_t nodeid,
		   const json_t *shown)
{
	const json_t *fence;
	int ret = VCSCTL_OK;
	size_t i;

	if (!shown)
		ret = tell(ctl, cluster, nodeid, NULL);
	json_array_foreach(shown, i, fence)
		if (!ret)
			ret = tell(ctl, cluster, nodeid, fence);
	if (ret)
		return ret;
	if (ctl->json)
		printf("{}\n");
	else if (quorate(ctl, cluster))
		printf("%s: node %u is confirmed as fenced\n", cluster, nodeid);
	else
		printf("%s: accepted for node %u; it takes effect when the cluster is quorate\n",
		       cluster, nodeid);
	return VCSCTL_OK;
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		VCSCTL_JSON,
		VCSCTL_HELP,
		{ "yes", no_argument, NULL, 'y' },
		{ 0 }
	};
	const char *cluster;
	json_t *shown = NULL;
	bool yes = false;
	uint32_t nodeid;
	int ret = VCSCTL_OK;

	while (vcsctl_getopt(ctl, argc, argv, "y", options) != -1)
		yes = true;
	cluster = vcsctl_cluster(ctl, argc, argv, 1);
	nodeid = vcsctl_number(ctl, "node id", argv[optind], 1, UINT32_MAX);
	if (!yes) {
		vcsctl_need_terminal(ctl);
		shown = vcsctl_unsettled(ctl, cluster, nodeid);
		ret = agreed(ctl, cluster, nodeid, shown);
	}
	if (!ret)
		ret = confirm(ctl, cluster, nodeid, shown);
	json_decref(shown);
	return ret;
}

const struct vcsctl_cmd cmd_confirm = {
	.name = "confirm",
	.args = "[CLUSTER] NODEID [--yes]",
	.summary = "state that a node can do no more I/O, by hand",
	.options =
"The cluster believes it, and recovers the node's data. If the node still runs\n"
"and can write to shared storage, DATA IS LOST: see that it is off before.\n"
"\n"
"  -y, --yes             do not ask\n",
	.run = run,
};
