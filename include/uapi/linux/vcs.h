/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Virtual Cluster Switch: the generic netlink family "vcs".
 *
 * Every command acts in the network namespace of the socket. Mutating
 * commands (marked "admin") need CAP_NET_ADMIN in the initial user namespace;
 * VCS_CMD_FENCE_CONFIRM needs CAP_SYS_ADMIN there as well. A refusal carries
 * an extended ack that names the attribute and the remedy.
 *
 * VCS_CMD_JOIN (admin)
 *	CLUSTER (string), PROVIDER (string), OPTIONS (string, optional:
 *	comma-separated key=value words), KEY (binary, optional, 32 bytes).
 *	Accepted at once (0); the provider may first have to be loaded. The
 *	outcome is a CLUSTER_STATE event: MEMBER, or LEFT with ERROR and REASON.
 *	After LEFT there is no such cluster any more, for VCS_CMD_GET_CLUSTER
 *	either (-ENOENT): listen to the group "events" before.
 *	-EEXIST the name is in use here; -EINVAL a word in OPTIONS;
 *	-EBUSY stateful listeners of an earlier life have not let go.
 *
 * VCS_CMD_LEAVE (admin)
 *	CLUSTER, FORCE (flag, optional). Outcome as for JOIN.
 *	-EBUSY a stateful listener is registered; -EAGAIN during recovery;
 *	-ESHUTDOWN it is being left already.
 *
 * VCS_CMD_GET_PROVIDER (dump)
 *	One message each: PROVIDER, FEATURES, OWNER (module), IN_USE.
 *
 * VCS_CMD_GET_CLUSTER (do: CLUSTER; dump)
 *	CLUSTER, PROVIDER, STATE, LIFETIME, GENERATION, QUORATE, REASON,
 *	VOTES, EXPECTED_VOTES, QUORUM, LOCAL_NODE, INCARNATION, NR_MEMBERS,
 *	ERROR (of an end that has begun, or 0), WAITING_FOR.
 *
 * VCS_CMD_GET_NODE (dump: CLUSTER)
 *	NODEID, INCARNATION, VOTES, JOINED_GENERATION, NODE_STATE.
 *
 * VCS_CMD_GET_LISTENER (dump: CLUSTER)
 *	LISTENER, LEVEL, FLAGS, PHASE, WAITING_FOR, SINCE_MS, GENERATION.
 *
 * VCS_CMD_GET_FENCE (dump: CLUSTER)
 *	NODEID, INCARNATION, FENCE_STATE, ACTOR, METHOD, REASON, TRIES,
 *	SINCE_MS, REQUEST.
 *
 * VCS_CMD_GET_LOG (dump: CLUSTER)
 *	LOG_SEQ, TIME_NS (CLOCK_REALTIME), LOG_CODE, NODEID, INCARNATION,
 *	GENERATION, TEXT.
 *
 * VCS_CMD_FENCE (admin)
 *	CLUSTER, NODEID, INCARNATION (optional), REASON (string, optional). Ask
 *	the cluster to fence the current incarnation of a node, if it is the
 *	one that is meant. -ENOENT no such member; -ESTALE another incarnation
 *	is the member.
 *
 * VCS_CMD_FENCE_CONFIRM (admin)
 *	CLUSTER, NODEID, INCARNATION (optional). The administrator states that
 *	the node can do no more I/O: of what is pending now, or of the fence
 *	with this INCARNATION and those before it alone. -ENOENT no fence of
 *	that node is pending; -ESTALE not this one, but another.
 *
 * VCS_CMD_FENCE_ACCEPT (admin, from a fence daemon)
 *	CLUSTER, REQUEST. Take a request announced by VCS_CMD_FENCE_READY. The
 *	reply carries NODEID, INCARNATION, REASON, TIMEOUT_MS and COOKIE.
 *	-ENOENT nothing to do; -EBUSY somebody else has it.
 *
 * VCS_CMD_FENCE_DONE (admin, from the daemon that accepted, same socket)
 *	CLUSTER, REQUEST, COOKIE, RESULT, TEXT (optional: what the agent said).
 *	-ESTALE the request is over: nothing changes, but when it was cancelled
 *	the answer goes into the decision log; -EPERM not the acceptor.
 *
 * VCS_CMD_FENCE_READY (group "fence", needs CAP_NET_ADMIN)
 *	CLUSTER, REQUEST, NODEID: a request waits for ACCEPT. After ENOBUFS,
 *	dump.
 *
 * VCS_CMD_FENCE_CANCELLED (group "fence")
 *	CLUSTER, REQUEST, NODEID: a request is over without an answer, accepted
 *	or not: settled in another way, quorum or time is lost, the cluster
 *	ends. Kill its agent at once: the node may be let in again. GET_FENCE
 *	lists a request until then; look there before each further try.
 *
 * VCS_CMD_EVENT (group "events")
 *	EVENT_SEQ, EVENT, TIME_NS, CLUSTER and what belongs to the event. After
 *	a gap in EVENT_SEQ or ENOBUFS: dump again.
 */
