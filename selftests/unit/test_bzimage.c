// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bzImage parser and the loader behind it, on good and on hostile files.
 *
 * unit-src: tools/vmctl/boot/bzimage.c
 * unit-src: tools/vmctl/boot/linux.c
 * unit-src: tools/vmctl/boot/file.c
 * unit-src: tools/vmctl/boot/e820.c
 * unit-src: tools/vmctl/vm/memory.c
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/bytes.h"
#include "boot/bzimage.h"
#include "boot/linux.h"
#include "vmctl.h"
#include "kselftest_harness.h"

#define MIB		(1ULL << 20)
#define SECTS		2
#define SETUP_BYTES	((SECTS + 1) * 512)
#define CODE_BYTES	4096
#define IMAGE_BYTES	(SETUP_BYTES + CODE_BYTES)
#define ZERO_PAGE	0x7000
#define PARSE_ROUNDS	200000
#define BOOT_ROUNDS	1000

static char complaint[1024];
static unsigned int complaints;

int complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(complaint, sizeof(complaint), format, args);
	va_end(args);
	complaints++;
	return -1;
}

/* What a current kernel's header looks like, with 4 KiB of code behind it */
static void make_image(unsigned char *image)
{
	unsigned int i;

	memset(image, 0, IMAGE_BYTES);
	image[0x1f1] = SECTS;
	put32(image + 0x1f4, CODE_BYTES / 16);
	put16(image + 0x1fe, 0xaa55);
	image[0x200] = 0xeb;
	image[0x201] = 0x6a;
	put32(image + 0x202, 0x53726448);
	put16(image + 0x206, 0x020f);
	image[0x211] = 1;
	put32(image + 0x22c, 0x7fffffff);
	put32(image + 0x230, 2 * MIB);
	image[0x234] = 1;
	put16(image + 0x236, 0x3f);
	put32(image + 0x238, 2047);
	put32(image + 0x248, 0x300);
	put32(image + 0x24c, 0x100);
	put64(image + 0x258, 16 * MIB);
	put32(image + 0x260, 2 * MIB);
	for (i = 0; i < CODE_BYTES; i++)
		image[SETUP_BYTES + i] = i * 7;
}

static const char *parse(const unsigned char *image, size_t bytes, struct bzimage *out)
{
	return bzimage_parse(image, bytes < BZIMAGE_HEAD ? bytes : BZIMAGE_HEAD, bytes, out);
}

FIXTURE(bzimage)
{
	unsigned char image[IMAGE_BYTES];
	struct bzimage out;
	struct memory memory;
	struct boot_entry entry;
	char dir[32];
	char kernel[64];
	char initrd[64];
};

FIXTURE_SETUP(bzimage)
{
	make_image(self->image);
	strcpy(self->dir, "/tmp/bzimage.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->kernel, sizeof(self->kernel), "%s/kernel", self->dir);
	snprintf(self->initrd, sizeof(self->initrd), "%s/initrd", self->dir);
	memory_layout(&self->memory, 32 * MIB);
	ASSERT_EQ(0, memory_alloc(&self->memory));
	complaints = 0;
	complaint[0] = '\0';
}

FIXTURE_TEARDOWN(bzimage)
{
	memory_free(&self->memory);
	remove(self->kernel);
	remove(self->initrd);
	rmdir(self->dir);
}

static void write_file(const char *path, const void *bytes, size_t count)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, count) != (ssize_t)count)
		abort();
	close(fd);
}

static int boot(struct _test_data_bzimage *self, const char *initrd, const char *cmdline)
{
	struct boot_files files = {
		.kernel = self->kernel,
		.initrd = initrd,
		.cmdline = cmdline,
		.rsdp = 0xe0000,
	};

	return boot_linux(&self->memory, &files, &self->entry);
}

TEST_F(bzimage, good_header)
{
	ASSERT_EQ(NULL, parse(self->image, IMAGE_BYTES, &self->out));
	EXPECT_EQ(SETUP_BYTES, self->out.offset);
	EXPECT_EQ(CODE_BYTES, self->out.bytes);
	EXPECT_EQ(16 * MIB, self->out.load);
	EXPECT_EQ(2 * MIB, self->out.span);
	EXPECT_EQ(0x202 + 0x6a - SETUP_HEADER, self->out.header_bytes);
	EXPECT_EQ(2047, self->out.cmdline_max);
	EXPECT_EQ(0x7fffffff, self->out.initrd_max);
}

