// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fence agents that switch machines off, and the shared disk: which write
 * reaches it, and when. An agent runs on the node that asked, and dies with it.
 */
#include "sim.h"

void sim_agent_start(struct sim *sim, struct sim_life *life, u32 nodeid,
		     u64 incarnation, u64 cookie)
{
	struct sim_event *event;
	u32 node = 0;

	while (sim->config.nodes[node].nodeid != nodeid)
		node++;
	sim_say(sim, life, "fences node %u %04x", nodeid,
		(unsigned int)incarnation & 0xffff);
	life->core->agents[node]++;
	event = sim_post(sim, SIM_AGENT, sim->now + sim->fence_min +
			 sim_below(sim, sim->fence_ms));
	event->life = life->id;
	event->node = node;
	event->incarnation = incarnation;
	event->a = cookie;
}

/* Its machine is off after that, or only cut off from storage, and runs on. */
static void fence(struct sim *sim, u32 node)
{
	bool was_on = sim->machines[node].powered;
	u32 i;

	for (i = 0; i < sim->nr_lives; i++)
		if (sim->lives[i]->node == node)
			sim->lives[i]->fenced = true;
	sim->cover.fences++;
	if (sim->cuts_only)
		return;
	sim_crash(sim, node);
	if (was_on)
		sim_post(sim, SIM_START, sim->now + 300 +
			 sim_below(sim, 3000))->node = node;
}

static void repeat(struct sim *sim, const struct sim_event *event, u64 at)
{
	struct sim_event *later = sim_post(sim, SIM_AGENT, at);

	later->life = event->life;
	later->node = event->node;
	later->incarnation = event->incarnation;
	later->a = event->a;
}

void sim_agent_done(struct sim *sim, const struct sim_event *event)
{
	struct sim_life *life = sim->lives[event->life];
	struct cman_event in = { .type = CMAN_EV_FENCED };
	u32 nodeid = sim->config.nodes[event->node].nodeid;
	u64 blocked = life->paused_until > life->stalled_until ?
		      life->paused_until : life->stalled_until;
	bool success;

	if (blocked > sim->now) {
		repeat(sim, event, blocked);
		return;
	}
	life->core->agents[event->node]--;
	success = !sim_chance(sim, sim->fence_fail) &&
		  !(sim->fence_fails & BIT_ULL(event->node));
	sim_say(sim, life, "fence of node %u %04x: %s", nodeid,
		(unsigned int)event->incarnation & 0xffff,
		success ? "off" : "unknown");
	if (success)
		fence(sim, event->node);
	life->core->agent_busy = false;
	if (success)
		sim_core_fenced(sim, life, nodeid, event->incarnation);
	else
		life->core->agent_retry = sim->now + 1000;
	if (!event->a)
		return;
	sim->fencing_sides &= ~(1U << life->node);
	in.fenced.cookie = event->a;
	in.fenced.success = success;
	sim_feed(sim, life, &in);
}

/* A node whose gate is open writes; some writes dawdle on their way. */
void sim_write(struct sim *sim, struct sim_life *life)
{
	struct sim_event *event;
	u64 at = sim->now + sim_below(sim, 5);

	if (life->core->gate && life->paused_until <= sim->now) {
		if (sim_chance(sim, sim->slow_io))
			at += sim_below(sim, 2000);
		life->inflight++;
		event = sim_post(sim, SIM_LAND, at);
		event->life = life->id;
		event->a = life->core->gate_generation;
		event->b = sim->now;
	}
	sim_post(sim, SIM_WRITE, sim->now + 40)->life = life->id;
}

void sim_land(struct sim *sim, const struct sim_event *event)
{
	struct sim_life *life = sim->lives[event->life];

	life->inflight--;
	if (life->fenced || life->dropped)
		return;
	sim->cover.writes++;
	sim_check_land(sim, life, event->a, event->b);
}
