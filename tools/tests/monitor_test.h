/* SPDX-License-Identifier: GPL-2.0-only */
/* What monitor_test puts in the place of the kernel, and of waiting for it. */
#ifndef VCS_TOOLS_MONITOR_TEST_H
#define VCS_TOOLS_MONITOR_TEST_H

#include <poll.h>
#include "../common/family.h"
#include "../vcsctl/vcsctl.h"

void __wrap_vcsctl_watch(struct vcsnl *events);
int __wrap_vcsctl_subscribe(struct vcsnl *events, struct vcsnl_error *e);
int __wrap_vcsnl_receive(struct vcsnl *nl, vcsnl_fn fn, void *arg);
int __wrap_vcsnl_family_watch(struct vcsnl_family *family,
			      struct vcsnl_error *e);
int __wrap_vcsnl_family_receive(struct vcsnl_family *family);
void __wrap_vcsnl_family_look(struct vcsnl_family *family, int known);
json_t *__wrap_vcsctl_try_dump(struct vcsctl *ctl, int cmd, const char *cluster,
			       struct vcsnl_error *e);
int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout);

#endif
