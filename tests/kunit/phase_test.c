// SPDX-License-Identifier: GPL-2.0-only
/* The phase machine: stop, gates, start, done, finish; levels and merging. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"
#include "vcs/listener.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

#define QUORUM	VCS_LISTENER_NEED_QUORUM
#define FENCED	VCS_LISTENER_NEED_FENCED

/* What a test has: a cluster with this node alone, and room for listeners. */
struct bench {
	struct vcs_cluster *cluster;
	struct seat a, b, c;
};

static struct bench *bench;

static int init(struct kunit *test)
{
	bench = kunit_kzalloc(test, sizeof(*bench), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bench);
	KUNIT_ASSERT_EQ(test, 0, fake_provider_register());
	KUNIT_ASSERT_EQ(test, 0, vcs_register_fence_method(&fake_method));
	bench->cluster = fake_member(test, "fence=kunit");
	return 0;
}

static void leave(struct seat *seat)
{
	if (seat->listener.state)
		vcs_unregister_listener(&seat->listener);
}

static void exit(struct kunit *test)
{
	leave(&bench->a);
	leave(&bench->b);
	leave(&bench->c);
	fake_end(test, bench->cluster);
	vcs_unregister_fence_method(&fake_method);
	fake_provider_unregister();
}

static void add_seat(struct kunit *test, struct seat *seat, const char *name,
		     enum vcs_level level, u32 flags)
{
	seat_init(seat, name, level, flags);
	seat_register(test, bench->cluster, seat);
}

/* Which listener waits for what; "" when it waits for nothing. */
static void expect_waiting(struct kunit *test, const char *name,
			   enum vcs_phase phase, const char *what)
{
	struct vcs_listener_info info;
	u32 i;

	mutex_lock(&bench->cluster->lock);
	for (i = 0; !vcs_listener_info_locked(bench->cluster, i, &info); i++)
		if (!strcmp(info.name, name))
			break;
	mutex_unlock(&bench->cluster->lock);
	KUNIT_EXPECT_STREQ(test, info.name, name);
	KUNIT_EXPECT_EQ_MSG(test, info.phase, phase, "%s", name);
	KUNIT_EXPECT_STREQ_MSG(test, info.waiting_for, what, "%s", name);
}

static void first_start_test(struct kunit *test)
{
	struct seat *a = &bench->a;

	fake_add(2);
	fake_step(test);
	add_seat(test, a, "a", VCS_LEVEL_LOCK, QUORUM);
	seat_expect(test, a, "start 2 +1 +2;finish 2;");
	expect_waiting(test, "a", VCS_PHASE_RUNNING, "");
	fake_add(3);
	fake_step(test);
	seat_expect(test, a, "stop;start 3 +3;finish 3;");
	fake_remove(2, VCS_LEAVE_CLEAN);
	fake_remove(3, VCS_LEAVE_FAILED);
	fake_step(test);
	seat_expect(test, a, "stop;start 4 -2 !3;finish 4;");
}

static void slow_stop_test(struct kunit *test)
{
	struct seat *a = &bench->a;

	add_seat(test, a, "a", VCS_LEVEL_LOCK, 0);
	seat_expect(test, a, "start 1 +1;finish 1;");
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_listener_stopped(&a->listener));
	a->stop_answer = -EINPROGRESS;
	fake_add(2);
	fake_step(test);
	seat_expect(test, a, "stop;");
	expect_waiting(test, "a", VCS_PHASE_STOPPING, "stop");
	/* What comes while it stops is merged; there is no second stop. */
	fake_add(3);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_CLEAN);
	fake_step(test);
	seat_expect(test, a, "");
	KUNIT_EXPECT_EQ(test, 0, vcs_listener_stopped(&a->listener));
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_listener_stopped(&a->listener));
	seat_expect(test, a, "start 4 +3;finish 4;");
}

