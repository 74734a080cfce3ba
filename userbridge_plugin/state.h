/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bridge knows of one cluster: who owns it, what the kernel believes,
 * which requests have no answer yet. Pure: no clock, lock, memory or I/O; @now
 * is in ms and comes from the caller, who also sees to it that calls do not
 * overlap. What is refused changes nothing.
 */
#ifndef _VCS_UB_STATE_H
#define _VCS_UB_STATE_H

#include <linux/types.h>
#include <linux/vcs_provider.h>
#include <uapi/linux/vcs_userbridge.h>

#define UB_SUBMITS_MAX	32
#define UB_FENCES_MAX	16
/* ... and one JOIN, one LEAVE */
#define UB_REQUESTS_MAX	(UB_SUBMITS_MAX + UB_FENCES_MAX + 2)

/* Why, for the extended ack; the text stays valid. */
struct ub_refusal {
	enum vcs_ub_attr attr;
	const char *text;
};

struct ub_request {
	u64 seq;		/* 0: this place is free */
	enum vcs_ub_cmd cmd;
	bool ready;		/* FENCED only: the result is known */
	bool sent;		/* to the present owner */
	u64 generation;		/* SUBMIT: the view that it belongs to */
	u64 incarnation;	/* FENCED, and the next three */
	u64 fence_cookie;
	u32 nodeid;
	u32 value;		/* FENCED: the result. LEAVE: enum vcs_ub_how */
	u32 len;		/* SUBMIT */
	u8 data[VCS_UB_DATA_MAX];
};

struct ub_state {
	/* The owner; all of it void while @owner is 0. */
	u64 owner;		/* stands for a socket */
	u64 cookie;
	u64 heard_ms;
	u32 deadline_ms;

	/* Without an owner, or with one that has not resumed yet. */
	bool frozen;
	bool expired;		/* the grace period is over */
	u64 frozen_ms;
	u32 grace_ms;

	/* What the kernel believes. */
	struct vcs_lifetime lifetime;
	u64 generation;		/* 0: no view yet */
	u64 position;		/* of the last record in it */
	u64 proposed;		/* a view being put to the core; 0 none */

	u64 last_seq;
	bool starved;		/* a submit was turned away */
	struct ub_request requests[UB_REQUESTS_MAX];
};

/* What the passing of time has brought; see ub_tick(). */
#define UB_STALLED	(1U << 0)
#define UB_GRACE_OVER	(1U << 1)

void ub_init(struct ub_state *state, u32 grace_ms);

/* owner.c: claim, silence, grace. */
int ub_claim(struct ub_state *state, u64 owner, u64 cookie, u32 deadline_ms,
	     u64 now, struct ub_refusal *refusal);
int ub_check_owner(struct ub_state *state, u64 owner, u64 cookie, u64 now,
		   struct ub_refusal *refusal);
int ub_check_resumed(const struct ub_state *state, struct ub_refusal *refusal);
/* The owner is gone, whatever way; true: the kernel's view must be frozen. */
bool ub_drop_owner(struct ub_state *state, u64 now);
int ub_check_resume(const struct ub_state *state,
		    const struct vcs_lifetime *lifetime, u64 generation,
		    struct ub_refusal *refusal);
void ub_resumed(struct ub_state *state);
unsigned int ub_tick(struct ub_state *state, u64 now);
/* When ub_tick() has something to say next; U64_MAX never. */
u64 ub_next_tick(const struct ub_state *state);
u64 ub_grace_left(const struct ub_state *state, u64 now);

/* state.c: views and records. Between begin and end nothing is to be sent. */
void ub_view_begin(struct ub_state *state, u64 generation);
void ub_view_end(struct ub_state *state, const struct vcs_lifetime *lifetime,
		 bool accepted);
int ub_check_record(const struct ub_state *state, u64 generation, u64 position,
		    struct ub_refusal *refusal);
/* One of this node's own: is it the one whose turn it is? */
int ub_check_own(const struct ub_state *state, u64 seq, const void *data,
		 u32 len, struct ub_refusal *refusal);
/* @seq: of the own record; 0 it is another node's */
void ub_record_taken(struct ub_state *state, u64 seq);

/* request.c: what is asked of the daemon. */
int ub_ask(struct ub_state *state, enum vcs_ub_cmd cmd, u32 value);
int ub_submit(struct ub_state *state, const void *data, size_t len);
/* True once: there is room again for somebody who was turned away. */
bool ub_has_room(struct ub_state *state);
int ub_fence_begin(struct ub_state *state, u32 nodeid, u64 incarnation,
		   u64 fence_cookie, struct ub_refusal *refusal);
/* The core did not take it. */
void ub_fence_undo(struct ub_state *state, u64 fence_cookie);
bool ub_fence_result(struct ub_state *state, u64 fence_cookie, u32 result);
/* RESULT; @cmd: what it answered */
int ub_answer(struct ub_state *state, u64 seq, enum vcs_ub_cmd *cmd,
	      struct ub_refusal *refusal);
struct ub_request *ub_next_unsent(struct ub_state *state);
u32 ub_pending(const struct ub_state *state);

/* For the files of the state alone. */
int ub_refuse(struct ub_refusal *refusal, enum vcs_ub_attr attr, int err,
	      const char *text);
struct ub_request *ub_oldest(const struct ub_state *state,
			     enum vcs_ub_cmd cmd);
struct ub_request *ub_find(const struct ub_state *state, u64 seq);
void ub_forget(struct ub_state *state, enum vcs_ub_cmd cmd);

#endif /* _VCS_UB_STATE_H */
