// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes of CR0, CR4 and EFER by the guest: checked as the SDM says (Vol. 3,
 * 2.5 and Vol. 2, MOV to control registers), then split by vmcs/cr.c.
 *
 * A write that turns on PAE paging loads four page-directory pointers from
 * guest memory (SDM Vol. 3, 4.4.1). That may sleep, so such a write is finished
 * by a slow handler: it reads them, and then does the write in a bracket of its
 * own.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "../host/caps.h"
#include "../hw/cr_check.h"
#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "vcpu.h"

/* SDM Vol. 3, 4.4.1: reserved bits in a present PDPTE. */
#define PDPTE_PRESENT	BIT_ULL(0)
#define PDPTE_LOW_RSVD	0x1e6ULL

/* Reads and checks the PDPTEs at @cr3; may sleep. */
bool vcpu_read_pdptes(struct vcpu *v, u64 cr3)
{
	u64 reserved = PDPTE_LOW_RSVD | GENMASK_ULL(63, v->cpuid.phys_bits);
	int i;

	if (guest_mem_read(&v->vm->mem, cr3 & GENMASK_ULL(31, 5), v->pdpte, sizeof(v->pdpte)))
		return false;
	for (i = 0; i < ARRAY_SIZE(v->pdpte); i++)
		if ((v->pdpte[i] & PDPTE_PRESENT) && (v->pdpte[i] & reserved))
			return false;
	return true;
}

void vcpu_write_pdptes(struct vcpu *v)
{
	vmcs_write64(GUEST_PDPTR0, v->pdpte[0]);
	vmcs_write64(GUEST_PDPTR1, v->pdpte[1]);
	vmcs_write64(GUEST_PDPTR2, v->pdpte[2]);
	vmcs_write64(GUEST_PDPTR3, v->pdpte[3]);
}

/* The writes themselves, inside the bracket; everything is checked. */
static void apply_cr0(struct vcpu *v, u64 cr0)
{
	u64 efer = vmcs_read64(GUEST_IA32_EFER);
	u64 lma = (efer & EFER_LME) && (cr0 & X86_CR0_PG) ? EFER_LMA : 0;

	vmcs_set_cr0(&v->vmcs, cr0);
	if ((efer & EFER_LMA) != lma)
		vmcs_set_efer(&v->vmcs, (efer & ~(u64)EFER_LMA) | lma);
}

static void apply_cr4(struct vcpu *v, u64 cr4)
{
	vmcs_set_cr4(&v->vmcs, cr4);
}

static enum vcpu_next finish_with_pdptes(struct vcpu *v, void (*apply)(struct vcpu *v, u64 value))
{
	bool good;
	u64 cr3;

	v->error = vcpu_enter(v);
	if (v->error)
		return NEXT_ERROR;
	cr3 = vmcs_readl(GUEST_CR3);
	vcpu_leave(v);

	good = vcpu_read_pdptes(v, cr3);

	v->error = vcpu_enter(v);
	if (v->error)
		return NEXT_ERROR;
	if (good) {
		apply(v, v->pending_cr);
		vcpu_write_pdptes(v);
		vmcs_writel(GUEST_RIP, vmcs_readl(GUEST_RIP) +
			    vmcs_read32(VM_EXIT_INSTRUCTION_LEN));
		vmcs_clear_shadow();
	} else {
		vcpu_raise(v, X86_GP);
	}
	vcpu_leave(v);
	return NEXT_RESUME;
}

static enum vcpu_next slow_cr0(struct vcpu *v)
{
	return finish_with_pdptes(v, apply_cr0);
}

static enum vcpu_next slow_cr4(struct vcpu *v)
{
	return finish_with_pdptes(v, apply_cr4);
}

static enum vcpu_next wait_for_pdptes(struct vcpu *v, u64 value,
				      enum vcpu_next (*slow)(struct vcpu *v))
{
	v->pending_cr = value;
	v->slow = slow;
	return NEXT_SLOW;
}

