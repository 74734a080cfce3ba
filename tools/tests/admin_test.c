// SPDX-License-Identifier: GPL-2.0-only
/*
 * What vcsctl asks an administrator, and does with the answer. The kernel, the
 * terminal and who sits at it are the test's.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../vcsctl/vcsctl.h"
#include "admin_test.h"
#include "fake_kernel.h"
#include "test.h"

/* The cluster "alpha", seen from node 1. */
static struct {
	uint64_t member[4];	/* incarnation by nodeid; 0: none */
	uint64_t pending[4];	/* of a fence */
	bool quorate;
	bool joining;		/* and no view comes */
	int fence_err;
	const char *words;	/* with it */
} world;

/* What becomes of it with the second look at fences or nodes. */
static void (*meanwhile)(void);
static int looks;

/* Commands that change something, and which life they name; 0: none. */
static int fenced, confirmed, left;
static uint64_t life;
/* What the last command has printed. */
static char said[4096];

static bool terminal;

int __wrap_isatty(int fd)
{
	(void)fd;
	return terminal;
}

static void look(void)
{
	if (++looks == 2 && meanwhile)
		meanwhile();
}

static struct nl_msg *begin(int cmd)
{
	struct nl_msg *msg = fake_msg(cmd, true);

	nla_put_string(msg, VCS_A_CLUSTER, "alpha");
	return msg;
}

static void tell_cluster(void)
{
	struct nl_msg *msg = begin(VCS_CMD_GET_CLUSTER);
	uint32_t votes = 0, i;

	for (i = 1; i < ARRAY_SIZE(world.member); i++)
		votes += !!world.member[i];
	nla_put_u32(msg, VCS_A_STATE, world.joining ? VCS_CLUSTER_JOINING :
						      VCS_CLUSTER_MEMBER);
	nla_put_u8(msg, VCS_A_QUORATE, world.quorate);
	nla_put_u32(msg, VCS_A_VOTES, votes);
	nla_put_u32(msg, VCS_A_EXPECTED_VOTES, 3);
	nla_put_u32(msg, VCS_A_QUORUM, 2);
	nla_put_u32(msg, VCS_A_NR_MEMBERS, votes);
	nla_put_u32(msg, VCS_A_LOCAL_NODE, 1);
	nla_put_string(msg, VCS_A_REASON,
		       world.quorate ? "" : "1 vote is heard of");
	nla_put_string(msg, VCS_A_WAITING_FOR, world.joining ? "view" :
		       world.quorate ? "" : "quorum");
	fake_push(msg);
}

static void tell_nodes(void)
{
	struct nl_msg *msg;
	uint32_t i;

	look();
	for (i = 1; i < ARRAY_SIZE(world.member); i++) {
		if (!world.member[i])
			continue;
		msg = begin(VCS_CMD_GET_NODE);
		nla_put_u32(msg, VCS_A_NODEID, i);
		nla_put_u32(msg, VCS_A_VOTES, 1);
		nla_put_u64(msg, VCS_A_INCARNATION, world.member[i]);
		nla_put_u32(msg, VCS_A_NODE_STATE, VCS_NODE_MEMBER);
		fake_push(msg);
	}
}

static void tell_fences(void)
{
	struct nl_msg *msg;
	uint32_t i;

	look();
	for (i = 1; i < ARRAY_SIZE(world.pending); i++) {
		if (!world.pending[i])
			continue;
		msg = begin(VCS_CMD_GET_FENCE);
		nla_put_u32(msg, VCS_A_NODEID, i);
		nla_put_u64(msg, VCS_A_INCARNATION, world.pending[i]);
		nla_put_u32(msg, VCS_A_FENCE_STATE, VCS_FENCE_PENDING);
		nla_put_u32(msg, VCS_A_TRIES, 4);
		nla_put_u64(msg, VCS_A_SINCE_MS, 125000);
		nla_put_string(msg, VCS_A_REASON, "it failed");
		fake_push(msg);
	}
}

static void tell_listener(void)
{
	struct nl_msg *msg = begin(VCS_CMD_GET_LISTENER);

	nla_put_string(msg, VCS_A_LISTENER, "minigfs");
	nla_put_string(msg, VCS_A_WAITING_FOR, "quorum");
	nla_put_u64(msg, VCS_A_SINCE_MS, 125000);
	fake_push(msg);
}

