// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses to names, by /proc/kallsyms as root reads it: the kernel's symbols
 * and those of the modules that are loaded then.  A module's symbol is called
 * "name [module]".
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define USER_ADDRESS	1		/* stands for userspace, see bochs/profile */
#define SYMBOL_MAX	(1UL << 20)	/* farther from its start is not inside */

struct symbol {
	uint64_t address;
	char *name;
};

static struct symbol *symbols;
static size_t nr_symbols;

static void add_symbol(const char *line)
{
	char name[512], module[128] = "", *text = NULL, type;
	uint64_t address;

	if (sscanf(line, "%lx %c %511s %127s", &address, &type, name, module) < 3 ||
	    !address || !strchr("tw", tolower(type)) || !strncmp(name, "__pfx_", 6))
		return;
	if (asprintf(&text, *module ? "%s %s" : "%s", name, module) < 0)
		die("out of memory");
	symbols = grow(symbols, nr_symbols, sizeof(*symbols));
	symbols[nr_symbols++] = (struct symbol){ address, text };
}

static int compare_symbols(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return -strcmp(x->name, y->name);	/* of aliases the shortest comes last */
}

void read_symbols(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (getline(&line, &size, file) >= 0)
		add_symbol(line);
	free(line);
	fclose(file);
	if (!nr_symbols)
		die("%s has no symbols", path);
	qsort(symbols, nr_symbols, sizeof(*symbols), compare_symbols);
}

const char *symbol_name(uint64_t address)
{
	size_t low = 0, high = nr_symbols;

	if (address == USER_ADDRESS)
		return "[user]";
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - symbols[low - 1].address >= SYMBOL_MAX)
		return "[unknown]";
	return symbols[low - 1].name;
}

const char *symbol_module(const char *name)
{
	const char *module = strstr(name, " [");

	return module ? module + 1 : NULL;
}
