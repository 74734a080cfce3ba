// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is heard, and what everyone's evidence together says. Everyone watches
 * everyone; a larger cluster would change watched(), and cman_slot_of(), which
 * takes a node's word on all whom it is not deaf to.
 *
 * Each node is tracked by life: the one in the view, and any other. A packet
 * of another life never keeps a member alive.
 */
#include "sm_int.h"

/* The seam for K observers per node. */
static u64 watched(const struct cman_sm *sm)
{
	return sm->all & ~cman_self(sm);
}

static void track(struct cman_sm *sm, u32 index, struct cman_track *track,
		  u64 incarnation, const struct cman_msg *msg)
{
	enum cman_option disagrees;

	if (track->incarnation != incarnation) {
		memset(track, 0, sizeof(*track));
		track->incarnation = incarnation;
	}
	track->heard_ms = sm->now;
	track->deadline_ms = sm->now + cman_hold_ms(sm);
	track->lifetime = msg->lifetime;
	track->generation = msg->generation;
	if (cman_same_lifetime(&msg->lifetime, &sm->state.lifetime))
		track->slot = max_t(u64, track->slot, msg->slot);
	track->deaf = msg->deaf;
	track->lowest = msg->lowest;
	track->role = msg->role;
	track->quorate = msg->flags & CMAN_HELLO_QUORATE;
	track->stalled = msg->progress_age_ms > sm->config.stall_ms;
	disagrees = cman_options_compare(&sm->options, &msg->options);
	if (disagrees && disagrees != track->disagrees)
		cman_log(sm, CMAN_LOG_REFUSED, index, disagrees, 0);
	track->disagrees = disagrees;
}

/*
 * Of two, each may have had the other cut off from storage while both run. Who
 * is in a view of this generation that is not this node's was removed here, by
 * a fence, and removed this node there, by one, too: neither may go on. That is
 * so however old the packet is.
 */
static bool is_cut_off(const struct cman_sm *sm, const struct cman_from *from,
		       const struct cman_msg *msg)
{
	return sm->config.two_node && !from->member &&
	       msg->generation == sm->state.generation;
}

/* Another member's word about where the history is. */
static void compare_history(struct cman_sm *sm, const struct cman_from *from,
			    const struct cman_msg *msg)
{
	u32 coordinator = cman_coordinator(sm);

	if (msg->role != CMAN_ROLE_MEMBER) {
		/* Let in, but it has not heard of it. */
		if (from->member && (coordinator == sm->self ||
				     coordinator == from->index))
			cman_learn_answer(sm, BIT_ULL(from->index),
					  sm->view_slot - 1);
		return;
	}
	if (!cman_same_lifetime(&msg->lifetime, &sm->state.lifetime))
		return;
	if (is_cut_off(sm, from, msg)) {
		cman_tell_evicted(sm, from);
		sm->cut_off = true;
	} else if (from->member && ((sm->over | sm->accounted) &
				    BIT_ULL(from->index))) {
		/* Fenced, and it runs: nobody answers it, so it must hear why. */
		cman_tell_evicted(sm, from);
	} else if (msg->slot > sm->slot) {
		cman_learn_ask(sm, from->index);
	} else if (!from->member) {
		cman_tell_evicted(sm, from);
	} else if (msg->generation == sm->state.generation &&
		   sm->leader.phase == CMAN_LEADING &&
		   msg->ballot > sm->leader.ballot) {
		cman_decide_reset(sm);	/* somebody took over and stopped */
	}
}

enum cman_drop cman_monitor_hello(struct cman_sm *sm,
				  const struct cman_from *from,
				  const struct cman_msg *msg)
{
	struct cman_peer *peer = &sm->peers[from->index];

	if (from->member)
		track(sm, from->index, &peer->member, from->incarnation, msg);
	else
		track(sm, from->index, &peer->other, from->incarnation, msg);
	/* Another life of a member does not bring back the one that was lost. */
	if (from->member || !(sm->members & BIT_ULL(from->index)))
		sm->lost &= ~BIT_ULL(from->index);
	sm->leader.number = max_t(u32, sm->leader.number, msg->ballot >> 32);
	if (sm->role == CMAN_ROLE_MEMBER)
		compare_history(sm, from, msg);
	else if (msg->role == CMAN_ROLE_MEMBER)
		cman_join_history(sm, from->index);
	return CMAN_DROP_NONE;
}

