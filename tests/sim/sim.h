/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A whole cluster of the pure core on a virtual clock, everything from one
 * seed. A "life" is one incarnation of a node; a machine has one after the
 * other. Single-threaded; the same seed and sources replay bit for bit.
 */
#ifndef _SIM_H
#define _SIM_H

#include <stdio.h>
#include "../../cman_plugin/keep.h"
#include "../../cman_plugin/replay.h"
#include "../../cman_plugin/sm.h"

#define SIM_NODES 7
#define SIM_LIVES 4096
#define SIM_FENCES 256
#define SIM_PAST 64

enum sim_type {
	SIM_TICK,
	SIM_PACKET,
	SIM_WORK,		/* perform ordered actions */
	SIM_ADMIT,		/* cookie: answer */
	SIM_AGENT,		/* a fence agent is done */
	SIM_WRITE,		/* a life writes if its gate is open */
	SIM_LAND,		/* a write reaches the disk */
	SIM_START,		/* a machine boots */
	SIM_REJOIN,		/* the same kernel joins again */
	SIM_SUBMIT,
	SIM_LEAVE,
	SIM_CHAOS,
	SIM_HEAL,
	SIM_JUDGE,
};

struct sim_event {
	u64 at;
	u64 order;		/* first come, first served */
	enum sim_type type;
	u32 life;
	u32 node;
	u64 a;
	u64 b;
	u32 from;
	u64 incarnation;
	u32 len;
	u8 *data;
};

struct sim_heap {
	struct sim_event *events;
	u32 nr;
	u32 max;
	u64 order;
};

/* A view as published; two versions of one generation are a fork. */
struct sim_view {
	u32 lifetime;		/* index */
	u64 generation;
	u32 nr_members;
	u32 nodes[SIM_NODES];	/* indexes */
	u64 incarnations[SIM_NODES];
	u64 digest;
	bool started;		/* somebody's gate opened in it */
	u64 started_at;		/* ... the last time */
	bool passed;		/* a member of the one before came through */
	u64 records;		/* digest of what it had delivered there */
	u64 *log;		/* digests of what was delivered in it */
	u32 nr_log;
	u32 max_log;
	u32 publishers[32];	/* lives */
	u32 nr_publishers;
	struct sim_view *next;
};

struct sim_fence {
	u32 nodeid;
	u64 incarnation;
	bool fenced;		/* by a record, the same for all */
	bool mine;		/* this node had it fenced, and says so */
	u64 since;
};

/* The model of the core above the provider, one for each life. */
struct sim_core {
	bool joined;
	struct cman_view view;
	struct sim_view *info;
	bool quorate;
	bool synced;
	bool ever_synced;
	bool whole;		/* knows every fence that is pending */
	bool quorum_lost;	/* was told so, of this view */
	u32 agents[SIM_NODES];	/* of this node, at work against that one */
	bool gate;
	u64 gate_generation;
	u64 closed_since;
	u64 records;		/* digest of those of this generation */
	u32 nr_records;
	u64 last_from[SIM_NODES];
	struct sim_fence fences[SIM_FENCES];
	u32 nr_fences;
	bool agent_busy;
	u64 agent_retry;
	u32 outbox_len;
	u8 outbox[64][VCS_RECORD_MAX];
	u32 outbox_lens[64];
};

struct sim_work {
	struct cman_action action;
	struct cman_view view;
	u8 *data;
	u64 due;
	struct sim_work *next;
};

struct sim_life {
	u32 id;
	u32 node;
	u64 incarnation;
	u64 load_id;
	bool up;
	bool fenced;
	bool dropped;		/* its queued I/O went with a restart */
	bool leaving;
	const struct sim_view *departed;	/* the view without it */
	u64 paused_until;
	u64 stalled_until;	/* process context */
	u64 progress_ms;
	u64 last_tick;
	u64 seq;
	u64 app_seq;		/* records it submitted */
	u32 inflight;
	u32 lifetime;		/* index, once joined */
	struct cman_sm *sm;
	struct sim_core *core;
	struct cman_replay replay[SIM_NODES];
	u8 kept[CMAN_KEEP_MAX];	/* for the next process of this life */
	size_t kept_len;
	bool kept_anew;		/* by the event before */
	struct vcs_attest attest;
	struct sim_work *work, **work_tail;
	u32 nr_work;
};

struct sim_machine {
	bool powered;
	u32 life;		/* ~0 none */
	u64 load_id;
	u8 machine_id[VCS_MACHINE_ID_LEN];
};

struct sim_packet {
	u32 from;
	u32 to;
	u64 incarnation;
	u64 seq;
	u32 len;
	u8 *data;
};

struct sim_cover {
	u64 takeover;		/* finished what another had proposed */
	u64 amnesia;		/* restarted while still in a view */
	u64 full_restart;
	u64 form_race;
	u64 evictions;
	u64 two_node_race;
	u64 both_cut_off;	/* each by the other, and both were told */
	u64 superseded;
	u64 settled;
	u64 fork;		/* a generation told again; its first tellers dead */
	u64 fences;
	u64 views;
	u64 records;
	u64 writes;
	u64 starved;
	u64 held;
	u64 held_settled;	/* for an agent that might hit it */
	u64 stalled;
	u64 replays;
	u64 give_up;
	u64 successors;		/* a life went on in another process */
	u64 old_proofs;		/* the script got to where they would be used */
};

