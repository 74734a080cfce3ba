// SPDX-License-Identifier: GPL-2.0-only
/* Every event in every state: one node, a table of what each leads to. */
#include <linux/module.h>
#include <linux/slab.h>

#include "sm_world.h"

#define LIFE(n) (7000 + (n))	/* incarnation of the node with that id */

enum state { SEEKING, JOINING, MEMBER, LINGERING, OVER, NR_STATES };

static const char * const state_names[NR_STATES] = {
	"seeking", "joining", "member", "lingering", "over",
};

/* Node 2, and whatever the others say to it. */
struct solo {
	struct kunit *test;
	struct cman_config config;
	struct cman_sm *sm;
	struct cman_actions actions;
	struct cman_state view;
	struct cman_msg msg;
	u64 now;
	u8 value[CMAN_VALUE_MAX];
	u8 buf[CMAN_MSG_MAX];
};

static void give(struct solo *s, struct cman_event *event)
{
	event->now_ms = ++s->now;
	event->random = s->now * 0x9e3779b97f4a7c15ULL;
	cman_sm_step(s->sm, event, &s->actions);
	KUNIT_EXPECT_FALSE(s->test, s->actions.overflow);
}

static void hear(struct solo *s, u32 nodeid)
{
	struct cman_event event = { .type = CMAN_EV_PACKET };

	event.packet.nodeid = nodeid;
	event.packet.incarnation = LIFE(nodeid);
	event.packet.data = s->buf;
	event.packet.len = cman_msg_encode(&s->msg, s->buf, sizeof(s->buf));
	KUNIT_EXPECT_NE(s->test, event.packet.len, 0);
	give(s, &event);
}

static void fill_view(struct solo *s, u64 generation, bool with_self)
{
	struct cman_state *view = &s->view;
	u32 i;

	memset(view, 0, sizeof(*view));
	view->lifetime.id[0] = 1;
	view->generation = generation;
	for (i = 1; i <= s->config.nr_nodes; i++) {
		struct cman_entry *entry = &view->members[view->nr_members];

		if (i == 2 && !with_self) {
			view->departed[0].nodeid = 2;
			view->departed[0].incarnation = LIFE(2);
			view->departed[0].reason = VCS_LEAVE_CLEAN;
			view->nr_departed = 1;
			continue;
		}
		entry->nodeid = i;
		entry->incarnation = LIFE(i);
		entry->joined_generation = 1;
		view->nr_members++;
	}
}

/* A message that is well formed, about the next slot of generation 1. */
static void fill(struct solo *s, u8 type)
{
	struct cman_msg *msg = &s->msg;

	memset(msg, 0, sizeof(*msg));
	msg->type = type;
	msg->lifetime.id[0] = 1;
	msg->generation = 1;
	msg->slot = type == CMAN_MSG_HELLO || type == CMAN_MSG_LEARN ? 1 : 2;
	msg->ballot = 1ULL << 32 | 1;
	msg->ballot_incarnation = LIFE(1);
	msg->incarnation = LIFE(2);
	msg->nonce = 5;
	msg->role = CMAN_ROLE_MEMBER;
	msg->code = 1;
	cman_options_from(&msg->options, &s->config);
	fill_view(s, type >= CMAN_MSG_FORM_PREPARE ? 1 : 2, true);
	msg->value = s->value;
	msg->value_len = cman_state_encode(&s->view, s->value,
					   sizeof(s->value));
	if (type == CMAN_MSG_PROMISE || type == CMAN_MSG_FORM_PROMISE)
		msg->value_len = 0;
}

static void decide(struct solo *s, u64 slot, bool with_self)
{
	fill(s, CMAN_MSG_DECIDE);
	fill_view(s, slot, with_self);
	s->msg.generation = slot - 1;
	s->msg.slot = slot;
	s->msg.value_len = cman_state_encode(&s->view, s->value,
					     sizeof(s->value));
	hear(s, 1);
}

