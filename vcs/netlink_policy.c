// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each netlink command accepts. Types, lengths and numbers are checked by
 * the netlink core in its strict mode (for JOIN, in its handler), which also
 * refuses attributes that a command does not list, and points to the attribute.
 * Texts are checked here, so that a refusal says what would be right. Behind
 * this boundary the values are trusted. No state, no locks.
 *
 * Only strings and binaries may have a function in their policy: where a range
 * is asked for, the netlink core takes its pointer for the limits.
 */
#include <linux/ctype.h>
#include "netlink.h"

/* What a text attribute may be, and what is said when it is not. */
struct text_rule {
	size_t max;
	bool (*allowed)(char c);
	const char *bad_length;
	const char *bad_char;
};

static bool name_char(char c)
{
	return isascii(c) && (isalnum(c) || strchr("._-", c));
}

static bool provider_char(char c)
{
	return isascii(c) && (islower(c) || isdigit(c) || strchr("_-", c));
}

/* Bytes above 127 may be UTF-8 and go through. */
static bool text_char(char c)
{
	return (unsigned char)c >= ' ' && c != 0x7f;
}

static const struct text_rule text_rules[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = {
		VCS_NAME_MAX, name_char,
		"CLUSTER must be 1 to 31 characters and a zero byte",
		"CLUSTER: use letters, digits, '.', '_' and '-' only",
	},
	[VCS_A_PROVIDER] = {
		VCS_NAME_MAX, provider_char,
		"PROVIDER must be 1 to 31 characters and a zero byte",
		"PROVIDER: use a-z, 0-9, '_' and '-' only",
	},
	[VCS_A_OPTIONS] = {
		VCS_OPTIONS_MAX, text_char,
		"OPTIONS must be at most 1023 characters and a zero byte",
		"OPTIONS: control characters are refused",
	},
	[VCS_A_REASON] = {
		VCS_REASON_MAX, text_char,
		"REASON must be at most 127 characters and a zero byte",
		"REASON: control characters are refused",
	},
	[VCS_A_TEXT] = {
		VCS_TEXT_MAX, text_char,
		"TEXT must be at most 191 characters and a zero byte",
		"TEXT: control characters are refused",
	},
};

int vcs_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  int err, const char *text)
{
	if (extack) {
		extack->_msg = text;
		extack->bad_attr = attr;
	}
	return err;
}

static int check_text(const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	const struct text_rule *rule = &text_rules[nla_type(attr)];
	const char *text = nla_data(attr);
	size_t len = strnlen(text, nla_len(attr));
	size_t i;

	if (len + 1 != nla_len(attr) || len > rule->max)
		return vcs_nl_refuse(extack, attr, -EINVAL, rule->bad_length);
	for (i = 0; i < len; i++)
		if (!rule->allowed(text[i]))
			return vcs_nl_refuse(extack, attr, -EINVAL,
					     rule->bad_char);
	return 0;
}

static int check_name(const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);
	int err = check_text(attr, extack);

	if (err)
		return err;
	if (!*name)
		return vcs_nl_refuse(extack, attr, -EINVAL,
				     text_rules[nla_type(attr)].bad_length);
	if (!strcmp(name, ".") || !strcmp(name, "..") ||
	    !strcmp(name, "providers"))
		return vcs_nl_refuse(extack, attr, -EINVAL,
				     "CLUSTER: '.', '..' and 'providers' are reserved; choose another name");
	return 0;
}

static int check_provider(const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);
	int err = check_text(attr, extack);

	if (!err && !*name)
		err = vcs_nl_refuse(extack, attr, -EINVAL,
				    text_rules[VCS_A_PROVIDER].bad_length);
	return err;
}

static int check_key(const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	if (nla_len(attr) != VCS_KEY_LEN)
		return vcs_nl_refuse(extack, attr, -EINVAL,
				     "KEY must be exactly 32 bytes");
	return 0;
}

