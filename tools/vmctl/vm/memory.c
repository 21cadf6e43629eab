// SPDX-License-Identifier: GPL-2.0-only

#include "memory.h"

#include <sys/mman.h>

/* The host can back aligned memory by huge pages, and vtx.ko can map those as such. */
#define HUGE_PAGE (2UL << 20)

void memory_layout(struct memory *memory, uint64_t bytes)
{
	memory->low = bytes < LOW_RAM_MAX ? bytes : LOW_RAM_MAX;
	memory->high = bytes - memory->low;
}

int memory_alloc(struct memory *memory)
{
	size_t bytes = memory->low + memory->high;
	void *map;

	map = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED)
		return -1;
	memory->map = map;
	memory->map_bytes = bytes + HUGE_PAGE;
	memory->ram = (uint8_t *)(((uintptr_t)map + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
	return 0;
}

void memory_free(struct memory *memory)
{
	if (memory->map)
		munmap(memory->map, memory->map_bytes);
	memory->map = NULL;
	memory->ram = NULL;
}

void *memory_at(const struct memory *memory, uint64_t gpa, uint64_t len)
{
	if (gpa <= memory->low && len <= memory->low - gpa)
		return memory->ram + gpa;
	if (gpa >= HIGH_RAM_BASE && gpa - HIGH_RAM_BASE <= memory->high &&
	    len <= memory->high - (gpa - HIGH_RAM_BASE))
		return memory->ram + memory->low + (gpa - HIGH_RAM_BASE);
	return NULL;
}
