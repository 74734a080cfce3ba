// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clusters, from the request to join until the provider is at it; and their
 * references, names and states. How they end is in leave.c.
 *
 * Locking: vcs_net.lock guards the list of a namespace; names on it are unique
 * and a cluster that is over (VCS_CLUSTER_LEFT) is taken off under the same
 * hold of the lock that made it so. Everything else under cluster.lock, which
 * join_work drops while it loads a module or calls the provider.
 *
 * join_work owns nothing but its reference while the state is LOADING: the
 * cluster may end without waiting for it, because the module that it waits for
 * may itself wait for the exit of a namespace.
 */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "fence.h"
#include "leave.h"
#include "listener.h"
#include "notify.h"
#include "record.h"
#include "registry.h"
#include "sync.h"
#include "view.h"

bool vcs_name_ok(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strnlen(name, VCS_NAME_MAX + 1);

	return len && len <= VCS_NAME_MAX && strspn(name, letters) == len &&
	       strcmp(name, ".") && strcmp(name, "..");
}

struct vcs_cluster *vcs_cluster_hold(struct vcs_cluster *cluster)
{
	kref_get(&cluster->ref);
	return cluster;
}

static void cluster_free(struct kref *ref)
{
	struct vcs_cluster *cluster =
		container_of(ref, struct vcs_cluster, ref);

	vcs_listeners_destroy(cluster);
	vcs_fence_destroy(cluster);
	vcs_sync_destroy(cluster);
	vcs_outbox_destroy(cluster);
	vcs_log_destroy(cluster);
	vcs_view_put(rcu_dereference_protected(cluster->view, true));
	vcs_view_put(cluster->spare_view);
	bitmap_free(cluster->suspects);
	kvfree(cluster->gone);
	kfree(cluster->join_options);
	kfree_sensitive(cluster->key);
	mutex_destroy(&cluster->lock);
	kfree_rcu(cluster, rcu);
}

/**
 * vcs_cluster_put - give back a reference
 * @cluster: from vcs_cluster_get(), or NULL
 *
 * Context: process context, may sleep.
 */
void vcs_cluster_put(struct vcs_cluster *cluster)
{
	if (cluster)
		kref_put(&cluster->ref, cluster_free);
}
EXPORT_SYMBOL_GPL(vcs_cluster_put);

static struct vcs_cluster *cluster_lookup_locked(struct vcs_net *vn,
						 const char *name)
{
	struct vcs_cluster *cluster;

	lockdep_assert_held(&vn->lock);
	list_for_each_entry(cluster, &vn->clusters, node)
		if (!strcmp(cluster->name, name))
			return cluster;
	return NULL;
}

/**
 * vcs_cluster_get - find a cluster by its name
 * @net: the network namespace; held by the caller
 * @name: its name there
 *
 * It may still be joining, or already be leaving.
 *
 * Context: process context, may sleep.
 * Return: the cluster, to be given back by vcs_cluster_put(), or NULL.
 */
struct vcs_cluster *vcs_cluster_get(struct net *net, const char *name)
{
	struct vcs_net *vn = vcs_net(net);
	struct vcs_cluster *cluster;

	mutex_lock(&vn->lock);
	cluster = cluster_lookup_locked(vn, name);
	if (cluster)
		vcs_cluster_hold(cluster);
	mutex_unlock(&vn->lock);
	return cluster;
}
EXPORT_SYMBOL_GPL(vcs_cluster_get);

/**
 * vcs_cluster_name - the name of a cluster
 * @cluster: held, or between join and leave of its provider
 *
 * Context: any.
 * Return: the name; valid as long as the cluster.
 */
const char *vcs_cluster_name(const struct vcs_cluster *cluster)
{
	return cluster->name;
}
EXPORT_SYMBOL_GPL(vcs_cluster_name);

/**
 * vcs_cluster_net - the network namespace of a cluster
 * @cluster: between join and leave of its provider
 *
 * Context: any.
 * Return: the namespace, without a reference; it outlives the provider's leave.
 */
struct net *vcs_cluster_net(const struct vcs_cluster *cluster)
{
	return read_pnet(&cluster->net);
}
EXPORT_SYMBOL_GPL(vcs_cluster_net);

/**
 * vcs_cluster_incarnation - the name of this life of the local node
 * @cluster: held, or between join and leave of its provider
 *
 * Context: any.
 * Return: drawn at random for this join; never 0.
 */
u64 vcs_cluster_incarnation(const struct vcs_cluster *cluster)
{
	return cluster->incarnation;
}
EXPORT_SYMBOL_GPL(vcs_cluster_incarnation);

/**
 * vcs_set_provider_data - what the provider keeps for a cluster
 * @cluster: being joined
 * @data: the provider's; set in join, before the first upcall
 *
 * Context: any.
 */
void vcs_set_provider_data(struct vcs_cluster *cluster, void *data)
{
	cluster->provider_data = data;
}
EXPORT_SYMBOL_GPL(vcs_set_provider_data);

/**
 * vcs_provider_data - what vcs_set_provider_data() was given
 * @cluster: between join and leave of its provider
 *
 * Context: any.
 * Return: the provider's; NULL when it was given nothing.
 */