#define CLUSTER_RULE	NLA_POLICY_VALIDATE_FN(NLA_STRING, check_name)
#define TEXT_RULE	NLA_POLICY_VALIDATE_FN(NLA_STRING, check_text)
#define NODEID_RULE	NLA_POLICY_MIN(NLA_U32, 1)

/* Lets everything through to a command that parses for itself. */
const struct nla_policy vcs_unparsed_policy[VCS_A_MAX + 1];

const struct nla_policy vcs_join_policy[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = CLUSTER_RULE,
	[VCS_A_PROVIDER] = NLA_POLICY_VALIDATE_FN(NLA_STRING, check_provider),
	[VCS_A_OPTIONS] = TEXT_RULE,
	[VCS_A_KEY] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, check_key),
};

const struct nla_policy vcs_leave_policy[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = CLUSTER_RULE,
	[VCS_A_FORCE] = { .type = NLA_FLAG },
};

const struct nla_policy vcs_cluster_policy[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = CLUSTER_RULE,
};

const struct nla_policy vcs_fence_policy[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = CLUSTER_RULE,
	[VCS_A_NODEID] = NODEID_RULE,
	[VCS_A_INCARNATION] = { .type = NLA_U64 },
	[VCS_A_REASON] = TEXT_RULE,
};

const struct nla_policy vcs_confirm_policy[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = CLUSTER_RULE,
	[VCS_A_NODEID] = NODEID_RULE,
	[VCS_A_INCARNATION] = { .type = NLA_U64 },
};

const struct nla_policy vcs_accept_policy[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = CLUSTER_RULE,
	[VCS_A_REQUEST] = { .type = NLA_U64 },
};

const struct nla_policy vcs_done_policy[VCS_A_MAX + 1] = {
	[VCS_A_CLUSTER] = CLUSTER_RULE,
	[VCS_A_REQUEST] = { .type = NLA_U64 },
	[VCS_A_COOKIE] = { .type = NLA_U64 },
	[VCS_A_RESULT] = NLA_POLICY_MAX(NLA_U32, VCS_FENCE_FAILED),
	[VCS_A_TEXT] = TEXT_RULE,
};

static const char *missing_text(enum vcs_attr type)
{
	switch (type) {
	case VCS_A_CLUSTER:
		return "CLUSTER is missing: give the name of the cluster";
	case VCS_A_PROVIDER:
		return "PROVIDER is missing: give the name of a provider";
	case VCS_A_NODEID:
		return "NODEID is missing: say which node";
	case VCS_A_REQUEST:
		return "REQUEST is missing: give the id that was announced";
	case VCS_A_COOKIE:
		return "COOKIE is missing: give what FENCE_ACCEPT returned";
	case VCS_A_RESULT:
		return "RESULT is missing: say what the agent achieved";
	default:
		return "a required attribute is missing";
	}
}

int vcs_nl_need(struct nlattr **attrs, struct netlink_ext_ack *extack,
		enum vcs_attr type)
{
	if (attrs && attrs[type])
		return 0;
	NL_SET_ERR_ATTR_MISS(extack, NULL, type);
	return vcs_nl_refuse(extack, NULL, -EINVAL, missing_text(type));
}

struct vcs_cluster *vcs_nl_cluster(struct net *net, struct nlattr **attrs,
				   struct netlink_ext_ack *extack)
{
	struct vcs_cluster *cluster;
	int err;

	err = vcs_nl_need(attrs, extack, VCS_A_CLUSTER);
	if (err)
		return ERR_PTR(err);
	cluster = vcs_cluster_get(net, nla_data(attrs[VCS_A_CLUSTER]));
	if (cluster)
		return cluster;
	vcs_nl_refuse(extack, attrs[VCS_A_CLUSTER], -ENOENT,
		      "CLUSTER: no cluster of this name in this network namespace; GET_CLUSTER lists them");
	return ERR_PTR(-ENOENT);
}
