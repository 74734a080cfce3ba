/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that follow a cluster's state for people and tools. */
#ifndef _VCS_SYSFS_H
#define _VCS_SYSFS_H

#include "cluster.h"
#include "compat.h"
#include "snapshot.h"

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

struct vcs_sysfs_node {
	struct vcs_member member;
	bool suspect;
};

/* A thing as it is now. */
union vcs_sysfs_info {
	struct vcs_sysfs_node node;
	struct vcs_listener_info listener;
	struct vcs_fence_info fence;
	struct vcs_provider_info provider;
};

struct vcs_sysfs_attr {
	struct attribute attr;
	ssize_t (*show)(const union vcs_sysfs_info *info, char *buf);
};

/* A file; its value may be said in terms of @info. */
#define VCS_SYSFS_ATTR(_kind, _name, _format, _value)			\
static ssize_t _kind##_##_name##_show(const union vcs_sysfs_info *info,	\
				      char *buf)			\
{									\
	return sysfs_emit(buf, _format "\n", _value);			\
}									\
									\
static struct vcs_sysfs_attr _kind##_##_name##_attr = {			\
	.attr = { .name = __stringify(_name), .mode = 0444 },		\
	.show = _kind##_##_name##_show,					\
}

/* What things a folder is about. */
struct vcs_sysfs_kind {
	struct kobj_type type;
	/* False: it is gone. */
	bool (*read)(const struct vcs_sysfs_item *item,
		     union vcs_sysfs_info *info);
	/* Those that there are: *@nr keys, kvfree(); NULL: no memory. */
	struct vcs_sysfs_key *(*keys)(struct vcs_cluster *cluster, u32 *nr);
};

#define VCS_SYSFS_KIND(_kind) {						\
	.type = {							\
		.sysfs_ops = &vcs_sysfs_item_ops,			\
		.release = vcs_sysfs_item_release,			\
		.default_groups = _kind##_groups,			\
	},								\
	.read = _kind##_read,						\
	.keys = _kind##_keys,						\
}

/* A folder whose sub-folders come and go. */
struct vcs_sysfs_folder {
	struct kobject *kobj;		/* held; NULL: could not be made */
	struct list_head items;
	const struct vcs_sysfs_kind *kind;
};

extern const struct sysfs_ops vcs_sysfs_item_ops;
void vcs_sysfs_item_release(struct kobject *kobj);
/* A key for each of @nr things of @size bytes; NULL: no memory. */
struct vcs_sysfs_key *
vcs_sysfs_keys_new(const void *things, size_t size, u32 nr,
		   void (*fill)(struct vcs_sysfs_key *key, const void *thing));
void vcs_sysfs_key_by_name(struct vcs_sysfs_key *key, const char *name);
/* Makes exactly the folders of @keys; what has no memory is left out. */
void vcs_sysfs_folder_sync(struct vcs_sysfs_folder *folder,
			   struct vcs_cluster *cluster,
			   const struct vcs_sysfs_key *keys, u32 nr);

extern const struct vcs_sysfs_kind vcs_sysfs_node_kind;
extern const struct vcs_sysfs_kind vcs_sysfs_listener_kind;
extern const struct vcs_sysfs_kind vcs_sysfs_fence_kind;

/* sysfs.c */
void vcs_sysfs_sync(struct vcs_cluster *cluster);

/* sysfs_provider.c */
void vcs_sysfs_providers_start(struct kset *root);
void vcs_sysfs_providers_stop(void);

#endif /* _VCS_SYSFS_H */
