// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GET commands. A dump copies what it will show when it starts (a table,
 * a view, references on clusters), then emits from the copy by index, however
 * many calls that takes: it is consistent and needs no restart. Only the log
 * is read as it goes, up to the entry that was last when the dump began; an
 * entry that was overwritten meanwhile shows as a gap in LOG_SEQ.
 *
 * A start that refuses has no extended ack to say why in 6.1: the refusal is
 * kept, and given by the first call of the dump, whose end carries it.
 *
 * Locking: start and fill take vcs_net.lock or cluster.lock for a moment;
 * nothing is held between calls.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "netlink.h"
#include "snapshot.h"

/* What a dump keeps between its calls; in cb->args[0]. */
struct dump {
	struct vcs_cluster *cluster;	/* NULL when not about one */
	const struct vcs_view *view;
	struct vcs_cluster **clusters;	/* each one held */
	void *items;			/* kvfree() */
	u32 nr;
	u32 next;
	u64 log_next;
	u64 log_end;
	int err;			/* why there is nothing to show */
	const char *refusal;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	return (struct dump *)cb->args[0];
}

static void dump_free(struct dump *dump)
{
	u32 i;

	if (dump->clusters)
		for (i = 0; i < dump->nr; i++)
			vcs_cluster_put(dump->clusters[i]);
	kvfree(dump->clusters);
	kvfree(dump->items);
	if (dump->view)
		vcs_view_put(dump->view);
	if (dump->cluster)
		vcs_cluster_put(dump->cluster);
	kfree(dump);
}

int vcs_nl_dump_done(struct netlink_callback *cb)
{
	if (dump_of(cb))
		dump_free(dump_of(cb));
	cb->args[0] = 0;
	return 0;
}

static struct dump *dump_begin(struct netlink_callback *cb)
{
	struct dump *dump = kzalloc(sizeof(*dump), GFP_KERNEL);

	cb->args[0] = (long)dump;
	return dump ?: ERR_PTR(-ENOMEM);
}

/* A dump about the one cluster that the request names, or its refusal. */
static struct dump *dump_begin_cluster(struct netlink_callback *cb)
{
	struct netlink_ext_ack extack = {};
	struct dump *dump = dump_begin(cb);
	struct vcs_cluster *cluster;

	if (IS_ERR(dump))
		return dump;
	cluster = vcs_nl_cluster(sock_net(cb->skb->sk), vcs_dump_attrs(cb),
				 &extack);
	if (!IS_ERR(cluster)) {
		dump->cluster = cluster;
		return dump;
	}
	dump->err = PTR_ERR(cluster);
	dump->refusal = extack._msg;
	return dump;
}

static int dump_refuse(struct netlink_callback *cb)
{
	return vcs_nl_refuse(cb->extack, NULL, dump_of(cb)->err,
			     dump_of(cb)->refusal);
}

/* A start that fails is not followed by done. */
static int dump_begun(struct netlink_callback *cb, bool good)
{
	if (good)
		return 0;
	vcs_nl_dump_done(cb);
	return -ENOMEM;
}

typedef int (*fill_fn)(struct sk_buff *skb, struct dump *dump, u32 index);

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    fill_fn fill, u32 index)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vcs_genl_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	err = fill(skb, dump_of(cb), index);
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

static int dump_all(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    fill_fn fill)
{
	struct dump *dump = dump_of(cb);
	int err;

	if (dump->err)
		return dump_refuse(cb);
	for (; dump->next < dump->nr; dump->next++) {
		err = dump_one(skb, cb, cmd, fill, dump->next);
		if (err)
			return skb->len ? skb->len : err;
	}
	return skb->len;
}

/* Providers */

int vcs_nl_provider_start(struct netlink_callback *cb)
{
	struct dump *dump = dump_begin(cb);

	if (IS_ERR(dump))
		return PTR_ERR(dump);
	dump->items = vcs_snapshot_providers(&dump->nr);
	return dump_begun(cb, dump->items);
}

static int fill_provider(struct sk_buff *skb, struct dump *dump, u32 index)
{
	const struct vcs_provider_info *info = dump->items;

	info += index;
	if (nla_put_string(skb, VCS_A_PROVIDER, info->name) ||
	    nla_put_u32(skb, VCS_A_FEATURES, info->features) ||
	    nla_put_string(skb, VCS_A_OWNER, info->owner) ||
	    nla_put_u32(skb, VCS_A_IN_USE, info->in_use))
		return -EMSGSIZE;
	return 0;
}

