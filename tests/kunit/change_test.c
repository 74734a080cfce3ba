// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging changes: a table of histories. Each step is a view, or what the
 * listener was shown; the result is what its next start() would be told.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vcs/change.h"

#define NODES 4

/* A node in a view: 0 not there; a digit for each of its lives. */
struct step {
	enum { END, VIEW, START, FINISH } what;
	u8 life[NODES];		/* of nodes 1 to 4 */
	u32 reason[NODES];	/* why the one before is gone */
};

#define C VCS_LEAVE_CLEAN
#define F VCS_LEAVE_FAILED
#define R VCS_LEAVE_REMOVED

struct history {
	const char *name;
	struct step steps[8];
	const char *joined, *left, *failed;	/* "node.life ..." */
};

static const struct history histories[] = {
	{ "first", { { VIEW, { 1, 1 } } }, "1.1 2.1 ", "", "" },
	{ "nothing new", { { VIEW, { 1, 1 } }, { START }, { FINISH } },
	  "", "", "" },
	{ "one joins",
	  { { VIEW, { 1, 1 } }, { START }, { FINISH }, { VIEW, { 1, 1, 1 } } },
	  "3.1 ", "", "" },
	{ "one leaves",
	  { { VIEW, { 1, 1 } }, { START }, { FINISH },
	    { VIEW, { 1 }, { 0, C } } },
	  "", "2.1 ", "" },
	{ "one fails, another is removed",
	  { { VIEW, { 1, 1, 1 } }, { START }, { FINISH },
	    { VIEW, { 1 }, { 0, F, R } } },
	  "", "", "2.1 3.1 " },
	{ "fails and comes back",
	  { { VIEW, { 1, 1 } }, { START }, { FINISH },
	    { VIEW, { 1 }, { 0, F } }, { VIEW, { 1, 2 } } },
	  "2.2 ", "", "2.1 " },
	{ "comes back in the same view",
	  { { VIEW, { 1, 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 2 }, { 0, F } } },
	  "2.2 ", "", "2.1 " },
	{ "came and left unseen",
	  { { VIEW, { 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 1 } }, { VIEW, { 1 }, { 0, C } } },
	  "", "", "" },
	{ "came and failed unseen",
	  { { VIEW, { 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 1 } }, { VIEW, { 1 }, { 0, F } } },
	  "", "", "2.1 " },
	{ "failed twice, the last unseen life stands for both",
	  { { VIEW, { 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 1 } }, { VIEW, { 1, 2 }, { 0, F } },
	    { VIEW, { 1, 3 }, { 0, F } } },
	  "2.3 ", "", "2.2 " },
	{ "a seen life and an unseen one both failed",
	  { { VIEW, { 1, 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 2 }, { 0, F } }, { VIEW, { 1, 3 }, { 0, F } } },
	  "2.3 ", "", "2.1 2.2 " },
	{ "shown by a start that became void, then left",
	  { { VIEW, { 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 1 } }, { START }, { VIEW, { 1 }, { 0, C } } },
	  "", "2.1 ", "" },
	{ "joined in a void start is joined again",
	  { { VIEW, { 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 1 } }, { START }, { VIEW, { 1, 1, 1 } } },
	  "2.1 3.1 ", "", "" },
	{ "failed in a void start is failed again",
	  { { VIEW, { 1, 1 } }, { START }, { FINISH },
	    { VIEW, { 1 }, { 0, F } }, { START }, { VIEW, { 1, 0, 1 } } },
	  "3.1 ", "", "2.1 " },
	{ "all change",
	  { { VIEW, { 1, 1, 1 } }, { START }, { FINISH },
	    { VIEW, { 1, 2, 0, 1 }, { 0, F, C } } },
	  "2.2 4.1 ", "3.1 ", "2.1 " },
};

static struct vcs_view *make_view(struct kunit *test, const struct step *step,
				  const struct vcs_view *old, u64 generation)
{
	const struct vcs_member *was;
	struct vcs_member *m;
	struct vcs_view *view;
	u32 i;

	view = kunit_kzalloc(test, struct_size(view, members, NODES),
			     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, view);
	view->generation = generation;
	for (i = 0; i < NODES; i++) {
		if (!step->life[i])
			continue;
		m = &view->members[view->nr_members++];
		m->nodeid = i + 1;
		m->incarnation = step->life[i];
		was = old ? vcs_view_member(old, m->nodeid) : NULL;
		m->joined_generation =
			was && was->incarnation == m->incarnation ?
			was->joined_generation : generation;
	}
	return view;
}

static u32 make_departed(const struct step *step, const struct vcs_view *old,
			 struct vcs_departed *departed)
{
	const struct vcs_member *m;
	u32 nr = 0;

	vcs_view_for_each(m, old)
		if (step->life[m->nodeid - 1] != m->incarnation)
			departed[nr++] = (struct vcs_departed) {
				.incarnation = m->incarnation,
				.nodeid = m->nodeid,
				.reason = step->reason[m->nodeid - 1],
			};
	return nr;
}

