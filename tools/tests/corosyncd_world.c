// SPDX-License-Identifier: GPL-2.0-only
/* See corosyncd_world.h. */
#include <stdlib.h>
#include "../vcs-corosyncd/frame.h"
#include "corosyncd_world.h"
#include "test.h"

struct world world;

static struct packet {
	u32 from;
	size_t len;
	u8 data[FRAME_MAX];
} wire[WORLD_WIRE];

static u32 nr_wire;

static u32 index_of(const struct vcs_bridge *kernel)
{
	return (u32)(kernel - world.kernels);
}

/* The kernel */

static int answer(struct vcs_bridge *kernel, int err, const char *what)
{
	kernel->error.err = -err;
	snprintf(kernel->error.attr, sizeof(kernel->error.attr), "%s",
		 kernel->gone ? "CLUSTER" : "");
	snprintf(kernel->error.text, sizeof(kernel->error.text), "%s", what);
	return err;
}

/* What every message of an owner may get. */
static int check(struct vcs_bridge *kernel, const char *what, bool frozen_too)
{
	kernel->last = what;
	if (kernel->gone)
		return answer(kernel, -ENOENT, what);
	if (kernel->die_at && !strcmp(kernel->die_at, what)) {
		if (kernel->die_after)
			kernel->die_after--;
		else
			world_kill(index_of(kernel));
	}
	if (kernel->fail_at && !strcmp(kernel->fail_at, what)) {
		kernel->fail_at = NULL;
		return answer(kernel, kernel->fail_with ?: -ENOMEM, what);
	}
	if (!kernel->owned)
		return answer(kernel, -EPERM, what);
	if (kernel->frozen && !frozen_too)
		return answer(kernel, -EAGAIN, what);
	return answer(kernel, 0, "");
}

const struct vcs_error *vcs_bridge_error(const struct vcs_bridge *bridge)
{
	return &bridge->error;
}

static void ask_again(struct vcs_bridge *kernel)
{
	struct life *life = world.lives[index_of(kernel)];
	u8 data[2] = { 0 };
	u32 i;

	if (kernel->joining)
		life_ops.join(kernel, 1, kernel->incarnation, "", life);
	for (i = 0; i < kernel->nr_requests; i++) {
		struct world_request request = kernel->requests[i];

		data[0] = request.byte;
		life_ops.submit(kernel, request.seq, request.generation, data,
				sizeof(data), life);
		/* It may have been answered by now. */
		if (i < kernel->nr_requests &&
		    kernel->requests[i].seq != request.seq)
			i--;
	}
}

int vcs_bridge_claim(struct vcs_bridge *bridge, uint32_t deadline_ms,
		     struct vcs_bridge_belief *belief)
{
	assert_int_equal(deadline_ms, TABLE_DEADLINE_MS);
	if (bridge->gone)
		return answer(bridge, -ENOENT, "CLAIM");
	/* By this daemon, for there is one: that claim ends, and freezes. */
	world_kill(index_of(bridge));
	bridge->owned = true;
	memset(belief, 0, sizeof(*belief));
	belief->incarnation = bridge->incarnation;
	belief->load_id = 1000 + bridge->nodeid;
	belief->drained = true;
	belief->grace_ms = WORLD_GRACE_MS;
	belief->frozen = bridge->frozen;
	belief->view = bridge->view;
	belief->position = bridge->position;
	belief->state = bridge->stored_len ? bridge->stored : NULL;
	belief->state_len = bridge->stored_len;
	return answer(bridge, 0, "");
}

int vcs_bridge_dispatch(struct vcs_bridge *bridge)
{
	return check(bridge, "dispatch", true);
}

int vcs_bridge_ping(struct vcs_bridge *bridge)
{
	return check(bridge, "PING", true);
}

static void set_quorate(struct vcs_bridge *bridge, bool quorate)
{
	if (quorate != bridge->quorate)
		bridge->nr_changes++;
	bridge->quorate = quorate;
}

