// SPDX-License-Identifier: GPL-2.0-only

#include "e820.h"

unsigned int e820_build(const struct memory *memory, struct e820_entry *map)
{
	const struct e820_entry all[E820_MAX] = {
		{ 0, BIOS_AREA, E820_RAM },
		{ BIOS_AREA, BIOS_AREA_END - BIOS_AREA, E820_RESERVED },
		{ BIOS_AREA_END, memory->low - BIOS_AREA_END, E820_RAM },
		{ HIGH_RAM_BASE, memory->high, E820_RAM },
	};
	unsigned int i, count = 0;

	for (i = 0; i < E820_MAX; i++)
		if (all[i].size)
			map[count++] = all[i];
	return count;
}
