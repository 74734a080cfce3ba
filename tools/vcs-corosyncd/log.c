// SPDX-License-Identifier: GPL-2.0-only
/* See log.h. */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include "log.h"

#define NAME "vcs-corosyncd"

static struct {
	struct sockaddr_un to;
	int fd;
	bool terminal;
	unsigned int lost;
} out = { .fd = -1 };

void log_open(const char *path, bool terminal)
{
	if (out.fd >= 0)
		close(out.fd);
	out.to.sun_family = AF_UNIX;
	snprintf(out.to.sun_path, sizeof(out.to.sun_path), "%s", path);
	out.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	out.terminal = terminal;
	out.lost = 0;
	/* localtime_r() reads a file the first time. */
	tzset();
}

/* Each by the address: who reads may have been started anew. */
static bool send_line(int priority, const char *text)
{
	char line[512], at[32];
	time_t now = time(NULL);
	struct tm tm;
	int len;

	strftime(at, sizeof(at), "%h %e %T", localtime_r(&now, &tm));
	len = snprintf(line, sizeof(line), "<%d>%s %s[%d]: %s",
		       LOG_DAEMON | priority, at, NAME, getpid(), text);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	return sendto(out.fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (struct sockaddr *)&out.to, sizeof(out.to)) == len;
}

/* A line goes into a pipe that has room at all. */
static void show(const char *text)
{
	struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (out.terminal && poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT))
		dprintf(STDERR_FILENO, "%s[%d]: %s\n", NAME, getpid(), text);
}

void log_text(int priority, const char *fmt, ...)
{
	char text[384];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	show(text);
	if (out.lost) {
		char lost[64];

		snprintf(lost, sizeof(lost), "%u lines were lost", out.lost);
		if (send_line(LOG_WARNING, lost))
			out.lost = 0;
	}
	if (!send_line(priority, text))
		out.lost++;
}
