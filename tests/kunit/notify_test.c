// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uevents, as a program hears them, and the work that sends them: requests
 * merge, and nothing is announced nor held after the end.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <net/net_namespace.h>

#include "tests/kunit/fake.h"
#include "vcs/cluster.h"

#define PATIENCE_MS	2000
#define STEPS		5

static struct socket *sock;
static char buffer[2048];
static int length;

/* The next uevent; "" when there is none. */
static const char *hear(void)
{
	struct kvec vec = { .iov_base = buffer, .iov_len = sizeof(buffer) - 1 };
	struct msghdr msg = { };

	length = kernel_recvmsg(sock, &msg, &vec, 1, vec.iov_len, MSG_DONTWAIT);
	length = max(length, 0);
	buffer[length] = '\0';
	return buffer;
}

/* What stands after "@name" in the last uevent; NULL: not there. */
static const char *variable(const char *name)
{
	size_t len = strlen(name);
	const char *word;

	for (word = buffer; word < buffer + length; word += strlen(word) + 1)
		if (!strncmp(word, name, len) && word[len] == '=')
			return word + len + 1;
	return NULL;
}

/* Goes on to the next uevent of a cluster about this. */
static bool await(const char *event)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS;) {
		if (!*hear()) {
			usleep_range(900, 1100);
			ms++;
		} else if (variable("VCS_EVENT") &&
			   !strcmp(variable("VCS_EVENT"), event)) {
			return true;
		}
	}
	return false;
}

static void expect(struct kunit *test, const char *event, const char *name,
		   const char *value)
{
	bool heard = await(event);

	KUNIT_EXPECT_TRUE_MSG(test, heard, "no uevent %s", event);
	if (!heard)
		return;
	KUNIT_EXPECT_EQ(test, 0, strncmp(buffer, "change@", 7));
	KUNIT_EXPECT_NOT_NULL(test, variable("VCS_CLUSTER"));
	KUNIT_EXPECT_STREQ(test, variable("VCS_CLUSTER") ?: "", FAKE_CLUSTER);
	KUNIT_EXPECT_STREQ(test, variable(name) ?: "", value);
}

static void uevents_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_joining(test, NULL);

	expect(test, "state", "VCS_STATE", "joining");
	fake_add(1);
	fake_step(test);
	expect(test, "state", "VCS_STATE", "member");
	expect(test, "view", "VCS_GENERATION", "1");
	expect(test, "quorum", "VCS_QUORATE", "1");
	KUNIT_EXPECT_EQ(test, 0, fake_quorate(false));
	expect(test, "quorum", "VCS_QUORATE", "0");
	fake_end(test, cluster);
}

/* The work reads the state as it is when it runs: the last word is not lost. */
static void merge_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	const char *generation = "";
	int i, heard = 0;

	expect(test, "quorum", "VCS_QUORATE", "1");
	for (i = 0; i < STEPS; i++)
		fake_step(test);
	for (i = 0; i < STEPS && strcmp(generation, "6"); i++) {
		if (!await("view"))
			break;
		heard++;
		generation = variable("VCS_GENERATION") ?: "";
	}
	KUNIT_EXPECT_STREQ(test, generation, "6");
	KUNIT_EXPECT_LT(test, heard, STEPS);
	fake_end(test, cluster);
}

/* The last state is told, then the folder goes, then nothing; nobody holds it. */
static void end_test(struct kunit *test)
{
	struct vcs_cluster *cluster = fake_member(test, NULL);
	bool left = false, removed = false;
	int ms;

	KUNIT_EXPECT_EQ(test, 0, vcs_cluster_leave(cluster, false));
	for (ms = 0; ms < PATIENCE_MS && kref_read(&cluster->ref) > 1; ms++)
		usleep_range(900, 1100);
	KUNIT_EXPECT_EQ(test, kref_read(&cluster->ref), 1);
	vcs_log(cluster, VCS_LOG_PROVIDER, 0, 0, "too late");
	KUNIT_EXPECT_EQ(test, kref_read(&cluster->ref), 1);
	KUNIT_EXPECT_EQ(test, cluster->notify.pending, 0);
	while (*hear()) {
		KUNIT_EXPECT_FALSE_MSG(test, removed, "after the end: %s",
				       buffer);
		left |= variable("VCS_STATE") &&
			!strcmp(variable("VCS_STATE"), "left");
		removed |= !strcmp(buffer, "remove@/cluster/" FAKE_CLUSTER);
	}
	KUNIT_EXPECT_TRUE(test, left);
	KUNIT_EXPECT_TRUE(test, removed);
	vcs_cluster_put(cluster);
}

static int init(struct kunit *test)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int err;

	err = sock_create_kern(&init_net, PF_NETLINK, SOCK_RAW,
			       NETLINK_KOBJECT_UEVENT, &sock);
	if (err)
		return err;
	err = kernel_bind(sock, (struct sockaddr *)&group, sizeof(group));
	if (err)
		return err;
	return fake_provider_register();
}

static void exit(struct kunit *test)
{
	sock_release(sock);
	fake_provider_unregister();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(uevents_test),
	KUNIT_CASE(merge_test),
	KUNIT_CASE(end_test),
	{}
};

static struct kunit_suite suite = {
	.name = "notify",
	.init = init,
	.exit = exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
