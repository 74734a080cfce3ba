// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must never happen, looked at whenever something could have broken it:
 *
 *  - a write reaches the disk after others, in a later view without the
 *    writer, were allowed to start: never two sides without a fence;
 *  - two versions of one generation, unless every life that was told the
 *    first one is over;
 *  - two orders of the records of one generation, with the same exception;
 *  - members that pass together from one view to the next delivered the same
 *    records in the same order;
 *  - an incarnation that departed comes back;
 *  - a view that its members' votes cannot carry, unless all left cleanly;
 *  - a first view without everyone, where it must wait for all;
 *  - with two_node, a removal before a fence was successful;
 *  - a life that counts as fenced, while writes of the one before are under way;
 *  - a gate that opens beside one that should be shut, and a quorate minority.
 */
#include <stdarg.h>
#include <stdlib.h>
#include "sim.h"

void sim_fail(struct sim *sim, const char *fmt, ...)
{
	va_list args;
	int n;

	if (sim->failure[0])
		return;
	n = snprintf(sim->failure, sizeof(sim->failure), "at %llu ms: ",
		     (unsigned long long)sim->now);
	va_start(args, fmt);
	vsnprintf(sim->failure + n, sizeof(sim->failure) - (size_t)n, fmt,
		  args);
	va_end(args);
}

