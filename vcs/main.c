// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module and its network namespaces: what is there before the first
 * cluster and after the last.
 *
 * A namespace is a pernet *device*, so that its exit comes before that of the
 * network devices and a provider can still say goodbye through them. Every
 * cluster on a list holds this module, so it cannot unload while joined. Work
 * that outlives its cluster ends with the workqueues.
 */
#include <kunit/visibility.h>
#include <linux/module.h>
#include <linux/random.h>
#include <net/netns/generic.h>

#include "fence.h"
#include "leave.h"
#include "notify.h"
#include "phase.h"

u64 vcs_load_id;
struct workqueue_struct *vcs_wq;
struct workqueue_struct *vcs_call_wq;
struct workqueue_struct *vcs_leave_wq;

static unsigned int vcs_net_id;

struct vcs_net *vcs_net(struct net *net)
{
	return net_generic(net, vcs_net_id);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_net);

static int __net_init vcs_net_init(struct net *net)
{
	struct vcs_net *vn = vcs_net(net);

	mutex_init(&vn->lock);
	mutex_init(&vn->event_lock);
	INIT_LIST_HEAD(&vn->clusters);
	return vcs_sysfs_net_add(net);
}

static void __net_exit vcs_net_pre_exit(struct net *net)
{
	vcs_clusters_net_pre_exit(vcs_net(net));
}

static void __net_exit vcs_net_exit(struct net *net)
{
	vcs_clusters_net_exit(vcs_net(net));
	vcs_sysfs_net_del(net);
}

static struct pernet_operations vcs_net_ops = {
	.init = vcs_net_init,
	.pre_exit = vcs_net_pre_exit,
	.exit = vcs_net_exit,
	.id = &vcs_net_id,
	.size = sizeof(struct vcs_net),
};

/* In this order: what runs on one waits only for those before it. */
static const struct {
	struct workqueue_struct **wq;
	const char *name;
} queues[] = {
	{ &vcs_call_wq,		"vcs_listeners" },
	{ &vcs_wq,		"vcs" },
	{ &vcs_leave_wq,	"vcs_leave" },
};

static void queues_stop(void)
{
	int i;

	for (i = ARRAY_SIZE(queues) - 1; i >= 0; i--)
		if (*queues[i].wq)
			destroy_workqueue(*queues[i].wq);
}

static int __init queues_start(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		*queues[i].wq = alloc_workqueue("%s",
						WQ_UNBOUND | WQ_MEM_RECLAIM, 0,
						queues[i].name);
		if (!*queues[i].wq) {
			queues_stop();
			return -ENOMEM;
		}
	}
	return 0;
}

static int __init vcs_module_init(void)
{
	int err;

	do {
		vcs_load_id = get_random_u64();
	} while (!vcs_load_id);
	err = queues_start();
	if (err)
		return err;
	err = vcs_sysfs_start();
	if (err)
		goto stop_queues;
	vcs_debug_start();
	err = register_pernet_device(&vcs_net_ops);
	if (err)
		goto stop_debug;
	err = vcs_fence_methods_start();
	if (err)
		goto unregister_pernet;
	err = vcs_netlink_start();
	if (err)
		goto stop_methods;
	return 0;

stop_methods:
	vcs_fence_methods_stop();
unregister_pernet:
	unregister_pernet_device(&vcs_net_ops);
stop_debug:
	vcs_debug_stop();
	vcs_sysfs_stop();
stop_queues:
	queues_stop();
	return err;
}

static void __exit vcs_module_exit(void)
{
	vcs_netlink_stop();
	vcs_fence_methods_stop();
	unregister_pernet_device(&vcs_net_ops);
	vcs_debug_stop();
	vcs_sysfs_stop();
	queues_stop();
	rcu_barrier();
}

module_init(vcs_module_init);
module_exit(vcs_module_exit);
MODULE_DESCRIPTION("Virtual Cluster Switch");
MODULE_LICENSE("GPL");
