// SPDX-License-Identifier: GPL-2.0-only
/*
 * bridgetest: libvcs against the kernel. Loads vcs_userbridge, joins a cluster
 * and is its daemon: the longest view, the words of a refusal, a successor, one
 * that was silent, no page fault on the way of events. Needs root, the module
 * vcs, and vcsctl. Prints what failed, and a sum.
 */
#include <errno.h>
#include <libvcs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define NODES		VCS_BRIDGE_NODES_MAX
#define PINGS		1000
#define PATIENCE_MS	30000

static unsigned int passed, failed;
static struct vcs_bridge_member members[NODES + 1];
static struct vcs_bridge_view view = {
	.lifetime = "bridgetest", .generation = 1, .expected_votes = NODES,
	.quorum = NODES / 2 + 1, .nr_members = NODES, .members = members,
};

/* What was asked. */
static uint64_t joined, left;
static unsigned int submits;
static struct vcs_bridge_record last;

static void check(const char *what, bool good)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s\n", what);
}

static void check_ret(const char *what, int ret, int wanted,
		      const struct vcs_error *e)
{
	check(what, ret == wanted);
	if (ret != wanted)
		printf("     %d (%s), not %d: \"%s\" \"%s\"\n", ret,
		       strerror(-ret), wanted, e->attr, e->text);
}

static void on_join(struct vcs_bridge *bridge, uint64_t seq,
		    uint64_t incarnation, const char *options, void *arg)
{
	(void)bridge;
	(void)arg;
	check("the options of a join", !strcmp(options, "color=red"));
	check("a number of a request", seq);
	joined = incarnation;
}

static void on_leave(struct vcs_bridge *bridge, uint64_t seq,
		     enum vcs_ub_how how, void *arg)
{
	(void)arg;
	left = seq;
	check("how it leaves", how == VCS_UB_HOW_CLEAN);
	check_ret("the result of a leave", vcs_bridge_result(bridge, seq), 0,
		  vcs_bridge_error(bridge));
}

static void on_submit(struct vcs_bridge *bridge, uint64_t seq,
		      uint64_t generation, const void *data, size_t len,
		      void *arg)
{
	(void)arg;
	memcpy(last.lifetime, view.lifetime, sizeof(last.lifetime));
	last.generation = generation;
	last.position++;
	last.from = 1;
	last.seq = seq;
	last.data = data;
	last.len = len;
	submits++;
	check_ret("an own record", vcs_bridge_deliver(bridge, &last), 0,
		  vcs_bridge_error(bridge));
}

static const struct vcs_bridge_ops ops = {
	.size = sizeof(ops), .join = on_join, .leave = on_leave,
	.submit = on_submit,
};

static struct vcs_bridge *open_bridge(void)
{
	struct vcs_bridge *bridge;
	struct vcs_error e;

	if (!vcs_bridge_open(&bridge, "alpha", &ops, NULL, &e))
		return bridge;
	printf("FAIL cannot open: %s\n", e.text);
	exit(1);
}

/* Until @what is there; the owner stays alive meanwhile. */
static void wait_for(struct vcs_bridge *bridge, const uint64_t *what)
{
	struct pollfd fd = { .fd = vcs_bridge_fd(bridge), .events = POLLIN };
	unsigned int tries;

	for (tries = 0; !*what && tries < PATIENCE_MS / 500; tries++) {
		if (poll(&fd, 1, 500) > 0)
			check_ret("dispatch", vcs_bridge_dispatch(bridge), 0,
				  vcs_bridge_error(bridge));
		else
			vcs_bridge_ping(bridge);
	}
	check("a request came", *what);
}

static void run(const char *command)
{
	check(command, !system(command));
}

static void watch_the_module(void)
{
	struct vcs_bridge *bridge;
	struct vcs_watch *watch;
	struct vcs_error e = { 0 };
	struct pollfd fd = { .events = POLLIN };

	check_ret("a watch", vcs_watch_open(&watch, VCS_UB_GENL_NAME, &e), 0,
		  &e);
	check("no module yet", !vcs_watch_there(watch));
	fd.fd = vcs_watch_fd(watch);
	check("nothing has come", !poll(&fd, 1, 0));
	/* Has it loaded. */
	bridge = open_bridge();
	check("something has come", poll(&fd, 1, PATIENCE_MS) == 1);
	check("the module has come", vcs_watch_dispatch(watch) == 1);
	check("the module is there", vcs_watch_there(watch));
	run("rmmod vcs_userbridge");
	check("it has gone", vcs_watch_dispatch(watch) == 1);
	check("it is not there", !vcs_watch_there(watch));
	check_ret("a claim without it", vcs_bridge_claim(bridge, 3000, NULL),
		  -ENOPROTOOPT, vcs_bridge_error(bridge));
	run("! grep -q ^vcs_userbridge /proc/modules");
	run("modprobe vcs_userbridge && rmmod vcs_userbridge && modprobe vcs_userbridge");
	check("it has come back", vcs_watch_dispatch(watch) == 1);
	check("it is there again", vcs_watch_there(watch));
	check_ret("the old handle", vcs_bridge_claim(bridge, 3000, NULL),
		  -ENOENT, vcs_bridge_error(bridge));
	vcs_bridge_close(bridge);
	vcs_watch_close(watch);
}

