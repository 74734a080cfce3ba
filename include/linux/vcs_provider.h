/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual Cluster Switch: what a provider of membership, or of a way to
 * fence, fills in and calls. A provider never sees a consumer.
 */
#ifndef _LINUX_VCS_PROVIDER_H
#define _LINUX_VCS_PROVIDER_H

#include <linux/list.h>
#include <linux/vcs.h>

struct seq_file;

#define VCS_PROVIDER_API	1
#define VCS_RECORD_MAX		1024
#define VCS_MEMBERS_MAX		1024
#define VCS_MACHINE_ID_LEN	16

/**
 * struct vcs_join_args - what the administrator asked for
 * @options: comma-separated key=value words that the core did not take for
 *	     itself; never NULL; the provider refuses what it does not know
 * @key: VCS_KEY_LEN secret bytes, or NULL; the core wipes them after @join
 */
struct vcs_join_args {
	const char *options;
	const u8 *key;
};

/**
 * struct vcs_attest - what a node that wants to join states about itself
 * @load_id: drawn when vcs.ko was loaded on it; 0 unknown
 * @machine_id: names the machine; all zero when unknown
 * @drained: no stateful listener of an earlier life of this cluster is left
 * @reserved: zero
 */
struct vcs_attest {
	u64 load_id;
	u8 machine_id[VCS_MACHINE_ID_LEN];
	u8 drained;
	u8 reserved[7];
};

/**
 * struct vcs_view_update - a decided view, as a provider publishes it
 * @lifetime: the history it belongs to
 * @generation: the last one published plus one, in the same lifetime; anything
 *		from 1 to S64_MAX for the first view that a node publishes
 * @expected_votes: votes of all configured nodes
 * @quorum: votes needed
 * @members: sorted by nodeid, with the local incarnation among them
 * @departed: every member of the view before that is not in this one by
 *	      (nodeid, incarnation), with the decided reason; at formation also
 *	      each absent configured node, with incarnation 0 and
 *	      VCS_LEAVE_ABSENT
 * @nr_members: length of @members
 * @nr_departed: length of @departed
 */
struct vcs_view_update {
	struct vcs_lifetime lifetime;
	u64 generation;
	u32 expected_votes;
	u32 quorum;
	const struct vcs_member *members;
	const struct vcs_departed *departed;
	u32 nr_members;
	u32 nr_departed;
};

enum vcs_leave_how {
	VCS_LEAVE_HOW_CLEAN,	/* tell the others, wait for their decision */
	VCS_LEAVE_HOW_FAIL,	/* stateful listeners remain: be seen to fail */
};

/**
 * struct vcs_provider_ops - the narrow waist
 * @join: required. Start to join and return at once; the first view with the
 *	  local node means joined, vcs_join_failed() means refused. Process
 *	  context, no core lock held. 0, -EINVAL (an option; said through
 *	  vcs_log()), -ENOMEM, -EADDRINUSE, or what a socket gives; a positive
 *	  number is refused and taken as -EPROTO. Upcalls may come before it
 *	  has returned; none after it has returned an error,
 *	  which ends the cluster, with an eviction if a view had been published
 *	  and stateful listeners registered.
 * @leave: required. End it: drain the upcalls, free what @join made. Bounded
 *	   in time (two seconds). When it has returned, no upcall comes. Called
 *	   exactly once for each @join that returned 0. Process context, no
 *	   core lock held, on a WQ_MEM_RECLAIM worker: a workqueue that it
 *	   flushes is one too.
 * @submit: required with VCS_FEATURE_RECORDS. Deliver @data to every member
 *	    in the one agreed order, the local node included, through
 *	    vcs_deliver_record(). @data is the core's; copy it. 0, -EAGAIN (queue
 *	    full; vcs_submit_ready() will be called), -ENOTCONN, -EMSGSIZE.
 *	    Process context, may sleep, no core lock held.
 * @fenced: required with VCS_FEATURE_FENCE_FIRST. The answer to one
 *	    vcs_provider_fence(), exactly once, unless @leave came first.
 *	    Process context.
 * @show: optional. Detail for administrators, as "key: value" lines, for the
 *	  file vcs/CLUSTER@NAMESPACE in debugfs. Called after @join has returned
 *	  0 and never during or after @leave, by several readers at a time.
 *	  Process context, may sleep, no core lock held. @leave waits for it: be
 *	  quick.
 */
struct vcs_provider_ops {
	int (*join)(struct vcs_cluster *cluster,
		    const struct vcs_join_args *args);
	void (*leave)(struct vcs_cluster *cluster, enum vcs_leave_how how);
	int (*submit)(struct vcs_cluster *cluster, const void *data,
		      size_t len);
	void (*fenced)(struct vcs_cluster *cluster, u64 cookie,
		       enum vcs_fence_result result);
	void (*show)(struct vcs_cluster *cluster, struct seq_file *seq);
};

/**
 * struct vcs_registration - the registry's part of what is found by name
 * @node: on the registry's list while registered
 * @users: who found it and has not put it back
 */
struct vcs_registration {
	struct list_head node;
	unsigned int users;
};

/**
 * struct vcs_provider - a way to decide membership, found by name
 * @name: [a-z0-9_-], up to VCS_NAME_MAX characters; autoloaded by the alias
 *	  "vcs-provider-NAME"
 * @owner: THIS_MODULE
 * @api: VCS_PROVIDER_API
 * @size: sizeof(struct vcs_provider_ops) as the provider was compiled
 * @features: VCS_FEATURE_*
 * @ops: see there
 * @registration: the registry's
 */