void *vcs_provider_data(const struct vcs_cluster *cluster)
{
	return cluster->provider_data;
}
EXPORT_SYMBOL_GPL(vcs_provider_data);

void vcs_cluster_set_state_locked(struct vcs_cluster *cluster,
				  enum vcs_cluster_state state, int error,
				  const char *reason)
{
	lockdep_assert_held(&cluster->lock);
	cluster->state = state;
	cluster->error = error;
	if (reason != cluster->state_reason)
		strscpy(cluster->state_reason, reason ? reason : "",
			sizeof(cluster->state_reason));
	vcs_log(cluster, VCS_LOG_STATE, 0, 0, "%s%s%s", vcs_state_str(state),
		*cluster->state_reason ? ": " : "", cluster->state_reason);
	vcs_event_state(cluster);
	vcs_sysfs_refresh(cluster);
}

/* The provider is there: call it, unless the cluster has ended meanwhile. */
static bool join_begin(struct vcs_cluster *cluster,
		       struct vcs_provider *provider)
{
	bool go;

	mutex_lock(&cluster->lock);
	go = cluster->state == VCS_CLUSTER_LOADING;
	if (go && !provider) {
		vcs_cluster_end_locked(cluster, VCS_LEAVE_HOW_CLEAN, -ENOENT,
				       "no such provider");
		go = false;
	} else if (go) {
		cluster->provider = provider;
		cluster->joining = true;
		vcs_cluster_set_state_locked(cluster, VCS_CLUSTER_JOINING, 0,
					     NULL);
	}
	mutex_unlock(&cluster->lock);
	return go;
}

static void join_end(struct vcs_cluster *cluster, int err)
{
	mutex_lock(&cluster->lock);
	cluster->joining = false;
	cluster->provider_joined = !err;
	if (cluster->leaving)
		vcs_cluster_queue_leave(cluster);
	else if (err)
		vcs_cluster_end_locked(cluster, VCS_LEAVE_HOW_CLEAN, err,
				       "the provider refused to join");
	mutex_unlock(&cluster->lock);
}

static int call_join(struct vcs_cluster *cluster,
		     const struct vcs_join_args *args)
{
	int err = cluster->provider->ops->join(cluster, args);

	if (err <= 0)
		return err;
	vcs_log(cluster, VCS_LOG_REFUSED, 0, 0,
		"join: %d is no answer of a provider (%d)", err, -EPROTO);
	return -EPROTO;
}

/*
 * Methods come and go with their modules, so one that is not there is no error;
 * but a wrong name would show itself only at the first fence. May load modules.
 */
static void check_methods(struct vcs_cluster *cluster)
{
	const struct vcs_options *options = &cluster->options;
	struct vcs_fence_method *method;
	u32 i;

	for (i = 0; i < options->nr_methods; i++) {
		method = vcs_fence_method_find(options->methods[i],
					       cluster->may_load);
		vcs_fence_method_put(method);
		if (method)
			continue;
		pr_warn_ratelimited("vcs: %s: there is no fence method \"%s\": nothing can be fenced with it until its module is loaded\n",
				    cluster->name, options->methods[i]);
		vcs_log(cluster, VCS_LOG_JOIN, 0, 0,
			"there is no fence method \"%s\": nothing can be fenced with it until its module is loaded",
			options->methods[i]);
	}
}

static void join_work(struct work_struct *work)
{
	struct vcs_cluster *cluster =
		container_of(work, struct vcs_cluster, join_work);
	struct vcs_join_args args = {
		.options = cluster->join_options,
		.key = cluster->key,
	};
	struct vcs_provider *provider;
	int err;

	provider = vcs_provider_find(cluster->provider_name, cluster->may_load);
	if (provider)
		check_methods(cluster);
	if (join_begin(cluster, provider)) {
		provider = NULL;
		err = call_join(cluster, &args);
		/* Leave waits for join_end(). */
		if (!err)
			vcs_debug_add(cluster);
		join_end(cluster, err);
	}
	kfree_sensitive(cluster->key);
	cluster->key = NULL;
	vcs_provider_put(provider);
	vcs_cluster_put(cluster);
}

/* All parts, or none: the last put frees what there is. */
static int cluster_setup_parts(struct vcs_cluster *cluster)
{
	int err;

	cluster->suspects = bitmap_zalloc(VCS_MEMBERS_MAX, GFP_KERNEL);
	cluster->gone = kvcalloc(VCS_GONE_MAX, sizeof(*cluster->gone),
				 GFP_KERNEL);
	if (!cluster->suspects || !cluster->gone)
		return -ENOMEM;
	err = vcs_log_setup(cluster);
	if (!err)
		err = vcs_listeners_setup(cluster);
	if (!err)
		err = vcs_fence_setup(cluster);
	if (!err)
		err = vcs_sync_setup(cluster);
	if (!err)
		err = vcs_outbox_setup(cluster);
	if (!err)
		err = vcs_view_reserve(cluster, 0);
	return err;
}

