// SPDX-License-Identifier: GPL-2.0-only
/*
 * A model of the core above the provider, for what safety needs of it: the
 * table of fences from views and records, the transfer of it to those who
 * join, one actor, and a gate that opens when the view is quorate, the
 * transfer is done, and everyone who failed is fenced.
 */
#include "../../cman_plugin/cursor.h"
#include "../../cman_plugin/mutant.h"
#include "sim.h"

enum {
	REC_APP = 1,
	REC_SYNC,
	REC_FENCED,
};

static struct sim_fence *find(struct sim_core *core, u32 nodeid,
			      u64 incarnation)
{
	u32 i;

	for (i = 0; i < core->nr_fences; i++)
		if (core->fences[i].nodeid == nodeid &&
		    core->fences[i].incarnation == incarnation)
			return &core->fences[i];
	return NULL;
}

static void need_fence(struct sim *sim, struct sim_core *core, u32 nodeid,
		       u64 incarnation)
{
	struct sim_fence *fence = find(core, nodeid, incarnation);

	if (fence)
		return;
	if (core->nr_fences == SIM_FENCES) {
		sim_fail(sim, "the model's table of fences is full");
		return;
	}
	core->fences[core->nr_fences++] = (struct sim_fence){
		.nodeid = nodeid,
		.incarnation = incarnation,
		.since = sim->now,
	};
}

/*
 * By a record. Who joined hears of it perhaps before the transfer that still
 * lists it: so it is kept.
 */
static void settle(struct sim *sim, struct sim_core *core, u32 nodeid,
		   u64 incarnation)
{
	struct sim_fence *fence;

	need_fence(sim, core, nodeid, incarnation);
	fence = find(core, nodeid, incarnation);
	if (fence)
		fence->fenced = true;
}

static bool is_pending(struct sim *sim, const struct sim_fence *fence)
{
	if (cman_mutant(CMAN_MUTANT_GATE) && sim->now - fence->since > 1000)
		return false;
	return !fence->fenced;
}

static void gate(struct sim *sim, struct sim_life *life)
{
	struct sim_core *core = life->core;
	bool open = core->joined && core->quorate && core->synced &&
		    !life->leaving;
	u32 i;

	for (i = 0; i < core->nr_fences; i++)
		if (is_pending(sim, &core->fences[i]))
			open = false;
	if (open == core->gate)
		return;
	core->gate = open;
	core->gate_generation = core->view.generation;
	if (open)
		sim_check_start(sim, life);
}

static void close_gate(struct sim_life *life)
{
	life->core->gate = false;
}

void sim_core_post(struct sim_life *life, const u8 *data, size_t len)
{
	struct sim_core *core = life->core;

	if (core->outbox_len == 64)
		return;
	memcpy(core->outbox[core->outbox_len], data, len);
	core->outbox_lens[core->outbox_len++] = (u32)len;
}

static void post_fenced(struct sim_life *life, u32 nodeid, u64 incarnation)
{
	u8 data[13] = { REC_FENCED };

	put_unaligned_le32(nodeid, data + 1);
	put_unaligned_le64(incarnation, data + 5);
	sim_core_post(life, data, sizeof(data));
}

/* What is pending, from the member that has been there longest. */
static void post_sync(struct sim_life *life)
{
	struct sim_core *core = life->core;
	u8 data[VCS_RECORD_MAX];
	struct cman_put w = { .p = data, .max = sizeof(data) };
	u32 i;

	cman_put_u8(&w, REC_SYNC);
	cman_put_u64(&w, core->view.generation);
	for (i = 0; i < core->nr_fences; i++) {
		if (core->fences[i].fenced)
			continue;
		cman_put_u32(&w, core->fences[i].nodeid);
		cman_put_u64(&w, core->fences[i].incarnation);
	}
	if (!w.bad)
		sim_core_post(life, data, w.len);
}

