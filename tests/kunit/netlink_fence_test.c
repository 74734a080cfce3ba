// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fence daemon's side of the family "vcs": what happens to a request whose
 * acceptance cannot be told. The method "upcall" is a stand-in.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/netlink.h>

#include "vcs/fence.h"
#include "vcs/netlink.h"
#include "vcs/notify.h"

#define NOBODY	0x7ffffff1	/* a port id that no socket has */
#define COOKIE	0xc00c1e

struct genl_family vcs_genl_family = {
	.name = "kunit",
	.maxattr = VCS_A_MAX,
};

static struct {
	int accept_answer;
	u32 accepts, owner;
	u32 dones;
	u64 id, cookie;
	u32 done_owner;
	enum vcs_fence_result result;
	int done_answer;
	bool late;		/* the request was cancelled */
	u32 logged;
	u64 logged_life;
	char log[VCS_TEXT_MAX + 1];
} seen;

static struct vcs_cluster cluster;

int vcs_fence_upcall_accept(struct net *net, const char *cluster, u64 id,
			    u32 owner, struct vcs_fence_ticket *ticket)
{
	seen.accepts++;
	seen.owner = owner;
	memset(ticket, 0, sizeof(*ticket));
	ticket->id = id;
	ticket->cookie = COOKIE;
	ticket->nodeid = 3;
	return seen.accept_answer;
}

int vcs_fence_upcall_done(struct net *net, const char *cluster, u64 id,
			  u64 cookie, u32 owner, enum vcs_fence_result result,
			  const char *text)
{
	seen.dones++;
	seen.id = id;
	seen.cookie = cookie;
	seen.done_owner = owner;
	seen.result = result;
	return seen.done_answer;
}

bool vcs_fence_upcall_late(struct net *net, u64 id, u64 cookie, u32 owner,
			   u32 *nodeid, u64 *incarnation)
{
	*nodeid = 3;
	*incarnation = 0x3a;
	return seen.late && id == 7 && cookie == COOKIE && owner == seen.owner;
}

void vcs_fence_upcall_release(struct net *net, u32 owner)
{
}

void vcs_fence_upcall_abandon(struct net *net)
{
}

struct vcs_cluster *vcs_cluster_get(struct net *net, const char *name)
{
	return &cluster;
}

void vcs_cluster_put(struct vcs_cluster *c)
{
}

void vcs_log(struct vcs_cluster *c, enum vcs_log_code code, u32 nodeid,
	     u64 incarnation, const char *fmt, ...)
{
	va_list args;

	seen.logged = nodeid;
	seen.logged_life = incarnation;
	va_start(args, fmt);
	vscnprintf(seen.log, sizeof(seen.log), fmt, args);
	va_end(args);
}

/* What netlink hands to a handler. */
struct call {
	struct {
		struct nlattr attr;
		char data[8];
	} cluster, request, cookie, result;
	struct nlattr *attrs[VCS_A_MAX + 1];
	struct netlink_ext_ack extack;
	struct nlmsghdr nlh;
	struct genl_info info;
	struct sk_buff *skb;
};

static void put(struct call *call, struct nlattr *attr, enum vcs_attr type,
		const void *data, size_t len)
{
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(nla_data(attr), data, len);
	call->attrs[type] = attr;
}

static struct call *call_new(struct kunit *test)
{
	struct call *call = kunit_kzalloc(test, sizeof(*call), GFP_KERNEL);
	static const char name[] = "alpha";
	u64 id = 7;

	KUNIT_ASSERT_NOT_NULL(test, call);
	call->skb = alloc_skb(64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, call->skb);
	NETLINK_CB(call->skb).sk = init_net.genl_sock;
	put(call, &call->cluster.attr, VCS_A_CLUSTER, &name, sizeof(name));
	put(call, &call->request.attr, VCS_A_REQUEST, &id, sizeof(id));
	call->info.attrs = call->attrs;
	call->info.extack = &call->extack;
	call->info.nlhdr = &call->nlh;
	call->info.snd_portid = NOBODY;
	genl_info_net_set(&call->info, &init_net);
	return call;
}

static void answer(struct call *call)
{
	u64 cookie = COOKIE;
	u32 result = VCS_FENCE_SUCCESS;

	put(call, &call->cookie.attr, VCS_A_COOKIE, &cookie, sizeof(cookie));
	put(call, &call->result.attr, VCS_A_RESULT, &result, sizeof(result));
}

