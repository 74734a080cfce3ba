// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine, a few nodes at a time, on a perfect network that a test
 * may cut: what one event leads to, and the order of it. Whole clusters under
 * faults are the simulator's.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../../cman_plugin/sm.h"

#define NODES 4
#define WIRE 256		/* packets under way */
#define SEEN 64			/* ordered actions remembered of each node */

struct packet {
	u32 from;
	u64 dst;
	size_t len;
	u8 *data;
};

struct seen {
	enum cman_action_type type;
	struct cman_action action;
	u64 generation;		/* of a VIEW */
	u32 nr_members;
	u32 nr_departed;
	u32 first_reason;
	u32 flags;		/* of all members, or-ed */
	u8 byte;		/* first of a RECORD */
};

struct node {
	struct cman_sm *sm;
	bool off;
	bool busy;
	bool refuse;		/* the core above admits nobody */
	u64 incarnation;
	u32 late_ms;
	u32 progress_age_ms;
	struct seen seen[SEEN];
	u32 nr_seen;
};

struct world {
	struct kunit *test;
	struct cman_config config;
	struct node nodes[NODES];
	u64 now;
	u64 random;
	struct packet wire[WIRE];
	u32 nr_wire;
	u64 cut[NODES];		/* whom this node's packets do not reach */
	u8 drop_type;		/* messages of this type get lost */
	struct cman_actions actions;
};

static void remember(struct node *node, const struct cman_action *action)
{
	struct seen *seen = &node->seen[node->nr_seen++ % SEEN];
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

static void put_on_wire(struct world *w, u32 from,
			const struct cman_action *action)
{
	struct packet *packet = &w->wire[w->nr_wire++];

	KUNIT_ASSERT_LE(w->test, w->nr_wire, WIRE);
	packet->from = from;
	packet->dst = action->send.dst & ~w->cut[from];
	packet->len = action->send.len;
	packet->data = kmemdup(action->send.data, packet->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(w->test, packet->data);
}

static void give(struct world *w, u32 n, struct cman_event *event)
{
	struct node *node = &w->nodes[n];
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
	give(w, n, &admit);
}

static void carry(struct world *w, const struct packet *packet)
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
		give(w, n, &event);
	}
}

/* Until nothing is under way any more. */
static void settle(struct world *w)
{
	u32 round;

	for (round = 0; w->nr_wire && round < 1000; round++) {
		struct packet packet = w->wire[0];

		w->nr_wire--;
		memmove(w->wire, w->wire + 1, w->nr_wire * sizeof(packet));
		carry(w, &packet);
		kfree(packet.data);
	}
	KUNIT_EXPECT_EQ(w->test, w->nr_wire, 0);
}

static void beats(struct world *w, u32 nr)
{
	struct cman_event event = { .type = CMAN_EV_TICK };
	u32 n;

	while (nr--) {
		w->now += w->config.heartbeat_ms;
		for (n = 0; n < w->config.nr_nodes; n++) {
			struct node *node = &w->nodes[n];

			event.tick.late_ms = node->late_ms;
			event.tick.progress_age_ms = node->progress_age_ms;
			if (!node->off)
				give(w, n, &event);
			settle(w);
		}
	}
}

/* A new life; @load_id 0: nothing known of the machine. */
static void start(struct world *w, u32 n, u64 load_id)
{
	struct vcs_attest attest = { .load_id = load_id, .drained = 1 };
	struct vcs_lifetime lifetime = { .id = { n + 1 } };
	struct cman_config config = w->config;
	struct node *node = &w->nodes[n];

	config.nodeid = n + 1;
	node->off = false;
	node->incarnation = ++w->random + 1000;
	node->nr_seen = 0;
	if (load_id)
		attest.machine_id[0] = n + 1;
	cman_sm_init(node->sm, &config, node->incarnation, &attest, &lifetime,
		     w->now);
}

static struct world *make(struct kunit *test, u32 nr, bool two_node)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
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
static struct world *formed(struct kunit *test, u32 nr, bool two_node)
{
	struct world *w = make(test, nr, two_node);
	struct cman_status status;
	u32 n;

