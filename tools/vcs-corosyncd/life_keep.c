// SPDX-License-Identifier: GPL-2.0-only
/*
 * What outlives this process, in the kernel: the table of the life, where the
 * records stood, and what keep.h says. And the beginning of a successor: what
 * the kernel lacks of the last decision, and when its freeze may end.
 */
#include "../../cman_plugin/cursor.h"
#include "life_int.h"

#define STORE_VERSION	1
#define STORE_HEAD	(23 + CMAN_NODES_MAX * 8)

_Static_assert(STORE_HEAD + CMAN_KEEP_MAX <= VCS_UB_STATE_MAX,
	       "the kernel has no room for it");

enum {
	STORE_TWO_NODE		= 1 << 0,
	STORE_WAIT_FOR_ALL	= 1 << 1,
	STORE_REBOOT_FENCES	= 1 << 2,
};

static void put_head(struct cman_put *w, const struct life *life, u64 position)
{
	const struct cman_config *config = &life->config;
	u32 i;

	cman_put_u8(w, STORE_VERSION);
	cman_put_u8(w, (config->two_node ? STORE_TWO_NODE : 0) |
		    (config->wait_for_all ? STORE_WAIT_FOR_ALL : 0) |
		    (config->reboot_fences ? STORE_REBOOT_FENCES : 0));
	cman_put_u32(w, config->fence_delay_ms);
	cman_put_u32(w, config->nodeid);
	cman_put_u32(w, config->nr_nodes);
	for (i = 0; i < config->nr_nodes; i++) {
		cman_put_u32(w, config->nodes[i].nodeid);
		cman_put_u32(w, config->nodes[i].votes);
	}
	cman_put_u64(w, position);
}

/* @position: where the records will stand when what was decided is done. */
bool life_store(struct life *life, u64 position)
{
	struct cman_put w = { .p = life->kept, .max = sizeof(life->kept) };
	size_t len;

	put_head(&w, life, position);
	len = cman_keep_write(&life->sm, w.p + w.len, w.max - w.len);
	if (w.bad || !len) {
		life_give_up(life, "the state does not fit");
		return false;
	}
	/* What the kernel did not take, nobody may be told. */
	return life_said(life, vcs_bridge_store(life->bridge, life->kept,
						w.len + len), "STORE") &&
	       life->phase == LIFE_ON;
}

static bool get_head(struct cman_get *r, struct cman_config *config,
		     u32 grace_ms, u64 *position)
{
	u8 version = cman_get_u8(r), flags = cman_get_u8(r);
	u32 i;

	memset(config, 0, sizeof(*config));
	config->two_node = flags & STORE_TWO_NODE;
	config->wait_for_all = flags & STORE_WAIT_FOR_ALL;
	config->reboot_fences = flags & STORE_REBOOT_FENCES;
	config->fence_delay_ms = cman_get_u32(r);
	config->nodeid = cman_get_u32(r);
	config->nr_nodes = cman_get_u32(r);
	if (version != STORE_VERSION || config->nr_nodes > CMAN_NODES_MAX)
		return false;
	for (i = 0; i < config->nr_nodes; i++) {
		config->nodes[i].nodeid = cman_get_u32(r);
		config->nodes[i].votes = cman_get_u32(r);
	}
	*position = cman_get_u64(r);
	table_derive(config, grace_ms);
	return !r->bad && !cman_config_check(config);
}

static u32 records_in(const u8 *batch, u32 len)
{
	struct cman_record record;
	size_t pos = 0;
	u32 nr = 0;

	while (cman_batch_next(batch, len, &pos, &record))
		nr++;
	return nr;
}

/* What the kernel lacks of the last decision; false: they do not match. */
static bool find_missing(struct life *life, u64 position)
{
	const struct cman_state *state = &life->sm.state;
	u32 len = 0;
	const u8 *last = cman_keep_last(&life->sm, &len);

	life->missing = 0;
	life->missing_view = false;
	if (life->sm.role != CMAN_ROLE_MEMBER)
		return !life->generation;
	if (life->generation && memcmp(&life->lifetime, &state->lifetime,
				       sizeof(life->lifetime)))
		return false;
	if (last[0] == CMAN_VALUE_VIEW) {
		life->missing_view = life->generation != state->generation;
		return !life->missing_view || !life->generation ||
		       life->generation + 1 == state->generation;
	}
	if (life->generation != state->generation || position < life->position ||
	    position - life->position > records_in(last, len))
		return false;
	life->missing = position - life->position;
	return true;
}

