/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local APIC's registers, each once (SDM Vol. 3, table 11-1 for the page of
 * xAPIC mode, table 11-6 for the MSRs of x2APIC mode).
 *
 * One number serves both: a register at @offset in the page is MSR
 * 0x800 + @offset / 16.
 */
#ifndef VTX_HW_APIC_H
#define VTX_HW_APIC_H

#include <linux/bits.h>
#include <linux/types.h>

/* How software may use a register in one of the modes. */
#define LAPIC_NO	0	/* there is none: reserved */
#define LAPIC_R		BIT(0)
#define LAPIC_W		BIT(1)
#define LAPIC_RW	(LAPIC_R | LAPIC_W)

/*
 * X(name, offset, access in xAPIC mode, access in x2APIC mode, bits, ignored)
 *
 * @bits are those that a write changes. xAPIC mode ignores all others; x2APIC
 * mode ignores those in @ignored (read-only ones, that software writes back as
 * it read them) and gives #GP for the rest. The upper half is the ICR's, and of
 * x2APIC mode.
 *
 * ID is read-only as in processors since Nehalem. APR and RRD are of the past:
 * they read as zero, without an error (notes to table 11-1). SVR[9], focus
 * checking, can be set but has no effect (11.9). Suppression of EOI broadcasts
 * (SVR[12]) and a CMCI entry (0x2f0) are not offered; VERSION says so.
 */
#define LAPIC_REGISTERS(X)						\
	X(ID,		0x020, R,  R,  0, 0)				\
	X(VERSION,	0x030, R,  R,  0, 0)				\
	X(TPR,		0x080, RW, RW, 0xff, 0)				\
	X(APR,		0x090, R,  NO, 0, 0)				\
	X(PPR,		0x0a0, R,  R,  0, 0)				\
	X(EOI,		0x0b0, W,  W,  0, 0)				\
	X(RRD,		0x0c0, R,  NO, 0, 0)				\
	X(LDR,		0x0d0, RW, R,  0xff000000, 0)			\
	X(DFR,		0x0e0, RW, NO, 0xf0000000, 0)			\
	X(SVR,		0x0f0, RW, RW, 0x3ff, 0)			\
	LAPIC_VECTOR_REGISTERS(X, ISR, 0x100)				\
	LAPIC_VECTOR_REGISTERS(X, TMR, 0x180)				\
	LAPIC_VECTOR_REGISTERS(X, IRR, 0x200)				\
	X(ESR,		0x280, RW, RW, 0, 0)				\
	X(ICR,		0x300, RW, RW, 0xffffffff000ccfff, BIT(12))	\
	X(ICR_HIGH,	0x310, RW, NO, 0xff000000, 0)			\
	X(LVT_TIMER,	0x320, RW, RW, 0x700ff, BIT(12))		\
	X(LVT_THERMAL,	0x330, RW, RW, 0x107ff, BIT(12))		\
	X(LVT_PERF,	0x340, RW, RW, 0x107ff, BIT(12))		\
	X(LVT_LINT0,	0x350, RW, RW, 0x1a7ff, BIT(12) | BIT(14))	\
	X(LVT_LINT1,	0x360, RW, RW, 0x1a7ff, BIT(12) | BIT(14))	\
	X(LVT_ERROR,	0x370, RW, RW, 0x100ff, BIT(12))		\
	X(INITIAL,	0x380, RW, RW, 0xffffffff, 0)			\
	X(CURRENT,	0x390, R,  R,  0, 0)				\
	X(DIVIDE,	0x3e0, RW, RW, 0xb, 0)				\
	X(SELF_IPI,	0x3f0, NO, W,  0xff, 0)

