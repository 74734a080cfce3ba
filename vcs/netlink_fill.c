// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cluster, and an entry of its log, as attributes of a netlink message.
 * Locking: cluster.lock is held by the caller, so that one message is one
 * moment; an entry of the log is a copy and needs none.
 */
#include "listener.h"
#include "netlink.h"
#include "sync.h"

#define WAITING_LEN 80

static void first_listener_waits(struct vcs_cluster *cluster, char *text)
{
	struct vcs_listener_info info;
	u32 i;

	for (i = 0; !vcs_listener_info_locked(cluster, i, &info); i++) {
		if (info.waiting_for[0]) {
			strscpy(text, info.waiting_for, WAITING_LEN);
			return;
		}
	}
}

/* What keeps the cluster as a whole from going on; "" when nothing does. */
static void waiting_for_locked(struct vcs_cluster *cluster, char *text)
{
	text[0] = '\0';
	switch (cluster->state) {
	case VCS_CLUSTER_LOADING:
		snprintf(text, WAITING_LEN, "module:vcs-provider-%s",
			 cluster->provider_name);
		break;
	case VCS_CLUSTER_JOINING:
		strscpy(text, "view", WAITING_LEN);
		break;
	case VCS_CLUSTER_FROZEN:
		strscpy(text, "provider", WAITING_LEN);
		break;
	case VCS_CLUSTER_EVICTED:
	case VCS_CLUSTER_LEAVING:
		if (vcs_listeners_stateful_locked(cluster))
			strscpy(text, "listeners", WAITING_LEN);
		break;
	case VCS_CLUSTER_MEMBER:
		if (!cluster->quorate)
			strscpy(text, "quorum", WAITING_LEN);
		else if (!vcs_sync_done_locked(cluster))
			strscpy(text, "sync", WAITING_LEN);
		else
			first_listener_waits(cluster, text);
		break;
	case VCS_CLUSTER_LEFT:
		break;
	}
}

static int fill_view(struct sk_buff *skb, const struct vcs_view *view)
{
	const struct vcs_member *m;
	u32 votes = 0;

	vcs_view_for_each(m, view)
		votes += m->votes;

	if (nla_put(skb, VCS_A_LIFETIME, VCS_LIFETIME_LEN, view->lifetime.id) ||
	    nla_put_u64_64bit(skb, VCS_A_GENERATION, view->generation,
			      VCS_A_PAD) ||
	    nla_put_u32(skb, VCS_A_VOTES, votes) ||
	    nla_put_u32(skb, VCS_A_EXPECTED_VOTES, view->expected_votes) ||
	    nla_put_u32(skb, VCS_A_QUORUM, view->quorum) ||
	    nla_put_u32(skb, VCS_A_NR_MEMBERS, view->nr_members))
		return -EMSGSIZE;
	return 0;
}

/* While it runs, REASON is about quorum; otherwise about the state. */
static const char *reason_locked(const struct vcs_cluster *cluster)
{
	if (cluster->state == VCS_CLUSTER_MEMBER && cluster->quorum_reason[0])
		return cluster->quorum_reason;
	return cluster->state_reason;
}

int vcs_nl_fill_cluster_locked(struct sk_buff *skb,
			       struct vcs_cluster *cluster)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	char waiting[WAITING_LEN];

	waiting_for_locked(cluster, waiting);
	if (nla_put_string(skb, VCS_A_CLUSTER, cluster->name) ||
	    nla_put_string(skb, VCS_A_PROVIDER, cluster->provider_name) ||
	    nla_put_u32(skb, VCS_A_STATE, cluster->state) ||
	    nla_put_u8(skb, VCS_A_QUORATE, cluster->quorate) ||
	    nla_put_string(skb, VCS_A_REASON, reason_locked(cluster)) ||
	    nla_put_u32(skb, VCS_A_LOCAL_NODE, cluster->local_nodeid) ||
	    nla_put_u64_64bit(skb, VCS_A_INCARNATION, cluster->incarnation,
			      VCS_A_PAD) ||
	    nla_put_s32(skb, VCS_A_ERROR, cluster->error) ||
	    nla_put_string(skb, VCS_A_WAITING_FOR, waiting))
		return -EMSGSIZE;
	return view ? fill_view(skb, view) : 0;
}

int vcs_nl_fill_log(struct sk_buff *skb, const struct vcs_log_entry *entry)
{
	if (nla_put_u64_64bit(skb, VCS_A_LOG_SEQ, entry->seq, VCS_A_PAD) ||
	    nla_put_u64_64bit(skb, VCS_A_TIME_NS, entry->time_ns, VCS_A_PAD) ||
	    nla_put_u32(skb, VCS_A_LOG_CODE, entry->code) ||
	    nla_put_u32(skb, VCS_A_NODEID, entry->nodeid) ||
	    nla_put_u64_64bit(skb, VCS_A_INCARNATION, entry->incarnation,
			      VCS_A_PAD) ||
	    nla_put_u64_64bit(skb, VCS_A_GENERATION, entry->generation,
			      VCS_A_PAD) ||
	    nla_put_string(skb, VCS_A_TEXT, entry->text))
		return -EMSGSIZE;
	return 0;
}
