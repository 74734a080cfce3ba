/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals of a daemon. */
#ifndef VCS_SIGNALS_H
#define VCS_SIGNALS_H

#include <stdbool.h>

/*
 * A signalfd for SIGINT and SIGTERM, with @hangup for SIGHUP, too; SIGPIPE is
 * ignored. Ends the program if there is no descriptor.
 */
int open_signals(bool hangup);

#endif
