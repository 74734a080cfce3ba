/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvcs: the Virtual Cluster Switch for programs.
 *
 * struct vcs_bridge: a provider daemon, which owns a cluster of the provider
 * "userbridge". Messages, attributes and what each errno means are described in
 * <linux/vcs_userbridge.h>; what a daemon has to promise, in the project's
 * Documentation/userbridge.rst. tools/lone/lone.c is a whole daemon.
 *
 * struct vcs_client: whoever asks the switch, is told its events, or hosts
 * fence agents. Its messages are in <linux/vcs.h>.
 *
 * struct vcs_watch: whoever is there before the modules are.
 *
 * Threads: the library has no global state and starts no thread. Handles know
 * nothing of each other; one handle is for one thread at a time.
 *
 * Waiting: no function waits. The kernel does what it is asked, and answers,
 * while it is being sent to, so the answer is there when sending returns; what
 * the kernel itself has to take a lock for is a matter of moments. For what
 * comes by itself there is a descriptor to poll for reading. There is one
 * exception: a bridge or a client that is opened while its module is not there
 * has the kernel load it, and returns when modprobe has. Nothing else loads a
 * module.
 *
 * Full sockets: a message to the kernel is not queued, so that there is no
 * buffer to be full: it is taken, or refused with -ENOBUFS or -ENOMEM when the
 * kernel has no memory for it, and then nothing has happened. The other way,
 * the buffer may be full when the kernel answers: the call returns -ENOBUFS
 * with "the answer was lost", and whether it was done is not known. Say it
 * again, and take -ESTALE to a view or -EALREADY to a record for yes; or ask
 * what is so now. It takes a buffer that nobody reads: on a bridge the
 * buffer holds more than all requests that the kernel has under way for one
 * owner. Should one not fit all the same, it is not lost: the kernel keeps it,
 * and the library asks for it with the next message. An event that does not
 * fit is lost, and vcs_client_dispatch() says so.
 *
 * Memory: everything is allocated when a handle is opened, or a client
 * subscribes. No other function allocates, so that a daemon that opens its
 * handles and then calls mlockall() takes no page fault here. The stack that a
 * call takes is below 8 KiB.
 *
 * Errors: functions return 0 or a negative errno. What the kernel said, and the
 * name of the attribute that it refused, is in vcs_bridge_error() or
 * vcs_client_error(). A refusal changes nothing in the kernel. Besides those
 * named at a function, and in the header of its messages, any call may get:
 *
 *	-EMSGSIZE	it is longer than any that the kernel takes; not sent
 *	-ENOBUFS, -ENOMEM	no memory in the kernel, send it again; or see above
 *	-EPROTO		the kernel's answer makes no sense
 *	-EINVAL, -ERANGE	an argument is malformed, or out of range
 *	-ENOPROTOOPT	the module has gone, or was loaded anew
 *
 * And on a bridge:
 *
 *	-EPERM		not the owner, or not any more: claim again
 *	-ENOENT		no such cluster: it was left
 *	-EAGAIN		it is frozen: vcs_bridge_resume() comes first
 *	-ESHUTDOWN	the cluster is being left
 */
#ifndef LIBVCS_H
#define LIBVCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/vcs.h>
#include <linux/vcs_userbridge.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As many members, or departed, as a view can have. */
#define VCS_BRIDGE_NODES_MAX	1024

/* What went wrong, in a form to be acted on and one to be printed. */
struct vcs_error {
	int err;		/* a positive errno; 0 nothing did */
	char attr[48];		/* as in the header: "NODEID", "MEMBER.VOTES"; or "" */
	char text[336];		/* the kernel's words, or what the errno means */
};

/* Bridge: the side of a provider daemon. */

struct vcs_bridge;

struct vcs_bridge_member {
	uint64_t incarnation;
	uint64_t joined_generation;
	uint32_t nodeid;
	uint32_t votes;
	bool settled;		/* no earlier life of it can do I/O */
};

struct vcs_bridge_departed {
	uint64_t incarnation;
	uint32_t nodeid;
	enum vcs_leave_reason reason;
};

