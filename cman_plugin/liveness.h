/* SPDX-License-Identifier: GPL-2.0-only */
/* Does this kernel still run processes, or only interrupts? For all clusters. */
#ifndef _CMAN_LIVENESS_H
#define _CMAN_LIVENESS_H

#include <linux/types.h>

struct workqueue_struct;

void cman_liveness_start(struct workqueue_struct *wq);
void cman_liveness_touch(void);		/* process context: it lives */
void cman_liveness_stop(void);

/*
 * Asks for a sign of life, and says how long ago the last one came. Softirq
 * context, from each tick.
 */
u32 cman_liveness_age_ms(void);

#endif /* _CMAN_LIVENESS_H */
