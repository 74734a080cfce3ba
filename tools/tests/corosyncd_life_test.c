// SPDX-License-Identifier: GPL-2.0-only
/* Lives of vcs-corosyncd between their kernels and each other. */
#include "corosyncd_world.h"
#include "test.h"

static struct vcs_bridge *kernel(u32 n)
{
	return &world.kernels[n];
}

static void nothing_noticed(u32 n)
{
	assert_int_equal(kernel(n)->nr_changes, 0);
	assert_int_equal(kernel(n)->nr_views, 0);
	assert_true(kernel(n)->quorate);
}

/* The same records, in one order, on all of them. */
static void same_records(u32 nr)
{
	u32 n;

	for (n = 0; n < world.nr; n++) {
		assert_int_equal(kernel(n)->nr_records, nr);
		assert_memory_equal(kernel(n)->records, kernel(0)->records, nr);
		assert_int_equal(kernel(n)->nr_requests, 0);
	}
}

static void form_test(void **state)
{
	(void)state;
	world_form(3, false);
	assert_int_equal(kernel(0)->members[2].nodeid, 3);
	assert_int_equal(kernel(0)->members[2].incarnation, 102);
	assert_int_equal(kernel(0)->view.expected_votes, 3);
	assert_int_equal(kernel(0)->view.quorum, 2);
	assert_memory_equal(kernel(0)->view.lifetime, kernel(2)->view.lifetime,
			    VCS_LIFETIME_LEN);
}

static void record_test(void **state)
{
	u32 i;

	(void)state;
	world_form(3, false);
	for (i = 0; i < 30; i++)
		world_submit(i % 3, 'a' + i);
	world_settle();
	world_beats(3);
	same_records(30);
}

/* More than the state machine takes at once, of one node. */
static void many_records_test(void **state)
{
	u32 i;

	(void)state;
	world_form(3, false);
	for (i = 0; i < 30; i++)
		world_submit(1, 'a' + i);
	world_settle();
	world_beats(3);
	same_records(30);
}

/* The group carries one message for all that the kernel asks at once. */
static void one_submit_test(void **state)
{
	u32 i, before;

	(void)state;
	world_form(3, false);
	before = world.nr_sent;
	for (i = 0; i < 5; i++)
		world_ask(1, 'a' + i);
	assert_int_equal(world.nr_sent, before);
	world_submit(1, 'f');
	assert_int_equal(world.nr_sent, before + 1);
	world_settle();
	world_beats(1);
	same_records(6);
}

static void alone_test(void **state)
{
	u32 i;

	(void)state;
	world_form(1, false);
	for (i = 0; i < 20; i++)
		world_submit(0, i);
	world_beats(2);
	same_records(20);
}

static void restart_test(void **state)
{
	u32 n;

	(void)state;
	for (n = 0; n < 3; n++) {
		world_form(3, false);
		world_submit(1, 'x');
		world_settle();
		world_daemon(n);
		/* Gone for a while, but not for longer than the grace period. */
		world_beats(1);
		world_beats(10);
		assert_int_equal(kernel(n)->nr_resumes, 1);
		assert_int_equal(world.begun[n], 2);
		nothing_noticed(0);
		nothing_noticed(1);
		nothing_noticed(2);
		world_submit(n, 'y');
		world_settle();
		world_beats(3);
		same_records(2);
	}
}

static void all_restart_test(void **state)
{
	u32 n;

	(void)state;
	world_form(3, false);
	world_submit(1, 'x');
	world_settle();
	for (n = 0; n < 3; n++)
		world_daemon(n);
	world_beats(10);
	for (n = 0; n < 3; n++)
		nothing_noticed(n);
	world_submit(2, 'y');
	world_settle();
	world_beats(3);
	same_records(2);
}

static void away_for_long_test(void **state)
{
	struct life *life;

	(void)state;
	world_form(3, false);
	life = world.lives[2];
	world.lives[2] = NULL;
	world_kill(2);
	/* 15 s: deadline, grace, and a margin. */
	world_beats(70);
	nothing_noticed(0);
	world_beats(10);
	assert_int_equal(kernel(0)->view.generation, 2);
	assert_int_equal(kernel(0)->view.nr_members, 2);
	assert_int_equal(kernel(0)->departed[0].nodeid, 3);
	assert_int_equal(kernel(0)->departed[0].reason, VCS_LEAVE_FAILED);
	/* The next daemon hears that it is over, and does not wait with that. */
	world.lives[2] = life;
	world_daemon(2);
	world_beats(5);
	assert_int_equal(kernel(2)->evicted, VCS_LEAVE_FAILED + 1);
	assert_false(kernel(2)->quorate);
	assert_int_equal(kernel(2)->view.generation, 1);
}

