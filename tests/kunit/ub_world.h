/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user bridge as a daemon meets it: real sockets, the real family, the real
 * core, and one cluster. A message is begun, filled, and sent with its answer
 * awaited; one at a time. Requests are noted by the way.
 */
#ifndef _VCS_TEST_UB_WORLD_H
#define _VCS_TEST_UB_WORLD_H

#include <net/genetlink.h>
#include <uapi/linux/vcs_userbridge.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"

#define BRIDGED		"bridged"
#define LIFE2		0x2222
#define DAEMON_BUFFER	16384
#define PATIENCE_MS	5000

struct file;
struct socket;

/* A daemon: a socket with a file, since permissions are asked of the file. */
struct daemon {
	struct file *file;
	struct socket *sock;
	u64 cookie;
	u64 seq;		/* of the last request */
	int last;		/* its command */
	u8 data[VCS_UB_DATA_MAX];
	u32 len;		/* of the data that came with it */
	bool frozen;
	u64 generation;		/* as the last CLAIM or GET told */
	u32 nr_members, state_len;
	bool disorder;		/* a number did not rise */
	u32 nr_requests, nr_shown, overruns;
	u32 owner, pending;	/* as the last GET told, and this */
	u64 grace_left_ms;
	char said[128];		/* the last extended ack */
};

extern struct vcs_cluster *bridged;
extern struct daemon one, two;
extern struct sk_buff *daemon_out;	/* the message under construction */

int world_init(struct kunit *test);
void world_exit(struct kunit *test);
void world_join(struct kunit *test, const char *options);
/* A member alone, quorate, with its first state transfer done; owned by one. */
void world_member(struct kunit *test, u32 deadline_ms);
u64 world_local(void);

void daemon_open(struct kunit *test, struct daemon *d);
void daemon_open_at(struct kunit *test, struct daemon *d, u32 portid);
u32 daemon_port(struct kunit *test, struct daemon *d);
void daemon_close(struct daemon *d);

void daemon_begin(struct daemon *d, int cmd);
void daemon_put64(int attr, u64 value);
void daemon_put_view(u64 generation);
void daemon_put_member(u32 nodeid, u64 incarnation, u64 joined);
void daemon_view_head(struct daemon *d, u64 generation);
/* Sends what was begun; the errno of the answer. */
int daemon_send(struct daemon *d);

/* Whole messages; the errno of the answer. */
int daemon_claim(struct daemon *d, u32 deadline_ms);
/* The local node, and node 2 since @second if that is not 0. */
int daemon_view(struct daemon *d, u64 generation, u64 second);
int daemon_quorate(struct daemon *d, int cmd, u64 generation, bool yes);
int daemon_say(struct daemon *d, int cmd);
int daemon_get(struct daemon *d);
/* How many bridges there are. */
u32 daemon_dump(struct daemon *d);
/* The record of the last SUBMIT. */
int daemon_deliver(struct daemon *d, u64 generation, u64 position);

/* What is in the socket: the last request is noted. */
void daemon_drain(struct daemon *d);
void daemon_await(struct kunit *test, struct daemon *d, int cmd);
/* Until the provider's join has returned, there is nothing to claim. */
void daemon_await_claim(struct kunit *test, struct daemon *d, u32 deadline_ms);

#endif /* _VCS_TEST_UB_WORLD_H */
