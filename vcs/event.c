// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events to the netlink groups "events" and "fence". Best effort: nobody
 * waits for memory here, and what could not be sent leaves a gap in the
 * sequence, which tells listeners to dump again.
 *
 * Locking: cluster.lock is held by the callers, so the cluster is open and
 * its namespace alive while an event is made. vcs_net.event_lock makes the
 * order of the sequence numbers the order of delivery.
 */
#include <kunit/visibility.h>
#include <net/sock.h>
#include "cluster.h"
#include "listener.h"
#include "netlink.h"
#include "notify.h"
#include "sysfs.h"

/* Under cluster.lock: memory may not be waited for, I/O may depend on it. */
#define EVENT_GFP	(GFP_NOWAIT | __GFP_NOWARN)

struct event {
	struct vcs_net *vn;
	struct net *net;
	struct sk_buff *skb;
	void *hdr;
	void *seq;	/* where its number goes */
	int err;	/* the first attribute that did not fit */
};

static void event_lost(struct vcs_net *vn)
{
	mutex_lock(&vn->event_lock);
	vn->event_seq++;
	mutex_unlock(&vn->event_lock);
}

static int put_u64(struct sk_buff *skb, enum vcs_attr type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, VCS_A_PAD);
}

static int event_head(struct event *event, struct vcs_cluster *cluster,
		      enum vcs_event kind)
{
	struct sk_buff *skb = event->skb;
	struct nlattr *attr;

	event->hdr = genlmsg_put(skb, 0, 0, &vcs_genl_family, 0,
				 VCS_CMD_EVENT);
	if (!event->hdr)
		return -EMSGSIZE;
	attr = nla_reserve_64bit(skb, VCS_A_EVENT_SEQ, sizeof(u64), VCS_A_PAD);
	if (!attr)
		return -EMSGSIZE;
	event->seq = nla_data(attr);
	if (nla_put_u32(skb, VCS_A_EVENT, kind) ||
	    put_u64(skb, VCS_A_TIME_NS, ktime_get_real_ns()) ||
	    nla_put_string(skb, VCS_A_CLUSTER, cluster->name))
		return -EMSGSIZE;
	return 0;
}

/* False: nobody listens, nobody may, or there is no memory. */
static bool event_begin(struct event *event, struct vcs_cluster *cluster,
			enum vcs_event kind)
{
	lockdep_assert_held(&cluster->lock);
	if (!cluster->notify.open)
		return false;
	event->net = read_pnet(&cluster->net);
	event->vn = vcs_net(event->net);
	if (!genl_has_listeners(&vcs_genl_family, event->net,
				VCS_NL_GROUP_EVENTS))
		return false;
	event->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, EVENT_GFP);
	if (!event->skb) {
		event_lost(event->vn);
		return false;
	}
	event->err = event_head(event, cluster, kind);
	return true;
}

static void event_end(struct event *event)
{
	u64 seq;

	if (event->err) {
		nlmsg_free(event->skb);
		event_lost(event->vn);
		return;
	}
	genlmsg_end(event->skb, event->hdr);
	mutex_lock(&event->vn->event_lock);
	seq = ++event->vn->event_seq;
	memcpy(event->seq, &seq, sizeof(seq));
	genlmsg_multicast_netns(&vcs_genl_family, event->net, event->skb, 0,
				VCS_NL_GROUP_EVENTS, EVENT_GFP);
	mutex_unlock(&event->vn->event_lock);
}

static void event_string(struct event *event, enum vcs_attr type,
			 const char *text)
{
	if (!event->err && text)
		event->err = nla_put_string(event->skb, type, text);
}

static void event_u32(struct event *event, enum vcs_attr type, u32 value)
{
	if (!event->err)
		event->err = nla_put_u32(event->skb, type, value);
}

static void event_u64(struct event *event, enum vcs_attr type, u64 value)
{
	if (!event->err)
		event->err = put_u64(event->skb, type, value);
}

/**
 * vcs_event_state - the state of the cluster has changed
 * @cluster: with its lock held
 */
