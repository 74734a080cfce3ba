/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words an administrator gives to join a cluster, as numbers.
 *
 *	nodeid=N	this node's id, required
 *	peers=P[+P...]	P is ID@ADDRESS[:PORT][*VOTES], an IPv6 address in
 *			brackets; required. The configured vote table, the same
 *			on every node, but that a node may leave itself out: it
 *			gets one vote.
 *	port=N		UDP port of this node and of peers without one
 *	bind=ADDRESS	instead of every local address; of the peers' family
 *	profile=P	default (100 ms x 10) or fast (20 ms x 12)
 *	heartbeat=MS	instead of the profile's
 *	dead=COUNT	missed heartbeats, instead of the profile's
 *	two_node=0|1	quorum of one, and a removal only after a fence
 *	wait_for_all=0|1 form only when every configured node is there;
 *			two_node turns it on unless this says 0
 *	fence_delay=MS	head start of the lower nodeid in a two_node race
 *	stall=MS	a node whose processes stand still for longer has failed
 *	reboot_fences=0|1 storage drops the queued I/O of a host that rebooted
 *	auth=key|none	none must be asked for by name
 *
 * Pure: no lock, no allocation, no state.
 */
#ifndef _CMAN_CONFIG_H
#define _CMAN_CONFIG_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

#include "types.h"

/*
 * Of no assigned service, and apart from corosync's 5404 to 5412 and the
 * DLM's 21064, which may run on the same machines.
 */
#define CMAN_PORT_DEFAULT	5440
#define CMAN_VOTES_MAX		1000

union cman_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct cman_peer_option {
	union cman_addr addr;		/* sa_family 0: this node, left out */
	u32 nodeid;
	u32 votes;
};

struct cman_join {
	u32 nodeid;
	u32 port;
	u32 heartbeat_ms;
	u32 dead;
	u32 fence_delay_ms;
	u32 stall_ms;
	u32 two_node;
	u32 wait_for_all;
	u32 reboot_fences;
	bool no_auth;
	u32 nr_peers;
	struct cman_peer_option peers[CMAN_NODES_MAX];	/* sorted by nodeid */
	union cman_addr bind;		/* sa_family 0: every address */
};

int cman_join_parse(struct cman_join *join, const char *text, char *why,
		    size_t why_len);

#endif /* _CMAN_CONFIG_H */
