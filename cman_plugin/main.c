// SPDX-License-Identifier: GPL-2.0-only
/*
 * The in-kernel provider "cman": its ops, and what the machine tells it.
 *
 * Locking: instances_lock guards the list of instances, and keeps each on it
 * alive; it is taken in process context only and may be held while the core is
 * called, which never calls back with it needed. An instance is on the list
 * from the end of its join to the beginning of its leave.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/wait.h>

#include "engine.h"
#include "liveness.h"
#include "shell.h"

#define LEAVE_TIMEOUT_MS	1800
#define REBOOT_TIMEOUT_MS	1000

struct workqueue_struct *cman_wq;

static DEFINE_MUTEX(instances_lock);
static LIST_HEAD(instances);
static atomic_t nr_retiring;
static DECLARE_WAIT_QUEUE_HEAD(retired);

/* Says why, where the administrator looks for it. */
__printf(3, 4)
static int refuse_join(struct vcs_cluster *cluster, int err, const char *fmt, ...)
{
	char why[VCS_REASON_MAX + 1];
	va_list args;

	va_start(args, fmt);
	vscnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	vcs_join_failed(cluster, err, why);
	return err;
}

static int get_key(struct vcs_cluster *cluster, const struct cman_join *join,
		   const struct vcs_join_args *args, struct cman_key *key)
{
	int err = 0;

	if (join->no_auth) {
		*key = cman_no_key;
		vcs_log(cluster, VCS_LOG_PROVIDER, 0, 0,
			"auth=none: whoever can send packets can pose as a node");
		return 0;
	}
	if (args->key)
		memcpy(key->bytes, args->key, sizeof(key->bytes));
	else
		err = cman_key_load(vcs_cluster_name(cluster), key);
	if (!err && !cman_key_is_usable(key))
		err = -EINVAL;
	if (!err)
		return 0;
	return refuse_join(cluster, err == -ENOENT ? -ENOKEY : err,
			   "no key: vcsctl join -K FILE, or a file /lib/firmware/vcs/%s.key, or auth=none",
			   vcs_cluster_name(cluster));
}

static int refuse_start(struct vcs_cluster *cluster,
			const struct cman_join *join, int err)
{
	switch (err) {
	case -EADDRINUSE:
		return refuse_join(cluster, err,
				   "UDP port %u is in use: choose another by port=",
				   join->port);
	case -EADDRNOTAVAIL:
		return refuse_join(cluster, err,
				   "bind= is no address of this machine: write one that is, or leave it out");
	case -EAFNOSUPPORT:
	case -EPFNOSUPPORT:
		return refuse_join(cluster, err,
				   "this kernel has no IPv6, or no IPv4, of which there is an address in peers= or bind=");
	default:
		return refuse_join(cluster, err, "cannot start on UDP port %u",
				   join->port);
	}
}

static int start_engine(struct vcs_cluster *cluster,
			const struct cman_join *join,
			const struct vcs_join_args *args)
{
	struct cman_engine *engine;
	struct cman_key key;
	const char *why = NULL;
	int err;

	err = get_key(cluster, join, args, &key);
	if (err)
		return err;
	engine = cman_engine_new(cluster, join, &key, &why);
	cman_key_wipe(&key);
	if (IS_ERR(engine))
		return refuse_join(cluster, PTR_ERR(engine), "%s",
				   why ?: "no memory");
	vcs_set_provider_data(cluster, engine);
	err = cman_engine_start(engine, join);
	if (err) {
		cman_engine_stop(engine);
		vcs_set_provider_data(cluster, NULL);
		cman_engine_free(engine);
		return refuse_start(cluster, join, err);
	}
	mutex_lock(&instances_lock);
	list_add_tail(&engine->node, &instances);
	mutex_unlock(&instances_lock);
	return 0;
}

static int cman_join(struct vcs_cluster *cluster,
		     const struct vcs_join_args *args)
{
	char why[VCS_TEXT_MAX + 1];
	struct cman_join *join;
	int err;

	join = kzalloc(sizeof(*join), GFP_KERNEL);
	if (!join)
		return -ENOMEM;
	err = cman_join_parse(join, args->options, why, sizeof(why));
	if (err == -EINVAL)
		refuse_join(cluster, err, "%s", why);
	/* Nonces must never meet again, not even those of an early boot. */
	if (!err)
		err = wait_for_random_bytes();
	if (!err)
		err = start_engine(cluster, join, args);
	kfree(join);
	return err;
}

static void cman_leave(struct vcs_cluster *cluster, enum vcs_leave_how how)
{
	struct cman_engine *engine = vcs_provider_data(cluster);
	bool retiring;

	mutex_lock(&instances_lock);
	list_del(&engine->node);
	retiring = engine->retiring;
	mutex_unlock(&instances_lock);

	if (how == VCS_LEAVE_HOW_CLEAN)
		cman_engine_leave(engine, LEAVE_TIMEOUT_MS);
	cman_engine_stop(engine);
	cman_engine_free(engine);
	if (retiring && atomic_dec_and_test(&nr_retiring))
		wake_up_all(&retired);
}

