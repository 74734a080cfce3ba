// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one work item that tells the core, in order, what the state machine
 * decided. It takes one action at a time out of the queue, under engine.lock,
 * and acts on its copy without any lock; the core may take its time.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/log2.h>

#include "engine.h"
#include "text.h"

/* How long a view without memory waits until it is published again. */
#define MEMORY_WAIT_MS	20

/* The next action and what belongs to it, out of the queue. */
static bool take_action(struct cman_engine *engine)
{
	struct cman_action *action = &engine->action;
	bool found;

	spin_lock_bh(&engine->lock);
	found = engine->running &&
		kfifo_out(&engine->queue, (u8 *)action, sizeof(*action));
	if (found && action->type == CMAN_ACT_VIEW)
		found = kfifo_out(&engine->queue, (u8 *)&engine->payload.view,
				  sizeof(engine->payload.view));
	else if (found && action->type == CMAN_ACT_RECORD)
		found = kfifo_out(&engine->queue, engine->payload.data,
				  action->record.len);
	spin_unlock_bh(&engine->lock);
	return found;
}

/*
 * The core and the state machine disagree, and only one of them is right. The
 * others see this node fall silent, and will act on it. So whoever needs quorum
 * stops, and a member freezes; who is none yet does not become one.
 */
static void stand_still(struct cman_engine *engine, const char *why, int err)
{
	spin_lock_bh(&engine->lock);
	engine->running = false;
	spin_unlock_bh(&engine->lock);
	vcs_log(engine->cluster, VCS_LOG_PROVIDER, 0, 0, "%s (%d)", why, err);
	if (engine->generation) {
		vcs_set_quorate(engine->cluster, &engine->lifetime,
				engine->generation, false, why);
		vcs_provider_lost(engine->cluster, why);
	} else {
		vcs_join_failed(engine->cluster, err, why);
	}
	complete_all(&engine->left);
}

/* Like vcs_publish_view(), which does not say why. */
static int publish_update(struct cman_engine *engine,
			  const struct vcs_view_update *update,
			  const char **why)
{
	int err;

	while ((err = vcs_publish_view_why(engine->cluster, update, why)) ==
	       -ENOMEM)
		msleep(MEMORY_WAIT_MS);
	return err;
}

static void publish_view(struct cman_engine *engine)
{
	const struct cman_view *view = &engine->payload.view;
	struct vcs_view_update update = {
		.lifetime = view->lifetime,
		.generation = view->generation,
		.expected_votes = view->expected_votes,
		.quorum = view->quorum,
		.members = view->members,
		.departed = view->departed,
		.nr_members = view->nr_members,
		.nr_departed = view->nr_departed,
	};
	char text[VCS_REASON_MAX + 1];
	const char *why;
	int err;

	err = publish_update(engine, &update, &why);
	if (!err) {
		engine->lifetime = view->lifetime;
		engine->generation = view->generation;
	} else if (err != -ESHUTDOWN) {
		scnprintf(text, sizeof(text), "the core refused a view: %s",
			  why);
		stand_still(engine, text, err);
	}
}

static void deliver_record(struct cman_engine *engine)
{
	const struct cman_action *action = &engine->action;
	int err;

	err = vcs_deliver_record(engine->cluster, &engine->lifetime,
				 action->record.generation, action->record.from,
				 engine->payload.data, action->record.len);
	/* A record that the core cannot read is void on every node alike. */
	if (err && err != -ESHUTDOWN)
		vcs_log(engine->cluster, VCS_LOG_PROVIDER, action->record.from,
			0, "the core refused a record (%d)", err);
}

static void set_quorate(struct cman_engine *engine)
{
	const struct cman_action *action = &engine->action;
	char reason[VCS_REASON_MAX + 1];
	int err;

	cman_quorum_text(action, reason, sizeof(reason));
	err = vcs_set_quorate(engine->cluster, &engine->lifetime,
			      action->quorate.generation,
			      action->quorate.quorate, reason);
	if (err && err != -ESHUTDOWN)
		stand_still(engine, "the core refused the quorum", err);
}

static void ask_fence(struct cman_engine *engine)
{
	const struct cman_action *action = &engine->action;

	if (vcs_provider_fence(engine->cluster, action->fence.nodeid,
			       action->fence.incarnation,
			       action->fence.cookie))
		cman_engine_fenced(engine, action->fence.cookie, false);
}

static void ask_admit(struct cman_engine *engine)
{
	const struct cman_action *action = &engine->action;

	cman_engine_admit(engine, action->ask_admit.cookie,
			  !vcs_may_join(engine->cluster,
					action->ask_admit.nodeid,
					action->ask_admit.settled));
}

static void join_refused(struct cman_engine *engine)
{
	const struct cman_action *action = &engine->action;
	char reason[VCS_REASON_MAX + 1];
	int err = cman_refusal_text(action, reason, sizeof(reason));

	vcs_join_failed(engine->cluster, err, reason);
	complete_all(&engine->left);
}

/* What is said over and over is written the 1st, 2nd, 4th, 8th time. */
static void write_log(struct cman_engine *engine)
{
	const struct cman_action *action = &engine->action;
	char text[VCS_TEXT_MAX + 1];
	u32 times;

	times = cman_repeats_count(&engine->repeats, action,
				   div_u64(ktime_get_ns(), NSEC_PER_MSEC));
	if (!is_power_of_2(times))
		return;
	cman_log_text(&engine->config, action, text, sizeof(text));
	if (times == 1)
		vcs_log(engine->cluster, VCS_LOG_PROVIDER, action->log.nodeid,
			action->log.incarnation, "%s", text);
	else
		vcs_log(engine->cluster, VCS_LOG_PROVIDER, action->log.nodeid,
			action->log.incarnation, "%s (%u times)", text, times);
}

static void perform(struct cman_engine *engine)
{
	const struct cman_action *action = &engine->action;

	switch (action->type) {
	case CMAN_ACT_VIEW:
		publish_view(engine);
		break;
	case CMAN_ACT_RECORD:
		deliver_record(engine);
		break;
	case CMAN_ACT_QUORATE:
		set_quorate(engine);
		break;
	case CMAN_ACT_FENCE:
		ask_fence(engine);
		break;
	case CMAN_ACT_ASK_ADMIT:
		ask_admit(engine);
		break;
	case CMAN_ACT_SUSPECT:
		vcs_report_suspect(engine->cluster, action->suspect.nodeid,
				   action->suspect.suspect,
				   cman_suspect_text(action->suspect.why));
		break;
	case CMAN_ACT_EVICTED:
		vcs_report_evicted(engine->cluster, action->evicted.reason);
		complete_all(&engine->left);
		break;
	case CMAN_ACT_LEFT:
		complete_all(&engine->left);
		break;
	case CMAN_ACT_JOIN_REFUSED:
		join_refused(engine);
		break;
	case CMAN_ACT_SUBMIT_READY:
		vcs_submit_ready(engine->cluster);
		break;
	case CMAN_ACT_LOG:
		write_log(engine);
		break;
	case CMAN_ACT_SEND:
		break;
	}
}

void cman_upcalls_run(struct work_struct *work)
{
	struct cman_engine *engine = container_of(work, struct cman_engine,
						  upcalls);

	while (take_action(engine))
		perform(engine);
	if (READ_ONCE(engine->broken) && !engine->told_broken) {
		engine->told_broken = true;
		stand_still(engine, "internal error: a decision did not fit",
			    -EOVERFLOW);
	}
}
