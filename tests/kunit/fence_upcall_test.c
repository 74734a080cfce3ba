// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fence method "upcall": who may take a request, who may answer it, and
 * what becomes of it when a socket goes. Netlink and jobs are stand-ins.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "vcs/fence.h"
#include "vcs/fence_methods.h"
#include "vcs/notify.h"

#define NODE	3
#define LIFE	0x3a
#define OTHER_NET	((struct net *)0x1000)	/* only compared */

static struct {
	bool listeners;
	u32 ready;		/* announcements */
	u64 ready_id;
	u32 cancelled;		/* words that a request is over */
	u64 cancelled_id;
	u32 done;		/* answers */
	enum vcs_fence_result result;
	struct vcs_fence_request *request;
} seen;

static struct vcs_cluster cluster = { .name = "alpha" };

bool vcs_event_fence_listeners(struct net *net)
{
	return seen.listeners;
}

void vcs_event_fence_ready(struct net *net, const char *name, u64 request,
			   u32 nodeid)
{
	seen.ready++;
	seen.ready_id = request;
}

void vcs_event_fence_cancelled(struct net *net, const char *name, u64 request,
			       u32 nodeid)
{
	seen.cancelled++;
	seen.cancelled_id = request;
}

void vcs_fence_done(struct vcs_fence_request *request,
		    enum vcs_fence_result result, const char *text)
{
	seen.done++;
	seen.result = result;
	seen.request = request;
}

const char *vcs_cluster_name(const struct vcs_cluster *c)
{
	return c->name;
}

struct net *vcs_cluster_net(const struct vcs_cluster *c)
{
	return &init_net;
}

static struct vcs_fence_request *begin(struct kunit *test, u64 id)
{
	struct vcs_fence_request *request;

	request = kunit_kzalloc(test, sizeof(*request), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, request);
	request->cluster = &cluster;
	request->id = id;
	request->nodeid = NODE;
	request->incarnation = LIFE;
	request->timeout_ms = 60000;
	strscpy(request->reason, "failed", sizeof(request->reason));
	KUNIT_ASSERT_EQ(test, 0, vcs_fence_upcall.begin(request));
	return request;
}

static int accept_as(u64 id, u32 owner, struct vcs_fence_ticket *ticket)
{
	return vcs_fence_upcall_accept(&init_net, "alpha", id, owner, ticket);
}

static int done_as(u64 id, u64 cookie, u32 owner)
{
	return vcs_fence_upcall_done(&init_net, "alpha", id, cookie, owner,
				     VCS_FENCE_SUCCESS, "off");
}

static int upcall_init(struct kunit *test)
{
	memset(&seen, 0, sizeof(seen));
	seen.listeners = true;
	return vcs_fence_upcall_start();
}

static void upcall_exit(struct kunit *test)
{
	vcs_fence_upcall_stop();
}

static void no_agent_test(struct kunit *test)
{
	struct vcs_fence_request request = { .cluster = &cluster, .id = 1 };

	seen.listeners = false;
	KUNIT_EXPECT_FALSE(test, vcs_fence_upcall.ready(&cluster));
	KUNIT_EXPECT_EQ(test, -ESRCH, vcs_fence_upcall.begin(&request));
	KUNIT_EXPECT_EQ(test, seen.ready, 0);
}

static void accept_and_done_test(struct kunit *test)
{
	struct vcs_fence_request *request = begin(test, 1);
	struct vcs_fence_ticket ticket, other;

	KUNIT_EXPECT_EQ(test, seen.ready, 1);
	KUNIT_EXPECT_EQ(test, seen.ready_id, 1);
	KUNIT_EXPECT_EQ(test, 0, accept_as(1, 7, &ticket));
	KUNIT_EXPECT_EQ(test, ticket.id, 1);
	KUNIT_EXPECT_EQ(test, ticket.nodeid, NODE);
	KUNIT_EXPECT_EQ(test, ticket.incarnation, LIFE);
	KUNIT_EXPECT_NE(test, ticket.cookie, 0);
	KUNIT_EXPECT_LE(test, ticket.timeout_ms, 60000);
	KUNIT_EXPECT_GT(test, ticket.timeout_ms, 1000);
	KUNIT_EXPECT_STREQ(test, ticket.reason, "failed");

	KUNIT_EXPECT_EQ(test, -EBUSY, accept_as(1, 8, &other));
	KUNIT_EXPECT_EQ(test, -EBUSY, accept_as(1, 7, &other));
	KUNIT_EXPECT_EQ(test, -EPERM, done_as(1, ticket.cookie, 8));
	KUNIT_EXPECT_EQ(test, -EPERM, done_as(1, ticket.cookie + 1, 7));
	KUNIT_EXPECT_EQ(test, seen.done, 0);
	KUNIT_EXPECT_EQ(test, 0, done_as(1, ticket.cookie, 7));
	KUNIT_EXPECT_EQ(test, seen.done, 1);
	KUNIT_EXPECT_EQ(test, seen.result, VCS_FENCE_SUCCESS);
	KUNIT_EXPECT_PTR_EQ(test, seen.request, request);
	KUNIT_EXPECT_EQ(test, -ESTALE, done_as(1, ticket.cookie, 7));
	KUNIT_EXPECT_EQ(test, -ENOENT, accept_as(1, 7, &other));
	KUNIT_EXPECT_EQ(test, seen.done, 1);
}

