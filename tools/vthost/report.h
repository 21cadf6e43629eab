/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of report: report.c says what it is for */
#ifndef VTHOST_REPORT_H
#define VTHOST_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdnoreturn.h>

#define COUNTERS_MAX 64

/* All exits of one reason that stayed in the kernel, or that went to userspace */
struct exits {
	unsigned int reason, user;
	uint64_t exits, ticks, least, median, most;
	uint64_t sums[COUNTERS_MAX], medians[COUNTERS_MAX];
};

/* Ticks of one call chain, "EXIT REASON;caller;...;function" */
struct fold {
	char *path;
	uint64_t ticks;
};

extern char *counters[COUNTERS_MAX];
extern size_t nr_counters;
extern struct exits *exits;
extern size_t nr_exits;
extern struct fold *folds;	/* sorted by path, each path once */
extern size_t nr_folds;

/* report.c */
noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *grow(void *array, size_t count, size_t size);
const char *exit_name(const struct exits *e);

/* report_read.c */
void read_profile(const char *path);

/* report_symbols.c */
void read_symbols(const char *path);
const char *symbol_name(uint64_t address);
const char *symbol_module(const char *name);	/* NULL: the kernel's own */

/* report_table.c, report_flame.c */
void write_table(FILE *file);
void write_flame(FILE *file);

#endif
