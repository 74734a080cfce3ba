// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the family "vcs" and their answers, on libnl alone: messages can
 * be made here that libvcs would not make. Extended acks are decoded: the text,
 * and the attribute that the offset in the ack points to in the request.
 */
#include <errno.h>
#include <libvcs.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "nl.h"

int vcsnl_fail(struct vcsnl_error *e, int err, const char *fmt, ...)
{
	va_list ap;

	e->err = err;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -err;
}

static void set_option(struct nl_sock *sock, int option)
{
	int one = 1;

	/* Without it errors have fewer words; nothing else is lost. */
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, option, &one,
		   sizeof(one));
}

int vcsnl_open(struct vcsnl *nl, struct vcsnl_error *e)
{
	int ret;

	nl->sock = nl_socket_alloc();
	if (!nl->sock)
		return vcsnl_fail(e, ENOMEM, "out of memory");
	ret = genl_connect(nl->sock);
	if (ret) {
		vcsnl_fail(e, EIO, "cannot open a netlink socket: %s",
			   nl_geterror(ret));
		goto fail;
	}
	nl->family = genl_ctrl_resolve(nl->sock, VCS_GENL_NAME);
	if (nl->family < 0) {
		vcsnl_fail(e, ENOPROTOOPT,
			   "the kernel has no cluster switch: load it with modprobe vcs");
		goto fail;
	}
	set_option(nl->sock, NETLINK_EXT_ACK);
	set_option(nl->sock, NETLINK_CAP_ACK);
	return 0;

fail:
	vcsnl_close(nl);
	return -e->err;
}

void vcsnl_close(struct vcsnl *nl)
{
	nl_socket_free(nl->sock);
	nl->sock = NULL;
}

int vcsnl_subscribe(struct vcsnl *nl, const char *group,
		    struct vcsnl_error *e)
{
	int id = genl_ctrl_resolve_grp(nl->sock, VCS_GENL_NAME, group);
	int ret;

	if (id < 0)
		return vcsnl_fail(e, ENOENT, "the kernel has no group \"%s\"",
				  group);
	ret = nl_socket_add_membership(nl->sock, id);
	if (ret == -NLE_PERM || ret == -NLE_NOACCESS)
		return vcsnl_fail(e, EPERM,
				  "group \"%s\" needs CAP_NET_ADMIN", group);
	if (ret)
		return vcsnl_fail(e, EIO, "cannot subscribe to \"%s\": %s",
				  group, nl_geterror(ret));
	return 0;
}

static void check(int ret)
{
	if (!ret)
		return;
	fprintf(stderr, "out of memory\n");
	abort();
}

struct nl_msg *vcsnl_request(const struct vcsnl *nl, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	check(!msg);
	check(!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
			   flags | NLM_F_REQUEST | NLM_F_ACK, cmd,
			   VCS_GENL_VERSION));
	return msg;
}

void vcsnl_put_string(struct nl_msg *msg, int type, const char *value)
{
	check(nla_put_string(msg, type, value));
}

void vcsnl_put_u32(struct nl_msg *msg, int type, uint32_t value)
{
	check(nla_put_u32(msg, type, value));
}

void vcsnl_put_u64(struct nl_msg *msg, int type, uint64_t value)
{
	check(nla_put_u64(msg, type, value));
}

void vcsnl_put_data(struct nl_msg *msg, int type, const void *data,
		    size_t len)
{
	check(nla_put(msg, type, len, data));
}

struct call {
	const struct nlmsghdr *request;
	int family;
	vcsnl_fn fn;
	void *arg;
	struct vcsnl_error *e;
	int ret;
	bool done;
};

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlattr *attrs[VCS_A_MAX + 1];
	struct call *call = arg;

	if (nlh->nlmsg_type != call->family || !call->fn || call->ret)
		return NL_OK;
	if (genlmsg_parse(nlh, 0, attrs, VCS_A_MAX, NULL))
		return NL_SKIP;
	call->ret = call->fn(genlmsg_hdr(nlh)->cmd, attrs, call->arg);
	return NL_OK;
}

