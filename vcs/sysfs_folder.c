// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folders in sysfs that follow a table: one sub-folder for each key, made
 * when the key appears and removed when it is gone. An item holds no value;
 * its files look the thing up when they are read, and fail with -ENODEV when
 * it went and the folder is about to follow. What things these are, and which
 * files they have, is told by a kind.
 *
 * Locking: a folder belongs to one work item, which alone changes it. Nothing
 * is held across kobject_del() that a show() takes.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "sysfs.h"

static ssize_t item_show(struct kobject *kobj, struct attribute *attr,
			 char *buf)
{
	const struct vcs_sysfs_kind *kind =
		container_of(kobj->ktype, struct vcs_sysfs_kind, type);
	struct vcs_sysfs_attr *a = container_of(attr, struct vcs_sysfs_attr,
						attr);
	union vcs_sysfs_info info;

	if (!kind->read(container_of(kobj, struct vcs_sysfs_item, kobj),
			&info))
		return -ENODEV;
	return a->show(&info, buf);
}

const struct sysfs_ops vcs_sysfs_item_ops = {
	.show = item_show,
};

void vcs_sysfs_item_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct vcs_sysfs_item, kobj));
}

struct vcs_sysfs_key *
vcs_sysfs_keys_new(const void *things, size_t size, u32 nr,
		   void (*fill)(struct vcs_sysfs_key *key, const void *thing))
{
	struct vcs_sysfs_key *keys;
	u32 i;

	keys = kvcalloc(nr + 1, sizeof(*keys), GFP_KERNEL);
	for (i = 0; keys && i < nr; i++)
		fill(&keys[i], things + i * size);
	return keys;
}

void vcs_sysfs_key_by_name(struct vcs_sysfs_key *key, const char *name)
{
	strscpy(key->id, name, sizeof(key->id));
	strscpy(key->name, name, sizeof(key->name));
}

static struct vcs_sysfs_item *item_find(const struct vcs_sysfs_folder *folder,
					const struct vcs_sysfs_key *key)
{
	struct vcs_sysfs_item *item;

	list_for_each_entry(item, &folder->items, node)
		if (!strcmp(item->key.name, key->name))
			return item;
	return NULL;
}

static void item_add(struct vcs_sysfs_folder *folder,
		     struct vcs_cluster *cluster,
		     const struct vcs_sysfs_key *key)
{
	struct vcs_sysfs_item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return;
	item->cluster = cluster;
	item->key = *key;
	item->wanted = true;
	if (kobject_init_and_add(&item->kobj, &folder->kind->type,
				 folder->kobj, "%s", key->name)) {
		kobject_put(&item->kobj);
		return;
	}
	list_add_tail(&item->node, &folder->items);
}

void vcs_sysfs_folder_sync(struct vcs_sysfs_folder *folder,
			   struct vcs_cluster *cluster,
			   const struct vcs_sysfs_key *keys, u32 nr)
{
	struct vcs_sysfs_item *item, *next;
	u32 i;

	if (!folder->kobj)
		return;
	list_for_each_entry(item, &folder->items, node)
		item->wanted = false;
	for (i = 0; i < nr; i++) {
		item = item_find(folder, &keys[i]);
		if (item)
			item->wanted = true;
		else
			item_add(folder, cluster, &keys[i]);
	}
	list_for_each_entry_safe(item, next, &folder->items, node) {
		if (item->wanted)
			continue;
		list_del(&item->node);
		kobject_del(&item->kobj);
		kobject_put(&item->kobj);
	}
}