/* Whatever the daemon dies at, all comes together as if it had not. */
static void die_anywhere_test(void **state)
{
	static const char * const at[] = {
		"PING", "STORE", "DELIVER", "QUORATE", "RESUME", "VIEW",
	};
	u32 i, n, round;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		for (n = 0; n < 3; n++) {
			world_form(3, false);
			for (round = 0; round < 4; round++) {
				kernel(n)->die_at = at[i];
				world_submit(n, 'a' + round);
				world_submit((n + 1) % 3, 'A' + round);
				world_settle();
				world_beats(1);
				world_daemon(n);
				world_beats(4);
			}
			world_beats(5);
			same_records(8);
			assert_int_equal(kernel(n)->view.generation, 1);
			assert_true(kernel(n)->quorate);
		}
	}
}

/* No memory is no end: the same daemon claims again, at once. */
static void no_memory_test(void **state)
{
	static const char * const at[] = {
		"PING", "STORE", "DELIVER",
	};
	u32 i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		for (n = 0; n < 3; n++) {
			world_form(3, false);
			kernel(n)->fail_at = at[i];
			world_submit(n, 'a');
			world_submit((n + 1) % 3, 'A');
			world_settle();
			world_beats(4);
			same_records(2);
			assert_true(kernel(n)->quorate);
			assert_int_equal(kernel(n)->nr_resumes, 1);
			nothing_noticed(n);
		}
	}
	world_form(3, false);
	kernel(1)->fail_at = "VIEW";
	world_lose(2);
	world_beats(6);
	assert_int_equal(kernel(1)->nr_resumes, 1);
	assert_int_equal(kernel(1)->view.generation, 2);
	assert_true(kernel(1)->quorate);
}

/* Something that is not there is not the end of the life. */
static void not_the_end_test(void **state)
{
	static const char * const at[] = { "SUSPECT", "DELIVER", "STORE" };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		world_form(3, false);
		kernel(1)->fail_at = at[i];
		kernel(1)->fail_with = -ENOENT;
		world_submit(1, 'a');
		world_lose(2);
		world_beats(1);
		assert_true(life_talks(world.lives[1]) ||
			    life_is_between(world.lives[1]));
		world_beats(8);
		assert_null(kernel(1)->fail_at);
		assert_int_equal(kernel(1)->view.generation, 2);
		assert_true(kernel(1)->quorate);
	}
	kernel(1)->fail_at = "PING";
	kernel(1)->fail_with = -ENOPROTOOPT;
	world_beats(1);
	assert_false(life_is_between(world.lives[1]));
}

/* In the middle of a batch, at its origin and elsewhere. */
static void die_in_batch_test(void **state)
{
	u32 n, after, i;

	(void)state;
	for (n = 0; n < 3; n++) {
		for (after = 0; after < 4; after++) {
			world_form(3, false);
			world.drop_type = CMAN_MSG_SUBMIT;
			for (i = 0; i < 4; i++)
				world_submit(2, 'a' + i);
			world_settle();
			world.drop_type = 0;
			kernel(n)->die_at = "DELIVER";
			kernel(n)->die_after = after;
			world_beats(2);
			assert_int_equal(kernel(n)->nr_records, after);
			world_daemon(n);
			world_beats(10);
			same_records(4);
			nothing_noticed(n);
		}
	}
}

static void die_at_view_test(void **state)
{
	(void)state;
	world_form(3, false);
	kernel(1)->die_at = "VIEW";
	world_lose(2);
	world_beats(5);
	assert_int_equal(kernel(0)->view.generation, 2);
	assert_int_equal(kernel(1)->view.generation, 1);
	/* What its predecessor knew to be decided, it tells. */
	world_daemon(1);
	world_beats(30);
	assert_int_equal(kernel(1)->view.generation, 2);
	assert_int_equal(kernel(1)->view.nr_members, 2);
	assert_int_equal(kernel(1)->nr_views, 1);
	assert_true(kernel(1)->quorate);
	assert_int_equal(kernel(1)->evicted, 0);
}

