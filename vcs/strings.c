// SPDX-License-Identifier: GPL-2.0-only
/* The words that people read for the numbers of the UAPI. */
#include <linux/kernel.h>
#include <vcs_words.h>

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
	static const char *const words[] = { VCS_STATE_WORDS };

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
	static const char *const words[] = { VCS_PHASE_WORDS };

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
	static const char *const words[] = { VCS_LEVEL_WORDS };

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
	static const char *const words[] = { VCS_LEAVE_WORDS };

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
	static const char *const words[] = { VCS_FENCE_STATE_WORDS };

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
	static const char *const words[] = { VCS_RESULT_WORDS };

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
	static const char *const words[] = { VCS_LOG_CODE_WORDS };

	return WORD(words, code);
}