static void overtaken_start_test(struct kunit *test)
{
	struct seat *a = &bench->a;

	add_seat(test, a, "a", VCS_LEVEL_LOCK, 0);
	seat_expect(test, a, "start 1 +1;finish 1;");
	a->start_answer = -EINPROGRESS;
	fake_add(2);
	fake_step(test);
	seat_expect(test, a, "stop;start 2 +2;");
	expect_waiting(test, "a", VCS_PHASE_STARTING, "start");
	KUNIT_EXPECT_EQ(test, -ESTALE, vcs_listener_done(&a->listener, 1));
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_add(3);
	fake_step(test);
	KUNIT_EXPECT_EQ(test, -ESTALE, vcs_listener_done(&a->listener, 2));
	seat_expect(test, a, "stop;start 3 +3 !2;");
	KUNIT_EXPECT_EQ(test, 0, vcs_listener_done(&a->listener, 3));
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_listener_done(&a->listener, 3));
	seat_expect(test, a, "finish 3;");
}

/* A view while start() itself runs: its answer, late, means nothing. */
static void blocked_start_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(go);
	struct seat *a = &bench->a;

	seat_init(a, "a", VCS_LEVEL_LOCK, 0);
	a->hold_start = &go;
	seat_register(test, bench->cluster, a);
	wait_for_completion(&a->in_start);
	fake_add(2);
	fake_step(test);
	seat_expect(test, a, "start 1 +1;");
	expect_waiting(test, "a", VCS_PHASE_STOPPING, "stop");
	a->hold_start = NULL;
	complete(&go);
	seat_expect(test, a, "stop;start 2 +1 +2;finish 2;");
}

static void start_error_test(struct kunit *test)
{
	struct seat *a = &bench->a;

	seat_init(a, "a", VCS_LEVEL_LOCK, 0);
	a->start_answer = -EIO;
	seat_register(test, bench->cluster, a);
	seat_expect(test, a, "start 1 +1;");
	expect_waiting(test, "a", VCS_PHASE_STARTING, "start");
	a->start_answer = 0;
	a->stop_answer = -EIO;	/* taken as 0 */
	fake_add(2);
	fake_step(test);
	seat_expect(test, a, "stop;start 2 +1 +2;finish 2;");
}

static void levels_test(struct kunit *test)
{
	struct seat *fs = &bench->a, *lock = &bench->b, *user = &bench->c;

	add_seat(test, lock, "lock", VCS_LEVEL_LOCK, 0);
	seat_expect(test, lock, "start 1 +1;finish 1;");
	add_seat(test, fs, "fs", VCS_LEVEL_FS, 0);
	seat_expect(test, fs, "start 1 +1;finish 1;");
	add_seat(test, user, "user", VCS_LEVEL_USER, 0);
	seat_expect(test, user, "start 1 +1;finish 1;");
	seat_share(lock, user);
	seat_share(fs, user);
	lock->start_answer = -EINPROGRESS;
	fs->start_answer = -EINPROGRESS;
	fake_add(2);
	fake_step(test);
	/* Down from the top, up from the bottom, none waits in going down. */
	seat_expect(test, user, "stop;fs.stop;lock.stop;lock.start 2 +2;");
	lock->said = &lock->own;
	expect_waiting(test, "fs", VCS_PHASE_GATES, "done:lock");
	expect_waiting(test, "user", VCS_PHASE_GATES, "done:lock");
	KUNIT_EXPECT_EQ(test, 0, vcs_listener_done(&lock->listener, 2));
	seat_expect(test, lock, "finish 2;");
	seat_expect(test, user, "fs.start 2 +2;");
	fs->said = &fs->own;
	expect_waiting(test, "user", VCS_PHASE_GATES, "done:fs");
	KUNIT_EXPECT_EQ(test, 0, vcs_listener_done(&fs->listener, 2));
	seat_expect(test, fs, "finish 2;");
	seat_expect(test, user, "start 2 +2;finish 2;");
}

