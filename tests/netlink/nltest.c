// SPDX-License-Identifier: GPL-2.0-only
/*
 * nltest: sends every kind of malformed or forbidden message to the family
 * "vcs", and expects for each one an errno and words that name the mistake.
 * Needs root, the module, and no cluster. Prints what failed, and a sum.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <netlink/genl/genl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "nl.h"

#define NOBODY	65534
#define LONG32	"abcdefghijklmnopqrstuvwxyzabcdef"

static struct vcsnl nl;
static int passed, failed;

static void verdict(const char *name, bool good, int err, const char *text)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s: errno %d (%s), \"%s\"\n", name, err, strerror(err),
	       text);
}

/* One attribute of a request; the last of a list has type 0. */
struct attr {
	int type;
	int len;
	const void *data;
};

#define STR(_type, text)	{ VCS_A_##_type, sizeof(text), (text) }
/* Without the zero byte. */
#define RAW(_type, text)	{ VCS_A_##_type, sizeof(text) - 1, (text) }
#define NUM(_type, ctype, n)	{ VCS_A_##_type, sizeof(ctype), &(ctype) { n } }
#define OK_CLUSTER		STR(CLUSTER, "nltest")
#define OK_NODEID		NUM(NODEID, uint32_t, 3)
#define OK_REQUEST		NUM(REQUEST, uint64_t, 99)
#define OK_COOKIE		NUM(COOKIE, uint64_t, 99)
#define OK_RESULT		NUM(RESULT, uint32_t, 1)

struct test {
	const char *name;
	int cmd;
	int flags;
	int err;
	const char *words;	/* in what the kernel says */
	struct attr attrs[6];
};

static struct nl_msg *request(const struct test *test)
{
	struct nl_msg *msg = vcsnl_request(&nl, test->cmd, test->flags);
	const struct attr *attr;

	for (attr = test->attrs; attr->type; attr++)
		vcsnl_put_data(msg, attr->type, attr->data, attr->len);
	return msg;
}

static void send_test(const struct test *test)
{
	struct vcsnl_error e = { 0 };

	vcsnl_call(&nl, request(test), NULL, NULL, &e);
	verdict(test->name, e.err == test->err &&
		(!test->err || strstr(e.text, test->words)), e.err, e.text);
}

#define JOIN(_name, _err, _words, ...) \
	{ "join: " _name, VCS_CMD_JOIN, 0, _err, _words, { __VA_ARGS__ } }
