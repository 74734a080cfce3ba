// SPDX-License-Identifier: GPL-2.0-only
/* Events to the state machine, and the order in which things are done. */
#include <stdarg.h>
#include "frame.h"
#include "life_int.h"

void life_log(struct life *life, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	life->env.log(life->env.arg, text);
}

void life_init(struct life *life, const struct life_env *env)
{
	memset(life, 0, sizeof(*life));
	life->env = *env;
}

bool life_talks(const struct life *life)
{
	return life->phase == LIFE_ON;
}

bool life_is_between(const struct life *life)
{
	return life->phase == LIFE_NONE && life->between;
}

void life_give_up(struct life *life, const char *what)
{
	const struct vcs_error *e = vcs_bridge_error(life->bridge);

	life_log(life, "%s: %s%s%s; claims the cluster again", what, e->attr,
		 *e->attr ? ": " : "", e->err ? e->text : "makes no sense");
	/* Of a life that is over the others see the end. */
	if (life->phase != LIFE_NONE)
		life->between = life->phase == LIFE_ON;
	life->phase = LIFE_NONE;
}

/* Others would take the end of a life for one, if it is not. */
static bool has_ended(const struct life *life, int ret)
{
	return ret == -ENOPROTOOPT ||
	       (ret == -ENOENT &&
		!strcmp(vcs_bridge_error(life->bridge)->attr, "CLUSTER"));
}

bool life_said(struct life *life, int ret, const char *what)
{
	/* It is being left: LEAVE has come, or comes. */
	if (!ret || ret == -ESHUTDOWN)
		return true;
	if (has_ended(life, ret)) {
		life_log(life, "the kernel has left the cluster");
		life->between = false;
		life->phase = LIFE_NONE;
	} else {
		life_give_up(life, what);
	}
	return false;
}

/* For after the list of actions at hand. */
void life_answer(struct life *life, const struct cman_event *event)
{
	if (life->nr_answers == LIFE_ANSWERS)
		life_give_up(life, "too many questions at once");
	else
		life->answers[life->nr_answers++] = *event;
}

/* Where the kernel will be when the actions at hand are done. */
static u64 position_after(const struct life *life)
{
	u64 position = life->position;
	u32 i;

	for (i = 0; i < life->actions.nr; i++) {
		if (life->actions.list[i].type == CMAN_ACT_VIEW)
			position = 0;
		else if (life->actions.list[i].type == CMAN_ACT_RECORD)
			position++;
	}
	return position;
}

/* The result is that of a SUBMIT. */
static int step_once(struct life *life, struct cman_event *event)
{
	struct cman_keep_mark mark;
	u32 i;

	event->now_ms = life->env.now_ms(life->env.arg);
	event->random = life->env.random(life->env.arg);
	event->busy = life->frozen;
	cman_keep_mark(&life->sm, &mark);
	cman_sm_step(&life->sm, event, &life->actions);
	if (life->actions.overflow) {
		life_give_up(life, "a decision did not fit");
		return -EOVERFLOW;
	}
	if (cman_keep_changed(&life->sm, &mark) &&
	    !life_store(life, position_after(life)))
		return -EPERM;
	for (i = 0; i < life->actions.nr && life->phase == LIFE_ON; i++)
		life_perform(life, &life->actions.list[i]);
	return life->actions.result;
}

/*
 * Is it certain that the kernel's view still holds, or that it does not, or time
 * to say that it may not?
 */
static void thaw_in_time(struct life *life)
{
	if (!life->frozen)
		return;
	if ((life->corosync_quorate && cman_keep_quorate(&life->sm)) ||
	    cman_keep_is_behind(&life->sm) ||
	    life->env.now_ms(life->env.arg) >= life->frozen_until_ms)
		life_thaw(life);
}

/* An event, and the answers that it leads to. */
int life_step(struct life *life, struct cman_event *event)
{
	int result;
	u32 i;

	if (life->phase != LIFE_ON)
		return -ENOTCONN;
	result = step_once(life, event);
	for (i = 0; i < life->nr_answers && life->phase == LIFE_ON; i++) {
		struct cman_event answer = life->answers[i];

		step_once(life, &answer);
	}
	life->nr_answers = 0;
	if (life->phase == LIFE_ON)
		thaw_in_time(life);
	return result;
}

