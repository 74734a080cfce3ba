// SPDX-License-Identifier: GPL-2.0-only
/* Listeners: who may register, how they let go, what eviction does to them. */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"
#include "vcs/leave.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

#define STATEFUL	VCS_LISTENER_STATEFUL
#define QUORUM		VCS_LISTENER_NEED_QUORUM
#define FENCED		VCS_LISTENER_NEED_FENCED

static struct seat *seat, *other;

static int init(struct kunit *test)
{
	seat = kunit_kzalloc(test, 2 * sizeof(*seat), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seat);
	other = seat + 1;
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	fake_provider_unregister();
}

static int try(struct vcs_cluster *cluster, const char *name,
	       enum vcs_level level, u32 flags)
{
	seat_init(seat, name, level, flags);
	return vcs_register_listener(cluster, &seat->listener);
}

static void refused_test(struct kunit *test)
{
	static const struct {
		const char *name;
		enum vcs_level level;
		u32 flags;
	} bad[] = {
		{ "", VCS_LEVEL_FS, 0 },
		{ "a/b", VCS_LEVEL_FS, 0 },
		{ ".", VCS_LEVEL_FS, 0 },
		{ "abcdefghijklmnopqrstuvwxyz0123456", VCS_LEVEL_FS, 0 },
		{ "a", VCS_LEVEL_OBSERVER + 1, 0 },
		{ "a", VCS_LEVEL_FS, 1U << 3 },
		{ "a", VCS_LEVEL_FENCE, FENCED },
		{ "a", VCS_LEVEL_OBSERVER, QUORUM },
	};
	struct vcs_cluster *cluster = fake_member(test, NULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    try(cluster, bad[i].name, bad[i].level,
					bad[i].flags), "%u", i);
	seat_init(seat, "a", VCS_LEVEL_FS, STATEFUL);
	seat->ops.evicted = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_register_listener(cluster, &seat->listener));
	seat_init(seat, "a", VCS_LEVEL_FS, 0);
	seat->ops.stop = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_register_listener(cluster, &seat->listener));
	seat_init(other, "a", VCS_LEVEL_FS, 0);
	seat_register(test, cluster, other);
	KUNIT_EXPECT_EQ(test, -EEXIST, try(cluster, "a", VCS_LEVEL_LOCK, 0));
	vcs_unregister_listener(&other->listener);
	fake_end(test, cluster);
}

static void not_member_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, NULL);

	KUNIT_EXPECT_EQ(test, -ENOTCONN, try(cluster, "a", VCS_LEVEL_FS, 0));
	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(cluster, false));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, try(cluster, "a", VCS_LEVEL_FS, 0));
	fake_end(test, cluster);
}

static void unregister_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, 0));
	seat_expect(test, seat, "start 1 +1;finish 1;");
	vcs_unregister_listener(&seat->listener);
	KUNIT_EXPECT_NULL(test, seat->listener.state);
	fake_add(2);
	fake_step(test);
	seat_expect(test, seat, "release;");
	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, 0));
	seat_expect(test, seat, "start 2 +1 +2;finish 2;");
	vcs_unregister_listener(&seat->listener);
	seat_expect(test, seat, "release;");
	fake_end(test, cluster);
}

static int unregister_thread(void *data)
{
	struct completion *done = data;

	vcs_unregister_listener(&seat->listener);
	complete(done);
	return 0;
}

/* From outside it waits for the callback in flight. */
static void unregister_waits_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	DECLARE_COMPLETION_ONSTACK(done);
	DECLARE_COMPLETION_ONSTACK(go);

	seat_init(seat, "a", VCS_LEVEL_FS, 0);
	seat->hold_start = &go;
	seat_register(test, cluster, seat);
	wait_for_completion(&seat->in_start);
	kthread_run(unregister_thread, &done, "unregister");
	seat_expect(test, seat, "start 1 +1;");
	KUNIT_EXPECT_FALSE(test, completion_done(&done));
	complete(&go);
	wait_for_completion(&done);
	seat_expect(test, seat, "release;");
	fake_end(test, cluster);
}

/* The module is pinned while a callback runs, and no longer. */
static void owner_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	int before = module_refcount(THIS_MODULE);
	DECLARE_COMPLETION_ONSTACK(go);

	seat_init(seat, "a", VCS_LEVEL_FS, 0);
	seat->hold_start = &go;
	seat_register(test, cluster, seat);
	wait_for_completion(&seat->in_start);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before + 1);
	complete(&go);
	seat_expect(test, seat, "start 1 +1;finish 1;");
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before);
	vcs_unregister_listener(&seat->listener);
	fake_end(test, cluster);
}

