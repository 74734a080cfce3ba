// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shell of each node: it gives events to the pure core and performs what
 * comes out, ordered actions through a queue with a delay of its own.
 */
#include <stdlib.h>
#include "sim.h"

#define BUSY_WORK 200	/* ordered actions that wait before it says busy */

static void *zalloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

struct sim_life *sim_life_of(struct sim *sim, u32 node)
{
	u32 id = sim->machines[node].life;

	return id == ~0U ? NULL : sim->lives[id];
}

void sim_life_start(struct sim *sim, u32 node)
{
	struct sim_machine *machine = &sim->machines[node];
	struct vcs_attest attest = {
		.load_id = machine->load_id,
		.drained = 1,
	};
	struct vcs_lifetime lifetime;
	struct cman_config config = sim->config;
	struct sim_life *life;
	u64 random[2] = { sim_random(sim), sim_random(sim) };

	if (sim->nr_lives == SIM_LIVES)
		abort();
	life = zalloc(sizeof(*life));
	life->id = sim->nr_lives;
	life->node = node;
	life->incarnation = sim_random(sim) | 1;
	life->load_id = machine->load_id;
	life->up = true;
	life->lifetime = ~0U;
	life->work_tail = &life->work;
	life->sm = zalloc(sizeof(*life->sm));
	life->core = zalloc(sizeof(*life->core));
	sim->lives[sim->nr_lives++] = life;
	machine->life = life->id;
	memcpy(attest.machine_id, machine->machine_id, VCS_MACHINE_ID_LEN);
	memcpy(lifetime.id, random, VCS_LIFETIME_LEN);
	config.nodeid = config.nodes[node].nodeid;
	cman_sm_init(life->sm, &config, life->incarnation, &attest, &lifetime,
		     sim->now);
	life->attest = attest;
	life->last_tick = sim->now;
	sim_say(sim, life, "starts, load %04x",
		(unsigned int)life->load_id & 0xffff);
	sim_post(sim, SIM_TICK, sim->now + sim_below(sim, 100))->life =
		life->id;
	sim_post(sim, SIM_WRITE, sim->now + 1)->life = life->id;
	sim_post(sim, SIM_SUBMIT, sim->now + 500)->life = life->id;
}

static void drop_work(struct sim_life *life)
{
	struct sim_work *work;

	while ((work = life->work)) {
		life->work = work->next;
		free(work->data);
		free(work);
	}
	life->work_tail = &life->work;
	life->nr_work = 0;
}

void sim_life_end(struct sim *sim, struct sim_life *life)
{
	drop_work(life);
	free(life->sm);
	free(life->core);
	life->sm = NULL;
	life->core = NULL;
	life->up = false;
	if (sim->machines[life->node].life == life->id)
		sim->machines[life->node].life = ~0U;
	sim->fencing_sides &= ~(1U << life->node);
}

void sim_crash(struct sim *sim, u32 node)
{
	struct sim_machine *machine = &sim->machines[node];
	struct sim_life *life = sim_life_of(sim, node);
	u32 i;

	if (!machine->powered)
		return;
	if (life) {
		sim_say(sim, life, "loses power");
		sim_life_end(sim, life);
	}
	machine->powered = false;
	for (i = 0; i < sim->n; i++)
		if (sim->machines[i].powered)
			return;
	sim->all_down = true;
}

/* Is that life a member in somebody's view right now? */
static bool still_member(struct sim *sim, const struct sim_life *gone)
{
	u32 nodeid = sim->config.nodes[gone->node].nodeid, i;

	for (i = 0; i < sim->n; i++) {
		struct sim_life *life = sim_life_of(sim, i);

		if (life && life->core->joined && i != gone->node &&
		    cman_sm_member_incarnation(life->sm, nodeid) ==
			    gone->incarnation)
			return true;
	}
	return false;
}

