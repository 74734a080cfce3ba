/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The words that people read for the numbers of the UAPI, once for the kernel
 * and for the tools: each is the inside of an initializer of strings. Needs
 * <linux/vcs.h>, and nothing else.
 */
#ifndef _VCS_WORDS_H
#define _VCS_WORDS_H

/* enum vcs_cluster_state */
#define VCS_STATE_WORDS \
	[VCS_CLUSTER_LOADING] = "loading", \
	[VCS_CLUSTER_JOINING] = "joining", \
	[VCS_CLUSTER_MEMBER] = "member", \
	[VCS_CLUSTER_FROZEN] = "frozen", \
	[VCS_CLUSTER_LEAVING] = "leaving", \
	[VCS_CLUSTER_EVICTED] = "evicted", \
	[VCS_CLUSTER_LEFT] = "left"

/* enum vcs_node_state */
#define VCS_NODE_STATE_WORDS \
	[VCS_NODE_MEMBER] = "member", \
	[VCS_NODE_SUSPECT] = "suspect"

/* enum vcs_level */
#define VCS_LEVEL_WORDS \
	[VCS_LEVEL_FENCE] = "fence", \
	[VCS_LEVEL_LOCK] = "lock", \
	[VCS_LEVEL_FS] = "fs", \
	[VCS_LEVEL_USER] = "user", \
	[VCS_LEVEL_OBSERVER] = "observer"

/* enum vcs_phase */
#define VCS_PHASE_WORDS \
	[VCS_PHASE_STOPPING] = "stopping", \
	[VCS_PHASE_GATES] = "gates", \
	[VCS_PHASE_STARTING] = "starting", \
	[VCS_PHASE_DONE] = "done", \
	[VCS_PHASE_RUNNING] = "running", \
	[VCS_PHASE_EVICTED] = "evicted"

/* enum vcs_fence_state */
#define VCS_FENCE_STATE_WORDS \
	[VCS_FENCE_PENDING] = "pending", \
	[VCS_FENCE_CLAIMED] = "claimed", \
	[VCS_FENCE_FENCED] = "fenced"

/* enum vcs_leave_reason */
#define VCS_LEAVE_WORDS \
	[VCS_LEAVE_CLEAN] = "clean", \
	[VCS_LEAVE_FAILED] = "failed", \
	[VCS_LEAVE_REMOVED] = "removed", \
	[VCS_LEAVE_INCONSISTENT] = "inconsistent", \
	[VCS_LEAVE_ABSENT] = "absent"

/* enum vcs_fence_result */
#define VCS_RESULT_WORDS \
	[VCS_FENCE_UNKNOWN] = "unknown", \
	[VCS_FENCE_SUCCESS] = "success", \
	[VCS_FENCE_FAILED] = "failed"

/* enum vcs_event */
#define VCS_EVENT_WORDS \
	[VCS_EVENT_CLUSTER_STATE] = "state", \
	[VCS_EVENT_VIEW] = "view", \
	[VCS_EVENT_QUORUM] = "quorum", \
	[VCS_EVENT_NODE_JOINED] = "node-joined", \
	[VCS_EVENT_NODE_LEFT] = "node-left", \
	[VCS_EVENT_NODE_FAILED] = "node-failed", \
	[VCS_EVENT_SUSPECT] = "suspect", \
	[VCS_EVENT_FENCE] = "fence", \
	[VCS_EVENT_LISTENER] = "listener", \
	[VCS_EVENT_LOG] = "log"

/* enum vcs_log_code */
#define VCS_LOG_CODE_WORDS \
	[VCS_LOG_JOIN] = "join", \
	[VCS_LOG_LEAVE] = "leave", \
	[VCS_LOG_STATE] = "state", \
	[VCS_LOG_VIEW] = "view", \
	[VCS_LOG_MEMBER_JOINED] = "member-joined", \
	[VCS_LOG_MEMBER_LEFT] = "member-left", \
	[VCS_LOG_MEMBER_FAILED] = "member-failed", \
	[VCS_LOG_QUORUM] = "quorum", \
	[VCS_LOG_SUSPECT] = "suspect", \
	[VCS_LOG_FENCE_REQUEST] = "fence-request", \
	[VCS_LOG_FENCE_CLAIM] = "fence-claim", \
	[VCS_LOG_FENCE_ATTEMPT] = "fence-attempt", \
	[VCS_LOG_FENCE_RESULT] = "fence-result", \
	[VCS_LOG_FENCE_SETTLED] = "fence-settled", \
	[VCS_LOG_LISTENER] = "listener", \
	[VCS_LOG_OVERDUE] = "overdue", \
	[VCS_LOG_EVICTED] = "evicted", \
	[VCS_LOG_REFUSED] = "refused", \
	[VCS_LOG_PROVIDER] = "provider", \
	[VCS_LOG_SYNC] = "sync"

/* VCS_FEATURE_* by the number of the bit */
#define VCS_FEATURE_WORDS \
	[0] = "records", \
	[1] = "fence-first"

/* VCS_LISTENER_* by the number of the bit */
#define VCS_LISTENER_WORDS \
	[0] = "stateful", \
	[1] = "need-quorum", \
	[2] = "need-fenced"

#endif /* _VCS_WORDS_H */