int vcs_bridge_resume(struct vcs_bridge *bridge, const uint8_t *lifetime,
		      uint64_t generation, bool quorate, const char *reason)
{
	int err = check(bridge, "RESUME", true);

	(void)reason;
	if (err)
		return err;
	assert_true(bridge->frozen);
	assert_memory_equal(lifetime, bridge->view.lifetime, VCS_LIFETIME_LEN);
	assert_int_equal(generation, bridge->view.generation);
	bridge->frozen = false;
	bridge->nr_resumes++;
	set_quorate(bridge, quorate);
	return 0;
}

int vcs_bridge_view(struct vcs_bridge *bridge,
		    const struct vcs_bridge_view *view)
{
	int err = check(bridge, "VIEW", false);
	u32 i;

	if (err)
		return err;
	assert_true(!bridge->view.generation ||
		    view->generation == bridge->view.generation + 1);
	bridge->view = *view;
	memcpy(bridge->members, view->members,
	       view->nr_members * sizeof(view->members[0]));
	memcpy(bridge->departed, view->departed,
	       view->nr_departed * sizeof(view->departed[0]));
	bridge->view.members = bridge->members;
	bridge->view.departed = bridge->departed;
	bridge->position = 0;
	bridge->joining = false;
	bridge->nr_views++;
	bridge->nr_changes++;
	bridge->quorate = false;
	for (i = 0; i < bridge->nr_requests; i++)
		assert_true(bridge->requests[i].generation < view->generation);
	bridge->nr_requests = 0;
	return 0;
}

int vcs_bridge_quorate(struct vcs_bridge *bridge, const uint8_t *lifetime,
		       uint64_t generation, bool quorate, const char *reason)
{
	int err = check(bridge, "QUORATE", false);

	(void)reason;
	if (err)
		return err;
	assert_memory_equal(lifetime, bridge->view.lifetime, VCS_LIFETIME_LEN);
	assert_int_equal(generation, bridge->view.generation);
	set_quorate(bridge, quorate);
	return 0;
}

int vcs_bridge_deliver(struct vcs_bridge *bridge,
		       const struct vcs_bridge_record *record)
{
	int err = check(bridge, "DELIVER", false);

	if (err)
		return err;
	assert_int_equal(record->generation, bridge->view.generation);
	assert_int_equal(record->position, bridge->position + 1);
	assert_int_equal(!record->seq, record->from != bridge->nodeid);
	if (record->seq) {
		assert_true(bridge->nr_requests > 0);
		assert_int_equal(record->seq, bridge->requests[0].seq);
		assert_int_equal(*(const u8 *)record->data,
				 bridge->requests[0].byte);
		bridge->nr_requests--;
		memmove(bridge->requests, bridge->requests + 1,
			bridge->nr_requests * sizeof(bridge->requests[0]));
	}
	bridge->position++;
	assert_true(bridge->nr_records < WORLD_RECORDS);
	bridge->records[bridge->nr_records++] = *(const u8 *)record->data;
	return 0;
}

int vcs_bridge_result(struct vcs_bridge *bridge, uint64_t seq)
{
	int err = check(bridge, "RESULT", true);

	if (!err)
		bridge->results[bridge->nr_results++ % 8] = seq;
	return err;
}

int vcs_bridge_fence(struct vcs_bridge *bridge, uint32_t nodeid,
		     uint64_t incarnation, uint64_t fence_cookie)
{
	int err = check(bridge, "FENCE", false);

	(void)incarnation;
	if (err)
		return err;
	bridge->fence_nodeid = nodeid;
	bridge->fence_cookie = fence_cookie;
	return 0;
}

int vcs_bridge_may_join(struct vcs_bridge *bridge, uint32_t nodeid,
			bool settled)
{
	int err = check(bridge, "MAY_JOIN", false);

	(void)nodeid;
	(void)settled;
	return err ? err : bridge->hold_join ? answer(bridge, -EBUSY, "MAY_JOIN") : 0;
}