TEST_F(bzimage, truncated_anywhere)
{
	/* syssize may be rounded up: short of the last unit of 16 is whole */
	size_t bytes, whole = IMAGE_BYTES - 15;

	for (bytes = 0; bytes < whole; bytes++) {
		/* malloc(), so that a read past the end is seen */
		unsigned char *copy = malloc(bytes ? bytes : 1);

		memcpy(copy, self->image, bytes);
		EXPECT_NE(NULL, parse(copy, bytes, &self->out)) {
			TH_LOG("a file of %zu bytes was taken", bytes);
		}
		free(copy);
	}
	EXPECT_EQ(NULL, parse(self->image, whole, &self->out));
}

TEST_F(bzimage, setup_sects)
{
	/* 0 stands for 4, for which this file is too short by its syssize */
	self->image[0x1f1] = 0;
	EXPECT_STREQ("truncated", parse(self->image, IMAGE_BYTES, &self->out));
	put32(self->image + 0x1f4, (IMAGE_BYTES - 5 * 512) / 16);
	put32(self->image + 0x24c, 0);
	EXPECT_EQ(NULL, parse(self->image, IMAGE_BYTES, &self->out));
	EXPECT_EQ(5 * 512, self->out.offset);

	self->image[0x1f1] = 255;
	EXPECT_STREQ("truncated", parse(self->image, IMAGE_BYTES, &self->out));
}

struct spoil {
	unsigned int offset;
	unsigned int bytes;
	unsigned long value;
	const char *complaint;
};

TEST_F(bzimage, each_field)
{
	static const struct spoil spoils[] = {
		{ 0x1fe, 2, 0x55aa, "not a bzImage" },
		{ 0x202, 4, 0x464c457f, "not a bzImage" },
		{ 0x206, 2, 0x020b, "older" },
		{ 0x201, 1, 0x10, "damaged" },
		{ 0x211, 1, 0, "zImage" },
		{ 0x236, 2, 0x3e, "32-bit" },
		{ 0x1f4, 4, 0xffffffff, "truncated" },
		{ 0x1f4, 4, 0x20, "damaged" },
		{ 0x1f4, 4, 0, "damaged" },
		{ 0x248, 4, 0xffffffff, "damaged" },
		{ 0x24c, 4, 0xffffffff, "damaged" },
		{ 0x258, 8, 0, "damaged" },
		{ 0x258, 8, 0xffe00000ffe00000, "damaged" },
		{ 0x258, 8, 0x100000000, "damaged" },
		{ 0x258, 8, 0x1000001, "damaged" },
		{ 0x258, 8, 0x1001000, "damaged" },
		{ 0x230, 4, 0, "damaged" },
		{ 0x230, 4, 0x300000, "damaged" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spoils); i++) {
		const char *wrong;

		make_image(self->image);
		memcpy(self->image + spoils[i].offset, &spoils[i].value, spoils[i].bytes);
		wrong = parse(self->image, IMAGE_BYTES, &self->out);
		ASSERT_NE(NULL, wrong) {
			TH_LOG("field %#x was taken", spoils[i].offset);
		}
		EXPECT_NE(NULL, strstr(wrong, spoils[i].complaint)) {
			TH_LOG("field %#x: %s", spoils[i].offset, wrong);
		}
	}
}

TEST_F(bzimage, header_longer_than_the_zero_page_has_room_for)
{
	self->image[0x201] = 0xff;
	ASSERT_EQ(NULL, parse(self->image, IMAGE_BYTES, &self->out));
	EXPECT_EQ(SETUP_HEADER_END - SETUP_HEADER, self->out.header_bytes);
}