struct vcs_provider {
	const char *name;
	struct module *owner;
	u32 api;
	u32 size;
	u32 features;
	const struct vcs_provider_ops *ops;
	struct vcs_registration registration;
};

#define MODULE_ALIAS_VCS_PROVIDER(name) MODULE_ALIAS("vcs-provider-" name)

int vcs_register_provider(struct vcs_provider *provider);
void vcs_unregister_provider(struct vcs_provider *provider);

/* What a provider may ask about its cluster; valid from join to leave. */
const char *vcs_cluster_name(const struct vcs_cluster *cluster);
struct net *vcs_cluster_net(const struct vcs_cluster *cluster);
u64 vcs_cluster_incarnation(const struct vcs_cluster *cluster);
void vcs_cluster_attest(struct vcs_cluster *cluster, struct vcs_attest *attest);
void vcs_set_provider_data(struct vcs_cluster *cluster, void *data);
void *vcs_provider_data(const struct vcs_cluster *cluster);

/* A module option or a boot script joins without any tool. */
int vcs_join_cluster(struct net *net, const char *name, const char *provider,
		     const char *options, const u8 *key);
int vcs_check_name(const char *name);
int vcs_check_options(const char *text, char **rest, char *bad, size_t bad_len);

/* When the machine is about to stop or to sleep. */
int vcs_retire_cluster(struct vcs_cluster *cluster);
bool vcs_cluster_is_stateful(struct vcs_cluster *cluster);

/* Upcalls: process context, may sleep. */
int vcs_publish_view(struct vcs_cluster *cluster,
		     const struct vcs_view_update *update);
int vcs_publish_view_why(struct vcs_cluster *cluster,
			 const struct vcs_view_update *update, const char **why);
int vcs_set_quorate(struct vcs_cluster *cluster,
		    const struct vcs_lifetime *lifetime, u64 generation,
		    bool quorate, const char *reason);
int vcs_deliver_record(struct vcs_cluster *cluster,
		       const struct vcs_lifetime *lifetime, u64 generation,
		       u32 from, const void *data, size_t len);
void vcs_submit_ready(struct vcs_cluster *cluster);
int vcs_provider_fence(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		       u64 cookie);
int vcs_may_join(struct vcs_cluster *cluster, u32 nodeid, bool settled);
void vcs_report_suspect(struct vcs_cluster *cluster, u32 nodeid, bool suspect,
			const char *why);
void vcs_join_failed(struct vcs_cluster *cluster, int error,
		     const char *reason);
void vcs_report_evicted(struct vcs_cluster *cluster,
			enum vcs_leave_reason reason);
void vcs_provider_lost(struct vcs_cluster *cluster, const char *reason);
void vcs_provider_recovered(struct vcs_cluster *cluster);

/* The decision log; any context. */
__printf(5, 6)
void vcs_log(struct vcs_cluster *cluster, enum vcs_log_code code, u32 nodeid,
	     u64 incarnation, const char *fmt, ...);

/**
 * struct vcs_fence_request - one attempt to make a node harmless
 * @list: the method's, while the request is with it
 * @cluster: valid until the attempt is over
 * @nodeid: the target
 * @incarnation: which life; 0 every earlier one
 * @id: unique since vcs.ko was loaded
 * @timeout_ms: after this the core takes the attempt as unknown; @begin may
 *		make it shorter
 * @reason: for people
 */
struct vcs_fence_request {
	struct list_head list;
	struct vcs_cluster *cluster;
	u64 incarnation;
	u64 id;
	u32 nodeid;
	u32 timeout_ms;
	char reason[VCS_REASON_MAX + 1];
};

/**
 * struct vcs_fence_method - a way to fence, found by name
 * @name: as for a provider; autoloaded by the alias "vcs-fence-NAME"
 * @owner: THIS_MODULE
 * @api: VCS_PROVIDER_API
 * @size: sizeof(struct vcs_fence_method) as the method was compiled
 * @begin: required. Start an attempt and return at once: 0, and then exactly
 *	   one vcs_fence_done() unless @cancel came first; or -ESRCH (no agent),
 *	   -EOPNOTSUPP (not for this node), -ENOMEM: this attempt is unknown.
 *	   Process context, no core lock held.
 * @cancel: required. Forget the request: when it has returned, the method
 *	    neither holds nor touches it. Process context.
 * @ready: optional. Could an attempt on this node succeed now? A node where no
 *	   method is ready leaves the fence to others. Absent: yes. Process
 *	   context.
 * @registration: the registry's
 */
struct vcs_fence_method {
	const char *name;
	struct module *owner;
	u32 api;
	u32 size;
	int (*begin)(struct vcs_fence_request *request);
	void (*cancel)(struct vcs_fence_request *request);
	bool (*ready)(struct vcs_cluster *cluster);
	struct vcs_registration registration;
};

#define MODULE_ALIAS_VCS_FENCE(name) MODULE_ALIAS("vcs-fence-" name)

int vcs_register_fence_method(struct vcs_fence_method *method);
void vcs_unregister_fence_method(struct vcs_fence_method *method);
void vcs_fence_done(struct vcs_fence_request *request,
		    enum vcs_fence_result result, const char *text);

#endif /* _LINUX_VCS_PROVIDER_H */
