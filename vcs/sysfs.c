// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/cluster and the folder of each cluster in it, read-only, one value a
 * file. /sys/cluster is the kobject of a kset, for clusters send uevents, with
 * a type of its own: its children are tagged by network namespace.
 *
 * Locking: show() takes cluster.lock; add and del are called without it, and
 * the folders inside are changed by the cluster's notify work alone. A
 * cluster's kobject holds a reference on the cluster; its release() gives it
 * back.
 */
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "cluster.h"
#include "notify.h"
#include "registry.h"
#include "sysfs.h"

enum {
	FOLDER_NODES,
	FOLDER_LISTENERS,
	FOLDER_FENCE,
	NR_FOLDERS,
};

struct vcs_sysfs {
	struct vcs_sysfs_folder folders[NR_FOLDERS];
};

static const struct {
	const char *name;
	const struct vcs_sysfs_kind *kind;
} folders[NR_FOLDERS] = {
	[FOLDER_NODES] = { "nodes", &vcs_sysfs_node_kind },
	[FOLDER_LISTENERS] = { "listeners", &vcs_sysfs_listener_kind },
	[FOLDER_FENCE] = { "fence", &vcs_sysfs_fence_kind },
};

static struct kset *root;

struct cluster_attr {
	struct attribute attr;
	/* cluster.lock held */
	ssize_t (*show)(struct vcs_cluster *cluster, char *buf);
};

#define CLUSTER_ATTR(_name)						\
static struct cluster_attr _name##_attr = {				\
	.attr = { .name = __stringify(_name), .mode = 0444 },		\
	.show = _name##_show,						\
}

static ssize_t provider_show(struct vcs_cluster *cluster, char *buf)
{
	return sysfs_emit(buf, "%s\n", cluster->provider_name);
}
CLUSTER_ATTR(provider);

static ssize_t state_show(struct vcs_cluster *cluster, char *buf)
{
	return sysfs_emit(buf, "%s\n", vcs_state_str(cluster->state));
}
CLUSTER_ATTR(state);

static ssize_t lifetime_show(struct vcs_cluster *cluster, char *buf)
{
	const struct vcs_view *view = vcs_view_locked(cluster);

	if (!view)
		return sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "%*phN\n", VCS_LIFETIME_LEN, view->lifetime.id);
}
CLUSTER_ATTR(lifetime);

static ssize_t generation_show(struct vcs_cluster *cluster, char *buf)
{
	const struct vcs_view *view = vcs_view_locked(cluster);

	return sysfs_emit(buf, "%llu\n", view ? view->generation : 0);
}
CLUSTER_ATTR(generation);

static ssize_t quorate_show(struct vcs_cluster *cluster, char *buf)
{
	return sysfs_emit(buf, "%d\n", cluster->quorate);
}
CLUSTER_ATTR(quorate);

static ssize_t quorum_reason_show(struct vcs_cluster *cluster, char *buf)
{
	return sysfs_emit(buf, "%s\n", vcs_quorum_reason_locked(cluster));
}
CLUSTER_ATTR(quorum_reason);

static ssize_t votes_show(struct vcs_cluster *cluster, char *buf)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_member *m;
	u32 votes = 0;

	if (view)
		vcs_view_for_each(m, view)
			votes += m->votes;
	return sysfs_emit(buf, "%u\n", votes);
}
CLUSTER_ATTR(votes);

static ssize_t expected_votes_show(struct vcs_cluster *cluster, char *buf)
{
	const struct vcs_view *view = vcs_view_locked(cluster);

	return sysfs_emit(buf, "%u\n", view ? view->expected_votes : 0);
}
CLUSTER_ATTR(expected_votes);

static ssize_t quorum_show(struct vcs_cluster *cluster, char *buf)
{
	const struct vcs_view *view = vcs_view_locked(cluster);

	return sysfs_emit(buf, "%u\n", view ? view->quorum : 0);
}
CLUSTER_ATTR(quorum);

static ssize_t local_node_show(struct vcs_cluster *cluster, char *buf)
{
	return sysfs_emit(buf, "%u\n", cluster->local_nodeid);
}
CLUSTER_ATTR(local_node);

static ssize_t incarnation_show(struct vcs_cluster *cluster, char *buf)
{
	return sysfs_emit(buf, "%016llx\n", cluster->incarnation);
}
CLUSTER_ATTR(incarnation);

static ssize_t fence_methods_show(struct vcs_cluster *cluster, char *buf)
{
	const struct vcs_options *options = &cluster->options;
	struct vcs_fence_method *method;
	int len = 0;
	u32 i;

	for (i = 0; i < options->nr_methods; i++) {
		method = vcs_fence_method_find(options->methods[i], false);
		vcs_fence_method_put(method);
		len += sysfs_emit_at(buf, len, "%s%s%s", i ? ", " : "",
				     options->methods[i],
				     method ? "" : " (not there)");
	}
	return len + sysfs_emit_at(buf, len, "\n");
}
CLUSTER_ATTR(fence_methods);

