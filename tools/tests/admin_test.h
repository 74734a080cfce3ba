/* SPDX-License-Identifier: GPL-2.0-only */
/* What admin_test puts in the place of the terminal. */
#ifndef VCS_TOOLS_ADMIN_TEST_H
#define VCS_TOOLS_ADMIN_TEST_H

int __wrap_isatty(int fd);

#endif
