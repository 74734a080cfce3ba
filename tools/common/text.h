/* SPDX-License-Identifier: GPL-2.0-only */
/* What others wrote, before a terminal gets it. */
#ifndef VCS_COMMON_TEXT_H
#define VCS_COMMON_TEXT_H

/* Makes each control character, and each byte that is no UTF-8, a '?'. */
void text_clean(char *text);

#endif
