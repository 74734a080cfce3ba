// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses /etc/vcs/fence.conf with inih, strictly: a word that is not known, a
 * value out of range or said twice, an over-long line, is refused with its
 * line. inih sees the file through a reader that counts the lines.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config.h"

#define UNSET	(-1)

struct parser {
	FILE *file;
	const char *name;
	struct config *config;
	struct target *target;	/* of the section that was entered last */
	char section[64];
	bool in_daemon;
	int line;
	bool failed;
	char *error;
};

static int fail(struct parser *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The first mistake counts. */
static int fail(struct parser *p, const char *fmt, ...)
{
	char text[CONFIG_ERROR_MAX / 2];
	va_list ap;

	if (p->failed)
		return 0;
	p->failed = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(p->error, CONFIG_ERROR_MAX, "%.80s:%d: %s", p->name, p->line,
		 text);
	return 0;
}

static void *checked(void *memory)
{
	if (!memory)
		errx(1, "out of memory");
	return memory;
}

static char *copy(const char *text)
{
	return checked(strdup(text));
}

static void target_unset(struct target *target)
{
	memset(target, 0, sizeof(*target));
	target->timeout = UNSET;
	target->retries = UNSET;
	target->retry_delay = UNSET;
	target->verify = UNSET;
}

static int set_string(struct parser *p, char **to, const char *key,
		      const char *value)
{
	if (*to)
		return fail(p, "\"%s\" is set twice", key);
	if (!*value)
		return fail(p, "\"%s\" has no value", key);
	*to = copy(value);
	return 1;
}

static int set_number(struct parser *p, int *to, const char *key,
		      const char *value, int min, int max)
{
	char *end;
	long n;

	if (*to != UNSET)
		return fail(p, "\"%s\" is set twice", key);
	errno = 0;
	n = strtol(value, &end, 10);
	if (errno || end == value || *end || n < min || n > max)
		return fail(p, "%s: \"%.40s\" is no number from %d to %d", key,
			    value, min, max);
	*to = n;
	return 1;
}

static int set_agent(struct parser *p, struct target *target,
		     const char *value)
{
	if (*value != '/')
		return fail(p, "agent: \"%.60s\" is no absolute path", value);
	return set_string(p, &target->agent, "agent", value);
}

static int set_action(struct parser *p, struct target *target,
		      const char *value)
{
	if (strcmp(value, "off") && strcmp(value, "reboot"))
		return fail(p, "action: \"%.40s\" is neither off nor reboot",
			    value);
	return set_string(p, &target->action, "action", value);
}

static int set_option(struct parser *p, struct target *target,
		      const char *name, const char *value)
{
	static const char *const ours[] = {
		"action", "option", "nodename", "plug", "port",
	};
	const char *c;
	size_t i;

	for (c = name; isalnum((unsigned char)*c) || *c == '_' || *c == '-'; c++)
		;
	if (!*name || *c)
		return fail(p, "\"option.%.40s\" is no name of an option",
			    name);
	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (!strcmp(name, ours[i]))
			return fail(p, "\"option.%s\" is set by the daemon; use action= and plug=",
				    name);
	for (i = 0; i < target->nr_options; i++)
		if (!strcmp(name, target->options[i].name))
			return fail(p, "\"option.%s\" is set twice", name);
	if (target->nr_options == CONFIG_OPTIONS_MAX)
		return fail(p, "more than %d options", CONFIG_OPTIONS_MAX);
	target->options[i].name = copy(name);
	target->options[i].value = copy(value);
	target->nr_options++;
	return 1;
}

static int target_key(struct parser *p, struct target *target,
		      const char *key, const char *value)
{
	if (!strncmp(key, "option.", 7))
		return set_option(p, target, key + 7, value);
	if (!strcmp(key, "agent"))
		return set_agent(p, target, value);
	if (!strcmp(key, "action"))
		return set_action(p, target, value);
	if (!strcmp(key, "timeout"))
		return set_number(p, &target->timeout, key, value, 1, 3600);
	if (!strcmp(key, "retries"))
		return set_number(p, &target->retries, key, value, 0, 10000);
	if (!strcmp(key, "retry_delay"))
		return set_number(p, &target->retry_delay, key, value, 0, 3600);
	if (!strcmp(key, "verify"))
		return set_number(p, &target->verify, key, value, 0, 1);
	if (!strcmp(key, "plug") && target->nodeid)
		return set_string(p, &target->plug, key, value);
	return fail(p, "\"%.60s\" is no word of section [%s]", key,
		    p->section);
}

static int add_cluster(struct parser *p, const char *name)
{
	struct config *config = p->config;

	if (strlen(name) > 31)
		return fail(p, "clusters: \"%.40s\" is too long", name);
	config->clusters = checked(reallocarray(config->clusters,
						config->nr_clusters + 1,
						sizeof(*config->clusters)));
	config->clusters[config->nr_clusters++] = copy(name);
	return 1;
}

static int daemon_key(struct parser *p, const char *key, const char *value)
{
	char *words, *word, *rest;
	int ret = 1;

	if (!strcmp(key, "parallel"))
		return set_number(p, &p->config->parallel, key, value, 1, 1000);
	if (strcmp(key, "clusters"))
		return fail(p, "\"%.60s\" is no word of section [daemon]", key);
	if (p->config->nr_clusters)
		return fail(p, "\"clusters\" is set twice");
	words = copy(value);
	for (word = strtok_r(words, " ", &rest); word && ret;
	     word = strtok_r(NULL, " ", &rest))
		ret = add_cluster(p, word);
	free(words);
	if (ret && !p->config->nr_clusters)
		return fail(p, "\"clusters\" has no value");
	return ret;
}

static int enter_node(struct parser *p, const char *text)
{
	struct config *config = p->config;
	unsigned long nodeid;
	char *end;
	size_t i;

	errno = 0;
	nodeid = strtoul(text, &end, 10);
	if (errno || !isdigit((unsigned char)*text) || *end || !nodeid ||
	    nodeid > UINT32_MAX)
		return fail(p, "[node %.40s]: no node id", text);
	for (i = 0; i < config->nr_targets; i++)
		if (config->targets[i].nodeid == nodeid)
			return fail(p, "[node %lu] is there twice", nodeid);
	config->targets = checked(reallocarray(config->targets,
					       config->nr_targets + 1,
					       sizeof(*config->targets)));
	p->target = &config->targets[config->nr_targets++];
	target_unset(p->target);
	p->target->nodeid = nodeid;
	p->target->line = p->line;
	return 1;
}

/*
 * inih names a section only with its keys: so its own line says where it
 * begins, and one without keys counts too.
 */
static int enter_section(struct parser *p, const char *section)
{
	p->in_daemon = false;
	p->target = NULL;
	snprintf(p->section, sizeof(p->section), "%s", section);
	if (!strcmp(section, "daemon")) {
		p->in_daemon = true;
		return 1;
	}
	if (!strcmp(section, "default")) {
		p->target = &p->config->defaults;
		return 1;
	}
	if (!strncmp(section, "node ", 5))
		return enter_node(p, section + 5);
	return fail(p, "[%.40s] is no section: there are [daemon], [default] and [node N]",
		    section);
}

static int on_key(void *user, const char *section, const char *key,
		  const char *value)
{
	struct parser *p = user;
	const char *c;

	if (p->failed)
		return 0;
	if (strcmp(section, p->section))
		return fail(p, "\"%.40s\" stands in no section", key);
	for (c = value; *c; c++)
		if (iscntrl((unsigned char)*c))
			return fail(p, "\"%.40s\": a control character in its value",
				    key);
	if (p->in_daemon)
		return daemon_key(p, key, value);
	if (p->target)
		return target_key(p, p->target, key, value);
	return fail(p, "a section must come first: [daemon], [default] or [node N]");
}

static void section_line(struct parser *p, const char *line)
{
	size_t len = strcspn(line + 1, "]\n");
	char section[sizeof(p->section)];

	if (line[1 + len] != ']')
		return;		/* inih says so */
	if (len >= sizeof(section) - 1)
		fail(p, "[%.40s...] is no section", line + 1);
	snprintf(section, sizeof(section), "%.*s", (int)len, line + 1);
	if (!p->failed)
		enter_section(p, section);
}

static char *read_line(char *line, int size, void *stream)
{
	struct parser *p = stream;
	size_t len;

	if (p->failed || !fgets(line, size, p->file))
		return NULL;
	p->line++;
	len = strlen(line);
	if (len && line[len - 1] != '\n' && !feof(p->file)) {
		fail(p, "the line is longer than %d characters", size - 2);
		return NULL;
	}
	/* A line that begins with a blank would continue the value above. */
	if ((line[0] == ' ' || line[0] == '\t') &&
	    line[strspn(line, " \t\r\n")]) {
		fail(p, "a line may not begin with a blank");
		return NULL;
	}
	if (line[0] == '[')
		section_line(p, line);
	return line;
}

/* False: there is no room for all options. */
static bool inherit(struct target *target, const struct target *from)
{
	size_t i, j;

	if (!target->agent && from->agent)
		target->agent = copy(from->agent);
	if (!target->action && from->action)
		target->action = copy(from->action);
	if (target->timeout == UNSET)
		target->timeout = from->timeout;
	if (target->retries == UNSET)
		target->retries = from->retries;
	if (target->retry_delay == UNSET)
		target->retry_delay = from->retry_delay;
	if (target->verify == UNSET)
		target->verify = from->verify;
	for (i = 0; i < from->nr_options; i++) {
		for (j = 0; j < target->nr_options; j++)
			if (!strcmp(target->options[j].name,
				    from->options[i].name))
				break;
		if (j < target->nr_options)
			continue;
		if (j == CONFIG_OPTIONS_MAX)
			return false;
		target->options[j].name = copy(from->options[i].name);
		target->options[j].value = copy(from->options[i].value);
		target->nr_options++;
	}
	return true;
}

static int complete(struct parser *p, struct target *target)
{
	static struct target builtin = {
		.action = (char *)"off", .timeout = 60, .retries = 2,
		.retry_delay = 1, .verify = 0,
	};

	inherit(target, &builtin);
	p->line = target->line;
	if (target->nodeid && !target->agent)
		return fail(p, "[node %u] has no agent, and [default] has none",
			    target->nodeid);
	if (target->verify && strcmp(target->action, "off"))
		return fail(p, "verify=1 asks whether the node is off, so it needs action=off");
	return 1;
}

static int complete_all(struct parser *p)
{
	struct config *config = p->config;
	size_t i;

	if (config->parallel == UNSET)
		config->parallel = 16;
	for (i = 0; i < config->nr_targets; i++) {
		if (!inherit(&config->targets[i], &config->defaults)) {
			p->line = config->targets[i].line;
			return fail(p, "more than %d options, with those of [default]",
				    CONFIG_OPTIONS_MAX);
		}
		if (!complete(p, &config->targets[i]))
			return 0;
	}
	if (!complete(p, &config->defaults))
		return 0;
	if (!config->nr_targets && !config->defaults.agent)
		return fail(p, "no agent is configured for any node");
	return 1;
}

struct config *config_parse(FILE *file, const char *name, char *error)
{
	struct config *config = checked(calloc(1, sizeof(*config)));
	struct parser p = {
		.file = file, .name = name, .config = config, .error = error,
	};
	int bad;

	config->parallel = UNSET;
	target_unset(&config->defaults);
	bad = ini_parse_stream(read_line, &p, on_key, &p);
	if (bad > 0 && !p.failed) {
		p.line = bad;
		fail(&p, "neither [section] nor key=value");
	} else if (bad < 0) {
		fail(&p, "cannot be read");
	}
	if (!p.failed)
		complete_all(&p);
	if (!p.failed)
		return config;
	config_free(config);
	return NULL;
}

/* NULL, or why the file cannot be trusted. */
static const char *untrusted(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_uid && st->st_uid != geteuid())
		return "belongs to somebody else; chown it to root";
	if (st->st_mode & 022)
		return "others may write it; chmod 600 it";
	return NULL;
}

