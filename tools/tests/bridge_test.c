// SPDX-License-Identifier: GPL-2.0-only
/* libvcs, the bridge: the kernel's part is played by fake_kernel.c. */
#include <errno.h>
#include <libvcs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bridge_test.h"
#include "fake_kernel.h"
#include "test.h"

static const uint8_t lifetime[VCS_LIFETIME_LEN] = "a whole history";
static char heard[4096];
static bool nested_dispatch;

/* Everything that allocates, of whatever library, comes by here. */
static unsigned int allocations;

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	allocations++;
	return __libc_calloc(nr, size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}

static __attribute__((format(printf, 1, 2))) void hear(const char *fmt, ...)
{
	size_t at = strlen(heard);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(heard + at, sizeof(heard) - at, fmt, ap);
	va_end(ap);
}

static void on_join(struct vcs_bridge *bridge, uint64_t seq,
		    uint64_t incarnation, const char *options, void *arg)
{
	if (nested_dispatch)
		assert_int_equal(vcs_bridge_dispatch(bridge), -EDEADLK);
	hear("%s join %d %llx %s;", (char *)arg, (int)seq,
	     (unsigned long long)incarnation, options);
}

static void on_leave(struct vcs_bridge *bridge, uint64_t seq,
		     enum vcs_ub_how how, void *arg)
{
	(void)bridge;
	(void)arg;
	hear("leave %d %d;", (int)seq, how);
}

static void on_submit(struct vcs_bridge *bridge, uint64_t seq,
		      uint64_t generation, const void *data, size_t len,
		      void *arg)
{
	(void)bridge;
	(void)arg;
	hear("submit %d %d %.*s;", (int)seq, (int)generation, (int)len,
	     (const char *)data);
}

static void on_fenced(struct vcs_bridge *bridge, uint64_t seq,
		      const struct vcs_bridge_fenced *fenced, void *arg)
{
	(void)bridge;
	(void)arg;
	hear("fenced %d %d %llx %d %d;", (int)seq, (int)fenced->nodeid,
	     (unsigned long long)fenced->incarnation,
	     (int)fenced->fence_cookie, fenced->result);
}

static const struct vcs_bridge_ops ops = {
	.size = sizeof(ops), .join = on_join, .leave = on_leave,
	.submit = on_submit, .fenced = on_fenced,
};

static struct vcs_bridge *open_bridge(void)
{
	struct vcs_bridge *bridge;
	struct vcs_error e = { 0 };

	fake_reset();
	heard[0] = '\0';
	nested_dispatch = false;
	vcs_bridge_open(&bridge, "alpha", &ops, "my", &e);
	assert_string_equal(e.text, "");
	assert_non_null(bridge);
	return bridge;
}

static struct nl_msg *claim_reply(uint64_t cookie)
{
	struct nl_msg *msg = fake_msg(VCS_UB_CMD_CLAIM, true);

	nla_put_string(msg, VCS_UB_A_CLUSTER, "alpha");
	nla_put_u64(msg, VCS_UB_A_COOKIE, cookie);
	nla_put_u64(msg, VCS_UB_A_INCARNATION, 0xabc);
	nla_put_u32(msg, VCS_UB_A_GRACE_MS, 10000);
	return msg;
}

/* A handle that owns the cluster. */
static struct vcs_bridge *claimed(void)
{
	struct vcs_bridge *bridge = open_bridge();

	fake_push(claim_reply(FAKE_COOKIE));
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, NULL), 0);
	return bridge;
}

static struct nl_msg *request(int cmd, uint64_t seq)
{
	struct nl_msg *msg = fake_msg(cmd, false);

	nla_put_string(msg, VCS_UB_A_CLUSTER, "alpha");
	nla_put_u64(msg, VCS_UB_A_COOKIE, FAKE_COOKIE);
	nla_put_u64(msg, VCS_UB_A_SEQ, seq);
	return msg;
}

static void push_join(uint64_t seq)
{
	struct nl_msg *msg = request(VCS_UB_CMD_JOIN, seq);

	nla_put_u64(msg, VCS_UB_A_INCARNATION, 0xabc);
	nla_put_string(msg, VCS_UB_A_OPTIONS, "nodeid=1,color=red");
	fake_push(msg);
}

static void push_leave(uint64_t seq)
{
	struct nl_msg *msg = request(VCS_UB_CMD_LEAVE, seq);

	nla_put_u32(msg, VCS_UB_A_HOW, VCS_UB_HOW_FAIL);
	fake_push(msg);
}

