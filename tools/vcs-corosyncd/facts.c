// SPDX-License-Identifier: GPL-2.0-only
/* What corosync is configured to do, from cmap. */
#include <corosync/cmap.h>
#include <stdlib.h>
#include "corosync.h"

/* Corosync's own, where it does not say. */
#define TOKEN_MS	3000

/* Options that let a part of the cluster count as all of it. */
static const struct {
	const char *key;
	const char *name;
} lowering[] = {
	{ "quorum.last_man_standing", "last_man_standing" },
	{ "quorum.auto_tie_breaker", "auto_tie_breaker" },
	{ "quorum.allow_downscale", "allow_downscale" },
	{ "quorum.expected_votes_tracking", "expected_votes_tracking" },
};

/* Whatever type it has; corosync is free in this. False: it is not there. */
static bool get_number(cmap_handle_t cmap, const char *key, u32 *value)
{
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
		char text[32];
	} raw = { 0 };
	cmap_value_types_t type;
	size_t len = sizeof(raw);

	if (cmap_get(cmap, key, &raw, &len, &type) != CS_OK)
		return false;
	switch (type) {
	case CMAP_VALUETYPE_INT8:
	case CMAP_VALUETYPE_UINT8:
		*value = raw.u8;
		return true;
	case CMAP_VALUETYPE_INT16:
	case CMAP_VALUETYPE_UINT16:
		*value = raw.u16;
		return true;
	case CMAP_VALUETYPE_INT32:
	case CMAP_VALUETYPE_UINT32:
		*value = raw.u32;
		return true;
	case CMAP_VALUETYPE_INT64:
	case CMAP_VALUETYPE_UINT64:
		*value = (u32)raw.u64;
		return true;
	case CMAP_VALUETYPE_STRING:
		raw.text[sizeof(raw.text) - 1] = '\0';
		*value = !strcmp(raw.text, "yes") ? 1 :
			 (u32)strtoul(raw.text, NULL, 10);
		return true;
	default:
		return false;
	}
}

static bool is_set(cmap_handle_t cmap, const char *key)
{
	u32 value;

	return get_number(cmap, key, &value) && value;
}

static bool has_any(cmap_handle_t cmap, const char *prefix)
{
	char key[CMAP_KEYNAME_MAXLEN + 1];
	cmap_value_types_t type;
	cmap_iter_handle_t iter;
	size_t len;
	bool found;

	if (cmap_iter_init(cmap, prefix, &iter) != CS_OK)
		return false;
	found = cmap_iter_next(cmap, iter, key, &len, &type) == CS_OK;
	cmap_iter_finalize(cmap, iter);
	return found;
}

static void get_nodes(cmap_handle_t cmap, struct corosync_facts *facts)
{
	char key[CMAP_KEYNAME_MAXLEN + 1];
	unsigned int i;

	/* Numbers in the list may be left out when corosync reloads it. */
	for (i = 0; i < 2 * CMAN_NODES_MAX; i++) {
		u32 nodeid = 0, votes = 1;

		snprintf(key, sizeof(key), "nodelist.node.%u.", i);
		if (!has_any(cmap, key))
			continue;
		snprintf(key, sizeof(key), "nodelist.node.%u.nodeid", i);
		get_number(cmap, key, &nodeid);
		snprintf(key, sizeof(key), "nodelist.node.%u.quorum_votes", i);
		get_number(cmap, key, &votes);
		table_add(facts, nodeid, votes);
	}
}

static void get_quorum(cmap_handle_t cmap, struct corosync_facts *facts)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lowering); i++)
		if (is_set(cmap, lowering[i].key))
			facts->lowers = lowering[i].name;
	if (has_any(cmap, "quorum.device."))
		facts->lowers = "quorum device";
	get_number(cmap, "quorum.expected_votes", &facts->expected_votes);
	facts->two_node = is_set(cmap, "quorum.two_node");
	facts->wait_for_all = facts->two_node ||
			      is_set(cmap, "quorum.wait_for_all");
}

bool corosync_facts(struct corosync *corosync, struct corosync_facts *facts)
{
	cmap_handle_t cmap;

	memset(facts, 0, sizeof(*facts));
	if (corosync->cpg_fd < 0 || cmap_initialize(&cmap) != CS_OK)
		return false;
	facts->nodeid = corosync->nodeid;
	get_nodes(cmap, facts);
	get_quorum(cmap, facts);
	cmap_finalize(cmap);
	return true;
}

u32 corosync_ring_ms(void)
{
	u32 token = TOKEN_MS, consensus = 0;
	cmap_handle_t cmap;

	if (cmap_initialize(&cmap) == CS_OK) {
		get_number(cmap, "runtime.config.totem.token", &token);
		get_number(cmap, "runtime.config.totem.consensus", &consensus);
		cmap_finalize(cmap);
	}
	return token + (consensus ? consensus : token + token / 5);
}

bool corosync_cluster_name(char *name, size_t size)
{
	cmap_handle_t cmap;
	bool found = false;
	char *value;

	if (cmap_initialize(&cmap) != CS_OK)
		return false;
	if (cmap_get_string(cmap, "totem.cluster_name", &value) == CS_OK) {
		found = *value && strlen(value) < size;
		if (found)
			memcpy(name, value, strlen(value) + 1);
		free(value);
	}
	cmap_finalize(cmap);
	return found;
}
