/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the bridge share. */
#ifndef LIBVCS_BRIDGE_H
#define LIBVCS_BRIDGE_H

#include "socket.h"

/*
 * A kernel has at most 50 requests under way, and a LEAVE makes it forget a
 * JOIN and 32 SUBMITs that may be here already, and take as many anew.
 */
#define VCSI_REQUESTS	128

struct vcsi_request {
	uint64_t seq;
	int cmd;
	uint64_t generation;	/* SUBMIT */
	uint64_t incarnation;	/* JOIN, FENCED */
	uint64_t fence_cookie;	/* FENCED, and the next */
	uint32_t nodeid;
	uint32_t value;		/* FENCED: the result. LEAVE: how */
	size_t len;
	unsigned char data[VCS_UB_DATA_MAX];	/* SUBMIT; JOIN: the options */
};

struct vcs_bridge {
	struct vcsi_socket socket;
	struct vcs_bridge_ops ops;
	void *arg;
	char cluster[VCS_NAME_MAX + 1];
	uint64_t cookie;	/* 0: no owner */
	uint64_t generation;	/* of the last view that the kernel accepted */
	bool dispatching;

	/* The descriptor to poll: the socket, and what says that some wait. */
	int epoll;
	int waiting;		/* an eventfd */
	bool waits;		/* it was said */

	/* A ring of what came while an answer was waited for. */
	struct vcsi_request *requests;
	unsigned int first;
	unsigned int nr;
	bool overflow;
	struct vcsi_request current;	/* in its callback */

	/* What the last claim returned. */
	struct vcs_bridge_member *members;
	unsigned char state[VCS_UB_STATE_MAX];
};

/* A message with what each has, and the end of one. */
void vcsi_bridge_begin(struct vcs_bridge *bridge, int cmd);
int vcsi_bridge_call(struct vcs_bridge *bridge, vcsi_fn fn, void *arg);
/* Forgets what was asked of the owner that this was. */
void vcsi_bridge_forget(struct vcs_bridge *bridge);

#endif
