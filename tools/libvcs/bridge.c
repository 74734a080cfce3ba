// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The life of a bridge, and what the kernel asks. A request may come before
 * the answer to a call. Then it is kept, for a callback in the middle of a call
 * would surprise; and an eventfd says that one waits, for the socket no longer
 * does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "bridge.h"

static struct vcsi_request *new_request(struct vcs_bridge *bridge)
{
	if (bridge->nr == VCSI_REQUESTS) {
		bridge->overflow = true;
		return NULL;
	}
	return &bridge->requests[(bridge->first + bridge->nr) % VCSI_REQUESTS];
}

/* False: too long, which the kernel never makes it. */
static bool copy_data(struct vcsi_request *request, const struct nlattr *attr)
{
	request->len = attr ? nla_len(attr) : 0;
	if (request->len > sizeof(request->data))
		return false;
	if (attr)
		memcpy(request->data, nla_data(attr), request->len);
	return true;
}

static bool read_request(struct vcsi_request *request, struct nlattr **attrs)
{
	request->seq = vcsi_u64(attrs[VCS_UB_A_SEQ]);
	request->incarnation = vcsi_u64(attrs[VCS_UB_A_INCARNATION]);
	switch (request->cmd) {
	case VCS_UB_CMD_JOIN:
		return copy_data(request, attrs[VCS_UB_A_OPTIONS]);
	case VCS_UB_CMD_LEAVE:
		request->value = vcsi_u32(attrs[VCS_UB_A_HOW]);
		return true;
	case VCS_UB_CMD_SUBMIT:
		request->generation = vcsi_u64(attrs[VCS_UB_A_GENERATION]);
		return copy_data(request, attrs[VCS_UB_A_DATA]);
	case VCS_UB_CMD_FENCED:
		request->nodeid = vcsi_u32(attrs[VCS_UB_A_NODEID]);
		request->fence_cookie = vcsi_u64(attrs[VCS_UB_A_FENCE_COOKIE]);
		request->value = vcsi_u32(attrs[VCS_UB_A_FENCE_RESULT]);
		return true;
	default:
		return false;
	}
}

/* One for another owner, the predecessor on this port id, is not ours. */
static void on_request(const struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *attrs[VCS_UB_A_MAX + 1];
	struct vcs_bridge *bridge = arg;
	struct vcsi_request *request;

	if (vcsi_parse(nlh, attrs, VCS_UB_A_MAX) || !bridge->cookie ||
	    vcsi_u64(attrs[VCS_UB_A_COOKIE]) != bridge->cookie)
		return;
	request = new_request(bridge);
	if (!request)
		return;
	request->cmd = ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;
	if (read_request(request, attrs))
		bridge->nr++;
}

static bool is_void(const struct vcs_bridge *bridge,
		    const struct vcsi_request *request)
{
	return request->cmd == VCS_UB_CMD_SUBMIT &&
	       request->generation < bridge->generation;
}

static bool next_request(struct vcs_bridge *bridge)
{
	while (bridge->nr) {
		bridge->current = bridge->requests[bridge->first];
		bridge->first = (bridge->first + 1) % VCSI_REQUESTS;
		bridge->nr--;
		if (!is_void(bridge, &bridge->current))
			return true;
	}
	return false;
}

static void call_back(struct vcs_bridge *bridge, struct vcsi_request *request)
{
	const struct vcs_bridge_ops *ops = &bridge->ops;
	struct vcs_bridge_fenced fenced;

	switch (request->cmd) {
	case VCS_UB_CMD_JOIN:
		/* Kept with its zero byte, or empty. */
		request->data[request->len ? request->len - 1 : 0] = '\0';
		ops->join(bridge, request->seq, request->incarnation,
			  (char *)request->data, bridge->arg);
		break;
	case VCS_UB_CMD_LEAVE:
		ops->leave(bridge, request->seq, request->value, bridge->arg);
		break;
	case VCS_UB_CMD_SUBMIT:
		ops->submit(bridge, request->seq, request->generation,
			    request->data, request->len, bridge->arg);
		break;
	case VCS_UB_CMD_FENCED:
		if (!ops->fenced)
			break;
		fenced.incarnation = request->incarnation;
		fenced.fence_cookie = request->fence_cookie;
		fenced.nodeid = request->nodeid;
		fenced.result = request->value;
		ops->fenced(bridge, request->seq, &fenced, bridge->arg);
		break;
	}
}

/* The descriptor is readable for as long as a request is kept. */
static void say_waits(struct vcs_bridge *bridge)
{
	bool waits = bridge->nr || bridge->overflow;
	uint64_t count = 1;
	ssize_t done;

	if (bridge->dispatching || waits == bridge->waits)
		return;
	/* Neither can fail on a counter that is 0 or 1. */
	if (waits)
		done = write(bridge->waiting, &count, sizeof(count));
	else
		done = read(bridge->waiting, &count, sizeof(count));
	bridge->waits = done == sizeof(count) ? waits : bridge->waits;
}

/* At most so many that a busy kernel does not keep the daemon for itself. */
static int dispatch(struct vcs_bridge *bridge)
{
	unsigned int left = VCSI_REQUESTS;
	int ret = 0;

	while (left && !ret) {
		for (; left && next_request(bridge); left--)
			call_back(bridge, &bridge->current);
		if (left)
			ret = vcsi_receive(&bridge->socket);
	}
	if (bridge->overflow) {
		bridge->overflow = false;
		return vcsi_fail(&bridge->socket, EOVERFLOW,
				 "more requests than a kernel has under way; claim again");
	}
	/* Then the kernel has kept some, until it hears of its owner. */
	if (bridge->socket.overrun)
		return vcs_bridge_ping(bridge);
	if (ret && ret != -EAGAIN)
		return ret;
	bridge->socket.error.err = 0;
	return 0;
}

