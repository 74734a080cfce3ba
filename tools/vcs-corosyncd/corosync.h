/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections to corosync: the CPG group that carries the messages and says
 * who is reached, its quorum, its configuration, and whether it may end. They
 * come and go with it.
 */
#ifndef COROSYNCD_COROSYNC_H
#define COROSYNCD_COROSYNC_H

#include <corosync/cfg.h>
#include <corosync/cpg.h>
#include <corosync/quorum.h>
#include "life.h"
#include "pulse.h"

struct corosync {
	struct life *life;
	char group[CPG_MAX_NAME_LENGTH];
	void (*log)(const char *text);
	bool complained;

	cpg_handle_t cpg;
	int cpg_fd;		/* -1: not connected */
	bool joined;		/* the group */
	bool has_left;		/* by this handle */
	quorum_handle_t quorum;
	int quorum_fd;
	bool quorate;
	corosync_cfg_handle_t cfg;
	int cfg_fd;
	u32 nodeid;
	u32 pid;
	struct pulse pulse;

	/* The ring as last told. */
	u32 ring[CPG_MEMBERS_MAX];
	size_t nr_ring;
	bool passed_on;		/* to this life, as this process knows it */
};

void corosync_init(struct corosync *corosync, struct life *life,
		   const char *cluster, void (*log)(const char *text));
/* Connect, or join and leave the group, as things stand; each heartbeat. */
void corosync_keep_up(struct corosync *corosync);
/* The life was claimed: it knows nothing of the ring, and old news is no news. */
void corosync_begin(struct corosync *corosync);
void corosync_dispatch_cpg(struct corosync *corosync);
void corosync_dispatch_quorum(struct corosync *corosync);
void corosync_dispatch_cfg(struct corosync *corosync);
void corosync_send(struct corosync *corosync, const struct life *life, u64 dst,
		   const u8 *data, size_t len);

/* goodbye.c: whether corosync may end. */
bool goodbye_connect(struct corosync *corosync);
void goodbye_disconnect(struct corosync *corosync);

/* facts.c: from cmap. False: it does not answer. */
bool corosync_facts(struct corosync *corosync, struct corosync_facts *facts);
/* How long a ring may take to form anew while all is well. */
u32 corosync_ring_ms(void);
/* The name of the cluster in corosync.conf; false: none, or no answer. */
bool corosync_cluster_name(char *name, size_t size);

#endif
