// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words for what the state machine says in numbers. No state, no lock; any
 * context. For shells in the kernel and in user space.
 */
#include "text.h"

const char *cman_suspect_text(enum cman_suspect_why why)
{
	switch (why) {
	case CMAN_SUSPECT_NONE:
		return "heard again";
	case CMAN_SUSPECT_SILENT:
		return "no heartbeat";
	case CMAN_SUSPECT_STALLED:
		return "its processes stand still";
	case CMAN_SUSPECT_LOST:
		return "out of reach";
	}
	return "?";
}

const char *cman_role_text(enum cman_role role)
{
	switch (role) {
	case CMAN_ROLE_SEEKING:
		return "seeking";
	case CMAN_ROLE_JOINING:
		return "joining";
	case CMAN_ROLE_MEMBER:
		return "member";
	case CMAN_ROLE_OVER:
		return "over";
	}
	return "?";
}

const char *cman_drop_text(enum cman_drop drop)
{
	static const char * const words[CMAN_DROP_COUNT] = {
		[CMAN_DROP_NONE] = "none",
		[CMAN_DROP_SHORT] = "short",
		[CMAN_DROP_LONG] = "long",
		[CMAN_DROP_TYPE] = "type",
		[CMAN_DROP_RANGE] = "range",
		[CMAN_DROP_SENDER] = "sender",
		[CMAN_DROP_LIFETIME] = "lifetime",
		[CMAN_DROP_STALE] = "stale",
		[CMAN_DROP_STATE] = "state",
		[CMAN_DROP_OPTIONS] = "options",
		[CMAN_DROP_MAGIC] = "magic",
		[CMAN_DROP_VERSION] = "version",
		[CMAN_DROP_CLUSTER] = "cluster",
		[CMAN_DROP_AUTH] = "auth",
		[CMAN_DROP_REPLAY] = "replay",
		[CMAN_DROP_MEMORY] = "memory",
	};

	return drop < CMAN_DROP_COUNT && words[drop] ? words[drop] : "?";
}

void cman_set_text(const struct cman_config *config, u64 set, char *text,
		   size_t len)
{
	size_t used = 0;
	u32 i;

	for (i = 0; i < config->nr_nodes; i++) {
		if (set & BIT_ULL(i))
			used += scnprintf(text + used, len - used, "%s%u",
					  used ? "," : "",
					  config->nodes[i].nodeid);
	}
	if (!used)
		scnprintf(text, len, "none");
}

void cman_quorum_text(const struct cman_action *action, char *text, size_t len)
{
	u32 have = action->quorate.have, need = action->quorate.need;

	switch (action->quorate.why) {
	case CMAN_Q_OK:
		scnprintf(text, len, "enough votes within reach");
		break;
	case CMAN_Q_VOTES:
		scnprintf(text, len, "members with %u votes are heard, %u are needed",
			  have, need);
		break;
	case CMAN_Q_BEHIND:
		scnprintf(text, len, "others know a newer view, waits to learn it");
		break;
	case CMAN_Q_WAIT_FENCE:
		scnprintf(text, len, "waits until node %u, which is silent, is fenced or back",
			  action->quorate.nodeid);
		break;
	}
}

static const char *option_text(enum cman_option option)
{
	switch (option) {
	case CMAN_OPT_NODES:
		return "peers= (ids and votes)";
	case CMAN_OPT_HEARTBEAT:
		return "heartbeat=";
	case CMAN_OPT_DEAD_AFTER:
		return "dead=";
	case CMAN_OPT_STALL:
		return "stall=";
	case CMAN_OPT_FORMATION_WAIT:
		return "heartbeat= and dead=";
	case CMAN_OPT_TWO_NODE:
		return "two_node=";
	case CMAN_OPT_WAIT_FOR_ALL:
		return "wait_for_all=";
	case CMAN_OPT_REBOOT_FENCES:
		return "reboot_fences=";
	default:
		return "an option";
	}
}

