// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two doors to the local APIC's registers: the page of xAPIC mode forgives,
 * the MSRs of x2APIC mode give #GP. Behind both lie the same registers.
 *
 *	page --> reserved? ESR        \
 *	         cut to writable bits  +--> lapic_write() --> the register's effect
 *	MSR  --> reserved? #GP        /
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "lapic_priv.h"

#define LAPIC_ROW(reg, offset, in_xapic, in_x2apic, writable, readonly)		\
	[LAPIC_SLOT(offset)] = {						\
		.bits = (writable),						\
		.ignored = (readonly),						\
		.xapic = LAPIC_ ## in_xapic,					\
		.x2apic = LAPIC_ ## in_x2apic,					\
		.name = #reg,							\
	},

const struct lapic_reg lapic_regs[LAPIC_SLOTS] = {
	LAPIC_REGISTERS(LAPIC_ROW)
};

const char *lapic_reg_name(u32 offset)
{
	return LAPIC_SLOT(offset) < LAPIC_SLOTS ? lapic_regs[LAPIC_SLOT(offset)].name : NULL;
}

static u32 vector_word(const unsigned long *map, enum lapic_offset offset)
{
	u32 word = LAPIC_SLOT(offset) & 7;

	return READ_ONCE(map[word / 2]) >> (word % 2 * 32);
}

static u32 lapic_read(struct lapic *l, enum lapic_offset offset, u64 now)
{
	switch (offset) {
	case LAPIC_ISR0 ... LAPIC_ISR7:
		return vector_word(l->isr, offset);
	case LAPIC_TMR0 ... LAPIC_TMR7:
		return vector_word(l->tmr, offset);
	case LAPIC_IRR0 ... LAPIC_IRR7:
		return vector_word(l->irr, offset);
	case LAPIC_PPR:
		return l->ppr;
	case LAPIC_CURRENT:
		return lapic_timer_current(l, now);
	default:
		return lapic_get(l, offset);
	}
}

/* While the APIC is disabled by SVR no LVT entry can be unmasked (11.4.7.2). */
static u32 lvt_value(const struct lapic *l, u32 value)
{
	return lapic_accepts(l) ? value : value | LAPIC_LVT_MASKED;
}

static void write_svr(struct lapic *l, u32 value)
{
	enum lapic_offset entry;

	lapic_set(l, LAPIC_SVR, value);
	if (value & LAPIC_SVR_ENABLE)
		return;
	for (entry = LAPIC_LVT_TIMER; entry <= LAPIC_LVT_ERROR; entry += 0x10)
		lapic_set(l, entry, lapic_get(l, entry) | LAPIC_LVT_MASKED);
}

/* Shows what has gone wrong since the last write, and forgets it (11.5.3). */
static void write_esr(struct lapic *l)
{
	u32 esr = 0;
	int bit;

	/* First: an error that comes in between is reported rather than lost. */
	clear_bit(LAPIC_ERROR_REPORTED, &l->errors);
	for (bit = LAPIC_ESR_SEND_VECTOR; bit <= LAPIC_ESR_ILLEGAL_REGISTER; bit++) {
		if (test_and_clear_bit(bit, &l->errors))
			esr |= BIT(bit);
	}
	lapic_set(l, LAPIC_ESR, esr);
}

/* @value has no bits but the writable ones. SELF_IPI is write_hot_msr()'s. */
static void lapic_write(struct lapic *l, enum lapic_offset offset, u32 value, u64 now)
{
	switch (offset) {
	case LAPIC_EOI:
		return lapic_end_of_interrupt(l);
	case LAPIC_ICR:
		lapic_set(l, LAPIC_ICR, value);
		return lapic_send_icr(l);
	case LAPIC_TPR:
		return lapic_set_tpr(l, value);
	case LAPIC_INITIAL:
		return lapic_timer_set_initial(l, value, now);
	case LAPIC_DIVIDE:
		return lapic_timer_set_divide(l, value, now);
	case LAPIC_LVT_TIMER:
		return lapic_timer_set_lvt(l, lvt_value(l, value));
	case LAPIC_LVT_THERMAL ... LAPIC_LVT_ERROR:
		return lapic_set(l, offset, lvt_value(l, value));
	case LAPIC_SVR:
		return write_svr(l, value);
	case LAPIC_ESR:
		return write_esr(l);
	case LAPIC_DFR:
		return lapic_set(l, LAPIC_DFR, value | LAPIC_DFR_ONES);
	default:
		return lapic_set(l, offset, value);
	}
}

