// SPDX-License-Identifier: GPL-2.0-only
/* See corosync.h. Nothing here decides anything. */
#include <unistd.h>
#include "corosync.h"
#include "frame.h"
#include "ring.h"

void corosync_init(struct corosync *corosync, struct life *life,
		   const char *cluster, void (*log)(const char *text))
{
	memset(corosync, 0, sizeof(*corosync));
	corosync->life = life;
	corosync->log = log;
	corosync->pid = getpid();
	corosync->cpg_fd = -1;
	corosync->quorum_fd = -1;
	corosync->cfg_fd = -1;
	scnprintf(corosync->group, sizeof(corosync->group), "vcs/%s", cluster);
}

static void name_group(const struct corosync *corosync, struct cpg_name *name)
{
	name->length = strlen(corosync->group);
	memcpy(name->value, corosync->group, name->length);
}

static void complain(struct corosync *corosync, const char *text)
{
	if (!corosync->complained)
		corosync->log(text);
	corosync->complained = true;
}

/* What is outside the ring, for a life that was not told yet. */
static void tell_ring(struct corosync *corosync)
{
	if (corosync->passed_on || !corosync->joined || !corosync->nr_ring ||
	    !life_talks(corosync->life))
		return;
	corosync->passed_on = true;
	life_lost(corosync->life,
		  ring_outside(&corosync->life->config, corosync->ring,
			       corosync->nr_ring));
}

static void nobody_is_reached(struct corosync *corosync)
{
	life_corosync_quorate(corosync->life, false);
	life_lost(corosync->life,
		  ring_outside(&corosync->life->config, NULL, 0));
}

static void on_own(struct corosync *corosync)
{
	if (!pulse_returned(&corosync->pulse))
		return;
	corosync->log("corosync works again");
	corosync->passed_on = false;
	tell_ring(corosync);
	life_corosync_quorate(corosync->life, corosync->quorate);
}

static void on_deliver(cpg_handle_t handle, const struct cpg_name *group,
		       uint32_t nodeid, uint32_t pid, void *msg, size_t len)
{
	struct corosync *corosync;
	void *context;

	(void)group;
	if (cpg_context_get(handle, &context) != CS_OK)
		return;
	corosync = context;
	if (nodeid == corosync->nodeid && pid == corosync->pid)
		on_own(corosync);
	else if (pulse_is_fresh(&corosync->pulse))
		life_packet(corosync->life, nodeid, msg, len);
}

static enum ring_why why_left(uint32_t reason)
{
	switch (reason) {
	case CPG_REASON_PROCDOWN:
		return RING_DIED;
	case CPG_REASON_LEAVE:
		return RING_LEFT;
	default:
		return RING_NODE_DOWN;
	}
}

static void on_group(cpg_handle_t handle, const struct cpg_name *group,
		     const struct cpg_address *here, size_t nr_here,
		     const struct cpg_address *left, size_t nr_left,
		     const struct cpg_address *joined, size_t nr_joined)
{
	struct ring_gone gone[CPG_MEMBERS_MAX];
	u32 nodeids[CPG_MEMBERS_MAX];
	struct corosync *corosync;
	void *context;
	size_t i;

	(void)group;
	(void)joined;
	(void)nr_joined;
	if (cpg_context_get(handle, &context) != CS_OK)
		return;
	corosync = context;
	nr_here = min_t(size_t, nr_here, CPG_MEMBERS_MAX);
	nr_left = min_t(size_t, nr_left, CPG_MEMBERS_MAX);
	for (i = 0; i < nr_here; i++)
		nodeids[i] = here[i].nodeid;
	for (i = 0; i < nr_left; i++)
		gone[i] = (struct ring_gone){
			.nodeid = left[i].nodeid,
			.why = why_left(left[i].reason),
		};
	life_lost(corosync->life,
		  ring_lost(&corosync->life->config, nodeids, nr_here, gone,
			    nr_left));
}

