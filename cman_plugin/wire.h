/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every byte that cman puts on the network, little endian.
 *
 * A packet is the outer header (in clear, the associated data of the AEAD),
 * then the ciphertext of one inner message, then the tag. Decoders check every
 * length, count and id, and write nothing on failure that the caller may use.
 */
#ifndef _CMAN_WIRE_H
#define _CMAN_WIRE_H

#include "types.h"

#define CMAN_MAGIC		0x6e616d63U	/* "cman" */
#define CMAN_VERSION		1
#define CMAN_NONCE_LEN		24
#define CMAN_TAG_LEN		16
#define CMAN_OUTER_LEN		64
#define CMAN_PACKET_MAX		(CMAN_OUTER_LEN + CMAN_MSG_MAX + CMAN_TAG_LEN)

/**
 * struct cman_outer - the header in clear
 * @cluster: digest of the cluster's name
 * @nodeid: the sender
 * @incarnation: its life
 * @seq: counts its packets; the first is 1
 * @nonce: of the AEAD
 */
struct cman_outer {
	u64 cluster;
	u32 nodeid;
	u64 incarnation;
	u64 seq;
	u8 nonce[CMAN_NONCE_LEN];
};

/* Writes CMAN_OUTER_LEN bytes. */
void cman_outer_encode(const struct cman_outer *outer, u8 *buf);
/* SHORT, LONG, MAGIC, VERSION, CLUSTER (not @cluster) or RANGE, else NONE. */
enum cman_drop cman_outer_decode(struct cman_outer *outer, u64 cluster,
				 const u8 *buf, size_t len);

/* No ballot's number is higher: counting on from there must not wrap. */
#define CMAN_BALLOT_MAX		0x7fffffffU

enum cman_msg_type {
	CMAN_MSG_HELLO = 1,
	CMAN_MSG_PREPARE,
	CMAN_MSG_PROMISE,
	CMAN_MSG_NACK,
	CMAN_MSG_ACCEPT,
	CMAN_MSG_ACCEPTED,
	CMAN_MSG_DECIDE,
	CMAN_MSG_LEARN,
	CMAN_MSG_JOIN,
	CMAN_MSG_CHALLENGE,
	CMAN_MSG_REFUSED,
	CMAN_MSG_EVICTED,
	CMAN_MSG_LEAVE,
	CMAN_MSG_SUBMIT,
	CMAN_MSG_FORM_PREPARE,
	CMAN_MSG_FORM_PROMISE,
	CMAN_MSG_FORM_ACCEPT,
	CMAN_MSG_FORM_ACCEPTED,
	CMAN_MSG_FORM_NACK,
	CMAN_MSG_END
};

/* What a node says it is; in HELLO. */
enum cman_role {
	CMAN_ROLE_SEEKING,	/* no history */
	CMAN_ROLE_JOINING,	/* no history, asks a lifetime to take it in */
	CMAN_ROLE_MEMBER,
	CMAN_ROLE_OVER,		/* left or evicted; says nothing any more */
};

#define CMAN_HELLO_QUORATE	(1U << 0)

/* The options that must agree, as each HELLO carries them. */
struct cman_options {
	u64 table_digest;
	u32 heartbeat_ms;
	u32 dead_after;
	u32 stall_ms;
	u32 formation_wait_ms;
	u32 flags;
};

#define CMAN_OPTF_TWO_NODE	(1U << 0)
#define CMAN_OPTF_WAIT_FOR_ALL	(1U << 1)
#define CMAN_OPTF_REBOOT_FENCES	(1U << 2)

void cman_options_from(struct cman_options *options,
		       const struct cman_config *config);
/* The first option that differs. */
enum cman_option cman_options_compare(const struct cman_options *a,
				      const struct cman_options *b);

