// SPDX-License-Identifier: GPL-2.0-only
/*
 * What people type: sizes, names, and the keys that are not for the guest.
 *
 * unit-src: tools/vmctl/parse.c tools/vmctl/vm/console_keys.c
 */
#include "parse.h"
#include "vm/console.h"
#include "kselftest_harness.h"

TEST(sizes)
{
	static const struct {
		const char *text;
		unsigned long bytes;
	} good[] = {
		{ "0", 0 }, { "1", 1 << 20 }, { "256", 256 << 20 }, { "256M", 256 << 20 },
		{ "256m", 256 << 20 }, { "4k", 4096 }, { "4K", 4096 }, { "3G", 3ULL << 30 },
		{ "2t", 2ULL << 40 }, { "007", 7 << 20 }, { "16777215T", 16777215ULL << 40 },
	};
	static const char *const bad[] = {
		"", " ", "M", "-1", "+1", "1.5G", "1GB", "1 G", " 1", "1 ", "0x10", "1MM", "1e3",
		"16777216T", "18446744073709551616", "99999999999999999999999K", "1P",
	};
	unsigned long bytes;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		bytes = ~0ULL;
		EXPECT_TRUE(parse_size(good[i].text, &bytes));
		EXPECT_EQ(good[i].bytes, bytes);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_FALSE(parse_size(bad[i], &bytes)) {
			TH_LOG("bad[%u] was taken", i);
		}
}

TEST(names)
{
	EXPECT_TRUE(name_is_valid("a"));
	EXPECT_TRUE(name_is_valid("Guest-1_b.c"));
	EXPECT_TRUE(name_is_valid("0123456789012345678901234567890"));
	EXPECT_FALSE(name_is_valid("01234567890123456789012345678901"));
	EXPECT_FALSE(name_is_valid(""));
	EXPECT_FALSE(name_is_valid("a/b"));
	EXPECT_FALSE(name_is_valid("a b"));
	EXPECT_FALSE(name_is_valid("\xc3\xa9"));
}

struct typed {
	const char *keys;
	const char *guest;
	bool leaves;
};

TEST(keys)
{
	static const struct typed cases[] = {
		{ "ls\r", "ls\r", false },
		{ "a\001\001b", "a\001b", false },
		{ "\001b", "b", false },
		{ "x", "x", false },
		{ "ab\001x", "", true },
		{ "\001\001x", "\001x", false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t count = strlen(cases[i].keys);
		bool escaped = false, leaves;
		unsigned char keys[16];

		memcpy(keys, cases[i].keys, count);
		leaves = console_keys(&escaped, keys, &count);
		EXPECT_EQ(cases[i].leaves, leaves);
		if (leaves)
			continue;
		EXPECT_EQ(strlen(cases[i].guest), count);
		EXPECT_EQ(0, memcmp(keys, cases[i].guest, count));
	}
}

TEST(keys_in_two_reads)
{
	unsigned char ctrl_a[] = { 1 }, x[] = { 'x' };
	bool escaped = false;
	size_t count = 1;

	EXPECT_FALSE(console_keys(&escaped, ctrl_a, &count));
	EXPECT_EQ(0, count);
	count = 1;
	EXPECT_TRUE(console_keys(&escaped, x, &count));
}

TEST_HARNESS_MAIN