struct vcs_bridge_view {
	uint8_t lifetime[VCS_LIFETIME_LEN];
	uint64_t generation;
	uint32_t expected_votes;
	uint32_t quorum;
	size_t nr_members;
	const struct vcs_bridge_member *members;	/* sorted by nodeid */
	size_t nr_departed;
	const struct vcs_bridge_departed *departed;
};

/* What the kernel believes; pointers are good until the next claim or close. */
struct vcs_bridge_belief {
	uint64_t incarnation;	/* of the local node */
	uint64_t load_id;
	uint8_t machine_id[16];
	uint32_t grace_ms;
	bool drained;		/* every stateful listener has let go */
	bool frozen;		/* vcs_bridge_resume() comes first */
	struct vcs_bridge_view view;	/* generation 0: none was ever accepted */
	uint64_t position;	/* of the last record delivered in it */
	const void *state;	/* what vcs_bridge_store() kept; NULL nothing */
	size_t state_len;
};

struct vcs_bridge_record {
	uint8_t lifetime[VCS_LIFETIME_LEN];
	uint64_t generation;
	uint64_t position;	/* counts from 1 in each generation */
	uint64_t seq;		/* of the SUBMIT, when it is the local node's; or 0 */
	uint32_t from;		/* nodeid */
	const void *data;
	size_t len;		/* 1 to VCS_UB_DATA_MAX */
};

struct vcs_bridge_fenced {
	uint64_t incarnation;
	uint64_t fence_cookie;	/* that of vcs_bridge_fence() */
	uint32_t nodeid;
	enum vcs_fence_result result;	/* only VCS_FENCE_SUCCESS is a success */
};

/* What anybody may know of a bridge. */
struct vcs_bridge_info {
	uint64_t generation;
	uint64_t position;
	uint64_t silent_ms;	/* since the owner was heard */
	uint64_t grace_left_ms;	/* while frozen; 0: not quorate any more */
	uint32_t owner;		/* port id; 0 nobody */
	uint32_t deadline_ms;
	uint32_t grace_ms;
	uint32_t pending;	/* requests without an answer */
	bool frozen;
};

/*
 * What the kernel asks for, called from vcs_bridge_dispatch() in the order in
 * which it was asked. @seq rises, but for that of fenced(), which was drawn
 * when the fence was begun. A callback may call everything for @bridge but
 * vcs_bridge_dispatch() and vcs_bridge_close(). It may answer at once, or keep
 * @seq and answer later. What it is given by pointer is good until it returns.
 * The kernel asks each owner once; an owner that has not answered and is
 * followed by another leaves the request, with its number, to that one.
 */
struct vcs_bridge_ops {
	size_t size;		/* of this structure, as the program knows it */

	/*
	 * Find the others; a view with the local node in this incarnation
	 * answers it, or vcs_bridge_join_failed(). @options: the words of the
	 * join that are the daemon's.
	 */
	void (*join)(struct vcs_bridge *bridge, uint64_t seq,
		     uint64_t incarnation, const char *options, void *arg);
	/*
	 * Say goodbye to the others, or with VCS_UB_HOW_FAIL nothing; then
	 * vcs_bridge_result(). The kernel waits for it less than two seconds.
	 */
	void (*leave)(struct vcs_bridge *bridge, uint64_t seq,
		      enum vcs_ub_how how, void *arg);
	/*
	 * Deliver it to every member, in one order, within @generation or not
	 * at all; vcs_bridge_deliver() answers it. One that a view has made
	 * void before it got here is left out. A leave makes it void as well:
	 * that vcs_bridge_deliver() then returns -ESTALE, -ESHUTDOWN or -ENOENT
	 * is no mistake of the daemon.
	 */
	void (*submit)(struct vcs_bridge *bridge, uint64_t seq,
		       uint64_t generation, const void *data, size_t len,
		       void *arg);
	/*
	 * What became of vcs_bridge_fence(), by this owner or one before;
	 * vcs_bridge_result() answers it, once it is noted. May be NULL in a
	 * daemon that never asks, and whose predecessors did not.
	 */
	void (*fenced)(struct vcs_bridge *bridge, uint64_t seq,
		       const struct vcs_bridge_fenced *fenced, void *arg);
};