/**
 * struct cman_msg - one inner message, decoded
 * @type: enum cman_msg_type; says which of the rest is meaningful
 * @lifetime: all zero from a node without history
 * @generation: the sender's view; in DECIDE: the view whose members decided
 * @slot: HELLO, LEARN: last decided; PREPARE..DECIDE: the one it is about
 * @ballot: PREPARE..ACCEPTED, FORM_*: the ballot; NACKs: the one promised;
 *	    HELLO: the highest promised
 * @ballot_incarnation: FORM_*: which life of the proposer the ballot is of
 * @accepted: PROMISE: ballot of @value, 0 when none was accepted
 * @accepted_incarnation: FORM_PROMISE: the same for @accepted
 * @incarnation: CHALLENGE, REFUSED, EVICTED: whom it is for
 * @nonce: CHALLENGE; JOIN: the echo, 0 none
 * @answers: JOIN: how often its life answered a challenge, or gave that up;
 *	     CHALLENGE: the same as in the JOIN that led to it
 * @deaf: HELLO: set of nodes that the sender does not hear
 * @lowest: HELLO: all members that it does hear have decided up to here
 * @over: ACCEPT: set of deciders whose lives are certainly over
 * @progress_age_ms: HELLO
 * @role: HELLO
 * @flags: HELLO: CMAN_HELLO_*
 * @code: REFUSED: enum cman_option; EVICTED: enum vcs_leave_reason
 * @options: HELLO
 * @attest: JOIN, FORM_PROMISE
 * @value: PROMISE, ACCEPT, DECIDE, FORM_PROMISE, FORM_ACCEPT: an encoded
 *	   decision; SUBMIT: encoded records; points into the packet
 * @value_len: its length
 */
struct cman_msg {
	u8 type;
	u8 role;
	u8 flags;
	u8 code;
	u32 progress_age_ms;
	struct vcs_lifetime lifetime;
	u64 generation;
	u64 slot;
	u64 ballot;
	u64 ballot_incarnation;
	u64 accepted;
	u64 accepted_incarnation;
	u64 incarnation;
	u64 nonce;
	u32 answers;
	u64 deaf;
	u64 lowest;
	u64 over;
	struct cman_options options;
	struct vcs_attest attest;
	const u8 *value;
	size_t value_len;
};

/* Bytes written, or 0 when it does not fit. */
size_t cman_msg_encode(const struct cman_msg *msg, u8 *buf, size_t max);
enum cman_drop cman_msg_decode(struct cman_msg *msg, const u8 *buf, size_t len);

/* A decision is a view or a batch of records. */
#define CMAN_VALUE_VIEW		1
#define CMAN_VALUE_RECORDS	2

/**
 * struct cman_entry - a member, with what every coordinator must know of it
 * @rec_seq: its last record that was decided
 * @nonce: the challenge it answered; it takes this view as its first only if
 *	   that was the last one it answered; 0 at formation
 */
struct cman_entry {
	u32 nodeid;
	u32 flags;		/* VCS_MEMBER_* */
	u64 incarnation;
	u64 joined_generation;
	u64 rec_seq;
	u64 nonce;
	u64 load_id;
	u8 machine_id[VCS_MACHINE_ID_LEN];
};

/* The last life of a node that was a member and is not. */
struct cman_known {
	u32 nodeid;
	bool clean;		/* it left by itself: harmless */
	u64 incarnation;
	u64 load_id;
	u8 machine_id[VCS_MACHINE_ID_LEN];
};

/**
 * struct cman_state - what a VIEW decision fixes: the whole replicated state
 * @lifetime: in all of its views
 * @generation: of this view
 * @members: sorted by nodeid
 * @departed: since the view before
 * @known: sorted by nodeid; never a member
 */
struct cman_state {
	struct vcs_lifetime lifetime;
	u64 generation;
	u32 nr_members;
	u32 nr_departed;
	u32 nr_known;
	struct cman_entry members[CMAN_NODES_MAX];
	struct vcs_departed departed[CMAN_NODES_MAX];
	struct cman_known known[CMAN_NODES_MAX];
};

size_t cman_state_encode(const struct cman_state *state, u8 *buf, size_t max);
enum cman_drop cman_state_decode(struct cman_state *state, const u8 *buf,
				 size_t len);

struct cman_record {
	u32 nodeid;		/* whose */
	u64 seq;
	const u8 *data;
	size_t len;
};

/*
 * A batch: cman_batch_start(), then cman_batch_add() until it answers false
 * (no room below @max), which leaves the batch as it was.
 */
size_t cman_batch_start(u8 *buf);
bool cman_batch_add(u8 *buf, size_t *len, size_t max,
		    const struct cman_record *record);
/* The whole batch is well formed: NONE. Then walk it with next(). */
enum cman_drop cman_batch_check(const u8 *buf, size_t len);
bool cman_batch_next(const u8 *buf, size_t len, size_t *pos,
		     struct cman_record *record);

#endif /* _CMAN_WIRE_H */