/* The machine starts with a fresh kernel; storage may drop what it had queued. */
void sim_boot(struct sim *sim, u32 node)
{
	struct sim_machine *machine = &sim->machines[node];
	u32 i;

	if (machine->powered)
		return;
	for (i = 0; i < sim->nr_lives; i++) {
		struct sim_life *life = sim->lives[i];

		if (life->node != node)
			continue;
		if (sim->config.reboot_fences)
			life->dropped = true;
		if (life->load_id == machine->load_id &&
		    still_member(sim, life))
			sim->cover.amnesia++;
	}
	machine->powered = true;
	machine->load_id = sim_random(sim) | 1;
	sim_life_start(sim, node);
}

static void cover_log(struct sim *sim, const struct cman_action *action)
{
	switch (action->log.code) {
	case CMAN_LOG_RECOVERED:
		if ((u32)action->log.b != action->log.nodeid)
			sim->cover.takeover++;
		break;
	case CMAN_LOG_FORM_PROPOSE:
		sim->form_proposers |= BIT_ULL(action->log.nodeid % 64);
		break;
	case CMAN_LOG_FORM_RECOVERED:
		sim->cover.form_race++;
		break;
	case CMAN_LOG_SUPERSEDED:
		sim->cover.superseded++;
		break;
	case CMAN_LOG_JOIN_HELD:
		sim->cover.held++;
		break;
	case CMAN_LOG_STARVED:
		sim->cover.starved++;
		break;
	case CMAN_LOG_GIVES_UP:
		sim->cover.give_up++;
		break;
	default:
		break;
	}
}

static void queue(struct sim *sim, struct sim_life *life,
		  const struct cman_action *action)
{
	struct sim_work *work = zalloc(sizeof(*work));

	work->action = *action;
	work->due = sim->now + sim_below(sim, 8);
	if (action->type == CMAN_ACT_VIEW)
		work->view = *action->view;
	if (action->type == CMAN_ACT_RECORD) {
		work->data = zalloc(action->record.len);
		memcpy(work->data, action->record.data, action->record.len);
	}
	*life->work_tail = work;
	life->work_tail = &work->next;
	life->nr_work++;
	sim_post(sim, SIM_WORK, work->due)->life = life->id;
}

void sim_feed(struct sim *sim, struct sim_life *life, struct cman_event *event)
{
	struct cman_actions *actions = &sim->actions;
	struct cman_keep_mark mark;
	bool proposes = false;
	u32 i;

	/* The process dies between two events, and another one has begun. */
	if (sim->keep && !sim->healed &&
	    sim_chance(sim, life->kept_anew ? 300 : 2))
		sim_keep_successor(sim, life);
	cman_keep_mark(life->sm, &mark);
	event->now_ms = sim->now;
	event->random = sim_random(sim);
	event->busy = life->nr_work > BUSY_WORK;
	cman_sm_step(life->sm, event, actions);
	sim->steps++;
	if (sim->keep)
		sim_keep_note(sim, life, &mark);
	sim_trace(sim, sim->now ^ (u64)event->type << 56 ^
		  (u64)life->node << 48 ^ (u64)actions->nr << 40);
	if (actions->overflow)
		sim_fail(sim, "the list of actions overflows");
	for (i = 0; i < actions->nr; i++) {
		const struct cman_action *action = &actions->list[i];

		switch (action->type) {
		case CMAN_ACT_SEND:
			sim_transmit(sim, life, action->send.dst,
				     action->send.data, action->send.len);
			if (action->send.data[0] == CMAN_MSG_ACCEPT)
				proposes = true;
			break;
		case CMAN_ACT_LOG:
			cover_log(sim, action);
			sim_say(sim, life, "log %u node %u a %llx b %llx",
				action->log.code, action->log.nodeid,
				(unsigned long long)action->log.a,
				(unsigned long long)action->log.b);
			break;
		default:
			queue(sim, life, action);
		}
	}
	/* The worst moment for a coordinator to die. */
	if (proposes && !sim->healed && !sim->scripted && sim_chance(sim, 4)) {
		u32 node = life->node;

		sim_crash(sim, node);
		sim_post(sim, SIM_START, sim->now + 100 +
			 sim_below(sim, 6000))->node = node;
	}
}

