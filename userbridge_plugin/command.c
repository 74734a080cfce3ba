// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon says: one handler for all commands of an owner, which checks
 * what is common to them, and one short function for each.
 *
 * Locking: each command runs under bridge.order; bridge.lock is taken for the
 * state, and not held across an upcall. See bridge.h.
 */
#include <linux/random.h>
#include <net/sock.h>

#include "bridge.h"

#define A(name)		BIT_ULL(VCS_UB_A_##name)
#define OWNED		(A(CLUSTER) | A(COOKIE))

struct command {
	u64 need;
	u64 may;
	bool frozen_too;	/* also before RESUME */
	int (*run)(struct ub_bridge *bridge, struct genl_info *info);
};

static int refused(struct genl_info *info, int err,
		   const struct ub_refusal *refusal)
{
	return refusal->text ? ub_nl_refuse(info, refusal->attr, err,
					    refusal->text) : err;
}

static u32 get_u32(struct genl_info *info, enum vcs_ub_attr attr)
{
	return nla_get_u32(info->attrs[attr]);
}

static u64 get_u64(struct genl_info *info, enum vcs_ub_attr attr)
{
	return nla_get_u64(info->attrs[attr]);
}

static const struct vcs_lifetime *get_lifetime(struct genl_info *info)
{
	return nla_data(info->attrs[VCS_UB_A_LIFETIME]);
}

static const char *get_reason(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VCS_UB_A_REASON];

	return attr ? nla_data(attr) : "";
}

static int core_errno(struct genl_info *info, enum vcs_ub_attr attr, int err)
{
	switch (err) {
	case -ESTALE:
		return ub_nl_refuse(info, attr, err,
				    "not of the current view; GET says which that is");
	case -ESHUTDOWN:
		return ub_nl_refuse(info, VCS_UB_A_CLUSTER, err,
				    "CLUSTER: it is being left; answer LEAVE");
	default:
		return err;
	}
}

static int run_resume(struct ub_bridge *bridge, struct genl_info *info)
{
	struct ub_refusal refusal = { 0 };
	int err;

	mutex_lock(&bridge->lock);
	err = ub_check_resume(&bridge->state, get_lifetime(info),
			      get_u64(info, VCS_UB_A_GENERATION), &refusal);
	mutex_unlock(&bridge->lock);
	if (err)
		return refused(info, err, &refusal);
	/* The word of the dead daemon must not come to life again. */
	err = vcs_set_quorate(bridge->cluster, get_lifetime(info),
			      get_u64(info, VCS_UB_A_GENERATION),
			      nla_get_u8(info->attrs[VCS_UB_A_QUORATE]),
			      get_reason(info));
	if (err)
		return core_errno(info, VCS_UB_A_GENERATION, err);
	/* In this order: an owner lost from here on freezes the core again. */
	mutex_lock(&bridge->lock);
	ub_resumed(&bridge->state);
	mutex_unlock(&bridge->lock);
	vcs_provider_recovered(bridge->cluster);
	return 0;
}

static int run_view(struct ub_bridge *bridge, struct genl_info *info)
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
		ub_nl_refuse(info, err == -ESTALE ? VCS_UB_A_GENERATION :
						    VCS_UB_A_CLUSTER, err, why);
free_view:
	ub_view_free(&view);
	return err;
}

static int run_quorate(struct ub_bridge *bridge, struct genl_info *info)
{
	int err;

	err = vcs_set_quorate(bridge->cluster, get_lifetime(info),
			      get_u64(info, VCS_UB_A_GENERATION),
			      nla_get_u8(info->attrs[VCS_UB_A_QUORATE]),
			      get_reason(info));
	return err ? core_errno(info, VCS_UB_A_GENERATION, err) : 0;
}

/* The number of an own record; 0 of another's. */
static int get_own(struct ub_bridge *bridge, struct genl_info *info, u64 *seq)
{
	bool own = get_u32(info, VCS_UB_A_FROM) ==
		   vcs_local_nodeid(bridge->cluster);

	*seq = 0;
	if (!own && info->attrs[VCS_UB_A_SEQ])
		return ub_nl_refuse(info, VCS_UB_A_SEQ, -EINVAL,
				    "SEQ: only with a record FROM the local node");
	if (!own)
		return 0;
	if (!info->attrs[VCS_UB_A_SEQ])
		return ub_nl_need(info, VCS_UB_A_SEQ);
	*seq = get_u64(info, VCS_UB_A_SEQ);
	return 0;
}

