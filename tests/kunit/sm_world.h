/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few nodes of cman's state machine on a perfect network that a test may
 * cut. What comes out is carried to the others, or remembered for the test.
 */
#ifndef _SM_WORLD_H
#define _SM_WORLD_H

#include <kunit/test.h>

#include "../../cman_plugin/sm.h"

#define SM_NODES 5
#define SM_WIRE 256		/* packets under way */
#define SM_SEEN 256		/* ordered actions remembered of each node */

struct sm_packet {
	u32 from;
	u64 dst;
	size_t len;
	u8 *data;
};

struct sm_seen {
	enum cman_action_type type;
	struct cman_action action;
	u64 generation;		/* of a VIEW */
	u32 nr_members;
	u32 nr_departed;
	u32 first_reason;
	u32 flags;		/* of all members, or-ed */
	u8 byte;		/* first of a RECORD */
};

struct sm_node {
	struct cman_sm *sm;
	bool off;
	bool busy;
	bool refuse;		/* the core above admits nobody */
	u64 incarnation;
	u32 late_ms;
	u32 progress_age_ms;
	struct sm_seen seen[SM_SEEN];
	u32 nr_seen;
};

struct sm_world {
	struct kunit *test;
	struct cman_config config;
	struct sm_node nodes[SM_NODES];
	u64 now;
	u64 random;
	struct sm_packet wire[SM_WIRE];
	u32 nr_wire;
	u64 cut[SM_NODES];	/* whom this node's packets do not reach */
	u8 drop_type;		/* messages of this type get lost */
	struct cman_actions actions;
};

/* One event to one node; what it sends is under way then, until it settles. */
void sm_give(struct sm_world *w, u32 n, struct cman_event *event);
void sm_settle(struct sm_world *w);
/* Ticks of all nodes, and all that follows from them. */
void sm_beats(struct sm_world *w, u32 nr);
void sm_start(struct sm_world *w, u32 n, u64 load_id);
struct sm_world *sm_world_make(struct kunit *test, u32 nr, bool two_node);
struct sm_world *sm_world_formed(struct kunit *test, u32 nr, bool two_node);
const struct sm_seen *sm_find(const struct sm_node *node,
			      enum cman_action_type type, u32 nth);
bool sm_logged(const struct sm_node *node, enum cman_log_code code);
struct cman_status sm_status_of(const struct sm_node *node);
void sm_submit(struct sm_world *w, u32 n, u8 byte, int result);

#endif /* _SM_WORLD_H */