TEST_F(bzimage, load)
{
	const unsigned char *ram = self->memory.ram;

	write_file(self->kernel, self->image, IMAGE_BYTES);
	write_file(self->initrd, "initrd", 6);
	ASSERT_EQ(0, boot(self, self->initrd, "console=ttyS0"));
	EXPECT_EQ(16 * MIB + 0x200, self->entry.rip);
	EXPECT_EQ(ZERO_PAGE, self->entry.rsi);
	EXPECT_EQ(0, memcmp(ram + 16 * MIB, self->image + SETUP_BYTES, CODE_BYTES));

	EXPECT_EQ(0, memcmp(ram + ZERO_PAGE + 0x202, "HdrS", 4));
	EXPECT_EQ(0xff, ram[ZERO_PAGE + 0x210]);
	EXPECT_EQ(0xe0000, get64(ram + ZERO_PAGE + 0x70));
	EXPECT_EQ(3, ram[ZERO_PAGE + 0x1e8]);
	EXPECT_STREQ("console=ttyS0", (const char *)ram + get32(ram + ZERO_PAGE + 0x228));

	EXPECT_EQ(32 * MIB - 4096, get32(ram + ZERO_PAGE + 0x218));
	EXPECT_EQ(6, get32(ram + ZERO_PAGE + 0x21c));
	EXPECT_EQ(0, memcmp(ram + 32 * MIB - 4096, "initrd", 6));
}

TEST_F(bzimage, page_tables_map_one_to_one)
{
	const unsigned char *ram = self->memory.ram;
	static const unsigned long probe[] = { 0, ZERO_PAGE, 16 * MIB, 0xc0000000, 0xffe00000 };
	unsigned int i;

	write_file(self->kernel, self->image, IMAGE_BYTES);
	ASSERT_EQ(0, boot(self, NULL, ""));
	for (i = 0; i < ARRAY_SIZE(probe); i++) {
		unsigned long pml4e = get64(ram + self->entry.cr3);
		unsigned long pdpte = get64(ram + (pml4e & ~0xfffULL) + 8 * (probe[i] >> 30));
		unsigned long pde = get64(ram + (pdpte & ~0xfffULL) + 8 * (probe[i] >> 21 & 511));

		EXPECT_EQ(3, pml4e & 0xfff);
		EXPECT_EQ(3, pdpte & 0xfff);
		EXPECT_EQ(0x83, pde & 0xfff);
		EXPECT_EQ(probe[i] & ~(2 * MIB - 1), pde & ~0xfffULL);
	}
}

TEST_F(bzimage, memory_too_small)
{
	write_file(self->kernel, self->image, IMAGE_BYTES);
	self->memory.low = 18 * MIB;
	EXPECT_EQ(0, boot(self, NULL, ""));
	self->memory.low = 18 * MIB - 4096;
	EXPECT_EQ(-1, boot(self, NULL, ""));
	EXPECT_NE(NULL, strstr(complaint, "needs 18 MiB"));
	self->memory.low = MEMORY_MIN;
	EXPECT_EQ(-1, boot(self, NULL, ""));
	EXPECT_EQ(2, complaints);
}

TEST_F(bzimage, initrd_does_not_fit)
{
	write_file(self->kernel, self->image, IMAGE_BYTES);
	write_file(self->initrd, "", 0);
	/* The kernel ends at 18 MiB: 14 MiB are left */
	ASSERT_EQ(0, truncate(self->initrd, 14 * MIB));
	EXPECT_EQ(0, boot(self, self->initrd, ""));
	EXPECT_EQ(18 * MIB, get32(self->memory.ram + ZERO_PAGE + 0x218));
	ASSERT_EQ(0, truncate(self->initrd, 14 * MIB + 1));
	EXPECT_EQ(-1, boot(self, self->initrd, ""));
	EXPECT_NE(NULL, strstr(complaint, "--mem"));
	ASSERT_EQ(0, truncate(self->initrd, 1ULL << 40));
	EXPECT_EQ(-1, boot(self, self->initrd, ""));
}

