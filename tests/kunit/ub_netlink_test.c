// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user bridge as a daemon meets it: real sockets, the real family, the real
 * core; and the daemons that die, fall silent, or lie.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/vcs_userbridge.h>

#include "fake.h"
#include "vcs/cluster.h"

#define NAME		"bridged"
#define PATIENCE_MS	5000
#define BUFFER		16384
#define LIFE2		0x2222
#define GENL_HDR_LEN	(NLMSG_HDRLEN + GENL_HDRLEN)

/* A daemon: a socket with a file, since permissions are asked of the file. */
struct daemon {
	struct file *file;
	struct socket *sock;
	u64 cookie;
	u64 seq;		/* of the last request */
	int last;		/* its command */
	u8 data[VCS_UB_DATA_MAX];
	u32 len;		/* of the data that came with it */
	bool frozen;
	u64 generation;		/* as the last CLAIM told */
	u32 nr_members, state_len;
	char said[128];		/* the last extended ack */
};

static struct vcs_cluster *cluster;
static struct daemon one, two;
static u8 *buffer;
static u16 family;
static const struct vcs_lifetime lifetime = { .id = "history" };

static void daemon_open(struct kunit *test, struct daemon *d)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int on = 1;

	memset(d, 0, sizeof(*d));
	KUNIT_ASSERT_EQ(test, 0, sock_create_kern(&init_net, PF_NETLINK,
						  SOCK_RAW, NETLINK_GENERIC,
						  &d->sock));
	d->file = sock_alloc_file(d->sock, O_CLOEXEC, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(d->file));
	KUNIT_ASSERT_EQ(test, 0, kernel_bind(d->sock, (struct sockaddr *)&any,
					     sizeof(any)));
	KUNIT_ASSERT_EQ(test, 0, d->sock->ops->setsockopt(d->sock, SOL_NETLINK,
							  NETLINK_EXT_ACK,
							  KERNEL_SOCKPTR(&on),
							  sizeof(on)));
}

static void daemon_close(struct daemon *d)
{
	if (!d->file)
		return;
	fput(d->file);
	flush_delayed_fput();
	d->file = NULL;
}

/* A request under construction; one at a time. */
static struct sk_buff *out;

static void begin(int type, int cmd)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	out = alloc_skb(BUFFER, GFP_KERNEL);
	nlh = nlmsg_put(out, 0, 1, type, GENL_HDRLEN,
			NLM_F_REQUEST | NLM_F_ACK);
	genl = nlmsg_data(nlh);
	genl->cmd = cmd;
	genl->version = 1;
	genl->reserved = 0;
}

/* As user space does it, without padding. */
static void put64(int attr, u64 value)
{
	nla_put(out, attr, sizeof(value), &value);
}

static void command(struct daemon *d, int cmd)
{
	begin(family, cmd);
	nla_put_string(out, VCS_UB_A_CLUSTER, NAME);
	if (cmd != VCS_UB_CMD_CLAIM && cmd != VCS_UB_CMD_GET)
		put64(VCS_UB_A_COOKIE, d->cookie);
}

static void note_attrs(struct daemon *d, struct nlmsghdr *nlh)
{
	struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		switch (nla_type(attr)) {
		case VCS_UB_A_COOKIE:
			d->cookie = nla_get_u64(attr);
			break;
		case VCS_UB_A_SEQ:
			d->seq = nla_get_u64(attr);
			break;
		case VCS_UB_A_GENERATION:
			d->generation = nla_get_u64(attr);
			break;
		case VCS_UB_A_FROZEN:
			d->frozen = true;
			break;
		case VCS_UB_A_MEMBER:
			d->nr_members++;
			break;
		case VCS_UB_A_STATE:
			d->state_len = nla_len(attr);
			break;
		case VCS_UB_A_DATA:
			d->len = nla_len(attr);
			nla_memcpy(d->data, attr, sizeof(d->data));
			break;
		}
	}
}

