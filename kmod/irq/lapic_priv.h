/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the local APIC share. */
#ifndef VTX_IRQ_LAPIC_PRIV_H
#define VTX_IRQ_LAPIC_PRIV_H

#include "lapic.h"

/* Bit of &lapic.errors: the error interrupt has been raised since the last write to ESR. */
#define LAPIC_ERROR_REPORTED	8

/**
 * struct lapic_reg - a row of LAPIC_REGISTERS
 * @bits: bits that a write changes
 * @ignored: further bits that WRMSR may set
 * @xapic: access in xAPIC mode, LAPIC_RW bits
 * @x2apic: access in x2APIC mode
 * @name: as in LAPIC_REGISTERS
 */
struct lapic_reg {
	u64 bits;
	u64 ignored;
	u8 xapic;
	u8 x2apic;
	const char *name;
};

/* By LAPIC_SLOT(); without a name: reserved in both modes. */
extern const struct lapic_reg lapic_regs[LAPIC_SLOTS];

static inline u32 lapic_get(const struct lapic *l, enum lapic_offset offset)
{
	return READ_ONCE(l->reg[LAPIC_SLOT(offset)]);
}

static inline void lapic_set(struct lapic *l, enum lapic_offset offset, u32 value)
{
	WRITE_ONCE(l->reg[LAPIC_SLOT(offset)], value);
}

static inline u64 lapic_base_mode(const struct lapic *l)
{
	return READ_ONCE(l->base) & (LAPIC_BASE_EN | LAPIC_BASE_EXTD);
}

static inline bool lapic_in_x2apic(const struct lapic *l)
{
	return lapic_base_mode(l) == (LAPIC_BASE_EN | LAPIC_BASE_EXTD);
}

/* priority.c */
void lapic_set_tpr(struct lapic *l, u8 tpr);
void lapic_end_of_interrupt(struct lapic *l);

/* deliver.c: any context; @bit is one of &enum lapic_esr, @entry an LVT register */
void lapic_error(struct lapic *l, enum lapic_esr bit);
bool lapic_deliver_lvt(struct lapic *l, enum lapic_offset entry);

/* message.c */
void lapic_send_icr(struct lapic *l);
void lapic_send_self(struct lapic *l, u8 vector);

/* timer.c */
void lapic_timer_set_lvt(struct lapic *l, u32 value);
void lapic_timer_set_initial(struct lapic *l, u32 count, u64 now);
void lapic_timer_set_divide(struct lapic *l, u32 value, u64 now);
u32 lapic_timer_current(struct lapic *l, u64 now);

#endif /* VTX_IRQ_LAPIC_PRIV_H */