static void push_submit(uint64_t seq, uint64_t generation, const char *data)
{
	struct nl_msg *msg = request(VCS_UB_CMD_SUBMIT, seq);

	nla_put_u64(msg, VCS_UB_A_GENERATION, generation);
	nla_put(msg, VCS_UB_A_DATA, strlen(data), data);
	fake_push(msg);
}

static void push_fenced(uint64_t seq)
{
	struct nl_msg *msg = request(VCS_UB_CMD_FENCED, seq);

	nla_put_u32(msg, VCS_UB_A_NODEID, 3);
	nla_put_u64(msg, VCS_UB_A_INCARNATION, 0xdef);
	nla_put_u64(msg, VCS_UB_A_FENCE_COOKIE, 99);
	nla_put_u32(msg, VCS_UB_A_FENCE_RESULT, VCS_FENCE_SUCCESS);
	fake_push(msg);
}

static bool readable(struct vcs_bridge *bridge)
{
	struct pollfd fd = { .fd = vcs_bridge_fd(bridge), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static void answer_dispatch(struct vcs_bridge *bridge, const char *all)
{
	heard[0] = '\0';
	assert_int_equal(vcs_bridge_dispatch(bridge), 0);
	assert_string_equal(heard, all);
}

static void opening_needs_ops_a_name_and_the_module(void **state)
{
	struct vcs_bridge_ops some = ops;
	struct vcs_bridge *bridge;
	struct vcs_error e;

	(void)state;
	fake_reset();
	some.submit = NULL;
	assert_int_equal(vcs_bridge_open(&bridge, "alpha", &some, NULL, &e),
			 -EINVAL);
	assert_null(bridge);
	/* A program that was built before there was such an op. */
	some = ops;
	some.size = offsetof(struct vcs_bridge_ops, submit);
	assert_int_equal(vcs_bridge_open(&bridge, "alpha", &some, NULL, NULL),
			 -EINVAL);
	assert_int_equal(vcs_bridge_open(&bridge,
					 "a234567890123456789012345678901x",
					 &ops, NULL, &e), -EINVAL);
	assert_non_null(strstr(e.text, "31 bytes"));
	fake_family(0);
	assert_int_equal(vcs_bridge_open(&bridge, "alpha", &ops, NULL, &e),
			 -ENOPROTOOPT);
	assert_int_equal(e.err, ENOPROTOOPT);
	assert_non_null(strstr(e.text, "modprobe vcs_userbridge"));
	vcs_bridge_close(NULL);
}

static void put_member(struct nl_msg *msg, uint32_t nodeid, bool settled)
{
	struct nlattr *nest = nla_nest_start(msg, VCS_UB_A_MEMBER);

	nla_put_u32(msg, VCS_UB_NODE_A_NODEID, nodeid);
	nla_put_u64(msg, VCS_UB_NODE_A_INCARNATION, nodeid * 16);
	nla_put_u64(msg, VCS_UB_NODE_A_JOINED_GENERATION, 5);
	nla_put_u32(msg, VCS_UB_NODE_A_VOTES, 2);
	if (settled)
		nla_put_flag(msg, VCS_UB_NODE_A_SETTLED);
	nla_nest_end(msg, nest);
}

static void claim_tells_what_the_kernel_believes(void **state)
{
	struct vcs_bridge *bridge = open_bridge();
	struct vcs_bridge_belief b;
	struct nl_msg *msg = claim_reply(FAKE_COOKIE);

	(void)state;
	nla_put_u64(msg, VCS_UB_A_LOAD_ID, 0x10ad);
	nla_put(msg, VCS_UB_A_MACHINE_ID, 16, "machine machine");
	nla_put_flag(msg, VCS_UB_A_FROZEN);
	nla_put(msg, VCS_UB_A_STATE, 5, "state");
	nla_put(msg, VCS_UB_A_LIFETIME, sizeof(lifetime), lifetime);
	nla_put_u64(msg, VCS_UB_A_GENERATION, 7);
	nla_put_u32(msg, VCS_UB_A_EXPECTED_VOTES, 4);
	nla_put_u32(msg, VCS_UB_A_QUORUM, 3);
	nla_put_u64(msg, VCS_UB_A_POSITION, 12);
	put_member(msg, 1, false);
	put_member(msg, 9, true);
	fake_push(msg);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, &b), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_CLAIM);
	assert_int_equal(nla_get_u32(fake_sent_attr(VCS_UB_A_DEADLINE_MS)),
			 3000);
	assert_string_equal(nla_get_string(fake_sent_attr(VCS_UB_A_CLUSTER)),
			    "alpha");
	assert_null(fake_sent_attr(VCS_UB_A_COOKIE));

	assert_int_equal(b.incarnation, 0xabc);
	assert_int_equal(b.load_id, 0x10ad);
	assert_memory_equal(b.machine_id, "machine machine", 16);
	assert_int_equal(b.grace_ms, 10000);
	assert_true(b.frozen);
	assert_false(b.drained);
	assert_int_equal(b.state_len, 5);
	assert_memory_equal(b.state, "state", 5);
	assert_memory_equal(b.view.lifetime, lifetime, sizeof(lifetime));
	assert_int_equal(b.view.generation, 7);
	assert_int_equal(b.view.expected_votes, 4);
	assert_int_equal(b.view.quorum, 3);
	assert_int_equal(b.position, 12);
	assert_int_equal(b.view.nr_members, 2);
	assert_int_equal(b.view.members[1].nodeid, 9);
	assert_int_equal(b.view.members[1].incarnation, 144);
	assert_int_equal(b.view.members[1].joined_generation, 5);
	assert_int_equal(b.view.members[1].votes, 2);
	assert_true(b.view.members[1].settled);
	assert_false(b.view.members[0].settled);

	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), 0);
	assert_int_equal(nla_get_u64(fake_sent_attr(VCS_UB_A_COOKIE)),
			 FAKE_COOKIE);
	vcs_bridge_close(bridge);
}