int vcs_bridge_join_failed(struct vcs_bridge *bridge, int err,
			   const char *reason)
{
	int ret = check(bridge, "JOIN_FAILED", true);

	if (ret)
		return ret;
	bridge->join_error = err;
	snprintf(bridge->join_text, sizeof(bridge->join_text), "%s", reason);
	bridge->joining = false;
	return 0;
}

int vcs_bridge_evicted(struct vcs_bridge *bridge, enum vcs_leave_reason reason)
{
	int err = check(bridge, "EVICTED", true);

	if (!err)
		bridge->evicted = reason + 1;
	return err;
}

int vcs_bridge_suspect(struct vcs_bridge *bridge, uint32_t nodeid, bool suspect,
		       const char *reason)
{
	(void)nodeid;
	(void)suspect;
	(void)reason;
	return check(bridge, "SUSPECT", false);
}

int vcs_bridge_store(struct vcs_bridge *bridge, const void *state, size_t len)
{
	int err = check(bridge, "STORE", true);

	if (err)
		return err;
	assert_true(len <= sizeof(bridge->stored));
	memcpy(bridge->stored, state, len);
	bridge->stored_len = len;
	return 0;
}

/* The program */

static void env_send(void *arg, const struct life *life, u64 dst,
		     const u8 *data, size_t len)
{
	struct vcs_bridge *kernel = arg;
	struct frame frame = {
		.dst = dst,
		.digest = life->config.table_digest,
		.incarnation = life->incarnation,
	};
	struct packet *packet = &wire[nr_wire++];

	assert_true(nr_wire <= WORLD_WIRE);
	assert_true(kernel->owned);
	world.nr_sent++;
	packet->from = index_of(kernel);
	packet->len = FRAME_HEAD + len;
	frame_head(&frame, packet->data);
	memcpy(packet->data + FRAME_HEAD, data, len);
}

static u64 env_now(void *arg)
{
	(void)arg;
	return world.now;
}

static u64 env_random(void *arg)
{
	(void)arg;
	return ++world.random * 0x9e3779b97f4a7c15ULL;
}

static bool env_facts(void *arg, struct corosync_facts *facts)
{
	const struct vcs_bridge *kernel = arg;
	u32 n;

	if (world.no_corosync)
		return false;
	memset(facts, 0, sizeof(*facts));
	facts->nodeid = kernel->nodeid;
	facts->two_node = world.two_node;
	for (n = 0; n < world.nr; n++)
		table_add(facts, n + 1, 1);
	return true;
}

static void env_log(void *arg, const char *text)
{
	const struct vcs_bridge *kernel = arg;

	if (getenv("VERBOSE"))
		fprintf(stderr, "%llu node %u: %s\n", world.now, kernel->nodeid,
			text);
}

static void env_begun(void *arg)
{
	const struct vcs_bridge *kernel = arg;

	world.begun[index_of(kernel)]++;
}

/* The world */

void world_settle(void)
{
	u32 done, n;

	for (done = 0; done < nr_wire; done++) {
		struct packet packet = wire[done];

		for (n = 0; n < world.nr; n++)
			if (world.lives[n] &&
			    packet.data[FRAME_HEAD] != world.drop_type &&
			    !(world.cut[packet.from] & BIT_ULL(n)))
				life_packet(world.lives[n], packet.from + 1,
					    packet.data, packet.len);
		if (done == WORLD_WIRE / 2) {
			nr_wire -= done + 1;
			memmove(wire, wire + done + 1,
				nr_wire * sizeof(wire[0]));
			done = ~0U;
		}
	}
	nr_wire = 0;
}

void world_kill(u32 n)
{
	struct vcs_bridge *kernel = &world.kernels[n];

	kernel->owned = false;
	if (kernel->view.generation)
		kernel->frozen = true;
}

