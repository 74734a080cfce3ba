// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl monitor when events are lost, or the module goes and comes back: it
 * must say so, and ask for the state again. The kernel is a script of what each
 * receive brings.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../vcsctl/vcsctl.h"
#include "monitor_test.h"
#include "test.h"

/* Instead of a receive, with the next poll: news of the family. */
enum { GONE = -2000, CAME };

/* One receive each: a sequence number, or what went wrong. */
static const int *script;
static int dumps, subscriptions;
/* The next dumps that fail, because the module has just gone. */
static int refused;
static int news;

void __wrap_vcsctl_watch(struct vcsnl *events)
{
	events->sock = nl_socket_alloc();
}

int __wrap_vcsctl_subscribe(struct vcsnl *events, struct vcsnl_error *e)
{
	(void)e;
	assert_null(events->sock);
	subscriptions++;
	events->sock = nl_socket_alloc();
	return 0;
}

int __wrap_vcsnl_family_watch(struct vcsnl_family *family,
			      struct vcsnl_error *e)
{
	(void)e;
	family->sock = nl_socket_alloc();
	return 0;
}

void __wrap_vcsnl_family_look(struct vcsnl_family *family, int known)
{
	(void)family;
	(void)known;
}

int __wrap_vcsnl_family_receive(struct vcsnl_family *family)
{
	int what = news;

	news = 0;
	if (what == GONE)
		family->gone(family->arg);
	else if (what == CAME)
		family->came(family->arg);
	return what ? 0 : -EAGAIN;
}

int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout)
{
	(void)fds;
	(void)nr;
	(void)timeout;
	if (*script == GONE || *script == CAME)
		news = *script++;
	return 1;
}

int __wrap_vcsnl_receive(struct vcsnl *nl, vcsnl_fn fn, void *arg)
{
	struct nlattr *attrs[VCS_A_MAX + 1] = { NULL };
	struct nl_msg *msg;
	int step = *script++;

	(void)nl;
	if (step <= 0)
		return step;
	msg = nlmsg_alloc();
	nla_put_u64(msg, VCS_A_EVENT_SEQ, step);
	nla_put_u32(msg, VCS_A_EVENT, VCS_EVENT_QUORUM);
	nla_put_u8(msg, VCS_A_QUORATE, 1);
	nla_put_string(msg, VCS_A_CLUSTER, "alpha");
	nla_parse(attrs, VCS_A_MAX, nlmsg_data(nlmsg_hdr(msg)),
		  nlmsg_datalen(nlmsg_hdr(msg)), NULL);
	fn(VCS_CMD_EVENT, attrs, arg);
	nlmsg_free(msg);
	return 0;
}

json_t *__wrap_vcsctl_try_dump(struct vcsctl *ctl, int cmd, const char *cluster,
			       struct vcsnl_error *e)
{
	(void)ctl;
	if (refused) {
		refused--;
		news = GONE;
		vcsnl_fail(e, ENOENT, "no such family");
		return NULL;
	}
	(void)cluster;
	assert_int_equal(cmd, VCS_CMD_GET_CLUSTER);
	dumps++;
	return json_pack("[{s:s, s:s}]", "cluster", "alpha", "state", "member");
}

/* Runs the command over @steps; -EIO ends it. Returns what it printed. */
static char *monitor(const int *steps, const char *option)
{
	char name[] = "monitor", cluster[] = "alpha";
	char *argv[4] = { name, cluster, (char *)option, NULL };
	struct vcsctl ctl = { .cmd = &cmd_monitor };
	int out = dup(1), code;
	char *text = calloc(1, 4096);
	FILE *file = tmpfile();

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), 1);
	script = steps;
	dumps = 0;
	subscriptions = 0;
	optind = 0;
	code = cmd_monitor.run(&ctl, option ? 3 : 2, argv);
	fflush(stdout);
	dup2(out, 1);
	close(out);
	rewind(file);
	(void)!fread(text, 1, 4095, file);
	fclose(file);
	assert_int_equal(code, VCSCTL_ERROR);
	return text;
}

