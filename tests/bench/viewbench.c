// SPDX-License-Identifier: GPL-2.0-only
/*
 * viewbench CLUSTER COUNT: a membership daemon, alone in its cluster, that lets
 * a second node come and go COUNT times, and measures what each of these views
 * takes until the end of the start() of bench_listener, which it loads. The
 * clock is read before VIEW is made. Before each view it has the kernel answer
 * CTRL_GETFAMILY, as cheap a question as netlink has, to measure by.
 *
 * A view takes four messages: VIEW and QUORATE; SUBMIT, by which the kernel asks
 * for the record that ends the state transfer; DELIVER, its delivery.
 *
 * Prints the times of each view in ns, one line each, in this order: the family;
 * the start; and from the beginning to the end of VIEW, to the stop, to the end
 * of QUORATE, to SUBMIT, to the end of DELIVER, to the finish.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libvcs.h>
#include <linux/genetlink.h>
#include <linux/vcs_userbridge.h>
#include <netlink/genl/genl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "change.h"

#define DEADLINE_MS	60000
#define SELF		1
#define OTHER		2

/* Since the beginning of a view, but the first. */
struct times {
	uint64_t family, start, view, stop, quorate, submit, deliver, finish;
};

static struct vcs_bridge *bridge;
static uint64_t incarnation;		/* of this node */
static uint64_t generation, begin;
static uint64_t other_joined;		/* since which view; 0 it is not there */
static uint64_t position;
static struct times times;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void must(int ret)
{
	if (ret)
		errx(1, "the kernel refused: %s", vcs_bridge_error(bridge)->text);
}

/* The next view: the other comes, with a life of its own, or has gone. */
static void say_view(bool other)
{
	struct vcs_bridge_member members[] = {
		{ .nodeid = SELF, .incarnation = incarnation,
		  .joined_generation = 1, .votes = 1 },
		{ .nodeid = OTHER, .incarnation = generation + 1,
		  .joined_generation = generation + 1, .votes = 1 },
	};
	struct vcs_bridge_departed gone = {
		.nodeid = OTHER, .incarnation = other_joined,
		.reason = VCS_LEAVE_CLEAN,
	};
	struct vcs_bridge_view view = {
		.lifetime = "viewbench", .generation = generation + 1,
		.expected_votes = 2, .quorum = 1,
		.members = members, .nr_members = other ? 2 : 1,
		.departed = &gone, .nr_departed = other_joined ? 1 : 0,
	};

	begin = now();
	must(vcs_bridge_view(bridge, &view));
	times.view = now() - begin;
	generation = view.generation;
	other_joined = other ? generation : 0;
	position = 0;
	must(vcs_bridge_quorate(bridge, view.lifetime, generation, true, NULL));
	times.quorate = now() - begin;
}

static void on_join(struct vcs_bridge *b, uint64_t seq, uint64_t self,
		    const char *options, void *arg)
{
	(void)b;
	(void)seq;
	(void)options;
	(void)arg;
	incarnation = self;
	say_view(false);
}

static void on_submit(struct vcs_bridge *b, uint64_t seq, uint64_t of,
		      const void *data, size_t len, void *arg)
{
	struct vcs_bridge_record record = {
		.lifetime = "viewbench", .generation = of,
		.position = position + 1, .seq = seq, .from = SELF,
		.data = data, .len = len,
	};

	(void)arg;
	times.submit = now() - begin;
	must(vcs_bridge_deliver(b, &record));
	times.deliver = now() - begin;
	position++;
}

static void on_leave(struct vcs_bridge *b, uint64_t seq, enum vcs_ub_how how,
		     void *arg)
{
	(void)how;
	(void)arg;
	must(vcs_bridge_result(b, seq));
	errx(1, "it was left too early");
}

static void serve_until_delivered(void)
{
	struct pollfd poller = { .events = POLLIN };

	poller.fd = vcs_bridge_fd(bridge);
	while (!position) {
		if (poll(&poller, 1, -1) < 0 && errno != EINTR)
			err(1, "poll");
		must(vcs_bridge_dispatch(bridge));
	}
}

