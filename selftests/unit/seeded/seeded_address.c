// SPDX-License-Identifier: GPL-2.0-only
/* A read past the end of a heap block, which only ASan sees. */
#include <stdlib.h>

#include "kselftest_harness.h"

TEST(fails)
{
	volatile char *block = malloc(16);
	volatile int past = 16;

	EXPECT_NE(1000, block[past]);
	free((void *)block);
}

TEST_HARNESS_MAIN