static void die_at_first_view_test(void **state)
{
	(void)state;
	world_make(3, false);
	kernel(1)->die_at = "VIEW";
	world_beats(30);
	assert_int_equal(kernel(1)->view.generation, 0);
	assert_int_equal(kernel(0)->view.generation, 1);
	world_daemon(1);
	world_beats(10);
	assert_int_equal(kernel(1)->view.generation, 1);
	assert_true(kernel(1)->quorate);
}

/* What is not stored is not told. */
static void store_refused_test(void **state)
{
	u32 sent;

	(void)state;
	world_form(3, false);
	kernel(1)->die_at = "STORE";
	sent = world.nr_sent;
	world_submit(0, 'x');
	sent = world.nr_sent - sent;
	/* Node 1 accepts nothing, node 2 does: that is a majority. */
	world_settle();
	assert_int_equal(world.lives[1]->phase, LIFE_NONE);
	assert_string_equal(kernel(1)->last, "STORE");
	assert_int_equal(kernel(0)->nr_records, 1);
	assert_int_equal(kernel(1)->nr_records, 0);
	assert_true(sent > 0);
}

static void promises_lost_test(void **state)
{
	(void)state;
	world_form(3, false);
	kernel(1)->stored_len = 0;
	world_daemon(1);
	world_beats(1);
	assert_int_equal(kernel(1)->evicted, VCS_LEAVE_INCONSISTENT + 1);

	world_form(3, false);
	kernel(1)->stored[0]++;
	world_daemon(1);
	world_beats(1);
	assert_int_equal(kernel(1)->evicted, VCS_LEAVE_INCONSISTENT + 1);

	/* Of another life. */
	world_form(3, false);
	kernel(1)->incarnation++;
	world_daemon(1);
	world_beats(1);
	assert_int_equal(kernel(1)->evicted, VCS_LEAVE_INCONSISTENT + 1);

	/* Cut short. */
	world_form(3, false);
	kernel(1)->stored_len--;
	world_daemon(1);
	world_beats(1);
	assert_int_equal(kernel(1)->evicted, VCS_LEAVE_INCONSISTENT + 1);
}

/* It has promised to others before it was in any view. */
static void forming_promises_lost_test(void **state)
{
	u32 i;

	(void)state;
	world_make(3, false);
	world.drop_type = CMAN_MSG_FORM_ACCEPTED;
	for (i = 0; i < 30 && !kernel(1)->stored_len; i++)
		world_beats(1);
	assert_int_not_equal(kernel(1)->stored_len, 0);
	kernel(1)->stored[0]++;
	world_daemon(1);
	world_beats(1);
	assert_int_equal(kernel(1)->evicted, VCS_LEAVE_INCONSISTENT + 1);
}

/* Whatever stands there: it is gone on with, or the life is over. */
static void garbled_test(void **state)
{
	static u8 kept[VCS_UB_STATE_MAX];
	u64 generation;
	size_t len, i;

	(void)state;
	world_form(3, false);
	world_submit(1, 'x');
	world_settle();
	len = kernel(1)->stored_len;
	memcpy(kept, kernel(1)->stored, len);
	generation = kernel(1)->view.generation;
	assert_true(len > 100);
	for (i = 0; i < 2 * len; i++) {
		memcpy(kernel(1)->stored, kept, len);
		kernel(1)->stored_len = i < len ? len : i - len;
		kernel(1)->stored[i % len] ^= 1 << (i % 8);
		kernel(1)->evicted = 0;
		world_daemon(1);
		world_beats(1);
		assert_true(kernel(1)->evicted ||
			    world.lives[1]->phase == LIFE_ON ||
			    world.lives[1]->phase == LIFE_NONE);
		assert_int_equal(kernel(1)->view.generation, generation);
	}
}

static void lost_test(void **state)
{
	(void)state;
	world_form(3, false);
	world_lose(2);
	/* The minority stops at once. */
	assert_false(kernel(2)->quorate);
	world_beats(5);
	assert_int_equal(kernel(0)->view.generation, 2);
	assert_int_equal(kernel(1)->view.nr_members, 2);
	assert_true(kernel(1)->quorate);
	assert_int_equal(kernel(2)->view.generation, 1);
	/* They meet again: it is told that it is over. */
	memset(world.cut, 0, sizeof(world.cut));
	world_beats(3);
	assert_int_equal(kernel(2)->evicted, VCS_LEAVE_FAILED + 1);
}

