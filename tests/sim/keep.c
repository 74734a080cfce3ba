// SPDX-License-Identifier: GPL-2.0-only
/*
 * With --keep the state machine runs in a process that may die while the kernel
 * that it acts for goes on: what it must not forget is written down after each
 * event, before anything that the event led to happens, and the next process
 * reads it. The kernel has what was decided, and asks anew for what was not.
 */
#include "sim.h"

void sim_keep_note(struct sim *sim, struct sim_life *life,
		   const struct cman_keep_mark *mark)
{
	if (life->sm->slot > mark->slot + 1 && mark->role == CMAN_ROLE_MEMBER)
		sim_fail(sim, "life %u: two decisions at once", life->id);
	life->kept_anew = cman_keep_changed(life->sm, mark);
	if (!life->kept_anew)
		return;
	life->kept_len = cman_keep_write(life->sm, life->kept,
					 sizeof(life->kept));
	if (!life->kept_len)
		sim_fail(sim, "life %u: its state does not fit", life->id);
}

/* Records that were submitted and are not delivered, in their order. */
static void submit_again(struct sim *sim, struct sim_life *life,
			 const struct cman_submit *submits, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		struct cman_event event = {
			.type = CMAN_EV_SUBMIT,
			.now_ms = sim->now,
			.random = sim_random(sim),
			.busy = true,
			.submit = {
				.data = submits[i].data,
				.len = submits[i].len,
			},
		};

		cman_sm_step(life->sm, &event, &sim->actions);
		if (sim->actions.result)
			sim_fail(sim, "life %u: a record is not taken again",
				 life->id);
	}
}

void sim_keep_successor(struct sim *sim, struct sim_life *life)
{
	struct cman_submit submits[CMAN_SUBMIT_MAX];
	u64 random[3] = { sim_random(sim), sim_random(sim), sim_random(sim) };
	struct cman_config config = life->sm->config;
	u32 nr = life->sm->nr_submits, i;
	struct vcs_lifetime lifetime;

	if (!life->kept_len || life->sm->role == CMAN_ROLE_OVER ||
	    life->sm->lingering)
		return;
	for (i = 0; i < nr; i++)
		submits[i] = life->sm->submits[(life->sm->first_submit + i) %
					       CMAN_SUBMIT_MAX];
	sim->cover.successors++;
	sim_say(sim, life, "goes on in another process");
	memcpy(lifetime.id, random, VCS_LIFETIME_LEN);
	cman_sm_init(life->sm, &config, life->incarnation, &life->attest,
		     &lifetime, sim->now);
	if (cman_keep_read(life->sm, life->kept, life->kept_len, sim->now,
			   random[2]))
		sim_fail(sim, "life %u: its state makes no sense", life->id);
	submit_again(sim, life, submits, nr);
}
