/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Virtual Cluster Switch: the generic netlink family "vcs_userbridge", by
 * which a daemon in user space decides who is a member.
 *
 * A cluster joined with the provider "userbridge" waits for a daemon to CLAIM
 * it. The daemon that did owns it until its socket is closed, or until it has
 * been silent for longer than the deadline it announced. Owner is the socket
 * itself: the same port id on another socket is somebody else. Each message
 * of the owner carries CLUSTER and the COOKIE of its claim, and acts in the
 * network namespace of the socket. All but GET need CAP_NET_ADMIN in the
 * initial user namespace. A refusal changes nothing; its extended ack names
 * the attribute and the remedy.
 *
 * Errors that any message may get: -EINVAL an attribute is missing, malformed,
 * or not of this command; -ERANGE a number or a length out of range; -ENOENT no
 * such cluster here; -EPERM without an extended ack: no CAP_NET_ADMIN.
 * Any message of an owner: -EPERM not the owner, or not any more: claim again.
 * Those marked (resumed): -EAGAIN the kernel is frozen, and takes neither views
 * nor records: RESUME first. Those marked (open): -ESHUTDOWN the cluster is being
 * left.
 *
 * Daemon to kernel
 *
 * VCS_UB_CMD_CLAIM
 *	CLUSTER, DEADLINE_MS (100 to 600000). The reply carries what the kernel
 *	believes: COOKIE, INCARNATION (of the local node, for the views),
 *	GRACE_MS, LOAD_ID, MACHINE_ID, DRAINED (flag), STATE (if one was
 *	stored) and, if a view was ever accepted, LIFETIME, GENERATION,
 *	EXPECTED_VOTES, QUORUM, MEMBER (nested, one for each), POSITION (of the
 *	last record delivered in this generation), FROZEN (flag: RESUME first).
 *	What was asked for and has not happened yet follows as requests.
 *	From the owner's own socket it ends the former claim, which freezes.
 *	-EBUSY it is owned: wait until the owner's socket is closed; -EAGAIN no
 *	room for the reply in the socket, -ENOMEM: claim again; -EMSGSIZE it
 *	fits into no reply.
 *
 * VCS_UB_CMD_RESUME (open)
 *	LIFETIME, GENERATION, QUORATE, REASON (optional). The daemon knows that
 *	the kernel's view is still the last one decided for this node, or that
 *	the next decided one follows it, and says whether it may act. Ends the
 *	freeze. Consumers hear nothing of it if nothing has changed.
 *	-ESTALE the kernel's view is another one; -EINVAL it is not frozen.
 *
 * VCS_UB_CMD_VIEW (resumed, open)
 *	LIFETIME, GENERATION, EXPECTED_VOTES, QUORUM, MEMBER (nested, one for
 *	each, sorted by NODEID), DEPARTED (nested, one for each). A decided
 *	view, the whole of it. It is validated and taken as a whole. Answers
 *	JOIN. Requests to SUBMIT in an earlier generation are void.
 *	-ESTALE an old generation; -EPROTO it does not follow from the last
 *	view; -EINVAL malformed in itself; -ENOMEM nothing has changed, send
 *	the same again.
 *
 * VCS_UB_CMD_QUORATE (resumed, open)
 *	LIFETIME, GENERATION, QUORATE, REASON (optional). May the current view
 *	act? To be said after each view. -ESTALE not of the current view.
 *
 * VCS_UB_CMD_DELIVER (resumed, open)
 *	LIFETIME, GENERATION, POSITION, FROM, DATA, SEQ (if and only if FROM is
 *	the local node: of the SUBMIT). The next record in the agreed order;
 *	positions count from 1 in each generation. Answers SUBMIT, and those
 *	are delivered in the order they were asked for. A record that no member
 *	understands is taken, and void.
 *	-EALREADY this position was delivered; -EPROTO a position was left out,
 *	FROM is no member, an earlier SUBMIT comes first, or DATA is not what
 *	was submitted; -ESTALE not of the current view, or SEQ was answered;
 *	-ENOENT SEQ was never asked; -EINVAL SEQ is of another request, or of a
 *	record that is not FROM the local node.
 *
 * VCS_UB_CMD_RESULT
 *	SEQ. Answers LEAVE (the others know) and FENCED (it was noted).
 *	-ENOENT never asked of this owner; -ESTALE answered before, or void;
 *	-EINVAL a request that another message answers.
 *
 * VCS_UB_CMD_FENCE (resumed, open)
 *	NODEID, INCARNATION, FENCE_COOKIE (any number, not one under way). Make
 *	sure that a member can do no more I/O, before its removal is decided; or
 *	with INCARNATION 0 that no life of a node, member or not, begun before
 *	this, can; never answered from what was done before. Answered by FENCED,
 *	once.
 *	-EALREADY this FENCE_COOKIE is under way; -ENOENT no member with this
 *	INCARNATION, or no view yet; -EINVAL it is the local node; -EAGAIN too
 *	many are under way, or with INCARNATION 0 an earlier one is.
 *
 * VCS_UB_CMD_MAY_JOIN (resumed, open)
 *	NODEID, SETTLED (flag: no earlier life of it can do I/O, proved). May
 *	this node be proposed as a member? -EBUSY a fence of it is pending, or
 *	may be: hold its join, and ask again.
 *
 * VCS_UB_CMD_JOIN_FAILED
 *	ERROR (negative errno), REASON (optional). Answers JOIN; LEAVE follows.
 *	-EINVAL a view was accepted. Void while the cluster is being left.
 *
 * VCS_UB_CMD_EVICTED
 *	LEAVE_REASON (enum vcs_leave_reason). The others go on without this
 *	node. Consumers discard what they have; LEAVE follows. Void while the
 *	cluster is being left.
 *
 * VCS_UB_CMD_SUSPECT (resumed)
 *	NODEID, SUSPECT (u8), REASON (optional). A member is doubted, or no
 *	longer. Advice, shown to people. -ENOENT not a member.
 *
 * VCS_UB_CMD_STORE
 *	STATE (up to VCS_UB_STATE_MAX bytes). Keeps the daemon's own state of
 *	decisions for its successor, in place of what was kept. The kernel does
 *	not look into it. Gone when the cluster is left.
 *
 * VCS_UB_CMD_PING
 *	Nothing but the sign of life that any message is. Requests that did not
 *	fit into the socket's buffer come now.
 *
 * VCS_UB_CMD_GET (do: CLUSTER; dump: all of the namespace; anybody)
 *	CLUSTER, OWNER (port id; absent without an owner), DEADLINE_MS,
 *	SILENT_MS, GRACE_MS, FROZEN, GRACE_LEFT_MS (while frozen; 0: not quorate
 *	any more), GENERATION, POSITION, PENDING (requests without an answer).
 *
 * Kernel to daemon; each has CLUSTER, COOKIE, and SEQ, a number that rises
 * through the life of the cluster, from owner to owner (FENCED comes later than
 * its number, which is drawn when FENCE is taken). A request is repeated
 * to each new owner, under its old number, until it was answered, and to no
 * owner twice. When the socket's buffer is full (the daemon reads ENOBUFS)
 * nothing is lost: send PING.
 *
 * VCS_UB_CMD_JOIN
 *	INCARNATION, OPTIONS (the words of the join that the kernel does not
 *	know). Answered by VIEW or JOIN_FAILED.
 * VCS_UB_CMD_LEAVE
 *	HOW (enum vcs_ub_how). Answered by RESULT within two seconds; the kernel
 *	does not wait longer, and not at all for an answer to VCS_UB_HOW_FAIL.
 * VCS_UB_CMD_SUBMIT
 *	GENERATION, DATA. Deliver it to every member, in one order, in this
 *	generation or not at all. Answered by DELIVER. To be void in all later
 *	generations. Send INCARNATION and SEQ with it and deliver it once: the
 *	daemon before may have sent it already.
 * VCS_UB_CMD_FENCED
 *	NODEID, INCARNATION, FENCE_COOKIE, FENCE_RESULT (enum vcs_fence_result;
 *	only SUCCESS is a success). Answered by RESULT.
 */
