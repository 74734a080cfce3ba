// SPDX-License-Identifier: GPL-2.0-only
/* Votes, evidence and replay windows: tables of cases. */
#include <kunit/test.h>
#include <linux/module.h>

#include "../../cman_plugin/evict.h"
#include "../../cman_plugin/quorum.h"
#include "../../cman_plugin/replay.h"

/* Nodes 1, 2, ... of the votes given. */
static struct cman_config *table(struct kunit *test, const char *votes)
{
	struct cman_config *config;

	config = kunit_kzalloc(test, sizeof(*config), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, config);
	for (; *votes; votes++, config->nr_nodes++) {
		config->nodes[config->nr_nodes].nodeid = config->nr_nodes + 1;
		config->nodes[config->nr_nodes].votes = *votes - '0';
	}
	return config;
}

static void majority_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cman_majority(1), 1);
	KUNIT_EXPECT_EQ(test, cman_majority(2), 2);
	KUNIT_EXPECT_EQ(test, cman_majority(3), 2);
	KUNIT_EXPECT_EQ(test, cman_majority(4), 3);
	KUNIT_EXPECT_EQ(test, cman_votes(table(test, "1203"), 0xf), 6);
	KUNIT_EXPECT_EQ(test, cman_votes(table(test, "1203"), 0xa), 5);
	KUNIT_EXPECT_EQ(test, cman_votes(table(test, "1203"), 0), 0);
}

struct decide_case {
	const char *what;
	const char *votes;
	u64 deciders, answered, accounted, present, fenced;
	u32 need;	/* 0: a majority */
	bool may;
};

static const struct decide_case decide_cases[] = {
	{ "majority of three", "111", 7, 3, 0, 0, 0, 0, true },
	{ "one of three", "111", 7, 1, 0, 0, 0, 0, false },
	{ "half of four", "1111", 0xf, 3, 0, 0, 0, 0, false },
	{ "the heavy one alone", "311", 7, 1, 0, 0, 0, 0, true },
	{ "those without votes", "3110", 0xf, 0xe, 0, 0, 0, 0, false },
	{ "who is no decider does not count", "111", 1, 7, 0, 0, 0, 0, false },
	{ "two back, superseded", "111", 7, 1, 6, 6, 0, 0, true },
	{ "one back, one unaccounted", "111", 7, 1, 2, 2, 0, 0, false },
	{ "two fenced, nobody present", "111", 7, 1, 6, 0, 0, 0, false },
	{ "one back, one fenced", "111", 7, 1, 6, 2, 4, 0, true },
	{ "one back, one fenced too early", "111", 7, 1, 6, 2, 0, 0, false },
	{ "an outsider unknown", "11111", 7, 1, 6, 6, 0, 0, false },
	{ "an outsider fenced", "11111", 7, 1, 6, 0xe, 0x10, 0, true },
	{ "an outsider fenced, a decider too early", "11111", 7, 1, 6, 0xa, 0x10, 0, false },
	{ "the outsiders present", "11111", 7, 1, 6, 0x1e, 0, 0, true },
	{ "nobody answered, all accounted", "111", 7, 0, 7, 7, 0, 0, true },
	{ "view made small by leaves", "111", 1, 1, 0, 2, 0, 0, true },
	{ "view made small, alone", "111", 1, 1, 0, 0, 0, 0, false },
	{ "two_node, peer silent", "11", 3, 1, 0, 0, 0, 1, false },
	{ "two_node, peer fenced", "11", 3, 1, 2, 0, 0, 1, true },
	{ "two_node, alone in the view", "11", 1, 1, 0, 0, 0, 1, true },
	{ "two_node, both", "11", 3, 3, 0, 0, 0, 1, true },
};

static void decide_test(struct kunit *test)
{
	const struct decide_case *c = decide_cases;

	for (; c < decide_cases + ARRAY_SIZE(decide_cases); c++) {
		struct cman_config *config = table(test, c->votes);
		u64 all = BIT_ULL(config->nr_nodes) - 1;
		u32 quorum = cman_majority(cman_votes(config, all));
		struct cman_count count = {
			.all = all,
			.deciders = c->deciders,
			.answered = c->answered,
			.accounted = c->accounted,
			.present = c->present,
			.fenced = c->fenced,
			.base = all,
			.quorum = quorum,
			.need = c->need ? c->need : quorum,
		};

		config->two_node = c->need == 1;
		KUNIT_EXPECT_EQ_MSG(test, c->may,
				    cman_may_decide(config, &count), "%s",
				    c->what);
	}
}

/* Two came back while this node was cut off: others may have let them in. */
static void base_test(struct kunit *test)
{
	struct cman_config *config = table(test, "11111");
	struct cman_count count = {
		.all = 0x1f,
		.deciders = 0x1f,
		.answered = 0x04,
		.accounted = 0x1b,
		.present = 0x12,
		.fenced = 0x09,
		.base = 0x16,
		.quorum = 3,
		.need = 3,
	};

	KUNIT_EXPECT_TRUE(test, cman_may_decide(config, &count));
	count.base = 0x06;
	KUNIT_EXPECT_FALSE(test, cman_may_decide(config, &count));
	/* Who is not here any more is no base. */
	count.base = 0x0d;
	KUNIT_EXPECT_FALSE(test, cman_may_decide(config, &count));
	/* Nothing had to be proved. */
	count.base = 0;
	count.deciders = 0x04;
	count.accounted = 0;
	KUNIT_EXPECT_TRUE(test, cman_may_decide(config, &count));
}

