// SPDX-License-Identifier: GPL-2.0-only
/* One seed from its beginning to its end. */
#include <stdlib.h>
#include "sim.h"

#define STEPS_MAX 1000000	/* a healthy seed has some ten thousand */

/* The same kernel joins again once nothing of its earlier lives is in flight. */
void sim_rejoin(struct sim *sim, u32 node)
{
	struct sim_machine *machine = &sim->machines[node];
	u32 i;

	if (!machine->powered || machine->life != ~0U)
		return;
	for (i = 0; i < sim->nr_lives; i++)
		if (sim->lives[i]->node == node && sim->lives[i]->inflight &&
		    sim->lives[i]->load_id == machine->load_id) {
			sim_post(sim, SIM_REJOIN, sim->now + 50)->node = node;
			return;
		}
	sim_life_start(sim, node);
}

/* Stop writing, let what is in flight land, ask to leave, wait two seconds. */
void sim_leave(struct sim *sim, const struct sim_event *event)
{
	struct sim_life *life = sim->lives[event->life];
	struct cman_event in = { .type = CMAN_EV_LEAVE };
	struct sim_event *again;

	life->leaving = true;
	life->core->gate = false;
	if (event->a) {
		sim_say(sim, life, "goes without a decision");
		sim_life_end(sim, life);
		sim_post(sim, SIM_REJOIN, sim->now + 500)->node = life->node;
		return;
	}
	again = sim_post(sim, SIM_LEAVE, sim->now + (life->inflight ? 50 :
						     2000));
	again->life = life->id;
	again->a = !life->inflight;
	if (!life->inflight)
		sim_feed(sim, life, &in);
}

/* A consumer's record; what it says is how many came before. */
void sim_app(struct sim *sim, struct sim_life *life)
{
	u8 data[VCS_RECORD_MAX] = { 1 };
	struct cman_event in = { .type = CMAN_EV_SUBMIT };

	sim_post(sim, SIM_SUBMIT, sim->now + 20 + sim_below(sim, 800))->life =
		life->id;
	if (!life->core->joined || life->paused_until > sim->now ||
	    life->stalled_until > sim->now)
		return;
	put_unaligned_le64(life->app_seq + 1, data + 1);
	in.submit.data = data;
	in.submit.len = sim_chance(sim, 100) ? VCS_RECORD_MAX :
					       9 + sim_below(sim, 100);
	sim_feed(sim, life, &in);
	if (life->up && !sim->actions.result)
		life->app_seq++;
}

static void admit(struct sim *sim, const struct sim_event *event)
{
	struct cman_event in = { .type = CMAN_EV_ADMIT };

	in.admit.cookie = event->a;
	in.admit.yes = event->b;
	sim_feed(sim, sim->lives[event->life], &in);
}

static void happen(struct sim *sim, struct sim_event *event)
{
	struct sim_life *life = event->life == ~0U ? NULL :
				sim->lives[event->life];

	/* Only what is under way to the disk outlives its life. */
	if (life && !life->up && event->type != SIM_LAND)
		return;
	switch (event->type) {
	case SIM_TICK:
		sim_tick(sim, event);
		break;
	case SIM_PACKET:
		sim_arrive(sim, event);
		break;
	case SIM_WORK:
		sim_work_run(sim, life);
		break;
	case SIM_ADMIT:
		admit(sim, event);
		break;
	case SIM_AGENT:
		sim_agent_done(sim, event);
		break;
	case SIM_WRITE:
		sim_write(sim, life);
		break;
	case SIM_LAND:
		sim_land(sim, event);
		break;
	case SIM_START:
		sim_boot(sim, event->node);
		break;
	case SIM_REJOIN:
		sim_rejoin(sim, event->node);
		break;
	case SIM_SUBMIT:
		sim_app(sim, life);
		break;
	case SIM_LEAVE:
		sim_leave(sim, event);
		break;
	case SIM_CHAOS:
		sim_chaos(sim);
		break;
	case SIM_HEAL:
		sim_heal(sim);
		break;
	case SIM_JUDGE:
		break;
	}
}

bool sim_run(struct sim *sim, u64 seed, u32 nodes, bool keep, bool verbose)
{
	struct sim_event event;
	bool done = false;

	memset(sim, 0, sizeof(*sim));
	sim->seed = seed;
	sim->rng = sim_mix(seed);
	sim->verbose = verbose;
	sim->force_nodes = nodes;
	sim->keep = keep;
	sim_setup(sim);
	sim_say(sim, NULL, "%u nodes, two_node %d, wait_for_all %d, reboot_fences %d",
		sim->n, sim->config.two_node, sim->config.wait_for_all,
		sim->config.reboot_fences);
	while (!done && !sim->failure[0] && sim_pop(sim, &event)) {
		sim->now = event.at;
		happen(sim, &event);
		if (sim->steps > STEPS_MAX)
			sim_fail(sim, "more than %u events", STEPS_MAX);
		free(event.data);
		if (event.type == SIM_JUDGE)
			done = sim_judge(sim);
	}
	sim_lives_free(sim);
	sim_check_free(sim);
	sim_net_free(sim);
	sim_heap_free(sim);
	return !sim->failure[0];
}