/**
 * vcs_bridge_open() - a handle for one cluster
 * @bridge: set to the handle, to be closed by vcs_bridge_close(); NULL on error
 * @cluster: its name; it need not be there yet
 * @ops: copied; all but fenced are needed
 * @arg: for the callbacks
 * @e: filled in on error; may be NULL
 *
 * Nothing is claimed yet. The handle is bound to the network namespace of the
 * calling thread. Allocates.
 *
 * Return: 0; -EINVAL an op is missing, or @cluster is too long; -ENOPROTOOPT
 * the module vcs_userbridge is not there; -ENOMEM; or what the system said to
 * a new descriptor.
 */
int vcs_bridge_open(struct vcs_bridge **bridge, const char *cluster,
		    const struct vcs_bridge_ops *ops, void *arg,
		    struct vcs_error *e);

/**
 * vcs_bridge_close() - close it, which gives up the cluster
 * @bridge: may be NULL; not from a callback
 *
 * For the kernel the owner has died: it freezes.
 */
void vcs_bridge_close(struct vcs_bridge *bridge);

/**
 * vcs_bridge_fd() - the descriptor to poll for reading
 * @bridge: the handle, which keeps it
 *
 * Readable: call vcs_bridge_dispatch(). Nothing else is to be done with it. It
 * is the same for the life of the handle, and closed on exec.
 *
 * Return: the descriptor.
 */
int vcs_bridge_fd(const struct vcs_bridge *bridge);

/**
 * vcs_bridge_error() - why the last function for this handle failed
 * @bridge: the handle
 *
 * Return: good until the next call; err is 0 if the last one did not fail.
 */
const struct vcs_error *vcs_bridge_error(const struct vcs_bridge *bridge);

/**
 * vcs_bridge_dispatch() - call back for what the kernel has asked
 * @bridge: the handle; not from a callback
 *
 * Takes what is there, or some of it: then the descriptor is still readable.
 *
 * Return: 0; -EDEADLK from a callback; -EPERM the socket's buffer was full,
 * and the kernel does not know this owner any more; -EOVERFLOW more requests
 * than a kernel has under way: claim again.
 */
int vcs_bridge_dispatch(struct vcs_bridge *bridge);

/**
 * vcs_bridge_claim() - own the cluster
 * @bridge: the handle
 * @deadline_ms: how long silence is normal; send something three times in it
 * @belief: filled in; may be NULL
 *
 * To be called again, with the same handle, after any -EPERM, after the
 * cluster was left and joined, and after the module was loaded anew. Who owns it
 * already loses it first, and begins anew like a successor. What the kernel has
 * asked a former owner, this handle included, is asked again.
 *
 * Return: 0; -ENOENT no such cluster, or one of another provider: it may come;
 * -EBUSY another owns it; -EINVAL @deadline_ms; -EPERM no CAP_NET_ADMIN in the
 * initial user namespace; -EAGAIN no room for the reply: claim again;
 * -ENOPROTOOPT the module is not loaded.
 */
int vcs_bridge_claim(struct vcs_bridge *bridge, uint32_t deadline_ms,
		     struct vcs_bridge_belief *belief);

/**
 * vcs_bridge_ping() - a sign of life, if there is nothing else to say
 * @bridge: the handle
 *
 * Return: 0; -EPERM not the owner any more.
 */
int vcs_bridge_ping(struct vcs_bridge *bridge);

/**
 * vcs_bridge_resume() - end the freeze
 * @bridge: the handle
 * @lifetime: of the kernel's view, VCS_LIFETIME_LEN bytes
 * @generation: of the kernel's view
 * @quorate: it may act
 * @reason: for people, up to VCS_REASON_MAX bytes; may be NULL
 *
 * Return: 0; -ESTALE the kernel's view is another; -EINVAL it is not frozen.
 */
int vcs_bridge_resume(struct vcs_bridge *bridge, const uint8_t *lifetime,
		      uint64_t generation, bool quorate, const char *reason);

