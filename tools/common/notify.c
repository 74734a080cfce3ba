// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words with systemd: its notification protocol is one datagram to
 * $NOTIFY_SOCKET; $JOURNAL_STREAM says which file the journal reads.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "notify.h"

bool journal_reads(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char name[48];
	struct stat st;

	if (!stream || fstat(fd, &st))
		return false;
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	return !strcmp(stream, name);
}

void notify_manager(const char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len;
	int fd;

	if (!path || (*path != '/' && *path != '@'))
		return;
	len = strlen(path);
	if (len >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, len);
	if (*path == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Nobody to tell if this fails: the manager will time out and say so. */
	sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&to,
	       offsetof(struct sockaddr_un, sun_path) + len);
	close(fd);
}