struct sim {
	u64 seed;
	u64 rng;
	u64 now;
	u64 trace;
	u64 steps;
	bool verbose;
	u32 n;
	u32 force_nodes;
	bool keep;		/* processes die, and their lives go on */
	struct cman_config config;
	struct sim_heap heap;
	struct sim_machine machines[SIM_NODES];
	struct sim_life *lives[SIM_LIVES];
	u32 nr_lives;
	struct sim_view *views;
	struct vcs_lifetime lifetimes[256];
	u64 founders[256];
	u32 nr_lifetimes;
	struct cman_actions actions;

	/* The network. */
	bool cut[SIM_NODES][SIM_NODES];
	u32 slow[SIM_NODES];	/* ms more for what a node sends */
	u32 loss;		/* per mille */
	u32 dup;
	u32 reorder;
	u32 delay_max;
	bool use_replay;
	struct sim_packet past[SIM_PAST];
	u32 nr_past;

	/* What may go wrong. */
	bool healed;
	u64 heal_at;
	u64 judge_from;
	u32 fence_fail;		/* per mille */
	u32 fence_min;		/* ms that a fence takes at least */
	u32 fence_ms;		/* ... and at most in addition */
	u64 fence_fails;	/* set of those whom no fence reaches */
	bool cuts_only;		/* fences leave machines running */
	u32 slow_io;		/* per mille of writes that dawdle */
	u32 chaos_ms;
	bool scripted;
	u32 step;		/* of the script */
	u32 fencing_sides;	/* two_node: whose FENCE is under way */
	u64 form_proposers;
	bool all_down;
	u32 settle_stage;
	u64 settled_at;
	u64 goal[SIM_NODES];	/* records that must still arrive everywhere */

	struct sim_cover cover;
	char failure[256];
};

/* rng.c */
u64 sim_mix(u64 v);
u64 sim_random(struct sim *sim);
u32 sim_below(struct sim *sim, u32 n);
bool sim_chance(struct sim *sim, u32 per_mille);
void sim_trace(struct sim *sim, u64 v);

/* heap.c */
struct sim_event *sim_post(struct sim *sim, enum sim_type type, u64 at);
bool sim_pop(struct sim *sim, struct sim_event *event);
void sim_heap_free(struct sim *sim);

/* net.c */
void sim_transmit(struct sim *sim, struct sim_life *from, u64 dst,
		  const u8 *data, size_t len);
void sim_arrive(struct sim *sim, const struct sim_event *event);
void sim_replay_past(struct sim *sim);
void sim_net_free(struct sim *sim);

/* node.c */
void sim_boot(struct sim *sim, u32 node);
void sim_life_start(struct sim *sim, u32 node);
void sim_life_end(struct sim *sim, struct sim_life *life);
void sim_crash(struct sim *sim, u32 node);
void sim_rejoin(struct sim *sim, u32 node);
void sim_leave(struct sim *sim, const struct sim_event *event);
void sim_app(struct sim *sim, struct sim_life *life);
struct sim_life *sim_life_of(struct sim *sim, u32 node);
void sim_feed(struct sim *sim, struct sim_life *life, struct cman_event *event);
void sim_tick(struct sim *sim, const struct sim_event *event);
void sim_work_run(struct sim *sim, struct sim_life *life);
void sim_lives_free(struct sim *sim);

/* keep.c */
void sim_keep_note(struct sim *sim, struct sim_life *life,
		   const struct cman_keep_mark *mark);
void sim_keep_successor(struct sim *sim, struct sim_life *life);

/* core.c */
void sim_core_view(struct sim *sim, struct sim_life *life,
		   const struct cman_view *view);
void sim_core_quorate(struct sim *sim, struct sim_life *life, bool quorate);
void sim_core_record(struct sim *sim, struct sim_life *life, u32 from,
		     u64 generation, const u8 *data, size_t len);
void sim_core_submit(struct sim *sim, struct sim_life *life);
bool sim_core_may_join(struct sim *sim, struct sim_life *life, u32 nodeid,
		       bool settled);
void sim_core_poll(struct sim *sim, struct sim_life *life);
void sim_core_post(struct sim_life *life, const u8 *data, size_t len);
void sim_core_fenced(struct sim *sim, struct sim_life *life, u32 nodeid,
		     u64 incarnation);

/* fence.c */
void sim_agent_start(struct sim *sim, struct sim_life *life, u32 node,
		     u64 incarnation, u64 cookie);
void sim_agent_done(struct sim *sim, const struct sim_event *event);
void sim_write(struct sim *sim, struct sim_life *life);
void sim_land(struct sim *sim, const struct sim_event *event);

/* check.c */
__attribute__((format(printf, 2, 3)))
void sim_fail(struct sim *sim, const char *fmt, ...);
__attribute__((format(printf, 3, 4)))
void sim_say(struct sim *sim, const struct sim_life *life, const char *fmt,
	     ...);
void sim_check_view(struct sim *sim, struct sim_life *life,
		    const struct cman_view *view);
void sim_check_record(struct sim *sim, struct sim_life *life, u64 digest);
void sim_check_start(struct sim *sim, struct sim_life *life);
void sim_check_quorate(struct sim *sim, const struct sim_life *life);
void sim_check_land(struct sim *sim, struct sim_life *life, u64 generation,
		    u64 begun);
void sim_check_free(struct sim *sim);
u32 sim_lifetime(struct sim *sim, const struct vcs_lifetime *lifetime);

/* chaos.c */
void sim_setup(struct sim *sim);
void sim_chaos(struct sim *sim);
void sim_heal(struct sim *sim);
bool sim_judge(struct sim *sim);

/* script.c */
bool sim_scripted(const struct sim *sim);
void sim_script_setup(struct sim *sim);
void sim_script(struct sim *sim);

/* world.c */
bool sim_run(struct sim *sim, u64 seed, u32 nodes, bool keep, bool verbose);

#endif /* _SIM_H */
