// SPDX-License-Identifier: GPL-2.0-only
/*
 * What cman's work item tells the core, and what it does with the answers. The
 * core is a stand-in that writes down what it is told; the work item runs in
 * the test's own thread.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "cman_plugin/engine.h"

/* The core. One test at a time, one thread: no lock. */
static struct core {
	int view_errors[4];		/* what publishing answers, in turn */
	u32 views;
	u32 quorate_calls;
	u64 quorate_generation;		/* of the last */
	u8 quorate_lifetime;		/* ... its first byte */
	bool quorate;
	int quorate_error;
	char lost[VCS_REASON_MAX + 1];	/* vcs_provider_lost() said */
	char failed[VCS_REASON_MAX + 1];	/* vcs_join_failed() said */
	int failed_error;
	u32 lines;			/* of the decision log */
	char line[VCS_TEXT_MAX + 1];	/* the last */
} core;

int vcs_publish_view_why(struct vcs_cluster *cluster,
			 const struct vcs_view_update *update, const char **why)
{
	u32 turn = min_t(u32, core.views++, ARRAY_SIZE(core.view_errors) - 1);

	*why = "told so";
	return core.view_errors[turn];
}

int vcs_set_quorate(struct vcs_cluster *cluster,
		    const struct vcs_lifetime *lifetime, u64 generation,
		    bool quorate, const char *reason)
{
	core.quorate_calls++;
	core.quorate_generation = generation;
	core.quorate_lifetime = lifetime->id[0];
	core.quorate = quorate;
	return core.quorate_error;
}

int vcs_deliver_record(struct vcs_cluster *cluster,
		       const struct vcs_lifetime *lifetime, u64 generation,
		       u32 from, const void *data, size_t len)
{
	return 0;
}

int vcs_provider_fence(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		       u64 cookie)
{
	return 0;
}

int vcs_may_join(struct vcs_cluster *cluster, u32 nodeid, bool settled)
{
	return 0;
}

void vcs_join_failed(struct vcs_cluster *cluster, int error, const char *reason)
{
	core.failed_error = error;
	strscpy(core.failed, reason, sizeof(core.failed));
}

void vcs_provider_lost(struct vcs_cluster *cluster, const char *reason)
{
	strscpy(core.lost, reason, sizeof(core.lost));
}

void vcs_report_suspect(struct vcs_cluster *cluster, u32 nodeid, bool suspect,
			const char *why)
{
}

void vcs_report_evicted(struct vcs_cluster *cluster,
			enum vcs_leave_reason reason)
{
}

void vcs_submit_ready(struct vcs_cluster *cluster)
{
}

void vcs_log(struct vcs_cluster *cluster, enum vcs_log_code code, u32 nodeid,
	     u64 incarnation, const char *fmt, ...)
{
	va_list args;

	core.lines++;
	va_start(args, fmt);
	vscnprintf(core.line, sizeof(core.line), fmt, args);
	va_end(args);
}

/* The rest of the engine. */

void cman_engine_fenced(struct cman_engine *engine, u64 cookie, bool success)
{
}

void cman_engine_admit(struct cman_engine *engine, u64 cookie, bool yes)
{
}

static int upcall_init(struct kunit *test)
{
	struct cman_engine *engine = kvzalloc(sizeof(*engine), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, engine);
	test->priv = engine;
	spin_lock_init(&engine->lock);
	init_completion(&engine->left);
	INIT_WORK(&engine->upcalls, cman_upcalls_run);
	engine->running = true;
	memset(&core, 0, sizeof(core));
	return kfifo_alloc(&engine->queue, CMAN_QUEUE_SIZE, GFP_KERNEL);
}

static void upcall_exit(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	if (!engine)
		return;
	kfifo_free(&engine->queue);
	kvfree(engine);
}

static void put(struct cman_engine *engine, const struct cman_action *action)
{
	kfifo_in(&engine->queue, (const u8 *)action, sizeof(*action));
}

/* Each in a lifetime of its own, whose first byte is the generation's. */
static void put_view(struct cman_engine *engine, u64 generation)
{
	struct cman_action action = { .type = CMAN_ACT_VIEW };
	struct cman_view *view = &engine->payload.view;

	memset(view, 0, sizeof(*view));
	view->generation = generation;
	view->lifetime.id[0] = generation;
	put(engine, &action);
	kfifo_in(&engine->queue, (const u8 *)view, sizeof(*view));
}

