// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC's registers in both modes, and the modes themselves.
 *
 * The table here is read from the manual (SDM Vol. 3, tables 11-1 and 11-6 and
 * the registers' figures), not from hw/apic.h.
 */
/* unit-src: kmod/irq/regs.c kmod/irq/base.c kmod/irq/priority.c */
/* unit-src: kmod/irq/deliver.c kmod/irq/message.c kmod/irq/timer.c */
#include "kselftest_harness.h"
#include "lapic_test.h"

struct expect {
	const char *name;
	u32 offset;
	u32 last;		/* the same holds up to this offset; 0: for one only */
	const char *xapic;	/* "", "r", "w" or "rw" */
	const char *x2apic;
	u64 kept;		/* bits that read back as written */
	u64 allowed;		/* further bits that WRMSR takes */
	u32 ones;		/* bits that always read as one */
	u32 reset;
};

static const struct expect expects[] = {
	{ "ID", 0x20, 0, "r", "r", 0, 0, 0, 3 << 24 },
	{ "version", 0x30, 0, "r", "r", 0, 0, 0, 0x50014 },
	{ "TPR", 0x80, 0, "rw", "rw", 0xff, 0, 0, 0 },
	{ "APR", 0x90, 0, "r", "", 0, 0, 0, 0 },
	{ "PPR", 0xa0, 0, "r", "r", 0, 0, 0, 0 },
	{ "EOI", 0xb0, 0, "w", "w", 0, 0, 0, 0 },
	{ "RRD", 0xc0, 0, "r", "", 0, 0, 0, 0 },
	{ "LDR", 0xd0, 0, "rw", "r", 0xff000000, 0, 0, 0 },
	{ "DFR", 0xe0, 0, "rw", "", 0xf0000000, 0, 0x0fffffff, 0xffffffff },
	{ "SVR", 0xf0, 0, "rw", "rw", 0x3ff, 0, 0, 0xff },
	{ "ISR", 0x100, 0x170, "r", "r", 0, 0, 0, 0 },
	{ "TMR", 0x180, 0x1f0, "r", "r", 0, 0, 0, 0 },
	{ "IRR", 0x200, 0x270, "r", "r", 0, 0, 0, 0 },
	{ "ESR", 0x280, 0, "rw", "rw", 0, 0, 0, 0 },
	{ "ICR", 0x300, 0, "rw", "rw", 0xffffffff000ccfff, 0x1000, 0, 0 },
	{ "ICR high", 0x310, 0, "rw", "", 0xff000000, 0, 0, 0 },
	{ "LVT timer", 0x320, 0, "rw", "rw", 0x700ff, 0x1000, 0, 0x10000 },
	{ "LVT thermal", 0x330, 0, "rw", "rw", 0x107ff, 0x1000, 0, 0x10000 },
	{ "LVT performance", 0x340, 0, "rw", "rw", 0x107ff, 0x1000, 0, 0x10000 },
	{ "LVT LINT0", 0x350, 0, "rw", "rw", 0x1a7ff, 0x5000, 0, 0x10000 },
	{ "LVT LINT1", 0x360, 0, "rw", "rw", 0x1a7ff, 0x5000, 0, 0x10000 },
	{ "LVT error", 0x370, 0, "rw", "rw", 0x100ff, 0x1000, 0, 0x10000 },
	{ "initial count", 0x380, 0, "rw", "rw", 0xffffffff, 0, 0, 0 },
	{ "current count", 0x390, 0, "r", "r", 0, 0, 0, 0 },
	{ "divide", 0x3e0, 0, "rw", "rw", 0xb, 0, 0, 0 },
	{ "self IPI", 0x3f0, 0, "", "w", 0xff, 0, 0, 0 },
};

static const struct expect reserved = { "reserved", 0, 0, "", "", 0, 0, 0, 0 };

static const struct expect *expect_at(u32 offset)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(expects); i++) {
		const struct expect *e = &expects[i];

		if (offset >= e->offset && offset <= (e->last ? e->last : e->offset))
			return e;
	}
	return &reserved;
}

static bool can(const char *access, char how)
{
	return strchr(access, how);
}

TEST(reset_values)
{
	struct lapic l;
	u32 offset;

	xapic_reset(&l);
	for (offset = 0; offset < 0x400; offset += 0x10) {
		EXPECT_EQ(expect_at(offset)->reset, page_read(&l, offset))
			TH_LOG("%s at %#x", expect_at(offset)->name, offset);
	}
	EXPECT_EQ(0xfee00900, lapic_base(&l));
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(-1, lapic_pending(&l));
	EXPECT_EQ(-1, lapic_take_eoi(&l));
	EXPECT_FALSE(lapic_take_nmi(&l));
	EXPECT_FALSE(lapic_accepts(&l));
}

