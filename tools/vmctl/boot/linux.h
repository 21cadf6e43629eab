/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Put a Linux kernel into guest memory, ready for its 64-bit entry point
 * (Documentation/x86/boot.rst, "64-bit Boot Protocol").
 *
 *	0x00500   GDT                      0x0e0000  ACPI tables (acpi.h)
 *	0x06ff0   top of stack             load      kernel, usually at 16 MiB
 *	0x07000   zero page                  + span
 *	0x09000   page tables, 6 pages       ...
 *	0x20000   command line             top       initrd, as high as it may go
 */
#ifndef BOOT_LINUX_H
#define BOOT_LINUX_H

#include <stdint.h>

#include "../vm/memory.h"

/**
 * struct boot_files - what to boot
 * @kernel: path of a bzImage
 * @initrd: path, or NULL
 * @cmdline: command line
 * @rsdp: guest-physical address of the ACPI tables' root, told in the zero page
 */
struct boot_files {
	const char *kernel;
	const char *initrd;
	const char *cmdline;
	uint64_t rsdp;
};

/**
 * struct boot_entry - registers to enter the kernel with, in 64-bit mode
 * @rip: entry point
 * @rsi: the zero page
 * @rsp: a small stack
 * @cr3: page tables that map the first 4 GiB one to one
 * @gdt: a table with the flat code and data segments 0x10 and 0x18
 * @gdt_limit: its limit
 */
struct boot_entry {
	uint64_t rip;
	uint64_t rsi;
	uint64_t rsp;
	uint64_t cr3;
	uint64_t gdt;
	uint32_t gdt_limit;
};

/* Load all; -1 with the complaint made. */
int boot_linux(const struct memory *memory, const struct boot_files *files,
	       struct boot_entry *entry);

#endif /* BOOT_LINUX_H */
