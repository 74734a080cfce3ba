// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of the tables of listeners, fences and providers. The memory is
 * allocated without the lock, for as many items as there were; when more have
 * come meanwhile, once again. Locking: see snapshot.h.
 */
#include <kunit/visibility.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "registry.h"
#include "snapshot.h"

/* Room for what may be added between counting and copying. */
#define SLACK 8

/* Copies at most @room items to @items (none when NULL); returns how many. */
typedef u32 (*vcs_copy_fn)(void *source, void *items, u32 room);

static void *snapshot(vcs_copy_fn copy, void *source, size_t size, u32 *nr)
{
	u32 room;
	void *items;

	for (;;) {
		room = copy(source, NULL, 0) + SLACK;
		items = kvcalloc(room, size, GFP_KERNEL);
		if (!items)
			return NULL;
		*nr = copy(source, items, room);
		if (*nr <= room)
			return items;
		kvfree(items);
	}
}

static u32 copy_listeners(void *source, void *items, u32 room)
{
	struct vcs_cluster *cluster = source;
	struct vcs_listener_info *to = items;
	struct vcs_listener_info info;
	u32 i;

	mutex_lock(&cluster->lock);
	for (i = 0; !vcs_listener_info_locked(cluster, i, &info); i++)
		if (i < room)
			to[i] = info;
	mutex_unlock(&cluster->lock);
	return i;
}

static u32 copy_fences(void *source, void *items, u32 room)
{
	struct vcs_cluster *cluster = source;
	struct vcs_fence_info *to = items;
	struct vcs_fence_info info;
	u32 i;

	mutex_lock(&cluster->lock);
	for (i = 0; !vcs_fence_show_locked(cluster, i, &info); i++)
		if (i < room)
			to[i] = info;
	mutex_unlock(&cluster->lock);
	return i;
}

struct provider_copy {
	struct vcs_provider_info *items;
	u32 room;
	u32 nr;
};

static int copy_provider(const struct vcs_provider *provider, u32 in_use,
			 void *data)
{
	struct provider_copy *copy = data;
	struct vcs_provider_info *to;

	if (copy->nr++ < copy->room) {
		to = &copy->items[copy->nr - 1];
		strscpy(to->name, provider->name, sizeof(to->name));
		strscpy(to->owner, module_name(provider->owner),
			sizeof(to->owner));
		to->features = provider->features;
		to->in_use = in_use;
	}
	return 0;
}

static u32 copy_providers(void *source, void *items, u32 room)
{
	struct provider_copy copy = { .items = items, .room = room };

	vcs_provider_for_each(copy_provider, &copy);
	return copy.nr;
}

struct vcs_listener_info *vcs_snapshot_listeners(struct vcs_cluster *cluster,
						 u32 *nr)
{
	return snapshot(copy_listeners, cluster,
			sizeof(struct vcs_listener_info), nr);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_snapshot_listeners);

struct vcs_fence_info *vcs_snapshot_fences(struct vcs_cluster *cluster,
					   u32 *nr)
{
	return snapshot(copy_fences, cluster, sizeof(struct vcs_fence_info),
			nr);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_snapshot_fences);

struct vcs_provider_info *vcs_snapshot_providers(u32 *nr)
{
	return snapshot(copy_providers, NULL, sizeof(struct vcs_provider_info),
			nr);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_snapshot_providers);
