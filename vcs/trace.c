// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints of vcs.ko are made here, once. */
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