static struct vcs_cluster *cluster_alloc(struct net *net, const char *name,
					 const char *provider)
{
	struct vcs_cluster *cluster = kzalloc(sizeof(*cluster), GFP_KERNEL);

	if (!cluster)
		return NULL;
	kref_init(&cluster->ref);
	vcs_sysfs_cluster_init(cluster);
	mutex_init(&cluster->lock);
	INIT_LIST_HEAD(&cluster->node);
	INIT_LIST_HEAD(&cluster->undrained);
	INIT_WORK(&cluster->join_work, join_work);
	INIT_WORK(&cluster->leave_work, vcs_cluster_leave_work);
	strscpy(cluster->name, name, sizeof(cluster->name));
	strscpy(cluster->provider_name, provider,
		sizeof(cluster->provider_name));
	write_pnet(&cluster->net, net);
	cluster->state = VCS_CLUSTER_LOADING;
	cluster->may_load = capable(CAP_NET_ADMIN);
	do {
		cluster->incarnation = get_random_u64();
	} while (!cluster->incarnation);
	return cluster;
}

static int check_eviction(struct vcs_cluster *cluster, bool sys_boot, char *bad,
			  size_t bad_len)
{
	if (cluster->options.on_eviction == VCS_ON_EVICTION_FREEZE ||
	    vcs_may_end_machine(read_pnet(&cluster->net), sys_boot))
		return 0;
	if (bad_len)
		strscpy(bad, "on_eviction", bad_len);
	return -EINVAL;
}

static int cluster_configure(struct vcs_cluster *cluster,
			     const struct vcs_join_request *request, char *bad,
			     size_t bad_len)
{
	int err;

	err = vcs_options_parse(&cluster->options, request->options,
				&cluster->join_options, bad, bad_len);
	if (err)
		return err;
	err = check_eviction(cluster, request->sys_boot, bad, bad_len);
	if (err)
		return err;
	if (request->key) {
		cluster->key = kmemdup(request->key, VCS_KEY_LEN, GFP_KERNEL);
		if (!cluster->key)
			return -ENOMEM;
	}
	return cluster_setup_parts(cluster);
}

/* From here on the cluster is seen, pins this module, and will end by itself. */
static int cluster_announce_locked(struct vcs_net *vn,
				   struct vcs_cluster *cluster)
{
	struct vcs_cluster *other;
	int err;

	lockdep_assert_held(&vn->lock);
	if (vn->dead)
		return -ESHUTDOWN;
	other = cluster_lookup_locked(vn, cluster->name);
	if (other)
		return READ_ONCE(other->state) == VCS_CLUSTER_EVICTED ?
			-EBUSY : -EEXIST;
	if (!try_module_get(THIS_MODULE))
		return -ESHUTDOWN;
	err = vcs_sysfs_cluster_add(cluster);
	if (err) {
		module_put(THIS_MODULE);
		return err;
	}
	list_add_tail(&vcs_cluster_hold(cluster)->node, &vn->clusters);
	vcs_cluster_hold(cluster);
	queue_work(vcs_wq, &cluster->join_work);
	return 0;
}

int vcs_cluster_join(struct net *net, const struct vcs_join_request *request,
		     char *bad, size_t bad_len)
{
	const char *provider = request->provider, *name = request->name;
	struct vcs_net *vn = vcs_net(net);
	struct vcs_cluster *cluster;
	int err;

	if (bad_len)
		*bad = '\0';
	if (vcs_check_name(name) || !vcs_name_ok(provider))
		return -EINVAL;
	cluster = cluster_alloc(net, name, provider);
	if (!cluster)
		return -ENOMEM;
	err = cluster_configure(cluster, request, bad, bad_len);
	if (!err) {
		vcs_log(cluster, VCS_LOG_JOIN, 0, cluster->incarnation,
			"join through %s", provider);
		mutex_lock(&vn->lock);
		err = cluster_announce_locked(vn, cluster);
		mutex_unlock(&vn->lock);
	}
	if (err)
		vcs_sysfs_cluster_del(cluster);
	vcs_cluster_put(cluster);
	return err;
}

/**
 * vcs_join_cluster - make this node join a cluster
 * @net: the network namespace; held by the caller
 * @name: of the cluster: [A-Za-z0-9._-], not "providers"
 * @provider: who shall run it; loaded when needed, if the caller has
 *	      CAP_NET_ADMIN in the initial user namespace
 * @options: comma-separated words, the core's and the provider's; may be NULL
 * @key: VCS_KEY_LEN secret bytes, copied; may be NULL
 *
 * Accepts the request; the outcome is an event and the state of the cluster.
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL a name or an option is not right; -EEXIST the name is in
 * use; -EBUSY stateful listeners of an earlier life have not let go;
 * -ESHUTDOWN the namespace goes away; -ENOMEM, or what sysfs gives.
 */
int vcs_join_cluster(struct net *net, const char *name, const char *provider,
		     const char *options, const u8 *key)
{
	struct vcs_join_request request = {
		.name = name,
		.provider = provider,
		.options = options,
		.key = key,
		.sys_boot = capable(CAP_SYS_BOOT),
	};

	return vcs_cluster_join(net, &request, NULL, 0);
}
EXPORT_SYMBOL_GPL(vcs_join_cluster);
