// SPDX-License-Identifier: GPL-2.0-only
/* Exits of instructions that ask for or change the processor: CPUID, XSETBV, MOV DR, exceptions. */
#include <linux/percpu.h>
#include <asm/cpu.h>
#include <asm/processor.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>

#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "state_check.h"
#include "vcpu.h"

#define CPUID1_ECX_OSXSAVE	BIT(27)
#define CPUID1_EDX_APIC		BIT(9)

/* Bits that follow the state of the vCPU (SDM Vol. 2, CPUID). */
static void dynamic_bits(struct vcpu *v, u32 leaf, u32 subleaf, struct cpuid_entry *e)
{
	if (leaf == 1) {
		if (vmcs_readl(GUEST_CR4) & X86_CR4_OSXSAVE)
			e->ecx |= CPUID1_ECX_OSXSAVE;
		if (!(lapic_base(&v->lapic) & MSR_IA32_APICBASE_ENABLE))
			e->edx &= ~(u32)CPUID1_EDX_APIC;
	} else if (leaf == 0xd && subleaf == 0) {
		e->ebx = fpu_size(v->xcr0);
	} else if (leaf == 0xd && subleaf == 1) {
		e->ebx = fpu_compacted_size(v->xcr0);
	}
}

enum vcpu_next exit_cpuid(struct vcpu *v)
{
	u32 leaf = v->gpr[VTX_RAX], subleaf = v->gpr[VTX_RCX];
	const struct cpuid_entry *found = cpuid_find(&v->cpuid, leaf, subleaf);
	struct cpuid_entry e = {};

	if (found)
		e = *found;
	/* The extended topology leaf answers with the subleaf even where it has no level. */
	else if (leaf == 0xb)
		e = (struct cpuid_entry){ .ecx = subleaf & 0xff, .edx = v->id };
	dynamic_bits(v, leaf, subleaf, &e);
	v->gpr[VTX_RAX] = e.eax;
	v->gpr[VTX_RBX] = e.ebx;
	v->gpr[VTX_RCX] = e.ecx;
	v->gpr[VTX_RDX] = e.edx;
	return NEXT_SKIP;
}

enum vcpu_next exit_xsetbv(struct vcpu *v)
{
	u64 xcr0 = vcpu_eax_edx(v);

	/* The CPU has checked CR4.OSXSAVE; the CPL and the value are ours (SDM Vol. 2, XSETBV). */
	if (vmcs_cpl() || (u32)v->gpr[VTX_RCX] ||
	    !state_xcr0_valid(xcr0, v->cpuid.xcr0_allowed))
		return vcpu_raise(v, X86_GP);
	v->xcr0 = xcr0;
	return NEXT_SKIP;
}

/*
 * With breakpoints armed, the CPU compares with DR0 to DR3 themselves. Interrupts
 * off: between here and vmcs_restore_debug() no breakpoint of the host may be
 * armed, or it would be one on an address that the guest chose.
 */
void vcpu_load_debug(struct vcpu *v)
{
	if (likely(!(v->dr7 & (DR_GLOBAL_ENABLE_MASK | DR_LOCAL_ENABLE_MASK))))
		return;
	set_debugreg(0UL, 7);
	set_debugreg(v->dr[0], 0);
	set_debugreg(v->dr[1], 1);
	set_debugreg(v->dr[2], 2);
	set_debugreg(v->dr[3], 3);
}

static u64 read_dr(const struct vcpu *v, int dr)
{
	return dr < 4 ? v->dr[dr] : dr == 6 ? v->dr6 : v->dr7;
}

static void write_dr(struct vcpu *v, int dr, u64 value)
{
	if (dr < 4) {
		v->dr[dr] = value;
	} else if (dr == 6) {
		v->dr6 = (value & (0xf | DR_STEP | DR_SWITCH | X86_DR6_BD)) | X86_DR6_ONES;
	} else {
		v->dr7 = (value & ~X86_DR7_ZEROS) | X86_DR7_ONES;
		vmcs_writel(GUEST_DR7, v->dr7);
	}
}

/*
 * MOV DR exits before all its checks but privilege level 0 and #UD for
 * registers above 7 (SDM Vol. 3, 26.1.1): the others are made here.
 */
enum vcpu_next exit_dr_access(struct vcpu *v)
{
	u64 q = v->qualification;
	int dr = q & DEBUG_REG_ACCESS_NUM, reg = DEBUG_REG_ACCESS_REG(q);
	u64 value;

	if (vmcs_cpl())
		return vcpu_raise(v, X86_GP);
	if (dr == 4 || dr == 5) {
		if (vmcs_cr4(&v->vmcs) & X86_CR4_DE)
			return vcpu_raise(v, X86_UD);
		dr += 2;
	}
	if (v->dr7 & X86_DR7_GD) {
		v->dr6 |= X86_DR6_BD;
		v->dr7 &= ~X86_DR7_GD;
		vmcs_writel(GUEST_DR7, v->dr7);
		return vcpu_raise(v, X86_DB);
	}
	if (q & TYPE_MOV_FROM_DR) {
		vcpu_set_gpr(v, reg, read_dr(v, dr));
		return NEXT_SKIP;
	}
	value = vcpu_gpr(v, reg);
	if (dr >= 6 && value >> 32)
		return vcpu_raise(v, X86_GP);
	write_dr(v, dr, value);
	return NEXT_SKIP;
}

/* The #DB that the CPU turned into an exit has not touched DR6 (SDM Vol. 3, 28.2.1). */
static void take_debug_status(struct vcpu *v)
{
	v->dr6 = (v->dr6 & ~0xfULL) | (v->qualification & (0xf | X86_DR6_BD | DR_STEP));
}

/* The host's split-lock detection raises #AC where the guest's own CPU would not. */
static enum vcpu_next slow_split_lock(struct vcpu *v)
{
	return handle_guest_split_lock(v->split_lock_rip) ? NEXT_RESUME : NEXT_KILL;
}

static enum vcpu_next alignment_check(struct vcpu *v)
{
	bool own = vmcs_cpl() == 3 && (vmcs_cr0(&v->vmcs) & X86_CR0_AM) &&
		   (vmcs_readl(GUEST_RFLAGS) & X86_EFLAGS_AC);

	if (own)
		return vcpu_raise_error(v, X86_AC, vmcs_read32(VM_EXIT_INTR_ERROR_CODE));
	v->split_lock_rip = vmcs_readl(GUEST_RIP);
	v->slow = slow_split_lock;
	return NEXT_SLOW;
}

/* The safety floor: #DB, #AC and #MC always exit, and go on to the guest or the host. */
enum vcpu_next exit_exception(struct vcpu *v)
{
	u32 info = vmcs_read32(VM_EXIT_INTR_INFO);
	u8 vector = info & INTR_INFO_VECTOR_MASK;

	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR || vector == X86_MC)
		return NEXT_RESUME;
	if (vector == X86_AC)
		return alignment_check(v);
	if (vector != X86_DB)
		return NEXT_KILL;

	take_debug_status(v);
	vcpu_raise(v, X86_DB);
	/* INT1 is a trap that saves the address after it: deliver it as what it was. */
	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_PRIV_SW_EXCEPTION) {
		v->inject.info = INTR_INFO_VALID_MASK | INTR_TYPE_PRIV_SW_EXCEPTION | X86_DB;
		v->inject.insn_len = vmcs_read32(VM_EXIT_INSTRUCTION_LEN);
	}
	return NEXT_RESUME;
}