TEST(registers_have_names)
{
	u32 offset;

	EXPECT_STREQ("TPR", lapic_reg_name(0x80));
	EXPECT_STREQ("IRR7", lapic_reg_name(0x27c));
	EXPECT_STREQ("LVT_LINT1", lapic_reg_name(0x360));
	for (offset = 0; offset < 0x1000; offset += 0x10) {
		bool exists = offset < 0x400 && expect_at(offset) != &reserved;

		EXPECT_EQ(exists, !!lapic_reg_name(offset)) TH_LOG("%#x", offset);
	}
}

TEST(xapic_reserved_addresses_set_esr)
{
	struct lapic l;
	u32 offset;

	xapic_reset(&l);
	for (offset = 0; offset < 0x1000; offset += 0x10) {
		bool exists = expect_at(offset)->xapic[0];

		page_read(&l, offset);
		EXPECT_EQ(exists ? 0 : 0x80, page_errors(&l))
			TH_LOG("read of %s at %#x", expect_at(offset)->name, offset);
		/* A write of 0 to ICR sends the illegal vector 0. */
		page_write(&l, offset, offset == 0x300 ? 0x20 : 0);
		EXPECT_EQ(exists ? 0 : 0x80, page_errors(&l))
			TH_LOG("write of %s at %#x", expect_at(offset)->name, offset);
	}
}

TEST(xapic_writes_change_what_can_be_written)
{
	struct lapic l;
	u32 offset, value;
	int bit;

	for (offset = 0; offset < 0x400; offset += 0x10) {
		const struct expect *e = expect_at(offset);
		u32 kept = can(e->xapic, 'w') ? (u32)e->kept : 0;

		for (bit = -1; bit < 32; bit++) {
			xapic_enabled(&l);
			value = bit < 0 ? ~0U : 1U << bit;
			page_write(&l, LAPIC_LVT_ERROR, 0x10000);
			page_write(&l, offset, value);
			if (can(e->xapic, 'w'))
				value = (value & kept) | e->ones;
			else
				value = e->reset;
			if (!can(e->xapic, 'r'))
				value = 0;
			EXPECT_EQ(value, page_read(&l, offset))
				TH_LOG("%s at %#x, bit %d", e->name, offset, bit);
		}
	}
}

TEST(x2apic_msrs_exist_where_they_should)
{
	struct lapic l;
	u64 value;
	u32 msr;

	x2apic_enabled(&l);
	for (msr = 0x700; msr < 0xa00; msr++) {
		u32 offset = (msr - 0x800) << 4;
		bool inside = msr >= 0x800 && msr < 0x840;
		const struct expect *e = inside ? expect_at(offset) : &reserved;

		value = msr == 0x830 || msr == 0x83f ? 0x20 : 0;
		EXPECT_EQ(can(e->x2apic, 'w') ? 0 : -EINVAL, lapic_write_msr(&l, msr, value, 0))
			TH_LOG("WRMSR %#x, %s", msr, e->name);
		EXPECT_EQ(can(e->x2apic, 'r') ? 0 : -EINVAL, lapic_read_msr(&l, msr, &value, 0))
			TH_LOG("RDMSR %#x, %s", msr, e->name);
	}
	/* None of it is an error that ESR tells. */
	EXPECT_EQ(0, msr_write(&l, LAPIC_ESR, 0));
	EXPECT_EQ(0, msr_read(&l, LAPIC_ESR));
}

TEST(x2apic_reserved_bits_fault_and_change_nothing)
{
	struct lapic l;
	u32 offset;
	int bit;

	for (offset = 0; offset < 0x400; offset += 0x10) {
		const struct expect *e = expect_at(offset);

		for (bit = 0; can(e->x2apic, 'w') && bit < 64; bit++) {
			u64 before = 0, after = 0;
			u64 value = 1ULL << bit;
			bool taken = value & (e->kept | e->allowed);

			x2apic_enabled(&l);
			lapic_read_msr(&l, 0x800 + offset / 16, &before, 0);
			EXPECT_EQ(taken ? 0 : -EINVAL, msr_write(&l, offset, value))
				TH_LOG("%s, bit %d", e->name, bit);
			if (!can(e->x2apic, 'r'))
				continue;
			after = msr_read(&l, offset);
			EXPECT_EQ(taken ? (value & e->kept) : before, after)
				TH_LOG("%s, bit %d reads back", e->name, bit);
		}
	}
}

