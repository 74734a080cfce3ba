/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library's own, behind those that bridge_test puts in their place. */
#ifndef VCS_TOOLS_BRIDGE_TEST_H
#define VCS_TOOLS_BRIDGE_TEST_H

#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *old, size_t size);

#endif
