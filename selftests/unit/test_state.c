// SPDX-License-Identifier: GPL-2.0-only
/* What userspace may put into the state groups: each rule, and its neighbours that are legal. */
/* unit-src: kmod/run/state_check.c */
#include <stddef.h>
#include <string.h>

#include "kselftest_harness.h"
#include "run/state_check.h"

#define PG	(1ULL << 31)
#define PE	1ULL
#define PAE	(1ULL << 5)
#define LME	(1ULL << 8)
#define LMA	(1ULL << 10)

static const struct state_limits limits = {
	.cr4 = 0x3706ff,
	.efer = 0xd01 & ~LMA,
	.xcr0 = 0xe7,
	.misc_enable = 0x1801,
	.phys_bits = 40,
	.apic = true,
};

/* A table of values for one field: legal ones, and illegal ones, which must be blamed on it */
struct value {
	size_t field;
	unsigned long long value;
	bool legal;
};

#define CASE(type, member, v, ok)	{ offsetof(struct type, member), v, ok }

TEST(gprs)
{
	static const struct { unsigned long long rflags; bool legal; } rows[] = {
		{ 0x2, true }, { 0x202, true }, { 0x3f7fd7, true }, { 0x20002, true },
		{ 0, false }, { 0x200, false }, { 0xa, false }, { 0x22, false },
		{ 0x8002, false }, { 0x400002, false }, { 0x100000002, false },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vtx_gprs s = { .rflags = rows[i].rflags };
		__u32 bad = 0;

		EXPECT_EQ(rows[i].legal ? 0 : -22, state_check_gprs(&s, &bad));
		if (!rows[i].legal)
			EXPECT_EQ(offsetof(struct vtx_gprs, rflags), bad);
	}
}

TEST(segments_name_the_one_that_is_wrong)
{
	for (int i = 0; i < VTX_SEG_COUNT; i++) {
		size_t at = offsetof(struct vtx_segs, seg) + i * sizeof(struct vtx_segment);
		struct vtx_segs s = {};
		__u32 bad = 0;

		EXPECT_EQ(0, state_check_segs(&s, &bad));
		s.seg[i].base = 0x0000800000000000;
		EXPECT_EQ(-22, state_check_segs(&s, &bad));
		EXPECT_EQ(at + offsetof(struct vtx_segment, base), bad);
		s.seg[i].base = 0xffff800000000000;
		EXPECT_EQ(0, state_check_segs(&s, &bad));
		s.seg[i].attributes = 1 << 17;
		EXPECT_EQ(-22, state_check_segs(&s, &bad));
		EXPECT_EQ(at + offsetof(struct vtx_segment, attributes), bad);
		s.seg[i].attributes = 0x1f0ff;
		EXPECT_EQ(0, state_check_segs(&s, &bad));
		s.seg[i].reserved = 1;
		EXPECT_EQ(-22, state_check_segs(&s, &bad));
		EXPECT_EQ(at + offsetof(struct vtx_segment, reserved), bad);
		s.seg[i].reserved = 0;
		s.seg[i].reserved2 = 1;
		EXPECT_EQ(-22, state_check_segs(&s, &bad));
		EXPECT_EQ(at + offsetof(struct vtx_segment, reserved2), bad);
	}
}

TEST(tables)
{
	struct vtx_segs s = { .gdtr.limit = 0xffff, .idtr.limit = 0xffff };
	__u32 bad = 0;

	EXPECT_EQ(0, state_check_segs(&s, &bad));
	s.gdtr.limit = 0x10000;
	EXPECT_EQ(-22, state_check_segs(&s, &bad));
	EXPECT_EQ(offsetof(struct vtx_segs, gdtr.limit), bad);
	s.gdtr.limit = 0;
	s.idtr.base = 1ULL << 63;
	EXPECT_EQ(-22, state_check_segs(&s, &bad));
	EXPECT_EQ(offsetof(struct vtx_segs, idtr.base), bad);
	s.idtr.base = 0;
	s.idtr.reserved = 1;
	EXPECT_EQ(-22, state_check_segs(&s, &bad));
	EXPECT_EQ(offsetof(struct vtx_segs, idtr.reserved), bad);
}

static const struct vtx_cregs long_mode = {
	.cr0 = PG | PE, .cr4 = PAE, .efer = LME | LMA, .xcr0 = 1,
};

