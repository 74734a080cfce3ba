// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives events to the state machine, and does what it answers.
 *
 * Events come from the tick and from received packets (softirq context) and
 * from the provider's ops (process context). Under engine.lock the state
 * machine takes one; what it wants done in order goes to the queue that one
 * work item drains (upcall.c), before the lock is dropped; what it wants sent
 * goes to the list of outgoing packets.
 *
 * Packets leave after the lock is dropped. A virtual link may answer while its
 * caller still sends, so whoever sends never waits for another sender: it
 * leaves its packets to him. That is send_lock, which is only ever tried, but
 * by stop. Order: send_lock, lock, the locks of the lists.
 *
 * Nothing allocated here is needed to go on: a packet without a buffer counts
 * as lost. The queue is allocated beforehand; when it is short of room for one
 * more event's actions, the event says so and the state machine holds back.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <asm/unaligned.h>

#include "engine.h"
#include "fault.h"
#include "liveness.h"
#include "shell.h"

#define OUTGOING_MAX	1024

static_assert(CMAN_QUEUE_SIZE >= 2 * CMAN_ACTIONS_ROOM);

/* What an outgoing packet is, until it is sealed. */
struct cman_outgoing {
	u64 dst;		/* set of indexes */
	u64 seq;
};

static struct cman_outgoing *outgoing_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct cman_outgoing) > sizeof(skb->cb));
	return (struct cman_outgoing *)skb->cb;
}

static int index_of(const struct cman_engine *engine, u32 nodeid)
{
	u32 i;

	for (i = 0; i < engine->config.nr_nodes; i++) {
		if (engine->config.nodes[i].nodeid == nodeid)
			return i;
	}
	return -ENOENT;
}

/* send_lock is held, by whatever context. */
static void send_to(struct cman_engine *engine, struct cman_remote *remote,
		    struct sk_buff *skb)
{
	if (!skb) {
		atomic_long_inc(&engine->stats.no_buffer);
		return;
	}
	if (cman_transport_send(&engine->transport, &remote->path, skb))
		atomic_long_inc(&engine->stats.send_failed);
	else
		atomic_long_inc(&engine->stats.sent);
}

static struct sk_buff *copy_packet(struct cman_engine *engine,
				   const struct sk_buff *skb)
{
	struct sk_buff *copy = cman_transport_alloc(&engine->transport,
						    skb->len);

	if (copy)
		skb_put_data(copy, skb->data, skb->len);
	return copy;
}

/* The same bytes to all of them: one nonce, one sequence number. */
static void send_packet(struct cman_engine *engine, struct sk_buff *skb)
{
	struct cman_outer outer = {
		.cluster = engine->digest,
		.nodeid = engine->config.nodeid,
		.incarnation = engine->incarnation,
		.seq = outgoing_cb(skb)->seq,
	};
	u64 dst = outgoing_cb(skb)->dst;
	bool fault = cman_fault_is_near(skb->data[CMAN_OUTER_LEN]);

	cman_seal(&engine->key, &outer, skb->data, skb->len - CMAN_OUTER_LEN);
	skb_put(skb, CMAN_TAG_LEN);
	for (; dst & (dst - 1); dst &= dst - 1)
		send_to(engine, &engine->remotes[__ffs64(dst)],
			copy_packet(engine, skb));
	send_to(engine, &engine->remotes[__ffs64(dst)], skb);
	if (fault)
		cman_fault_strike();
}

static void update_paths(struct cman_engine *engine)
{
	struct cman_remote *remote;
	u32 i;

	spin_lock(&engine->lock);
	for (i = 0; i < engine->config.nr_nodes; i++) {
		remote = &engine->remotes[i];
		if (remote->moved)
			cman_path_set(&remote->path, &remote->addr, GFP_ATOMIC);
		remote->moved = false;
	}
	engine->any_moved = false;
	spin_unlock(&engine->lock);
}

/* Without engine.lock, BHs disabled. */
static void flush_outgoing(struct cman_engine *engine)
{
	struct sk_buff *skb;

	do {
		if (!spin_trylock(&engine->send_lock))
			return;
		if (READ_ONCE(engine->any_moved))
			update_paths(engine);
		while ((skb = skb_dequeue(&engine->outgoing))) {
			if (engine->may_send && !cman_fault_has_struck())
				send_packet(engine, skb);
			else
				kfree_skb(skb);
		}
		spin_unlock(&engine->send_lock);
		/* Unlock first, then look: see who failed to lock meanwhile. */
		smp_mb();
	} while (!skb_queue_empty_lockless(&engine->outgoing));
}

