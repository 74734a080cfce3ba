/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machine of one node of one cluster, as the shell, the simulator
 * and the unit tests call it. Documentation/protocol.rst says what it does and
 * why that is safe.
 *
 * Locking: none here; the caller gives one event at a time.
 */
#ifndef _CMAN_SM_H
#define _CMAN_SM_H

#include "state.h"
#include "types.h"

/**
 * cman_config_check() - is a configuration usable
 * @config: what the shell parsed
 *
 * Return: NULL, or what is wrong, as "option: why".
 */
const char *cman_config_check(const struct cman_config *config);

/**
 * cman_sm_init() - start a life
 * @sm: hundreds of KiB; need not be zeroed
 * @config: checked; copied
 * @incarnation: of this life, random, not 0
 * @attest: what the node states about itself; copied
 * @lifetime: random, used when this node forms the cluster
 * @now_ms: as in events
 *
 * The first TICK makes it talk.
 */
void cman_sm_init(struct cman_sm *sm, const struct cman_config *config,
		  u64 incarnation, const struct vcs_attest *attest,
		  const struct vcs_lifetime *lifetime, u64 now_ms);

/**
 * cman_sm_step() - take one event
 * @sm: the state
 * @event: what happened
 * @actions: filled with what to do; cleared first
 */
void cman_sm_step(struct cman_sm *sm, const struct cman_event *event,
		  struct cman_actions *actions);

/* The incarnation that is a member in this node's view; 0 none. */
u64 cman_sm_member_incarnation(const struct cman_sm *sm, u32 nodeid);

/**
 * struct cman_status - for show() and the simulator
 */
struct cman_status {
	enum cman_role role;
	bool quorate;
	bool leading;		/* its proposals are promised */
	bool leaving;
	u32 coordinator;	/* nodeid it takes for the coordinator; 0 none */
	struct vcs_lifetime lifetime;
	u64 generation;
	u64 slot;		/* last decided */
	u64 members;		/* sets of indexes */
	u64 deaf;
	u64 heard;		/* any life of theirs heard lately */
	u64 joining;		/* verified joiners */
};

void cman_sm_status(const struct cman_sm *sm, struct cman_status *status);

#endif /* _CMAN_SM_H */
