// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sliding windows against replayed packets; see replay.h. Pure, the caller
 * locks.
 */
#include "replay.h"

static bool seen(const struct cman_replay_life *life, u64 age)
{
	return life->seen[age / 64] & BIT_ULL(age % 64);
}

static void slide(struct cman_replay_life *life, u64 by)
{
	u32 words = (u32)(by / 64), bits = by % 64;
	int i;

	if (by >= CMAN_REPLAY_BITS) {
		memset(life->seen, 0, sizeof(life->seen));
		return;
	}
	for (i = CMAN_REPLAY_BITS / 64 - 1; i >= 0; i--) {
		u64 v = 0;

		if (i >= (int)words)
			v = life->seen[i - words] << bits;
		if (bits && i > (int)words)
			v |= life->seen[i - words - 1] >> (64 - bits);
		life->seen[i] = v;
	}
}

static bool accept_seq(struct cman_replay_life *life, u64 seq)
{
	u64 age;

	if (seq > life->top) {
		slide(life, seq - life->top);
		life->top = seq;
		life->seen[0] |= 1;
		return true;
	}
	age = life->top - seq;
	if (age >= CMAN_REPLAY_BITS || seen(life, age))
		return false;
	life->seen[age / 64] |= BIT_ULL(age % 64);
	return true;
}

bool cman_replay_accept(struct cman_replay *replay, u64 member,
			u64 incarnation, u64 seq)
{
	struct cman_replay_life *life = &replay->other;

	if (!incarnation || !seq)
		return false;
	if (member && replay->member.incarnation != member) {
		/* It became a member: what was seen of it stays seen. */
		if (replay->other.incarnation == member) {
			replay->member = replay->other;
			memset(&replay->other, 0, sizeof(replay->other));
		} else {
			memset(&replay->member, 0, sizeof(replay->member));
			replay->member.incarnation = member;
		}
	}
	if (incarnation == replay->member.incarnation)
		life = &replay->member;
	if (life->incarnation != incarnation) {
		memset(life, 0, sizeof(*life));
		life->incarnation = incarnation;
	}
	return accept_seq(life, seq);
}
