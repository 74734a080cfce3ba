// SPDX-License-Identifier: GPL-2.0-only
/*
 * nbdlog: an nbdkit plugin that serves one disk to all guests and logs what
 * each of them did to it, in one order. The format is in record.h.
 *
 *   nbdkit -f -U SOCK ./nbdlog.so disk=FILE size=64M log=FILE control=FD
 *
 * FD is an inherited, listening socket for the harness (control.c). A guest
 * says who it is by the export's name: "node3" is guest 3.
 */
#define NBDKIT_API_VERSION 2
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <nbdkit-plugin.h>

#include "control.h"
#include "store.h"

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL

struct client {
	uint32_t guest;
	uint32_t conn;
};

static char *disk_path, *log_path;
static int control_fd = -1;
static int64_t disk_size = -1;

static int nbdlog_config(const char *key, const char *value)
{
	char **path = !strcmp(key, "disk") ? &disk_path :
		      !strcmp(key, "log") ? &log_path : NULL;
	int on;

	if (path) {
		*path = nbdkit_absolute_path(value);
		return *path ? 0 : -1;
	}
	if (!strcmp(key, "size")) {
		disk_size = nbdkit_parse_size(value);
		return disk_size < 0 ? -1 : 0;
	}
	if (!strcmp(key, "control"))
		return nbdkit_parse_int(key, value, &control_fd);
	if (!strcmp(key, "log-reads")) {
		on = nbdkit_parse_bool(value);
		if (on >= 0)
			store_log_reads(on);
		return on < 0 ? -1 : 0;
	}
	nbdkit_error("%s: unknown option", key);
	return -1;
}

static int nbdlog_config_complete(void)
{
	if (disk_path && log_path && control_fd >= 0 && disk_size > 0)
		return 0;
	nbdkit_error("disk=, size=, log= and control= are all needed");
	return -1;
}

static int nbdlog_get_ready(void)
{
	int err = store_create(disk_path, disk_size, log_path);

	if (err)
		nbdkit_error("%s or %s: %s", disk_path, log_path, strerror(err));
	return err ? -1 : 0;
}

static int nbdlog_after_fork(void)
{
	int err = control_start(control_fd);

	if (err)
		nbdkit_error("control thread: %s", strerror(err));
	return err ? -1 : 0;
}

static void *nbdlog_open(int readonly)
{
	const char *name = nbdkit_export_name();
	struct client *client;
	unsigned long guest = 0;

	(void)readonly;
	if (name && !strncmp(name, "node", 4))
		guest = strtoul(name + 4, NULL, 10);
	if (!guest || guest >= STORE_GUESTS) {
		nbdkit_error("export \"%s\": want node1, node2, …",
			     name ? name : "");
		return NULL;
	}
	client = malloc(sizeof(*client));
	if (!client)
		return NULL;
	client->guest = guest;
	if (store_open(guest, &client->conn)) {
		nbdkit_error("%s: the log cannot be written", log_path);
		free(client);
		return NULL;
	}
	return client;
}

/* nbdkit calls this when no request of the connection is in flight. */
static void nbdlog_close(void *handle)
{
	struct client *client = handle;

	store_close(client->guest, client->conn);
	free(client);
}

static int64_t nbdlog_get_size(void *handle)
{
	(void)handle;
	return store_size();
}

static int request(void *handle, enum nbdlog_type type, void *data,
		   uint32_t count, uint64_t offset, uint32_t flags)
{
	struct client *client = handle;
	struct request req = {
		.type = type,
		.guest = client->guest,
		.conn = client->conn,
		.offset = offset,
		.length = count,
		.fua = flags & NBDKIT_FLAG_FUA,
		.data = data,
	};
	int err = store_request(&req);

	if (err)
		nbdkit_set_error(err);
	return err ? -1 : 0;
}

static int nbdlog_pread(void *handle, void *buf, uint32_t count,
			uint64_t offset, uint32_t flags)
{
	return request(handle, NBDLOG_READ, buf, count, offset, flags);
}

static int nbdlog_pwrite(void *handle, const void *buf, uint32_t count,
			 uint64_t offset, uint32_t flags)
{
	return request(handle, NBDLOG_WRITE, (void *)buf, count, offset, flags);
}

static int nbdlog_zero(void *handle, uint32_t count, uint64_t offset,
		       uint32_t flags)
{
	return request(handle, NBDLOG_ZERO, NULL, count, offset, flags);
}

static int nbdlog_trim(void *handle, uint32_t count, uint64_t offset,
		       uint32_t flags)
{
	return request(handle, NBDLOG_TRIM, NULL, count, offset, flags);
}

static int nbdlog_flush(void *handle, uint32_t flags)
{
	return request(handle, NBDLOG_FLUSH, NULL, 0, 0, flags);
}

static int nbdlog_can_fua(void *handle)
{
	(void)handle;
	return NBDKIT_FUA_NATIVE;
}

/* All connections see the same file, so a flush on one is a flush on all. */
static int nbdlog_can_multi_conn(void *handle)
{
	(void)handle;
	return 1;
}

static struct nbdkit_plugin plugin = {
	.name = "nbdlog",
	.longname = "shared disk with one log of everything written to it",
	.config = nbdlog_config,
	.config_complete = nbdlog_config_complete,
	.get_ready = nbdlog_get_ready,
	.after_fork = nbdlog_after_fork,
	.open = nbdlog_open,
	.close = nbdlog_close,
	.get_size = nbdlog_get_size,
	.pread = nbdlog_pread,
	.pwrite = nbdlog_pwrite,
	.zero = nbdlog_zero,
	.trim = nbdlog_trim,
	.flush = nbdlog_flush,
	.can_fua = nbdlog_can_fua,
	.can_multi_conn = nbdlog_can_multi_conn,
	.errno_is_preserved = 0,
};

NBDKIT_REGISTER_PLUGIN(plugin)
