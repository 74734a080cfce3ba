// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl fence: asks for a node to be fenced, or lists what is to be fenced.
 * Mostly the node is alive, and loses its power: so the question first.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "vcsctl.h"

static void print(const json_t *fences)
{
	static const char *const titles[] = {
		">NODE", "INCARNATION", "STATE", ">FOR", ">ACTOR", "METHOD",
		">TRIES", "REASON", NULL
	};
	struct table *table = table_new(titles);
	char nodeid[16], age[32], actor[16], tries[16];
	const char *method;
	const json_t *f;
	size_t i;

	json_array_foreach(fences, i, f) {
		snprintf(nodeid, sizeof(nodeid), "%u",
			 (unsigned int)vcs_json_int(f, "nodeid"));
		snprintf(actor, sizeof(actor), "%u",
			 (unsigned int)vcs_json_int(f, "actor"));
		snprintf(tries, sizeof(tries), "%u",
			 (unsigned int)vcs_json_int(f, "tries"));
		age_text(vcs_json_int(f, "since_ms"), age, sizeof(age));
		method = vcs_json_str(f, "method");
		table_row(table, (const char *[]) {
			nodeid, vcsctl_life(f), vcs_json_str(f, "fence_state"),
			age, vcs_json_int(f, "actor") ? actor : "-",
			*method ? method : "-", tries,
			vcs_json_str(f, "reason"),
		});
	}
	table_print(table, stdout);
	table_free(table);
}

static int list(struct vcsctl *ctl, const char *cluster, bool all)
{
	json_t *some = all ? vcsctl_dump(ctl, VCS_CMD_GET_FENCE, cluster) :
			     vcsctl_unsettled(ctl, cluster, 0);

	if (ctl->json)
		vcsctl_print_json(some);
	else if (json_array_size(some))
		print(some);
	else
		printf("%s has nothing to fence\n", cluster);
	json_decref(some);
	return VCSCTL_OK;
}

static json_t *get_cluster(struct vcsctl *ctl, const char *name)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(ctl, name, &e);

	if (!cluster)
		exit(vcsctl_report(&e));
	return cluster;
}

static int is_this_node(uint32_t nodeid)
{
	return vcsctl_fail(VCSCTL_ERROR,
			   "node %u is this node, which cannot fence itself: ask on another one, or leave with vcsctl leave",
			   nodeid);
}

/* It is no member: because it is to be fenced already? */
static int no_member(struct vcsctl *ctl, const char *cluster, uint32_t nodeid)
{
	json_t *fences = vcsctl_unsettled(ctl, cluster, nodeid);
	bool pending = json_array_size(fences);

	json_decref(fences);
	if (pending)
		return vcsctl_fail(VCSCTL_UNKNOWN,
				   "%s: node %u is no member any more, and is to be fenced already; vcsctl fence -l shows how it goes",
				   cluster, nodeid);
	return vcsctl_fail(VCSCTL_UNKNOWN,
			   "%s: node %u is no such member; vcsctl nodes lists them",
			   cluster, nodeid);
}

static void show(const json_t *cluster, const json_t *node)
{
	uint32_t nodeid = vcs_json_int(node, "nodeid");
	int64_t left = vcsctl_votes_short(cluster, node);

	fprintf(stderr, "%s: node %u is a member, incarnation %s, state %s\n"
		"It will be powered off, or what its fence agent does, as it is.\n",
		vcs_json_str(cluster, "cluster"), nodeid,
		vcs_json_str(node, "incarnation"),
		vcs_json_str(node, "node_state"));
	if (left >= 0)
		fprintf(stderr, "QUORUM WILL BE LOST: %" PRId64
			" of the votes stay, %" PRId64 " are needed.\n",
			left, vcs_json_int(cluster, "quorum"));
}

