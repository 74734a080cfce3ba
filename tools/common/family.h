/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * News of the family "vcs" itself, which comes and goes with its module. With
 * it go all subscriptions, and the number that it has: who listens must open
 * its sockets anew when it comes.
 */
#ifndef VCS_COMMON_FAMILY_H
#define VCS_COMMON_FAMILY_H

#include "nl.h"

struct vcsnl_family {
	struct nl_sock *sock;
	void (*came)(void *arg);
	void (*gone)(void *arg);
	void *arg;
};

/* The socket does not block. 0 or a negative errno, described in @e. */
int vcsnl_family_watch(struct vcsnl_family *family, struct vcsnl_error *e);
void vcsnl_family_close(struct vcsnl_family *family);
int vcsnl_family_fd(const struct vcsnl_family *family);
/* Tells what has arrived: -EAGAIN nothing, another errno: news were lost. */
int vcsnl_family_receive(struct vcsnl_family *family);
/*
 * For news that were missed: tells when the family is gone, or has come with
 * another number than @known.
 */
void vcsnl_family_look(struct vcsnl_family *family, int known);

#endif