static bool go_on_with(struct life *life, const u8 *kept, size_t len)
{
	struct cman_get r = { .p = kept, .len = len };
	u64 now = life->env.now_ms(life->env.arg), position;
	struct vcs_lifetime lifetime;
	u32 i;

	if (!get_head(&r, &life->config, life->grace_ms, &position))
		return false;
	for (i = 0; i < VCS_LIFETIME_LEN; i++)
		lifetime.id[i] = (u8)life->env.random(life->env.arg);
	cman_sm_init(&life->sm, &life->config, life->incarnation, &life->attest,
		     &lifetime, now);
	return !cman_keep_read(&life->sm, r.p, r.len, now,
			       life->env.random(life->env.arg)) &&
	       find_missing(life, position);
}

static void believe(struct life *life, const struct vcs_bridge_belief *belief)
{
	memset(&life->attest, 0, sizeof(life->attest));
	life->attest.load_id = belief->load_id;
	memcpy(life->attest.machine_id, belief->machine_id, VCS_MACHINE_ID_LEN);
	life->attest.drained = belief->drained;
	life->incarnation = belief->incarnation;
	life->grace_ms = belief->grace_ms;
	memcpy(life->lifetime.id, belief->view.lifetime, VCS_LIFETIME_LEN);
	life->generation = belief->view.generation;
	life->position = belief->position;
	life->frozen = belief->frozen;
	life->frozen_until_ms = life->env.now_ms(life->env.arg) +
				life->grace_ms / 2;
	life->asked_to_join = false;
	life->leave_seq = 0;
	life->quorate = false;
	life->said_generation = 0;
	scnprintf(life->reason, sizeof(life->reason),
		  "the daemon has just started");
	life->nr_submits = 0;
	life->nr_given = 0;
	life->nr_answers = 0;
}

/* A life whose promises are lost must not answer as if it had made none. */
static void begin(struct life *life, const struct vcs_bridge_belief *belief)
{
	bool good = belief->state && go_on_with(life, belief->state,
						belief->state_len);

	if (!good && (life->generation || belief->state)) {
		life_evict(life, VCS_LEAVE_INCONSISTENT,
			   "what its last daemon promised is not known");
		return;
	}
	life->phase = good ? LIFE_ON : LIFE_IDLE;
	if (!good)
		return;
	life_log(life, "goes on as node %u with view %llu",
		 life->config.nodeid, life->generation);
	if (!life->frozen)
		life_thaw(life);
}

void life_claim(struct life *life)
{
	struct vcs_bridge_belief belief;
	int ret = vcs_bridge_claim(life->bridge, TABLE_DEADLINE_MS, &belief);

	if (ret) {
		/* No such cluster yet: that is no news. */
		if (ret != -ENOENT && !life->complained)
			life_log(life, "cannot claim the cluster: %s",
				 vcs_bridge_error(life->bridge)->text);
		life->complained = ret != -ENOENT;
		/* Without its module there is no cluster, either. */
		life->between &= ret != -ENOENT && ret != -ENOPROTOOPT;
		return;
	}
	life->complained = false;
	life->phase = LIFE_IDLE;
	life->env.begun(life->env.arg);
	believe(life, &belief);
	begin(life, &belief);
}

static void say_missing_records(struct life *life)
{
	u32 len = 0, skip;
	const u8 *last = cman_keep_last(&life->sm, &len);
	struct cman_record record;
	size_t pos = 0;

	if (!life->missing)
		return;
	skip = records_in(last, len) - life->missing;
	while (life->phase == LIFE_ON &&
	       cman_batch_next(last, len, &pos, &record)) {
		if (skip)
			skip--;
		else
			life_say_record(life, record.nodeid, record.data,
					record.len);
	}
	life->missing = 0;
}

/* The kernel hears the rest of what was decided, and acts again. */
void life_thaw(struct life *life)
{
	bool quorate = life->corosync_quorate && !life->missing_view &&
		       cman_keep_quorate(&life->sm);

	if (life->frozen) {
		life->frozen = false;
		life->said_generation = life->generation;
		life->said_quorate = quorate;
		if (!life_said(life, vcs_bridge_resume(life->bridge,
						       life->lifetime.id,
						       life->generation, quorate,
						       quorate ? "enough votes within reach" :
								 life->reason),
			       "RESUME"))
			return;
		life_log(life, "resumed view %llu, %squorate", life->generation,
			 quorate ? "" : "not ");
	}
	if (life->missing_view) {
		life->missing_view = false;
		cman_keep_view(&life->sm, &life->view);
		life_say_view(life, &life->view);
	}
	say_missing_records(life);
}
