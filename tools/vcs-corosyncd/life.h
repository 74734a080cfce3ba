/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cluster of this node: cman's state machine between the kernel, which
 * believes what it decided, and the other nodes. No descriptor, no clock, no
 * chance and no memory of its own: the program gives it events, it calls the
 * bridge and what is in struct life_env.
 *
 * What keeps it safe: a step of the state machine that changed what must not be
 * forgotten is stored in the kernel before anything that it led to is done. If
 * the kernel does not take it, nothing is done at all, and the life is given
 * up, to be gone on with from what was stored last. Documentation/corosync.rst
 * tells the whole of it.
 */
#ifndef COROSYNCD_LIFE_H
#define COROSYNCD_LIFE_H

#include <libvcs.h>
#include "table.h"

/* Twice what the kernel has under way: some may be void already. */
#define LIFE_SUBMITS	64
#define LIFE_ANSWERS	64

struct life;

/* What the program does for it. */
struct life_env {
	/* To the nodes of this set; it may get lost. */
	void (*send)(void *arg, const struct life *life, u64 dst,
		     const u8 *data, size_t len);
	u64 (*now_ms)(void *arg);
	u64 (*random)(void *arg);
	/* False: corosync cannot be asked yet. */
	bool (*facts)(void *arg, struct corosync_facts *facts);
	void (*log)(void *arg, const char *text);
	/* It was claimed: what others said before is not to be heard. */
	void (*begun)(void *arg);
	void *arg;
};

enum life_phase {
	LIFE_NONE,		/* the cluster is not this daemon's */
	LIFE_IDLE,		/* it is, and nothing was asked yet */
	LIFE_ON,
	LIFE_OVER,		/* until the kernel has noticed */
};

/* A record that the kernel wants delivered. */
struct life_submit {
	u64 seq;
	u64 generation;
	u32 len;
	u8 data[VCS_UB_DATA_MAX];
};

struct life {
	struct life_env env;
	struct vcs_bridge *bridge;
	enum life_phase phase;
	bool complained;	/* of what keeps it from claiming */
	bool between;		/* LIFE_NONE, but to be gone on with */

	/* From the claim. */
	u64 incarnation;
	u32 grace_ms;
	struct vcs_attest attest;
	char options[VCS_OPTIONS_MAX + 1];
	bool asked_to_join;
	u64 leave_seq;		/* 0: not asked to leave */

	/* What the kernel believes. */
	struct vcs_lifetime lifetime;
	u64 generation;		/* 0 no view */
	u64 position;
	bool frozen;
	u64 frozen_until_ms;	/* then it is told the truth, whatever that is */
	u32 missing;		/* records of the last decision */
	bool missing_view;

	/* Quorum: the state machine's word, corosync's, what was passed on. */
	bool quorate;
	bool corosync_quorate;
	bool said_quorate;
	u64 said_generation;	/* 0 nothing was said of this view */
	char reason[VCS_REASON_MAX + 1];

	struct cman_config config;
	struct cman_sm sm;
	struct cman_actions actions;
	struct cman_action last_log;
	struct cman_view view;

	/* Records not delivered yet; the first of them were given to sm. */
	struct life_submit submits[LIFE_SUBMITS];
	u32 first_submit;
	u32 nr_submits;
	u32 nr_given;

	/* The last SUBMIT, to be sent when all that is there was looked at. */
	u8 held[CMAN_MSG_MAX];
	size_t held_len;
	u64 held_dst;

	/* Answers that came while a list of actions was gone through. */
	struct cman_event answers[LIFE_ANSWERS];
	u32 nr_answers;
	u8 kept[VCS_UB_STATE_MAX];
};

/* The callbacks of the bridge; their argument is the life. */
extern const struct vcs_bridge_ops life_ops;

void life_init(struct life *life, const struct life_env *env);
/* Every TABLE_HEARTBEAT_MS. */
void life_tick(struct life *life, u32 late_ms);
/* A message of the group, as it came. */
void life_packet(struct life *life, u32 nodeid, const void *data, size_t len);
/* The descriptor of the bridge is readable. */
void life_dispatch(struct life *life);
/* Nodes that corosync does not reach. */
void life_lost(struct life *life, u64 nodes);
void life_corosync_quorate(struct life *life, bool quorate);
/* Does it talk with others? */
bool life_talks(const struct life *life);
/* Or will it again as soon as it has claimed the cluster anew? */
bool life_is_between(const struct life *life);

#endif