static bool is_oldest(const struct sim_life *life)
{
	const struct cman_view *view = &life->core->view;
	const struct vcs_member *oldest = &view->members[0];
	u32 i;

	for (i = 1; i < view->nr_members; i++)
		if (view->members[i].joined_generation <
		    oldest->joined_generation)
			oldest = &view->members[i];
	return oldest->incarnation == life->incarnation;
}

void sim_core_view(struct sim *sim, struct sim_life *life,
		   const struct cman_view *view)
{
	struct sim_core *core = life->core;
	u32 i;

	close_gate(life);
	sim_check_view(sim, life, view);
	core->joined = true;
	core->view = *view;
	core->quorum_lost = false;
	/* Formed with the others, so it knows all that they know. */
	if (view->generation == 1)
		core->whole = true;
	core->synced = false;
	core->quorate = false;
	core->outbox_len = 0;
	core->records = 0;
	core->nr_records = 0;
	for (i = 0; i < view->nr_departed; i++) {
		const struct vcs_departed *gone = &view->departed[i];

		if (gone->reason != VCS_LEAVE_CLEAN)
			need_fence(sim, core, gone->nodeid, gone->incarnation);
	}
	for (i = 0; i < core->nr_fences; i++)
		if (core->fences[i].mine && !core->fences[i].fenced)
			post_fenced(life, core->fences[i].nodeid,
				    core->fences[i].incarnation);
	for (i = 0; i < view->nr_members; i++) {
		u32 k;

		if (view->members[i].joined_generation != view->generation)
			continue;
		for (k = 0; k < sim->n; k++)
			if (sim->config.nodes[k].nodeid ==
			    view->members[i].nodeid)
				core->last_from[k] = 0;
		if (!(view->members[i].flags & VCS_MEMBER_SETTLED))
			continue;
		sim->cover.settled++;
		for (k = 0; k < core->nr_fences; k++)
			if (core->fences[k].nodeid == view->members[i].nodeid)
				core->fences[k].fenced = true;
	}
	if (is_oldest(life))
		post_sync(life);
	sim_core_submit(sim, life);
	if (life->up)
		gate(sim, life);
}

void sim_core_quorate(struct sim *sim, struct sim_life *life, bool quorate)
{
	life->core->quorate = quorate;
	life->core->quorum_lost = !quorate;
	if (quorate)
		sim_check_quorate(sim, life);
	gate(sim, life);
}

static bool is_listed(const struct sim_fence *fence, struct cman_get r)
{
	while (r.len) {
		u32 nodeid = cman_get_u32(&r);
		u64 incarnation = cman_get_u64(&r);

		if (nodeid == fence->nodeid &&
		    incarnation == fence->incarnation)
			return true;
	}
	return false;
}

static void on_sync(struct sim *sim, struct sim_life *life, const u8 *data,
		    size_t len)
{
	struct cman_get r = { .p = data + 1, .len = len - 1 };

	struct sim_core *core = life->core;
	u32 known = core->nr_fences, i;

	if (cman_get_u64(&r) != core->view.generation)
		return;
	/* What is not listed was settled before this node came. */
	for (i = 0; i < known && !core->ever_synced; i++)
		if (!core->fences[i].mine && !is_listed(&core->fences[i], r))
			core->fences[i].fenced = true;
	while (r.len) {
		u32 nodeid = cman_get_u32(&r);

		need_fence(sim, core, nodeid, cman_get_u64(&r));
	}
	core->synced = true;
	core->ever_synced = true;
	core->whole = true;
}

static void on_app(struct sim *sim, struct sim_life *life, u32 from,
		   const u8 *data)
{
	u32 node = 0;
	u64 n = get_unaligned_le64(data + 1);
	u64 *last;

	while (sim->config.nodes[node].nodeid != from)
		node++;
	last = &life->core->last_from[node];
	if (*last && n != *last + 1)
		sim_fail(sim, "life %u: record %llu of node %u after %llu",
			 life->id, (unsigned long long)n, from,
			 (unsigned long long)*last);
	*last = n;
}