/* Evicted while a callback runs: it is let end, and evicted() comes next. */
static void evicted_in_flight_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	DECLARE_COMPLETION_ONSTACK(go);

	seat_init(seat, "a", VCS_LEVEL_FS, STATEFUL);
	seat->hold_start = &go;
	seat->unregister_in_evicted = true;
	seat_register(test, cluster, seat);
	wait_for_completion(&seat->in_start);
	vcs_report_evicted(cluster, VCS_LEAVE_REMOVED);
	seat_expect(test, seat, "start 1 +1;");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_EVICTED);
	KUNIT_EXPECT_EQ(test, -EBUSY, vcs_cluster_leave(cluster, true));
	complete(&go);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	seat_expect(test, seat, "evicted;release;");
	fake_end(test, cluster);
}

/* What a provider asks when the machine is about to stop or to sleep. */
static void retire_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	KUNIT_EXPECT_FALSE(test, vcs_cluster_is_stateful(cluster));
	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, STATEFUL));
	seat_expect(test, seat, "start 1 +1;finish 1;");
	KUNIT_EXPECT_TRUE(test, vcs_cluster_is_stateful(cluster));
	KUNIT_EXPECT_EQ(test, -EBUSY, vcs_retire_cluster(cluster));
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_MEMBER);
	vcs_unregister_listener(&seat->listener);
	KUNIT_EXPECT_FALSE(test, vcs_cluster_is_stateful(cluster));
	KUNIT_EXPECT_EQ(test, 0, vcs_retire_cluster(cluster));
	KUNIT_EXPECT_EQ(test, -ESHUTDOWN, vcs_retire_cluster(cluster));
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, fake.how, VCS_LEAVE_HOW_CLEAN);
	fake_end(test, cluster);
}

/* From inside it does not, and release follows once. */
static void unregister_inside_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, 0));
	seat_expect(test, seat, "start 1 +1;finish 1;");
	seat->unregister_in_stop = true;
	fake_add(2);
	fake_step(test);
	seat_expect(test, seat, "stop;release;");
	KUNIT_EXPECT_NULL(test, seat->listener.state);
	fake_end(test, cluster);
}

/* A stateful listener keeps the cluster; forced, it is evicted first. */
static void veto_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	seat_init(seat, "a", VCS_LEVEL_FS, STATEFUL | QUORUM);
	seat->start_answer = -EINPROGRESS;
	seat_register(test, cluster, seat);
	seat_expect(test, seat, "start 1 +1;");
	KUNIT_EXPECT_EQ(test, -EAGAIN, vcs_cluster_leave(cluster, false));
	KUNIT_EXPECT_EQ(test, 0, vcs_listener_done(&seat->listener, 1));
	seat_expect(test, seat, "finish 1;");
	KUNIT_EXPECT_EQ(test, -EBUSY, vcs_cluster_leave(cluster, false));
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_MEMBER);

	seat_init(other, "b", VCS_LEVEL_OBSERVER, 0);
	seat_register(test, cluster, other);
	seat_expect(test, other, "start 1 +1;finish 1;");
	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(cluster, true));
	seat_expect(test, seat, "evicted;");
	seat_expect(test, other, "gone;");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_EVICTED);
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	KUNIT_EXPECT_EQ(test, fake.how, VCS_LEAVE_HOW_FAIL);
	KUNIT_EXPECT_EQ(test, -EBUSY,
			vcs_join_cluster(&init_net, FAKE_CLUSTER,
					 FAKE_PROVIDER, NULL, NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_listener_done(&seat->listener, 1));
	vcs_unregister_listener(&seat->listener);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	seat_expect(test, seat, "release;");
	vcs_unregister_listener(&other->listener);
	seat_expect(test, other, "release;");
	fake_end(test, cluster);

	memset(&fake.members, 0, sizeof(fake.members));
	fake.nr_members = 0;
	cluster = fake_member(test, NULL);
	KUNIT_EXPECT_EQ(test, fake.leaves, 1);
	fake_end(test, cluster);
	KUNIT_EXPECT_EQ(test, fake.leaves, 2);
	KUNIT_EXPECT_EQ(test, fake.how, VCS_LEAVE_HOW_CLEAN);
}

