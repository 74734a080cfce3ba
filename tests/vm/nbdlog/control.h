/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NBDLOG_CONTROL_H
#define NBDLOG_CONTROL_H

/* Serve the harness on a listening socket; after any fork. Errno or 0. */
int control_start(int listening);

#endif
