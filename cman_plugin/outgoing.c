// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets between the state machine, which wants them sent, and the sockets.
 *
 * They are queued under engine.lock and leave without it. A virtual link may
 * hand a packet to its receiver, and the receiver's answer back, while the
 * sender still sends; so nobody waits for send_lock here, but leaves what he
 * has to its holder, who looks again when he has let go of it.
 */
#include "engine.h"
#include "fault.h"

#define OUTGOING_MAX	1024

/* What an outgoing packet is, until it is sealed. */
struct cman_outgoing {
	u64 dst;		/* set of indexes */
	u64 seq;
	bool heartbeat;
};

static struct cman_outgoing *outgoing_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct cman_outgoing) > sizeof(skb->cb));
	return (struct cman_outgoing *)skb->cb;
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
				   const struct sk_buff *skb, bool heartbeat)
{
	struct sk_buff *copy = cman_transport_alloc(&engine->transport, skb->len,
						    heartbeat);

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
	bool heartbeat = outgoing_cb(skb)->heartbeat;
	bool fault = cman_fault_is_near(skb->data[CMAN_OUTER_LEN]);

	cman_seal(&engine->key, &outer, skb->data, skb->len - CMAN_OUTER_LEN);
	skb_put(skb, CMAN_TAG_LEN);
	for (; dst & (dst - 1); dst &= dst - 1)
		send_to(engine, &engine->remotes[__ffs64(dst)],
			copy_packet(engine, skb, heartbeat));
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

/**
 * cman_outgoing_flush() - send what waits, or see to it that somebody does
 * @engine: started
 *
 * Context: BHs disabled, engine.lock not held.
 */
void cman_outgoing_flush(struct cman_engine *engine)
{
	struct sk_buff *skb;

	do {
		/* Queue first, then try: a lock not had orders nothing. */
		smp_mb();
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

/**
 * cman_outgoing_add_locked() - have a message sent after unlocking
 * @engine: its lock is held
 * @action: a CMAN_ACT_SEND; the message is copied
 *
 * Context: BHs disabled.
 */
void cman_outgoing_add_locked(struct cman_engine *engine,
			      const struct cman_action *action)
{
	bool heartbeat = action->send.data[0] == CMAN_MSG_HELLO;
	size_t len = action->send.len;
	struct sk_buff *skb = NULL;

	lockdep_assert_held(&engine->lock);
	if (!action->send.dst)
		return;
	if (skb_queue_len_lockless(&engine->outgoing) < OUTGOING_MAX)
		skb = cman_transport_alloc(&engine->transport, CMAN_OUTER_LEN +
					   len + CMAN_TAG_LEN, heartbeat);
	if (!skb) {
		atomic_long_inc(&engine->stats.no_buffer);
		return;
	}
	skb_put(skb, CMAN_OUTER_LEN);
	skb_put_data(skb, action->send.data, len);
	outgoing_cb(skb)->dst = action->send.dst;
	outgoing_cb(skb)->seq = ++engine->seq;
	outgoing_cb(skb)->heartbeat = heartbeat;
	skb_queue_tail(&engine->outgoing, skb);
}