#define DO(_cmd, _name, _err, _words, ...) \
	{ #_cmd ": " _name, VCS_CMD_##_cmd, 0, _err, _words, { __VA_ARGS__ } }
#define DUMP(_cmd, _name, _err, _words, ...) \
	{ #_cmd " dump: " _name, VCS_CMD_##_cmd, NLM_F_DUMP, _err, _words, \
	  { __VA_ARGS__ } }

static const char text1025[1025] = { [0 ... 1023] = 'x' };
static const char text200[200] = { [0 ... 198] = 'x' };
static const char key33[33];

static const struct test malformed[] = {
	JOIN("nothing", EINVAL, "CLUSTER is missing", { 0 }),
	JOIN("no provider", EINVAL, "PROVIDER is missing", OK_CLUSTER),
	JOIN("empty attribute", ERANGE, "CLUSTER", { VCS_A_CLUSTER, 0, NULL }),
	JOIN("empty name", EINVAL, "CLUSTER must be 1 to 31",
	     STR(CLUSTER, ""), STR(PROVIDER, "x")),
	JOIN("long name", EINVAL, "CLUSTER must be 1 to 31",
	     STR(CLUSTER, LONG32), STR(PROVIDER, "x")),
	JOIN("name without end", EINVAL, "CLUSTER must be 1 to 31",
	     RAW(CLUSTER, "abc"), STR(PROVIDER, "x")),
	JOIN("name with a zero in it", EINVAL, "CLUSTER must be 1 to 31",
	     STR(CLUSTER, "a\0b"), STR(PROVIDER, "x")),
	JOIN("slash", EINVAL, "CLUSTER: use letters",
	     STR(CLUSTER, "a/b"), STR(PROVIDER, "x")),
	JOIN("not ASCII", EINVAL, "CLUSTER: use letters",
	     STR(CLUSTER, "\xc3\xa4"), STR(PROVIDER, "x")),
	JOIN("dots", EINVAL, "CLUSTER: '.'",
	     STR(CLUSTER, ".."), STR(PROVIDER, "x")),
	JOIN("reserved", EINVAL, "reserved",
	     STR(CLUSTER, "providers"), STR(PROVIDER, "x")),
	JOIN("provider in capitals", EINVAL, "PROVIDER: use a-z",
	     OK_CLUSTER, STR(PROVIDER, "Cman")),
	JOIN("empty provider", EINVAL, "PROVIDER must be",
	     OK_CLUSTER, STR(PROVIDER, "")),
	JOIN("long provider", EINVAL, "PROVIDER must be",
	     OK_CLUSTER, STR(PROVIDER, LONG32)),
	JOIN("long options", EINVAL, "OPTIONS must be at most 1023",
	     OK_CLUSTER, STR(PROVIDER, "x"),
	     { VCS_A_OPTIONS, sizeof(text1025), text1025 }),
	JOIN("newline in options", EINVAL, "OPTIONS: control",
	     OK_CLUSTER, STR(PROVIDER, "x"), STR(OPTIONS, "a=1\nb=2")),
	JOIN("bad core option", EINVAL, "fence_timeout=soon",
	     OK_CLUSTER, STR(PROVIDER, "x"),
	     STR(OPTIONS, "nodeid=1,fence_timeout=soon")),
	JOIN("short key", EINVAL, "KEY must be exactly 32",
	     OK_CLUSTER, STR(PROVIDER, "x"), { VCS_A_KEY, 31, key33 }),
	JOIN("long key", EINVAL, "KEY must be exactly 32",
	     OK_CLUSTER, STR(PROVIDER, "x"), { VCS_A_KEY, 33, key33 }),
	JOIN("empty key", EINVAL, "KEY",
	     OK_CLUSTER, STR(PROVIDER, "x"), { VCS_A_KEY, 0, key33 }),
	JOIN("foreign attribute", EINVAL, "NODEID", OK_CLUSTER, OK_NODEID),
	JOIN("unknown attribute", EINVAL, "nknown attribute", OK_CLUSTER,
	     { VCS_A_MAX + 1, 4, text200 }),

	DO(LEAVE, "nothing", EINVAL, "CLUSTER is missing", { 0 }),
	DO(LEAVE, "unknown", ENOENT, "CLUSTER: no cluster", OK_CLUSTER),
	DO(LEAVE, "flag with a value", ERANGE, "FORCE", OK_CLUSTER,
	   NUM(FORCE, uint32_t, 1)),
	DO(GET_CLUSTER, "nothing", EINVAL, "CLUSTER is missing", { 0 }),
	DO(GET_CLUSTER, "unknown", ENOENT, "CLUSTER: no cluster", OK_CLUSTER),
	DUMP(GET_CLUSTER, "of one", EINVAL, "CLUSTER: a dump shows all",
	     OK_CLUSTER),
	DUMP(GET_CLUSTER, "good", 0, "", { 0 }),
	DUMP(GET_PROVIDER, "good", 0, "", { 0 }),
	DUMP(GET_PROVIDER, "with an attribute", EINVAL, "CLUSTER", OK_CLUSTER),
	DUMP(GET_NODE, "nothing", EINVAL, "CLUSTER is missing", { 0 }),
	DUMP(GET_NODE, "unknown", ENOENT, "CLUSTER: no cluster", OK_CLUSTER),
	DUMP(GET_LISTENER, "nothing", EINVAL, "CLUSTER is missing", { 0 }),
	DUMP(GET_LISTENER, "unknown", ENOENT, "CLUSTER: no", OK_CLUSTER),
	DUMP(GET_FENCE, "nothing", EINVAL, "CLUSTER is missing", { 0 }),
	DUMP(GET_FENCE, "unknown", ENOENT, "CLUSTER: no cluster", OK_CLUSTER),
	DUMP(GET_LOG, "nothing", EINVAL, "CLUSTER is missing", { 0 }),
	DUMP(GET_LOG, "unknown", ENOENT, "CLUSTER: no cluster", OK_CLUSTER),
	DUMP(GET_LOG, "bad name", EINVAL, "CLUSTER: use", STR(CLUSTER, "*")),
	DUMP(JOIN, "not possible", EOPNOTSUPP, "", OK_CLUSTER),
	DO(GET_NODE, "no dump", EOPNOTSUPP, "", OK_CLUSTER),

	DO(FENCE, "nothing", EINVAL, "NODEID is missing", { 0 }),
	DO(FENCE, "no cluster", EINVAL, "CLUSTER is missing", OK_NODEID),
	DO(FENCE, "unknown", ENOENT, "CLUSTER: no", OK_CLUSTER, OK_NODEID),
	DO(FENCE, "short incarnation", EINVAL, "INCARNATION", OK_CLUSTER,
	   OK_NODEID, NUM(INCARNATION, uint32_t, 1)),
	DO(FENCE, "node 0", ERANGE, "NODEID: integer out of range", OK_CLUSTER,
	   NUM(NODEID, uint32_t, 0)),
	DO(FENCE, "short node id", EINVAL, "NODEID", OK_CLUSTER,
	   NUM(NODEID, uint16_t, 3)),
	DO(FENCE, "long node id", EINVAL, "NODEID", OK_CLUSTER,
	   NUM(NODEID, uint64_t, 3)),
	DO(FENCE, "long reason", EINVAL, "REASON must be", OK_CLUSTER,
	   OK_NODEID, { VCS_A_REASON, sizeof(text200), text200 }),
	DO(FENCE, "escape in reason", EINVAL, "REASON: control", OK_CLUSTER,
	   OK_NODEID, STR(REASON, "\033[2J")),
	DO(FENCE_CONFIRM, "nothing", EINVAL, "NODEID is missing", { 0 }),
	DO(FENCE_CONFIRM, "unknown", ENOENT, "CLUSTER: no", OK_CLUSTER,
	   OK_NODEID),
	DO(FENCE_CONFIRM, "with a reason", EINVAL, "REASON", OK_CLUSTER,
	   OK_NODEID, STR(REASON, "x")),
	DO(FENCE_ACCEPT, "nothing", EINVAL, "CLUSTER is missing", { 0 }),
	DO(FENCE_ACCEPT, "no request", EINVAL, "REQUEST is missing",
	   OK_CLUSTER),
	DO(FENCE_ACCEPT, "short request", EINVAL, "REQUEST", OK_CLUSTER,
	   NUM(REQUEST, uint32_t, 3)),
	DO(FENCE_ACCEPT, "unknown", ENOENT, "REQUEST: nothing to do",
	   OK_CLUSTER, OK_REQUEST),
	DO(FENCE_DONE, "no cookie", EINVAL, "COOKIE is missing", OK_CLUSTER,
	   OK_REQUEST, OK_RESULT),
	DO(FENCE_DONE, "no result", EINVAL, "RESULT is missing", OK_CLUSTER,
	   OK_REQUEST, OK_COOKIE),
	DO(FENCE_DONE, "no request", EINVAL, "REQUEST is missing", OK_CLUSTER,
	   OK_COOKIE, OK_RESULT),
	DO(FENCE_DONE, "impossible result", ERANGE, "RESULT: integer out of range",
	   OK_CLUSTER, OK_REQUEST, OK_COOKIE, NUM(RESULT, uint32_t, 3)),
	DO(FENCE_DONE, "long text", EINVAL, "TEXT must be", OK_CLUSTER,
	   OK_REQUEST, OK_COOKIE, OK_RESULT,
	   { VCS_A_TEXT, sizeof(text200), text200 }),
	DO(FENCE_DONE, "request that is over", ESTALE, "REQUEST: it is over",
	   OK_CLUSTER, OK_REQUEST, OK_COOKIE, OK_RESULT),
	DO(FENCE_READY, "from user space", EOPNOTSUPP, "", OK_CLUSTER),
	DO(EVENT, "from user space", EOPNOTSUPP, "", OK_CLUSTER),
	{ "unknown command", 200, 0, EOPNOTSUPP, "", { OK_CLUSTER } },
};

/* From a socket that has accepted nothing. */
static const struct test not_acceptor =
	DO(FENCE_DONE, "not the acceptor", EPERM, "COOKIE: answer from",
	   OK_CLUSTER, OK_REQUEST, OK_COOKIE, OK_RESULT);

static const struct test mutating[] = {
	JOIN("good", EPERM, "not permitted", OK_CLUSTER, STR(PROVIDER, "x")),
	JOIN("malformed", EPERM, "not permitted", { 0 }),
	DO(LEAVE, "good", EPERM, "not permitted", OK_CLUSTER),
	DO(FENCE, "good", EPERM, "not permitted", OK_CLUSTER, OK_NODEID),
	DO(FENCE_CONFIRM, "good", EPERM, "not permitted", OK_CLUSTER,
	   OK_NODEID),
	DO(FENCE_ACCEPT, "good", EPERM, "not permitted", OK_CLUSTER,
	   OK_REQUEST),
	DO(FENCE_DONE, "good", EPERM, "not permitted", OK_CLUSTER,
	   OK_REQUEST, OK_COOKIE, OK_RESULT),
};

static const struct test harmless[] = {
	DUMP(GET_CLUSTER, "unprivileged", 0, "", { 0 }),
	DUMP(GET_PROVIDER, "unprivileged", 0, "", { 0 }),
	DUMP(GET_NODE, "unprivileged", ENOENT, "CLUSTER: no", OK_CLUSTER),
	DUMP(GET_LISTENER, "unprivileged", ENOENT, "CLUSTER: no", OK_CLUSTER),
	DUMP(GET_FENCE, "unprivileged", ENOENT, "CLUSTER: no", OK_CLUSTER),
	DUMP(GET_LOG, "unprivileged", ENOENT, "CLUSTER: no", OK_CLUSTER),
};

static const struct test confirm =
	DO(FENCE_CONFIRM, "without CAP_SYS_ADMIN", EPERM,
	   "FENCE_CONFIRM needs CAP_SYS_ADMIN", OK_CLUSTER, OK_NODEID);

#define SEND_ALL(tests)							\
	do {								\
		size_t i_;						\
		for (i_ = 0; i_ < sizeof(tests) / sizeof(*(tests)); i_++) \
			send_test(&(tests)[i_]);			\
	} while (0)

static void reopen(void)
{
	struct vcsnl_error e;

	if (nl.sock)
		vcsnl_close(&nl);
	if (!vcsnl_open(&nl, &e))
		return;
	printf("FAIL cannot open: %s\n", e.text);
	exit(1);
}

static void subscribe(const char *name, const char *group, int err)
{
	struct vcsnl_error e = { 0 };
	struct vcsnl other;

	if (!vcsnl_open(&other, &e))
		vcsnl_subscribe(&other, group, &e);
	verdict(name, e.err == err, e.err, e.text);
	vcsnl_close(&other);
}

static int count_messages(struct nl_msg *msg, void *arg)
{
	(void)msg;
	++*(int *)arg;
	return NL_OK;
}

/* The kernel describes the policies to who asks. */
static void policies(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nl_sock *sock = nl_socket_alloc();
	int nr = 0;

	genl_connect(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, count_messages,
			    &nr);
	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0,
		    NLM_F_REQUEST | NLM_F_DUMP, CTRL_CMD_GETPOLICY, 2);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, VCS_GENL_NAME);
	nl_send_auto(sock, msg);
	nl_recvmsgs_default(sock);
	verdict("policies", nr > 20, 0, "few of them");
	nlmsg_free(msg);
	nl_socket_free(sock);
}

