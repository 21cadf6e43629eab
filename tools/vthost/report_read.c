// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator's file: its sums, and its call chains as names.  Each chain's
 * addresses become symbols, then equal ones are joined.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static struct exits *find_exits(unsigned int reason, unsigned int user)
{
	for (size_t i = 0; i < nr_exits; i++)
		if (exits[i].reason == reason && exits[i].user == user)
			return &exits[i];
	die("counts of exit reason %u without its exits", reason);
}

static void read_counters(char *text)
{
	text[strcspn(text, "\n")] = 0;
	for (char *name = strtok(text, " "); name; name = strtok(NULL, " ")) {
		if (nr_counters == COUNTERS_MAX)
			die("more than %d counters", COUNTERS_MAX);
		counters[nr_counters++] = strdup(name);
	}
}

static void read_exits(const char *text)
{
	struct exits e = {};

	if (sscanf(text, "%u %u %lu %lu %lu %lu %lu", &e.reason, &e.user, &e.exits, &e.ticks,
		   &e.least, &e.median, &e.most) != 7)
		die("not understood: exits %s", text);
	exits = grow(exits, nr_exits, sizeof(*exits));
	exits[nr_exits++] = e;
}

static void read_counts(char *text, bool median)
{
	unsigned int reason = strtoul(text, &text, 10), user = strtoul(text, &text, 10);
	struct exits *e = find_exits(reason, user);

	for (size_t i = 0; i < nr_counters; i++)
		(median ? e->medians : e->sums)[i] = strtoul(text, &text, 10);
}

/* "REASON USER TICKS CALL;...;ADDRESS" */
static void read_ticks(char *text)
{
	unsigned int reason = strtoul(text, &text, 10), user = strtoul(text, &text, 10);
	uint64_t ticks = strtoul(text, &text, 10);
	char *path;
	size_t length;
	FILE *out = open_memstream(&path, &length);

	if (!out)
		die("out of memory");
	fputs(exit_name(find_exits(reason, user)), out);
	for (text++; *text && *text != '\n'; text += *text == ';')
		fprintf(out, ";%s", symbol_name(strtoul(text, &text, 16)));
	fclose(out);
	folds = grow(folds, nr_folds, sizeof(*folds));
	folds[nr_folds++] = (struct fold){ path, ticks };
}

/* ";" before all else: what a function called comes right after itself */
static int compare_folds(const void *a, const void *b)
{
	const char *x = ((const struct fold *)a)->path, *y = ((const struct fold *)b)->path;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (*x == ';' ? 1 : (uint8_t)*x) - (*y == ';' ? 1 : (uint8_t)*y);
}

static void join_folds(void)
{
	size_t last = 0;

	if (!nr_folds)
		return;
	qsort(folds, nr_folds, sizeof(*folds), compare_folds);
	for (size_t i = 1; i < nr_folds; i++) {
		if (strcmp(folds[i].path, folds[last].path)) {
			folds[++last] = folds[i];
		} else {
			folds[last].ticks += folds[i].ticks;
			free(folds[i].path);
		}
	}
	nr_folds = last + 1;
}

/* What the symbols were charged is what the exits took, to the tick */
static void check_ticks(void)
{
	for (size_t i = 0; i < nr_exits; i++) {
		const char *name = exit_name(&exits[i]);
		size_t length = strlen(name);
		uint64_t ticks = 0;

		for (size_t j = 0; j < nr_folds; j++)
			if (!strncmp(folds[j].path, name, length) && folds[j].path[length] == ';')
				ticks += folds[j].ticks;
		if (ticks != exits[i].ticks)
			die("%s: the symbols have %lu ticks, the exits %lu", name, ticks,
			    exits[i].ticks);
	}
}

static void read_line(char *line)
{
	char *text = strchr(line, ' ');

	if (!text)
		die("not understood: %s", line);
	*text++ = 0;
	if (!strcmp(line, "counters"))
		read_counters(text);
	else if (!strcmp(line, "exits"))
		read_exits(text);
	else if (!strcmp(line, "sums") || !strcmp(line, "median"))
		read_counts(text, *line == 'm');
	else if (!strcmp(line, "ticks"))
		read_ticks(text);
	else
		die("not understood: %s", line);
}

void read_profile(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (getline(&line, &size, file) >= 0)
		read_line(line);
	free(line);
	fclose(file);
	join_folds();
	check_ticks();
}
