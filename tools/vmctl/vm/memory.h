/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest RAM.
 *
 *	 0                3 GiB        4 GiB
 *	 |---- low RAM ----|  devices  |---- high RAM ----...
 *	 '-----------------'           '------------------'
 *	  ram                           ram + low            one anonymous mapping
 */
#ifndef VM_MEMORY_H
#define VM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define LOW_RAM_MAX	(3ULL << 30)
#define HIGH_RAM_BASE	(4ULL << 30)

/* Least that a VM can be given: all that vmctl itself writes lies below. */
#define MEMORY_MIN	(1ULL << 20)

/**
 * struct memory - a VM's RAM
 * @ram: first byte, aligned to 2 MiB in our address space
 * @low: bytes from guest-physical 0 on
 * @high: bytes from HIGH_RAM_BASE on
 * @map: what mmap() returned
 * @map_bytes: its length
 */
struct memory {
	uint8_t *ram;
	uint64_t low;
	uint64_t high;
	void *map;
	size_t map_bytes;
};

/* Divide @bytes into low and high; @ram and @map are left alone. */
void memory_layout(struct memory *memory, uint64_t bytes);

/* Reserve address space for the layout; pages come when touched. -1 and errno. */
int memory_alloc(struct memory *memory);
void memory_free(struct memory *memory);

/* Where guest-physical [gpa, gpa + len) is in our memory; NULL if not all of it is RAM. */
void *memory_at(const struct memory *memory, uint64_t gpa, uint64_t len);

#endif /* VM_MEMORY_H */