void sim_core_record(struct sim *sim, struct sim_life *life, u32 from,
		     u64 generation, const u8 *data, size_t len)
{
	struct sim_core *core = life->core;
	size_t i;

	sim->cover.records++;
	if (!core->joined || generation != core->view.generation) {
		sim_fail(sim, "life %u: a record of generation %llu", life->id,
			 (unsigned long long)generation);
		return;
	}
	core->records = sim_mix(core->records ^ from);
	for (i = 0; i < len; i++)
		core->records = sim_mix(core->records ^ data[i]);
	sim_check_record(sim, life, core->records);
	if (data[0] == REC_APP)
		on_app(sim, life, from, data);
	else if (data[0] == REC_SYNC)
		on_sync(sim, life, data, len);
	else
		settle(sim, core, get_unaligned_le32(data + 1),
		       get_unaligned_le64(data + 5));
	gate(sim, life);
}

/* Hand over what waits until the provider is full. */
void sim_core_submit(struct sim *sim, struct sim_life *life)
{
	struct sim_core *core = life->core;
	u32 done = 0;

	while (life->up && done < core->outbox_len) {
		struct cman_event event = { .type = CMAN_EV_SUBMIT };

		event.submit.data = core->outbox[done];
		event.submit.len = core->outbox_lens[done];
		sim_feed(sim, life, &event);
		if (sim->actions.result)
			break;
		done++;
	}
	if (!life->up)
		return;
	core->outbox_len -= done;
	memmove(core->outbox, core->outbox + done,
		core->outbox_len * sizeof(core->outbox[0]));
	memmove(core->outbox_lens, core->outbox_lens + done,
		core->outbox_len * sizeof(core->outbox_lens[0]));
}

/*
 * As vcs_may_join() answers, but for the claims of other members: here an
 * actor starts without one, so of agents only this node's own are known.
 */
bool sim_core_may_join(struct sim *sim, struct sim_life *life, u32 nodeid,
		       bool settled)
{
	struct sim_core *core = life->core;
	u32 node = 0, i;

	while (sim->config.nodes[node].nodeid != nodeid)
		node++;
	if (core->agents[node]) {
		sim->cover.held_settled += settled;
		return false;
	}
	if (settled && (!core->joined || core->quorum_lost))
		return true;
	if (core->joined && !core->whole)
		return false;
	for (i = 0; i < core->nr_fences && !settled; i++)
		if (core->fences[i].nodeid == nodeid && !core->fences[i].fenced)
			return false;
	return true;
}

/*
 * An agent of this node was successful, for that life and what was pending of
 * the node before: tell all, in each view until they know.
 */
void sim_core_fenced(struct sim *sim, struct sim_life *life, u32 nodeid,
		     u64 incarnation)
{
	struct sim_core *core = life->core;
	u32 i;

	if (incarnation)
		need_fence(sim, core, nodeid, incarnation);
	for (i = 0; i < core->nr_fences; i++) {
		struct sim_fence *fence = &core->fences[i];

		if (fence->nodeid != nodeid || fence->fenced)
			continue;
		fence->mine = true;
		post_fenced(life, nodeid, fence->incarnation);
	}
}

/* The lowest member that is not the target sees to it. */
static bool is_actor(const struct sim_life *life, u32 target)
{
	const struct vcs_member *member = life->core->view.members;

	if (member->nodeid == target)
		member++;
	return member < life->core->view.members +
			life->core->view.nr_members &&
	       member->incarnation == life->incarnation;
}

void sim_core_poll(struct sim *sim, struct sim_life *life)
{
	struct sim_core *core = life->core;
	u32 i;

	sim_core_submit(sim, life);
	if (!life->up)
		return;
	gate(sim, life);
	if (!core->joined || !core->quorate || !core->synced ||
	    core->agent_busy || sim->now < core->agent_retry)
		return;
	for (i = 0; i < core->nr_fences; i++) {
		const struct sim_fence *fence = &core->fences[i];

		if (fence->fenced || fence->mine || !is_actor(life, fence->nodeid))
			continue;
		core->agent_busy = true;
		sim_agent_start(sim, life, fence->nodeid, fence->incarnation,
				0);
		return;
	}
}
