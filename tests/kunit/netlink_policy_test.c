// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each command takes and refuses, and with which words. The attributes go
 * through the kernel's own strict parser.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/netlink.h>

#include "vcs/netlink.h"

#define LONG31	"abcdefghijklmnopqrstuvwxyz01234"

static const char *asked;	/* the last name that was looked up */

struct vcs_cluster *vcs_cluster_get(struct net *net, const char *name)
{
	asked = name;
	return NULL;
}

static struct sk_buff *skb;
static struct nlattr *attrs[VCS_A_MAX + 1];
static struct netlink_ext_ack extack;

static int parse(const struct nla_policy *policy)
{
	memset(&extack, 0, sizeof(extack));
	return nla_parse(attrs, VCS_A_MAX, (struct nlattr *)skb->data,
			 skb->len, policy, &extack);
}

/* One attribute alone. */
static int check(const struct nla_policy *policy, enum vcs_attr type,
		 const void *data, size_t len)
{
	skb_trim(skb, 0);
	if (nla_put(skb, type, len, data))
		return -ENOSPC;
	return parse(policy);
}

struct text {
	const struct nla_policy *policy;
	enum vcs_attr type;
	const char *text;
	const char *refusal;	/* NULL: it is taken */
};

#define CLUSTER_LENGTH	"CLUSTER must be 1 to 31 characters and a zero byte"
#define CLUSTER_CHARS	"CLUSTER: use letters, digits, '.', '_' and '-' only"
#define RESERVED \
	"CLUSTER: '.', '..' and 'providers' are reserved; choose another name"
#define PROVIDER_LENGTH	"PROVIDER must be 1 to 31 characters and a zero byte"
#define PROVIDER_CHARS	"PROVIDER: use a-z, 0-9, '_' and '-' only"

static const struct text texts[] = {
	{ vcs_join_policy, VCS_A_CLUSTER, "a", NULL },
	{ vcs_join_policy, VCS_A_CLUSTER, "A.b_c-9", NULL },
	{ vcs_join_policy, VCS_A_CLUSTER, LONG31, NULL },
	{ vcs_join_policy, VCS_A_CLUSTER, LONG31 "5", CLUSTER_LENGTH },
	{ vcs_join_policy, VCS_A_CLUSTER, "", CLUSTER_LENGTH },
	{ vcs_join_policy, VCS_A_CLUSTER, "a/b", CLUSTER_CHARS },
	{ vcs_join_policy, VCS_A_CLUSTER, "a b", CLUSTER_CHARS },
	{ vcs_join_policy, VCS_A_CLUSTER, "\xc3\xa9", CLUSTER_CHARS },
	{ vcs_join_policy, VCS_A_CLUSTER, ".", RESERVED },
	{ vcs_join_policy, VCS_A_CLUSTER, "..", RESERVED },
	{ vcs_join_policy, VCS_A_CLUSTER, "...", NULL },
	{ vcs_join_policy, VCS_A_CLUSTER, "providers", RESERVED },
	{ vcs_leave_policy, VCS_A_CLUSTER, "a/b", CLUSTER_CHARS },
	{ vcs_cluster_policy, VCS_A_CLUSTER, "a/b", CLUSTER_CHARS },
	{ vcs_fence_policy, VCS_A_CLUSTER, "a/b", CLUSTER_CHARS },
	{ vcs_confirm_policy, VCS_A_CLUSTER, "a/b", CLUSTER_CHARS },
	{ vcs_accept_policy, VCS_A_CLUSTER, "a/b", CLUSTER_CHARS },
	{ vcs_done_policy, VCS_A_CLUSTER, "a/b", CLUSTER_CHARS },
	{ vcs_join_policy, VCS_A_PROVIDER, "cman", NULL },
	{ vcs_join_policy, VCS_A_PROVIDER, "", PROVIDER_LENGTH },
	{ vcs_join_policy, VCS_A_PROVIDER, LONG31 "5", PROVIDER_LENGTH },
	{ vcs_join_policy, VCS_A_PROVIDER, "Cman", PROVIDER_CHARS },
	{ vcs_join_policy, VCS_A_PROVIDER, "c.man", PROVIDER_CHARS },
	{ vcs_join_policy, VCS_A_OPTIONS, "", NULL },
	{ vcs_join_policy, VCS_A_OPTIONS, "a=\xc3\xa9,b", NULL },
	{ vcs_join_policy, VCS_A_OPTIONS, "a\nb",
	  "OPTIONS: control characters are refused" },
	{ vcs_fence_policy, VCS_A_REASON, "because", NULL },
	{ vcs_fence_policy, VCS_A_REASON, "\x7f",
	  "REASON: control characters are refused" },
	{ vcs_done_policy, VCS_A_TEXT, "agent said so", NULL },
	{ vcs_done_policy, VCS_A_TEXT, "\x1b[31m",
	  "TEXT: control characters are refused" },
};

