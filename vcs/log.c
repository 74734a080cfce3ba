// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision log: what was decided, on whose evidence, and when. Each entry
 * goes to the ring of its cluster, to the tracepoint vcs_log_line, and to the
 * netlink group "events".
 *
 * Locking: none of its own; the ring has a spinlock, the generation is read
 * under RCU.
 */
#include <linux/export.h>
#include <linux/ktime.h>

#include "log_ring.h"
#include "notify.h"
#include "trace.h"

static u64 current_generation(struct vcs_cluster *cluster)
{
	const struct vcs_view *view;
	u64 generation;

	rcu_read_lock();
	view = rcu_dereference(cluster->view);
	generation = view ? view->generation : 0;
	rcu_read_unlock();
	return generation;
}

/**
 * vcs_log() - write a line into the decision log of a cluster
 * @cluster: whose log
 * @code: what kind of decision
 * @nodeid: the node that it is about; 0 none
 * @incarnation: which life of it; 0 none
 * @fmt: printf format of the text; what is longer than VCS_TEXT_MAX is cut
 *
 * Never a secret: everybody who may dump the log reads it.
 *
 * Context: any, with any lock held.
 */
void vcs_log(struct vcs_cluster *cluster, enum vcs_log_code code, u32 nodeid,
	     u64 incarnation, const char *fmt, ...)
{
	struct vcs_log_entry entry = {
		.time_ns = ktime_get_real_ns(),
		.incarnation = incarnation,
		.generation = current_generation(cluster),
		.nodeid = nodeid,
		.code = code,
	};
	va_list args;

	va_start(args, fmt);
	vscnprintf(entry.text, sizeof(entry.text), fmt, args);
	va_end(args);

	vcs_log_add(cluster, &entry);
	trace_vcs_log_line(cluster->name, &entry);
	vcs_event_log(cluster);
}
EXPORT_SYMBOL_GPL(vcs_log);
