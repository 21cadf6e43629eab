/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bzImage as a file: a boot sector and setup code with the setup header in
 * them, then the part that runs (Documentation/x86/boot.rst).
 *
 *	0      0x1f1   0x202      (setup_sects + 1) * 512        end of file
 *	|--------|-header-|----------------|-- protected-mode part --|
 */
#ifndef BOOT_BZIMAGE_H
#define BOOT_BZIMAGE_H

#include <stddef.h>
#include <stdint.h>

/* The setup header, at the same offset in the file and in the zero page. */
#define SETUP_HEADER		0x1f1
#define SETUP_HEADER_END	0x290

/* How much of the file's beginning bzimage_parse() looks at. */
#define BZIMAGE_HEAD		0x290

/* Distance of the 64-bit entry point from where the protected-mode part is loaded. */
#define BZIMAGE_ENTRY_64	0x200

/**
 * struct bzimage - what a loader needs to know
 * @header_bytes: length of the setup header from SETUP_HEADER on
 * @offset: file offset of the protected-mode part
 * @bytes: its length
 * @load: where it wants to be
 * @span: bytes of RAM from @load on that the kernel uses until it reads the
 *	memory map; at least @bytes
 * @cmdline_max: longest command line, without its NUL
 * @initrd_max: highest address of an initrd's last byte
 */
struct bzimage {
	uint32_t header_bytes;
	uint64_t offset;
	uint64_t bytes;
	uint64_t load;
	uint64_t span;
	uint32_t cmdline_max;
	uint32_t initrd_max;
};

/**
 * bzimage_parse() - check the header of an untrusted file
 * @head: the first BZIMAGE_HEAD bytes of the file, or all of a shorter one
 * @head_bytes: how many there are
 * @file_bytes: size of the file
 *
 * Return: NULL, or what is wrong with the file.
 */
const char *bzimage_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes,
			  struct bzimage *image);

#endif /* BOOT_BZIMAGE_H */
