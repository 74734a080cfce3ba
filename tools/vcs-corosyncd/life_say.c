// SPDX-License-Identifier: GPL-2.0-only
/* What the state machine wants done, said to the kernel in order. */
#include "life_int.h"

void life_evict(struct life *life, enum vcs_leave_reason reason,
		const char *why)
{
	life_log(life, "this node is put out: %s", why);
	life->phase = LIFE_OVER;
	life_said(life, vcs_bridge_evicted(life->bridge, reason), "EVICTED");
}

/* What an earlier view wanted delivered is void. */
static void forget_records(struct life *life)
{
	while (life->nr_submits &&
	       life_submit_at(life, 0)->generation < life->generation) {
		life->first_submit = (life->first_submit + 1) % LIFE_SUBMITS;
		life->nr_submits--;
	}
	life->nr_given = 0;
}

static void fill_view(struct vcs_bridge_view *to, const struct cman_view *from,
		      struct vcs_bridge_member *members,
		      struct vcs_bridge_departed *departed)
{
	u32 i;

	memcpy(to->lifetime, from->lifetime.id, VCS_LIFETIME_LEN);
	to->generation = from->generation;
	to->expected_votes = from->expected_votes;
	to->quorum = from->quorum;
	to->nr_members = from->nr_members;
	to->members = members;
	to->nr_departed = from->nr_departed;
	to->departed = departed;
	for (i = 0; i < from->nr_members; i++)
		members[i] = (struct vcs_bridge_member){
			.incarnation = from->members[i].incarnation,
			.joined_generation = from->members[i].joined_generation,
			.nodeid = from->members[i].nodeid,
			.votes = from->members[i].votes,
			.settled = from->members[i].flags & VCS_MEMBER_SETTLED,
		};
	for (i = 0; i < from->nr_departed; i++)
		departed[i] = (struct vcs_bridge_departed){
			.incarnation = from->departed[i].incarnation,
			.nodeid = from->departed[i].nodeid,
			.reason = from->departed[i].reason,
		};
}

void life_say_view(struct life *life, const struct cman_view *from)
{
	struct vcs_bridge_member members[CMAN_NODES_MAX];
	struct vcs_bridge_departed departed[CMAN_NODES_MAX];
	struct vcs_bridge_view view;

	fill_view(&view, from, members, departed);
	if (!life_said(life, vcs_bridge_view(life->bridge, &view), "VIEW"))
		return;
	life->lifetime = from->lifetime;
	life->generation = from->generation;
	life->position = 0;
	forget_records(life);
	life_log(life, "view %llu: %u members", life->generation,
		 from->nr_members);
}

void life_say_record(struct life *life, u32 from, const u8 *data, size_t len)
{
	bool own = from == life->config.nodeid;
	struct vcs_bridge_record record = {
		.generation = life->generation,
		.position = life->position + 1,
		.from = from,
		.data = data,
		.len = len,
	};
	int ret;

	memcpy(record.lifetime, life->lifetime.id, VCS_LIFETIME_LEN);
	if (own && !life->nr_submits) {
		life_give_up(life, "a record that the kernel did not submit");
		return;
	}
	if (own)
		record.seq = life_submit_at(life, 0)->seq;
	ret = vcs_bridge_deliver(life->bridge, &record);
	if (!life_said(life, ret, "DELIVER"))
		return;
	life->position++;
	if (!own)
		return;
	life->first_submit = (life->first_submit + 1) % LIFE_SUBMITS;
	life->nr_submits--;
	if (life->nr_given)
		life->nr_given--;
}

/* Only what both say is said. */
void life_say_quorate(struct life *life)
{
	bool quorate = life->quorate && life->corosync_quorate;
	const char *reason = life->reason;

	if (!life->generation)
		return;
	if (life->quorate && !quorate)
		reason = "corosync says that it is not quorate";
	if (life->said_generation == life->generation &&
	    life->said_quorate == quorate)
		return;
	life->said_generation = life->generation;
	life->said_quorate = quorate;
	life_said(life, vcs_bridge_quorate(life->bridge, life->lifetime.id,
					   life->generation, quorate, reason),
		  "QUORATE");
}

static void set_quorate(struct life *life, const struct cman_action *action)
{
	life->quorate = action->quorate.quorate;
	cman_quorum_text(action, life->reason, sizeof(life->reason));
	life_say_quorate(life);
}