/* There may be more to decide: one decision is made an event. */
void life_go_on(struct life *life)
{
	struct cman_event event = { .type = CMAN_EV_LOST };
	u64 slot;

	do {
		slot = life->sm.slot;
		life_step(life, &event);
	} while (life->phase == LIFE_ON && life->sm.slot != slot);
	life_give_records(life);
}

void life_lost(struct life *life, u64 nodes)
{
	struct cman_event event = {
		.type = CMAN_EV_LOST,
		.lost = { .nodes = nodes },
	};
	char text[128];

	if (life->phase != LIFE_ON || !nodes)
		return;
	cman_set_text(&life->config, nodes, text, sizeof(text));
	life_log(life, "out of corosync's reach: %s", text);
	life_step(life, &event);
	life_go_on(life);
	life_send_held(life);
}

void life_packet(struct life *life, u32 nodeid, const void *data, size_t len)
{
	struct cman_event event = { .type = CMAN_EV_PACKET };
	struct frame frame;

	if (life->phase != LIFE_ON || nodeid == life->config.nodeid ||
	    !frame_decode(&frame, data, len) ||
	    !frame_is_for(&frame, life->sm.self, life->config.table_digest))
		return;
	event.packet.nodeid = nodeid;
	event.packet.incarnation = frame.incarnation;
	event.packet.data = frame.data;
	event.packet.len = frame.len;
	life_step(life, &event);
	life_go_on(life);
	life_send_held(life);
}

void life_corosync_quorate(struct life *life, bool quorate)
{
	life->corosync_quorate = quorate;
	if (life->phase == LIFE_ON && !life->frozen)
		life_say_quorate(life);
}

void life_dispatch(struct life *life)
{
	int ret = vcs_bridge_dispatch(life->bridge);

	if (ret && life->phase != LIFE_NONE)
		life_give_up(life, "requests");
	life_send_held(life);
}

/* As many of the kernel's records as the state machine takes. */
void life_give_records(struct life *life)
{
	const struct life_submit *submit;
	struct cman_event event = { .type = CMAN_EV_SUBMIT };

	while (life->phase == LIFE_ON && !life->frozen &&
	       life->nr_given < life->nr_submits) {
		submit = life_submit_at(life, life->nr_given);
		event.submit.data = submit->data;
		event.submit.len = submit->len;
		/* It may be delivered within this step. */
		life->nr_given++;
		if (life_step(life, &event)) {
			life->nr_given--;
			break;
		}
	}
}

/* The kernel wants to join, and corosync can be asked. */
void life_start(struct life *life)
{
	struct corosync_facts facts;
	struct vcs_lifetime lifetime;
	char why[TABLE_WHY_MAX];
	u32 i;

	if (life->phase != LIFE_IDLE || !life->asked_to_join ||
	    !life->env.facts(life->env.arg, &facts))
		return;
	life->asked_to_join = false;
	if (!table_config(&life->config, &facts, life->options, life->grace_ms,
			  why)) {
		life_log(life, "cannot join: %s", why);
		life->phase = LIFE_OVER;
		life_said(life, vcs_bridge_join_failed(life->bridge, -EINVAL,
						       why), "JOIN_FAILED");
		return;
	}
	for (i = 0; i < VCS_LIFETIME_LEN; i++)
		lifetime.id[i] = (u8)life->env.random(life->env.arg);
	cman_sm_init(&life->sm, &life->config, life->incarnation, &life->attest,
		     &lifetime, life->env.now_ms(life->env.arg));
	life->phase = LIFE_ON;
	life_log(life, "joins as node %u of %u", life->config.nodeid,
		 life->config.nr_nodes);
}

void life_tick(struct life *life, u32 late_ms)
{
	struct cman_event event = {
		.type = CMAN_EV_TICK,
		.tick = { .late_ms = late_ms },
	};

	if (life->phase == LIFE_NONE)
		life_claim(life);
	/* Who slept for too long owns nothing: find out before it speaks. */
	else if (!life_said(life, vcs_bridge_ping(life->bridge), "PING"))
		return;
	life_start(life);
	if (life->phase != LIFE_ON)
		return;
	life_step(life, &event);
	life_go_on(life);
	life_send_held(life);
}
