// SPDX-License-Identifier: GPL-2.0-only
/* The table of fences: every state times every event, order, room, ranks. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vcs/fence_table.h"

#define TARGET		3
#define LIFE		0x3a
#define NEXT_LIFE	0x3b
#define ACTOR		1
#define ACTOR_LIFE	0x1a
#define GENERATION	10

static struct vcs_fence_table *make_table(struct kunit *test, u32 capacity)
{
	struct vcs_fence_table *table;

	table = kunit_kzalloc(test, sizeof(*table), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, table);
	table->entries = kunit_kcalloc(test, capacity, sizeof(*table->entries),
				       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, table->entries);
	table->capacity = capacity;
	return table;
}

static struct vcs_view *make_view(struct kunit *test, u64 generation,
				  const struct vcs_member *members, u32 nr)
{
	struct vcs_view *view;

	view = kunit_kzalloc(test, struct_size(view, members, nr), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, view);
	view->generation = generation;
	view->nr_members = nr;
	memcpy(view->members, members, nr * sizeof(*members));
	return view;
}

static void need(struct vcs_fence_table *table, u32 nodeid, u64 incarnation,
		 u64 generation)
{
	vcs_fence_table_need(table, nodeid, incarnation,
			     vcs_fence_order(generation, false), "failed");
}

/* One entry in each state, each event that can happen to it. */
enum state { ABSENT, PENDING, CLAIMED, FENCED };

enum event {
	NEED,
	CLAIM_BY_ACTOR,
	CLAIM_BY_OTHER,
	CLAIM_BY_TARGET,
	SUCCESS,
	FAILED,
	UNKNOWN,
	SUCCESS_OF_LAST_ROUND,
	SUCCESS_OF_RESTARTED_ACTOR,
	SUCCESS_BY_OTHER,
	SETTLE,
	SETTLE_NEXT_LIFE,
	VIEW_WITH_ACTOR,
	VIEW_WITHOUT_ACTOR,
	VIEW_WITH_RESTARTED_ACTOR,
	VIEW_WITH_UNPROVEN_REJOIN,
	VIEW_WITH_PROVEN_REJOIN,
};

struct transition {
	enum event event;
	enum state to[4];	/* from ABSENT, PENDING, CLAIMED, FENCED */
};

static const struct transition transitions[] = {
	{ NEED, { PENDING, PENDING, CLAIMED, FENCED } },
	{ CLAIM_BY_ACTOR, { ABSENT, CLAIMED, CLAIMED, FENCED } },
	{ CLAIM_BY_OTHER, { ABSENT, CLAIMED, CLAIMED, FENCED } },
	{ CLAIM_BY_TARGET, { ABSENT, PENDING, CLAIMED, FENCED } },
	{ SUCCESS, { ABSENT, PENDING, FENCED, FENCED } },
	{ FAILED, { ABSENT, PENDING, PENDING, FENCED } },
	{ UNKNOWN, { ABSENT, PENDING, PENDING, FENCED } },
	{ SUCCESS_OF_LAST_ROUND, { ABSENT, PENDING, CLAIMED, FENCED } },
	{ SUCCESS_OF_RESTARTED_ACTOR, { ABSENT, PENDING, CLAIMED, FENCED } },
	{ SUCCESS_BY_OTHER, { ABSENT, PENDING, CLAIMED, FENCED } },
	{ SETTLE, { ABSENT, FENCED, FENCED, FENCED } },
	{ SETTLE_NEXT_LIFE, { ABSENT, PENDING, CLAIMED, FENCED } },
	{ VIEW_WITH_ACTOR, { ABSENT, PENDING, CLAIMED, FENCED } },
	{ VIEW_WITHOUT_ACTOR, { ABSENT, PENDING, PENDING, FENCED } },
	{ VIEW_WITH_RESTARTED_ACTOR, { ABSENT, PENDING, PENDING, FENCED } },
	{ VIEW_WITH_UNPROVEN_REJOIN, { ABSENT, PENDING, CLAIMED, FENCED } },
	{ VIEW_WITH_PROVEN_REJOIN, { ABSENT, FENCED, FENCED, FENCED } },
};

static void bring_to(struct vcs_fence_table *table, enum state state)
{
	if (state == ABSENT)
		return;
	need(table, TARGET, LIFE, GENERATION);
	if (state >= CLAIMED)
		vcs_fence_table_claim(table, TARGET, LIFE, ACTOR, ACTOR_LIFE);
	if (state == FENCED)
		vcs_fence_table_settle(table, TARGET, LIFE, "test");
}

