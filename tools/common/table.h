/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in aligned columns, and times as people say them. */
#ifndef VCS_COMMON_TABLE_H
#define VCS_COMMON_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS 8

/* Columns whose title begins with '>' are aligned to the right. */
struct table;
struct table *table_new(const char *const *titles);
/* Takes as many cells as there are titles; copies them. */
void table_row(struct table *table, const char *const *cells);
void table_print(const struct table *table, FILE *out);
void table_free(struct table *table);

/* "350 ms", "12 s", "3 min 5 s", "2 h 10 min", "4 d 3 h" */
const char *age_text(uint64_t ms, char *buf, size_t len);
/* Local time to the millisecond, from nanoseconds since 1970. */
const char *time_text(uint64_t ns, char *buf, size_t len);

#endif