	for (n = 0; n < nr; n++)
		start(w, n, n + 100);
	beats(w, 30);
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
static const struct seen *find(const struct node *node,
			       enum cman_action_type type, u32 nth)
{
	u32 i;

	for (i = 0; i < node->nr_seen && i < SEEN; i++)
		if (node->seen[i].type == type && !nth--)
			return &node->seen[i];
	return NULL;
}

static bool logged(const struct node *node, enum cman_log_code code)
{
	u32 i;

	for (i = 0; i < node->nr_seen && i < SEEN; i++)
		if (node->seen[i].type == CMAN_ACT_LOG &&
		    node->seen[i].action.log.code == code)
			return true;
	return false;
}

static struct cman_status status_of(const struct node *node)
{
	struct cman_status status;

	cman_sm_status(node->sm, &status);
	return status;
}

static void submit(struct world *w, u32 n, u8 byte, int result)
{
	struct cman_event event = {
		.type = CMAN_EV_SUBMIT,
		.submit = { .data = &byte, .len = 1 },
	};

	give(w, n, &event);
	KUNIT_EXPECT_EQ(w->test, w->actions.result, result);
}

static void config_test(struct kunit *test)
{
	struct world *w = make(test, 3, false);
	struct cman_config good = w->config, bad;

#define REFUSED(change) do {						\
		bad = good;						\
		change;							\
		KUNIT_EXPECT_NOT_NULL(test, cman_config_check(&bad));	\
	} while (0)
	REFUSED(bad.nodeid = 9);
	REFUSED(bad.nr_nodes = 0);
	REFUSED(bad.nr_nodes = CMAN_NODES_MAX + 1);
	REFUSED(bad.nodes[1].nodeid = 1);
	REFUSED(bad.nodes[0].nodeid = 0);
	REFUSED(bad.nodes[0].votes = 1001);
	REFUSED(bad.heartbeat_ms = 1);
	REFUSED(bad.dead_after = 2);
	REFUSED(bad.stall_ms = 50);
	REFUSED(bad.formation_wait_ms = 900);
	REFUSED(bad.two_node = true);
#undef REFUSED
	bad = good;
	bad.nodes[0].votes = 0;
	bad.nodes[1].votes = 0;
	bad.nodes[2].votes = 0;
	KUNIT_EXPECT_NOT_NULL(test, cman_config_check(&bad));
}

static void forms_late_test(struct kunit *test)
{
	struct world *w = make(test, 3, false);
	const struct seen *view;

	start(w, 0, 1);
	start(w, 1, 2);
	beats(w, 18);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[0]).role, CMAN_ROLE_SEEKING);
	beats(w, 10);
	view = find(&w->nodes[1], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->nr_members, 2);
	KUNIT_EXPECT_EQ(test, view->nr_departed, 1);
	KUNIT_EXPECT_EQ(test, view->first_reason, VCS_LEAVE_ABSENT);
}

static void forms_not_test(struct kunit *test)
{
	struct world *w = make(test, 3, false);

	start(w, 2, 1);
	beats(w, 100);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[2], CMAN_ACT_VIEW, 0));
	/* With seeds only, not even with everyone there. */
	w->config.seeds_only = true;
	start(w, 0, 1);
	start(w, 1, 1);
	start(w, 2, 1);
	beats(w, 100);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[0], CMAN_ACT_VIEW, 0));
}

static void waits_for_all_test(struct kunit *test)
{
	struct world *w = make(test, 3, false);

	w->config.wait_for_all = true;
	start(w, 0, 1);
	start(w, 1, 2);
	beats(w, 60);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[0], CMAN_ACT_VIEW, 0));
	start(w, 2, 3);
	beats(w, 30);
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[0], CMAN_ACT_VIEW, 0));
}

static void dies_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *view, *suspect;

	w->nodes[0].off = true;
	beats(w, 20);
	suspect = find(&w->nodes[1], CMAN_ACT_SUSPECT, 0);
	view = find(&w->nodes[1], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, suspect);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_TRUE(test, suspect < view);
	KUNIT_EXPECT_EQ(test, view->generation, 2);
	KUNIT_EXPECT_EQ(test, view->nr_members, 2);
	KUNIT_EXPECT_EQ(test, view->first_reason, VCS_LEAVE_FAILED);
	KUNIT_EXPECT_TRUE(test, status_of(&w->nodes[2]).quorate);
}