/* A new view: watch its lives, each with a full term to be heard. */
void cman_monitor_view(struct cman_sm *sm)
{
	u64 set;

	for (set = sm->members; set; set &= set - 1) {
		struct cman_peer *peer = &sm->peers[__ffs64(set)];
		struct cman_entry *entry = cman_entry(sm, __ffs64(set));
		struct cman_track *member = &peer->member;

		if (member->incarnation != entry->incarnation) {
			memset(member, 0, sizeof(*member));
			if (peer->other.incarnation == entry->incarnation) {
				*member = peer->other;
				memset(&peer->other, 0, sizeof(peer->other));
			}
			/* It was heard since, though by no member's word. */
			if (member->heard_ms)
				sm->lost &= ~BIT_ULL(__ffs64(set));
			peer->suspect = false;
			member->incarnation = entry->incarnation;
			member->slot = sm->view_slot - 1;
		}
		member->deadline_ms = max_t(u64, member->deadline_ms,
					    sm->now + cman_hold_ms(sm));
		peer->bad_since_ms = 0;
	}
	sm->deaf &= ~sm->members;
	sm->dead = 0;
	sm->evict = 0;
}

/* The transport cannot reach them: what was heard before counts no more. */
void cman_monitor_lost(struct cman_sm *sm, u64 nodes)
{
	u64 set;

	nodes &= watched(sm);
	sm->lost |= nodes;
	for (set = nodes; set; set &= set - 1) {
		struct cman_peer *peer = &sm->peers[__ffs64(set)];

		peer->member.heard_ms = 0;
		peer->other.heard_ms = 0;
		memset(&peer->cand, 0, sizeof(peer->cand));
	}
}

/*
 * A node that was starved itself accuses nobody: everyone gets that longer.
 * And what it held against somebody before begins anew, so that there is a
 * beat to hear better; but only once, for a node that is late all the time
 * must still be able to remove the dead.
 */
static void excuse(struct cman_sm *sm, u32 late_ms)
{
	bool first = sm->now - sm->starved_ms > cman_dead_ms(sm);
	u64 set;

	for (set = watched(sm); set; set &= set - 1) {
		struct cman_peer *peer = &sm->peers[__ffs64(set)];

		peer->member.deadline_ms += late_ms;
		peer->other.deadline_ms += late_ms;
		if (first)
			peer->bad_since_ms = 0;
	}
	if (first)
		cman_log(sm, CMAN_LOG_STARVED, sm->self, late_ms, 0);
	sm->starved_ms = sm->now;
}

/*
 * A life that a view let in, and that never heard of it, may have founded
 * another lifetime: it will never be here.
 */
static bool is_elsewhere(const struct cman_sm *sm,
			 const struct cman_track *track)
{
	return track->role == CMAN_ROLE_MEMBER &&
	       !cman_same_lifetime(&track->lifetime, &sm->state.lifetime);
}

static u64 find_deaf(const struct cman_sm *sm)
{
	u64 set, deaf = 0;

	for (set = watched(sm); set; set &= set - 1) {
		u32 i = __ffs64(set);
		bool member = sm->members & BIT_ULL(i);
		const struct cman_track *track = &sm->peers[i].other;

		if (member)
			track = &sm->peers[i].member;
		if ((member && is_elsewhere(sm, track)) ||
		    !track->deadline_ms || sm->now >= track->deadline_ms ||
		    track->stalled || (sm->lost & BIT_ULL(i)))
			deaf |= BIT_ULL(i);
	}
	return deaf;
}

static void report(struct cman_sm *sm)
{
	u64 set;

	for (set = sm->members & watched(sm); set; set &= set - 1) {
		u32 i = __ffs64(set);
		struct cman_peer *peer = &sm->peers[i];
		bool suspect = sm->deaf & BIT_ULL(i);
		struct cman_action *action;

		if (suspect == peer->suspect)
			continue;
		action = cman_emit(sm, CMAN_ACT_SUSPECT);
		if (!action)
			return;
		peer->suspect = suspect;
		action->suspect.nodeid = cman_nodeid(sm, i);
		action->suspect.suspect = suspect;
		action->suspect.why = !suspect ? CMAN_SUSPECT_NONE :
			sm->lost & BIT_ULL(i) ? CMAN_SUSPECT_LOST :
			peer->member.stalled ? CMAN_SUSPECT_STALLED :
					       CMAN_SUSPECT_SILENT;
	}
}

/* Everyone's word that is about the view this node has. */
static void gather(const struct cman_sm *sm, struct cman_evidence *evidence)
{
	u64 set;

	evidence->members = sm->members;
	evidence->observers = cman_self(sm);
	evidence->deaf[sm->self] = sm->deaf & sm->members;
	for (set = sm->members & watched(sm) & ~sm->deaf; set; set &= set - 1) {
		u32 i = __ffs64(set);
		const struct cman_track *track = &sm->peers[i].member;

		if (track->role != CMAN_ROLE_MEMBER || is_elsewhere(sm, track) ||
		    track->generation != sm->state.generation)
			continue;
		evidence->observers |= BIT_ULL(i);
		evidence->deaf[i] = track->deaf & sm->members;
	}
}