static int check_record(struct ub_bridge *bridge, struct genl_info *info,
			u64 *seq)
{
	const struct nlattr *data = info->attrs[VCS_UB_A_DATA];
	const struct ub_state *state = &bridge->state;
	struct ub_refusal refusal = { 0 };
	int err;

	err = get_own(bridge, info, seq);
	if (err)
		return err;
	mutex_lock(&bridge->lock);
	err = ub_check_record(state, get_u64(info, VCS_UB_A_GENERATION),
			      get_u64(info, VCS_UB_A_POSITION), &refusal);
	if (!err && info->attrs[VCS_UB_A_SEQ])
		err = ub_check_own(state, *seq, nla_data(data), nla_len(data),
				   &refusal);
	mutex_unlock(&bridge->lock);
	return err ? refused(info, err, &refusal) : 0;
}

static int run_deliver(struct ub_bridge *bridge, struct genl_info *info)
{
	const struct nlattr *data = info->attrs[VCS_UB_A_DATA];
	u64 seq;
	int err;

	err = check_record(bridge, info, &seq);
	if (err)
		return err;
	if (!vcs_is_member(bridge->cluster, get_u32(info, VCS_UB_A_FROM)))
		return ub_nl_refuse(info, VCS_UB_A_FROM, -EPROTO,
				    "FROM: not a member of this view");
	err = vcs_deliver_record(bridge->cluster, get_lifetime(info),
				 get_u64(info, VCS_UB_A_GENERATION),
				 get_u32(info, VCS_UB_A_FROM), nla_data(data),
				 nla_len(data));
	/* What the core cannot read is void on every node alike: it is taken. */
	if (err && err != -EPROTO)
		return core_errno(info, VCS_UB_A_GENERATION, err);
	mutex_lock(&bridge->lock);
	ub_record_taken(&bridge->state, seq);
	mutex_unlock(&bridge->lock);
	return 0;
}

static int run_result(struct ub_bridge *bridge, struct genl_info *info)
{
	struct ub_refusal refusal = { 0 };
	enum vcs_ub_cmd cmd;
	int err;

	mutex_lock(&bridge->lock);
	err = ub_answer(&bridge->state, get_u64(info, VCS_UB_A_SEQ), &cmd,
			&refusal);
	if (!err && cmd == VCS_UB_CMD_LEAVE)
		complete_all(&bridge->left);
	mutex_unlock(&bridge->lock);
	return err ? refused(info, err, &refusal) : 0;
}

static int fence_errno(struct genl_info *info, int err)
{
	switch (err) {
	case -EINVAL:
		return ub_nl_refuse(info, VCS_UB_A_NODEID, err,
				    "NODEID: a node does not fence itself; say EVICTED or LEAVE");
	case -ENOENT:
		return ub_nl_refuse(info, VCS_UB_A_NODEID, err,
				    "NODEID: no member with this INCARNATION");
	case -EAGAIN:
		return ub_nl_refuse(info, VCS_UB_A_FENCE_COOKIE, err,
				    "FENCE_COOKIE: too many are under way; ask again later");
	default:
		return core_errno(info, VCS_UB_A_CLUSTER, err);
	}
}

static int run_fence(struct ub_bridge *bridge, struct genl_info *info)
{
	u64 incarnation = get_u64(info, VCS_UB_A_INCARNATION);
	u64 cookie = get_u64(info, VCS_UB_A_FENCE_COOKIE);
	u32 nodeid = get_u32(info, VCS_UB_A_NODEID);
	struct ub_refusal refusal = { 0 };
	int err;

	/* The answer may come before the call returns: make its place first. */
	mutex_lock(&bridge->lock);
	err = ub_fence_begin(&bridge->state, nodeid, incarnation, cookie,
			     &refusal);
	mutex_unlock(&bridge->lock);
	if (err)
		return refused(info, err, &refusal);
	err = vcs_provider_fence(bridge->cluster, nodeid, incarnation, cookie);
	if (!err)
		return 0;
	mutex_lock(&bridge->lock);
	ub_fence_undo(&bridge->state, cookie);
	mutex_unlock(&bridge->lock);
	return fence_errno(info, err);
}