static int cman_submit(struct vcs_cluster *cluster, const void *data,
		       size_t len)
{
	return cman_engine_submit(vcs_provider_data(cluster), data, len);
}

static void cman_fenced(struct vcs_cluster *cluster, u64 cookie,
			enum vcs_fence_result result)
{
	cman_engine_fenced(vcs_provider_data(cluster), cookie,
			   result == VCS_FENCE_SUCCESS);
}

static void cman_show(struct vcs_cluster *cluster, struct seq_file *seq)
{
	cman_engine_show(vcs_provider_data(cluster), seq);
}

static const struct vcs_provider_ops cman_ops = {
	.join = cman_join,
	.leave = cman_leave,
	.submit = cman_submit,
	.fenced = cman_fenced,
	.show = cman_show,
};

static struct vcs_provider cman_provider = {
	.name = "cman",
	.owner = THIS_MODULE,
	.api = VCS_PROVIDER_API,
	.size = sizeof(cman_ops),
	.features = VCS_FEATURE_RECORDS | VCS_FEATURE_FENCE_FIRST,
	.ops = &cman_ops,
};

/* Say goodbye where nobody's I/O is at stake; elsewhere be seen to fail. */
static int cman_reboot(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	struct cman_engine *engine;

	mutex_lock(&instances_lock);
	list_for_each_entry(engine, &instances, node) {
		if (engine->retiring || vcs_retire_cluster(engine->cluster))
			continue;
		engine->retiring = true;
		atomic_inc(&nr_retiring);
	}
	mutex_unlock(&instances_lock);
	wait_event_timeout(retired, !atomic_read(&nr_retiring),
			   msecs_to_jiffies(REBOOT_TIMEOUT_MS));
	return NOTIFY_DONE;
}

static struct notifier_block cman_reboot_nb = {
	.notifier_call = cman_reboot,
	.priority = INT_MAX,	/* before the network goes down */
};

/* Who sleeps is fenced by the others; refuse while that would cost I/O. */
static int cman_suspend(struct notifier_block *nb, unsigned long action,
			void *data)
{
	struct cman_engine *engine;
	bool stateful = false;

	/* With a restore another kernel takes the place of this one. */
	if (action != PM_SUSPEND_PREPARE && action != PM_HIBERNATION_PREPARE &&
	    action != PM_RESTORE_PREPARE)
		return NOTIFY_DONE;
	mutex_lock(&instances_lock);
	list_for_each_entry(engine, &instances, node) {
		if (!vcs_cluster_is_stateful(engine->cluster))
			continue;
		stateful = true;
		pr_warn_ratelimited("%s is in use: no %s\n",
				    vcs_cluster_name(engine->cluster),
				    action == PM_RESTORE_PREPARE ? "restore" :
								   "suspend");
	}
	mutex_unlock(&instances_lock);
	return notifier_from_errno(stateful ? -EBUSY : 0);
}

static struct notifier_block cman_suspend_nb = {
	.notifier_call = cman_suspend,
};

static int __init cman_init(void)
{
	int err;

	err = cman_autojoin_check();
	if (err)
		return err;
	cman_wq = alloc_workqueue("cman", WQ_UNBOUND | WQ_MEM_RECLAIM |
				  WQ_HIGHPRI, 0);
	if (!cman_wq)
		return -ENOMEM;
	cman_liveness_start(cman_wq);
	err = cman_transport_start();
	if (err)
		goto destroy_wq;
	err = register_reboot_notifier(&cman_reboot_nb);
	if (err)
		goto stop_transport;
	err = register_pm_notifier(&cman_suspend_nb);
	if (err)
		goto unregister_reboot;
	err = vcs_register_provider(&cman_provider);
	if (err)
		goto unregister_pm;
	cman_autojoin_start();
	return 0;

unregister_pm:
	unregister_pm_notifier(&cman_suspend_nb);
unregister_reboot:
	unregister_reboot_notifier(&cman_reboot_nb);
stop_transport:
	cman_transport_stop();
destroy_wq:
	destroy_workqueue(cman_wq);
	return err;
}

static void __exit cman_exit(void)
{
	cman_autojoin_stop();
	vcs_unregister_provider(&cman_provider);
	unregister_pm_notifier(&cman_suspend_nb);
	unregister_reboot_notifier(&cman_reboot_nb);
	cman_liveness_stop();
	cman_transport_stop();
	destroy_workqueue(cman_wq);
}

module_init(cman_init);
module_exit(cman_exit);
MODULE_DESCRIPTION("Virtual Cluster Switch: the in-kernel provider");
MODULE_LICENSE("GPL");
MODULE_ALIAS_VCS_PROVIDER("cman");
