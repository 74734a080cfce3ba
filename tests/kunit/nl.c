// SPDX-License-Identifier: GPL-2.0-only
/* See nl.h. */
#include <kunit/test.h>
#include <linux/file.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "nl.h"

#define BUFFER	4096

static int receive(struct nl *nl)
{
	struct kvec vec = { .iov_base = nl->buffer, .iov_len = BUFFER };
	struct msghdr msg = { };

	return kernel_recvmsg(nl->sock, &msg, &vec, 1, BUFFER, MSG_DONTWAIT);
}

static int send(struct nl *nl)
{
	struct kvec vec = {
		.iov_base = nl->out->data,
		.iov_len = nl->out->len,
	};
	struct msghdr msg = { };	/* an address would excuse the opener */
	int ret;

	((struct nlmsghdr *)nl->out->data)->nlmsg_len = nl->out->len;
	ret = kernel_sendmsg(nl->sock, &msg, &vec, 1, nl->out->len);
	kfree_skb(nl->out);
	nl->out = NULL;
	return min(ret, 0);
}

static void begin(struct nl *nl, int type, int cmd, int flags)
{
	struct genlmsghdr *genl;

	nl->out = alloc_skb(BUFFER, GFP_KERNEL);
	genl = nlmsg_data(nlmsg_put(nl->out, 0, 1, type, GENL_HDRLEN,
				    NLM_F_REQUEST | NLM_F_ACK | flags));
	*genl = (struct genlmsghdr){ .cmd = cmd, .version = 1 };
}

void nl_begin(struct nl *nl, int cmd, int flags, const char *cluster)
{
	begin(nl, nl->family, cmd, flags);
	if (cluster)
		nla_put_string(nl->out, VCS_A_CLUSTER, cluster);
}

static void note_words(struct nl *nl, struct nlmsghdr *nlh, int skip)
{
	struct nlattr *attr;
	int rem;

	nl->said[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	nlmsg_for_each_attr(attr, nlh, skip, rem)
		if (nla_type(attr) == NLMSGERR_ATTR_MSG)
			nla_strscpy(nl->said, attr, sizeof(nl->said));
}

static void note_error(struct nl *nl, struct nlmsghdr *nlh)
{
	struct nlmsgerr *err = nlmsg_data(nlh);
	int skip = sizeof(*err);

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(err->msg.nlmsg_len) - NLMSG_HDRLEN;
	nl->error = err->error;
	note_words(nl, nlh, skip);
}

static void parse(struct nl *nl, struct nlmsghdr *nlh)
{
	nla_parse(nl->attrs, VCS_A_MAX, nlmsg_attrdata(nlh, GENL_HDRLEN),
		  nlmsg_attrlen(nlh, GENL_HDRLEN), NULL, NULL);
}

/* True: the answer is complete. */
static bool take(struct nl *nl, int len, nl_fn fn, void *data)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)nl->buffer;

	for (; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			note_error(nl, nlh);
			return true;
		}
		if (nlh->nlmsg_type == NLMSG_DONE) {
			nl->error = *(int *)nlmsg_data(nlh);
			note_words(nl, nlh, sizeof(int));
			return true;
		}
		if (nlh->nlmsg_type == nl->family && fn) {
			parse(nl, nlh);
			fn(nl, data);
		}
	}
	return false;
}

int nl_call(struct nl *nl, nl_fn fn, void *data)
{
	int ret = send(nl);

	while (ret >= 0) {
		ret = receive(nl);
		if (ret >= 0 && take(nl, ret, fn, data))
			return nl->error;
	}
	return ret;
}

int nl_next(struct nl *nl)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)nl->buffer;
	int len = receive(nl);

	if (len < 0)
		return len;
	parse(nl, nlh);
	return ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;
}

void nl_subscribe(struct kunit *test, struct nl *nl, u32 group, bool yes)
{
	int err;

	err = nl->sock->ops->setsockopt(nl->sock, SOL_NETLINK,
					yes ? NETLINK_ADD_MEMBERSHIP :
					      NETLINK_DROP_MEMBERSHIP,
					KERNEL_SOCKPTR(&group), sizeof(group));
	KUNIT_ASSERT_EQ(test, 0, err);
}

static void note_group(struct nl *nl, struct nlattr *group)
{
	struct nlattr *attr, *name = NULL, *id = NULL;
	int rem;

	nla_for_each_nested(attr, group, rem) {
		if (nla_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = attr;
		else if (nla_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = attr;
	}
	if (!nla_strcmp(name, VCS_GENL_GROUP_EVENTS))
		nl->events = nla_get_u32(id);
	else
		nl->fence = nla_get_u32(id);
}

static void resolve(struct kunit *test, struct nl *nl)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)nl->buffer;
	struct nlattr *attr, *group;
	int rem;

	begin(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nla_put_string(nl->out, CTRL_ATTR_FAMILY_NAME, VCS_GENL_NAME);
	KUNIT_ASSERT_EQ(test, 0, send(nl));
	KUNIT_ASSERT_GT(test, receive(nl), 0);
	KUNIT_ASSERT_EQ(test, (int)nlh->nlmsg_type, GENL_ID_CTRL);
	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	nl->family = nla_get_u16(attr);
	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_MCAST_GROUPS);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	nla_for_each_nested(group, attr, rem)
		note_group(nl, group);
	/* The ack. */
	receive(nl);
}

void nl_open(struct kunit *test, struct nl *nl)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int on = 1;

	memset(nl, 0, sizeof(*nl));
	nl->buffer = kunit_kzalloc(test, BUFFER, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nl->buffer);
	KUNIT_ASSERT_EQ(test, 0, sock_create_kern(&init_net, PF_NETLINK,
						  SOCK_RAW, NETLINK_GENERIC,
						  &nl->sock));
	nl->file = sock_alloc_file(nl->sock, O_CLOEXEC, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(nl->file));
	KUNIT_ASSERT_EQ(test, 0, kernel_bind(nl->sock, (struct sockaddr *)&any,
					     sizeof(any)));
	KUNIT_ASSERT_EQ(test, 0, nl->sock->ops->setsockopt(nl->sock,
							   SOL_NETLINK,
							   NETLINK_EXT_ACK,
							   KERNEL_SOCKPTR(&on),
							   sizeof(on)));
	resolve(test, nl);
}

void nl_close(struct nl *nl)
{
	if (!nl->file)
		return;
	fput(nl->file);
	flush_delayed_fput();
	nl->file = NULL;
}
