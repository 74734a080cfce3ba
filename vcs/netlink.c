// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family "vcs": its table of commands, and those that
 * change something. Mutating commands carry GENL_ADMIN_PERM, which asks for
 * CAP_NET_ADMIN in the initial user namespace, of the caller and of the
 * opener of the socket; root of another user namespace may only look.
 *
 * Locking: none of its own. Handlers run in parallel and take the locks of
 * what they call. JOIN only starts work: a provider's module may register a
 * netlink family itself, which waits for all handlers to return.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include "fence.h"
#include "netlink.h"
#include "notify.h"

/*
 * In 6.1 an extended ack can only carry a text that outlives the handler. The
 * few that quote the request are written here, in turn, padded to one length:
 * should another request overtake, the text is garbled, its length is not.
 */
#define QUOTE_SLOTS	16
#define QUOTE_LEN	120

static char quotes[QUOTE_SLOTS][QUOTE_LEN];
static atomic_t next_quote;

static const char *quote(const char *before, const char *word,
			 const char *after)
{
	unsigned int slot = atomic_inc_return(&next_quote);
	char *to = quotes[slot % QUOTE_SLOTS];
	char text[QUOTE_LEN];

	snprintf(text, sizeof(text), "%s'%.48s'%s", before, word, after);
	snprintf(to, QUOTE_LEN, "%-*s", QUOTE_LEN - 1, text);
	return to;
}

/* @bad: the word among the options that the core refused, or "" */
static int join_errno(struct genl_info *info, int err, const char *bad)
{
	struct nlattr *cluster = info->attrs[VCS_A_CLUSTER];

	switch (err) {
	case -EEXIST:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: this name is in use in this network namespace; leave it first");
	case -EBUSY:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: stateful listeners of an earlier life have not let go; unmount or stop them");
	case -EINVAL:
		return vcs_nl_refuse(info->extack,
				     info->attrs[VCS_A_OPTIONS], err,
				     quote("OPTIONS: ", bad,
					   " is refused; see vcsctl(8)"));
	case -ESHUTDOWN:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: the network namespace is going away; join from another");
	default:
		return err;
	}
}

static int join_parsed(struct sk_buff *skb, struct genl_info *info)
{
	struct vcs_join_request request = { 0 };
	struct nlattr **attrs = info->attrs;
	char bad[48];
	int err;

	err = vcs_nl_need(attrs, info->extack, VCS_A_CLUSTER);
	if (!err)
		err = vcs_nl_need(attrs, info->extack, VCS_A_PROVIDER);
	if (err)
		return err;
	request.name = nla_data(attrs[VCS_A_CLUSTER]);
	request.provider = nla_data(attrs[VCS_A_PROVIDER]);
	if (attrs[VCS_A_OPTIONS])
		request.options = nla_data(attrs[VCS_A_OPTIONS]);
	if (attrs[VCS_A_KEY])
		request.key = nla_data(attrs[VCS_A_KEY]);
	/* Of the opener too: the socket may have been handed to who has more. */
	request.sys_boot = netlink_capable(skb, CAP_SYS_BOOT);

	err = vcs_cluster_join(genl_info_net(info), &request, bad, sizeof(bad));
	return err ? join_errno(info, err, bad) : 0;
}

/*
 * The request must not leave the secret behind in freed memory, nor in the
 * refusal, which quotes it. That includes a malformed request, where nobody
 * can say what is the key: so it is parsed here, and wiped as a whole.
 * What genetlink refuses by itself (no capability, a dump) does not get here.
 */
static int join_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (info->genlhdr->reserved)
		err = vcs_nl_refuse(info->extack, NULL, -EINVAL,
				    "the reserved field of the header must be 0");
	else
		err = genlmsg_parse(info->nlhdr, &vcs_genl_family,
				    info->attrs, VCS_A_MAX, vcs_join_policy,
				    info->extack);
	if (!err)
		err = join_parsed(skb, info);
	memzero_explicit(genlmsg_data(info->genlhdr),
			 nlmsg_len(info->nlhdr) - GENL_HDRLEN);
	return err;
}

