/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of a local APIC (SDM Vol. 3, chapter 11): registers, priorities and
 * timer, without a vCPU, a clock or a kernel timer. Time comes in with each call
 * as the guest's TSC.
 *
 *	 any context				the vCPU's thread
 *
 *	 lapic_deliver() ------> IRR --- lapic_pending(), lapic_ack() ---> ISR
 *	 (MSI, IPI, timer,	 TMR					    |
 *	  errors)		  |		 register EOI <-------------+
 *				  |			|
 *				  +---- level? -----> lapic_take_eoi()
 *
 * Two parties touch an APIC. The vCPU's thread (the one that holds the vCPU)
 * reads and writes registers, takes interrupts and runs the timer. Anybody may
 * deliver, in any context and without a lock. IRR bits are set and cleared by
 * atomic operations, so neither side can undo what the other did, and a
 * delivery is a full barrier: who sets the bit, then looks whether the vCPU is
 * in the guest, and kicks it, meets a vCPU that says "in the guest", passes a
 * full barrier, then calls lapic_pending(). One of both sees the other, see
 * vm/sync.h.
 *
 * Other registers that a sender reads (SVR, LDR, DFR, LVT, APIC base) are single
 * words: it sees the value before or after the guest's write, as on a bus. An
 * interrupt that passes a sender's check while the guest turns the APIC off
 * stays in the IRR, and is cleared no later than when it is turned on again.
 */
#ifndef VTX_IRQ_LAPIC_H
#define VTX_IRQ_LAPIC_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "../hw/apic.h"

/* lapic_deadline(): the timer is not armed */
#define LAPIC_NO_DEADLINE	(~0ULL)

/* &lapic_msg.dest: all APICs */
#define LAPIC_BROADCAST		(~0U)

/* unsigned longs for one bit per vector */
#define LAPIC_VECTOR_WORDS	4

/**
 * struct lapic_config - what an APIC is made as
 * @id: APIC ID; in xAPIC mode its low 8 bits
 * @bsp: this is the bootstrap processor's
 * @timer_shift: the timer's input clock is the guest's TSC >> this; at most 8
 * @phys_bits: width of guest-physical addresses
 * @x2apic: x2APIC mode may be turned on
 * @tsc_deadline: the timer has TSC-deadline mode
 */
struct lapic_config {
	u32 id;
	bool bsp;
	u8 timer_shift;
	u8 phys_bits;
	bool x2apic;
	bool tsc_deadline;
};

/**
 * struct lapic - a local APIC
 * @irr: vectors requested (a)
 * @tmr: vectors whose last request was level-triggered (a)
 * @isr: vectors in service (v)
 * @deadline: guest TSC at which the timer expires, or LAPIC_NO_DEADLINE (v)
 * @tsc_deadline: IA32_TSC_DEADLINE (v)
 * @base: IA32_APIC_BASE (w)
 * @ppr: processor priority, follows from TPR and @serving (v)
 * @serving: the highest vector in @isr, or 0 (v)
 * @eoi: level-triggered vector whose EOI nobody has taken yet, or -1 (v)
 * @nmi: bit 0: an NMI has arrived (a)
 * @errors: errors since the last write to ESR, by &enum lapic_esr, and
 *	LAPIC_ERROR_REPORTED (a)
 * @reg: the registers that are mere words, by LAPIC_SLOT() (w)
 * @config: as it was made (I)
 *
 * a: by atomic operations, in any context. v: the vCPU's thread only. w: the
 * vCPU's thread writes, anybody reads. I: immutable after lapic_reset().
 */
struct lapic {
	unsigned long irr[LAPIC_VECTOR_WORDS];
	unsigned long tmr[LAPIC_VECTOR_WORDS];
	unsigned long isr[LAPIC_VECTOR_WORDS];
	u64 deadline;
	u64 tsc_deadline;
	u64 base;
	u8 ppr;
	u8 serving;
	int eoi;
	unsigned long nmi;
	unsigned long errors;
	u32 reg[LAPIC_SLOTS];
	struct lapic_config config;
};

/**
 * struct lapic_msg - an interrupt message, from an MSI or an ICR
 * @dest: an APIC ID or a logical address, or LAPIC_BROADCAST
 * @vector: vector
 * @mode: one of &enum lapic_mode
 * @logical: @dest is a logical address
 * @level: level-triggered: its EOI is reported
 */
struct lapic_msg {
	u32 dest;
	u8 vector;
	u8 mode;
	bool logical;
	bool level;
};

/* Power-up state (11.4.7.1). Nobody else may know the APIC yet. */
void lapic_reset(struct lapic *l, const struct lapic_config *cfg);

/* ---- Registers: the vCPU's thread; @now is the guest's TSC. ---- */

/* MSRs LAPIC_MSR_FIRST to LAPIC_MSR_LAST: 0, or -EINVAL for #GP, also outside of x2APIC mode. */
int lapic_read_msr(struct lapic *l, u32 msr, u64 *val, u64 now);
int lapic_write_msr(struct lapic *l, u32 msr, u64 val, u64 now);

