// SPDX-License-Identifier: GPL-2.0-only
/* What corosync says to the configuration of a life; frames; who is lost. */
#include "../vcs-corosyncd/frame.h"
#include "../vcs-corosyncd/pulse.h"
#include "../vcs-corosyncd/ring.h"
#include "../vcs-corosyncd/table.h"
#include "test.h"

#define GRACE_MS 10000

static struct corosync_facts three(void)
{
	struct corosync_facts facts = { .nodeid = 7 };

	table_add(&facts, 7, 1);
	table_add(&facts, 9, 2);
	table_add(&facts, 3, 1);
	return facts;
}

static struct cman_config config;
static char why[TABLE_WHY_MAX];

static void refused(const struct corosync_facts *facts, const char *options,
		    const char *text)
{
	assert_false(table_config(&config, facts, options, GRACE_MS, why));
	if (!strstr(why, text))
		fail_msg("\"%s\" instead of \"%s\"", why, text);
}

static void good_test(void **state)
{
	struct corosync_facts facts = three();

	(void)state;
	facts.wait_for_all = true;
	assert_true(table_config(&config, &facts, "nodeid=7,fence_delay=100",
				 GRACE_MS, why));
	assert_int_equal(config.nr_nodes, 3);
	assert_int_equal(config.nodes[0].nodeid, 3);
	assert_int_equal(config.nodes[1].nodeid, 7);
	assert_int_equal(config.nodes[2].nodeid, 9);
	assert_int_equal(config.nodes[2].votes, 2);
	assert_int_equal(config.nodeid, 7);
	assert_int_equal(config.fence_delay_ms, 100);
	assert_true(config.wait_for_all);
	assert_false(config.reboot_fences);
	/* The others must wait longer than this node takes to stop. */
	assert_true(config.hold_ms > TABLE_DEADLINE_MS + GRACE_MS);
	assert_true(config.one_by_one);
	assert_true(config.void_records);
	assert_true(table_config(&config, &facts, "", GRACE_MS, why));
	assert_true(table_config(&config, &facts, "reboot_fences=1", GRACE_MS,
				 why));
	assert_true(config.reboot_fences);
}

static void digest_test(void **state)
{
	struct corosync_facts facts = three(), other = three();
	u64 digest;

	(void)state;
	assert_true(table_config(&config, &facts, "", GRACE_MS, why));
	digest = config.table_digest;
	facts.nodeid = 9;
	assert_true(table_config(&config, &facts, "", GRACE_MS, why));
	assert_true(config.table_digest == digest);
	assert_true(table_config(&config, &facts, "", GRACE_MS + 1, why));
	assert_false(config.table_digest == digest);
	other.nodes[1].votes = 3;
	assert_true(table_config(&config, &other, "", GRACE_MS, why));
	assert_false(config.table_digest == digest);
	table_add(&facts, 11, 1);
	assert_true(table_config(&config, &facts, "", GRACE_MS, why));
	assert_false(config.table_digest == digest);
}

static void refusals_test(void **state)
{
	struct corosync_facts facts = three(), none = { .nodeid = 7 };
	u32 i;

	(void)state;
	refused(&none, "", "no nodelist");
	refused(&facts, "nodeid=8", "nodeid=8, but for corosync this is node 7");
	refused(&facts, "two_node=1", "\"two_node=1\" is not known");
	refused(&facts, "fence_delay=60001", "not known");
	refused(&facts, "fence_delay=", "not known");
	refused(&facts, "fence_delay=1x", "not known");
	refused(&facts, "reboot_fences=2", "not known");
	facts.expected_votes = 4;
	assert_true(table_config(&config, &facts, "", GRACE_MS, why));
	facts.expected_votes = 3;
	refused(&facts, "", "expected_votes is 3, the nodelist has 4 votes");
	facts.expected_votes = 0;
	facts.lowers = "last_man_standing";
	refused(&facts, "", "last_man_standing lowers quorum by itself");
	facts.lowers = NULL;
	facts.two_node = true;
	refused(&facts, "", "two_node");
	facts.two_node = false;
	facts.nodeid = 8;
	refused(&facts, "", "nodeid: not among the nodes");
	facts.nodeid = 7;
	table_add(&facts, 7, 1);
	refused(&facts, "", "one twice");
	facts = three();
	table_add(&facts, 0, 1);
	refused(&facts, "", "has no nodeid");
	facts = three();
	for (i = 0; i < CMAN_NODES_MAX; i++)
		table_add(&facts, 100 + i, 1);
	refused(&facts, "", "more than 64 nodes");
}

