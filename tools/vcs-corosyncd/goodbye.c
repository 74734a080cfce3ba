// SPDX-License-Identifier: GPL-2.0-only
/*
 * Corosync asks before it ends (corosync-cfgtool -H, systemctl stop). A node that
 * is in a cluster would be fenced for it, so it has to leave that first. Asked by
 * force, corosync ends whatever the answer is.
 */
#include "corosync.h"

/* The callback has no argument; there is one in a process. */
static struct corosync *served;

static void on_shutdown(corosync_cfg_handle_t handle,
			corosync_cfg_shutdown_flags_t flags)
{
	bool used = life_talks(served->life) || life_is_between(served->life);

	(void)flags;
	if (used)
		served->log("corosync may not end before \"vcsctl leave\", or a fence follows");
	corosync_cfg_replyto_shutdown(handle,
				      used ? COROSYNC_CFG_SHUTDOWN_FLAG_NO :
					     COROSYNC_CFG_SHUTDOWN_FLAG_YES);
}

bool goodbye_connect(struct corosync *corosync)
{
	static const corosync_cfg_callbacks_t callbacks = {
		.corosync_cfg_shutdown_callback = on_shutdown,
	};

	served = corosync;
	if (corosync_cfg_initialize(&corosync->cfg, &callbacks) != CS_OK)
		return false;
	if (corosync_cfg_fd_get(corosync->cfg, &corosync->cfg_fd) == CS_OK &&
	    corosync_cfg_trackstart(corosync->cfg, 0) == CS_OK)
		return true;
	corosync_cfg_finalize(corosync->cfg);
	corosync->cfg_fd = -1;
	return false;
}

void goodbye_disconnect(struct corosync *corosync)
{
	if (corosync->cfg_fd >= 0)
		corosync_cfg_finalize(corosync->cfg);
	corosync->cfg_fd = -1;
}