static void tell_log(void)
{
	struct nl_msg *msg = begin(VCS_CMD_GET_LOG);

	nla_put_u32(msg, VCS_A_NODEID, 3);
	nla_put_u32(msg, VCS_A_LOG_CODE, VCS_LOG_FENCE_ATTEMPT);
	nla_put_string(msg, VCS_A_TEXT, "upcall: failed: no route to the PDU");
	fake_push(msg);
}

static uint64_t named_life(void)
{
	struct nlattr *attr = fake_sent_attr(VCS_A_INCARNATION);

	return attr ? nla_get_u64(attr) : 0;
}

/* What the kernel answers to the message that was just sent. */
static void on_sent(void)
{
	int err = 0;

	switch (fake_sent_cmd()) {
	case VCS_CMD_GET_CLUSTER:
		tell_cluster();
		break;
	case VCS_CMD_GET_NODE:
		tell_nodes();
		break;
	case VCS_CMD_GET_FENCE:
		tell_fences();
		break;
	case VCS_CMD_GET_LISTENER:
		tell_listener();
		break;
	case VCS_CMD_GET_LOG:
		tell_log();
		break;
	case VCS_CMD_FENCE:
		fenced++;
		life = named_life();
		err = world.fence_err;
		break;
	case VCS_CMD_FENCE_CONFIRM:
		confirmed++;
		life = named_life();
		break;
	case VCS_CMD_JOIN:
		break;
	case VCS_CMD_LEAVE:
		left++;
		break;
	default:
		fail();
	}
	fake_push_error(err, err ? world.words : NULL, 0);
}

/* Runs "vcsctl @words" with @typed to read; returns the exit code. */
static int vcsctl(const struct vcsctl_cmd *cmd, const char *words,
		  const char *typed)
{
	FILE *in = tmpfile(), *out = tmpfile();
	struct vcsctl ctl = { .cmd = cmd };
	int old_out = dup(1), old_err = dup(2), code, argc = 0;
	char line[128], *argv[8] = { 0 }, *word;
	size_t len;

	fenced = 0;
	confirmed = 0;
	life = 0;
	left = 0;
	looks = 0;
	snprintf(line, sizeof(line), "%s %s", cmd->name, words);
	for (word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	fputs(typed, in);
	rewind(in);
	stdin = in;
	fflush(stdout);
	dup2(fileno(out), 1);
	dup2(fileno(out), 2);
	optind = 0;
	code = cmd->run(&ctl, argc, argv);
	fflush(stdout);
	dup2(old_out, 1);
	dup2(old_err, 2);
	close(old_out);
	close(old_err);
	rewind(out);
	len = fread(said, 1, sizeof(said) - 1, out);
	said[len] = '\0';
	fclose(in);
	fclose(out);
	vcs_client_close(ctl.client);
	return code;
}

#define assert_said(_text) \
	do { \
		if (!strstr(said, _text)) \
			fail_msg("not said: \"%s\" in: %s", _text, said); \
	} while (0)

static int setup(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	world.member[1] = 0x11;
	world.member[2] = 0x12;
	world.quorate = true;
	meanwhile = NULL;
	terminal = true;
	fake_reset();
	fake_answer(on_sent);
	return 0;
}

static void confirm_shows_what_it_is_about(void **state)
{
	(void)state;
	world.pending[3] = 0xabc;
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 3", " 3 \t\n"), VCSCTL_OK);
	assert_int_equal(confirmed, 1);
	assert_int_equal(life, 0xabc);
	assert_said("0000000000000abc");
	assert_said("2 min 5 s ago");
	assert_said("tries: 4");
	assert_said("no route to the PDU");
	assert_said("LOST OR CORRUPTED");
	assert_said("alpha: node 3 is confirmed as fenced");
}

static void confirm_without_quorum_has_no_effect_yet(void **state)
{
	(void)state;
	world.pending[3] = 0xabc;
	world.quorate = false;
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 3 -y", ""), VCSCTL_OK);
	assert_int_equal(confirmed, 1);
	assert_int_equal(life, 0);
	assert_said("accepted for node 3; it takes effect when the cluster is quorate");
	assert_null(strstr(said, "is confirmed"));
}

static void confirm_asks_only_about_what_is_pending(void **state)
{
	(void)state;
	world.pending[3] = 0xabc;
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 2", "2\n"),
			 VCSCTL_UNKNOWN);
	assert_said("node 2 is a member, and no fence of it is pending");
	assert_null(strstr(said, "Type the node id"));
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 9", "9\n"),
			 VCSCTL_UNKNOWN);
	assert_said("node 9 is no member, and no fence of it is pending");
	assert_int_equal(confirmed, 0);
}