static void on_ring(cpg_handle_t handle, struct cpg_ring_id id, uint32_t nr,
		    const uint32_t *nodeids)
{
	struct corosync *corosync;
	void *context;

	(void)id;
	if (cpg_context_get(handle, &context) != CS_OK)
		return;
	corosync = context;
	corosync->nr_ring = min_t(size_t, nr, CPG_MEMBERS_MAX);
	memcpy(corosync->ring, nodeids,
	       corosync->nr_ring * sizeof(corosync->ring[0]));
	corosync->passed_on = false;
	tell_ring(corosync);
}

static void on_quorum(quorum_handle_t handle, uint32_t quorate,
		      uint64_t ring_seq, uint32_t nr, uint32_t *nodeids)
{
	struct corosync *corosync;
	const void *context;

	(void)ring_seq;
	(void)nr;
	(void)nodeids;
	if (quorum_context_get(handle, &context) != CS_OK)
		return;
	corosync = (struct corosync *)context;
	corosync->quorate = quorate;
	life_corosync_quorate(corosync->life,
			      quorate && !pulse_stands(&corosync->pulse));
}

static bool connect_cpg(struct corosync *corosync)
{
	cpg_model_v1_data_t model = {
		.model = CPG_MODEL_V1,
		.cpg_deliver_fn = on_deliver,
		.cpg_confchg_fn = on_group,
		.cpg_totem_confchg_fn = on_ring,
		.flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF,
	};

	if (cpg_model_initialize(&corosync->cpg, CPG_MODEL_V1,
				 (cpg_model_data_t *)&model,
				 corosync) != CS_OK)
		return false;
	corosync->has_left = false;
	if (cpg_fd_get(corosync->cpg, &corosync->cpg_fd) == CS_OK &&
	    cpg_local_get(corosync->cpg, &corosync->nodeid) == CS_OK &&
	    corosync->nodeid)
		return true;
	cpg_finalize(corosync->cpg);
	corosync->cpg_fd = -1;
	return false;
}

static bool connect_quorum(struct corosync *corosync)
{
	quorum_callbacks_t callbacks = { .quorum_notify_fn = on_quorum };
	uint32_t type;

	if (quorum_initialize(&corosync->quorum, &callbacks, &type) != CS_OK)
		return false;
	if (type == QUORUM_FREE) {
		quorum_finalize(corosync->quorum);
		complain(corosync, "no quorum: set corosync's provider to corosync_votequorum");
		return false;
	}
	quorum_context_set(corosync->quorum, corosync);
	if (quorum_fd_get(corosync->quorum, &corosync->quorum_fd) == CS_OK &&
	    quorum_trackstart(corosync->quorum,
			      CS_TRACK_CURRENT | CS_TRACK_CHANGES) == CS_OK)
		return true;
	quorum_finalize(corosync->quorum);
	corosync->quorum_fd = -1;
	return false;
}

/* Nobody is reached without it. */
static void disconnect(struct corosync *corosync)
{
	if (corosync->quorum_fd >= 0)
		quorum_finalize(corosync->quorum);
	if (corosync->cpg_fd >= 0)
		cpg_finalize(corosync->cpg);
	goodbye_disconnect(corosync);
	corosync->quorum_fd = -1;
	corosync->cpg_fd = -1;
	corosync->joined = false;
	corosync->nr_ring = 0;
	corosync->quorate = false;
	nobody_is_reached(corosync);
}

/* Corosync lets nobody in again by a handle that has left a group. */
static bool renew_cpg(struct corosync *corosync)
{
	if (!corosync->has_left)
		return true;
	cpg_finalize(corosync->cpg);
	corosync->cpg_fd = -1;
	corosync->nr_ring = 0;
	if (connect_cpg(corosync))
		return true;
	disconnect(corosync);
	return false;
}

