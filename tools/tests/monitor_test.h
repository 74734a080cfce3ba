/* SPDX-License-Identifier: GPL-2.0-only */
/* What monitor_test puts in the place of the kernel, and of waiting for it. */
#ifndef VCS_TOOLS_MONITOR_TEST_H
#define VCS_TOOLS_MONITOR_TEST_H

#include <poll.h>
#include "../vcsctl/vcsctl.h"

void __wrap_vcsctl_watch(struct vcsctl *ctl);
int __wrap_vcsctl_subscribe(struct vcsctl *ctl, struct vcs_error *e);
json_t *__wrap_vcsctl_try_dump(struct vcsctl *ctl, enum vcs_cmd cmd,
			       const char *cluster, struct vcs_error *e);
void __wrap_vcs_client_close(struct vcs_client *closed);
int __wrap_vcs_client_fd(const struct vcs_client *of);
int __wrap_vcs_client_dispatch(struct vcs_client *of, vcs_message_fn fn,
			       void *arg);
int __wrap_vcs_watch_open(struct vcs_watch **opened, const char *family,
			  struct vcs_error *e);
int __wrap_vcs_watch_fd(const struct vcs_watch *of);
bool __wrap_vcs_watch_there(const struct vcs_watch *of);
int __wrap_vcs_watch_dispatch(struct vcs_watch *of);
int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout);

#endif