/**
 * vcs_bridge_view() - a decided view, the whole of it
 * @bridge: the handle
 * @view: copied; up to VCS_BRIDGE_NODES_MAX of each
 *
 * Return: 0; -ESTALE an old generation; -EPROTO it does not follow from the
 * kernel's last view; -EINVAL malformed in itself; -ENOMEM send it again.
 */
int vcs_bridge_view(struct vcs_bridge *bridge,
		    const struct vcs_bridge_view *view);

/**
 * vcs_bridge_quorate() - may the current view act?
 * @bridge: the handle
 * @lifetime: of the view, VCS_LIFETIME_LEN bytes
 * @generation: of the view
 * @quorate: yes or no
 * @reason: for people, up to VCS_REASON_MAX bytes; may be NULL
 *
 * Return: 0; -ESTALE not of the current view.
 */
int vcs_bridge_quorate(struct vcs_bridge *bridge, const uint8_t *lifetime,
		       uint64_t generation, bool quorate, const char *reason);

/**
 * vcs_bridge_deliver() - the next record in the agreed order
 * @bridge: the handle
 * @record: copied
 *
 * Return: 0; -EALREADY this position was delivered; -EPROTO a position was
 * left out, from is no member, an earlier SUBMIT comes first, or it is not what
 * was submitted; -ESTALE not of the current view, or seq was answered; -ENOENT
 * seq was never asked; -EINVAL seq is of another request, or missing, or of a
 * record that is not from the local node.
 */
int vcs_bridge_deliver(struct vcs_bridge *bridge,
		       const struct vcs_bridge_record *record);

/**
 * vcs_bridge_result() - it is done: answers LEAVE and FENCED
 * @bridge: the handle
 * @seq: of the request
 *
 * Return: 0; -ENOENT never asked; -ESTALE answered before; -EINVAL another
 * message answers it.
 */
int vcs_bridge_result(struct vcs_bridge *bridge, uint64_t seq);

/**
 * vcs_bridge_fence() - have a node fenced before something is decided
 * @bridge: the handle
 * @nodeid: which node
 * @incarnation: which life of it: a member's, before its removal; or 0, that no
 *	life of the node, member or not, begun before this, can do I/O
 * @fence_cookie: any number that is not under way
 *
 * Answered by the callback fenced(), once.
 *
 * Return: 0; -EALREADY this @fence_cookie is under way; -ENOENT no member with
 * this @incarnation, or no view yet; -EINVAL the local node; -EAGAIN too many
 * are under way, or with @incarnation 0 an earlier one is.
 */
int vcs_bridge_fence(struct vcs_bridge *bridge, uint32_t nodeid,
		     uint64_t incarnation, uint64_t fence_cookie);

/**
 * vcs_bridge_may_join() - may this node be proposed as a member?
 * @bridge: the handle
 * @nodeid: which node
 * @settled: no earlier life of it can do I/O, proved
 *
 * Return: 0; -EBUSY a fence of it is pending, or may be: ask again.
 */
int vcs_bridge_may_join(struct vcs_bridge *bridge, uint32_t nodeid,
			bool settled);

/**
 * vcs_bridge_join_failed() - the join cannot succeed
 * @bridge: the handle
 * @err: a negative errno
 * @reason: for people, up to VCS_REASON_MAX bytes; may be NULL
 *
 * LEAVE follows.
 *
 * Return: 0; -EINVAL a view was accepted.
 */
int vcs_bridge_join_failed(struct vcs_bridge *bridge, int err,
			   const char *reason);

/**
 * vcs_bridge_evicted() - the others go on without this node
 * @bridge: the handle
 * @reason: why
 *
 * Consumers discard what they have. LEAVE follows.
 *
 * Return: 0 or an errno that any message may get.
 */
int vcs_bridge_evicted(struct vcs_bridge *bridge, enum vcs_leave_reason reason);

/**
 * vcs_bridge_suspect() - a member is doubted, or no longer
 * @bridge: the handle
 * @nodeid: which node
 * @suspect: doubted
 * @reason: for people, up to VCS_REASON_MAX bytes; may be NULL
 *
 * Return: 0; -ENOENT no such member.
 */
