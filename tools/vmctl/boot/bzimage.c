// SPDX-License-Identifier: GPL-2.0-only

#include "bzimage.h"

#include "bytes.h"

/* Offsets of Documentation/x86/boot.rst. */
#define SETUP_SECTS		0x1f1
#define SYSSIZE			0x1f4
#define BOOT_FLAG		0x1fe
#define HEADER_END_BYTE		0x201	/* header ends at 0x202 + this */
#define HEADER_MAGIC		0x202
#define VERSION			0x206
#define LOADFLAGS		0x211
#define INITRD_ADDR_MAX		0x22c
#define KERNEL_ALIGNMENT	0x230
#define XLOADFLAGS		0x236
#define CMDLINE_SIZE		0x238
#define PAYLOAD_OFFSET		0x248
#define PAYLOAD_LENGTH		0x24c
#define PREF_ADDRESS		0x258
#define INIT_SIZE		0x260
#define KNOWN_FIELDS_END	0x264

#define MAGIC_HDRS		0x53726448	/* "HdrS" */
#define VERSION_2_12		0x020c		/* first with xloadflags */
#define LOADED_HIGH		(1 << 0)
#define XLF_KERNEL_64		(1 << 0)

#define SECTOR			512
#define DEFAULT_SETUP_SECTS	4
#define SYSSIZE_UNIT		16
#define LOWEST_LOAD		(1ULL << 20)
#define HIGHEST_LOAD		(1ULL << 32)

static const char *check_identity(const uint8_t *head, size_t head_bytes)
{
	if (head_bytes < HEADER_MAGIC + 4 || get16(head + BOOT_FLAG) != 0xaa55 ||
	    get32(head + HEADER_MAGIC) != MAGIC_HDRS)
		return "not a bzImage";
	if (head_bytes < KNOWN_FIELDS_END)
		return "truncated";
	if (get16(head + VERSION) < VERSION_2_12)
		return "older than boot protocol 2.12 (Linux 3.8)";
	if (HEADER_MAGIC + head[HEADER_END_BYTE] < KNOWN_FIELDS_END)
		return "damaged: its header is shorter than its version says";
	if (!(head[LOADFLAGS] & LOADED_HIGH))
		return "a zImage, not a bzImage";
	if (!(get16(head + XLOADFLAGS) & XLF_KERNEL_64))
		return "a 32-bit kernel; vmctl boots 64-bit ones";
	return NULL;
}

/*
 * The file may go on after the kernel (a signature, padding); it may also be
 * short of the last unit of syssize, which counts in 16 bytes.
 */
static const char *find_payload(const uint8_t *head, uint64_t file_bytes, struct bzimage *image)
{
	uint64_t sects = head[SETUP_SECTS] ? head[SETUP_SECTS] : DEFAULT_SETUP_SECTS;
	uint64_t announced = (uint64_t)get32(head + SYSSIZE) * SYSSIZE_UNIT;
	uint64_t payload_end = (uint64_t)get32(head + PAYLOAD_OFFSET) +
			       get32(head + PAYLOAD_LENGTH);
	uint64_t there;

	image->offset = (sects + 1) * SECTOR;
	if (file_bytes <= image->offset)
		return "truncated";
	there = file_bytes - image->offset;
	if (announced >= there + SYSSIZE_UNIT)
		return "truncated";
	image->bytes = announced < there ? announced : there;
	if (image->bytes <= BZIMAGE_ENTRY_64)
		return "damaged: it ends before its 64-bit entry point";
	if (payload_end > image->bytes)
		return "damaged: its payload lies outside of the file";
	return NULL;
}

static const char *find_load_address(const uint8_t *head, struct bzimage *image)
{
	uint32_t init_size = get32(head + INIT_SIZE);
	uint32_t alignment = get32(head + KERNEL_ALIGNMENT);

	image->load = get64(head + PREF_ADDRESS);
	image->span = init_size > image->bytes ? init_size : image->bytes;
	if (image->load < LOWEST_LOAD || image->load >= HIGHEST_LOAD ||
	    image->load % 4096)
		return "damaged: it prefers an impossible load address";
	if (!alignment || alignment & (alignment - 1) || image->load % alignment)
		return "damaged: its alignment is impossible";
	return NULL;
}

const char *bzimage_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes,
			  struct bzimage *image)
{
	uint32_t header_end;
	const char *wrong;

	memset(image, 0, sizeof(*image));
	wrong = check_identity(head, head_bytes);
	if (!wrong)
		wrong = find_payload(head, file_bytes, image);
	if (!wrong)
		wrong = find_load_address(head, image);
	if (wrong)
		return wrong;

	header_end = HEADER_MAGIC + head[HEADER_END_BYTE];
	if (header_end > SETUP_HEADER_END)
		header_end = SETUP_HEADER_END;
	if (head_bytes < header_end)
		return "truncated";
	image->header_bytes = header_end - SETUP_HEADER;
	image->cmdline_max = get32(head + CMDLINE_SIZE);
	image->initrd_max = get32(head + INITRD_ADDR_MAX);
	return NULL;
}
