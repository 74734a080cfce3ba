/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that follow a cluster's state for people and tools. */
#ifndef _VCS_SYSFS_H
#define _VCS_SYSFS_H

#include "cluster.h"
#include "compat.h"

/* Bits of vcs_notify.pending. */
enum vcs_pending {
	VCS_PENDING_SYSFS,
	VCS_PENDING_LOG,
	VCS_PENDING_UEVENT_STATE,
	VCS_PENDING_UEVENT_VIEW,
	VCS_PENDING_UEVENT_QUORUM,
};

/* notify.c */
void vcs_notify_init(struct vcs_cluster *cluster);
void vcs_notify_open(struct vcs_cluster *cluster);
/* Lets the work finish what is pending; nothing is announced after it. */
void vcs_notify_close(struct vcs_cluster *cluster);
void vcs_notify_kick(struct vcs_cluster *cluster, enum vcs_pending what);

/* event.c */
void vcs_event_send_log(struct vcs_cluster *cluster);

/* sysfs_folder.c */
struct vcs_sysfs_key {
	char name[64];		/* of the folder */
	char id[VCS_NAME_MAX + 1];	/* of the listener or provider */
	u64 incarnation;
	u32 nodeid;
};

/* One folder for one thing; its values are read when they are asked for. */
struct vcs_sysfs_item {
	struct kobject kobj;
	struct list_head node;
	struct vcs_cluster *cluster;	/* outlives its folder */
	struct vcs_sysfs_key key;
	bool wanted;
};

struct vcs_sysfs_attr {
	struct attribute attr;
	ssize_t (*show)(const struct vcs_sysfs_item *item, char *buf);
};

#define VCS_SYSFS_ATTR(_prefix, _name)					\
static struct vcs_sysfs_attr _prefix##_##_name##_attr = {		\
	.attr = { .name = __stringify(_name), .mode = 0444 },		\
	.show = _prefix##_##_name##_show,				\
}

/* A folder whose sub-folders come and go. */
struct vcs_sysfs_folder {
	struct kobject *kobj;		/* held; NULL: could not be made */
	struct list_head items;
	const struct kobj_type *type;
};

extern const struct sysfs_ops vcs_sysfs_item_ops;
void vcs_sysfs_item_release(struct kobject *kobj);
/* Makes exactly the folders of @keys; what has no memory is left out. */
void vcs_sysfs_folder_sync(struct vcs_sysfs_folder *folder,
			   struct vcs_cluster *cluster,
			   const struct vcs_sysfs_key *keys, u32 nr);

/* What goes into the folders: *@nr keys, kvfree(); NULL: no memory. */
extern const struct kobj_type vcs_sysfs_node_type;
struct vcs_sysfs_key *vcs_sysfs_node_keys(struct vcs_cluster *cluster,
					  u32 *nr);
extern const struct kobj_type vcs_sysfs_listener_type;
struct vcs_sysfs_key *vcs_sysfs_listener_keys(struct vcs_cluster *cluster,
					      u32 *nr);
extern const struct kobj_type vcs_sysfs_fence_type;
struct vcs_sysfs_key *vcs_sysfs_fence_keys(struct vcs_cluster *cluster,
					   u32 *nr);

/* sysfs.c */
void vcs_sysfs_sync(struct vcs_cluster *cluster);

/* sysfs_provider.c */
void vcs_sysfs_providers_start(struct kset *root);
void vcs_sysfs_providers_stop(void);

#endif /* _VCS_SYSFS_H */