static void two_die_in_one_view_test(struct kunit *test)
{
	struct world *w;

	w = formed(test, 4, false);
	w->nodes[0].off = true;
	beats(w, 30);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[1]).generation, 2);
	/* Three of four are left: one more, and half remains. */
	w->nodes[1].off = true;
	w->nodes[2].off = true;
	beats(w, 30);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[3]).generation, 2);
	KUNIT_EXPECT_FALSE(test, status_of(&w->nodes[3]).quorate);
}

static void starved_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);

	/* Two seconds without a tick or a packet: its own fault. */
	w->nodes[2].off = true;
	beats(w, 9);
	w->nodes[2].off = false;
	w->now += 900;
	w->nodes[0].late_ms = 900;
	w->nodes[1].late_ms = 900;
	w->nodes[2].late_ms = 1800;
	beats(w, 1);
	w->nodes[0].late_ms = 0;
	w->nodes[1].late_ms = 0;
	w->nodes[2].late_ms = 0;
	beats(w, 20);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[0]).generation, 1);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[2], CMAN_ACT_SUSPECT, 0));
	KUNIT_EXPECT_TRUE(test, logged(&w->nodes[2], CMAN_LOG_STARVED));
}

static void stalled_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *gone;

	w->nodes[0].progress_age_ms = 1001;
	beats(w, 10);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[1]).generation, 2);
	gone = find(&w->nodes[0], CMAN_ACT_EVICTED, 0);
	KUNIT_ASSERT_NOT_NULL(test, gone);
	KUNIT_EXPECT_EQ(test, gone->action.evicted.reason, VCS_LEAVE_FAILED);
}

static void broken_link_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *gone;

	w->cut[0] = BIT_ULL(2);
	beats(w, 40);
	w->cut[0] = 0;
	beats(w, 2);
	gone = find(&w->nodes[2], CMAN_ACT_EVICTED, 0);
	KUNIT_ASSERT_NOT_NULL(test, gone);
	KUNIT_EXPECT_EQ(test, gone->action.evicted.reason, VCS_LEAVE_REMOVED);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[1]).members, 3);
}

static void records_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	u32 i, n;

	for (i = 0; i < 12; i++)
		submit(w, i % 3, 'a' + i, 0);
	settle(w);
	beats(w, 3);
	for (i = 0; i < 12; i++) {
		const struct seen *first = find(&w->nodes[0], CMAN_ACT_RECORD,
						i);

		KUNIT_ASSERT_NOT_NULL(test, first);
		for (n = 1; n < 3; n++) {
			const struct seen *other = find(&w->nodes[n],
							CMAN_ACT_RECORD, i);

			KUNIT_ASSERT_NOT_NULL(test, other);
			KUNIT_EXPECT_EQ(test, first->byte, other->byte);
			KUNIT_EXPECT_EQ(test, first->action.record.from,
					other->action.record.from);
		}
	}
	KUNIT_EXPECT_NULL(test, find(&w->nodes[2], CMAN_ACT_RECORD, 12));
}

static void full_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	struct cman_event none = { .type = CMAN_EV_SUBMIT };
	u32 i;

	w->cut[1] = ~0ULL;
	for (i = 0; i < CMAN_SUBMIT_MAX; i++)
		submit(w, 1, i, 0);
	submit(w, 1, 99, -EAGAIN);
	settle(w);
	w->cut[1] = 0;
	beats(w, 5);
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[1], CMAN_ACT_SUBMIT_READY,
					 0));
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[0], CMAN_ACT_RECORD,
					 CMAN_SUBMIT_MAX - 1));
	give(w, 1, &none);
	KUNIT_EXPECT_EQ(test, w->actions.result, -EMSGSIZE);
}

static void busy_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);

	w->nodes[2].busy = true;
	submit(w, 0, 'x', 0);
	settle(w);
	beats(w, 3);
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[0], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_NULL(test, find(&w->nodes[2], CMAN_ACT_RECORD, 0));
	w->nodes[2].busy = false;
	beats(w, 3);
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[2], CMAN_ACT_RECORD, 0));
}

