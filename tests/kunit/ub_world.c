// SPDX-License-Identifier: GPL-2.0-only
/* See ub_world.h. */
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

#include "tests/kunit/ub_world.h"

struct vcs_cluster *bridged;
struct daemon one, two;
static u8 *buffer;
static u16 family;
static const struct vcs_lifetime lifetime = { .id = "history" };

void daemon_open_at(struct kunit *test, struct daemon *d, u32 portid)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK, .nl_pid = portid };
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

void daemon_open(struct kunit *test, struct daemon *d)
{
	daemon_open_at(test, d, 0);
}

u32 daemon_port(struct kunit *test, struct daemon *d)
{
	struct sockaddr_nl addr;

	KUNIT_EXPECT_GT(test, kernel_getsockname(d->sock,
						 (struct sockaddr *)&addr), 0);
	return addr.nl_pid;
}

void daemon_close(struct daemon *d)
{
	if (!d->file)
		return;
	fput(d->file);
	flush_delayed_fput();
	d->file = NULL;
}

/* A request under construction; one at a time. */
struct sk_buff *daemon_out;

static void begin(int type, int cmd)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	daemon_out = alloc_skb(DAEMON_BUFFER, GFP_KERNEL);
	nlh = nlmsg_put(daemon_out, 0, 1, type, GENL_HDRLEN,
			NLM_F_REQUEST | NLM_F_ACK);
	genl = nlmsg_data(nlh);
	genl->cmd = cmd;
	genl->version = 1;
	genl->reserved = 0;
}

/* As user space does it, without padding. */
void daemon_put64(int attr, u64 value)
{
	nla_put(daemon_out, attr, sizeof(value), &value);
}

void daemon_begin(struct daemon *d, int cmd)
{
	begin(family, cmd);
	nla_put_string(daemon_out, VCS_UB_A_CLUSTER, BRIDGED);
	if (cmd != VCS_UB_CMD_CLAIM && cmd != VCS_UB_CMD_GET)
		daemon_put64(VCS_UB_A_COOKIE, d->cookie);
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
			d->disorder |= nla_get_u64(attr) <= d->seq;
			d->seq = nla_get_u64(attr);
			break;
		case VCS_UB_A_GENERATION:
			d->generation = nla_get_u64(attr);
			break;
		case VCS_UB_A_FROZEN:
			d->frozen = true;
			break;
		case VCS_UB_A_GRACE_LEFT_MS:
			d->grace_left_ms = nla_get_u64(attr);
			break;
		case VCS_UB_A_OWNER:
			d->owner = nla_get_u32(attr);
			break;
		case VCS_UB_A_PENDING:
			d->pending = nla_get_u32(attr);
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

static void note(struct daemon *d, struct nlmsghdr *nlh)
{
	int cmd;

	if (nlh->nlmsg_type == NLMSG_ERROR)
		note_words(d, nlh);
	if (nlh->nlmsg_type != family)
		return;
	note_attrs(d, nlh);
	cmd = ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;
	if (cmd >= VCS_UB_CMD_JOIN) {
		d->last = cmd;
		d->nr_requests++;
	} else if (cmd == VCS_UB_CMD_GET) {
		d->nr_shown++;
	}
}

/* One datagram; the type of its first message, or a negative errno. */
static int receive(struct daemon *d)
{
	struct kvec vec = { .iov_base = buffer, .iov_len = DAEMON_BUFFER };
	struct msghdr msg = { };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	int ret, left;

	do {
		ret = kernel_recvmsg(d->sock, &msg, &vec, 1, DAEMON_BUFFER,
				     MSG_DONTWAIT);
		d->overruns += ret == -ENOBUFS;
	} while (ret == -ENOBUFS);
	if (ret < 0)
		return ret;
	for (left = ret; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		note(d, nlh);
	return ((struct nlmsghdr *)buffer)->nlmsg_type;
}

static int send(struct daemon *d)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr *nlh = (struct nlmsghdr *)daemon_out->data;
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
	};
	struct kvec vec = { .iov_base = daemon_out->data, .iov_len = daemon_out->len };
	int ret;

	nlh->nlmsg_len = daemon_out->len;
	ret = kernel_sendmsg(d->sock, &msg, &vec, 1, daemon_out->len);
	kfree_skb(daemon_out);
	return ret;
}

