// SPDX-License-Identifier: GPL-2.0-only
/* The controller of generic netlink says which families come and go. */
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include "family.h"

static int on_news(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct vcsnl_family *family = arg;

	if (nlh->nlmsg_type != GENL_ID_CTRL ||
	    genlmsg_parse(nlh, 0, attrs, CTRL_ATTR_MAX, NULL) ||
	    !attrs[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], VCS_GENL_NAME))
		return NL_OK;
	switch (genlmsg_hdr(nlh)->cmd) {
	case CTRL_CMD_NEWFAMILY:
		family->came(family->arg);
		break;
	case CTRL_CMD_DELFAMILY:
		family->gone(family->arg);
		break;
	}
	return NL_OK;
}

static int subscribe(struct vcsnl_family *family)
{
	int group, ret;

	ret = genl_connect(family->sock);
	if (ret)
		return ret;
	group = genl_ctrl_resolve_grp(family->sock, "nlctrl", "notify");
	if (group < 0)
		return group;
	nl_socket_disable_seq_check(family->sock);
	nl_socket_modify_cb(family->sock, NL_CB_VALID, NL_CB_CUSTOM, on_news,
			    family);
	ret = nl_socket_add_membership(family->sock, group);
	return ret ? ret : nl_socket_set_nonblocking(family->sock);
}

void vcsnl_family_look(struct vcsnl_family *family, int known)
{
	struct vcsnl_error e;
	struct vcsnl now;

	if (vcsnl_open(&now, &e)) {
		family->gone(family->arg);
		return;
	}
	if (now.family != known)
		family->came(family->arg);
	vcsnl_close(&now);
}

int vcsnl_family_watch(struct vcsnl_family *family, struct vcsnl_error *e)
{
	int ret;

	family->sock = nl_socket_alloc();
	if (!family->sock)
		return vcsnl_fail(e, ENOMEM, "out of memory");
	ret = subscribe(family);
	if (ret) {
		vcsnl_family_close(family);
		return vcsnl_fail(e, EIO, "cannot watch for the module vcs: %s",
				  nl_geterror(ret));
	}
	return 0;
}

void vcsnl_family_close(struct vcsnl_family *family)
{
	nl_socket_free(family->sock);
	family->sock = NULL;
}

int vcsnl_family_fd(const struct vcsnl_family *family)
{
	return nl_socket_get_fd(family->sock);
}

int vcsnl_family_receive(struct vcsnl_family *family)
{
	int ret = nl_recvmsgs_default(family->sock);

	if (ret == -NLE_AGAIN)
		return -EAGAIN;
	return ret < 0 ? -ENOBUFS : 0;
}
