// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which requests vcs-fenced takes from the kernel, and when: all of them, one
 * at a time for each node, again after an error that passes, and by the
 * configuration that it was given last. The kernel is played by the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../common/notify.h"
#include "../vcs-fenced/fenced.h"
#include "fake_kernel.h"
#include "test.h"

#define REQUESTS 400

/* One fence that the kernel has announced. */
struct request {
	char cluster[VCS_NAME_MAX + 1];
	uint64_t id;
	uint32_t nodeid;
	bool taken, done;
	bool over;	/* the kernel wants it no more */
	enum vcs_fence_result result;
};

static struct request requests[REQUESTS];
static size_t nr_requests;
static int accepts_to_fail, dumps_to_fail, answers_to_fail;
/* The kernel has taken it, and its acknowledgment is lost. */
static bool acks_are_lost;
/* How many answers end the loop; 0: none. */
static int answers_to_come;

static struct fenced fenced;
static char dir[32], conf[64], agent[64], gate[64];
static int gate_fd;

static struct request *announce(const char *cluster, uint32_t nodeid)
{
	struct request *request = &requests[nr_requests++];

	assert_true(nr_requests <= REQUESTS);
	*request = (struct request){ .id = nr_requests, .nodeid = nodeid };
	snprintf(request->cluster, sizeof(request->cluster), "%s", cluster);
	return request;
}

static void reply(int cmd, const char *cluster, const struct request *request)
{
	struct nl_msg *msg = fake_msg(cmd, true);

	nla_put_string(msg, VCS_A_CLUSTER, cluster);
	if (request) {
		nla_put_u64(msg, VCS_A_REQUEST, request->id);
		nla_put_u32(msg, VCS_A_NODEID, request->nodeid);
		nla_put_u32(msg, VCS_A_TIMEOUT_MS, 20000);
		nla_put_u64(msg, VCS_A_COOKIE, 0xc00c1e);
	}
	fake_push(msg);
}

static void dump_clusters(void)
{
	size_t i, j;

	for (i = 0; i < nr_requests; i++) {
		for (j = 0; strcmp(requests[j].cluster, requests[i].cluster);
		     j++)
			;
		if (i == j)
			reply(VCS_CMD_GET_CLUSTER, requests[i].cluster, NULL);
	}
}

static void dump_fences(const char *cluster)
{
	size_t i;

	for (i = 0; i < nr_requests; i++)
		if (!strcmp(requests[i].cluster, cluster) && !requests[i].done &&
		    !requests[i].over)
			reply(VCS_CMD_GET_FENCE, cluster, &requests[i]);
}

static bool refused(int *times, int err)
{
	if (!*times)
		return false;
	--*times;
	fake_push_error(-err, "as the test wants it", 0);
	return true;
}

static void take(struct request *request)
{
	assert_false(request->taken);
	request->taken = true;
	reply(VCS_CMD_FENCE_ACCEPT, request->cluster, request);
}

static void answer(struct request *request, enum vcs_fence_result result)
{
	assert_true(request->taken);
	assert_false(request->done);
	request->done = true;
	request->result = result;
	if (answers_to_come && !--answers_to_come)
		loop_stop(fenced.loop);
}

static struct request *asked_for(void)
{
	return &requests[nla_get_u64(fake_sent_attr(VCS_A_REQUEST)) - 1];
}

/* What the kernel answers to the message that was just sent. */
static void on_sent(void)
{
	switch (fake_sent_cmd()) {
	case VCS_CMD_GET_CLUSTER:
		if (refused(&dumps_to_fail, ENOBUFS))
			return;
		dump_clusters();
		break;
	case VCS_CMD_GET_FENCE:
		dump_fences(nla_get_string(fake_sent_attr(VCS_A_CLUSTER)));
		break;
	case VCS_CMD_FENCE_ACCEPT:
		if (refused(&accepts_to_fail, ENOMEM))
			return;
		take(asked_for());
		if (acks_are_lost)
			return;
		break;
	case VCS_CMD_FENCE_DONE:
		if (refused(&answers_to_fail, ENOBUFS))
			return;
		answer(asked_for(), nla_get_u32(fake_sent_attr(VCS_A_RESULT)));
		if (asked_for()->over) {
			fake_push_error(-ESTALE, "it is over", 0);
			return;
		}
		break;
	default:
		fail();
	}
	fake_push_error(0, NULL, 0);
}

