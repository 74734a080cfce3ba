// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fence method "upcall": a daemon in user space takes the request (READY,
 * ACCEPT) and answers it (DONE). Netlink calls in here.
 *
 * A request belongs to the socket that accepted it, and the answer must carry
 * the random cookie that came with the acceptance. When the socket goes, the
 * request is announced again; when nobody is left to hear that, the attempt is
 * over with nothing known.
 *
 * A daemon is told when a request is cancelled: its agent must not switch off a
 * node that has been settled, and perhaps let in again, meanwhile. What it has
 * done all the same it may still say, once, for the decision log.
 *
 * Locking: upcalls_lock (spinlock) guards the list and everything on it, and is
 * held while a request is answered, so that none is cancelled meanwhile. What
 * is announced is copied first.
 */
#include <linux/jiffies.h>
#include <linux/mempool.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "fence.h"
#include "fence_methods.h"
#include "notify.h"

/* Fencing may be what memory waits for; a few attempts need none. */
#define RESERVE	8
#define CANCELLED_KEPT	16

struct upcall {
	struct list_head node;		/* by rising id */
	struct vcs_fence_request *request;
	struct net *net;		/* for comparison only */
	unsigned long deadline;
	u64 cookie;
	u32 owner;			/* who accepted it; 0 nobody */
};

/* One that was cancelled after it had been accepted; its answer is late. */
struct cancelled {
	struct net *net;		/* for comparison only */
	u64 id;				/* 0 none */
	u64 cookie;
	u64 incarnation;
	u32 owner;
	u32 nodeid;
};

static DEFINE_SPINLOCK(upcalls_lock);
static LIST_HEAD(upcalls);
static struct cancelled cancelled[CANCELLED_KEPT];	/* upcalls_lock */
static u32 nr_cancelled;	/* upcalls_lock: ever; the oldest is replaced */
static mempool_t *pool;

static bool is_for(const struct upcall *upcall, struct net *net,
		   const char *cluster)
{
	return net_eq(upcall->net, net) &&
	       !strcmp(vcs_cluster_name(upcall->request->cluster), cluster);
}

static struct upcall *find_locked(struct net *net, const char *cluster, u64 id)
{
	struct upcall *upcall;

	lockdep_assert_held(&upcalls_lock);
	list_for_each_entry(upcall, &upcalls, node)
		if (upcall->request->id == id && is_for(upcall, net, cluster))
			return upcall;
	return NULL;
}

/* Two begin() may race: keep the order of the ids all the same. */
static void insert_locked(struct upcall *upcall)
{
	struct upcall *other;

	lockdep_assert_held(&upcalls_lock);
	list_for_each_entry_reverse(other, &upcalls, node)
		if (other->request->id < upcall->request->id)
			break;
	list_add(&upcall->node, &other->node);
}

static int upcall_begin(struct vcs_fence_request *request)
{
	struct net *net = vcs_cluster_net(request->cluster);
	u64 id = request->id;
	u32 nodeid = request->nodeid;
	struct upcall *upcall;

	if (!vcs_event_fence_listeners(net))
		return -ESRCH;
	upcall = mempool_alloc(pool, GFP_NOWAIT);
	if (!upcall)
		return -ENOMEM;
	upcall->request = request;
	upcall->net = net;
	upcall->deadline = jiffies + msecs_to_jiffies(request->timeout_ms);
	upcall->owner = 0;
	upcall->cookie = 0;
	spin_lock_bh(&upcalls_lock);
	insert_locked(upcall);
	spin_unlock_bh(&upcalls_lock);
	/* The cluster is there until the attempt is over or cancelled. */
	vcs_event_fence_ready(net, vcs_cluster_name(request->cluster), id,
			      nodeid);
	return 0;
}

static void remember_locked(const struct upcall *upcall)
{
	lockdep_assert_held(&upcalls_lock);
	if (!upcall->owner)
		return;
	cancelled[nr_cancelled++ % CANCELLED_KEPT] = (struct cancelled){
		.net = upcall->net,
		.id = upcall->request->id,
		.cookie = upcall->cookie,
		.incarnation = upcall->request->incarnation,
		.owner = upcall->owner,
		.nodeid = upcall->request->nodeid,
	};
}

