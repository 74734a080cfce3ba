// SPDX-License-Identifier: GPL-2.0-only
/*
 * How clusters end: clean leave, forced leave, failed join, eviction, giving
 * up, exit of the namespace.
 *
 * All take the same way. vcs_cluster_end_locked() closes the cluster for
 * upcalls and new listeners, in one step with the veto of stateful listeners.
 * leave_work ends what the core has under way, calls the provider's leave and
 * gives the provider back; then, as soon as no stateful listener is left, the
 * cluster is over: LEFT, off the list, out of sysfs. With stateful listeners
 * the provider leaves first, so that the others see this node fail, and the
 * name stays taken until they have let go.
 *
 * Locking: flags and states under cluster.lock, the list under vcs_net.lock,
 * which is taken first. The provider is called with neither. leave_work never
 * runs twice at a time, and has a workqueue of its own, because it waits for
 * work on the others; provider, provider_joined and leave_how do not change
 * once the end has begun and the join has returned.
 */
#include <kunit/visibility.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/reboot.h>
#include <linux/wait_bit.h>

#include "fence.h"
#include "leave.h"
#include "listener.h"
#include "notify.h"
#include "record.h"
#include "registry.h"

void vcs_cluster_queue_leave(struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	vcs_cluster_hold(cluster);
	if (!queue_work(vcs_leave_wq, &cluster->leave_work))
		vcs_cluster_put(cluster);
}

static void say_end_locked(const struct vcs_cluster *cluster, int error,
			   const char *reason)
{
	bool joining = cluster->state == VCS_CLUSTER_LOADING ||
		       cluster->state == VCS_CLUSTER_JOINING;

	if (!error)
		pr_notice_ratelimited("vcs: %s: leaves cleanly\n",
				      cluster->name);
	else
		pr_warn_ratelimited("vcs: %s: %s: %s (%d)\n", cluster->name,
				    joining ? "could not join" :
					      "out of the cluster",
				    reason ?: "no reason given", error);
}

void vcs_cluster_end_locked(struct vcs_cluster *cluster,
			    enum vcs_leave_how how, int error,
			    const char *reason)
{
	bool stateful = vcs_listeners_stateful_locked(cluster);

	lockdep_assert_held(&cluster->lock);
	if (cluster->leaving)
		return;
	say_end_locked(cluster, error, reason);
	cluster->leaving = true;
	cluster->upcalls_closed = true;
	cluster->leave_how = stateful ? VCS_LEAVE_HOW_FAIL : how;
	WRITE_ONCE(cluster->quorate, false);
	if (stateful)
		vcs_attest_undrained(cluster);
	vcs_cluster_set_state_locked(cluster, stateful ? VCS_CLUSTER_EVICTED :
							 VCS_CLUSTER_LEAVING,
				     error, reason);
	if (stateful)
		vcs_listeners_end_locked(cluster);
	else
		vcs_listeners_hold_locked(cluster);
	/* A join under way sees that it is over when it returns. */
	if (!cluster->joining)
		vcs_cluster_queue_leave(cluster);
}

int vcs_cluster_leave(struct vcs_cluster *cluster, bool force)
{
	u32 stateful;
	int err = 0;

	mutex_lock(&cluster->lock);
	stateful = vcs_listeners_stateful_locked(cluster);
	if (cluster->leaving) {
		err = stateful ? -EBUSY : -ESHUTDOWN;
	} else if (stateful && !force) {
		err = vcs_listeners_recovering_locked(cluster) ? -EAGAIN :
								 -EBUSY;
	} else if (stateful) {
		vcs_log(cluster, VCS_LOG_LEAVE, 0, 0,
			"forced, with %u stateful listeners", stateful);
		vcs_cluster_end_locked(cluster, VCS_LEAVE_HOW_FAIL, -ECANCELED,
				       "forced leave");
	} else {
		vcs_log(cluster, VCS_LOG_LEAVE, 0, 0, "asked for");
		vcs_cluster_end_locked(cluster, VCS_LEAVE_HOW_CLEAN, 0,
				       "leave");
	}
	mutex_unlock(&cluster->lock);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_cluster_leave);

static void end_machine(enum vcs_on_eviction policy, const char *cluster)
{
	if (policy == VCS_ON_EVICTION_PANIC)
		panic("vcs: evicted from cluster %s\n", cluster);
	pr_emerg("vcs: evicted from cluster %s: restarting\n", cluster);
	emergency_restart();
}

VISIBLE_IF_KUNIT typeof(end_machine) *vcs_end_machine = end_machine;
EXPORT_SYMBOL_IF_KUNIT(vcs_end_machine);

bool vcs_may_end_machine(const struct net *net, bool sys_boot)
{
	return net_eq(net, &init_net) && sys_boot;
}
EXPORT_SYMBOL_IF_KUNIT(vcs_may_end_machine);

void vcs_cluster_evict_locked(struct vcs_cluster *cluster, const char *why)
{
	u32 stateful;

	lockdep_assert_held(&cluster->lock);
	if (cluster->leaving)
		return;
	stateful = vcs_listeners_stateful_locked(cluster);
	vcs_log(cluster, VCS_LOG_EVICTED, cluster->local_nodeid,
		cluster->incarnation, "%s, with %u stateful listeners", why,
		stateful);
	vcs_cluster_end_locked(cluster, VCS_LEAVE_HOW_FAIL, -ECANCELED, why);
	/* Only what the administrator of the machine chose when joining. */
	if (stateful && cluster->options.on_eviction != VCS_ON_EVICTION_FREEZE)
		vcs_end_machine(cluster->options.on_eviction, cluster->name);
}

