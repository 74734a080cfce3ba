/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's end of the library's sockets: what it sends is caught, what it
 * receives was queued here. The controller's answer for a family is made by
 * itself. Programs that link this wrap send() and recvfrom().
 */
#ifndef TESTS_FAKE_KERNEL_H
#define TESTS_FAKE_KERNEL_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_FAMILY	77
#define FAKE_GROUP	16	/* one that any kernel has */
#define FAKE_COOKIE	0x1122334455667788ULL

/* As if nothing had ever been sent. */
void fake_reset(void);
/* The family is there, or not. */
void fake_family(int id);

/* The last message of the program, and how many there were. */
const struct nlmsghdr *fake_sent(void);
int fake_sent_cmd(void);
struct nlattr *fake_sent_attr(int type);
unsigned int fake_nr_sent(void);
/* How often a family was asked for by name, which loads its module. */
unsigned int fake_nr_loads(void);

/* Called after each message that is sent, to answer it; NULL: nobody is. */
void fake_answer(void (*fn)(void));

/*
 * Receives from here on, in this order; each is one packet. What answers has
 * the number of the message that is sent next.
 */
struct nl_msg *fake_msg(int cmd, bool answer);
void fake_push(struct nl_msg *msg);		/* frees it */
void fake_push_from(struct nl_msg *msg, uint32_t portid);
void fake_push_error(int err, const char *text, int offset);
void fake_push_done(void);
void fake_push_errno(int err);			/* recvfrom() fails with it */

#endif