/* Not accepted is not answerable, whatever the cookie. */
static void done_without_accept_test(struct kunit *test)
{
	struct vcs_fence_request *request = begin(test, 1);

	KUNIT_EXPECT_EQ(test, -EPERM, done_as(1, 0, 0));
	KUNIT_EXPECT_EQ(test, -EPERM, done_as(1, 0, 7));
	KUNIT_EXPECT_EQ(test, seen.done, 0);
	vcs_fence_upcall.cancel(request);
}

static void not_here_test(struct kunit *test)
{
	struct vcs_fence_request *request = begin(test, 1);
	struct vcs_fence_ticket ticket;

	KUNIT_EXPECT_EQ(test, -ENOENT, accept_as(2, 7, &ticket));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			vcs_fence_upcall_accept(&init_net, "beta", 1, 7,
						&ticket));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			vcs_fence_upcall_accept(OTHER_NET, "alpha", 1, 7,
						&ticket));
	KUNIT_EXPECT_EQ(test, 0, accept_as(1, 7, &ticket));
	KUNIT_EXPECT_EQ(test, -ESTALE,
			vcs_fence_upcall_done(OTHER_NET, "alpha", 1,
					      ticket.cookie, 7,
					      VCS_FENCE_SUCCESS, ""));
	KUNIT_EXPECT_EQ(test, seen.done, 0);
	vcs_fence_upcall.cancel(request);
}

static void cancel_test(struct kunit *test)
{
	struct vcs_fence_request *request = begin(test, 1);
	struct vcs_fence_ticket ticket;

	KUNIT_EXPECT_EQ(test, 0, accept_as(1, 7, &ticket));
	KUNIT_EXPECT_EQ(test, seen.cancelled, 0);
	vcs_fence_upcall.cancel(request);
	KUNIT_EXPECT_EQ(test, seen.cancelled, 1);
	KUNIT_EXPECT_EQ(test, seen.cancelled_id, 1);
	KUNIT_EXPECT_EQ(test, -ESTALE, done_as(1, ticket.cookie, 7));
	KUNIT_EXPECT_EQ(test, seen.done, 0);
	/* Twice does no harm, and says nothing. */
	vcs_fence_upcall.cancel(request);
	KUNIT_EXPECT_EQ(test, seen.cancelled, 1);
}

static bool late(u64 id, u64 cookie, u32 owner, struct net *net)
{
	u64 incarnation;
	u32 nodeid;

	return vcs_fence_upcall_late(net, id, cookie, owner, &nodeid,
				     &incarnation) &&
	       nodeid == NODE && incarnation == LIFE;
}

/* Who accepted what was cancelled may say, once, what became of it. */
static void late_test(struct kunit *test)
{
	struct vcs_fence_request *request = begin(test, 20);
	struct vcs_fence_ticket ticket, other;
	u64 id;

	KUNIT_EXPECT_EQ(test, 0, accept_as(20, 7, &ticket));
	KUNIT_EXPECT_FALSE(test, late(20, ticket.cookie, 7, &init_net));
	vcs_fence_upcall.cancel(request);
	KUNIT_EXPECT_FALSE(test, late(21, ticket.cookie, 7, &init_net));
	KUNIT_EXPECT_FALSE(test, late(20, ticket.cookie + 1, 7, &init_net));
	KUNIT_EXPECT_FALSE(test, late(20, ticket.cookie, 8, &init_net));
	KUNIT_EXPECT_FALSE(test, late(20, ticket.cookie, 7, OTHER_NET));
	KUNIT_EXPECT_TRUE(test, late(20, ticket.cookie, 7, &init_net));
	KUNIT_EXPECT_FALSE(test, late(20, ticket.cookie, 7, &init_net));

	/* Answered, or never accepted: nothing can be late. */
	begin(test, 22);
	KUNIT_EXPECT_EQ(test, 0, accept_as(22, 7, &ticket));
	KUNIT_EXPECT_EQ(test, 0, done_as(22, ticket.cookie, 7));
	KUNIT_EXPECT_FALSE(test, late(22, ticket.cookie, 7, &init_net));
	vcs_fence_upcall.cancel(begin(test, 23));
	KUNIT_EXPECT_FALSE(test, late(23, 0, 0, &init_net));
	KUNIT_EXPECT_FALSE(test, late(0, 0, 0, NULL));

	/* The oldest is forgotten, not the last. */
	for (id = 30; id < 60; id++) {
		request = begin(test, id);
		KUNIT_EXPECT_EQ(test, 0, accept_as(id, 7, &other));
		if (id == 30)
			ticket = other;
		vcs_fence_upcall.cancel(request);
	}
	KUNIT_EXPECT_FALSE(test, late(30, ticket.cookie, 7, &init_net));
	KUNIT_EXPECT_TRUE(test, late(59, other.cookie, 7, &init_net));
}