TEST(control_registers)
{
	static const struct value rows[] = {
		CASE(vtx_cregs, cr0, PG | PE | 0x6005003e, true),
		CASE(vtx_cregs, cr0, PG, false),
		CASE(vtx_cregs, cr0, PG | PE | 1 << 29, false),
		CASE(vtx_cregs, cr0, PG | PE | 1ULL << 32, false),
		CASE(vtx_cregs, cr0, PG | PE | 1 << 6, false),
		CASE(vtx_cregs, cr3, (1ULL << 40) - 1, true),
		CASE(vtx_cregs, cr3, 1ULL << 40, false),
		CASE(vtx_cregs, cr4, PAE | 1 << 17, true),
		CASE(vtx_cregs, cr4, PAE | 1 << 13, false),
		CASE(vtx_cregs, cr4, 0, false),
		CASE(vtx_cregs, cr8, 15, true),
		CASE(vtx_cregs, cr8, 16, false),
		CASE(vtx_cregs, efer, LME | LMA | 1 | 1 << 11, true),
		CASE(vtx_cregs, efer, LME, false),
		CASE(vtx_cregs, efer, 0x2000 | LME | LMA, false),
		CASE(vtx_cregs, xcr0, 7, true),
		CASE(vtx_cregs, xcr0, 0xe7, true),
		CASE(vtx_cregs, xcr0, 0, false),
		CASE(vtx_cregs, xcr0, 5, false),
		CASE(vtx_cregs, xcr0, 0x27, false),
		CASE(vtx_cregs, xcr0, 0xe3, false),
		CASE(vtx_cregs, xcr0, 0x207, false),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vtx_cregs s = long_mode;
		__u32 bad = ~0U;

		memcpy((char *)&s + rows[i].field, &rows[i].value, 8);
		EXPECT_EQ(rows[i].legal ? 0 : -22, state_check_cregs(&limits, &s, &bad))
			TH_LOG("row %u", i);
		if (!rows[i].legal)
			EXPECT_EQ(rows[i].field, bad)
				TH_LOG("row %u", i);
	}
}

TEST(modes)
{
	struct vtx_cregs s = { .xcr0 = 1 };
	struct state_limits no_apic = limits;
	__u32 bad;

	EXPECT_EQ(0, state_check_cregs(&limits, &s, &bad));
	EXPECT_FALSE(state_pae_paging(&s));
	s.cr0 = PG | PE;
	s.cr4 = PAE;
	EXPECT_EQ(0, state_check_cregs(&limits, &s, &bad));
	EXPECT_TRUE(state_pae_paging(&s));
	EXPECT_FALSE(state_pae_paging(&long_mode));
	/* LMA outside of long mode, and PCIDs there */
	s.efer = LMA;
	EXPECT_EQ(-22, state_check_cregs(&limits, &s, &bad));
	EXPECT_EQ(offsetof(struct vtx_cregs, efer), bad);
	s.efer = 0;
	s.cr4 |= 1 << 17;
	EXPECT_EQ(-22, state_check_cregs(&limits, &s, &bad));
	EXPECT_EQ(offsetof(struct vtx_cregs, cr4), bad);

	s = long_mode;
	s.cr8 = 1;
	EXPECT_EQ(0, state_check_cregs(&limits, &s, &bad));
	no_apic.apic = false;
	EXPECT_EQ(-22, state_check_cregs(&no_apic, &s, &bad));
	EXPECT_EQ(offsetof(struct vtx_cregs, cr8), bad);
}

TEST(debug_registers)
{
	struct vtx_dregs s = { .dr = { ~0ULL, ~0ULL, ~0ULL, ~0ULL }, .dr6 = ~0U, .dr7 = ~0U };
	__u32 bad;

	EXPECT_EQ(0, state_check_dregs(&s, &bad));
	s.dr7 = 1ULL << 32;
	EXPECT_EQ(-22, state_check_dregs(&s, &bad));
	EXPECT_EQ(offsetof(struct vtx_dregs, dr7), bad);
	s.dr6 = 1ULL << 32;
	EXPECT_EQ(-22, state_check_dregs(&s, &bad));
	EXPECT_EQ(offsetof(struct vtx_dregs, dr6), bad);
}

