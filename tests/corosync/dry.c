// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvcs for vcs-corosyncd on a real corosync without a kernel: the cluster is
 * this file, and goes with the process. Commands, a byte each, come by the FIFO
 * $DRY_FIFO: j join, l leave, s submit a record, f the fence asked for last has
 * succeeded. What the kernel would hear is written to stdout, a line each.
 */
#include <errno.h>
#include <fcntl.h>
#include <libvcs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct vcs_bridge {
	const struct vcs_bridge_ops *ops;
	void *arg;
	int fifo;
	struct vcs_error error;

	bool joined;		/* there is such a cluster */
	bool owned;
	bool asked;		/* to join, since the claim */
	uint64_t incarnation;
	uint64_t seq;
	uint64_t generation;
	uint64_t position;
	uint64_t fence_cookie;
	unsigned char state[VCS_UB_STATE_MAX];
	size_t state_len;
	unsigned char record[2];
};

static struct vcs_bridge one;

static int answer(struct vcs_bridge *bridge, int err)
{
	bridge->error.err = -err;
	snprintf(bridge->error.attr, sizeof(bridge->error.attr), "%s",
		 err == -ENOENT ? "CLUSTER" : "");
	snprintf(bridge->error.text, sizeof(bridge->error.text), "%s",
		 strerror(-err));
	return err;
}

static int check(struct vcs_bridge *bridge)
{
	return answer(bridge, !bridge->joined ? -ENOENT :
			      bridge->owned ? 0 : -EPERM);
}

static void end(struct vcs_bridge *bridge, const char *how)
{
	bridge->joined = false;
	printf("%s\n", how);
}

int vcs_bridge_open(struct vcs_bridge **bridge, const char *cluster,
		    const struct vcs_bridge_ops *ops, void *arg,
		    struct vcs_error *e)
{
	const char *fifo = getenv("DRY_FIFO");

	(void)cluster;
	setlinebuf(stdout);
	one.ops = ops;
	one.arg = arg;
	one.fifo = fifo ? open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
	*bridge = &one;
	if (one.fifo >= 0)
		return 0;
	snprintf(e->text, sizeof(e->text), "$DRY_FIFO is no FIFO");
	return -EINVAL;
}

int vcs_bridge_fd(const struct vcs_bridge *bridge)
{
	return bridge->fifo;
}

const struct vcs_error *vcs_bridge_error(const struct vcs_bridge *bridge)
{
	return &bridge->error;
}

int vcs_bridge_claim(struct vcs_bridge *bridge, uint32_t deadline_ms,
		     struct vcs_bridge_belief *belief)
{
	(void)deadline_ms;
	if (!bridge->joined)
		return answer(bridge, -ENOENT);
	bridge->owned = true;
	memset(belief, 0, sizeof(*belief));
	belief->incarnation = bridge->incarnation;
	belief->load_id = getpid();
	belief->grace_ms = 10000;
	belief->drained = true;
	belief->view.generation = bridge->generation;
	belief->position = bridge->position;
	belief->state = bridge->state_len ? bridge->state : NULL;
	belief->state_len = bridge->state_len;
	bridge->asked = false;
	return 0;
}

static void begin(struct vcs_bridge *bridge)
{
	bridge->joined = true;
	bridge->owned = false;
	bridge->asked = false;
	bridge->generation = 0;
	bridge->position = 0;
	bridge->state_len = 0;
	if (getrandom(&bridge->incarnation, sizeof(bridge->incarnation), 0) < 0)
		abort();
}

static void command(struct vcs_bridge *bridge, char what)
{
	struct vcs_bridge_fenced fenced = {
		.fence_cookie = bridge->fence_cookie,
		.result = VCS_FENCE_SUCCESS,
	};

	switch (what) {
	case 'j':
		begin(bridge);
		break;
	case 'l':
		bridge->ops->leave(bridge, ++bridge->seq, VCS_UB_HOW_CLEAN,
				   bridge->arg);
		break;
	case 's':
		bridge->record[0] = bridge->seq;
		bridge->ops->submit(bridge, ++bridge->seq, bridge->generation,
				    bridge->record, sizeof(bridge->record),
				    bridge->arg);
		break;
	case 'f':
		bridge->ops->fenced(bridge, ++bridge->seq, &fenced, bridge->arg);
		break;
	}
}

