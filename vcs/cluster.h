/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cluster object, and who may touch which part of it.
 *
 * Locks, outermost first:
 *	vcs_net.lock	list of clusters of a namespace, their names
 *	cluster.lock	everything below that has no other word on it
 *	vcs_net.event_lock	order of netlink events of a namespace
 *	log.lock	the decision log (spinlock, innermost, any context)
 *
 * Neither lock is held across a provider op, a fence method or a listener
 * callback. Upcalls take cluster.lock. Readers of the view take no lock.
 *
 * Lifetime: a cluster lives on its kref. It is on the list, and has a
 * kobject, from its creation until it is over (VCS_CLUSTER_LEFT); after that
 * it is an orphan that only answers those who still hold it. It holds no
 * reference on its network namespace: the exit of the namespace ends every
 * cluster first, and the net of an orphan is NULL. While stateful listeners
 * of an evicted cluster have not let go it stays on the list, so its name is
 * taken, and their reference keeps the namespace alive.
 */
#ifndef _VCS_CLUSTER_H
#define _VCS_CLUSTER_H

#include <linux/kobject.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <linux/vcs_provider.h>

/*
 * Under cluster.lock memory is not waited for: whoever could free some may be a
 * filesystem that waits for a view, and so for the lock.
 */
#define VCS_GFP_LOCKED	(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)
#define VCS_MEMORY_WAIT_MS 20	/* ... but without it, and then again */

#define VCS_LOG_ENTRIES 512
#define VCS_GONE_MAX VCS_MEMBERS_MAX	/* one view may drop as many */

/* What to do with the machine when the others have removed this node. */
enum vcs_on_eviction {
	VCS_ON_EVICTION_FREEZE,
	VCS_ON_EVICTION_REBOOT,
	VCS_ON_EVICTION_PANIC,
};

#define VCS_FENCE_METHODS_MAX 4

/* The core's own words in the options of a join; see options.c. */
struct vcs_options {
	enum vcs_on_eviction on_eviction;
	u32 fence_timeout_ms;
	u32 overdue_ms;		/* a callback older than this is shown */
	bool overdue_evict;	/* ... and the node gives itself up */
	u8 machine_id[VCS_MACHINE_ID_LEN];
	u32 nr_methods;
	char methods[VCS_FENCE_METHODS_MAX][VCS_NAME_MAX + 1];
};

struct vcs_log_entry {
	u64 seq;
	u64 time_ns;		/* CLOCK_REALTIME */
	u64 incarnation;
	u64 generation;
	u32 nodeid;
	u32 code;		/* enum vcs_log_code */
	char text[VCS_TEXT_MAX + 1];
};

struct vcs_log_ring {
	spinlock_t lock;	/* innermost; any context */
	u64 next;		/* seq of the next entry; the first is 1 */
	struct vcs_log_entry *entries;	/* VCS_LOG_ENTRIES of them */
};

/*
 * What netlink and sysfs keep in a cluster; only event.c and sysfs*.c touch
 * it. All zero: nothing is announced.
 */
struct vcs_notify {
	spinlock_t lock;		/* any context */
	bool open;			/* lock and cluster.lock to change */
	unsigned long pending;		/* lock; what the work has to do */
	struct work_struct work;
	struct vcs_sysfs *sysfs;	/* the work's, and add and del */
	u64 log_sent;			/* the work's */
};

struct dentry;
struct vcs_fencing;		/* fence_priv.h */
struct vcs_listeners;		/* listener.h */
struct vcs_sync;		/* sync.h */
struct vcs_sysfs;		/* sysfs.c */
struct vcs_sysfs_net;		/* sysfs_provider.c */
struct vcs_outbox;		/* record.h */

struct vcs_cluster {
	struct kref ref;
	struct kobject kobj;
	bool kobj_added;
	struct list_head node;		/* vcs_net.lock */
	struct list_head undrained;	/* attest.c */
	struct rcu_head rcu;

	/* Set before the cluster is seen, constant after. */
	char name[VCS_NAME_MAX + 1];
	char provider_name[VCS_NAME_MAX + 1];
	possible_net_t net;		/* no reference; see vcs_net_exit() */
	struct vcs_options options;
	u64 incarnation;

	struct mutex lock;		/* what has no other word on it */
	enum vcs_cluster_state state;
	int error;			/* of the end that has begun, or 0 */
	char state_reason[VCS_REASON_MAX + 1];
	struct vcs_provider *provider;	/* module reference; NULL while loading */
	void *provider_data;		/* constant from join to leave */
	bool may_load;			/* constant; the provider's module */
	bool joining;			/* ops->join is being called */
	bool provider_joined;		/* ops->join returned 0, leave is owed */
	bool upcalls_closed;		/* leave began or the namespace goes */
	bool leaving;			/* the end has begun; no new listeners */
	struct dentry *debug;		/* join_work's, then leave_work's */