void world_daemon(u32 n)
{
	struct vcs_bridge *kernel = &world.kernels[n];
	struct life_env env = {
		.send = env_send,
		.now_ms = env_now,
		.random = env_random,
		.facts = env_facts,
		.log = env_log,
		.begun = env_begun,
		.arg = kernel,
	};

	world_kill(n);
	kernel->die_at = NULL;
	kernel->die_after = 0;
	if (!world.lives[n])
		world.lives[n] = malloc(sizeof(struct life));
	assert_non_null(world.lives[n]);
	life_init(world.lives[n], &env);
	world.lives[n]->bridge = kernel;
	life_corosync_quorate(world.lives[n], true);
}

void world_beats(u32 nr)
{
	u32 n;

	while (nr--) {
		world.now += TABLE_HEARTBEAT_MS;
		for (n = 0; n < world.nr; n++) {
			struct life *life = world.lives[n];
			bool asks;

			if (!life)
				continue;
			asks = life->phase == LIFE_NONE;
			life_tick(life, 0);
			if (asks && life->phase != LIFE_NONE)
				ask_again(&world.kernels[n]);
			world_settle();
		}
	}
}

void world_make(u32 nr, bool two_node)
{
	u32 n;

	for (n = 0; n < WORLD_NODES; n++)
		free(world.lives[n]);
	memset(&world, 0, sizeof(world));
	nr_wire = 0;
	world.nr = nr;
	world.two_node = two_node;
	world.now = 5000;
	for (n = 0; n < nr; n++) {
		world.kernels[n].nodeid = n + 1;
		world.kernels[n].incarnation = 100 + n;
		world.kernels[n].joining = true;
		world.kernels[n].last_seq = 1;
		world_daemon(n);
	}
}

void world_form(u32 nr, bool two_node)
{
	u32 n;

	world_make(nr, two_node);
	world_beats(30);
	for (n = 0; n < nr; n++) {
		assert_int_equal(world.kernels[n].view.generation, 1);
		assert_int_equal(world.kernels[n].view.nr_members, nr);
		assert_true(world.kernels[n].quorate);
		world.kernels[n].nr_changes = 0;
		world.kernels[n].nr_views = 0;
	}
}

void world_ask(u32 n, u8 byte)
{
	struct vcs_bridge *kernel = &world.kernels[n];
	struct world_request *request;
	u8 data[2] = { byte };

	assert_true(kernel->nr_requests < WORLD_REQUESTS);
	request = &kernel->requests[kernel->nr_requests++];
	request->seq = ++kernel->last_seq;
	request->generation = kernel->view.generation;
	request->byte = byte;
	if (kernel->owned)
		life_ops.submit(kernel, request->seq, request->generation, data,
				sizeof(data), world.lives[n]);
}

void world_submit(u32 n, u8 byte)
{
	world_ask(n, byte);
	if (world.kernels[n].owned)
		life_dispatch(world.lives[n]);
}

void world_fenced(u32 n, enum vcs_fence_result result)
{
	struct vcs_bridge *kernel = &world.kernels[n];
	struct vcs_bridge_fenced fenced = {
		.fence_cookie = kernel->fence_cookie,
		.nodeid = kernel->fence_nodeid,
		.result = result,
	};

	kernel->fence_cookie = 0;
	life_ops.fenced(kernel, ++kernel->last_seq, &fenced, world.lives[n]);
	world_settle();
}

u64 world_leave(u32 n, enum vcs_ub_how how)
{
	struct vcs_bridge *kernel = &world.kernels[n];
	u64 seq = ++kernel->last_seq;

	life_ops.leave(kernel, seq, how, world.lives[n]);
	world_settle();
	return seq;
}

void world_lose(u32 n)
{
	u32 other;

	for (other = 0; other < world.nr; other++) {
		if (other == n || !world.lives[other])
			continue;
		world.cut[n] |= BIT_ULL(other);
		world.cut[other] |= BIT_ULL(n);
		life_lost(world.lives[other], BIT_ULL(n));
		if (world.lives[n])
			life_lost(world.lives[n], BIT_ULL(other));
	}
	world_settle();
}
