/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files that handle messages: how they read attributes, and refuse.
 */
#ifndef _VCS_UB_COMMAND_H
#define _VCS_UB_COMMAND_H

#include "bridge.h"

/* command.c */
int ub_owner_doit(struct sk_buff *skb, struct genl_info *info);
int ub_check_attrs(struct genl_info *info, u64 need, u64 may);
struct ub_bridge *ub_find_bridge(struct genl_info *info);
u64 ub_owner_of(const struct sock *sk);
void ub_go_on(struct ub_bridge *bridge);

#define UB_A(name)	BIT_ULL(VCS_UB_A_##name)

/* What an owner says, one each; under bridge.order, attributes are there. */
/* decide.c */
int ub_run_resume(struct ub_bridge *bridge, struct genl_info *info);
int ub_run_view(struct ub_bridge *bridge, struct genl_info *info);
int ub_run_quorate(struct ub_bridge *bridge, struct genl_info *info);
int ub_run_join_failed(struct ub_bridge *bridge, struct genl_info *info);
int ub_run_evicted(struct ub_bridge *bridge, struct genl_info *info);
int ub_run_suspect(struct ub_bridge *bridge, struct genl_info *info);
/* answer.c */
int ub_run_deliver(struct ub_bridge *bridge, struct genl_info *info);
int ub_run_result(struct ub_bridge *bridge, struct genl_info *info);
/* fencing.c */
int ub_run_fence(struct ub_bridge *bridge, struct genl_info *info);
int ub_run_may_join(struct ub_bridge *bridge, struct genl_info *info);

/* claim.c and get.c */
int ub_claim_doit(struct sk_buff *skb, struct genl_info *info);
int ub_get_doit(struct sk_buff *skb, struct genl_info *info);
int ub_get_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* refusal.c: each returns the errno, and says why in the extended ack. */
int ub_nl_refuse(struct genl_info *info, enum vcs_ub_attr attr, int err,
		 const char *text);
int ub_nl_refuse_at(struct genl_info *info, const struct nlattr *attr, int err,
		    const char *text);
/* -EINVAL if it is not there. */
int ub_nl_need(struct genl_info *info, enum vcs_ub_attr attr);
int ub_nl_refusal(struct genl_info *info, int err,
		  const struct ub_refusal *refusal);
/* What the core answered; @attr: what was not of its view. */
int ub_nl_core(struct genl_info *info, enum vcs_ub_attr attr, int err);

static inline u32 ub_get_u32(struct genl_info *info, enum vcs_ub_attr attr)
{
	return nla_get_u32(info->attrs[attr]);
}

static inline u64 ub_get_u64(struct genl_info *info, enum vcs_ub_attr attr)
{
	return nla_get_u64(info->attrs[attr]);
}

static inline const struct vcs_lifetime *ub_get_lifetime(struct genl_info *info)
{
	return nla_data(info->attrs[VCS_UB_A_LIFETIME]);
}

static inline const char *ub_get_reason(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VCS_UB_A_REASON];

	return attr ? nla_data(attr) : "";
}

#endif /* _VCS_UB_COMMAND_H */
