// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of the library. What a word leaves open is what a daemon that is
 * right would say; so a lie is a line with one word too many.
 *
 *	claim [deadline=MS]		resume|quorate [gen=N] [no] [lifetime=WORD]
 *	view gen=N members=M[,M]... [departed=D[,D]...] [votes=N] [quorum=N]
 *		[lifetime=WORD]
 *	deliver [gen=N] [at=N] [from=N] [seq=N] [data=TEXT]
 *	result [of=REQUEST] [seq=N]
 *	fence node=N [inc=N] cookie=N	may_join node=N [settled]
 *	join_failed error=N		evicted		suspect node=N [no]
 *	store state=TEXT		ping
 *
 * M is NODEID:INCARNATION:JOINED[:s], D is NODEID:INCARNATION:REASON, with "@"
 * for the local node's incarnation and "s" for settled.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include "actor.h"

static struct vcs_bridge_member members[VCS_BRIDGE_NODES_MAX];
static struct vcs_bridge_departed departed[VCS_BRIDGE_NODES_MAX];

static void get_lifetime(uint8_t *lifetime, const struct actor *actor,
			 const struct step *step)
{
	const char *word = step_word(step, "lifetime");

	memcpy(lifetime, actor->lifetime, VCS_LIFETIME_LEN);
	if (!word && !*lifetime)
		word = "scripted";
	if (!word)
		return;
	memset(lifetime, 0, VCS_LIFETIME_LEN);
	memcpy(lifetime, word, strnlen(word, VCS_LIFETIME_LEN));
}

static int say_claim(struct actor *actor, const struct step *step)
{
	struct vcs_bridge_belief belief;
	int ret;

	ret = vcs_bridge_claim(actor->bridge,
			       step_number(step, "deadline", 60000), &belief);
	if (ret)
		return ret;
	actor->incarnation = belief.incarnation;
	actor->generation = belief.view.generation;
	actor->position = belief.position;
	memcpy(actor->lifetime, belief.view.lifetime, VCS_LIFETIME_LEN);
	return 0;
}

static int say_about(struct actor *actor, const struct step *step,
		     typeof(vcs_bridge_resume) *say)
{
	uint8_t lifetime[VCS_LIFETIME_LEN];

	get_lifetime(lifetime, actor, step);
	return say(actor->bridge, lifetime,
		   step_number(step, "gen", actor->generation),
		   !step_word(step, "no"), "so it is written");
}

static int say_resume(struct actor *actor, const struct step *step)
{
	return say_about(actor, step, vcs_bridge_resume);
}

static int say_quorate(struct actor *actor, const struct step *step)
{
	return say_about(actor, step, vcs_bridge_quorate);
}

/* NODEID:INCARNATION:NUMBER; what is left of the word. */
static const char *get_node(const struct actor *actor, const struct step *step,
			    const char *word, uint32_t *nodeid,
			    uint64_t *incarnation, uint64_t *number)
{
	char *end;

	*nodeid = strtoul(word, &end, 0);
	if (*end != ':')
		errx(2, "line %d: no node: %s", step->line, word);
	if (end[1] == '@') {
		*incarnation = actor->incarnation;
		end += 2;
	} else {
		*incarnation = strtoull(end + 1, &end, 0);
	}
	if (*end != ':')
		errx(2, "line %d: no incarnation: %s", step->line, word);
	*number = strtoull(end + 1, &end, 0);
	return end;
}

static size_t get_members(const struct actor *actor, const struct step *step)
{
	const char *word = step_word(step, "members");
	struct vcs_bridge_member *m = members;

	while (word && *word) {
		word = get_node(actor, step, word, &m->nodeid, &m->incarnation,
				&m->joined_generation);
		m->votes = 1;
		m->settled = !strncmp(word, ":s", 2);
		word += m->settled ? 2 : 0;
		word += *word == ',';
		m++;
	}
	return m - members;
}