void vcs_event_state(struct vcs_cluster *cluster)
{
	struct event event;

	vcs_notify_kick(cluster, VCS_PENDING_UEVENT_STATE);
	if (!event_begin(&event, cluster, VCS_EVENT_CLUSTER_STATE))
		return;
	event_u32(&event, VCS_A_STATE, cluster->state);
	if (!event.err)
		event.err = nla_put_s32(event.skb, VCS_A_ERROR,
					cluster->error);
	event_string(&event, VCS_A_REASON, cluster->state_reason);
	event_end(&event);
}

/**
 * vcs_event_view - a new view is published
 * @cluster: with its lock held
 * @view: that view
 */
void vcs_event_view(struct vcs_cluster *cluster, const struct vcs_view *view)
{
	struct event event;

	vcs_notify_kick(cluster, VCS_PENDING_UEVENT_VIEW);
	if (!event_begin(&event, cluster, VCS_EVENT_VIEW))
		return;
	event_u64(&event, VCS_A_GENERATION, view->generation);
	event_u32(&event, VCS_A_NR_MEMBERS, view->nr_members);
	if (!event.err)
		event.err = nla_put(event.skb, VCS_A_LIFETIME,
				    VCS_LIFETIME_LEN, view->lifetime.id);
	event_end(&event);
}

/**
 * vcs_event_quorum - the node's view may act now, or no longer
 * @cluster: with its lock held
 */
void vcs_event_quorum(struct vcs_cluster *cluster)
{
	struct event event;

	vcs_notify_kick(cluster, VCS_PENDING_UEVENT_QUORUM);
	if (!event_begin(&event, cluster, VCS_EVENT_QUORUM))
		return;
	if (!event.err)
		event.err = nla_put_u8(event.skb, VCS_A_QUORATE,
				       cluster->quorate);
	event_string(&event, VCS_A_REASON, vcs_quorum_reason_locked(cluster));
	event_end(&event);
}

/**
 * vcs_event_member - a node has joined, left or failed
 * @cluster: with its lock held
 * @kind: VCS_EVENT_NODE_*
 * @nodeid: which node
 * @incarnation: which life of it
 * @reason: why it went, or NULL
 */
void vcs_event_member(struct vcs_cluster *cluster, enum vcs_event kind,
		      u32 nodeid, u64 incarnation, const char *reason)
{
	struct event event;

	if (!event_begin(&event, cluster, kind))
		return;
	event_u32(&event, VCS_A_NODEID, nodeid);
	event_u64(&event, VCS_A_INCARNATION, incarnation);
	event_string(&event, VCS_A_REASON, reason);
	event_end(&event);
}

/**
 * vcs_event_suspect - the provider doubts a member, or no longer does
 * @cluster: with its lock held
 * @nodeid: which node
 * @suspect: doubts
 * @why: for people
 */
void vcs_event_suspect(struct vcs_cluster *cluster, u32 nodeid, bool suspect,
		       const char *why)
{
	struct event event;

	if (!event_begin(&event, cluster, VCS_EVENT_SUSPECT))
		return;
	event_u32(&event, VCS_A_NODEID, nodeid);
	event_u32(&event, VCS_A_NODE_STATE,
		  suspect ? VCS_NODE_SUSPECT : VCS_NODE_MEMBER);
	event_string(&event, VCS_A_TEXT, why);
	event_end(&event);
}

/**
 * vcs_event_fence - something has happened to a fence
 * @cluster: with its lock held
 * @nodeid: the target
 * @incarnation: which life of it
 * @state: as it is now
 * @actor: who is at it; 0 nobody
 * @text: for people, or NULL
 */
void vcs_event_fence(struct vcs_cluster *cluster, u32 nodeid, u64 incarnation,
		     enum vcs_fence_state state, u32 actor, const char *text)
{
	struct event event;

	if (!event_begin(&event, cluster, VCS_EVENT_FENCE))
		return;
	event_u32(&event, VCS_A_NODEID, nodeid);
	event_u64(&event, VCS_A_INCARNATION, incarnation);
	event_u32(&event, VCS_A_FENCE_STATE, state);
	event_u32(&event, VCS_A_ACTOR, actor);
	event_string(&event, VCS_A_TEXT, text);
	event_end(&event);
}

