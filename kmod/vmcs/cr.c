// SPDX-License-Identifier: GPL-2.0-only
/*
 * CR0, CR4 and EFER in their three values (SDM Vol. 3, 25.6.6).
 *
 *	bit is		physical value in guest	what the guest reads	a change
 *	guest-owned	GUEST_CRn		GUEST_CRn		no exit
 *	host-owned	GUEST_CRn, as VMX wants	CRn_READ_SHADOW		exits
 *
 * With "unrestricted guest" VM exit stores EFER.LMA into the IA-32e-mode-guest
 * entry control by itself; the control has to follow only our own changes.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>

#include "../host/caps.h"
#include "../host/omit.h"
#include "../host/tlb.h"
#include "../hw/vmx_insn.h"
#include "vmcs.h"

u64 vmcs_cr0(const struct vmcs *vmcs)
{
	return (vmcs_readl(GUEST_CR0) & ~vmcs->cr0_owned) |
	       (vmcs_readl(CR0_READ_SHADOW) & vmcs->cr0_owned);
}

u64 vmcs_cr4(const struct vmcs *vmcs)
{
	return (vmcs_readl(GUEST_CR4) & ~vmcs->cr4_owned) |
	       (vmcs_readl(CR4_READ_SHADOW) & vmcs->cr4_owned);
}

/* SDM Vol. 3, 24.8: VMX operation fixes NE, and without unrestricted guests PE and PG. */
void vmcs_set_cr0(struct vmcs *vmcs, u64 cr0)
{
	u64 fixed0 = vmx_caps.cr0_fixed0;
	u64 physical;

	if (vmx_caps.unrestricted)
		fixed0 &= ~(u64)(X86_CR0_PE | X86_CR0_PG);
	/* Caches stay on: guest memory is write-back for all. */
	physical = (cr0 & ~(u64)(X86_CR0_CD | X86_CR0_NW)) | fixed0;
	vmcs_writel(GUEST_CR0, physical);
	vmcs_writel(CR0_READ_SHADOW, cr0);
	vmcs_flush_linear(vmcs);
}

void vmcs_set_cr4(struct vmcs *vmcs, u64 cr4)
{
	vmcs_writel(GUEST_CR4, cr4 | vmx_caps.cr4_fixed0 | (native_read_cr4() & X86_CR4_MCE));
	vmcs_writel(CR4_READ_SHADOW, cr4);
	vmcs_flush_linear(vmcs);
}

void vmcs_set_efer(struct vmcs *vmcs, u64 efer)
{
	u32 entry = vmcs_read32(VM_ENTRY_CONTROLS) & ~VM_ENTRY_IA32E_MODE;

	vmcs_write64(GUEST_IA32_EFER, efer);
	vmcs_write32(VM_ENTRY_CONTROLS, entry | (efer & EFER_LMA ? VM_ENTRY_IA32E_MODE : 0));
	vmcs_flush_linear(vmcs);
}

/* Does the CPU walk through the four PDPTEs that the VMCS holds? (SDM Vol. 3, 4.4.1) */
bool vmcs_pae_paging(struct vmcs *vmcs)
{
	return (vmcs_cr0(vmcs) & X86_CR0_PG) && (vmcs_cr4(vmcs) & X86_CR4_PAE) &&
	       !(vmcs_read64(GUEST_IA32_EFER) & EFER_LMA);
}

/* The paging mode changed under the CPU: what it cached of linear addresses goes. */
void vmcs_flush_linear(struct vmcs *vmcs)
{
	vtx_step_vpid(vpid_flush(vmcs->vpid));
}