int vcs_nl_provider_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_all(skb, cb, VCS_CMD_GET_PROVIDER, fill_provider);
}

/* Clusters */

int vcs_nl_cluster_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vcs_cluster *cluster;
	struct sk_buff *reply;
	void *hdr;
	int err;

	cluster = vcs_nl_cluster(genl_info_net(info), info->attrs,
				 info->extack);
	if (IS_ERR(cluster))
		return PTR_ERR(cluster);

	err = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_cluster;
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(reply, info, &vcs_genl_family, 0,
				VCS_CMD_GET_CLUSTER);
	if (!hdr)
		goto free_reply;
	mutex_lock(&cluster->lock);
	err = vcs_nl_fill_cluster_locked(reply, cluster);
	mutex_unlock(&cluster->lock);
	if (err)
		goto free_reply;
	genlmsg_end(reply, hdr);
	vcs_cluster_put(cluster);
	return genlmsg_reply(reply, info);

free_reply:
	nlmsg_free(reply);
put_cluster:
	vcs_cluster_put(cluster);
	return err;
}

static u32 count_clusters(struct vcs_net *vn)
{
	struct vcs_cluster *cluster;
	u32 nr = 0;

	mutex_lock(&vn->lock);
	list_for_each_entry(cluster, &vn->clusters, node)
		nr++;
	mutex_unlock(&vn->lock);
	return nr;
}

int vcs_nl_cluster_start(struct netlink_callback *cb)
{
	struct vcs_net *vn = vcs_net(sock_net(cb->skb->sk));
	struct nlattr **attrs = vcs_dump_attrs(cb);
	struct vcs_cluster *cluster;
	struct dump *dump;
	u32 room;

	dump = dump_begin(cb);
	if (IS_ERR(dump))
		return PTR_ERR(dump);
	if (attrs && attrs[VCS_A_CLUSTER]) {
		dump->err = -EINVAL;
		dump->refusal = "CLUSTER: a dump shows all; for one, leave NLM_F_DUMP out";
		return 0;
	}
	room = count_clusters(vn);
	dump->clusters = kvcalloc(room + 1, sizeof(*dump->clusters),
				  GFP_KERNEL);
	if (!dump->clusters)
		return dump_begun(cb, false);

	mutex_lock(&vn->lock);
	list_for_each_entry(cluster, &vn->clusters, node)
		if (dump->nr <= room)
			dump->clusters[dump->nr++] = vcs_cluster_hold(cluster);
	mutex_unlock(&vn->lock);
	return 0;
}

static int fill_cluster(struct sk_buff *skb, struct dump *dump, u32 index)
{
	struct vcs_cluster *cluster = dump->clusters[index];
	int err;

	mutex_lock(&cluster->lock);
	err = vcs_nl_fill_cluster_locked(skb, cluster);
	mutex_unlock(&cluster->lock);
	return err;
}

int vcs_nl_cluster_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_all(skb, cb, VCS_CMD_GET_CLUSTER, fill_cluster);
}

/* Nodes: the members of the view that is current when the dump starts */

int vcs_nl_node_start(struct netlink_callback *cb)
{
	struct dump *dump = dump_begin_cluster(cb);
	struct vcs_cluster *cluster;
	unsigned long *suspects;

	if (IS_ERR(dump))
		return PTR_ERR(dump);
	if (dump->err)
		return 0;
	cluster = dump->cluster;
	suspects = kvcalloc(BITS_TO_LONGS(VCS_MEMBERS_MAX), sizeof(long),
			    GFP_KERNEL);
	if (!suspects)
		return dump_begun(cb, false);
	dump->items = suspects;

	mutex_lock(&cluster->lock);
	dump->view = vcs_view_get(cluster);
	if (dump->view) {
		dump->nr = dump->view->nr_members;
		if (cluster->suspects)
			bitmap_copy(suspects, cluster->suspects, dump->nr);
	}
	mutex_unlock(&cluster->lock);
	return 0;
}

static int fill_node(struct sk_buff *skb, struct dump *dump, u32 index)
{
	const struct vcs_member *m = &dump->view->members[index];
	u32 state = test_bit(index, dump->items) ? VCS_NODE_SUSPECT :
						   VCS_NODE_MEMBER;

	if (nla_put_u32(skb, VCS_A_NODEID, m->nodeid) ||
	    nla_put_u64_64bit(skb, VCS_A_INCARNATION, m->incarnation,
			      VCS_A_PAD) ||
	    nla_put_u32(skb, VCS_A_VOTES, m->votes) ||
	    nla_put_u64_64bit(skb, VCS_A_JOINED_GENERATION,
			      m->joined_generation, VCS_A_PAD) ||
	    nla_put_u32(skb, VCS_A_NODE_STATE, state))
		return -EMSGSIZE;
	return 0;
}

