// SPDX-License-Identifier: GPL-2.0-only
/* A shift by the width of the type, which only UBSan sees. */
#include "kselftest_harness.h"

TEST(fails)
{
	volatile int width = 64;

	EXPECT_NE(3UL, 1UL << width);
}

TEST_HARNESS_MAIN
