// SPDX-License-Identifier: GPL-2.0-only
/* SIGHUP: the configuration is read again, and what waits is looked at again. */
#include <syslog.h>
#include "fenced.h"

void fenced_reload(struct fenced *f)
{
	char error[CONFIG_ERROR_MAX];
	struct config *config = config_load(f->path, error);

	if (!config) {
		syslog(LOG_ERR, "%s; the old configuration stays", error);
		return;
	}
	config_free(f->config);
	f->config = config;
	syslog(LOG_INFO, "%s: read again", f->path);
	if (config->exposed)
		syslog(LOG_WARNING, "%s: " CONFIG_EXPOSED, f->path);
	/* A cluster may be ours now that was not before. */
	kernel_scan(f);
}
