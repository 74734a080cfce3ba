// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of an instance: made, started, left, stopped, freed; all in process
 * context and one after the other, as the core calls join and leave. Only stop
 * touches what others may be at, and takes their locks.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "engine.h"
#include "liveness.h"

static void run_upkeep(struct work_struct *work)
{
	struct cman_engine *engine = container_of(work, struct cman_engine,
						  upkeep);
	const char *degraded = cman_kick_degraded();

	cman_transport_refill(&engine->transport);
	if (degraded && !engine->told_degraded) {
		WRITE_ONCE(engine->told_degraded, true);
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
	engine->transport.receive = cman_engine_receive;
	engine->transport.receive_bad = cman_engine_receive_bad;
	engine->ticker.tick = cman_engine_tick;
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
 * Only what cannot fail any more takes events: no upcall comes of a start that
 * came to nothing.
 *
 * Context: process context, may sleep.
 * Return: 0, or what a socket gives; the instance is to be stopped anyhow.
 */
int cman_engine_start(struct cman_engine *engine, const struct cman_join *join)
{
	int err;

	cman_liveness_touch();
	err = cman_transport_open(&engine->transport,
				  vcs_cluster_net(engine->cluster), join);
	if (err)
		return err;
	err = cman_kick_add(&engine->ticker);
	if (err)
		return err;
	engine->ticking = true;

	spin_lock_bh(&engine->send_lock);
	engine->may_send = true;
	spin_unlock_bh(&engine->send_lock);
	spin_lock_bh(&engine->lock);
	engine->running = true;
	spin_unlock_bh(&engine->lock);
	return 0;
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
