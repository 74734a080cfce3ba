// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcs-corosyncd: decides, together with its like on the other nodes, who is a
 * member of a cluster of the user bridge, on a running corosync. It must work
 * when the machine is in trouble: memory is locked and touched beforehand, and
 * the OOM killer spares it.
 */
#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include "../common/notify.h"
#include "../common/signals.h"
#include "corosync.h"
#include "log.h"

#define HEAP_TOUCHED	(8 * 1024 * 1024)
/* What corosync's libraries dispatch is in a buffer of 1 MiB on the stack. */
#define STACK_TOUCHED	(2 * 1024 * 1024)

enum { EXIT_USAGE = 2 };

/* In the order in which they are looked after. */
enum {
	FD_SIGNALS, FD_BRIDGE, FD_CPG, FD_QUORUM, FD_CFG, FD_TIMER, FD_COUNT
};

static struct life life;
static struct corosync corosync;

static const char usage_text[] =
"usage: vcs-corosyncd [-f] [-n CLUSTER]\n"
"\n"
"Decides on a running corosync who is a member of a cluster that was joined by\n"
"\"vcsctl join CLUSTER -p userbridge\".\n"
"\n"
"  -n, --name CLUSTER    default: cluster_name of corosync.conf\n"
"  -f, --foreground      stay on this terminal, and log to it\n"
"  -h, --help            print this\n";

static u64 now_ms(void *arg)
{
	struct timespec ts;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* A life is told from another by this, and a challenge must not be guessed. */
static u64 draw(void *arg)
{
	u64 value;

	(void)arg;
	if (getrandom(&value, sizeof(value), 0) != sizeof(value)) {
		log_text(LOG_ERR, "no random numbers");
		exit(1);
	}
	return value;
}

static void corosync_says(const char *text)
{
	log_text(LOG_NOTICE, "%s", text);
}

static void life_says(void *arg, const char *text)
{
	(void)arg;
	log_text(LOG_NOTICE, "%s", text);
}

static void send_to(void *arg, const struct life *from, u64 dst,
		    const u8 *data, size_t len)
{
	(void)arg;
	corosync_send(&corosync, from, dst, data, len);
}

static bool get_facts(void *arg, struct corosync_facts *facts)
{
	(void)arg;
	return corosync_facts(&corosync, facts);
}

static void life_has_begun(void *arg)
{
	(void)arg;
	corosync_begin(&corosync);
}

static void touch_stack(void)
{
	char stack[STACK_TOUCHED];

	explicit_bzero(stack, sizeof(stack));
}

/* What is freed stays ours, and locked. */
static void touch_heap(void)
{
	char *heap;

	mallopt(M_TRIM_THRESHOLD, -1);
	mallopt(M_MMAP_MAX, 0);
	heap = malloc(HEAP_TOUCHED);
	if (!heap)
		err(1, "memory");
	memset(heap, 1, HEAP_TOUCHED);
	free(heap);
}

static void protect(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "-1000", 5) != 5)
		log_text(LOG_WARNING, "the OOM killer may kill this daemon: %m");
	if (fd >= 0)
		close(fd);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		log_text(LOG_WARNING, "memory is not locked: %m");
	touch_heap();
	touch_stack();
}

static int open_timer(void)
{
	struct itimerspec spec = {
		.it_interval = { .tv_nsec = TABLE_HEARTBEAT_MS * 1000000 },
		.it_value = { .tv_nsec = TABLE_HEARTBEAT_MS * 1000000 },
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &spec, NULL))
		err(1, "timerfd");
	return fd;
}

/* How much later than due; heartbeats that were left out are not made up. */
static void on_timer(int fd)
{
	static u64 due;
	u64 now = now_ms(NULL), times;

	if (read(fd, &times, sizeof(times)) != sizeof(times))
		return;
	corosync_keep_up(&corosync);
	life_tick(&life, due && now > due ? (u32)(now - due) : 0);
	due = now + TABLE_HEARTBEAT_MS;
}

static void serve(void)
{
	struct pollfd fds[FD_COUNT] = { 0 };

	fds[FD_SIGNALS].fd = open_signals(false);
	fds[FD_TIMER].fd = open_timer();
	notify_manager("READY=1");
	while (!fds[FD_SIGNALS].revents) {
		if (fds[FD_BRIDGE].revents)
			life_dispatch(&life);
		if (fds[FD_CPG].revents)
			corosync_dispatch_cpg(&corosync);
		if (fds[FD_QUORUM].revents)
			corosync_dispatch_quorum(&corosync);
		if (fds[FD_CFG].revents)
			corosync_dispatch_cfg(&corosync);
		if (fds[FD_TIMER].revents)
			on_timer(fds[FD_TIMER].fd);
		fds[FD_BRIDGE].fd = vcs_bridge_fd(life.bridge);
		fds[FD_CPG].fd = corosync.cpg_fd;
		fds[FD_QUORUM].fd = corosync.quorum_fd;
		fds[FD_CFG].fd = corosync.cfg_fd;
		for (int i = 0; i < FD_COUNT; i++) {
			fds[i].events = POLLIN;
			fds[i].revents = 0;
		}
		poll(fds, FD_COUNT, -1);
	}
	notify_manager("STOPPING=1");
	/* The others see a daemon die, and wait for the next. */
	if (life_talks(&life))
		log_text(LOG_WARNING,
			 "frozen until a daemon is back; I/O stops after %u s",
			 life.grace_ms / 1000);
}

/* Nothing to do before corosync has said what it is about. */
static void wait_for_name(char *name, size_t size)
{
	bool told = false;

	while (!corosync_cluster_name(name, size)) {
		if (!told)
			log_text(LOG_NOTICE,
				 "waiting for corosync and its cluster_name");
		told = true;
		poll(NULL, 0, 1000);
	}
}

static int run(const char *given, bool foreground)
{
	const struct life_env env = {
		.send = send_to,
		.now_ms = now_ms,
		.random = draw,
		.facts = get_facts,
		.log = life_says,
		.begun = life_has_begun,
	};
	bool terminal = foreground && !journal_reads(STDERR_FILENO);
	char name[VCS_NAME_MAX + 1];
	struct vcs_error e;

	if (!foreground && daemon(0, 0))
		err(1, "daemon");
	log_open(LOG_SOCKET, terminal);
	if (given)
		scnprintf(name, sizeof(name), "%s", given);
	else
		wait_for_name(name, sizeof(name));
	life_init(&life, &env);
	if (vcs_bridge_open(&life.bridge, name, &life_ops, &life, &e)) {
		log_text(LOG_ERR, "%s: %s", name, e.text);
		return 1;
	}
	corosync_init(&corosync, &life, name, corosync_says);
	protect();
	log_text(LOG_NOTICE, "serves the cluster %s", name);
	serve();
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	const char *name = NULL;
	bool foreground = false;
	int c;

	while ((c = getopt_long(argc, argv, "n:fh", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			name = optarg;
			break;
		case 'f':
			foreground = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return 0;
		default:
			fputs(usage_text, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc || (name && (!*name || strlen(name) > VCS_NAME_MAX))) {
		fprintf(stderr, "vcs-corosyncd: \"%s\" %s\n%s",
			optind < argc ? argv[optind] : name,
			optind < argc ? "is one argument too many" :
					"is no name of a cluster", usage_text);
		return EXIT_USAGE;
	}
	return run(name, foreground);
}