void sim_say(struct sim *sim, const struct sim_life *life, const char *fmt, ...)
{
	va_list args;

	if (!sim->verbose)
		return;
	printf("%8llu", (unsigned long long)sim->now);
	if (life)
		printf("  node %u %04x:", sim->config.nodes[life->node].nodeid,
		       (unsigned int)life->incarnation & 0xffff);
	putchar(' ');
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

u32 sim_lifetime(struct sim *sim, const struct vcs_lifetime *lifetime)
{
	u32 i;

	for (i = 0; i < sim->nr_lifetimes; i++)
		if (!memcmp(&sim->lifetimes[i], lifetime, sizeof(*lifetime)))
			return i;
	if (i == 256)
		abort();
	sim->lifetimes[i] = *lifetime;
	sim->nr_lifetimes++;
	if (sim->form_proposers & (sim->form_proposers - 1))
		sim->cover.form_race++;
	sim->form_proposers = 0;
	if (sim->all_down)
		sim->cover.full_restart++;
	sim->all_down = false;
	return i;
}

static bool contains(const struct sim_view *view, u32 node, u64 incarnation)
{
	u32 i;

	for (i = 0; i < view->nr_members; i++)
		if (view->nodes[i] == node &&
		    view->incarnations[i] == incarnation)
			return true;
	return false;
}

static struct sim_life *find_life(struct sim *sim, u32 node, u64 incarnation)
{
	u32 i;

	for (i = sim->nr_lives; i-- > 0;)
		if (sim->lives[i]->node == node &&
		    sim->lives[i]->incarnation == incarnation)
			return sim->lives[i];
	return NULL;
}

static u64 view_digest(const struct cman_view *view)
{
	u64 d = view->generation;
	u32 i;

	for (i = 0; i < view->nr_members; i++) {
		d = sim_mix(d ^ view->members[i].nodeid);
		d = sim_mix(d ^ view->members[i].incarnation);
		d = sim_mix(d ^ view->members[i].joined_generation);
		d = sim_mix(d ^ view->members[i].flags);
	}
	for (i = 0; i < view->nr_departed; i++) {
		d = sim_mix(d ^ view->departed[i].nodeid);
		d = sim_mix(d ^ view->departed[i].incarnation);
		d = sim_mix(d ^ view->departed[i].reason);
	}
	return d;
}

static u32 node_of(struct sim *sim, u32 nodeid)
{
	u32 n = 0;

	while (sim->config.nodes[n].nodeid != nodeid)
		n++;
	return n;
}

/* The newest version of that generation. */
static struct sim_view *find_view(struct sim *sim, u32 lifetime,
				  u64 generation)
{
	struct sim_view *view;

	for (view = sim->views; view; view = view->next)
		if (view->lifetime == lifetime &&
		    view->generation == generation)
			return view;
	return NULL;
}

/* Nothing to do with how the core counts: more than half. */
static bool is_majority(const struct sim *sim, const struct sim_view *view)
{
	u32 votes = 0, all = 0, i;

	for (i = 0; i < sim->n; i++)
		all += sim->config.nodes[i].votes;
	for (i = 0; i < view->nr_members; i++)
		votes += sim->config.nodes[view->nodes[i]].votes;
	return votes * 2 > all;
}

/* Writes of the lives before it that could still reach the disk. */
static void check_settled(struct sim *sim, const struct sim_life *life)
{
	u32 i;

	for (i = 0; i < life->id; i++) {
		const struct sim_life *old = sim->lives[i];

		if (old->node == life->node && old->inflight && !old->fenced &&
		    !old->dropped)
			sim_fail(sim, "life %u counts as fenced, life %u writes",
				 life->id, old->id);
	}
}

/*
 * Whoever was let in and never heard of it has no history: it may found
 * another lifetime and stay in it, but not come back in this one.
 */
static void check_member(struct sim *sim, const struct sim_view *now,
			 const struct vcs_member *member)
{
	struct sim_life *life = find_life(sim, node_of(sim, member->nodeid),
					  member->incarnation);

	if (!life) {
		sim_fail(sim, "a member that never lived");
		return;
	}
	/* Cut off, it runs on in a history of its own, and writes nothing. */
	if (sim->cuts_only && life->fenced)
		return;
	if (life->departed && (life->departed->lifetime == now->lifetime ||
			       (life->lifetime != ~0U &&
				life->lifetime != now->lifetime)))
		sim_fail(sim, "life %u is a member again", life->id);
	if ((member->flags & VCS_MEMBER_SETTLED) &&
	    member->joined_generation == now->generation)
		check_settled(sim, life);
}

/* Of two, one goes only when it is off, or back and harmless. */
static void check_removal(struct sim *sim, const struct vcs_departed *gone)
{
	struct sim_life *life = find_life(sim, node_of(sim, gone->nodeid),
					  gone->incarnation);
	u32 i;

	if (!life || life->fenced || gone->reason == VCS_LEAVE_CLEAN)
		return;
	for (i = life->id + 1; i < sim->nr_lives; i++)
		if (sim->lives[i]->node == life->node &&
		    (!life->inflight || life->dropped))
			return;
	sim_fail(sim, "life %u is removed, and was not fenced", life->id);
}

static void check_first(struct sim *sim, const struct sim_view *now,
			const struct cman_view *view)
{
	bool clean = view->generation > 1, two_node = sim->config.two_node;
	u32 i;

	for (i = 0; i < view->nr_departed; i++) {
		if (view->departed[i].reason != VCS_LEAVE_CLEAN)
			clean = false;
		if (two_node)
			check_removal(sim, &view->departed[i]);
	}
	for (i = 0; i < now->nr_members; i++)
		check_member(sim, now, &view->members[i]);
	if (view->generation == 1 && now->nr_members != sim->n &&
	    (two_node || sim->config.wait_for_all))
		sim_fail(sim, "formed by %u of %u", now->nr_members, sim->n);
	if (!clean && view->nr_departed && !two_node && !is_majority(sim, now))
		sim_fail(sim, "generation %llu without a majority",
			 (unsigned long long)now->generation);
}

void sim_check_quorate(struct sim *sim, const struct sim_life *life)
{
	if (!sim->config.two_node && !is_majority(sim, life->core->info))
		sim_fail(sim, "life %u is quorate in a minority", life->id);
}

static void mark_departed(struct sim *sim, const struct sim_view *now,
			  const struct cman_view *view)
{
	u32 i;

	for (i = 0; i < view->nr_departed; i++) {
		struct sim_life *life =
			find_life(sim, node_of(sim, view->departed[i].nodeid),
				  view->departed[i].incarnation);

		if (life)
			life->departed = now;
	}
}

static struct sim_view *add_view(struct sim *sim, u32 lifetime,
				 const struct cman_view *view)
{
	struct sim_view *now = calloc(1, sizeof(*now));
	u32 i;

	if (!now)
		abort();
	now->lifetime = lifetime;
	now->generation = view->generation;
	now->nr_members = view->nr_members;
	for (i = 0; i < view->nr_members; i++) {
		now->nodes[i] = node_of(sim, view->members[i].nodeid);
		now->incarnations[i] = view->members[i].incarnation;
		if (view->generation == 1)
			sim->founders[lifetime] |= BIT_ULL(now->nodes[i]);
	}
	now->digest = view_digest(view);
	now->next = sim->views;
	sim->views = now;
	sim->cover.views++;
	check_first(sim, now, view);
	mark_departed(sim, now, view);
	return now;
}

/* What only the dead were told did not happen. */
static void forget(struct sim *sim, const struct sim_view *view)
{
	u32 i;

	for (i = 0; i < sim->nr_lives; i++) {
		const struct sim_view *in = sim->lives[i]->departed;

		if (in && in->lifetime == view->lifetime &&
		    in->generation >= view->generation)
			sim->lives[i]->departed = NULL;
	}
	sim->cover.fork++;
}

/* Every life that was told this version is over. */
static bool forgotten(struct sim *sim, const struct sim_view *view)
{
	u32 i;

	for (i = 0; i < view->nr_publishers; i++)
		if (sim->lives[view->publishers[i]]->up &&
		    !sim->lives[view->publishers[i]]->fenced)
			return false;
	return true;
}

/* Of those who come to this very view from the one before. */
static void check_passage(struct sim *sim, struct sim_life *life,
			  struct sim_view *now)
{
	struct sim_core *core = life->core;

	if (!core->joined)
		return;
	if (now->passed && now->records != core->records)
		sim_fail(sim, "life %u delivered other records before %llu",
			 life->id, (unsigned long long)now->generation);
	now->passed = true;
	now->records = core->records;
}

static void check_step(struct sim *sim, struct sim_life *life, u32 lifetime,
		       const struct cman_view *view)
{
	bool found = false;
	u32 i;

	for (i = 0; i < view->nr_members; i++) {
		if (view->members[i].incarnation == life->incarnation)
			found = true;
		if (i && view->members[i].nodeid <= view->members[i - 1].nodeid)
			sim_fail(sim, "members not sorted");
	}
	if (!found)
		sim_fail(sim, "life %u is told a view without it", life->id);
	if (!life->core->joined)
		return;
	if (life->lifetime != lifetime ||
	    view->generation != life->core->view.generation + 1)
		sim_fail(sim, "life %u: generation %llu after %llu", life->id,
			 (unsigned long long)view->generation,
			 (unsigned long long)life->core->view.generation);
}

void sim_check_view(struct sim *sim, struct sim_life *life,
		    const struct cman_view *view)
{
	u32 lifetime = sim_lifetime(sim, &view->lifetime), i;
	struct sim_view *now = find_view(sim, lifetime, view->generation);

	sim_say(sim, life, "view %u.%llu of %u", lifetime,
		(unsigned long long)view->generation, view->nr_members);
	for (i = 0; i < view->nr_members; i++)
		sim_say(sim, life, "    member %u %04x%s",
			view->members[i].nodeid,
			(unsigned int)view->members[i].incarnation & 0xffff,
			view->members[i].flags ? " settled" : "");
	for (i = 0; i < view->nr_departed; i++)
		sim_say(sim, life, "    departed %u %04x reason %u",
			view->departed[i].nodeid,
			(unsigned int)view->departed[i].incarnation & 0xffff,
			view->departed[i].reason);
	sim_trace(sim, view_digest(view));
	check_step(sim, life, lifetime, view);
	if (now && now->digest != view_digest(view)) {
		if (!forgotten(sim, now))
			sim_fail(sim, "life %u: another generation %u.%llu",
				 life->id, lifetime,
				 (unsigned long long)view->generation);
		forget(sim, now);
		now = NULL;
	}
	if (!now)
		now = add_view(sim, lifetime, view);
	check_passage(sim, life, now);
	if (now->nr_publishers < 32)
		now->publishers[now->nr_publishers++] = life->id;
	life->lifetime = lifetime;
	life->core->info = now;
}

/* Has anybody who is still there delivered the @n-th record in that view? */
static bool delivered(struct sim *sim, const struct sim_view *view,
		      const struct sim_life *but, u32 n)
{
	u32 i;

	for (i = 0; i < view->nr_publishers; i++) {
		struct sim_life *life = sim->lives[view->publishers[i]];

		if (life != but && life->up &&
		    (life->core->info != view || life->core->nr_records > n))
			return true;
	}
	return false;
}

/* @digest is of the records so far: one log, whoever reads it. */
void sim_check_record(struct sim *sim, struct sim_life *life, u64 digest)
{
	struct sim_view *view = life->core->info;
	u32 n = life->core->nr_records++;

	if (n < view->nr_log && view->log[n] == digest)
		return;
	if (n < view->nr_log && delivered(sim, view, life, n)) {
		sim_fail(sim, "life %u delivered another record %u in %u.%llu",
			 life->id, n, view->lifetime,
			 (unsigned long long)view->generation);
		return;
	}
	if (n == view->max_log) {
		view->max_log = n ? 2 * n : 64;
		view->log = realloc(view->log,
				    view->max_log * sizeof(*view->log));
		if (!view->log)
			abort();
	}
	view->log[n] = digest;
	view->nr_log = n + 1;
}

/* With @view started, may @life, of that view, write no more? */
static bool is_shut_out(const struct sim *sim, const struct sim_view *view,
			const struct sim_life *life, u64 generation)
{
	if (contains(view, life->node, life->incarnation))
		return false;
	if (view->lifetime == life->lifetime)
		return view->generation > generation;
	/* Who founds a lifetime vouches for its own earlier life. */
	return view->lifetime > life->lifetime &&
	       !(sim->founders[view->lifetime] & BIT_ULL(life->node));
}

/* Nobody whose gate is open may be left out, whichever lifetime is older. */
static bool is_left_out(const struct sim_view *view,
			const struct sim_life *life)
{
	return view->lifetime != life->lifetime &&
	       !contains(view, life->node, life->incarnation);
}

void sim_check_start(struct sim *sim, struct sim_life *life)
{
	const struct sim_view *view = life->core->info;
	u32 i;

	for (i = 0; i < sim->n; i++) {
		const struct sim_life *other = sim_life_of(sim, i);

		if (other && !other->fenced && other->core->gate &&
		    (is_left_out(view, other) ||
		     is_shut_out(sim, view, other,
				 other->core->gate_generation)))
			sim_fail(sim, "life %u starts, and the gate of life %u is open",
				 life->id, other->id);
	}
	life->core->info->started = true;
	life->core->info->started_at = sim->now;
	sim_say(sim, life, "starts to write in %u.%llu", life->lifetime,
		(unsigned long long)life->core->view.generation);
}

static bool has_node(const struct sim_view *view, u32 node)
{
	u32 i;

	for (i = 0; i < view->nr_members; i++)
		if (view->nodes[i] == node)
			return true;
	return false;
}

/* Did others start, certain that this life would write no more? */
void sim_check_land(struct sim *sim, struct sim_life *life, u64 generation,
		    u64 begun)
{
	const struct sim_view *view;

	for (view = sim->views; view; view = view->next) {
		/* Of an older lifetime, while the write was under way. */
		bool older = view->lifetime < life->lifetime &&
			     view->started_at > begun &&
			     !has_node(view, life->node);

		if (!view->started ||
		    (!older && !is_shut_out(sim, view, life, generation)))
			continue;
		sim_fail(sim, "life %u (node %u) wrote in %u.%llu after others started in %u.%llu",
			 life->id, sim->config.nodes[life->node].nodeid,
			 life->lifetime, (unsigned long long)generation,
			 view->lifetime, (unsigned long long)view->generation);
		return;
	}
}

void sim_check_free(struct sim *sim)
{
	struct sim_view *view;

	while ((view = sim->views)) {
		sim->views = view->next;
		free(view->log);
		free(view);
	}
}