static int run_may_join(struct ub_bridge *bridge, struct genl_info *info)
{
	int err;

	err = vcs_may_join(bridge->cluster, get_u32(info, VCS_UB_A_NODEID),
			   nla_get_flag(info->attrs[VCS_UB_A_SETTLED]));
	if (err != -EAGAIN)
		return err ? core_errno(info, VCS_UB_A_CLUSTER, err) : 0;
	return ub_nl_refuse(info, VCS_UB_A_NODEID, -EBUSY,
			    "NODEID: a fence of it is pending; hold its join and ask again");
}

static int run_join_failed(struct ub_bridge *bridge, struct genl_info *info)
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
			get_reason(info));
	return 0;
}

static int run_evicted(struct ub_bridge *bridge, struct genl_info *info)
{
	vcs_report_evicted(bridge->cluster,
			   get_u32(info, VCS_UB_A_LEAVE_REASON));
	return 0;
}

static int run_suspect(struct ub_bridge *bridge, struct genl_info *info)
{
	vcs_report_suspect(bridge->cluster, get_u32(info, VCS_UB_A_NODEID),
			   nla_get_u8(info->attrs[VCS_UB_A_SUSPECT]),
			   get_reason(info));
	return 0;
}

static int run_store(struct ub_bridge *bridge, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VCS_UB_A_STATE];

	mutex_lock(&bridge->lock);
	bridge->stored_len = nla_len(attr);
	memcpy(bridge->stored, nla_data(attr), nla_len(attr));
	mutex_unlock(&bridge->lock);
	return 0;
}

static int run_ping(struct ub_bridge *bridge, struct genl_info *info)
{
	return 0;
}

static const struct command commands[] = {
	[VCS_UB_CMD_RESUME] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(QUORATE), A(REASON),
		true, run_resume },
	[VCS_UB_CMD_VIEW] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(EXPECTED_VOTES) |
		A(QUORUM) | A(MEMBER), A(DEPARTED), false, run_view },
	[VCS_UB_CMD_QUORATE] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(QUORATE), A(REASON),
		false, run_quorate },
	[VCS_UB_CMD_DELIVER] = {
		OWNED | A(LIFETIME) | A(GENERATION) | A(POSITION) | A(FROM) |
		A(DATA), A(SEQ), false, run_deliver },
	[VCS_UB_CMD_RESULT] = { OWNED | A(SEQ), 0, true, run_result },
	[VCS_UB_CMD_FENCE] = {
		OWNED | A(NODEID) | A(INCARNATION) | A(FENCE_COOKIE), 0,
		false, run_fence },
	[VCS_UB_CMD_MAY_JOIN] = {
		OWNED | A(NODEID), A(SETTLED), false, run_may_join },
	[VCS_UB_CMD_JOIN_FAILED] = {
		OWNED | A(ERROR), A(REASON), true, run_join_failed },
	[VCS_UB_CMD_EVICTED] = {
		OWNED | A(LEAVE_REASON), 0, true, run_evicted },
	[VCS_UB_CMD_SUSPECT] = {
		OWNED | A(NODEID) | A(SUSPECT), A(REASON), false, run_suspect },
	[VCS_UB_CMD_STORE] = { OWNED | A(STATE), 0, true, run_store },
	[VCS_UB_CMD_PING] = { OWNED, 0, true, run_ping },
};

static int check_attrs(struct genl_info *info, u64 need, u64 may)
{
	int i, err;

	for (i = 1; i <= VCS_UB_A_MAX; i++) {
		if (need & BIT_ULL(i)) {
			err = ub_nl_need(info, i);
			if (err)
				return err;
		} else if (info->attrs[i] && !(may & BIT_ULL(i))) {
			return ub_nl_refuse(info, i, -EINVAL,
					    "this command does not take this attribute");
		}
	}
	return 0;
}

static struct ub_bridge *find(struct genl_info *info)
{
	struct ub_bridge *bridge;

	bridge = ub_bridge_get(genl_info_net(info),
			       nla_data(info->attrs[VCS_UB_A_CLUSTER]));
	if (!bridge)
		ub_nl_refuse(info, VCS_UB_A_CLUSTER, -ENOENT,
			     "CLUSTER: none of this name waits for a daemon here; join it with the provider userbridge");
	return bridge;
}

