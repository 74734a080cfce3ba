// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views and records, as far as the bridge itself has to know them: the core
 * checks the rest. Pure; see state.h.
 *
 * A record submitted while a view is put to the core may be for either view.
 * It counts for the new one, for what the core wants sent in the new view must
 * not be forgotten with the old; if the core refuses the view, for the old.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "state.h"

void ub_view_begin(struct ub_state *state, u64 generation)
{
	state->proposed = generation;
}

static void adopt_or_forget(struct ub_state *state, bool accepted)
{
	struct ub_request *request;
	u32 i;

	for (i = 0; i < UB_REQUESTS_MAX; i++) {
		request = &state->requests[i];
		if (!request->seq || request->cmd != VCS_UB_CMD_SUBMIT)
			continue;
		if (!accepted)
			request->generation = state->generation;
		else if (request->generation != state->proposed)
			request->seq = 0;
	}
}

void ub_view_end(struct ub_state *state, const struct vcs_lifetime *lifetime,
		 bool accepted)
{
	adopt_or_forget(state, accepted);
	if (accepted) {
		state->lifetime = *lifetime;
		state->generation = state->proposed;
		state->position = 0;
		ub_forget(state, VCS_UB_CMD_JOIN);
	}
	state->proposed = 0;
}

int ub_check_record(const struct ub_state *state, u64 generation, u64 position,
		    struct ub_refusal *refusal)
{
	if (!state->generation || generation != state->generation)
		return ub_refuse(refusal, VCS_UB_A_GENERATION, -ESTALE,
				 "GENERATION: not the current one; records of others are void");
	if (position <= state->position)
		return ub_refuse(refusal, VCS_UB_A_POSITION, -EALREADY,
				 "POSITION: was delivered; go on with the next");
	if (position != state->position + 1)
		return ub_refuse(refusal, VCS_UB_A_POSITION, -EPROTO,
				 "POSITION: one was left out; GET says which was last");
	return 0;
}

int ub_check_own(const struct ub_state *state, u64 seq, const void *data,
		 u32 len, struct ub_refusal *refusal)
{
	const struct ub_request *request = seq ? ub_find(state, seq) : NULL;

	if (!request && (!seq || seq > state->last_seq))
		return ub_refuse(refusal, VCS_UB_A_SEQ, -ENOENT,
				 "SEQ: never asked for; send the number of the SUBMIT");
	if (!request)
		return ub_refuse(refusal, VCS_UB_A_SEQ, -ESTALE,
				 "SEQ: was answered, or is void since a later view");
	if (request->cmd != VCS_UB_CMD_SUBMIT)
		return ub_refuse(refusal, VCS_UB_A_SEQ, -EINVAL,
				 "SEQ: not of a SUBMIT; DELIVER answers nothing else");
	if (request != ub_oldest(state, VCS_UB_CMD_SUBMIT))
		return ub_refuse(refusal, VCS_UB_A_SEQ, -EPROTO,
				 "SEQ: an earlier SUBMIT comes first; keep their order");
	if (request->len != len || memcmp(request->data, data, len))
		return ub_refuse(refusal, VCS_UB_A_DATA, -EPROTO,
				 "DATA: not what was submitted under this SEQ");
	return 0;
}

void ub_record_taken(struct ub_state *state, u64 seq)
{
	struct ub_request *request = seq ? ub_find(state, seq) : NULL;

	state->position++;
	if (request)
		request->seq = 0;
}
