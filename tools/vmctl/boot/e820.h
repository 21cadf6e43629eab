/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory map that the guest is told. */
#ifndef BOOT_E820_H
#define BOOT_E820_H

#include <stdint.h>

#include "../vm/memory.h"

enum e820_type {
	E820_RAM = 1,
	E820_RESERVED = 2,
};

struct e820_entry {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
} __attribute__((packed));

#define E820_MAX 4

/* Where a PC's BIOS data and ROM area is; ACPI tables lie in it. */
#define BIOS_AREA	0x9fc00
#define BIOS_AREA_END	0x100000

/* Fill in the map; the number of entries, at most E820_MAX. */
unsigned int e820_build(const struct memory *memory, struct e820_entry *map);

#endif /* BOOT_E820_H */