static void release_test(struct kunit *test)
{
	struct vcs_fence_request *first = begin(test, 1);
	struct vcs_fence_request *second = begin(test, 2);
	struct vcs_fence_ticket ticket, other;

	KUNIT_EXPECT_EQ(test, 0, accept_as(1, 7, &ticket));
	KUNIT_EXPECT_EQ(test, 0, accept_as(2, 8, &other));
	seen.ready = 0;
	vcs_fence_upcall_release(OTHER_NET, 7);
	KUNIT_EXPECT_EQ(test, seen.ready, 0);
	vcs_fence_upcall_release(&init_net, 7);
	KUNIT_EXPECT_EQ(test, seen.ready, 1);
	KUNIT_EXPECT_EQ(test, seen.ready_id, 1);
	/* The old acceptance is void, and so is its cookie for the next. */
	KUNIT_EXPECT_EQ(test, -EPERM, done_as(1, ticket.cookie, 7));
	KUNIT_EXPECT_EQ(test, 0, accept_as(1, 9, &other));
	KUNIT_EXPECT_EQ(test, -EPERM, done_as(1, ticket.cookie, 9));
	KUNIT_EXPECT_EQ(test, seen.done, 0);
	KUNIT_EXPECT_EQ(test, 0, done_as(1, other.cookie, 9));
	KUNIT_EXPECT_PTR_EQ(test, seen.request, first);
	vcs_fence_upcall.cancel(second);
}

/* Nobody is left to hear of it: over at once, with nothing known. */
static void last_agent_goes_test(struct kunit *test)
{
	struct vcs_fence_ticket ticket;

	begin(test, 1);
	KUNIT_EXPECT_EQ(test, 0, accept_as(1, 7, &ticket));
	seen.listeners = false;
	vcs_fence_upcall_release(&init_net, 7);
	KUNIT_EXPECT_EQ(test, seen.done, 1);
	KUNIT_EXPECT_EQ(test, seen.result, VCS_FENCE_UNKNOWN);
	KUNIT_EXPECT_EQ(test, -ENOENT, accept_as(1, 8, &ticket));
}

static void waiting_test(struct kunit *test)
{
	struct vcs_fence_request *requests[3];
	struct vcs_fence_ticket ticket;
	char name[VCS_NAME_MAX + 1];
	u32 nodeid;
	u64 id;

	/* Not in the order of their ids. */
	requests[0] = begin(test, 12);
	requests[1] = begin(test, 10);
	requests[2] = begin(test, 11);
	KUNIT_EXPECT_EQ(test, 0, accept_as(11, 7, &ticket));
	KUNIT_ASSERT_TRUE(test, vcs_fence_upcall_waiting(&init_net, 0, name,
							 &id, &nodeid));
	KUNIT_EXPECT_EQ(test, id, 10);
	KUNIT_EXPECT_STREQ(test, name, "alpha");
	KUNIT_EXPECT_EQ(test, nodeid, NODE);
	KUNIT_ASSERT_TRUE(test, vcs_fence_upcall_waiting(&init_net, id, name,
							 &id, &nodeid));
	KUNIT_EXPECT_EQ(test, id, 12);
	KUNIT_EXPECT_FALSE(test, vcs_fence_upcall_waiting(&init_net, id, name,
							  &id, &nodeid));
	KUNIT_EXPECT_FALSE(test, vcs_fence_upcall_waiting(OTHER_NET, 0, name,
							  &id, &nodeid));
	vcs_fence_upcall.cancel(requests[0]);
	vcs_fence_upcall.cancel(requests[1]);
	vcs_fence_upcall.cancel(requests[2]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_agent_test),
	KUNIT_CASE(accept_and_done_test),
	KUNIT_CASE(done_without_accept_test),
	KUNIT_CASE(not_here_test),
	KUNIT_CASE(cancel_test),
	KUNIT_CASE(late_test),
	KUNIT_CASE(release_test),
	KUNIT_CASE(last_agent_goes_test),
	KUNIT_CASE(waiting_test),
	{}
};

static struct kunit_suite suite = {
	.name = "vcs_fence_upcall",
	.init = upcall_init,
	.exit = upcall_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit: the fence method upcall");
MODULE_LICENSE("GPL");