static void note_words(struct daemon *d, struct nlmsghdr *nlh)
{
	struct nlmsgerr *err = nlmsg_data(nlh);
	int skip = sizeof(*err);
	struct nlattr *attr;
	int rem;

	d->said[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(err->msg.nlmsg_len) - NLMSG_HDRLEN;
	nlmsg_for_each_attr(attr, nlh, skip, rem)
		if (nla_type(attr) == NLMSGERR_ATTR_MSG)
			nla_strscpy(d->said, attr, sizeof(d->said));
}

/* One datagram; its type, or a negative errno. */
static int receive(struct daemon *d)
{
	struct kvec vec = { .iov_base = buffer, .iov_len = BUFFER };
	struct msghdr msg = { };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	int ret;

	ret = kernel_recvmsg(d->sock, &msg, &vec, 1, BUFFER, MSG_DONTWAIT);
	if (ret < 0)
		return ret;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		note_words(d, nlh);
	} else if (nlh->nlmsg_type == family) {
		int cmd = ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;

		note_attrs(d, nlh);
		if (cmd >= VCS_UB_CMD_JOIN)
			d->last = cmd;
	}
	return nlh->nlmsg_type;
}

/* Sends what was begun; the errno of the answer. Requests are noted by the way. */
static int transact(struct daemon *d)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr *nlh = (struct nlmsghdr *)out->data;
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
	};
	struct kvec vec = { .iov_base = out->data, .iov_len = out->len };
	int ret;

	nlh->nlmsg_len = out->len;
	ret = kernel_sendmsg(d->sock, &msg, &vec, 1, out->len);
	kfree_skb(out);
	while (ret >= 0) {
		ret = receive(d);
		if (ret == NLMSG_ERROR)
			return ((struct nlmsgerr *)nlmsg_data((struct nlmsghdr *)buffer))->error;
	}
	return ret;
}

static int claim(struct daemon *d, u32 deadline_ms)
{
	d->frozen = false;
	d->generation = 0;
	d->nr_members = 0;
	d->state_len = 0;
	command(d, VCS_UB_CMD_CLAIM);
	nla_put_u32(out, VCS_UB_A_DEADLINE_MS, deadline_ms);
	return transact(d);
}

/* What is in the socket: the last request is noted. */
static void drain(struct daemon *d)
{
	while (receive(d) >= 0)
		;
}

static void put_view(u64 generation)
{
	nla_put(out, VCS_UB_A_LIFETIME, VCS_LIFETIME_LEN, lifetime.id);
	put64(VCS_UB_A_GENERATION, generation);
}

static void put_member(u32 nodeid, u64 incarnation, u64 joined)
{
	struct nlattr *nest = nla_nest_start(out, VCS_UB_A_MEMBER);

	nla_put_u32(out, VCS_UB_NODE_A_NODEID, nodeid);
	put64(VCS_UB_NODE_A_INCARNATION, incarnation);
	put64(VCS_UB_NODE_A_JOINED_GENERATION, joined);
	nla_put_u32(out, VCS_UB_NODE_A_VOTES, 1);
	nla_nest_end(out, nest);
}

static void view_head(struct daemon *d, u64 generation)
{
	command(d, VCS_UB_CMD_VIEW);
	put_view(generation);
	nla_put_u32(out, VCS_UB_A_EXPECTED_VOTES, 2);
	nla_put_u32(out, VCS_UB_A_QUORUM, 1);
}

static u64 local(void)
{
	return vcs_cluster_incarnation(cluster);
}

/* The local node, and node 2 since @second if that is not 0. */
static int view(struct daemon *d, u64 generation, u64 second)
{
	view_head(d, generation);
	put_member(1, local(), 1);
	if (second)
		put_member(2, LIFE2, second);
	return transact(d);
}