int vcs_nl_node_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_all(skb, cb, VCS_CMD_GET_NODE, fill_node);
}

/* Listeners */

int vcs_nl_listener_start(struct netlink_callback *cb)
{
	struct dump *dump = dump_begin_cluster(cb);

	if (IS_ERR(dump))
		return PTR_ERR(dump);
	if (dump->err)
		return 0;
	dump->items = vcs_snapshot_listeners(dump->cluster, &dump->nr);
	return dump_begun(cb, dump->items);
}

static int fill_listener(struct sk_buff *skb, struct dump *dump, u32 index)
{
	const struct vcs_listener_info *info = dump->items;

	info += index;
	if (nla_put_string(skb, VCS_A_LISTENER, info->name) ||
	    nla_put_u32(skb, VCS_A_LEVEL, info->level) ||
	    nla_put_u32(skb, VCS_A_FLAGS, info->flags) ||
	    nla_put_u32(skb, VCS_A_PHASE, info->phase) ||
	    nla_put_string(skb, VCS_A_WAITING_FOR, info->waiting_for) ||
	    nla_put_u64_64bit(skb, VCS_A_SINCE_MS, info->since_ms,
			      VCS_A_PAD) ||
	    nla_put_u64_64bit(skb, VCS_A_GENERATION, info->generation,
			      VCS_A_PAD))
		return -EMSGSIZE;
	return 0;
}

int vcs_nl_listener_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_all(skb, cb, VCS_CMD_GET_LISTENER, fill_listener);
}

/* Fences */

int vcs_nl_fence_start(struct netlink_callback *cb)
{
	struct dump *dump = dump_begin_cluster(cb);

	if (IS_ERR(dump))
		return PTR_ERR(dump);
	if (dump->err)
		return 0;
	dump->items = vcs_snapshot_fences(dump->cluster, &dump->nr);
	return dump_begun(cb, dump->items);
}

static int fill_fence(struct sk_buff *skb, struct dump *dump, u32 index)
{
	const struct vcs_fence_info *info = dump->items;

	info += index;
	if (nla_put_u32(skb, VCS_A_NODEID, info->nodeid) ||
	    nla_put_u64_64bit(skb, VCS_A_INCARNATION, info->incarnation,
			      VCS_A_PAD) ||
	    nla_put_u32(skb, VCS_A_FENCE_STATE, info->state) ||
	    nla_put_u32(skb, VCS_A_ACTOR, info->actor) ||
	    nla_put_string(skb, VCS_A_METHOD, info->method) ||
	    nla_put_string(skb, VCS_A_REASON, info->reason) ||
	    nla_put_u32(skb, VCS_A_TRIES, info->tries) ||
	    nla_put_u64_64bit(skb, VCS_A_SINCE_MS, info->since_ms,
			      VCS_A_PAD) ||
	    nla_put_u64_64bit(skb, VCS_A_REQUEST, info->request, VCS_A_PAD))
		return -EMSGSIZE;
	return 0;
}

int vcs_nl_fence_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_all(skb, cb, VCS_CMD_GET_FENCE, fill_fence);
}

/* The decision log */

int vcs_nl_log_start(struct netlink_callback *cb)
{
	struct dump *dump = dump_begin_cluster(cb);
	struct vcs_log_ring *log;
	unsigned long flags;

	if (IS_ERR(dump))
		return PTR_ERR(dump);
	if (dump->err)
		return 0;
	log = &dump->cluster->log;
	spin_lock_irqsave(&log->lock, flags);
	dump->log_end = log->next;
	spin_unlock_irqrestore(&log->lock, flags);
	return 0;
}

int vcs_nl_log_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	struct vcs_log_entry entry;
	void *hdr;

	if (dump->err)
		return dump_refuse(cb);
	while (vcs_log_read(dump->cluster, dump->log_next, &entry) &&
	       entry.seq < dump->log_end) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &vcs_genl_family,
				  NLM_F_MULTI, VCS_CMD_GET_LOG);
		if (!hdr)
			break;
		if (vcs_nl_fill_log(skb, &entry)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		dump->log_next = entry.seq + 1;
	}
	return skb->len;
}