/* TSC-deadline mode is reserved where there is no such mode. */
static bool wants_absent_mode(const struct lapic *l, enum lapic_offset offset, u64 value)
{
	return offset == LAPIC_LVT_TIMER && value & LAPIC_LVT_TSC_DEADLINE &&
	       !l->config.tsc_deadline;
}

static bool msr_exists(const struct lapic *l, u32 msr, u8 access)
{
	u32 slot = msr - LAPIC_MSR_FIRST;

	return lapic_in_x2apic(l) && slot < LAPIC_SLOTS && lapic_regs[slot].x2apic & access;
}

static enum lapic_offset msr_offset(u32 msr)
{
	return (msr - LAPIC_MSR_FIRST) << 4;
}

int lapic_read_msr(struct lapic *l, u32 msr, u64 *val, u64 now)
{
	enum lapic_offset offset = msr_offset(msr);

	if (!msr_exists(l, msr, LAPIC_R))
		return -EINVAL;
	*val = lapic_read(l, offset, now);
	if (offset == LAPIC_ICR)
		*val |= (u64)lapic_get(l, LAPIC_ICR_HIGH) << 32;
	return 0;
}

/*
 * Most writes are to these two: they need not go by the table. What is not taken
 * here the table refuses.
 */
static bool write_hot_msr(struct lapic *l, u32 msr, u64 val)
{
	if (!lapic_in_x2apic(l))
		return false;
	if (msr == LAPIC_MSR(LAPIC_EOI) && !val) {
		lapic_end_of_interrupt(l);
		return true;
	}
	if (msr == LAPIC_MSR(LAPIC_SELF_IPI) && val <= 0xff) {
		lapic_send_self(l, val);
		return true;
	}
	return false;
}

int lapic_write_msr(struct lapic *l, u32 msr, u64 val, u64 now)
{
	enum lapic_offset offset = msr_offset(msr);
	const struct lapic_reg *reg;

	if (write_hot_msr(l, msr, val))
		return 0;
	if (!msr_exists(l, msr, LAPIC_W))
		return -EINVAL;
	reg = &lapic_regs[LAPIC_SLOT(offset)];
	if (val & ~(reg->bits | reg->ignored) || wants_absent_mode(l, offset, val))
		return -EINVAL;
	if (offset == LAPIC_ICR)
		lapic_set(l, LAPIC_ICR_HIGH, val >> 32);
	lapic_write(l, offset, val & reg->bits, now);
	return 0;
}

/* False: there is no register in xAPIC mode, which is an error that ESR tells. */
static bool xapic_reg_exists(struct lapic *l, u32 offset)
{
	if (LAPIC_SLOT(offset) < LAPIC_SLOTS && lapic_regs[LAPIC_SLOT(offset)].xapic)
		return true;
	lapic_error(l, LAPIC_ESR_ILLEGAL_REGISTER);
	return false;
}

void lapic_mmio_read(struct lapic *l, u32 offset, void *data, int size, u64 now)
{
	u32 byte = offset & 15;
	u64 value = 0;

	offset &= ~15U;
	if (byte < 4 && xapic_reg_exists(l, offset))
		value = lapic_read(l, offset, now) >> (byte * 8);
	memcpy(data, &value, size);
}

void lapic_mmio_write(struct lapic *l, u32 offset, const void *data, int size, u64 now)
{
	const struct lapic_reg *reg;
	u32 value = 0;

	if (offset & 15 || !xapic_reg_exists(l, offset))
		return;
	reg = &lapic_regs[LAPIC_SLOT(offset)];
	if (!(reg->xapic & LAPIC_W))
		return;
	memcpy(&value, data, min(size, 4));
	if (wants_absent_mode(l, offset, value))
		value &= ~(u32)LAPIC_LVT_TSC_DEADLINE;
	lapic_write(l, offset, value & reg->bits, now);
}