void vcs_cluster_give_up_locked(struct vcs_cluster *cluster, const char *why)
{
	vcs_cluster_evict_locked(cluster, why);
}

void vcs_cluster_listeners_gone_locked(struct vcs_cluster *cluster)
{
	lockdep_assert_held(&cluster->lock);
	vcs_attest_drained(cluster);
	if (cluster->leaving && cluster->state != VCS_CLUSTER_LEFT &&
	    !cluster->joining)
		vcs_cluster_queue_leave(cluster);
}

static void call_leave(struct vcs_cluster *cluster)
{
	struct vcs_provider *provider;
	bool joined;

	mutex_lock(&cluster->lock);
	provider = cluster->provider;
	joined = cluster->provider_joined;
	mutex_unlock(&cluster->lock);

	vcs_fence_shutdown(cluster);
	vcs_outbox_shutdown(cluster);
	if (joined) {
		vcs_debug_del(cluster);
		provider->ops->leave(cluster, cluster->leave_how);
	}

	mutex_lock(&cluster->lock);
	cluster->provider = NULL;
	cluster->provider_joined = false;
	mutex_unlock(&cluster->lock);
	vcs_provider_put(provider);
}

/* False: stateful listeners have not let go, or it is over already. */
static bool set_left(struct vcs_cluster *cluster, bool orphan)
{
	bool left;

	mutex_lock(&cluster->lock);
	left = cluster->state != VCS_CLUSTER_LEFT &&
	       (orphan || !vcs_listeners_stateful_locked(cluster));
	if (left) {
		vcs_cluster_set_state_locked(cluster, VCS_CLUSTER_LEFT,
					     cluster->error,
					     cluster->state_reason);
		vcs_listeners_end_locked(cluster);
	}
	mutex_unlock(&cluster->lock);
	return left;
}

/* Who joins after the event of LEFT waits for the lock and finds nothing. */
static void cluster_over(struct vcs_net *vn, struct vcs_cluster *cluster,
			 bool orphan)
{
	bool left;

	mutex_lock(&vn->lock);
	left = set_left(cluster, orphan);
	if (left) {
		vcs_listeners_shutdown(cluster);
		vcs_sysfs_cluster_del(cluster);
		list_del_init(&cluster->node);
		mutex_lock(&cluster->lock);
		write_pnet(&cluster->net, NULL);
		mutex_unlock(&cluster->lock);
	}
	mutex_unlock(&vn->lock);
	if (!left)
		return;
	module_put(THIS_MODULE);
	vcs_cluster_put(cluster);
}

void vcs_cluster_leave_work(struct work_struct *work)
{
	struct vcs_cluster *cluster =
		container_of(work, struct vcs_cluster, leave_work);
	struct vcs_net *vn = NULL;

	mutex_lock(&cluster->lock);
	if (cluster->state != VCS_CLUSTER_LEFT) {
		vn = vcs_net(read_pnet(&cluster->net));
		atomic_inc(&vn->leaving);
	}
	mutex_unlock(&cluster->lock);
	/* The exit of the namespace waits for this work. */
	if (vn) {
		call_leave(cluster);
		cluster_over(vn, cluster, false);
		/* Of what is gone after the last only the address is used. */
		if (atomic_dec_and_test(&vn->leaving))
			wake_up_var(&vn->leaving);
	}
	vcs_cluster_put(cluster);
}

void vcs_clusters_net_pre_exit(struct vcs_net *vn)
{
	struct vcs_cluster *cluster;

	mutex_lock(&vn->lock);
	vn->dead = true;
	list_for_each_entry(cluster, &vn->clusters, node) {
		mutex_lock(&cluster->lock);
		vcs_cluster_end_locked(cluster, VCS_LEAVE_HOW_CLEAN, -ENETDOWN,
				       "the network namespace goes away");
		mutex_unlock(&cluster->lock);
	}
	mutex_unlock(&vn->lock);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_clusters_net_pre_exit);

static struct vcs_cluster *first_cluster(struct vcs_net *vn)
{
	struct vcs_cluster *cluster;

	mutex_lock(&vn->lock);
	cluster = list_first_entry_or_null(&vn->clusters, struct vcs_cluster,
					   node);
	if (cluster)
		vcs_cluster_hold(cluster);
	mutex_unlock(&vn->lock);
	return cluster;
}

/*
 * A join that still waits for a module is left to itself; one that has reached
 * the provider is waited for, and so is the leave that it ends in.
 */
void vcs_clusters_net_exit(struct vcs_net *vn)
{
	struct vcs_cluster *cluster;
	bool joining;

	while ((cluster = first_cluster(vn))) {
		mutex_lock(&cluster->lock);
		joining = cluster->joining;
		mutex_unlock(&cluster->lock);
		if (joining)
			flush_work(&cluster->join_work);
		flush_work(&cluster->leave_work);
		cluster_over(vn, cluster, true);
		vcs_cluster_put(cluster);
	}
	/* Who took the last one off the list may still be unlocking vn->lock. */
	wait_var_event(&vn->leaving, !atomic_read(&vn->leaving));
}
EXPORT_SYMBOL_IF_KUNIT(vcs_clusters_net_exit);
