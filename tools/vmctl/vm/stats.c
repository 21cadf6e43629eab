// SPDX-License-Identifier: GPL-2.0-only

#include "stats.h"

#include <stdio.h>
#include <stdlib.h>

#include "../vmctl.h"

#define TOP 10

/**
 * struct line - a line of a table
 * @count: how often
 * @key: exit reason, port or address
 */
struct line {
	unsigned long long count;
	unsigned long long key;
};

void stats_count_mmio(struct stats *stats, uint64_t gpa)
{
	uint64_t page = gpa & ~0xfffULL;
	unsigned int i;

	for (i = 0; i < stats->pages; i++)
		if (stats->page[i].gpa == page)
			break;
	if (i == STATS_PAGES)
		return;
	if (i == stats->pages)
		stats->page[stats->pages++].gpa = page;
	stats->page[i].count++;
}

static int more_first(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* Keep @lines, room for @room and sorted, the lines with the most counts. */
static void keep(struct line *lines, unsigned int *used, unsigned int room, struct line line)
{
	if (!line.count)
		return;
	if (*used == room) {
		if (more_first(&lines[room - 1], &line) <= 0)
			return;
		--*used;
	}
	lines[(*used)++] = line;
	qsort(lines, *used, sizeof(*lines), more_first);
}

static void print_reasons(const struct vtx_counters *counters)
{
	struct line lines[VTX_EXIT_REASONS];
	unsigned int i, used = 0;
	unsigned long long total = 0;

	for (i = 0; i < VTX_EXIT_REASONS; i++) {
		total += counters->exits[i];
		keep(lines, &used, VTX_EXIT_REASONS,
		     (struct line){ .count = counters->exits[i], .key = i });
	}
	fprintf(stderr, "%14llu  VM entries\n", counters->entries);
	fprintf(stderr, "%14llu  VM exits\n", total);
	for (i = 0; i < used; i++)
		fprintf(stderr, "%14llu    %s\n", lines[i].count,
			vtx_hw_reason_name(lines[i].key));
	fprintf(stderr, "%14llu  interrupts injected\n", counters->injected);
	fprintf(stderr, "%14llu  returns to vmctl\n", counters->to_user);
}

static void print_ports(const struct stats *stats, const struct bus *bus)
{
	struct line lines[TOP];
	unsigned int i, used = 0;

	for (i = 0; i < 1 << 16; i++)
		keep(lines, &used, TOP, (struct line){ .count = stats->port[i], .key = i });
	for (i = 0; i < used; i++) {
		const struct port_range *range = bus_find_port(bus, lines[i].key);

		fprintf(stderr, "%14llu    port %#x, %s\n", lines[i].count,
			(unsigned int)lines[i].key, range ? range->name : "no device");
	}
}

static void print_pages(const struct stats *stats, const struct bus *bus)
{
	struct line lines[TOP];
	unsigned int i, used = 0;

	for (i = 0; i < stats->pages; i++)
		keep(lines, &used, TOP,
		     (struct line){ .count = stats->page[i].count, .key = stats->page[i].gpa });
	for (i = 0; i < used; i++) {
		const struct mmio_range *range = bus_find_mmio(bus, lines[i].key);

		fprintf(stderr, "%14llu    page %#llx, %s\n", lines[i].count,
			lines[i].key, range ? range->name : "no device");
	}
}

static unsigned long long ticks(uint64_t from, uint64_t to)
{
	return to - from;
}

void stats_print(const struct stats *stats, const struct bus *bus,
		 const struct vtx_counters *counters)
{
	fprintf(stderr, "%14llu  TSC ticks from program start to first VM entry\n",
		ticks(program_start_tsc, stats->first_entry));
	fprintf(stderr, "%14llu  TSC ticks from first VM entry to end\n",
		ticks(stats->first_entry, stats->end));
	if (counters)
		print_reasons(counters);
	print_ports(stats, bus);
	print_pages(stats, bus);
}