static void same_level_test(struct kunit *test)
{
	struct seat *a = &bench->a, *b = &bench->b;

	seat_init(b, "b", VCS_LEVEL_FS, 0);
	b->start_answer = -EINPROGRESS;
	add_seat(test, a, "a", VCS_LEVEL_FS, 0);
	seat_expect(test, a, "start 1 +1;finish 1;");
	seat_register(test, bench->cluster, b);
	seat_expect(test, b, "start 1 +1;");
	fake_add(2);
	fake_step(test);
	seat_expect(test, a, "stop;start 2 +2;");
	expect_waiting(test, "a", VCS_PHASE_DONE, "done:b");
	seat_expect(test, b, "stop;start 2 +1 +2;");
	KUNIT_EXPECT_EQ(test, 0, vcs_listener_done(&b->listener, 2));
	seat_expect(test, a, "finish 2;");
	seat_expect(test, b, "finish 2;");
}

/* One that blocks delays itself, and those above it; never a stop. */
static void blocked_neighbour_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(go);
	struct seat *a = &bench->a, *b = &bench->b;

	add_seat(test, b, "b", VCS_LEVEL_USER, 0);
	seat_expect(test, b, "start 1 +1;finish 1;");
	seat_init(a, "a", VCS_LEVEL_LOCK, 0);
	a->hold_start = &go;
	seat_register(test, bench->cluster, a);
	wait_for_completion(&a->in_start);
	fake_add(2);
	fake_step(test);
	seat_expect(test, b, "stop;");
	expect_waiting(test, "b", VCS_PHASE_GATES, "done:a");
	a->hold_start = NULL;
	complete(&go);
	seat_expect(test, b, "start 2 +2;finish 2;");
}

static void quorum_test(struct kunit *test)
{
	struct seat *a = &bench->a, *b = &bench->b;

	add_seat(test, a, "a", VCS_LEVEL_FS, QUORUM);
	add_seat(test, b, "b", VCS_LEVEL_LOCK, 0);
	seat_expect(test, a, "start 1 +1;finish 1;");
	seat_expect(test, b, "start 1 +1;finish 1;");
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bench->cluster));
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(false));
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(bench->cluster));
	seat_expect(test, a, "stop;");
	seat_expect(test, b, "");
	expect_waiting(test, "a", VCS_PHASE_GATES, "quorum");
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	seat_expect(test, a, "start 1;finish 1;");
	/* What was said of the view before opens nothing. */
	fake_add(2);
	KUNIT_EXPECT_EQ(test, 0, fake_publish());
	seat_expect(test, a, "stop;");
	seat_expect(test, b, "stop;start 2 +2;finish 2;");
	expect_waiting(test, "a", VCS_PHASE_GATES, "quorum");
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	seat_expect(test, a, "start 2 +2;finish 2;");
}

static void fence_test(struct kunit *test)
{
	struct vcs_fence_request *request;
	struct seat *a = &bench->a, *b = &bench->b;

	fake_add(2);
	fake_step(test);
	add_seat(test, a, "a", VCS_LEVEL_FS, QUORUM | FENCED);
	add_seat(test, b, "b", VCS_LEVEL_LOCK, QUORUM);
	seat_expect(test, a, "start 2 +1 +2;finish 2;");
	seat_expect(test, b, "start 2 +1 +2;finish 2;");
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	request = fake_method_await(test);
	KUNIT_EXPECT_EQ(test, request->nodeid, 2);
	seat_expect(test, a, "stop;");
	seat_expect(test, b, "stop;start 3 !2;finish 3;");
	expect_waiting(test, "a", VCS_PHASE_GATES, "fence:2");
	/* Anything but a success leaves it closed. */
	vcs_fence_done(request, VCS_FENCE_FAILED, "no");
	request = fake_method_await(test);
	vcs_fence_done(request, VCS_FENCE_UNKNOWN, "eh");
	request = fake_method_await(test);
	seat_expect(test, a, "");
	expect_waiting(test, "a", VCS_PHASE_GATES, "fence:2");
	vcs_fence_done(request, VCS_FENCE_SUCCESS, "off");
	seat_expect(test, a, "start 3 !2;finish 3;");
}

