// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a daemon says to the kernel: one function for each message. */
#include <errno.h>
#include <string.h>
#include "bridge.h"

static int say(struct vcs_bridge *bridge)
{
	return vcsi_bridge_call(bridge, NULL, NULL);
}

static void put_reason(struct vcs_bridge *bridge, const char *reason)
{
	if (reason)
		vcsi_put_string(&bridge->socket, VCS_UB_A_REASON, reason);
}

static void put_which(struct vcs_bridge *bridge, const uint8_t *lifetime,
		      uint64_t generation)
{
	vcsi_put(&bridge->socket, VCS_UB_A_LIFETIME, lifetime,
		 VCS_LIFETIME_LEN);
	vcsi_put_u64(&bridge->socket, VCS_UB_A_GENERATION, generation);
}

int vcs_bridge_ping(struct vcs_bridge *bridge)
{
	vcsi_bridge_begin(bridge, VCS_UB_CMD_PING);
	return say(bridge);
}

static int say_quorate(struct vcs_bridge *bridge, int cmd,
		       const uint8_t *lifetime, uint64_t generation,
		       bool quorate, const char *reason)
{
	vcsi_bridge_begin(bridge, cmd);
	put_which(bridge, lifetime, generation);
	vcsi_put_u8(&bridge->socket, VCS_UB_A_QUORATE, quorate);
	put_reason(bridge, reason);
	return say(bridge);
}

int vcs_bridge_resume(struct vcs_bridge *bridge, const uint8_t *lifetime,
		      uint64_t generation, bool quorate, const char *reason)
{
	return say_quorate(bridge, VCS_UB_CMD_RESUME, lifetime, generation,
			   quorate, reason);
}

int vcs_bridge_quorate(struct vcs_bridge *bridge, const uint8_t *lifetime,
		       uint64_t generation, bool quorate, const char *reason)
{
	return say_quorate(bridge, VCS_UB_CMD_QUORATE, lifetime, generation,
			   quorate, reason);
}

static void put_member(struct vcsi_socket *s,
		       const struct vcs_bridge_member *member)
{
	struct nlattr *nest = vcsi_nest(s, VCS_UB_A_MEMBER);

	vcsi_put_u32(s, VCS_UB_NODE_A_NODEID, member->nodeid);
	vcsi_put_u64(s, VCS_UB_NODE_A_INCARNATION, member->incarnation);
	vcsi_put_u64(s, VCS_UB_NODE_A_JOINED_GENERATION,
		     member->joined_generation);
	vcsi_put_u32(s, VCS_UB_NODE_A_VOTES, member->votes);
	if (member->settled)
		vcsi_put(s, VCS_UB_NODE_A_SETTLED, NULL, 0);
	vcsi_nest_end(s, nest);
}

static void put_departed(struct vcsi_socket *s,
			 const struct vcs_bridge_departed *departed)
{
	struct nlattr *nest = vcsi_nest(s, VCS_UB_A_DEPARTED);

	vcsi_put_u32(s, VCS_UB_NODE_A_NODEID, departed->nodeid);
	vcsi_put_u64(s, VCS_UB_NODE_A_INCARNATION, departed->incarnation);
	vcsi_put_u32(s, VCS_UB_NODE_A_REASON, departed->reason);
	vcsi_nest_end(s, nest);
}

int vcs_bridge_view(struct vcs_bridge *bridge,
		    const struct vcs_bridge_view *view)
{
	struct vcsi_socket *s = &bridge->socket;
	size_t i;
	int ret;

	vcsi_bridge_begin(bridge, VCS_UB_CMD_VIEW);
	put_which(bridge, view->lifetime, view->generation);
	vcsi_put_u32(s, VCS_UB_A_EXPECTED_VOTES, view->expected_votes);
	vcsi_put_u32(s, VCS_UB_A_QUORUM, view->quorum);
	for (i = 0; i < view->nr_members && !s->full; i++)
		put_member(s, &view->members[i]);
	for (i = 0; i < view->nr_departed && !s->full; i++)
		put_departed(s, &view->departed[i]);
	ret = say(bridge);
	if (!ret)
		bridge->generation = view->generation;
	return ret;
}

int vcs_bridge_deliver(struct vcs_bridge *bridge,
		       const struct vcs_bridge_record *record)
{
	struct vcsi_socket *s = &bridge->socket;

	vcsi_bridge_begin(bridge, VCS_UB_CMD_DELIVER);
	put_which(bridge, record->lifetime, record->generation);
	vcsi_put_u64(s, VCS_UB_A_POSITION, record->position);
	vcsi_put_u32(s, VCS_UB_A_FROM, record->from);
	vcsi_put(s, VCS_UB_A_DATA, record->data, record->len);
	if (record->seq)
		vcsi_put_u64(s, VCS_UB_A_SEQ, record->seq);
	return say(bridge);
}

int vcs_bridge_result(struct vcs_bridge *bridge, uint64_t seq)
{
	vcsi_bridge_begin(bridge, VCS_UB_CMD_RESULT);
	vcsi_put_u64(&bridge->socket, VCS_UB_A_SEQ, seq);
	return say(bridge);
}

int vcs_bridge_fence(struct vcs_bridge *bridge, uint32_t nodeid,
		     uint64_t incarnation, uint64_t fence_cookie)
{
	struct vcsi_socket *s = &bridge->socket;

	vcsi_bridge_begin(bridge, VCS_UB_CMD_FENCE);
	vcsi_put_u32(s, VCS_UB_A_NODEID, nodeid);
	vcsi_put_u64(s, VCS_UB_A_INCARNATION, incarnation);
	vcsi_put_u64(s, VCS_UB_A_FENCE_COOKIE, fence_cookie);
	return say(bridge);
}

int vcs_bridge_may_join(struct vcs_bridge *bridge, uint32_t nodeid,
			bool settled)
{
	vcsi_bridge_begin(bridge, VCS_UB_CMD_MAY_JOIN);
	vcsi_put_u32(&bridge->socket, VCS_UB_A_NODEID, nodeid);
	if (settled)
		vcsi_put(&bridge->socket, VCS_UB_A_SETTLED, NULL, 0);
	return say(bridge);
}

int vcs_bridge_join_failed(struct vcs_bridge *bridge, int err,
			   const char *reason)
{
	vcsi_bridge_begin(bridge, VCS_UB_CMD_JOIN_FAILED);
	vcsi_put(&bridge->socket, VCS_UB_A_ERROR, &err, sizeof(err));
	put_reason(bridge, reason);
	return say(bridge);
}

int vcs_bridge_evicted(struct vcs_bridge *bridge, enum vcs_leave_reason reason)
{
	vcsi_bridge_begin(bridge, VCS_UB_CMD_EVICTED);
	vcsi_put_u32(&bridge->socket, VCS_UB_A_LEAVE_REASON, reason);
	return say(bridge);
}

int vcs_bridge_suspect(struct vcs_bridge *bridge, uint32_t nodeid, bool suspect,
		       const char *reason)
{
	vcsi_bridge_begin(bridge, VCS_UB_CMD_SUSPECT);
	vcsi_put_u32(&bridge->socket, VCS_UB_A_NODEID, nodeid);
	vcsi_put_u8(&bridge->socket, VCS_UB_A_SUSPECT, suspect);
	put_reason(bridge, reason);
	return say(bridge);
}

int vcs_bridge_store(struct vcs_bridge *bridge, const void *state, size_t len)
{
	vcsi_bridge_begin(bridge, VCS_UB_CMD_STORE);
	vcsi_put(&bridge->socket, VCS_UB_A_STATE, state, len);
	return say(bridge);
}
