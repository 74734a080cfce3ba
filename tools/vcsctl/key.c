// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cluster key from its file: 32 bytes, or 64 hexadecimal digits. Buffers
 * are wiped; no message quotes the content.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vcsctl.h"

#define HEX_LEN (2 * VCS_KEY_LEN)

static int refuse(const char *path, const char *why)
{
	vcsctl_fail(VCSCTL_ERROR, "key file %s: %s", path, why);
	return -1;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = memchr(digits, c | 0x20, 16);

	if (c >= '0' && c <= '9')
		return c - '0';
	return at && at - digits >= 10 ? at - digits : -1;
}

static int from_hex(const char *text, unsigned char *key)
{
	int i, high, low;

	for (i = 0; i < VCS_KEY_LEN; i++) {
		high = hex_digit(text[2 * i]);
		low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return -1;
		key[i] = high << 4 | low;
	}
	return 0;
}

static int decode(const char *buf, ssize_t len, unsigned char *key)
{
	if (len == VCS_KEY_LEN) {
		memcpy(key, buf, VCS_KEY_LEN);
		return 0;
	}
	if (len == HEX_LEN + 1 && buf[HEX_LEN] == '\n')
		len--;
	return len == HEX_LEN ? from_hex(buf, key) : -1;
}

static int check_file(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		return refuse(path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(path, "not a regular file");
	if (st.st_mode & 077)
		return refuse(path, "open to others: chmod 600, and is the key still secret?");
	if (st.st_uid && st.st_uid != geteuid())
		return refuse(path, "belongs to somebody else; chown it to root");
	return 0;
}

int vcsctl_read_key(const char *path, unsigned char *key)
{
	char buf[HEX_LEN + 2];
	ssize_t len;
	int fd, ret;

	/* A pipe must not keep us waiting for somebody to write it. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return refuse(path, strerror(errno));
	ret = check_file(fd, path);
	if (!ret) {
		len = read(fd, buf, sizeof(buf));
		if (len < 0)
			ret = refuse(path, strerror(errno));
		else if (decode(buf, len, key))
			ret = refuse(path, "must hold 32 bytes, or 64 hexadecimal digits");
		explicit_bzero(buf, sizeof(buf));
	}
	close(fd);
	return ret;
}
