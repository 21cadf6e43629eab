// SPDX-License-Identifier: GPL-2.0-only

#include "linux.h"

#include <string.h>

#include "../vmctl.h"
#include "bytes.h"
#include "bzimage.h"
#include "e820.h"
#include "file.h"

#define GDT_AT			0x500
#define STACK_TOP		0x6ff0
#define ZERO_PAGE		0x7000
#define PAGE_TABLES		0x9000
#define CMDLINE_AT		0x20000
#define CMDLINE_ROOM		0x10000

/* The zero page, struct boot_params (Documentation/x86/zero-page.rst) */
#define BP_BYTES		4096
#define BP_ACPI_RSDP		0x070
#define BP_E820_COUNT		0x1e8
#define BP_TYPE_OF_LOADER	0x210
#define BP_RAMDISK_IMAGE	0x218
#define BP_RAMDISK_SIZE		0x21c
#define BP_CMD_LINE_PTR		0x228
#define BP_E820_TABLE		0x2d0

#define LOADER_UNDEFINED	0xff	/* no number assigned */

#define PAGE			4096ULL
#define MIB			(1ULL << 20)

#define PTE_TABLE		0x03	/* present, writable */
#define PTE_2M_PAGE		0x83	/* and a page of 2 MiB */

/* Bytes as MiB, rounded up, for complaints. */
static unsigned long long to_mib(uint64_t bytes)
{
	return (bytes + MIB - 1) / MIB;
}

static void write_gdt(const struct memory *memory, struct boot_entry *entry)
{
	static const uint64_t gdt[] = {
		0, 0,
		0x00af9b000000ffff,	/* 0x10: 64-bit code */
		0x00cf93000000ffff,	/* 0x18: data */
	};

	memcpy(memory_at(memory, GDT_AT, sizeof(gdt)), gdt, sizeof(gdt));
	entry->gdt = GDT_AT;
	entry->gdt_limit = sizeof(gdt) - 1;
}

/* The first 4 GiB: a PML4, a page-directory-pointer table, 4 page directories */
static void write_page_tables(const struct memory *memory, struct boot_entry *entry)
{
	uint8_t *pml4 = memory_at(memory, PAGE_TABLES, 6 * PAGE);
	uint8_t *pdpt = pml4 + PAGE;
	uint8_t *pd = pdpt + PAGE;
	unsigned int i;

	memset(pml4, 0, 2 * PAGE);
	put64(pml4, (PAGE_TABLES + PAGE) | PTE_TABLE);
	for (i = 0; i < 4; i++)
		put64(pdpt + 8 * i, (PAGE_TABLES + (2 + i) * PAGE) | PTE_TABLE);
	for (i = 0; i < 4 * 512; i++)
		put64(pd + 8 * i, i * 2 * MIB | PTE_2M_PAGE);
	entry->cr3 = PAGE_TABLES;
}

static int write_cmdline(const struct memory *memory, const struct bzimage *image,
			 const char *cmdline)
{
	size_t bytes = strlen(cmdline) + 1;
	uint32_t max = image->cmdline_max < CMDLINE_ROOM ? image->cmdline_max : CMDLINE_ROOM - 1;

	if (bytes > max + 1)
		return complain("--append has %zu characters, this kernel takes %u; shorten it",
				bytes - 1, max);
	memcpy(memory_at(memory, CMDLINE_AT, bytes), cmdline, bytes);
	return 0;
}

static int load_kernel(const struct memory *memory, const struct image_file *file,
		       const struct bzimage *image)
{
	void *to = memory_at(memory, image->load, image->span);

	if (!to)
		return complain("'%s' needs %llu MiB below 3 GiB, not %llu; give more --mem",
				file->path, to_mib(image->load + image->span),
				to_mib(memory->low));
	return image_read(file, image->offset, to, image->bytes);
}

/* As high as the kernel allows, so that it is out of the way of all else */
static int load_initrd(const struct memory *memory, const struct bzimage *image,
		       const char *path, uint8_t *zero_page)
{
	uint64_t top = memory->low, bottom = image->load + image->span, at;
	struct image_file file;
	int ret;

	if (image_open(&file, "initrd", path))
		return -1;
	if (image->initrd_max < top)
		top = image->initrd_max + 1ULL;
	if (top < bottom || file.bytes > top - bottom ||
	    ((top - file.bytes) & ~(PAGE - 1)) < bottom) {
		image_close(&file);
		return complain("'%s', %llu MiB, does not fit in %llu to %llu MiB; give more --mem",
				path, to_mib(file.bytes), to_mib(bottom), top / MIB);
	}
	at = (top - file.bytes) & ~(PAGE - 1);
	put32(zero_page + BP_RAMDISK_IMAGE, at);
	put32(zero_page + BP_RAMDISK_SIZE, file.bytes);
	ret = image_read(&file, 0, memory_at(memory, at, file.bytes), file.bytes);
	image_close(&file);
	return ret;
}

static uint8_t *write_zero_page(const struct memory *memory, const uint8_t *head,
				const struct bzimage *image, uint64_t rsdp)
{
	uint8_t *bp = memory_at(memory, ZERO_PAGE, BP_BYTES);
	struct e820_entry map[E820_MAX];
	unsigned int count = e820_build(memory, map);

	memset(bp, 0, BP_BYTES);
	memcpy(bp + SETUP_HEADER, head + SETUP_HEADER, image->header_bytes);
	bp[BP_TYPE_OF_LOADER] = LOADER_UNDEFINED;
	put32(bp + BP_CMD_LINE_PTR, CMDLINE_AT);
	put32(bp + BP_RAMDISK_IMAGE, 0);
	put32(bp + BP_RAMDISK_SIZE, 0);
	put64(bp + BP_ACPI_RSDP, rsdp);
	bp[BP_E820_COUNT] = count;
	memcpy(bp + BP_E820_TABLE, map, count * sizeof(map[0]));
	return bp;
}

static int load_from(const struct memory *memory, const struct image_file *kernel,
		     const struct boot_files *files, struct boot_entry *entry)
{
	uint8_t head[BZIMAGE_HEAD];
	size_t head_bytes = kernel->bytes < sizeof(head) ? kernel->bytes : sizeof(head);
	struct bzimage image;
	const char *wrong;
	uint8_t *zero_page;

	if (image_read(kernel, 0, head, head_bytes))
		return -1;
	wrong = bzimage_parse(head, head_bytes, kernel->bytes, &image);
	if (wrong)
		return complain("kernel '%s' is %s; give a bzImage, like /boot/vmlinuz-VERSION",
				kernel->path, wrong);
	if (load_kernel(memory, kernel, &image) ||
	    write_cmdline(memory, &image, files->cmdline))
		return -1;
	zero_page = write_zero_page(memory, head, &image, files->rsdp);
	if (files->initrd && load_initrd(memory, &image, files->initrd, zero_page))
		return -1;
	entry->rip = image.load + BZIMAGE_ENTRY_64;
	return 0;
}

int boot_linux(const struct memory *memory, const struct boot_files *files,
	       struct boot_entry *entry)
{
	struct image_file kernel;
	int ret;

	memset(entry, 0, sizeof(*entry));
	entry->rsi = ZERO_PAGE;
	entry->rsp = STACK_TOP;
	write_gdt(memory, entry);
	write_page_tables(memory, entry);

	if (image_open(&kernel, "kernel", files->kernel))
		return -1;
	ret = load_from(memory, &kernel, files, entry);
	image_close(&kernel);
	return ret;
}
