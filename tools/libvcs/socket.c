// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages are sent and taken here and not by libnl, which allocates for each
 * of them. Attributes are libnl's.
 *
 * The kernel handles a message within the call that sends it: answers, all of
 * them or the first part of a dump, are in the socket when that returns, and
 * the next part is made when this one is taken. So nothing is waited for, and
 * an empty socket before the end of an answer means that it was lost.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "socket.h"

/* More than all requests that a bridge can have under way, with overhead. */
#define RECEIVE_BUFFER	(1 << 20)

#define RESOLVE_TRIES	16

struct call {
	struct vcsi_socket *s;
	vcsi_fn fn;
	void *arg;
	bool done;
	bool interrupted;
	int ret;
};

const char *vcsi_strerror(int err)
{
	const char *text = strerrordesc_np(err);

	return text ? text : "unknown error";
}

int vcsi_fail(struct vcsi_socket *s, int err, const char *fmt, ...)
{
	va_list ap;

	s->error.err = err;
	s->error.attr[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(s->error.text, sizeof(s->error.text), fmt, ap);
	va_end(ap);
	return -err;
}

static int set_socket(struct vcsi_socket *s, int option, int value)
{
	return setsockopt(s->fd, SOL_SOCKET, option, &value, sizeof(value));
}

/* Without one of these errors have fewer words; nothing else is lost. */
static void set_options(struct vcsi_socket *s)
{
	int one = 1;

	setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	/* The kernel takes no message that is longer than this buffer. */
	if (set_socket(s, SO_SNDBUFFORCE, VCSI_BUFFER))
		set_socket(s, SO_SNDBUF, VCSI_BUFFER);
}

void vcsi_buffer(struct vcsi_socket *s, bool beyond)
{
	if (!beyond || set_socket(s, SO_RCVBUFFORCE, RECEIVE_BUFFER))
		set_socket(s, SO_RCVBUF, RECEIVE_BUFFER);
}

int vcsi_open(struct vcsi_socket *s, const struct vcsi_names *names)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->names = names;
	s->nl = nl_socket_alloc();
	s->tx = nlmsg_alloc_size(VCSI_BUFFER);
	s->rx = calloc(1, VCSI_BUFFER);
	if (!s->nl || !s->tx || !s->rx)
		return vcsi_fail(s, ENOMEM, "out of memory");
	errno = 0;
	ret = nl_connect(s->nl, NETLINK_GENERIC);
	if (ret)
		return vcsi_fail(s, errno ? errno : EIO,
				 "cannot open a netlink socket: %s",
				 nl_geterror(ret));
	s->fd = nl_socket_get_fd(s->nl);
	set_options(s);
	return 0;
}

void vcsi_close(struct vcsi_socket *s)
{
	nl_socket_free(s->nl);
	if (s->tx)
		vcsi_wipe(s);
	nlmsg_free(s->tx);
	free(s->rx);
}

static void begin(struct vcsi_socket *s, int family, int cmd, int version)
{
	/* What was made before is over; libnl has no word for that. */
	nlmsg_hdr(s->tx)->nlmsg_len = NLMSG_HDRLEN;
	s->full = false;
	if (!++s->seq)
		s->seq = 1;
	s->error.err = 0;
	s->error.attr[0] = '\0';
	s->error.text[0] = '\0';
	if (!genlmsg_put(s->tx, nl_socket_get_local_port(s->nl), s->seq, family,
			 0, NLM_F_REQUEST | NLM_F_ACK, cmd, version))
		s->full = true;
}

void vcsi_begin(struct vcsi_socket *s, int cmd)
{
	begin(s, s->family, cmd, VCS_GENL_VERSION);
}

void vcsi_dump(struct vcsi_socket *s)
{
	nlmsg_hdr(s->tx)->nlmsg_flags |= NLM_F_DUMP;
}

void vcsi_put(struct vcsi_socket *s, int type, const void *data, size_t len)
{
	if (len > UINT16_MAX - NLA_HDRLEN || nla_put(s->tx, type, len, data))
		s->full = true;
}