static void write_file(const char *name, mode_t mode, const char *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(name, mode);
}

/* @daemon: words of [daemon]; @node: which one has the agent. */
static void configure(const char *daemon, int node)
{
	char text[256];

	snprintf(text, sizeof(text), "[daemon]\n%s\n[node %d]\nagent=%s\n",
		 daemon, node, agent);
	write_file(conf, 0600, text);
	fenced_reload(&fenced);
}

static void await(int answers)
{
	answers_to_come = answers;
	loop_run(fenced.loop);
}

/* It waits for a line, and exits with this. */
static void write_agent(int code)
{
	char text[128];

	snprintf(text, sizeof(text), "#!/bin/sh\nread x <%s\nexit %d\n", gate,
		 code);
	write_file(agent, 0700, text);
}

static void let_one_end(void)
{
	assert_int_equal(write(gate_fd, "\n", 1), 1);
}

static struct watch until = { .fd = -1 };

static void while_there_are_slots(struct watch *watch)
{
	if (fenced.nr_slots) {
		loop_timer(fenced.loop, watch, 50, while_there_are_slots);
		return;
	}
	loop_close(fenced.loop, watch);
	loop_stop(fenced.loop);
}

static void all_are_taken(void **state)
{
	char name[16];
	size_t i;

	(void)state;
	/* Nobody fences these, which is answered at once. */
	configure("", 1);
	for (i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		announce(name, 1000);
	}
	for (i = 0; i < 300; i++)
		announce("c69", 1001 + i);
	kernel_scan(&fenced);
	for (i = 0; i < nr_requests; i++)
		assert_true(requests[i].done);
}

static void one_at_a_time_for_a_node(void **state)
{
	struct request *first, *other, *next;

	(void)state;
	configure("", 3);
	first = announce("alpha", 3);
	kernel_scan(&fenced);
	assert_true(first->taken);

	/* The kernel has given the first one up; its agent has not ended. */
	first->over = true;
	next = announce("alpha", 3);
	other = announce("alpha", 4);
	kernel_scan(&fenced);
	assert_false(next->taken);
	assert_true(other->done);

	let_one_end();
	await(1);
	assert_true(first->done);
	assert_true(next->taken);
	let_one_end();
	await(1);
	assert_true(next->done);
	assert_int_equal(next->result, VCS_FENCE_SUCCESS);
}

static void those_that_wait_for_room(void **state)
{
	struct request *first, *next;

	(void)state;
	configure("parallel=1", 3);
	first = announce("alpha", 3);
	next = announce("alpha", 4);
	kernel_scan(&fenced);
	assert_true(first->taken);
	assert_false(next->taken);
	let_one_end();
	await(2);
	assert_true(next->done);
}

static void accepted_after_an_error(void **state)
{
	struct request *request;

	(void)state;
	configure("", 1);
	request = announce("alpha", 3);
	accepts_to_fail = 1;
	kernel_scan(&fenced);
	assert_false(request->taken);
	await(1);
	assert_true(request->done);
}

static void listed_after_an_error(void **state)
{
	struct request *request;

	(void)state;
	configure("", 1);
	request = announce("alpha", 3);
	dumps_to_fail = 1;
	kernel_scan(&fenced);
	await(1);
	assert_true(request->done);
}

