/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure core and the shell around it say to each other: the static
 * configuration, the events that go in, the actions that come out.
 *
 * The pure core allocates nothing, takes no lock, reads no clock, draws no
 * random number and does no I/O. All its memory is the caller's. Call it with
 * one event at a time (the engine's lock); perform what it put into the list
 * of actions:
 *
 *  - SEND at once after unlocking, in any order; it may be lost.
 *  - VIEW, RECORD, QUORATE, FENCE, ASK_ADMIT, SUSPECT, EVICTED, LEFT,
 *    JOIN_REFUSED and SUBMIT_READY in the order of the list, and in the order
 *    of the lists, by one work item: append them to its queue before the lock
 *    is dropped. When that queue has not CMAN_ACTIONS_ROOM left, set @busy in
 *    events; the core then emits nothing ordered until it is clear again.
 *  - LOG when convenient; it may be dropped. It never means anything.
 *
 * What an action points to lives until the next event is given.
 *
 * The only timer is the tick: one TICK every heartbeat_ms.
 */
#ifndef _CMAN_TYPES_H
#define _CMAN_TYPES_H

#include "pure.h"

#define CMAN_NODES_MAX 64		/* one u64 is a set of nodes */
#define CMAN_VALUE_MAX 7168		/* an encoded view of 64 nodes */
#define CMAN_MSG_MAX (CMAN_VALUE_MAX + 128)	/* an inner message */
#define CMAN_BATCH_MAX 1200		/* records of one decision, encoded */
#define CMAN_BATCH_RECORDS 16		/* ... and how many */
#define CMAN_SUBMIT_MAX 16		/* records of this node under way */

struct cman_node {
	u32 nodeid;
	u32 votes;
};

/**
 * struct cman_config - what does not change from join to leave
 * @nodeid: the local node; must be in @nodes
 * @nr_nodes: length of @nodes
 * @nodes: all configured nodes, sorted by nodeid; their indexes are the bits
 *	   of every set of nodes
 * @table_digest: any digest of @nodes that differs when they do, computed the
 *		  same way on every node
 * @heartbeat_ms: period of the tick
 * @dead_after: missed heartbeats that make a node suspect
 * @stall_ms: a node whose process context made no progress for longer counts
 *	      as failed
 * @fence_delay_ms: how long the higher nodeid of two waits before it fences
 * @formation_wait_ms: how long a node looks for a living cluster before it
 *		       may take part in forming one; > heartbeat_ms * dead_after
 * @two_node: two nodes of one vote each; quorum is 1, removal needs a fence
 * @wait_for_all: form only when all configured nodes are there
 * @reboot_fences: storage drops the queued I/O of a host that restarted
 * @hold_ms: how long a node may be silent before it is suspect, while nobody
 *	     says that it is lost; 0: dead_after heartbeats. Longer ones are for
 *	     a shell that may be restarted, under a transport that sees losses
 * @one_by_one: at most one decision an event, for a shell that stores each one
 *		before it acts on it
 * @void_records: what was submitted and not delivered before a new view is
 *		  void; the shell submits anew what is still true
 */
struct cman_config {
	u32 nodeid;
	u32 nr_nodes;
	struct cman_node nodes[CMAN_NODES_MAX];
	u64 table_digest;
	u32 heartbeat_ms;
	u32 dead_after;
	u32 stall_ms;
	u32 fence_delay_ms;
	u32 formation_wait_ms;
	bool two_node;
	bool wait_for_all;
	bool reboot_fences;
	u32 hold_ms;
	bool one_by_one;
	bool void_records;
};

/* The options that every node must agree on; why a join is refused. */
enum cman_option {
	CMAN_OPT_NONE,
	CMAN_OPT_NODES,			/* nodeids or votes */
	CMAN_OPT_HEARTBEAT,
	CMAN_OPT_DEAD_AFTER,
	CMAN_OPT_STALL,
	CMAN_OPT_FORMATION_WAIT,
	CMAN_OPT_TWO_NODE,
	CMAN_OPT_WAIT_FOR_ALL,
	CMAN_OPT_REBOOT_FENCES,
	/* Not an option: */
	CMAN_OPT_NODEID_IN_USE,		/* another living node has it */
	CMAN_OPT_INCARNATION_OVER,	/* join again; the cluster moved on */
	CMAN_OPT_COUNT
};

enum cman_event_type {
	CMAN_EV_TICK,
	CMAN_EV_PACKET,
	CMAN_EV_SUBMIT,
	CMAN_EV_LEAVE,
	CMAN_EV_FENCED,
	CMAN_EV_ADMIT,
	CMAN_EV_LOST,
};

/**
 * struct cman_event - one thing that happened
 * @type: which member of the union holds
 * @busy: the queue of ordered actions has no room
 * @now_ms: monotonic, never goes back
 * @random: fresh random bits, unpredictable, in every event
 * @tick.late_ms: how much later than due this tick runs
 * @tick.progress_age_ms: since when process context has made no progress
 * @packet: authenticated and not a replay: who sent it, what was inside
 * @submit: a record of 1..VCS_RECORD_MAX bytes, copied; see cman_actions.result
 * @fenced: the answer to CMAN_ACT_FENCE with that cookie; success only if it
 *	    was an explicit one
 * @admit: the answer to CMAN_ACT_ASK_ADMIT with that cookie
 * @lost.nodes: set of indexes: the transport knows that they are out of reach;
 *		until they are heard again. Empty: nothing happened, go on
 */
struct cman_event {
	enum cman_event_type type;
	bool busy;
	u64 now_ms;
	u64 random;
	union {
		struct {
			u32 late_ms;
			u32 progress_age_ms;
		} tick;
		struct {
			u32 nodeid;
			u64 incarnation;
			const u8 *data;
			size_t len;
		} packet;
		struct {
			const u8 *data;
			size_t len;
		} submit;
		struct {
			u64 cookie;
			bool success;
		} fenced;
		struct {
			u64 cookie;
			bool yes;
		} admit;
		struct {
			u64 nodes;
		} lost;
	};
};

/* Why quorate is what it is; text in the shell. */
enum cman_quorum_why {
	CMAN_Q_OK,
	CMAN_Q_VOTES,		/* have < need */
	CMAN_Q_BEHIND,		/* others know a newer view */
	CMAN_Q_WAIT_FENCE,	/* two_node: the peer is silent, not yet fenced */
};

enum cman_suspect_why {
	CMAN_SUSPECT_NONE,
	CMAN_SUSPECT_SILENT,	/* no heartbeat heard here */
	CMAN_SUSPECT_STALLED,	/* its process context makes no progress */
	CMAN_SUSPECT_LOST,	/* the transport does not reach it */
};

/* The decision log's material. @a and @b are as the comment says. */
enum cman_log_code {
	CMAN_LOG_HISTORY_FOUND,	/* nodeid is in a cluster: join, do not form */
	CMAN_LOG_FORM_PROPOSE,	/* a: set of nodes, b: ballot */
	CMAN_LOG_FORM_RECOVERED,/* finishes a formation accepted before; b: ballot */
	CMAN_LOG_PREPARE,	/* takes over or starts a generation; a: generation, b: ballot */
	CMAN_LOG_RECOVERED,	/* finishes a decision accepted before; a: slot, b: its ballot */
	CMAN_LOG_PROPOSE_VIEW,	/* a: generation, b: set of nodes it removes */
	CMAN_LOG_DEAD,		/* nodeid: agreed dead; a: set of accusers */
	CMAN_LOG_EVICT,		/* nodeid: broken links; a: set it cannot talk to */
	CMAN_LOG_QUORUM_LOST,	/* decides by accounting for each decider; a: set missing */
	CMAN_LOG_FENCE_FIRST,	/* nodeid must be fenced before a decision */
	CMAN_LOG_SUPERSEDED,	/* nodeid came back and counts as fenced */
	CMAN_LOG_JOIN_HELD,	/* nodeid may not join yet */
	CMAN_LOG_JOIN_READY,	/* nodeid answered the challenge */
	CMAN_LOG_REFUSED,	/* nodeid disagrees; a: enum cman_option */
	CMAN_LOG_STARVED,	/* this node was late; a: ms */
	CMAN_LOG_GIVES_UP,	/* another lifetime is quorate; this one is over */
};

enum cman_action_type {
	CMAN_ACT_SEND,
	CMAN_ACT_VIEW,
	CMAN_ACT_RECORD,
	CMAN_ACT_QUORATE,
	CMAN_ACT_FENCE,
	CMAN_ACT_ASK_ADMIT,
	CMAN_ACT_SUSPECT,
	CMAN_ACT_EVICTED,
	CMAN_ACT_LEFT,
	CMAN_ACT_JOIN_REFUSED,
	CMAN_ACT_SUBMIT_READY,
	CMAN_ACT_LOG,
};

/* Maps one to one on struct vcs_view_update. */
struct cman_view {
	struct vcs_lifetime lifetime;
	u64 generation;
	u32 expected_votes;
	u32 quorum;
	u32 nr_members;
	u32 nr_departed;
	struct vcs_member members[CMAN_NODES_MAX];
	struct vcs_departed departed[CMAN_NODES_MAX];
};

/**
 * struct cman_action - one thing to do
 * @type: which member of the union holds
 * @send.dst: set of indexes into config.nodes, never the local one; the same
 *	      bytes to each
 * @view: publish it
 * @record: deliver it; @from a nodeid
 * @quorate: @have and @need are votes
 * @fence: vcs_provider_fence(); answer with CMAN_EV_FENCED, exactly once.
 *	   An incarnation of 0 means every earlier life.
 * @ask_admit: vcs_may_join(nodeid, settled); answer with CMAN_EV_ADMIT
 * @suspect: vcs_report_suspect()
 * @evicted: vcs_report_evicted(); the core does nothing from now on
 * @left: the leave is decided; the core does nothing from now on
 * @refused: vcs_join_failed(); the core does nothing from now on
 * @log: for the decision log
 */
struct cman_action {
	enum cman_action_type type;
	union {
		struct {
			u64 dst;
			const u8 *data;
			size_t len;
		} send;
		const struct cman_view *view;
		struct {
			u32 from;
			u64 generation;
			const u8 *data;
			size_t len;
		} record;
		struct {
			bool quorate;
			enum cman_quorum_why why;
			u64 generation;
			u32 have;
			u32 need;
			u32 nodeid;	/* whom CMAN_Q_WAIT_FENCE waits for */
		} quorate;
		struct {
			u32 nodeid;
			u64 incarnation;
			u64 cookie;
		} fence;
		struct {
			u32 nodeid;
			u64 incarnation;
			bool settled;
			u64 cookie;
		} ask_admit;
		struct {
			u32 nodeid;
			bool suspect;
			enum cman_suspect_why why;
		} suspect;
		struct {
			enum vcs_leave_reason reason;
		} evicted;
		struct {
			enum cman_option option;
			u32 by;		/* nodeid that disagrees */
		} refused;
		struct {
			enum cman_log_code code;
			u32 nodeid;
			u64 incarnation;
			u64 a;
			u64 b;
		} log;
	};
};

/* Worst case of one event; the simulator fails when it is ever exceeded. */
#define CMAN_ACTIONS_MAX 384
#define CMAN_ARENA_SIZE (6 * CMAN_MSG_MAX + 16384)
#define CMAN_VIEWS_PER_EVENT 2
/* What the ordered actions of one event need at most, views and records in it. */
#define CMAN_ACTIONS_ROOM (CMAN_ACTIONS_MAX * sizeof(struct cman_action) + \
			   CMAN_VIEWS_PER_EVENT * sizeof(struct cman_view) + \
			   16384)