#ifndef _UAPI_LINUX_VCS_H
#define _UAPI_LINUX_VCS_H

#define VCS_GENL_NAME		"vcs"
#define VCS_GENL_VERSION	1
#define VCS_GENL_GROUP_EVENTS	"events"
#define VCS_GENL_GROUP_FENCE	"fence"

/* Longest names, without the terminating zero. */
#define VCS_NAME_MAX		31
#define VCS_OPTIONS_MAX		1023
#define VCS_REASON_MAX		127
#define VCS_TEXT_MAX		191
#define VCS_KEY_LEN		32
#define VCS_LIFETIME_LEN	16

enum vcs_cmd {
	VCS_CMD_UNSPEC,
	VCS_CMD_JOIN,
	VCS_CMD_LEAVE,
	VCS_CMD_GET_PROVIDER,
	VCS_CMD_GET_CLUSTER,
	VCS_CMD_GET_NODE,
	VCS_CMD_GET_LISTENER,
	VCS_CMD_GET_FENCE,
	VCS_CMD_GET_LOG,
	VCS_CMD_FENCE,
	VCS_CMD_FENCE_CONFIRM,
	VCS_CMD_FENCE_ACCEPT,
	VCS_CMD_FENCE_DONE,
	VCS_CMD_FENCE_READY,
	VCS_CMD_EVENT,
	VCS_CMD_FENCE_CANCELLED,

	__VCS_CMD_MAX,
	VCS_CMD_MAX = __VCS_CMD_MAX - 1
};

enum vcs_attr {
	VCS_A_UNSPEC,
	VCS_A_PAD,
	VCS_A_CLUSTER,			/* string */
	VCS_A_PROVIDER,			/* string */
	VCS_A_OPTIONS,			/* string */
	VCS_A_KEY,			/* binary, VCS_KEY_LEN */
	VCS_A_FORCE,			/* flag */
	VCS_A_FEATURES,			/* u32, VCS_FEATURE_* */
	VCS_A_OWNER,			/* string */
	VCS_A_IN_USE,			/* u32 */
	VCS_A_STATE,			/* u32, enum vcs_cluster_state */
	VCS_A_LIFETIME,			/* binary, VCS_LIFETIME_LEN */
	VCS_A_GENERATION,		/* u64 */
	VCS_A_QUORATE,			/* u8 */
	VCS_A_REASON,			/* string */
	VCS_A_VOTES,			/* u32 */
	VCS_A_EXPECTED_VOTES,		/* u32 */
	VCS_A_QUORUM,			/* u32 */
	VCS_A_LOCAL_NODE,		/* u32 */
	VCS_A_NODEID,			/* u32 */
	VCS_A_INCARNATION,		/* u64 */
	VCS_A_JOINED_GENERATION,	/* u64 */
	VCS_A_NR_MEMBERS,		/* u32 */
	VCS_A_NODE_STATE,		/* u32, enum vcs_node_state */
	VCS_A_ERROR,			/* s32, negative errno */
	VCS_A_WAITING_FOR,		/* string */
	VCS_A_LISTENER,			/* string */
	VCS_A_LEVEL,			/* u32, enum vcs_level */
	VCS_A_FLAGS,			/* u32, VCS_LISTENER_* */
	VCS_A_PHASE,			/* u32, enum vcs_phase */
	VCS_A_SINCE_MS,			/* u64, age in ms */
	VCS_A_FENCE_STATE,		/* u32, enum vcs_fence_state */
	VCS_A_ACTOR,			/* u32, nodeid; 0 nobody */
	VCS_A_METHOD,			/* string */
	VCS_A_TRIES,			/* u32 */
	VCS_A_REQUEST,			/* u64 */
	VCS_A_COOKIE,			/* u64 */
	VCS_A_RESULT,			/* u32, enum vcs_fence_result */
	VCS_A_TIMEOUT_MS,		/* u32 */
	VCS_A_TEXT,			/* string */
	VCS_A_LOG_SEQ,			/* u64 */
	VCS_A_LOG_CODE,			/* u32, enum vcs_log_code */
	VCS_A_TIME_NS,			/* u64 */
	VCS_A_EVENT_SEQ,		/* u64 */
	VCS_A_EVENT,			/* u32, enum vcs_event */

	__VCS_A_MAX,
	VCS_A_MAX = __VCS_A_MAX - 1
};

/* What a provider offers. */
#define VCS_FEATURE_RECORDS	(1U << 0)	/* ordered records */
#define VCS_FEATURE_FENCE_FIRST	(1U << 1)	/* may ask for a fence before a removal */