void vcsi_put_u8(struct vcsi_socket *s, int type, uint8_t value)
{
	vcsi_put(s, type, &value, sizeof(value));
}

void vcsi_put_u32(struct vcsi_socket *s, int type, uint32_t value)
{
	vcsi_put(s, type, &value, sizeof(value));
}

void vcsi_put_u64(struct vcsi_socket *s, int type, uint64_t value)
{
	vcsi_put(s, type, &value, sizeof(value));
}

void vcsi_put_string(struct vcsi_socket *s, int type, const char *value)
{
	vcsi_put(s, type, value, strlen(value) + 1);
}

struct nlattr *vcsi_nest(struct vcsi_socket *s, int type)
{
	struct nlattr *nest = nla_nest_start(s->tx, type | NLA_F_NESTED);

	if (!nest)
		s->full = true;
	return nest;
}

void vcsi_nest_end(struct vcsi_socket *s, struct nlattr *nest)
{
	if (nest)
		nla_nest_end(s->tx, nest);
}

static const char *name_of(const char *(*names)(unsigned int),
			   const struct nlattr *attr)
{
	const char *name = names ? names(nla_type(attr)) : NULL;

	return name ? name : "";
}

static bool lies_in(const struct nlattr *inner, const struct nlattr *attr)
{
	const char *start = (const char *)attr;
	const char *at = (const char *)inner;

	return at >= start && at < start + NLA_HDRLEN + nla_len(attr);
}

static void name_nested(struct vcsi_socket *s, const struct nlattr *bad,
			const struct nlattr *attr)
{
	size_t len = strlen(s->error.attr);
	struct nlattr *inner;
	int rem;

	nla_for_each_nested(inner, attr, rem)
		if (inner == bad)
			snprintf(s->error.attr + len,
				 sizeof(s->error.attr) - len, ".%s",
				 name_of(s->names->nested, inner));
}

/* An ack may point to a nested attribute as well. */
static void name_attr(struct vcsi_socket *s, uint32_t offset)
{
	struct nlmsghdr *nlh = nlmsg_hdr(s->tx);
	const struct nlattr *bad = (const void *)((const char *)nlh + offset);
	struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		if (!lies_in(bad, attr))
			continue;
		snprintf(s->error.attr, sizeof(s->error.attr), "%s",
			 name_of(s->names->attr, attr));
		if (bad != attr && s->names->nested)
			name_nested(s, bad, attr);
	}
}

static const char *without_words(int err)
{
	if (err == EPERM)
		return "not permitted: needs CAP_NET_ADMIN in the initial user namespace";
	return vcsi_strerror(err);
}

/* The kernel pads a text that quotes the request. */
static void trim(char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == ' ')
		text[--len] = '\0';
}

static void describe(struct vcsi_socket *s, int err, struct nlattr **tlv)
{
	char said[256] = "";

	s->worded = tlv[NLMSGERR_ATTR_MSG];
	vcsi_fail(s, err, "%s", without_words(err));
	if (tlv[NLMSGERR_ATTR_OFFS])
		name_attr(s, vcsi_u32(tlv[NLMSGERR_ATTR_OFFS]));
	if (!s->worded)
		return;
	nla_strlcpy(said, tlv[NLMSGERR_ATTR_MSG], sizeof(said));
	trim(said);
	if (s->error.attr[0] && !strstr(said, s->error.attr))
		snprintf(s->error.text, sizeof(s->error.text), "%s: %s",
			 s->error.attr, said);
	else
		snprintf(s->error.text, sizeof(s->error.text), "%s", said);
}

static void parse_tlv(const struct nlmsghdr *nlh, size_t skip,
		      struct nlattr **tlv)
{
	char *start = (char *)nlmsg_data(nlh) + skip;
	int len = nlmsg_datalen(nlh) - skip;

	memset(tlv, 0, (NLMSGERR_ATTR_MAX + 1) * sizeof(*tlv));
	if ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) && len > 0)
		nla_parse(tlv, NLMSGERR_ATTR_MAX, (struct nlattr *)start, len,
			  NULL);
}