TEST(x2apic_registers_need_x2apic_mode)
{
	struct lapic l;
	u64 value;
	u32 msr;

	xapic_reset(&l);
	for (msr = 0x800; msr < 0x900; msr++) {
		EXPECT_EQ(-EINVAL, lapic_read_msr(&l, msr, &value, 0));
		EXPECT_EQ(-EINVAL, lapic_write_msr(&l, msr, 0, 0));
	}
	ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT));
	for (msr = 0x800; msr < 0x900; msr++) {
		EXPECT_EQ(-EINVAL, lapic_read_msr(&l, msr, &value, 0));
		EXPECT_EQ(-EINVAL, lapic_write_msr(&l, msr, 0, 0));
	}
}

TEST(xapic_odd_accesses)
{
	struct lapic l;
	u64 value = ~0ULL;
	u8 byte = 0;

	xapic_enabled(&l);
	lapic_mmio_read(&l, 0x20, &value, 8, 0);
	EXPECT_EQ(3 << 24, value);
	lapic_mmio_read(&l, 0x23, &byte, 1, 0);
	EXPECT_EQ(3, byte);
	value = ~0ULL;
	lapic_mmio_read(&l, 0x22, &value, 2, 0);
	EXPECT_EQ(0xffffffffffff0300ULL, value);
	lapic_mmio_read(&l, 0x24, &value, 8, 0);
	EXPECT_EQ(0, value);
	lapic_mmio_read(&l, 0x2c, &value, 8, 0);
	EXPECT_EQ(0, value);

	value = 0x1111111100000055ULL;
	lapic_mmio_write(&l, 0x80, &value, 8, 0);
	EXPECT_EQ(0x55, page_read(&l, 0x80));
	byte = 0x66;
	lapic_mmio_write(&l, 0x80, &byte, 1, 0);
	EXPECT_EQ(0x66, page_read(&l, 0x80));
	lapic_mmio_write(&l, 0x81, &byte, 1, 0);
	lapic_mmio_write(&l, 0x84, &value, 4, 0);
	EXPECT_EQ(0x66, page_read(&l, 0x80));
	/* Only what begins in a register touches it, be there one or not. */
	lapic_mmio_read(&l, 0x7c, &value, 8, 0);
	lapic_mmio_write(&l, 0x74, &value, 8, 0);
	EXPECT_EQ(0, page_errors(&l));
}

TEST(software_disable_masks_lvt)
{
	static const u32 entries[] = { 0x320, 0x330, 0x340, 0x350, 0x360, 0x370 };
	struct lapic l;
	size_t i;

	xapic_enabled(&l);
	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		page_write(&l, entries[i], 0x40 + i);
		EXPECT_EQ(0x40 + i, page_read(&l, entries[i]));
	}
	page_write(&l, LAPIC_SVR, 0xff);
	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		EXPECT_EQ(0x10040 + i, page_read(&l, entries[i]));
		page_write(&l, entries[i], 0x50 + i);
		EXPECT_EQ(0x10050 + i, page_read(&l, entries[i]));
	}
	page_write(&l, LAPIC_SVR, 0x1ff);
	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		EXPECT_EQ(0x10050 + i, page_read(&l, entries[i]));
		page_write(&l, entries[i], 0x60 + i);
		EXPECT_EQ(0x60 + i, page_read(&l, entries[i]));
	}
}

/* ---- IA32_APIC_BASE ---- */

TEST(base_transitions)
{
	enum { OFF = 0, INVALID = 1 << 10, XAPIC = 2 << 10, X2APIC = 3 << 10 };
	static const struct {
		u64 from;
		u64 to;
		bool legal;
	} rows[] = {
		{ OFF, OFF, true }, { OFF, XAPIC, true },
		{ OFF, X2APIC, false }, { OFF, INVALID, false },
		{ XAPIC, OFF, true }, { XAPIC, XAPIC, true },
		{ XAPIC, X2APIC, true }, { XAPIC, INVALID, false },
		{ X2APIC, OFF, true }, { X2APIC, XAPIC, false },
		{ X2APIC, X2APIC, true }, { X2APIC, INVALID, false },
	};
	struct lapic l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 from = LAPIC_BASE_DEFAULT | rows[i].from;
		u64 to = LAPIC_BASE_DEFAULT | rows[i].to;

		xapic_reset(&l);
		ASSERT_EQ(0, lapic_set_base(&l, from));
		EXPECT_EQ(rows[i].legal ? 0 : -EINVAL, lapic_set_base(&l, to))
			TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].legal ? to : from, lapic_base(&l))
			TH_LOG("row %zu", i);
	}
}