/* One bit for each of the 256 vectors. */
#define LAPIC_VECTOR_REGISTERS(X, name, offset)				\
	X(name ## 0, (offset) + 0x00, R, R, 0, 0)			\
	X(name ## 1, (offset) + 0x10, R, R, 0, 0)			\
	X(name ## 2, (offset) + 0x20, R, R, 0, 0)			\
	X(name ## 3, (offset) + 0x30, R, R, 0, 0)			\
	X(name ## 4, (offset) + 0x40, R, R, 0, 0)			\
	X(name ## 5, (offset) + 0x50, R, R, 0, 0)			\
	X(name ## 6, (offset) + 0x60, R, R, 0, 0)			\
	X(name ## 7, (offset) + 0x70, R, R, 0, 0)

#define LAPIC_OFFSET(name, offset, xapic, x2apic, bits, ignored) LAPIC_ ## name = (offset),
enum lapic_offset {
	LAPIC_REGISTERS(LAPIC_OFFSET)
};

/* Slots for registers in the page, 16 bytes each; what lies behind is reserved. */
#define LAPIC_SLOTS		64
#define LAPIC_SLOT(offset)	((offset) >> 4)

/* The x2APIC MSRs. */
#define LAPIC_MSR_FIRST		0x800
#define LAPIC_MSR_LAST		0x8ff
#define LAPIC_MSR(offset)	(LAPIC_MSR_FIRST + LAPIC_SLOT(offset))

/* IA32_APIC_BASE (SDM Vol. 3, 11.4.4 and 11.12.1). */
#define LAPIC_BASE_BSP		BIT_ULL(8)
#define LAPIC_BASE_EXTD		BIT_ULL(10)
#define LAPIC_BASE_EN		BIT_ULL(11)
#define LAPIC_BASE_DEFAULT	0xfee00000ULL
#define LAPIC_PAGE_SIZE		0x1000ULL

/* VERSION: an integrated APIC whose highest LVT entry is number 5. */
#define LAPIC_VERSION_VALUE	(0x14 | 5 << 16)

/* SVR (11.9). */
#define LAPIC_SVR_ENABLE	BIT(8)
#define LAPIC_SVR_RESET		0xff

/* DFR (11.6.2.2): the model is in bits 31:28, all others are ones. */
#define LAPIC_DFR_ONES		0x0fffffff
#define LAPIC_DFR_FLAT		0xffffffff
#define LAPIC_DFR_CLUSTER	0x0fffffff

/* LVT (11.5.1). */
#define LAPIC_LVT_MASKED	BIT(16)
#define LAPIC_LVT_TSC_DEADLINE	BIT(18)

enum lapic_timer_mode {		/* bits 18:17 of LVT_TIMER */
	LAPIC_TIMER_ONE_SHOT,
	LAPIC_TIMER_PERIODIC,
	LAPIC_TIMER_TSC_DEADLINE,
};

/* Delivery mode: bits 10:8 of the ICR, of LVT entries and of an MSI's data. */
enum lapic_mode {
	LAPIC_MODE_FIXED = 0,
	LAPIC_MODE_LOWEST = 1,
	LAPIC_MODE_SMI = 2,
	LAPIC_MODE_NMI = 4,
	LAPIC_MODE_INIT = 5,
	LAPIC_MODE_STARTUP = 6,
	LAPIC_MODE_EXTINT = 7,
};

static inline enum lapic_mode lapic_mode(u32 word)
{
	return (enum lapic_mode)(word >> 8 & 7);
}

/* ICR (11.6.1). */
#define LAPIC_ICR_LOGICAL	BIT(11)

enum lapic_shorthand {		/* bits 19:18 of the ICR */
	LAPIC_TO_DEST,		/* none: the destination field counts */
	LAPIC_TO_SELF,
	LAPIC_TO_ALL,
	LAPIC_TO_OTHERS,
};

/* ESR (11.5.3): bit numbers. */
enum lapic_esr {
	LAPIC_ESR_SEND_VECTOR = 5,
	LAPIC_ESR_RECEIVE_VECTOR = 6,
	LAPIC_ESR_ILLEGAL_REGISTER = 7,
};

/* Vectors below are exceptions: no APIC sends or takes them. */
#define LAPIC_FIRST_VECTOR	16

/* A message-signalled interrupt (11.11): bits of its address and data. */
#define LAPIC_MSI_ADDRESS	0xfee		/* bits 63:20 */
#define LAPIC_MSI_LOGICAL	BIT(2)
#define LAPIC_MSI_REDIRECT	BIT(3)
#define LAPIC_MSI_LEVEL		BIT(15)
#define LAPIC_MSI_RESERVED	0xffff3800U

#endif /* VTX_HW_APIC_H */