static void ring_test(void **state)
{
	struct corosync_facts facts = three();
	const u32 all[] = { 3, 7, 9 }, two[] = { 7, 9, 77 };
	struct ring_gone gone = { .nodeid = 3, .why = RING_NODE_DOWN };

	(void)state;
	assert_true(table_config(&config, &facts, "", GRACE_MS, why));
	assert_int_equal(ring_outside(&config, all, 3), 0);
	assert_int_equal(ring_outside(&config, two, 3), 1);
	assert_int_equal(ring_outside(&config, NULL, 0), 5);
	assert_int_equal(ring_lost(&config, two, 3, &gone, 1), 1);
	/* Its daemon alone: the life may go on with another. */
	gone.why = RING_DIED;
	assert_int_equal(ring_lost(&config, two, 3, &gone, 1), 0);
	gone.why = RING_LEFT;
	assert_int_equal(ring_lost(&config, two, 3, &gone, 1), 1);
	/* Another daemon of that node is there. */
	assert_int_equal(ring_lost(&config, all, 3, &gone, 1), 0);
	gone.nodeid = 7;
	assert_int_equal(ring_lost(&config, NULL, 0, &gone, 1), 0);
	gone.nodeid = 77;
	assert_int_equal(ring_lost(&config, NULL, 0, &gone, 1), 0);
}

static void frame_test(void **state)
{
	struct frame in = { .dst = 5, .digest = 77, .incarnation = 99 }, out;
	u8 buf[FRAME_HEAD + 1];

	(void)state;
	frame_head(&in, buf);
	buf[FRAME_HEAD] = CMAN_MSG_ACCEPT;
	assert_true(frame_decode(&out, buf, sizeof(buf)));
	assert_int_equal(out.dst, 5);
	assert_int_equal(out.incarnation, 99);
	assert_int_equal(out.len, 1);
	assert_true(frame_is_for(&out, 0, 77));
	assert_false(frame_is_for(&out, 1, 77));
	/* A set of another table means nothing, but a HELLO is for all. */
	assert_false(frame_is_for(&out, 0, 78));
	buf[FRAME_HEAD] = CMAN_MSG_HELLO;
	assert_true(frame_decode(&out, buf, sizeof(buf)));
	assert_true(frame_is_for(&out, 1, 78));
	assert_false(frame_decode(&out, buf, FRAME_HEAD));
	assert_false(frame_decode(&out, buf, 3));
	buf[4]++;
	assert_false(frame_decode(&out, buf, sizeof(buf)));
	buf[4]--;
	buf[0]++;
	assert_false(frame_decode(&out, buf, sizeof(buf)));
	in.incarnation = 0;
	frame_head(&in, buf);
	assert_false(frame_decode(&out, buf, sizeof(buf)));
}

/* Beats, with one message each, that come back after some more. */
static u32 beats_until_it_stands(struct pulse *pulse, u32 nr, u32 delay)
{
	u32 n;

	for (n = 0; n < nr; n++) {
		pulse->sent++;
		if (n >= delay)
			assert_false(pulse_returned(pulse));
		if (pulse_beat(pulse))
			return n;
	}
	return nr;
}

static void pulse_test(void **state)
{
	struct pulse pulse;
	u32 n;

	(void)state;
	pulse_start(&pulse, 10);
	assert_false(pulse_is_fresh(&pulse));
	assert_int_equal(beats_until_it_stands(&pulse, 100, 5), 100);
	assert_true(pulse_is_fresh(&pulse));
	/* It stands still: what waited does not count when it comes at last. */
	for (n = 1; n < 10; n++)
		assert_int_equal(pulse_beat(&pulse), n == 9);
	assert_true(pulse_stands(&pulse));
	assert_false(pulse_beat(&pulse));
	pulse.sent += 3;
	for (n = 0; n < 5; n++) {
		assert_false(pulse_returned(&pulse));
		assert_false(pulse_is_fresh(&pulse));
	}
	assert_true(pulse_stands(&pulse));
	assert_true(pulse_returned(&pulse));
	assert_true(pulse_is_fresh(&pulse));
	assert_false(pulse_stands(&pulse));
	assert_false(pulse_returned(&pulse));
	/* It takes nothing: nothing returns. */
	pulse_start(&pulse, 10);
	for (n = 1; n <= 10; n++)
		assert_int_equal(pulse_beat(&pulse), n == 10);
}

/* Who claims again takes no word from before, however many wait. */
static void old_news_test(void **state)
{
	struct pulse pulse;
	u32 n;

	(void)state;
	pulse_start(&pulse, 10);
	pulse.sent = 300;
	pulse_begin(&pulse);
	pulse.sent++;
	for (n = 0; n < 300; n++) {
		pulse_returned(&pulse);
		assert_false(pulse_is_fresh(&pulse));
	}
	pulse_returned(&pulse);
	assert_true(pulse_is_fresh(&pulse));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_test),
		cmocka_unit_test(digest_test),
		cmocka_unit_test(refusals_test),
		cmocka_unit_test(ring_test),
		cmocka_unit_test(frame_test),
		cmocka_unit_test(pulse_test),
		cmocka_unit_test(old_news_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
