// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an instance tells administrators, through the core and in debugfs, as
 * vcs_cman/CLUSTER@NAMESPACE. A snapshot is taken under engine.lock; the
 * counters are read as they are. debugfs waits for its readers when a file is
 * removed.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>

#include "engine.h"
#include "shell.h"
#include "text.h"

static struct dentry *debug_dir;

static void show_set(struct cman_engine *engine, struct seq_file *seq,
		     const char *name, u64 set)
{
	char text[256];

	cman_set_text(&engine->config, set, text, sizeof(text));
	seq_printf(seq, "%s: %s\n", name, text);
}

static void show_status(struct cman_engine *engine, struct seq_file *seq)
{
	struct cman_status status;

	spin_lock_bh(&engine->lock);
	cman_sm_status(engine->sm, &status);
	spin_unlock_bh(&engine->lock);

	seq_printf(seq, "role: %s\n", cman_role_text(status.role));
	seq_printf(seq, "quorate: %d\n", status.quorate);
	seq_printf(seq, "coordinator: %u%s\n", status.coordinator,
		   status.leading ? " (this node)" : "");
	seq_printf(seq, "lifetime: %*phN\n", VCS_LIFETIME_LEN,
		   status.lifetime.id);
	seq_printf(seq, "generation: %llu\n", status.generation);
	seq_printf(seq, "decisions: %llu\n", status.slot);
	show_set(engine, seq, "members", status.members);
	show_set(engine, seq, "heard", status.heard);
	show_set(engine, seq, "not_heard", status.deaf);
	show_set(engine, seq, "joining", status.joining);
}

static void show_stats(struct cman_engine *engine, struct seq_file *seq)
{
	struct cman_stats *stats = &engine->stats;
	int drop;

	seq_printf(seq, "sent: %ld\n", atomic_long_read(&stats->sent));
	seq_printf(seq, "send_failed: %ld\n",
		   atomic_long_read(&stats->send_failed));
	seq_printf(seq, "no_buffer: %ld\n", atomic_long_read(&stats->no_buffer));
	seq_printf(seq, "log_dropped: %ld\n",
		   atomic_long_read(&stats->log_dropped));
	seq_printf(seq, "received: %ld\n", atomic_long_read(&stats->received));
	for (drop = CMAN_DROP_NONE + 1; drop < CMAN_DROP_COUNT; drop++)
		seq_printf(seq, "dropped_%s: %ld\n", cman_drop_text(drop),
			   atomic_long_read(&stats->dropped[drop]));
}

/**
 * cman_engine_show() - "key: value" lines
 * @engine: started
 * @seq: where to
 *
 * Context: process context.
 */
void cman_engine_show(struct cman_engine *engine, struct seq_file *seq)
{
	const char *degraded = cman_kick_degraded();

	show_status(engine, seq);
	seq_printf(seq, "heartbeat_ms: %u\n", engine->config.heartbeat_ms);
	seq_printf(seq, "dead_after: %u\n", engine->config.dead_after);
	seq_printf(seq, "degraded: %s\n", degraded ?: "no");
	show_stats(engine, seq);
}

static int engine_debug_show(struct seq_file *seq, void *unused)
{
	cman_engine_show(seq->private, seq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(engine_debug);

/**
 * cman_debug_add() - a file for an instance; best effort
 * @engine: started
 *
 * Context: process context, may sleep.
 */
void cman_debug_add(struct cman_engine *engine)
{
	char name[VCS_NAME_MAX + 16];

	scnprintf(name, sizeof(name), "%s@%u",
		  vcs_cluster_name(engine->cluster),
		  vcs_cluster_net(engine->cluster)->ns.inum);
	engine->debug = debugfs_create_file(name, 0400, debug_dir, engine,
					    &engine_debug_fops);
}

/**
 * cman_debug_del() - nobody reads it any more
 * @engine: to be stopped
 *
 * Context: process context, may sleep.
 */
void cman_debug_del(struct cman_engine *engine)
{
	debugfs_remove(engine->debug);
	engine->debug = NULL;
}

void __init cman_debug_start(void)
{
	debug_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
}

void cman_debug_stop(void)
{
	debugfs_remove(debug_dir);
}