/* What is decided is known up to here to all members that this node hears. */
u64 cman_lowest(const struct cman_sm *sm)
{
	u64 set, lowest = sm->slot;

	for (set = sm->members & watched(sm) & ~sm->deaf; set; set &= set - 1)
		lowest = min_t(u64, lowest,
			       sm->peers[__ffs64(set)].member.slot);
	return lowest;
}

/*
 * How far a member is, at least: by its own word, or by that of others who hear
 * it, for one broken link must not stop everybody.
 */
u64 cman_slot_of(const struct cman_sm *sm, u32 index)
{
	u64 slot = sm->peers[index].member.slot, set;

	for (set = sm->members & watched(sm); set; set &= set - 1) {
		const struct cman_track *track =
			&sm->peers[__ffs64(set)].member;

		if (track->role == CMAN_ROLE_MEMBER && !is_elsewhere(sm, track) &&
		    track->generation == sm->state.generation &&
		    !(track->deaf & BIT_ULL(index)))
			slot = max_t(u64, slot, track->lowest);
	}
	return slot;
}

static void judge(struct cman_sm *sm)
{
	struct cman_evidence evidence;
	u64 set, bad;

	gather(sm, &evidence);
	sm->dead = cman_dead(&evidence) |
		   (sm->members & (sm->over | sm->accounted));
	sm->evict = cman_evict(&sm->config, &evidence, sm->dead);
	bad = sm->dead | sm->evict;
	for (set = sm->members; set; set &= set - 1) {
		u32 i = __ffs64(set);
		struct cman_peer *peer = &sm->peers[i];

		if (!(bad & BIT_ULL(i))) {
			peer->bad_since_ms = 0;
		} else if (!peer->bad_since_ms) {
			peer->bad_since_ms = sm->now;
			cman_log(sm, sm->dead & BIT_ULL(i) ? CMAN_LOG_DEAD :
				 CMAN_LOG_EVICT, i, sm->deaf, sm->evict);
		}
	}
}

void cman_monitor_tick(struct cman_sm *sm, u32 late_ms)
{
	if (late_ms > 2 * sm->config.heartbeat_ms)
		excuse(sm, late_ms);
	sm->deaf = find_deaf(sm);
	if (sm->role != CMAN_ROLE_MEMBER)
		return;
	report(sm);
	judge(sm);
}

static bool any_older(const struct cman_sm *sm, u64 set, u64 age_ms)
{
	for (; set; set &= set - 1) {
		u64 since = sm->peers[__ffs64(set)].bad_since_ms;

		if (since && sm->now - since >= age_ms)
			return true;
	}
	return false;
}

/*
 * Whom to remove now. One heartbeat after the first is known to be dead, all
 * who are dead go together. A broken link is given time to turn out as a
 * death that others have not noticed yet, or to heal.
 */
u64 cman_monitor_remove(struct cman_sm *sm)
{
	u32 beat = sm->config.heartbeat_ms;
	u64 remove = 0;

	if (any_older(sm, sm->dead, beat))
		remove |= sm->dead;
	if (any_older(sm, sm->evict, (u64)beat * (sm->config.dead_after / 2 + 3)))
		remove |= sm->evict;
	return remove;
}

/* Any life of theirs, within the detection time by the clock. */
u64 cman_heard(const struct cman_sm *sm)
{
	u64 set, heard = cman_self(sm);

	for (set = watched(sm); set; set &= set - 1) {
		const struct cman_peer *peer = &sm->peers[__ffs64(set)];
		u64 last = max_t(u64, peer->member.heard_ms,
				 peer->other.heard_ms);

		if (last && sm->now - last < cman_hold_ms(sm))
			heard |= BIT_ULL(__ffs64(set));
	}
	return heard;
}

/* Members that are not suspect yet, but nobody waits for their lead. */
static u64 held(const struct cman_sm *sm)
{
	u64 grace = cman_hold_ms(sm) - cman_dead_ms(sm), set, silent = 0;

	for (set = grace ? sm->members & watched(sm) : 0; set; set &= set - 1) {
		u32 i = __ffs64(set);

		if (sm->now + grace >= sm->peers[i].member.deadline_ms)
			silent |= BIT_ULL(i);
	}
	return silent;
}

/* The lowest member that nothing is held against. */
u32 cman_coordinator(const struct cman_sm *sm)
{
	u64 good = sm->members & ~sm->dead & ~sm->evict & ~held(sm);

	if (sm->progress_age_ms > sm->config.stall_ms)
		good &= ~cman_self(sm);
	return good ? __ffs64(good) : CMAN_NOBODY;
}
