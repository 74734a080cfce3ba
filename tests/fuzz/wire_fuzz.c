// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer on what comes from the network. The first byte says where it goes
 * in: one of the decoders, or, framed as packets and ticks, a node that looks
 * for a cluster or is in one with another. At the end it says of each how many
 * inputs it had, and how much in them was not refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include "sm.h"

#define TICK_MS		100
#define FORMED_MS	3000

static const u8 cluster = 7;

enum way { MESSAGES, VALUES, SEEKING, MEMBER, WAYS };

static unsigned long inputs[WAYS], taken[WAYS];

/* What was decoded must encode to the same bytes. */
static void messages(const u8 *data, size_t len)
{
	static u8 buf[CMAN_MSG_MAX + 256];
	struct cman_outer outer;
	struct cman_msg msg;

	cman_outer_decode(&outer, cluster, data, len);
	if (cman_msg_decode(&msg, data, len))
		return;
	if (cman_msg_encode(&msg, buf, sizeof(buf)) != len ||
	    memcmp(buf, data, len))
		abort();
	taken[MESSAGES]++;
}

static void values(const u8 *data, size_t len)
{
	static struct cman_state state;
	static u8 buf[2 * CMAN_VALUE_MAX];
	struct cman_record record;
	size_t pos = 0, sum = 0;

	if (!cman_state_decode(&state, data, len)) {
		if (cman_state_encode(&state, buf, sizeof(buf)) != len ||
		    memcmp(buf, data, len))
			abort();
		taken[VALUES]++;
	}
	if (cman_batch_check(data, len))
		return;
	while (cman_batch_next(data, len, &pos, &record))
		sum += record.data[record.len - 1];
	if (pos != len || sum > 255 * CMAN_BATCH_RECORDS)
		abort();
	taken[VALUES]++;
}

static struct cman_actions actions;

static enum cman_drop step(struct cman_sm *sm, struct cman_event *event)
{
	/* The lifetime depends on it, and seeds.c has to know that. */
	event->random = event->now_ms <= FORMED_MS ? 0 :
			event->now_ms * 0x9e3779b97f4a7c15ULL;
	cman_sm_step(sm, event, &actions);
	if (actions.overflow)
		abort();
	return actions.drop;
}

/* Node 1 of three, without history; or it has the votes to form by itself. */
static void start(struct cman_sm *sm, struct cman_config *config, bool alone)
{
	struct vcs_attest attest = { .load_id = 1, .drained = 1 };
	struct vcs_lifetime lifetime = { .id = { 1 } };
	struct cman_event tick = { .type = CMAN_EV_TICK };

	*config = (struct cman_config){
		.nodeid = 1, .nr_nodes = 3, .heartbeat_ms = TICK_MS,
		.dead_after = 10, .stall_ms = 1000, .formation_wait_ms = 2000,
		.nodes = { { 1, alone ? 3 : 1 }, { 2, 1 }, { 3, 1 } },
	};
	cman_sm_init(sm, config, 1, &attest, &lifetime, 0);
	while (alone && tick.now_ms < FORMED_MS) {
		tick.now_ms += TICK_MS;
		step(sm, &tick);
	}
}

static const struct cman_action *action(enum cman_action_type type)
{
	u32 i;

	for (i = 0; i < actions.nr; i++)
		if (actions.list[i].type == type)
			return &actions.list[i];
	abort();
}

/* From the first life of node 2. */
static void hear(struct cman_sm *sm, const struct cman_msg *msg)
{
	static u8 buf[CMAN_MSG_MAX];
	struct cman_event event = {
		.type = CMAN_EV_PACKET, .now_ms = sm->now,
		.packet = { .nodeid = 2, .incarnation = 1, .data = buf },
	};

	event.packet.len = cman_msg_encode(msg, buf, sizeof(buf));
	if (step(sm, &event) != CMAN_DROP_NONE)
		abort();
}

/* It is let in, so that it is a member whose every word counts. */
static void admit(struct cman_sm *sm, const struct cman_config *config)
{
	struct cman_msg hello = { .type = CMAN_MSG_HELLO };
	struct cman_msg join = { .type = CMAN_MSG_JOIN, .attest.load_id = 2 };
	struct cman_event answer = {
		.type = CMAN_EV_ADMIT, .now_ms = sm->now, .admit.yes = true,
	};
	struct cman_event tick = { .type = CMAN_EV_TICK };
	const struct cman_action *sent;
	struct cman_msg challenge;

	cman_options_from(&hello.options, config);
	hear(sm, &hello);
	hear(sm, &join);
	sent = action(CMAN_ACT_SEND);
	if (cman_msg_decode(&challenge, sent->send.data, sent->send.len) ||
	    challenge.type != CMAN_MSG_CHALLENGE)
		abort();
	join.nonce = challenge.nonce;
	join.answers = challenge.answers + 1;
	hear(sm, &join);
	answer.admit.cookie = action(CMAN_ACT_ASK_ADMIT)->ask_admit.cookie;
	step(sm, &answer);
	tick.now_ms = sm->now + TICK_MS;
	step(sm, &tick);
	hear(sm, &join);
	if (cman_sm_member_incarnation(sm, 2) != 1)
		abort();
}

/* Each packet: sender, how much time passed, length, bytes. */
static void machine(const u8 *data, size_t len, bool alone)
{
	static struct cman_sm sm;
	struct cman_config config;
	u64 now;

	start(&sm, &config, alone);
	if (alone)
		admit(&sm, &config);
	now = sm.now;
	while (len > 3) {
		struct cman_event event = { .type = CMAN_EV_PACKET };
		size_t want = data[2];

		now += data[1];
		event.now_ms = now;
		event.packet.nodeid = data[0] & 3;
		event.packet.incarnation = 1 + (data[0] >> 2 & 3);
		data += 3;
		len -= 3;
		event.packet.data = data;
		event.packet.len = want < len ? want : len;
		data += event.packet.len;
		len -= event.packet.len;
		if (step(&sm, &event) == CMAN_DROP_NONE)
			taken[alone ? MEMBER : SEEKING]++;
		event = (struct cman_event){
			.type = CMAN_EV_TICK, .now_ms = now,
		};
		step(&sm, &event);
	}
}

static void report(void)
{
	static const char * const names[WAYS] = {
		"messages", "values", "seeking", "member"
	};
	int way;

	for (way = 0; way < WAYS; way++)
		fprintf(stderr, "%s: %lu inputs, %lu taken\n", names[way],
			inputs[way], taken[way]);
}

static void __attribute__((constructor)) begin(void)
{
	atexit(report);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	enum way way;

	if (!len)
		return 0;
	way = data[0] & 3;
	inputs[way]++;
	if (way == MESSAGES)
		messages(data + 1, len - 1);
	else if (way == VALUES)
		values(data + 1, len - 1);
	else
		machine(data + 1, len - 1, way == MEMBER);
	return 0;
}
