// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest membership daemon for the user bridge: alone in its cluster.
 * Documentation/userbridge.rst says what a daemon for many adds. On libnl.
 * Usage: lone CLUSTER NODEID
 */
#include <err.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <linux/vcs_userbridge.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>

#define DEADLINE_MS	3000

static struct nl_sock *sock;
static int family, nodeid;
static const char *cluster;
static uint64_t cookie, incarnation, generation, position;
static uint8_t lifetime[16];

static struct nl_msg *message(int cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
		    cmd == VCS_UB_CMD_CLAIM ? NLM_F_ACK : 0, cmd,
		    VCS_UB_GENL_VERSION);
	nla_put_string(msg, VCS_UB_A_CLUSTER, cluster);
	if (cmd == VCS_UB_CMD_CLAIM)
		return msg;
	nla_put_u64(msg, VCS_UB_A_COOKIE, cookie);
	if (cmd == VCS_UB_CMD_PING || cmd == VCS_UB_CMD_RESULT)
		return msg;
	nla_put(msg, VCS_UB_A_LIFETIME, sizeof(lifetime), lifetime);
	nla_put_u64(msg, VCS_UB_A_GENERATION, generation);
	return msg;
}

static void say(struct nl_msg *msg)
{
	if (nl_send_auto(sock, msg) < 0)
		errx(1, "cannot send");
	nlmsg_free(msg);
}

static void say_quorate(int cmd)
{
	struct nl_msg *msg = message(cmd);

	nla_put_u8(msg, VCS_UB_A_QUORATE, 1);
	say(msg);
}

/* A cluster that forms from nothing draws a new lifetime. */
static void form(void)
{
	struct nlattr *nest;
	struct nl_msg *msg;

	if (getrandom(lifetime, sizeof(lifetime), 0) != sizeof(lifetime))
		err(1, "no lifetime");
	generation = 1;
	msg = message(VCS_UB_CMD_VIEW);
	nla_put_u32(msg, VCS_UB_A_EXPECTED_VOTES, 1);
	nla_put_u32(msg, VCS_UB_A_QUORUM, 1);
	nest = nla_nest_start(msg, VCS_UB_A_MEMBER | NLA_F_NESTED);
	nla_put_u32(msg, VCS_UB_NODE_A_NODEID, nodeid);
	nla_put_u64(msg, VCS_UB_NODE_A_INCARNATION, incarnation);
	nla_put_u64(msg, VCS_UB_NODE_A_JOINED_GENERATION, generation);
	nla_put_u32(msg, VCS_UB_NODE_A_VOTES, 1);
	nla_nest_end(msg, nest);
	say(msg);
	say_quorate(VCS_UB_CMD_QUORATE);
}

static void claimed(struct nlattr **a)
{
	cookie = nla_get_u64(a[VCS_UB_A_COOKIE]);
	incarnation = nla_get_u64(a[VCS_UB_A_INCARNATION]);
	if (!a[VCS_UB_A_LIFETIME])
		return;
	/* A predecessor was here; alone, nothing can have changed since. */
	nla_memcpy(lifetime, a[VCS_UB_A_LIFETIME], sizeof(lifetime));
	generation = nla_get_u64(a[VCS_UB_A_GENERATION]);
	position = nla_get_u64(a[VCS_UB_A_POSITION]);
	say_quorate(a[VCS_UB_A_FROZEN] ? VCS_UB_CMD_RESUME : VCS_UB_CMD_QUORATE);
}

static int received(struct nl_msg *in, void *arg)
{
	struct nlattr *a[VCS_UB_A_MAX + 1];
	struct nl_msg *msg;

	(void)arg;
	if (nlmsg_hdr(in)->nlmsg_type != family ||
	    genlmsg_parse(nlmsg_hdr(in), 0, a, VCS_UB_A_MAX, NULL))
		return NL_OK;
	switch (genlmsg_hdr(nlmsg_hdr(in))->cmd) {
	case VCS_UB_CMD_CLAIM:
		claimed(a);
		break;
	case VCS_UB_CMD_JOIN:
		form();
		break;
	case VCS_UB_CMD_SUBMIT:
		msg = message(VCS_UB_CMD_DELIVER);
			nla_put_u64(msg, VCS_UB_A_POSITION, ++position);
		nla_put_u32(msg, VCS_UB_A_FROM, nodeid);
		nla_put_u64(msg, VCS_UB_A_SEQ, nla_get_u64(a[VCS_UB_A_SEQ]));
		nla_put(msg, VCS_UB_A_DATA, nla_len(a[VCS_UB_A_DATA]), nla_data(a[VCS_UB_A_DATA]));
		say(msg);
		break;
	case VCS_UB_CMD_LEAVE:
		msg = message(VCS_UB_CMD_RESULT);
		nla_put_u64(msg, VCS_UB_A_SEQ, nla_get_u64(a[VCS_UB_A_SEQ]));
		say(msg);
	}
	return NL_OK;
}

int main(int argc, char **argv)
{
	struct timeval tick = { .tv_usec = DEADLINE_MS / 4 * 1000 };
	struct nl_msg *msg;
	int ret;

	if (argc != 3)
		errx(1, "usage: lone CLUSTER NODEID");
	cluster = argv[1];
	nodeid = atoi(argv[2]);
	sock = nl_socket_alloc();
	family = !sock || genl_connect(sock) ? -1 :
		 genl_ctrl_resolve(sock, VCS_UB_GENL_NAME);
	if (family < 0)
		errx(1, "modprobe vcs_userbridge");
	setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
	nl_socket_disable_seq_check(sock);
	nl_socket_enable_msg_peek(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, received, NULL);
	msg = message(VCS_UB_CMD_CLAIM);
	nla_put_u32(msg, VCS_UB_A_DEADLINE_MS, DEADLINE_MS);
	for (say(msg);; say(message(VCS_UB_CMD_PING))) {
		ret = nl_recvmsgs_default(sock);
		if (ret < 0 && ret != -NLE_AGAIN && ret != -NLE_NOMEM)
			errx(1, "the kernel refused: %s", nl_geterror(ret));
	}
}
