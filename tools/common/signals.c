// SPDX-License-Identifier: GPL-2.0-only
/* How a daemon hears signals: through a descriptor, between its other work. */
#include <err.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include "signals.h"

int open_signals(bool hangup)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	if (hangup)
		sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		err(1, "signalfd");
	return fd;
}