/* What no builder of messages would make. */
static void mangled(void)
{
	struct vcsnl_error e = { 0 };
	struct nl_msg *msg;

	msg = vcsnl_request(&nl, VCS_CMD_GET_CLUSTER, 0);
	vcsnl_put_string(msg, VCS_A_CLUSTER, "nltest");
	genlmsg_hdr(nlmsg_hdr(msg))->reserved = 1;
	vcsnl_call(&nl, msg, NULL, NULL, &e);
	verdict("reserved bits", e.err == EINVAL, e.err, e.text);

	msg = vcsnl_request(&nl, VCS_CMD_JOIN, 0);
	genlmsg_hdr(nlmsg_hdr(msg))->reserved = 1;
	vcsnl_call(&nl, msg, NULL, NULL, &e);
	verdict("reserved bits of JOIN", e.err == EINVAL &&
		strstr(e.text, "reserved"), e.err, e.text);

	msg = vcsnl_request(&nl, VCS_CMD_GET_CLUSTER, 0);
	vcsnl_put_string(msg, VCS_A_CLUSTER, "nltest");
	nlmsg_append(msg, "xyz", 3, 0);
	vcsnl_call(&nl, msg, NULL, NULL, &e);
	verdict("bytes after the attributes", e.err == EINVAL, e.err, e.text);

	msg = vcsnl_request(&nl, VCS_CMD_GET_CLUSTER, 0);
	nlmsg_append(msg, &(struct nlattr){ 400, VCS_A_CLUSTER }, 4, 0);
	vcsnl_call(&nl, msg, NULL, NULL, &e);
	verdict("length that lies", e.err == EINVAL, e.err, e.text);

	msg = vcsnl_request(&nl, VCS_CMD_GET_CLUSTER, 0);
	nlmsg_append(msg, &(struct nlattr){ 2, VCS_A_CLUSTER }, 4, 0);
	vcsnl_call(&nl, msg, NULL, NULL, &e);
	verdict("length below its header", e.err == EINVAL, e.err, e.text);
}