static void evicted_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	struct vcs_attest attest;

	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, STATEFUL));
	seat_expect(test, seat, "start 1 +1;finish 1;");
	vcs_cluster_attest(cluster, &attest);
	KUNIT_EXPECT_TRUE(test, attest.drained);
	KUNIT_EXPECT_NE(test, attest.load_id, 0);
	vcs_report_evicted(cluster, VCS_LEAVE_REMOVED);
	KUNIT_EXPECT_FALSE(test, vcs_is_quorate(cluster));
	seat_expect(test, seat, "evicted;");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_EVICTED);
	KUNIT_EXPECT_EQ(test, cluster->error, -ECANCELED);
	vcs_cluster_attest(cluster, &attest);
	KUNIT_EXPECT_FALSE(test, attest.drained);
	vcs_unregister_listener(&seat->listener);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	vcs_cluster_attest(cluster, &attest);
	KUNIT_EXPECT_TRUE(test, attest.drained);
	KUNIT_EXPECT_EQ(test, fake.how, VCS_LEAVE_HOW_FAIL);
	fake_end(test, cluster);
}

/* It lets go from inside evicted(): the cluster is over without more. */
static void evicted_inside_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, STATEFUL));
	seat_expect(test, seat, "start 1 +1;finish 1;");
	seat->unregister_in_evicted = true;
	vcs_report_evicted(cluster, VCS_LEAVE_REMOVED);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	seat_expect(test, seat, "evicted;release;");
	fake_end(test, cluster);
}

/* The provider made a view of it, and then its join fails after all. */
static void join_fails_late_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(go);
	struct vcs_cluster *cluster;

	fake.hold_join = &go;
	fake.join_error = -EIO;
	cluster = fake_member(test, NULL);
	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, STATEFUL));
	seat_expect(test, seat, "start 1 +1;finish 1;");
	complete(&go);
	seat_expect(test, seat, "evicted;");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_EVICTED);
	KUNIT_EXPECT_EQ(test, cluster->error, -EIO);
	vcs_unregister_listener(&seat->listener);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	KUNIT_EXPECT_EQ(test, fake.leaves, 0);
	fake_end(test, cluster);
}

/* What would have become of the machine. */
static enum vcs_on_eviction ended_by;
static unsigned int ends;

static void note_end(enum vcs_on_eviction policy, const char *cluster)
{
	ended_by = policy;
	ends++;
}

static void note_ends(struct kunit *test, bool note)
{
	static typeof(vcs_end_machine) saved;

	if (note) {
		saved = vcs_end_machine;
		vcs_end_machine = note_end;
		ends = 0;
	} else {
		vcs_end_machine = saved;
	}
}

/* A cluster of this node, with a stateful listener that runs. */
static struct vcs_cluster *stateful_member(struct kunit *test,
					   const char *options)
{
	struct vcs_cluster *cluster;

	fake.nr_members = 0;
	cluster = fake_member(test, options);
	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, STATEFUL));
	seat_expect(test, seat, fake.generation == 1 ?
		    "start 1 +1;finish 1;" : "start 2 +1;finish 2;");
	return cluster;
}

static void let_go(struct kunit *test, struct vcs_cluster *cluster)
{
	seat_expect(test, seat, "evicted;");
	vcs_unregister_listener(&seat->listener);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	fake_end(test, cluster);
}

static void policy_test(struct kunit *test)
{
	static const struct {
		const char *options;
		unsigned int ends;
		enum vcs_on_eviction by;
	} policies[] = {
		{ "on_eviction=freeze", 0, VCS_ON_EVICTION_FREEZE },
		{ "on_eviction=reboot", 1, VCS_ON_EVICTION_REBOOT },
		{ "on_eviction=panic", 1, VCS_ON_EVICTION_PANIC },
	};
	struct vcs_cluster *cluster;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		note_ends(test, true);
		fake.generation = 0;
		cluster = stateful_member(test, policies[i].options);
		vcs_report_evicted(cluster, VCS_LEAVE_FAILED);
		note_ends(test, false);
		KUNIT_EXPECT_EQ_MSG(test, ends, policies[i].ends, "%u", i);
		if (ends)
			KUNIT_EXPECT_EQ(test, ended_by, policies[i].by);
		let_go(test, cluster);
	}
}

/* The machine goes on where nobody's I/O is at stake, or it was asked for. */
static void policy_spared_test(struct kunit *test)
{
	struct vcs_cluster *cluster;

	note_ends(test, true);
	cluster = fake_member(test, "on_eviction=panic");
	vcs_report_evicted(cluster, VCS_LEAVE_FAILED);
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	fake_end(test, cluster);

	fake.generation = 0;
	cluster = stateful_member(test, "on_eviction=panic");
	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(cluster, true));
	let_go(test, cluster);
	note_ends(test, false);
	KUNIT_EXPECT_EQ(test, ends, 0);
}