/* One that comes new waits for what failed before its time. */
static void fence_before_test(struct kunit *test)
{
	struct vcs_fence_request *request;
	struct seat *a = &bench->a;

	fake_add(2);
	fake_step(test);
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	request = fake_method_await(test);
	add_seat(test, a, "a", VCS_LEVEL_FS, FENCED);
	seat_expect(test, a, "");
	expect_waiting(test, "a", VCS_PHASE_GATES, "fence:2");
	vcs_fence_done(request, VCS_FENCE_SUCCESS, "off");
	seat_expect(test, a, "start 3 +1 !2;finish 3;");
}

/* ... and has it in its list also when the state transfer told of it later. */
static void fence_before_sync_test(struct kunit *test)
{
	struct vcs_fence_request *request;
	struct seat *a = &bench->a;

	fake_add(2);
	fake_step(test);
	fake.hold_records = true;
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	add_seat(test, a, "a", VCS_LEVEL_FS, FENCED);
	seat_expect(test, a, "");
	expect_waiting(test, "a", VCS_PHASE_GATES, "sync");
	fake_release_records();
	request = fake_method_await(test);
	expect_waiting(test, "a", VCS_PHASE_GATES, "fence:2");
	vcs_fence_done(request, VCS_FENCE_SUCCESS, "off");
	seat_expect(test, a, "start 3 +1 !2;finish 3;");
}

static void settled_by_return_test(struct kunit *test)
{
	struct seat *a = &bench->a;

	fake_add(2);
	fake_step(test);
	add_seat(test, a, "a", VCS_LEVEL_FS, FENCED);
	seat_expect(test, a, "start 2 +1 +2;finish 2;");
	fake_remove(2, VCS_LEAVE_FAILED);
	fake_step(test);
	seat_expect(test, a, "stop;");
	fake_add_settled(2);
	fake_step(test);
	seat_expect(test, a, "start 4 +2 !2;finish 4;");
}

static void sync_test(struct kunit *test)
{
	struct seat *a = &bench->a, *b = &bench->b;

	add_seat(test, a, "a", VCS_LEVEL_FENCE, 0);
	add_seat(test, b, "b", VCS_LEVEL_OBSERVER, 0);
	seat_expect(test, a, "start 1 +1;finish 1;");
	seat_expect(test, b, "start 1 +1;finish 1;");
	fake.hold_records = true;
	fake_add(2);
	fake_step(test);
	seat_expect(test, a, "stop;");
	seat_expect(test, b, "stop;start 2 +2;finish 2;");
	expect_waiting(test, "a", VCS_PHASE_GATES, "sync");
	fake_release_records();
	seat_expect(test, a, "start 2 +2;finish 2;");
}

static void freeze_test(struct kunit *test)
{
	struct seat *a = &bench->a, *b = &bench->b;

	add_seat(test, a, "a", VCS_LEVEL_FS, QUORUM);
	seat_expect(test, a, "start 1 +1;finish 1;");
	vcs_provider_lost(bench->cluster, "test");
	KUNIT_EXPECT_EQ(test, bench->cluster->state, VCS_CLUSTER_FROZEN);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(bench->cluster));
	add_seat(test, b, "b", VCS_LEVEL_LOCK, 0);
	seat_expect(test, b, "");
	expect_waiting(test, "b", VCS_PHASE_GATES, "provider");
	vcs_provider_recovered(bench->cluster);
	KUNIT_EXPECT_TRUE(test, vcs_is_quorate(bench->cluster));
	seat_expect(test, b, "start 1 +1;finish 1;");
	seat_expect(test, a, "");

	/* Not back in time: it must stop, and start when it is back. */
	vcs_provider_lost(bench->cluster, "test");
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(false));
	seat_expect(test, a, "stop;");
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(true));
	seat_expect(test, a, "");
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(bench->cluster));
	vcs_provider_recovered(bench->cluster);
	seat_expect(test, a, "start 1;finish 1;");
}

