// SPDX-License-Identifier: GPL-2.0-only
/* A WARN_ON_ONCE() that fires: the shim turns it into a trap. */
#include <linux/bug.h>

#include "kselftest_harness.h"

TEST(fails)
{
	volatile int one = 1;

	EXPECT_TRUE(WARN_ON_ONCE(one));
}

TEST_HARNESS_MAIN