static struct attribute *cluster_attrs[] = {
	&provider_attr.attr,
	&state_attr.attr,
	&lifetime_attr.attr,
	&generation_attr.attr,
	&quorate_attr.attr,
	&quorum_reason_attr.attr,
	&votes_attr.attr,
	&expected_votes_attr.attr,
	&quorum_attr.attr,
	&local_node_attr.attr,
	&incarnation_attr.attr,
	&fence_methods_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(cluster);

static ssize_t cluster_show(struct kobject *kobj, struct attribute *attr,
			    char *buf)
{
	struct vcs_cluster *cluster = container_of(kobj, struct vcs_cluster,
						   kobj);
	struct cluster_attr *a = container_of(attr, struct cluster_attr, attr);
	ssize_t len;

	mutex_lock(&cluster->lock);
	len = a->show(cluster, buf);
	mutex_unlock(&cluster->lock);
	return len;
}

static const struct sysfs_ops cluster_sysfs_ops = {
	.show = cluster_show,
};

static void cluster_release(struct kobject *kobj)
{
	vcs_cluster_put(container_of(kobj, struct vcs_cluster, kobj));
}

static vcs_kobj_ns_ptr cluster_namespace(vcs_kobj_const struct kobject *kobj)
{
	return vcs_kobj_ns(read_pnet(&container_of(kobj, struct vcs_cluster,
						   kobj)->net));
}

static const struct kobj_type cluster_type = {
	.sysfs_ops = &cluster_sysfs_ops,
	.release = cluster_release,
	.namespace = cluster_namespace,
	.default_groups = cluster_groups,
};

void vcs_sysfs_cluster_init(struct vcs_cluster *cluster)
{
	vcs_notify_init(cluster);
	vcs_cluster_hold(cluster);
	cluster->kobj.kset = root;
	kobject_init(&cluster->kobj, &cluster_type);
}

static void folders_add(struct vcs_cluster *cluster)
{
	struct vcs_sysfs *sysfs = cluster->notify.sysfs;
	int i;

	for (i = 0; i < NR_FOLDERS; i++) {
		struct vcs_sysfs_folder *folder = &sysfs->folders[i];

		INIT_LIST_HEAD(&folder->items);
		folder->kind = folders[i].kind;
		folder->kobj = kobject_create_and_add(folders[i].name,
						      &cluster->kobj);
	}
}

static void folders_del(struct vcs_cluster *cluster)
{
	struct vcs_sysfs *sysfs = cluster->notify.sysfs;
	int i;

	for (i = 0; i < NR_FOLDERS; i++) {
		vcs_sysfs_folder_sync(&sysfs->folders[i], cluster, NULL, 0);
		kobject_del(sysfs->folders[i].kobj);
		kobject_put(sysfs->folders[i].kobj);
	}
}

int vcs_sysfs_cluster_add(struct vcs_cluster *cluster)
{
	struct vcs_sysfs *sysfs = kzalloc(sizeof(*sysfs), GFP_KERNEL);
	int err;

	if (!sysfs)
		return -ENOMEM;
	err = kobject_add(&cluster->kobj, &root->kobj, "%s", cluster->name);
	if (err) {
		kfree(sysfs);
		return err;
	}
	cluster->kobj_added = true;
	cluster->notify.sysfs = sysfs;
	folders_add(cluster);
	kobject_uevent(&cluster->kobj, KOBJ_ADD);
	vcs_notify_open(cluster);
	return 0;
}

void vcs_sysfs_cluster_del(struct vcs_cluster *cluster)
{
	vcs_notify_close(cluster);
	if (cluster->kobj_added) {
		folders_del(cluster);
		kfree(cluster->notify.sysfs);
		cluster->notify.sysfs = NULL;
		kobject_del(&cluster->kobj);
		cluster->kobj_added = false;
	}
	kobject_put(&cluster->kobj);
}

/* From the notify work: best effort, a folder without memory stays as it is. */
void vcs_sysfs_sync(struct vcs_cluster *cluster)
{
	struct vcs_sysfs *sysfs = cluster->notify.sysfs;
	struct vcs_sysfs_key *keys;
	u32 nr;
	int i;

	for (i = 0; i < NR_FOLDERS; i++) {
		keys = folders[i].kind->keys(cluster, &nr);
		if (!keys)
			continue;
		vcs_sysfs_folder_sync(&sysfs->folders[i], cluster, keys, nr);
		kvfree(keys);
	}
}

static const struct kobj_ns_type_operations *
root_child_ns_type(vcs_kobj_const struct kobject *kobj)
{
	return &net_ns_type_operations;
}

static void root_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct kset, kobj));
}

static const struct kobj_type root_type = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = root_release,
	.child_ns_type = root_child_ns_type,
};

int vcs_sysfs_start(void)
{
	struct kset *kset = kzalloc(sizeof(*kset), GFP_KERNEL);
	int err;

	if (!kset)
		return -ENOMEM;
	kset->kobj.ktype = &root_type;
	err = kobject_set_name(&kset->kobj, "cluster");
	if (err) {
		kfree(kset);
		return err;
	}
	err = kset_register(kset);
	if (err) {
		kobject_put(&kset->kobj);
		return err;
	}
	root = kset;
	vcs_sysfs_providers_start(root);
	return 0;
}

void vcs_sysfs_stop(void)
{
	vcs_sysfs_providers_stop();
	kset_unregister(root);
	root = NULL;
}
