/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's own records on the wire: a kind byte, a version byte, then the
 * fields that the kind has, little endian. Pure: no lock, no allocation.
 */
#ifndef _VCS_RECORD_CODEC_H
#define _VCS_RECORD_CODEC_H

#include <linux/vcs_provider.h>

#define VCS_RECORD_VERSION	1

enum vcs_record_kind {
	VCS_RECORD_NONE,
	VCS_RECORD_FENCE_REQUEST,	/* fence this life of a member */
	VCS_RECORD_FENCE_CLAIM,		/* the sender wants to do it */
	VCS_RECORD_FENCE_RESULT,	/* the owner of the claim: what came of it */
	VCS_RECORD_FENCE_CONFIRM,	/* an administrator vouches for it */
	VCS_RECORD_SYNC_FENCE,		/* state transfer: one entry */
	VCS_RECORD_SYNC_END,		/* state transfer: that was all */
	VCS_RECORD_KINDS
};

#define VCS_SYNC_INCOMPLETE	(1U << 0)	/* the sender does not know all */

/* All fields of all kinds; the ones that a kind does not have are zero. */
struct vcs_record {
	enum vcs_record_kind kind;
	enum vcs_fence_state state;
	enum vcs_fence_result result;
	u32 flags;			/* VCS_SYNC_* */
	u32 nodeid;
	u32 actor;
	u32 failed_actor;
	u32 round;
	u64 incarnation;
	u64 actor_incarnation;
	u64 order;
	u64 generation;
	char method[VCS_NAME_MAX + 1];
	char reason[VCS_REASON_MAX + 1];
};

int vcs_record_encode(const struct vcs_record *record, void *data,
		      size_t size);
int vcs_record_decode(struct vcs_record *record, const void *data, size_t len);
const char *vcs_record_kind_str(enum vcs_record_kind kind);

#endif /* _VCS_RECORD_CODEC_H */
