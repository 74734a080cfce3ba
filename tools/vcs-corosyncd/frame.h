/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A message of the state machine as it travels in the CPG group, which brings
 * it to everybody: so it says for whom it is. Who sent it, corosync says.
 */
#ifndef COROSYNCD_FRAME_H
#define COROSYNCD_FRAME_H

#include "../../cman_plugin/wire.h"

#define FRAME_MAGIC	0x67637376U	/* "vscg" */
#define FRAME_VERSION	1
#define FRAME_HEAD	32
#define FRAME_MAX	(FRAME_HEAD + CMAN_MSG_MAX)

/**
 * struct frame - one message
 * @dst: set of indexes into the sender's table of nodes
 * @digest: of that table, so that sets mean the same here
 * @incarnation: the life of the sender
 * @data: the message, within the bytes that it was decoded from
 */
struct frame {
	u64 dst;
	u64 digest;
	u64 incarnation;
	const u8 *data;
	size_t len;
};

/* The head alone; the message follows it. FRAME_HEAD bytes. */
void frame_head(const struct frame *frame, u8 *buf);
/* False: not a frame of this version. */
bool frame_decode(struct frame *frame, const u8 *buf, size_t len);
/* Is it for the node with this index, in the table with this digest? */
bool frame_is_for(const struct frame *frame, u32 index, u64 digest);

#endif