TEST(msrs)
{
	static const struct value rows[] = {
		CASE(vtx_msrs, tsc, ~0ULL, true),
		CASE(vtx_msrs, tsc_aux, 0xffffffff, true),
		CASE(vtx_msrs, tsc_aux, 1ULL << 32, false),
		CASE(vtx_msrs, star, ~0ULL, true),
		CASE(vtx_msrs, lstar, 1ULL << 47, false),
		CASE(vtx_msrs, lstar, ~0ULL << 47, true),
		CASE(vtx_msrs, cstar, 1ULL << 62, false),
		CASE(vtx_msrs, sfmask, 1ULL << 32, false),
		CASE(vtx_msrs, kernel_gs_base, 1ULL << 48, false),
		CASE(vtx_msrs, sysenter_cs, 1ULL << 32, false),
		CASE(vtx_msrs, sysenter_esp, 1ULL << 63, false),
		CASE(vtx_msrs, sysenter_eip, 1ULL << 63, false),
		CASE(vtx_msrs, pat, 0x0706050401000606, true),
		CASE(vtx_msrs, pat, 0x0706050401000602, false),
		CASE(vtx_msrs, pat, 0x0306050401000606, false),
		CASE(vtx_msrs, pat, 0x0706050801000606, false),
		CASE(vtx_msrs, misc_enable, 0x1800, true),
		CASE(vtx_msrs, misc_enable, 0x0801, false),
		CASE(vtx_msrs, mtrr_def_type, 0xc06, true),
		CASE(vtx_msrs, mtrr_def_type, 0x1006, false),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vtx_msrs s = { .misc_enable = 0x1801 };
		__u32 bad = ~0U;

		memcpy((char *)&s + rows[i].field, &rows[i].value, 8);
		EXPECT_EQ(rows[i].legal ? 0 : -22, state_check_msrs(&limits, &s, &bad))
			TH_LOG("row %u", i);
		if (!rows[i].legal)
			EXPECT_EQ(rows[i].field, bad)
				TH_LOG("row %u", i);
	}
}

TEST(events)
{
	static const struct {
		struct vtx_events s;
		int bad;	/* -1: legal */
	} rows[] = {
		{ { .activity = VTX_ACTIVITY_WAIT_SIPI }, -1 },
		{ { .activity = 3 }, offsetof(struct vtx_events, activity) },
		{ { .blocking = VTX_BLOCKING_STI | VTX_BLOCKING_NMI }, -1 },
		{ { .blocking = 3 }, offsetof(struct vtx_events, blocking) },
		{ { .blocking = 4 }, offsetof(struct vtx_events, blocking) },
		/* external interrupt, NMI, #GP, INT n, INT1, INT3 */
		{ { .inject = 0x80000040 }, -1 },
		{ { .inject = 0x80000202 }, -1 },
		{ { .inject = 0x80000b0d, .error_code = 0xffff }, -1 },
		{ { .inject = 0x80000480, .insn_len = 2 }, -1 },
		{ { .inject = 0x80000501, .insn_len = 1 }, -1 },
		{ { .inject = 0x80000603, .insn_len = 15 }, -1 },
		{ { .inject = 0x40 }, offsetof(struct vtx_events, inject) },
		{ { .inject = 0x80000140 }, offsetof(struct vtx_events, inject) },
		{ { .inject = 0x80000740 }, offsetof(struct vtx_events, inject) },
		{ { .inject = 0x80000203 }, offsetof(struct vtx_events, inject) },
		{ { .inject = 0x80000320 }, offsetof(struct vtx_events, inject) },
		{ { .inject = 0x80001040 }, offsetof(struct vtx_events, inject) },
		{ { .inject = 0x80000840 }, offsetof(struct vtx_events, inject) },
		{ { .error_code = 0x10000 }, offsetof(struct vtx_events, error_code) },
		{ { .inject = 0x80000480 }, offsetof(struct vtx_events, insn_len) },
		{ { .inject = 0x80000480, .insn_len = 16 }, offsetof(struct vtx_events, insn_len) },
		{ { .inject = 0x80000040, .insn_len = 1 }, offsetof(struct vtx_events, insn_len) },
		{ { .insn_len = 1 }, offsetof(struct vtx_events, insn_len) },
		{ { .nmi_pending = 2 }, offsetof(struct vtx_events, nmi_pending) },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		__u32 bad = ~0U;

		EXPECT_EQ(rows[i].bad < 0 ? 0 : -22, state_check_events(&rows[i].s, &bad))
			TH_LOG("row %u", i);
		EXPECT_EQ((__u32)rows[i].bad, bad)
			TH_LOG("row %u", i);
	}
}

TEST_HARNESS_MAIN