TEST_F(bzimage, initrd_heeds_the_kernels_limit)
{
	put32(self->image + 0x22c, 24 * MIB - 1);
	write_file(self->kernel, self->image, IMAGE_BYTES);
	write_file(self->initrd, "initrd", 6);
	EXPECT_EQ(0, boot(self, self->initrd, ""));
	EXPECT_EQ(24 * MIB - 4096, get32(self->memory.ram + ZERO_PAGE + 0x218));
	/* A limit below the kernel's end */
	put32(self->image + 0x22c, 1);
	write_file(self->kernel, self->image, IMAGE_BYTES);
	EXPECT_EQ(-1, boot(self, self->initrd, ""));
}

TEST_F(bzimage, command_line_length)
{
	char line[2049];

	write_file(self->kernel, self->image, IMAGE_BYTES);
	memset(line, 'x', sizeof(line));
	line[2047] = '\0';
	EXPECT_EQ(0, boot(self, NULL, line));
	line[2047] = 'x';
	line[2048] = '\0';
	EXPECT_EQ(-1, boot(self, NULL, line));
	EXPECT_NE(NULL, strstr(complaint, "2048"));
	/* A kernel that claims to take any */
	put32(self->image + 0x238, 0xffffffff);
	write_file(self->kernel, self->image, IMAGE_BYTES);
	EXPECT_EQ(0, boot(self, NULL, line));
}

TEST_F(bzimage, not_a_file)
{
	EXPECT_EQ(-1, boot(self, NULL, ""));
	EXPECT_NE(NULL, strstr(complaint, "No such file"));

	write_file(self->kernel, "", 0);
	EXPECT_EQ(-1, boot(self, NULL, ""));
	EXPECT_NE(NULL, strstr(complaint, "not a bzImage"));
	ASSERT_EQ(0, unlink(self->kernel));

	ASSERT_EQ(0, mkdir(self->kernel, 0700));
	EXPECT_EQ(-1, boot(self, NULL, ""));
	EXPECT_NE(NULL, strstr(complaint, "not a regular file"));
	ASSERT_EQ(0, rmdir(self->kernel));

	/* Nobody writes to it: open() must not wait */
	ASSERT_EQ(0, mkfifo(self->kernel, 0600));
	EXPECT_EQ(-1, boot(self, NULL, ""));
	EXPECT_NE(NULL, strstr(complaint, "not a regular file"));
	EXPECT_EQ(4, complaints);
}

static unsigned int next_random(unsigned int *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Change up to four bytes of the header */
static void mutate(unsigned char *image, unsigned int *random)
{
	unsigned int i;

	make_image(image);
	for (i = next_random(random) % 4; i < 4; i++) {
		unsigned int at = 0x1f1 + next_random(random) % (0x264 - 0x1f1);

		image[at] = next_random(random) >> 8;
	}
}

TEST_F(bzimage, mutated_headers_are_parsed_or_refused)
{
	unsigned int random = 0x76747831;
	unsigned int i, taken = 0;

	for (i = 0; i < PARSE_ROUNDS; i++) {
		mutate(self->image, &random);
		if (parse(self->image, IMAGE_BYTES, &self->out))
			continue;
		taken++;
		ASSERT_LE(self->out.offset + self->out.bytes, IMAGE_BYTES);
		ASSERT_LE(self->out.bytes, self->out.span);
		ASSERT_LT(self->out.load, 1ULL << 32);
		ASSERT_LE(SETUP_HEADER + self->out.header_bytes, SETUP_HEADER_END);
	}
	EXPECT_LT(0, taken);
	EXPECT_GT(PARSE_ROUNDS, taken);
}

/* It boots, or one complaint says why not */
TEST_F(bzimage, mutated_files_are_loaded_or_refused)
{
	unsigned int random = 0x76747832;
	unsigned int i, taken = 0;

	for (i = 0; i < BOOT_ROUNDS; i++) {
		mutate(self->image, &random);
		write_file(self->kernel, self->image, IMAGE_BYTES);
		complaints = 0;
		if (boot(self, NULL, "quiet")) {
			ASSERT_EQ(1, complaints);
			continue;
		}
		taken++;
		ASSERT_EQ(0, complaints);
		ASSERT_LT(self->entry.rip, 32 * MIB);
	}
	EXPECT_LT(0, taken);
	EXPECT_GT(BOOT_ROUNDS, taken);
}

TEST_HARNESS_MAIN
