// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flame graph: each function is a bar over that of its caller, as wide as the
 * ticks of it and of all that it called.
 *
 *   [ vmx_handle_exit          ]
 *   [ vcpu_run                             ][ ... ]      ^ called by
 *   [ CPUID                                       ]
 *
 * The paths are sorted, so those with the same beginning are neighbours: a bar is
 * a run of them that agree up to its depth.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define WIDTH	1600.0
#define BAR	16
#define LETTER	6.6		/* of the font, about */
#define LEAST	0.2		/* narrower bars are left out */

static uint64_t total;
static unsigned int levels;

static unsigned int depth_of(const char *path)
{
	unsigned int depth = 1;

	while ((path = strchr(path, ';'))) {
		path++;
		depth++;
	}
	return depth;
}

static void write_escaped(FILE *file, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		switch (text[i]) {
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '&':
			fputs("&amp;", file);
			break;
		default:
			fputc(text[i], file);
		}
	}
}

/* Exit reasons grey, userspace green, the kernel's own yellow, modules red */
static const char *color(const char *name, unsigned int depth)
{
	if (!depth)
		return "#c8c8c8";
	if (*name == '[')
		return "#8fce7a";
	return symbol_module(name) ? "#f08a6c" : "#f2d06b";
}

static void write_bar(FILE *file, const char *frame, size_t length, unsigned int depth,
		      uint64_t start, uint64_t ticks)
{
	double x = WIDTH * start / total, width = WIDTH * ticks / total;
	unsigned int y = (levels - 1 - depth) * BAR;
	size_t fits = width < 3 * LETTER ? 0 : (width - 4) / LETTER;
	char name[640];

	snprintf(name, sizeof(name), "%.*s", (int)length, frame);
	fputs("<g><title>", file);
	write_escaped(file, name, strlen(name));
	fprintf(file, ": %lu ticks, %.2f%%</title>", ticks, 100.0 * ticks / total);
	fprintf(file, "<rect x=\"%.2f\" y=\"%u\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>", x, y,
		width > 0.5 ? width - 0.2 : width, BAR - 1, color(name, depth));
	if (fits) {
		fprintf(file, "<text x=\"%.2f\" y=\"%u\">", x + 2, y + BAR - 5);
		write_escaped(file, name, strlen(name) < fits ? strlen(name) : fits);
		fputs("</text>", file);
	}
	fputs("</g>\n", file);
}

/* Is the frame at @text the one of @length characters at @frame? */
static bool same_frame(const char *text, const char *frame, size_t length)
{
	return !strncmp(text, frame, length) && (!text[length] || text[length] == ';');
}

/* Bars of folds[from..to), whose first @offset characters are the same */
static void write_level(FILE *file, size_t from, size_t to, size_t offset, unsigned int depth,
			uint64_t start)
{
	while (from < to) {
		const char *frame = folds[from].path + offset;
		size_t length = strcspn(frame, ";"), end = from;
		uint64_t ticks = 0;

		for (; end < to && same_frame(folds[end].path + offset, frame, length); end++)
			ticks += folds[end].ticks;
		if (WIDTH * ticks / total >= LEAST) {
			write_bar(file, frame, length, depth, start, ticks);
			/* the path that ends here is the first of them */
			if (!frame[length])
				write_level(file, from + 1, end, offset + length + 1, depth + 1,
					    start + folds[from].ticks);
			else
				write_level(file, from, end, offset + length + 1, depth + 1, start);
		}
		start += ticks;
		from = end;
	}
}

void write_flame(FILE *file)
{
	for (size_t i = 0; i < nr_folds; i++) {
		unsigned int depth = depth_of(folds[i].path);

		total += folds[i].ticks;
		levels = depth > levels ? depth : levels;
	}
	fprintf(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\"",
		(int)WIDTH, levels * BAR);
	fputs(" font-family=\"monospace\" font-size=\"11\">\n", file);
	write_level(file, 0, nr_folds, 0, 0, 0);
	fputs("</svg>\n", file);
}