static int quorate(struct daemon *d, int cmd, u64 generation, bool yes)
{
	command(d, cmd);
	put_view(generation);
	nla_put_u8(out, VCS_UB_A_QUORATE, yes);
	return transact(d);
}

static int simple(struct daemon *d, int cmd)
{
	command(d, cmd);
	return transact(d);
}

/* Delivers the record of the last SUBMIT. */
static int deliver(struct daemon *d, u64 generation, u64 position)
{
	command(d, VCS_UB_CMD_DELIVER);
	put_view(generation);
	put64(VCS_UB_A_POSITION, position);
	nla_put_u32(out, VCS_UB_A_FROM, 1);
	put64(VCS_UB_A_SEQ, d->seq);
	nla_put(out, VCS_UB_A_DATA, d->len, d->data);
	return transact(d);
}

static void await_request(struct kunit *test, struct daemon *d, int cmd)
{
	int ms;

	/* It may have come before the answer to what was sent last. */
	for (ms = 0; ms < PATIENCE_MS && d->last != cmd; ms++)
		if (receive(d) < 0)
			usleep_range(900, 1100);
	KUNIT_EXPECT_EQ(test, d->last, cmd);
	d->last = 0;
}

static void join(struct kunit *test, const char *options)
{
	KUNIT_ASSERT_EQ(test, 0, vcs_join_cluster(&init_net, NAME, "userbridge",
						  options, NULL));
	cluster = vcs_cluster_get(&init_net, NAME);
	KUNIT_ASSERT_NOT_NULL(test, cluster);
	fake_await_state(test, cluster, VCS_CLUSTER_JOINING);
}

/* Until the provider's join has returned, there is nothing to claim. */
static void await_claim(struct kunit *test, struct daemon *d, u32 deadline_ms)
{
	int ms, err = -ENOENT;

	for (ms = 0; ms < PATIENCE_MS && err == -ENOENT; ms++) {
		err = claim(d, deadline_ms);
		usleep_range(900, 1100);
	}
	KUNIT_ASSERT_EQ(test, err, 0);
	await_request(test, d, VCS_UB_CMD_JOIN);
}

/* A member alone, quorate, with its first state transfer done. */
static void member(struct kunit *test, u32 deadline_ms)
{
	await_claim(test, &one, deadline_ms);
	KUNIT_ASSERT_EQ(test, view(&one, 1, 0), 0);
	await_request(test, &one, VCS_UB_CMD_SUBMIT);
	KUNIT_ASSERT_EQ(test, deliver(&one, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, quorate(&one, VCS_UB_CMD_QUORATE, 1, true), 0);
	KUNIT_ASSERT_EQ(test, READ_ONCE(cluster->state), VCS_CLUSTER_MEMBER);
}

static void resolve_family(struct kunit *test)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	struct nlattr *attr;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = {
		.msg_name = &kernel, .msg_namelen = sizeof(kernel),
	};
	struct msghdr in = { };
	struct kvec vec;

	begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	nla_put_string(out, CTRL_ATTR_FAMILY_NAME, VCS_UB_GENL_NAME);
	((struct nlmsghdr *)out->data)->nlmsg_len = out->len;
	vec = (struct kvec){ .iov_base = out->data, .iov_len = out->len };
	KUNIT_ASSERT_GT(test, kernel_sendmsg(one.sock, &msg, &vec, 1, out->len),
			0);
	kfree_skb(out);
	vec = (struct kvec){ .iov_base = buffer, .iov_len = BUFFER };
	KUNIT_ASSERT_GT(test, kernel_recvmsg(one.sock, &in, &vec, 1, BUFFER,
					     MSG_DONTWAIT), 0);
	KUNIT_ASSERT_EQ(test, (int)nlh->nlmsg_type, GENL_ID_CTRL);
	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	family = nla_get_u16(attr);
	drain(&one);
}

