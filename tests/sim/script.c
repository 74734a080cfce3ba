// SPDX-License-Identifier: GPL-2.0-only
/*
 * One course of events that chance does not meet: what a node had others
 * fenced for gets old, while nodes that were fenced come back and are let in
 * by others. Five nodes, numbered from 1:
 *
 *  - 3 hears new lives of 2 and 5, has 1 and 4 fenced, and loses touch before
 *    it can decide;
 *  - these four form another lifetime without 3, which nobody can fence;
 *  - there 2 restarts, 5 is lost, and 1 has it fenced, but not 3;
 *  - 2 and 5 come back, and hear 3 only. May it decide on what it knows?
 *  - If it did, and they write: 2 restarts and hears 1 and 4, and the agent for
 *    3 works again. Does 1 know that 5 is back?
 */
#include "sim.h"
#include "../../cman_plugin/state.h"

#define N(n) BIT_ULL((n) - 1)
#define EVERY 40
#define POLL_MS 5

/* Leaves all other seeds as they are. */
bool sim_scripted(const struct sim *sim)
{
	return !sim->keep && !sim->force_nodes && sim->seed % EVERY == EVERY - 1;
}

void sim_script_setup(struct sim *sim)
{
	struct cman_config *config = &sim->config;
	u32 i;

	sim->scripted = true;
	sim->n = 5;
	config->nr_nodes = sim->n;
	for (i = 0; i < sim->n; i++) {
		config->nodes[i].nodeid = 1 + i;
		config->nodes[i].votes = 1;
	}
	config->two_node = false;
	config->wait_for_all = false;
	config->reboot_fences = true;
	config->table_digest = sim->n;
	sim->cuts_only = false;
	sim->loss = 0;
	sim->dup = 0;
	sim->reorder = 0;
	sim->delay_max = 1 + sim_below(sim, 5);
	sim->fence_fail = 0;
	sim->fence_min = 1500;
	sim->fence_ms = 1 + sim_below(sim, 500);
}

/* Only nodes in the same set hear each other. */
static void sides(struct sim *sim, u64 a, u64 b)
{
	u32 x, y;

	for (x = 0; x < sim->n; x++)
		for (y = 0; y < sim->n; y++) {
			u64 both = BIT_ULL(x) | BIT_ULL(y);

			sim->cut[x][y] = x != y && (both & ~a) && (both & ~b);
		}
}

static void restart(struct sim *sim, u32 n)
{
	sim_crash(sim, n - 1);
	sim_post(sim, SIM_START, sim->now + 100)->node = n - 1;
}

/* In a view of at least so many. */
static bool in(struct sim *sim, u32 n, u32 nr_members)
{
	struct sim_life *life = sim_life_of(sim, n - 1);

	return life && life->core->joined &&
	       life->core->view.nr_members >= nr_members;
}

/* Is an agent at work against all earlier lives of it? */
static bool asked_again(const struct sim_life *life, u32 n)
{
	const struct cman_fence_first *fence = &life->sm->peers[n - 1].fence;

	return fence->cookie && !fence->incarnation &&
	       life->core->agents[n - 1];
}

static bool begin(struct sim *sim)
{
	u32 n;

	for (n = 1; n <= sim->n; n++)
		if (!in(sim, n, 5))
			return false;
	restart(sim, 2);
	restart(sim, 5);
	sides(sim, N(2) | N(3) | N(5), 0);
	return true;
}

static bool lose_touch(struct sim *sim)
{
	struct sim_life *life = sim_life_of(sim, 2);

	if (!life || !asked_again(life, 1) || !asked_again(life, 4))
		return false;
	sides(sim, 0, 0);
	return true;
}

static bool without_3(struct sim *sim)
{
	struct sim_life *life = sim_life_of(sim, 2);

	if (!life || life->core->agents[0] || life->core->agents[3])
		return false;
	sim->fence_fails = N(3);
	sides(sim, N(1) | N(2) | N(4) | N(5), 0);
	return true;
}

static bool lose_two(struct sim *sim)
{
	if (!in(sim, 1, 4) || !in(sim, 2, 4) || !in(sim, 4, 4) || !in(sim, 5, 4))
		return false;
	sides(sim, N(1) | N(2) | N(4), 0);
	restart(sim, 2);
	sim_crash(sim, 4);
	return true;
}

static bool come_back(struct sim *sim)
{
	struct sim_life *life = sim_life_of(sim, 0);

	if (!life || life->sm->accounted != (N(2) | N(5)) ||
	    !(life->sm->fenced & N(5)))
		return false;
	sides(sim, N(1) | N(4), N(2) | N(3) | N(5));
	restart(sim, 2);
	restart(sim, 5);
	sim->fence_min = 100;
	sim->fence_ms = 1;
	sim->cover.old_proofs++;
	return true;
}

static bool both_go_on(struct sim *sim)
{
	struct sim_life *one = sim_life_of(sim, 0);
	struct sim_life *five = sim_life_of(sim, 4);

	/* It asks for 3 again as soon as it hears 2. */
	if (!one || one->sm->peers[2].fence.retry_ms > sim->now ||
	    !five || !five->core->gate)
		return false;
	sides(sim, N(1) | N(2) | N(4), N(3) | N(5));
	restart(sim, 2);
	sim->fence_fails = 0;
	return true;
}

void sim_script(struct sim *sim)
{
	static bool (*const steps[])(struct sim *sim) = {
		begin, lose_touch, without_3, lose_two, come_back, both_go_on,
	};

	if (sim->healed || sim->step == ARRAY_SIZE(steps))
		return;
	if (steps[sim->step](sim))
		sim_say(sim, NULL, "--- step %u of the script", ++sim->step);
	sim_post(sim, SIM_CHAOS, sim->now + POLL_MS);
}
