// SPDX-License-Identifier: GPL-2.0-only
/* The profile as text: all exit reasons, then what was counted and where for each */
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define TOP 40

static int compare_exits(const void *a, const void *b)
{
	const struct exits *x = a, *y = b;

	if (x->ticks != y->ticks)
		return x->ticks < y->ticks ? 1 : -1;
	return (int)x->reason - (int)y->reason;
}

static void write_summary(FILE *file)
{
	fprintf(file, "%-28s %8s %10s %12s %10s %12s %14s\n", "ticks from exit to entry", "exits",
		"median", "mean", "least", "most", "total");
	for (size_t i = 0; i < nr_exits; i++) {
		const struct exits *e = &exits[i];

		fprintf(file, "%-28s %8lu %10lu %12.1f %10lu %12lu %14lu\n", exit_name(e), e->exits,
			e->median, (double)e->ticks / e->exits, e->least, e->most, e->ticks);
	}
}

static void write_counts(FILE *file, const struct exits *e)
{
	fprintf(file, "\n  %-20s %14s %14s %14s\n", "counted", "median exit", "per exit", "total");
	for (size_t i = 0; i < nr_counters; i++)
		if (e->sums[i])
			fprintf(file, "  %-20s %14lu %14.2f %14lu\n", counters[i], e->medians[i],
				(double)e->sums[i] / e->exits, e->sums[i]);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct fold *)a)->path, ((const struct fold *)b)->path);
}

static int compare_ticks(const void *a, const void *b)
{
	const struct fold *x = a, *y = b;

	if (x->ticks != y->ticks)
		return x->ticks < y->ticks ? 1 : -1;
	return strcmp(x->path, y->path);
}

/* The innermost functions of the chains that begin with @name, joined */
static struct fold *leaves(const char *name, size_t *count)
{
	struct fold *list = NULL;
	size_t length = strlen(name), n = 0, last = 0;

	for (size_t i = 0; i < nr_folds; i++) {
		if (strncmp(folds[i].path, name, length) || folds[i].path[length] != ';')
			continue;
		list = grow(list, n, sizeof(*list));
		list[n++] = (struct fold){ strrchr(folds[i].path, ';') + 1, folds[i].ticks };
	}
	qsort(list, n, sizeof(*list), compare_names);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(list[i].path, list[last].path))
			list[++last] = list[i];
		else
			list[last].ticks += list[i].ticks;
	}
	*count = n ? last + 1 : 0;
	qsort(list, *count, sizeof(*list), compare_ticks);
	return list;
}

static void write_symbols(FILE *file, const struct exits *e)
{
	size_t n;
	struct fold *list = leaves(exit_name(e), &n);
	uint64_t rest = 0;

	fprintf(file, "\n  %12s %14s %7s  %s\n", "per exit", "ticks", "", "function");
	for (size_t i = 0; i < n; i++) {
		if (i < TOP)
			fprintf(file, "  %12.2f %14lu %6.2f%%  %s\n",
				(double)list[i].ticks / e->exits, list[i].ticks,
				100.0 * list[i].ticks / e->ticks, list[i].path);
		else
			rest += list[i].ticks;
	}
	if (n > TOP)
		fprintf(file, "  %12.2f %14lu %6.2f%%  (%zu more)\n", (double)rest / e->exits, rest,
			100.0 * rest / e->ticks, n - TOP);
	free(list);
}

void write_table(FILE *file)
{
	qsort(exits, nr_exits, sizeof(*exits), compare_exits);
	write_summary(file);
	for (size_t i = 0; i < nr_exits; i++) {
		fprintf(file, "\n%s: %lu exits, median %lu ticks\n", exit_name(&exits[i]),
			exits[i].exits, exits[i].median);
		write_counts(file, &exits[i]);
		write_symbols(file, &exits[i]);
	}
}