static int netlink_init(struct kunit *test)
{
	buffer = kunit_kzalloc(test, BUFFER, GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	daemon_open(test, &one);
	daemon_open(test, &two);
	resolve_family(test);
	join(test, "grace=2,nodeid=1");
	return 0;
}

static void netlink_exit(struct kunit *test)
{
	fake_end(test, cluster);
	daemon_close(&one);
	daemon_close(&two);
}

static void two_claim_test(struct kunit *test)
{
	await_claim(test, &one, 60000);
	KUNIT_EXPECT_EQ(test, claim(&two, 60000), -EBUSY);
	KUNIT_EXPECT_STREQ(test, two.said,
			   "CLUSTER: a daemon owns it; wait until its socket is closed");
	/* The owner's cookie is worth nothing on another socket. */
	two.cookie = one.cookie;
	KUNIT_EXPECT_EQ(test, simple(&two, VCS_UB_CMD_PING), -EPERM);
	KUNIT_EXPECT_EQ(test, simple(&one, VCS_UB_CMD_PING), 0);
	one.cookie++;
	KUNIT_EXPECT_EQ(test, simple(&one, VCS_UB_CMD_PING), -EPERM);
}

static void dies_in_join_test(struct kunit *test)
{
	u64 seq;

	await_claim(test, &one, 60000);
	seq = one.seq;
	daemon_close(&one);
	KUNIT_EXPECT_EQ(test, claim(&two, 60000), 0);
	await_request(test, &two, VCS_UB_CMD_JOIN);
	KUNIT_EXPECT_EQ(test, two.seq, seq);
	KUNIT_EXPECT_EQ(test, two.generation, 0);
	KUNIT_EXPECT_EQ(test, view(&two, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(cluster->state), VCS_CLUSTER_MEMBER);
}

/* Dies, comes back in time, and nothing has changed: not one callback. */
static void back_in_time_test(struct kunit *test)
{
	struct seat seat;

	member(test, 60000);
	seat_init(&seat, "fs", VCS_LEVEL_FS, VCS_LISTENER_NEED_QUORUM);
	seat_register(test, cluster, &seat);
	seat_expect(test, &seat, "start 1 +1;finish 1;");
	command(&one, VCS_UB_CMD_STORE);
	nla_put(out, VCS_UB_A_STATE, 5, "state");
	KUNIT_EXPECT_EQ(test, transact(&one), 0);
	daemon_close(&one);
	fake_await_state(test, cluster, VCS_CLUSTER_FROZEN);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(cluster));

	KUNIT_EXPECT_EQ(test, claim(&two, 60000), 0);
	KUNIT_EXPECT_TRUE(test, two.frozen);
	KUNIT_EXPECT_EQ(test, two.generation, 1);
	KUNIT_EXPECT_EQ(test, two.state_len, 5);
	KUNIT_EXPECT_EQ(test, view(&two, 2, 2), -EAGAIN);
	KUNIT_EXPECT_EQ(test, quorate(&two, VCS_UB_CMD_RESUME, 2, true),
			-ESTALE);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(cluster));
	KUNIT_EXPECT_EQ(test, quorate(&two, VCS_UB_CMD_RESUME, 1, true), 0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(cluster));
	seat_expect(test, &seat, "");
	vcs_unregister_listener(&seat.listener);
}

static void gone_for_longer_test(struct kunit *test)
{
	struct seat seat;

	member(test, 60000);
	seat_init(&seat, "fs", VCS_LEVEL_FS, VCS_LISTENER_NEED_QUORUM);
	seat_register(test, cluster, &seat);
	seat_expect(test, &seat, "start 1 +1;finish 1;");
	daemon_close(&one);
	fake_await_state(test, cluster, VCS_CLUSTER_FROZEN);
	msleep(1000);
	seat_expect(test, &seat, "");
	msleep(1500);
	seat_expect(test, &seat, "stop;");
	KUNIT_EXPECT_EQ(test, claim(&two, 60000), 0);
	KUNIT_EXPECT_EQ(test, quorate(&two, VCS_UB_CMD_RESUME, 1, true), 0);
	seat_expect(test, &seat, "start 1;finish 1;");
	vcs_unregister_listener(&seat.listener);
}

