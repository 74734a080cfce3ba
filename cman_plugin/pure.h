/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lets the pure core compile in the kernel and in user space alike: the
 * integer types, little-endian access, bit counting, and the shared records
 * of include/linux/vcs.h, which user space cannot include.
 */
#ifndef _CMAN_PURE_H
#define _CMAN_PURE_H

#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vcs_provider.h>

#include "compat.h"	/* the accesses without alignment */

#else /* !__KERNEL__ */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uapi/linux/vcs.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
/* As in the kernel: %llu prints it. */
typedef unsigned long long u64;
typedef long long s64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT_ULL(n) (1ULL << (n))
#define hweight64(v) ((u32)__builtin_popcountll(v))
#define __ffs64(v) ((u32)__builtin_ctzll(v))
#define fls64(v) ((v) ? 64 - __builtin_clzll(v) : 0)
#define min_t(t, a, b) ((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max_t(t, a, b) ((t)(a) > (t)(b) ? (t)(a) : (t)(b))

static inline void put_unaligned_le(u64 v, u8 *p, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++, v >>= 8)
		p[i] = (u8)v;
}

static inline u64 get_unaligned_le(const u8 *p, int bytes)
{
	u64 v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

/* Returns what is in @buf, not what would have been. */
__attribute__((format(printf, 3, 4)))
static inline int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	if (!size)
		return 0;
	return len < (int)size ? len : (int)size - 1;
}

#define put_unaligned_le16(v, p) put_unaligned_le(v, p, 2)
#define put_unaligned_le32(v, p) put_unaligned_le(v, p, 4)
#define put_unaligned_le64(v, p) put_unaligned_le(v, p, 8)
#define get_unaligned_le16(p) ((u16)get_unaligned_le(p, 2))
#define get_unaligned_le32(p) ((u32)get_unaligned_le(p, 4))
#define get_unaligned_le64(p) get_unaligned_le(p, 8)

/* The same as in include/linux/vcs.h and vcs_provider.h. */
#define VCS_RECORD_MAX 1024
#define VCS_MACHINE_ID_LEN 16
#define VCS_MEMBER_SETTLED (1U << 0)

struct vcs_lifetime {
	u8 id[VCS_LIFETIME_LEN];
};

struct vcs_member {
	u64 incarnation;
	u64 joined_generation;
	u32 nodeid;
	u32 votes;
	u32 flags;
};

struct vcs_departed {
	u64 incarnation;
	u32 nodeid;
	u32 reason;
};

struct vcs_attest {
	u64 load_id;
	u8 machine_id[VCS_MACHINE_ID_LEN];
	u8 drained;
	u8 reserved[7];
};

#endif /* __KERNEL__ */

#endif /* _CMAN_PURE_H */