static void confirm_says_why_not(void **state)
{
	(void)state;
	world.pending[3] = 0xabc;
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 3", "2\n"), VCSCTL_ERROR);
	assert_said("not confirmed: \"2\" was typed, not 3");
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 3", ""), VCSCTL_ERROR);
	assert_said("not confirmed: there was no answer");
	assert_int_equal(confirmed, 0);
}

static void node_3_fails_again(void)
{
	world.pending[3] = 0xdef;
}

static void node_3_is_fenced(void)
{
	world.pending[3] = 0;
}

static void an_old_prompt_confirms_nothing_new(void **state)
{
	(void)state;
	world.pending[3] = 0xabc;
	meanwhile = node_3_fails_again;
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 3", "3\n"), VCSCTL_ERROR);
	assert_said("another life of node 3");
	meanwhile = node_3_is_fenced;
	assert_int_equal(vcsctl(&cmd_confirm, "alpha 3", "3\n"),
			 VCSCTL_UNKNOWN);
	assert_said("not confirmed: no fence of node 3 is pending any more");
	assert_int_equal(confirmed, 0);
}

static void fence_asks(void **state)
{
	(void)state;
	world.member[3] = 0x13;
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2", "2\n"), VCSCTL_OK);
	assert_int_equal(fenced, 1);
	assert_int_equal(life, 0x12);
	assert_said("0000000000000012");
	assert_null(strstr(said, "QUORUM"));
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2", "y\n"), VCSCTL_ERROR);
	assert_int_equal(fenced, 0);
	assert_said("not fenced: \"y\" was typed, not 2");
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2 --yes", ""), VCSCTL_OK);
	assert_int_equal(fenced, 1);
	assert_int_equal(life, 0);
	assert_null(strstr(said, "Type the node id"));
}

static void fence_says_that_quorum_would_be_lost(void **state)
{
	(void)state;
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2", "\n"), VCSCTL_ERROR);
	assert_said("QUORUM WILL BE LOST: 1 of the votes stay, 2 are needed");
}

static void node_2_comes_back(void)
{
	world.member[2] = 0x22;
}

static void fence_spares_another_life(void **state)
{
	(void)state;
	meanwhile = node_2_comes_back;
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2", "2\n"), VCSCTL_ERROR);
	assert_int_equal(fenced, 0);
	assert_said("has come back as another life");
}

/* After the last look, too. */
static void fence_of_another_life_is_refused(void **state)
{
	(void)state;
	world.fence_err = -ESTALE;
	world.words = "INCARNATION: another life of this node is the member; GET_NODE lists it";
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2", "2\n"), VCSCTL_ERROR);
	assert_said("vcsctl: node 2: another life of this node is the member; vcsctl nodes");
}

static void fence_of_what_cannot_be_fenced(void **state)
{
	(void)state;
	world.pending[3] = 0xabc;
	assert_int_equal(vcsctl(&cmd_fence, "alpha 3", "3\n"), VCSCTL_UNKNOWN);
	assert_said("node 3 is no member any more, and is to be fenced already");
	assert_int_equal(vcsctl(&cmd_fence, "alpha 9", "9\n"), VCSCTL_UNKNOWN);
	assert_said("no such member");
	assert_int_equal(vcsctl(&cmd_fence, "alpha 1", "1\n"), VCSCTL_ERROR);
	assert_said("node 1 is this node");
	assert_int_equal(fenced, 0);

	world.fence_err = -EINVAL;
	assert_int_equal(vcsctl(&cmd_fence, "alpha 1 --yes", ""), VCSCTL_ERROR);
	assert_said("node 1 is this node");
	assert_null(strstr(said, "Invalid argument"));
}

static void leave_asks_when_quorum_is_lost(void **state)
{
	(void)state;
	assert_int_equal(vcsctl(&cmd_leave, "alpha --no-wait", "no\n"),
			 VCSCTL_ERROR);
	assert_int_equal(left, 0);
	assert_said("QUORUM WILL BE LOST: 1 of the votes stay, 2 are needed");
	assert_said("alpha was not left");
	assert_int_equal(vcsctl(&cmd_leave, "alpha --no-wait", "yes\n"),
			 VCSCTL_OK);
	assert_int_equal(left, 1);
	assert_int_equal(vcsctl(&cmd_leave, "alpha --no-wait --yes", ""),
			 VCSCTL_OK);
	assert_int_equal(left, 1);

	terminal = false;
	assert_int_equal(vcsctl(&cmd_leave, "alpha --no-wait", ""), VCSCTL_OK);
	assert_int_equal(left, 1);
	assert_said("QUORUM WILL BE LOST");
}

