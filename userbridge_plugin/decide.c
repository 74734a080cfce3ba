// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon decides: RESUME, VIEW, QUORATE, JOIN_FAILED, EVICTED; and whom
 * it doubts, SUSPECT. The core checks what it is told, and refuses.
 *
 * Locking: bridge.order, held by the caller; bridge.lock for the state, and not
 * across an upcall.
 */
#include "command.h"

int ub_run_resume(struct ub_bridge *bridge, struct genl_info *info)
{
	struct ub_refusal refusal = { 0 };
	int err;

	mutex_lock(&bridge->lock);
	err = ub_check_resume(&bridge->state, ub_get_lifetime(info),
			      ub_get_u64(info, VCS_UB_A_GENERATION), &refusal);
	mutex_unlock(&bridge->lock);
	if (err)
		return ub_nl_refusal(info, err, &refusal);
	/* The word of the dead daemon must not come to life again. */
	err = vcs_set_quorate(bridge->cluster, ub_get_lifetime(info),
			      ub_get_u64(info, VCS_UB_A_GENERATION),
			      nla_get_u8(info->attrs[VCS_UB_A_QUORATE]),
			      ub_get_reason(info));
	if (err)
		return ub_nl_core(info, VCS_UB_A_GENERATION, err);
	/* In this order: an owner lost from here on freezes the core again. */
	mutex_lock(&bridge->lock);
	ub_resumed(&bridge->state);
	mutex_unlock(&bridge->lock);
	vcs_provider_recovered(bridge->cluster);
	return 0;
}

/* The core's words say what is wrong, but not where, in most cases. */
static enum vcs_ub_attr view_attr(int err)
{
	switch (err) {
	case -ESTALE:
		return VCS_UB_A_GENERATION;
	case -ESHUTDOWN:
		return VCS_UB_A_CLUSTER;
	default:
		return VCS_UB_A_UNSPEC;
	}
}

int ub_run_view(struct ub_bridge *bridge, struct genl_info *info)
{
	const char *why = NULL;
	struct ub_view view;
	int err;

	err = ub_view_parse(&view, info);
	if (err)
		goto free_view;
	mutex_lock(&bridge->lock);
	ub_view_begin(&bridge->state, view.update.generation);
	mutex_unlock(&bridge->lock);
	err = vcs_publish_view_why(bridge->cluster, &view.update, &why);
	mutex_lock(&bridge->lock);
	ub_view_end(&bridge->state, &view.update.lifetime, !err);
	mutex_unlock(&bridge->lock);
	if (err)
		ub_nl_refuse(info, view_attr(err), err, why);
free_view:
	ub_view_free(&view);
	return err;
}

int ub_run_quorate(struct ub_bridge *bridge, struct genl_info *info)
{
	int err;

	err = vcs_set_quorate(bridge->cluster, ub_get_lifetime(info),
			      ub_get_u64(info, VCS_UB_A_GENERATION),
			      nla_get_u8(info->attrs[VCS_UB_A_QUORATE]),
			      ub_get_reason(info));
	return err ? ub_nl_core(info, VCS_UB_A_GENERATION, err) : 0;
}

int ub_run_join_failed(struct ub_bridge *bridge, struct genl_info *info)
{
	bool joined;

	mutex_lock(&bridge->lock);
	joined = bridge->state.generation;
	mutex_unlock(&bridge->lock);
	if (joined)
		return ub_nl_refuse(info, VCS_UB_A_ERROR, -EINVAL,
				    "ERROR: the join has succeeded; if the others go on without this node, say EVICTED");
	vcs_join_failed(bridge->cluster,
			nla_get_s32(info->attrs[VCS_UB_A_ERROR]),
			ub_get_reason(info));
	return 0;
}

int ub_run_evicted(struct ub_bridge *bridge, struct genl_info *info)
{
	vcs_report_evicted(bridge->cluster,
			   ub_get_u32(info, VCS_UB_A_LEAVE_REASON));
	return 0;
}

int ub_run_suspect(struct ub_bridge *bridge, struct genl_info *info)
{
	if (!vcs_is_member(bridge->cluster, ub_get_u32(info, VCS_UB_A_NODEID)))
		return ub_nl_refuse(info, VCS_UB_A_NODEID, -ENOENT,
				    "NODEID: not a member of the current view");
	vcs_report_suspect(bridge->cluster, ub_get_u32(info, VCS_UB_A_NODEID),
			   nla_get_u8(info->attrs[VCS_UB_A_SUSPECT]),
			   ub_get_reason(info));
	return 0;
}
