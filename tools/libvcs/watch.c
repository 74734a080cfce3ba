// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A family that comes and goes with its module: the controller of generic
 * netlink tells when. Its number says whether it is another one than before,
 * for a number is not given twice in a row.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "socket.h"

struct vcs_watch {
	struct vcsi_socket socket;
	struct vcsi_names names;	/* the family's, or the controller's */
	int family;			/* 0: it is not there */
	bool news;			/* of it; what has to be asked */
	bool gone;			/* once at least */
};

static void on_news(const struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct vcs_watch *watch = arg;
	const struct nlattr *name;

	if (vcsi_parse(nlh, attrs, CTRL_ATTR_MAX))
		return;
	name = attrs[CTRL_ATTR_FAMILY_NAME];
	if (!name || nla_strcmp(name, watch->names.family))
		return;
	watch->news = true;
	if (((struct genlmsghdr *)nlmsg_data(nlh))->cmd == CTRL_CMD_DELFAMILY)
		watch->gone = true;
}

/* Negative, or 0 with the family's number or none. */
static int ask(struct vcs_watch *watch)
{
	int ret = vcsi_resolve(&watch->socket, false);

	if (ret && ret != -ENOPROTOOPT)
		return ret;
	watch->family = ret ? 0 : watch->socket.family;
	return 0;
}

static int open_watch(struct vcs_watch *watch, const char *family)
{
	struct vcsi_socket *s = &watch->socket;
	int ret;

	watch->names.family = "nlctrl";
	watch->names.missing = "the kernel has no such family";
	ret = vcsi_open(s, &watch->names);
	if (!ret)
		ret = vcsi_join(s, "notify");
	if (ret)
		return ret;
	watch->names.family = family;
	s->type = GENL_ID_CTRL;
	s->other = on_news;
	s->arg = watch;
	return ask(watch);
}

int vcs_watch_open(struct vcs_watch **watch, const char *family,
		   struct vcs_error *e)
{
	struct vcs_watch *new = calloc(1, sizeof(*new));
	const char *known;
	int ret;

	*watch = NULL;
	if (!new) {
		if (e)
			*e = (struct vcs_error){ ENOMEM, "", "out of memory" };
		return -ENOMEM;
	}
	/* Kept by name: what the caller gave may go. */
	known = strcmp(family, VCS_GENL_NAME) ? VCS_UB_GENL_NAME :
						VCS_GENL_NAME;
	ret = open_watch(new, known);
	if (!ret && strcmp(family, known))
		ret = vcsi_fail(&new->socket, EINVAL,
				"no family of the cluster switch");
	if (ret) {
		if (e)
			*e = new->socket.error;
		vcs_watch_close(new);
		return ret;
	}
	*watch = new;
	return 0;
}

void vcs_watch_close(struct vcs_watch *watch)
{
	if (!watch)
		return;
	vcsi_close(&watch->socket);
	free(watch);
}

int vcs_watch_fd(const struct vcs_watch *watch)
{
	return watch->socket.fd;
}

bool vcs_watch_there(const struct vcs_watch *watch)
{
	return watch->family;
}

int vcs_watch_dispatch(struct vcs_watch *watch)
{
	struct vcsi_socket *s = &watch->socket;
	int before = watch->family;
	int ret;

	s->overrun = false;
	watch->gone = false;
	do {
		watch->news = false;
		do
			ret = vcsi_receive(s);
		while (!ret);
		if (ret == -EAGAIN && (watch->news || s->overrun)) {
			watch->news = false;
			ret = ask(watch);
		}
		/* More may have come before the answer. */
	} while (!ret && watch->news);
	if (ret && ret != -EAGAIN)
		return ret;
	return watch->family != before || (watch->gone && before);
}