static int leave_errno(struct genl_info *info, int err)
{
	struct nlattr *cluster = info->attrs[VCS_A_CLUSTER];

	switch (err) {
	case -EBUSY:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: a stateful listener is registered; unmount or stop it, or set FORCE");
	case -EAGAIN:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: a recovery is under way; try again when it is over, or set FORCE");
	case -ESHUTDOWN:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: it is being left already");
	default:
		return err;
	}
}

static int leave_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vcs_cluster *cluster;
	int err;

	cluster = vcs_nl_cluster(genl_info_net(info), info->attrs,
				 info->extack);
	if (IS_ERR(cluster))
		return PTR_ERR(cluster);
	err = vcs_cluster_leave(cluster,
				nla_get_flag(info->attrs[VCS_A_FORCE]));
	vcs_cluster_put(cluster);
	return err ? leave_errno(info, err) : 0;
}

static int fence_errno(struct genl_info *info, int err)
{
	struct nlattr *nodeid = info->attrs[VCS_A_NODEID];
	struct nlattr *cluster = info->attrs[VCS_A_CLUSTER];

	switch (err) {
	case -ENOENT:
		return vcs_nl_refuse(info->extack, nodeid, err,
				     "NODEID: no such member; GET_NODE lists them");
	case -EOPNOTSUPP:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: its provider carries no records, so it cannot fence");
	case -ENOTCONN:
		return vcs_nl_refuse(info->extack, cluster, err,
				     "CLUSTER: this node is not a member; ask on one that is");
	default:
		return err;
	}
}

/* The life that the caller means; NULL: it did not say. */
static const u64 *meant_life(struct genl_info *info, u64 *incarnation)
{
	struct nlattr *attr = info->attrs[VCS_A_INCARNATION];

	if (!attr)
		return NULL;
	*incarnation = nla_get_u64(attr);
	return incarnation;
}

static int fence_member_locked(struct vcs_cluster *cluster, u32 nodeid,
			       const u64 *incarnation, const char *reason)
{
	const struct vcs_view *view = vcs_view_locked(cluster);
	const struct vcs_member *m;

	if (!view)
		return -ENOTCONN;
	m = vcs_view_member(view, nodeid);
	if (!m)
		return -ENOENT;
	if (incarnation && *incarnation != m->incarnation)
		return -ESTALE;
	return vcs_fence_request_locked(cluster, nodeid, m->incarnation,
					reason);
}

static int fence_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *reason = info->attrs[VCS_A_REASON];
	struct vcs_cluster *cluster;
	u64 life;
	int err;

	err = vcs_nl_need(info->attrs, info->extack, VCS_A_NODEID);
	if (err)
		return err;
	cluster = vcs_nl_cluster(genl_info_net(info), info->attrs,
				 info->extack);
	if (IS_ERR(cluster))
		return PTR_ERR(cluster);
	mutex_lock(&cluster->lock);
	err = fence_member_locked(cluster,
				  nla_get_u32(info->attrs[VCS_A_NODEID]),
				  meant_life(info, &life),
				  reason ? nla_data(reason) :
					   "asked for by an administrator");
	mutex_unlock(&cluster->lock);
	vcs_cluster_put(cluster);
	if (err == -ESTALE)
		return vcs_nl_refuse(info->extack,
				     info->attrs[VCS_A_INCARNATION], err,
				     "INCARNATION: another life of this node is the member; GET_NODE lists it");
	return err ? fence_errno(info, err) : 0;
}

static int confirm_errno(struct genl_info *info, int err)
{
	switch (err) {
	case -ENOENT:
		return vcs_nl_refuse(info->extack, info->attrs[VCS_A_NODEID],
				     err,
				     "NODEID: no fence of this node is pending; GET_FENCE lists them");
	case -ESTALE:
		return vcs_nl_refuse(info->extack,
				     info->attrs[VCS_A_INCARNATION], err,
				     "INCARNATION: no fence of this life is pending, but of another one; GET_FENCE lists them");
	default:
		return fence_errno(info, err);
	}
}