int vcs_bridge_suspect(struct vcs_bridge *bridge, uint32_t nodeid, bool suspect,
		       const char *reason);

/**
 * vcs_bridge_store() - keep the daemon's state for its successor
 * @bridge: the handle
 * @state: in place of what was kept
 * @len: up to VCS_UB_STATE_MAX
 *
 * Return: 0; -EINVAL it is too long.
 */
int vcs_bridge_store(struct vcs_bridge *bridge, const void *state, size_t len);

/**
 * vcs_bridge_info() - how the bridge of this cluster fares
 * @bridge: the handle; it need not own the cluster
 * @info: filled in
 *
 * Return: 0; -ENOENT no such cluster.
 */
int vcs_bridge_info(struct vcs_bridge *bridge, struct vcs_bridge_info *info);

/* Switch: the side of tools, monitors and fence daemons. */

struct vcs_client;

/* What the kernel says in one message; good in the callback that gets it. */
struct vcs_message;

typedef void (*vcs_message_fn)(const struct vcs_message *message, void *arg);

/**
 * vcs_message_cmd() - which message it is
 * @message: the message
 *
 * Return: one of enum vcs_cmd, or one that is newer than this library.
 */
int vcs_message_cmd(const struct vcs_message *message);

/**
 * vcs_message_has() - is this attribute there?
 * @message: the message
 * @attr: which
 */
bool vcs_message_has(const struct vcs_message *message, enum vcs_attr attr);

/**
 * vcs_message_string() - a text
 * @message: the message
 * @attr: which
 *
 * Return: as good as @message; "" when it is not there.
 */
const char *vcs_message_string(const struct vcs_message *message,
			       enum vcs_attr attr);

/**
 * vcs_message_u32() - a number of 32 bits
 * @message: the message
 * @attr: which
 *
 * Return: 0 when it is not there.
 */
uint32_t vcs_message_u32(const struct vcs_message *message, enum vcs_attr attr);

/**
 * vcs_message_u64() - a number of 64 bits
 * @message: the message
 * @attr: which
 *
 * Return: 0 when it is not there.
 */
uint64_t vcs_message_u64(const struct vcs_message *message, enum vcs_attr attr);

/**
 * vcs_message_true() - yes or no
 * @message: the message
 * @attr: which: a flag, or a u8
 *
 * Return: false when it is not there.
 */
bool vcs_message_true(const struct vcs_message *message, enum vcs_attr attr);

/**
 * vcs_message_data() - bytes
 * @message: the message
 * @attr: which
 * @len: set to how many
 *
 * Return: as good as @message; NULL when it is not there.
 */
const void *vcs_message_data(const struct vcs_message *message,
			     enum vcs_attr attr, size_t *len);

/* What a value is, for a program that shows all of them. */
enum vcs_kind {
	VCS_KIND_NONE,		/* not to be shown */
	VCS_KIND_STRING,
	VCS_KIND_BOOL,		/* u8 or flag */
	VCS_KIND_U32,
	VCS_KIND_S32,
	VCS_KIND_U64,
	VCS_KIND_HEX64,		/* u64 that is only compared */
	VCS_KIND_BYTES,		/* shown in hexadecimal */
	VCS_KIND_WORD,		/* u32, one of a list of words */
	VCS_KIND_FLAGS,		/* u32, a set of words; bit by bit */
};

struct vcs_attr_info {
	const char *name;	/* as in the header: "LOG_SEQ" */
	const char *key;	/* as in JSON: "log_seq"; NULL for VCS_KIND_NONE */
	enum vcs_kind kind;
	const char *const *words;	/* may have NULLs */
	size_t nr_words;
};

/**
 * vcs_attr_info() - what an attribute is
 * @attr: which
 *
 * Return: for ever; NULL for what is none, or newer than this library.
 */
const struct vcs_attr_info *vcs_attr_info(unsigned int attr);

/**
 * vcs_word() - the word for a number
 * @attr: of which attribute
 * @value: the number
 *
 * Return: for ever; "unknown" for a number that has none.
 */