static void a_belief_without_sense_is_refused(void **state)
{
	struct vcs_bridge *bridge = open_bridge();
	struct nl_msg *msg = claim_reply(FAKE_COOKIE);

	(void)state;
	nla_put(msg, VCS_UB_A_LIFETIME, 3, lifetime);
	fake_push(msg);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, NULL), -EPROTO);
	/* An answer without a belief at all. */
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, NULL), -EPROTO);
	vcs_bridge_close(bridge);
}

static void requests_are_called_back_in_order(void **state)
{
	struct vcs_bridge *bridge = claimed();

	(void)state;
	nested_dispatch = true;
	push_join(1);
	push_submit(2, 1, "first");
	push_fenced(3);
	push_leave(4);
	answer_dispatch(bridge,
			"my join 1 abc nodeid=1,color=red;"
			"submit 2 1 first;fenced 3 3 def 99 1;leave 4 1;");
	answer_dispatch(bridge, "");
	vcs_bridge_close(bridge);
}

/* Its callback would come in the middle of a call; and poll() must see it. */
static void a_request_before_an_answer_is_kept(void **state)
{
	struct vcs_bridge *bridge = claimed();

	(void)state;
	assert_false(readable(bridge));
	push_submit(1, 1, "early");
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), 0);
	assert_string_equal(heard, "");
	assert_true(readable(bridge));
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), 0);
	assert_true(readable(bridge));
	push_submit(2, 1, "late");
	answer_dispatch(bridge, "submit 1 1 early;submit 2 1 late;");
	assert_false(readable(bridge));
	vcs_bridge_close(bridge);
}

static void a_view_voids_earlier_submits(void **state)
{
	struct vcs_bridge_member self = { .nodeid = 1, .votes = 1 };
	struct vcs_bridge_view view = {
		.generation = 2, .nr_members = 1, .members = &self,
	};
	struct vcs_bridge *bridge = claimed();

	(void)state;
	push_submit(1, 1, "void");
	push_submit(2, 2, "new");
	fake_push_error(-EPROTO, "no", 0);
	assert_int_equal(vcs_bridge_view(bridge, &view), -EPROTO);
	answer_dispatch(bridge, "submit 1 1 void;submit 2 2 new;");
	push_submit(1, 1, "void");
	push_submit(2, 2, "new");
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_view(bridge, &view), 0);
	answer_dispatch(bridge, "submit 2 2 new;");
	vcs_bridge_close(bridge);
}

