/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words for the administrator. syslog() waits for as long as nobody reads them,
 * and who reads them may wait for a filesystem of this very cluster: so nothing
 * waits here, and what does not fit is counted and left out.
 */
#ifndef COROSYNCD_LOG_H
#define COROSYNCD_LOG_H

#include <stdbool.h>

#define LOG_SOCKET	"/dev/log"

/* @path: of the socket that syslog() would write to; @terminal: to stderr too */
void log_open(const char *path, bool terminal);
__attribute__((format(printf, 2, 3)))
void log_text(int priority, const char *fmt, ...);

#endif
