/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of a life offer each other. */
#ifndef COROSYNCD_LIFE_INT_H
#define COROSYNCD_LIFE_INT_H

#include "../../cman_plugin/text.h"
#include "life.h"

static inline struct life_submit *life_submit_at(struct life *life, u32 n)
{
	return &life->submits[(life->first_submit + n) % LIFE_SUBMITS];
}

/* life.c */
__attribute__((format(printf, 2, 3)))
void life_log(struct life *life, const char *fmt, ...);
/* Let go of it; it is claimed again and gone on with from what is stored. */
void life_give_up(struct life *life, const char *what);
/* The kernel's answer to something that is no question: is it still ours? */
bool life_said(struct life *life, int ret, const char *what);
void life_answer(struct life *life, const struct cman_event *event);
int life_step(struct life *life, struct cman_event *event);
void life_go_on(struct life *life);
void life_start(struct life *life);
void life_give_records(struct life *life);

/* life_say.c: to the kernel */
void life_perform(struct life *life, const struct cman_action *action);
void life_send_held(struct life *life);
void life_say_view(struct life *life, const struct cman_view *view);
void life_say_record(struct life *life, u32 from, const u8 *data, size_t len);
void life_say_quorate(struct life *life);
void life_evict(struct life *life, enum vcs_leave_reason reason,
		const char *why);

/* life_keep.c: what outlives this process */
bool life_store(struct life *life, u64 position);
void life_claim(struct life *life);
void life_thaw(struct life *life);

#endif
