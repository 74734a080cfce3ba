// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an instance tells administrators, through the core. A snapshot is taken
 * under engine.lock; the counters are read as they are.
 */
#include <linux/seq_file.h>

#include "engine.h"
#include "text.h"

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
