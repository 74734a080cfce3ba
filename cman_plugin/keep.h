/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of the state machine must outlive the process that runs it, as bytes: a
 * shell in user space may die while the life that it acts for goes on. The
 * kernel module has no use for this.
 *
 * The shell writes it down after each event that changed it, and before it
 * performs anything that the event led to (config.one_by_one). So nobody was
 * told more than is written, and a successor that reads it is the same
 * acceptor. Nothing else is kept: whom it hears, whom it was about to let in,
 * have fenced or lead, a successor finds out again, and what it has of its own
 * to send is given to it again.
 */
#ifndef _CMAN_KEEP_H
#define _CMAN_KEEP_H

#include "sm.h"

/* A view of 64 nodes and a proposed one, 5155 bytes each; 8 batches; numbers. */
#define CMAN_KEEP_MAX	20480

/* Has anything changed that must be written? */
struct cman_keep_mark {
	enum cman_role role;
	u64 slot;
	u32 answers;
	u64 promised;
	u64 accepted;
	u64 over;
	struct cman_fballot form_promised;
	struct cman_fballot form_accepted;
};

void cman_keep_mark(const struct cman_sm *sm, struct cman_keep_mark *mark);
bool cman_keep_changed(const struct cman_sm *sm,
		       const struct cman_keep_mark *mark);

/*
 * Bytes written, or 0 when it does not fit. As many decisions as others may be
 * behind are among them: who knows one must be able to tell it.
 */
size_t cman_keep_write(struct cman_sm *sm, u8 *buf, size_t max);

/**
 * cman_keep_read() - go on with a life that another process began
 * @sm: after cman_sm_init() with the same incarnation
 * @buf: what was written last
 * @len: its length
 * @now_ms: as in events
 * @random: no cookie of the predecessor shall be given out again
 *
 * Return: NONE; anything else: not written by this version for this life, and
 * @sm is to be thrown away.
 */
enum cman_drop cman_keep_read(struct cman_sm *sm, const u8 *buf, size_t len,
			      u64 now_ms, u64 random);

/*
 * The last decision, for a shell that may not have performed it; NULL before
 * the first. A batch of records, or else the view as cman_keep_view() gives it.
 */
const u8 *cman_keep_last(const struct cman_sm *sm, u32 *len);
void cman_keep_view(const struct cman_sm *sm, struct cman_view *view);

/* Would this node say that it is quorate, were it not busy? */
bool cman_keep_quorate(const struct cman_sm *sm);
/* Is it certain that the view of before is not the last one? */
bool cman_keep_is_behind(const struct cman_sm *sm);

#endif /* _CMAN_KEEP_H */
