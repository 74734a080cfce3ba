// SPDX-License-Identifier: GPL-2.0-only
/* Is a configuration usable; the start of a life. Pure. */
#include "sm_int.h"

static const char *check_nodes(const struct cman_config *config)
{
	u64 votes = 0;
	u32 i;

	if (!config->nr_nodes || config->nr_nodes > CMAN_NODES_MAX)
		return "nodes: 1 to 64 of them";
	for (i = 0; i < config->nr_nodes; i++) {
		if (!config->nodes[i].nodeid)
			return "nodes: 0 is not a node id";
		if (i && config->nodes[i].nodeid <= config->nodes[i - 1].nodeid)
			return "nodes: not sorted, or one twice";
		if (config->nodes[i].votes > 1000)
			return "votes: more than 1000";
		votes += config->nodes[i].votes;
	}
	if (!votes)
		return "votes: nobody has any";
	if (cman_index(config, config->nodeid) == CMAN_NOBODY)
		return "nodeid: not among the nodes";
	return NULL;
}

const char *cman_config_check(const struct cman_config *config)
{
	const char *bad = check_nodes(config);

	if (bad)
		return bad;
	if (config->heartbeat_ms < 5 || config->heartbeat_ms > 10000)
		return "heartbeat: not in 5..10000 ms";
	if (config->dead_after < 3 || config->dead_after > 1000)
		return "dead_after: not in 3..1000 heartbeats";
	if (config->stall_ms < config->heartbeat_ms)
		return "stall: shorter than a heartbeat";
	if (config->formation_wait_ms / config->dead_after <
	    config->heartbeat_ms)
		return "formation_wait: shorter than detection";
	if (config->two_node &&
	    (config->nr_nodes != 2 || config->nodes[0].votes != 1 ||
	     config->nodes[1].votes != 1))
		return "two_node: needs two nodes of one vote each";
	return NULL;
}

void cman_sm_init(struct cman_sm *sm, const struct cman_config *config,
		  u64 incarnation, const struct vcs_attest *attest,
		  const struct vcs_lifetime *lifetime, u64 now_ms)
{
	u32 i;

	memset(sm, 0, sizeof(*sm));
	sm->config = *config;
	cman_options_from(&sm->options, config);
	sm->attest = *attest;
	sm->candidate = *lifetime;
	sm->incarnation = incarnation;
	sm->self = cman_index(config, config->nodeid);
	for (i = 0; i < config->nr_nodes; i++)
		sm->all |= BIT_ULL(i);
	sm->expected = cman_votes(config, sm->all);
	sm->quorum = cman_majority(sm->expected);
	sm->need = config->two_node ? 1 : sm->quorum;
	sm->role = CMAN_ROLE_SEEKING;
	sm->seek_since_ms = now_ms;
	sm->next_seq = 1;
}