void sim_tick(struct sim *sim, const struct sim_event *event)
{
	struct sim_life *life = sim->lives[event->life];
	u32 beat = sim->config.heartbeat_ms;
	struct cman_event in = { .type = CMAN_EV_TICK };
	u64 next;

	if (life->paused_until > sim->now) {
		sim_post(sim, SIM_TICK, life->paused_until)->life = life->id;
		return;
	}
	if (life->stalled_until <= sim->now)
		life->progress_ms = sim->now;
	next = life->last_tick + beat;
	if (sim->now > next)
		in.tick.late_ms = (u32)(sim->now - next);
	while (next <= sim->now)
		next += beat;
	life->last_tick = next - beat;
	in.tick.progress_age_ms = (u32)(sim->now - life->progress_ms);
	sim_post(sim, SIM_TICK, next + sim_below(sim, 3))->life = life->id;
	sim_feed(sim, life, &in);
	if (life->up && life->stalled_until <= sim->now)
		sim_core_poll(sim, life);
}

/* A life is over for the provider; the same kernel joins again when drained. */
static void again(struct sim *sim, struct sim_life *life, u32 ms)
{
	u32 node = life->node;

	sim_life_end(sim, life);
	sim_post(sim, SIM_REJOIN, sim->now + ms)->node = node;
}

static void perform(struct sim *sim, struct sim_life *life,
		    struct sim_work *work)
{
	const struct cman_action *action = &work->action;
	struct sim_event *event;

	switch (action->type) {
	case CMAN_ACT_VIEW:
		sim_core_view(sim, life, &work->view);
		break;
	case CMAN_ACT_RECORD:
		sim_core_record(sim, life, action->record.from,
				action->record.generation, work->data,
				action->record.len);
		break;
	case CMAN_ACT_QUORATE:
		sim_core_quorate(sim, life, action->quorate.quorate);
		break;
	case CMAN_ACT_FENCE:
		sim->fencing_sides |= 1U << life->node;
		if (sim->config.two_node && sim->fencing_sides == 3)
			sim->cover.two_node_race++;
		sim_agent_start(sim, life,
				action->fence.nodeid, action->fence.incarnation,
				action->fence.cookie);
		break;
	case CMAN_ACT_ASK_ADMIT:
		event = sim_post(sim, SIM_ADMIT,
				 sim->now + sim_below(sim, 10));
		event->life = life->id;
		event->a = action->ask_admit.cookie;
		event->b = sim_core_may_join(sim, life,
					     action->ask_admit.nodeid,
					     action->ask_admit.settled);
		break;
	case CMAN_ACT_EVICTED:
		sim->cover.evictions++;
		sim->cover.both_cut_off += life->fenced && life->sm->cut_off;
		sim_say(sim, life, "is evicted, reason %u",
			action->evicted.reason);
		again(sim, life, 50 + sim_below(sim, 2000));
		break;
	case CMAN_ACT_LEFT:
		sim_say(sim, life, "has left");
		again(sim, life, 200 + sim_below(sim, 5000));
		break;
	case CMAN_ACT_JOIN_REFUSED:
		sim_say(sim, life, "is refused, option %u",
			action->refused.option);
		if (action->refused.option < CMAN_OPT_NODEID_IN_USE)
			sim_fail(sim, "a join is refused without a cause");
		again(sim, life, 50 + sim_below(sim, 500));
		break;
	case CMAN_ACT_SUBMIT_READY:
		sim_core_submit(sim, life);
		break;
	default:
		break;
	}
}

void sim_work_run(struct sim *sim, struct sim_life *life)
{
	u64 blocked = life->paused_until > life->stalled_until ?
		      life->paused_until : life->stalled_until;

	if (blocked > sim->now) {
		sim_post(sim, SIM_WORK, blocked)->life = life->id;
		return;
	}
	while (life->up && life->work && life->work->due <= sim->now) {
		struct sim_work *work = life->work;

		life->work = work->next;
		if (!life->work)
			life->work_tail = &life->work;
		life->nr_work--;
		perform(sim, life, work);
		free(work->data);
		free(work);
	}
}

void sim_lives_free(struct sim *sim)
{
	u32 i;

	for (i = 0; i < sim->nr_lives; i++) {
		if (sim->lives[i]->up)
			sim_life_end(sim, sim->lives[i]);
		free(sim->lives[i]);
	}
}
