// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which view comes next: who must go, who may come, and whether it is time.
 * Runs at the coordinator, between two decisions. Pure.
 */
#include "sm_int.h"

/* Removed with this reason. */
static u32 reason_for(const struct cman_sm *sm, u32 index)
{
	if (sm->leavers & BIT_ULL(index))
		return VCS_LEAVE_CLEAN;
	if (sm->evict & BIT_ULL(index) & ~sm->accounted)
		return VCS_LEAVE_REMOVED;
	return VCS_LEAVE_FAILED;
}

/*
 * Admitted as things stand, and heard since: the fence that its join waited
 * for may have switched the joiner off.
 */
static u64 admitted(const struct cman_sm *sm)
{
	u64 set, ready = 0;

	for (set = cman_admit_present(sm); set; set &= set - 1) {
		u32 i = __ffs64(set);

		if (cman_admit_current(sm, i) &&
		    sm->peers[i].cand.heard_ms > sm->peers[i].cand.admit_ms)
			ready |= BIT_ULL(i);
	}
	return ready;
}

/* Admitted once, and to be asked for again: decide nothing in between. */
static bool outdated(const struct cman_sm *sm)
{
	u64 set;

	for (set = cman_admit_present(sm); set; set &= set - 1)
		if (sm->peers[__ffs64(set)].cand.admitted)
			return true;
	return false;
}

/*
 * Members that are back with a new life before their death was noticed, and
 * proved the old one harmless: the new one takes its place in one view, so
 * that nobody begins to fence a node that runs.
 */
static u64 superseded(const struct cman_sm *sm)
{
	u64 set, over = 0;

	for (set = admitted(sm) & sm->members; set; set &= set - 1)
		if (sm->peers[__ffs64(set)].cand.settled)
			over |= BIT_ULL(__ffs64(set));
	return over;
}

static u64 joiners(const struct cman_sm *sm)
{
	/* An earlier life goes first, in a view of its own, if it can. */
	return admitted(sm) &
	       ~(sm->members & ~sm->accounted & ~superseded(sm));
}

/* Out of @remove, which may be what the monitor wants gone, or nothing. */
static u64 leaving(const struct cman_sm *sm, u64 remove)
{
	remove |= sm->accounted | sm->leavers | superseded(sm);
	remove &= sm->members;
	/* The last of many who leave together stays for its own turn. */
	if (!(sm->members & ~remove))
		remove &= ~cman_self(sm);
	return remove;
}

/* Each member that stays has learned everything up to here. */
static bool caught_up(const struct cman_sm *sm, u64 kept)
{
	u64 set;

	for (set = kept & ~cman_self(sm); set; set &= set - 1)
		if (cman_slot_of(sm, __ffs64(set)) < sm->slot)
			return false;
	return true;
}

static void add_joiner(struct cman_sm *sm, u32 index)
{
	const struct cman_candidate *cand = &sm->peers[index].cand;
	struct cman_entry *entry = &sm->next.members[sm->next.nr_members++];

	memset(entry, 0, sizeof(*entry));
	entry->nodeid = cman_nodeid(sm, index);
	entry->flags = cand->settled ? VCS_MEMBER_SETTLED : 0;
	entry->incarnation = cand->incarnation;
	entry->joined_generation = sm->next.generation;
	entry->nonce = cand->nonce;
	entry->load_id = cand->attest.load_id;
	memcpy(entry->machine_id, cand->attest.machine_id, VCS_MACHINE_ID_LEN);
}

static void add_departed(struct cman_sm *sm, u32 index)
{
	struct vcs_departed *gone = &sm->next.departed[sm->next.nr_departed++];

	gone->nodeid = cman_nodeid(sm, index);
	gone->incarnation = cman_entry(sm, index)->incarnation;
	gone->reason = reason_for(sm, index);
}

/* Remember the life that goes now, or the one that went before. */
static void add_known(struct cman_sm *sm, u32 index, bool goes)
{
	struct cman_known *known = &sm->next.known[sm->next.nr_known];
	const struct cman_entry *entry;
	u32 i;

	if (goes) {
		entry = cman_entry(sm, index);
		known->nodeid = entry->nodeid;
		known->clean = reason_for(sm, index) == VCS_LEAVE_CLEAN;
		known->incarnation = entry->incarnation;
		known->load_id = entry->load_id;
		memcpy(known->machine_id, entry->machine_id,
		       VCS_MACHINE_ID_LEN);
		sm->next.nr_known++;
		return;
	}
	for (i = 0; i < sm->state.nr_known; i++)
		if (sm->state.known[i].nodeid == cman_nodeid(sm, index))
			sm->next.known[sm->next.nr_known++] =
				sm->state.known[i];
}

static void build(struct cman_sm *sm, u64 kept, u64 join)
{
	u32 i;

	sm->next.lifetime = sm->state.lifetime;
	sm->next.generation = sm->state.generation + 1;
	sm->next.nr_members = 0;
	sm->next.nr_departed = 0;
	sm->next.nr_known = 0;
	for (i = 0; i < sm->config.nr_nodes; i++) {
		u64 bit = BIT_ULL(i);
		bool goes = sm->members & ~kept & bit;

		if (goes)
			add_departed(sm, i);
		if (join & bit)
			add_joiner(sm, i);
		else if (kept & bit)
			sm->next.members[sm->next.nr_members++] =
				*cman_entry(sm, i);
		else
			add_known(sm, i, goes);
	}
}

/* Would it be decided, and could its members then go on? */
static bool allowed(struct cman_sm *sm, u64 remove, u64 join)
{
	u64 forced = remove & ~sm->leavers;

	if (!forced)
		return true;
	return cman_decide_possible(sm, sm->members & ~sm->deaf & ~forced) &&
	       cman_votes(&sm->config, (sm->members & ~remove) | join) >=
		       sm->need;
}

/*
 * Whom to remove. A removal that is not allowed waits, perhaps until a link is
 * whole again; as long as those who are heard can decide, everything else goes
 * on with the members as they are.
 */
static u64 choose(struct cman_sm *sm, u64 join)
{
	u64 remove = leaving(sm, cman_monitor_remove(sm));

	if (allowed(sm, remove, join) ||
	    cman_votes(&sm->config, sm->members & ~sm->deaf) < sm->quorum)
		return remove;
	return leaving(sm, 0);
}

/*
 * True: the encoded view is in leader.value. @wanted: there should be a new
 * view soon; propose nothing else, so that all can catch up.
 */
bool cman_view_next(struct cman_sm *sm, bool *wanted)
{
	u64 join = joiners(sm), remove = choose(sm, join);
	u64 kept = sm->members & ~remove;

	*wanted = remove || join || outdated(sm);
	if (!remove && !join)
		return false;
	if (!allowed(sm, remove, join) || !caught_up(sm, kept))
		return false;
	build(sm, kept, join);
	sm->leader.len = (u32)cman_state_encode(&sm->next, sm->leader.value,
						CMAN_VALUE_MAX);
	cman_log(sm, CMAN_LOG_PROPOSE_VIEW, sm->self, sm->next.generation,
		 remove);
	return sm->leader.len;
}