static void bring(struct solo *s, enum state state)
{
	struct vcs_attest attest = { .load_id = 2, .drained = 1 };
	struct cman_event leave = { .type = CMAN_EV_LEAVE };
	struct vcs_lifetime lifetime = { .id = { 9 } };

	s->now = 1000;
	cman_sm_init(s->sm, &s->config, LIFE(2), &attest, &lifetime, s->now);
	if (state == SEEKING)
		return;
	if (state == OVER) {
		give(s, &leave);
		return;
	}
	fill(s, CMAN_MSG_HELLO);
	hear(s, 1);
	if (state == JOINING)
		return;
	decide(s, 1, true);
	if (state == MEMBER)
		return;
	give(s, &leave);
	decide(s, 2, false);
}

static struct solo *make(struct kunit *test, u32 nodes)
{
	struct solo *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->test = test;
	s->sm = kunit_kzalloc(test, sizeof(*s->sm), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->sm);
	s->config.nodeid = 2;
	s->config.nr_nodes = nodes;
	s->config.heartbeat_ms = 100;
	s->config.dead_after = 10;
	s->config.stall_ms = 1000;
	s->config.formation_wait_ms = 2000;
	for (i = 0; i < nodes; i++) {
		s->config.nodes[i].nodeid = i + 1;
		s->config.nodes[i].votes = 1;
	}
	KUNIT_EXPECT_NULL(test, cman_config_check(&s->config));
	return s;
}

static enum state state_of(const struct solo *s)
{
	struct cman_status status;

	cman_sm_status(s->sm, &status);
	if (status.role == CMAN_ROLE_SEEKING)
		return SEEKING;
	if (status.role == CMAN_ROLE_JOINING)
		return JOINING;
	if (status.role == CMAN_ROLE_OVER)
		return OVER;
	return s->sm->lingering ? LINGERING : MEMBER;
}

#define NONE CMAN_DROP_NONE
#define STATE CMAN_DROP_STATE
#define STALE CMAN_DROP_STALE
/* The state that it is in afterwards. */
#define STAY NR_STATES

/* From node 1, a member wherever node 2 knows members. */
static const struct {
	u8 type;
	struct {
		enum cman_drop drop;
		enum state then;
	} in[NR_STATES];
} packets[] = {
#define ROW(t, ...) { CMAN_MSG_##t, { __VA_ARGS__, { STATE, STAY } } }
#define ALL(d) { d, STAY }
#define TO(d, s) { d, s }
	ROW(HELLO, TO(NONE, JOINING), ALL(NONE), ALL(NONE), ALL(NONE)),
	ROW(PREPARE, ALL(STATE), ALL(STATE), ALL(NONE), ALL(STATE)),
	ROW(PROMISE, ALL(STATE), ALL(STATE), ALL(STALE), ALL(STATE)),
	ROW(NACK, ALL(STATE), ALL(STATE), ALL(STALE), ALL(STATE)),
	ROW(ACCEPT, ALL(STATE), ALL(STATE), ALL(NONE), ALL(STATE)),
	ROW(ACCEPTED, ALL(STATE), ALL(STATE), ALL(STALE), ALL(STATE)),
	ROW(DECIDE, TO(NONE, MEMBER), TO(NONE, MEMBER), ALL(NONE), ALL(STATE)),
	ROW(LEARN, ALL(STATE), ALL(STATE), ALL(NONE), ALL(STATE)),
	ROW(JOIN, ALL(STATE), ALL(STATE), ALL(STATE), ALL(STATE)),
	ROW(CHALLENGE, ALL(STATE), ALL(NONE), ALL(STATE), ALL(STATE)),
	ROW(REFUSED, TO(NONE, OVER), TO(NONE, OVER), ALL(STATE), ALL(STATE)),
	ROW(EVICTED, TO(NONE, OVER), TO(NONE, OVER), TO(NONE, OVER), ALL(STATE)),
	ROW(LEAVE, ALL(STATE), ALL(STATE), ALL(STATE), ALL(STATE)),
	ROW(SUBMIT, ALL(STATE), ALL(STATE), ALL(STATE), ALL(STATE)),
	ROW(FORM_PREPARE, ALL(STATE), ALL(STATE), ALL(STATE), ALL(STATE)),
	ROW(FORM_PROMISE, ALL(STALE), ALL(STATE), ALL(STATE), ALL(STATE)),
	ROW(FORM_ACCEPT, ALL(STATE), ALL(STATE), ALL(STATE), ALL(STATE)),
	ROW(FORM_ACCEPTED, ALL(STALE), ALL(STATE), ALL(STATE), ALL(STATE)),
	ROW(FORM_NACK, ALL(NONE), ALL(STATE), ALL(STATE), ALL(STATE)),
};

