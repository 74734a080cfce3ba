// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl monitor: the state of each cluster, and then what happens, as it
 * happens, one line each. Events are best effort: after a gap the state is
 * asked for and shown again. So it is when the module vcs was unloaded and has
 * come back.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include "vcsctl.h"

#define BEGIN	"watching from now on"
#define LOST	"events were lost"
#define BACK	"the module vcs is loaded again"

struct monitor {
	struct vcsctl *ctl;	/* client NULL: there is no module */
	const char *cluster;	/* NULL: all */
	struct vcs_watch *watch;
	const char *why;	/* the state is to be shown; NULL: it is not */
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
		printf("view: generation %" PRId64 ", %" PRId64 " member%s",
		       vcs_json_int(e, "generation"),
		       vcs_json_int(e, "nr_members"),
		       vcs_json_int(e, "nr_members") == 1 ? "" : "s");
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

	if (m->ctl->json) {
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

static void on_event(const struct vcs_message *message, void *arg)
{
	struct monitor *m = arg;
	json_t *event;
	int64_t seq;

	if (vcs_message_cmd(message) != VCS_CMD_EVENT)
		return;
	event = vcs_json(message);
	seq = vcs_json_int(event, "event_seq");
	if (m->seq && seq != m->seq + 1)
		m->why = LOST;
	m->seq = seq;
	if (!m->cluster || !strcmp(m->cluster, vcs_json_str(event, "cluster")))
		print_event(m, event);
	json_decref(event);
}

static void print_state(const struct monitor *m, const json_t *clusters)
{
	const json_t *c;
	size_t i;

	printf("-- %s; this is the state now:\n", m->why);
	json_array_foreach(clusters, i, c)
		vcsctl_print_status(c, -1);
	if (!json_array_size(clusters) && m->cluster)
		printf("there is no cluster %s here; waiting for it\n",
		       m->cluster);
	else if (!json_array_size(clusters))
		puts("there is no cluster here; waiting for one");
	puts("--");
}

static void print_object(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static void show(const struct monitor *m, const json_t *clusters)
{
	json_t *shown = json_array();
	json_t *c;
	size_t i;

	json_array_foreach(clusters, i, c) {
		if (m->cluster && strcmp(m->cluster, vcs_json_str(c, "cluster")))
			continue;
		json_array_append(shown, c);
	}
	if (m->ctl->json)
		print_object(json_pack("{s:s, s:s, s:O}", "event",
				       !strcmp(m->why, BEGIN) ? "begin" :
								"resync",
				       "text", m->why, "clusters", shown));
	else
		print_state(m, shown);
	json_decref(shown);
}

/* Everything that has arrived. */
static int drain(struct monitor *m)
{
	int ret;

	if (!m->ctl->client)
		return 0;
	ret = vcs_client_dispatch(m->ctl->client, on_event, m);
	if (ret != -ENOBUFS)
		return ret;
	m->why = LOST;
	return 0;
}

static void gone(struct monitor *m)
{
	if (!m->ctl->client)
		return;
	drain(m);
	if (m->ctl->json)
		print_object(json_pack("{s:s}", "event", "unloaded"));
	else
		puts("-- the module vcs was unloaded; waiting for it to come back");
	vcs_client_close(m->ctl->client);
	m->ctl->client = NULL;
	m->why = NULL;
}

/* If it has gone again already, that will be told too. */
static void came(struct monitor *m)
{
	struct vcs_error e;

	m->seq = 0;
	if (!vcsctl_subscribe(m->ctl, &e))
		m->why = BACK;
	else if (e.err != ENOPROTOOPT && e.err != ENOENT)
		exit(vcsctl_report(&e));
}

static void hear(struct monitor *m)
{
	int ret = vcs_watch_dispatch(m->watch);

	if (ret < 0)
		exit(vcsctl_fail(VCSCTL_ERROR, "cannot watch for the module vcs: %s",
				 strerror(-ret)));
	if (!ret)
		return;
	gone(m);
	if (vcs_watch_there(m->watch))
		came(m);
}

static void resync(struct monitor *m)
{
	struct vcs_error e;
	json_t *clusters = vcsctl_try_dump(m->ctl, VCS_CMD_GET_CLUSTER, NULL,
					   &e);

	if (clusters) {
		show(m, clusters);
		m->why = NULL;
		json_decref(clusters);
		return;
	}
	hear(m);
	if (m->ctl->client)
		exit(vcsctl_report(&e));
}

static int follow(struct monitor *m)
{
	struct pollfd fds[2] = {
		{ .fd = vcs_watch_fd(m->watch), .events = POLLIN },
		{ .events = POLLIN },
	};

	for (;;) {
		/* None is passed over by poll(). */
		fds[1].fd = m->ctl->client ? vcs_client_fd(m->ctl->client) : -1;
		if (!m->why && poll(fds, 2, -1) < 0 && errno != EINTR)
			return vcsctl_fail(VCSCTL_ERROR, "poll: %s",
					   strerror(errno));
		if (drain(m))
			return vcsctl_fail(VCSCTL_ERROR,
					   "no more events can be received");
		hear(m);
		if (m->why)
			resync(m);
		/* Nobody reads this any more, and SIGPIPE is ignored. */
		if (ferror(stdout))
			return VCSCTL_ERROR;
	}
}

static int run(struct vcsctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { VCSCTL_JSON, VCSCTL_HELP, { 0 } };
	struct monitor m = { .ctl = ctl, .why = BEGIN };
	struct vcs_error e;

	vcsctl_getopt(ctl, argc, argv, "", options);
	if (argc - optind > 1)
		vcsctl_usage(ctl, "\"%s\" is one argument too many",
			     argv[optind + 1]);
	m.cluster = argv[optind];
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (vcs_watch_open(&m.watch, VCS_GENL_NAME, &e))
		return vcsctl_report(&e);
	/* That may load the module, and something may go in between. */
	do {
		vcs_client_close(ctl->client);
		ctl->client = NULL;
		vcsctl_watch(ctl);
	} while (vcs_watch_dispatch(m.watch) > 0);
	return follow(&m);
}

const struct vcsctl_cmd cmd_monitor = {
	.name = "monitor",
	.args = "[CLUSTER]",
	.summary = "print the state, then events as they happen, until interrupted",
	.options = "With -j, each line is one JSON object.\n\n",
	.run = run,
};
