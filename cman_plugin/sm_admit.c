// SPDX-License-Identifier: GPL-2.0-only
/*
 * The coordinator's side of a join: challenge, look at what the node states
 * about itself, ask the core above, and have it ready for the next view. Pure.
 */
#include "sm_int.h"

/* A candidate is left to somebody else for 2 to this power detection times. */
#define LOST_MAX	6

static void ask(struct cman_sm *sm, u32 index);

/*
 * Challenges are left to who leads, so that a joiner answers one node only;
 * but a coordinator that cannot lead without the joiners needs them first.
 */
static bool leads(const struct cman_sm *sm)
{
	u64 gone = sm->deaf | sm->over | sm->accounted;

	if (sm->role != CMAN_ROLE_MEMBER || sm->lingering ||
	    cman_coordinator(sm) != sm->self)
		return false;
	return sm->leader.phase == CMAN_LEADING ||
	       (sm->leader.phase == CMAN_PREPARING &&
		cman_votes(&sm->config, sm->members & ~gone) < sm->quorum);
}

static bool is_here(const struct cman_sm *sm, const struct cman_candidate *cand)
{
	return cand->incarnation && sm->now - cand->heard_ms < cman_dead_ms(sm);
}

/* Answered the latest challenge. */
u64 cman_admit_present(const struct cman_sm *sm)
{
	u64 present = 0;
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++)
		if (sm->peers[i].cand.fresh && is_here(sm, &sm->peers[i].cand))
			present |= BIT_ULL(i);
	return present;
}

/* Answered any challenge of this node. */
u64 cman_admit_answered(const struct cman_sm *sm)
{
	u64 answered = 0;
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++)
		if (sm->peers[i].cand.answered &&
		    is_here(sm, &sm->peers[i].cand))
			answered |= BIT_ULL(i);
	return answered;
}

/* ... and no other node's since, as far as is known. */
u64 cman_admit_bound(const struct cman_sm *sm)
{
	u64 set, bound = 0;

	for (set = cman_admit_answered(sm); set; set &= set - 1)
		if (sm->peers[__ffs64(set)].cand.bound)
			bound |= BIT_ULL(__ffs64(set));
	return bound;
}

/*
 * Kept out by a fence that is pending. Without a quorum nobody above would
 * see to it.
 */
u64 cman_admit_held(const struct cman_sm *sm)
{
	u64 set, held = 0;

	for (set = cman_admit_answered(sm); set; set &= set - 1)
		if (sm->peers[__ffs64(set)].cand.held)
			held |= BIT_ULL(__ffs64(set));
	return held;
}

/* They must prove again to be there, by a new challenge. */
void cman_admit_renew(struct cman_sm *sm, u64 set)
{
	for (; set; set &= set - 1) {
		struct cman_candidate *cand = &sm->peers[__ffs64(set)].cand;

		cand->fresh = false;
		if (cand->nonce)
			cand->nonce_before = cand->nonce;
		cand->nonce = 0;
		cand->admitted = false;
		cand->admit_cookie = 0;
		cand->ask_ms = sm->now;
	}
}

/*
 * Does what the core above said still hold? A record decided since may be a
 * claim to fence that node, which nobody but the core can read.
 */
bool cman_admit_current(const struct cman_sm *sm, u32 index)
{
	const struct cman_candidate *cand = &sm->peers[index].cand;

	return cand->admitted && !cand->admit_cookie &&
	       cand->ask_slot == sm->slot &&
	       cand->ask_words == sm->words;
}

void cman_admit_view(struct cman_sm *sm)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++) {
		struct cman_candidate *cand = &sm->peers[i].cand;

		if (cman_is_member_life(sm, i, cand->incarnation))
			memset(cand, 0, sizeof(*cand));
		cand->admitted = false;
		cand->held = false;
		cand->admit_cookie = 0;
		cand->ask_ms = sm->now;
	}
}

static bool is_settled(const struct cman_sm *sm, const struct vcs_attest *now,
		       u64 load_id, const u8 *machine_id)
{
	static const u8 unknown[VCS_MACHINE_ID_LEN];

	if (!now->load_id || !load_id)
		return false;
	if (now->load_id == load_id)
		return now->drained;
	return sm->config.reboot_fences &&
	       !memcmp(now->machine_id, machine_id, VCS_MACHINE_ID_LEN) &&
	       memcmp(machine_id, unknown, VCS_MACHINE_ID_LEN);
}

/*
 * Is it certain of this node, having come back, that its life before can do no
 * more I/O? Its kernel is the same and has let go of everything; or its machine
 * started again, and storage drops what such a machine had queued; or that life
 * was fenced.
 */