/* Nobody can answer what nobody was told of: the attempt is over at once. */
static void lost_reply_test(struct kunit *test)
{
	struct call *call = call_new(test);

	KUNIT_EXPECT_LT(test, vcs_nl_fence_accept(call->skb, &call->info), 0);
	KUNIT_EXPECT_EQ(test, seen.accepts, 1);
	KUNIT_EXPECT_EQ(test, seen.dones, 1);
	KUNIT_EXPECT_EQ(test, seen.id, 7);
	KUNIT_EXPECT_EQ(test, seen.cookie, COOKIE);
	KUNIT_EXPECT_EQ(test, seen.done_owner, seen.owner);
	KUNIT_EXPECT_EQ(test, seen.result, VCS_FENCE_UNKNOWN);
	kfree_skb(call->skb);
}

static void refused_test(struct kunit *test)
{
	static const int errors[] = { -ENOENT, -EBUSY };
	struct call *call = call_new(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		seen.accept_answer = errors[i];
		KUNIT_EXPECT_EQ(test, errors[i],
				vcs_nl_fence_accept(call->skb, &call->info));
		KUNIT_EXPECT_PTR_EQ(test, call->extack.bad_attr,
				    (const struct nlattr *)
				    call->attrs[VCS_A_REQUEST]);
		KUNIT_EXPECT_NOT_NULL(test, strstr(call->extack._msg,
						   "REQUEST"));
	}
	KUNIT_EXPECT_EQ(test, seen.dones, 0);
	kfree_skb(call->skb);
}

static void not_acceptor_test(struct kunit *test)
{
	struct call *call = call_new(test);

	answer(call);
	KUNIT_EXPECT_EQ(test, -EPERM,
			vcs_nl_fence_done(call->skb, &call->info));
	KUNIT_EXPECT_EQ(test, seen.dones, 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(call->extack._msg, "COOKIE"));
	kfree_skb(call->skb);
}

/* A socket that accepts once more keeps its number, and may answer. */
static void owner_test(struct kunit *test)
{
	struct call *call = call_new(test);
	u32 owner;

	seen.accept_answer = -EBUSY;
	vcs_nl_fence_accept(call->skb, &call->info);
	owner = seen.owner;
	KUNIT_EXPECT_NE(test, owner, 0);
	vcs_nl_fence_accept(call->skb, &call->info);
	KUNIT_EXPECT_EQ(test, seen.owner, owner);
	answer(call);
	KUNIT_EXPECT_EQ(test, 0, vcs_nl_fence_done(call->skb, &call->info));
	KUNIT_EXPECT_EQ(test, seen.dones, 1);
	KUNIT_EXPECT_EQ(test, seen.done_owner, owner);
	KUNIT_EXPECT_EQ(test, seen.result, VCS_FENCE_SUCCESS);
	kfree_skb(call->skb);
}

/* Too late to count, but "why was it switched off?" must have an answer. */
static void late_test(struct kunit *test)
{
	struct call *call = call_new(test);

	seen.accept_answer = -EBUSY;
	vcs_nl_fence_accept(call->skb, &call->info);
	answer(call);
	seen.done_answer = -ESTALE;
	KUNIT_EXPECT_EQ(test, -ESTALE,
			vcs_nl_fence_done(call->skb, &call->info));
	KUNIT_EXPECT_EQ(test, seen.logged, 0);
	seen.late = true;
	KUNIT_EXPECT_EQ(test, -ESTALE,
			vcs_nl_fence_done(call->skb, &call->info));
	KUNIT_EXPECT_EQ(test, seen.logged, 3);
	KUNIT_EXPECT_EQ(test, seen.logged_life, 0x3a);
	KUNIT_EXPECT_STREQ(test, seen.log,
			   "upcall: no longer wanted, not used: success: ");
	kfree_skb(call->skb);
}

static int netlink_fence_init(struct kunit *test)
{
	memset(&seen, 0, sizeof(seen));
	return vcs_nl_fence_start_notifier();
}

static void netlink_fence_exit(struct kunit *test)
{
	vcs_nl_fence_stop_notifier();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(lost_reply_test),
	KUNIT_CASE(refused_test),
	KUNIT_CASE(not_acceptor_test),
	KUNIT_CASE(owner_test),
	KUNIT_CASE(late_test),
	{}
};

static struct kunit_suite suite = {
	.name = "netlink_fence",
	.init = netlink_fence_init,
	.exit = netlink_fence_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
