// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a host of fence agents says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "libvcs.h"

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

static void on_accepted(const struct vcs_message *message, void *arg)
{
	struct vcs_fence_request *accepted = arg;

	accepted->cookie = vcs_message_u64(message, VCS_A_COOKIE);
	accepted->incarnation = vcs_message_u64(message, VCS_A_INCARNATION);
	accepted->nodeid = vcs_message_u32(message, VCS_A_NODEID);
	accepted->timeout_ms = vcs_message_u32(message, VCS_A_TIMEOUT_MS);
	copy_text(accepted->reason, sizeof(accepted->reason),
		  vcs_message_string(message, VCS_A_REASON));
}

int vcs_client_fence_accept(struct vcs_client *client, const char *cluster,
			    uint64_t request,
			    struct vcs_fence_request *accepted)
{
	int ret;

	memset(accepted, 0, sizeof(*accepted));
	accepted->request = request;
	copy_text(accepted->cluster, sizeof(accepted->cluster), cluster);
	vcs_client_begin(client, VCS_CMD_FENCE_ACCEPT);
	vcs_client_put_string(client, VCS_A_CLUSTER, cluster);
	vcs_client_put_u64(client, VCS_A_REQUEST, request);
	ret = vcs_client_call(client, on_accepted, accepted);
	/* Only the acknowledgment behind it was lost: the request is ours. */
	return ret == -ENOBUFS && accepted->cookie ? 0 : ret;
}

int vcs_client_fence_done(struct vcs_client *client,
			  const struct vcs_fence_request *accepted,
			  enum vcs_fence_result result, const char *text)
{
	char said[VCS_TEXT_MAX + 1];

	vcs_client_begin(client, VCS_CMD_FENCE_DONE);
	vcs_client_put_string(client, VCS_A_CLUSTER, accepted->cluster);
	vcs_client_put_u64(client, VCS_A_REQUEST, accepted->request);
	vcs_client_put_u64(client, VCS_A_COOKIE, accepted->cookie);
	vcs_client_put_u32(client, VCS_A_RESULT, result);
	if (text) {
		copy_text(said, sizeof(said), text);
		vcs_client_put_string(client, VCS_A_TEXT, said);
	}
	return vcs_client_call(client, NULL, NULL);
}
