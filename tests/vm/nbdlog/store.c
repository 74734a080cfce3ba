// SPDX-License-Identifier: GPL-2.0-only
/*
 * The disk, its log and who may write.
 *
 * One mutex makes the one order: a request is logged and applied inside the
 * same critical section, so the log is the history of the disk and not a
 * guess at it. Marks of the harness take the same mutex.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

struct guest {
	uint32_t conns;
	uint32_t waiting;	/* requests that are held */
	bool held;		/* writes wait, as in a switch's queue */
	uint64_t held_from;	/* those to a range alone, if it has a length */
	uint64_t held_length;
	bool blocked;		/* writes fail */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct guest guests[STORE_GUESTS];
static int disk_fd = -1, log_fd = -1;
static uint64_t disk_size, log_end, last_seq;
static uint32_t last_conn;
static bool log_reads;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/*
 * Append one record; the lock is held. A record that fits only in part is
 * cut off again: a log with a torn record in the middle would be useless.
 */
static uint64_t append(enum nbdlog_type type, unsigned int flags,
		       const struct request *req, const void *payload,
		       uint32_t len)
{
	struct nbdlog_record rec = {
		.magic = htole32(NBDLOG_MAGIC),
		.type = htole16(type),
		.flags = htole16(flags),
		.seq = htole64(last_seq + 1),
		.time = htole64(now_ns()),
		.guest = htole32(req->guest),
		.conn = htole32(req->conn),
		.offset = htole64(req->offset),
		.length = htole64(req->length),
		.payload = htole32(len),
	};
	struct iovec iov[2] = {
		{ .iov_base = &rec, .iov_len = sizeof(rec) },
		{ .iov_base = (void *)payload, .iov_len = len },
	};
	ssize_t want = sizeof(rec) + len;

	if (pwritev(log_fd, iov, len ? 2 : 1, log_end) != want) {
		if (ftruncate(log_fd, log_end))
			return 0;	/* the reader stops at the torn end */
		return 0;
	}
	log_end += want;
	return ++last_seq;
}

static int punch(uint64_t offset, uint64_t length)
{
	if (fallocate(disk_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      offset, length))
		return errno;
	return 0;
}

static int apply(const struct request *req)
{
	ssize_t n;

	switch (req->type) {
	case NBDLOG_WRITE:
		n = pwrite(disk_fd, req->data, req->length, req->offset);
		break;
	case NBDLOG_READ:
		n = pread(disk_fd, req->data, req->length, req->offset);
		break;
	case NBDLOG_ZERO:
	case NBDLOG_TRIM:
		return punch(req->offset, req->length);
	default:
		return 0;	/* a flush: the guests' power is not the host's */
	}
	if (n < 0)
		return errno;
	return n == req->length ? 0 : EIO;
}

int store_create(const char *disk, uint64_t size, const char *log)
{
	disk_fd = open(disk, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (disk_fd < 0 || ftruncate(disk_fd, size))
		return errno;
	log_fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (log_fd < 0)
		return errno;
	disk_size = size;
	return 0;
}

uint64_t store_size(void)
{
	return disk_size;
}

void store_log_reads(bool on)
{
	log_reads = on;
}

int store_open(uint32_t guest, uint32_t *conn)
{
	struct request req = { .guest = guest };
	int err = 0;

	pthread_mutex_lock(&lock);
	req.conn = ++last_conn;
	if (append(NBDLOG_OPEN, 0, &req, NULL, 0))
		guests[guest].conns++;
	else
		err = EIO;
	pthread_mutex_unlock(&lock);
	*conn = req.conn;
	return err;
}

void store_close(uint32_t guest, uint32_t conn)
{
	struct request req = { .guest = guest, .conn = conn };

	pthread_mutex_lock(&lock);
	append(NBDLOG_CLOSE, 0, &req, NULL, 0);
	guests[guest].conns--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static bool is_held(const struct guest *guest, const struct request *req)
{
	if (!guest->held || req->type == NBDLOG_READ)
		return false;
	return !guest->held_length ||
	       (req->offset < guest->held_from + guest->held_length &&
		req->offset + req->length > guest->held_from);
}

int store_request(const struct request *req)
{
	struct guest *guest = &guests[req->guest];
	bool read = req->type == NBDLOG_READ;
	uint32_t payload = req->type == NBDLOG_WRITE ? req->length : 0;
	struct request failed = *req;
	int err;

	pthread_mutex_lock(&lock);
	guest->waiting++;
	while (is_held(guest, req))
		pthread_cond_wait(&changed, &lock);
	guest->waiting--;
	if (guest->blocked && !read) {
		append(NBDLOG_REFUSED, req->type, req, NULL, 0);
		err = EIO;
		goto out;
	}
	if (read && !log_reads) {
		err = apply(req);
		goto out;
	}
	err = EIO;
	if (!append(req->type, req->fua ? NBDLOG_FUA : 0, req, req->data, payload))
		goto out;
	failed.offset = last_seq;
	err = apply(req);
	if (err)
		append(NBDLOG_FAILED, 0, &failed, NULL, 0);
out:
	pthread_mutex_unlock(&lock);
	return err;
}

static uint64_t mark(uint32_t guest, const char *text)
{
	struct request req = { .guest = guest };

	return append(NBDLOG_MARK, 0, &req, text, strlen(text));
}

uint64_t store_mark(const char *text)
{
	uint64_t seq;

	pthread_mutex_lock(&lock);
	seq = mark(0, text);
	pthread_mutex_unlock(&lock);
	return seq;
}

/* Wait until @guest can write no more, and say so before anything else. */
uint64_t store_mark_drained(uint32_t guest, const char *text)
{
	uint64_t seq;

	pthread_mutex_lock(&lock);
	while (guests[guest].conns)
		pthread_cond_wait(&changed, &lock);
	seq = mark(0, text);
	pthread_mutex_unlock(&lock);
	return seq;
}

uint64_t store_reset(void)
{
	struct request req = { 0 };
	uint64_t seq = 0;

	pthread_mutex_lock(&lock);
	if (!punch(0, disk_size))
		seq = append(NBDLOG_RESET, 0, &req, NULL, 0);
	pthread_mutex_unlock(&lock);
	return seq;
}

uint32_t store_connections(uint32_t guest)
{
	uint32_t conns;

	pthread_mutex_lock(&lock);
	conns = guests[guest].conns;
	pthread_mutex_unlock(&lock);
	return conns;
}

/* The lock is held while a request does not wait, so this counts the held. */
uint32_t store_waiting(uint32_t guest)
{
	uint32_t waiting;

	pthread_mutex_lock(&lock);
	waiting = guests[guest].waiting;
	pthread_mutex_unlock(&lock);
	return waiting;
}

static void set_hold(uint32_t guest, bool on, uint64_t offset, uint64_t length)
{
	pthread_mutex_lock(&lock);
	guests[guest].held = on;
	guests[guest].held_from = offset;
	guests[guest].held_length = length;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

void store_hold(uint32_t guest, uint64_t offset, uint64_t length)
{
	set_hold(guest, true, offset, length);
}

void store_hold_all(uint32_t guest)
{
	set_hold(guest, true, 0, 0);
}

void store_release(uint32_t guest)
{
	set_hold(guest, false, 0, 0);
}

void store_block(uint32_t guest, bool on)
{
	pthread_mutex_lock(&lock);
	guests[guest].blocked = on;
	pthread_mutex_unlock(&lock);
}