static void stalls_test(struct kunit *test)
{
	member(test, 200);
	msleep(100);
	KUNIT_EXPECT_EQ(test, simple(&one, VCS_UB_CMD_PING), 0);
	msleep(150);
	KUNIT_EXPECT_EQ(test, READ_ONCE(cluster->state), VCS_CLUSTER_MEMBER);
	fake_await_state(test, cluster, VCS_CLUSTER_FROZEN);
	/* Too late, and so is its word: another may have taken over. */
	KUNIT_EXPECT_EQ(test, quorate(&one, VCS_UB_CMD_QUORATE, 1, true),
			-EPERM);
	KUNIT_EXPECT_EQ(test, claim(&two, 60000), 0);
	KUNIT_EXPECT_EQ(test, quorate(&two, VCS_UB_CMD_RESUME, 1, true), 0);
	KUNIT_EXPECT_EQ(test, simple(&one, VCS_UB_CMD_PING), -EPERM);
	/* The end of the old socket is not the end of the new owner. */
	daemon_close(&one);
	KUNIT_EXPECT_EQ(test, simple(&two, VCS_UB_CMD_PING), 0);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(cluster));
}

static void expect_unchanged(struct kunit *test, u64 generation, u32 members)
{
	const struct vcs_view *now = vcs_view_get(cluster);

	KUNIT_ASSERT_NOT_NULL(test, now);
	KUNIT_EXPECT_EQ(test, now->generation, generation);
	KUNIT_EXPECT_EQ(test, now->nr_members, members);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(cluster));
	vcs_view_put(now);
}

static void lies_in_views_test(struct kunit *test)
{
	u32 i;

	member(test, 60000);
	KUNIT_EXPECT_EQ(test, view(&one, 1, 0), -ESTALE);
	KUNIT_EXPECT_STREQ(test, one.said, "old generation");
	KUNIT_EXPECT_EQ(test, view(&one, 3, 3), -EPROTO);
	KUNIT_EXPECT_STREQ(test, one.said, "generation left out");
	view_head(&one, 2);
	put_member(2, LIFE2, 2);
	KUNIT_EXPECT_EQ(test, transact(&one), -EPROTO);
	KUNIT_EXPECT_STREQ(test, one.said, "local node missing");
	view_head(&one, 2);
	put_member(1, local(), 1);
	put_member(2, LIFE2, 2);
	put_member(2, LIFE2 + 1, 2);
	KUNIT_EXPECT_EQ(test, transact(&one), -EINVAL);
	command(&one, VCS_UB_CMD_VIEW);
	nla_put(out, VCS_UB_A_LIFETIME, VCS_LIFETIME_LEN, "a different one.");
	put64(VCS_UB_A_GENERATION, 2);
	nla_put_u32(out, VCS_UB_A_EXPECTED_VOTES, 2);
	nla_put_u32(out, VCS_UB_A_QUORUM, 1);
	put_member(1, local(), 1);
	KUNIT_EXPECT_EQ(test, transact(&one), -EPROTO);
	KUNIT_EXPECT_STREQ(test, one.said, "another lifetime");
	/* A member without a number in it, and too many nodes. */
	view_head(&one, 2);
	nla_nest_end(out, nla_nest_start(out, VCS_UB_A_MEMBER));
	KUNIT_EXPECT_EQ(test, transact(&one), -EINVAL);
	view_head(&one, 2);
	for (i = 0; i <= VCS_MEMBERS_MAX; i++)
		nla_nest_end(out, nla_nest_start(out, VCS_UB_A_MEMBER));
	KUNIT_EXPECT_EQ(test, transact(&one), -EINVAL);
	KUNIT_EXPECT_STREQ(test, one.said,
			   "MEMBER, DEPARTED: at most 1024 of each");
	/* Not marked as nested; cut off; not of this command. */
	view_head(&one, 2);
	nla_put_u32(out, VCS_UB_A_MEMBER, 1);
	KUNIT_EXPECT_EQ(test, transact(&one), -EINVAL);
	command(&one, VCS_UB_CMD_PING);
	put64(VCS_UB_A_GENERATION, 1);
	KUNIT_EXPECT_EQ(test, transact(&one), -EINVAL);
	KUNIT_EXPECT_EQ(test, simple(&one, VCS_UB_CMD_QUORATE), -EINVAL);
	KUNIT_EXPECT_EQ(test, quorate(&one, VCS_UB_CMD_QUORATE, 2, true),
			-ESTALE);
	expect_unchanged(test, 1, 1);
	KUNIT_EXPECT_EQ(test, view(&one, 2, 2), 0);
}