static void ask_fence(struct life *life, const struct cman_action *action)
{
	struct cman_event event = {
		.type = CMAN_EV_FENCED,
		.fenced = { .cookie = action->fence.cookie },
	};
	int ret = vcs_bridge_fence(life->bridge, action->fence.nodeid,
				   action->fence.incarnation,
				   action->fence.cookie);

	if (ret == -EPERM)
		life_give_up(life, "FENCE");
	else if (ret)
		life_answer(life, &event);
}

static void ask_admit(struct life *life, const struct cman_action *action)
{
	struct cman_event event = {
		.type = CMAN_EV_ADMIT,
		.admit = { .cookie = action->ask_admit.cookie },
	};
	int ret = vcs_bridge_may_join(life->bridge, action->ask_admit.nodeid,
				      action->ask_admit.settled);

	if (ret == -EPERM) {
		life_give_up(life, "MAY_JOIN");
		return;
	}
	event.admit.yes = !ret;
	life_answer(life, &event);
}

static void join_refused(struct life *life, const struct cman_action *action)
{
	char why[VCS_REASON_MAX + 1];
	int err = cman_refusal_text(action, why, sizeof(why));

	if (action->refused.option == CMAN_OPT_NODES)
		scnprintf(why, sizeof(why),
			  "corosync's nodelist or grace= differs from node %u's: make them the same",
			  action->refused.by);
	life_log(life, "cannot join: %s", why);
	life->phase = LIFE_OVER;
	life_said(life, vcs_bridge_join_failed(life->bridge, err, why),
		  "JOIN_FAILED");
}

static void has_left(struct life *life)
{
	life_log(life, "has left");
	life->phase = LIFE_OVER;
	if (life->leave_seq)
		life_said(life, vcs_bridge_result(life->bridge,
						  life->leave_seq), "RESULT");
}

/* Advice: whatever the kernel makes of it, nothing rests on that. */
static void say_suspect(struct life *life, const struct cman_action *action)
{
	int ret = vcs_bridge_suspect(life->bridge, action->suspect.nodeid,
				     action->suspect.suspect,
				     cman_suspect_text(action->suspect.why));

	if (ret == -EPERM)
		life_give_up(life, "SUSPECT");
}

/* What holds on, the state machine says again and again. */
static void write_log(struct life *life, const struct cman_action *action)
{
	const struct cman_action *last = &life->last_log;
	char text[VCS_TEXT_MAX + 1];

	if (action->log.code == last->log.code &&
	    action->log.nodeid == last->log.nodeid &&
	    action->log.incarnation == last->log.incarnation &&
	    action->log.a == last->log.a && action->log.b == last->log.b)
		return;
	life->last_log = *action;
	cman_log_text(&life->config, action, text, sizeof(text));
	life_log(life, "%s", text);
}

/*
 * A SUBMIT has all records that are not delivered yet, and is made anew with
 * each of them: the last one is sent, when there is nothing more to do.
 */
static void send_message(struct life *life, const struct cman_action *action)
{
	if (action->send.data[0] != CMAN_MSG_SUBMIT) {
		life->env.send(life->env.arg, life, action->send.dst,
			       action->send.data, action->send.len);
		return;
	}
	life->held_dst = action->send.dst;
	life->held_len = action->send.len;
	memcpy(life->held, action->send.data, action->send.len);
}

void life_send_held(struct life *life)
{
	if (life->phase == LIFE_ON && life->held_len)
		life->env.send(life->env.arg, life, life->held_dst, life->held,
			       life->held_len);
	life->held_len = 0;
}

void life_perform(struct life *life, const struct cman_action *action)
{
	switch (action->type) {
	case CMAN_ACT_SEND:
		send_message(life, action);
		break;
	case CMAN_ACT_VIEW:
		life_say_view(life, action->view);
		break;
	case CMAN_ACT_RECORD:
		life_say_record(life, action->record.from, action->record.data,
				action->record.len);
		break;
	case CMAN_ACT_QUORATE:
		set_quorate(life, action);
		break;
	case CMAN_ACT_FENCE:
		ask_fence(life, action);
		break;
	case CMAN_ACT_ASK_ADMIT:
		ask_admit(life, action);
		break;
	case CMAN_ACT_SUSPECT:
		say_suspect(life, action);
		break;
	case CMAN_ACT_EVICTED:
		life_evict(life, action->evicted.reason,
			   "the others go on without it");
		break;
	case CMAN_ACT_LEFT:
		has_left(life);
		break;
	case CMAN_ACT_JOIN_REFUSED:
		join_refused(life, action);
		break;
	case CMAN_ACT_LOG:
		write_log(life, action);
		break;
	case CMAN_ACT_SUBMIT_READY:
		/* Each tick tries again. */
		break;
	}
}
