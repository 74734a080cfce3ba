/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cluster instance of this node: the state machine, and what it takes to
 * give it events and to do what it says. Locking is told in engine.c.
 */
#ifndef _CMAN_ENGINE_H
#define _CMAN_ENGINE_H

#include <linux/completion.h>
#include <linux/kfifo.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/vcs_provider.h>

#include "config.h"
#include "crypto.h"
#include "kick.h"
#include "repeat.h"
#include "replay.h"
#include "sm.h"
#include "transport.h"

/* Three events' worth of ordered actions, and a power of two. */
#define CMAN_QUEUE_SIZE		(128 * 1024)

/* Another configured node; by its index in config.nodes. */
struct cman_remote {
	union cman_addr addr;		/* lock; sa_family 0: unknown */
	bool moved;			/* lock; path is not yet told */
	struct cman_replay replay;	/* lock */
	struct cman_path path;		/* send_lock */
};

struct cman_stats {
	atomic_long_t received;		/* authenticated, fresh, understood */
	atomic_long_t sent;
	atomic_long_t send_failed;	/* no route, no memory below */
	atomic_long_t no_buffer;	/* a message that was not even made */
	atomic_long_t log_dropped;
	atomic_long_t dropped[CMAN_DROP_COUNT];
};

struct cman_engine {
	struct list_head node;		/* these two: main.c's lock */
	bool retiring;

	/* Constant from start to stop. */
	struct vcs_cluster *cluster;
	struct cman_config config;
	struct cman_key key;
	u64 digest;			/* of the cluster's name */
	u64 incarnation;

	spinlock_t lock;		/* BHs disabled */
	bool running;			/* lock; takes events */
	bool broken;			/* lock; by a bug */
	bool any_moved;			/* lock to write; of the remotes */
	struct cman_sm *sm;		/* lock */
	struct cman_actions *actions;	/* lock */
	struct kfifo queue;		/* lock; ordered actions for upcalls */
	u64 seq;			/* lock; of the last packet */

	spinlock_t send_lock;		/* BHs disabled, only tried */
	bool may_send;			/* send_lock */
	struct sk_buff_head outgoing;	/* its own lock */
	struct cman_transport transport;	/* sending: send_lock */
	struct cman_remote remotes[CMAN_NODES_MAX];

	struct cman_ticker ticker;
	bool ticking;			/* start's and stop's */
	struct workqueue_struct *wq;	/* ordered */
	struct work_struct upcalls;
	struct work_struct upkeep;
	struct completion left;
	struct cman_stats stats;

	/* The upcall work's alone. */
	struct cman_action action;
	struct cman_repeats repeats;	/* of what is logged */
	union {
		struct cman_view view;
		u8 data[VCS_RECORD_MAX];
	} payload;
	struct vcs_lifetime lifetime;	/* of the view published last */
	u64 generation;			/* of the same; 0: none was */
	bool told_broken;
	bool told_degraded;		/* upkeep writes it, a tick may read it */
};

/* instance.c: in the order of these, process context. */
struct cman_engine *cman_engine_new(struct vcs_cluster *cluster,
				    const struct cman_join *join,
				    const struct cman_key *key,
				    const char **why);
int cman_engine_start(struct cman_engine *engine, const struct cman_join *join);
void cman_engine_stop(struct cman_engine *engine);
void cman_engine_free(struct cman_engine *engine);

/* engine.c: events. */
void cman_engine_tick(struct cman_ticker *ticker, u32 late_ms);
void cman_engine_receive(struct cman_transport *transport,
			 const union cman_addr *from, u8 *data, size_t len);
void cman_engine_receive_bad(struct cman_transport *transport,
			     enum cman_drop drop);
void cman_engine_leave(struct cman_engine *engine, unsigned int timeout_ms);
int cman_engine_submit(struct cman_engine *engine, const void *data,
		       size_t len);
void cman_engine_fenced(struct cman_engine *engine, u64 cookie, bool success);
void cman_engine_admit(struct cman_engine *engine, u64 cookie, bool yes);

/* outgoing.c */
void cman_outgoing_add_locked(struct cman_engine *engine,
			      const struct cman_action *action);
void cman_outgoing_flush(struct cman_engine *engine);

/* upcall.c: the ordered work. */
void cman_upcalls_run(struct work_struct *work);

/* show.c */
void cman_engine_show(struct cman_engine *engine, struct seq_file *seq);

#endif /* _CMAN_ENGINE_H */
