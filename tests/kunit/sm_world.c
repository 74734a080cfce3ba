// SPDX-License-Identifier: GPL-2.0-only
/* See sm_world.h. */
#include <linux/slab.h>

#include "sm_world.h"

static void remember(struct sm_node *node, const struct cman_action *action)
{
	struct sm_seen *seen = &node->seen[node->nr_seen++ % SM_SEEN];
	u32 i;

	memset(seen, 0, sizeof(*seen));
	seen->type = action->type;
	seen->action = *action;
	if (action->type == CMAN_ACT_RECORD)
		seen->byte = action->record.data[0];
	if (action->type != CMAN_ACT_VIEW)
		return;
	seen->generation = action->view->generation;
	seen->nr_members = action->view->nr_members;
	seen->nr_departed = action->view->nr_departed;
	if (seen->nr_departed)
		seen->first_reason = action->view->departed[0].reason;
	for (i = 0; i < seen->nr_members; i++)
		seen->flags |= action->view->members[i].flags;
}

static void put_on_wire(struct sm_world *w, u32 from,
			const struct cman_action *action)
{
	struct sm_packet *packet = &w->wire[w->nr_wire++];

	KUNIT_ASSERT_LE(w->test, w->nr_wire, SM_WIRE);
	packet->from = from;
	packet->dst = action->send.dst & ~w->cut[from];
	packet->len = action->send.len;
	packet->data = kmemdup(action->send.data, packet->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(w->test, packet->data);
}

void sm_give(struct sm_world *w, u32 n, struct cman_event *event)
{
	struct sm_node *node = &w->nodes[n];
	struct cman_event admit = { .type = CMAN_EV_ADMIT };
	u32 i;

	event->now_ms = w->now;
	event->random = ++w->random * 0x9e3779b97f4a7c15ULL;
	event->busy = node->busy;
	cman_sm_step(node->sm, event, &w->actions);
	KUNIT_EXPECT_FALSE(w->test, w->actions.overflow);
	for (i = 0; i < w->actions.nr; i++) {
		const struct cman_action *action = &w->actions.list[i];

		if (action->type == CMAN_ACT_SEND)
			put_on_wire(w, n, action);
		else
			remember(node, action);
		if (action->type == CMAN_ACT_ASK_ADMIT)
			admit.admit.cookie = action->ask_admit.cookie;
	}
	if (!admit.admit.cookie)
		return;
	admit.admit.yes = !node->refuse;
	sm_give(w, n, &admit);
}

static void carry(struct sm_world *w, const struct sm_packet *packet)
{
	struct cman_event event = { .type = CMAN_EV_PACKET };
	u32 n;

	if (packet->data[0] == w->drop_type)
		return;
	for (n = 0; n < w->config.nr_nodes; n++) {
		if (!(packet->dst & BIT_ULL(n)) || w->nodes[n].off)
			continue;
		event.packet.nodeid = packet->from + 1;
		event.packet.incarnation = w->nodes[packet->from].incarnation;
		event.packet.data = packet->data;
		event.packet.len = packet->len;
		sm_give(w, n, &event);
	}
}

/* Until nothing is under way any more. */
void sm_settle(struct sm_world *w)
{
	u32 round;

	for (round = 0; w->nr_wire && round < 1000; round++) {
		struct sm_packet packet = w->wire[0];

		w->nr_wire--;
		memmove(w->wire, w->wire + 1, w->nr_wire * sizeof(packet));
		carry(w, &packet);
		kfree(packet.data);
	}
	KUNIT_EXPECT_EQ(w->test, w->nr_wire, 0);
}

void sm_beats(struct sm_world *w, u32 nr)
{
	struct cman_event event = { .type = CMAN_EV_TICK };
	u32 n;

	while (nr--) {
		w->now += w->config.heartbeat_ms;
		for (n = 0; n < w->config.nr_nodes; n++) {
			struct sm_node *node = &w->nodes[n];

			event.tick.late_ms = node->late_ms;
			event.tick.progress_age_ms = node->progress_age_ms;
			if (!node->off)
				sm_give(w, n, &event);
			sm_settle(w);
		}
	}
}

/* A new life; @load_id 0: nothing known of the machine. */
void sm_start(struct sm_world *w, u32 n, u64 load_id)
{
	struct vcs_attest attest = { .load_id = load_id, .drained = 1 };
	struct vcs_lifetime lifetime = { .id = { n + 1 } };
	struct cman_config config = w->config;
	struct sm_node *node = &w->nodes[n];

	config.nodeid = n + 1;
	node->off = false;
	node->incarnation = ++w->random + 1000;
	node->nr_seen = 0;
	if (load_id)
		attest.machine_id[0] = n + 1;
	cman_sm_init(node->sm, &config, node->incarnation, &attest, &lifetime,
		     w->now);
}

struct sm_world *sm_world_make(struct kunit *test, u32 nr, bool two_node)
{
	struct sm_world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	u32 n;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->test = test;
	w->now = 1000;
	w->config.nr_nodes = nr;
	w->config.heartbeat_ms = 100;
	w->config.dead_after = 10;
	w->config.stall_ms = 1000;
	w->config.fence_delay_ms = 500;
	w->config.formation_wait_ms = 2000;
	w->config.two_node = two_node;
	for (n = 0; n < nr; n++) {
		w->config.nodes[n].nodeid = n + 1;
		w->config.nodes[n].votes = 1;
		w->nodes[n].sm = kunit_kzalloc(test, sizeof(struct cman_sm),
					       GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, w->nodes[n].sm);
		w->nodes[n].off = true;
	}
	w->config.nodeid = 1;
	KUNIT_EXPECT_NULL(test, cman_config_check(&w->config));
	return w;
}

/* All of them, in one view and quorate. */
struct sm_world *sm_world_formed(struct kunit *test, u32 nr, bool two_node)
{
	struct sm_world *w = sm_world_make(test, nr, two_node);
	struct cman_status status;
	u32 n;

	for (n = 0; n < nr; n++)
		sm_start(w, n, n + 100);
	sm_beats(w, 30);
	for (n = 0; n < nr; n++) {
		cman_sm_status(w->nodes[n].sm, &status);
		KUNIT_ASSERT_EQ(test, status.role, CMAN_ROLE_MEMBER);
		KUNIT_ASSERT_TRUE(test, status.quorate);
		KUNIT_ASSERT_EQ(test, status.generation, 1);
		KUNIT_ASSERT_EQ(test, status.members, BIT_ULL(nr) - 1);
		w->nodes[n].nr_seen = 0;
	}
	return w;
}

/* The @nth ordered action of that type, counted from 0. */
const struct sm_seen *sm_find(const struct sm_node *node,
			      enum cman_action_type type, u32 nth)
{
	u32 i;

	for (i = 0; i < node->nr_seen && i < SM_SEEN; i++)
		if (node->seen[i].type == type && !nth--)
			return &node->seen[i];
	return NULL;
}

bool sm_logged(const struct sm_node *node, enum cman_log_code code)
{
	u32 i;

	for (i = 0; i < node->nr_seen && i < SM_SEEN; i++)
		if (node->seen[i].type == CMAN_ACT_LOG &&
		    node->seen[i].action.log.code == code)
			return true;
	return false;
}

struct cman_status sm_status_of(const struct sm_node *node)
{
	struct cman_status status;

	cman_sm_status(node->sm, &status);
	return status;
}

void sm_submit(struct sm_world *w, u32 n, u8 byte, int result)
{
	struct cman_event event = {
		.type = CMAN_EV_SUBMIT,
		.submit = { .data = &byte, .len = 1 },
	};

	sm_give(w, n, &event);
	KUNIT_EXPECT_EQ(w->test, w->actions.result, result);
}
