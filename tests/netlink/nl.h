/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One socket to the generic netlink family "vcs". Errors come back with the
 * kernel's own words and the name of the attribute that it refused.
 */
#ifndef VCS_NETLINK_TEST_NL_H
#define VCS_NETLINK_TEST_NL_H

#include <stdbool.h>
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <linux/vcs.h>

struct vcsnl {
	struct nl_sock *sock;
	int family;
};

struct vcsnl_error {
	int err;		/* a positive errno; 0 none */
	char text[400];
};

/*
 * Called for each message of the family; @attrs has VCS_A_MAX + 1 slots.
 * Other than 0 ends the call with that value.
 */
typedef int (*vcsnl_fn)(int cmd, struct nlattr **attrs, void *arg);

/* All return 0 or a negative errno, described in @e. */
int vcsnl_open(struct vcsnl *nl, struct vcsnl_error *e);
void vcsnl_close(struct vcsnl *nl);
int vcsnl_subscribe(struct vcsnl *nl, const char *group,
		    struct vcsnl_error *e);

/* A request; aborts without memory. @flags: NLM_F_DUMP or 0. */
struct nl_msg *vcsnl_request(const struct vcsnl *nl, int cmd, int flags);
void vcsnl_put_string(struct nl_msg *msg, int type, const char *value);
void vcsnl_put_u32(struct nl_msg *msg, int type, uint32_t value);
void vcsnl_put_u64(struct nl_msg *msg, int type, uint64_t value);
void vcsnl_put_data(struct nl_msg *msg, int type, const void *data,
		    size_t len);
/*
 * Sends, frees @msg, and waits for the answer. A dump whose ground moved is
 * reported as -EINTR.
 */
int vcsnl_call(struct vcsnl *nl, struct nl_msg *msg, vcsnl_fn fn, void *arg,
	       struct vcsnl_error *e);

int vcsnl_fail(struct vcsnl_error *e, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
