// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events on their way into the guest. At most one is injected by a VM entry;
 * what waits gets a window exit as soon as it may be delivered.
 *
 *	v->inject	an exception of the exiting instruction, or an event whose
 *			delivery was cut short by the exit (it goes first, again)
 *	v->nmi_pending	an NMI
 *	lapic_pending()	an external interrupt
 */
#include <linux/types.h>
#include <asm/trapnr.h>

#include "../host/caps.h"
#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "vcpu.h"

/* #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP push an error code. */
#define HAS_ERROR_CODE	(BIT(X86_DF) | BIT(X86_TS) | BIT(X86_NP) | BIT(X86_SS) | \
			 BIT(X86_GP) | BIT(X86_PF) | BIT(X86_AC) | BIT(X86_CP))

static bool is_asynchronous(u32 info)
{
	u32 type = info & INTR_INFO_INTR_TYPE_MASK;

	return type == INTR_TYPE_EXT_INTR || type == INTR_TYPE_NMI_INTR;
}

/* Real mode pushes no error codes (SDM Vol. 3, 21.1.4): VM entry insists on that. */
static bool pushes_error_code(struct vcpu *v, u8 vector)
{
	return (vmcs_cr0(&v->vmcs) & X86_CR0_PE) && (HAS_ERROR_CODE & BIT(vector));
}

enum vcpu_next vcpu_raise_error(struct vcpu *v, u8 vector, u32 error_code)
{
	/* An interrupt or NMI that was being delivered is taken after the exception, not lost. */
	if (v->inject.info && is_asynchronous(v->inject.info))
		v->after = v->inject;
	v->inject = (struct vmcs_event){
		.info = INTR_INFO_VALID_MASK | INTR_TYPE_HARD_EXCEPTION | vector,
		.error_code = error_code,
	};
	if (pushes_error_code(v, vector))
		v->inject.info |= INTR_INFO_DELIVER_CODE_MASK;
	vmcs_clear_shadow();
	return NEXT_RESUME;
}

enum vcpu_next vcpu_raise(struct vcpu *v, u8 vector)
{
	return vcpu_raise_error(v, vector, 0);
}

/* Software events push the address of the next instruction: VM entry wants the length. */
static bool is_software_event(u32 info)
{
	u32 type = info & INTR_INFO_INTR_TYPE_MASK;

	return type == INTR_TYPE_SOFT_INTR || type == INTR_TYPE_PRIV_SW_EXCEPTION ||
	       type == INTR_TYPE_SOFT_EXCEPTION;
}

/* SDM Vol. 3, 28.2.4: the exit came in the middle of delivering an event. It is delivered again. */
void vcpu_collect_vectoring(struct vcpu *v)
{
	u32 info = vmcs_read32(IDT_VECTORING_INFO_FIELD);

	if (likely(!(info & VECTORING_INFO_VALID_MASK)))
		return;
	/* An NMI whose delivery failed has not been delivered: it is not blocked yet. */
	if ((info & VECTORING_INFO_TYPE_MASK) == INTR_TYPE_NMI_INTR) {
		u32 state = vmcs_read32(GUEST_INTERRUPTIBILITY_INFO);

		vmcs_write32(GUEST_INTERRUPTIBILITY_INFO, state & ~GUEST_INTR_STATE_NMI);
	}
	v->inject = (struct vmcs_event){
		.info = info & ~(u32)INTR_INFO_UNBLOCK_NMI,
		.error_code = info & VECTORING_INFO_DELIVER_CODE_MASK ?
			      vmcs_read32(IDT_VECTORING_ERROR_CODE) : 0,
		.insn_len = is_software_event(info) ? vmcs_read32(VM_EXIT_INSTRUCTION_LEN) : 0,
	};
}

/*
 * VM entry was refused: what it was to deliver is still in the VMCS, and would
 * be there when the vCPU has been mended.
 */
void vcpu_take_back_event(struct vcpu *v)
{
	u32 info = vmcs_read32(VM_ENTRY_INTR_INFO_FIELD);

	if (!(info & INTR_INFO_VALID_MASK))
		return;
	v->after = v->inject;
	v->inject = (struct vmcs_event){
		.info = info,
		.error_code = vmcs_read32(VM_ENTRY_EXCEPTION_ERROR_CODE),
		.insn_len = is_software_event(info) ? vmcs_read32(VM_ENTRY_INSTRUCTION_LEN) : 0,
	};
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, 0);
}

static void inject_nmi(struct vcpu *v)
{
	struct vmcs_event nmi = {
		.info = INTR_INFO_VALID_MASK | INTR_TYPE_NMI_INTR | X86_TRAP_NMI,
	};

	v->nmi_pending = false;
	vmcs_inject(&nmi);
}

static void inject_interrupt(struct vcpu *v, int vector)
{
	struct vmcs_event interrupt = {
		.info = INTR_INFO_VALID_MASK | INTR_TYPE_EXT_INTR | vector,
	};

	lapic_ack(&v->lapic, vector);
	v->counters.injected++;
	vmcs_inject(&interrupt);
}

/* Interrupts off, right before VM entry: nothing that is taken here can be lost. */
void vcpu_prepare_events(struct vcpu *v)
{
	bool injected = v->inject.info;
	int vector;

	if (unlikely(injected)) {
		vmcs_inject(&v->inject);
		v->inject = v->after;
		v->after.info = 0;
	}
	if (unlikely(lapic_take_nmi(&v->lapic)))
		v->nmi_pending = true;
	if (unlikely(v->nmi_pending) && !injected && vmcs_nmi_allowed()) {
		inject_nmi(v);
		injected = true;
	}
	if (vmx_caps.virtual_nmi)
		vmcs_set_proc_ctl(&v->vmcs, CPU_BASED_NMI_WINDOW_EXITING, v->nmi_pending);

	vector = lapic_pending(&v->lapic);
	if (unlikely(vector >= 0) && !injected && vmcs_interrupt_allowed()) {
		inject_interrupt(v, vector);
		vector = lapic_pending(&v->lapic);
	}
	vmcs_set_proc_ctl(&v->vmcs, CPU_BASED_INTR_WINDOW_EXITING, vector >= 0);
}