int cman_refusal_text(const struct cman_action *action, char *text, size_t len)
{
	switch (action->refused.option) {
	case CMAN_OPT_NODEID_IN_USE:
		scnprintf(text, len, "nodeid= is in use by a living node (says node %u)",
			  action->refused.by);
		return -EADDRINUSE;
	case CMAN_OPT_INCARNATION_OVER:
		scnprintf(text, len, "the cluster moved on (says node %u): join again",
			  action->refused.by);
		return -ESTALE;
	default:
		scnprintf(text, len, "%s differs from node %u's: make them the same",
			  option_text(action->refused.option),
			  action->refused.by);
		return -EINVAL;
	}
}

/* A ballot has a number, and who proposes with it. */
#define BALLOT "ballot %u of node %u"

static void quorum_lost_text(const struct cman_config *config, u64 silent,
			     char *text, size_t len)
{
	char set[128];

	if (!silent) {
		scnprintf(text, len,
			  "too few members are left for a majority: all of them must agree");
		return;
	}
	cman_set_text(config, silent, set, sizeof(set));
	scnprintf(text, len,
		  "too few members answer for a majority: each silent one must be fenced or come back: %s",
		  set);
}

void cman_log_text(const struct cman_config *config,
		   const struct cman_action *action, char *text, size_t len)
{
	u64 a = action->log.a, b = action->log.b;
	u32 number = b >> 32, by = (u32)b;
	u32 nodeid = action->log.nodeid;
	char set[128];

	switch (action->log.code) {
	case CMAN_LOG_HISTORY_FOUND:
		scnprintf(text, len, "node %u is in a cluster: asks to be taken in",
			  nodeid);
		break;
	case CMAN_LOG_FORM_PROPOSE:
		cman_set_text(config, a, set, sizeof(set));
		scnprintf(text, len, "proposes to form with %s, " BALLOT,
			  set, number, by);
		break;
	case CMAN_LOG_FORM_RECOVERED:
		scnprintf(text, len, "finishes the formation accepted before, " BALLOT,
			  number, by);
		break;
	case CMAN_LOG_PREPARE:
		scnprintf(text, len, "coordinates generation %llu, " BALLOT,
			  a, number, by);
		break;
	case CMAN_LOG_RECOVERED:
		scnprintf(text, len, "recovered value: finishes decision %llu of " BALLOT,
			  a, number, by);
		break;
	case CMAN_LOG_PROPOSE_VIEW:
		cman_set_text(config, b, set, sizeof(set));
		scnprintf(text, len, "proposes view %llu, which removes %s", a,
			  set);
		break;
	case CMAN_LOG_DEAD:
		cman_set_text(config, a, set, sizeof(set));
		scnprintf(text, len, "node %u is dead, its observers agree; unheard here: %s",
			  nodeid, set);
		break;
	case CMAN_LOG_EVICT:
		cman_set_text(config, a, set, sizeof(set));
		scnprintf(text, len,
			  "node %u is to be removed: not all members hear it, or it not all of them; unheard here: %s",
			  nodeid, set);
		break;
	case CMAN_LOG_QUORUM_LOST:
		quorum_lost_text(config, a, text, len);
		break;
	case CMAN_LOG_FENCE_FIRST:
		scnprintf(text, len, "node %u must be fenced before a decision",
			  nodeid);
		break;
	case CMAN_LOG_SUPERSEDED:
		scnprintf(text, len, "node %u came back and counts as fenced",
			  nodeid);
		break;
	case CMAN_LOG_JOIN_HELD:
		scnprintf(text, len, "node %u may not join yet: a fence of it is due, or may be",
			  nodeid);
		break;
	case CMAN_LOG_JOIN_READY:
		scnprintf(text, len, "node %u answered the challenge", nodeid);
		break;
	case CMAN_LOG_REFUSED:
		scnprintf(text, len, "refused node %u: %s differs", nodeid,
			  option_text(a));
		break;
	case CMAN_LOG_STARVED:
		scnprintf(text, len, "this node was starved for %llu ms: accuses nobody",
			  a);
		break;
	case CMAN_LOG_GIVES_UP:
		scnprintf(text, len, "another lifetime is quorate: this one is over");
		break;
	}
}