static void run(struct cman_engine *engine)
{
	cman_upcalls_run(&engine->upcalls);
}

/* Without this a join whose first view is refused never ends. */
static void refused_first_view_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	core.view_errors[0] = -EPROTO;
	put_view(engine, 1);
	put_view(engine, 2);
	run(engine);
	KUNIT_EXPECT_EQ(test, core.views, 1);
	KUNIT_EXPECT_FALSE(test, engine->running);
	KUNIT_EXPECT_EQ(test, core.failed_error, -EPROTO);
	KUNIT_EXPECT_STREQ(test, core.failed,
			   "the core refused a view: told so");
	KUNIT_EXPECT_STREQ(test, core.lost, "");
	KUNIT_EXPECT_TRUE(test, completion_done(&engine->left));
}

static void refused_later_view_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	core.view_errors[1] = -EPROTO;
	put_view(engine, 1);
	put_view(engine, 2);
	put_view(engine, 3);
	run(engine);
	KUNIT_EXPECT_EQ(test, core.views, 2);
	KUNIT_EXPECT_FALSE(test, engine->running);
	KUNIT_EXPECT_STREQ(test, core.lost, "the core refused a view: told so");
	KUNIT_EXPECT_STREQ(test, core.failed, "");
	KUNIT_EXPECT_TRUE(test, completion_done(&engine->left));
}

static void put_quorate(struct cman_engine *engine, u64 generation)
{
	struct cman_action action = {
		.type = CMAN_ACT_QUORATE,
		.quorate = { .quorate = true, .generation = generation },
	};

	put(engine, &action);
}

/* Nobody here may go on as if the others did not act on the silence. */
static void stops_who_needs_quorum_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	core.view_errors[1] = -EPROTO;
	put_view(engine, 1);
	put_quorate(engine, 1);
	run(engine);
	KUNIT_EXPECT_TRUE(test, core.quorate);
	put_view(engine, 2);
	run(engine);
	KUNIT_EXPECT_EQ(test, core.quorate_calls, 2);
	KUNIT_EXPECT_EQ(test, core.quorate_generation, 1);
	KUNIT_EXPECT_EQ(test, core.quorate_lifetime, 1);
	KUNIT_EXPECT_FALSE(test, core.quorate);
}

static void refused_quorum_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	put_view(engine, 1);
	run(engine);
	core.quorate_error = -ESTALE;
	put_quorate(engine, 2);
	run(engine);
	KUNIT_EXPECT_EQ(test, core.quorate_generation, 1);
	KUNIT_EXPECT_FALSE(test, core.quorate);
	KUNIT_EXPECT_STREQ(test, core.lost, "the core refused the quorum");
}

static void no_memory_for_view_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	core.view_errors[0] = -ENOMEM;
	core.view_errors[1] = -ENOMEM;
	put_view(engine, 1);
	run(engine);
	KUNIT_EXPECT_EQ(test, core.views, 3);
	KUNIT_EXPECT_TRUE(test, engine->running);
	KUNIT_EXPECT_STREQ(test, core.failed, "");
}

/* The core closed the door before: it is leaving already. */
static void late_view_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	core.view_errors[0] = -ESHUTDOWN;
	put_view(engine, 1);
	run(engine);
	KUNIT_EXPECT_TRUE(test, engine->running);
	KUNIT_EXPECT_STREQ(test, core.failed, "");
	KUNIT_EXPECT_STREQ(test, core.lost, "");
}

static void broken_before_joined_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;

	engine->running = false;
	engine->broken = true;
	run(engine);
	run(engine);
	KUNIT_EXPECT_EQ(test, core.failed_error, -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, core.lines, 1);
}

static struct cman_action log_line(enum cman_log_code code, u32 nodeid, u64 a,
				   u64 b)
{
	return (struct cman_action){
		.type = CMAN_ACT_LOG,
		.log = { .code = code, .nodeid = nodeid, .a = a, .b = b },
	};
}