struct config *config_load(const char *path, char *error)
{
	/* A pipe must not keep the daemon waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct config *config = NULL;
	const char *why;
	struct stat st;

	if (!file || fstat(fd, &st))
		why = strerror(errno);
	else
		why = untrusted(&st);
	if (why)
		snprintf(error, CONFIG_ERROR_MAX, "%s: %s", path, why);
	else
		config = config_parse(file, path, error);
	if (config)
		config->exposed = st.st_mode & 044;
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	return config;
}

static void target_clear(struct target *target)
{
	size_t i;

	free(target->agent);
	free(target->plug);
	free(target->action);
	for (i = 0; i < target->nr_options; i++) {
		free(target->options[i].name);
		explicit_bzero(target->options[i].value,
			       strlen(target->options[i].value));
		free(target->options[i].value);
	}
}

void target_free(struct target *target)
{
	if (target)
		target_clear(target);
	free(target);
}

struct target *target_copy(const struct target *from)
{
	struct target *target = checked(calloc(1, sizeof(*target)));

	target_unset(target);
	target->nodeid = from->nodeid;
	target->line = from->line;
	if (from->plug)
		target->plug = copy(from->plug);
	inherit(target, from);
	return target;
}

void config_free(struct config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->nr_clusters; i++)
		free(config->clusters[i]);
	free(config->clusters);
	for (i = 0; i < config->nr_targets; i++)
		target_clear(&config->targets[i]);
	free(config->targets);
	target_clear(&config->defaults);
	free(config);
}

bool config_serves(const struct config *config, const char *cluster)
{
	size_t i;

	for (i = 0; i < config->nr_clusters; i++)
		if (!strcmp(config->clusters[i], cluster))
			return true;
	return !config->nr_clusters;
}

struct target *config_target(const struct config *config, uint32_t nodeid)
{
	const struct target *from = &config->defaults;
	struct target *target;
	char plug[16];
	size_t i;

	for (i = 0; i < config->nr_targets; i++)
		if (config->targets[i].nodeid == nodeid)
			from = &config->targets[i];
	if (!from->agent)
		return NULL;
	target = target_copy(from);
	target->nodeid = nodeid;
	if (!target->plug) {
		snprintf(plug, sizeof(plug), "%u", nodeid);
		target->plug = copy(plug);
	}
	return target;
}