static void be_in_group(struct corosync *corosync)
{
	bool wanted = life_talks(corosync->life);
	struct cpg_name name;
	cs_error_t result;

	/* Who is between two claims is still there for the others. */
	if (wanted == corosync->joined ||
	    (!wanted && life_is_between(corosync->life)))
		return;
	if (wanted && corosync->nodeid != corosync->life->config.nodeid) {
		complain(corosync, "corosync has another nodeid now: leave the cluster first");
		return;
	}
	if (wanted && !renew_cpg(corosync))
		return;
	name_group(corosync, &name);
	result = wanted ? cpg_join(corosync->cpg, &name) :
			  cpg_leave(corosync->cpg, &name);
	if (result != CS_OK) {
		if (result != CS_ERR_TRY_AGAIN)
			complain(corosync, "corosync does not take this daemon into its group");
		return;
	}
	corosync->joined = wanted;
	corosync->has_left = !wanted;
	corosync->passed_on = false;
	pulse_start(&corosync->pulse, corosync->pulse.limit);
	life_corosync_quorate(corosync->life, corosync->quorate);
}

/* A corosync that stands still says nothing of it; others go on without it. */
static void watch_pulse(struct corosync *corosync)
{
	if (!corosync->joined || !life_talks(corosync->life) ||
	    !pulse_beat(&corosync->pulse))
		return;
	corosync->log("corosync brings no message back: it stands still, or takes none");
	nobody_is_reached(corosync);
}

void corosync_begin(struct corosync *corosync)
{
	corosync->passed_on = false;
	pulse_begin(&corosync->pulse);
}

void corosync_keep_up(struct corosync *corosync)
{
	if (corosync->cpg_fd < 0) {
		if (!connect_cpg(corosync) || !connect_quorum(corosync) ||
		    !goodbye_connect(corosync)) {
			complain(corosync, "corosync does not answer: waiting for it");
			if (corosync->cpg_fd >= 0)
				disconnect(corosync);
			return;
		}
		corosync->log("connected to corosync");
		corosync->complained = false;
		pulse_start(&corosync->pulse,
			    (corosync_ring_ms() + TABLE_MARGIN_MS) /
			    TABLE_HEARTBEAT_MS);
	}
	be_in_group(corosync);
	tell_ring(corosync);
	watch_pulse(corosync);
}

static bool went_away(cs_error_t result)
{
	return result != CS_OK && result != CS_ERR_TRY_AGAIN &&
	       result != CS_ERR_INTERRUPT;
}

void corosync_dispatch_cpg(struct corosync *corosync)
{
	if (corosync->cpg_fd >= 0 &&
	    went_away(cpg_dispatch(corosync->cpg, CS_DISPATCH_ALL))) {
		corosync->log("corosync has gone");
		disconnect(corosync);
	}
}

void corosync_dispatch_quorum(struct corosync *corosync)
{
	if (corosync->quorum_fd >= 0 &&
	    went_away(quorum_dispatch(corosync->quorum, CS_DISPATCH_ALL))) {
		corosync->log("corosync's quorum has gone");
		disconnect(corosync);
	}
}

void corosync_dispatch_cfg(struct corosync *corosync)
{
	if (corosync->cfg_fd >= 0 &&
	    went_away(corosync_cfg_dispatch(corosync->cfg, CS_DISPATCH_ALL))) {
		corosync->log("corosync ends");
		disconnect(corosync);
	}
}

void corosync_send(struct corosync *corosync, const struct life *life, u64 dst,
		   const u8 *data, size_t len)
{
	struct frame frame = {
		.dst = dst,
		.digest = life->config.table_digest,
		.incarnation = life->incarnation,
	};
	u8 head[FRAME_HEAD];
	struct iovec parts[2] = {
		{ .iov_base = head, .iov_len = sizeof(head) },
		{ .iov_base = (void *)data, .iov_len = len },
	};

	if (!corosync->joined)
		return;
	frame_head(&frame, head);
	/* A full queue is a lost message; those that matter are sent again. */
	if (cpg_mcast_joined(corosync->cpg, CPG_TYPE_AGREED, parts, 2) == CS_OK)
		corosync->pulse.sent++;
}