/* Why a packet did nothing; for the shell's counters. */
enum cman_drop {
	CMAN_DROP_NONE,
	CMAN_DROP_SHORT,	/* shorter than it says or must be */
	CMAN_DROP_LONG,		/* bytes left over */
	CMAN_DROP_TYPE,		/* unknown message */
	CMAN_DROP_RANGE,	/* a count or an id out of range */
	CMAN_DROP_SENDER,	/* not a configured node, or ourselves */
	CMAN_DROP_LIFETIME,
	CMAN_DROP_STALE,	/* an old generation, ballot or incarnation */
	CMAN_DROP_STATE,	/* not for the state this node is in */
	CMAN_DROP_OPTIONS,	/* its options disagree */
	/* Found by the outer header, cman_outer_decode(): */
	CMAN_DROP_MAGIC,
	CMAN_DROP_VERSION,
	CMAN_DROP_CLUSTER,
	/* For the shell: */
	CMAN_DROP_AUTH,
	CMAN_DROP_REPLAY,
	CMAN_DROP_MEMORY,
	CMAN_DROP_COUNT
};

/**
 * struct cman_actions - what one event led to
 * @nr: length of @list
 * @overflow: something did not fit; a bug
 * @drop: for CMAN_EV_PACKET
 * @result: for CMAN_EV_SUBMIT: 0, -EAGAIN (CMAN_ACT_SUBMIT_READY will come),
 *	    -ENOTCONN, -EMSGSIZE
 * @list: in order
 * @nr_views: in use in @views
 * @used: in use in @arena
 * @views: what VIEW actions point to
 * @arena: what SEND and RECORD actions point to
 */
struct cman_actions {
	u32 nr;
	bool overflow;
	enum cman_drop drop;
	int result;
	struct cman_action list[CMAN_ACTIONS_MAX];
	u32 nr_views;
	u32 used;
	struct cman_view views[CMAN_VIEWS_PER_EVENT];
	u8 arena[CMAN_ARENA_SIZE];
};

#endif /* _CMAN_TYPES_H */
