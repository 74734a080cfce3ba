// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest membership daemon for the user bridge: alone in its cluster.
 * Documentation/userbridge.rst says what a daemon for many adds. On libvcs.
 * Usage: lone CLUSTER NODEID
 */
#include <err.h>
#include <errno.h>
#include <libvcs.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define DEADLINE_MS	3000

static uint32_t nodeid;
static struct vcs_bridge_record last;	/* delivered; and of which view */

static void must(struct vcs_bridge *bridge, int ret)
{
	if (ret)
		errx(1, "the kernel refused: %s", vcs_bridge_error(bridge)->text);
}

/* What the kernel had no memory for is to be sent again. */
static bool again(int ret)
{
	if (ret == -ENOMEM)
		poll(NULL, 0, DEADLINE_MS / 30);
	return ret == -ENOMEM;
}

/* A cluster that forms from nothing draws a new lifetime. */
static void on_join(struct vcs_bridge *bridge, uint64_t seq,
		    uint64_t incarnation, const char *options, void *arg)
{
	struct vcs_bridge_member self = {
		.nodeid = nodeid, .incarnation = incarnation,
		.joined_generation = 1, .votes = 1,
	};
	struct vcs_bridge_view view = {
		.generation = 1, .expected_votes = 1, .quorum = 1,
		.nr_members = 1, .members = &self,
	};
	int ret;

	(void)seq;
	(void)arg;
	if (*options)
		warnx("\"%s\" means nothing to me", options);
	if (getrandom(view.lifetime, sizeof(view.lifetime), 0) < 0)
		err(1, "no lifetime");
	do
		ret = vcs_bridge_view(bridge, &view);
	while (again(ret));
	must(bridge, ret);
	must(bridge, vcs_bridge_quorate(bridge, view.lifetime, 1, true,
					"there is nobody else"));
	memcpy(last.lifetime, view.lifetime, sizeof(last.lifetime));
	last.generation = 1;
	last.position = 0;
}

/*
 * Alone, the order in which they come is the agreed one. One that became void
 * on its way, for the cluster is being left, is no mistake.
 */
static void on_submit(struct vcs_bridge *bridge, uint64_t seq,
		      uint64_t generation, const void *data, size_t len,
		      void *arg)
{
	struct vcs_bridge_record next = last;
	int ret;

	(void)generation;
	(void)arg;
	next.position++;
	next.from = nodeid;
	next.seq = seq;
	next.data = data;
	next.len = len;
	do
		ret = vcs_bridge_deliver(bridge, &next);
	while (again(ret));
	if (ret == -ESTALE || ret == -ESHUTDOWN || ret == -ENOENT)
		return;
	must(bridge, ret);
	last = next;
}

static void on_leave(struct vcs_bridge *bridge, uint64_t seq,
		     enum vcs_ub_how how, void *arg)
{
	(void)how;
	(void)arg;
	must(bridge, vcs_bridge_result(bridge, seq));
}

/* A predecessor may have been here; alone, nothing can have changed since. */
static void claim(struct vcs_bridge *bridge)
{
	struct vcs_bridge_belief b;

	must(bridge, vcs_bridge_claim(bridge, DEADLINE_MS, &b));
	memcpy(last.lifetime, b.view.lifetime, sizeof(last.lifetime));
	last.generation = b.view.generation;
	last.position = b.position;
	if (b.frozen)
		must(bridge, vcs_bridge_resume(bridge, last.lifetime,
					       last.generation, true, NULL));
}

int main(int argc, char **argv)
{
	static const struct vcs_bridge_ops ops = {
		.size = sizeof(ops),
		.join = on_join, .leave = on_leave, .submit = on_submit,
	};
	struct pollfd poller = { .events = POLLIN };
	struct vcs_bridge *bridge;
	struct vcs_error e;
	int ret;

	if (argc != 3)
		errx(1, "usage: lone CLUSTER NODEID");
	nodeid = atoi(argv[2]);
	if (vcs_bridge_open(&bridge, argv[1], &ops, NULL, &e))
		errx(1, "%s", e.text);
	claim(bridge);
	poller.fd = vcs_bridge_fd(bridge);
	for (;;) {
		ret = poll(&poller, 1, DEADLINE_MS / 4);
		if (ret < 0 && errno != EINTR)
			err(1, "poll");
		ret = ret > 0 ? vcs_bridge_dispatch(bridge) :
				vcs_bridge_ping(bridge);
		/* Left, or silent for too long. */
		if (ret == -ENOENT)
			break;
		if (ret == -EPERM)
			claim(bridge);
		else
			must(bridge, ret);
	}
	vcs_bridge_close(bridge);
	return 0;
}
