// SPDX-License-Identifier: GPL-2.0-only
/* The words that people read for the numbers of the UAPI. */
#include <linux/kernel.h>

#include "cluster.h"

static const char *word(const char *const *words, size_t nr, u32 value)
{
	return value < nr && words[value] ? words[value] : "unknown";
}

#define WORD(words, value) word(words, ARRAY_SIZE(words), value)

/**
 * vcs_state_str() - the name of a cluster's state
 * @state: any value
 *
 * Return: a word, "unknown" for a value out of range.
 */
const char *vcs_state_str(enum vcs_cluster_state state)
{
	static const char *const words[] = {
		[VCS_CLUSTER_LOADING] = "loading",
		[VCS_CLUSTER_JOINING] = "joining",
		[VCS_CLUSTER_MEMBER] = "member",
		[VCS_CLUSTER_FROZEN] = "frozen",
		[VCS_CLUSTER_LEAVING] = "leaving",
		[VCS_CLUSTER_EVICTED] = "evicted",
		[VCS_CLUSTER_LEFT] = "left",
	};

	return WORD(words, state);
}

/**
 * vcs_phase_str() - the name of a listener's phase
 * @phase: any value
 *
 * Return: a word, "unknown" for a value out of range.
 */
const char *vcs_phase_str(enum vcs_phase phase)
{
	static const char *const words[] = {
		[VCS_PHASE_STOPPING] = "stopping",
		[VCS_PHASE_GATES] = "gates",
		[VCS_PHASE_STARTING] = "starting",
		[VCS_PHASE_DONE] = "done",
		[VCS_PHASE_RUNNING] = "running",
		[VCS_PHASE_EVICTED] = "evicted",
	};

	return WORD(words, phase);
}

/**
 * vcs_level_str() - the name of a listener's level
 * @level: any value
 *
 * Return: a word, "unknown" for a value out of range.
 */
const char *vcs_level_str(enum vcs_level level)
{
	static const char *const words[] = {
		[VCS_LEVEL_FENCE] = "fence",
		[VCS_LEVEL_LOCK] = "lock",
		[VCS_LEVEL_FS] = "fs",
		[VCS_LEVEL_USER] = "user",
		[VCS_LEVEL_OBSERVER] = "observer",
	};

	return WORD(words, level);
}

/**
 * vcs_leave_str() - the name of the reason for which a node left
 * @reason: any value
 *
 * Return: a word, "unknown" for a value out of range.
 */
const char *vcs_leave_str(enum vcs_leave_reason reason)
{
	static const char *const words[] = {
		[VCS_LEAVE_CLEAN] = "clean",
		[VCS_LEAVE_FAILED] = "failed",
		[VCS_LEAVE_KILLED] = "killed",
		[VCS_LEAVE_REMOVED] = "removed",
		[VCS_LEAVE_REJECTED] = "rejected",
		[VCS_LEAVE_INCONSISTENT] = "inconsistent",
		[VCS_LEAVE_ABSENT] = "absent",
	};

	return WORD(words, reason);
}

/**
 * vcs_fence_state_str() - the name of the state of a fence
 * @state: any value
 *
 * Return: a word, "unknown" for a value out of range.
 */
const char *vcs_fence_state_str(enum vcs_fence_state state)
{
	static const char *const words[] = {
		[VCS_FENCE_PENDING] = "pending",
		[VCS_FENCE_CLAIMED] = "claimed",
		[VCS_FENCE_FENCED] = "fenced",
	};

	return WORD(words, state);
}

/**
 * vcs_fence_result_str() - the name of the result of a fence attempt
 * @result: any value
 *
 * Return: a word, "unknown" for a value out of range.
 */
const char *vcs_fence_result_str(enum vcs_fence_result result)
{
	static const char *const words[] = {
		[VCS_FENCE_UNKNOWN] = "unknown",
		[VCS_FENCE_SUCCESS] = "success",
		[VCS_FENCE_FAILED] = "failed",
	};

	return WORD(words, result);
}

/**
 * vcs_log_code_str() - the name of a code of the decision log
 * @code: any value
 *
 * Return: a word, "unknown" for a value out of range.
 */
const char *vcs_log_code_str(enum vcs_log_code code)
{
	static const char *const words[] = {
		[VCS_LOG_JOIN] = "join",
		[VCS_LOG_LEAVE] = "leave",
		[VCS_LOG_STATE] = "state",
		[VCS_LOG_VIEW] = "view",
		[VCS_LOG_MEMBER_JOINED] = "member-joined",
		[VCS_LOG_MEMBER_LEFT] = "member-left",
		[VCS_LOG_MEMBER_FAILED] = "member-failed",
		[VCS_LOG_QUORUM] = "quorum",
		[VCS_LOG_SUSPECT] = "suspect",
		[VCS_LOG_FENCE_REQUEST] = "fence-request",
		[VCS_LOG_FENCE_CLAIM] = "fence-claim",
		[VCS_LOG_FENCE_ATTEMPT] = "fence-attempt",
		[VCS_LOG_FENCE_RESULT] = "fence-result",
		[VCS_LOG_FENCE_SETTLED] = "fence-settled",
		[VCS_LOG_LISTENER] = "listener",
		[VCS_LOG_OVERDUE] = "overdue",
		[VCS_LOG_EVICTED] = "evicted",
		[VCS_LOG_REFUSED] = "refused",
		[VCS_LOG_PROVIDER] = "provider",
		[VCS_LOG_SYNC] = "sync",
	};

	return WORD(words, code);
}
