// SPDX-License-Identifier: GPL-2.0-only
/* What kind of cluster a seed makes, what goes wrong in it, and the end. */
#include "sim.h"

#define CONVERGE_MS 90000	/* all in one view after the faults stop */
#define RECORDS_MS 10000	/* ... and records everywhere */

void sim_setup(struct sim *sim)
{
	struct cman_config *config = &sim->config;
	u32 i;

	sim->n = 2 + sim_below(sim, SIM_NODES - 1);
	if (sim_chance(sim, 200))
		sim->n = 2;
	if (sim->force_nodes)
		sim->n = sim->force_nodes;
	config->nr_nodes = sim->n;
	for (i = 0; i < sim->n; i++) {
		config->nodes[i].nodeid = 1 + i * (1 + sim->n % 3);
		config->nodes[i].votes = 1;
	}
	config->two_node = sim->n == 2 && sim_chance(sim, 850);
	if (sim->n > 2 && sim_chance(sim, 150))
		config->nodes[sim_below(sim, sim->n)].votes =
			sim_below(sim, 3);
	config->table_digest = sim->n;
	config->heartbeat_ms = 100;
	config->dead_after = 10;
	config->stall_ms = 1500;
	config->fence_delay_ms = 500;
	config->formation_wait_ms = 2500;
	sim->cuts_only = config->two_node ? sim_chance(sim, 400) :
			 sim->seed % 5 == 3;
	config->wait_for_all = config->two_node || sim_chance(sim, 200);
	config->reboot_fences = sim_chance(sim, 600);
	config->nodeid = config->nodes[0].nodeid;
	config->one_by_one = sim->keep;

	sim->loss = sim_chance(sim, 500) ? sim_below(sim, 150) : 0;
	sim->dup = sim_chance(sim, 500) ? sim_below(sim, 100) : 0;
	sim->reorder = sim_chance(sim, 500) ? sim_below(sim, 100) : 0;
	sim->delay_max = 1 + sim_below(sim, sim_chance(sim, 300) ? 150 : 10);
	sim->use_replay = sim_chance(sim, 500);
	sim->fence_fail = sim_chance(sim, 400) ? sim_below(sim, 700) : 0;
	sim->fence_min = 50;
	sim->fence_ms = 100 + sim_below(sim, 3000);
	sim->slow_io = sim_below(sim, 80);
	sim->chaos_ms = 500 + sim_below(sim, 5000);
	if (sim->cuts_only) {
		/* So that both are at it when the first is done. */
		sim->fence_ms = 3000;
		sim->chaos_ms = 8000;
	}
	if (sim_scripted(sim))
		sim_script_setup(sim);
	for (i = 0; i < sim->n; i++) {
		u64 id[2] = { sim_random(sim), sim_random(sim) };

		sim->machines[i].life = ~0U;
		sim->machines[i].load_id = sim_random(sim) | 1;
		memcpy(sim->machines[i].machine_id, id, VCS_MACHINE_ID_LEN);
		sim_post(sim, SIM_START, sim_below(sim, sim_chance(sim, 850) ?
						   2000 : 15000))->node = i;
	}
	sim->heal_at = 15000 + sim_below(sim, 25000);
	if (sim->scripted)
		sim->heal_at = 60000;
	sim_post(sim, SIM_CHAOS, sim_below(sim, 6000));
	sim_post(sim, SIM_HEAL, sim->heal_at);
}

static void cut(struct sim *sim, u64 from, u64 to)
{
	u32 a, b;

	for (a = 0; a < sim->n; a++)
		for (b = 0; b < sim->n; b++)
			if ((from & BIT_ULL(a)) && (to & BIT_ULL(b)))
				sim->cut[a][b] = true;
}

static void mend(struct sim *sim)
{
	memset(sim->cut, 0, sizeof(sim->cut));
	memset(sim->slow, 0, sizeof(sim->slow));
}

static void partition(struct sim *sim)
{
	u64 side = sim_random(sim);

	cut(sim, side, ~side);
	cut(sim, ~side, side);
}

static void crash(struct sim *sim, u32 node)
{
	u64 off = sim_chance(sim, 400) ? 50 + sim_below(sim, 700) :
					 1000 + sim_below(sim, 8000);

	sim_crash(sim, node);
	sim_post(sim, SIM_START, sim->now + off)->node = node;
}

static void crash_some(struct sim *sim, u32 per_mille)
{
	u32 i;

	for (i = 0; i < sim->n; i++)
		if (sim_chance(sim, per_mille))
			crash(sim, i);
}

/* The lowest node is the coordinator more often than not. */
static u32 victim(struct sim *sim)
{
	return sim_chance(sim, 300) ? 0 : sim_below(sim, sim->n);
}

static void upset(struct sim *sim, struct sim_life *life)
{
	switch (sim_below(sim, 4)) {
	case 0:
		life->stalled_until = sim->now + 500 + sim_below(sim, 5000);
		sim->cover.stalled++;
		break;
	case 1:
		sim_post(sim, SIM_LEAVE, sim->now)->life = life->id;
		break;
	default:
		life->paused_until = sim->now + 100 + sim_below(sim, 4000);
	}
}

