// SPDX-License-Identifier: GPL-2.0-only
/* See frame.h. Pure. */
#include "../../cman_plugin/cursor.h"
#include "frame.h"

void frame_head(const struct frame *frame, u8 *buf)
{
	struct cman_put w = { .p = buf, .max = FRAME_HEAD };

	cman_put_u32(&w, FRAME_MAGIC);
	cman_put_u8(&w, FRAME_VERSION);
	cman_put_u8(&w, 0);
	cman_put_u16(&w, 0);
	cman_put_u64(&w, frame->dst);
	cman_put_u64(&w, frame->digest);
	cman_put_u64(&w, frame->incarnation);
}

bool frame_decode(struct frame *frame, const u8 *buf, size_t len)
{
	struct cman_get r = { .p = buf, .len = len };
	bool good;

	good = cman_get_u32(&r) == FRAME_MAGIC;
	good &= cman_get_u8(&r) == FRAME_VERSION;
	good &= !cman_get_u8(&r);
	good &= !cman_get_u16(&r);
	frame->dst = cman_get_u64(&r);
	frame->digest = cman_get_u64(&r);
	frame->incarnation = cman_get_u64(&r);
	frame->data = r.p;
	frame->len = r.len;
	return good && !r.bad && r.len && r.len <= CMAN_MSG_MAX &&
	       frame->incarnation;
}

/*
 * With another table the set means nothing. But a HELLO is for all, and tells
 * each side that the other's options differ.
 */
bool frame_is_for(const struct frame *frame, u32 index, u64 digest)
{
	if (frame->digest != digest)
		return frame->data[0] == CMAN_MSG_HELLO;
	return frame->dst & BIT_ULL(index);
}
