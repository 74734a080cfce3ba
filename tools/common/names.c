// SPDX-License-Identifier: GPL-2.0-only
/* One table says how each attribute is called, and how its value is read. */
#include <linux/vcs.h>
#include "names.h"

#define WORDS(list) { (list), sizeof(list) / sizeof(*(list)) }

static const char *const state_words[] = {
	[VCS_CLUSTER_LOADING] = "loading",
	[VCS_CLUSTER_JOINING] = "joining",
	[VCS_CLUSTER_MEMBER] = "member",
	[VCS_CLUSTER_FROZEN] = "frozen",
	[VCS_CLUSTER_LEAVING] = "leaving",
	[VCS_CLUSTER_EVICTED] = "evicted",
	[VCS_CLUSTER_LEFT] = "left",
};

static const char *const node_state_words[] = {
	[VCS_NODE_MEMBER] = "member",
	[VCS_NODE_SUSPECT] = "suspect",
};

static const char *const level_words[] = {
	[VCS_LEVEL_FENCE] = "fence",
	[VCS_LEVEL_LOCK] = "lock",
	[VCS_LEVEL_FS] = "fs",
	[VCS_LEVEL_USER] = "user",
	[VCS_LEVEL_OBSERVER] = "observer",
};

static const char *const phase_words[] = {
	[VCS_PHASE_STOPPING] = "stopping",
	[VCS_PHASE_GATES] = "gates",
	[VCS_PHASE_STARTING] = "starting",
	[VCS_PHASE_DONE] = "done",
	[VCS_PHASE_RUNNING] = "running",
	[VCS_PHASE_EVICTED] = "evicted",
};

static const char *const fence_state_words[] = {
	[VCS_FENCE_PENDING] = "pending",
	[VCS_FENCE_CLAIMED] = "claimed",
	[VCS_FENCE_FENCED] = "fenced",
};

static const char *const result_words[] = {
	[VCS_FENCE_UNKNOWN] = "unknown",
	[VCS_FENCE_SUCCESS] = "success",
	[VCS_FENCE_FAILED] = "failed",
};

static const char *const event_words[] = {
	[VCS_EVENT_CLUSTER_STATE] = "state",
	[VCS_EVENT_VIEW] = "view",
	[VCS_EVENT_QUORUM] = "quorum",
	[VCS_EVENT_NODE_JOINED] = "node-joined",
	[VCS_EVENT_NODE_LEFT] = "node-left",
	[VCS_EVENT_NODE_FAILED] = "node-failed",
	[VCS_EVENT_SUSPECT] = "suspect",
	[VCS_EVENT_FENCE] = "fence",
	[VCS_EVENT_LISTENER] = "listener",
	[VCS_EVENT_LOG] = "log",
};

static const char *const log_words[] = {
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

/* By bit number. */
static const char *const feature_words[] = { "records", "fence-first" };
static const char *const listener_flag_words[] = {
	"stateful", "need-quorum", "need-fenced",
};

#define ATTR(_name, _key, _kind) \
	[VCS_A_##_name] = { #_name, _key, VCS_KIND_##_kind, { NULL, 0 } }
#define ATTR_WORDS(_name, _key, _kind, _words) \
	[VCS_A_##_name] = { #_name, _key, VCS_KIND_##_kind, WORDS(_words) }

static const struct vcs_attr_info attrs[] = {
	ATTR(PAD, NULL, NONE),
	ATTR(CLUSTER, "cluster", STRING),
	ATTR(PROVIDER, "provider", STRING),
	ATTR(OPTIONS, "options", STRING),
	ATTR(KEY, NULL, NONE),
	ATTR(FORCE, "force", BOOL),
	ATTR_WORDS(FEATURES, "features", FLAGS, feature_words),
	ATTR(OWNER, "owner", STRING),
	ATTR(IN_USE, "in_use", U32),
	ATTR_WORDS(STATE, "state", WORD, state_words),
	ATTR(LIFETIME, "lifetime", BYTES),
	ATTR(GENERATION, "generation", U64),
	ATTR(QUORATE, "quorate", BOOL),
	ATTR(REASON, "reason", STRING),
	ATTR(VOTES, "votes", U32),
	ATTR(EXPECTED_VOTES, "expected_votes", U32),
	ATTR(QUORUM, "quorum", U32),
	ATTR(LOCAL_NODE, "local_node", U32),
	ATTR(NODEID, "nodeid", U32),
	ATTR(INCARNATION, "incarnation", HEX64),
	ATTR(JOINED_GENERATION, "joined_generation", U64),
	ATTR(NR_MEMBERS, "nr_members", U32),
	ATTR_WORDS(NODE_STATE, "node_state", WORD, node_state_words),
	ATTR(ERROR, "error", S32),
	ATTR(WAITING_FOR, "waiting_for", STRING),
	ATTR(LISTENER, "listener", STRING),
	ATTR_WORDS(LEVEL, "level", WORD, level_words),
	ATTR_WORDS(FLAGS, "flags", FLAGS, listener_flag_words),
	ATTR_WORDS(PHASE, "phase", WORD, phase_words),
	ATTR(SINCE_MS, "since_ms", U64),
	ATTR_WORDS(FENCE_STATE, "fence_state", WORD, fence_state_words),
	ATTR(ACTOR, "actor", U32),
	ATTR(METHOD, "method", STRING),
	ATTR(TRIES, "tries", U32),
	ATTR(REQUEST, "request", U64),
	ATTR(COOKIE, NULL, NONE),
	ATTR_WORDS(RESULT, "result", WORD, result_words),
	ATTR(TIMEOUT_MS, "timeout_ms", U32),
	ATTR(TEXT, "text", STRING),
	ATTR(LOG_SEQ, "log_seq", U64),
	ATTR_WORDS(LOG_CODE, "log_code", WORD, log_words),
	ATTR(TIME_NS, "time_ns", U64),
	ATTR(EVENT_SEQ, "event_seq", U64),
	ATTR_WORDS(EVENT, "event", WORD, event_words),
};

const struct vcs_attr_info *vcs_attr_info(unsigned int type)
{
	if (type >= sizeof(attrs) / sizeof(*attrs) || !attrs[type].name)
		return NULL;
	return &attrs[type];
}

const char *vcs_attr_name(unsigned int type)
{
	const struct vcs_attr_info *info = vcs_attr_info(type);

	return info ? info->name : NULL;
}

const char *vcs_word(unsigned int type, uint32_t value)
{
	const struct vcs_attr_info *info = vcs_attr_info(type);

	if (!info || value >= info->words.nr || !info->words.words[value])
		return "unknown";
	return info->words.words[value];
}
