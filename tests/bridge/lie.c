// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages that the library would not send: it is used here from the inside,
 * for a lie must come from the owner's own socket.
 *
 *	lie cookie		a PING with another's cookie
 *	lie no_cookie		... with none
 *	lie no_cluster		... with no CLUSTER
 *	lie unended		... whose CLUSTER has no zero byte
 *	lie extra		... with a GENERATION, which it does not take
 *	lie unknown		... with an attribute that nobody knows
 *	lie request		a LEAVE, which the kernel sends and never takes
 *	lie command		a command that does not exist
 *	lie missing		a VIEW without GENERATION
 *	lie plain		a VIEW whose MEMBER is not marked as nested
 *	lie deep		a VIEW whose MEMBER is in a MEMBER
 *	lie stranger		a VIEW whose MEMBER has in it what nobody knows
 *	lie hollow		a VIEW whose MEMBER is nobody
 *	lie both		a VIEW whose MEMBER has a REASON to depart
 *	lie short_number	a VIEW whose NODEID has two bytes
 *	lie long_member		a VIEW whose MEMBER claims to be longer than all
 *	lie cut=N		a right VIEW without its last N bytes
 *	lie many=N		a VIEW of N members
 */
#include <err.h>
#include <string.h>
#include <sys/socket.h>
#include "../../tools/libvcs/bridge.h"
#include "actor.h"

#define MANY_BYTES	(16 << 20)	/* room for many members */

static struct nlmsghdr *header(struct vcsi_socket *s)
{
	return nlmsg_hdr(s->tx);
}

static void put_member(struct actor *actor, uint32_t nodeid)
{
	struct vcsi_socket *s = &actor->bridge->socket;
	struct nlattr *nest = vcsi_nest(s, VCS_UB_A_MEMBER);

	vcsi_put_u32(s, VCS_UB_NODE_A_NODEID, nodeid);
	vcsi_put_u64(s, VCS_UB_NODE_A_INCARNATION,
		     nodeid == 1 ? actor->incarnation : 0x100000 + nodeid);
	vcsi_put_u64(s, VCS_UB_NODE_A_JOINED_GENERATION,
		     nodeid == 1 ? 1 : actor->generation + 1);
	vcsi_put_u32(s, VCS_UB_NODE_A_VOTES, 1);
	vcsi_nest_end(s, nest);
}

/* A view that would be right, but for its members. */
static void view_head(struct actor *actor, bool generation)
{
	struct vcsi_socket *s = &actor->bridge->socket;

	vcsi_bridge_begin(actor->bridge, VCS_UB_CMD_VIEW);
	vcsi_put(s, VCS_UB_A_LIFETIME, actor->lifetime, VCS_LIFETIME_LEN);
	if (generation)
		vcsi_put_u64(s, VCS_UB_A_GENERATION, actor->generation + 1);
	vcsi_put_u32(s, VCS_UB_A_EXPECTED_VOTES, 3);
	vcsi_put_u32(s, VCS_UB_A_QUORUM, 1);
}

/* Does the nested MEMBER @how it is asked to; the member is node 1. */
static void bad_member(struct actor *actor, const struct step *step)
{
	struct vcsi_socket *s = &actor->bridge->socket;
	struct nlattr *nest;
	uint16_t two = 1;

	view_head(actor, true);
	nest = vcsi_nest(s, VCS_UB_A_MEMBER);
	if (step_word(step, "deep"))
		put_member(actor, 1);
	else if (step_word(step, "short_number"))
		vcsi_put(s, VCS_UB_NODE_A_NODEID, &two, sizeof(two));
	else if (step_word(step, "hollow"))
		vcsi_put(s, VCS_UB_NODE_A_SETTLED, NULL, 0);
	else
		vcsi_put_u32(s, VCS_UB_NODE_A_NODEID, 1);
	if (step_word(step, "stranger"))
		vcsi_put_u32(s, 99, 1);
	if (step_word(step, "both") || step_word(step, "plain")) {
		vcsi_put_u64(s, VCS_UB_NODE_A_INCARNATION, actor->incarnation);
		vcsi_put_u64(s, VCS_UB_NODE_A_JOINED_GENERATION, 1);
		vcsi_put_u32(s, VCS_UB_NODE_A_VOTES, 1);
	}
	if (step_word(step, "both"))
		vcsi_put_u32(s, VCS_UB_NODE_A_REASON, 0);
	vcsi_nest_end(s, nest);
	if (step_word(step, "plain"))
		nest->nla_type = VCS_UB_A_MEMBER;
	if (step_word(step, "long_member"))
		nest->nla_len = 0x7000;
}

