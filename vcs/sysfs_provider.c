// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster/providers/NAME/, once for each network namespace: which
 * providers are loaded. A work item follows the registry.
 *
 * Locking: nets_lock guards the list of namespaces and their folders. It is
 * held across kobject_del(); show() takes the registry's lock only.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "notify.h"
#include "registry.h"
#include "sysfs.h"

struct vcs_sysfs_net {
	struct kobject kobj;		/* "providers" */
	struct list_head node;		/* nets_lock */
	struct net *net;		/* no reference; until net_del */
	struct vcs_sysfs_folder folder;
};

static DEFINE_MUTEX(nets_lock);
static LIST_HEAD(nets);
static struct kset *root;		/* set before the first namespace */

struct provider_query {
	const char *name;
	struct vcs_provider_info *info;
};

static int provider_match(const struct vcs_provider *provider, u32 in_use,
			  void *data)
{
	struct provider_query *query = data;

	if (strcmp(provider->name, query->name))
		return 0;
	query->info->features = provider->features;
	query->info->in_use = in_use;
	strscpy(query->info->owner, module_name(provider->owner),
		sizeof(query->info->owner));
	return 1;
}

static bool provider_read(const struct vcs_sysfs_item *item,
			  union vcs_sysfs_info *info)
{
	struct provider_query query = {
		.name = item->key.id,
		.info = &info->provider,
	};

	return vcs_provider_for_each(provider_match, &query) == 1;
}

VCS_SYSFS_ATTR(provider, features, "0x%x", info->provider.features);
VCS_SYSFS_ATTR(provider, owner, "%s", info->provider.owner);
VCS_SYSFS_ATTR(provider, in_use, "%u", info->provider.in_use);

static struct attribute *provider_attrs[] = {
	&provider_features_attr.attr,
	&provider_owner_attr.attr,
	&provider_in_use_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(provider);

static void provider_key(struct vcs_sysfs_key *key, const void *thing)
{
	const struct vcs_provider_info *info = thing;

	vcs_sysfs_key_by_name(key, info->name);
}

/* @none: providers belong to no cluster. */
static struct vcs_sysfs_key *provider_keys(struct vcs_cluster *none, u32 *nr)
{
	struct vcs_provider_info *infos = vcs_snapshot_providers(nr);
	struct vcs_sysfs_key *keys = NULL;

	if (infos)
		keys = vcs_sysfs_keys_new(infos, sizeof(*infos), *nr,
					  provider_key);
	kvfree(infos);
	return keys;
}

static const struct vcs_sysfs_kind provider_kind = VCS_SYSFS_KIND(provider);

static void net_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct vcs_sysfs_net, kobj));
}

static vcs_kobj_ns_ptr net_namespace(vcs_kobj_const struct kobject *kobj)
{
	return vcs_kobj_ns(container_of(kobj, struct vcs_sysfs_net, kobj)->net);
}

static const struct kobj_type net_type = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = net_release,
	.namespace = net_namespace,
};

static void providers_sync(struct work_struct *work)
{
	unsigned int noio = memalloc_noio_save();
	struct vcs_sysfs_key *keys;
	struct vcs_sysfs_net *sn;
	u32 nr;

	mutex_lock(&nets_lock);
	keys = provider_keys(NULL, &nr);
	if (keys)
		list_for_each_entry(sn, &nets, node)
			vcs_sysfs_folder_sync(&sn->folder, NULL, keys, nr);
	mutex_unlock(&nets_lock);
	kvfree(keys);
	memalloc_noio_restore(noio);
}

static DECLARE_WORK(providers_work, providers_sync);

void vcs_sysfs_providers_changed(void)
{
	schedule_work(&providers_work);
}

int vcs_sysfs_net_add(struct net *net)
{
	struct vcs_net *vn = vcs_net(net);
	struct vcs_sysfs_net *sn = kzalloc(sizeof(*sn), GFP_KERNEL);
	int err;

	if (!sn)
		return -ENOMEM;
	sn->net = net;
	sn->folder.kind = &provider_kind;
	INIT_LIST_HEAD(&sn->folder.items);
	err = kobject_init_and_add(&sn->kobj, &net_type, &root->kobj,
				   "providers");
	if (err) {
		kobject_put(&sn->kobj);
		return err;
	}
	sn->folder.kobj = &sn->kobj;
	vn->sysfs = sn;
	mutex_lock(&nets_lock);
	list_add_tail(&sn->node, &nets);
	mutex_unlock(&nets_lock);
	vcs_sysfs_providers_changed();
	return 0;
}

void vcs_sysfs_net_del(struct net *net)
{
	struct vcs_net *vn = vcs_net(net);
	struct vcs_sysfs_net *sn = vn->sysfs;

	if (!sn)
		return;
	vn->sysfs = NULL;
	mutex_lock(&nets_lock);
	list_del(&sn->node);
	vcs_sysfs_folder_sync(&sn->folder, NULL, NULL, 0);
	mutex_unlock(&nets_lock);
	kobject_del(&sn->kobj);
	kobject_put(&sn->kobj);
}

void vcs_sysfs_providers_start(struct kset *kset)
{
	root = kset;
}

void vcs_sysfs_providers_stop(void)
{
	cancel_work_sync(&providers_work);
	root = NULL;
}
