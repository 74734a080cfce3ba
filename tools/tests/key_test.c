// SPDX-License-Identifier: GPL-2.0-only
/* The key file of vcsctl join. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../vcsctl/vcsctl.h"
#include "test.h"

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

static int read_from(const void *data, size_t len, mode_t mode,
		     unsigned char *key)
{
	char path[] = "/tmp/key_test.XXXXXX";
	int fd = mkstemp(path), ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	fchmod(fd, mode);
	ret = vcsctl_read_key(path, key);
	close(fd);
	unlink(path);
	return ret;
}

static void forms(void **state)
{
	unsigned char raw[VCS_KEY_LEN], key[VCS_KEY_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = i;
	assert_int_equal(read_from(raw, sizeof(raw), 0600, key), 0);
	assert_memory_equal(key, raw, sizeof(raw));
	memset(key, 0, sizeof(key));
	assert_int_equal(read_from(HEX, 64, 0400, key), 0);
	assert_memory_equal(key, raw, sizeof(raw));
	memset(key, 0, sizeof(key));
	assert_int_equal(read_from(HEX "\n", 65, 0600, key), 0);
	assert_memory_equal(key, raw, sizeof(raw));
}

static void bad_content(void **state)
{
	unsigned char key[VCS_KEY_LEN];

	(void)state;
	assert_int_not_equal(read_from("", 0, 0600, key), 0);
	assert_int_not_equal(read_from(HEX, 31, 0600, key), 0);
	assert_int_not_equal(read_from(HEX, 33, 0600, key), 0);
	assert_int_not_equal(read_from(HEX "0", 65, 0600, key), 0);
	assert_int_not_equal(read_from(HEX "\n\n", 66, 0600, key), 0);
	assert_int_not_equal(read_from(HEX HEX, 128, 0600, key), 0);
	assert_int_not_equal(read_from("g" HEX, 64, 0600, key), 0);
	assert_int_not_equal(read_from("@" HEX, 64, 0600, key), 0);
	assert_int_not_equal(read_from("\x10" HEX, 64, 0600, key), 0);
}

static void readable_by_others(void **state)
{
	unsigned char key[VCS_KEY_LEN];

	(void)state;
	assert_int_not_equal(read_from(HEX, 64, 0604, key), 0);
	assert_int_not_equal(read_from(HEX, 64, 0640, key), 0);
	assert_int_not_equal(read_from(HEX, 64, 0602, key), 0);
}

static void no_file(void **state)
{
	unsigned char key[VCS_KEY_LEN];

	(void)state;
	assert_int_not_equal(vcsctl_read_key("/nonexistent/key", key), 0);
	assert_int_not_equal(vcsctl_read_key("/dev/zero", key), 0);
	assert_int_not_equal(vcsctl_read_key("/", key), 0);
}

/* One that nobody writes: no waiting. */
static void pipe_is_refused(void **state)
{
	char dir[] = "/tmp/key_test.XXXXXX", path[64];
	unsigned char key[VCS_KEY_LEN];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/key", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_int_not_equal(vcsctl_read_key(path, key), 0);
	alarm(0);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(bad_content),
		cmocka_unit_test(readable_by_others),
		cmocka_unit_test(no_file),
		cmocka_unit_test(pipe_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
