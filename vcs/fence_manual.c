// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fence method "manual": leaves it to an administrator. Never done by
 * itself: VCS_CMD_FENCE_CONFIRM settles the fence in the table, and what is
 * under way for it is cancelled. It is the last in the list of a cluster, says
 * so to the administrator, and soon gives the other methods and nodes another
 * chance; a confirmation counts at any time.
 *
 * No state, no lock.
 */
#include <linux/kernel.h>
#include <linux/module.h>

#include "fence_methods.h"

#define WAIT_MS	1000

static int manual_begin(struct vcs_fence_request *request)
{
	const char *cluster = vcs_cluster_name(request->cluster);

	pr_warn_ratelimited("vcs: %s: waits for node %u: make sure that it is off, then: vcsctl confirm %s %u\n",
			    cluster, request->nodeid, cluster,
			    request->nodeid);
	request->timeout_ms = WAIT_MS;
	return 0;
}

static void manual_cancel(struct vcs_fence_request *request)
{
}

/* A confirmation needs nobody who waits for it. */
static bool manual_ready(struct vcs_cluster *cluster)
{
	return false;
}

struct vcs_fence_method vcs_fence_manual = {
	.name = "manual",
	.owner = THIS_MODULE,
	.api = VCS_PROVIDER_API,
	.size = sizeof(struct vcs_fence_method),
	.begin = manual_begin,
	.cancel = manual_cancel,
	.ready = manual_ready,
};
