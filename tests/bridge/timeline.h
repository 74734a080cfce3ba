/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A timeline: what daemons do, one step a line, and what must come of it.
 *
 *	[+MS] [NAME:] VERB [WORD]... [=> ERRNO ["PART OF THE WORDS"]]
 *
 * First wait MS milliseconds. NAME is the daemon that acts: a socket of its own,
 * opened when it is first named; "one" unless given. Without "=>" the step must
 * succeed; with it, it must be refused with words, these or others, and "-" says
 * that there are none. "#" begins a comment. The verbs are in say.c, lie.c and
 * play.c.
 */
#ifndef VCS_SCRIPTED_TIMELINE_H
#define VCS_SCRIPTED_TIMELINE_H

#include <stdint.h>
#include <stdio.h>

#define STEP_WORDS	16

struct step {
	int line;
	unsigned int wait_ms;
	const char *actor;
	const char *verb;
	const char *words[STEP_WORDS];	/* KEY=VALUE or KEY; ends with NULL */
	int err;			/* positive; 0: must succeed */
	const char *says;		/* "" anything */
	char text[1024];		/* what all of them point into */
};

/* The next step: 1, 0 at the end; exits on what cannot be understood. */
int timeline_next(FILE *file, struct step *step);

/* The value of KEY=, "" for a KEY alone, or NULL. */
const char *step_word(const struct step *step, const char *key);
uint64_t step_number(const struct step *step, const char *key, uint64_t none);

#endif