bool cman_admit_settled(struct cman_sm *sm, u32 index)
{
	const struct cman_candidate *cand = &sm->peers[index].cand;
	const struct cman_entry *entry;
	u32 i;

	if (cman_mutant(CMAN_MUTANT_REJOIN) ||
	    (sm->cleared & BIT_ULL(index)))
		return true;
	if (sm->members & BIT_ULL(index)) {
		entry = cman_entry(sm, index);
		return is_settled(sm, &cand->attest, entry->load_id,
				  entry->machine_id);
	}
	for (i = 0; i < sm->state.nr_known; i++) {
		const struct cman_known *known = &sm->state.known[i];

		if (known->nodeid == cman_nodeid(sm, index))
			return !known->clean &&
			       is_settled(sm, &cand->attest, known->load_id,
					  known->machine_id);
	}
	return false;
}

static void refuse(struct cman_sm *sm, const struct cman_from *from,
		   enum cman_option option)
{
	struct cman_msg msg;

	cman_log(sm, CMAN_LOG_REFUSED, from->index, option, 0);
	cman_msg_start(sm, &msg, CMAN_MSG_REFUSED);
	msg.incarnation = from->incarnation;
	msg.code = (u8)option;
	cman_send(sm, BIT_ULL(from->index), &msg);
}

/* A life that was a member is never one again. */
static bool was_member(const struct cman_sm *sm, const struct cman_from *from)
{
	u32 i;

	for (i = 0; i < sm->state.nr_known; i++)
		if (sm->state.known[i].nodeid ==
		    cman_nodeid(sm, from->index) &&
		    sm->state.known[i].incarnation == from->incarnation)
			return true;
	return false;
}

/* The one to talk to; NULL while another life of that node is heard. */
static struct cman_candidate *find_candidate(struct cman_sm *sm,
					     const struct cman_from *from)
{
	struct cman_candidate *cand = &sm->peers[from->index].cand;

	if (cand->incarnation == from->incarnation)
		return cand;
	if (cand->answered &&
	    sm->now - cand->heard_ms < 3 * sm->config.heartbeat_ms)
		return NULL;
	memset(cand, 0, sizeof(*cand));
	cand->incarnation = from->incarnation;
	cand->since_ms = sm->now;
	return cand;
}

static void challenge(struct cman_sm *sm, const struct cman_from *from,
		      struct cman_candidate *cand, u32 answers)
{
	struct cman_msg msg;

	if (!cand->nonce)
		cand->nonce = sm->random ? sm->random : 1;
	cman_msg_start(sm, &msg, CMAN_MSG_CHALLENGE);
	msg.incarnation = from->incarnation;
	msg.nonce = cand->nonce;
	msg.answers = answers;
	cman_send(sm, BIT_ULL(from->index), &msg);
}

/* The member that has this nodeid went on talking since the other came. */
static bool in_use(const struct cman_sm *sm, u32 index)
{
	const struct cman_peer *peer = &sm->peers[index];

	return (sm->members & BIT_ULL(index)) &&
	       peer->member.heard_ms > peer->cand.since_ms + cman_dead_ms(sm);
}

/*
 * Two who hear it, and not each other, would take it from each other with each
 * of its packets, and neither could rely on it for as long as a fence takes. So
 * it is left to the other for a while, longer each time.
 */
static void leave_to_other(struct cman_sm *sm, struct cman_candidate *cand)
{
	u64 times = 1 + (sm->random & (BIT_ULL(cand->lost) - 1));

	cand->wait_ms = sm->now + times * cman_dead_ms(sm);
	if (cand->lost < LOST_MAX)
		cand->lost++;
}

/*
 * Each JOIN says how many challenges were answered, and which one last. None
 * is answered but as one more than was said to who made it: so who knows the
 * last one knows of all before it. One that is not of this node may be of a
 * node that lets it in; it is not asked again what it has left.
 */
static void notice_answers(struct cman_sm *sm, const struct cman_from *from,
			   const struct cman_msg *msg)
{
	struct cman_candidate *cand = &sm->peers[from->index].cand;

	if (msg->answers == cand->answers)
		return;
	cand->answers = msg->answers;
	if (msg->nonce && (msg->nonce == cand->nonce ||
			   msg->nonce == cand->nonce_before))
		return;
	if (cand->bound && msg->nonce)
		leave_to_other(sm, cand);
	cand->bound = false;
	cand->fresh = false;
	cand->nonce = 0;
	cand->nonce_before = 0;
	sm->base &= ~BIT_ULL(from->index);
}