static void texts_test(struct kunit *test)
{
	const struct text *t;
	int err;

	for (t = texts; t < texts + ARRAY_SIZE(texts); t++) {
		err = check(t->policy, t->type, t->text, strlen(t->text) + 1);
		KUNIT_EXPECT_EQ_MSG(test, err, t->refusal ? -EINVAL : 0,
				    "'%s'", t->text);
		if (t->refusal) {
			KUNIT_EXPECT_STREQ(test, extack._msg ?: "",
					   t->refusal);
			KUNIT_EXPECT_PTR_EQ(test, (void *)extack.bad_attr,
					    (void *)skb->data);
		}
	}
}

/* Without its zero byte, with two, and one longer than it may be. */
static void zero_byte_test(struct kunit *test)
{
	static const struct {
		enum vcs_attr type;
		const struct nla_policy *policy;
		size_t max;
	} longest[] = {
		{ VCS_A_CLUSTER, vcs_join_policy, VCS_NAME_MAX },
		{ VCS_A_PROVIDER, vcs_join_policy, VCS_NAME_MAX },
		{ VCS_A_OPTIONS, vcs_join_policy, VCS_OPTIONS_MAX },
		{ VCS_A_REASON, vcs_fence_policy, VCS_REASON_MAX },
		{ VCS_A_TEXT, vcs_done_policy, VCS_TEXT_MAX },
	};
	char *text = kunit_kzalloc(test, VCS_OPTIONS_MAX + 3, GFP_KERNEL);
	size_t max;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < ARRAY_SIZE(longest); i++) {
		const struct nla_policy *policy = longest[i].policy;
		enum vcs_attr type = longest[i].type;

		max = longest[i].max;
		memset(text, 'a', VCS_OPTIONS_MAX + 2);
		KUNIT_EXPECT_EQ(test, -EINVAL, check(policy, type, text, 1));
		KUNIT_EXPECT_EQ(test, -EINVAL, check(policy, type, text, max));
		text[max + 1] = '\0';
		KUNIT_EXPECT_EQ(test, -EINVAL,
				check(policy, type, text, max + 2));
		text[max] = '\0';
		KUNIT_EXPECT_EQ(test, 0, check(policy, type, text, max + 1));
		KUNIT_EXPECT_EQ(test, -EINVAL,
				check(policy, type, text, max + 2));
		KUNIT_EXPECT_NE(test, 0, check(policy, type, text, 0));
	}
}

static void key_test(struct kunit *test)
{
	static const u8 key[VCS_KEY_LEN + 1];
	int len;

	for (len = 0; len <= VCS_KEY_LEN + 1; len++)
		KUNIT_EXPECT_EQ_MSG(test, len == VCS_KEY_LEN ? 0 : -EINVAL,
				    check(vcs_join_policy, VCS_A_KEY, key, len),
				    "%d bytes", len);
	KUNIT_EXPECT_STREQ(test, extack._msg ?: "", "KEY must be exactly 32 bytes");
}

static void numbers_test(struct kunit *test)
{
	u32 nodeid = 0, result = VCS_FENCE_FAILED;
	u64 id = 0;

	KUNIT_EXPECT_EQ(test, -ERANGE, check(vcs_fence_policy, VCS_A_NODEID,
					     &nodeid, sizeof(nodeid)));
	KUNIT_EXPECT_EQ(test, -ERANGE, check(vcs_confirm_policy, VCS_A_NODEID,
					     &nodeid, sizeof(nodeid)));
	nodeid = U32_MAX;
	KUNIT_EXPECT_EQ(test, 0, check(vcs_fence_policy, VCS_A_NODEID, &nodeid,
				       sizeof(nodeid)));
	KUNIT_EXPECT_NE(test, 0, check(vcs_fence_policy, VCS_A_NODEID, &nodeid,
				       sizeof(nodeid) - 1));
	KUNIT_EXPECT_EQ(test, 0, check(vcs_done_policy, VCS_A_RESULT, &result,
				       sizeof(result)));
	result++;
	KUNIT_EXPECT_EQ(test, -ERANGE, check(vcs_done_policy, VCS_A_RESULT,
					     &result, sizeof(result)));
	KUNIT_EXPECT_EQ(test, 0, check(vcs_accept_policy, VCS_A_REQUEST, &id,
				       sizeof(id)));
	KUNIT_EXPECT_NE(test, 0, check(vcs_accept_policy, VCS_A_REQUEST, &id,
				       sizeof(u32)));
	KUNIT_EXPECT_EQ(test, 0, check(vcs_leave_policy, VCS_A_FORCE, NULL, 0));
	KUNIT_EXPECT_NE(test, 0, check(vcs_leave_policy, VCS_A_FORCE, &id, 1));
}