/* Only who may reset the machine, and in the initial network namespace. */
static void policy_right_test(struct kunit *test)
{
	struct net *other_net = kunit_kzalloc(test, sizeof(*other_net),
					      GFP_KERNEL);
	const struct cred *old;
	struct cred *poor;

	KUNIT_ASSERT_NOT_NULL(test, other_net);
	KUNIT_EXPECT_TRUE(test, vcs_may_end_machine(&init_net, true));
	KUNIT_EXPECT_FALSE(test, vcs_may_end_machine(other_net, true));
	KUNIT_EXPECT_FALSE(test, vcs_may_end_machine(&init_net, false));
	poor = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, poor);
	cap_lower(poor->cap_effective, CAP_SYS_BOOT);
	old = override_creds(poor);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_join_cluster(&init_net, FAKE_CLUSTER, FAKE_PROVIDER,
					 "on_eviction=reboot", NULL));
	revert_creds(old);
	put_cred(poor);
	KUNIT_EXPECT_NULL(test, vcs_cluster_get(&init_net, FAKE_CLUSTER));
}

static void overdue_evict_test(struct kunit *test)
{
	struct vcs_cluster *cluster =
		fake_member(test, "overdue=2,overdue_policy=evict");

	KUNIT_ASSERT_EQ(test, 0, try(cluster, "a", VCS_LEVEL_FS, STATEFUL));
	seat_expect(test, seat, "start 1 +1;finish 1;");
	seat->stop_answer = -EINPROGRESS;
	seat->unregister_in_evicted = true;
	fake_add(2);
	fake_step(test);
	seat_expect(test, seat, "stop;");
	fake_await_state(test, cluster, VCS_CLUSTER_LEFT);
	seat_expect(test, seat, "evicted;release;");
	fake_end(test, cluster);
}

/* Who delays nobody is no reason for a node to give itself up. */
static void overdue_observer_test(struct kunit *test)
{
	struct vcs_cluster *cluster =
		fake_member(test, "overdue=2,overdue_policy=evict");

	seat_init(seat, "a", VCS_LEVEL_OBSERVER, 0);
	seat->start_answer = -EINPROGRESS;
	seat_register(test, cluster, seat);
	seat_expect(test, seat, "start 1 +1;");
	fake_expect_log(test, cluster, VCS_LOG_OVERDUE,
			"listener a is starting for more than 2 s");
	KUNIT_EXPECT_EQ(test, cluster->state, VCS_CLUSTER_MEMBER);
	vcs_unregister_listener(&seat->listener);
	fake_end(test, cluster);
}

/* Waiting inside a callback for what may need that callback. */
static int wait_answer;

static int waiting_stop(struct vcs_listener *listener)
{
	wait_answer = vcs_fence_wait(fake.cluster, 2, 0);
	return 0;
}

static void wait_inside_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);

	seat_init(seat, "a", VCS_LEVEL_FS, 0);
	seat->ops.stop = waiting_stop;
	seat_register(test, cluster, seat);
	seat_expect(test, seat, "start 1 +1;finish 1;");
	wait_answer = 0;
	fake_add(2);
	fake_step(test);
	seat_expect(test, seat, "start 2 +2;finish 2;");
	KUNIT_EXPECT_EQ(test, wait_answer, -EDEADLK);
	vcs_unregister_listener(&seat->listener);
	fake_end(test, cluster);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(refused_test),
	KUNIT_CASE(not_member_test),
	KUNIT_CASE(unregister_test),
	KUNIT_CASE(unregister_waits_test),
	KUNIT_CASE(owner_test),
	KUNIT_CASE(evicted_in_flight_test),
	KUNIT_CASE(retire_test),
	KUNIT_CASE(unregister_inside_test),
	KUNIT_CASE(veto_test),
	KUNIT_CASE(evicted_test),
	KUNIT_CASE(evicted_inside_test),
	KUNIT_CASE(join_fails_late_test),
	KUNIT_CASE(policy_test),
	KUNIT_CASE(policy_spared_test),
	KUNIT_CASE(policy_right_test),
	KUNIT_CASE(overdue_evict_test),
	KUNIT_CASE(overdue_observer_test),
	KUNIT_CASE(wait_inside_test),
	{}
};

static struct kunit_suite suite = {
	.name = "listener",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