static void void_records_test(void **state)
{
	(void)state;
	world_form(3, false);
	world.drop_type = CMAN_MSG_SUBMIT;
	world_submit(1, 'x');
	world_settle();
	world_lose(2);
	world_beats(5);
	assert_int_equal(kernel(1)->view.generation, 2);
	world.drop_type = 0;
	world_beats(5);
	assert_int_equal(kernel(1)->nr_records, 0);
	world_submit(1, 'y');
	world_settle();
	world_beats(2);
	assert_int_equal(kernel(0)->nr_records, kernel(1)->nr_records);
	assert_int_equal(kernel(1)->nr_requests, 0);
	assert_int_equal(kernel(1)->nr_records, 1);
	assert_int_equal(kernel(1)->records[0], 'y');
}

static void two_node_test(void **state)
{
	(void)state;
	world_form(2, true);
	world_lose(1);
	world_beats(3);
	assert_false(kernel(0)->quorate);
	assert_int_equal(kernel(0)->fence_nodeid, 2);
	assert_int_equal(kernel(1)->fence_nodeid, 0);
	assert_int_equal(kernel(0)->view.generation, 1);
	/* Unknown is no success. */
	world_fenced(0, VCS_FENCE_UNKNOWN);
	assert_int_equal(kernel(0)->nr_results, 1);
	world_beats(60);
	assert_int_equal(kernel(0)->view.generation, 1);
	assert_int_not_equal(kernel(0)->fence_cookie, 0);
	/* Its successor does not take the answer to a question of before. */
	world_daemon(0);
	world_beats(1);
	world_fenced(0, VCS_FENCE_SUCCESS);
	assert_int_equal(kernel(0)->view.generation, 1);
	world_beats(80);
	assert_int_not_equal(kernel(0)->fence_cookie, 0);
	world_fenced(0, VCS_FENCE_SUCCESS);
	world_beats(2);
	assert_int_equal(kernel(0)->view.generation, 2);
	assert_int_equal(kernel(0)->view.nr_members, 1);
	assert_true(kernel(0)->quorate);
}

static void corosync_inquorate_test(void **state)
{
	(void)state;
	world_form(3, false);
	life_corosync_quorate(world.lives[0], false);
	assert_false(kernel(0)->quorate);
	world_beats(3);
	assert_false(kernel(0)->quorate);
	life_corosync_quorate(world.lives[0], true);
	assert_true(kernel(0)->quorate);
}

static void leave_test(void **state)
{
	u64 seq;

	(void)state;
	world_form(3, false);
	seq = world_leave(1, VCS_UB_HOW_CLEAN);
	world_beats(5);
	assert_int_equal(kernel(0)->view.nr_members, 2);
	assert_int_equal(kernel(0)->departed[0].reason, VCS_LEAVE_CLEAN);
	assert_int_equal(kernel(1)->nr_results, 1);
	assert_int_equal(kernel(1)->results[0], seq);
	assert_false(life_talks(world.lives[1]));
	kernel(1)->gone = true;
	world_beats(1);
	assert_int_equal(world.lives[1]->phase, LIFE_NONE);
	assert_false(life_is_between(world.lives[1]));
}

static void forced_leave_test(void **state)
{
	u64 seq;

	(void)state;
	world_form(3, false);
	seq = world_leave(1, VCS_UB_HOW_FAIL);
	assert_int_equal(kernel(1)->results[0], seq);
	assert_false(life_talks(world.lives[1]));
	/* Its daemon leaves the group then, which the others see. */
	life_lost(world.lives[0], BIT_ULL(1));
	life_lost(world.lives[2], BIT_ULL(1));
	world_beats(5);
	assert_int_equal(kernel(0)->view.nr_members, 2);
	assert_int_equal(kernel(0)->departed[0].reason, VCS_LEAVE_FAILED);
}

/* Joined anew before this daemon has noticed that the other life is over. */
static void forced_leave_and_join_test(void **state)
{
	(void)state;
	world_form(3, false);
	world_leave(1, VCS_UB_HOW_FAIL);
	memset(kernel(1), 0, sizeof(*kernel(1)));
	kernel(1)->nodeid = 2;
	kernel(1)->incarnation = 201;
	kernel(1)->joining = true;
	world_beats(1);
	assert_int_equal(world.lives[1]->phase, LIFE_NONE);
	assert_false(life_is_between(world.lives[1]));
}

