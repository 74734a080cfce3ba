/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which packets of a sender were seen before. One window for the incarnation
 * that is a member, one for another incarnation that is trying to become one:
 * replayed packets of old lives can disturb only the second.
 *
 * One struct per sender, under the caller's lock, zeroed to begin with. Call
 * it only for packets that were authenticated.
 */
#ifndef _CMAN_REPLAY_H
#define _CMAN_REPLAY_H

#include "pure.h"

#define CMAN_REPLAY_BITS 256

struct cman_replay_life {
	u64 incarnation;	/* 0: unused */
	u64 top;		/* highest sequence seen */
	u64 seen[CMAN_REPLAY_BITS / 64];	/* top - n is bit n */
};

struct cman_replay {
	struct cman_replay_life member;
	struct cman_replay_life other;
};

/**
 * cman_replay_accept() - take a packet, once
 * @replay: of its sender
 * @member: cman_sm_member_incarnation() of its sender now; 0 not a member
 * @incarnation: the packet's
 * @seq: the packet's
 *
 * Return: true for a packet that was not seen before and is not too old.
 */
bool cman_replay_accept(struct cman_replay *replay, u64 member,
			u64 incarnation, u64 seq);

#endif /* _CMAN_REPLAY_H */