static void result(struct vcs_fence_table *table, u32 round, u32 from,
		   u64 incarnation, enum vcs_fence_result value)
{
	vcs_fence_table_result(table, TARGET, LIFE, round, from, incarnation,
			       value, "test");
}

static void view_event(struct kunit *test, struct vcs_fence_table *table,
		       enum event event)
{
	struct vcs_member members[] = {
		{ .nodeid = ACTOR, .incarnation = ACTOR_LIFE },
		{ .nodeid = 2, .incarnation = 0x2a },
		{ .nodeid = TARGET, .incarnation = NEXT_LIFE },
	};
	u32 first = 0, nr = 2;

	if (event == VIEW_WITHOUT_ACTOR) {
		first = 1;
		nr = 1;
	}
	if (event == VIEW_WITH_RESTARTED_ACTOR)
		members[0].incarnation++;
	if (event == VIEW_WITH_UNPROVEN_REJOIN ||
	    event == VIEW_WITH_PROVEN_REJOIN)
		nr = 3;
	if (event == VIEW_WITH_PROVEN_REJOIN)
		members[2].flags = VCS_MEMBER_SETTLED;
	vcs_fence_table_members(table, make_view(test, GENERATION + 1,
						 members + first, nr));
}

static void happen(struct kunit *test, struct vcs_fence_table *table,
		   enum event event)
{
	switch (event) {
	case NEED:
		need(table, TARGET, LIFE, GENERATION);
		break;
	case CLAIM_BY_ACTOR:
		vcs_fence_table_claim(table, TARGET, LIFE, ACTOR, ACTOR_LIFE);
		break;
	case CLAIM_BY_OTHER:
		vcs_fence_table_claim(table, TARGET, LIFE, 2, 0x2a);
		break;
	case CLAIM_BY_TARGET:
		vcs_fence_table_claim(table, TARGET, LIFE, TARGET, NEXT_LIFE);
		break;
	case SUCCESS:
		result(table, 1, ACTOR, ACTOR_LIFE, VCS_FENCE_SUCCESS);
		break;
	case FAILED:
		result(table, 1, ACTOR, ACTOR_LIFE, VCS_FENCE_FAILED);
		break;
	case UNKNOWN:
		result(table, 1, ACTOR, ACTOR_LIFE, VCS_FENCE_UNKNOWN);
		break;
	case SUCCESS_OF_LAST_ROUND:
		result(table, 0, ACTOR, ACTOR_LIFE, VCS_FENCE_SUCCESS);
		break;
	case SUCCESS_OF_RESTARTED_ACTOR:
		result(table, 1, ACTOR, ACTOR_LIFE + 1, VCS_FENCE_SUCCESS);
		break;
	case SUCCESS_BY_OTHER:
		result(table, 1, 2, ACTOR_LIFE, VCS_FENCE_SUCCESS);
		break;
	case SETTLE:
		vcs_fence_table_settle(table, TARGET, LIFE, "test");
		break;
	case SETTLE_NEXT_LIFE:
		vcs_fence_table_settle(table, TARGET, NEXT_LIFE, "test");
		break;
	default:
		view_event(test, table, event);
		break;
	}
}

static enum state state_of(struct vcs_fence_table *table)
{
	struct vcs_fence_entry *entry;

	entry = vcs_fence_table_find(table, TARGET, LIFE);
	if (!entry)
		return ABSENT;
	switch (entry->state) {
	case VCS_FENCE_PENDING:
		return PENDING;
	case VCS_FENCE_CLAIMED:
		return CLAIMED;
	case VCS_FENCE_FENCED:
		break;
	}
	return FENCED;
}

static void transition_test(struct kunit *test)
{
	struct vcs_fence_table *table;
	enum state from;
	bool settled;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(transitions); i++) {
		for (from = ABSENT; from <= FENCED; from++) {
			table = make_table(test, 4);
			bring_to(table, from);
			happen(test, table, transitions[i].event);
			KUNIT_EXPECT_EQ_MSG(test, transitions[i].to[from],
					    state_of(table),
					    "event %d in state %d",
					    transitions[i].event, from);
			settled = vcs_fence_table_settled(table, TARGET, LIFE);
			KUNIT_EXPECT_EQ_MSG(test, settled,
					    state_of(table) == ABSENT ||
					    state_of(table) == FENCED,
					    "event %d in state %d",
					    transitions[i].event, from);
		}
	}
}