/* An agent's, and that of who has none. */
static void answered_again_after_an_error(void **state)
{
	struct request *first, *other;

	(void)state;
	configure("", 3);
	first = announce("alpha", 3);
	other = announce("alpha", 4);
	answers_to_fail = 1;
	kernel_scan(&fenced);
	assert_true(other->taken);
	assert_false(other->done);
	await(1);
	assert_true(other->done);
	assert_int_equal(other->result, VCS_FENCE_FAILED);
	answers_to_fail = 2;
	let_one_end();
	await(1);
	assert_int_equal(answers_to_fail, 0);
	assert_true(first->done);
	assert_int_equal(first->result, VCS_FENCE_SUCCESS);
	assert_int_equal(fenced.nr_slots, 0);
}

/* Not for ever; the kernel gives it up by then. */
static void answered_so_often(void **state)
{
	struct request *request;

	(void)state;
	configure("", 1);
	request = announce("alpha", 3);
	announce("alpha", 4);
	answers_to_fail = 2 * 21;
	kernel_scan(&fenced);
	assert_int_equal(fenced.nr_slots, 2);
	loop_timer(fenced.loop, &until, 1, while_there_are_slots);
	loop_run(fenced.loop);
	assert_int_equal(answers_to_fail, 0);
	assert_false(request->done);
}

static void accepted_without_the_ack(void **state)
{
	struct request *request;

	(void)state;
	configure("", 1);
	request = announce("alpha", 3);
	acks_are_lost = true;
	kernel_scan(&fenced);
	assert_true(request->done);
}

static void reload_looks_again(void **state)
{
	struct request *alpha, *beta;
	struct config *before;

	(void)state;
	configure("clusters=alpha", 3);
	alpha = announce("alpha", 3);
	beta = announce("beta", 4);
	kernel_scan(&fenced);
	assert_true(alpha->taken);
	assert_false(beta->taken);

	/* A bad one changes nothing. */
	before = fenced.config;
	write_file(conf, 0600, "[daemon]\nclusters=beta\nshape=round\n");
	fenced_reload(&fenced);
	assert_ptr_equal(fenced.config, before);
	assert_false(beta->taken);

	/* What is under way goes on, by the agent that it began with. */
	configure("clusters=beta", 9);
	assert_true(beta->done);
	assert_int_equal(beta->result, VCS_FENCE_FAILED);
	assert_false(alpha->done);
	let_one_end();
	await(1);
	assert_true(alpha->done);
	assert_int_equal(alpha->result, VCS_FENCE_SUCCESS);
}

/* As if the node had been fenced in another way. */
static void is_over(struct request *request, bool told)
{
	struct nl_msg *msg;

	request->over = true;
	if (!told)
		return;
	msg = fake_msg(VCS_CMD_FENCE_CANCELLED, false);
	nla_put_string(msg, VCS_A_CLUSTER, request->cluster);
	nla_put_u64(msg, VCS_A_REQUEST, request->id);
	nla_put_u32(msg, VCS_A_NODEID, request->nodeid);
	fake_push(msg);
}

/* To any group: what the socket has is what the test puts there. */
static void listen_to_kernel(void)
{
	assert_int_equal(vcs_client_subscribe(fenced.client,
					      VCS_GENL_GROUP_EVENTS), 0);
}

/* Its agent waits for a line that never comes: killing it ends it. */
static void cancelled_at_once(void **state)
{
	uint64_t start = now_ms();
	struct request *request, *other;

	(void)state;
	configure("", 3);
	request = announce("alpha", 3);
	kernel_scan(&fenced);
	assert_true(request->taken);
	listen_to_kernel();

	/* Not ours: another cluster's. */
	other = announce("beta", 3);
	is_over(other, true);
	kernel_hear(&fenced);
	assert_false(request->done);

	is_over(request, true);
	kernel_hear(&fenced);
	await(1);
	assert_true(request->done);
	assert_int_equal(request->result, VCS_FENCE_UNKNOWN);
	assert_int_equal(fenced.nr_slots, 0);
	/* Not by the agent's time limit. */
	assert_true(now_ms() - start < 10000);
}

