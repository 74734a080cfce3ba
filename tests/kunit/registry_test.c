// SPDX-License-Identifier: GPL-2.0-only
/* Providers and fence methods, found by name. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "vcs/registry.h"

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);

static int join_op(struct vcs_cluster *cluster,
		   const struct vcs_join_args *args)
{
	return 0;
}

static void leave_op(struct vcs_cluster *cluster, enum vcs_leave_how how)
{
}

static int submit_op(struct vcs_cluster *cluster, const void *data, size_t len)
{
	return 0;
}

static struct vcs_provider_ops ops;
static struct vcs_provider provider;
static struct vcs_fence_method method;

static int begin_op(struct vcs_fence_request *request)
{
	return 0;
}

static void cancel_op(struct vcs_fence_request *request)
{
}

static int init(struct kunit *test)
{
	ops = (struct vcs_provider_ops) { .join = join_op, .leave = leave_op };
	provider = (struct vcs_provider) {
		.name = "kunit-a",
		.api = VCS_PROVIDER_API,
		.size = sizeof(ops),
		.ops = &ops,
	};
	method = (struct vcs_fence_method) {
		.name = "kunit-a",
		.api = VCS_PROVIDER_API,
		.size = sizeof(method),
		.begin = begin_op,
		.cancel = cancel_op,
	};
	return 0;
}

static void refused_test(struct kunit *test)
{
	static const char * const names[] = {
		NULL, "", "A", "a.b", "a/b", "a b",
		"abcdefghijklmnopqrstuvwxyz0123456",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		provider.name = names[i];
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    vcs_register_provider(&provider), "%u", i);
	}
	provider.name = "kunit-a";
	provider.api++;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
	provider.api--;
	provider.size--;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
	provider.size++;
	provider.features = 1U << 9;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
	provider.features = VCS_FEATURE_RECORDS;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
	provider.features = VCS_FEATURE_FENCE_FIRST;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
	provider.features = 0;
	ops.join = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
	ops.join = join_op;
	ops.leave = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
	provider.ops = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_provider(&provider));
}

static int count_fn(const struct vcs_provider *p, u32 in_use, void *data)
{
	if (p == &provider)
		*(u32 *)data = in_use + 1;
	return 0;
}

/* Its users plus one; 0 when it is not listed. */
static u32 listed(void)
{
	u32 users = 0;

	vcs_provider_for_each(count_fn, &users);
	return users;
}

static void provider_test(struct kunit *test)
{
	struct vcs_provider twin = provider, *found;

	ops.submit = submit_op;
	provider.features = VCS_FEATURE_RECORDS;
	KUNIT_ASSERT_EQ(test, 0, vcs_register_provider(&provider));
	KUNIT_EXPECT_EQ(test, -EEXIST, vcs_register_provider(&twin));
	KUNIT_EXPECT_NULL(test, vcs_provider_find("kunit-b", false));
	found = vcs_provider_find("kunit-a", false);
	KUNIT_EXPECT_PTR_EQ(test, found, &provider);
	KUNIT_EXPECT_EQ(test, listed(), 2);
	vcs_provider_put(found);
	KUNIT_EXPECT_EQ(test, listed(), 1);
	vcs_unregister_provider(&provider);
	KUNIT_EXPECT_EQ(test, listed(), 0);
	KUNIT_EXPECT_NULL(test, vcs_provider_find("kunit-a", false));
	/* No such module: asked for, not found. */
	KUNIT_EXPECT_NULL(test, vcs_provider_find("kunit-a", true));
}

/* Who has found it holds its module. */
static void owner_test(struct kunit *test)
{
	int before = module_refcount(THIS_MODULE);

	provider.owner = THIS_MODULE;
	method.owner = THIS_MODULE;
	KUNIT_ASSERT_EQ(test, 0, vcs_register_provider(&provider));
	KUNIT_ASSERT_EQ(test, 0, vcs_register_fence_method(&method));
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before);
	vcs_provider_find("kunit-a", false);
	vcs_fence_method_find("kunit-a", false);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before + 2);
	vcs_provider_put(&provider);
	vcs_fence_method_put(&method);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before);
	vcs_unregister_provider(&provider);
	vcs_unregister_fence_method(&method);
}

static int unregister_thread(void *data)
{
	vcs_unregister_provider(&provider);
	complete(data);
	return 0;
}

/* Without a module to pin, unregistering waits; nobody finds it any more. */
static void unregister_waits_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct vcs_provider *found;

	KUNIT_ASSERT_EQ(test, 0, vcs_register_provider(&provider));
	found = vcs_provider_find("kunit-a", false);
	KUNIT_ASSERT_NOT_NULL(test, found);
	kthread_run(unregister_thread, &done, "unregister");
	msleep(50);
	KUNIT_EXPECT_FALSE(test, completion_done(&done));
	KUNIT_EXPECT_NULL(test, vcs_provider_find("kunit-a", false));
	vcs_provider_put(found);
	wait_for_completion(&done);
}

static void method_test(struct kunit *test)
{
	struct vcs_fence_method twin = method, *found;

	KUNIT_ASSERT_EQ(test, 0, vcs_register_fence_method(&method));
	KUNIT_EXPECT_EQ(test, -EEXIST, vcs_register_fence_method(&twin));
	twin.name = "kunit-b";
	twin.begin = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_fence_method(&twin));
	twin.begin = begin_op;
	twin.cancel = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_fence_method(&twin));
	twin.cancel = cancel_op;
	twin.size--;
	KUNIT_EXPECT_EQ(test, -EINVAL, vcs_register_fence_method(&twin));
	found = vcs_fence_method_find("kunit-a", false);
	KUNIT_EXPECT_PTR_EQ(test, found, &method);
	vcs_fence_method_put(found);
	vcs_unregister_fence_method(&method);
	KUNIT_EXPECT_NULL(test, vcs_fence_method_find("kunit-a", true));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(refused_test),
	KUNIT_CASE(provider_test),
	KUNIT_CASE(owner_test),
	KUNIT_CASE(unregister_waits_test),
	KUNIT_CASE(method_test),
	{}
};

static struct kunit_suite suite = {
	.name = "registry",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
