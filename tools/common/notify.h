/* SPDX-License-Identifier: GPL-2.0-only */
/* Words with systemd. */
#ifndef VCS_NOTIFY_H
#define VCS_NOTIFY_H

#include <stdbool.h>

/* "READY=1" and the like; nothing happens without a manager. */
void notify_manager(const char *text);
/* Whether what is written there is in the system's log already. */
bool journal_reads(int fd);

#endif