static void what_is_for_others_is_dropped(void **state)
{
	struct vcs_bridge *bridge = claimed();
	struct nl_msg *msg = fake_msg(VCS_UB_CMD_LEAVE, false);

	(void)state;
	nla_put_u64(msg, VCS_UB_A_COOKIE, FAKE_COOKIE + 1);
	nla_put_u64(msg, VCS_UB_A_SEQ, 1);
	fake_push(msg);
	/* A program that says it was the kernel. */
	fake_push_from(request(VCS_UB_CMD_LEAVE, 2), 4711);
	/* A message that no daemon knows. */
	fake_push(request(200, 3));
	answer_dispatch(bridge, "");

	/* What was asked of this owner is not asked of the next. */
	push_leave(4);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), 0);
	fake_push(claim_reply(FAKE_COOKIE + 7));
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, NULL), 0);
	answer_dispatch(bridge, "");
	vcs_bridge_close(bridge);
}

static int offset_of(const void *attr)
{
	return (const char *)attr - (const char *)fake_sent();
}

static void a_refusal_has_words_and_an_attribute(void **state)
{
	struct vcs_bridge_member self = { .nodeid = 1, .votes = 1 };
	struct vcs_bridge_view view = {
		.generation = 2, .nr_members = 1, .members = &self,
	};
	struct vcs_bridge *bridge = claimed();
	const struct vcs_error *e = vcs_bridge_error(bridge);
	struct nlattr *member;

	(void)state;
	fake_push_error(-EPROTO, "no", 0);
	vcs_bridge_view(bridge, &view);
	assert_string_equal(e->attr, "");
	member = fake_sent_attr(VCS_UB_A_MEMBER);

	/* The same message again has its attributes in the same places. */
	fake_push_error(-EINVAL, "MEMBER: needs more",
			offset_of(member));
	assert_int_equal(vcs_bridge_view(bridge, &view), -EINVAL);
	assert_int_equal(e->err, EINVAL);
	assert_string_equal(e->attr, "MEMBER");
	assert_string_equal(e->text, "MEMBER: needs more");

	fake_push_error(-ERANGE, "integer out of range  ",
			offset_of(nla_find(nla_data(member), nla_len(member),
					   VCS_UB_NODE_A_VOTES)));
	assert_int_equal(vcs_bridge_view(bridge, &view), -ERANGE);
	assert_string_equal(e->attr, "MEMBER.VOTES");
	assert_string_equal(e->text, "MEMBER.VOTES: integer out of range");

	/* An offset that is none, and no words at all. */
	fake_push_error(-EINVAL, "no", 100000);
	vcs_bridge_view(bridge, &view);
	assert_string_equal(e->attr, "");
	fake_push_error(-EPERM, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), -EPERM);
	assert_non_null(strstr(e->text, "CAP_NET_ADMIN"));

	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), 0);
	assert_int_equal(e->err, 0);
	vcs_bridge_close(bridge);
}

static void no_cluster_is_not_no_module(void **state)
{
	struct vcs_bridge *bridge = claimed();

	(void)state;
	fake_push_error(-ENOENT, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), -ENOENT);
	/* What the kernel has words for is not asked again. */
	fake_family(0);
	fake_push_error(-ENOENT, "CLUSTER: no such cluster", 0);
	assert_int_equal(vcs_bridge_ping(bridge), -ENOENT);
	fake_family(FAKE_FAMILY);
	fake_push_error(-ENOENT, NULL, 0);
	fake_family(0);
	assert_int_equal(vcs_bridge_ping(bridge), -ENOPROTOOPT);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, NULL), -ENOPROTOOPT);
	/* Only the opening has it loaded. */
	assert_int_equal(fake_nr_loads(), 1);
	/* Nothing is sent to nobody, nor to another who has come. */
	fake_reset();
	assert_int_equal(vcs_bridge_ping(bridge), -ENOPROTOOPT);
	assert_int_equal(fake_nr_sent(), 0);
	fake_push(claim_reply(FAKE_COOKIE));
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, NULL), 0);
	fake_push_error(-ENOENT, NULL, 0);
	fake_family(FAKE_FAMILY + 1);
	assert_int_equal(vcs_bridge_ping(bridge), -ENOPROTOOPT);
	fake_reset();
	assert_int_equal(vcs_bridge_ping(bridge), -ENOPROTOOPT);
	assert_int_equal(fake_nr_sent(), 0);
	fake_push(claim_reply(FAKE_COOKIE));
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_claim(bridge, 3000, NULL), 0);
	vcs_bridge_close(bridge);
}

