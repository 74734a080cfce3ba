/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lives of vcs-corosyncd with a stand-in for each one's kernel, and a group that
 * brings every message to all. The functions of libvcs are the stand-in's: it
 * believes, keeps and refuses as the bridge does.
 */
#ifndef COROSYNCD_WORLD_H
#define COROSYNCD_WORLD_H

#include "../vcs-corosyncd/life.h"

#define WORLD_NODES	3
#define WORLD_REQUESTS	32
#define WORLD_RECORDS	256
#define WORLD_WIRE	512
#define WORLD_GRACE_MS	10000

/* What the kernel has asked and nobody has answered. */
struct world_request {
	u64 seq;
	u64 generation;
	u8 byte;
};

/* A kernel. libvcs's handle stands for it. */
struct vcs_bridge {
	u32 nodeid;
	struct vcs_error error;
	bool owned;
	bool joining;		/* JOIN has no answer */
	bool gone;		/* no such cluster */
	u64 incarnation;
	struct vcs_bridge_view view;
	struct vcs_bridge_member members[CMAN_NODES_MAX];
	struct vcs_bridge_departed departed[CMAN_NODES_MAX];
	bool frozen;
	bool quorate;
	u64 position;
	u8 stored[VCS_UB_STATE_MAX];
	size_t stored_len;
	u64 last_seq;
	struct world_request requests[WORLD_REQUESTS];
	u32 nr_requests;
	bool hold_join;		/* a fence is pending */

	/* For the test to look at. */
	u8 records[WORLD_RECORDS];	/* first bytes, of all generations */
	u32 nr_records;
	u32 nr_views;
	u32 nr_changes;		/* what a listener would have noticed */
	u32 nr_resumes;
	u64 fence_cookie;	/* of the last FENCE */
	u32 fence_nodeid;
	u64 results[8];
	u32 nr_results;
	int join_error;
	char join_text[128];
	int evicted;		/* reason + 1 */
	const char *last;	/* the last thing it was told */

	/* The daemon dies at this: it finds that it owns nothing. */
	const char *die_at;
	u32 die_after;		/* so many of these */
	/* Refused once, for want of memory if not otherwise. */
	const char *fail_at;
	int fail_with;
};

struct world {
	u32 nr;
	bool two_node;
	u64 now;
	u64 random;
	struct vcs_bridge kernels[WORLD_NODES];
	struct life *lives[WORLD_NODES];	/* NULL: no daemon */
	u64 cut[WORLD_NODES];
	u8 drop_type;		/* messages of this type get lost */
	bool no_corosync;
	u32 nr_sent;
	u32 begun[WORLD_NODES];	/* what was said before is to be forgotten */
};

extern struct world world;

/* Kernels that want to join, and daemons. */
void world_make(u32 nr, bool two_node);
/* The same, in one view and quorate. */
void world_form(u32 nr, bool two_node);
void world_beats(u32 nr);
/* A daemon begins, or is followed by another. */
void world_daemon(u32 n);
/* It dies, and its kernel freezes. */
void world_kill(u32 n);
void world_submit(u32 n, u8 byte);
/* The same, but there is more to dispatch. */
void world_ask(u32 n, u8 byte);
void world_fenced(u32 n, enum vcs_fence_result result);
u64 world_leave(u32 n, enum vcs_ub_how how);
/* Node @n is out of everybody's reach. */
void world_lose(u32 n);
void world_settle(void);

#endif
