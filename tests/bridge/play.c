// SPDX-License-Identifier: GPL-2.0-only
/*
 * scripted: plays a timeline of daemons of the user bridge, and says where it
 * did not go as it is written. What the kernel refuses must change nothing that
 * anybody can see, and must be refused with words.
 *
 * Usage: scripted CLUSTER FILE
 *
 * Besides the verbs of say.c and lie.c:
 *
 *	join OPTIONS		with vcsctl, until there is something to claim
 *	await REQUEST [how=N] [gen=N] [cookie=N] [is=N]	of the kernel
 *	silent REQUEST		it is not there
 *	records			delivers all SUBMITs, until none is under way
 *	see [owner=NAME|nobody] [frozen] [thawed] [gen=N] [pending=N] [left=MAX]
 *	close			it dies, as far as the kernel knows
 *	same_port		opened until its socket has the port of the dead one
 *	state WORD		waits for this state of the cluster
 *	quorum 0|1		... for its quorum
 *	shows FILE WORD		... for what stands there in its folder of sysfs
 *	sh COMMAND...		which must succeed
 *	flood VERB N WORD...	N times the same step
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "actor.h"

#define PATIENCE_MS	20000
#define POLL_MS		20

static const char *cluster;
static unsigned int passed, failed;

static int verdict(const struct step *step, const char *what)
{
	printf("FAIL line %d: %s: %s\n", step->line, step->verb, what);
	failed++;
	return -1;
}

static int do_await(struct actor *actor, const struct step *step)
{
	int cmd = find_request(step->words[0]);
	const struct asked *asked = &actor->asked[cmd];

	if (!actor_await(actor, cmd, PATIENCE_MS))
		return verdict(step, "it did not come");
	if (step_number(step, "how", asked->value) != asked->value ||
	    step_number(step, "is", asked->value) != asked->value ||
	    step_number(step, "gen", asked->generation) != asked->generation ||
	    step_number(step, "cookie", asked->fence_cookie) !=
	    asked->fence_cookie)
		return verdict(step, "it is another");
	return 0;
}

static int do_silent(struct actor *actor, const struct step *step)
{
	return actor_await(actor, find_request(step->words[0]), 0) ?
	       verdict(step, "it is there") : 0;
}

static int do_records(struct actor *actor, const struct step *step)
{
	const struct step plain = { .line = step->line };
	struct vcs_bridge_info info;
	int ret = 0;

	do {
		while (!ret && actor_await(actor, VCS_UB_CMD_SUBMIT, POLL_MS))
			ret = say_find("deliver")(actor, &plain);
		if (!ret)
			ret = vcs_bridge_info(actor->bridge, &info);
	} while (!ret && info.pending);
	return ret ? verdict(step, vcs_bridge_error(actor->bridge)->text) : 0;
}

static int do_see(struct actor *actor, const struct step *step)
{
	const char *owner = step_word(step, "owner");
	struct vcs_bridge_info info;

	if (vcs_bridge_info(actor->bridge, &info))
		return verdict(step, vcs_bridge_error(actor->bridge)->text);
	if (owner && info.owner != (strcmp(owner, "nobody") ?
				    actor_find(owner, cluster)->port : 0))
		return verdict(step, "another owner");
	if ((step_word(step, "frozen") && !info.frozen) ||
	    (step_word(step, "thawed") && info.frozen))
		return verdict(step, "frozen, or not");
	if (step_number(step, "gen", info.generation) != info.generation)
		return verdict(step, "another generation");
	if (step_number(step, "pending", info.pending) != info.pending)
		return verdict(step, "other requests under way");
	if (info.grace_left_ms > step_number(step, "left", UINT64_MAX))
		return verdict(step, "more grace is left");
	return 0;
}

static int do_close(struct actor *actor, const struct step *step)
{
	(void)step;
	actor->dead_port = actor->port;
	actor_close(actor);
	return 0;
}

/* The library draws one of about a thousand. */
static int do_same_port(struct actor *actor, const struct step *step)
{
	int tries;

	for (tries = 0; tries < 10000; tries++) {
		if (actor->port == actor->dead_port)
			return 0;
		actor_close(actor);
		actor_find(actor->name, cluster);
	}
	return verdict(step, "it has another");
}

static int do_join(struct actor *actor, const struct step *step)
{
	struct vcs_bridge_info info;
	char command[256];
	int ms, ret = -ENOENT;

	snprintf(command, sizeof(command),
		 "vcsctl join %s --no-wait -p userbridge -o %s >/dev/null",
		 cluster, step->words[0]);
	if (system(command))
		return verdict(step, command);
	for (ms = 0; ms < PATIENCE_MS && ret == -ENOENT; ms += POLL_MS) {
		ret = vcs_bridge_info(actor->bridge, &info);
		usleep(POLL_MS * 1000);
	}
	return ret ? verdict(step, vcs_bridge_error(actor->bridge)->text) : 0;
}

/* The value of a file of the cluster's; false: there is none. */
static bool read_sysfs(const char *file, char *value, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/cluster/%s/%s", cluster, file);
	f = fopen(path, "r");
	if (!f)
		return false;
	value[0] = '\0';
	if (fgets(value, len, f))
		value[strcspn(value, "\n")] = '\0';
	fclose(f);
	return true;
}

