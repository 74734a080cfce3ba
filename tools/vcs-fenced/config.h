/* SPDX-License-Identifier: GPL-2.0-only */
/* What /etc/vcs/fence.conf says: which agent fences which node, and how. */
#ifndef FENCED_CONFIG_H
#define FENCED_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_LINE_MAX		1024
#define CONFIG_OPTIONS_MAX	64
#define CONFIG_ERROR_MAX	256

struct option_pair {
	char *name;
	char *value;		/* may be secret: never into a log */
};

/* How to fence one node. */
struct target {
	uint32_t nodeid;	/* 0: every node without a section */
	unsigned int line;	/* where its section begins */
	char *agent;		/* an absolute path */
	char *plug;		/* what the agent calls the node */
	char *action;		/* "off" or "reboot" */
	int timeout;		/* seconds for one run of the agent */
	int retries;
	int retry_delay;	/* seconds */
	int verify;		/* ask the agent whether the node is off */
	size_t nr_options;
	struct option_pair options[CONFIG_OPTIONS_MAX];
};

#define CONFIG_EXPOSED	"others may read it, and the passwords in it; chmod 600 it"

struct config {
	bool exposed;		/* others may read the file */
	int parallel;		/* agents at a time */
	size_t nr_clusters;	/* 0: every cluster */
	char **clusters;
	struct target defaults;
	size_t nr_targets;
	struct target *targets;	/* complete: defaults filled in */
};

/* NULL when the file is refused: @error has FILE:LINE: and the word. */
struct config *config_load(const char *path, char *error);
struct config *config_parse(FILE *file, const char *name, char *error);
void config_free(struct config *config);

bool config_serves(const struct config *config, const char *cluster);
/* How to fence a node; to be freed. NULL: nothing is configured for it. */
struct target *config_target(const struct config *config, uint32_t nodeid);
struct target *target_copy(const struct target *target);
void target_free(struct target *target);

#endif