static void cancelled_by_a_lost_word(void **state)
{
	uint64_t start = now_ms();
	struct request *request, *stays;

	(void)state;
	configure("", 3);
	request = announce("alpha", 3);
	stays = announce("beta", 3);
	kernel_scan(&fenced);
	listen_to_kernel();
	is_over(request, false);
	fake_push_errno(ENOBUFS);
	kernel_hear(&fenced);
	await(1);
	assert_true(request->done);
	assert_int_equal(request->result, VCS_FENCE_UNKNOWN);
	assert_true(stays->taken);
	/* Not by the agent's time limit. */
	assert_true(now_ms() - start < 10000);
}

/* Nobody said so, but before the next try it is asked. */
static void not_tried_again(void **state)
{
	struct request *request;

	(void)state;
	write_agent(1);
	configure("", 3);
	request = announce("alpha", 3);
	kernel_scan(&fenced);
	is_over(request, false);
	let_one_end();
	await(1);
	assert_true(request->done);
	assert_int_equal(request->result, VCS_FENCE_FAILED);
	assert_int_equal(fenced.nr_slots, 0);
	write_agent(0);
}

/* Else each line would be in the journal twice. */
static void journal_is_known(void **state)
{
	FILE *file = tmpfile(), *other = tmpfile();
	char name[64];
	struct stat st;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_false(journal_reads(fileno(file)));
	fstat(fileno(file), &st);
	snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", name, 1);
	assert_true(journal_reads(fileno(file)));
	assert_false(journal_reads(fileno(other)));
	unsetenv("JOURNAL_STREAM");
	fclose(file);
	fclose(other);
}

static int begin(void **state)
{
	(void)state;
	nr_requests = 0;
	accepts_to_fail = 0;
	dumps_to_fail = 0;
	answers_to_fail = 0;
	acks_are_lost = false;
	answers_to_come = 0;
	fake_reset();
	fake_answer(on_sent);
	return vcs_client_open(&fenced.client, NULL) != 0;
}

static int end(void **state)
{
	(void)state;
	kernel_stop(&fenced);
	return fenced.nr_slots;
}

static int setup(void **state)
{
	(void)state;
	/* An answer that never comes is a failure. */
	alarm(60);
	strcpy(dir, "/tmp/kernel_test.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	snprintf(conf, sizeof(conf), "%s/fence.conf", dir);
	snprintf(agent, sizeof(agent), "%s/agent", dir);
	snprintf(gate, sizeof(gate), "%s/gate", dir);
	write_agent(0);
	fenced.path = conf;
	fenced.events_watch.fd = -1;
	fenced.family_watch.fd = -1;
	fenced.rescan_watch.fd = -1;
	fenced.loop = loop_new();
	if (mkfifo(gate, 0600))
		return 1;
	gate_fd = open(gate, O_RDWR | O_CLOEXEC);
	return gate_fd < 0;
}

static int teardown(void **state)
{
	(void)state;
	config_free(fenced.config);
	loop_free(fenced.loop);
	unlink(conf);
	unlink(agent);
	unlink(gate);
	close(gate_fd);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_are_taken, begin, end),
		cmocka_unit_test_setup_teardown(one_at_a_time_for_a_node,
						begin, end),
		cmocka_unit_test_setup_teardown(those_that_wait_for_room,
						begin, end),
		cmocka_unit_test_setup_teardown(accepted_after_an_error,
						begin, end),
		cmocka_unit_test_setup_teardown(listed_after_an_error, begin,
						end),
		cmocka_unit_test_setup_teardown(answered_again_after_an_error,
						begin, end),
		cmocka_unit_test_setup_teardown(answered_so_often, begin, end),
		cmocka_unit_test_setup_teardown(accepted_without_the_ack,
						begin, end),
		cmocka_unit_test_setup_teardown(reload_looks_again, begin, end),
		cmocka_unit_test_setup_teardown(cancelled_at_once, begin, end),
		cmocka_unit_test_setup_teardown(cancelled_by_a_lost_word,
						begin, end),
		cmocka_unit_test_setup_teardown(not_tried_again, begin, end),
		cmocka_unit_test(journal_is_known),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
