/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of the shared disk.
 *
 * A file of records, appended in the one order in which the disk server
 * applied them. Every record is this header, little endian, followed by
 * @payload bytes. vmlib/nbdlog.py reads it; keep the two in step.
 *
 *   OPEN, CLOSE   a guest's connection came or went. CLOSE is written when
 *                 the last request of the connection has been applied, so no
 *                 write of that connection can follow it.
 *   WRITE         payload is the data, @length its size.
 *   ZERO, TRIM    @offset and @length; the range reads as zeroes afterwards.
 *   FLUSH         the guest asked for a flush.
 *   READ          only with log-reads=true; no payload.
 *   MARK          payload is text, put here by the harness ("off 3").
 *   REFUSED       the request in @flags was answered with an error because
 *                 the guest is blocked; nothing was changed.
 *   FAILED        record number @offset was logged, but the backing file
 *                 refused it; the guest got an error.
 *   RESET         the harness zeroed the whole disk.
 */
#ifndef NBDLOG_RECORD_H
#define NBDLOG_RECORD_H

#include <stdint.h>

#define NBDLOG_MAGIC	0x314c4e56	/* "VNL1" */
#define NBDLOG_FUA	0x8000		/* in flags of WRITE, ZERO and TRIM */

enum nbdlog_type {
	NBDLOG_OPEN = 1,
	NBDLOG_CLOSE,
	NBDLOG_WRITE,
	NBDLOG_ZERO,
	NBDLOG_TRIM,
	NBDLOG_FLUSH,
	NBDLOG_READ,
	NBDLOG_MARK,
	NBDLOG_REFUSED,
	NBDLOG_FAILED,
	NBDLOG_RESET,
};

struct nbdlog_record {
	uint32_t magic;
	uint16_t type;
	uint16_t flags;
	uint64_t seq;		/* 1, 2, 3, … without a gap */
	uint64_t time;		/* ns, CLOCK_MONOTONIC of the host */
	uint32_t guest;		/* 0: the harness */
	uint32_t conn;		/* number of the connection, 0: none */
	uint64_t offset;
	uint64_t length;
	uint32_t payload;	/* bytes that follow */
	uint32_t reserved;
};

_Static_assert(sizeof(struct nbdlog_record) == 56, "part of the file format");

#endif
