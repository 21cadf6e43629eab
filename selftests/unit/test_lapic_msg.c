// SPDX-License-Identifier: GPL-2.0-only
/* Interrupt messages: what the ICR and MSIs say, and whom they address. */
/* unit-src: kmod/irq/regs.c kmod/irq/base.c kmod/irq/priority.c */
/* unit-src: kmod/irq/deliver.c kmod/irq/message.c kmod/irq/timer.c */
#include "kselftest_harness.h"
#include "lapic_test.h"

TEST(icr_to_self)
{
	static const struct {
		u64 icr;		/* as x2APIC mode has it; the APIC's ID is 3 */
		int vector;
		bool nmi;
		u32 esr;
	} rows[] = {
		{ 0x00000000000400d1, 0xd1, false, 0 },		/* self */
		{ 0x00000000000800d1, 0xd1, false, 0 },		/* all */
		{ 0x00000000000c00d1, -1, false, 0 },		/* others */
		{ 0x00000003000000d1, 0xd1, false, 0 },
		{ 0x00000003000001d1, 0xd1, false, 0 },		/* lowest priority */
		{ 0x00000003000040d1, 0xd1, false, 0 },
		{ 0x000000030000c0d1, 0xd1, false, 0 },		/* level: an edge nevertheless */
		{ 0x00000004000000d1, -1, false, 0 },
		{ 0xffffffff000000d1, 0xd1, false, 0 },
		{ 0xffffffff000008d1, 0xd1, false, 0 },
		{ 0x00000008000008d1, 0xd1, false, 0 },		/* logical */
		{ 0x0000000c000008d1, 0xd1, false, 0 },
		{ 0x00000004000008d1, -1, false, 0 },
		{ 0x00010008000008d1, -1, false, 0 },
		{ 0x0000000300000400, -1, true, 0 },
		{ 0x0000000000040400, -1, true, 0 },
		{ 0x0000000300000200, -1, false, 0 },		/* SMI */
		{ 0x0000000300000500, -1, false, 0 },		/* INIT */
		{ 0x0000000300000610, -1, false, 0 },		/* start-up */
		{ 0x00000003000003d1, -1, false, 0 },		/* reserved modes */
		{ 0x00000003000007d1, -1, false, 0 },
		{ 0x000000030000000f, -1, false, 0x60 },
		{ 0x000000040000000f, -1, false, 0x20 },
		{ 0x0000000300000010, 0x10, false, 0 },
	};
	struct lapic l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		x2apic_enabled(&l);
		ASSERT_EQ(0, msr_write(&l, LAPIC_LVT_ERROR, 0x10000));
		EXPECT_EQ(0, msr_write(&l, LAPIC_ICR, rows[i].icr));
		EXPECT_EQ(rows[i].icr, msr_read(&l, LAPIC_ICR));
		EXPECT_EQ(rows[i].vector, take(&l)) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].nmi, lapic_take_nmi(&l)) TH_LOG("row %zu", i);
		ASSERT_EQ(0, msr_write(&l, LAPIC_ESR, 0));
		EXPECT_EQ(rows[i].esr, msr_read(&l, LAPIC_ESR)) TH_LOG("row %zu", i);
		ASSERT_EQ(0, msr_write(&l, LAPIC_EOI, 0));
		EXPECT_EQ(-1, lapic_take_eoi(&l));
	}
}

TEST(icr_in_the_page)
{
	struct lapic l;

	xapic_enabled(&l);
	page_write(&l, LAPIC_ICR_HIGH, 0x03ffffff);
	EXPECT_EQ(-1, lapic_pending(&l));
	page_write(&l, LAPIC_ICR, 0x40d1);
	EXPECT_EQ(0xd1, take(&l));
	EXPECT_EQ(0x03000000, page_read(&l, LAPIC_ICR_HIGH));
	EXPECT_EQ(0x40d1, page_read(&l, LAPIC_ICR));
	page_write(&l, LAPIC_ICR_HIGH, 0xff000000);
	page_write(&l, LAPIC_ICR, 0xe1);
	EXPECT_EQ(0xe1, take(&l));
	page_write(&l, LAPIC_ICR_HIGH, 0x04000000);
	page_write(&l, LAPIC_ICR, 0xf1);
	EXPECT_EQ(-1, take(&l));
	/* A disabled APIC still sends, and takes NMIs, but no interrupts. */
	page_write(&l, LAPIC_SVR, 0xff);
	page_write(&l, LAPIC_ICR, 0x404f1);
	EXPECT_EQ(-1, take(&l));
	EXPECT_TRUE(lapic_take_nmi(&l));
	page_write(&l, LAPIC_ICR, 0x400f2);
	page_write(&l, LAPIC_SVR, 0x1ff);
	EXPECT_EQ(-1, take(&l));
}