/* For traces and dumps: the register at @offset in the page, or NULL. */
const char *lapic_reg_name(u32 offset);

/* IA32_APIC_BASE: -EINVAL for #GP: reserved bits, no such mode, no way to there from here. */
int lapic_set_base(struct lapic *l, u64 val);

static inline u64 lapic_base(const struct lapic *l)
{
	return l->base;
}

/* Is @gpa in the APIC's page, and the APIC in xAPIC mode? */
static inline bool lapic_mmio_enabled(const struct lapic *l, u64 gpa)
{
	u64 page = l->base & ~(LAPIC_PAGE_SIZE - 1);

	return gpa - page < LAPIC_PAGE_SIZE &&
	       (l->base & (LAPIC_BASE_EN | LAPIC_BASE_EXTD)) == LAPIC_BASE_EN;
}

/*
 * An access to the page, @size 1 to 8 bytes at @offset. Defined is a load or a
 * store of 4 bytes at a multiple of 16 (11.4.1). Of the others, a load gives the
 * register's bytes and zeroes for the 12 that follow it; a store at a multiple
 * of 16 is cut or zero-extended to 4 bytes, elsewhere it has no effect.
 */
void lapic_mmio_read(struct lapic *l, u32 offset, void *data, int size, u64 now);
void lapic_mmio_write(struct lapic *l, u32 offset, const void *data, int size, u64 now);

/* CR8 is bits 7:4 of TPR (11.8.6); writing it clears bits 3:0. */
u8 lapic_cr8(const struct lapic *l);
void lapic_set_cr8(struct lapic *l, u8 cr8);

/* ---- Interrupts: the vCPU's thread. ---- */

int lapic_highest_pending(const struct lapic *l);

/* The vector to be injected, or -1. */
static inline int lapic_pending(const struct lapic *l)
{
	/* Mostly there is none. The words share a cache line or two; no flag needs upkeep. */
	if (likely(!(READ_ONCE(l->irr[0]) | READ_ONCE(l->irr[1]) |
		     READ_ONCE(l->irr[2]) | READ_ONCE(l->irr[3]))))
		return -1;
	return lapic_highest_pending(l);
}

/* @vector, which lapic_pending() gave and nothing has overtaken, is being injected. */
void lapic_ack(struct lapic *l, int vector);

/* An NMI has arrived and is now the caller's. */
static inline bool lapic_take_nmi(struct lapic *l)
{
	return READ_ONCE(l->nmi) && test_and_clear_bit(0, &l->nmi);
}

/* The level-triggered vector that the last register write ended, once; or -1. */
static inline int lapic_take_eoi(struct lapic *l)
{
	int vector = l->eoi;

	l->eoi = -1;
	return vector;
}

/* ---- Delivery: any context. ---- */

/* Are fixed interrupts taken: is the APIC enabled, in its base and in SVR? */
static inline bool lapic_accepts(const struct lapic *l)
{
	/* A disabled base keeps SVR in its reset state. */
	return READ_ONCE(l->reg[LAPIC_SLOT(LAPIC_SVR)]) & LAPIC_SVR_ENABLE;
}

/* Is the line of the 8259 pair, at LINT0, open? */
bool lapic_accepts_extint(const struct lapic *l);

/* Is @l addressed? @from: the sending APIC, NULL for an MSI, which has no shorthand. */
bool lapic_matches(const struct lapic *l, u32 dest, bool logical,
		   enum lapic_shorthand shorthand, const struct lapic *from);

/* Each: true: taken; false: disabled, masked, or not an interrupt that is delivered. */
bool lapic_deliver(struct lapic *l, u8 vector, bool level);
bool lapic_deliver_nmi(struct lapic *l);
bool lapic_deliver_msg(struct lapic *l, const struct lapic_msg *msg);

/* A pulse at the pin LINT0 (0) or LINT1 (1). ExtINT is not delivered here. */
bool lapic_deliver_lint(struct lapic *l, int pin);

/*
 * What a device's write of @data to @address means. -ERANGE: @address is not
 * 0xfeeXXXXX; -EINVAL: @data has reserved bits set, a vector below 16 or a mode
 * other than fixed, lowest priority and NMI.
 */
int lapic_decode_msi(u64 address, u32 data, struct lapic_msg *msg);

/* ---- Timer: the vCPU's thread. ---- */

/* lapic_timer_fire() is to be called when the guest's TSC reaches this. */
static inline u64 lapic_deadline(const struct lapic *l)
{
	return l->deadline;
}

/* The timer has expired, if it has by @now. Missed periods count as one. */
void lapic_timer_fire(struct lapic *l, u64 now);

/* The guest has set its TSC from @from to @to: counts that run are not affected. */
void lapic_timer_jump(struct lapic *l, u64 from, u64 to);

/* IA32_TSC_DEADLINE; one that has passed fires at once. */
void lapic_write_deadline(struct lapic *l, u64 val, u64 now);

static inline u64 lapic_read_deadline(const struct lapic *l)
{
	return l->tsc_deadline;
}

#endif /* VTX_IRQ_LAPIC_H */