int vcs_bridge_dispatch(struct vcs_bridge *bridge)
{
	char byte;

	if (read(bridge->fifo, &byte, 1) == 1)
		command(bridge, byte);
	return answer(bridge, 0);
}

int vcs_bridge_ping(struct vcs_bridge *bridge)
{
	int ret = check(bridge);

	if (ret)
		return ret;
	/* With the first one after a claim, for here nothing is unasked. */
	if (!bridge->asked && !bridge->generation) {
		bridge->asked = true;
		bridge->ops->join(bridge, ++bridge->seq, bridge->incarnation,
				  "", bridge->arg);
	}
	return check(bridge);
}

int vcs_bridge_resume(struct vcs_bridge *bridge, const uint8_t *lifetime,
		      uint64_t generation, bool quorate, const char *reason)
{
	(void)lifetime;
	(void)generation;
	(void)quorate;
	(void)reason;
	return check(bridge);
}

int vcs_bridge_view(struct vcs_bridge *bridge,
		    const struct vcs_bridge_view *view)
{
	int ret = check(bridge);
	char members[256] = "";
	size_t i, len = 0;

	if (ret)
		return ret;
	for (i = 0; i < view->nr_members && len < sizeof(members); i++)
		len += snprintf(members + len, sizeof(members) - len, " %u",
				view->members[i].nodeid);
	printf("view %llu:%s\n", (unsigned long long)view->generation, members);
	bridge->generation = view->generation;
	bridge->position = 0;
	return 0;
}

int vcs_bridge_quorate(struct vcs_bridge *bridge, const uint8_t *lifetime,
		       uint64_t generation, bool quorate, const char *reason)
{
	int ret = check(bridge);

	(void)lifetime;
	(void)generation;
	if (ret)
		return ret;
	printf("%s: %s\n", quorate ? "quorate" : "not quorate", reason);
	return 0;
}

int vcs_bridge_deliver(struct vcs_bridge *bridge,
		       const struct vcs_bridge_record *record)
{
	int ret = check(bridge);

	if (ret)
		return ret;
	bridge->position = record->position;
	printf("record %llu of %u\n", (unsigned long long)record->position,
	       record->from);
	return 0;
}

int vcs_bridge_result(struct vcs_bridge *bridge, uint64_t seq)
{
	int ret = check(bridge);

	(void)seq;
	if (ret)
		return ret;
	if (bridge->fence_cookie)
		bridge->fence_cookie = 0;
	else
		end(bridge, "left");
	return 0;
}

int vcs_bridge_fence(struct vcs_bridge *bridge, uint32_t nodeid,
		     uint64_t incarnation, uint64_t fence_cookie)
{
	int ret = check(bridge);

	(void)incarnation;
	if (ret)
		return ret;
	bridge->fence_cookie = fence_cookie;
	printf("fence %u\n", nodeid);
	return 0;
}

int vcs_bridge_may_join(struct vcs_bridge *bridge, uint32_t nodeid,
			bool settled)
{
	(void)nodeid;
	(void)settled;
	return check(bridge);
}

int vcs_bridge_join_failed(struct vcs_bridge *bridge, int err,
			   const char *reason)
{
	int ret = check(bridge);

	(void)err;
	if (ret)
		return ret;
	printf("%s\n", reason);
	end(bridge, "join failed");
	return 0;
}

int vcs_bridge_evicted(struct vcs_bridge *bridge, enum vcs_leave_reason reason)
{
	int ret = check(bridge);

	(void)reason;
	if (ret)
		return ret;
	end(bridge, "evicted");
	return 0;
}

int vcs_bridge_suspect(struct vcs_bridge *bridge, uint32_t nodeid, bool suspect,
		       const char *reason)
{
	int ret = check(bridge);

	(void)reason;
	if (ret)
		return ret;
	printf("%u is %s\n", nodeid, suspect ? "suspect" : "heard");
	return 0;
}

int vcs_bridge_store(struct vcs_bridge *bridge, const void *state, size_t len)
{
	int ret = check(bridge);

	if (ret)
		return ret;
	memcpy(bridge->state, state, len);
	bridge->state_len = len;
	return 0;
}