static void recovered_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);

	/* Accepted by all, and its coordinator dies before it can say so. */
	w->drop_type = CMAN_MSG_ACCEPTED;
	submit(w, 0, 'x', 0);
	settle(w);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[0], CMAN_ACT_RECORD, 0));
	w->drop_type = 0;
	w->nodes[0].off = true;
	beats(w, 30);
	KUNIT_EXPECT_TRUE(test, logged(&w->nodes[1], CMAN_LOG_RECOVERED));
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[1], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[2], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_TRUE(test, find(&w->nodes[2], CMAN_ACT_RECORD, 0) <
				find(&w->nodes[2], CMAN_ACT_VIEW, 0));
}

static void leaves_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	struct cman_event leave = { .type = CMAN_EV_LEAVE };
	const struct seen *view;
	u32 n;

	for (n = 0; n < 3; n++) {
		give(w, n, &leave);
		settle(w);
		beats(w, 5);
		KUNIT_EXPECT_NOT_NULL_MSG(test,
					  find(&w->nodes[n], CMAN_ACT_LEFT, 0),
					  "node %u", n + 1);
		KUNIT_EXPECT_NULL(test, find(&w->nodes[n], CMAN_ACT_EVICTED,
					     0));
		w->nodes[n].off = true;
	}
	view = find(&w->nodes[2], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->first_reason, VCS_LEAVE_CLEAN);
	submit(w, 2, 'x', -ENOTCONN);
}

static void comes_back_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *ask;

	/* The same kernel, drained: it counts as fenced. */
	start(w, 2, 102);
	beats(w, 30);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[2]).role, CMAN_ROLE_MEMBER);
	ask = find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0);
	KUNIT_ASSERT_NOT_NULL(test, ask);
	KUNIT_EXPECT_TRUE(test, ask->action.ask_admit.settled);
	w->nodes[0].nr_seen = 0;

	/* Another kernel, and nothing says what storage does then. */
	start(w, 2, 555);
	beats(w, 30);
	ask = find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0);
	KUNIT_ASSERT_NOT_NULL(test, ask);
	KUNIT_EXPECT_FALSE(test, ask->action.ask_admit.settled);
}

static void held_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);

	w->nodes[0].refuse = true;
	start(w, 2, 555);
	beats(w, 60);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[2]).role, CMAN_ROLE_JOINING);
	KUNIT_EXPECT_TRUE(test, logged(&w->nodes[0], CMAN_LOG_JOIN_HELD));
	w->nodes[0].refuse = false;
	beats(w, 20);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[2]).role, CMAN_ROLE_MEMBER);
}

static u32 asked(const struct node *node)
{
	u32 nr = 0;

	while (find(node, CMAN_ACT_ASK_ADMIT, nr))
		nr++;
	return nr;
}

/* A record that is decided behind the answer may be a claim to fence it. */
static void asked_again_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	u32 before;

	w->nodes[2].off = true;
	beats(w, 20);
	w->drop_type = CMAN_MSG_ACCEPT;
	submit(w, 0, 'x', 0);
	start(w, 2, 555);
	beats(w, 5);
	before = asked(&w->nodes[0]);
	KUNIT_EXPECT_GT(test, before, 0);
	w->nodes[0].refuse = true;
	w->drop_type = 0;
	beats(w, 20);
	KUNIT_EXPECT_NOT_NULL(test, find(&w->nodes[0], CMAN_ACT_RECORD, 0));
	KUNIT_EXPECT_GT(test, asked(&w->nodes[0]), before);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[2]).role, CMAN_ROLE_JOINING);

	/* And a stream of records does not keep it out. */
	w->nodes[0].refuse = false;
	for (before = 0; before < 20; before++) {
		submit(w, 0, 'y', 0);
		submit(w, 1, 'z', 0);
		beats(w, 1);
	}
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[2]).role, CMAN_ROLE_MEMBER);
}

