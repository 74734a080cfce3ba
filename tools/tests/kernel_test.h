/* SPDX-License-Identifier: GPL-2.0-only */
/* What kernel_test puts in the place of the kernel. */
#ifndef VCS_TOOLS_KERNEL_TEST_H
#define VCS_TOOLS_KERNEL_TEST_H

#include "../common/nl.h"

int __wrap_vcsnl_call(struct vcsnl *nl, struct nl_msg *msg, vcsnl_fn fn,
		      void *arg, struct vcsnl_error *e);

#endif
