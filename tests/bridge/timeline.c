// SPDX-License-Identifier: GPL-2.0-only
/* See timeline.h. */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "timeline.h"

static const struct {
	const char *name;
	int err;
} errnos[] = {
	{ "EPERM", EPERM }, { "ENOENT", ENOENT }, { "EAGAIN", EAGAIN },
	{ "ENOMEM", ENOMEM }, { "EBUSY", EBUSY }, { "EINVAL", EINVAL },
	{ "ERANGE", ERANGE }, { "ESTALE", ESTALE }, { "EPROTO", EPROTO },
	{ "EALREADY", EALREADY }, { "ESHUTDOWN", ESHUTDOWN },
	{ "EOPNOTSUPP", EOPNOTSUPP }, { "EMSGSIZE", EMSGSIZE },
	{ "ETIME", ETIME },
};

static int find_errno(const struct step *step, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(errnos) / sizeof(*errnos); i++)
		if (!strcmp(errnos[i].name, name))
			return errnos[i].err;
	errx(2, "line %d: no errno is called \"%s\"", step->line, name);
}

/* Takes "=> ERRNO "WORDS"" off the line. */
static void take_expected(struct step *step)
{
	char *arrow = strstr(step->text, "=>");
	char *name, *end;

	step->err = 0;
	step->says = "";
	if (!arrow)
		return;
	*arrow = '\0';
	name = arrow + 2 + strspn(arrow + 2, " \t");
	end = name + strcspn(name, " \t");
	if (*end)
		*end++ = '\0';
	step->err = find_errno(step, name);
	end += strspn(end, " \t");
	if (!*end)
		return;
	if (*end != '"' || end[strlen(end) - 1] != '"' || strlen(end) < 2)
		errx(2, "line %d: words want quotes", step->line);
	end[strlen(end) - 1] = '\0';
	step->says = end + 1;
}

/* The verb, with who and when before it; false: there is none. */
static bool take_head(struct step *step, char **save)
{
	char *word = strtok_r(step->text, " \t", save);

	step->wait_ms = 0;
	step->actor = "one";
	if (word && *word == '+') {
		step->wait_ms = strtoul(word + 1, NULL, 10);
		word = strtok_r(NULL, " \t", save);
	}
	if (word && word[strlen(word) - 1] == ':') {
		word[strlen(word) - 1] = '\0';
		step->actor = word;
		word = strtok_r(NULL, " \t", save);
	}
	step->verb = word;
	return word;
}

static void take_words(struct step *step, char **save)
{
	int nr = 0;
	char *word;

	while ((word = strtok_r(NULL, " \t", save))) {
		if (nr == STEP_WORDS - 1)
			errx(2, "line %d: too many words", step->line);
		step->words[nr++] = word;
	}
	step->words[nr] = NULL;
}

int timeline_next(FILE *file, struct step *step)
{
	char *save;

	while (fgets(step->text, sizeof(step->text), file)) {
		step->line++;
		step->text[strcspn(step->text, "#\n")] = '\0';
		take_expected(step);
		if (!take_head(step, &save))
			continue;
		take_words(step, &save);
		return 1;
	}
	return 0;
}

const char *step_word(const struct step *step, const char *key)
{
	size_t len = strlen(key);
	int i;

	for (i = 0; step->words[i]; i++) {
		if (strncmp(step->words[i], key, len))
			continue;
		if (step->words[i][len] == '=')
			return step->words[i] + len + 1;
		if (!step->words[i][len])
			return "";
	}
	return NULL;
}

uint64_t step_number(const struct step *step, const char *key, uint64_t none)
{
	const char *word = step_word(step, key);
	char *end;
	uint64_t n;

	if (!word)
		return none;
	n = strtoull(word, &end, 0);
	if (!*word || *end)
		errx(2, "line %d: %s= wants a number", step->line, key);
	return n;
}
