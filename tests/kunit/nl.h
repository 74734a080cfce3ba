/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The family "vcs" as a program meets it: a socket, requests, dumps, groups.
 * What was received last stays readable until the next message.
 */
#ifndef _VCS_TEST_NL_H
#define _VCS_TEST_NL_H

#include <linux/skbuff.h>
#include <net/netlink.h>
#include <linux/vcs.h>

struct kunit;
struct file;
struct socket;

struct nl {
	struct file *file;	/* permissions are asked of its opener */
	struct socket *sock;
	u8 *buffer;
	struct sk_buff *out;	/* a request under construction */
	int family;
	u32 events, fence;	/* ids of the groups */
	struct nlattr *attrs[VCS_A_MAX + 1];	/* of the last message */
	int error;
	char said[128];		/* the last extended ack */
};

typedef void (*nl_fn)(struct nl *nl, void *data);

void nl_open(struct kunit *test, struct nl *nl);
void nl_close(struct nl *nl);
/* Listens to a group, or no longer. */
void nl_subscribe(struct kunit *test, struct nl *nl, u32 group, bool yes);
/* Begins a request about a cluster (NULL: about none). */
void nl_begin(struct nl *nl, int cmd, int flags, const char *cluster);
/* Sends it; @fn sees each message that comes. The errno of the answer. */
int nl_call(struct nl *nl, nl_fn fn, void *data);
/* The next message of a group; its command, or a negative errno. */
int nl_next(struct nl *nl);

#endif /* _VCS_TEST_NL_H */
