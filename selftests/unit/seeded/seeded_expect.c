// SPDX-License-Identifier: GPL-2.0-only
/* A failed expectation, which the harness must report. */
#include "kselftest_harness.h"

TEST(fails)
{
	EXPECT_EQ(1, 2);
}

TEST_HARNESS_MAIN