static void views(struct vcs_bridge *bridge)
{
	const struct vcs_error *e = vcs_bridge_error(bridge);
	unsigned int i;

	for (i = 0; i < NODES; i++) {
		members[i].nodeid = i + 1;
		members[i].incarnation = i ? i : joined;
		members[i].joined_generation = 1;
		members[i].votes = 1;
		members[i].settled = i;
	}
	members[3].nodeid = 0;
	check_ret("a node 0", vcs_bridge_view(bridge, &view), -ERANGE, e);
	check("its name", !strcmp(e->attr, "MEMBER.NODEID"));
	members[3].nodeid = 4;
	members[NODES].nodeid = NODES + 1;
	view.nr_members = NODES + 1;
	check_ret("one node too many", vcs_bridge_view(bridge, &view), -EINVAL,
		  e);
	view.nr_members = NODES;
	check_ret("the longest view", vcs_bridge_view(bridge, &view), 0, e);
	check_ret("quorate", vcs_bridge_quorate(bridge, view.lifetime, 1, true,
						"bridgetest"), 0, e);
	check_ret("the same view again", vcs_bridge_view(bridge, &view),
		  -ESTALE, e);
	check_ret("a result never asked", vcs_bridge_result(bridge, 4711),
		  -ENOENT, e);
	check("whose words name it", !strcmp(e->attr, "SEQ"));
}

/* Requests arrive, answers are given, and no page is missing. */
static void no_page_fault(struct vcs_bridge *bridge)
{
	struct rusage before, after;
	unsigned int i, refused = 0;

	check("mlockall", !mlockall(MCL_CURRENT | MCL_FUTURE));
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < PINGS; i++) {
		refused += vcs_bridge_ping(bridge) != 0;
		refused += vcs_bridge_dispatch(bridge) != 0;
	}
	getrusage(RUSAGE_SELF, &after);
	check("all pings", !refused);
	check("records were submitted", submits);
	check("no page fault",
	      before.ru_minflt == after.ru_minflt &&
	      before.ru_majflt == after.ru_majflt);
}

static void successor(struct vcs_bridge *old)
{
	struct vcs_bridge *bridge = open_bridge();
	const struct vcs_error *e = vcs_bridge_error(bridge);
	struct vcs_bridge_belief b;
	struct vcs_bridge_info info;

	check_ret("state", vcs_bridge_store(old, "kept", 4), 0,
		  vcs_bridge_error(old));
	check_ret("two daemons", vcs_bridge_claim(bridge, 3000, NULL), -EBUSY,
		  e);
	vcs_bridge_close(old);
	check_ret("another daemon", vcs_bridge_claim(bridge, 3000, &b), 0, e);
	check("it is frozen", b.frozen);
	check("the state is kept",
	      b.state_len == 4 && !memcmp(b.state, "kept", 4));
	check("all nodes are told",
	      b.view.nr_members == NODES &&
	      b.view.members[NODES - 1].nodeid == NODES &&
	      b.view.members[0].incarnation == joined &&
	      b.view.members[1].settled);
	check("the position is told", b.position == last.position);
	check_ret("not before the freeze ends",
		  vcs_bridge_quorate(bridge, view.lifetime, 1, true, NULL),
		  -EAGAIN, e);
	check_ret("resume", vcs_bridge_resume(bridge, b.view.lifetime,
					      b.view.generation, true, NULL),
		  0, e);
	check_ret("info", vcs_bridge_info(bridge, &info), 0, e);
	check("not frozen",
	      !info.frozen && info.owner && info.generation == 1);
	vcs_bridge_close(bridge);
}

static void silence(void)
{
	struct vcs_bridge *bridge = open_bridge();
	const struct vcs_error *e = vcs_bridge_error(bridge);
	struct vcs_bridge_info info = { .owner = 1 };
	struct vcs_bridge_belief b;
	unsigned int tries;

	check_ret("a short deadline", vcs_bridge_claim(bridge, 100, NULL), 0,
		  e);
	for (tries = 0; info.owner && tries < PATIENCE_MS / 50; tries++) {
		poll(NULL, 0, 50);
		vcs_bridge_info(bridge, &info);
	}
	check_ret("silent for too long", vcs_bridge_ping(bridge), -EPERM, e);
	check_ret("but it may claim", vcs_bridge_claim(bridge, 10000, &b), 0,
		  e);
	check_ret("and resume", vcs_bridge_resume(bridge, b.view.lifetime, 1,
						  true, NULL), 0, e);

	check("leave", !system("vcsctl leave alpha --no-wait"));
	wait_for(bridge, &left);
	run("until ! vcsctl status alpha 2>/dev/null; do usleep 20000; done");
	check_ret("it was left", vcs_bridge_ping(bridge), -ENOENT, e);
	vcs_bridge_close(bridge);
}

int main(void)
{
	struct vcs_bridge *bridge;

	watch_the_module();
	bridge = open_bridge();
	check_ret("no cluster yet", vcs_bridge_claim(bridge, 3000, NULL),
		  -ENOENT, vcs_bridge_error(bridge));
	run("vcsctl join alpha --no-wait -p userbridge -o grace=60,color=red");
	run("until [ $(cat /sys/cluster/alpha/state) = joining ]; do usleep 20000; done");
	check_ret("claim", vcs_bridge_claim(bridge, 10000, NULL), 0,
		  vcs_bridge_error(bridge));
	wait_for(bridge, &joined);
	views(bridge);
	no_page_fault(bridge);
	successor(bridge);
	silence();
	run("rmmod vcs_userbridge");
	printf("bridgetest: %u passed, %u failed\n", passed, failed);
	return !!failed;
}
