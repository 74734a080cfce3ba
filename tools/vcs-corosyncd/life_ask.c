// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel asks for. */
#include "life_int.h"

static void on_join(struct vcs_bridge *bridge, uint64_t seq,
		    uint64_t incarnation, const char *options, void *arg)
{
	struct life *life = arg;

	(void)bridge;
	(void)seq;
	/* A predecessor had begun with it already. */
	if (life->phase != LIFE_IDLE || incarnation != life->incarnation)
		return;
	scnprintf(life->options, sizeof(life->options), "%s", options);
	life->asked_to_join = true;
	life_start(life);
	if (life->phase == LIFE_IDLE)
		life_log(life, "joins as soon as corosync answers");
}

static void on_leave(struct vcs_bridge *bridge, uint64_t seq,
		     enum vcs_ub_how how, void *arg)
{
	struct cman_event event = { .type = CMAN_EV_LEAVE };
	struct life *life = arg;

	life->leave_seq = seq;
	if (life->phase == LIFE_ON && how == VCS_UB_HOW_CLEAN) {
		life_step(life, &event);
		life_go_on(life);
		return;
	}
	/* Or no goodbye: the others see it go. */
	if (life->phase == LIFE_ON)
		life_log(life, "leaves by force");
	if (life->phase != LIFE_NONE)
		life->phase = LIFE_OVER;
	life_said(life, vcs_bridge_result(bridge, seq), "RESULT");
}

static void on_submit(struct vcs_bridge *bridge, uint64_t seq,
		      uint64_t generation, const void *data, size_t len,
		      void *arg)
{
	struct life *life = arg;
	struct life_submit *submit;

	(void)bridge;
	if (life->phase != LIFE_ON || generation < life->generation)
		return;
	if (life->nr_submits == LIFE_SUBMITS) {
		life_give_up(life, "more records than a kernel has under way");
		return;
	}
	submit = life_submit_at(life, life->nr_submits++);
	submit->seq = seq;
	submit->generation = generation;
	submit->len = (u32)len;
	memcpy(submit->data, data, len);
	life_give_records(life);
	life_go_on(life);
}

static void on_fenced(struct vcs_bridge *bridge, uint64_t seq,
		      const struct vcs_bridge_fenced *fenced, void *arg)
{
	struct cman_event event = {
		.type = CMAN_EV_FENCED,
		.fenced = {
			.cookie = fenced->fence_cookie,
			.success = fenced->result == VCS_FENCE_SUCCESS,
		},
	};
	struct life *life = arg;

	life_step(life, &event);
	if (!life_said(life, vcs_bridge_result(bridge, seq), "RESULT"))
		return;
	life_go_on(life);
}

const struct vcs_bridge_ops life_ops = {
	.size = sizeof(life_ops),
	.join = on_join,
	.leave = on_leave,
	.submit = on_submit,
	.fenced = on_fenced,
};
