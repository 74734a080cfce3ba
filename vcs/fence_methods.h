/* SPDX-License-Identifier: GPL-2.0-only */
/* The fence methods that are part of vcs.ko. */
#ifndef _VCS_FENCE_METHODS_H
#define _VCS_FENCE_METHODS_H

#include <linux/vcs_provider.h>

extern struct vcs_fence_method vcs_fence_manual;
extern struct vcs_fence_method vcs_fence_upcall;

int vcs_fence_upcall_start(void);
void vcs_fence_upcall_stop(void);

#endif /* _VCS_FENCE_METHODS_H */