/* Who holds the claim after each of two. */
static void first_claim_wins_test(struct kunit *test)
{
	struct vcs_fence_table *table = make_table(test, 4);
	struct vcs_fence_entry *entry;

	need(table, TARGET, LIFE, GENERATION);
	entry = vcs_fence_table_find(table, TARGET, LIFE);
	KUNIT_EXPECT_TRUE(test, vcs_fence_table_claim(table, TARGET, LIFE, 2,
						      0x2a));
	KUNIT_EXPECT_FALSE(test, vcs_fence_table_claim(table, TARGET, LIFE, 1,
						       0x1a));
	KUNIT_EXPECT_EQ(test, entry->actor, 2);
	KUNIT_EXPECT_EQ(test, entry->round, 1);
	KUNIT_EXPECT_TRUE(test,
			  vcs_fence_table_result(table, TARGET, LIFE, 1, 2,
						 0x2a, VCS_FENCE_FAILED, "x"));
	KUNIT_EXPECT_EQ(test, entry->actor, 0);
	KUNIT_EXPECT_EQ(test, entry->failed_actor, 2);
	KUNIT_EXPECT_TRUE(test, vcs_fence_table_claim(table, TARGET, LIFE, 1,
						      0x1a));
	KUNIT_EXPECT_EQ(test, entry->round, 2);
}

/* A result counts once: the same one again finds no claim. */
static void result_once_test(struct kunit *test)
{
	struct vcs_fence_table *table = make_table(test, 4);

	bring_to(table, CLAIMED);
	KUNIT_EXPECT_TRUE(test,
			  vcs_fence_table_result(table, TARGET, LIFE, 1, ACTOR,
						 ACTOR_LIFE, VCS_FENCE_FAILED,
						 "x"));
	vcs_fence_table_claim(table, TARGET, LIFE, ACTOR, ACTOR_LIFE);
	KUNIT_EXPECT_FALSE(test,
			   vcs_fence_table_result(table, TARGET, LIFE, 1,
						  ACTOR, ACTOR_LIFE,
						  VCS_FENCE_FAILED, "x"));
	KUNIT_EXPECT_EQ(test, state_of(table), CLAIMED);
}

/* Lives 1 to 4 of a node; success for one settles it and those before it. */
static void settle_order_test(struct kunit *test)
{
	struct vcs_fence_table *table;
	u64 life, named;

	for (named = 1; named <= 4; named++) {
		table = make_table(test, 8);
		/* Not in the order in which they became pending. */
		need(table, TARGET, 3, 30);
		need(table, TARGET, 1, 10);
		need(table, TARGET, 4, 40);
		need(table, TARGET, 2, 20);
		need(table, 7, 9, 5);
		KUNIT_EXPECT_EQ(test, named,
				vcs_fence_table_settle(table, TARGET, named,
						       "test"));
		for (life = 1; life <= 4; life++)
			KUNIT_EXPECT_EQ_MSG(test, life <= named,
					    vcs_fence_table_settled(table,
								    TARGET,
								    life),
					    "life %llu after success for %llu",
					    life, named);
		KUNIT_EXPECT_FALSE(test, vcs_fence_table_settled(table, 7, 9));
	}
}

/* A later life alone is settled; the gate of an earlier one stays closed. */
static void earlier_life_closes_test(struct kunit *test)
{
	struct vcs_fence_table *table = make_table(test, 8);

	need(table, TARGET, 1, 10);
	need(table, TARGET, 2, 20);
	vcs_fence_table_find(table, TARGET, 2)->state = VCS_FENCE_FENCED;
	KUNIT_EXPECT_FALSE(test, vcs_fence_table_settled(table, TARGET, 2));
	/* One that is not in the table: it cannot be told what came first. */
	KUNIT_EXPECT_FALSE(test, vcs_fence_table_settled(table, TARGET, 99));
	vcs_fence_table_settle(table, TARGET, 1, "test");
	KUNIT_EXPECT_TRUE(test, vcs_fence_table_settled(table, TARGET, 2));
	KUNIT_EXPECT_TRUE(test, vcs_fence_table_settled(table, TARGET, 99));
}

