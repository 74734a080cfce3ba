/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what corosync and the join say to the configuration of a life: which
 * nodes there are, with what votes, and what this daemon cannot stand.
 */
#ifndef COROSYNCD_TABLE_H
#define COROSYNCD_TABLE_H

#include "../../cman_plugin/keep.h"

/* The period of everything, and what depends on it. */
#define TABLE_HEARTBEAT_MS	200
#define TABLE_DEAD_AFTER	10
/* Silence after which the kernel gives up its daemon. */
#define TABLE_DEADLINE_MS	3000
/* What a node that stops takes longer than it has to. */
#define TABLE_MARGIN_MS		2000

#define TABLE_WHY_MAX		128

/**
 * struct corosync_facts - what corosync is configured to do
 * @nodeid: the local node
 * @nr_nodes: how many have a place in @nodes, sorted by nodeid
 * @too_many: there are more
 * @without_id: a node of the list has no nodeid
 * @nodes: with their votes
 * @two_node: quorum.two_node
 * @wait_for_all: quorum.wait_for_all, or what two_node implies
 * @expected_votes: quorum.expected_votes; 0 not set
 * @lowers: an option that lowers quorum by itself, as corosync.conf spells it;
 *	    NULL none
 */
struct corosync_facts {
	u32 nodeid;
	u32 nr_nodes;
	bool too_many;
	bool without_id;
	struct cman_node nodes[CMAN_NODES_MAX];
	bool two_node;
	bool wait_for_all;
	u32 expected_votes;
	const char *lowers;
};

/* Add a node at its place; @nodeid 0: it has none. */
void table_add(struct corosync_facts *facts, u32 nodeid, u32 votes);

/**
 * table_config() - the configuration of a life
 * @config: filled in
 * @facts: of corosync
 * @options: the words of the join, separated by commas
 * @grace_ms: of the cluster
 * @why: on failure, what is wrong and what helps; TABLE_WHY_MAX bytes
 *
 * Return: is it usable?
 */
bool table_config(struct cman_config *config,
		  const struct corosync_facts *facts, const char *options,
		  u32 grace_ms, char *why);

/* What follows from the rest: the same on every node that agrees. */
void table_derive(struct cman_config *config, u32 grace_ms);

#endif