static void disagrees_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *refused;

	w->nodes[2].off = true;
	beats(w, 20);
	w->config.reboot_fences = true;
	start(w, 2, 102);
	beats(w, 20);
	refused = find(&w->nodes[2], CMAN_ACT_JOIN_REFUSED, 0);
	KUNIT_ASSERT_NOT_NULL(test, refused);
	KUNIT_EXPECT_EQ(test, refused->action.refused.option,
			CMAN_OPT_REBOOT_FENCES);
	KUNIT_EXPECT_TRUE(test, logged(&w->nodes[0], CMAN_LOG_REFUSED));
}

static void replayed_join_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	struct cman_msg msg = { .type = CMAN_MSG_JOIN, .nonce = 12345 };
	struct cman_event event = { .type = CMAN_EV_PACKET };
	u8 buf[64];

	event.packet.nodeid = 3;
	event.packet.incarnation = 4711;
	event.packet.data = buf;
	event.packet.len = cman_msg_encode(&msg, buf, sizeof(buf));
	w->nodes[2].off = true;
	beats(w, 30);
	for (msg.nonce = 0; msg.nonce < 50; msg.nonce++) {
		cman_msg_encode(&msg, buf, sizeof(buf));
		give(w, 0, &event);
		settle(w);
		beats(w, 1);
	}
	KUNIT_EXPECT_NULL(test, find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0));
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[0]).members, 3);
}

static void two_node_test(struct kunit *test)
{
	struct world *w = formed(test, 2, true);
	struct cman_event fenced = { .type = CMAN_EV_FENCED };
	const struct seen *fence, *view;

	w->nodes[0].off = true;
	beats(w, 14);
	KUNIT_EXPECT_FALSE(test, status_of(&w->nodes[1]).quorate);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[1], CMAN_ACT_FENCE, 0));
	beats(w, 6);
	fence = find(&w->nodes[1], CMAN_ACT_FENCE, 0);
	KUNIT_ASSERT_NOT_NULL(test, fence);
	KUNIT_EXPECT_EQ(test, fence->action.fence.nodeid, 1);
	KUNIT_EXPECT_EQ(test, fence->action.fence.incarnation,
			w->nodes[0].incarnation);

	/* Unknown is no success, a wrong cookie is nothing. */
	fenced.fenced.cookie = fence->action.fence.cookie;
	give(w, 1, &fenced);
	fenced.fenced.success = true;
	give(w, 1, &fenced);
	beats(w, 30);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[1], CMAN_ACT_VIEW, 0));
	w->nodes[1].nr_seen = 0;
	beats(w, 50);
	fence = find(&w->nodes[1], CMAN_ACT_FENCE, 0);
	KUNIT_ASSERT_NOT_NULL(test, fence);
	fenced.fenced.cookie = fence->action.fence.cookie;
	give(w, 1, &fenced);
	view = find(&w->nodes[1], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->nr_members, 1);
	beats(w, 1);
	KUNIT_EXPECT_TRUE(test, status_of(&w->nodes[1]).quorate);
}

static void most_restart_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *view;

	/* Two of three come back as the same kernels, without a memory. */
	start(w, 0, 100);
	start(w, 1, 101);
	beats(w, 60);
	view = find(&w->nodes[2], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->generation, 2);
	KUNIT_EXPECT_GE(test, view->nr_members, 2);
	KUNIT_EXPECT_EQ(test, view->nr_departed, 2);
	KUNIT_EXPECT_EQ(test, view->flags, VCS_MEMBER_SETTLED);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[2]).members, 7);
	KUNIT_EXPECT_TRUE(test, status_of(&w->nodes[0]).quorate);
}

/* The agent of node @n switches off whom it is asked to. */
static void fence_all(struct world *w, u32 n)
{
	struct cman_event event = { .type = CMAN_EV_FENCED };
	const struct seen *ask;
	u32 i, index;

	for (i = 0; (ask = find(&w->nodes[n], CMAN_ACT_FENCE, i)); i++) {
		index = ask->action.fence.nodeid - 1;
		if (ask->action.fence.incarnation &&
		    ask->action.fence.incarnation !=
		    w->nodes[n].sm->state.members[index].incarnation)
			continue;
		w->nodes[index].off = true;
		event.fenced.cookie = ask->action.fence.cookie;
		event.fenced.success = true;
		give(w, n, &event);
	}
}

