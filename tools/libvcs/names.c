// SPDX-License-Identifier: LGPL-2.1-or-later
/* One table says how each attribute is called, and how its value is read. */
#include <linux/vcs.h>
#include "../../include/vcs_words.h"
#include "socket.h"

static const char *const state_words[] = { VCS_STATE_WORDS };
static const char *const node_state_words[] = { VCS_NODE_STATE_WORDS };
static const char *const level_words[] = { VCS_LEVEL_WORDS };
static const char *const phase_words[] = { VCS_PHASE_WORDS };
static const char *const fence_state_words[] = { VCS_FENCE_STATE_WORDS };
static const char *const result_words[] = { VCS_RESULT_WORDS };
static const char *const event_words[] = { VCS_EVENT_WORDS };
static const char *const log_words[] = { VCS_LOG_CODE_WORDS };
static const char *const feature_words[] = { VCS_FEATURE_WORDS };
static const char *const listener_flag_words[] = { VCS_LISTENER_WORDS };

#define ATTR(_name, _key, _kind) \
	[VCS_A_##_name] = { #_name, _key, VCS_KIND_##_kind, NULL, 0 }
#define ATTR_WORDS(_name, _key, _kind, _words) \
	[VCS_A_##_name] = { #_name, _key, VCS_KIND_##_kind, (_words), \
			    sizeof(_words) / sizeof(*(_words)) }

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

static const char *attr_name(unsigned int type)
{
	const struct vcs_attr_info *info = vcs_attr_info(type);

	return info ? info->name : NULL;
}

const char *vcs_word(unsigned int type, uint32_t value)
{
	const struct vcs_attr_info *info = vcs_attr_info(type);

	if (!info || value >= info->nr_words || !info->words[value])
		return "unknown";
	return info->words[value];
}

const struct vcsi_names vcsi_switch_names = {
	.family = VCS_GENL_NAME,
	.missing = "the kernel has no cluster switch: load it with modprobe vcs",
	.attr = attr_name,
};