/* VCSCTL_OK when the answer is yes, and still about @node, which is shown. */
static int agreed(struct vcsctl *ctl, const char *name, uint32_t nodeid,
		  const json_t *node)
{
	json_t *cluster = get_cluster(ctl, name);
	json_t *now = NULL;
	int ret;

	if (vcs_json_int(cluster, "local_node") == nodeid) {
		ret = is_this_node(nodeid);
	} else if (!node) {
		ret = no_member(ctl, name, nodeid);
	} else {
		show(cluster, node);
		ret = vcsctl_ask_node("fence it", "fenced", nodeid);
		now = vcsctl_member(ctl, name, nodeid);
	}
	if (!ret && !now)
		ret = no_member(ctl, name, nodeid);
	else if (!ret && strcmp(vcsctl_life(node), vcsctl_life(now)))
		ret = vcsctl_fail(VCSCTL_ERROR,
				  "not fenced: node %u has come back as another life; look again",
				  nodeid);
	json_decref(cluster);
	json_decref(now);
	return ret;
}

/* In the words of who typed it. */
static int refused(struct vcsctl *ctl, const char *name, uint32_t nodeid)
{
	struct vcs_error e = *vcs_client_error(ctl->client);
	json_t *cluster;
	bool local;

	if (e.err == ENOENT && !strcmp(e.attr, "NODEID"))
		return no_member(ctl, name, nodeid);
	if (e.err != EINVAL)
		return vcsctl_report(&e);
	cluster = get_cluster(ctl, name);
	local = vcs_json_int(cluster, "local_node") == nodeid;
	json_decref(cluster);
	return local ? is_this_node(nodeid) : vcsctl_report(&e);
}

/* @node: as it was shown; NULL: whatever life of it is the member */
static int request(struct vcsctl *ctl, const char *cluster, uint32_t nodeid,
		   const json_t *node, const char *reason)
{
	vcsctl_begin(ctl, VCS_CMD_FENCE);
	vcsctl_put(ctl, VCS_A_CLUSTER, cluster);
	vcsctl_put_node(ctl, nodeid);
	if (node)
		vcsctl_put_life(ctl, node);
	if (reason)
		vcsctl_put(ctl, VCS_A_REASON, reason);
	if (vcs_client_call(ctl->client, NULL, NULL))
		return refused(ctl, cluster, nodeid);
	if (ctl->json)
		printf("{}\n");
	else
		printf("%s: asked to fence node %u; vcsctl fence -l shows how it goes\n",
		       cluster, nodeid);
	return VCSCTL_OK;
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		VCSCTL_JSON,
		VCSCTL_HELP,
		{ "list", no_argument, NULL, 'l' },
		{ "all", no_argument, NULL, 'a' },
		{ "reason", required_argument, NULL, 'r' },
		{ "yes", no_argument, NULL, 'y' },
		{ 0 }
	};
	bool listing = false, all = false, yes = false;
	const char *reason = NULL, *cluster;
	json_t *node = NULL;
	uint32_t nodeid;
	int c, ret = VCSCTL_OK;

	while ((c = vcsctl_getopt(ctl, argc, argv, "lar:y", options)) != -1) {
		if (c == 'r')
			reason = optarg;
		else if (c == 'y')
			yes = true;
		else
			listing = true;
		if (c == 'a')
			all = true;
	}
	if (listing && reason)
		vcsctl_usage(ctl, "a list needs no reason");
	cluster = vcsctl_cluster(ctl, argc, argv, listing ? 0 : 1);
	if (listing)
		return list(ctl, cluster, all);
	nodeid = vcsctl_number(ctl, "node id", argv[optind], 1, UINT32_MAX);
	if (!yes) {
		vcsctl_need_terminal(ctl);
		node = vcsctl_member(ctl, cluster, nodeid);
		ret = agreed(ctl, cluster, nodeid, node);
	}
	if (!ret)
		ret = request(ctl, cluster, nodeid, node, reason);
	json_decref(node);
	return ret;
}

const struct vcsctl_cmd cmd_fence = {
	.name = "fence",
	.args = "[CLUSTER] NODEID [-r REASON] [--yes] | -l [CLUSTER] | -a [CLUSTER]",
	.summary = "ask for a node to be fenced, or list what is to be fenced",
	.options =
"  -r, --reason TEXT     goes into the decision log of every node\n"
"  -y, --yes             do not ask\n"
"  -l, --list            list the fences that are pending or under way\n"
"  -a, --all             list those that are done as well\n",
	.run = run,
};
