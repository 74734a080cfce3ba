// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives events to the state machine, and does what it answers.
 *
 * Events come from the tick and from received packets (softirq context) and
 * from the provider's ops (process context). Under engine.lock the state
 * machine takes one; what it wants done in order goes to the queue that one
 * work item drains (upcall.c), before the lock is dropped; what it wants sent
 * goes to the list of outgoing packets (outgoing.c), and leaves after. Order of
 * locks: send_lock, engine.lock, the locks of the lists.
 *
 * Nothing allocated here is needed to go on: a packet without a buffer counts
 * as lost. The queue is allocated beforehand; when it is short of room for one
 * more event's actions, the event says so and the state machine holds back.
 */
#include <linux/ktime.h>
#include <linux/random.h>

#include "engine.h"
#include "fault.h"
#include "liveness.h"
#include "shell.h"

static_assert(CMAN_QUEUE_SIZE >= 2 * CMAN_ACTIONS_ROOM);

static int index_of(const struct cman_engine *engine, u32 nodeid)
{
	u32 i;

	for (i = 0; i < engine->config.nr_nodes; i++) {
		if (engine->config.nodes[i].nodeid == nodeid)
			return i;
	}
	return -ENOENT;
}

/* What does not lie in the action itself. */
static size_t payload_of(const struct cman_action *action, const void **data)
{
	switch (action->type) {
	case CMAN_ACT_VIEW:
		*data = action->view;
		return sizeof(*action->view);
	case CMAN_ACT_RECORD:
		*data = action->record.data;
		return action->record.len;
	default:
		*data = NULL;
		return 0;
	}
}

/* A bug, ours: rather stand still than tell half a story. */
static void break_down_locked(struct cman_engine *engine)
{
	engine->running = false;
	engine->broken = true;
}

static void emit_ordered_locked(struct cman_engine *engine,
				const struct cman_action *action)
{
	const void *data;
	size_t len = payload_of(action, &data);

	if (kfifo_avail(&engine->queue) < sizeof(*action) + len) {
		break_down_locked(engine);
		return;
	}
	kfifo_in(&engine->queue, (const u8 *)action, sizeof(*action));
	kfifo_in(&engine->queue, (const u8 *)data, len);
}

/* A log entry may take the room that nothing else needs. */
static void emit_log_locked(struct cman_engine *engine,
			    const struct cman_action *action)
{
	if (kfifo_avail(&engine->queue) < CMAN_ACTIONS_ROOM + sizeof(*action))
		atomic_long_inc(&engine->stats.log_dropped);
	else
		emit_ordered_locked(engine, action);
}

static void step_locked(struct cman_engine *engine, struct cman_event *event)
{
	struct cman_actions *actions = engine->actions;
	const struct cman_action *action;

	lockdep_assert_held(&engine->lock);
	event->busy = kfifo_avail(&engine->queue) < CMAN_ACTIONS_ROOM;
	event->now_ms = div_u64(ktime_get_ns(), NSEC_PER_MSEC);
	event->random = get_random_u64();
	cman_sm_step(engine->sm, event, actions);
	if (actions->overflow)
		break_down_locked(engine);

	for (action = actions->list; action < actions->list + actions->nr;
	     action++) {
		if (action->type == CMAN_ACT_SEND)
			cman_outgoing_add_locked(engine, action);
		else if (action->type == CMAN_ACT_LOG)
			emit_log_locked(engine, action);
		else
			emit_ordered_locked(engine, action);
	}
	if (!kfifo_is_empty(&engine->queue) || engine->broken)
		queue_work(engine->wq, &engine->upcalls);
}

/* False: too late, the event is not taken. */
static bool give_event(struct cman_engine *engine, struct cman_event *event,
		       int *result)
{
	bool running;

	local_bh_disable();
	spin_lock(&engine->lock);
	running = engine->running;
	if (running) {
		step_locked(engine, event);
		if (result)
			*result = engine->actions->result;
	}
	spin_unlock(&engine->lock);
	cman_outgoing_flush(engine);
	local_bh_enable();
	return running;
}

/**
 * cman_engine_submit() - a record of this node, for all
 * @engine: started
 * @data: copied
 * @len: its length
 *
 * Context: process context.
 * Return: 0, -EAGAIN, -ENOTCONN or -EMSGSIZE as in vcs_provider_ops.submit.
 */
int cman_engine_submit(struct cman_engine *engine, const void *data, size_t len)
{
	struct cman_event event = {
		.type = CMAN_EV_SUBMIT,
		.submit = { .data = data, .len = len },
	};
	int result;

	return give_event(engine, &event, &result) ? result : -ENOTCONN;
}

/**
 * cman_engine_fenced() - the answer to a CMAN_ACT_FENCE
 * @engine: started
 * @cookie: the question's
 * @success: an explicit one
 *
 * Context: process context.
 */
