/* SPDX-License-Identifier: GPL-2.0-only */
/* The state machine's answers in words, for administrators. */
#ifndef _CMAN_TEXT_H
#define _CMAN_TEXT_H

#include "wire.h"

const char *cman_suspect_text(enum cman_suspect_why why);
const char *cman_role_text(enum cman_role role);
const char *cman_drop_text(enum cman_drop drop);
void cman_quorum_text(const struct cman_action *action, char *text, size_t len);
/* Also the errno that vcs_join_failed() is to be given. */
int cman_refusal_text(const struct cman_action *action, char *text, size_t len);
void cman_log_text(const struct cman_config *config,
		   const struct cman_action *action, char *text, size_t len);
/* The nodeids in a set, as "1,3,4"; "none". */
void cman_set_text(const struct cman_config *config, u64 set, char *text,
		   size_t len);

#endif /* _CMAN_TEXT_H */
