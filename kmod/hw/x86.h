/* SPDX-License-Identifier: GPL-2.0-only */
/* Facts of the processor that no kernel header has under one name. */
#ifndef VTX_HW_X86_H
#define VTX_HW_X86_H

#include <linux/types.h>
#include <linux/bits.h>

/* Exception vectors that vtx raises in guests (SDM Vol. 3, table 6-1). */
enum x86_vector {
	X86_DB = 1,
	X86_UD = 6,
	X86_DF = 8,
	X86_TS = 10,
	X86_NP = 11,
	X86_SS = 12,
	X86_GP = 13,
	X86_PF = 14,
	X86_AC = 17,
	X86_MC = 18,
	X86_CP = 21,
};

/* Bits of DR6 and DR7 that always read as one (SDM Vol. 3, 17.2.3 and 17.2.4). */
#define X86_DR6_ONES		0xffff0ff0ULL
#define X86_DR7_ONES		0x400ULL
/* Bits of DR7 that always read as zero. */
#define X86_DR7_ZEROS		0xd000ULL
#define X86_DR6_BD		BIT_ULL(13)
#define X86_DR7_GD		BIT_ULL(13)

/* Fast strings: the one bit of IA32_MISC_ENABLE that a guest may change. */
#define X86_MISC_ENABLE_WRITABLE	BIT_ULL(0)

/* Bits of IA32_MTRR_DEF_TYPE that exist: E, FE, type (SDM Vol. 3, 12.11.2.1). */
#define MTRR_DEF_TYPE_KNOWN	0xcffULL

/* RFLAGS bits that exist; bit 1 is always one. */
#define X86_RFLAGS_ONES		BIT_ULL(1)
#define X86_RFLAGS_KNOWN	0x3f7fd7ULL

/* A linear address is canonical when bits 63:47 are equal (4-level paging). */
static inline bool x86_canonical(u64 la)
{
	return (u64)((s64)(la << 16) >> 16) == la;
}

/* Each byte of IA32_PAT is a memory type: UC, WC, WT, WP, WB or UC- (SDM Vol. 3, 12.12.2). */
static inline bool x86_pat_valid(u64 pat)
{
	/* No byte above 7, and none of 2 and 3: bit 1 of a byte needs its bit 2. */
	return !(pat & 0xf8f8f8f8f8f8f8f8ULL) &&
	       !((pat & 0x0202020202020202ULL) & ~((pat & 0x0404040404040404ULL) >> 1));
}

/* Each byte of a fixed-range MTRR is UC, WC, WT, WP or WB: as in PAT, but no UC-. */
static inline bool x86_mtrr_types_valid(u64 types)
{
	return x86_pat_valid(types) &&
	       !((types & (types >> 1) & (types >> 2)) & 0x0101010101010101ULL);
}

#endif /* VTX_HW_X86_H */