/* Stands for a socket: its address, while the owner holds it. */
static u64 owner_of(const struct sock *sk)
{
	return (unsigned long)sk;
}

static int check_owner(struct ub_bridge *bridge, struct sk_buff *skb,
		       struct genl_info *info, bool frozen_too)
{
	struct ub_refusal refusal = { 0 };
	int err;

	mutex_lock(&bridge->lock);
	err = ub_check_owner(&bridge->state, owner_of(NETLINK_CB(skb).sk),
			     get_u64(info, VCS_UB_A_COOKIE), ub_now_ms(),
			     &refusal);
	if (!err && !frozen_too)
		err = ub_check_resumed(&bridge->state, &refusal);
	mutex_unlock(&bridge->lock);
	return err ? refused(info, err, &refusal) : 0;
}

/* Sends what waits, and waits for the next deadline. */
static void go_on(struct ub_bridge *bridge)
{
	bool room;

	lockdep_assert_held(&bridge->order);
	mutex_lock(&bridge->lock);
	ub_flush_locked(bridge);
	ub_bridge_rearm_locked(bridge);
	room = ub_has_room(&bridge->state);
	mutex_unlock(&bridge->lock);
	/* A record was delivered, or a view has made them void. */
	if (room)
		vcs_submit_ready(bridge->cluster);
}

static int owner_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct command *command = &commands[info->genlhdr->cmd];
	struct ub_bridge *bridge;
	int err;

	err = check_attrs(info, command->need, command->may);
	if (err)
		return err;
	bridge = find(info);
	if (!bridge)
		return -ENOENT;
	mutex_lock(&bridge->order);
	err = -ENOENT;
	if (!bridge->dead) {
		ub_bridge_settle(bridge);
		err = check_owner(bridge, skb, info, command->frozen_too);
		if (!err) {
			err = command->run(bridge, info);
			go_on(bridge);
		}
	}
	mutex_unlock(&bridge->order);
	ub_bridge_put(bridge);
	return err;
}

static int claim_locked(struct ub_bridge *bridge, struct sk_buff *skb,
			struct genl_info *info, struct sk_buff *reply,
			const struct vcs_view *view)
{
	struct sock *sk = NETLINK_CB(skb).sk;
	struct ub_refusal refusal = { 0 };
	void *hdr;
	int err;

	lockdep_assert_held(&bridge->lock);
	err = ub_claim(&bridge->state, owner_of(sk), get_random_u64(),
		       get_u32(info, VCS_UB_A_DEADLINE_MS), ub_now_ms(),
		       &refusal);
	if (err)
		return refused(info, err, &refusal);
	sock_hold(sk);
	bridge->sk = sk;
	bridge->portid = info->snd_portid;
	hdr = genlmsg_put_reply(reply, info, &ub_genl_family, 0,
				VCS_UB_CMD_CLAIM);
	if (!hdr || ub_fill_claim(reply, bridge, view)) {
		ub_bridge_drop_locked(bridge, "the daemon could not be answered");
		return -EMSGSIZE;
	}
	genlmsg_end(reply, hdr);
	vcs_log(bridge->cluster, VCS_LOG_PROVIDER, 0, 0,
		"claimed by the daemon at port %u", bridge->portid);
	return 0;
}

/* Under one hold of the lock, so that no request comes before the reply. */
static int claim(struct ub_bridge *bridge, struct sk_buff *skb,
		 struct genl_info *info)
{
	const struct vcs_view *view = vcs_view_get(bridge->cluster);
	struct sk_buff *reply;
	int err = -ENOMEM;

	reply = genlmsg_new(ub_claim_size(view), UB_GFP);
	if (!reply) {
		GENL_SET_ERR_MSG(info, "there is no memory for the reply: claim again");
		goto put_view;
	}
	mutex_lock(&bridge->lock);
	err = claim_locked(bridge, skb, info, reply, view);
	if (err) {
		nlmsg_free(reply);
		goto unlock;
	}
	err = genlmsg_reply(reply, info);
	/* Who was not told the cookie must not keep others away. */
	if (err) {
		ub_bridge_drop_locked(bridge, "the daemon could not be answered");
		ub_nl_refuse(info, VCS_UB_A_CLUSTER, err,
			     "CLUSTER: no room for the reply; read what is in the socket and claim again");
	}
unlock:
	mutex_unlock(&bridge->lock);
put_view:
	vcs_view_put(view);
	return err;
}

