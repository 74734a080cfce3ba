/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon: what its files share. */
#ifndef FENCED_H
#define FENCED_H

#include <libvcs.h>
#include "config.h"
#include "job.h"
#include "loop.h"

struct slot {
	struct fenced *fenced;
	struct slot *next;
	struct job *job;	/* NULL: it has ended, this is its answer: */
	struct vcs_fence_request ticket;
	enum vcs_fence_result result;
	char text[AGENT_TEXT_MAX + 1];
	struct watch resend;
	int resends;
};

struct fenced {
	struct loop *loop;
	const char *path;	/* of the configuration */
	struct config *config;
	/* kernel.c */
	struct vcs_client *client;	/* NULL: there is no module */
	struct vcs_watch *family;
	struct watch events_watch;
	struct watch family_watch;
	struct slot *slots;	/* requests under way */
	int nr_slots;
	bool more;		/* some wait until a slot is free */
	struct watch rescan_watch;
	uint64_t rescan_ms;	/* what was waited last; 0: all went well */
};

/* kernel.c: 0, or -1 and logged */
int kernel_start(struct fenced *f);
void kernel_stop(struct fenced *f);
/* Takes every request that waits and is ours. */
void kernel_scan(struct fenced *f);
/* Does what the kernel has said meanwhile. */
void kernel_hear(struct fenced *f);

/* reload.c: reads the configuration again; a bad one changes nothing */
void fenced_reload(struct fenced *f);

/* check.c: prints what is wrong; an exit code */
int check_config(const struct config *config);

#endif
