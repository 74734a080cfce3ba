// SPDX-License-Identifier: GPL-2.0-only
/* The sockets of a cluster, and what is kept for when memory is short. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "cman_plugin/transport.h"

#define TEST_PORT 45440

struct world {
	struct cman_transport transport;
	struct cman_join join;
	bool started;
};

static int transport_init(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, w);
	test->priv = w;
	w->join.port = TEST_PORT;
	err = cman_transport_start();
	w->started = !err;
	return err;
}

static void transport_exit(struct kunit *test)
{
	struct world *w = test->priv;

	if (!w || !w->started)
		return;
	cman_transport_close(&w->transport);
	cman_transport_stop();
}

static void open_for(struct kunit *test, u32 nr_peers)
{
	struct world *w = test->priv;
	u32 i;

	for (i = 0; i < nr_peers; i++)
		w->join.peers[i].addr.sa.sa_family = AF_INET;
	w->join.nr_peers = nr_peers;
	KUNIT_ASSERT_EQ(test, cman_transport_open(&w->transport, &init_net,
						  &w->join), 0);
}

/* How many the pool gives. */
static u32 take_all(struct cman_transport *transport, bool heartbeat)
{
	struct sk_buff *skb;
	u32 nr = 0;

	while ((skb = cman_transport_take(transport, heartbeat))) {
		kfree_skb(skb);
		nr++;
	}
	return nr;
}

/* Heartbeats to 63 peers must go on, whatever else wants memory. */
static void large_cluster_test(struct kunit *test)
{
	struct world *w = test->priv;
	u32 nr;

	open_for(test, CMAN_NODES_MAX);
	nr = take_all(&w->transport, false);
	KUNIT_EXPECT_GE(test, nr, CMAN_NODES_MAX);
	nr = take_all(&w->transport, true);
	KUNIT_EXPECT_GE(test, nr, 2 * CMAN_NODES_MAX);
	cman_transport_refill(&w->transport);
	KUNIT_EXPECT_FALSE(test, cman_transport_is_low(&w->transport));
}

/* One round of heartbeats out of the pool, and it is refilled. */
static void low_test(struct kunit *test)
{
	struct world *w = test->priv;
	u32 i;

	open_for(test, 5);
	KUNIT_EXPECT_FALSE(test, cman_transport_is_low(&w->transport));
	for (i = 0; i < 5; i++)
		kfree_skb(cman_transport_take(&w->transport, true));
	KUNIT_EXPECT_FALSE(test, cman_transport_is_low(&w->transport));
	kfree_skb(cman_transport_take(&w->transport, true));
	KUNIT_EXPECT_TRUE(test, cman_transport_is_low(&w->transport));
}

static void port_in_use_test(struct kunit *test)
{
	struct world *w = test->priv;
	struct cman_transport other = { };

	open_for(test, 1);
	KUNIT_EXPECT_EQ(test, cman_transport_open(&other, &init_net, &w->join),
			-EADDRINUSE);
	cman_transport_close(&other);
}

static struct kunit_case cman_transport_cases[] = {
	KUNIT_CASE(large_cluster_test),
	KUNIT_CASE(low_test),
	KUNIT_CASE(port_in_use_test),
	{ }
};

static struct kunit_suite cman_transport_suite = {
	.name = "cman_transport",
	.init = transport_init,
	.exit = transport_exit,
	.test_cases = cman_transport_cases,
};

kunit_test_suite(cman_transport_suite);

MODULE_DESCRIPTION("KUnit: cman's sockets");
MODULE_LICENSE("GPL");
