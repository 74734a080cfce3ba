/* SPDX-License-Identifier: GPL-2.0-only */
/* The words for the numbers of the family "vcs". */
#ifndef VCS_COMMON_NAMES_H
#define VCS_COMMON_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vcs_kind {
	VCS_KIND_NONE,		/* never shown */
	VCS_KIND_STRING,
	VCS_KIND_BOOL,		/* u8 or flag */
	VCS_KIND_U32,
	VCS_KIND_S32,
	VCS_KIND_U64,
	VCS_KIND_HEX64,		/* u64 that is only compared */
	VCS_KIND_BYTES,		/* shown in hexadecimal */
	VCS_KIND_WORD,		/* u32, one of a list of words */
	VCS_KIND_FLAGS,		/* u32, a set of words */
};

struct vcs_words {
	const char *const *words;
	size_t nr;
};

struct vcs_attr_info {
	const char *name;	/* as in the header: "CLUSTER" */
	const char *key;	/* as in JSON: "cluster" */
	enum vcs_kind kind;
	struct vcs_words words;
};

/* NULL for what is no attribute of the family. */
const struct vcs_attr_info *vcs_attr_info(unsigned int type);
const char *vcs_attr_name(unsigned int type);
/* "unknown" for a number out of range. */
const char *vcs_word(unsigned int type, uint32_t value);

#endif
