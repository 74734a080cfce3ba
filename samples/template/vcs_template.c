// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest correct provider: a cluster of one. Copy it to start your own.
 *
 * It publishes one view, with the local node alone in it, and says that this
 * view is quorate. It has no records, so listeners that need fenced nodes are
 * answered -EOPNOTSUPP here; everything else works without any network.
 *
 * What every provider must keep to:
 *
 * - join() starts and returns. Upcalls come from a context of the provider's
 *   own, here a work item; they may come before join() has returned.
 * - The first published view that has the local node in it means "joined".
 *   A provider that cannot join says so once with vcs_join_failed().
 * - A view is published before its quorum is spoken of: vcs_set_quorate()
 *   names the lifetime and generation that it speaks of, and anything else
 *   than the current one is refused.
 * - leave() is called once for each join() that returned 0. It ends every
 *   source of upcalls and waits for those under way; when it has returned, no
 *   upcall comes any more. It may be called at any moment after join().
 * - The cluster pointer is valid from join() until leave() returns, and no
 *   longer. While a cluster exists the core holds a reference on this module.
 *
 * Locking: none. The work item and leave() are ordered by cancel_work_sync().
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/vcs_provider.h>

struct template {
	struct vcs_cluster *cluster;
	struct work_struct publish;
	u32 nodeid;
};

static void template_publish(struct work_struct *work)
{
	struct template *t = container_of(work, struct template, publish);
	struct vcs_member self = {
		.incarnation = vcs_cluster_incarnation(t->cluster),
		.joined_generation = 1,
		.nodeid = t->nodeid,
		.votes = 1,
	};
	struct vcs_view_update update = {
		.generation = 1,
		.expected_votes = 1,
		.quorum = 1,
		.members = &self,
		.nr_members = 1,
	};
	int err;

	/* A cluster that forms from nothing draws a new lifetime. */
	get_random_bytes(&update.lifetime, sizeof(update.lifetime));
	err = vcs_publish_view(t->cluster, &update);
	if (err) {
		vcs_join_failed(t->cluster, err, "the core refused the view");
		return;
	}
	vcs_set_quorate(t->cluster, &update.lifetime, update.generation, true,
			"alone by design");
}

/* The only option is nodeid=N, and it may be left out. */
static int template_options(struct vcs_cluster *cluster, const char *options,
			    u32 *nodeid)
{
	*nodeid = 1;
	if (!*options)
		return 0;
	if (strncmp(options, "nodeid=", 7) ||
	    kstrtou32(options + 7, 10, nodeid) || !*nodeid) {
		vcs_log(cluster, VCS_LOG_PROVIDER, 0, 0,
			"\"%s\": want nodeid=N, greater than 0", options);
		return -EINVAL;
	}
	return 0;
}

static int template_join(struct vcs_cluster *cluster,
			 const struct vcs_join_args *args)
{
	struct template *t;
	u32 nodeid;
	int err;

	err = template_options(cluster, args->options, &nodeid);
	if (err)
		return err;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->cluster = cluster;
	t->nodeid = nodeid;
	INIT_WORK(&t->publish, template_publish);
	vcs_set_provider_data(cluster, t);
	schedule_work(&t->publish);
	return 0;
}

/* Alone in the cluster, a clean leave and a failure look the same. */
static void template_leave(struct vcs_cluster *cluster, enum vcs_leave_how how)
{
	struct template *t = vcs_provider_data(cluster);

	cancel_work_sync(&t->publish);
	vcs_set_provider_data(cluster, NULL);
	kfree(t);
}

static const struct vcs_provider_ops template_ops = {
	.join = template_join,
	.leave = template_leave,
};

static struct vcs_provider template_provider = {
	.name = "template",
	.owner = THIS_MODULE,
	.api = VCS_PROVIDER_API,
	.size = sizeof(struct vcs_provider_ops),
	.ops = &template_ops,
};

static int __init template_init(void)
{
	/* Last: from here on join() may be called. */
	return vcs_register_provider(&template_provider);
}
module_init(template_init);

static void __exit template_exit(void)
{
	/* No cluster is left: each one held a reference on this module. */
	vcs_unregister_provider(&template_provider);
}
module_exit(template_exit);

MODULE_DESCRIPTION("Virtual Cluster Switch: template of a provider");
MODULE_LICENSE("GPL");
MODULE_ALIAS_VCS_PROVIDER("template");
