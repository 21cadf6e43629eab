// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power-up, and the modes of the local APIC (SDM Vol. 3, 11.12.5).
 *
 *	                 +----------------+
 *	      +----EN=0--|     xAPIC      |--EXTD=1--+
 *	      v          |  EN=1  EXTD=0  |          v
 *	+----------+     +----------------+     +----------+
 *	| disabled |---------EN=1--^            |  x2APIC  |
 *	+----------+                            +----------+
 *	      ^----------EN=0, EXTD=0----------------+
 *
 * EN=0 with EXTD=1 does not exist; any other way gives #GP.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "lapic_priv.h"

/* The bits EN and EXTD as a number. */
enum mode {
	DISABLED = 0,
	XAPIC = 2,
	X2APIC = 3,
	MODES
};

static const u8 mode_after[MODES] = {
	[DISABLED] = BIT(DISABLED) | BIT(XAPIC),
	[XAPIC] = BIT(XAPIC) | BIT(X2APIC) | BIT(DISABLED),
	[X2APIC] = BIT(X2APIC) | BIT(DISABLED),
};

static u32 mode_of(u64 base)
{
	return base >> 10 & 3;
}

/* The state after power-up of all but the base and an NMI on its way (11.4.7.1). */
static void reset_registers(struct lapic *l)
{
	enum lapic_offset entry;
	int i;

	for (i = 0; i < LAPIC_SLOTS; i++)
		WRITE_ONCE(l->reg[i], 0);
	lapic_set(l, LAPIC_ID, l->config.id << 24);
	lapic_set(l, LAPIC_VERSION, LAPIC_VERSION_VALUE);
	lapic_set(l, LAPIC_DFR, LAPIC_DFR_FLAT);
	lapic_set(l, LAPIC_SVR, LAPIC_SVR_RESET);
	for (entry = LAPIC_LVT_TIMER; entry <= LAPIC_LVT_ERROR; entry += 0x10)
		lapic_set(l, entry, LAPIC_LVT_MASKED);

	/* Last, as nobody delivers any more. */
	for (i = 0; i < LAPIC_VECTOR_WORDS; i++) {
		WRITE_ONCE(l->irr[i], 0);
		WRITE_ONCE(l->tmr[i], 0);
		l->isr[i] = 0;
	}
	WRITE_ONCE(l->errors, 0);
	l->ppr = 0;
	l->serving = 0;
	l->eoi = -1;
	l->tsc_deadline = 0;
	l->deadline = LAPIC_NO_DEADLINE;
}

void lapic_reset(struct lapic *l, const struct lapic_config *cfg)
{
	memset(l, 0, sizeof(*l));
	l->config = *cfg;
	l->base = LAPIC_BASE_DEFAULT | LAPIC_BASE_EN | (cfg->bsp ? LAPIC_BASE_BSP : 0);
	reset_registers(l);
}

/* All registers keep their values, but those that grow to 32 bits (11.12.5). */
static void enter_x2apic(struct lapic *l)
{
	u32 id = l->config.id;

	lapic_set(l, LAPIC_ID, id);
	/* 16 APICs to a cluster (11.12.10.2). */
	lapic_set(l, LAPIC_LDR, id >> 4 << 16 | 1U << (id & 15));
	lapic_set(l, LAPIC_ICR_HIGH, 0);
}

static u64 reserved_base_bits(const struct lapic *l)
{
	u64 known = LAPIC_BASE_BSP | LAPIC_BASE_EN;

	if (l->config.x2apic)
		known |= LAPIC_BASE_EXTD;
	return ~(known | GENMASK_ULL(l->config.phys_bits - 1, 12));
}

int lapic_set_base(struct lapic *l, u64 val)
{
	u32 from = mode_of(l->base), to = mode_of(val);

	if (val & reserved_base_bits(l) || !(mode_after[from] & BIT(to)))
		return -EINVAL;
	WRITE_ONCE(l->base, val);
	if (from == to)
		return 0;
	if (to == X2APIC)
		enter_x2apic(l);
	else
		/* On the way up too: a sender may have met the way down. */
		reset_registers(l);
	return 0;
}
