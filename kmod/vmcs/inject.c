// SPDX-License-Identifier: GPL-2.0-only
/* Event injection by VM entry (SDM Vol. 3, 25.8.3 and 27.6), and what blocks it. */
#include <asm/processor-flags.h>

#include "../hw/vmx_insn.h"
#include "vmcs.h"

#define SHADOW	(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS)

void vmcs_inject(const struct vmcs_event *event)
{
	if (event->info & INTR_INFO_DELIVER_CODE_MASK)
		vmcs_write32(VM_ENTRY_EXCEPTION_ERROR_CODE, event->error_code);
	if (event->insn_len)
		vmcs_write32(VM_ENTRY_INSTRUCTION_LEN, event->insn_len);
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, event->info);
}

bool vmcs_interrupt_allowed(void)
{
	return (vmcs_readl(GUEST_RFLAGS) & X86_EFLAGS_IF) &&
	       !(vmcs_read32(GUEST_INTERRUPTIBILITY_INFO) & SHADOW);
}

bool vmcs_nmi_allowed(void)
{
	return !(vmcs_read32(GUEST_INTERRUPTIBILITY_INFO) & (SHADOW | GUEST_INTR_STATE_NMI));
}

/* An instruction was completed, or an exception taken: the shadow of STI or MOV SS is over. */
void vmcs_clear_shadow(void)
{
	u32 state = vmcs_read32(GUEST_INTERRUPTIBILITY_INFO);

	if (state & SHADOW)
		vmcs_write32(GUEST_INTERRUPTIBILITY_INFO, state & ~SHADOW);
}