/* A file that is not there counts as "gone". */
static int await_sysfs(const struct step *step, const char *file,
		       const char *wanted)
{
	char value[64] = "";
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += POLL_MS) {
		if (!read_sysfs(file, value, sizeof(value)))
			strcpy(value, "gone");
		if (!strcmp(value, wanted))
			return 0;
		usleep(POLL_MS * 1000);
	}
	return verdict(step, value);
}

static int do_state(struct actor *actor, const struct step *step)
{
	(void)actor;
	return await_sysfs(step, "state", step->words[0]);
}

static int do_quorum(struct actor *actor, const struct step *step)
{
	(void)actor;
	return await_sysfs(step, "quorate", step->words[0]);
}

static int do_shows(struct actor *actor, const struct step *step)
{
	(void)actor;
	return await_sysfs(step, step->words[0], step->words[1]);
}

static int do_sh(struct actor *actor, const struct step *step)
{
	char command[1024] = "";
	int i, ret;

	(void)actor;
	for (i = 0; step->words[i]; i++) {
		strcat(command, step->words[i]);
		strcat(command, " ");
	}
	fflush(stdout);
	ret = system(command);
	return ret ? verdict(step, command) : 0;
}

/* What anybody sees of the cluster, but for what time alone changes. */
static void snapshot(struct actor *actor, char *text, size_t len)
{
	struct vcs_bridge_info info = { 0 };
	char command[256];
	size_t used;
	FILE *f;

	vcs_bridge_info(actor->bridge, &info);
	used = snprintf(text, len, "%u %u %u %d %u %llu %llu\n", info.owner,
			info.deadline_ms, info.grace_ms, info.frozen,
			info.pending, (unsigned long long)info.generation,
			(unsigned long long)info.position);
	snprintf(command, sizeof(command),
		 "(vcsctl status -j %s; vcsctl nodes -j %s; vcsctl fence -l -j %s | grep -v since_ms) 2>&1",
		 cluster, cluster, cluster);
	f = popen(command, "r");
	if (!f)
		err(2, "%s", command);
	used += fread(text + used, 1, len - used - 1, f);
	text[used] = '\0';
	pclose(f);
}

static const char *check_answer(const struct step *step, int ret,
				const struct vcs_error *e)
{
	static char text[512];

	snprintf(text, sizeof(text), "errno %d, \"%s\"", -ret, e->text);
	if (-ret != step->err)
		return text;
	if (!ret)
		return NULL;
	/* Without words of the kernel's the library gives those of the errno. */
	if (!strcmp(step->says, "-"))
		return strcmp(e->text, strerror(-ret)) &&
		       !strstr(e->text, "CAP_NET_ADMIN") ? text : NULL;
	return !strcmp(e->text, strerror(-ret)) ||
	       !strstr(e->text, step->says) ? text : NULL;
}

static int do_say(struct actor *actor, const struct step *step, actor_say say,
		  unsigned int times)
{
	static char before[65536], after[65536];
	const char *wrong = NULL;

	if (step->err)
		snapshot(actor, before, sizeof(before));
	for (; times && !wrong; times--)
		wrong = check_answer(step, say(actor, step),
				     vcs_bridge_error(actor->bridge));
	if (wrong)
		return verdict(step, wrong);
	if (!step->err)
		return 0;
	snapshot(actor, after, sizeof(after));
	if (!strcmp(before, after))
		return 0;
	printf("--- before\n%s--- after\n%s", before, after);
	return verdict(step, "what was refused has changed something");
}

static int do_flood(struct actor *actor, struct step *step)
{
	unsigned int times;
	int i;

	if (!step->words[0] || !step->words[1])
		errx(2, "line %d: flood with what?", step->line);
	step->verb = step->words[0];
	times = atoi(step->words[1]);
	for (i = 0; step->words[i + 2]; i++)
		step->words[i] = step->words[i + 2];
	step->words[i] = NULL;
	return do_say(actor, step, say_find(step->verb), times);
}

static int play(struct step *step)
{
	static const struct {
		const char *name;
		actor_say act;
	} verbs[] = {
		{ "join", do_join }, { "await", do_await }, { "silent", do_silent },
		{ "records", do_records },
		{ "see", do_see }, { "close", do_close },
		{ "same_port", do_same_port }, { "state", do_state },
		{ "quorum", do_quorum }, { "shows", do_shows },
		{ "sh", do_sh },
	};
	actor_say say = say_find(step->verb);
	struct actor *actor;
	size_t i;

	usleep(step->wait_ms * 1000);
	actor = actor_find(step->actor, cluster);
	if (say)
		return do_say(actor, step, say, 1);
	if (!strcmp(step->verb, "flood"))
		return do_flood(actor, step);
	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].name, step->verb))
			return verbs[i].act(actor, step);
	errx(2, "line %d: nobody can %s", step->line, step->verb);
}

int main(int argc, char **argv)
{
	struct step step = { 0 };
	FILE *file;

	if (argc != 3)
		errx(2, "usage: scripted CLUSTER FILE");
	cluster = argv[1];
	file = fopen(argv[2], "r");
	if (!file)
		err(2, "%s", argv[2]);
	/* What follows a step that went wrong stands on it. */
	while (timeline_next(file, &step) && !play(&step))
		passed++;
	fclose(file);
	printf("scripted: %u passed, %u failed\n", passed, failed);
	return failed != 0;
}
