// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before something that cannot be undone is done to a node: what is known of
 * it, and the question, which wants the node id typed again.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vcsctl.h"

void vcsctl_need_terminal(const struct vcsctl *ctl)
{
	if (!isatty(STDIN_FILENO))
		vcsctl_usage(ctl, "there is no terminal to ask on; add --yes if you are sure");
}

/* What was typed, without blanks around it. */
static char *stripped(char *line)
{
	size_t len;

	while (isspace((unsigned char)*line))
		line++;
	len = strlen(line);
	while (len && isspace((unsigned char)line[len - 1]))
		line[--len] = '\0';
	return line;
}

/* Not on standard output: that may be JSON. */
const char *vcsctl_ask(const char *question, char *line, int len)
{
	fprintf(stderr, "%s", question);
	if (!fgets(line, len, stdin)) {
		fputc('\n', stderr);
		return NULL;
	}
	return stripped(line);
}

int vcsctl_ask_node(const char *verb, const char *done, uint32_t nodeid)
{
	char line[64], question[64], want[16];
	const char *typed;

	snprintf(want, sizeof(want), "%u", nodeid);
	snprintf(question, sizeof(question), "\nType the node id to %s: ", verb);
	typed = vcsctl_ask(question, line, sizeof(line));
	if (!typed)
		return vcsctl_fail(VCSCTL_ERROR, "not %s: there was no answer",
				   done);
	if (strcmp(typed, want))
		return vcsctl_fail(VCSCTL_ERROR, "not %s: \"%s\" was typed, not %s",
				   done, typed, want);
	return VCSCTL_OK;
}

bool vcsctl_settled(const json_t *fence)
{
	return !strcmp(vcs_json_str(fence, "fence_state"), "fenced");
}

json_t *vcsctl_unsettled(struct vcsctl *ctl, const char *cluster,
			 uint32_t nodeid)
{
	json_t *fences = vcsctl_dump(ctl, VCS_CMD_GET_FENCE, cluster);
	json_t *some = json_array();
	json_t *fence;
	size_t i;

	json_array_foreach(fences, i, fence)
		if (!vcsctl_settled(fence) &&
		    (!nodeid || vcs_json_int(fence, "nodeid") == nodeid))
			json_array_append(some, fence);
	json_decref(fences);
	return some;
}

json_t *vcsctl_member(struct vcsctl *ctl, const char *cluster, uint32_t nodeid)
{
	json_t *nodes = vcsctl_dump(ctl, VCS_CMD_GET_NODE, cluster);
	json_t *node, *found = NULL;
	size_t i;

	json_array_foreach(nodes, i, node)
		if (vcs_json_int(node, "nodeid") == nodeid)
			found = json_incref(node);
	json_decref(nodes);
	return found;
}

void vcsctl_put_life(struct vcsctl *ctl, const json_t *object)
{
	const char *incarnation = vcs_json_str(object, "incarnation");

	vcs_client_put_u64(ctl->client, VCS_A_INCARNATION,
			   strtoull(incarnation, NULL, 16));
}

const char *vcsctl_life(const json_t *object)
{
	const char *incarnation = vcs_json_str(object, "incarnation");

	return strcmp(incarnation, "0000000000000000") ? incarnation :
							 "every earlier one";
}

int64_t vcsctl_votes_short(const json_t *cluster, const json_t *node)
{
	int64_t left = vcs_json_int(cluster, "votes") -
		       vcs_json_int(node, "votes");

	if (!vcs_json_true(cluster, "quorate") ||
	    vcs_json_int(cluster, "nr_members") < 2 ||
	    left >= vcs_json_int(cluster, "quorum"))
		return -1;
	return left;
}
