// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runner, with agents that behave in every bad way, and the job over it:
 * what counts as a success, and that nothing else does.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../vcs-fenced/job.h"
#include "test.h"

static struct loop *loop;
static char dir[32];
static char path[64];

static void write_agent(const char *script)
{
	FILE *file;

	snprintf(path, sizeof(path), "%s/agent", dir);
	unlink(path);
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\ncd %s\n%s\n", dir, script);
	fclose(file);
	chmod(path, 0700);
}

static struct target target = {
	.nodeid = 3, .agent = path, .plug = (char *)"outlet3",
	.action = (char *)"off", .timeout = 5,
	.nr_options = 1, .options = {
		{ (char *)"passwd", (char *)"a b=c" },
	},
};

static void on_agent(void *arg, const struct agent_result *result)
{
	*(struct agent_result *)arg = *result;
	loop_stop(loop);
}

static struct agent_result run(const char *script, uint64_t limit_ms)
{
	struct agent_result result = { 0 };

	write_agent(script);
	agent_start(loop, &target, "off", limit_ms, AGENT_GRACE_MS, on_agent,
		    &result);
	loop_run(loop);
	return result;
}

static void input_is_key_value(void **state)
{
	struct agent_result r = run("cat >in; md5sum <in >/dev/null; exit 0",
				    5000);
	char text[256] = "", name[64];
	FILE *file;

	(void)state;
	assert_int_equal(r.end, AGENT_EXITED);
	assert_int_equal(r.code, 0);
	snprintf(name, sizeof(name), "%s/in", dir);
	file = fopen(name, "re");
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_string_equal(text, "action=off\nnodename=outlet3\n"
			    "plug=outlet3\nport=outlet3\npasswd=a b=c\n");
}

static void exit_code_and_last_line(void **state)
{
	struct agent_result r = run("echo one; echo 'two\a three' >&2; echo; exit 7",
				    5000);

	(void)state;
	assert_int_equal(r.end, AGENT_EXITED);
	assert_int_equal(r.code, 7);
	assert_string_equal(r.said, "two? three");
}

static void crash(void **state)
{
	struct agent_result r = run("kill -SEGV $$", 5000);

	(void)state;
	assert_int_equal(r.end, AGENT_KILLED);
	assert_int_equal(r.code, SIGSEGV);
	assert_int_equal(judge_action(&r), VCS_FENCE_UNKNOWN);
}

static void garbage_is_bounded(void **state)
{
	struct agent_result r = run("head -c 3000000 /dev/urandom; exit 1",
				    10000);

	(void)state;
	assert_int_equal(r.end, AGENT_EXITED);
	assert_int_equal(r.code, 1);
	assert_true(strlen(r.said) <= AGENT_TEXT_MAX);
	assert_int_equal(judge_action(&r), VCS_FENCE_FAILED);
}

static void endless_output_is_killed(void **state)
{
	struct agent_result r = run("yes", 300);

	(void)state;
	assert_int_equal(r.end, AGENT_TIMEOUT);
}

static void hang_is_terminated(void **state)
{
	uint64_t start = now_ms();
	struct agent_result r = run("exec sleep 1000", 200);

	(void)state;
	assert_int_equal(r.end, AGENT_TIMEOUT);
	assert_true(now_ms() - start < 1900);
	assert_int_equal(judge_action(&r), VCS_FENCE_UNKNOWN);
}

static void deaf_to_sigterm_is_killed(void **state)
{
	struct agent_result r = run("trap '' TERM; while :; do sleep 1; done",
				    200);

	(void)state;
	assert_int_equal(r.end, AGENT_TIMEOUT);
}

static void late_success_is_none(void **state)
{
	struct agent_result r = run("trap 'exit 0' TERM; while :; do sleep 0.1; done",
				    200);

	(void)state;
	assert_int_equal(r.end, AGENT_TIMEOUT);
	assert_int_equal(judge_action(&r), VCS_FENCE_UNKNOWN);
}

static void children_die_with_it(void **state)
{
	struct agent_result r = run("sleep 1000 & echo $! >child; exit 0",
				    5000);
	char name[64];
	FILE *file;
	int pid, tries;

	(void)state;
	assert_int_equal(r.end, AGENT_EXITED);
	snprintf(name, sizeof(name), "%s/child", dir);
	file = fopen(name, "re");
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	/* SIGKILL was sent; it is done when nobody has the pid any more. */
	for (tries = 0; tries < 500 && !kill(pid, 0); tries++)
		usleep(10000);
	assert_int_equal(kill(pid, 0), -1);
}