int daemon_send(struct daemon *d)
{
	int ret = send(d);

	while (ret >= 0) {
		ret = receive(d);
		if (ret == NLMSG_ERROR)
			return ((struct nlmsgerr *)nlmsg_data((struct nlmsghdr *)buffer))->error;
	}
	return ret;
}

int daemon_claim(struct daemon *d, u32 deadline_ms)
{
	d->frozen = false;
	d->generation = 0;
	d->nr_members = 0;
	d->state_len = 0;
	daemon_begin(d, VCS_UB_CMD_CLAIM);
	nla_put_u32(daemon_out, VCS_UB_A_DEADLINE_MS, deadline_ms);
	return daemon_send(d);
}

int daemon_get(struct daemon *d)
{
	d->frozen = false;
	d->grace_left_ms = 0;
	d->owner = 0;
	d->pending = 0;
	daemon_begin(d, VCS_UB_CMD_GET);
	return daemon_send(d);
}

u32 daemon_dump(struct daemon *d)
{
	d->nr_shown = 0;
	begin(family, VCS_UB_CMD_GET);
	((struct nlmsghdr *)daemon_out->data)->nlmsg_flags =
		NLM_F_REQUEST | NLM_F_DUMP;
	send(d);
	daemon_drain(d);
	return d->nr_shown;
}

void daemon_drain(struct daemon *d)
{
	while (receive(d) >= 0)
		;
}

void daemon_put_view(u64 generation)
{
	nla_put(daemon_out, VCS_UB_A_LIFETIME, VCS_LIFETIME_LEN, lifetime.id);
	daemon_put64(VCS_UB_A_GENERATION, generation);
}

void daemon_put_member(u32 nodeid, u64 incarnation, u64 joined)
{
	struct nlattr *nest = nla_nest_start(daemon_out, VCS_UB_A_MEMBER);

	nla_put_u32(daemon_out, VCS_UB_NODE_A_NODEID, nodeid);
	daemon_put64(VCS_UB_NODE_A_INCARNATION, incarnation);
	daemon_put64(VCS_UB_NODE_A_JOINED_GENERATION, joined);
	nla_put_u32(daemon_out, VCS_UB_NODE_A_VOTES, 1);
	nla_nest_end(daemon_out, nest);
}

void daemon_view_head(struct daemon *d, u64 generation)
{
	daemon_begin(d, VCS_UB_CMD_VIEW);
	daemon_put_view(generation);
	nla_put_u32(daemon_out, VCS_UB_A_EXPECTED_VOTES, 2);
	nla_put_u32(daemon_out, VCS_UB_A_QUORUM, 1);
}

u64 world_local(void)
{
	return vcs_cluster_incarnation(bridged);
}

/* The local node, and node 2 since @second if that is not 0. */
int daemon_view(struct daemon *d, u64 generation, u64 second)
{
	daemon_view_head(d, generation);
	daemon_put_member(1, world_local(), 1);
	if (second)
		daemon_put_member(2, LIFE2, second);
	return daemon_send(d);
}

int daemon_quorate(struct daemon *d, int cmd, u64 generation, bool yes)
{
	daemon_begin(d, cmd);
	daemon_put_view(generation);
	nla_put_u8(daemon_out, VCS_UB_A_QUORATE, yes);
	return daemon_send(d);
}

int daemon_say(struct daemon *d, int cmd)
{
	daemon_begin(d, cmd);
	return daemon_send(d);
}