const char *vcs_word(unsigned int attr, uint32_t value);

/**
 * vcs_client_open() - a handle for the switch
 * @client: set to the handle, to be closed by vcs_client_close(); NULL on error
 * @e: filled in on error; may be NULL
 *
 * It is bound to the network namespace of the calling thread. When the module
 * has gone, each call is answered with -ENOPROTOOPT: open another when it is
 * there again (see struct vcs_watch). Allocates.
 *
 * Return: 0; -ENOPROTOOPT the module vcs is not there; -ENOMEM; or what the
 * system said to a new descriptor.
 */
int vcs_client_open(struct vcs_client **client, struct vcs_error *e);

/**
 * vcs_client_close() - close it
 * @client: may be NULL; not from a callback
 *
 * Fence requests that it accepted and has not answered go to somebody else.
 */
void vcs_client_close(struct vcs_client *client);

/**
 * vcs_client_error() - why the last function for this handle failed
 * @client: the handle
 *
 * Return: good until the next call; err is 0 if the last one did not fail.
 */
const struct vcs_error *vcs_client_error(const struct vcs_client *client);

/**
 * vcs_client_begin() - begin a message to the kernel
 * @client: the handle
 * @cmd: which
 *
 * One that was begun and not sent is dropped.
 */
void vcs_client_begin(struct vcs_client *client, enum vcs_cmd cmd);

/**
 * vcs_client_put_string() - put a text into the message
 * @client: the handle
 * @attr: under this name
 * @value: copied
 *
 * What does not fit is told by vcs_client_call(); so it is for all of these.
 */
void vcs_client_put_string(struct vcs_client *client, enum vcs_attr attr,
			   const char *value);

/**
 * vcs_client_put_u32() - put a number of 32 bits into the message
 * @client: the handle
 * @attr: under this name
 * @value: the number
 */
void vcs_client_put_u32(struct vcs_client *client, enum vcs_attr attr,
			uint32_t value);

/**
 * vcs_client_put_u64() - put a number of 64 bits into the message
 * @client: the handle
 * @attr: under this name
 * @value: the number
 */
void vcs_client_put_u64(struct vcs_client *client, enum vcs_attr attr,
			uint64_t value);

/**
 * vcs_client_put_data() - put bytes into the message
 * @client: the handle
 * @attr: under this name
 * @data: copied; may be NULL without @len, as for a flag
 * @len: how many
 */
void vcs_client_put_data(struct vcs_client *client, enum vcs_attr attr,
			 const void *data, size_t len);

/**
 * vcs_client_call() - send the message, and take the answer
 * @client: the handle
 * @fn: called with what the kernel replies, if it does; may be NULL. Not to
 *	call anything for @client
 * @arg: for @fn
 *
 * The message, which may have a key in it, is wiped.
 *
 * Return: 0 or what the kernel said.
 */
int vcs_client_call(struct vcs_client *client, vcs_message_fn fn, void *arg);

/**
 * vcs_client_dump() - the same, for one of the dumps
 * @client: the handle
 * @fn: called once for each
 * @arg: for @fn
 *
 * Return: 0 or what the kernel said; -EINTR things changed meanwhile, and what
 * came may be of before and after: dump again.
 */
int vcs_client_dump(struct vcs_client *client, vcs_message_fn fn, void *arg);

/**
 * vcs_client_subscribe() - be told what happens
 * @client: the handle
 * @group: VCS_GENL_GROUP_EVENTS or VCS_GENL_GROUP_FENCE
 *
 * May be called for both. Subscribe first and dump then, and nothing is missed.
 * Allocates, the first time.
 *
 * Return: 0; -EPERM the group needs CAP_NET_ADMIN; -ENOENT no such group; or as
 * vcs_client_open().
 */
int vcs_client_subscribe(struct vcs_client *client, const char *group);

/**
 * vcs_client_fd() - the descriptor to poll for reading
 * @client: the handle, which keeps it
 *
 * Readable: call vcs_client_dispatch(). Nothing else is to be done with it. It
 * is the same from the first vcs_client_subscribe() on, and closed on exec.
 *
 * Return: the descriptor; -1 before.
 */