TEST(base_reserved_bits)
{
	struct lapic_config config = test_config;
	struct lapic l;
	int bit;

	for (bit = 0; bit < 64; bit++) {
		bool known = bit == 8 || bit == 10 || bit == 11 || (bit >= 12 && bit < 39);

		xapic_reset(&l);
		EXPECT_EQ(known ? 0 : -EINVAL, lapic_set_base(&l, lapic_base(&l) | 1ULL << bit))
			TH_LOG("bit %d", bit);
	}
	config.x2apic = false;
	lapic_reset(&l, &config);
	EXPECT_EQ(-EINVAL, lapic_set_base(&l, X2APIC_BASE));
	EXPECT_EQ(0, lapic_set_base(&l, 0xfee00800));
	EXPECT_EQ(0xfee00800, lapic_base(&l));
}

TEST(base_of_other_processors)
{
	struct lapic_config config = test_config;
	struct lapic l;

	config.bsp = false;
	config.id = 0x1234;
	lapic_reset(&l, &config);
	EXPECT_EQ(0xfee00800, lapic_base(&l));
	EXPECT_EQ(0x34000000, page_read(&l, LAPIC_ID));
	ASSERT_EQ(0, lapic_set_base(&l, X2APIC_BASE));
	EXPECT_EQ(0x1234, msr_read(&l, LAPIC_ID));
	EXPECT_EQ(0x01230010, msr_read(&l, LAPIC_LDR));
}

TEST(page_moves_with_base)
{
	struct lapic l;

	xapic_reset(&l);
	EXPECT_TRUE(lapic_mmio_enabled(&l, 0xfee00000));
	EXPECT_TRUE(lapic_mmio_enabled(&l, 0xfee00fff));
	EXPECT_FALSE(lapic_mmio_enabled(&l, 0xfee01000));
	EXPECT_FALSE(lapic_mmio_enabled(&l, 0xfedfffff));
	EXPECT_FALSE(lapic_mmio_enabled(&l, 0x1fee00000));
	ASSERT_EQ(0, lapic_set_base(&l, 0x1fee01800));
	EXPECT_FALSE(lapic_mmio_enabled(&l, 0xfee00000));
	EXPECT_TRUE(lapic_mmio_enabled(&l, 0x1fee01020));
	ASSERT_EQ(0, lapic_set_base(&l, 0x1fee01c00));
	EXPECT_FALSE(lapic_mmio_enabled(&l, 0x1fee01020));
	ASSERT_EQ(0, lapic_set_base(&l, 0x1fee01000));
	EXPECT_FALSE(lapic_mmio_enabled(&l, 0x1fee01020));
}

TEST(x2apic_keeps_registers)
{
	struct lapic l;

	xapic_enabled(&l);
	page_write(&l, LAPIC_TPR, 0x21);
	page_write(&l, LAPIC_LDR, 0xff000000);
	page_write(&l, LAPIC_ICR_HIGH, 0x77000000);
	page_write(&l, LAPIC_ICR, 0x45);
	page_write(&l, LAPIC_LVT_LINT0, 0x700);
	lapic_deliver(&l, 0x61, true);
	ASSERT_EQ(0x61, take(&l));
	lapic_deliver(&l, 0x31, false);

	ASSERT_EQ(0, lapic_set_base(&l, X2APIC_BASE));
	EXPECT_EQ(3, msr_read(&l, LAPIC_ID));
	EXPECT_EQ(8, msr_read(&l, LAPIC_LDR));
	EXPECT_EQ(0x45, msr_read(&l, LAPIC_ICR));
	EXPECT_EQ(0x21, msr_read(&l, LAPIC_TPR));
	EXPECT_EQ(0x1ff, msr_read(&l, LAPIC_SVR));
	EXPECT_EQ(0x700, msr_read(&l, LAPIC_LVT_LINT0));
	EXPECT_EQ(1 << 1, msr_read(&l, LAPIC_ISR3));
	EXPECT_EQ(1 << 1, msr_read(&l, LAPIC_TMR3));
	EXPECT_EQ(1 << 17, msr_read(&l, LAPIC_IRR1));
	EXPECT_EQ(0x60, msr_read(&l, LAPIC_PPR));
}

