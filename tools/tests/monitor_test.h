/* SPDX-License-Identifier: GPL-2.0-only */
/* What monitor_test puts in the place of the kernel, and of waiting for it. */
#ifndef VCS_TOOLS_MONITOR_TEST_H
#define VCS_TOOLS_MONITOR_TEST_H

#include <poll.h>
#include "../vcsctl/vcsctl.h"

void __wrap_vcsctl_watch(struct vcsnl *events);
int __wrap_vcsnl_receive(struct vcsnl *nl, vcsnl_fn fn, void *arg);
json_t *__wrap_vcsctl_dump(struct vcsctl *ctl, int cmd, const char *cluster);
int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout);

#endif
