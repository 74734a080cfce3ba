// SPDX-License-Identifier: GPL-2.0-only
/* The log of vcs-corosyncd, which nobody may be reading. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>
#include "../vcs-corosyncd/log.h"
#include "test.h"

static char dir[32];
static char path[64];
static int reader = -1;

static void start_reader(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	unlink(path);
	strcpy(at.sun_path, path);
	reader = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(reader, (struct sockaddr *)&at, sizeof(at)), 0);
}

static const char *line(void)
{
	static char text[1024];
	ssize_t len = recv(reader, text, sizeof(text) - 1, 0);

	text[len < 0 ? 0 : len] = '\0';
	return text;
}

static int begin(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/log", dir);
	start_reader();
	log_open(path, false);
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(reader);
	unlink(path);
	return 0;
}

static void says_test(void **state)
{
	const char *text;

	(void)state;
	log_text(LOG_NOTICE, "view %u", 7U);
	text = line();
	assert_memory_equal(text, "<29>", 4);
	assert_non_null(strstr(text, " vcs-corosyncd["));
	assert_non_null(strstr(text, "]: view 7"));
	assert_string_equal(line(), "");
}

/* Thousands of lines that nobody reads; it would wait here for ever. */
static void nobody_reads_test(void **state)
{
	char lost[64];
	unsigned int i, nr = 0;

	(void)state;
	for (i = 0; i < 5000; i++)
		log_text(LOG_NOTICE, "line %u", i);
	while (*line())
		nr++;
	assert_in_range(nr, 1, 4999);
	log_text(LOG_NOTICE, "the next");
	snprintf(lost, sizeof(lost), "]: %u lines were lost", 5000 - nr);
	assert_non_null(strstr(line(), lost));
	assert_non_null(strstr(line(), "]: the next"));
}

static void reader_restarts_test(void **state)
{
	(void)state;
	close(reader);
	unlink(path);
	log_text(LOG_NOTICE, "to nobody");
	start_reader();
	log_text(LOG_NOTICE, "to the next");
	assert_non_null(strstr(line(), "]: 1 lines were lost"));
	assert_non_null(strstr(line(), "]: to the next"));
}

static void long_test(void **state)
{
	char text[1024];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_text(LOG_NOTICE, "%s", text);
	assert_non_null(strstr(line(), "]: xxx"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(says_test, begin, end),
		cmocka_unit_test_setup_teardown(nobody_reads_test, begin, end),
		cmocka_unit_test_setup_teardown(reader_restarts_test, begin, end),
		cmocka_unit_test_setup_teardown(long_test, begin, end),
	};
	int failed;

	snprintf(dir, sizeof(dir), "/tmp/vcs-log-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
