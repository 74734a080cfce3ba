/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A daemon in a timeline: a bridge of its own, and what the kernel asked of it.
 */
#ifndef VCS_SCRIPTED_ACTOR_H
#define VCS_SCRIPTED_ACTOR_H

#include <libvcs.h>
#include "timeline.h"

/* As many as a kernel has under way. */
#define ASKED_MAX	128

/* A request of the kernel. */
struct asked {
	uint64_t seq;
	uint64_t generation;	/* SUBMIT */
	uint64_t fence_cookie;	/* FENCED */
	uint32_t value;		/* FENCED: the result. LEAVE: how */
	size_t len;		/* SUBMIT */
	unsigned char data[VCS_UB_DATA_MAX];
};

struct actor {
	const char *name;
	struct vcs_bridge *bridge;	/* NULL: closed, or not opened yet */
	uint32_t port;			/* of the socket */
	uint32_t dead_port;		/* of the one that it closed */
	uint64_t incarnation;		/* of the local node, since the claim */
	uint8_t lifetime[VCS_LIFETIME_LEN];
	uint64_t generation;		/* of the last view accepted */
	uint64_t position;
	struct asked asked[VCS_UB_CMD_MAX + 1];	/* awaited last, of each kind */

	/* What came and was not awaited yet, in that order. */
	struct {
		int cmd;
		struct asked asked;
	} inbox[ASKED_MAX];
	unsigned int nr;
};

/* The command of a request: join, leave, submit, fenced; exits on others. */
int find_request(const char *name);
/* Opened if it is not open; exits if that cannot be. */
struct actor *actor_find(const char *name, const char *cluster);
void actor_close(struct actor *actor);
/* The next @cmd of the kernel, within @ms, becomes asked[@cmd]; false: none. */
bool actor_await(struct actor *actor, int cmd, int ms);

/* say.c: what is said in the library's words; 0 or a negative errno. */
typedef int (*actor_say)(struct actor *actor, const struct step *step);
actor_say say_find(const char *verb);

/* lie.c: what the library would not say. */
int say_lie(struct actor *actor, const struct step *step);

#endif