static void emit_send_locked(struct cman_engine *engine,
			     const struct cman_action *action)
{
	size_t len = action->send.len;
	struct sk_buff *skb = NULL;

	if (!action->send.dst)
		return;
	if (skb_queue_len_lockless(&engine->outgoing) < OUTGOING_MAX)
		skb = cman_transport_alloc(&engine->transport, CMAN_OUTER_LEN +
					   len + CMAN_TAG_LEN);
	if (!skb) {
		atomic_long_inc(&engine->stats.no_buffer);
		return;
	}
	skb_put(skb, CMAN_OUTER_LEN);
	skb_put_data(skb, action->send.data, len);
	outgoing_cb(skb)->dst = action->send.dst;
	outgoing_cb(skb)->seq = ++engine->seq;
	skb_queue_tail(&engine->outgoing, skb);
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
			emit_send_locked(engine, action);
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

	spin_lock_bh(&engine->lock);
	running = engine->running;
	if (running) {
		step_locked(engine, event);
		if (result)
			*result = engine->actions->result;
	}
	spin_unlock(&engine->lock);
	flush_outgoing(engine);
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

static void engine_tick(struct cman_ticker *ticker, u32 late_ms)
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
	    (!engine->told_degraded && cman_kick_degraded()))
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
static void engine_receive(struct cman_transport *transport,
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
	flush_outgoing(engine);
count:
	if (drop)
		atomic_long_inc(&engine->stats.dropped[drop]);
	else
		atomic_long_inc(&engine->stats.received);
}

static void engine_receive_bad(struct cman_transport *transport,
			       enum cman_drop drop)
{
	struct cman_engine *engine = container_of(transport, struct cman_engine,
						  transport);

	atomic_long_inc(&engine->stats.dropped[drop]);
}

static void run_upkeep(struct work_struct *work)
{
	struct cman_engine *engine = container_of(work, struct cman_engine,
						  upkeep);
	const char *degraded = cman_kick_degraded();

	cman_transport_refill(&engine->transport);
	if (degraded && !engine->told_degraded) {
		engine->told_degraded = true;
		vcs_log(engine->cluster, VCS_LOG_PROVIDER, 0, 0,
			"degraded: with %s a busy processor can stop the heartbeats",
			degraded);
	}
}

/* Different when the tables are; the same on every node. */
static u64 table_digest(const struct cman_config *config)
{
	static const siphash_key_t digest_key;
	u64 digest = config->nr_nodes;
	u32 i;

	for (i = 0; i < config->nr_nodes; i++)
		digest = siphash_3u64(digest, config->nodes[i].nodeid,
				      config->nodes[i].votes, &digest_key);
	return digest;
}

static void fill_config(struct cman_config *config,
			const struct cman_join *join)
{
	u32 i;

	config->nodeid = join->nodeid;
	config->nr_nodes = join->nr_peers;
	for (i = 0; i < join->nr_peers; i++) {
		config->nodes[i].nodeid = join->peers[i].nodeid;
		config->nodes[i].votes = join->peers[i].votes;
	}
	config->table_digest = table_digest(config);
	config->heartbeat_ms = join->heartbeat_ms;
	config->dead_after = join->dead;
	config->stall_ms = join->stall_ms;
	config->fence_delay_ms = join->fence_delay_ms;
	/* Longer than it takes to find a death and to decide on it. */
	config->formation_wait_ms = join->heartbeat_ms * (join->dead + 5);
	config->two_node = join->two_node;
	config->wait_for_all = join->wait_for_all;
	config->reboot_fences = join->reboot_fences;
}

static int allocate(struct cman_engine *engine)
{
	void *queue;
	int err = -ENOMEM;

	engine->sm = kvzalloc(sizeof(*engine->sm), GFP_KERNEL);
	if (!engine->sm)
		return err;
	engine->actions = kvzalloc(sizeof(*engine->actions), GFP_KERNEL);
	if (!engine->actions)
		goto free_sm;
	queue = kvmalloc(CMAN_QUEUE_SIZE, GFP_KERNEL);
	if (!queue)
		goto free_actions;
	err = kfifo_init(&engine->queue, queue, CMAN_QUEUE_SIZE);
	if (err)
		goto free_queue;
	engine->wq = alloc_ordered_workqueue("cman_%s",
					     WQ_MEM_RECLAIM | WQ_HIGHPRI,
					     vcs_cluster_name(engine->cluster));
	if (!engine->wq) {
		err = -ENOMEM;
		goto free_queue;
	}
	return 0;

free_queue:
	kvfree(queue);
free_actions:
	kvfree(engine->actions);
free_sm:
	kvfree(engine->sm);
	return err;
}

