// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's own words among the options of a join. What it does not know goes
 * on to the provider, which refuses what it does not know either. Pure: no
 * lock, no state.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cluster.h"
#include "compat.h"
#include "registry.h"

#define DEFAULT_FENCE_TIMEOUT_S	60
#define DEFAULT_OVERDUE_S	30
#define SECONDS_MAX		86400

static const char * const eviction_words[] = {
	[VCS_ON_EVICTION_FREEZE] = "freeze",
	[VCS_ON_EVICTION_REBOOT] = "reboot",
	[VCS_ON_EVICTION_PANIC] = "panic",
};

static const char * const overdue_words[] = { "report", "evict" };

static int parse_seconds(const char *value, u32 *ms)
{
	u32 seconds;
	int err = kstrtou32(value, 10, &seconds);

	if (err)
		return err;
	if (!seconds || seconds > SECONDS_MAX)
		return -ERANGE;
	*ms = seconds * MSEC_PER_SEC;
	return 0;
}

static int parse_methods(struct vcs_options *options, const char *value)
{
	char *method;
	size_t len;
	u32 i;

	options->nr_methods = 0;
	do {
		len = strcspn(value, "+");
		if (len > VCS_NAME_MAX ||
		    options->nr_methods == VCS_FENCE_METHODS_MAX)
			return -EINVAL;
		method = options->methods[options->nr_methods];
		strscpy(method, value, len + 1);
		if (!vcs_part_name_ok(method))
			return -EINVAL;
		for (i = 0; i < options->nr_methods; i++)
			if (!strcmp(options->methods[i], method))
				return -EINVAL;
		options->nr_methods++;
		value += len;
	} while (*value++);
	return 0;
}

static int parse_machine_id(struct vcs_options *options, const char *value)
{
	if (strlen(value) != 2 * VCS_MACHINE_ID_LEN)
		return -EINVAL;
	return hex2bin(options->machine_id, value, VCS_MACHINE_ID_LEN);
}

static int parse_on_eviction(struct vcs_options *options, const char *value)
{
	int which = match_string(eviction_words, ARRAY_SIZE(eviction_words),
				 value);

	if (which < 0)
		return which;
	options->on_eviction = which;
	return 0;
}

static int parse_overdue_policy(struct vcs_options *options, const char *value)
{
	int which = match_string(overdue_words, ARRAY_SIZE(overdue_words),
				 value);

	if (which < 0)
		return which;
	options->overdue_evict = which;
	return 0;
}

static int parse_fence_timeout(struct vcs_options *options, const char *value)
{
	return parse_seconds(value, &options->fence_timeout_ms);
}

static int parse_overdue(struct vcs_options *options, const char *value)
{
	return parse_seconds(value, &options->overdue_ms);
}

static const struct option {
	const char *word;
	int (*parse)(struct vcs_options *options, const char *value);
} known[] = {
	{ "on_eviction=",	parse_on_eviction },
	{ "fence=",		parse_methods },
	{ "fence_timeout=",	parse_fence_timeout },
	{ "overdue=",		parse_overdue },
	{ "overdue_policy=",	parse_overdue_policy },
	{ "machine_id=",	parse_machine_id },
};

static const struct option *find_option(const char *word)
{
	const struct option *option;

	for (option = known; option < known + ARRAY_SIZE(known); option++)
		if (str_has_prefix(word, option->word))
			return option;
	return NULL;
}

static void set_defaults(struct vcs_options *options)
{
	memset(options, 0, sizeof(*options));
	options->on_eviction = VCS_ON_EVICTION_FREEZE;
	options->fence_timeout_ms = DEFAULT_FENCE_TIMEOUT_S * MSEC_PER_SEC;
	options->overdue_ms = DEFAULT_OVERDUE_S * MSEC_PER_SEC;
	strscpy(options->methods[0], "upcall", sizeof(options->methods[0]));
	strscpy(options->methods[1], "manual", sizeof(options->methods[1]));
	options->nr_methods = 2;
}

/* Takes the core's words out of @text; appends the others to @rest. */
static int parse_words(struct vcs_options *options, char *text, char *rest,
		       char *bad, size_t bad_len)
{
	const struct option *option;
	char *word, *end = rest;

	while ((word = strsep(&text, ","))) {
		if (!*word)
			continue;
		option = find_option(word);
		if (!option) {
			end += sprintf(end, "%s%s", end == rest ? "" : ",",
				       word);
		} else if (option->parse(options,
					 word + strlen(option->word))) {
			if (bad)
				strscpy(bad, word, bad_len);
			return -EINVAL;
		}
	}
	*end = '\0';
	return 0;
}

/*
 * Fills @options from @text (may be NULL). The words that are not the core's
 * go to *@rest, to be freed with kfree(). -EINVAL: *@bad says which word;
 * -ENOMEM.
 */
int vcs_options_parse(struct vcs_options *options, const char *text,
		      char **rest, char *bad, size_t bad_len)
{
	char *copy, *others;
	int err = -ENOMEM;

	set_defaults(options);
	if (bad_len)
		*bad = '\0';
	if (!text)
		text = "";
	if (strlen(text) > VCS_OPTIONS_MAX)
		return -EINVAL;
	copy = kstrdup(text, GFP_KERNEL);
	others = kmalloc(strlen(text) + 1, GFP_KERNEL);
	if (!copy || !others)
		goto free_others;
	err = parse_words(options, copy, others, bad, bad_len);
	if (err)
		goto free_others;
	*rest = others;
	kfree(copy);
	return 0;

free_others:
	kfree(others);
	kfree(copy);
	return err;
}