int vcs_bridge_dispatch(struct vcs_bridge *bridge)
{
	int ret;

	if (bridge->dispatching)
		return vcsi_fail(&bridge->socket, EDEADLK,
				 "not to be called from a callback");
	bridge->dispatching = true;
	ret = dispatch(bridge);
	bridge->dispatching = false;
	say_waits(bridge);
	return ret;
}

void vcsi_bridge_begin(struct vcs_bridge *bridge, int cmd)
{
	vcsi_begin(&bridge->socket, cmd);
	vcsi_put_string(&bridge->socket, VCS_UB_A_CLUSTER, bridge->cluster);
	if (cmd != VCS_UB_CMD_CLAIM && cmd != VCS_UB_CMD_GET)
		vcsi_put_u64(&bridge->socket, VCS_UB_A_COOKIE, bridge->cookie);
}

int vcsi_bridge_call(struct vcs_bridge *bridge, vcsi_fn fn, void *arg)
{
	int ret = vcsi_call(&bridge->socket, fn, arg);

	say_waits(bridge);
	return ret;
}

void vcsi_bridge_forget(struct vcs_bridge *bridge)
{
	bridge->cookie = 0;
	bridge->generation = 0;
	bridge->nr = 0;
	bridge->overflow = false;
}

static int poll_both(struct vcs_bridge *bridge)
{
	struct epoll_event event = { .events = EPOLLIN };

	bridge->epoll = epoll_create1(EPOLL_CLOEXEC);
	bridge->waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (bridge->epoll < 0 || bridge->waiting < 0 ||
	    epoll_ctl(bridge->epoll, EPOLL_CTL_ADD, bridge->socket.fd,
		      &event) ||
	    epoll_ctl(bridge->epoll, EPOLL_CTL_ADD, bridge->waiting, &event))
		return vcsi_fail(&bridge->socket, errno,
				 "cannot poll the socket: %s",
				 vcsi_strerror(errno));
	return 0;
}

static int take_arguments(struct vcs_bridge *bridge, const char *cluster,
			  const struct vcs_bridge_ops *ops)
{
	/* Of a program that was built with an earlier or a later library. */
	memcpy(&bridge->ops, ops, ops->size < sizeof(*ops) ? ops->size :
							     sizeof(*ops));
	if (!bridge->ops.join || !bridge->ops.leave || !bridge->ops.submit)
		return vcsi_fail(&bridge->socket, EINVAL,
				 "join, leave and submit are needed");
	if (strlen(cluster) > VCS_NAME_MAX)
		return vcsi_fail(&bridge->socket, EINVAL,
				 "a cluster's name is at most %d bytes long",
				 VCS_NAME_MAX);
	strcpy(bridge->cluster, cluster);
	return 0;
}

static int open_bridge(struct vcs_bridge *bridge, const char *cluster,
		       const struct vcs_bridge_ops *ops)
{
	int ret = vcsi_open(&bridge->socket, &vcsi_bridge_names);

	if (!ret)
		ret = take_arguments(bridge, cluster, ops);
	if (!ret)
		ret = vcsi_resolve(&bridge->socket, true);
	if (!ret)
		ret = poll_both(bridge);
	if (ret)
		return ret;
	vcsi_buffer(&bridge->socket, true);
	bridge->socket.other = on_request;
	bridge->socket.arg = bridge;
	bridge->requests = calloc(VCSI_REQUESTS, sizeof(*bridge->requests));
	bridge->members = calloc(VCS_BRIDGE_NODES_MAX,
				 sizeof(*bridge->members));
	if (!bridge->requests || !bridge->members)
		return vcsi_fail(&bridge->socket, ENOMEM, "out of memory");
	return 0;
}

int vcs_bridge_open(struct vcs_bridge **bridge, const char *cluster,
		    const struct vcs_bridge_ops *ops, void *arg,
		    struct vcs_error *e)
{
	struct vcs_bridge *new = calloc(1, sizeof(*new));
	int ret;

	*bridge = NULL;
	if (!new) {
		if (e)
			*e = (struct vcs_error){ ENOMEM, "", "out of memory" };
		return -ENOMEM;
	}
	new->arg = arg;
	new->epoll = -1;
	new->waiting = -1;
	ret = open_bridge(new, cluster, ops);
	if (ret) {
		if (e)
			*e = new->socket.error;
		vcs_bridge_close(new);
		return ret;
	}
	*bridge = new;
	return 0;
}

void vcs_bridge_close(struct vcs_bridge *bridge)
{
	if (!bridge)
		return;
	if (bridge->epoll >= 0)
		close(bridge->epoll);
	if (bridge->waiting >= 0)
		close(bridge->waiting);
	vcsi_close(&bridge->socket);
	free(bridge->requests);
	free(bridge->members);
	free(bridge);
}

int vcs_bridge_fd(const struct vcs_bridge *bridge)
{
	return bridge->epoll;
}

const struct vcs_error *vcs_bridge_error(const struct vcs_bridge *bridge)
{
	return &bridge->socket.error;
}
