// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory: division at 3 GiB, addresses, and the map that the guest gets.
 *
 * unit-src: tools/vmctl/boot/e820.c tools/vmctl/vm/memory.c
 */
#include "boot/e820.h"
#include "vm/memory.h"
#include "kselftest_harness.h"

#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

TEST(division)
{
	static const struct {
		unsigned long bytes, low, high;
	} sizes[] = {
		{ MIB, MIB, 0 },
		{ 3 * GIB - 4096, 3 * GIB - 4096, 0 },
		{ 3 * GIB, 3 * GIB, 0 },
		{ 3 * GIB + 4096, 3 * GIB, 4096 },
		{ 64 * GIB, 3 * GIB, 61 * GIB },
	};
	struct memory memory = { 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memory_layout(&memory, sizes[i].bytes);
		EXPECT_EQ(sizes[i].low, memory.low);
		EXPECT_EQ(sizes[i].high, memory.high);
	}
}

static unsigned long ram_in(const struct e820_entry *map, unsigned int count)
{
	unsigned long bytes = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		if (map[i].type == E820_RAM)
			bytes += map[i].size;
	return bytes;
}

TEST(map)
{
	static const unsigned long sizes[] = {
		MIB, MIB + 4096, 256 * MIB, 3 * GIB - 4096, 3 * GIB, 3 * GIB + 4096, 8 * GIB,
	};
	struct e820_entry map[E820_MAX];
	struct memory memory = { 0 };
	unsigned int i, j, count;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memory_layout(&memory, sizes[i]);
		count = e820_build(&memory, map);
		/* All RAM but the BIOS area, in order, without overlap or empty entries */
		EXPECT_EQ(sizes[i] - (BIOS_AREA_END - BIOS_AREA), ram_in(map, count));
		for (j = 0; j < count; j++) {
			EXPECT_NE(0, map[j].size);
			if (j)
				EXPECT_LE(map[j - 1].addr + map[j - 1].size, map[j].addr);
			/* Nothing where the devices are */
			EXPECT_TRUE(map[j].addr >= 4 * GIB ||
				    map[j].addr + map[j].size <= 3 * GIB);
		}
	}
}

TEST(map_entry_has_the_size_that_linux_expects)
{
	EXPECT_EQ(20, sizeof(struct e820_entry));
}

TEST(addresses)
{
	struct memory memory = { 0 };
	unsigned char *ram;

	memory_layout(&memory, 3 * GIB + 2 * MIB);
	ASSERT_EQ(0, memory_alloc(&memory));
	ram = memory.ram;
	EXPECT_EQ(0, (uintptr_t)ram % (2 * MIB));
	EXPECT_EQ(ram, memory_at(&memory, 0, 1));
	EXPECT_EQ(ram + 3 * GIB - 1, memory_at(&memory, 3 * GIB - 1, 1));
	EXPECT_EQ(NULL, memory_at(&memory, 3 * GIB - 1, 2));
	EXPECT_EQ(NULL, memory_at(&memory, 3 * GIB, 1));
	EXPECT_EQ(NULL, memory_at(&memory, 4 * GIB - 1, 2));
	EXPECT_EQ(ram + 3 * GIB, memory_at(&memory, 4 * GIB, 2 * MIB));
	EXPECT_EQ(NULL, memory_at(&memory, 4 * GIB, 2 * MIB + 1));
	EXPECT_EQ(NULL, memory_at(&memory, 4 * GIB + 2 * MIB, 1));
	EXPECT_EQ(NULL, memory_at(&memory, 16, UINT64_MAX));
	EXPECT_EQ(NULL, memory_at(&memory, UINT64_MAX, 2));
	memory_free(&memory);
}

TEST_HARNESS_MAIN
