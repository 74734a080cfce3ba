// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl monitor: what happens, as it happens, one line each. Events are best
 * effort: after a gap the state of each cluster is asked for and shown.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include "vcsctl.h"

struct monitor {
	const char *cluster;	/* NULL: all */
	bool json;
	bool gap;
	int64_t seq;		/* of the last event; 0 before the first */
};

static void describe_fence(const json_t *e)
{
	int64_t actor = vcs_json_int(e, "actor");

	printf("fence of node %" PRId64 ": %s", vcs_json_int(e, "nodeid"),
	       vcs_json_str(e, "fence_state"));
	if (actor)
		printf(" by node %" PRId64, actor);
}

static void describe_listener(const json_t *e)
{
	const char *waits = vcs_json_str(e, "waiting_for");

	printf("listener %s: %s%s%s", vcs_json_str(e, "listener"),
	       vcs_json_str(e, "phase"), *waits ? ", waits for " : "", waits);
}

static void describe_log(const json_t *e)
{
	int64_t nodeid = vcs_json_int(e, "nodeid");

	printf("log: %s", vcs_json_str(e, "log_code"));
	if (nodeid)
		printf(", node %" PRId64, nodeid);
}

static void describe(const json_t *e)
{
	const char *kind = vcs_json_str(e, "event");
	int64_t nodeid = vcs_json_int(e, "nodeid");

	if (!strcmp(kind, "state"))
		printf("state: %s", vcs_json_str(e, "state"));
	else if (!strcmp(kind, "view"))
		printf("view: generation %" PRId64 ", %" PRId64 " members",
		       vcs_json_int(e, "generation"),
		       vcs_json_int(e, "nr_members"));
	else if (!strcmp(kind, "quorum"))
		printf("%s", vcs_json_true(e, "quorate") ? "quorate" :
							   "NOT quorate");
	else if (!strncmp(kind, "node-", 5))
		printf("node %" PRId64 " %s", nodeid, kind + 5);
	else if (!strcmp(kind, "suspect"))
		printf("node %" PRId64 ": %s", nodeid,
		       vcs_json_str(e, "node_state"));
	else if (!strcmp(kind, "fence"))
		describe_fence(e);
	else if (!strcmp(kind, "listener"))
		describe_listener(e);
	else
		describe_log(e);
}

static void print_event(const struct monitor *m, const json_t *event)
{
	const char *reason = vcs_json_str(event, "reason");
	const char *text = vcs_json_str(event, "text");
	char when[48];

	if (m->json) {
		json_dumpf(event, stdout, JSON_COMPACT);
	} else {
		printf("%s %s: ", time_text(vcs_json_int(event, "time_ns"),
					    when, sizeof(when)),
		       vcs_json_str(event, "cluster"));
		describe(event);
		if (*reason)
			printf(": %s", reason);
		if (*text)
			printf(": %s", text);
	}
	putchar('\n');
}

static int on_event(int cmd, struct nlattr **attrs, void *arg)
{
	struct monitor *m = arg;
	json_t *event;
	int64_t seq;

	if (cmd != VCS_CMD_EVENT)
		return 0;
	event = vcs_json(attrs);
	seq = vcs_json_int(event, "event_seq");
	if (m->seq && seq != m->seq + 1)
		m->gap = true;
	m->seq = seq;
	if (!m->cluster || !strcmp(m->cluster, vcs_json_str(event, "cluster")))
		print_event(m, event);
	json_decref(event);
	return 0;
}

static void print_state(const json_t *clusters)
{
	const json_t *c;
	size_t i;

	puts("-- events were lost; this is the state now:");
	json_array_foreach(clusters, i, c)
		vcsctl_print_status(c);
	if (!json_array_size(clusters))
		puts("there is no such cluster here");
	puts("--");
}

static void resync(struct vcsctl *ctl, const struct monitor *m)
{
	json_t *clusters = vcsctl_dump(ctl, VCS_CMD_GET_CLUSTER, NULL);
	json_t *shown = json_array();
	json_t *c;
	size_t i;

	json_array_foreach(clusters, i, c) {
		if (m->cluster && strcmp(m->cluster, vcs_json_str(c, "cluster")))
			continue;
		json_array_append(shown, c);
	}
	if (m->json) {
		c = json_pack("{s:s, s:O}", "event", "resync", "clusters",
			      shown);
		json_dumpf(c, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(c);
	} else {
		print_state(shown);
	}
	json_decref(shown);
	json_decref(clusters);
}

/* Everything that has arrived; -EAGAIN when no more waits. */
static int drain(struct vcsnl *events, struct monitor *m)
{
	int ret;

	do {
		ret = vcsnl_receive(events, on_event, m);
		if (ret == -ENOBUFS)
			m->gap = true;
	} while (!ret || ret == -ENOBUFS);
	return ret;
}

static int follow(struct vcsctl *ctl, struct vcsnl *events, struct monitor *m)
{
	struct pollfd fd = { .fd = vcsnl_fd(events), .events = POLLIN };

	for (;;) {
		if (poll(&fd, 1, -1) < 0 && errno != EINTR)
			return vcsctl_fail(VCSCTL_ERROR, "poll: %s",
					   strerror(errno));
		if (drain(events, m) != -EAGAIN)
			return vcsctl_fail(VCSCTL_ERROR,
					   "no more events can be received");
		if (m->gap) {
			m->gap = false;
			resync(ctl, m);
		}
		/* Nobody reads this any more, and SIGPIPE is ignored. */
		if (ferror(stdout))
			return VCSCTL_ERROR;
	}
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { VCSCTL_JSON, VCSCTL_HELP, { 0 } };
	struct monitor m = { 0 };
	struct vcsnl events;

	vcsctl_getopt(ctl, argc, argv, "", options);
	if (argc - optind > 1)
		vcsctl_usage(ctl, "\"%s\" is one argument too many",
			     argv[optind + 1]);
	m.cluster = argv[optind];
	m.json = ctl->json;
	setvbuf(stdout, NULL, _IOLBF, 0);
	vcsctl_watch(&events);
	return follow(ctl, &events, &m);
}

const struct vcsctl_cmd cmd_monitor = {
	.name = "monitor",
	.args = "[CLUSTER]",
	.summary = "print events as they happen, until interrupted",
	.options = "With -j, each line is one JSON object.\n\n",
	.run = run,
};
