// SPDX-License-Identifier: GPL-2.0-only
/* The words of a join: what is understood, what is refused, and how. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "cman_plugin/config.h"

static struct cman_join *parse(struct kunit *test, const char *text)
{
	struct cman_join *join;
	char why[256];

	join = kunit_kzalloc(test, sizeof(*join), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, join);
	KUNIT_ASSERT_EQ_MSG(test, 0,
			    cman_join_parse(join, text, why, sizeof(why)),
			    "%s: %s", text, why);
	KUNIT_EXPECT_STREQ(test, why, "");
	return join;
}

static void expect_v4(struct kunit *test, const struct cman_peer_option *peer,
		      u32 nodeid, const char *address, u16 port, u32 votes)
{
	KUNIT_EXPECT_EQ(test, peer->nodeid, nodeid);
	KUNIT_EXPECT_EQ(test, peer->addr.in.sin_family, AF_INET);
	KUNIT_EXPECT_EQ(test, peer->addr.in.sin_addr.s_addr, in_aton(address));
	KUNIT_EXPECT_EQ(test, ntohs(peer->addr.in.sin_port), port);
	KUNIT_EXPECT_EQ(test, peer->votes, votes);
}

static void table_test(struct kunit *test)
{
	struct cman_join *join =
		parse(test, "nodeid=7,peers=9@10.0.0.9*3+3@10.0.0.3:99+7@10.0.0.7");

	KUNIT_EXPECT_EQ(test, join->nodeid, 7);
	KUNIT_ASSERT_EQ(test, join->nr_peers, 3);
	expect_v4(test, &join->peers[0], 3, "10.0.0.3", 99, 1);
	expect_v4(test, &join->peers[1], 7, "10.0.0.7", CMAN_PORT_DEFAULT, 1);
	expect_v4(test, &join->peers[2], 9, "10.0.0.9", CMAN_PORT_DEFAULT, 3);
}

static void local_is_added_test(struct kunit *test)
{
	struct cman_join *join =
		parse(test, "peers=1@10.0.0.1+3@10.0.0.3,nodeid=2,port=7000");

	KUNIT_ASSERT_EQ(test, join->nr_peers, 3);
	expect_v4(test, &join->peers[0], 1, "10.0.0.1", 7000, 1);
	KUNIT_EXPECT_EQ(test, join->peers[1].nodeid, 2);
	KUNIT_EXPECT_EQ(test, join->peers[1].votes, 1);
	KUNIT_EXPECT_EQ(test, join->peers[1].addr.sa.sa_family, 0);
	expect_v4(test, &join->peers[2], 3, "10.0.0.3", 7000, 1);
}

static void ipv6_test(struct kunit *test)
{
	struct cman_join *join =
		parse(test, "nodeid=1,peers=2@[fd00::2]:77*2+1@[fd00::1],bind=[fd00::1]");
	struct in6_addr addr;

	KUNIT_ASSERT_EQ(test, join->nr_peers, 2);
	KUNIT_ASSERT_EQ(test, 1, in6_pton("fd00::2", -1, addr.s6_addr, -1,
					  NULL));
	KUNIT_EXPECT_EQ(test, join->peers[1].addr.in6.sin6_family, AF_INET6);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&join->peers[1].addr.in6.sin6_addr,
					&addr, sizeof(addr)));
	KUNIT_EXPECT_EQ(test, join->peers[1].addr.in6.sin6_port, htons(77));
	KUNIT_EXPECT_EQ(test, join->peers[1].votes, 2);
	KUNIT_EXPECT_EQ(test, join->bind.in6.sin6_family, AF_INET6);
}

static void defaults_test(struct kunit *test)
{
	struct cman_join *join = parse(test, "nodeid=1,peers=2@10.0.0.2");

	KUNIT_EXPECT_EQ(test, join->port, CMAN_PORT_DEFAULT);
	KUNIT_EXPECT_EQ(test, join->heartbeat_ms, 100);
	KUNIT_EXPECT_EQ(test, join->dead, 10);
	KUNIT_EXPECT_EQ(test, join->two_node, 0);
	KUNIT_EXPECT_EQ(test, join->wait_for_all, 0);
	KUNIT_EXPECT_EQ(test, join->reboot_fences, 0);
	KUNIT_EXPECT_FALSE(test, join->no_auth);
	KUNIT_EXPECT_EQ(test, join->bind.sa.sa_family, 0);
}

/* A profile gives what nobody gave, wherever it stands. */
static void profile_test(struct kunit *test)
{
	struct cman_join *join;

	join = parse(test, "nodeid=1,peers=2@10.0.0.2,profile=fast");
	KUNIT_EXPECT_EQ(test, join->heartbeat_ms, 20);
	KUNIT_EXPECT_EQ(test, join->dead, 12);
	join = parse(test, "nodeid=1,peers=2@10.0.0.2,profile=fast,dead=5");
	KUNIT_EXPECT_EQ(test, join->heartbeat_ms, 20);
	KUNIT_EXPECT_EQ(test, join->dead, 5);
	join = parse(test, "nodeid=1,heartbeat=50,peers=2@10.0.0.2,profile=fast");
	KUNIT_EXPECT_EQ(test, join->heartbeat_ms, 50);
	KUNIT_EXPECT_EQ(test, join->dead, 12);
}

