// SPDX-License-Identifier: GPL-2.0-only
/* Fit of control words, and the rules for guests' writes of CR0, CR4 and EFER. */
#include "kselftest_harness.h"
#include "hw/controls.h"
#include "hw/cr_check.h"
#include "hw/x86.h"

TEST(control_words)
{
	/* what must be one is, what is required and offered is, what is optional may be */
	EXPECT_EQ(0x16, vmx_ctl_fit(0, 0, 0x16, 0xff));
	EXPECT_EQ(0x1f, vmx_ctl_fit(0x9, 0, 0x16, 0xff));
	EXPECT_EQ(0x36, vmx_ctl_fit(0, 0x60, 0x16, 0x3f));
	EXPECT_EQ(0, vmx_ctl_missing(0x20, 0x3f));
	EXPECT_EQ(0x40, vmx_ctl_missing(0x60, 0x3f));
	for (__u32 bit = 0; bit < 32; bit++) {
		__u32 b = 1U << bit;

		EXPECT_EQ(b, vmx_ctl_fit(b, 0, 0, b));
		EXPECT_EQ(0, vmx_ctl_fit(0, b, 0, ~b));
		EXPECT_EQ(b, vmx_ctl_missing(b, ~b));
	}
}

#define PROTECTED	CR0_PE
#define PAGED		(CR0_PE | CR0_PG)

TEST(cr0)
{
	struct cr_state s = { .cr0 = PROTECTED };

	EXPECT_TRUE(cr0_write_valid(&s, 0));
	EXPECT_TRUE(cr0_write_valid(&s, PAGED));
	EXPECT_FALSE(cr0_write_valid(&s, CR0_PG));
	EXPECT_FALSE(cr0_write_valid(&s, PROTECTED | CR0_NW));
	EXPECT_TRUE(cr0_write_valid(&s, PROTECTED | CR0_NW | CR0_CD));
	EXPECT_FALSE(cr0_write_valid(&s, PROTECTED | 1ULL << 32));

	/* into long mode: PAE, and not from a code segment with L */
	s.efer = EFER_BIT_LME;
	EXPECT_FALSE(cr0_write_valid(&s, PAGED));
	s.cr4 = CR4_PAE;
	EXPECT_TRUE(cr0_write_valid(&s, PAGED));
	s.cs_long = true;
	EXPECT_FALSE(cr0_write_valid(&s, PAGED));

	/* and out of it: not from 64-bit code, not with PCIDs */
	s = (struct cr_state){ .cr0 = PAGED, .cr4 = CR4_PAE,
			       .efer = EFER_BIT_LME | EFER_BIT_LMA, .cs_long = true };
	EXPECT_FALSE(cr0_write_valid(&s, PROTECTED));
	s.cs_long = false;
	EXPECT_TRUE(cr0_write_valid(&s, PROTECTED));
	s.cr4 |= CR4_PCIDE;
	EXPECT_FALSE(cr0_write_valid(&s, PROTECTED));
}

TEST(cr4)
{
	struct cr_state s = { .cr0 = PAGED, .cr4_allowed = CR4_PAE | CR4_PSE | CR4_PCIDE };

	EXPECT_TRUE(cr4_write_valid(&s, CR4_PSE));
	EXPECT_FALSE(cr4_write_valid(&s, CR4_PGE));
	EXPECT_FALSE(cr4_write_valid(&s, CR4_PCIDE));
	s.efer = EFER_BIT_LMA;
	EXPECT_FALSE(cr4_write_valid(&s, CR4_PSE));
	EXPECT_TRUE(cr4_write_valid(&s, CR4_PAE | CR4_PCIDE));
	s.cr3 = 1;
	EXPECT_FALSE(cr4_write_valid(&s, CR4_PAE | CR4_PCIDE));
	/* a PCID matters when the bit is set, not while it is */
	s.cr4 = CR4_PAE | CR4_PCIDE;
	EXPECT_TRUE(cr4_write_valid(&s, CR4_PAE | CR4_PCIDE));
}

TEST(efer)
{
	struct cr_state s = { .efer_allowed = 1 | EFER_BIT_LME };

	EXPECT_TRUE(efer_write_valid(&s, 1 | EFER_BIT_LME));
	EXPECT_FALSE(efer_write_valid(&s, 1 << 11));
	s.cr0 = PAGED;
	EXPECT_TRUE(efer_write_valid(&s, 1));
	EXPECT_FALSE(efer_write_valid(&s, EFER_BIT_LME));
}

TEST(pdptes)
{
	struct cr_state s = { .cr0 = PROTECTED, .cr4 = CR4_PAE };

	EXPECT_TRUE(cr0_write_loads_pdptes(&s, PAGED));
	s.cr4 = 0;
	EXPECT_FALSE(cr0_write_loads_pdptes(&s, PAGED));
	s = (struct cr_state){ .cr0 = PAGED, .cr4 = CR4_PAE };
	EXPECT_FALSE(cr0_write_loads_pdptes(&s, PAGED));
	EXPECT_TRUE(cr0_write_loads_pdptes(&s, PAGED | CR0_CD));
	EXPECT_TRUE(cr4_write_loads_pdptes(&s, CR4_PAE | CR4_PGE));
	EXPECT_FALSE(cr4_write_loads_pdptes(&s, CR4_PAE));
	EXPECT_FALSE(cr4_write_loads_pdptes(&s, CR4_PGE));
	s.efer = EFER_BIT_LME | EFER_BIT_LMA;
	EXPECT_FALSE(cr4_write_loads_pdptes(&s, CR4_PAE | CR4_PGE));
	EXPECT_FALSE(cr0_write_loads_pdptes(&s, PAGED | CR0_CD));
}

TEST(memory_types)
{
	for (__u64 type = 0; type < 256; type++) {
		bool pat = type <= 7 && type != 2 && type != 3;

		for (int byte = 0; byte < 8; byte++) {
			__u64 all = 0x0606060606060606 & ~(0xffULL << 8 * byte);

			EXPECT_EQ(pat, x86_pat_valid(all | type << 8 * byte));
			EXPECT_EQ(pat && type != 7, x86_mtrr_types_valid(all | type << 8 * byte));
		}
	}
}

TEST(canonical)
{
	EXPECT_TRUE(x86_canonical(0x00007fffffffffff));
	EXPECT_FALSE(x86_canonical(0x0000800000000000));
	EXPECT_FALSE(x86_canonical(0xffff7fffffffffff));
	EXPECT_TRUE(x86_canonical(0xffff800000000000));
	EXPECT_TRUE(x86_canonical(~0ULL));
}

TEST_HARNESS_MAIN