static void a_full_socket_loses_no_request(void **state)
{
	struct vcs_bridge *bridge = claimed();
	unsigned int before = fake_nr_sent();

	(void)state;
	push_submit(1, 1, "a");
	fake_push_errno(ENOBUFS);
	push_submit(2, 1, "b");
	fake_push_errno(EAGAIN);
	fake_push_error(0, NULL, 0);
	answer_dispatch(bridge, "submit 1 1 a;submit 2 1 b;");
	assert_int_equal(fake_nr_sent(), before + 1);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_PING);

	fake_push_errno(ENOBUFS);
	assert_int_equal(vcs_bridge_ping(bridge), -ENOBUFS);
	assert_string_equal(vcs_bridge_error(bridge)->text,
			    "the answer was lost");
	/* If it is late all the same, it is not taken for another's. */
	fake_push_errno(ENOBUFS);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), 0);
	vcs_bridge_close(bridge);
}

static void too_many_requests_are_noticed(void **state)
{
	struct vcs_bridge *bridge = claimed();
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++)
		push_submit(i + 1, 1, "x");
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_ping(bridge), 0);
	assert_true(readable(bridge));
	assert_int_equal(vcs_bridge_dispatch(bridge), -EOVERFLOW);
	vcs_bridge_close(bridge);
}

/* One that submits as fast as it is answered does not keep the daemon. */
static void a_dispatch_ends(void **state)
{
	struct vcs_bridge *bridge = claimed();
	unsigned int i, calls = 0;

	(void)state;
	for (i = 0; i < 300; i++)
		push_submit(i + 1, 1, "x");
	do {
		heard[0] = '\0';
		assert_int_equal(vcs_bridge_dispatch(bridge), 0);
		calls++;
	} while (heard[0]);
	assert_int_equal(calls, 4);
	vcs_bridge_close(bridge);
}

static void the_longest_view_fits(void **state)
{
	static struct vcs_bridge_member members[VCS_BRIDGE_NODES_MAX * 2];
	static struct vcs_bridge_departed departed[VCS_BRIDGE_NODES_MAX];
	struct vcs_bridge_view view = {
		.generation = 2,
		.nr_members = VCS_BRIDGE_NODES_MAX, .members = members,
		.nr_departed = VCS_BRIDGE_NODES_MAX, .departed = departed,
	};
	struct vcs_bridge *bridge = claimed();
	unsigned int i, before;

	(void)state;
	for (i = 0; i < 2 * VCS_BRIDGE_NODES_MAX; i++)
		members[i].settled = true;
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_view(bridge, &view), 0);
	before = fake_nr_sent();
	view.nr_members = 2 * VCS_BRIDGE_NODES_MAX;
	assert_int_equal(vcs_bridge_view(bridge, &view), -EMSGSIZE);
	assert_int_equal(fake_nr_sent(), before);
	vcs_bridge_close(bridge);
}

static void each_message_says_what_it_means(void **state)
{
	struct vcs_bridge_record record = {
		.generation = 3, .position = 4, .from = 5, .data = "data",
		.len = 4,
	};
	struct vcs_bridge *bridge = claimed();

	(void)state;
	memcpy(record.lifetime, lifetime, sizeof(lifetime));
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_deliver(bridge, &record), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_DELIVER);
	assert_null(fake_sent_attr(VCS_UB_A_SEQ));
	assert_int_equal(nla_get_u64(fake_sent_attr(VCS_UB_A_POSITION)), 4);
	assert_int_equal(nla_get_u32(fake_sent_attr(VCS_UB_A_FROM)), 5);
	assert_int_equal(nla_len(fake_sent_attr(VCS_UB_A_DATA)), 4);
	record.seq = 6;
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_deliver(bridge, &record), 0);
	assert_int_equal(nla_get_u64(fake_sent_attr(VCS_UB_A_SEQ)), 6);

	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_resume(bridge, lifetime, 3, true, "why"),
			 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_RESUME);
	assert_int_equal(nla_get_u8(fake_sent_attr(VCS_UB_A_QUORATE)), 1);
	assert_string_equal(nla_get_string(fake_sent_attr(VCS_UB_A_REASON)),
			    "why");
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_quorate(bridge, lifetime, 3, false, NULL),
			 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_QUORATE);
	assert_int_equal(nla_get_u8(fake_sent_attr(VCS_UB_A_QUORATE)), 0);
	assert_null(fake_sent_attr(VCS_UB_A_REASON));

	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_join_failed(bridge, -ENOMEM, NULL), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_JOIN_FAILED);
	assert_int_equal((int)nla_get_u32(fake_sent_attr(VCS_UB_A_ERROR)),
			 -ENOMEM);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_may_join(bridge, 3, true), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_MAY_JOIN);
	assert_non_null(fake_sent_attr(VCS_UB_A_SETTLED));
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_suspect(bridge, 3, true, NULL), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_SUSPECT);
	assert_int_equal(nla_get_u8(fake_sent_attr(VCS_UB_A_SUSPECT)), 1);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_evicted(bridge, VCS_LEAVE_REMOVED), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_EVICTED);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_fence(bridge, 3, 0xdef, 99), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_FENCE);
	assert_int_equal(nla_get_u64(fake_sent_attr(VCS_UB_A_FENCE_COOKIE)),
			 99);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_result(bridge, 8), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_RESULT);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_store(bridge, "kept", 4), 0);
	assert_int_equal(fake_sent_cmd(), VCS_UB_CMD_STORE);
	assert_int_equal(nla_len(fake_sent_attr(VCS_UB_A_STATE)), 4);
	vcs_bridge_close(bridge);
}