static void is_bound(struct cman_sm *sm, u32 index)
{
	struct cman_candidate *cand = &sm->peers[index].cand;

	if (!cand->answered) {
		cman_log(sm, CMAN_LOG_JOIN_READY, index, 0, 0);
		/* What was here was another life. */
		sm->base &= ~BIT_ULL(index);
	}
	cand->bound = true;
}

static enum cman_drop hear(struct cman_sm *sm, const struct cman_from *from,
			   const struct cman_msg *msg)
{
	struct cman_peer *peer = &sm->peers[from->index];
	struct cman_candidate *cand = find_candidate(sm, from);

	if (!cand)
		return CMAN_DROP_STALE;
	cand->heard_ms = sm->now;
	notice_answers(sm, from, msg);
	if (peer->other.incarnation != from->incarnation)
		return CMAN_DROP_STATE;
	if (peer->other.disagrees || in_use(sm, from->index)) {
		refuse(sm, from, peer->other.disagrees ?
		       peer->other.disagrees : CMAN_OPT_NODEID_IN_USE);
		return CMAN_DROP_OPTIONS;
	}
	if (!cand->nonce || msg->nonce != cand->nonce) {
		cand->fresh = false;
		if (!msg->nonce || sm->now >= cand->wait_ms)
			challenge(sm, from, cand, msg->answers);
		return CMAN_DROP_NONE;
	}
	is_bound(sm, from->index);
	cand->answered = true;
	cand->fresh = true;
	cand->attest = msg->attest;
	ask(sm, from->index);
	return CMAN_DROP_NONE;
}

enum cman_drop cman_admit_join(struct cman_sm *sm,
			       const struct cman_from *from,
			       const struct cman_msg *msg)
{
	struct cman_candidate *cand = &sm->peers[from->index].cand;

	if (cand->incarnation == from->incarnation) {
		if (msg->answers < cand->answers)
			return CMAN_DROP_STALE;
		notice_answers(sm, from, msg);
	}
	if (!leads(sm)) {
		/* Somebody else's challenge counts now. */
		cand->fresh = false;
		return CMAN_DROP_STATE;
	}
	if (from->member) {
		cman_learn_answer(sm, BIT_ULL(from->index),
				  sm->view_slot - 1);
		return CMAN_DROP_NONE;
	}
	if (was_member(sm, from)) {
		cman_tell_evicted(sm, from);
		return CMAN_DROP_STALE;
	}
	return hear(sm, from, msg);
}

/* Would the core above take it? Not while a fence of it is pending. */
static void ask(struct cman_sm *sm, u32 index)
{
	struct cman_candidate *cand = &sm->peers[index].cand;
	struct cman_action *action;

	if (!cand->fresh || cand->admit_cookie ||
	    cman_admit_current(sm, index) ||
	    (!cand->admitted && sm->now < cand->ask_ms))
		return;
	/* A life that is still in the view goes first, unless it is over. */
	if ((sm->members & ~sm->accounted & BIT_ULL(index)) &&
	    !cman_admit_settled(sm, index)) {
		cand->admitted = false;
		return;
	}
	action = cman_emit(sm, CMAN_ACT_ASK_ADMIT);
	if (!action)
		return;
	cand->settled = cman_admit_settled(sm, index);
	cand->admit_cookie = ++sm->cookie;
	cand->ask_slot = sm->slot;
	cand->ask_words = sm->words;
	action->ask_admit.nodeid = cman_nodeid(sm, index);
	action->ask_admit.incarnation = cand->incarnation;
	action->ask_admit.settled = cand->settled;
	action->ask_admit.cookie = cand->admit_cookie;
}

void cman_admit_tick(struct cman_sm *sm)
{
	u64 set;

	if (!leads(sm))
		return;
	for (set = cman_admit_present(sm); set; set &= set - 1)
		ask(sm, __ffs64(set));
}

void cman_admit_answer(struct cman_sm *sm, u64 cookie, bool yes)
{
	u32 i;

	for (i = 0; i < sm->config.nr_nodes; i++) {
		struct cman_candidate *cand = &sm->peers[i].cand;

		if (!cookie || cand->admit_cookie != cookie)
			continue;
		cand->admit_cookie = 0;
		cand->admitted = yes;
		cand->admit_ms = sm->now;
		cand->held = !yes;
		cand->ask_ms = sm->now + 5 * sm->config.heartbeat_ms;
		if (!yes)
			cman_log(sm, CMAN_LOG_JOIN_HELD, i, 0, 0);
	}
}
