/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the local APIC share: an APIC in each mode, and access to its registers. */
#ifndef VTX_UNIT_LAPIC_TEST_H
#define VTX_UNIT_LAPIC_TEST_H

#include "irq/lapic.h"

#define X2APIC_BASE	(LAPIC_BASE_DEFAULT | LAPIC_BASE_EN | LAPIC_BASE_EXTD | LAPIC_BASE_BSP)

static const struct lapic_config test_config = {
	.id = 3,
	.bsp = true,
	.timer_shift = 2,
	.phys_bits = 39,
	.x2apic = true,
	.tsc_deadline = true,
};

static inline u32 page_read_at(struct lapic *l, u32 offset, u64 now)
{
	u32 value;

	lapic_mmio_read(l, offset, &value, sizeof(value), now);
	return value;
}

static inline void page_write_at(struct lapic *l, u32 offset, u32 value, u64 now)
{
	lapic_mmio_write(l, offset, &value, sizeof(value), now);
}

static inline u32 page_read(struct lapic *l, u32 offset)
{
	return page_read_at(l, offset, 0);
}

static inline void page_write(struct lapic *l, u32 offset, u32 value)
{
	page_write_at(l, offset, value, 0);
}

/* A register of an APIC in x2APIC mode, which must be there. */
static inline u64 msr_read(struct lapic *l, u32 offset)
{
	u64 value = 0;

	if (lapic_read_msr(l, LAPIC_MSR(offset), &value, 0))
		__builtin_trap();
	return value;
}

static inline int msr_write(struct lapic *l, u32 offset, u64 value)
{
	return lapic_write_msr(l, LAPIC_MSR(offset), value, 0);
}

/* The errors since the last call, in xAPIC mode. */
static inline u32 page_errors(struct lapic *l)
{
	page_write(l, LAPIC_ESR, 0);
	return page_read(l, LAPIC_ESR);
}

/* Power-up state, xAPIC mode; SVR disables it. */
static inline void xapic_reset(struct lapic *l)
{
	lapic_reset(l, &test_config);
}

/* xAPIC mode, enabled, and with an error interrupt of vector 0xfe. */
static inline void xapic_enabled(struct lapic *l)
{
	lapic_reset(l, &test_config);
	page_write(l, LAPIC_SVR, 0x1ff);
	page_write(l, LAPIC_LVT_ERROR, 0xfe);
}

static inline void x2apic_enabled(struct lapic *l)
{
	xapic_enabled(l);
	if (lapic_set_base(l, X2APIC_BASE))
		__builtin_trap();
}

/* Takes the interrupt that is pending, and returns its vector or -1. */
static inline int take(struct lapic *l)
{
	int vector = lapic_pending(l);

	if (vector >= 0)
		lapic_ack(l, vector);
	return vector;
}

/* A cheap generator of random numbers: the tests are the same in each run. */
static inline u32 random_next(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

#endif /* VTX_UNIT_LAPIC_TEST_H */