#define A(name) BIT_ULL(VCS_A_##name)

/* A command takes what is listed for it, and nothing else. */
static void unlisted_test(struct kunit *test)
{
	static const struct {
		const struct nla_policy *policy;
		u64 takes;
	} table[] = {
		{ vcs_join_policy, A(CLUSTER) | A(PROVIDER) | A(OPTIONS) |
				   A(KEY) },
		{ vcs_leave_policy, A(CLUSTER) | A(FORCE) },
		{ vcs_cluster_policy, A(CLUSTER) },
		{ vcs_fence_policy, A(CLUSTER) | A(NODEID) | A(INCARNATION) |
				    A(REASON) },
		{ vcs_confirm_policy, A(CLUSTER) | A(NODEID) | A(INCARNATION) },
		{ vcs_accept_policy, A(CLUSTER) | A(REQUEST) },
		{ vcs_done_policy, A(CLUSTER) | A(REQUEST) | A(COOKIE) |
				   A(RESULT) | A(TEXT) },
	};
	int i, type;
	bool listed;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		for (type = 1; type <= VCS_A_MAX; type++) {
			listed = table[i].policy[type].type != NLA_UNSPEC;
			KUNIT_EXPECT_EQ_MSG(test, listed,
					    !!(table[i].takes & BIT_ULL(type)),
					    "policy %d, attribute %d", i, type);
			if (!listed)
				KUNIT_EXPECT_EQ(test, -EINVAL,
						check(table[i].policy, type,
						      "a", 2));
		}
		KUNIT_EXPECT_EQ(test, -EINVAL, check(table[i].policy,
						     VCS_A_MAX + 1, "a", 2));
	}
}

static void missing_test(struct kunit *test)
{
	static const struct {
		enum vcs_attr type;
		const char *word;
	} table[] = {
		{ VCS_A_CLUSTER, "CLUSTER is missing" },
		{ VCS_A_PROVIDER, "PROVIDER is missing" },
		{ VCS_A_NODEID, "NODEID is missing" },
		{ VCS_A_REQUEST, "REQUEST is missing" },
		{ VCS_A_COOKIE, "COOKIE is missing" },
		{ VCS_A_RESULT, "RESULT is missing" },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		memset(&extack, 0, sizeof(extack));
		KUNIT_EXPECT_EQ(test, -EINVAL,
				vcs_nl_need(attrs, &extack, table[i].type));
		KUNIT_EXPECT_NOT_NULL(test, strstr(extack._msg ?: "",
						   table[i].word));
	}
	/* A dump without any attribute has no table of them. */
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vcs_nl_need(NULL, &extack, VCS_A_CLUSTER));
}

static void lookup_test(struct kunit *test)
{
	asked = NULL;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR(vcs_nl_cluster(&init_net, attrs, &extack)));
	KUNIT_EXPECT_NULL(test, asked);
	KUNIT_ASSERT_EQ(test, 0, check(vcs_cluster_policy, VCS_A_CLUSTER, "a",
				       2));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			PTR_ERR(vcs_nl_cluster(&init_net, attrs, &extack)));
	KUNIT_EXPECT_STREQ(test, asked, "a");
	KUNIT_EXPECT_PTR_EQ(test, (void *)extack.bad_attr,
			    (void *)attrs[VCS_A_CLUSTER]);
	KUNIT_EXPECT_NOT_NULL(test, strstr(extack._msg ?: "", "GET_CLUSTER"));
}

static int init(struct kunit *test)
{
	memset(attrs, 0, sizeof(attrs));
	skb = alloc_skb(2048, GFP_KERNEL);
	return skb ? 0 : -ENOMEM;
}

static void exit(struct kunit *test)
{
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(texts_test),
	KUNIT_CASE(zero_byte_test),
	KUNIT_CASE(key_test),
	KUNIT_CASE(numbers_test),
	KUNIT_CASE(unlisted_test),
	KUNIT_CASE(missing_test),
	KUNIT_CASE(lookup_test),
	{}
};

static struct kunit_suite suite = {
	.name = "netlink_policy",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
