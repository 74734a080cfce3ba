// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvcs, the switch and the families that come and go: the kernel's part is
 * played by fake_kernel.c.
 */
#include <errno.h>
#include <libvcs.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>
#include "fake_kernel.h"
#include "test.h"

static char heard[1024];

static struct vcs_client *open_client(void)
{
	struct vcs_client *client;
	struct vcs_error e = { 0 };

	fake_reset();
	heard[0] = '\0';
	vcs_client_open(&client, &e);
	assert_string_equal(e.text, "");
	return client;
}

static void hear(const struct vcs_message *message, void *arg)
{
	size_t at = strlen(heard);

	snprintf(heard + at, sizeof(heard) - at, "%s%d %s %d;", (char *)arg,
		 vcs_message_cmd(message),
		 vcs_message_string(message, VCS_A_CLUSTER),
		 (int)vcs_message_u64(message, VCS_A_EVENT_SEQ));
}

static void push_event(int seq)
{
	struct nl_msg *msg = fake_msg(VCS_CMD_EVENT, false);

	nla_put_string(msg, VCS_A_CLUSTER, "alpha");
	nla_put_u64(msg, VCS_A_EVENT_SEQ, seq);
	fake_push(msg);
}

static void without_a_module_nothing_opens(void **state)
{
	struct vcs_client *client;
	struct vcs_error e;

	(void)state;
	fake_reset();
	fake_family(0);
	assert_int_equal(vcs_client_open(&client, &e), -ENOPROTOOPT);
	assert_null(client);
	assert_non_null(strstr(e.text, "modprobe vcs"));
	vcs_client_close(NULL);
}

static void check_values(const struct vcs_message *m, void *arg)
{
	const void *data;
	size_t len;

	*(int *)arg += 1;
	assert_true(vcs_message_has(m, VCS_A_STATE));
	assert_false(vcs_message_has(m, VCS_A_ERROR));
	assert_false(vcs_message_has(m, 4000));
	assert_int_equal(vcs_message_u32(m, VCS_A_STATE), 2);
	assert_int_equal(vcs_message_u64(m, VCS_A_GENERATION), 1ULL << 40);
	assert_string_equal(vcs_message_string(m, VCS_A_CLUSTER), "alpha");
	assert_true(vcs_message_true(m, VCS_A_FORCE));
	assert_true(vcs_message_true(m, VCS_A_QUORATE));
	data = vcs_message_data(m, VCS_A_LIFETIME, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "abc", 3);
	/* Not there, or of another length than asked for. */
	assert_int_equal(vcs_message_u32(m, VCS_A_GENERATION), 0);
	assert_int_equal(vcs_message_u64(m, VCS_A_STATE), 0);
	assert_string_equal(vcs_message_string(m, VCS_A_LIFETIME), "");
	assert_string_equal(vcs_message_string(m, VCS_A_TEXT), "");
	assert_false(vcs_message_true(m, VCS_A_ERROR));
	assert_null(vcs_message_data(m, VCS_A_KEY, &len));
	assert_int_equal(len, 0);
}

