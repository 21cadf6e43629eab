/* SPDX-License-Identifier: GPL-2.0-only */
/* What --stats prints. */
#ifndef VM_STATS_H
#define VM_STATS_H

#include <stdint.h>
#include <vtx/libvtx.h>

#include "bus.h"

#define STATS_PAGES 32

/**
 * struct stats - counted while the guest runs
 * @first_entry: TSC before the first VTX_RUN
 * @end: TSC after the last
 * @port: exits to userspace, by port
 * @page: exits to userspace for memory without RAM, by page of 4 KiB, in the
 *	order of their first use; those that found no place any more are not kept
 * @pages: entries of @page in use
 */
struct stats {
	uint64_t first_entry;
	uint64_t end;
	uint64_t port[1 << 16];
	struct {
		uint64_t gpa;
		uint64_t count;
	} page[STATS_PAGES];
	unsigned int pages;
};

void stats_count_mmio(struct stats *stats, uint64_t gpa);

/* Figures on stderr; @counters may be NULL if vtx.ko did not give them. */
void stats_print(const struct stats *stats, const struct bus *bus,
		 const struct vtx_counters *counters);

#endif /* VM_STATS_H */