/* The attribute at @offset of the request, or NULL when it is none. */
static const char *attr_at(const struct nlmsghdr *request, uint32_t offset)
{
	const struct vcs_attr_info *info;
	const struct nlattr *attr;

	if (offset < NLMSG_HDRLEN + GENL_HDRLEN ||
	    offset + NLA_HDRLEN > request->nlmsg_len)
		return NULL;
	attr = (const void *)((const char *)request + offset);
	info = vcs_attr_info(nla_type(attr));
	return info ? info->name : NULL;
}

static void describe(struct call *call, int err, struct nlattr **tlv)
{
	const char *attr = NULL;
	const char *said = NULL;
	size_t len;

	if (tlv[NLMSGERR_ATTR_MSG])
		said = nla_get_string(tlv[NLMSGERR_ATTR_MSG]);
	if (tlv[NLMSGERR_ATTR_OFFS])
		attr = attr_at(call->request,
			       nla_get_u32(tlv[NLMSGERR_ATTR_OFFS]));

	if (!said && err == EPERM)
		said = "not permitted: needs CAP_NET_ADMIN in the initial user namespace";
	if (!said)
		said = strerror(err);
	if (attr && !strstr(said, attr))
		vcsnl_fail(call->e, err, "%s: %s", attr, said);
	else
		vcsnl_fail(call->e, err, "%s", said);
	/* The kernel pads a text that quotes the request. */
	for (len = strlen(call->e->text);
	     len && call->e->text[len - 1] == ' '; len--)
		call->e->text[len - 1] = '\0';
}

static void parse_tlv(const struct nlmsghdr *nlh, size_t skip,
		      struct nlattr **tlv)
{
	const char *start = (const char *)nlmsg_data(nlh) + skip;
	int len = nlmsg_datalen(nlh) - skip;

	memset(tlv, 0, (NLMSGERR_ATTR_MAX + 1) * sizeof(*tlv));
	if ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) && len > 0)
		nla_parse(tlv, NLMSGERR_ATTR_MAX, (struct nlattr *)start, len,
			  NULL);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *nlerr,
		    void *arg)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nlerr - 1;
	struct nlattr *tlv[NLMSGERR_ATTR_MAX + 1];
	size_t skip = sizeof(*nlerr);
	struct call *call = arg;

	(void)from;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(nlerr->msg.nlmsg_len) - NLMSG_HDRLEN;
	parse_tlv(nlh, skip, tlv);
	describe(call, -nlerr->error, tlv);
	call->ret = nlerr->error;
	call->done = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlattr *tlv[NLMSGERR_ATTR_MAX + 1];
	struct call *call = arg;
	int err = 0;

	if (nlmsg_datalen(nlh) >= (int)sizeof(err))
		memcpy(&err, nlmsg_data(nlh), sizeof(err));
	if (err < 0) {
		parse_tlv(nlh, NLMSG_ALIGN(sizeof(err)), tlv);
		describe(call, -err, tlv);
		call->ret = err;
	}
	call->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct call *call = arg;

	(void)msg;
	call->done = true;
	return NL_STOP;
}

static struct nl_cb *call_callbacks(struct call *call)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	check(!cb);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, call);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, call);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, call);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, call);
	return cb;
}

int vcsnl_call(struct vcsnl *nl, struct nl_msg *msg, vcsnl_fn fn, void *arg,
	       struct vcsnl_error *e)
{
	struct call call = {
		.family = nl->family, .fn = fn, .arg = arg, .e = e,
	};
	struct nl_cb *cb = call_callbacks(&call);
	int ret;

	e->err = 0;
	ret = nl_send_auto(nl->sock, msg);
	call.request = nlmsg_hdr(msg);
	while (ret >= 0 && !call.done)
		ret = nl_recvmsgs(nl->sock, cb);
	nl_cb_put(cb);
	/* A request may carry a key: wipe it before its memory goes. */
	explicit_bzero(nlmsg_data(nlmsg_hdr(msg)),
		       nlmsg_datalen(nlmsg_hdr(msg)));
	nlmsg_free(msg);

	if (ret == -NLE_DUMP_INTR)
		return vcsnl_fail(e, EINTR, "the dump was interrupted");
	if (ret < 0 && !call.done)
		return vcsnl_fail(e, EIO, "netlink: %s", nl_geterror(ret));
	return call.ret;
}