static void lies_in_records_test(struct kunit *test)
{
	struct daemon *d = &one;
	u8 first;

	member(test, 60000);
	KUNIT_EXPECT_EQ(test, deliver(d, 1, 1), -EALREADY);
	KUNIT_EXPECT_EQ(test, deliver(d, 1, 2), -ESTALE);
	KUNIT_EXPECT_EQ(test, deliver(d, 1, 3), -EPROTO);
	KUNIT_EXPECT_EQ(test, deliver(d, 2, 1), -ESTALE);
	d->seq += 100;
	KUNIT_EXPECT_EQ(test, deliver(d, 1, 2), -ENOENT);
	KUNIT_EXPECT_EQ(test, view(d, 2, 2), 0);
	await_request(test, d, VCS_UB_CMD_SUBMIT);
	first = d->data[0];
	d->data[0] ^= 1;
	KUNIT_EXPECT_EQ(test, deliver(d, 2, 1), -EPROTO);
	d->data[0] = first;
	KUNIT_EXPECT_EQ(test, deliver(d, 2, 1), 0);
	command(d, VCS_UB_CMD_RESULT);
	put64(VCS_UB_A_SEQ, d->seq);
	KUNIT_EXPECT_EQ(test, transact(d), -ESTALE);
	command(d, VCS_UB_CMD_RESULT);
	put64(VCS_UB_A_SEQ, d->seq + 100);
	KUNIT_EXPECT_EQ(test, transact(d), -ENOENT);
}

/* The record that the dead daemon had is the next one's, under its number. */
static void record_survives_daemon_test(struct kunit *test)
{
	u64 seq;

	member(test, 60000);
	KUNIT_EXPECT_EQ(test, view(&one, 2, 2), 0);
	await_request(test, &one, VCS_UB_CMD_SUBMIT);
	seq = one.seq;
	daemon_close(&one);
	KUNIT_EXPECT_EQ(test, claim(&two, 60000), 0);
	KUNIT_EXPECT_EQ(test, two.nr_members, 2);
	await_request(test, &two, VCS_UB_CMD_SUBMIT);
	KUNIT_EXPECT_EQ(test, two.seq, seq);
	KUNIT_EXPECT_EQ(test, deliver(&two, 2, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, quorate(&two, VCS_UB_CMD_RESUME, 2, true), 0);
	KUNIT_EXPECT_EQ(test, deliver(&two, 2, 1), 0);
}

static void join_failed_too_late_test(struct kunit *test)
{
	member(test, 60000);
	command(&one, VCS_UB_CMD_JOIN_FAILED);
	nla_put_s32(out, VCS_UB_A_ERROR, -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, transact(&one), -EINVAL);
	expect_unchanged(test, 1, 1);
}

static void evicted_test(struct kunit *test)
{
	member(test, 60000);
	command(&one, VCS_UB_CMD_EVICTED);
	nla_put_u32(out, VCS_UB_A_LEAVE_REASON, VCS_LEAVE_REMOVED);
	KUNIT_EXPECT_EQ(test, transact(&one), 0);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, -ECANCELED);
}