#ifndef _UAPI_LINUX_VCS_USERBRIDGE_H
#define _UAPI_LINUX_VCS_USERBRIDGE_H

#define VCS_UB_GENL_NAME	"vcs_userbridge"
#define VCS_UB_GENL_VERSION	1

#define VCS_UB_STATE_MAX	24576
#define VCS_UB_DATA_MAX		1024
#define VCS_UB_DEADLINE_MIN_MS	100
#define VCS_UB_DEADLINE_MAX_MS	600000

enum vcs_ub_cmd {
	VCS_UB_CMD_UNSPEC,
	VCS_UB_CMD_CLAIM,
	VCS_UB_CMD_RESUME,
	VCS_UB_CMD_VIEW,
	VCS_UB_CMD_QUORATE,
	VCS_UB_CMD_DELIVER,
	VCS_UB_CMD_RESULT,
	VCS_UB_CMD_FENCE,
	VCS_UB_CMD_MAY_JOIN,
	VCS_UB_CMD_JOIN_FAILED,
	VCS_UB_CMD_EVICTED,
	VCS_UB_CMD_SUSPECT,
	VCS_UB_CMD_STORE,
	VCS_UB_CMD_PING,
	VCS_UB_CMD_GET,
	VCS_UB_CMD_JOIN,
	VCS_UB_CMD_LEAVE,
	VCS_UB_CMD_SUBMIT,
	VCS_UB_CMD_FENCED,