void sim_chaos(struct sim *sim)
{
	u32 node = victim(sim), other = sim_below(sim, sim->n);
	struct sim_life *life = sim_life_of(sim, node);

	if (sim->scripted) {
		sim_script(sim);
		return;
	}
	if (sim->healed)
		return;
	sim_post(sim, SIM_CHAOS, sim->now + 50 + sim_below(sim, sim->chaos_ms));
	if (sim_chance(sim, 500))
		mend(sim);
	switch (sim_below(sim, 14)) {
	case 0:
	case 1:
	case 2:
		crash(sim, node);
		break;
	case 3:
		crash_some(sim, 500);
		break;
	case 4:
		if (sim_chance(sim, 300))
			crash_some(sim, 1000);
		break;
	case 5:
	case 6:
		partition(sim);
		break;
	case 7:
		cut(sim, BIT_ULL(node), BIT_ULL(other));
		if (sim_chance(sim, 500))
			cut(sim, BIT_ULL(other), BIT_ULL(node));
		break;
	case 8:
		if (sim_chance(sim, 500))
			cut(sim, ~0ULL, BIT_ULL(node));
		else
			cut(sim, BIT_ULL(node), ~0ULL);
		break;
	case 9:
	case 10:
		/* About the time that it takes to be thought dead. */
		sim->slow[node] = sim_chance(sim, 500) ?
			900 + sim_below(sim, 400) :
			100 + sim_below(sim, 1500);
		break;
	case 11:
		if (sim->use_replay)
			sim_replay_past(sim);
		break;
	default:
		if (life)
			upset(sim, life);
	}
}

/* Everything works from now on, and every machine is switched on. */
void sim_heal(struct sim *sim)
{
	u32 i;

	sim->healed = true;
	sim_say(sim, NULL, "the faults stop");
	mend(sim);
	sim->loss = 0;
	sim->reorder = 0;
	sim->fence_fail = 0;
	sim->fence_fails = 0;
	for (i = 0; i < sim->n; i++)
		sim_boot(sim, i);
	sim_post(sim, SIM_JUDGE, sim->now + 500);
}

static bool converged(struct sim *sim)
{
	struct sim_life *first = sim_life_of(sim, 0);
	u32 i;

	for (i = 0; i < sim->n; i++) {
		struct sim_life *life = sim_life_of(sim, i);

		if (!life || !first || !life->core->joined ||
		    !life->core->gate ||
		    life->core->view.nr_members != sim->n ||
		    life->core->view.generation !=
			    first->core->view.generation ||
		    life->lifetime != first->lifetime)
			return false;
	}
	return true;
}

static void set_goal(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->n; i++)
		sim->goal[i] = sim_life_of(sim, i)->app_seq + 1;
}

static bool arrived(struct sim *sim)
{
	u32 i, k;

	for (i = 0; i < sim->n; i++)
		for (k = 0; k < sim->n; k++)
			if (sim_life_of(sim, i)->core->last_from[k] <
			    sim->goal[k])
				return false;
	return true;
}

static void describe_core(struct sim *sim, const struct sim_life *life)
{
	const struct sim_core *core = life->core;
	u32 i;

	sim_say(sim, life, "    synced %d gate %d", core->synced, core->gate);
	for (i = 0; i < core->nr_fences; i++)
		if (!core->fences[i].fenced)
			sim_say(sim, life, "    fence of %u %04x, own %d",
				core->fences[i].nodeid,
				(unsigned int)core->fences[i].incarnation &
					0xffff,
				core->fences[i].mine);
}

#define NUM(v) ((unsigned long long)(v))

static void describe(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->n; i++) {
		struct sim_life *life = sim_life_of(sim, i);
		struct cman_status status;

		if (!life) {
			sim_say(sim, NULL, "node %u is not there, power %d",
				sim->config.nodes[i].nodeid,
				sim->machines[i].powered);
			continue;
		}
		cman_sm_status(life->sm, &status);
		sim_say(sim, life, "role %d quorate %d leading %d",
			status.role, status.quorate, status.leading);
		sim_say(sim, life, "    coordinator %u generation %llu slot %llu",
			status.coordinator, NUM(status.generation),
			NUM(status.slot));
		sim_say(sim, life, "    members %llx deaf %llx joining %llx",
			NUM(status.members), NUM(status.deaf),
			NUM(status.joining));
		sim_say(sim, life, "    phase %d proposing %d answered %llx accounted %llx",
			life->sm->leader.phase, life->sm->leader.proposing,
			NUM(life->sm->leader.answered),
			NUM(life->sm->accounted));
		describe_core(sim, life);
	}
}

/* True when there is nothing more to see. */
bool sim_judge(struct sim *sim)
{
	u64 since = sim->settle_stage ? sim->settled_at : sim->heal_at;

	if (!converged(sim)) {
		sim->settle_stage = 0;
		since = sim->heal_at;
	} else if (!sim->settle_stage) {
		sim->settle_stage = 1;
		sim->settled_at = sim->now;
		since = sim->now;
		set_goal(sim);
	} else if (arrived(sim)) {
		return true;
	}
	if (sim->now - since > (sim->settle_stage ? RECORDS_MS : CONVERGE_MS)) {
		describe(sim);
		sim_fail(sim, sim->settle_stage ? "records do not arrive" :
			 "not all in one view, open, in time");
	}
	sim_post(sim, SIM_JUDGE, sim->now + 500);
	return false;
}
