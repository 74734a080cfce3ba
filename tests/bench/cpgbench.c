// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpgbench NODES COUNT SIZE WINDOW: what bench_records does, on libcpg alone.
 * Each of NODES processes, one on each node, multicasts COUNT messages of SIZE
 * bytes, WINDOW of its own under way, and prints when the clock began and ended,
 * in ns of CLOCK_MONOTONIC: from when one message of each was delivered until
 * all were.
 */
#include <corosync/cpg.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* When corosync's queue is full. */
#define RETRY_MS	1

static cpg_handle_t cpg;
static uint32_t self;
static unsigned long nodes, count, size, window;
static unsigned long members, nr_all, nr_own;
static unsigned long long begin_ns, end_ns;

static unsigned long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void on_deliver(cpg_handle_t handle, const struct cpg_name *group,
		       uint32_t nodeid, uint32_t pid, void *msg, size_t len)
{
	(void)handle;
	(void)group;
	(void)pid;
	(void)msg;
	if (len != size)
		errx(1, "a message of %zu bytes", len);
	nr_all++;
	if (nodeid == self)
		nr_own++;
	if (nr_all == nodes)
		begin_ns = now();
	if (nr_all == nodes * count)
		end_ns = now();
}

static void on_group(cpg_handle_t handle, const struct cpg_name *group,
		     const struct cpg_address *here, size_t nr_here,
		     const struct cpg_address *left, size_t nr_left,
		     const struct cpg_address *joined, size_t nr_joined)
{
	(void)handle;
	(void)group;
	(void)here;
	(void)left;
	(void)nr_left;
	(void)joined;
	(void)nr_joined;
	members = nr_here;
}

static void must(cs_error_t result, const char *what)
{
	if (result != CS_OK)
		errx(1, "%s: %s", what, cs_strerror(result));
}

static void join(void)
{
	cpg_callbacks_t callbacks = {
		.cpg_deliver_fn = on_deliver,
		.cpg_confchg_fn = on_group,
	};
	struct cpg_name name = { .length = 8, .value = "cpgbench" };

	must(cpg_initialize(&cpg, &callbacks), "cpg_initialize");
	must(cpg_local_get(cpg, &self), "cpg_local_get");
	must(cpg_join(cpg, &name), "cpg_join");
}

static bool may_send(unsigned long sent)
{
	if (sent == count)
		return false;
	if (!sent)
		return members == nodes;
	return nr_all >= nodes && sent - nr_own < window;
}

/* As many as may be; true: corosync takes no more just now. */
static bool send_some(const char *data, unsigned long *sent)
{
	struct iovec part = { .iov_base = (void *)data, .iov_len = size };
	cs_error_t result;

	while (may_send(*sent)) {
		result = cpg_mcast_joined(cpg, CPG_TYPE_AGREED, &part, 1);
		if (result == CS_ERR_TRY_AGAIN)
			return true;
		must(result, "cpg_mcast_joined");
		++*sent;
	}
	return false;
}

static void run(const char *data)
{
	struct pollfd poller = { .events = POLLIN };
	unsigned long sent = 0;
	bool full;

	must(cpg_fd_get(cpg, &poller.fd), "cpg_fd_get");
	while (nr_all < nodes * count) {
		full = send_some(data, &sent);
		if (poll(&poller, 1, full ? RETRY_MS : -1) < 0 && errno != EINTR)
			err(1, "poll");
		must(cpg_dispatch(cpg, CS_DISPATCH_ALL), "cpg_dispatch");
	}
}

int main(int argc, char **argv)
{
	char *data;

	if (argc == 5) {
		nodes = strtoul(argv[1], NULL, 10);
		count = strtoul(argv[2], NULL, 10);
		size = strtoul(argv[3], NULL, 10);
		window = strtoul(argv[4], NULL, 10);
	}
	if (!nodes || !count || !size || !window)
		errx(2, "usage: cpgbench NODES COUNT SIZE WINDOW");
	data = calloc(1, size);
	if (!data)
		errx(1, "out of memory");
	join();
	run(data);
	cpg_finalize(cpg);
	printf("%llu %llu\n", begin_ns, end_ns);
	free(data);
	return 0;
}