TEST(self_ipi_register)
{
	struct lapic l;

	x2apic_enabled(&l);
	ASSERT_EQ(0, msr_write(&l, LAPIC_ICR, 0x7000000d1ULL));
	ASSERT_EQ(0, msr_write(&l, LAPIC_SELF_IPI, 0x33));
	EXPECT_EQ(0x33, take(&l));
	EXPECT_EQ(0x7000000d1ULL, msr_read(&l, LAPIC_ICR));
	EXPECT_EQ(-EINVAL, msr_write(&l, LAPIC_SELF_IPI, 0x133));
	ASSERT_EQ(0, msr_write(&l, LAPIC_SELF_IPI, 0x0f));
	EXPECT_EQ(0xfe, take(&l));
}

/* ---- Destinations ---- */

TEST(destinations_in_xapic_mode)
{
	static const struct {
		u32 ldr;
		u32 dfr;
		u32 dest;
		bool logical;
		bool match;
	} rows[] = {
		{ 0, 0xf0000000, 3, false, true },
		{ 0, 0xf0000000, 2, false, false },
		{ 0, 0xf0000000, 0x103, false, false },
		{ 0, 0xf0000000, 0xff, false, false },
		{ 0, 0xf0000000, ~0U, false, true },
		{ 0, 0xf0000000, ~0U, true, true },
		{ 0, 0xf0000000, 0xff, true, false },
		{ 0x08000000, 0xf0000000, 0x08, true, true },
		{ 0x08000000, 0xf0000000, 0x0c, true, true },
		{ 0x08000000, 0xf0000000, 0xf7, true, false },
		{ 0x24000000, 0x00000000, 0x24, true, true },
		{ 0x24000000, 0x00000000, 0x2f, true, true },
		{ 0x24000000, 0x00000000, 0x2b, true, false },
		{ 0x24000000, 0x00000000, 0x34, true, false },
		{ 0x24000000, 0x00000000, 0x20, true, false },
		{ 0x24000000, 0x70000000, 0x24, true, false },
		{ 0x24000000, 0x70000000, ~0U, true, true },
	};
	struct lapic l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		xapic_reset(&l);
		page_write(&l, LAPIC_LDR, rows[i].ldr);
		page_write(&l, LAPIC_DFR, rows[i].dfr);
		EXPECT_EQ(rows[i].match, lapic_matches(&l, rows[i].dest, rows[i].logical, 0, NULL))
			TH_LOG("row %zu", i);
		ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT));
		EXPECT_FALSE(lapic_matches(&l, rows[i].dest, rows[i].logical, 0, NULL));
	}
}

TEST(wide_ids_are_cut_in_xapic_mode)
{
	struct lapic_config config = test_config;
	struct lapic l;

	config.id = 0x134;
	lapic_reset(&l, &config);
	EXPECT_TRUE(lapic_matches(&l, 0x34, false, LAPIC_TO_DEST, NULL));
	EXPECT_FALSE(lapic_matches(&l, 0x134, false, LAPIC_TO_DEST, NULL));
}

TEST(destinations_in_x2apic_mode)
{
	struct lapic_config config = test_config;
	u32 ids[] = { 0, 3, 15, 16, 37, 255, 256, 70000 };
	struct lapic l;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		config.id = ids[i];
		lapic_reset(&l, &config);
		ASSERT_EQ(0, lapic_set_base(&l, X2APIC_BASE));
		EXPECT_TRUE(lapic_matches(&l, LAPIC_BROADCAST, false, LAPIC_TO_DEST, NULL));
		EXPECT_TRUE(lapic_matches(&l, LAPIC_BROADCAST, true, LAPIC_TO_DEST, NULL));
		for (k = 0; k < ARRAY_SIZE(ids); k++) {
			u32 logical = (ids[k] / 16) << 16 | 1 << ids[k] % 16;
			u32 cluster = (ids[k] / 16) << 16 | 0xffff;

			EXPECT_EQ(i == k, lapic_matches(&l, ids[k], false, 0, NULL));
			EXPECT_EQ(i == k, lapic_matches(&l, logical, true, 0, NULL));
			EXPECT_EQ(ids[i] / 16 == ids[k] / 16,
				  lapic_matches(&l, cluster, true, 0, NULL));
		}
	}
}