/* A request in a generation comes after the departures of its view. */
static void request_order_test(struct kunit *test)
{
	struct vcs_fence_table *table = make_table(test, 8);

	vcs_fence_table_need(table, TARGET, 2, vcs_fence_order(10, true), "x");
	vcs_fence_table_need(table, TARGET, 1, vcs_fence_order(10, false), "x");
	KUNIT_EXPECT_EQ(test, vcs_fence_table_latest(table, TARGET)->incarnation,
			2);
	vcs_fence_table_settle(table, TARGET, 1, "test");
	KUNIT_EXPECT_FALSE(test, vcs_fence_table_settled(table, TARGET, 2));
}

static void overflow_test(struct kunit *test)
{
	struct vcs_fence_table *table = make_table(test, 4);
	u64 life;

	for (life = 1; life <= 4; life++)
		need(table, life, life, life);
	vcs_fence_table_settle(table, 2, 2, "test");
	/* Takes the place of the settled one. */
	need(table, 5, 5, 5);
	KUNIT_EXPECT_FALSE(test, table->overflow);
	KUNIT_EXPECT_NULL(test, vcs_fence_table_find(table, 2, 2));
	KUNIT_EXPECT_TRUE(test, vcs_fence_table_settled(table, 2, 2));

	need(table, 6, 6, 6);
	KUNIT_EXPECT_TRUE(test, table->overflow);
	KUNIT_EXPECT_EQ(test, table->nr, 4);
	for (life = 1; life <= 6; life++)
		vcs_fence_table_settle(table, life, life, "test");
	for (life = 1; life <= 7; life++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       vcs_fence_table_settled(table, life,
							       life),
				       "node %llu", life);
}

static void trim_test(struct kunit *test)
{
	u32 i, nr = VCS_FENCE_HISTORY + 10;
	struct vcs_fence_table *table = make_table(test, nr);

	for (i = 1; i <= nr; i++) {
		need(table, i, i, i);
		if (i != 2)
			vcs_fence_table_settle(table, i, i, "test");
	}
	vcs_fence_table_trim(table);
	KUNIT_EXPECT_EQ(test, table->nr, VCS_FENCE_HISTORY + 1);
	KUNIT_EXPECT_NOT_NULL(test, vcs_fence_table_find(table, 2, 2));
	KUNIT_EXPECT_NULL(test, vcs_fence_table_find(table, 1, 1));
	KUNIT_EXPECT_NOT_NULL(test, vcs_fence_table_find(table, nr, nr));
	for (i = 0; i + 1 < table->nr; i++)
		KUNIT_EXPECT_LT(test, table->entries[i].order,
				table->entries[i + 1].order);
}

static void merge_test(struct kunit *test)
{
	/* What the joiner has, what is sent, what comes out. */
	static const enum vcs_fence_state cases[][3] = {
		{ VCS_FENCE_PENDING, VCS_FENCE_PENDING, VCS_FENCE_PENDING },
		{ VCS_FENCE_PENDING, VCS_FENCE_CLAIMED, VCS_FENCE_CLAIMED },
		{ VCS_FENCE_PENDING, VCS_FENCE_FENCED, VCS_FENCE_FENCED },
		{ VCS_FENCE_CLAIMED, VCS_FENCE_PENDING, VCS_FENCE_PENDING },
		{ VCS_FENCE_FENCED, VCS_FENCE_PENDING, VCS_FENCE_FENCED },
		{ VCS_FENCE_FENCED, VCS_FENCE_CLAIMED, VCS_FENCE_FENCED },
	};
	struct vcs_fence_table *table;
	struct vcs_fence_entry *entry, sent;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		table = make_table(test, 4);
		need(table, 9, 9, GENERATION);
		need(table, TARGET, LIFE, GENERATION + 5);
		entry = vcs_fence_table_find(table, TARGET, LIFE);
		entry->state = cases[i][0];
		entry->local.tries = 7;
		sent = (struct vcs_fence_entry) {
			.nodeid = TARGET, .incarnation = LIFE,
			.order = vcs_fence_order(GENERATION - 1, true),
			.state = cases[i][1], .actor = 2, .round = 3,
		};
		KUNIT_ASSERT_TRUE(test, vcs_fence_table_merge(table, &sent));
		KUNIT_EXPECT_EQ(test, table->nr, 2);
		entry = vcs_fence_table_find(table, TARGET, LIFE);
		KUNIT_ASSERT_NOT_NULL(test, entry);
		KUNIT_EXPECT_PTR_EQ(test, entry, table->entries);
		KUNIT_EXPECT_EQ_MSG(test, entry->state, cases[i][2],
				    "case %u", i);
		KUNIT_EXPECT_EQ(test, entry->order, sent.order);
		KUNIT_EXPECT_EQ(test, entry->round, 3);
		KUNIT_EXPECT_EQ(test, entry->local.tries, 7);
	}
}