/* More than the library's message can hold. */
static int many(struct actor *actor, const struct step *step)
{
	struct vcsi_socket *s = &actor->bridge->socket;
	uint32_t i, nr = step_number(step, "many", 0);
	int size = MANY_BYTES, ret;
	struct nl_msg *own = s->tx;

	s->tx = nlmsg_alloc_size(MANY_BYTES);
	if (!s->tx || setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size,
				 sizeof(size)))
		err(2, "no room for %u members", nr);
	view_head(actor, true);
	for (i = 1; i <= nr; i++)
		put_member(actor, i);
	if (s->full)
		errx(2, "no room for %u members", nr);
	ret = vcsi_bridge_call(actor->bridge, NULL, NULL);
	nlmsg_free(s->tx);
	s->tx = own;
	return ret;
}

static void bad_ping(struct actor *actor, const struct step *step)
{
	struct vcsi_socket *s = &actor->bridge->socket;
	struct vcs_bridge *bridge = actor->bridge;

	vcsi_begin(s, VCS_UB_CMD_PING);
	if (step_word(step, "unended"))
		vcsi_put(s, VCS_UB_A_CLUSTER, bridge->cluster,
			 strlen(bridge->cluster));
	else if (!step_word(step, "no_cluster"))
		vcsi_put_string(s, VCS_UB_A_CLUSTER, bridge->cluster);
	if (!step_word(step, "no_cookie"))
		vcsi_put_u64(s, VCS_UB_A_COOKIE, bridge->cookie +
			     !!step_word(step, "cookie"));
	if (step_word(step, "extra"))
		vcsi_put_u64(s, VCS_UB_A_GENERATION, 1);
	if (step_word(step, "unknown"))
		vcsi_put_u64(s, 999, 1);
}

static bool any(const struct step *step, const char *const *words)
{
	for (; *words; words++)
		if (step_word(step, *words))
			return true;
	return false;
}

int say_lie(struct actor *actor, const struct step *step)
{
	static const char *const of_ping[] = {
		"cookie", "no_cookie", "no_cluster", "unended", "extra",
		"unknown", NULL
	};
	static const char *const of_member[] = {
		"plain", "deep", "stranger", "hollow", "both", "short_number",
		"long_member", NULL
	};
	struct vcs_bridge *bridge = actor->bridge;

	if (step_word(step, "many"))
		return many(actor, step);
	if (any(step, of_ping)) {
		bad_ping(actor, step);
	} else if (any(step, of_member)) {
		bad_member(actor, step);
	} else if (step_word(step, "request")) {
		vcsi_bridge_begin(bridge, VCS_UB_CMD_LEAVE);
	} else if (step_word(step, "command")) {
		vcsi_bridge_begin(bridge, VCS_UB_CMD_MAX + 1);
	} else if (step_word(step, "missing") || step_word(step, "cut")) {
		view_head(actor, step_word(step, "cut"));
		put_member(actor, 1);
		header(&bridge->socket)->nlmsg_len -=
			step_number(step, "cut", 0);
	} else {
		errx(2, "line %d: how is it to lie?", step->line);
	}
	return vcsi_bridge_call(bridge, NULL, NULL);
}