static void fence_test(struct kunit *test)
{
	member(test, 60000);
	KUNIT_EXPECT_EQ(test, view(&one, 2, 2), 0);
	command(&one, VCS_UB_CMD_FENCE);
	nla_put_u32(out, VCS_UB_A_NODEID, 2);
	put64(VCS_UB_A_INCARNATION, LIFE2 + 1);
	put64(VCS_UB_A_FENCE_COOKIE, 7);
	KUNIT_EXPECT_EQ(test, transact(&one), -ENOENT);
	drain(&one);
	command(&one, VCS_UB_CMD_FENCE);
	nla_put_u32(out, VCS_UB_A_NODEID, 2);
	put64(VCS_UB_A_INCARNATION, LIFE2);
	put64(VCS_UB_A_FENCE_COOKIE, 7);
	KUNIT_EXPECT_EQ(test, transact(&one), 0);
}

/* Waits for nobody longer than it may, and for a dead daemon not at all. */
static void leave_is_bounded_test(struct kunit *test)
{
	u64 start;

	member(test, 60000);
	start = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, vcs_cluster_leave(cluster, false), 0);
	await_request(test, &one, VCS_UB_CMD_LEAVE);
	KUNIT_EXPECT_EQ(test, quorate(&one, VCS_UB_CMD_QUORATE, 1, true),
			-ESHUTDOWN);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, 2 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, simple(&one, VCS_UB_CMD_PING), -ENOENT);
}

static void leave_is_answered_test(struct kunit *test)
{
	u64 start;

	member(test, 60000);
	start = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, vcs_cluster_leave(cluster, false), 0);
	await_request(test, &one, VCS_UB_CMD_LEAVE);
	command(&one, VCS_UB_CMD_RESULT);
	put64(VCS_UB_A_SEQ, one.seq);
	KUNIT_EXPECT_EQ(test, transact(&one), 0);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, NSEC_PER_SEC);
}

static void join_failed_test(struct kunit *test)
{
	await_claim(test, &one, 60000);
	command(&one, VCS_UB_CMD_JOIN_FAILED);
	nla_put_s32(out, VCS_UB_A_ERROR, 5);
	KUNIT_EXPECT_EQ(test, transact(&one), -ERANGE);
	command(&one, VCS_UB_CMD_JOIN_FAILED);
	nla_put_s32(out, VCS_UB_A_ERROR, -EHOSTUNREACH);
	nla_put_string(out, VCS_UB_A_REASON, "nobody there");
	KUNIT_EXPECT_EQ(test, transact(&one), 0);
	daemon_close(&one);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, cluster->error, -EHOSTUNREACH);
}

static struct kunit_case netlink_cases[] = {
	KUNIT_CASE(two_claim_test),
	KUNIT_CASE(dies_in_join_test),
	KUNIT_CASE(back_in_time_test),
	KUNIT_CASE(gone_for_longer_test),
	KUNIT_CASE(stalls_test),
	KUNIT_CASE(lies_in_views_test),
	KUNIT_CASE(lies_in_records_test),
	KUNIT_CASE(record_survives_daemon_test),
	KUNIT_CASE(join_failed_too_late_test),
	KUNIT_CASE(evicted_test),
	KUNIT_CASE(fence_test),
	KUNIT_CASE(leave_is_bounded_test),
	KUNIT_CASE(leave_is_answered_test),
	KUNIT_CASE(join_failed_test),
	{}
};

static struct kunit_suite netlink_suite = {
	.name = "ub_netlink",
	.init = netlink_init,
	.exit = netlink_exit,
	.test_cases = netlink_cases,
};

kunit_test_suite(netlink_suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_SOFTDEP("pre: vcs_userbridge");
MODULE_LICENSE("GPL");
