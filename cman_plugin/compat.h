/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernels, 6.1 being the one written for. */
#ifndef _CMAN_COMPAT_H
#define _CMAN_COMPAT_H

#include <linux/version.h>

#endif /* _CMAN_COMPAT_H */