static int claim_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ub_bridge *bridge;
	u32 deadline;
	int err;

	err = check_attrs(info, A(CLUSTER) | A(DEADLINE_MS), 0);
	if (err)
		return err;
	deadline = get_u32(info, VCS_UB_A_DEADLINE_MS);
	if (deadline < VCS_UB_DEADLINE_MIN_MS ||
	    deadline > VCS_UB_DEADLINE_MAX_MS)
		return ub_nl_refuse(info, VCS_UB_A_DEADLINE_MS, -EINVAL,
				    "DEADLINE_MS: 100 to 600000");
	bridge = find(info);
	if (!bridge)
		return -ENOENT;
	mutex_lock(&bridge->order);
	err = -ENOENT;
	if (!bridge->dead) {
		ub_bridge_settle(bridge);
		err = claim(bridge, skb, info);
		go_on(bridge);
	}
	mutex_unlock(&bridge->order);
	ub_bridge_put(bridge);
	return err;
}

static int fill_get(struct sk_buff *skb, struct ub_bridge *bridge, u32 portid,
		    u32 seq, int flags)
{
	void *hdr = genlmsg_put(skb, portid, seq, &ub_genl_family, flags,
				VCS_UB_CMD_GET);
	int err = -ENOENT;

	if (!hdr)
		return -EMSGSIZE;
	mutex_lock(&bridge->lock);
	if (!bridge->dead)
		err = ub_fill_info(skb, bridge);
	mutex_unlock(&bridge->lock);
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

static int get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ub_bridge *bridge;
	struct sk_buff *reply;
	int err;

	err = check_attrs(info, A(CLUSTER), 0);
	if (err)
		return err;
	bridge = find(info);
	if (!bridge)
		return -ENOENT;
	err = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (reply)
		err = fill_get(reply, bridge, info->snd_portid, info->snd_seq,
			       0);
	ub_bridge_put(bridge);
	if (!err)
		return genlmsg_reply(reply, info);
	nlmsg_free(reply);
	return err;
}

static int get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ub_bridge *bridge;
	int err = 0;

	while (!err && (bridge = ub_bridge_nth(sock_net(skb->sk),
					       cb->args[0]))) {
		err = fill_get(skb, bridge, NETLINK_CB(cb->skb).portid,
			       cb->nlh->nlmsg_seq, NLM_F_MULTI);
		ub_bridge_put(bridge);
		/* One that has just gone has nothing to show. */
		if (err == -ENOENT)
			err = 0;
		if (!err)
			cb->args[0]++;
	}
	return skb->len;
}

#define OWNER_OP(_cmd) {					\
		.cmd = (_cmd),					\
		.flags = GENL_ADMIN_PERM,			\
		.doit = owner_doit,				\
	}

static const struct genl_ops ub_genl_ops[] = {
	{
		.cmd = VCS_UB_CMD_CLAIM,
		.flags = GENL_ADMIN_PERM,
		.doit = claim_doit,
	},
	OWNER_OP(VCS_UB_CMD_RESUME),
	OWNER_OP(VCS_UB_CMD_VIEW),
	OWNER_OP(VCS_UB_CMD_QUORATE),
	OWNER_OP(VCS_UB_CMD_DELIVER),
	OWNER_OP(VCS_UB_CMD_RESULT),
	OWNER_OP(VCS_UB_CMD_FENCE),
	OWNER_OP(VCS_UB_CMD_MAY_JOIN),
	OWNER_OP(VCS_UB_CMD_JOIN_FAILED),
	OWNER_OP(VCS_UB_CMD_EVICTED),
	OWNER_OP(VCS_UB_CMD_SUSPECT),
	OWNER_OP(VCS_UB_CMD_STORE),
	OWNER_OP(VCS_UB_CMD_PING),
	{
		.cmd = VCS_UB_CMD_GET,
		.doit = get_doit,
		.dumpit = get_dump,
	},
};

struct genl_family ub_genl_family __ro_after_init = {
	.name = VCS_UB_GENL_NAME,
	.version = VCS_UB_GENL_VERSION,
	.maxattr = VCS_UB_A_MAX,
	.policy = ub_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ub_genl_ops,
	.n_ops = ARRAY_SIZE(ub_genl_ops),
};