static struct completion *stop_go;

/* Stopped before it returns: the next start is granted, but cannot begin. */
static int early_stop(struct vcs_listener *listener)
{
	vcs_listener_stopped(listener);
	wait_for_completion(stop_go);
	return -EINPROGRESS;
}

static void begin_early_stop(struct kunit *test, struct completion *go)
{
	struct seat *a = &bench->a;

	seat_init(a, "a", VCS_LEVEL_LOCK, 0);
	a->ops.stop = early_stop;
	stop_go = go;
	seat_register(test, bench->cluster, a);
	seat_expect(test, a, "start 1 +1;finish 1;");
	fake_add(2);
	fake_step(test);
	seat_expect(test, a, "");
	expect_waiting(test, "a", VCS_PHASE_STARTING, "start");
}

/* Frozen: nothing starts, not even what was about to. */
static void freeze_granted_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(go);
	struct seat *a = &bench->a;

	begin_early_stop(test, &go);
	vcs_provider_lost(bench->cluster, "test");
	complete_all(&go);
	seat_expect(test, a, "");
	expect_waiting(test, "a", VCS_PHASE_GATES, "provider");
	vcs_provider_recovered(bench->cluster);
	seat_expect(test, a, "start 2 +2;finish 2;");
}

/* Nor when the cluster is being left. */
static void leave_granted_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(leave);
	DECLARE_COMPLETION_ONSTACK(go);
	struct seat *a = &bench->a;

	begin_early_stop(test, &go);
	fake.hold_leave = &leave;
	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(bench->cluster, false));
	complete_all(&go);
	seat_expect(test, a, "");
	complete(&leave);
	seat_expect(test, a, "gone;");
}

static void overdue_test(struct kunit *test)
{
	struct vcs_listener_info info;
	struct seat *a = &bench->a;

	seat_init(a, "a", VCS_LEVEL_LOCK, 0);
	a->start_answer = -EINPROGRESS;
	seat_register(test, bench->cluster, a);
	seat_expect(test, a, "start 1 +1;");
	msleep(31 * MSEC_PER_SEC);
	mutex_lock(&bench->cluster->lock);
	KUNIT_EXPECT_EQ(test, 0,
			vcs_listener_info_locked(bench->cluster, 0, &info));
	mutex_unlock(&bench->cluster->lock);
	KUNIT_EXPECT_GT(test, info.since_ms, 30 * MSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, bench->cluster->state, VCS_CLUSTER_MEMBER);
	KUNIT_EXPECT_EQ(test, 0, vcs_listener_done(&a->listener, 1));
	seat_expect(test, a, "finish 1;");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_start_test),
	KUNIT_CASE(slow_stop_test),
	KUNIT_CASE(overtaken_start_test),
	KUNIT_CASE(blocked_start_test),
	KUNIT_CASE(start_error_test),
	KUNIT_CASE(levels_test),
	KUNIT_CASE(same_level_test),
	KUNIT_CASE(blocked_neighbour_test),
	KUNIT_CASE(quorum_test),
	KUNIT_CASE(fence_test),
	KUNIT_CASE(fence_before_test),
	KUNIT_CASE(fence_before_sync_test),
	KUNIT_CASE(settled_by_return_test),
	KUNIT_CASE(sync_test),
	KUNIT_CASE(freeze_test),
	KUNIT_CASE(freeze_granted_test),
	KUNIT_CASE(leave_granted_test),
	KUNIT_CASE(overdue_test),
	{}
};

static struct kunit_suite suite = {
	.name = "phase",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