/* Delivers the record of the last SUBMIT. */
int daemon_deliver(struct daemon *d, u64 generation, u64 position)
{
	daemon_begin(d, VCS_UB_CMD_DELIVER);
	daemon_put_view(generation);
	daemon_put64(VCS_UB_A_POSITION, position);
	nla_put_u32(daemon_out, VCS_UB_A_FROM, 1);
	daemon_put64(VCS_UB_A_SEQ, d->seq);
	nla_put(daemon_out, VCS_UB_A_DATA, d->len, d->data);
	return daemon_send(d);
}

void daemon_await(struct kunit *test, struct daemon *d, int cmd)
{
	int ms;

	/* It may have come before the answer to what was sent last. */
	for (ms = 0; ms < PATIENCE_MS && d->last != cmd; ms++)
		if (receive(d) < 0)
			usleep_range(900, 1100);
	KUNIT_EXPECT_EQ(test, d->last, cmd);
	d->last = 0;
}

void world_join(struct kunit *test, const char *options)
{
	KUNIT_ASSERT_EQ(test, 0, vcs_join_cluster(&init_net, BRIDGED, "userbridge",
						  options, NULL));
	bridged = vcs_cluster_get(&init_net, BRIDGED);
	KUNIT_ASSERT_NOT_NULL(test, bridged);
	fake_await_state(test, bridged, VCS_CLUSTER_JOINING);
}

/* Until the provider's join has returned, there is nothing to claim. */
void daemon_await_claim(struct kunit *test, struct daemon *d, u32 deadline_ms)
{
	int ms, err = -ENOENT;

	for (ms = 0; ms < PATIENCE_MS && err == -ENOENT; ms++) {
		err = daemon_claim(d, deadline_ms);
		usleep_range(900, 1100);
	}
	KUNIT_ASSERT_EQ(test, err, 0);
	daemon_await(test, d, VCS_UB_CMD_JOIN);
}

/* A member alone, quorate, with its first state transfer done. */
void world_member(struct kunit *test, u32 deadline_ms)
{
	daemon_await_claim(test, &one, deadline_ms);
	KUNIT_ASSERT_EQ(test, daemon_view(&one, 1, 0), 0);
	daemon_await(test, &one, VCS_UB_CMD_SUBMIT);
	KUNIT_ASSERT_EQ(test, daemon_deliver(&one, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, daemon_quorate(&one, VCS_UB_CMD_QUORATE, 1, true), 0);
	KUNIT_ASSERT_EQ(test, READ_ONCE(bridged->state), VCS_CLUSTER_MEMBER);
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
	nla_put_string(daemon_out, CTRL_ATTR_FAMILY_NAME, VCS_UB_GENL_NAME);
	((struct nlmsghdr *)daemon_out->data)->nlmsg_len = daemon_out->len;
	vec = (struct kvec){ .iov_base = daemon_out->data, .iov_len = daemon_out->len };
	KUNIT_ASSERT_GT(test, kernel_sendmsg(one.sock, &msg, &vec, 1, daemon_out->len),
			0);
	kfree_skb(daemon_out);
	vec = (struct kvec){ .iov_base = buffer, .iov_len = DAEMON_BUFFER };
	KUNIT_ASSERT_GT(test, kernel_recvmsg(one.sock, &in, &vec, 1, DAEMON_BUFFER,
					     MSG_DONTWAIT), 0);
	KUNIT_ASSERT_EQ(test, (int)nlh->nlmsg_type, GENL_ID_CTRL);
	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	family = nla_get_u16(attr);
	daemon_drain(&one);
}

int world_init(struct kunit *test)
{
	buffer = kunit_kzalloc(test, DAEMON_BUFFER, GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;
	daemon_open(test, &one);
	daemon_open(test, &two);
	resolve_family(test);
	world_join(test, "grace=2,nodeid=1");
	return 0;
}

void world_exit(struct kunit *test)
{
	fake_end(test, bridged);
	daemon_close(&one);
	daemon_close(&two);
}
