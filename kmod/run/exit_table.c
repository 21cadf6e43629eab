// SPDX-License-Identifier: GPL-2.0-only
/*
 * VM exits by basic exit reason (SDM Vol. 3, appendix C), and the handlers that
 * are too small for a file of their own.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "vcpu.h"

/* Reasons that the kernel's header leaves out. */
#define EXIT_REASON_GETSEC	11
#define EXIT_REASON_SEAMCALL	76
#define EXIT_REASON_TDCALL	77

/* What KVM's hypercall ABI answers for a number that it does not know. */
#define KVM_ENOSYS	1000

static enum vcpu_next exit_resume(struct vcpu *v)
{
	return NEXT_RESUME;
}

/* No guest may stop or empty the host's caches; guest memory is write-back and coherent. */
static enum vcpu_next exit_skip(struct vcpu *v)
{
	return NEXT_SKIP;
}

static enum vcpu_next exit_undefined(struct vcpu *v)
{
	return vcpu_raise(v, X86_UD);
}

/* There is no performance-monitoring unit, hence no counter of any number. */
static enum vcpu_next exit_rdpmc(struct vcpu *v)
{
	return vcpu_raise(v, X86_GP);
}

static enum vcpu_next exit_triple_fault(struct vcpu *v)
{
	v->exit.exit_reason = VTX_EXIT_SHUTDOWN;
	return NEXT_TO_USER;
}

static enum vcpu_next exit_interrupt_window(struct vcpu *v)
{
	/* vcpu_prepare_events() injects, and closes the window. */
	return NEXT_RESUME;
}

static enum vcpu_next exit_vmcall(struct vcpu *v)
{
	v->gpr[VTX_RAX] = -KVM_ENOSYS;
	return NEXT_SKIP;
}

enum vcpu_next exit_hlt(struct vcpu *v)
{
	if (!v->vm->has_apic) {
		v->exit.exit_reason = VTX_EXIT_HLT;
		v->skip = vmcs_read32(VM_EXIT_INSTRUCTION_LEN);
		return NEXT_TO_USER;
	}
	/* RIP goes past HLT now: whoever looks while it sleeps sees it halted there. */
	v->skip = vmcs_read32(VM_EXIT_INSTRUCTION_LEN);
	v->halt_if = vmcs_readl(GUEST_RFLAGS) & X86_EFLAGS_IF;
	v->activity = VTX_ACTIVITY_HALTED;
	return NEXT_SLOW;
}

static enum vcpu_next slow_emulate(struct vcpu *v)
{
	return vcpu_emulate_exit(v, ~0ULL, ~0ULL, 0);
}

/* Exit qualification for I/O instructions: SDM Vol. 3, table 28-5. */
#define IO_SIZE(q)	(((q) & 7) + 1)
#define IO_IN		BIT(3)
#define IO_STRING	BIT(4)
#define IO_PORT(q)	((u16)((q) >> 16))

enum vcpu_next exit_io(struct vcpu *v)
{
	u64 q = v->qualification;

	if (q & IO_STRING) {
		vcpu_save_insn_context(v);
		v->slow = slow_emulate;
		return NEXT_SLOW;
	}
	v->exit.exit_reason = VTX_EXIT_IO;
	v->exit.io = (struct vtx_exit_io){
		.port = IO_PORT(q),
		.size = IO_SIZE(q),
		.write = !(q & IO_IN),
	};
	if (q & IO_IN)
		v->answer = (struct vcpu_answer){ .kind = ANSWER_IN, .size = IO_SIZE(q) };
	else
		v->exit.io.data = v->gpr[VTX_RAX] & GENMASK_ULL(8 * IO_SIZE(q) - 1, 0);
	v->skip = vmcs_read32(VM_EXIT_INSTRUCTION_LEN);
	return NEXT_TO_USER;
}

static enum vcpu_next (*const handlers[])(struct vcpu *v) = {
	[EXIT_REASON_EXCEPTION_NMI]		= exit_exception,
	/* The interrupt was taken when the loop opened interrupts. */
	[EXIT_REASON_EXTERNAL_INTERRUPT]	= exit_resume,
	[EXIT_REASON_TRIPLE_FAULT]		= exit_triple_fault,
	[EXIT_REASON_INTERRUPT_WINDOW]		= exit_interrupt_window,
	[EXIT_REASON_NMI_WINDOW]		= exit_interrupt_window,
	[EXIT_REASON_CPUID]			= exit_cpuid,
	[EXIT_REASON_GETSEC]			= exit_undefined,
	[EXIT_REASON_HLT]			= exit_hlt,
	[EXIT_REASON_INVD]			= exit_skip,
	[EXIT_REASON_RDPMC]			= exit_rdpmc,
	[EXIT_REASON_VMCALL]			= exit_vmcall,
	[EXIT_REASON_VMCLEAR ... EXIT_REASON_VMON] = exit_undefined,
	[EXIT_REASON_CR_ACCESS]			= exit_cr_access,
	[EXIT_REASON_DR_ACCESS]			= exit_dr_access,
	[EXIT_REASON_IO_INSTRUCTION]		= exit_io,
	[EXIT_REASON_MSR_READ]			= exit_msr_read,
	[EXIT_REASON_MSR_WRITE]			= exit_msr_write,
	[EXIT_REASON_MWAIT_INSTRUCTION]		= exit_undefined,
	[EXIT_REASON_MONITOR_INSTRUCTION]	= exit_undefined,
	[EXIT_REASON_EPT_VIOLATION]		= exit_ept_violation,
	[EXIT_REASON_INVEPT]			= exit_undefined,
	/* vcpu_timer_prepare() looks at the clock before each entry. */
	[EXIT_REASON_PREEMPTION_TIMER]		= exit_resume,
	[EXIT_REASON_INVVPID]			= exit_undefined,
	[EXIT_REASON_WBINVD]			= exit_skip,
	[EXIT_REASON_XSETBV]			= exit_xsetbv,
	[EXIT_REASON_ENCLS]			= exit_undefined,
	[EXIT_REASON_SEAMCALL]			= exit_undefined,
	[EXIT_REASON_TDCALL]			= exit_undefined,
};

enum vcpu_next vcpu_handle_exit(struct vcpu *v)
{
	u32 reason = v->exit_reason;

	v->qualification = vmcs_readl(EXIT_QUALIFICATION);
	if (likely(reason < VTX_EXIT_REASONS))
		v->counters.exits[reason]++;
	if (likely(reason < ARRAY_SIZE(handlers))) {
		reason = array_index_nospec(reason, ARRAY_SIZE(handlers));
		if (likely(handlers[reason]))
			return handlers[reason](v);
	}
	v->killed_at = vmcs_readl(GUEST_RIP);
	return NEXT_KILL;
}
