/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Corosync brings a node its own messages back, in one order with those of the
 * others. So it is known whether it works at all; and which messages are older
 * than a certain moment, for they may have waited for as long as somebody slept.
 */
#ifndef COROSYNCD_PULSE_H
#define COROSYNCD_PULSE_H

#include "../../cman_plugin/types.h"

struct pulse {
	u64 sent;		/* own messages, since the group was joined */
	u64 returned;
	u64 awaited;		/* what comes before this one is old */
	u32 silent;		/* heartbeats since the last one returned */
	u32 limit;		/* so many are nothing unusual */
};

/* The group was joined anew, with nothing under way. */
void pulse_start(struct pulse *pulse, u32 limit);
/* What was sent by anybody before now means nothing here. */
void pulse_begin(struct pulse *pulse);
/* An own message has come; true: the first one after the limit. */
bool pulse_returned(struct pulse *pulse);
/* Each heartbeat; true: that was the limit. */
bool pulse_beat(struct pulse *pulse);
bool pulse_stands(const struct pulse *pulse);
/* Is what comes now younger than pulse_begin()? */
bool pulse_is_fresh(const struct pulse *pulse);

#endif
