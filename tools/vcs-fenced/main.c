// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcs-fenced: fences nodes for the kernel by running agents. It must work when
 * the machine is in trouble: memory is locked, and the OOM killer spares it.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <unistd.h>
#include "../common/notify.h"
#include "../common/signals.h"
#include "fenced.h"

#define DEFAULT_CONFIG "/etc/vcs/fence.conf"

enum { EXIT_USAGE = 2 };

static struct fenced fenced;
static struct watch signals = { .fd = -1 };

static const char usage_text[] =
"usage: vcs-fenced [-f] [-t] [-c FILE]\n"
"\n"
"Runs fence agents for the cluster switch in the kernel.\n"
"\n"
"  -c, --config FILE     default " DEFAULT_CONFIG "\n"
"  -f, --foreground      stay on this terminal, and log to it\n"
"  -t, --test            check the file, ask each agent for its node, and exit\n"
"  -h, --help            print this\n";

/* Agents get 0, 1 and 2 replaced, so these must not be anything else here. */
static void open_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= 2);
	if (fd < 0)
		err(1, "/dev/null");
	close(fd);
}

static void protect(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "-1000", 5) != 5)
		syslog(LOG_WARNING, "the OOM killer may kill this daemon: %s",
		       strerror(errno));
	if (fd >= 0)
		close(fd);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		syslog(LOG_WARNING, "memory is not locked: %s",
		       strerror(errno));
}

static void on_signal(struct watch *watch)
{
	struct signalfd_siginfo info;

	if (read(watch->fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		fenced_reload(&fenced);
	else
		loop_stop(fenced.loop);
}

static int serve(bool foreground)
{
	/* To the journal syslog() speaks too, and one line is enough. */
	bool terminal = foreground && !journal_reads(STDERR_FILENO);

	if (!foreground && daemon(0, 0))
		err(1, "daemon");
	openlog("vcs-fenced", LOG_PID | (terminal ? LOG_PERROR : 0),
		LOG_DAEMON);
	protect();
	fenced.loop = loop_new();
	loop_watch(fenced.loop, &signals, open_signals(true), on_signal);
	if (kernel_start(&fenced))
		return 1;
	notify_manager("READY=1");
	loop_run(fenced.loop);
	notify_manager("STOPPING=1");
	kernel_stop(&fenced);
	loop_close(fenced.loop, &signals);
	loop_free(fenced.loop);
	config_free(fenced.config);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "test", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	char error[CONFIG_ERROR_MAX];
	bool foreground = false, test = false;
	int c;

	open_standard();
	fenced.path = DEFAULT_CONFIG;
	while ((c = getopt_long(argc, argv, "c:fth", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			fenced.path = optarg;
			break;
		case 'f':
			foreground = true;
			break;
		case 't':
			test = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return 0;
		default:
			fputs(usage_text, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "vcs-fenced: \"%s\" is one argument too many\n%s",
			argv[optind], usage_text);
		return EXIT_USAGE;
	}
	fenced.config = config_load(fenced.path, error);
	if (!fenced.config)
		errx(1, "%s; vcs-fence.conf(5) says how it is written", error);
	if (fenced.config->exposed)
		warnx("%s: " CONFIG_EXPOSED, fenced.path);
	return test ? check_config(fenced.config) : serve(foreground);
}