/**
 * vcs_event_listener - a listener has entered another phase
 * @cluster: with its lock held
 * @info: the listener now
 */
void vcs_event_listener(struct vcs_cluster *cluster,
			const struct vcs_listener_info *info)
{
	struct event event;

	if (!event_begin(&event, cluster, VCS_EVENT_LISTENER))
		return;
	event_string(&event, VCS_A_LISTENER, info->name);
	event_u32(&event, VCS_A_LEVEL, info->level);
	event_u32(&event, VCS_A_PHASE, info->phase);
	event_u64(&event, VCS_A_GENERATION, info->generation);
	event_string(&event, VCS_A_WAITING_FOR, info->waiting_for);
	event_end(&event);
}

static void send_log_entry(struct vcs_cluster *cluster,
			   const struct vcs_log_entry *entry)
{
	struct event event;

	if (!event_begin(&event, cluster, VCS_EVENT_LOG))
		return;
	event_u64(&event, VCS_A_LOG_SEQ, entry->seq);
	event_u32(&event, VCS_A_LOG_CODE, entry->code);
	event_u32(&event, VCS_A_NODEID, entry->nodeid);
	event_u64(&event, VCS_A_INCARNATION, entry->incarnation);
	event_u64(&event, VCS_A_GENERATION, entry->generation);
	event_string(&event, VCS_A_TEXT, entry->text);
	event_end(&event);
}

/* From the notify work, the only one that moves log_sent. */
void vcs_event_send_log(struct vcs_cluster *cluster)
{
	struct vcs_log_entry entry;

	while (vcs_log_read(cluster, cluster->notify.log_sent + 1, &entry)) {
		mutex_lock(&cluster->lock);
		send_log_entry(cluster, &entry);
		mutex_unlock(&cluster->lock);
		cluster->notify.log_sent = entry.seq;
	}
}

/* To the group "fence". Who cannot be told is told that something was lost. */
static void tell_daemons(struct net *net, enum vcs_cmd cmd,
			 const char *cluster, u64 request, u32 nodeid)
{
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_NOIO);
	if (!skb) {
		genl_set_err(&vcs_genl_family, net, 0, VCS_NL_GROUP_FENCE,
			     -ENOBUFS);
		return;
	}
	hdr = genlmsg_put(skb, 0, 0, &vcs_genl_family, 0, cmd);
	if (!hdr || nla_put_string(skb, VCS_A_CLUSTER, cluster) ||
	    put_u64(skb, VCS_A_REQUEST, request) ||
	    nla_put_u32(skb, VCS_A_NODEID, nodeid)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&vcs_genl_family, net, skb, 0,
				VCS_NL_GROUP_FENCE, GFP_NOIO);
}

/**
 * vcs_event_fence_ready - a request waits for a fence daemon
 * @net: where; alive
 * @cluster: name of the cluster
 * @request: what to give to FENCE_ACCEPT
 * @nodeid: the target
 *
 * Context: process context, no lock of the core held.
 */
void vcs_event_fence_ready(struct net *net, const char *cluster, u64 request,
			   u32 nodeid)
{
	tell_daemons(net, VCS_CMD_FENCE_READY, cluster, request, nodeid);
}
EXPORT_SYMBOL_IF_KUNIT(vcs_event_fence_ready);

/**
 * vcs_event_fence_cancelled - a request is wanted no more
 * @net: where; alive
 * @cluster: name of the cluster
 * @request: as it was announced
 * @nodeid: the target
 *
 * Context: process context, no lock of the core held.
 */
void vcs_event_fence_cancelled(struct net *net, const char *cluster,
			       u64 request, u32 nodeid)
{
	tell_daemons(net, VCS_CMD_FENCE_CANCELLED, cluster, request, nodeid);
}

/**
 * vcs_event_fence_listeners - does anybody listen to the group "fence"?
 * @net: where; alive
 *
 * Context: any.
 * Return: true if a FENCE_READY would be heard.
 */
bool vcs_event_fence_listeners(struct net *net)
{
	return genl_has_listeners(&vcs_genl_family, net,
				  VCS_NL_GROUP_FENCE) > 0;
}