static void upcall_cancel(struct vcs_fence_request *request)
{
	struct upcall *upcall, *found = NULL;

	spin_lock_bh(&upcalls_lock);
	list_for_each_entry(upcall, &upcalls, node)
		if (upcall->request == request)
			found = upcall;
	if (found) {
		list_del(&found->node);
		remember_locked(found);
	}
	spin_unlock_bh(&upcalls_lock);
	if (!found)
		return;
	vcs_event_fence_cancelled(found->net,
				  vcs_cluster_name(request->cluster),
				  request->id, request->nodeid);
	mempool_free(found, pool);
}

static bool upcall_ready(struct vcs_cluster *cluster)
{
	return vcs_event_fence_listeners(vcs_cluster_net(cluster));
}

struct vcs_fence_method vcs_fence_upcall = {
	.name = "upcall",
	.owner = THIS_MODULE,
	.api = VCS_PROVIDER_API,
	.size = sizeof(struct vcs_fence_method),
	.begin = upcall_begin,
	.cancel = upcall_cancel,
	.ready = upcall_ready,
};

static u64 new_cookie(void)
{
	u64 cookie;

	do {
		cookie = get_random_u64();
	} while (!cookie);
	return cookie;
}

static u32 ms_left(const struct upcall *upcall)
{
	long left = upcall->deadline - jiffies;

	return left > 0 ? jiffies_to_msecs(left) : 0;
}

/**
 * vcs_fence_upcall_accept() - a daemon takes a request
 * @net: where its socket is
 * @cluster: name of the cluster
 * @id: of the request
 * @owner: stands for the socket; > 0
 * @ticket: filled in
 *
 * Context: process, no lock held.
 * Return: 0; -ENOENT there is no such request; -EBUSY a socket has it.
 */
int vcs_fence_upcall_accept(struct net *net, const char *cluster, u64 id,
			    u32 owner, struct vcs_fence_ticket *ticket)
{
	struct vcs_fence_request *request;
	struct upcall *upcall;
	int err = 0;

	spin_lock_bh(&upcalls_lock);
	upcall = find_locked(net, cluster, id);
	if (!upcall) {
		err = -ENOENT;
		goto unlock;
	}
	if (upcall->owner) {
		err = -EBUSY;
		goto unlock;
	}
	request = upcall->request;
	upcall->owner = owner;
	upcall->cookie = new_cookie();
	ticket->id = id;
	ticket->cookie = upcall->cookie;
	ticket->incarnation = request->incarnation;
	ticket->nodeid = request->nodeid;
	ticket->timeout_ms = ms_left(upcall);
	strscpy(ticket->reason, request->reason, sizeof(ticket->reason));
unlock:
	spin_unlock_bh(&upcalls_lock);
	return err;
}

/**
 * vcs_fence_upcall_done() - a daemon answers a request
 * @net: where its socket is
 * @cluster: name of the cluster
 * @id: of the request
 * @cookie: from the ticket
 * @owner: as for the acceptance
 * @result: what the agent reported
 * @text: what it said; not NULL
 *
 * Context: process, no lock held.
 * Return: 0; -ESTALE the request is over; -EPERM not the acceptor, or not its
 * cookie.
 */
int vcs_fence_upcall_done(struct net *net, const char *cluster, u64 id,
			  u64 cookie, u32 owner, enum vcs_fence_result result,
			  const char *text)
{
	struct upcall *upcall;
	int err = 0;

	spin_lock_bh(&upcalls_lock);
	upcall = find_locked(net, cluster, id);
	if (!upcall) {
		err = -ESTALE;
	} else if (!upcall->owner || upcall->owner != owner ||
		   upcall->cookie != cookie) {
		err = -EPERM;
		upcall = NULL;
	} else {
		list_del(&upcall->node);
		vcs_fence_done(upcall->request, result, text);
	}
	spin_unlock_bh(&upcalls_lock);
	if (upcall)
		mempool_free(upcall, pool);
	return err;
}

/**
 * vcs_fence_upcall_late() - an answer that nobody waits for: to what?
 * @net: where its socket is
 * @id: of the request
 * @cookie: from the ticket
 * @owner: as for the acceptance
 * @nodeid: filled in: the target
 * @incarnation: filled in: which life of it
 *
 * Context: process, no lock held.
 * Return: true, once, if this socket had accepted it and it was cancelled not
 * long ago.
 */
bool vcs_fence_upcall_late(struct net *net, u64 id, u64 cookie, u32 owner,
			   u32 *nodeid, u64 *incarnation)
{
	struct cancelled *c;
	bool found = false;

	spin_lock_bh(&upcalls_lock);
	for (c = cancelled; c < cancelled + CANCELLED_KEPT && !found; c++) {
		found = c->id && c->id == id && c->cookie == cookie &&
			c->owner == owner && net_eq(c->net, net);
		if (!found)
			continue;
		*nodeid = c->nodeid;
		*incarnation = c->incarnation;
		memset(c, 0, sizeof(*c));
	}
	spin_unlock_bh(&upcalls_lock);
	return found;
}