int vcs_client_fd(const struct vcs_client *client);

/**
 * vcs_client_dispatch() - call back for what has happened
 * @client: the handle, subscribed; not from a callback
 * @fn: called once for each message, VCS_CMD_EVENT, VCS_CMD_FENCE_READY or
 *	VCS_CMD_FENCE_CANCELLED; it may call everything for @client but this
 *	and vcs_client_close()
 * @arg: for @fn
 *
 * Takes all that is there.
 *
 * Return: 0; -ENOBUFS some were lost, those before or after what came: dump;
 * -EDEADLK from a callback; -ENOTCONN not subscribed.
 */
int vcs_client_dispatch(struct vcs_client *client, vcs_message_fn fn,
			void *arg);

/* A fence request that this daemon has accepted. */
struct vcs_fence_request {
	uint64_t request;
	uint64_t cookie;	/* of the acceptance */
	uint64_t incarnation;
	uint32_t nodeid;
	uint32_t timeout_ms;	/* what is left for it; later is too late */
	char cluster[VCS_NAME_MAX + 1];
	char reason[VCS_REASON_MAX + 1];
};

/**
 * vcs_client_fence_accept() - take a fence request
 * @client: the handle, which must live until the answer
 * @cluster: of VCS_CMD_FENCE_READY, or a dump of VCS_CMD_GET_FENCE
 * @request: likewise
 * @accepted: filled in
 *
 * Return: 0; -ENOENT nothing to do; -EBUSY somebody else has it; -EPERM.
 */
int vcs_client_fence_accept(struct vcs_client *client, const char *cluster,
			    uint64_t request,
			    struct vcs_fence_request *accepted);

/**
 * vcs_client_fence_done() - answer it
 * @client: the handle that accepted it
 * @accepted: what vcs_client_fence_accept() filled in
 * @result: VCS_FENCE_SUCCESS only if the node can certainly do no more I/O
 * @text: for people; NULL nothing. What is longer than VCS_TEXT_MAX is cut off
 *
 * Also of a request that was cancelled: what the agent has done all the same
 * goes into the decision log.
 *
 * Return: 0; -ESTALE the request is over; -EPERM not the acceptor.
 */
int vcs_client_fence_done(struct vcs_client *client,
			  const struct vcs_fence_request *accepted,
			  enum vcs_fence_result result, const char *text);

/* Watch: does the kernel have this family? */

struct vcs_watch;

/**
 * vcs_watch_open() - a handle for a family
 * @watch: set to the handle, to be closed by vcs_watch_close(); NULL on error
 * @family: VCS_GENL_NAME or VCS_UB_GENL_NAME
 * @e: filled in on error; may be NULL
 *
 * Allocates.
 *
 * Return: 0; -EINVAL another @family; -ENOMEM; or what the system said to a
 * new descriptor.
 */
int vcs_watch_open(struct vcs_watch **watch, const char *family,
		   struct vcs_error *e);

/**
 * vcs_watch_close() - close it
 * @watch: may be NULL
 */
void vcs_watch_close(struct vcs_watch *watch);

/**
 * vcs_watch_fd() - the descriptor to poll for reading
 * @watch: the handle, which keeps it
 *
 * Readable: call vcs_watch_dispatch(). Nothing else is to be done with it.
 *
 * Return: the descriptor.
 */
int vcs_watch_fd(const struct vcs_watch *watch);

/**
 * vcs_watch_there() - is the family there, as far as is known?
 * @watch: the handle
 */
bool vcs_watch_there(const struct vcs_watch *watch);

/**
 * vcs_watch_dispatch() - what has become of it?
 * @watch: the handle
 *
 * Return: 1 it has come, or gone, or gone and come: other handles of before
 * are of no use, and vcs_watch_there() tells whether new ones can be opened. 0
 * nothing of the kind. Or a negative errno.
 */
int vcs_watch_dispatch(struct vcs_watch *watch);

#ifdef __cplusplus
}
#endif

#endif /* LIBVCS_H */
