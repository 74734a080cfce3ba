// SPDX-License-Identifier: GPL-2.0-only
/* What fake_kernel.h promises. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vcs.h>
#include <linux/vcs_userbridge.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include "fake_kernel.h"

#define PACKETS_MAX	512
#define SENT_MAX	(128 * 1024)

struct packet {
	struct nlmsghdr *nlh;	/* NULL: @err */
	bool answer;		/* takes the number of the last message */
	uint32_t from;
	int err;
};

static struct packet packets[PACKETS_MAX];
static unsigned int first, nr;
static int family;
static uint32_t asked;		/* the controller, under this number */
static char controller[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
static int controller_len;
static unsigned int nr_sent;
static unsigned int nr_loads;
static void (*answer)(void);
static uint32_t seq;
static union {
	struct nlmsghdr nlh;
	char bytes[SENT_MAX];
} sent;

static void put_group(struct nl_msg *msg, const char *name)
{
	struct nlattr *group = nla_nest_start(msg, 1);

	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, name);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, FAKE_GROUP);
	nla_nest_end(msg, group);
}

static void add_controller(struct nl_msg *msg)
{
	memcpy(controller + controller_len, nlmsg_hdr(msg),
	       nlmsg_hdr(msg)->nlmsg_len);
	controller_len += NLMSG_ALIGN(nlmsg_hdr(msg)->nlmsg_len);
}

static void add_family(const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *groups;

	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_NEWFAMILY, 1);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, family);
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	put_group(msg, "events");
	put_group(msg, "notify");
	nla_nest_end(msg, groups);
	add_controller(msg);
	nlmsg_free(msg);
}

/* What the controller answers, in one packet: all that it knows, and an end. */
static void make_controller(void)
{
	struct nlmsgerr e = { .error = 0 };
	struct nl_msg *msg = nlmsg_alloc();

	controller_len = 0;
	add_family("nlctrl");
	if (family) {
		add_family(VCS_GENL_NAME);
		add_family(VCS_UB_GENL_NAME);
	}
	nlmsg_put(msg, 0, 0, NLMSG_ERROR, 0, NLM_F_CAPPED);
	nlmsg_append(msg, &e, sizeof(e), NLMSG_ALIGNTO);
	add_controller(msg);
	nlmsg_free(msg);
}

void fake_reset(void)
{
	while (nr) {
		free(packets[first].nlh);
		first = (first + 1) % PACKETS_MAX;
		nr--;
	}
	nr_sent = 0;
	nr_loads = 0;
	answer = NULL;
	asked = 0;
	fake_family(FAKE_FAMILY);
}

void fake_family(int id)
{
	family = id;
	make_controller();
}

const struct nlmsghdr *fake_sent(void)
{
	return &sent.nlh;
}

int fake_sent_cmd(void)
{
	return ((struct genlmsghdr *)nlmsg_data(&sent.nlh))->cmd;
}

struct nlattr *fake_sent_attr(int type)
{
	return nlmsg_find_attr(&sent.nlh, GENL_HDRLEN, type);
}

unsigned int fake_nr_sent(void)
{
	return nr_sent;
}

void fake_answer(void (*fn)(void))
{
	answer = fn;
}

unsigned int fake_nr_loads(void)
{
	return nr_loads;
}

static void push(struct packet packet)
{
	if (nr == PACKETS_MAX)
		abort();
	packets[(first + nr++) % PACKETS_MAX] = packet;
}

struct nl_msg *fake_msg(int cmd, bool answer)
{
	struct nl_msg *msg = nlmsg_alloc_size(SENT_MAX);

	genlmsg_put(msg, 0, answer, FAKE_FAMILY, 0, 0, cmd, 1);
	return msg;
}

void fake_push_from(struct nl_msg *msg, uint32_t portid)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlmsghdr *copy = calloc(1, nlh->nlmsg_len);

	memcpy(copy, nlh, nlh->nlmsg_len);
	push((struct packet){
		.nlh = copy, .answer = nlh->nlmsg_seq, .from = portid });
	nlmsg_free(msg);
}

void fake_push(struct nl_msg *msg)
{
	fake_push_from(msg, 0);
}

void fake_push_errno(int err)
{
	push((struct packet){ .err = err });
}

void fake_push_error(int err, const char *text, int offset)
{
	struct nl_msg *msg = nlmsg_alloc_size(SENT_MAX);
	struct nlmsgerr e = { .error = err };
	int flags = NLM_F_CAPPED | (text ? NLM_F_ACK_TLVS : 0);

	nlmsg_put(msg, 0, 1, NLMSG_ERROR, 0, flags);
	nlmsg_append(msg, &e, sizeof(e), NLMSG_ALIGNTO);
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	if (offset)
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, offset);
	fake_push(msg);
}

void fake_push_done(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	int err = 0;

	nlmsg_put(msg, 0, 1, NLMSG_DONE, 0, NLM_F_MULTI);
	nlmsg_append(msg, &err, sizeof(err), NLMSG_ALIGNTO);
	fake_push(msg);
}

ssize_t __wrap_send(int fd, const void *data, size_t len, int flags)
{
	const struct nlmsghdr *nlh = data;

	(void)fd;
	if (!(flags & MSG_DONTWAIT) || len > SENT_MAX)
		abort();
	seq = nlh->nlmsg_seq;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		asked = seq;
		if (!(nlh->nlmsg_flags & NLM_F_DUMP))
			nr_loads++;
		return len;
	}
	memcpy(sent.bytes, data, len);
	nr_sent++;
	if (answer)
		answer();
	return len;
}

static ssize_t answer_controller(void *to)
{
	struct nlmsghdr *nlh = to;
	int left = controller_len;

	memcpy(to, controller, controller_len);
	for (; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		nlh->nlmsg_seq = asked;
	asked = 0;
	return controller_len;
}

ssize_t __wrap_recvfrom(int fd, void *to, size_t size, int flags,
			struct sockaddr *addr, socklen_t *addr_len)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	struct packet packet;
	ssize_t len;

	(void)fd;
	if (!(flags & MSG_DONTWAIT) || *addr_len < sizeof(from))
		abort();
	memcpy(addr, &from, sizeof(from));
	if (asked)
		return answer_controller(to);
	if (!nr) {
		errno = EAGAIN;
		return -1;
	}
	packet = packets[first];
	first = (first + 1) % PACKETS_MAX;
	nr--;
	if (!packet.nlh) {
		errno = packet.err;
		return -1;
	}
	from.nl_pid = packet.from;
	memcpy(addr, &from, sizeof(from));
	if (packet.answer)
		packet.nlh->nlmsg_seq = seq;
	len = packet.nlh->nlmsg_len;
	memcpy(to, packet.nlh, (size_t)len < size ? (size_t)len : size);
	free(packet.nlh);
	return len;
}