static void expect_departed(struct kunit *test, const char *name,
			    const struct vcs_departed *list, u32 nr,
			    const char *words)
{
	char text[64] = "";
	int len = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		len += scnprintf(text + len, sizeof(text) - len, "%u.%llu ",
				 list[i].nodeid, list[i].incarnation);
	KUNIT_EXPECT_STREQ_MSG(test, text, words, "%s", name);
}

static void expect_change(struct kunit *test, const struct history *history,
			  const struct vcs_change *change)
{
	char text[64] = "";
	int len = 0;
	u32 i;

	for (i = 0; i < change->nr_joined; i++)
		len += scnprintf(text + len, sizeof(text) - len, "%u.%llu ",
				 change->joined[i].nodeid,
				 change->joined[i].incarnation);
	KUNIT_EXPECT_STREQ_MSG(test, text, history->joined, "%s",
			       history->name);
	expect_departed(test, history->name, change->left, change->nr_left,
			history->left);
	expect_departed(test, history->name, change->failed, change->nr_failed,
			history->failed);
	KUNIT_EXPECT_EQ(test, change->local->nodeid, 1);
}

static void play(struct kunit *test, const struct history *history)
{
	struct vcs_departed departed[NODES];
	struct vcs_view *view = NULL, *old;
	struct vcs_change_room *room;
	struct vcs_merge merge = { 0 };
	const struct step *step;
	u64 generation = 0;
	u32 nr;

	for (step = history->steps; step->what != END; step++) {
		if (step->what == START) {
			vcs_merge_started(&merge, generation);
		} else if (step->what == FINISH) {
			vcs_merge_finished(&merge, generation);
		} else {
			old = view;
			view = make_view(test, step, old, ++generation);
			if (!old)
				continue;
			nr = make_departed(step, old, departed);
			KUNIT_ASSERT_EQ(test, 0, vcs_merge_reserve(&merge, nr,
								   GFP_KERNEL));
			vcs_merge_departed(&merge, old, departed, nr);
		}
	}
	KUNIT_ASSERT_LE(test, merge.nr, merge.room);
	room = vcs_change_alloc(view->nr_members, merge.nr, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, room);
	KUNIT_EXPECT_TRUE(test, vcs_change_fits(room, view->nr_members,
						merge.nr));
	KUNIT_EXPECT_FALSE(test, vcs_change_fits(room, view->nr_members + 1,
						 merge.nr));
	vcs_change_build(room, &merge, view, vcs_view_member(view, 1));
	expect_change(test, history, &room->change);
	kvfree(room);
	vcs_merge_destroy(&merge);
}

static void histories_test(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(histories); i++)
		play(test, &histories[i]);
}

/* For a listener that registers while fences are pending. */
static void failed_before_test(struct kunit *test)
{
	struct vcs_departed d = { .nodeid = 3, .reason = F };
	struct vcs_merge merge = { 0 };

	KUNIT_ASSERT_EQ(test, 0, vcs_merge_reserve(&merge, 3, GFP_KERNEL));
	vcs_merge_failed(&merge, &d);
	d.incarnation = 9;
	vcs_merge_failed(&merge, &d);
	d.nodeid = 4;
	vcs_merge_failed(&merge, &d);
	KUNIT_EXPECT_EQ(test, merge.nr, 2);
	KUNIT_EXPECT_EQ(test, merge.entries[0].departed.incarnation, 9);
	vcs_merge_finished(&merge, 1);
	KUNIT_EXPECT_EQ(test, merge.nr, 0);
	vcs_merge_destroy(&merge);
}

/* A member whose fence was pending at registration is told of once. */
static void failed_member_test(struct kunit *test)
{
	struct step step = { VIEW, { 1, 1 } };
	const struct vcs_view *view = make_view(test, &step, NULL, 1);
	struct vcs_departed d = { .nodeid = 2, .incarnation = 1, .reason = F };
	struct vcs_merge merge = { 0 };

	KUNIT_ASSERT_EQ(test, 0, vcs_merge_reserve(&merge, 2, GFP_KERNEL));
	vcs_merge_failed(&merge, &d);
	vcs_merge_started(&merge, 1);
	d.reason = C;
	vcs_merge_departed(&merge, view, &d, 1);
	KUNIT_EXPECT_EQ(test, merge.nr, 1);
	KUNIT_EXPECT_EQ(test, merge.entries[0].departed.reason, F);
	KUNIT_EXPECT_TRUE(test, merge.entries[0].known);
	vcs_merge_destroy(&merge);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(histories_test),
	KUNIT_CASE(failed_before_test),
	KUNIT_CASE(failed_member_test),
	{}
};

static struct kunit_suite suite = { .name = "change", .test_cases = cases };

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