static struct cr_state current_state(struct vcpu *v)
{
	return (struct cr_state){
		.cr0 = vmcs_cr0(&v->vmcs),
		.cr3 = vmcs_readl(GUEST_CR3),
		.cr4 = vmcs_cr4(&v->vmcs),
		.efer = vmcs_read64(GUEST_IA32_EFER),
		.cs_long = vmcs_read32(GUEST_CS_AR_BYTES) & VMX_AR_L_MASK,
		.cr4_allowed = v->vmcs.cr4_allowed,
		.efer_allowed = v->vmcs.efer_allowed,
	};
}

static enum vcpu_next guest_sets_cr0(struct vcpu *v, u64 cr0)
{
	struct cr_state state = current_state(v);

	/* ET is hard-wired; bits 31:0 that do not exist are ignored. */
	cr0 = (cr0 & (CR0_KNOWN | GENMASK_ULL(63, 32))) | X86_CR0_ET;
	if (!cr0_write_valid(&state, cr0))
		return vcpu_raise(v, X86_GP);
	if (!vmx_caps.unrestricted && !(cr0 & X86_CR0_PG)) {
		v->error = -EOPNOTSUPP;
		return NEXT_ERROR;
	}
	if (cr0_write_loads_pdptes(&state, cr0))
		return wait_for_pdptes(v, cr0, slow_cr0);
	apply_cr0(v, cr0);
	return NEXT_SKIP;
}

static enum vcpu_next guest_sets_cr4(struct vcpu *v, u64 cr4)
{
	struct cr_state state = current_state(v);

	if (!cr4_write_valid(&state, cr4))
		return vcpu_raise(v, X86_GP);
	if (cr4_write_loads_pdptes(&state, cr4))
		return wait_for_pdptes(v, cr4, slow_cr4);
	apply_cr4(v, cr4);
	return NEXT_SKIP;
}

int vcpu_write_efer(struct vcpu *v, u64 efer)
{
	struct cr_state state = current_state(v);

	/* LMA is the CPU's: what software writes there is ignored. */
	efer = (efer & ~(u64)EFER_LMA) | (state.efer & EFER_LMA);
	if (!efer_write_valid(&state, efer))
		return -EINVAL;
	vmcs_set_efer(&v->vmcs, efer);
	return 0;
}

static enum vcpu_next guest_sets_cr8(struct vcpu *v, u64 cr8)
{
	if (cr8 & ~0xfULL)
		return vcpu_raise(v, X86_GP);
	lapic_set_cr8(&v->lapic, cr8);
	return NEXT_SKIP;
}

/* Exit qualification for control-register accesses: SDM Vol. 3, table 28-3. */
enum { CR_TO, CR_FROM, CR_CLTS, CR_LMSW };

static enum vcpu_next mov_to_cr(struct vcpu *v, int cr, u64 value)
{
	/* Outside of 64-bit mode the operand has 32 bits. */
	if (!vmcs_in_64bit_code(&v->vmcs))
		value = (u32)value;
	switch (cr) {
	case 0:
		return guest_sets_cr0(v, value);
	case 4:
		return guest_sets_cr4(v, value);
	case 8:
		return guest_sets_cr8(v, value);
	}
	return NEXT_KILL;
}

enum vcpu_next exit_cr_access(struct vcpu *v)
{
	u64 q = v->qualification;
	int cr = q & 0xf, reg = (q >> 8) & 0xf;
	u64 cr0;

	switch ((q & CONTROL_REG_ACCESS_TYPE) >> 4) {
	case CR_TO:
		return mov_to_cr(v, cr, vcpu_gpr(v, reg));
	case CR_FROM:
		/* Only CR8 is read through an exit. */
		vcpu_set_gpr(v, reg, lapic_cr8(&v->lapic));
		return NEXT_SKIP;
	case CR_CLTS:
		return guest_sets_cr0(v, vmcs_cr0(&v->vmcs) & ~(u64)X86_CR0_TS);
	case CR_LMSW:
		/* LMSW loads PE (but cannot clear it), MP, EM and TS. */
		cr0 = vmcs_cr0(&v->vmcs);
		return guest_sets_cr0(v, (cr0 & ~0xeULL) | ((q >> LMSW_SOURCE_DATA_SHIFT) & 0xf));
	}
	return NEXT_KILL;
}