	struct vcs_view __rcu *view;	/* written under lock */
	struct vcs_view *spare_view;	/* reserve for one change without memory */
	u32 spare_members;		/* how many fit in spare_view */
	u32 local_nodeid;		/* 0 before the first view; read anywhere */
	bool quorate;			/* written under lock, read anywhere */
	bool provider_quorate;		/* its word, which freezing hides */
	u64 quorate_generation;		/* ... and the view it was about */
	u64 *gone;			/* the last VCS_GONE_MAX that departed */
	u32 nr_gone;			/* counts all; the index is modulo */
	char quorum_reason[VCS_REASON_MAX + 1];
	unsigned long *suspects;	/* bit per index in view->members */

	struct vcs_listeners *listeners;
	struct vcs_fencing *fences;
	struct vcs_sync *sync;
	struct vcs_outbox *outbox;
	struct vcs_log_ring log;
	struct vcs_notify notify;

	struct work_struct join_work;	/* loads the provider, calls join */
	struct work_struct leave_work;	/* calls leave, ends the cluster */
	enum vcs_leave_how leave_how;
	u8 *key;			/* until join has run; kfree_sensitive() */
	char *join_options;		/* what is left for the provider */
};

struct vcs_net {
	struct mutex lock;		/* names; before cluster.lock */
	struct list_head clusters;	/* lock */
	bool dead;			/* lock; pre_exit has run */
	atomic_t leaving;		/* leave_work that may touch this */
	struct mutex event_lock;	/* order of events; inside cluster.lock */
	u64 event_seq;			/* event_lock; of the last event sent */
	struct vcs_sysfs_net *sysfs;	/* sysfs_provider.c */
};

struct vcs_net *vcs_net(struct net *net);
extern u64 vcs_load_id;
extern struct workqueue_struct *vcs_wq;		/* unbound, WQ_MEM_RECLAIM */

/* cluster.c */
struct vcs_cluster *vcs_cluster_hold(struct vcs_cluster *cluster);
/* What is asked of vcs_join_cluster(), and who asks. */
struct vcs_join_request {
	const char *name;
	const char *provider;
	const char *options;		/* may be NULL */
	const u8 *key;			/* may be NULL */
	bool sys_boot;			/* has CAP_SYS_BOOT */
};

/* vcs_join_cluster(), which also says which word it did not like. */
int vcs_cluster_join(struct net *net, const struct vcs_join_request *request,
		     char *bad, size_t bad_len);
void vcs_cluster_set_state_locked(struct vcs_cluster *cluster,
				  enum vcs_cluster_state state, int error,
				  const char *reason);
bool vcs_name_ok(const char *name);

/* leave.c */
/*
 * -EBUSY stateful listeners (forced: they are evicted); -EAGAIN they recover
 * just now; -ESHUTDOWN the end has begun already.
 */
int vcs_cluster_leave(struct vcs_cluster *cluster, bool force);
/* The last stateful listener has let go: go on with a leave or an eviction. */
void vcs_cluster_listeners_gone_locked(struct vcs_cluster *cluster);
/* This node gives itself up (overdue_evict); ends as an eviction. */
void vcs_cluster_give_up_locked(struct vcs_cluster *cluster, const char *why);

static inline bool vcs_has_records(const struct vcs_cluster *cluster)
{
	return cluster->provider &&
	       (cluster->provider->features & VCS_FEATURE_RECORDS);
}

/* view.c */
struct vcs_view *vcs_view_locked(struct vcs_cluster *cluster);

/* options.c */
int vcs_options_parse(struct vcs_options *options, const char *text,
		      char **rest, char *bad, size_t bad_len);

/* upcall.c */
const char *vcs_quorum_reason_locked(const struct vcs_cluster *cluster);

/* log.c */
int vcs_log_setup(struct vcs_cluster *cluster);
void vcs_log_destroy(struct vcs_cluster *cluster);
/* Copies the first entry with seq >= @seq; false when there is none. */
bool vcs_log_read(struct vcs_cluster *cluster, u64 seq,
		  struct vcs_log_entry *entry);
const char *vcs_state_str(enum vcs_cluster_state state);
const char *vcs_phase_str(enum vcs_phase phase);
const char *vcs_level_str(enum vcs_level level);
const char *vcs_leave_str(enum vcs_leave_reason reason);
const char *vcs_fence_state_str(enum vcs_fence_state state);
const char *vcs_fence_result_str(enum vcs_fence_result result);
const char *vcs_log_code_str(enum vcs_log_code code);

#endif /* _VCS_CLUSTER_H */
