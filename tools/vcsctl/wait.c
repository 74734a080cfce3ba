// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for the outcome of a join or leave. Events say when it changes, but
 * are best effort, and the last one may be the one that was lost: when there
 * was a gap, and now and then, the state is asked for.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "vcsctl.h"

#define ASK_MS 2000

struct wait {
	struct vcsctl *ctl;
	const struct vcsctl_goal *goal;
	int code;		/* -1: not yet */
	int64_t seq;		/* of the last event; 0 before the first */
	bool gap;
};

int vcsctl_subscribe(struct vcsctl *ctl, struct vcs_error *e)
{
	int ret;

	if (!ctl->client) {
		ret = vcs_client_open(&ctl->client, e);
		if (ret)
			return ret;
	}
	ret = vcs_client_subscribe(ctl->client, VCS_GENL_GROUP_EVENTS);
	if (ret) {
		*e = *vcs_client_error(ctl->client);
		vcs_client_close(ctl->client);
		ctl->client = NULL;
	}
	return ret;
}

void vcsctl_watch(struct vcsctl *ctl)
{
	struct vcs_error e;

	if (vcsctl_subscribe(ctl, &e))
		exit(vcsctl_report(&e));
}

static void judge(struct wait *wait, const json_t *object)
{
	wait->code = wait->goal->reached(vcs_json_str(object, "state"),
					 vcs_json_int(object, "error"),
					 vcs_json_str(object, "reason"));
}

/*
 * The end of an earlier life of the same name may be announced after the
 * request that is waited for: then there is a cluster, and it counts.
 */
static bool earlier_life(struct wait *wait, const json_t *event)
{
	struct vcs_error e;
	json_t *cluster;
	bool earlier;

	if (!wait->goal->begins || strcmp(vcs_json_str(event, "state"), "left"))
		return false;
	cluster = vcsctl_get_cluster(wait->ctl, wait->goal->cluster, &e);
	earlier = cluster && strcmp(vcs_json_str(cluster, "state"), "left");
	if (earlier)
		judge(wait, cluster);
	json_decref(cluster);
	return earlier;
}

static void on_event(const struct vcs_message *message, void *arg)
{
	struct wait *wait = arg;
	json_t *event;
	int64_t seq;

	if (vcs_message_cmd(message) != VCS_CMD_EVENT || wait->code >= 0)
		return;
	event = vcs_json(message);
	seq = vcs_json_int(event, "event_seq");
	if (wait->seq && seq != wait->seq + 1)
		wait->gap = true;
	wait->seq = seq;
	if (!strcmp(vcs_json_str(event, "event"), "state") &&
	    !strcmp(vcs_json_str(event, "cluster"), wait->goal->cluster) &&
	    !earlier_life(wait, event))
		judge(wait, event);
	json_decref(event);
}

/* A cluster that is not there any more has been left. */
static void ask(struct wait *wait)
{
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(wait->ctl, wait->goal->cluster,
					     &e);

	if (cluster)
		judge(wait, cluster);
	else if (e.err == ENOENT)
		wait->code = wait->goal->reached("left", 0, "");
	else
		wait->code = vcsctl_report(&e);
	json_decref(cluster);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int too_late(struct wait *wait)
{
	const struct vcsctl_goal *goal = wait->goal;
	struct vcs_error e;
	json_t *cluster = vcsctl_get_cluster(wait->ctl, goal->cluster, &e);
	const char *waits = vcs_json_str(cluster, "waiting_for");
	int code;

	code = vcsctl_fail(VCSCTL_TIMEOUT,
			   "%s: still %s after %u s%s%s; it goes on, see vcsctl status %s",
			   goal->cluster, goal->doing, goal->seconds,
			   *waits ? ", waits for " : "", waits, goal->cluster);
	json_decref(cluster);
	return code;
}

int vcsctl_wait(struct vcsctl *ctl, const struct vcsctl_goal *goal)
{
	struct wait wait = { .ctl = ctl, .goal = goal, .code = -1 };
	struct pollfd fd = {
		.fd = vcs_client_fd(ctl->client), .events = POLLIN,
	};
	int64_t end = now_ms() + goal->seconds * 1000LL;
	int64_t left = ASK_MS;
	int ready;

	while (wait.code < 0) {
		if (goal->seconds) {
			left = end - now_ms();
			if (left <= 0)
				break;
		}
		ready = poll(&fd, 1, left < ASK_MS ? left : ASK_MS);
		if (ready < 0 && errno != EINTR)
			break;
		if (vcs_client_dispatch(ctl->client, on_event, &wait) ==
		    -ENOBUFS)
			wait.gap = true;
		if (wait.code < 0 && (!ready || wait.gap)) {
			wait.gap = false;
			ask(&wait);
		}
	}
	if (wait.code >= 0)
		return wait.code;
	return too_late(&wait);
}
