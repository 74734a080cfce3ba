/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounded reading and writing of little-endian bytes. A cursor that ran out
 * stays bad, reads zeros and writes nothing: check once, at the end.
 */
#ifndef _CMAN_CURSOR_H
#define _CMAN_CURSOR_H

#include "pure.h"

struct cman_put {
	u8 *p;
	size_t len;
	size_t max;
	bool bad;
};

struct cman_get {
	const u8 *p;
	size_t len;	/* what is left */
	bool bad;
};

static inline u8 *cman_put_room(struct cman_put *w, size_t n)
{
	u8 *p;

	if (w->bad || n > w->max - w->len) {
		w->bad = true;
		return NULL;
	}
	p = w->p + w->len;
	w->len += n;
	return p;
}

static inline void cman_put_bytes(struct cman_put *w, const void *data,
				  size_t n)
{
	u8 *p = cman_put_room(w, n);

	if (p && n)
		memcpy(p, data, n);
}

static inline void cman_put_u8(struct cman_put *w, u8 v)
{
	cman_put_bytes(w, &v, 1);
}

static inline void cman_put_u16(struct cman_put *w, u16 v)
{
	u8 *p = cman_put_room(w, 2);

	if (p)
		put_unaligned_le16(v, p);
}

static inline void cman_put_u32(struct cman_put *w, u32 v)
{
	u8 *p = cman_put_room(w, 4);

	if (p)
		put_unaligned_le32(v, p);
}

static inline void cman_put_u64(struct cman_put *w, u64 v)
{
	u8 *p = cman_put_room(w, 8);

	if (p)
		put_unaligned_le64(v, p);
}

static inline const u8 *cman_get_room(struct cman_get *r, size_t n)
{
	const u8 *p = r->p;

	if (r->bad || n > r->len) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	r->len -= n;
	return p;
}

static inline void cman_get_bytes(struct cman_get *r, void *data, size_t n)
{
	const u8 *p = cman_get_room(r, n);

	if (p)
		memcpy(data, p, n);
	else
		memset(data, 0, n);
}

static inline u8 cman_get_u8(struct cman_get *r)
{
	const u8 *p = cman_get_room(r, 1);

	return p ? *p : 0;
}

static inline u16 cman_get_u16(struct cman_get *r)
{
	const u8 *p = cman_get_room(r, 2);

	return p ? get_unaligned_le16(p) : 0;
}

static inline u32 cman_get_u32(struct cman_get *r)
{
	const u8 *p = cman_get_room(r, 4);

	return p ? get_unaligned_le32(p) : 0;
}

static inline u64 cman_get_u64(struct cman_get *r)
{
	const u8 *p = cman_get_room(r, 8);

	return p ? get_unaligned_le64(p) : 0;
}

#endif /* _CMAN_CURSOR_H */