/* The end of an answer: @error, and from @skip on what there is to say. */
static void finish(struct call *call, const struct nlmsghdr *nlh, int error,
		   size_t skip)
{
	struct nlattr *tlv[NLMSGERR_ATTR_MAX + 1];

	call->done = true;
	if (error >= 0)
		return;
	parse_tlv(nlh, skip, tlv);
	describe(call->s, -error, tlv);
	call->ret = error;
}

static void finish_error(struct call *call, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = nlmsg_data(nlh);
	size_t skip = sizeof(*e);

	if (nlmsg_datalen(nlh) < (int)sizeof(*e)) {
		call->done = true;
		call->ret = vcsi_fail(call->s, EPROTO,
				      "the kernel's answer is too short");
		return;
	}
	if (e->error && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	finish(call, nlh, e->error, skip);
}

static void finish_dump(struct call *call, const struct nlmsghdr *nlh)
{
	int error = 0;

	if (nlmsg_datalen(nlh) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(nlh), sizeof(error));
	finish(call, nlh, error, NLMSG_ALIGN(sizeof(error)));
}

static void take_answer(struct call *call, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		call->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		finish_error(call, nlh);
		break;
	case NLMSG_DONE:
		finish_dump(call, nlh);
		break;
	default:
		if (call->fn && !call->ret)
			call->fn(nlh, call->arg);
	}
}

static void take(struct vcsi_socket *s, struct call *call, size_t len)
{
	struct nlmsghdr *nlh = s->rx;
	int left = len;

	for (; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (call && nlh->nlmsg_seq == s->seq)
			take_answer(call, nlh);
		else if (s->other && !nlh->nlmsg_seq &&
			 nlh->nlmsg_type == (s->type ? s->type : s->family))
			s->other(nlh, s->arg);
	}
}

/* One packet of the kernel's; of nobody else's. */
static int receive(struct vcsi_socket *s, struct call *call)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	ssize_t len;

	do
		len = recvfrom(s->fd, s->rx, VCSI_BUFFER,
			       MSG_DONTWAIT | MSG_TRUNC,
			       (struct sockaddr *)&from, &from_len);
	while (len < 0 && errno == EINTR);
	if (len < 0 && errno == ENOBUFS) {
		s->overrun = true;
		return 0;
	}
	if (len < 0)
		return -errno;
	if (!from.nl_pid && len <= VCSI_BUFFER)
		take(s, call, len);
	return 0;
}

int vcsi_receive(struct vcsi_socket *s)
{
	int ret = receive(s, NULL);

	if (ret && ret != -EAGAIN)
		vcsi_fail(s, -ret, "cannot receive: %s", vcsi_strerror(-ret));
	return ret;
}

static int send_message(struct vcsi_socket *s)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(s->tx);
	ssize_t ret;

	if (s->full)
		return vcsi_fail(s, EMSGSIZE,
				 "longer than any message that the kernel takes");
	do
		ret = send(s->fd, nlh, nlh->nlmsg_len, MSG_DONTWAIT);
	while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return vcsi_fail(s, errno, "cannot send: %s",
				 vcsi_strerror(errno));
	return 0;
}

static int call(struct vcsi_socket *s, vcsi_fn fn, void *arg)
{
	struct call call = { .s = s, .fn = fn, .arg = arg };
	int ret;

	s->overrun = false;
	ret = send_message(s);
	if (ret)
		return ret;
	while (!call.done) {
		ret = receive(s, &call);
		if (ret == -EAGAIN)
			return vcsi_fail(s, ENOBUFS, "the answer was lost");
		if (ret)
			return vcsi_fail(s, -ret, "cannot receive: %s",
					 vcsi_strerror(-ret));
	}
	if (!call.ret && call.interrupted)
		return vcsi_fail(s, EINTR, "the dump was interrupted");
	return call.ret;
}

static int no_family(struct vcsi_socket *s)
{
	/* The kernel would say yes to a message of type 0. */
	s->family = 0;
	return vcsi_fail(s, ENOPROTOOPT, "%s", s->names->missing);
}