struct evict_case {
	const char *what;
	const char *votes;
	u64 observers;
	u64 deaf[8];
	u64 dead, evict;
};

static const struct evict_case evict_cases[] = {
	{ "all whole", "111", 7, { 0 }, 0, 0 },
	{ "one dead", "111", 3, { 4, 4 }, 4, 0 },
	{ "one dead, one has not noticed", "1111", 7, { 8, 8, 0 }, 8, 0 },
	{ "two dead together", "11111", 7, { 0x18, 0x18, 0x18 }, 0x18, 0 },
	{ "two nodes, one is enough", "11", 1, { 2 }, 2, 0 },
	{ "one link, both ways: the higher", "111", 7, { 2, 1, 0 }, 0, 2 },
	{ "one link, one way", "111", 7, { 0, 4, 0 }, 0, 4 },
	{ "fewer votes go first", "121", 7, { 2, 0, 0 }, 0, 1 },
	{ "one that hears nobody", "1111", 0xf, { 0xe, 0, 0, 0 }, 0, 1 },
	{ "one that nobody hears", "1111", 0xe, { 0, 1, 1, 1 }, 1, 0 },
	{ "two links share an end", "11111", 0x1f, { 0, 0x18 }, 0, 2 },
	{ "two links apart", "1111111", 0x7f, { 2, 0, 8, 0 }, 0, 0xa },
	{ "a side that hears only itself", "11111", 3,
	  { 0x1c, 0x1c }, 0x1c, 0 },
};

static void evict_test(struct kunit *test)
{
	const struct evict_case *c = evict_cases;

	for (; c < evict_cases + ARRAY_SIZE(evict_cases); c++) {
		struct cman_config *config = table(test, c->votes);
		struct cman_evidence evidence = {
			.members = BIT_ULL(config->nr_nodes) - 1,
			.observers = c->observers,
		};
		u64 dead;

		memcpy(evidence.deaf, c->deaf, sizeof(c->deaf));
		dead = cman_dead(&evidence);
		KUNIT_EXPECT_EQ_MSG(test, c->dead, dead, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, c->evict,
				    cman_evict(config, &evidence, dead), "%s",
				    c->what);
	}
}

/* Beyond what is tried exactly: what is left must be whole all the same. */
static void evict_many_test(struct kunit *test)
{
	struct cman_config *config = table(test, "");
	struct cman_evidence evidence = {
		.members = ~0ULL,
		.observers = ~0ULL,
	};
	u64 gone, set;
	u32 i;

	config->nr_nodes = CMAN_NODES_MAX;
	for (i = 0; i < CMAN_NODES_MAX; i++) {
		config->nodes[i].nodeid = i + 1;
		config->nodes[i].votes = 1;
		evidence.deaf[i] = i % 2 ? 0 : BIT_ULL(i + 1);
	}
	gone = cman_evict(config, &evidence, 0);
	KUNIT_EXPECT_EQ(test, hweight64(gone), CMAN_NODES_MAX / 2);
	for (set = ~gone; set; set &= set - 1)
		KUNIT_EXPECT_EQ(test, 0, evidence.deaf[__ffs64(set)] & ~gone);
}

static void replay_window_test(struct kunit *test)
{
	struct cman_replay r = { 0 };
	u64 seq;

	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 0, 1));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7, 0));
	for (seq = 1; seq < 1000; seq += 3) {
		KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 7, 7, seq));
		KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7, seq));
	}
	/* Late, but seen for the first time. */
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 7, 7, 999));
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 7, 7, 999 - 100));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7, 999 - 100));
	/* Too late to know. */
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7,
						    999 - CMAN_REPLAY_BITS));
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 7, 7, ~0ULL));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7, 998));
}

static void replay_lives_test(struct kunit *test)
{
	struct cman_replay r = { 0 };
	u64 old;

	/* What was seen of a joiner stays seen when it is a member. */
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 0, 7, 1));
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 7, 7, 2));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7, 1));
	/* Any number of old lives does not make the member forget. */
	for (old = 100; old < 110; old++)
		KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 7, old, 1));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7, 1));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 7, 7, 2));
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 7, 7, 3));
	/* The next member starts anew, the last one is an old life then. */
	KUNIT_EXPECT_TRUE(test, cman_replay_accept(&r, 8, 8, 1));
	KUNIT_EXPECT_FALSE(test, cman_replay_accept(&r, 8, 8, 1));
}

static struct kunit_case cman_count_cases[] = {
	KUNIT_CASE(majority_test),
	KUNIT_CASE(decide_test),
	KUNIT_CASE(base_test),
	KUNIT_CASE(evict_test),
	KUNIT_CASE(evict_many_test),
	KUNIT_CASE(replay_window_test),
	KUNIT_CASE(replay_lives_test),
	{}
};

static struct kunit_suite cman_count_suite = {
	.name = "cman_count",
	.test_cases = cman_count_cases,
};

kunit_test_suite(cman_count_suite);

MODULE_DESCRIPTION("KUnit suite for cman's votes, evidence and replay windows");
MODULE_LICENSE("GPL");