#define SECRET "a secret of thirty-two bytes...."

/* What the kernel answers to @msg, as it is; without CAP_ACK it quotes. */
static void expect_no_secret(const char *name, struct nl_msg *msg)
{
	struct nl_sock *sock = nl_socket_alloc();
	unsigned char *answer = NULL;
	struct sockaddr_nl from;
	int len;

	genl_connect(sock);
	nl_send_auto(sock, msg);
	len = nl_recv(sock, &from, &answer, NULL);
	verdict(name, len > (int)nlmsg_total_size(nlmsg_datalen(nlmsg_hdr(msg))) &&
		!memmem(answer, len, SECRET, 8), 0,
		len > 0 ? "the answer quotes the key" : "no answer");
	free(answer);
	nl_socket_free(sock);
	nlmsg_free(msg);
}

static struct nl_msg *join_with_secret(void)
{
	struct nl_msg *msg = vcsnl_request(&nl, VCS_CMD_JOIN, 0);

	vcsnl_put_data(msg, VCS_A_KEY, SECRET, VCS_KEY_LEN);
	return msg;
}

/* A key that the kernel was given does not come back, whatever the mistake. */
static void secrets(void)
{
	struct nl_msg *msg;

	expect_no_secret("key: no cluster", join_with_secret());

	msg = join_with_secret();
	vcsnl_put_string(msg, VCS_A_CLUSTER, "*");
	expect_no_secret("key: bad cluster", msg);

	msg = join_with_secret();
	vcsnl_put_u32(msg, VCS_A_NODEID, 3);
	expect_no_secret("key: foreign attribute", msg);

	msg = join_with_secret();
	vcsnl_put_data(msg, VCS_A_KEY, SECRET, VCS_KEY_LEN);
	expect_no_secret("key: twice", msg);

	msg = join_with_secret();
	vcsnl_put_data(msg, VCS_A_KEY, SECRET, VCS_KEY_LEN - 1);
	expect_no_secret("key: once more, short", msg);

	msg = join_with_secret();
	nlmsg_append(msg, SECRET, 3, 0);
	expect_no_secret("key: bytes after it", msg);
}