static void an_answer_has_values(void **state)
{
	struct vcs_client *client = open_client();
	struct nl_msg *msg = fake_msg(VCS_CMD_GET_CLUSTER, true);
	int calls = 0;

	(void)state;
	nla_put_string(msg, VCS_A_CLUSTER, "alpha");
	nla_put_u32(msg, VCS_A_STATE, 2);
	nla_put_u64(msg, VCS_A_GENERATION, 1ULL << 40);
	nla_put_flag(msg, VCS_A_FORCE);
	nla_put_u8(msg, VCS_A_QUORATE, 1);
	nla_put(msg, VCS_A_LIFETIME, 3, "abc");
	fake_push(msg);
	fake_push_error(0, NULL, 0);
	vcs_client_begin(client, VCS_CMD_GET_CLUSTER);
	vcs_client_put_string(client, VCS_A_CLUSTER, "alpha");
	assert_int_equal(vcs_client_call(client, check_values, &calls), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(fake_sent()->nlmsg_flags & NLM_F_DUMP, 0);
	vcs_client_close(client);
}

static void a_dump_is_whole_or_says_so(void **state)
{
	struct vcs_client *client = open_client();
	struct nl_msg *msg;
	int i, interrupted;

	(void)state;
	for (interrupted = 0; interrupted < 2; interrupted++) {
		heard[0] = '\0';
		for (i = 1; i < 3; i++) {
			msg = fake_msg(VCS_CMD_GET_CLUSTER, true);
			nla_put_u64(msg, VCS_A_EVENT_SEQ, i);
			if (interrupted)
				nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP_INTR;
			fake_push(msg);
		}
		fake_push_done();
		vcs_client_begin(client, VCS_CMD_GET_CLUSTER);
		assert_int_equal(vcs_client_dump(client, hear, ""),
				 interrupted ? -EINTR : 0);
		assert_int_equal(fake_sent()->nlmsg_flags & NLM_F_DUMP,
				 NLM_F_DUMP);
		assert_string_equal(heard, "4  1;4  2;");
	}
	vcs_client_close(client);
}

static void a_refusal_names_the_attribute(void **state)
{
	struct vcs_client *client = open_client();

	(void)state;
	fake_push_error(-EINVAL, "no such thing", NLMSG_HDRLEN + GENL_HDRLEN);
	vcs_client_begin(client, VCS_CMD_FENCE);
	vcs_client_put_u32(client, VCS_A_NODEID, 3);
	assert_int_equal(vcs_client_call(client, NULL, NULL), -EINVAL);
	assert_int_equal(vcs_client_error(client)->err, EINVAL);
	assert_string_equal(vcs_client_error(client)->attr, "NODEID");
	assert_string_equal(vcs_client_error(client)->text,
			    "NODEID: no such thing");
	vcs_client_begin(client, VCS_CMD_JOIN);
	vcs_client_put_data(client, VCS_A_KEY, heard, 70000);
	assert_int_equal(vcs_client_call(client, NULL, NULL), -EMSGSIZE);
	vcs_client_close(client);
}

/* Calls back for one event, and asks something meanwhile. */
struct nested {
	struct vcs_client *client;
	int dispatch, ping;
};

static void nest(const struct vcs_message *message, void *arg)
{
	struct nested *nested = arg;

	(void)message;
	nested->dispatch = vcs_client_dispatch(nested->client, hear, "");
	fake_push_error(0, NULL, 0);
	vcs_client_begin(nested->client, VCS_CMD_FENCE);
	nested->ping = vcs_client_call(nested->client, NULL, NULL);
}

static void events_come_and_may_be_lost(void **state)
{
	struct vcs_client *client = open_client();
	struct nested nested = { .client = client };

	(void)state;
	assert_int_equal(vcs_client_fd(client), -1);
	assert_int_equal(vcs_client_dispatch(client, hear, ""), -ENOTCONN);
	assert_int_equal(vcs_client_subscribe(client, "nonsense"), -ENOENT);
	assert_non_null(strstr(vcs_client_error(client)->text, "nonsense"));
	assert_int_equal(vcs_client_subscribe(client, VCS_GENL_GROUP_EVENTS),
			 0);
	assert_int_not_equal(vcs_client_fd(client), -1);

	push_event(1);
	push_event(2);
	assert_int_equal(vcs_client_dispatch(client, hear, ""), 0);
	assert_string_equal(heard, "14 alpha 1;14 alpha 2;");
	assert_int_equal(vcs_client_dispatch(client, hear, ""), 0);

	heard[0] = '\0';
	push_event(3);
	fake_push_errno(ENOBUFS);
	push_event(9);
	assert_int_equal(vcs_client_dispatch(client, hear, "-"), -ENOBUFS);
	assert_string_equal(heard, "-14 alpha 3;-14 alpha 9;");
	assert_int_equal(vcs_client_dispatch(client, hear, ""), 0);

	push_event(10);
	assert_int_equal(vcs_client_dispatch(client, nest, &nested), 0);
	assert_int_equal(nested.dispatch, -EDEADLK);
	assert_int_equal(nested.ping, 0);
	vcs_client_close(client);
}

static void a_fence_host_accepts_and_answers(void **state)
{
	struct vcs_client *client = open_client();
	struct nl_msg *msg = fake_msg(VCS_CMD_FENCE_ACCEPT, true);
	struct vcs_fence_request accepted;
	char text[2 * VCS_TEXT_MAX];

	(void)state;
	nla_put_u64(msg, VCS_A_COOKIE, 77);
	nla_put_u64(msg, VCS_A_INCARNATION, 0xabc);
	nla_put_u32(msg, VCS_A_NODEID, 3);
	nla_put_u32(msg, VCS_A_TIMEOUT_MS, 5000);
	nla_put_string(msg, VCS_A_REASON, "failed");
	fake_push(msg);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_client_fence_accept(client, "alpha", 5, &accepted),
			 0);
	assert_int_equal(fake_sent_cmd(), VCS_CMD_FENCE_ACCEPT);
	assert_int_equal(nla_get_u64(fake_sent_attr(VCS_A_REQUEST)), 5);
	assert_int_equal(accepted.request, 5);
	assert_int_equal(accepted.cookie, 77);
	assert_int_equal(accepted.incarnation, 0xabc);
	assert_int_equal(accepted.nodeid, 3);
	assert_int_equal(accepted.timeout_ms, 5000);
	assert_string_equal(accepted.cluster, "alpha");
	assert_string_equal(accepted.reason, "failed");

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_client_fence_done(client, &accepted,
					       VCS_FENCE_FAILED, text), 0);
	assert_int_equal(fake_sent_cmd(), VCS_CMD_FENCE_DONE);
	assert_int_equal(nla_get_u64(fake_sent_attr(VCS_A_COOKIE)), 77);
	assert_int_equal(nla_get_u32(fake_sent_attr(VCS_A_RESULT)),
			 VCS_FENCE_FAILED);
	assert_int_equal(nla_len(fake_sent_attr(VCS_A_TEXT)),
			 VCS_TEXT_MAX + 1);

	fake_push_error(-EBUSY, "somebody else has it", 0);
	assert_int_equal(vcs_client_fence_accept(client, "alpha", 6, &accepted),
			 -EBUSY);
	vcs_client_close(client);
}

