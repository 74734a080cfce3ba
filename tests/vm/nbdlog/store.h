/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disk, its log and who may write: everything that must change in one
 * order. Every function takes the one lock itself.
 */
#ifndef NBDLOG_STORE_H
#define NBDLOG_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

#define STORE_GUESTS	256

struct request {
	enum nbdlog_type type;
	uint32_t guest;
	uint32_t conn;
	uint64_t offset;
	uint32_t length;
	bool fua;
	void *data;		/* to write from, or to read into */
};

/* Returns 0 or an errno value, positive as in nbdkit. */
int store_create(const char *disk, uint64_t size, const char *log);
uint64_t store_size(void);
void store_log_reads(bool on);

int store_open(uint32_t guest, uint32_t *conn);
void store_close(uint32_t guest, uint32_t conn);
int store_request(const struct request *req);

/* For the harness. Those that log return the sequence number, or 0. */
uint64_t store_mark(const char *text);
uint64_t store_mark_drained(uint32_t guest, const char *text);
uint64_t store_reset(void);
uint32_t store_connections(uint32_t guest);
uint32_t store_waiting(uint32_t guest);
/* All of its writes, or those to a range. */
void store_hold(uint32_t guest, uint64_t offset, uint64_t length);
void store_hold_all(uint32_t guest);
void store_release(uint32_t guest);
void store_block(uint32_t guest, bool on);

#endif