#define LISTED(cmd, tests) listed(cmd, tests, sizeof(tests) / sizeof(*(tests)))

static bool listed(int cmd, const struct test *tests, size_t nr)
{
	while (nr--)
		if (tests[nr].cmd == cmd)
			return true;
	return false;
}

/*
 * Each command is refused, unless it is known to be harmless or, as an event,
 * cannot be sent: also one that is newer than the lists above. Then it has to
 * be put into one of them.
 */
static void try_every_command(int flags)
{
	char name[64];
	int cmd;

	for (cmd = 1; cmd <= VCS_CMD_MAX; cmd++) {
		struct test test = { .cmd = cmd, .flags = flags };
		struct vcsnl_error e = { 0 };

		if (LISTED(cmd, harmless))
			continue;
		vcsnl_call(&nl, request(&test), NULL, NULL, &e);
		snprintf(name, sizeof(name), "command %d%s%s", cmd,
			 flags ? " as a dump" : "",
			 LISTED(cmd, mutating) ? "" : ", in no list");
		verdict(name, e.err == EOPNOTSUPP ||
			(e.err == EPERM && LISTED(cmd, mutating)), e.err,
			e.text);
	}
}

static void forbidden(void)
{
	reopen();
	try_every_command(0);
	try_every_command(NLM_F_DUMP);
	SEND_ALL(mutating);
	SEND_ALL(harmless);
	subscribe("events for everybody", VCS_GENL_GROUP_EVENTS, 0);
}

