/* SPDX-License-Identifier: GPL-2.0-only */
/* What cmocka wants to be included before it. */
#ifndef VCS_TOOLS_TEST_H
#define VCS_TOOLS_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
#endif

#endif
