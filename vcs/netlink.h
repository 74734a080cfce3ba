/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of the generic netlink family, and by nothing else. */
#ifndef _VCS_NETLINK_H
#define _VCS_NETLINK_H

#include <net/genetlink.h>
#include "cluster.h"
#include "compat.h"

/* Indices into the family's multicast groups. */
enum vcs_nl_group {
	VCS_NL_GROUP_EVENTS,
	VCS_NL_GROUP_FENCE,
};

extern struct genl_family vcs_genl_family;

/* netlink_policy.c: which attributes a command takes, and their values. */
extern const struct nla_policy vcs_unparsed_policy[VCS_A_MAX + 1];
extern const struct nla_policy vcs_join_policy[VCS_A_MAX + 1];
extern const struct nla_policy vcs_leave_policy[VCS_A_MAX + 1];
extern const struct nla_policy vcs_cluster_policy[VCS_A_MAX + 1];
extern const struct nla_policy vcs_fence_policy[VCS_A_MAX + 1];
extern const struct nla_policy vcs_confirm_policy[VCS_A_MAX + 1];
extern const struct nla_policy vcs_accept_policy[VCS_A_MAX + 1];
extern const struct nla_policy vcs_done_policy[VCS_A_MAX + 1];

/* Sets the text and the attribute it is about; returns @err. */
int vcs_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  int err, const char *text);
/* -EINVAL and a text that names @type when it is not in @attrs. */
int vcs_nl_need(struct nlattr **attrs, struct netlink_ext_ack *extack,
		enum vcs_attr type);
/* The cluster that VCS_A_CLUSTER names, held; an ERR_PTR with its text. */
struct vcs_cluster *vcs_nl_cluster(struct net *net, struct nlattr **attrs,
				   struct netlink_ext_ack *extack);

/* netlink_fill.c */
int vcs_nl_fill_log(struct sk_buff *skb, const struct vcs_log_entry *entry);
int vcs_nl_fill_cluster_locked(struct sk_buff *skb,
			       struct vcs_cluster *cluster);

/* netlink_dump.c */
int vcs_nl_provider_start(struct netlink_callback *cb);
int vcs_nl_provider_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vcs_nl_cluster_doit(struct sk_buff *skb, struct genl_info *info);
int vcs_nl_cluster_start(struct netlink_callback *cb);
int vcs_nl_cluster_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vcs_nl_node_start(struct netlink_callback *cb);
int vcs_nl_node_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vcs_nl_listener_start(struct netlink_callback *cb);
int vcs_nl_listener_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vcs_nl_fence_start(struct netlink_callback *cb);
int vcs_nl_fence_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vcs_nl_log_start(struct netlink_callback *cb);
int vcs_nl_log_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vcs_nl_dump_done(struct netlink_callback *cb);

/* netlink_fence.c */
int vcs_nl_fence_accept(struct sk_buff *skb, struct genl_info *info);
int vcs_nl_fence_done(struct sk_buff *skb, struct genl_info *info);
int vcs_nl_fence_start_notifier(void);
void vcs_nl_fence_stop_notifier(void);

#endif /* _VCS_NETLINK_H */