static void start_sm(struct cman_engine *engine)
{
	struct vcs_lifetime lifetime;
	struct vcs_attest attest;

	vcs_cluster_attest(engine->cluster, &attest);
	get_random_bytes(&lifetime, sizeof(lifetime));
	cman_sm_init(engine->sm, &engine->config, engine->incarnation, &attest,
		     &lifetime, div_u64(ktime_get_ns(), NSEC_PER_MSEC));
}

/**
 * cman_engine_new() - make an instance
 * @cluster: whose
 * @join: parsed options with a vote table
 * @key: copied
 * @why: on -EINVAL, what is wrong with the options
 *
 * Context: process context, may sleep.
 * Return: the instance, ERR_PTR(-EINVAL) or ERR_PTR(-ENOMEM).
 */
struct cman_engine *cman_engine_new(struct vcs_cluster *cluster,
				    const struct cman_join *join,
				    const struct cman_key *key,
				    const char **why)
{
	struct cman_engine *engine;
	u32 i;
	int err;

	engine = kvzalloc(sizeof(*engine), GFP_KERNEL);
	if (!engine)
		return ERR_PTR(-ENOMEM);
	engine->cluster = cluster;
	engine->key = *key;
	engine->digest = cman_cluster_digest(vcs_cluster_name(cluster));
	engine->incarnation = vcs_cluster_incarnation(cluster);
	fill_config(&engine->config, join);
	err = -EINVAL;
	*why = cman_config_check(&engine->config);
	if (*why)
		goto free_engine;

	spin_lock_init(&engine->lock);
	spin_lock_init(&engine->send_lock);
	skb_queue_head_init(&engine->outgoing);
	INIT_WORK(&engine->upcalls, cman_upcalls_run);
	INIT_WORK(&engine->upkeep, run_upkeep);
	init_completion(&engine->left);
	engine->transport.receive = engine_receive;
	engine->transport.receive_bad = engine_receive_bad;
	engine->ticker.tick = engine_tick;
	engine->ticker.period_ns = (u64)join->heartbeat_ms * NSEC_PER_MSEC;
	err = allocate(engine);
	if (err)
		goto free_engine;
	for (i = 0; i < join->nr_peers; i++) {
		engine->remotes[i].addr = join->peers[i].addr;
		cman_path_set(&engine->remotes[i].path, &join->peers[i].addr,
			      GFP_KERNEL);
	}
	start_sm(engine);
	return engine;

free_engine:
	cman_key_wipe(&engine->key);
	kvfree(engine);
	return ERR_PTR(err);
}

/**
 * cman_engine_start() - let it talk
 * @engine: new
 * @join: port and addresses
 *
 * Context: process context, may sleep.
 * Return: 0, or what a socket gives; the instance is to be stopped anyhow.
 */
int cman_engine_start(struct cman_engine *engine, const struct cman_join *join)
{
	int err;

	cman_liveness_touch();
	engine->may_send = true;
	engine->running = true;
	err = cman_transport_open(&engine->transport,
				  vcs_cluster_net(engine->cluster), join);
	if (err)
		return err;
	err = cman_kick_add(&engine->ticker);
	if (err)
		return err;
	engine->ticking = true;
	return 0;
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
 * cman_engine_stop() - no event, packet or upcall any more
 * @engine: started, or half so
 *
 * Context: process context, may sleep; no lock that an upcall takes.
 */
void cman_engine_stop(struct cman_engine *engine)
{
	spin_lock_bh(&engine->lock);
	engine->running = false;
	spin_unlock_bh(&engine->lock);
	if (engine->ticking)
		cman_kick_del(&engine->ticker);
	cancel_work_sync(&engine->upcalls);
	cancel_work_sync(&engine->upkeep);

	/* A packet on one socket may be answered on the other. */
	spin_lock_bh(&engine->send_lock);
	engine->may_send = false;
	spin_unlock_bh(&engine->send_lock);
	cman_transport_close(&engine->transport);
}

/**
 * cman_engine_free() - the end
 * @engine: stopped, or never started
 *
 * Context: process context, may sleep.
 */
void cman_engine_free(struct cman_engine *engine)
{
	u32 i;

	destroy_workqueue(engine->wq);
	skb_queue_purge(&engine->outgoing);
	for (i = 0; i < engine->config.nr_nodes; i++)
		cman_path_clear(&engine->remotes[i].path);
	kvfree(engine->queue.kfifo.data);
	kvfree(engine->actions);
	kvfree(engine->sm);
	cman_key_wipe(&engine->key);
	kvfree(engine);
}
