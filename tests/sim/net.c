// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network: loss, duplication, delay, reordering, links cut in one or both
 * directions, and somebody who records packets and sends them again much
 * later. Half of the seeds have the shell's replay windows in front of each
 * node, and only those meet the recorder.
 */
#include <stdlib.h>
#include "sim.h"

static u8 *copy(const u8 *data, size_t len)
{
	u8 *p = malloc(len);

	if (!p)
		abort();
	memcpy(p, data, len);
	return p;
}

static void post(struct sim *sim, const struct sim_packet *packet, u64 at)
{
	struct sim_event *event = sim_post(sim, SIM_PACKET, at);

	event->node = packet->to;
	event->from = packet->from;
	event->incarnation = packet->incarnation;
	event->a = packet->seq;
	event->len = packet->len;
	event->data = copy(packet->data, packet->len);
}

static u64 delay(struct sim *sim, u32 from)
{
	u64 ms = sim->slow[from] + sim_below(sim, sim->delay_max + 1);

	if (sim_chance(sim, sim->reorder))
		ms += sim_below(sim, 300);
	return ms;
}

static void record(struct sim *sim, const struct sim_packet *packet)
{
	struct sim_packet *past;

	if (!sim->use_replay || sim->healed || !sim_chance(sim, 20))
		return;
	past = &sim->past[sim->nr_past++ % SIM_PAST];
	free(past->data);
	*past = *packet;
	past->data = copy(packet->data, packet->len);
}

void sim_transmit(struct sim *sim, struct sim_life *from, u64 dst,
		  const u8 *data, size_t len)
{
	struct sim_packet packet = {
		.from = from->node,
		.incarnation = from->incarnation,
		.seq = ++from->seq,
		.len = (u32)len,
		.data = (u8 *)data,
	};
	u32 to;

	for (to = 0; to < sim->n; to++) {
		if (!(dst & BIT_ULL(to)))
			continue;
		packet.to = to;
		if (sim->cut[from->node][to] || sim_chance(sim, sim->loss)) {
			record(sim, &packet);
			continue;
		}
		post(sim, &packet, sim->now + delay(sim, from->node));
		if (sim_chance(sim, sim->dup))
			post(sim, &packet, sim->now + delay(sim, from->node));
		record(sim, &packet);
	}
}

void sim_arrive(struct sim *sim, const struct sim_event *event)
{
	struct sim_life *life = sim_life_of(sim, event->node);
	struct cman_event in = { .type = CMAN_EV_PACKET };

	if (!life)
		return;
	if (life->paused_until > sim->now) {
		/* Some wait in a queue, the rest is lost. */
		if (sim_chance(sim, 200)) {
			struct sim_packet packet = {
				.from = event->from,
				.to = event->node,
				.incarnation = event->incarnation,
				.seq = event->a,
				.len = event->len,
				.data = event->data,
			};

			post(sim, &packet, life->paused_until);
		}
		return;
	}
	in.packet.nodeid = sim->config.nodes[event->from].nodeid;
	in.packet.incarnation = event->incarnation;
	in.packet.data = event->data;
	in.packet.len = event->len;
	if (sim->use_replay &&
	    !cman_replay_accept(&life->replay[event->from],
				cman_sm_member_incarnation(life->sm,
							   in.packet.nodeid),
				event->incarnation, event->a))
		return;
	sim_feed(sim, life, &in);
}

/* The recorder sends a few old packets. */
void sim_replay_past(struct sim *sim)
{
	u32 max = sim->nr_past < SIM_PAST ? sim->nr_past : SIM_PAST, i;

	for (i = 0; i < 8 && max; i++)
		post(sim, &sim->past[sim_below(sim, max)],
		     sim->now + sim_below(sim, 50));
	sim->cover.replays += i;
}

void sim_net_free(struct sim *sim)
{
	u32 i;

	for (i = 0; i < SIM_PAST; i++)
		free(sim->past[i].data);
}
