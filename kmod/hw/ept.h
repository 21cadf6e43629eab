/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Extended page tables, as the processor reads them (SDM Vol. 3, 29.3).
 *
 *   63                 51            12 11 10  9  8  7   6   5:3   2  1  0
 *  +--+---------------+----------------+--+--+--+--+--+----+-----+--+--+--+
 *  |VE|  ignored (*)  | table or frame |  |UX| D| A|PS|IPAT|type | X| W| R|
 *  +--+---------------+----------------+--+--+--+--+--+----+-----+--+--+--+
 *
 * Type and IPAT exist in leaves only, A and D when EPTP bit 6 is set. An entry
 * whose R, W and X are all clear is not present and its other bits mean nothing
 * to the CPU. (*) bits 57, 58, 60 and 61 have uses that vtx does not turn on.
 */
#ifndef VTX_HW_EPT_H
#define VTX_HW_EPT_H

#include <linux/bits.h>
#include <linux/types.h>

#define EPT_R			BIT_ULL(0)
#define EPT_W			BIT_ULL(1)
#define EPT_X			BIT_ULL(2)
#define EPT_RWX			(EPT_R | EPT_W | EPT_X)
#define EPT_TYPE_SHIFT		3
#define EPT_TYPE_WB		6ULL
#define EPT_IPAT		BIT_ULL(6)
#define EPT_LEAF		BIT_ULL(7)	/* above level 1: a huge page */
#define EPT_A			BIT_ULL(8)
#define EPT_D			BIT_ULL(9)
#define EPT_ADDR		GENMASK_ULL(51, 12)

/* Levels count from 1, the tables of 4 KiB pages, to 4, the root. */
#define EPT_LEVELS		4
#define EPT_BITS		48
#define EPT_ENTRIES		512

/* The EPT pointer (SDM Vol. 3, 25.6.11). */
#define EPTP_TYPE_UC		0ULL
#define EPTP_TYPE_WB		6ULL
#define EPTP_LEVELS_SHIFT	3	/* the number of levels, less one */
#define EPTP_AD			BIT_ULL(6)

/* The address bits of one page, and the index into a table, at @level. */
static inline unsigned int ept_shift(int level)
{
	return 12 + 9 * (level - 1);
}

static inline u64 ept_page_size(int level)
{
	return 1ULL << ept_shift(level);
}

static inline unsigned int ept_index(u64 gpa, int level)
{
	return (gpa >> ept_shift(level)) & (EPT_ENTRIES - 1);
}

#endif /* VTX_HW_EPT_H */
