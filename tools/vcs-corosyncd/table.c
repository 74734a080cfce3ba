// SPDX-License-Identifier: GPL-2.0-only
/* See table.h. Pure. */
#include <stdlib.h>
#include "table.h"

#define FENCE_DELAY_MS	2000
#define FENCE_DELAY_MAX	60000

void table_add(struct corosync_facts *facts, u32 nodeid, u32 votes)
{
	u32 i = facts->nr_nodes;

	if (!nodeid) {
		facts->without_id = true;
		return;
	}
	if (i == CMAN_NODES_MAX) {
		facts->too_many = true;
		return;
	}
	for (; i && facts->nodes[i - 1].nodeid > nodeid; i--)
		facts->nodes[i] = facts->nodes[i - 1];
	facts->nodes[i] = (struct cman_node){ .nodeid = nodeid, .votes = votes };
	facts->nr_nodes++;
}

static u64 mix(u64 digest, u64 value)
{
	int i;

	/* FNV-1a, byte by byte. */
	for (i = 0; i < 8; i++, value >>= 8)
		digest = (digest ^ (value & 0xff)) * 0x100000001b3ULL;
	return digest;
}

/* Nodes that differ in the grace period may not wait for each other, either. */
static u64 digest_of(const struct cman_config *config, u32 grace_ms)
{
	u64 digest = mix(0xcbf29ce484222325ULL, config->nr_nodes);
	u32 i;

	for (i = 0; i < config->nr_nodes; i++) {
		digest = mix(digest, config->nodes[i].nodeid);
		digest = mix(digest, config->nodes[i].votes);
	}
	return mix(digest, grace_ms);
}

void table_derive(struct cman_config *config, u32 grace_ms)
{
	config->heartbeat_ms = TABLE_HEARTBEAT_MS;
	config->dead_after = TABLE_DEAD_AFTER;
	/* A daemon that speaks makes progress. */
	config->stall_ms = TABLE_HEARTBEAT_MS * TABLE_DEAD_AFTER;
	config->formation_wait_ms = TABLE_HEARTBEAT_MS * (TABLE_DEAD_AFTER + 5);
	config->hold_ms = TABLE_DEADLINE_MS + grace_ms + TABLE_MARGIN_MS;
	config->one_by_one = true;
	config->void_records = true;
	config->table_digest = digest_of(config, grace_ms);
}

static u32 sum_of_votes(const struct corosync_facts *facts)
{
	u32 i, votes = 0;

	for (i = 0; i < facts->nr_nodes; i++)
		votes += facts->nodes[i].votes;
	return votes;
}

static bool check_facts(const struct corosync_facts *facts, char *why)
{
	u32 votes = sum_of_votes(facts);

	if (facts->lowers)
		scnprintf(why, TABLE_WHY_MAX,
			  "corosync's %s lowers quorum by itself: take it out of corosync.conf",
			  facts->lowers);
	else if (facts->without_id)
		scnprintf(why, TABLE_WHY_MAX,
			  "a node in corosync's nodelist has no nodeid: give it one");
	else if (facts->too_many)
		scnprintf(why, TABLE_WHY_MAX,
			  "corosync's nodelist has more than %u nodes",
			  CMAN_NODES_MAX);
	else if (!facts->nr_nodes)
		scnprintf(why, TABLE_WHY_MAX,
			  "corosync has no nodelist: list all nodes in corosync.conf");
	else if (facts->expected_votes && facts->expected_votes != votes)
		scnprintf(why, TABLE_WHY_MAX,
			  "corosync's quorum.expected_votes is %u, the nodelist has %u votes: take it out",
			  facts->expected_votes, votes);
	else
		return true;
	return false;
}

/* "name=digits"; false if it is another word. */
static bool number(const char *word, size_t len, const char *name, u32 *value)
{
	size_t skip = strlen(name);
	char digits[12] = "", *end;
	unsigned long v;

	if (len <= skip || strncmp(word, name, skip) ||
	    len - skip >= sizeof(digits))
		return false;
	memcpy(digits, word + skip, len - skip);
	if (digits[0] < '0' || digits[0] > '9')
		return false;
	v = strtoul(digits, &end, 10);
	if (*end || v > ~0U)
		return false;
	*value = (u32)v;
	return true;
}

static bool take_word(struct cman_config *config, const char *word, size_t len,
		      char *why)
{
	u32 value;

	if (!len)
		return true;
	if (number(word, len, "nodeid=", &value)) {
		if (value == config->nodeid)
			return true;
		scnprintf(why, TABLE_WHY_MAX,
			  "nodeid=%u, but for corosync this is node %u: leave it out",
			  value, config->nodeid);
		return false;
	}
	if (number(word, len, "fence_delay=", &value) &&
	    value <= FENCE_DELAY_MAX) {
		config->fence_delay_ms = value;
		return true;
	}
	if (number(word, len, "reboot_fences=", &value) && value <= 1) {
		config->reboot_fences = value;
		return true;
	}
	scnprintf(why, TABLE_WHY_MAX,
		  "\"%.*s\" is not known: nodeid=, fence_delay=MS, reboot_fences=0|1; the rest is corosync's",
		  (int)min_t(size_t, len, 24), word);
	return false;
}

bool table_config(struct cman_config *config,
		  const struct corosync_facts *facts, const char *options,
		  u32 grace_ms, char *why)
{
	const char *bad, *end;

	if (!check_facts(facts, why))
		return false;
	memset(config, 0, sizeof(*config));
	config->nodeid = facts->nodeid;
	config->nr_nodes = facts->nr_nodes;
	memcpy(config->nodes, facts->nodes,
	       facts->nr_nodes * sizeof(facts->nodes[0]));
	config->two_node = facts->two_node;
	config->wait_for_all = facts->wait_for_all;
	config->fence_delay_ms = FENCE_DELAY_MS;
	for (; *options; options = *end ? end + 1 : end) {
		end = options + strcspn(options, ",");
		if (!take_word(config, options, end - options, why))
			return false;
	}
	table_derive(config, grace_ms);
	bad = cman_config_check(config);
	if (bad)
		scnprintf(why, TABLE_WHY_MAX, "corosync.conf: %s", bad);
	return !bad;
}