/* Fenced, and back: nobody must begin to fence the life that is back. */
static void fenced_settles_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *view;

	/* Other kernels: nothing shows what became of the lives before. */
	start(w, 0, 555);
	start(w, 1, 556);
	beats(w, 40);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[2], CMAN_ACT_VIEW, 0));
	fence_all(w, 2);
	KUNIT_EXPECT_TRUE(test, w->nodes[0].off && w->nodes[1].off);
	beats(w, 20);
	start(w, 0, 557);
	start(w, 1, 558);
	beats(w, 40);
	view = find(&w->nodes[2], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_EQ(test, view->nr_departed, 2);
	KUNIT_EXPECT_EQ(test, view->flags, VCS_MEMBER_SETTLED);
}

/* Outside the view, held by a fence that nobody can do without quorum. */
static void fenced_outside_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);
	const struct seen *view, *ask;

	w->nodes[2].off = true;
	beats(w, 30);
	w->nodes[1].off = true;
	w->nodes[0].nr_seen = 0;
	w->nodes[0].refuse = true;
	start(w, 2, 555);
	beats(w, 40);
	fence_all(w, 0);
	beats(w, 20);
	start(w, 2, 556);
	w->nodes[0].nr_seen = 0;
	beats(w, 80);
	/* Held still, for what its life before has left. */
	fence_all(w, 0);
	w->nodes[0].nr_seen = 0;
	w->nodes[0].refuse = false;
	beats(w, 20);
	start(w, 2, 557);
	beats(w, 40);
	ask = find(&w->nodes[0], CMAN_ACT_ASK_ADMIT, 0);
	KUNIT_ASSERT_NOT_NULL(test, ask);
	KUNIT_EXPECT_TRUE(test, ask->action.ask_admit.settled);
	view = find(&w->nodes[0], CMAN_ACT_VIEW, 0);
	KUNIT_ASSERT_NOT_NULL(test, view);
	KUNIT_EXPECT_TRUE(test, view->flags & VCS_MEMBER_SETTLED);
}

static void minority_test(struct kunit *test)
{
	struct world *w = formed(test, 3, false);

	w->cut[2] = 3;
	w->cut[0] = 4;
	w->cut[1] = 4;
	beats(w, 100);
	KUNIT_EXPECT_NULL(test, find(&w->nodes[2], CMAN_ACT_VIEW, 0));
	KUNIT_EXPECT_NULL(test, find(&w->nodes[2], CMAN_ACT_FENCE, 0));
	KUNIT_EXPECT_FALSE(test, status_of(&w->nodes[2]).quorate);
	KUNIT_EXPECT_EQ(test, status_of(&w->nodes[0]).members, 3);
}

static struct kunit_case cman_sm_cases[] = {
	KUNIT_CASE(config_test),
	KUNIT_CASE(forms_late_test),
	KUNIT_CASE(forms_not_test),
	KUNIT_CASE(waits_for_all_test),
	KUNIT_CASE(dies_test),
	KUNIT_CASE(two_die_in_one_view_test),
	KUNIT_CASE(starved_test),
	KUNIT_CASE(stalled_test),
	KUNIT_CASE(broken_link_test),
	KUNIT_CASE(records_test),
	KUNIT_CASE(full_test),
	KUNIT_CASE(busy_test),
	KUNIT_CASE(recovered_test),
	KUNIT_CASE(leaves_test),
	KUNIT_CASE(comes_back_test),
	KUNIT_CASE(held_test),
	KUNIT_CASE(asked_again_test),
	KUNIT_CASE(disagrees_test),
	KUNIT_CASE(replayed_join_test),
	KUNIT_CASE(two_node_test),
	KUNIT_CASE(most_restart_test),
	KUNIT_CASE(fenced_settles_test),
	KUNIT_CASE(fenced_outside_test),
	KUNIT_CASE(minority_test),
	{}
};

static struct kunit_suite cman_sm_suite = {
	.name = "cman_sm",
	.test_cases = cman_sm_cases,
};

kunit_test_suite(cman_sm_suite);

MODULE_DESCRIPTION("KUnit suite for cman's state machine");
MODULE_LICENSE("GPL");