static size_t get_departed(const struct actor *actor, const struct step *step)
{
	const char *word = step_word(step, "departed");
	struct vcs_bridge_departed *d = departed;
	uint64_t reason;

	while (word && *word) {
		word = get_node(actor, step, word, &d->nodeid, &d->incarnation,
				&reason);
		d->reason = reason;
		word += *word == ',';
		d++;
	}
	return d - departed;
}

static int say_view(struct actor *actor, const struct step *step)
{
	struct vcs_bridge_view view = {
		.generation = step_number(step, "gen", actor->generation + 1),
		.expected_votes = step_number(step, "votes", 3),
		.quorum = step_number(step, "quorum", 1),
		.members = members,
		.nr_members = get_members(actor, step),
		.departed = departed,
		.nr_departed = get_departed(actor, step),
	};
	int ret;

	get_lifetime(view.lifetime, actor, step);
	ret = vcs_bridge_view(actor->bridge, &view);
	if (ret)
		return ret;
	actor->generation = view.generation;
	actor->position = 0;
	memcpy(actor->lifetime, view.lifetime, VCS_LIFETIME_LEN);
	return 0;
}

static int say_deliver(struct actor *actor, const struct step *step)
{
	struct asked *asked = &actor->asked[VCS_UB_CMD_SUBMIT];
	const char *data = step_word(step, "data");
	struct vcs_bridge_record record = {
		.generation = step_number(step, "gen", actor->generation),
		.position = step_number(step, "at", actor->position + 1),
		.from = step_number(step, "from", 1),
		.seq = step_number(step, "seq", asked->seq),
		.data = data ? (const void *)data : asked->data,
		.len = data ? strlen(data) : asked->len,
	};
	int ret;

	get_lifetime(record.lifetime, actor, step);
	ret = vcs_bridge_deliver(actor->bridge, &record);
	if (!ret)
		actor->position = record.position;
	return ret;
}

static int say_result(struct actor *actor, const struct step *step)
{
	const char *of = step_word(step, "of");
	int cmd = of ? find_request(of) : VCS_UB_CMD_LEAVE;

	return vcs_bridge_result(actor->bridge,
				 step_number(step, "seq",
					     actor->asked[cmd].seq));
}

static int say_fence(struct actor *actor, const struct step *step)
{
	return vcs_bridge_fence(actor->bridge, step_number(step, "node", 0),
				step_number(step, "inc", 0),
				step_number(step, "cookie", 0));
}

static int say_may_join(struct actor *actor, const struct step *step)
{
	return vcs_bridge_may_join(actor->bridge, step_number(step, "node", 0),
				   step_word(step, "settled"));
}

static int say_join_failed(struct actor *actor, const struct step *step)
{
	return vcs_bridge_join_failed(actor->bridge,
				      (int)step_number(step, "error", 0),
				      "so it is written");
}

static int say_evicted(struct actor *actor, const struct step *step)
{
	(void)step;
	return vcs_bridge_evicted(actor->bridge, VCS_LEAVE_REMOVED);
}

static int say_suspect(struct actor *actor, const struct step *step)
{
	return vcs_bridge_suspect(actor->bridge, step_number(step, "node", 0),
				  !step_word(step, "no"), "so it is written");
}

static int say_store(struct actor *actor, const struct step *step)
{
	const char *state = step_word(step, "state");

	return vcs_bridge_store(actor->bridge, state, strlen(state));
}

static int say_ping(struct actor *actor, const struct step *step)
{
	(void)step;
	return vcs_bridge_ping(actor->bridge);
}

actor_say say_find(const char *verb)
{
	static const struct {
		const char *name;
		actor_say say;
	} verbs[] = {
		{ "claim", say_claim }, { "resume", say_resume },
		{ "view", say_view }, { "quorate", say_quorate },
		{ "deliver", say_deliver }, { "result", say_result },
		{ "fence", say_fence }, { "may_join", say_may_join },
		{ "join_failed", say_join_failed }, { "evicted", say_evicted },
		{ "suspect", say_suspect }, { "store", say_store },
		{ "ping", say_ping }, { "lie", say_lie },
	};
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].name, verb))
			return verbs[i].say;
	return NULL;
}
