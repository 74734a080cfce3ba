/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the state machine remembers. Only sm*.c and monitor.c look inside.
 *
 * Sets of nodes are u64, bit i is config.nodes[i]. "Entry" is a member of the
 * current view. Times are in ms on the caller's clock; 0 is never.
 */
#ifndef _CMAN_STATE_H
#define _CMAN_STATE_H

#include "types.h"
#include "wire.h"

#define CMAN_RING 8	/* recent decisions kept for those who are behind */

/* One life of a node, as heard. */
struct cman_track {
	u64 incarnation;	/* 0: none */
	u64 heard_ms;		/* last HELLO; 0: never */
	u64 deadline_ms;	/* suspect from then on */
	struct vcs_lifetime lifetime;
	u64 generation;
	u64 slot;
	u64 deaf;
	u64 lowest;		/* slot of all that it hears */
	enum cman_role role;
	bool quorate;
	bool stalled;
	enum cman_option disagrees;
};

/* Must (nodeid, incarnation) be fenced before a decision, and was it? */
struct cman_fence_first {
	u64 incarnation;
	u64 cookie;		/* of the question under way; 0 none */
	u64 retry_ms;
	bool counts;		/* for @fenced: since @accounted, @base */
};

/* A node that wants in, as the coordinator knows it. */
struct cman_candidate {
	u64 incarnation;	/* 0: none */
	u64 nonce;		/* the challenge it must answer */
	u64 nonce_before;	/* ... or may be answering yet */
	u32 answers;		/* how many it had answered when last heard */
	bool bound;		/* the last of them was ours */
	u32 lost;		/* how often it went from us to somebody else */
	u64 wait_ms;		/* until then it is theirs */
	u64 heard_ms;		/* last JOIN */
	struct vcs_attest attest;
	bool answered;		/* some challenge of ours, once */
	bool fresh;		/* the challenge of this epoch */
	bool settled;
	bool admitted;
	u64 admit_ms;
	bool held;		/* the core above said no */
	u64 admit_cookie;
	u64 ask_slot;		/* the answer is about this point of the order */
	u64 ask_words;		/* ... and about what was said of quorum by then */
	u64 ask_ms;		/* not before */
	u64 since_ms;		/* first JOIN */
};

struct cman_peer {
	struct cman_track member;	/* the life that is in the view */
	struct cman_track other;	/* any other life */
	struct cman_fence_first fence;
	struct cman_candidate cand;
	u64 bad_since_ms;	/* in the set to remove */
	bool suspect;		/* as last reported to the core above */
};

struct cman_decided {
	u64 slot;
	u64 generation;		/* whose members decided */
	u32 len;
	u8 value[CMAN_VALUE_MAX];
};

enum cman_leader_phase {
	CMAN_IDLE,
	CMAN_PREPARING,
	CMAN_LEADING,
};

struct cman_leader {
	enum cman_leader_phase phase;
	bool proposing;
	u64 ballot;
	u64 answered;		/* who promised, or accepted */
	u64 best;		/* highest accepted ballot among the promises */
	u64 not_before_ms;	/* back off after a higher ballot */
	u64 started_ms;		/* this phase or proposal */
	u32 number;		/* of the highest ballot seen */
	u32 len;
	u8 value[CMAN_VALUE_MAX];
};

struct cman_acceptor {
	u64 promised;
	u64 ballot;		/* of the value; 0 none */
	u32 len;
	u8 value[CMAN_VALUE_MAX];
};

struct cman_fballot {
	u64 ballot;
	u64 incarnation;
};

struct cman_formation {
	struct cman_fballot promised;
	struct cman_fballot accepted;
	u32 len;		/* of the accepted value */
	u8 value[CMAN_VALUE_MAX];
	/* As proposer: */
	enum cman_leader_phase phase;
	u64 ballot;
	u64 answered;
	struct cman_fballot best;
	u64 not_before_ms;
	u64 started_ms;
	u32 number;
	u32 prop_len;
	u8 prop[CMAN_VALUE_MAX];
	struct vcs_attest attest[CMAN_NODES_MAX];
	u64 incarnation[CMAN_NODES_MAX];
};

struct cman_submit {
	u64 seq;
	u32 len;
	u8 data[VCS_RECORD_MAX];
};

struct cman_batch {
	u32 len;
	u8 data[CMAN_BATCH_MAX];
};

struct cman_sm {
	struct cman_config config;
	struct cman_options options;
	struct vcs_attest attest;
	struct vcs_lifetime candidate;
	u64 incarnation;
	u32 self;		/* index */
	u32 expected;		/* votes */
	u32 quorum;		/* votes that decide */
	u32 need;		/* votes that must be present; 1 with two_node */
	u64 all;		/* set of the configured nodes */

	/* The event at hand. */
	u64 now;
	u64 random;
	bool busy;
	struct cman_actions *out;

	enum cman_role role;
	bool leaving;
	bool lingering;		/* left; tells those who have not heard */
	u64 linger_until_ms;
	u64 progress_age_ms;
	u64 learn_ms;		/* last asked for decisions */
	u64 cookie;		/* last one given out */

	/* History: decided up to @slot; @state is of the last view in it. */
	struct cman_state state;
	u64 slot;
	u64 view_slot;		/* of @state */
	u64 members;		/* set */
	u8 entry_of[CMAN_NODES_MAX];	/* index in config to one in @state */
	struct cman_decided ring[CMAN_RING];	/* by slot modulo */

	struct cman_acceptor acceptor;
	struct cman_leader leader;
	struct cman_formation form;

	/* Without history. */
	u64 seek_since_ms;
	u64 history_ms;		/* last heard a node with history */
	u64 bound;		/* the challenge answered last; 0 none */
	u32 answers;		/* how often @bound has changed */

	/* Detection. */
	struct cman_peer peers[CMAN_NODES_MAX];
	u64 lost;		/* set that the transport does not reach */
	u64 deaf;		/* set that this node does not hear */
	u64 dead;		/* members: agreed to be dead */
	u64 evict;		/* members: to go for broken links */
	u64 leavers;		/* members that asked to leave */
	u64 starved_ms;		/* last late tick */
	u64 inquorate_since_ms;

	/* Deciding without a quorum of deciders. */
	u64 lost_since_ms;
	u64 accounted_ms;	/* when @accounted grew last */
	u64 accounted;		/* silent deciders that are fenced or superseded */
	u64 over;		/* such, by a proposal that was accepted here */
	u64 base;		/* here without a break, since before @fenced */
	u64 fenced;		/* every earlier life fenced, since @accounted, @base */
	u64 cleared;		/* the earlier lives known here are fenced */

	/* Quorate, as last said. */
	bool quorate;
	enum cman_quorum_why why;
	u64 said_generation;
	bool cut_off;		/* two_node: fenced, and told so by the other */
	u64 words;		/* how often it was said */

	/* Records. */
	u64 next_seq;
	u32 nr_submits;
	u32 first_submit;
	bool submit_full;
	struct cman_submit submits[CMAN_SUBMIT_MAX];
	struct cman_batch batches[CMAN_NODES_MAX];	/* at the coordinator */

	/* Scratch; large objects do not go on the stack. */
	struct cman_state next;
	u8 buf[CMAN_MSG_MAX];
};

#endif /* _CMAN_STATE_H */
