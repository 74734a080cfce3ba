// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer on what comes from the network. The first byte says where it goes
 * in: one of the decoders, or, framed as packets and ticks, a node that looks
 * for a cluster or is a member of one. At the end it says of each how many
 * inputs it had, and how much in them was not refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include "sm.h"

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

static enum cman_drop step(struct cman_sm *sm, struct cman_event *event)
{
	static struct cman_actions actions;

	event->random = event->now_ms * 0x9e3779b97f4a7c15ULL;
	cman_sm_step(sm, event, &actions);
	if (actions.overflow)
		abort();
	return actions.drop;
}

static void start(struct cman_sm *sm, bool alone)
{
	struct cman_config config = {
		.nodeid = 1, .nr_nodes = 3, .heartbeat_ms = 100,
		.dead_after = 10, .stall_ms = 1000, .formation_wait_ms = 2000,
		.nodes = { { 1, alone ? 3 : 1 }, { 2, 1 }, { 3, 1 } },
	};
	struct vcs_attest attest = { .load_id = 1, .drained = 1 };
	struct vcs_lifetime lifetime = { .id = { 1 } };
	struct cman_event tick = { .type = CMAN_EV_TICK };
	u32 i;

	cman_sm_init(sm, &config, 1, &attest, &lifetime, 0);
	for (i = 0; alone && i < 30; i++) {
		tick.now_ms += 100;
		step(sm, &tick);
	}
}

/* Each packet: sender, how much time passed, length, bytes. */
static void machine(const u8 *data, size_t len, bool alone)
{
	static struct cman_sm sm;
	u64 now = 5000;

	start(&sm, alone);
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