TEST(disable_resets_registers_but_not_nmi)
{
	struct lapic l;
	u32 offset;

	xapic_enabled(&l);
	page_write(&l, LAPIC_TPR, 0x21);
	page_write(&l, LAPIC_LVT_TIMER, 0x20020);
	page_write(&l, LAPIC_INITIAL, 1000);
	lapic_deliver(&l, 0x61, true);
	ASSERT_EQ(0x61, take(&l));
	page_write(&l, LAPIC_EOI, 0);
	lapic_deliver(&l, 0x62, true);
	ASSERT_EQ(0x62, take(&l));
	lapic_deliver(&l, 0x31, false);
	ASSERT_TRUE(lapic_deliver_nmi(&l));
	page_read(&l, 0x40);

	ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT));
	EXPECT_FALSE(lapic_deliver(&l, 0x40, false));
	EXPECT_FALSE(lapic_deliver_nmi(&l));
	EXPECT_EQ(-1, lapic_pending(&l));
	EXPECT_EQ(LAPIC_NO_DEADLINE, lapic_deadline(&l));
	EXPECT_EQ(-1, lapic_take_eoi(&l));
	EXPECT_TRUE(lapic_take_nmi(&l));

	/* A sender that was late is heard neither. */
	set_bit(0x41, l.irr);
	ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT | LAPIC_BASE_EN));
	EXPECT_EQ(0, page_errors(&l));
	for (offset = 0; offset < 0x400; offset += 0x10)
		EXPECT_EQ(expect_at(offset)->reset, page_read(&l, offset));
	/* What was in service then does not hold back anything now. */
	page_write(&l, LAPIC_TPR, 0x10);
	EXPECT_EQ(0x10, page_read(&l, LAPIC_PPR));
}

TEST(x2apic_disable_gives_back_xapic)
{
	struct lapic l;

	x2apic_enabled(&l);
	ASSERT_EQ(0, msr_write(&l, LAPIC_TPR, 0x44));
	ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT));
	ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT | LAPIC_BASE_EN));
	EXPECT_EQ(3 << 24, page_read(&l, LAPIC_ID));
	EXPECT_EQ(0, page_read(&l, LAPIC_LDR));
	EXPECT_EQ(0, page_read(&l, LAPIC_TPR));
	EXPECT_EQ(0xff, page_read(&l, LAPIC_SVR));
}

TEST(base_write_without_change_keeps_registers)
{
	struct lapic l;

	xapic_enabled(&l);
	page_write(&l, LAPIC_TPR, 0x33);
	ASSERT_EQ(0, lapic_set_base(&l, LAPIC_BASE_DEFAULT | LAPIC_BASE_EN));
	EXPECT_EQ(0x33, page_read(&l, LAPIC_TPR));
	x2apic_enabled(&l);
	ASSERT_EQ(0, msr_write(&l, LAPIC_ICR, 0x500000045ULL));
	ASSERT_EQ(0, lapic_set_base(&l, X2APIC_BASE));
	EXPECT_EQ(0x500000045ULL, msr_read(&l, LAPIC_ICR));
}

/* ---- ESR ---- */

TEST(esr_shows_errors_at_its_write)
{
	struct lapic l;

	xapic_enabled(&l);
	page_read(&l, 0x40);
	EXPECT_EQ(0, page_read(&l, LAPIC_ESR));
	EXPECT_EQ(0x80, page_errors(&l));
	EXPECT_EQ(0x80, page_read(&l, LAPIC_ESR));
	EXPECT_EQ(0, page_errors(&l));
}

TEST(esr_interrupts_once_until_written)
{
	struct lapic l;

	xapic_enabled(&l);
	page_read(&l, 0x40);
	EXPECT_EQ(0xfe, take(&l));
	page_write(&l, LAPIC_EOI, 0);
	page_write(&l, LAPIC_ICR, 0x5);
	page_read(&l, 0x40);
	EXPECT_EQ(-1, take(&l));
	EXPECT_EQ(0xa0, page_errors(&l));
	page_read(&l, 0x40);
	EXPECT_EQ(0xfe, take(&l));
}

TEST(esr_error_vector_illegal_itself)
{
	struct lapic l;

	xapic_enabled(&l);
	page_write(&l, LAPIC_LVT_ERROR, 0x0f);
	page_read(&l, 0x40);
	EXPECT_EQ(-1, lapic_pending(&l));
	EXPECT_EQ(0xc0, page_errors(&l));
}

TEST(esr_in_x2apic_mode)
{
	struct lapic l;

	x2apic_enabled(&l);
	ASSERT_EQ(0, msr_write(&l, LAPIC_SELF_IPI, 15));
	EXPECT_EQ(-EINVAL, msr_write(&l, LAPIC_ESR, 0x60));
	EXPECT_EQ(0, msr_read(&l, LAPIC_ESR));
	ASSERT_EQ(0, msr_write(&l, LAPIC_ESR, 0));
	EXPECT_EQ(0x60, msr_read(&l, LAPIC_ESR));
	EXPECT_EQ(0xfe, take(&l));
}

TEST_HARNESS_MAIN