/* A new life of a node, after a clean leave. */
static void rejoin_test(void **state)
{
	(void)state;
	world_form(3, false);
	world_leave(1, VCS_UB_HOW_CLEAN);
	world_beats(5);
	memset(kernel(1), 0, sizeof(*kernel(1)));
	kernel(1)->nodeid = 2;
	kernel(1)->incarnation = 201;
	kernel(1)->joining = true;
	kernel(0)->hold_join = true;
	world_beats(20);
	assert_int_equal(kernel(0)->view.nr_members, 2);
	kernel(0)->hold_join = false;
	world_beats(20);
	assert_int_equal(kernel(0)->view.nr_members, 3);
	assert_int_equal(kernel(1)->view.generation, kernel(0)->view.generation);
	assert_true(kernel(1)->quorate);
	world_submit(1, 'z');
	world_settle();
	world_beats(2);
	assert_int_equal(kernel(1)->nr_records, 1);
}

/* A node is back before its old life was removed: that one stays lost. */
static void fast_rejoin_test(void **state)
{
	u32 n;

	(void)state;
	world_form(3, false);
	memset(kernel(2), 0, sizeof(*kernel(2)));
	kernel(2)->nodeid = 3;
	kernel(2)->incarnation = 302;
	kernel(2)->joining = true;
	kernel(0)->hold_join = true;
	world_daemon(2);
	world_beats(3);
	for (n = 0; n < 2; n++)
		life_lost(world.lives[n], BIT_ULL(2));
	world_beats(5);
	assert_int_equal(kernel(0)->view.generation, 2);
	assert_int_equal(kernel(0)->view.nr_members, 2);
	kernel(0)->hold_join = false;
	world_beats(20);
	assert_int_equal(kernel(0)->view.nr_members, 3);
	assert_int_equal(kernel(2)->members[2].incarnation, 302);
	assert_true(kernel(2)->quorate);
	/* It is watched like any other. */
	world_lose(2);
	world_beats(5);
	assert_int_equal(kernel(0)->view.nr_members, 2);
}

static void no_corosync_test(void **state)
{
	(void)state;
	world_make(3, false);
	world.no_corosync = true;
	world_beats(5);
	assert_int_equal(world.lives[0]->phase, LIFE_IDLE);
	assert_int_equal(kernel(0)->join_error, 0);
	world.no_corosync = false;
	world_beats(30);
	assert_int_equal(kernel(0)->view.generation, 1);
}

/* The socket was full, and the kernel has given this owner up meanwhile. */
static void overrun_test(void **state)
{
	(void)state;
	world_form(3, false);
	kernel(1)->die_at = "dispatch";
	life_dispatch(world.lives[1]);
	assert_int_equal(world.lives[1]->phase, LIFE_NONE);
	assert_true(life_is_between(world.lives[1]));
	world_beats(5);
	assert_int_equal(kernel(1)->nr_resumes, 1);
	nothing_noticed(1);
}

static void refused_test(void **state)
{
	(void)state;
	world_make(1, true);
	world_beats(2);
	assert_int_equal(kernel(0)->join_error, -EINVAL);
	assert_non_null(strstr(kernel(0)->join_text, "two_node"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form_test),
		cmocka_unit_test(record_test),
		cmocka_unit_test(many_records_test),
		cmocka_unit_test(one_submit_test),
		cmocka_unit_test(alone_test),
		cmocka_unit_test(restart_test),
		cmocka_unit_test(all_restart_test),
		cmocka_unit_test(away_for_long_test),
		cmocka_unit_test(die_anywhere_test),
		cmocka_unit_test(no_memory_test),
		cmocka_unit_test(not_the_end_test),
		cmocka_unit_test(die_in_batch_test),
		cmocka_unit_test(die_at_view_test),
		cmocka_unit_test(die_at_first_view_test),
		cmocka_unit_test(store_refused_test),
		cmocka_unit_test(promises_lost_test),
		cmocka_unit_test(forming_promises_lost_test),
		cmocka_unit_test(garbled_test),
		cmocka_unit_test(lost_test),
		cmocka_unit_test(void_records_test),
		cmocka_unit_test(two_node_test),
		cmocka_unit_test(corosync_inquorate_test),
		cmocka_unit_test(leave_test),
		cmocka_unit_test(forced_leave_test),
		cmocka_unit_test(forced_leave_and_join_test),
		cmocka_unit_test(rejoin_test),
		cmocka_unit_test(fast_rejoin_test),
		cmocka_unit_test(no_corosync_test),
		cmocka_unit_test(overrun_test),
		cmocka_unit_test(refused_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