enum vcs_cluster_state {
	VCS_CLUSTER_LOADING,	/* waiting for the provider module */
	VCS_CLUSTER_JOINING,	/* the provider is at it; no view yet */
	VCS_CLUSTER_MEMBER,	/* the local node is in the view */
	VCS_CLUSTER_FROZEN,	/* the provider is lost; it may recover */
	VCS_CLUSTER_LEAVING,
	VCS_CLUSTER_EVICTED,	/* removed by the others; listeners must let go */
	VCS_CLUSTER_LEFT,	/* over; the object goes with its last reference */
};

enum vcs_node_state {
	VCS_NODE_MEMBER,
	VCS_NODE_SUSPECT,	/* a member, but its provider doubts it */
};

/* Bottom up in recovery, top down in stop. */
enum vcs_level {
	VCS_LEVEL_FENCE,
	VCS_LEVEL_LOCK,
	VCS_LEVEL_FS,
	VCS_LEVEL_USER,
	VCS_LEVEL_OBSERVER,
};

#define VCS_LISTENER_STATEFUL		(1U << 0)
#define VCS_LISTENER_NEED_QUORUM	(1U << 1)
#define VCS_LISTENER_NEED_FENCED	(1U << 2)

enum vcs_phase {
	VCS_PHASE_STOPPING,	/* stop() called, not yet complete */
	VCS_PHASE_GATES,	/* stopped; waits for what WAITING_FOR says */
	VCS_PHASE_STARTING,	/* start() called, not yet done */
	VCS_PHASE_DONE,		/* done; waits for the others of its level */
	VCS_PHASE_RUNNING,	/* finished; nothing to do */
	VCS_PHASE_EVICTED,
};

enum vcs_fence_state {
	VCS_FENCE_PENDING,	/* nobody has claimed it */
	VCS_FENCE_CLAIMED,	/* ACTOR is at it */
	VCS_FENCE_FENCED,	/* explicit success; the gate is open */
};

/* Only SUCCESS is a success; everything else means "unknown". */
enum vcs_fence_result {
	VCS_FENCE_UNKNOWN,
	VCS_FENCE_SUCCESS,
	VCS_FENCE_FAILED,
};

/* Why a node is no longer a member. */
enum vcs_leave_reason {
	VCS_LEAVE_CLEAN,
	VCS_LEAVE_FAILED,
	VCS_LEAVE_REMOVED,	/* evicted to keep the rest whole */
	VCS_LEAVE_INCONSISTENT,
	VCS_LEAVE_ABSENT,	/* configured, but not there at formation */
};

enum vcs_event {
	VCS_EVENT_CLUSTER_STATE,	/* STATE, ERROR, REASON */
	VCS_EVENT_VIEW,			/* GENERATION, NR_MEMBERS, LIFETIME */
	VCS_EVENT_QUORUM,		/* QUORATE, REASON */
	VCS_EVENT_NODE_JOINED,		/* NODEID, INCARNATION */
	VCS_EVENT_NODE_LEFT,		/* NODEID, INCARNATION, REASON */
	VCS_EVENT_NODE_FAILED,		/* NODEID, INCARNATION, REASON */
	VCS_EVENT_SUSPECT,		/* NODEID, NODE_STATE, TEXT */
	VCS_EVENT_FENCE,		/* NODEID, INCARNATION, FENCE_STATE, ... */
	VCS_EVENT_LISTENER,		/* LISTENER, PHASE, WAITING_FOR */
	VCS_EVENT_LOG,			/* LOG_SEQ, LOG_CODE, NODEID, TEXT */
};

/* Reason codes of the decision log. */
enum vcs_log_code {
	VCS_LOG_JOIN,
	VCS_LOG_LEAVE,
	VCS_LOG_STATE,
	VCS_LOG_VIEW,
	VCS_LOG_MEMBER_JOINED,
	VCS_LOG_MEMBER_LEFT,
	VCS_LOG_MEMBER_FAILED,
	VCS_LOG_QUORUM,
	VCS_LOG_SUSPECT,
	VCS_LOG_FENCE_REQUEST,
	VCS_LOG_FENCE_CLAIM,
	VCS_LOG_FENCE_ATTEMPT,
	VCS_LOG_FENCE_RESULT,
	VCS_LOG_FENCE_SETTLED,
	VCS_LOG_LISTENER,
	VCS_LOG_OVERDUE,
	VCS_LOG_EVICTED,
	VCS_LOG_REFUSED,	/* an illegal upcall or record */
	VCS_LOG_PROVIDER,	/* the provider's own words */
	VCS_LOG_SYNC,
};

#endif /* _UAPI_LINUX_VCS_H */