/* Lines that come in turn repeat as well as one that comes alone. */
static void alternating_lines_test(struct kunit *test)
{
	struct cman_action held = log_line(CMAN_LOG_JOIN_HELD, 3, 0, 0);
	struct cman_engine *engine = test->priv;
	u32 i;

	for (i = 0; i < 100; i++) {
		struct cman_action attempt = log_line(CMAN_LOG_PREPARE, 1, 7, i);

		put(engine, &held);
		put(engine, &attempt);
		run(engine);
		if (!i)
			KUNIT_EXPECT_EQ(test, core.lines, 2);
	}
	/* 1, 2, 4, ... 64, twice */
	KUNIT_EXPECT_EQ(test, core.lines, 14);
	KUNIT_EXPECT_STREQ(test, core.line,
			   "coordinates generation 7, ballot 0 of node 63 (64 times)");
}

static void different_lines_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;
	u32 i;

	for (i = 0; i < 20; i++) {
		struct cman_action line = log_line(CMAN_LOG_PROPOSE_VIEW, 1, 7, i);

		put(engine, &line);
	}
	run(engine);
	KUNIT_EXPECT_EQ(test, core.lines, 20);
}

static void forgotten_line_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;
	struct cman_action line = log_line(CMAN_LOG_JOIN_HELD, 3, 0, 0);
	u64 now = 5;

	KUNIT_EXPECT_EQ(test, cman_repeats_count(&engine->repeats, &line, now), 1);
	now += CMAN_REPEAT_FORGET_MS - 1;
	KUNIT_EXPECT_EQ(test, cman_repeats_count(&engine->repeats, &line, now), 2);
	now += CMAN_REPEAT_FORGET_MS;
	KUNIT_EXPECT_EQ(test, cman_repeats_count(&engine->repeats, &line, now), 1);
}

/* The one that was not heard for the longest time makes room. */
static void many_lines_test(struct kunit *test)
{
	struct cman_engine *engine = test->priv;
	struct cman_action line;
	u32 i;

	for (i = 0; i <= CMAN_REPEATS_MAX; i++) {
		line = log_line(CMAN_LOG_JOIN_HELD, i + 1, 0, 0);
		cman_repeats_count(&engine->repeats, &line, i + 1);
	}
	KUNIT_EXPECT_EQ(test, cman_repeats_count(&engine->repeats, &line, 1000), 2);
	line = log_line(CMAN_LOG_JOIN_HELD, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, cman_repeats_count(&engine->repeats, &line, 1000), 2);
	line = log_line(CMAN_LOG_JOIN_HELD, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, cman_repeats_count(&engine->repeats, &line, 1000), 1);
}

/* An administrator reads numbers as the field writes them, and what is waited for. */
static void words_test(struct kunit *test)
{
	static const struct {
		struct cman_action action;
		const char *text;
	} lines[] = {
		{ { .type = CMAN_ACT_LOG,
		    .log = { .code = CMAN_LOG_RECOVERED, .a = 5,
			     .b = 3ULL << 32 | 2 } },
		  "recovered value: finishes decision 5 of ballot 3 of node 2" },
		{ { .type = CMAN_ACT_LOG,
		    .log = { .code = CMAN_LOG_QUORUM_LOST } },
		  "too few members are left for a majority: all of them must agree" },
	};
	struct cman_engine *engine = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		put(engine, &lines[i].action);
		run(engine);
		KUNIT_EXPECT_STREQ(test, core.line, lines[i].text);
	}
}

static struct kunit_case cman_upcall_cases[] = {
	KUNIT_CASE(refused_first_view_test),
	KUNIT_CASE(refused_later_view_test),
	KUNIT_CASE(stops_who_needs_quorum_test),
	KUNIT_CASE(refused_quorum_test),
	KUNIT_CASE(no_memory_for_view_test),
	KUNIT_CASE(late_view_test),
	KUNIT_CASE(broken_before_joined_test),
	KUNIT_CASE(alternating_lines_test),
	KUNIT_CASE(different_lines_test),
	KUNIT_CASE(forgotten_line_test),
	KUNIT_CASE(many_lines_test),
	KUNIT_CASE(words_test),
	{ }
};

static struct kunit_suite cman_upcall_suite = {
	.name = "cman_upcall",
	.init = upcall_init,
	.exit = upcall_exit,
	.test_cases = cman_upcall_cases,
};

kunit_test_suite(cman_upcall_suite);

MODULE_DESCRIPTION("KUnit: what cman tells the core");
MODULE_LICENSE("GPL");