TEST(destination_shorthands)
{
	struct lapic a, b;

	xapic_reset(&a);
	xapic_reset(&b);
	EXPECT_TRUE(lapic_matches(&a, 9, false, LAPIC_TO_SELF, &a));
	EXPECT_FALSE(lapic_matches(&a, 3, false, LAPIC_TO_SELF, &b));
	EXPECT_TRUE(lapic_matches(&a, 9, false, LAPIC_TO_ALL, &a));
	EXPECT_TRUE(lapic_matches(&a, 9, false, LAPIC_TO_ALL, &b));
	EXPECT_FALSE(lapic_matches(&a, 3, false, LAPIC_TO_OTHERS, &a));
	EXPECT_TRUE(lapic_matches(&a, 9, false, LAPIC_TO_OTHERS, &b));
}

/* ---- MSIs ---- */

TEST(msi_decode)
{
	static const struct {
		u64 address;
		u32 data;
		int ret;
		struct lapic_msg msg;
	} rows[] = {
		{ 0xfee00000, 0x0041, 0, { 0, 0x41, 0, false, false } },
		{ 0xfee03000, 0x0041, 0, { 3, 0x41, 0, false, false } },
		{ 0xfee03004, 0x0041, 0, { 3, 0x41, 0, true, false } },
		{ 0xfeeff000, 0x0041, 0, { ~0U, 0x41, 0, false, false } },
		{ 0xfeeff004, 0x0041, 0, { ~0U, 0x41, 0, true, false } },
		{ 0xfee0300c, 0x0041, 0, { 3, 0x41, 1, true, false } },
		{ 0xfee03ff3, 0x00ff, 0, { 3, 0xff, 0, false, false } },
		{ 0xfee03000, 0x0010, 0, { 3, 0x10, 0, false, false } },
		{ 0xfee03000, 0x0141, 0, { 3, 0x41, 1, false, false } },
		{ 0xfee03000, 0x8041, 0, { 3, 0x41, 0, false, true } },
		{ 0xfee03000, 0xc041, 0, { 3, 0x41, 0, false, true } },
		{ 0xfee03000, 0x4041, 0, { 3, 0x41, 0, false, false } },
		{ 0xfee03000, 0x0400, 0, { 3, 0x00, 4, false, false } },
		{ 0xfee03008, 0x8442, 0, { 3, 0x42, 4, false, false } },
		{ 0xfee03000, 0x000f, -EINVAL, {} },
		{ 0xfee03000, 0x010f, -EINVAL, {} },
		{ 0xfee03000, 0x0241, -EINVAL, {} },
		{ 0xfee03000, 0x0341, -EINVAL, {} },
		{ 0xfee03000, 0x0541, -EINVAL, {} },
		{ 0xfee03000, 0x0641, -EINVAL, {} },
		{ 0xfee03000, 0x0741, -EINVAL, {} },
		{ 0xfee03000, 0x0841, -EINVAL, {} },
		{ 0xfee03000, 0x1041, -EINVAL, {} },
		{ 0xfee03000, 0x2041, -EINVAL, {} },
		{ 0xfee03000, 0x10041, -EINVAL, {} },
		{ 0xfee03000, 0x80000041, -EINVAL, {} },
		{ 0xfedfffff, 0x0041, -ERANGE, {} },
		{ 0xfef00000, 0x0041, -ERANGE, {} },
		{ 0x1fee03000, 0x0041, -ERANGE, {} },
		{ 0, 0x0f, -ERANGE, {} },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lapic_msg msg = {};

		EXPECT_EQ(rows[i].ret, lapic_decode_msi(rows[i].address, rows[i].data, &msg))
			TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].msg.dest, msg.dest) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].msg.vector, msg.vector) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].msg.mode, msg.mode) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].msg.logical, msg.logical) TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].msg.level, msg.level) TH_LOG("row %zu", i);
	}
}

TEST(msi_deliver)
{
	struct lapic_msg msg;
	struct lapic l;

	xapic_enabled(&l);
	ASSERT_EQ(0, lapic_decode_msi(0xfee03000, 0x8151, &msg));
	EXPECT_TRUE(lapic_deliver_msg(&l, &msg));
	EXPECT_EQ(0x51, take(&l));
	page_write(&l, LAPIC_EOI, 0);
	EXPECT_EQ(0x51, lapic_take_eoi(&l));
	ASSERT_EQ(0, lapic_decode_msi(0xfee03000, 0x0400, &msg));
	EXPECT_TRUE(lapic_deliver_msg(&l, &msg));
	EXPECT_TRUE(lapic_take_nmi(&l));
	EXPECT_EQ(-1, take(&l));
}

TEST_HARNESS_MAIN
