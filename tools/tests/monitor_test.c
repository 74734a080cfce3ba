// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcsctl monitor at its beginning, when events are lost, or the module goes
 * and comes back: it must say so, and ask for the state. The kernel is a script
 * of what each receive brings, after the first, which brings nothing.
 */
#include <errno.h>
#include <getopt.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../libvcs/message.h"
#include "../vcsctl/vcsctl.h"
#include "monitor_test.h"
#include "test.h"

/* Instead of a receive, with the next poll: news of the family. */
enum { GONE = -2000, CAME };

/* One receive each: a sequence number, or what went wrong; -EAGAIN no more. */
static const int *script;
static int dumps, subscriptions;
static bool began;
/* The next dumps that fail, because the module has just gone. */
static int refused;
static int news;
static bool there;

/* Nothing of them is looked at. */
static char client, watch;

int __wrap_vcsctl_subscribe(struct vcsctl *ctl, struct vcs_error *e)
{
	(void)e;
	assert_null(ctl->client);
	subscriptions++;
	ctl->client = (struct vcs_client *)&client;
	return 0;
}

void __wrap_vcsctl_watch(struct vcsctl *ctl)
{
	assert_null(ctl->client);
	ctl->client = (struct vcs_client *)&client;
}

void __wrap_vcs_client_close(struct vcs_client *closed)
{
	assert_true(!closed || closed == (struct vcs_client *)&client);
}

int __wrap_vcs_client_fd(const struct vcs_client *of)
{
	assert_ptr_equal(of, &client);
	return 0;
}

int __wrap_vcs_watch_open(struct vcs_watch **opened, const char *family,
			  struct vcs_error *e)
{
	(void)e;
	assert_string_equal(family, VCS_GENL_NAME);
	*opened = (struct vcs_watch *)&watch;
	there = true;
	return 0;
}

int __wrap_vcs_watch_fd(const struct vcs_watch *of)
{
	assert_ptr_equal(of, &watch);
	return 0;
}

bool __wrap_vcs_watch_there(const struct vcs_watch *of)
{
	assert_ptr_equal(of, &watch);
	return there;
}

int __wrap_vcs_watch_dispatch(struct vcs_watch *of)
{
	int what = news;

	assert_ptr_equal(of, &watch);
	news = 0;
	if (what)
		there = what == CAME;
	return what != 0;
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

static void tell(int seq, vcs_message_fn fn, void *arg)
{
	struct vcs_message message = { .cmd = VCS_CMD_EVENT };
	struct nl_msg *msg = nlmsg_alloc();

	nla_put_u64(msg, VCS_A_EVENT_SEQ, seq);
	nla_put_u32(msg, VCS_A_EVENT, VCS_EVENT_QUORUM);
	nla_put_u8(msg, VCS_A_QUORATE, 1);
	nla_put_string(msg, VCS_A_CLUSTER, "alpha");
	nla_parse(message.attrs, VCS_A_MAX, nlmsg_data(nlmsg_hdr(msg)),
		  nlmsg_datalen(nlmsg_hdr(msg)), NULL);
	fn(&message, arg);
	nlmsg_free(msg);
}

int __wrap_vcs_client_dispatch(struct vcs_client *of, vcs_message_fn fn,
			       void *arg)
{
	int step, ret = 0;

	assert_ptr_equal(of, &client);
	if (!began) {
		began = true;
		return 0;
	}
	while ((step = *script++) != -EAGAIN) {
		if (step > 0)
			tell(step, fn, arg);
		else
			ret = step;
		if (step < 0 && step != -ENOBUFS)
			return step;
	}
	return ret;
}

json_t *__wrap_vcsctl_try_dump(struct vcsctl *ctl, enum vcs_cmd cmd,
			       const char *cluster, struct vcs_error *e)
{
	(void)ctl;
	if (refused && dumps) {
		refused--;
		news = GONE;
		*e = (struct vcs_error){ ENOPROTOOPT, "", "no such family" };
		return NULL;
	}
	(void)cluster;
	assert_int_equal(cmd, VCS_CMD_GET_CLUSTER);
	dumps++;
	return json_pack("[{s:s, s:s}]", "cluster", "alpha", "state", "member");
}

/* Looks at the state that it has shown first, and takes it away. */
static void cut_beginning(char *text, bool json)
{
	char *end = strstr(text, json ? "\n" : "--\n");

	assert_non_null(end);
	assert_ptr_equal(strstr(text, json ? "{\"event\":\"begin\"" :
					     "-- watching from now on"), text);
	end += json ? 1 : 3;
	memmove(text, end, strlen(end) + 1);
	dumps--;
}

/*
 * Runs the command over @steps; -EIO ends it. Returns what it printed after the
 * state at its beginning.
 */
static char *monitor_of(char *cluster, const int *steps, const char *option)
{
	char name[] = "monitor";
	char *argv[4] = { name, cluster, (char *)option, NULL };
	struct vcsctl ctl = { .cmd = &cmd_monitor };
	int out = dup(1), code;
	char *text = calloc(1, 4096);
	FILE *file = tmpfile();

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), 1);
	script = steps;
	began = false;
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

static char *monitor(const int *steps, const char *option)
{
	char cluster[] = "alpha";
	char *text = monitor_of(cluster, steps, option);

	assert_non_null(strstr(text, "alpha"));
	cut_beginning(text, option);
	return text;
}

static void no_such_cluster(void **state)
{
	char cluster[] = "nope", *text;

	(void)state;
	text = monitor_of(cluster, (int[]) { 7, -EAGAIN, -EIO }, NULL);
	assert_non_null(strstr(text, "there is no cluster nope here; waiting"));
	assert_null(strstr(text, "alpha"));
	free(text);
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
		cmocka_unit_test(no_such_cluster),
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