static void leave_asks_for_nothing_else(void **state)
{
	(void)state;
	world.member[3] = 0x13;
	assert_int_equal(vcsctl(&cmd_leave, "alpha --no-wait", ""), VCSCTL_OK);
	assert_int_equal(left, 1);
	/* The last one. */
	world.member[2] = 0;
	world.member[3] = 0;
	assert_int_equal(vcsctl(&cmd_leave, "alpha --no-wait", ""), VCSCTL_OK);
	assert_int_equal(left, 1);
	assert_null(strstr(said, "QUORUM"));
}

static void late_join_names_likely_causes(void **state)
{
	(void)state;
	world.joining = true;
	assert_int_equal(vcsctl(&cmd_join, "alpha --wait 1", ""),
			 VCSCTL_TIMEOUT);
	assert_said("waits for view");
	assert_said("the key is not the same");
	assert_said("the same nodeid");
	assert_said("firewall");
	assert_said("vcsctl log alpha");
	assert_int_equal(vcsctl(&cmd_join, "alpha -p other --wait 1", ""),
			 VCSCTL_TIMEOUT);
	assert_null(strstr(said, "firewall"));
	assert_said("vcsctl log alpha");
}

static void what_was_typed_is_named(void **state)
{
	(void)state;
	world.fence_err = -ENOTCONN;
	world.words = "CLUSTER: this node is not a member; ask on one that is";
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2 --yes", ""), VCSCTL_ERROR);
	assert_said("vcsctl: cluster alpha: this node is not a member; ask");
	world.words = "NODEID: not now";
	assert_int_equal(vcsctl(&cmd_fence, "alpha 2 --yes", ""), VCSCTL_ERROR);
	assert_said("vcsctl: node 2: not now");
}

static void status_says_why_and_since_when(void **state)
{
	(void)state;
	world.quorate = false;
	assert_int_equal(vcsctl(&cmd_status, "alpha", ""), VCSCTL_INQUORATE);
	assert_said("2 of 3, 2 needed: NOT quorate: 1 vote is heard of");
	assert_said("waits for    quorum, for 2 min 5 s");
}

static void log_of_an_unknown_node(void **state)
{
	(void)state;
	assert_int_equal(vcsctl(&cmd_log, "alpha -n 9", ""), VCSCTL_UNKNOWN);
	assert_said("nothing is known of a node 9");
	assert_int_equal(vcsctl(&cmd_log, "alpha -n 2", ""), VCSCTL_OK);
	assert_said("nothing is in the log about this node");
	assert_int_equal(vcsctl(&cmd_log, "alpha -n 3", ""), VCSCTL_OK);
	assert_said("no route to the PDU");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(confirm_shows_what_it_is_about, setup),
		cmocka_unit_test_setup(confirm_without_quorum_has_no_effect_yet, setup),
		cmocka_unit_test_setup(confirm_asks_only_about_what_is_pending, setup),
		cmocka_unit_test_setup(confirm_says_why_not, setup),
		cmocka_unit_test_setup(an_old_prompt_confirms_nothing_new, setup),
		cmocka_unit_test_setup(fence_asks, setup),
		cmocka_unit_test_setup(fence_says_that_quorum_would_be_lost, setup),
		cmocka_unit_test_setup(fence_spares_another_life, setup),
		cmocka_unit_test_setup(fence_of_another_life_is_refused, setup),
		cmocka_unit_test_setup(fence_of_what_cannot_be_fenced, setup),
		cmocka_unit_test_setup(leave_asks_when_quorum_is_lost, setup),
		cmocka_unit_test_setup(leave_asks_for_nothing_else, setup),
		cmocka_unit_test_setup(late_join_names_likely_causes, setup),
		cmocka_unit_test_setup(what_was_typed_is_named, setup),
		cmocka_unit_test_setup(log_of_an_unknown_node, setup),
		cmocka_unit_test_setup(status_says_why_and_since_when, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
