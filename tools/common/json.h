/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of the family as JSON objects, which is also how vcsctl holds them. */
#ifndef VCS_COMMON_JSON_H
#define VCS_COMMON_JSON_H

#include <jansson.h>
#include <libvcs.h>

/* A new object with what @message says; keys and cookies are left out. */
json_t *vcs_json(const struct vcs_message *message);

/* A member, or "" / 0 / false when it is not there. */
const char *vcs_json_str(const json_t *object, const char *key);
int64_t vcs_json_int(const json_t *object, const char *key);
bool vcs_json_true(const json_t *object, const char *key);

#endif
