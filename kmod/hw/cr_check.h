/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which values of CR0, CR4 and EFER the processor accepts, given the others
 * (SDM Vol. 3, 2.5, 4.1 and Vol. 2, MOV to control registers). Pure.
 */
#ifndef VTX_HW_CR_CHECK_H
#define VTX_HW_CR_CHECK_H

#include <linux/types.h>
#include <linux/bits.h>

#define CR0_PE		BIT_ULL(0)
#define CR0_NW		BIT_ULL(29)
#define CR0_CD		BIT_ULL(30)
#define CR0_PG		BIT_ULL(31)
/* PE, MP, EM, TS, ET, NE, WP, AM, NW, CD, PG */
#define CR0_KNOWN	0xe005003fULL

#define CR4_PSE		BIT_ULL(4)
#define CR4_PAE		BIT_ULL(5)
#define CR4_PGE		BIT_ULL(7)
#define CR4_PCIDE	BIT_ULL(17)
#define CR4_SMEP	BIT_ULL(20)

#define EFER_BIT_LME	BIT_ULL(8)
#define EFER_BIT_LMA	BIT_ULL(10)

struct cr_state {
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	bool cs_long;		/* CS.L */
	u64 cr4_allowed;
	u64 efer_allowed;
};

/* Bits that do not depend on the present state. */
static inline bool cr0_valid(u64 cr0)
{
	return !(cr0 & ~CR0_KNOWN) && !((cr0 & CR0_NW) && !(cr0 & CR0_CD)) &&
	       !((cr0 & CR0_PG) && !(cr0 & CR0_PE));
}

static inline bool cr0_write_valid(const struct cr_state *s, u64 cr0)
{
	bool was_on = s->cr0 & CR0_PG, on = cr0 & CR0_PG;

	if (!cr0_valid(cr0))
		return false;
	if (!was_on && on && (s->efer & EFER_BIT_LME))
		return (s->cr4 & CR4_PAE) && !s->cs_long;
	/* Paging cannot be left from 64-bit code, nor while PCIDs are in use. */
	if (was_on && !on)
		return !((s->efer & EFER_BIT_LMA) && s->cs_long) && !(s->cr4 & CR4_PCIDE);
	return true;
}

static inline bool cr4_write_valid(const struct cr_state *s, u64 cr4)
{
	bool lma = s->efer & EFER_BIT_LMA;

	if (cr4 & ~s->cr4_allowed)
		return false;
	if (lma && !(cr4 & CR4_PAE))
		return false;
	/* PCIDE may be set in IA-32e mode, while the PCID in CR3 is 0. */
	if ((cr4 & CR4_PCIDE) && !(s->cr4 & CR4_PCIDE))
		return lma && !(s->cr3 & 0xfff);
	return true;
}

static inline bool efer_write_valid(const struct cr_state *s, u64 efer)
{
	if (efer & ~(s->efer_allowed | EFER_BIT_LMA))
		return false;
	return !((efer ^ s->efer) & EFER_BIT_LME) || !(s->cr0 & CR0_PG);
}

/*
 * SDM Vol. 3, 4.4.1: a write that changes one of these bits loads the PDPTEs
 * when PAE paging is in use after it.
 */
static inline bool cr0_write_loads_pdptes(const struct cr_state *s, u64 cr0)
{
	return (cr0 & CR0_PG) && (s->cr4 & CR4_PAE) && !(s->efer & EFER_BIT_LME) &&
	       ((cr0 ^ s->cr0) & (CR0_PG | CR0_CD | CR0_NW));
}

static inline bool cr4_write_loads_pdptes(const struct cr_state *s, u64 cr4)
{
	return (s->cr0 & CR0_PG) && (cr4 & CR4_PAE) && !(s->efer & EFER_BIT_LMA) &&
	       ((cr4 ^ s->cr4) & (CR4_PSE | CR4_PAE | CR4_PGE | CR4_SMEP));
}

#endif /* VTX_HW_CR_CHECK_H */