int vcsi_call(struct vcsi_socket *s, vcsi_fn fn, void *arg)
{
	int family = s->family;
	int ret;

	if (!family)
		return no_family(s);
	ret = call(s, fn, arg);
	if (ret != -ENOENT || s->worded)
		return ret;
	/* Without a word of what is not there: it may be the family itself. */
	vcsi_wipe(s);
	ret = vcsi_resolve(s, false);
	if (ret)
		return ret;
	if (s->family != family)
		return no_family(s);
	return vcsi_fail(s, ENOENT, "%s", vcsi_strerror(ENOENT));
}

void vcsi_wipe(struct vcsi_socket *s)
{
	struct nlmsghdr *nlh = nlmsg_hdr(s->tx);

	explicit_bzero(nlmsg_data(nlh), nlmsg_datalen(nlh));
}

static void take_group(struct vcsi_socket *s, struct nlattr *groups)
{
	struct nlattr *a[CTRL_ATTR_MCAST_GRP_MAX + 1];
	struct nlattr *group;
	int rem;

	if (!groups || !s->wanted)
		return;
	nla_for_each_nested(group, groups, rem) {
		if (nla_parse_nested(a, CTRL_ATTR_MCAST_GRP_MAX, group, NULL) ||
		    !a[CTRL_ATTR_MCAST_GRP_NAME])
			continue;
		if (!nla_strcmp(a[CTRL_ATTR_MCAST_GRP_NAME], s->wanted))
			s->group = vcsi_u32(a[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static void take_family(const struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct vcsi_socket *s = arg;
	struct nlattr *id, *name;

	if (vcsi_parse(nlh, attrs, CTRL_ATTR_MAX))
		return;
	id = attrs[CTRL_ATTR_FAMILY_ID];
	name = attrs[CTRL_ATTR_FAMILY_NAME];
	if (!id || nla_len(id) != sizeof(uint16_t) || !name ||
	    nla_strcmp(name, s->names->family))
		return;
	s->family = nla_get_u16(id);
	take_group(s, attrs[CTRL_ATTR_MCAST_GROUPS]);
}

static int resolve(struct vcsi_socket *s, bool load)
{
	s->family = 0;
	s->group = 0;
	begin(s, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	if (load)
		vcsi_put_string(s, CTRL_ATTR_FAMILY_NAME, s->names->family);
	else
		vcsi_dump(s);
	return call(s, take_family, s);
}

/*
 * Who asks for a family by its name has its module loaded. That is a service
 * for who opens; but who only looks again must not bring back a module that an
 * administrator has removed. Families that come and go disturb the list.
 */
int vcsi_resolve(struct vcsi_socket *s, bool load)
{
	unsigned int tries = RESOLVE_TRIES;
	int ret;

	do
		ret = resolve(s, load);
	while (ret == -EINTR && --tries);
	if (ret == -ENOENT || (!ret && !s->family))
		return no_family(s);
	return ret;
}

int vcsi_join(struct vcsi_socket *s, const char *group)
{
	int ret;

	s->wanted = group;
	ret = vcsi_resolve(s, false);
	s->wanted = NULL;
	if (ret)
		return ret;
	if (!s->group)
		return vcsi_fail(s, ENOENT, "the kernel has no group \"%s\"",
				 group);
	if (!setsockopt(s->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &s->group,
			sizeof(s->group)))
		return 0;
	if (errno == EPERM || errno == EACCES)
		return vcsi_fail(s, EPERM, "group \"%s\" needs CAP_NET_ADMIN",
				 group);
	return vcsi_fail(s, errno, "cannot subscribe to \"%s\": %s", group,
			 vcsi_strerror(errno));
}

int vcsi_parse(const struct nlmsghdr *nlh, struct nlattr **attrs, int max)
{
	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, attrs, max, NULL))
		return -EPROTO;
	return 0;
}

uint32_t vcsi_u32(const struct nlattr *attr)
{
	return attr && nla_len(attr) == sizeof(uint32_t) ? nla_get_u32(attr) :
							   0;
}

uint64_t vcsi_u64(const struct nlattr *attr)
{
	return attr && nla_len(attr) == sizeof(uint64_t) ? nla_get_u64(attr) :
							   0;
}
