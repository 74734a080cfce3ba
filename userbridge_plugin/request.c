// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the daemon: each stays until it was answered, and is sent once
 * to each owner. There is a place for every one that may not be refused: a
 * fence takes the place of its answer when it begins. Pure; see state.h.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "state.h"

static u32 count(const struct ub_state *state, enum vcs_ub_cmd cmd)
{
	u32 i, nr = 0;

	for (i = 0; i < UB_REQUESTS_MAX; i++)
		if (state->requests[i].seq && state->requests[i].cmd == cmd)
			nr++;
	return nr;
}

static struct ub_request *add(struct ub_state *state, enum vcs_ub_cmd cmd)
{
	struct ub_request *request = ub_find(state, 0);

	if (!request)
		return NULL;
	request->seq = ++state->last_seq;
	request->cmd = cmd;
	request->sent = false;
	request->ready = cmd != VCS_UB_CMD_FENCED;
	request->len = 0;
	return request;
}

/* By its number; 0 finds a free place. */
struct ub_request *ub_find(const struct ub_state *state, u64 seq)
{
	u32 i;

	for (i = 0; i < UB_REQUESTS_MAX; i++)
		if (state->requests[i].seq == seq)
			return (struct ub_request *)&state->requests[i];
	return NULL;
}

struct ub_request *ub_oldest(const struct ub_state *state, enum vcs_ub_cmd cmd)
{
	const struct ub_request *request, *oldest = NULL;
	u32 i;

	for (i = 0; i < UB_REQUESTS_MAX; i++) {
		request = &state->requests[i];
		if (request->seq && request->cmd == cmd &&
		    (!oldest || request->seq < oldest->seq))
			oldest = request;
	}
	return (struct ub_request *)oldest;
}

void ub_forget(struct ub_state *state, enum vcs_ub_cmd cmd)
{
	struct ub_request *request;

	while ((request = ub_oldest(state, cmd)))
		request->seq = 0;
}

int ub_ask(struct ub_state *state, enum vcs_ub_cmd cmd, u32 value)
{
	struct ub_request *request;

	if (count(state, cmd))
		return -EALREADY;
	request = add(state, cmd);
	if (!request)
		return -EAGAIN;
	request->value = value;
	return 0;
}

int ub_submit(struct ub_state *state, const void *data, size_t len)
{
	struct ub_request *request;

	if (!len || len > VCS_UB_DATA_MAX)
		return -EMSGSIZE;
	if (!state->generation && !state->proposed)
		return -ENOTCONN;
	if (count(state, VCS_UB_CMD_SUBMIT) == UB_SUBMITS_MAX) {
		state->starved = true;
		return -EAGAIN;
	}
	request = add(state, VCS_UB_CMD_SUBMIT);
	if (!request)
		return -EAGAIN;
	request->generation = state->proposed ? state->proposed :
						state->generation;
	request->len = len;
	memcpy(request->data, data, len);
	return 0;
}

bool ub_has_room(struct ub_state *state)
{
	if (!state->starved ||
	    count(state, VCS_UB_CMD_SUBMIT) > UB_SUBMITS_MAX / 2)
		return false;
	state->starved = false;
	return true;
}

static struct ub_request *find_fence(const struct ub_state *state,
				     u64 fence_cookie)
{
	const struct ub_request *request;
	u32 i;

	for (i = 0; i < UB_REQUESTS_MAX; i++) {
		request = &state->requests[i];
		if (request->seq && request->cmd == VCS_UB_CMD_FENCED &&
		    request->fence_cookie == fence_cookie)
			return (struct ub_request *)request;
	}
	return NULL;
}

int ub_fence_begin(struct ub_state *state, u32 nodeid, u64 incarnation,
		   u64 fence_cookie, struct ub_refusal *refusal)
{
	struct ub_request *request;

	if (find_fence(state, fence_cookie))
		return ub_refuse(refusal, VCS_UB_A_FENCE_COOKIE, -EALREADY,
				 "FENCE_COOKIE: is under way; wait for FENCED and answer it");
	if (count(state, VCS_UB_CMD_FENCED) == UB_FENCES_MAX)
		return ub_refuse(refusal, VCS_UB_A_FENCE_COOKIE, -EAGAIN,
				 "FENCE_COOKIE: too many are under way; answer each FENCED with RESULT");
	request = add(state, VCS_UB_CMD_FENCED);
	if (!request)
		return -EAGAIN;
	request->nodeid = nodeid;
	request->incarnation = incarnation;
	request->fence_cookie = fence_cookie;
	return 0;
}

void ub_fence_undo(struct ub_state *state, u64 fence_cookie)
{
	struct ub_request *request = find_fence(state, fence_cookie);

	if (request)
		request->seq = 0;
}

bool ub_fence_result(struct ub_state *state, u64 fence_cookie, u32 result)
{
	struct ub_request *request = find_fence(state, fence_cookie);

	if (!request || request->ready)
		return false;
	request->ready = true;
	request->value = result;
	return true;
}

int ub_answer(struct ub_state *state, u64 seq, enum vcs_ub_cmd *cmd,
	      struct ub_refusal *refusal)
{
	struct ub_request *request = seq ? ub_find(state, seq) : NULL;

	if (seq > state->last_seq || !seq || (request && !request->sent))
		return ub_refuse(refusal, VCS_UB_A_SEQ, -ENOENT,
				 "SEQ: never asked of this owner");
	if (!request)
		return ub_refuse(refusal, VCS_UB_A_SEQ, -ESTALE,
				 "SEQ: was answered before, or is void");
	if (request->cmd == VCS_UB_CMD_JOIN)
		return ub_refuse(refusal, VCS_UB_A_SEQ, -EINVAL,
				 "SEQ: of a JOIN; answer it with VIEW or JOIN_FAILED");
	if (request->cmd == VCS_UB_CMD_SUBMIT)
		return ub_refuse(refusal, VCS_UB_A_SEQ, -EINVAL,
				 "SEQ: of a SUBMIT; answer it with DELIVER");
	*cmd = request->cmd;
	request->seq = 0;
	return 0;
}

struct ub_request *ub_next_unsent(struct ub_state *state)
{
	struct ub_request *request, *next = NULL;
	u32 i;

	if (!state->owner || state->proposed)
		return NULL;
	for (i = 0; i < UB_REQUESTS_MAX; i++) {
		request = &state->requests[i];
		if (request->seq && request->ready && !request->sent &&
		    (!next || request->seq < next->seq))
			next = request;
	}
	return next;
}

u32 ub_pending(const struct ub_state *state)
{
	u32 i, nr = 0;

	for (i = 0; i < UB_REQUESTS_MAX; i++)
		nr += state->requests[i].seq != 0;
	return nr;
}
