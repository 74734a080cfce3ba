/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the module itself share. */
#ifndef _CMAN_SHELL_H
#define _CMAN_SHELL_H

#include <linux/init.h>

struct cman_key;
struct workqueue_struct;

/* For what is neither ordered nor urgent, and must not need memory. */
extern struct workqueue_struct *cman_wq;

/* autojoin.c: the module option "join". */
int __init cman_autojoin_check(void);	/* -EINVAL: said why */
void __init cman_autojoin_start(void);
void cman_autojoin_stop(void);

/* keyfile.c: process context; reads vcs/NAME.key as firmware. */
int cman_key_load(const char *cluster, struct cman_key *key);

#endif /* _CMAN_SHELL_H */
