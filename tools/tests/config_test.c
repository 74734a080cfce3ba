// SPDX-License-Identifier: GPL-2.0-only
/* fence.conf: what is understood, and with which words it is refused. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../vcs-fenced/config.h"
#include "test.h"

static struct config *parse(const char *text, char *error)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct config *config;

	assert_non_null(file);
	*error = '\0';
	config = config_parse(file, "f", error);
	fclose(file);
	return config;
}

static struct config *good(const char *text)
{
	char error[CONFIG_ERROR_MAX];
	struct config *config = parse(text, error);

	if (!config)
		fail_msg("refused: %s", error);
	return config;
}

static void node_inherits_default(void **state)
{
	struct config *config = good("# comment\n"
		"[default]\n"
		"agent = /bin/a\n"
		"timeout = 9\n"
		"option.user = admin\n"
		"option.ip = x\n"
		"[node 3]\n"
		"option.ip = 192.0.2.3\n"
		"action = reboot\n"
		"plug = outlet 3\n");
	struct target *t = config_target(config, 3);

	(void)state;
	assert_int_equal(t->nodeid, 3);
	assert_string_equal(t->agent, "/bin/a");
	assert_string_equal(t->action, "reboot");
	assert_string_equal(t->plug, "outlet 3");
	assert_int_equal(t->timeout, 9);
	assert_int_equal(t->retries, 2);
	assert_int_equal(t->verify, 0);
	assert_int_equal(t->nr_options, 2);
	assert_string_equal(t->options[0].name, "ip");
	assert_string_equal(t->options[0].value, "192.0.2.3");
	assert_string_equal(t->options[1].name, "user");
	target_free(t);
	config_free(config);
}

static void other_node_takes_default(void **state)
{
	struct config *config = good("[default]\nagent=/bin/a\n[node 1]\nagent=/bin/b\n");
	struct target *t = config_target(config, 4000000000u);

	(void)state;
	assert_string_equal(t->agent, "/bin/a");
	assert_string_equal(t->plug, "4000000000");
	target_free(t);
	config_free(config);
}

static void node_without_agent_is_unknown(void **state)
{
	struct config *config = good("[node 1]\nagent=/bin/b\n");

	(void)state;
	assert_null(config_target(config, 2));
	config_free(config);
}

static void clusters_are_filtered(void **state)
{
	struct config *all = good("[default]\nagent=/bin/a\n");
	struct config *some = good("[daemon]\nclusters = one  two\nparallel=3\n"
				   "[default]\nagent=/bin/a\n");

	(void)state;
	assert_true(config_serves(all, "x"));
	assert_true(config_serves(some, "one"));
	assert_true(config_serves(some, "two"));
	assert_false(config_serves(some, "three"));
	assert_int_equal(some->parallel, 3);
	config_free(all);
	config_free(some);
}

#define NODE "[node 3]\nagent=/bin/a\n"

static const struct {
	const char *text;
	const char *error;
} refused[] = {
	{ "", "f:0: no agent is configured" },
	{ "agent=/bin/a\n", "f:1: a section must come first" },
	{ "[cluster]\nname=x\n", "f:1: [cluster] is no section" },
	{ "[node]\nagent=/bin/a\n", "f:1: [node] is no section" },
	{ "[node x]\nagent=/bin/a\n", "f:1: [node x]: no node id" },
	{ "[node 0]\nagent=/bin/a\n", "f:1: [node 0]: no node id" },
	{ "[node -1]\nagent=/bin/a\n", "f:1: [node -1]: no node id" },
	{ "[node 4294967296]\nagent=/bin/a\n", "no node id" },
	{ NODE "[default]\nretries=1\n" NODE, "f:5: [node 3] is there twice" },
	{ NODE "agent=/bin/b\n", "f:3: \"agent\" is set twice" },
	{ NODE "colour=red\n", "f:3: \"colour\" is no word of section [node 3]" },
	{ NODE "timeout=0\n", "f:3: timeout: \"0\" is no number from 1 to 3600" },
	{ NODE "timeout=1s\n", "f:3: timeout: \"1s\" is no number" },
	{ NODE "retries=-1\n", "f:3: retries: \"-1\" is no number" },
	{ NODE "verify=yes\n", "f:3: verify: \"yes\" is no number from 0 to 1" },
	{ NODE "verify=1\naction=reboot\n", "verify=1 asks whether the node is off" },
	{ NODE "action=on\n", "f:3: action: \"on\" is neither off nor reboot" },
	{ NODE "option.=x\n", "f:3: \"option.\" is no name" },
	{ NODE "option.a b=x\n", "f:3: \"option.a b\" is no name" },
	{ NODE "option.action=on\n", "f:3: \"option.action\" is set by the daemon" },
	{ NODE "option.x=1\noption.x=2\n", "f:4: \"option.x\" is set twice" },
	{ "[default]\nagent=/bin/a\n[defaults]\n", "f:3: [defaults] is no section" },
	{ "[node 4]\n[default]\nplug=1\n", "f:3: \"plug\" is no word" },
	{ NODE "[node 4]\n", "f:3: [node 4] has no agent" },
	{ NODE "[node 3]\n", "f:3: [node 3] is there twice" },
	{ NODE "garbage\n", "f:3: neither [section] nor key=value" },
	{ NODE "[node 4\n", "f:3: neither [section] nor key=value" },
	{ NODE " timeout=3\n", "f:3: a line may not begin with a blank" },
	{ NODE "option.x=\001\n", "f:3: \"option.x\": a control character" },
	{ "[node 3]\nagent=fence_x\n", "f:2: agent: \"fence_x\" is no absolute path" },
	{ "[node 3]\nplug=1\n", "f:1: [node 3] has no agent" },
	{ "[default]\nplug=1\n", "f:2: \"plug\" is no word of section [default]" },
	{ "[daemon]\nspeed=1\n", "f:2: \"speed\" is no word of section [daemon]" },
	{ "[daemon]\nparallel=0\n", "f:2: parallel: \"0\" is no number" },
};

static void mistakes_are_named(void **state)
{
	char error[CONFIG_ERROR_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		if (parse(refused[i].text, error))
			fail_msg("accepted: %s", refused[i].text);
		if (!strstr(error, refused[i].error))
			fail_msg("%s: said \"%s\", not \"%s\"", refused[i].text,
				 error, refused[i].error);
	}
}

static void long_line_is_refused(void **state)
{
	char error[CONFIG_ERROR_MAX], text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, NODE "option.a=", sizeof(NODE "option.a=") - 1);
	text[sizeof(text) - 1] = '\0';
	assert_null(parse(text, error));
	assert_non_null(strstr(error, "f:3: the line is longer than"));
}

/* None of [default] is left out where a node has many of its own. */
static void too_many_options_are_refused(void **state)
{
	char text[4096], error[CONFIG_ERROR_MAX];
	size_t at;
	int i;

	(void)state;
	at = sprintf(text, "[default]\nagent=/a\n");
	for (i = 0; i < CONFIG_OPTIONS_MAX; i++)
		at += sprintf(text + at, "option.d%d=x\n", i);
	sprintf(text + at, "[node 3]\noption.d0=y\n");
	config_free(good(text));
	sprintf(text + at, "[node 3]\noption.e=y\n");
	assert_null(parse(text, error));
	assert_non_null(strstr(error, "f:67: more than 64 options, with those of [default]"));
}