static void push_news(int cmd, const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, cmd, 1);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	fake_push(msg);
}

static void a_family_comes_and_goes(void **state)
{
	struct vcs_watch *watch;

	(void)state;
	fake_reset();
	assert_int_equal(vcs_watch_open(&watch, "nlctrl", NULL), -EINVAL);
	assert_int_equal(vcs_watch_open(&watch, VCS_GENL_NAME, NULL), 0);
	assert_true(vcs_watch_there(watch));
	assert_int_equal(vcs_watch_dispatch(watch), 0);

	/* Another one. */
	push_news(CTRL_CMD_DELFAMILY, VCS_UB_GENL_NAME);
	assert_int_equal(vcs_watch_dispatch(watch), 0);
	/* Gone. */
	fake_family(0);
	push_news(CTRL_CMD_DELFAMILY, VCS_GENL_NAME);
	assert_int_equal(vcs_watch_dispatch(watch), 1);
	assert_false(vcs_watch_there(watch));
	assert_int_equal(vcs_watch_dispatch(watch), 0);
	/* Back. */
	fake_family(FAKE_FAMILY + 1);
	push_news(CTRL_CMD_NEWFAMILY, VCS_GENL_NAME);
	assert_int_equal(vcs_watch_dispatch(watch), 1);
	assert_true(vcs_watch_there(watch));
	/* Gone and back, and it got the old number. */
	push_news(CTRL_CMD_DELFAMILY, VCS_GENL_NAME);
	push_news(CTRL_CMD_NEWFAMILY, VCS_GENL_NAME);
	assert_int_equal(vcs_watch_dispatch(watch), 1);
	assert_true(vcs_watch_there(watch));
	/* News were lost, and there were none. */
	fake_push_errno(ENOBUFS);
	assert_int_equal(vcs_watch_dispatch(watch), 0);
	/* And with some. */
	fake_push_errno(ENOBUFS);
	fake_family(FAKE_FAMILY + 2);
	assert_int_equal(vcs_watch_dispatch(watch), 1);
	assert_int_equal(fake_nr_loads(), 0);
	vcs_watch_close(watch);
	vcs_watch_close(NULL);
}

static void each_attribute_has_a_name(void **state)
{
	unsigned int type;

	(void)state;
	assert_null(vcs_attr_info(VCS_A_UNSPEC));
	assert_null(vcs_attr_info(VCS_A_MAX + 1));
	for (type = VCS_A_PAD; type <= VCS_A_MAX; type++) {
		assert_non_null(vcs_attr_info(type));
		assert_non_null(vcs_attr_info(type)->name);
	}
	assert_string_equal(vcs_attr_info(VCS_A_LOG_SEQ)->key, "log_seq");
	assert_string_equal(vcs_word(VCS_A_STATE, VCS_CLUSTER_FROZEN),
			    "frozen");
	assert_string_equal(vcs_word(VCS_A_STATE, 99), "unknown");
	assert_string_equal(vcs_word(4000, 1), "unknown");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_module_nothing_opens),
		cmocka_unit_test(an_answer_has_values),
		cmocka_unit_test(a_dump_is_whole_or_says_so),
		cmocka_unit_test(a_refusal_names_the_attribute),
		cmocka_unit_test(events_come_and_may_be_lost),
		cmocka_unit_test(a_fence_host_accepts_and_answers),
		cmocka_unit_test(a_family_comes_and_goes),
		cmocka_unit_test(each_attribute_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
