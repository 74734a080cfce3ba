// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who owns the cluster, and what follows when nobody does: at once the freeze,
 * and at the end of the grace period no quorum. The countdown begins when an
 * owner is lost and ends with RESUME, not with a claim: a daemon that claims
 * and dies again and again does not make it longer. Pure; see state.h.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "state.h"

void ub_init(struct ub_state *state, u32 grace_ms)
{
	memset(state, 0, sizeof(*state));
	state->grace_ms = grace_ms;
}

int ub_refuse(struct ub_refusal *refusal, enum vcs_ub_attr attr, int err,
	      const char *text)
{
	refusal->attr = attr;
	refusal->text = text;
	return err;
}

int ub_claim(struct ub_state *state, u64 owner, u64 cookie, u32 deadline_ms,
	     u64 now, struct ub_refusal *refusal)
{
	if (state->owner)
		return ub_refuse(refusal, VCS_UB_A_CLUSTER, -EBUSY,
				 "CLUSTER: a daemon owns it; wait until its socket is closed");
	state->owner = owner;
	state->cookie = cookie;
	state->deadline_ms = deadline_ms;
	state->heard_ms = now;
	return 0;
}

int ub_check_owner(struct ub_state *state, u64 owner, u64 cookie, u64 now,
		   struct ub_refusal *refusal)
{
	if (!state->owner || state->owner != owner)
		return ub_refuse(refusal, VCS_UB_A_CLUSTER, -EPERM,
				 "CLUSTER: this socket does not own it, or was silent too long; CLAIM it");
	if (state->cookie != cookie)
		return ub_refuse(refusal, VCS_UB_A_COOKIE, -EPERM,
				 "COOKIE: send the one that the last CLAIM returned");
	state->heard_ms = now;
	return 0;
}

int ub_check_resumed(const struct ub_state *state, struct ub_refusal *refusal)
{
	if (!state->frozen)
		return 0;
	return ub_refuse(refusal, VCS_UB_A_CLUSTER, -EAGAIN,
			 "CLUSTER: frozen since its daemon was lost; RESUME first");
}

static u64 silence_ends(const struct ub_state *state)
{
	return state->owner ? state->heard_ms + state->deadline_ms : U64_MAX;
}

bool ub_drop_owner(struct ub_state *state, u64 now)
{
	/* The others count from the last word, whenever it is noticed here. */
	u64 lost = min(now, silence_ends(state));
	u32 i;

	state->owner = 0;
	state->cookie = 0;
	for (i = 0; i < UB_REQUESTS_MAX; i++)
		state->requests[i].sent = false;
	if (!state->generation || state->frozen)
		return false;
	state->frozen = true;
	state->frozen_ms = lost;
	return true;
}

int ub_check_resume(const struct ub_state *state,
		    const struct vcs_lifetime *lifetime, u64 generation,
		    struct ub_refusal *refusal)
{
	if (!state->frozen)
		return ub_refuse(refusal, VCS_UB_A_CLUSTER, -EINVAL,
				 "CLUSTER: not frozen; go on with VIEW or QUORATE");
	if (memcmp(&state->lifetime, lifetime, sizeof(*lifetime)))
		return ub_refuse(refusal, VCS_UB_A_LIFETIME, -ESTALE,
				 "LIFETIME: the kernel is in another; if it is over, say EVICTED");
	if (state->generation != generation)
		return ub_refuse(refusal, VCS_UB_A_GENERATION, -ESTALE,
				 "GENERATION: resume with the one that CLAIM returned, then send each VIEW after it");
	return 0;
}

void ub_resumed(struct ub_state *state)
{
	state->frozen = false;
	state->expired = false;
}

static u64 grace_ends(const struct ub_state *state)
{
	return state->frozen && !state->expired ?
		state->frozen_ms + state->grace_ms : U64_MAX;
}

unsigned int ub_tick(struct ub_state *state, u64 now)
{
	unsigned int what = 0;

	if (now >= silence_ends(state))
		what |= UB_STALLED;
	if (now >= grace_ends(state)) {
		what |= UB_GRACE_OVER;
		state->expired = true;
	}
	return what;
}

u64 ub_next_tick(const struct ub_state *state)
{
	return min(silence_ends(state), grace_ends(state));
}

u64 ub_grace_left(const struct ub_state *state, u64 now)
{
	u64 end = state->frozen_ms + state->grace_ms;

	return state->frozen && !state->expired && now < end ? end - now : 0;
}
