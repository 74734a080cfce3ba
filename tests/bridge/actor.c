// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemons: opened by name, closed when they die, and told what the kernel
 * asks. See actor.h.
 */
#include <err.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../../tools/libvcs/bridge.h"
#include "actor.h"

#define ACTORS_MAX	8

static struct actor actors[ACTORS_MAX];

int find_request(const char *name)
{
	static const char *const names[] = {
		[VCS_UB_CMD_JOIN] = "join", [VCS_UB_CMD_LEAVE] = "leave",
		[VCS_UB_CMD_SUBMIT] = "submit", [VCS_UB_CMD_FENCED] = "fenced",
	};
	int cmd;

	for (cmd = VCS_UB_CMD_JOIN; cmd <= VCS_UB_CMD_FENCED; cmd++)
		if (name && !strcmp(name, names[cmd]))
			return cmd;
	errx(2, "no request is called \"%s\"", name ? name : "");
}

static struct asked *note(struct actor *actor, int cmd, uint64_t seq)
{
	struct asked *asked = &actor->inbox[actor->nr].asked;

	if (actor->nr == ASKED_MAX)
		errx(2, "%s: more requests than there can be", actor->name);
	actor->inbox[actor->nr++].cmd = cmd;
	asked->seq = seq;
	return asked;
}

/* The first @cmd that came is taken out. */
static bool take(struct actor *actor, int cmd)
{
	unsigned int i;

	for (i = 0; i < actor->nr && actor->inbox[i].cmd != cmd; i++)
		;
	if (i == actor->nr)
		return false;
	actor->asked[cmd] = actor->inbox[i].asked;
	actor->nr--;
	memmove(&actor->inbox[i], &actor->inbox[i + 1],
		(actor->nr - i) * sizeof(*actor->inbox));
	return true;
}

static void on_join(struct vcs_bridge *bridge, uint64_t seq,
		    uint64_t incarnation, const char *options, void *arg)
{
	struct actor *actor = arg;

	(void)bridge;
	(void)options;
	note(arg, VCS_UB_CMD_JOIN, seq);
	actor->incarnation = incarnation;
}

static void on_leave(struct vcs_bridge *bridge, uint64_t seq,
		     enum vcs_ub_how how, void *arg)
{
	(void)bridge;
	note(arg, VCS_UB_CMD_LEAVE, seq)->value = how;
}

static void on_submit(struct vcs_bridge *bridge, uint64_t seq,
		      uint64_t generation, const void *data, size_t len,
		      void *arg)
{
	struct asked *asked = note(arg, VCS_UB_CMD_SUBMIT, seq);

	(void)bridge;
	asked->generation = generation;
	asked->len = len;
	memcpy(asked->data, data, len);
}

static void on_fenced(struct vcs_bridge *bridge, uint64_t seq,
		      const struct vcs_bridge_fenced *fenced, void *arg)
{
	struct asked *asked = note(arg, VCS_UB_CMD_FENCED, seq);

	(void)bridge;
	asked->fence_cookie = fenced->fence_cookie;
	asked->value = fenced->result;
}

static void open_bridge(struct actor *actor, const char *cluster)
{
	static const struct vcs_bridge_ops ops = {
		.size = sizeof(ops), .join = on_join, .leave = on_leave,
		.submit = on_submit, .fenced = on_fenced,
	};
	struct vcs_error e;

	if (vcs_bridge_open(&actor->bridge, cluster, &ops, actor, &e))
		errx(2, "%s: %s", actor->name, e.text);
	actor->port = nl_socket_get_local_port(actor->bridge->socket.nl);
}

struct actor *actor_find(const char *name, const char *cluster)
{
	struct actor *actor = actors;

	while (actor < actors + ACTORS_MAX && actor->name &&
	       strcmp(actor->name, name))
		actor++;
	if (actor == actors + ACTORS_MAX)
		errx(2, "too many daemons");
	if (!actor->name)
		actor->name = strdup(name);
	if (!actor->bridge)
		open_bridge(actor, cluster);
	return actor;
}

void actor_close(struct actor *actor)
{
	vcs_bridge_close(actor->bridge);
	actor->bridge = NULL;
	memset(actor->asked, 0, sizeof(actor->asked));
	actor->nr = 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

bool actor_await(struct actor *actor, int cmd, int ms)
{
	struct pollfd poller = {
		.fd = vcs_bridge_fd(actor->bridge), .events = POLLIN,
	};
	int64_t end = now_ms() + ms, left = ms;
	bool there;

	while (!(there = take(actor, cmd)) && left >= 0) {
		if (poll(&poller, 1, left) > 0)
			vcs_bridge_dispatch(actor->bridge);
		left = end - now_ms();
	}
	return there;
}