/* Opens one request that @owner had accepted; false if there is none. */
static bool reopen_locked(struct net *net, u32 owner, char *cluster, u64 *id,
			  u32 *nodeid)
{
	struct upcall *upcall;

	lockdep_assert_held(&upcalls_lock);
	list_for_each_entry(upcall, &upcalls, node) {
		if (upcall->owner != owner || !net_eq(upcall->net, net))
			continue;
		upcall->owner = 0;
		*id = upcall->request->id;
		*nodeid = upcall->request->nodeid;
		strscpy(cluster, vcs_cluster_name(upcall->request->cluster),
			VCS_NAME_MAX + 1);
		return true;
	}
	return false;
}

/* Nobody is left who could accept it. */
static void give_up(struct net *net, const char *cluster, u64 id)
{
	struct upcall *upcall;

	spin_lock_bh(&upcalls_lock);
	upcall = find_locked(net, cluster, id);
	if (upcall && upcall->owner)
		upcall = NULL;
	if (upcall) {
		list_del(&upcall->node);
		vcs_fence_done(upcall->request, VCS_FENCE_UNKNOWN,
			       "the fence agent has gone");
	}
	spin_unlock_bh(&upcalls_lock);
	if (upcall)
		mempool_free(upcall, pool);
}

/**
 * vcs_fence_upcall_release() - a socket is gone
 * @net: where it was
 * @owner: stands for the socket
 *
 * What it had accepted is open to others again.
 *
 * Context: process, no lock held.
 */
void vcs_fence_upcall_release(struct net *net, u32 owner)
{
	char cluster[VCS_NAME_MAX + 1];
	u32 nodeid;
	bool found;
	u64 id;

	for (;;) {
		spin_lock_bh(&upcalls_lock);
		found = reopen_locked(net, owner, cluster, &id, &nodeid);
		spin_unlock_bh(&upcalls_lock);
		if (!found)
			return;
		if (vcs_event_fence_listeners(net))
			vcs_event_fence_ready(net, cluster, id, nodeid);
		else
			give_up(net, cluster, id);
	}
}

/**
 * vcs_fence_upcall_abandon() - a socket is gone, perhaps the last
 * @net: where it was
 *
 * When nobody is left in the group, what waits for ACCEPT is over.
 *
 * Context: process, no lock held.
 */
void vcs_fence_upcall_abandon(struct net *net)
{
	char cluster[VCS_NAME_MAX + 1];
	u32 nodeid;
	u64 id = 0;

	while (!vcs_event_fence_listeners(net) &&
	       vcs_fence_upcall_waiting(net, id, cluster, &id, &nodeid))
		give_up(net, cluster, id);
}

/**
 * vcs_fence_upcall_waiting() - walk through what waits for a daemon
 * @net: in which namespace
 * @after: the id returned before; 0 from the start
 * @cluster: filled in: its name, VCS_NAME_MAX + 1 bytes
 * @id: filled in
 * @nodeid: filled in: the target
 *
 * Context: process, no lock held.
 * Return: false when there is no other.
 */
bool vcs_fence_upcall_waiting(struct net *net, u64 after, char *cluster,
			      u64 *id, u32 *nodeid)
{
	struct upcall *upcall;
	bool found = false;

	spin_lock_bh(&upcalls_lock);
	list_for_each_entry(upcall, &upcalls, node) {
		if (upcall->request->id <= after || upcall->owner ||
		    !net_eq(upcall->net, net))
			continue;
		*id = upcall->request->id;
		*nodeid = upcall->request->nodeid;
		strscpy(cluster, vcs_cluster_name(upcall->request->cluster),
			VCS_NAME_MAX + 1);
		found = true;
		break;
	}
	spin_unlock_bh(&upcalls_lock);
	return found;
}

/**
 * vcs_fence_upcall_start() - once, when vcs.ko is loaded
 *
 * Return: 0 or -ENOMEM.
 */
int vcs_fence_upcall_start(void)
{
	pool = mempool_create_kmalloc_pool(RESERVE, sizeof(struct upcall));
	return pool ? 0 : -ENOMEM;
}

/** vcs_fence_upcall_stop() - once, when vcs.ko goes */
void vcs_fence_upcall_stop(void)
{
	mempool_destroy(pool);
}