static void changed_test(struct kunit *test)
{
	struct vcs_fence_table *table = make_table(test, 4);
	struct vcs_fence_entry *entry;

	need(table, TARGET, LIFE, GENERATION);
	entry = vcs_fence_table_next_changed(table);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->nodeid, TARGET);
	KUNIT_EXPECT_NULL(test, vcs_fence_table_next_changed(table));
	need(table, TARGET, LIFE, GENERATION);
	KUNIT_EXPECT_NULL(test, vcs_fence_table_next_changed(table));
	vcs_fence_table_claim(table, TARGET, LIFE, ACTOR, ACTOR_LIFE);
	KUNIT_EXPECT_NOT_NULL(test, vcs_fence_table_next_changed(table));
	vcs_fence_table_settle(table, TARGET, LIFE, "test");
	vcs_fence_table_settle(table, TARGET, LIFE, "again");
	KUNIT_EXPECT_NOT_NULL(test, vcs_fence_table_next_changed(table));
	KUNIT_EXPECT_NULL(test, vcs_fence_table_next_changed(table));
	KUNIT_EXPECT_STREQ(test, entry->method, "test");
}

struct rank_case {
	const char *name;
	u32 target;
	u32 failed_actor;
	u32 to_be_fenced;	/* another member */
	u64 suspects;		/* bits for nodes 1, 2, 4, 5 */
	int ranks[4];		/* of nodes 1, 2, 4, 5 */
};

static const struct rank_case rank_cases[] = {
	{ "lowest first", 3, 0, 0, 0, { 0, 1, 2, 3 } },
	{ "never the target", 2, 0, 0, 0, { 0, -1, 1, 2 } },
	{ "never a suspect", 3, 0, 0, 0x1, { -1, 0, 1, 2 } },
	{ "failed last", 3, 1, 0, 0, { 3, 0, 1, 2 } },
	{ "to be fenced itself", 3, 0, 1, 0, { 3, 0, 1, 2 } },
	{ "both", 3, 2, 1, 0, { 3, 2, 0, 1 } },
	{ "failed, the only one left", 3, 4, 0, 0xb, { -1, -1, 0, -1 } },
};

static void rank_test(struct kunit *test)
{
	static const struct vcs_member members[] = {
		{ .nodeid = 1, .incarnation = 0x1a },
		{ .nodeid = 2, .incarnation = 0x2a },
		{ .nodeid = 4, .incarnation = 0x4a },
		{ .nodeid = 5, .incarnation = 0x5a },
	};
	struct vcs_view *view = make_view(test, GENERATION, members, 4);
	const struct rank_case *c;
	struct vcs_fence_table *table;
	struct vcs_fence_entry *entry;
	unsigned long suspects;
	u32 i;

	for (c = rank_cases; c < rank_cases + ARRAY_SIZE(rank_cases); c++) {
		table = make_table(test, 4);
		if (c->to_be_fenced)
			need(table, c->to_be_fenced, 0x1a, 1);
		need(table, c->target, 0x77, 2);
		entry = vcs_fence_table_find(table, c->target, 0x77);
		entry->failed_actor = c->failed_actor;
		suspects = c->suspects;
		for (i = 0; i < 4; i++)
			KUNIT_EXPECT_EQ_MSG(test, c->ranks[i],
					    vcs_fence_rank(table, entry, view,
							   &suspects,
							   members[i].nodeid),
					    "%s: node %u", c->name,
					    members[i].nodeid);
		KUNIT_EXPECT_EQ(test, -1, vcs_fence_rank(table, entry, view,
							 NULL, 6));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(transition_test),
	KUNIT_CASE(first_claim_wins_test),
	KUNIT_CASE(result_once_test),
	KUNIT_CASE(settle_order_test),
	KUNIT_CASE(earlier_life_closes_test),
	KUNIT_CASE(request_order_test),
	KUNIT_CASE(overflow_test),
	KUNIT_CASE(trim_test),
	KUNIT_CASE(merge_test),
	KUNIT_CASE(changed_test),
	KUNIT_CASE(rank_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_fence_table",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: the table of fences");
MODULE_LICENSE("GPL");