	__VCS_UB_CMD_MAX,
	VCS_UB_CMD_MAX = __VCS_UB_CMD_MAX - 1
};

enum vcs_ub_attr {
	VCS_UB_A_UNSPEC,
	VCS_UB_A_PAD,
	VCS_UB_A_CLUSTER,		/* string */
	VCS_UB_A_COOKIE,		/* u64 */
	VCS_UB_A_SEQ,			/* u64 */
	VCS_UB_A_DEADLINE_MS,		/* u32 */
	VCS_UB_A_LIFETIME,		/* binary, VCS_LIFETIME_LEN */
	VCS_UB_A_GENERATION,		/* u64 */
	VCS_UB_A_EXPECTED_VOTES,	/* u32 */
	VCS_UB_A_QUORUM,		/* u32 */
	VCS_UB_A_MEMBER,		/* nested, enum vcs_ub_node_attr */
	VCS_UB_A_DEPARTED,		/* nested, enum vcs_ub_node_attr */
	VCS_UB_A_QUORATE,		/* u8, 0 or 1 */
	VCS_UB_A_REASON,		/* string, for people */
	VCS_UB_A_POSITION,		/* u64 */
	VCS_UB_A_FROM,			/* u32, nodeid */
	VCS_UB_A_DATA,			/* binary, up to VCS_UB_DATA_MAX */
	VCS_UB_A_NODEID,		/* u32 */
	VCS_UB_A_INCARNATION,		/* u64 */
	VCS_UB_A_FENCE_COOKIE,		/* u64 */
	VCS_UB_A_FENCE_RESULT,		/* u32, enum vcs_fence_result */
	VCS_UB_A_SETTLED,		/* flag */
	VCS_UB_A_ERROR,			/* s32, negative errno */
	VCS_UB_A_LEAVE_REASON,		/* u32, enum vcs_leave_reason */
	VCS_UB_A_SUSPECT,		/* u8, 0 or 1 */
	VCS_UB_A_STATE,			/* binary, up to VCS_UB_STATE_MAX */
	VCS_UB_A_OPTIONS,		/* string */
	VCS_UB_A_HOW,			/* u32, enum vcs_ub_how */
	VCS_UB_A_OWNER,			/* u32, port id */
	VCS_UB_A_SILENT_MS,		/* u64 */
	VCS_UB_A_GRACE_MS,		/* u32 */
	VCS_UB_A_FROZEN,		/* flag */
	VCS_UB_A_GRACE_LEFT_MS,		/* u64 */
	VCS_UB_A_PENDING,		/* u32 */
	VCS_UB_A_LOAD_ID,		/* u64 */
	VCS_UB_A_MACHINE_ID,		/* binary, 16 bytes */
	VCS_UB_A_DRAINED,		/* flag */

	__VCS_UB_A_MAX,
	VCS_UB_A_MAX = __VCS_UB_A_MAX - 1
};

/*
 * Of a MEMBER: NODEID, INCARNATION, JOINED_GENERATION, VOTES, and SETTLED if
 * no earlier life of it can do I/O. Of a DEPARTED: NODEID, INCARNATION, REASON.
 */
enum vcs_ub_node_attr {
	VCS_UB_NODE_A_UNSPEC,
	VCS_UB_NODE_A_PAD,
	VCS_UB_NODE_A_NODEID,		/* u32 */
	VCS_UB_NODE_A_INCARNATION,	/* u64 */
	VCS_UB_NODE_A_JOINED_GENERATION,	/* u64 */
	VCS_UB_NODE_A_VOTES,		/* u32 */
	VCS_UB_NODE_A_SETTLED,		/* flag */
	VCS_UB_NODE_A_REASON,		/* u32, enum vcs_leave_reason */

	__VCS_UB_NODE_A_MAX,
	VCS_UB_NODE_A_MAX = __VCS_UB_NODE_A_MAX - 1
};

enum vcs_ub_how {
	VCS_UB_HOW_CLEAN,	/* tell the others */
	VCS_UB_HOW_FAIL,	/* be seen to fail: say no goodbye */
};

#endif /* _UAPI_LINUX_VCS_USERBRIDGE_H */