/* In a session of its own, so it is not killed, with the agent's output open. */
static void grandchild_keeps_output(void **state)
{
	uint64_t start = now_ms();
	struct agent_result r = run("setsid sleep 20 & echo $! >child; echo done; exit 3",
				    10000);
	char name[64];
	FILE *file;
	int pid;

	(void)state;
	assert_true(now_ms() - start < 8000);
	assert_int_equal(r.end, AGENT_EXITED);
	assert_int_equal(r.code, 3);
	assert_string_equal(r.said, "done");
	snprintf(name, sizeof(name), "%s/child", dir);
	file = fopen(name, "re");
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	kill(pid, SIGKILL);
}

/* Half a request might name another node. */
static void no_room_for_input(void **state)
{
	struct rlimit old, none;
	struct agent_result r = { 0 };

	(void)state;
	write_agent("exit 0");
	getrlimit(RLIMIT_FSIZE, &old);
	none = (struct rlimit){ 20, old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	agent_start(loop, &target, "off", 5000, AGENT_GRACE_MS, on_agent, &r);
	setrlimit(RLIMIT_FSIZE, &old);
	loop_run(loop);
	assert_int_equal(r.end, AGENT_NO_START);
	assert_int_equal(judge_action(&r), VCS_FENCE_UNKNOWN);
}

static void missing_agent(void **state)
{
	struct agent_result r = { 0 };

	(void)state;
	snprintf(path, sizeof(path), "%s/nothing", dir);
	agent_start(loop, &target, "off", 5000, AGENT_GRACE_MS, on_agent, &r);
	loop_run(loop);
	assert_int_equal(r.end, AGENT_NO_START);
	assert_non_null(strstr(r.said, "No such file"));
	assert_int_equal(judge_action(&r), VCS_FENCE_UNKNOWN);
}

static void status_codes(void **state)
{
	static const struct {
		struct agent_result result;
		enum vcs_fence_result verdict;
	} cases[] = {
		{ { AGENT_EXITED, 0, "" }, VCS_FENCE_FAILED },
		{ { AGENT_EXITED, 1, "" }, VCS_FENCE_UNKNOWN },
		{ { AGENT_EXITED, 2, "" }, VCS_FENCE_SUCCESS },
		{ { AGENT_KILLED, 2, "" }, VCS_FENCE_UNKNOWN },
		{ { AGENT_TIMEOUT, 2, "" }, VCS_FENCE_UNKNOWN },
		{ { AGENT_NO_START, 2, "" }, VCS_FENCE_UNKNOWN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(judge_status(&cases[i].result),
				 cases[i].verdict);
}

struct outcome {
	int calls;
	enum vcs_fence_result result;
	char text[AGENT_TEXT_MAX + 1];
};

static void on_job(void *arg, const struct vcs_fence_request *ticket,
		   enum vcs_fence_result result, const char *text)
{
	struct outcome *outcome = arg;

	(void)ticket;
	outcome->calls++;
	outcome->result = result;
	snprintf(outcome->text, sizeof(outcome->text), "%s", text);
	loop_stop(loop);
}

static bool is_wanted(void *arg, const struct vcs_fence_request *ticket)
{
	(void)arg;
	(void)ticket;
	return true;
}

static struct outcome fence(const char *script, int retries, int verify,
			    uint32_t timeout_ms)
{
	struct vcs_fence_request ticket = {
		.cluster = "c", .request = 1, .nodeid = 3,
		.timeout_ms = timeout_ms,
	};
	struct target how = target;
	struct outcome outcome = { 0 };

	write_agent(script);
	how.retries = retries;
	how.verify = verify;
	job_start(loop, &ticket, target_copy(&how), is_wanted, on_job,
		  &outcome);
	loop_run(loop);
	assert_int_equal(outcome.calls, 1);
	return outcome;
}

/* Counts its runs in the file "runs"; $n is the number of this one. */
#define COUNT "n=$(cat runs 2>/dev/null || echo 0); n=$((n + 1)); echo $n >runs\n"
#define ACTION "while IFS== read -r k v; do [ $k = action ] && a=$v; done\n"

static void forget_runs(void)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/runs", dir);
	unlink(name);
}

static void retry_until_success(void **state)
{
	struct outcome o;

	(void)state;
	forget_runs();
	o = fence(COUNT "[ $n = 3 ]", 2, 0, 20000);
	assert_int_equal(o.result, VCS_FENCE_SUCCESS);
}

static void retries_end(void **state)
{
	struct outcome o;

	(void)state;
	forget_runs();
	o = fence(COUNT "echo try $n; exit 1", 1, 0, 20000);
	assert_int_equal(o.result, VCS_FENCE_FAILED);
	assert_string_equal(o.text, "off exit 1: try 2");
}

static void time_ends_retries(void **state)
{
	uint64_t start = now_ms();
	struct outcome o = fence("exit 1", 100000, 0, 1500);

	(void)state;
	assert_int_equal(o.result, VCS_FENCE_FAILED);
	assert_true(now_ms() - start < 1500);
}

/* The kernel gives up after 1500 ms, and may begin another attempt then. */
static void deaf_is_gone_in_time(void **state)
{
	uint64_t start = now_ms();
	struct outcome o;
	char name[64];
	FILE *file;
	int pid;

	(void)state;
	o = fence("trap '' TERM; echo $$ >child; while :; do sleep 0.1; done",
		  0, 0, 1500);
	assert_true(now_ms() - start < 1500);
	assert_int_equal(o.result, VCS_FENCE_UNKNOWN);
	snprintf(name, sizeof(name), "%s/child", dir);
	file = fopen(name, "re");
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	assert_int_equal(kill(pid, 0), -1);
}

/* As of a process that hangs in the kernel. */
static bool nothing_is_killed;

int __wrap_kill(pid_t pid, int sig)
{
	return nothing_is_killed ? 0 : syscall(SYS_kill, pid, sig);
}

static struct watch until = { .fd = -1 };

static void while_there_are_children(struct watch *watch)
{
	siginfo_t info;

	if (!waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT)) {
		loop_timer(loop, watch, 20, while_there_are_children);
		return;
	}
	assert_int_equal(errno, ECHILD);
	loop_close(loop, watch);
	loop_stop(loop);
}

static void abort_does_not_wait_for_ever(void **state)
{
	struct agent_result r = { .code = 77 };
	uint64_t start = now_ms();
	struct agent *agent;

	(void)state;
	write_agent("sleep 3");
	agent = agent_start(loop, &target, "off", 5000, AGENT_GRACE_MS,
			    on_agent, &r);
	nothing_is_killed = true;
	agent_abort(agent);
	nothing_is_killed = false;
	assert_true(now_ms() - start < 2500);
	/* It ends after all, and is taken away; nobody is told. */
	loop_timer(loop, &until, 1, while_there_are_children);
	loop_run(loop);
	assert_int_equal(r.code, 77);

	agent = agent_start(loop, &target, "off", 5000, AGENT_GRACE_MS,
			    on_agent, &r);
	start = now_ms();
	agent_abort(agent);
	assert_true(now_ms() - start < 900);
	assert_int_equal(r.code, 77);
}

static void verified_off(void **state)
{
	struct outcome o = fence(ACTION "[ $a = off ] || exit 2", 0, 1, 20000);

	(void)state;
	assert_int_equal(o.result, VCS_FENCE_SUCCESS);
}

static void liar_is_found_out(void **state)
{
	struct outcome o = fence("exit 0", 0, 1, 20000);

	(void)state;
	assert_int_equal(o.result, VCS_FENCE_FAILED);
}

static void unverified_is_unknown(void **state)
{
	struct outcome o = fence(ACTION "[ $a = off ]", 0, 1, 20000);

	(void)state;
	assert_int_equal(o.result, VCS_FENCE_UNKNOWN);
}

static int setup(void **state)
{
	(void)state;
	loop = loop_new();
	strcpy(dir, "/tmp/agent_test.XXXXXX");
	return !mkdtemp(dir);
}

static int teardown(void **state)
{
	static const char *const files[] = { "agent", "in", "child", "runs" };
	char name[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, files[i]);
		unlink(name);
	}
	rmdir(dir);
	loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_is_key_value),
		cmocka_unit_test(exit_code_and_last_line),
		cmocka_unit_test(crash),
		cmocka_unit_test(garbage_is_bounded),
		cmocka_unit_test(endless_output_is_killed),
		cmocka_unit_test(hang_is_terminated),
		cmocka_unit_test(deaf_to_sigterm_is_killed),
		cmocka_unit_test(late_success_is_none),
		cmocka_unit_test(children_die_with_it),
		cmocka_unit_test(grandchild_keeps_output),
		cmocka_unit_test(no_room_for_input),
		cmocka_unit_test(missing_agent),
		cmocka_unit_test(status_codes),
		cmocka_unit_test(retry_until_success),
		cmocka_unit_test(retries_end),
		cmocka_unit_test(time_ends_retries),
		cmocka_unit_test(deaf_is_gone_in_time),
		cmocka_unit_test(abort_does_not_wait_for_ever),
		cmocka_unit_test(verified_off),
		cmocka_unit_test(liar_is_found_out),
		cmocka_unit_test(unverified_is_unknown),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