static void packets_test(struct kunit *test)
{
	struct solo *s = make(test, 3);
	enum state state, then;
	u32 i;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(packets), CMAN_MSG_END - 1);
	for (i = 0; i < ARRAY_SIZE(packets); i++)
		for (state = 0; state < NR_STATES; state++) {
			then = packets[i].in[state].then;
			bring(s, state);
			KUNIT_EXPECT_EQ(test, state, state_of(s));
			fill(s, packets[i].type);
			hear(s, 1);
			KUNIT_EXPECT_EQ_MSG(test, packets[i].in[state].drop,
					    s->actions.drop, "%u when %s",
					    packets[i].type,
					    state_names[state]);
			KUNIT_EXPECT_EQ_MSG(test, then == STAY ? state : then,
					    state_of(s), "%u when %s",
					    packets[i].type,
					    state_names[state]);
		}
}

static const struct {
	enum cman_event_type type;
	enum state then[NR_STATES];
	int result;		/* when not a member */
} events[] = {
	{ CMAN_EV_TICK, { SEEKING, JOINING, MEMBER, LINGERING, OVER }, 0 },
	{ CMAN_EV_SUBMIT, { SEEKING, JOINING, MEMBER, LINGERING, OVER },
	  -ENOTCONN },
	{ CMAN_EV_LEAVE, { OVER, OVER, MEMBER, LINGERING, OVER }, 0 },
	{ CMAN_EV_FENCED, { SEEKING, JOINING, MEMBER, LINGERING, OVER }, 0 },
	{ CMAN_EV_ADMIT, { SEEKING, JOINING, MEMBER, LINGERING, OVER }, 0 },
};

static void events_test(struct kunit *test)
{
	struct solo *s = make(test, 3);
	enum state state;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		for (state = 0; state < NR_STATES; state++) {
			struct cman_event event = { .type = events[i].type };

			bring(s, state);
			if (event.type == CMAN_EV_SUBMIT) {
				event.submit.data = "x";
				event.submit.len = 1;
			}
			give(s, &event);
			KUNIT_EXPECT_EQ_MSG(test, events[i].then[state],
					    state_of(s), "%u when %s",
					    event.type, state_names[state]);
			KUNIT_EXPECT_EQ(test, s->actions.result,
					state == MEMBER ? 0 : events[i].result);
		}
}

/* The largest cluster: one copy of the view goes to all, and fits. */
static void lingers_among_many_test(struct kunit *test)
{
	struct solo *s = make(test, CMAN_NODES_MAX);
	struct cman_event tick = { .type = CMAN_EV_TICK };
	u32 i, sends = 0;

	bring(s, LINGERING);
	KUNIT_ASSERT_EQ(test, state_of(s), LINGERING);
	give(s, &tick);
	for (i = 0; i < s->actions.nr; i++)
		if (s->actions.list[i].type == CMAN_ACT_SEND)
			sends++;
	KUNIT_EXPECT_EQ(test, sends, 1);
}

static struct kunit_case cman_states_cases[] = {
	KUNIT_CASE(packets_test),
	KUNIT_CASE(events_test),
	KUNIT_CASE(lingers_among_many_test),
	{}
};

static struct kunit_suite cman_states_suite = {
	.name = "cman_states",
	.test_cases = cman_states_cases,
};

kunit_test_suite(cman_states_suite);

MODULE_DESCRIPTION("KUnit suite for every state and event of cman");
MODULE_LICENSE("GPL");