/* Sent and taken as libvcs does it: once made, the message stays. */
static uint64_t ask_family(struct nl_sock *nl)
{
	static struct nl_msg *msg;
	static char answer[16384];
	uint64_t asked;

	if (!msg) {
		msg = nlmsg_alloc();
		if (!msg ||
		    !genlmsg_put(msg, nl_socket_get_local_port(nl), 1,
				 GENL_ID_CTRL, 0, NLM_F_REQUEST,
				 CTRL_CMD_GETFAMILY, 1) ||
		    nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl"))
			errx(1, "out of memory");
	}
	asked = now();
	if (send(nl_socket_get_fd(nl), nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len,
		 0) < 0 ||
	    recv(nl_socket_get_fd(nl), answer, sizeof(answer), 0) < NLMSG_HDRLEN)
		err(1, "CTRL_GETFAMILY");
	asked = now() - asked;
	if (((struct nlmsghdr *)answer)->nlmsg_type != GENL_ID_CTRL)
		errx(1, "CTRL_GETFAMILY was refused");
	return asked;
}

static void wait_finished(int changes)
{
	struct bench_change change;

	if (read(changes, &change, sizeof(change)) != sizeof(change))
		err(1, "%s", BENCH_CHANGES);
	if (change.generation != generation)
		errx(1, "the listener started view %llu, not %llu",
		     (unsigned long long)change.generation,
		     (unsigned long long)generation);
	times.stop = change.stop_ns - begin;
	times.start = change.start_ns - begin;
	times.finish = change.finish_ns - begin;
}

static int load_listener(const char *cluster)
{
	char command[128];
	int fd;

	snprintf(command, sizeof(command), "modprobe bench_listener cluster=%s",
		 cluster);
	if (system(command))
		errx(1, "failed: %s", command);
	fd = open(BENCH_CHANGES, O_RDONLY);
	if (fd < 0)
		err(1, "%s", BENCH_CHANGES);
	return fd;
}

static void measure(struct nl_sock *nl, int changes, struct times *to)
{
	times.family = ask_family(nl);
	say_view(!other_joined);
	serve_until_delivered();
	wait_finished(changes);
	*to = times;
}

static struct times *measure_all(const char *cluster, size_t count)
{
	struct times *all = calloc(count, sizeof(*all));
	struct nl_sock *nl = nl_socket_alloc();
	int changes = load_listener(cluster);
	size_t i;

	if (!all || !nl || nl_connect(nl, NETLINK_GENERIC))
		errx(1, "out of memory");
	/* Its first start, for the view that there was. */
	wait_finished(changes);
	for (i = 0; i < count; i++)
		measure(nl, changes, &all[i]);
	close(changes);
	nl_socket_free(nl);
	return all;
}

static void print(const struct times *t)
{
	printf("%llu %llu %llu %llu %llu %llu %llu %llu\n",
	       (unsigned long long)t->family, (unsigned long long)t->start,
	       (unsigned long long)t->view, (unsigned long long)t->stop,
	       (unsigned long long)t->quorate, (unsigned long long)t->submit,
	       (unsigned long long)t->deliver, (unsigned long long)t->finish);
}

int main(int argc, char **argv)
{
	static const struct vcs_bridge_ops ops = {
		.size = sizeof(ops),
		.join = on_join, .leave = on_leave, .submit = on_submit,
	};
	struct vcs_error e;
	struct times *all;
	size_t count, i;

	count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (!count)
		errx(2, "usage: viewbench CLUSTER COUNT");
	if (vcs_bridge_open(&bridge, argv[1], &ops, NULL, &e))
		errx(1, "%s", e.text);
	must(vcs_bridge_claim(bridge, DEADLINE_MS, NULL));
	serve_until_delivered();
	all = measure_all(argv[1], count);
	vcs_bridge_close(bridge);
	for (i = 0; i < count; i++)
		print(&all[i]);
	free(all);
	return 0;
}