static void info_says_how_it_fares(void **state)
{
	struct vcs_bridge *bridge = open_bridge();
	struct nl_msg *msg = fake_msg(VCS_UB_CMD_GET, true);
	struct vcs_bridge_info info;

	(void)state;
	nla_put_u32(msg, VCS_UB_A_OWNER, 123);
	nla_put_u64(msg, VCS_UB_A_GRACE_LEFT_MS, 4000);
	nla_put_u32(msg, VCS_UB_A_PENDING, 2);
	nla_put_flag(msg, VCS_UB_A_FROZEN);
	fake_push(msg);
	fake_push_error(0, NULL, 0);
	assert_int_equal(vcs_bridge_info(bridge, &info), 0);
	assert_null(fake_sent_attr(VCS_UB_A_COOKIE));
	assert_int_equal(info.owner, 123);
	assert_int_equal(info.grace_left_ms, 4000);
	assert_int_equal(info.pending, 2);
	assert_true(info.frozen);
	vcs_bridge_close(bridge);
}

/* What mlockall() and a machine without memory ask for. */
static void nothing_allocates_after_open(void **state)
{
	struct vcs_bridge_member self = { .nodeid = 1, .votes = 1 };
	struct vcs_bridge_view view = {
		.generation = 2, .nr_members = 1, .members = &self,
	};
	struct vcs_bridge_record record = {
		.generation = 2, .position = 1, .from = 1, .data = "x",
		.len = 1,
	};
	struct vcs_bridge *bridge = open_bridge();
	unsigned int before;

	(void)state;
	fake_push(claim_reply(FAKE_COOKIE));
	fake_push_error(0, NULL, 0);
	push_join(1);
	fake_push_error(0, NULL, 0);
	fake_push_error(-ESTALE, "LIFETIME: the kernel is in another", 40);
	push_submit(2, 2, "x");
	fake_push_errno(EAGAIN);
	fake_push_error(0, NULL, 0);

	before = allocations;
	assert_true(before);
	vcs_bridge_claim(bridge, 3000, NULL);
	vcs_bridge_view(bridge, &view);
	vcs_bridge_quorate(bridge, lifetime, 2, true, "because");
	vcs_bridge_dispatch(bridge);
	vcs_bridge_deliver(bridge, &record);
	assert_int_equal(allocations, before);
	assert_string_equal(heard,
			    "my join 1 abc nodeid=1,color=red;submit 2 2 x;");
	vcs_bridge_close(bridge);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_needs_ops_a_name_and_the_module),
		cmocka_unit_test(claim_tells_what_the_kernel_believes),
		cmocka_unit_test(a_belief_without_sense_is_refused),
		cmocka_unit_test(requests_are_called_back_in_order),
		cmocka_unit_test(a_request_before_an_answer_is_kept),
		cmocka_unit_test(a_view_voids_earlier_submits),
		cmocka_unit_test(what_is_for_others_is_dropped),
		cmocka_unit_test(a_refusal_has_words_and_an_attribute),
		cmocka_unit_test(no_cluster_is_not_no_module),
		cmocka_unit_test(a_full_socket_loses_no_request),
		cmocka_unit_test(too_many_requests_are_noticed),
		cmocka_unit_test(a_dispatch_ends),
		cmocka_unit_test(the_longest_view_fits),
		cmocka_unit_test(each_message_says_what_it_means),
		cmocka_unit_test(info_says_how_it_fares),
		cmocka_unit_test(nothing_allocates_after_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