static int confirm_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct vcs_cluster *cluster;
	u64 life;
	int err;

	if (!netlink_capable(skb, CAP_SYS_ADMIN))
		return vcs_nl_refuse(info->extack, NULL, -EPERM,
				     "FENCE_CONFIRM needs CAP_SYS_ADMIN in the initial user namespace");
	err = vcs_nl_need(attrs, info->extack, VCS_A_NODEID);
	if (err)
		return err;
	cluster = vcs_nl_cluster(genl_info_net(info), attrs, info->extack);
	if (IS_ERR(cluster))
		return PTR_ERR(cluster);
	mutex_lock(&cluster->lock);
	err = vcs_fence_confirm_locked(cluster,
				       nla_get_u32(attrs[VCS_A_NODEID]),
				       meant_life(info, &life));
	mutex_unlock(&cluster->lock);
	vcs_cluster_put(cluster);
	return err ? confirm_errno(info, err) : 0;
}

static const struct genl_ops vcs_genl_ops[] = {
	{
		.cmd = VCS_CMD_JOIN,
		.flags = GENL_ADMIN_PERM,
		.validate = GENL_DONT_VALIDATE_STRICT,
		.doit = join_doit,
		.policy = vcs_unparsed_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_LEAVE,
		.flags = GENL_ADMIN_PERM,
		.doit = leave_doit,
		.policy = vcs_leave_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_GET_PROVIDER,
		.start = vcs_nl_provider_start,
		.dumpit = vcs_nl_provider_dump,
		.done = vcs_nl_dump_done,
	}, {
		.cmd = VCS_CMD_GET_CLUSTER,
		.doit = vcs_nl_cluster_doit,
		.start = vcs_nl_cluster_start,
		.dumpit = vcs_nl_cluster_dump,
		.done = vcs_nl_dump_done,
		.policy = vcs_cluster_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_GET_NODE,
		.start = vcs_nl_node_start,
		.dumpit = vcs_nl_node_dump,
		.done = vcs_nl_dump_done,
		.policy = vcs_cluster_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_GET_LISTENER,
		.start = vcs_nl_listener_start,
		.dumpit = vcs_nl_listener_dump,
		.done = vcs_nl_dump_done,
		.policy = vcs_cluster_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_GET_FENCE,
		.start = vcs_nl_fence_start,
		.dumpit = vcs_nl_fence_dump,
		.done = vcs_nl_dump_done,
		.policy = vcs_cluster_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_GET_LOG,
		.start = vcs_nl_log_start,
		.dumpit = vcs_nl_log_dump,
		.done = vcs_nl_dump_done,
		.policy = vcs_cluster_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_FENCE,
		.flags = GENL_ADMIN_PERM,
		.doit = fence_doit,
		.policy = vcs_fence_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_FENCE_CONFIRM,
		.flags = GENL_ADMIN_PERM,
		.doit = confirm_doit,
		.policy = vcs_confirm_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_FENCE_ACCEPT,
		.flags = GENL_ADMIN_PERM,
		.doit = vcs_nl_fence_accept,
		.policy = vcs_accept_policy,
		.maxattr = VCS_A_MAX,
	}, {
		.cmd = VCS_CMD_FENCE_DONE,
		.flags = GENL_ADMIN_PERM,
		.doit = vcs_nl_fence_done,
		.policy = vcs_done_policy,
		.maxattr = VCS_A_MAX,
	},
};

static const struct genl_multicast_group vcs_genl_groups[] = {
	[VCS_NL_GROUP_EVENTS] = { .name = VCS_GENL_GROUP_EVENTS },
	[VCS_NL_GROUP_FENCE] = {
		.name = VCS_GENL_GROUP_FENCE,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family vcs_genl_family __ro_after_init = {
	.name = VCS_GENL_NAME,
	.version = VCS_GENL_VERSION,
	.maxattr = VCS_A_MAX,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.resv_start_op = VCS_CMD_JOIN + 1,	/* JOIN is strict by itself */
	.ops = vcs_genl_ops,
	.n_ops = ARRAY_SIZE(vcs_genl_ops),
	.mcgrps = vcs_genl_groups,
	.n_mcgrps = ARRAY_SIZE(vcs_genl_groups),
};

int vcs_netlink_start(void)
{
	int err;

	err = vcs_nl_fence_start_notifier();
	if (err)
		return err;
	err = genl_register_family(&vcs_genl_family);
	if (err)
		vcs_nl_fence_stop_notifier();
	return err;
}

void vcs_netlink_stop(void)
{
	genl_unregister_family(&vcs_genl_family);
	vcs_nl_fence_stop_notifier();
}

/* Opening the family by name loads the module. */
MODULE_ALIAS_GENL_FAMILY(VCS_GENL_NAME);