void cman_engine_fenced(struct cman_engine *engine, u64 cookie, bool success)
{
	struct cman_event event = {
		.type = CMAN_EV_FENCED,
		.fenced = { .cookie = cookie, .success = success },
	};

	give_event(engine, &event, NULL);
}

/**
 * cman_engine_admit() - the answer to a CMAN_ACT_ASK_ADMIT
 * @engine: started
 * @cookie: the question's
 * @yes: the node may join
 *
 * Context: process context.
 */
void cman_engine_admit(struct cman_engine *engine, u64 cookie, bool yes)
{
	struct cman_event event = {
		.type = CMAN_EV_ADMIT,
		.admit = { .cookie = cookie, .yes = yes },
	};

	give_event(engine, &event, NULL);
}

/**
 * cman_engine_leave() - say goodbye, and wait until the others agreed
 * @engine: started
 * @timeout_ms: but no longer than this
 *
 * Context: process context, may sleep.
 */
void cman_engine_leave(struct cman_engine *engine, unsigned int timeout_ms)
{
	struct cman_event event = { .type = CMAN_EV_LEAVE };

	if (give_event(engine, &event, NULL))
		wait_for_completion_timeout(&engine->left,
					    msecs_to_jiffies(timeout_ms));
}

/**
 * cman_engine_tick() - the heartbeat
 * @ticker: an engine's
 * @late_ms: by how much
 *
 * Context: softirq.
 */
void cman_engine_tick(struct cman_ticker *ticker, u32 late_ms)
{
	struct cman_engine *engine = container_of(ticker, struct cman_engine,
						  ticker);
	struct cman_event event = {
		.type = CMAN_EV_TICK,
		.tick = {
			.late_ms = late_ms,
			.progress_age_ms = cman_liveness_age_ms(),
		},
	};

	give_event(engine, &event, NULL);
	if (cman_transport_is_low(&engine->transport) ||
	    (!READ_ONCE(engine->told_degraded) && cman_kick_degraded()))
		queue_work(cman_wq, &engine->upkeep);
}

/*
 * A packet that proves to be of a member's present life may come from a new
 * address. Of other lives it may be a recording, played from anywhere.
 */
static void learn_address_locked(struct cman_engine *engine,
				 struct cman_remote *remote, bool is_member,
				 const union cman_addr *from)
{
	WRITE_ONCE(remote->path.heard, true);
	if (!is_member && remote->addr.sa.sa_family)
		return;
	if (!memcmp(&remote->addr, from, sizeof(*from)))
		return;
	remote->addr = *from;
	remote->moved = true;
	WRITE_ONCE(engine->any_moved, true);
}

static enum cman_drop receive_locked(struct cman_engine *engine, u32 index,
				     const union cman_addr *from,
				     const struct cman_outer *outer,
				     const u8 *message, size_t len)
{
	struct cman_remote *remote = &engine->remotes[index];
	struct cman_event event = {
		.type = CMAN_EV_PACKET,
		.packet = {
			.nodeid = outer->nodeid,
			.incarnation = outer->incarnation,
			.data = message,
			.len = len,
		},
	};
	u64 member;

	if (!engine->running)
		return CMAN_DROP_STATE;
	member = cman_sm_member_incarnation(engine->sm, outer->nodeid);
	if (!cman_replay_accept(&remote->replay, member, outer->incarnation,
				outer->seq))
		return CMAN_DROP_REPLAY;
	learn_address_locked(engine, remote, member == outer->incarnation,
			     from);
	step_locked(engine, &event);
	return engine->actions->drop;
}

/* Anybody's bytes: nothing but counters changes before they are authentic. */
void cman_engine_receive(struct cman_transport *transport,
			 const union cman_addr *from, u8 *data, size_t len)
{
	struct cman_engine *engine = container_of(transport, struct cman_engine,
						  transport);
	struct cman_outer outer;
	enum cman_drop drop;
	size_t message_len;
	int index;

	if (cman_fault_has_struck())
		return;
	drop = cman_outer_decode(&outer, engine->digest, data, len);
	if (drop)
		goto count;
	index = index_of(engine, outer.nodeid);
	if (index < 0 || outer.nodeid == engine->config.nodeid) {
		drop = CMAN_DROP_SENDER;
		goto count;
	}
	drop = cman_open(&engine->key, &outer, data, len, &message_len);
	if (drop)
		goto count;

	spin_lock(&engine->lock);
	drop = receive_locked(engine, index, from, &outer,
			      data + CMAN_OUTER_LEN, message_len);
	spin_unlock(&engine->lock);
	cman_outgoing_flush(engine);
count:
	if (drop)
		atomic_long_inc(&engine->stats.dropped[drop]);
	else
		atomic_long_inc(&engine->stats.received);
}

void cman_engine_receive_bad(struct cman_transport *transport,
			     enum cman_drop drop)
{
	struct cman_engine *engine = container_of(transport, struct cman_engine,
						  transport);

	atomic_long_inc(&engine->stats.dropped[drop]);
}