static void error_says_no_secret(void **state)
{
	char error[CONFIG_ERROR_MAX];

	(void)state;
	assert_null(parse(NODE "option.password=hunter2\noption.password=hunter2\n",
			  error));
	assert_null(strstr(error, "hunter2"));
}

static void writable_file_is_refused(void **state)
{
	char path[] = "/tmp/fence.conf.XXXXXX", error[CONFIG_ERROR_MAX];
	int fd = mkstemp(path);
	struct config *config;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, NODE, strlen(NODE)), strlen(NODE));
	fchmod(fd, 0622);
	assert_null(config_load(path, error));
	fchmod(fd, 0600);
	config = config_load(path, error);
	assert_non_null(config);
	assert_false(config->exposed);
	config_free(config);
	fchmod(fd, 0640);
	config = config_load(path, error);
	assert_non_null(config);
	assert_true(config->exposed);
	config_free(config);
	close(fd);
	unlink(path);
	/* Nor does one that nobody writes keep the daemon waiting. */
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_null(config_load(path, error));
	alarm(0);
	assert_non_null(strstr(error, "not a regular file"));
	unlink(path);
	assert_null(config_load(path, error));
	assert_non_null(strstr(error, "No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_inherits_default),
		cmocka_unit_test(other_node_takes_default),
		cmocka_unit_test(node_without_agent_is_unknown),
		cmocka_unit_test(clusters_are_filtered),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(long_line_is_refused),
		cmocka_unit_test(too_many_options_are_refused),
		cmocka_unit_test(error_says_no_secret),
		cmocka_unit_test(writable_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
