/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the system "vcs": the decisions of the core, as they are
 * made. Each carries the name of its cluster; nodes are (nodeid, incarnation).
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vcs

#if !defined(_VCS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VCS_TRACE_H

#include <linux/tracepoint.h>

#include "cluster.h"
#include "compat.h"

TRACE_EVENT(vcs_view,
	TP_PROTO(const char *cluster, const struct vcs_view *view),
	TP_ARGS(cluster, view),
	TP_STRUCT__entry(
		__string(cluster, cluster)
		__field(u64, generation)
		__field(u32, nr_members)
		__field(u32, expected_votes)
		__field(u32, quorum)
	),
	TP_fast_assign(
		vcs_trace_assign(cluster, cluster);
		__entry->generation = view->generation;
		__entry->nr_members = view->nr_members;
		__entry->expected_votes = view->expected_votes;
		__entry->quorum = view->quorum;
	),
	TP_printk("%s: generation=%llu members=%u expected_votes=%u quorum=%u",
		  __get_str(cluster), __entry->generation, __entry->nr_members,
		  __entry->expected_votes, __entry->quorum)
);

TRACE_EVENT(vcs_quorum,
	TP_PROTO(const char *cluster, u64 generation, bool quorate,
		 const char *reason),
	TP_ARGS(cluster, generation, quorate, reason),
	TP_STRUCT__entry(
		__string(cluster, cluster)
		__string(reason, reason)
		__field(u64, generation)
		__field(bool, quorate)
	),
	TP_fast_assign(
		vcs_trace_assign(cluster, cluster);
		vcs_trace_assign(reason, reason);
		__entry->generation = generation;
		__entry->quorate = quorate;
	),
	TP_printk("%s: generation=%llu quorate=%d reason=\"%s\"",
		  __get_str(cluster), __entry->generation, __entry->quorate,
		  __get_str(reason))
);

/* One member came, went or is suspected; @what says which. */
TRACE_EVENT(vcs_member,
	TP_PROTO(const char *cluster, u32 nodeid, u64 incarnation,
		 const char *what, const char *reason),
	TP_ARGS(cluster, nodeid, incarnation, what, reason),
	TP_STRUCT__entry(
		__string(cluster, cluster)
		__string(what, what)
		__string(reason, reason)
		__field(u64, incarnation)
		__field(u32, nodeid)
	),
	TP_fast_assign(
		vcs_trace_assign(cluster, cluster);
		vcs_trace_assign(what, what);
		vcs_trace_assign(reason, reason);
		__entry->incarnation = incarnation;
		__entry->nodeid = nodeid;
	),
	TP_printk("%s: node=%u incarnation=%016llx %s reason=\"%s\"",
		  __get_str(cluster), __entry->nodeid, __entry->incarnation,
		  __get_str(what), __get_str(reason))
);

/* A step of a fence; @step is what happened, @actor who is at it. */
TRACE_EVENT(vcs_fence,
	TP_PROTO(const char *cluster, u32 nodeid, u64 incarnation,
		 const char *step, u32 actor, const char *text),
	TP_ARGS(cluster, nodeid, incarnation, step, actor, text),
	TP_STRUCT__entry(
		__string(cluster, cluster)
		__string(step, step)
		__string(text, text)
		__field(u64, incarnation)
		__field(u32, nodeid)
		__field(u32, actor)
	),
	TP_fast_assign(
		vcs_trace_assign(cluster, cluster);
		vcs_trace_assign(step, step);
		vcs_trace_assign(text, text);
		__entry->incarnation = incarnation;
		__entry->nodeid = nodeid;
		__entry->actor = actor;
	),
	TP_printk("%s: node=%u incarnation=%016llx %s actor=%u \"%s\"",
		  __get_str(cluster), __entry->nodeid, __entry->incarnation,
		  __get_str(step), __entry->actor, __get_str(text))
);

TRACE_EVENT(vcs_listener_phase,
	TP_PROTO(const char *cluster, const char *listener,
		 enum vcs_phase phase, u64 generation),
	TP_ARGS(cluster, listener, phase, generation),
	TP_STRUCT__entry(
		__string(cluster, cluster)
		__string(listener, listener)
		__string(phase, vcs_phase_str(phase))
		__field(u64, generation)
	),
	TP_fast_assign(
		vcs_trace_assign(cluster, cluster);
		vcs_trace_assign(listener, listener);
		vcs_trace_assign(phase, vcs_phase_str(phase));
		__entry->generation = generation;
	),
	TP_printk("%s: %s is %s, generation=%llu", __get_str(cluster),
		  __get_str(listener), __get_str(phase), __entry->generation)
);

/* A record was submitted (@from 0) or delivered. */
TRACE_EVENT(vcs_record,
	TP_PROTO(const char *cluster, u32 from, const char *kind, size_t len,
		 int error),
	TP_ARGS(cluster, from, kind, len, error),
	TP_STRUCT__entry(
		__string(cluster, cluster)
		__string(kind, kind)
		__field(size_t, len)
		__field(u32, from)
		__field(int, error)
	),
	TP_fast_assign(
		vcs_trace_assign(cluster, cluster);
		vcs_trace_assign(kind, kind);
		__entry->len = len;
		__entry->from = from;
		__entry->error = error;
	),
	TP_printk("%s: %s from=%u len=%zu error=%d", __get_str(cluster),
		  __get_str(kind), __entry->from, __entry->len, __entry->error)
);

TRACE_EVENT(vcs_log_line,
	TP_PROTO(const char *cluster, const struct vcs_log_entry *log),
	TP_ARGS(cluster, log),
	TP_STRUCT__entry(
		__string(cluster, cluster)
		__string(code, vcs_log_code_str(log->code))
		__string(text, log->text)
		__field(u64, seq)
		__field(u64, incarnation)
		__field(u64, generation)
		__field(u32, nodeid)
	),
	TP_fast_assign(
		vcs_trace_assign(cluster, cluster);
		vcs_trace_assign(code, vcs_log_code_str(log->code));
		vcs_trace_assign(text, log->text);
		__entry->seq = log->seq;
		__entry->incarnation = log->incarnation;
		__entry->generation = log->generation;
		__entry->nodeid = log->nodeid;
	),
	TP_printk("%s: #%llu %s node=%u incarnation=%016llx generation=%llu %s",
		  __get_str(cluster), __entry->seq, __get_str(code),
		  __entry->nodeid, __entry->incarnation, __entry->generation,
		  __get_str(text))
);

#endif /* _VCS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