static void as_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		exit(2);
	forbidden();
	subscribe("fence requests as nobody", VCS_GENL_GROUP_FENCE, EPERM);
}

static void as_root_of_userns(void)
{
	if (unshare(CLONE_NEWUSER))
		exit(2);
	forbidden();
	subscribe("fence requests of another namespace", VCS_GENL_GROUP_FENCE,
		  EPERM);
}

/* Owner of its network namespace: it may watch there, but change nothing. */
static void as_root_of_netns(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		exit(2);
	forbidden();
	subscribe("fence requests of its own namespace", VCS_GENL_GROUP_FENCE,
		  0);
}

/* A socket that root opened does not lend root's rights. */
static void with_inherited_socket(void)
{
	reopen();
	if (setresuid(NOBODY, NOBODY, NOBODY))
		exit(2);
	SEND_ALL(mutating);
}

static void without_sys_admin(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2] = {
		{ .effective = 1u << CAP_NET_ADMIN,
		  .permitted = 1u << CAP_NET_ADMIN },
	};

	if (syscall(SYS_capset, &header, caps))
		exit(2);
	reopen();
	send_test(&confirm);
}

/* In a process of its own, for privileges do not come back. */
static void child(const char *name, void (*run)(void))
{
	int pipefd[2], counts[2] = { 0, 1 }, status;
	pid_t pid;

	fflush(stdout);
	if (pipe(pipefd))
		exit(1);
	pid = fork();
	if (!pid) {
		passed = 0;
		failed = 0;
		run();
		fflush(stdout);
		counts[0] = passed;
		counts[1] = failed;
		_exit(write(pipefd[1], counts, sizeof(counts)) !=
		      sizeof(counts));
	}
	close(pipefd[1]);
	if (read(pipefd[0], counts, sizeof(counts)) != sizeof(counts) ||
	    waitpid(pid, &status, 0) != pid || status)
		printf("FAIL %s: did not finish\n", name);
	close(pipefd[0]);
	passed += counts[0];
	failed += counts[1];
	if (counts[1])
		printf("FAIL %s: %d of them\n", name, counts[1]);
}

int main(void)
{
	reopen();
	SEND_ALL(malformed);
	mangled();
	secrets();
	policies();
	reopen();
	send_test(&not_acceptor);
	subscribe("fence requests as root", VCS_GENL_GROUP_FENCE, 0);
	child("nobody", as_nobody);
	child("root of a user namespace", as_root_of_userns);
	child("root of a network namespace", as_root_of_netns);
	child("socket of root", with_inherited_socket);
	child("without CAP_SYS_ADMIN", without_sys_admin);
	vcsnl_close(&nl);
	printf("nltest: %d passed, %d failed\n", passed, failed);
	return !!failed;
}
