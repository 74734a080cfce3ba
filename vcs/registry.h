/* SPDX-License-Identifier: GPL-2.0-only */
/* Providers and fence methods, found by name. */
#ifndef _VCS_REGISTRY_H
#define _VCS_REGISTRY_H

#include <linux/string.h>
#include <linux/vcs_provider.h>

/* Names of kernel parts become module aliases: no capitals, no dots. */
static inline bool vcs_part_name_ok(const char *name)
{
	size_t len = name ? strnlen(name, VCS_NAME_MAX + 1) : 0;

	return len && len <= VCS_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/*
 * Both take a module reference. With @load they may call request_module():
 * only from a work item (why: Documentation/provider.rst).
 * NULL: unknown.
 */
struct vcs_provider *vcs_provider_find(const char *name, bool load);
void vcs_provider_put(struct vcs_provider *provider);
struct vcs_fence_method *vcs_fence_method_find(const char *name, bool load);
void vcs_fence_method_put(struct vcs_fence_method *method);

/* Calls @fn for each provider, under the registry's lock, until non-zero. */
int vcs_provider_for_each(int (*fn)(const struct vcs_provider *provider,
				    u32 in_use, void *data), void *data);

#endif /* _VCS_REGISTRY_H */
