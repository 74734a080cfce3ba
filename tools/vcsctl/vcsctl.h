/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command groups of vcsctl share. */
#ifndef VCSCTL_H
#define VCSCTL_H

#include <getopt.h>
#include "../common/json.h"
#include "../common/table.h"

/* Exit codes, as vcsctl(8) promises them. */
enum vcsctl_exit {
	VCSCTL_OK,
	VCSCTL_ERROR,
	VCSCTL_USAGE,
	VCSCTL_UNKNOWN,		/* no such cluster or node */
	VCSCTL_DENIED,
	VCSCTL_TIMEOUT,
	VCSCTL_INQUORATE,
};

struct vcsctl {
	const struct vcsctl_cmd *cmd;
	bool json;
	struct vcs_client *client;	/* NULL: not opened yet */
};

struct vcsctl_cmd {
	const char *name;
	const char *args;
	const char *summary;
	const char *options;	/* help text for its own options, or NULL */
	int (*run)(struct vcsctl *ctl, int argc, char **argv);
};

extern const struct vcsctl_cmd cmd_providers;
extern const struct vcsctl_cmd cmd_join;
extern const struct vcsctl_cmd cmd_leave;
extern const struct vcsctl_cmd cmd_status;
extern const struct vcsctl_cmd cmd_nodes;
extern const struct vcsctl_cmd cmd_listeners;
extern const struct vcsctl_cmd cmd_fence;
extern const struct vcsctl_cmd cmd_confirm;
extern const struct vcsctl_cmd cmd_monitor;
extern const struct vcsctl_cmd cmd_log;

#define VCSCTL_JSON { "json", no_argument, NULL, 'j' }
#define VCSCTL_HELP { "help", no_argument, NULL, 'h' }

/* getopt_long() that handles --json, --help and mistakes itself. */
int vcsctl_getopt(struct vcsctl *ctl, int argc, char **argv,
		  const char *letters, const struct option *options);
/* Both end the program with VCSCTL_USAGE. */
void vcsctl_usage(const struct vcsctl *ctl, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));
uint32_t vcsctl_number(const struct vcsctl *ctl, const char *what,
		       const char *text, uint32_t min, uint32_t max);

/*
 * Says what is wrong, with --json on standard output as well, as an object
 * {"error": {"code": @code, "text": ...}}; returns @code.
 */
int vcsctl_fail(enum vcsctl_exit code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Whether --json is among the arguments: mistakes may stand before it. */
void vcsctl_errors_as_json(int argc, char **argv);
/* The exit code when everything printed has arrived, or else an error. */
int vcsctl_flush(int code);
/* The same for what the kernel said. */
int vcsctl_report(const struct vcs_error *e);
/* The kernel's words for its commands and attributes, as vcsctl's. */
void vcsctl_translate(const char *text, char *buf, size_t len);
/* Begins a message to the kernel; ends the program if there is no switch. */
void vcsctl_begin(struct vcsctl *ctl, enum vcs_cmd cmd);
/*
 * Add what was typed, and keep @text: when the kernel refuses it, it is named.
 * vcsctl_typed() is "" where there was nothing.
 */
void vcsctl_put(struct vcsctl *ctl, enum vcs_attr attr, const char *text);
void vcsctl_put_node(struct vcsctl *ctl, uint32_t nodeid);
const char *vcsctl_typed(enum vcs_attr attr);
/* Sends it: an exit code, and said what is wrong. */
int vcsctl_call(struct vcsctl *ctl);
void vcsctl_print_json(const json_t *value);

/*
 * The cluster that a command is about: argv[optind] when @argc leaves more
 * than @rest arguments, otherwise the only one there is. Moves optind. Ends
 * the program when there is none, or a choice.
 */
const char *vcsctl_cluster(struct vcsctl *ctl, int argc, char **argv,
			   int rest);

/* An array of objects; NULL with @e when it fails. */
json_t *vcsctl_try_dump(struct vcsctl *ctl, enum vcs_cmd cmd,
			const char *cluster, struct vcs_error *e);
/* The same; ends the program with a message when it fails. */
json_t *vcsctl_dump(struct vcsctl *ctl, enum vcs_cmd cmd, const char *cluster);
/* One cluster; NULL with @e when it fails. */
json_t *vcsctl_get_cluster(struct vcsctl *ctl, const char *cluster,
			   struct vcs_error *e);

/* ask.c */
/* Ends the program when nobody can be asked. */
void vcsctl_need_terminal(const struct vcsctl *ctl);
/* What was typed, in @line; NULL at the end of the input. */
const char *vcsctl_ask(const char *question, char *line, int len);
/* An exit code, and said why not; @verb is "fence", @done "fenced". */
int vcsctl_ask_node(const char *verb, const char *done, uint32_t nodeid);
bool vcsctl_settled(const json_t *fence);
/* Fences that are not done, of one node or, with 0, of all. */
json_t *vcsctl_unsettled(struct vcsctl *ctl, const char *cluster,
			 uint32_t nodeid);
/* NULL: it is not in the view. */
json_t *vcsctl_member(struct vcsctl *ctl, const char *cluster, uint32_t nodeid);
/* Names the life of a node that was shown to the kernel. */
void vcsctl_put_life(struct vcsctl *ctl, const json_t *object);
/* Which life of a node, for people. */
const char *vcsctl_life(const json_t *object);
/* How many votes are left without @node, if too few; -1: enough, or alone. */
int64_t vcsctl_votes_short(const json_t *cluster, const json_t *node);

/* status.c */
/* @waited: ms that it has waited for what it waits for; -1: unknown. */
void vcsctl_print_status(const json_t *cluster, int64_t waited);

/* wait.c */
struct vcsctl_goal {
	const char *cluster;
	const char *doing;	/* "joining" */
	/* The state of the cluster, or LEFT: an exit code, -1 to go on. */
	int (*reached)(const char *state, int error, const char *reason);
	unsigned int seconds;	/* 0: without end */
	bool begins;		/* a life of the cluster begins with it */
};

/*
 * Subscribes to events, before what is waited for is begun: 0, or a negative
 * errno with @e and no client; vcsctl_watch() ends the program then.
 */
int vcsctl_subscribe(struct vcsctl *ctl, struct vcs_error *e);
void vcsctl_watch(struct vcsctl *ctl);
int vcsctl_wait(struct vcsctl *ctl, const struct vcsctl_goal *goal);

/* key.c: 0, or -1 and said */
int vcsctl_read_key(const char *path, unsigned char *key);

#endif
