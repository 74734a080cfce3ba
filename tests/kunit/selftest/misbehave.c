// SPDX-License-Identifier: GPL-2.0-only
/*
 * A suite that misbehaves in the way that its module's name says, to show that
 * tests/kunit/run notices. Not a module parameter: KUnit runs the suites of a
 * module before its parameters are set.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);
static void *leaked;

static bool asked(const char *way)
{
	return strstarts(KBUILD_MODNAME, way);
}

static void take_locks(spinlock_t *first, spinlock_t *second)
{
	spin_lock(first);
	spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
}

static void take_locks_both_ways(void)
{
	take_locks(&lock_a, &lock_b);
	take_locks(&lock_b, &lock_a);
}

static void read_after_free(void)
{
	char *p = kmalloc(32, GFP_KERNEL);

	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	pr_info("read %d\n", READ_ONCE(p[3]));
}

static void sleep_under_lock(void)
{
	spin_lock(&lock_a);
	msleep(20);
	spin_unlock(&lock_a);
}

static void deref_unlocked(void)
{
	rcu_read_lock();
	rcu_read_unlock();
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "asked for by the selftest");
}

static void misbehave(struct kunit *test)
{
	if (asked("fail"))
		KUNIT_EXPECT_EQ_MSG(test, 1 + 1, 3, "arithmetic holds");
	else if (asked("warn"))
		WARN(1, "asked for by the selftest");
	else if (asked("oops"))
		WRITE_ONCE(*(int *)8, 1);
	else if (asked("hang"))
		for (;;)
			cpu_relax();
	else if (asked("stuck"))
		__module_get(THIS_MODULE);
	else if (asked("leak"))
		leaked = kmalloc(100, GFP_KERNEL);
	else if (asked("kasan"))
		read_after_free();
	else if (asked("sleep"))
		sleep_under_lock();
	else if (asked("rcu"))
		deref_unlocked();
	else if (asked("deadlock"))
		take_locks_both_ways();
	/* Unloading the module takes this away, and so makes it a leak. */
	OPTIMIZER_HIDE_VAR(leaked);
	KUNIT_SUCCEED(test);
}

static void behave(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1 + 1, 2);
}

static struct kunit_case bad_cases[] = {
	KUNIT_CASE(behave),
	KUNIT_CASE(misbehave),
	{}
};

static struct kunit_suite bad_suite = {
	.name = "bad",
	.test_cases = bad_cases,
};

kunit_test_suite(bad_suite);

MODULE_DESCRIPTION("A test suite that misbehaves on request");
MODULE_LICENSE("GPL");