static void two_node_test(struct kunit *test)
{
	struct cman_join *join;

	join = parse(test, "nodeid=1,peers=2@10.0.0.2,two_node=1");
	KUNIT_EXPECT_EQ(test, join->two_node, 1);
	KUNIT_EXPECT_EQ(test, join->wait_for_all, 1);
	join = parse(test, "nodeid=1,peers=2@10.0.0.2,two_node=1,wait_for_all=0");
	KUNIT_EXPECT_EQ(test, join->wait_for_all, 0);
}

static const struct bad_texts {
	const char *text;
	const char *word;	/* that the answer must name */
} bad_texts[] = {
	{ "", "nodeid=" },
	{ "nodeid=1", "peers=" },
	{ "peers=2@10.0.0.2", "nodeid=" },
	{ "nodeid=0,peers=2@10.0.0.2", "nodeid=0" },
	{ "nodeid=one,peers=2@10.0.0.2", "nodeid=one" },
	{ "nodeid=1x,peers=2@10.0.0.2", "nodeid=1x" },
	{ "nodeid=-1,peers=2@10.0.0.2", "nodeid=-1" },
	{ "nodeid=4294967296,peers=2@10.0.0.2", "nodeid=4294967296" },
	{ "nodeid=1,nodeid=1,peers=2@10.0.0.2", "nodeid=1" },
	{ "nodeid=1,peers=2@10.0.0.2,speed=9", "speed=9" },
	{ "nodeid=1,peers=2@10.0.0.2,two_node", "two_node" },
	{ "nodeid=1,peers=2@10.0.0.2,two_node=2", "two_node=2" },
	{ "nodeid=1,peers=2@10.0.0.2,wait_for_all=yes", "wait_for_all=yes" },
	{ "nodeid=1,peers=2@10.0.0.2,heartbeat=1", "heartbeat=1" },
	{ "nodeid=1,peers=2@10.0.0.2,heartbeat=99999", "heartbeat=99999" },
	{ "nodeid=1,peers=2@10.0.0.2,dead=2", "dead=2" },
	{ "nodeid=1,peers=2@10.0.0.2,fence_delay=", "fence_delay=" },
	{ "nodeid=1,peers=2@10.0.0.2,profile=slow", "profile=slow" },
	{ "nodeid=1,peers=2@10.0.0.2,auth=maybe", "auth=maybe" },
	{ "nodeid=1,peers=2@10.0.0.2,port=0", "port=0" },
	{ "nodeid=1,peers=2@10.0.0.2,port=65536", "port=65536" },
	{ "nodeid=1,peers=2@10.0.0.2,bind=here", "bind=here" },
	{ "nodeid=1,peers=2@10.0.0.2,bind=10.0.0.1:5", "bind=10.0.0.1:5" },
	{ "nodeid=1,peers=2@10.0.0.2,bind=[fd00::1]", "bind=" },
	{ "nodeid=1,peers=2@10.0.0.2+3@[fd00::3],bind=10.0.0.1", "node 3" },
	{ "nodeid=1,peers=", "peers=" },
	{ "nodeid=1,peers=2@", "2@" },
	{ "nodeid=1,peers=2@10.0.0", "2@10.0.0" },
	{ "nodeid=1,peers=2@10.0.0.256", "2@10.0.0.256" },
	{ "nodeid=1,peers=2@10.0.0.2:", "2@10.0.0.2:" },
	{ "nodeid=1,peers=2@10.0.0.2:0", "2@10.0.0.2:0" },
	{ "nodeid=1,peers=2@10.0.0.2:5:6", "2@10.0.0.2:5:6" },
	{ "nodeid=1,peers=2@10.0.0.2*", "2@10.0.0.2*" },
	{ "nodeid=1,peers=2@10.0.0.2*x", "2@10.0.0.2*x" },
	{ "nodeid=1,peers=2@10.0.0.2*1001", "2@10.0.0.2*1001" },
	{ "nodeid=1,peers=2@10.0.0.2x", "2@10.0.0.2x" },
	{ "nodeid=1,peers=0@10.0.0.2", "0@10.0.0.2" },
	{ "nodeid=1,peers=@10.0.0.2", "@10.0.0.2" },
	{ "nodeid=1,peers=2@host", "2@host" },
	{ "nodeid=1,peers=2@0.0.0.0", "2@0.0.0.0" },
	{ "nodeid=1,peers=2@224.0.0.1", "2@224.0.0.1" },
	{ "nodeid=1,peers=2@255.255.255.255", "2@255.255.255.255" },
	{ "nodeid=1,peers=2@[2001:db8::2", "2@[2001:db8::2" },
	{ "nodeid=1,peers=2@2001:db8::2", "2@2001:db8::2" },
	{ "nodeid=1,peers=2@[fe80::2]", "2@[fe80::2]" },
	{ "nodeid=1,peers=2@[ff02::1]", "2@[ff02::1]" },
	{ "nodeid=1,peers=2@[::]", "2@[::]" },
	{ "nodeid=1,peers=10.0.0.2", "10.0.0.2" },
	{ "nodeid=1,peers=2@10.0.0.2+", "peer \"\"" },
	{ "nodeid=1,peers=2@10.0.0.2+10.0.0.3", "10.0.0.3" },
	{ "nodeid=1,peers=2@10.0.0.2+2@10.0.0.3", "id 2 twice" },
	{ "nodeid=1,peers=2@10.0.0.2+3@10.0.0.2", "one address" },
	{ "nodeid=1,peers=1@10.0.0.1*0+2@10.0.0.2*0", "vote" },
	{ "nodeid=1,peers=2@10.0.0.2+3@10.0.0.3,two_node=1", "two_node=1" },
	{ "nodeid=1,peers=2@10.0.0.2*2,two_node=1", "two_node=1" },
};

