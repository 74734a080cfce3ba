// SPDX-License-Identifier: GPL-2.0-only
/* Rows are kept until all are known, then each column is as wide as it needs. */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "table.h"

struct table {
	const char *const *titles;
	size_t nr_columns;
	size_t nr_rows;
	char **cells;		/* row by row */
};

struct table *table_new(const char *const *titles)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		err(1, "table");
	table->titles = titles;
	while (titles[table->nr_columns])
		table->nr_columns++;
	return table;
}

void table_row(struct table *table, const char *const *cells)
{
	size_t at = table->nr_rows * table->nr_columns;
	size_t i;

	table->cells = reallocarray(table->cells, at + table->nr_columns,
				    sizeof(*table->cells));
	if (!table->cells)
		err(1, "table");
	for (i = 0; i < table->nr_columns; i++) {
		table->cells[at + i] = strdup(cells[i]);
		if (!table->cells[at + i])
			err(1, "table");
	}
	table->nr_rows++;
}

static void print_cell(FILE *out, const char *text, int width, int right,
		       int last)
{
	if (right)
		fprintf(out, "%*s", width, text);
	else if (last)
		fputs(text, out);
	else
		fprintf(out, "%-*s", width, text);
	fputs(last ? "\n" : "  ", out);
}

void table_print(const struct table *table, FILE *out)
{
	int width[TABLE_COLUMNS], right[TABLE_COLUMNS];
	size_t nr = table->nr_columns, row, i;
	const char *cell;

	for (i = 0; i < nr; i++) {
		right[i] = table->titles[i][0] == '>';
		width[i] = strlen(table->titles[i] + right[i]);
		for (row = 0; row < table->nr_rows; row++) {
			cell = table->cells[row * nr + i];
			if ((int)strlen(cell) > width[i])
				width[i] = strlen(cell);
		}
	}
	for (i = 0; i < nr; i++)
		print_cell(out, table->titles[i] + right[i], width[i],
			   right[i], i + 1 == nr);
	for (row = 0; row < table->nr_rows; row++)
		for (i = 0; i < nr; i++)
			print_cell(out, table->cells[row * nr + i], width[i],
				   right[i], i + 1 == nr);
}

void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr_rows * table->nr_columns; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

const char *age_text(uint64_t ms, char *buf, size_t len)
{
	uint64_t s = ms / 1000;

	if (s < 1)
		snprintf(buf, len, "%" PRIu64 " ms", ms);
	else if (s < 60)
		snprintf(buf, len, "%" PRIu64 " s", s);
	else if (s < 3600)
		snprintf(buf, len, "%" PRIu64 " min %" PRIu64 " s", s / 60,
			 s % 60);
	else if (s < 86400)
		snprintf(buf, len, "%" PRIu64 " h %" PRIu64 " min", s / 3600,
			 s % 3600 / 60);
	else
		snprintf(buf, len, "%" PRIu64 " d %" PRIu64 " h", s / 86400,
			 s % 86400 / 3600);
	return buf;
}

const char *time_text(uint64_t ns, char *buf, size_t len)
{
	time_t s = ns / 1000000000;
	char date[32];
	struct tm tm;

	localtime_r(&s, &tm);
	strftime(date, sizeof(date), "%F %T", &tm);
	snprintf(buf, len, "%s.%03u", date,
		 (unsigned int)(ns / 1000000 % 1000));
	return buf;
}