static void nothing_lost(void **state)
{
	char *text = monitor((int[]) { 7, 8, -EAGAIN, 9, -EAGAIN, -EIO }, NULL);

	(void)state;
	assert_int_equal(dumps, 0);
	assert_null(strstr(text, "lost"));
	free(text);
}

static void overrun(void **state)
{
	char *text = monitor((int[]) { 7, -ENOBUFS, -EAGAIN, 8, -EAGAIN, -EIO },
			     NULL);
	char *lost = strstr(text, "events were lost"), *alpha;

	(void)state;
	assert_int_equal(dumps, 1);
	assert_non_null(lost);
	alpha = strstr(lost, "alpha: member");
	assert_non_null(alpha);
	/* And it goes on. */
	assert_non_null(strstr(alpha, "quorate"));
	free(text);
}

static void gap(void **state)
{
	char *text = monitor((int[]) { 7, 9, -EAGAIN, -EIO }, NULL);

	(void)state;
	assert_int_equal(dumps, 1);
	assert_non_null(strstr(text, "events were lost"));
	free(text);
}

static void overrun_in_json(void **state)
{
	char *text = monitor((int[]) { -ENOBUFS, -EAGAIN, -EIO }, "-j");
	json_t *line = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	(void)state;
	assert_int_equal(dumps, 1);
	assert_string_equal(vcs_json_str(line, "event"), "resync");
	assert_int_equal(json_array_size(json_object_get(line, "clusters")), 1);
	json_decref(line);
	free(text);
}

static void module_comes_back(void **state)
{
	static const int steps[] = {
		7, -EAGAIN, GONE, -EAGAIN, 8, -EAGAIN, CAME, 1, -EAGAIN, -EIO,
	};
	char *text = monitor(steps, NULL);
	char *gone = strstr(text, "was unloaded"), *back, *alpha;

	(void)state;
	assert_non_null(gone);
	back = strstr(gone, "is loaded again");
	assert_non_null(back);
	alpha = strstr(back, "alpha: member");
	assert_non_null(alpha);
	assert_non_null(strstr(alpha, "quorate"));
	/* The numbers begin anew with the module: nothing was lost. */
	assert_null(strstr(text, "lost"));
	assert_int_equal(subscriptions, 1);
	assert_int_equal(dumps, 1);
	free(text);
}

/* Came, and gone before its state could be asked for: no end of it. */
static void module_comes_and_goes(void **state)
{
	static const int steps[] = {
		-EAGAIN, GONE, -EAGAIN, -EAGAIN, CAME, -EAGAIN, CAME, -EAGAIN,
		-EIO,
	};
	char *text;

	(void)state;
	refused = 1;
	text = monitor(steps, NULL);
	assert_int_equal(subscriptions, 2);
	assert_int_equal(dumps, 1);
	free(text);
}

static void module_in_json(void **state)
{
	static const int steps[] = {
		GONE, -EAGAIN, -EAGAIN, CAME, -EAGAIN, -EIO,
	};
	char *text = monitor(steps, "-j");
	json_t *line = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	(void)state;
	assert_string_equal(vcs_json_str(line, "event"), "unloaded");
	json_decref(line);
	line = json_loads(strchr(text, '\n'), JSON_DISABLE_EOF_CHECK, NULL);
	assert_string_equal(vcs_json_str(line, "event"), "resync");
	assert_string_equal(vcs_json_str(line, "text"),
			    "the module vcs is loaded again");
	json_decref(line);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_lost),
		cmocka_unit_test(overrun),
		cmocka_unit_test(gap),
		cmocka_unit_test(overrun_in_json),
		cmocka_unit_test(module_comes_back),
		cmocka_unit_test(module_comes_and_goes),
		cmocka_unit_test(module_in_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
