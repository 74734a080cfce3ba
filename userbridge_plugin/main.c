// SPDX-License-Identifier: GPL-2.0-only
/*
 * The provider "userbridge": its ops, and the module. Nothing here waits for a
 * daemon, except leave, for less than two seconds, and a reboot, for one.
 *
 * The netlink family is registered before the provider, so that a daemon finds
 * it as soon as there can be a cluster; the module is loaded from a work item
 * of the core, never from a netlink handler.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/seq_file.h>
#include <linux/suspend.h>

#include "bridge.h"

struct workqueue_struct *ub_wq;

static int bridge_join(struct vcs_cluster *cluster,
		       const struct vcs_join_args *args)
{
	if (args->key) {
		vcs_join_failed(cluster, -EINVAL,
				"no key is wanted: the daemon keeps its own");
		return -EINVAL;
	}
	return ub_bridge_start(cluster, args->options);
}

static void bridge_leave(struct vcs_cluster *cluster, enum vcs_leave_how how)
{
	ub_bridge_stop(vcs_provider_data(cluster), how);
}

static int bridge_submit(struct vcs_cluster *cluster, const void *data,
			 size_t len)
{
	struct ub_bridge *bridge = vcs_provider_data(cluster);
	int err;

	mutex_lock(&bridge->lock);
	err = ub_submit(&bridge->state, data, len);
	ub_flush_locked(bridge);
	mutex_unlock(&bridge->lock);
	return err;
}

static void bridge_fenced(struct vcs_cluster *cluster, u64 cookie,
			  enum vcs_fence_result result)
{
	struct ub_bridge *bridge = vcs_provider_data(cluster);

	mutex_lock(&bridge->lock);
	ub_fence_result(&bridge->state, cookie, result);
	ub_flush_locked(bridge);
	mutex_unlock(&bridge->lock);
}

static void bridge_show(struct vcs_cluster *cluster, struct seq_file *seq)
{
	struct ub_bridge *bridge = vcs_provider_data(cluster);
	const struct ub_state *state = &bridge->state;
	u64 now = ub_now_ms();

	mutex_lock(&bridge->lock);
	seq_printf(seq, "owner: %u\n", bridge->portid);
	seq_printf(seq, "deadline_ms: %u\n", state->deadline_ms);
	seq_printf(seq, "frozen: %d\n", state->frozen);
	seq_printf(seq, "grace_left_ms: %llu\n", ub_grace_left(state, now));
	seq_printf(seq, "position: %llu\n", state->position);
	seq_printf(seq, "pending: %u\n", ub_pending(state));
	mutex_unlock(&bridge->lock);
}

static const struct vcs_provider_ops bridge_ops = {
	.join = bridge_join,
	.leave = bridge_leave,
	.submit = bridge_submit,
	.fenced = bridge_fenced,
	.show = bridge_show,
};

static struct vcs_provider bridge_provider = {
	.name = "userbridge",
	.owner = THIS_MODULE,
	.api = VCS_PROVIDER_API,
	.size = sizeof(bridge_ops),
	.features = VCS_FEATURE_RECORDS | VCS_FEATURE_FENCE_FIRST,
	.ops = &bridge_ops,
};

static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		ub_bridges_release(notify->net);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = netlink_event,
};

static int bridge_reboot(struct notifier_block *nb, unsigned long action,
			 void *data)
{
	ub_bridges_retire();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_notifier = {
	.notifier_call = bridge_reboot,
	.priority = INT_MAX,	/* before the network goes down */
};

/* Who sleeps is fenced by the others; refuse while that would cost I/O. */
static int bridge_suspend(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	/* With a restore another kernel takes the place of this one. */
	if (action != PM_SUSPEND_PREPARE && action != PM_HIBERNATION_PREPARE &&
	    action != PM_RESTORE_PREPARE)
		return NOTIFY_DONE;
	return notifier_from_errno(ub_bridges_stateful() ? -EBUSY : 0);
}

static struct notifier_block suspend_notifier = {
	.notifier_call = bridge_suspend,
};

static int __init userbridge_init(void)
{
	int err;

	ub_wq = alloc_workqueue("vcs_userbridge",
				WQ_UNBOUND | WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	if (!ub_wq)
		return -ENOMEM;
	err = netlink_register_notifier(&netlink_notifier);
	if (err)
		goto destroy_wq;
	err = register_pm_notifier(&suspend_notifier);
	if (err)
		goto unregister_notifier;
	err = register_reboot_notifier(&reboot_notifier);
	if (err)
		goto unregister_pm;
	err = genl_register_family(&ub_genl_family);
	if (err)
		goto unregister_reboot;
	err = vcs_register_provider(&bridge_provider);
	if (err)
		goto unregister_family;
	return 0;

unregister_family:
	genl_unregister_family(&ub_genl_family);
unregister_reboot:
	unregister_reboot_notifier(&reboot_notifier);
unregister_pm:
	unregister_pm_notifier(&suspend_notifier);
unregister_notifier:
	netlink_unregister_notifier(&netlink_notifier);
destroy_wq:
	destroy_workqueue(ub_wq);
	return err;
}

static void __exit userbridge_exit(void)
{
	/* No cluster is left: each one held a reference on this module. */
	vcs_unregister_provider(&bridge_provider);
	genl_unregister_family(&ub_genl_family);
	unregister_reboot_notifier(&reboot_notifier);
	unregister_pm_notifier(&suspend_notifier);
	netlink_unregister_notifier(&netlink_notifier);
	destroy_workqueue(ub_wq);
}

module_init(userbridge_init);
module_exit(userbridge_exit);
MODULE_DESCRIPTION("Virtual Cluster Switch: membership decided in user space");
MODULE_LICENSE("GPL");
MODULE_ALIAS_VCS_PROVIDER("userbridge");
MODULE_ALIAS_GENL_FAMILY(VCS_UB_GENL_NAME);