static void bad_to_desc(const struct bad_texts *bad, char *desc)
{
	strscpy(desc, *bad->text ? bad->text : "(nothing)",
		KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad, bad_texts, bad_to_desc);

static void refused_test(struct kunit *test)
{
	const struct bad_texts *bad = test->param_value;
	struct cman_join *join;
	char why[160];

	join = kunit_kzalloc(test, sizeof(*join), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, join);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			cman_join_parse(join, bad->text, why, sizeof(why)));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(why, bad->word),
				  "\"%s\" does not name \"%s\"", why, bad->word);
}

static void too_many_peers_test(struct kunit *test)
{
	struct cman_join *join;
	char why[160];
	char *text;
	size_t size = 4096;
	int len, i;

	join = kunit_kzalloc(test, sizeof(*join), GFP_KERNEL);
	text = kunit_kzalloc(test, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, join);
	KUNIT_ASSERT_NOT_NULL(test, text);

	len = scnprintf(text, size, "nodeid=1,peers=1@10.0.0.1");
	for (i = 2; i <= CMAN_NODES_MAX; i++)
		len += scnprintf(text + len, size - len, "+%d@10.0.0.%d", i, i);
	KUNIT_EXPECT_EQ(test, 0, cman_join_parse(join, text, why, sizeof(why)));
	KUNIT_EXPECT_EQ(test, join->nr_peers, CMAN_NODES_MAX);
	scnprintf(text + len, size - len, "+%d@10.0.0.%d", i, i);
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_join_parse(join, text, why, sizeof(why)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "peers="));

	/* The local node, left out, needs a place as well. */
	text[strlen("nodeid=")] = '9';
	text[len] = '\0';
	memmove(text + 8 + 1, text + 8, len - 8 + 1);
	text[8] = '9';
	KUNIT_EXPECT_EQ(test, -EINVAL, cman_join_parse(join, text, why, sizeof(why)));
}

static struct kunit_case cman_config_cases[] = {
	KUNIT_CASE(table_test),
	KUNIT_CASE(local_is_added_test),
	KUNIT_CASE(ipv6_test),
	KUNIT_CASE(defaults_test),
	KUNIT_CASE(profile_test),
	KUNIT_CASE(two_node_test),
	KUNIT_CASE_PARAM(refused_test, bad_gen_params),
	KUNIT_CASE(too_many_peers_test),
	{}
};

static struct kunit_suite cman_config_suite = {
	.name = "cman_config",
	.test_cases = cman_config_cases,
};

kunit_test_suite(cman_config_suite);

MODULE_DESCRIPTION("KUnit suite for the options of cman");
MODULE_LICENSE("GPL");
