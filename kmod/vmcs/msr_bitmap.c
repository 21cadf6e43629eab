// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MSR bitmap (SDM Vol. 3, 25.6.9): four times 1024 bytes, for reads of low
 * MSRs (0 to 0x1fff), reads of high ones (0xc0000000 to 0xc0001fff), writes of
 * low and writes of high ones. A set bit exits; MSRs outside always exit.
 */
#include <linux/bitops.h>
#include <linux/bug.h>

#include "vmcs.h"

#define HIGH_MSRS	0xc0000000U
#define MSRS_PER_MAP	0x2000U
#define MAP_LONGS	(MSRS_PER_MAP / BITS_PER_LONG)

enum { READ_LOW, READ_HIGH, WRITE_LOW, WRITE_HIGH };

void msr_bitmap_pass(void *bitmap, u32 msr, bool read, bool write)
{
	unsigned long *maps = bitmap;
	bool high = msr >= HIGH_MSRS;
	u32 bit = high ? msr - HIGH_MSRS : msr;

	if (WARN_ON_ONCE(bit >= MSRS_PER_MAP))
		return;
	if (read)
		__clear_bit(bit, maps + (high ? READ_HIGH : READ_LOW) * MAP_LONGS);
	if (write)
		__clear_bit(bit, maps + (high ? WRITE_HIGH : WRITE_LOW) * MAP_LONGS);
}
