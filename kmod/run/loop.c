// SPDX-License-Identifier: GPL-2.0-only
/*
 * VTX_RUN: the life of one call.
 *
 *	take the answer, check and commit dirty groups
 *	+--> may sleep: signals, kicks, HLT, guest page faults     (vcpu_pass)
 *	|    bracket: preemption off, VMCS current, guest FPU
 *	|    +--> interrupts off: events, VM entry, VM exit        (run_guest)
 *	|    +--- handler: RESUME or SKIP
 *	|    leave the bracket
 *	+--- SLOW, or the host wants the CPU
 *	write the wanted groups, publish the exit
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/entry-kvm.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/vtime.h>
#include <asm/fpu/xcr.h>
#include <asm/trapnr.h>

#include "../host/caps.h"
#include "../host/compat.h"
#include "../host/tlb.h"
#include "../host/vmx_op.h"
#include "../hw/vmx_insn.h"
#include "run_page.h"
#include "vcpu.h"

/* run/enter.S */
int vtx_enter(u64 *gpr, unsigned long *host_rsp, bool launched);

#define EXIT_REASON_BASIC	0xffff

/* Jiffies that a thread waits for VMX operation, or to be moved to a CPU that has it. */
#define VMX_OFF_TRIES		250

/* SDM Vol. 3, 29.4.3.3: what the CPU cached of entries that lost rights goes before entry. */
static void flush_stale(struct vcpu *v)
{
	u64 gen = guest_mem_tlb_gen(&v->vm->mem);

	if (unlikely(gen != v->ept_gen)) {
		v->ept_gen = gen;
		ept_flush(v->vmcs.eptp);
	}
}

static bool must_not_enter(struct vcpu *v)
{
	return READ_ONCE(v->sync.requests) || READ_ONCE(v->vm->dead) ||
	       __xfer_to_guest_mode_work_pending();
}

/*
 * An NMI that arrived in the guest is still blocked: INT 2 runs the host's
 * handler, whose IRET unblocks it. Nothing that faults may come before.
 */
static void handle_host_exceptions(struct vcpu *v)
{
	u32 info;

	if (likely(v->exit_reason != EXIT_REASON_EXCEPTION_NMI)) {
		if (unlikely(v->exit_reason == EXIT_REASON_MCE_DURING_VMENTRY))
			vtx_machine_check();
		return;
	}
	info = vmcs_read32(VM_EXIT_INTR_INFO);
	if ((info & INTR_INFO_INTR_TYPE_MASK) == INTR_TYPE_NMI_INTR)
		asm volatile("int $2");
	else if ((info & INTR_INFO_VECTOR_MASK) == X86_TRAP_MC)
		vtx_machine_check();
}

/* The world switch, with what neither the VMCS nor enter.S switches. Interrupts off. */
static int switch_to_guest(struct vcpu *v)
{
	u64 host_xcr0 = fpu_host_xcr0();
	int failed;

	vmcs_refresh_host(&v->vmcs);
	vcpu_load_debug(v);
	if (native_read_cr2() != v->cr2)
		native_write_cr2(v->cr2);
	if (v->xcr0 != host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, v->xcr0);

	failed = vtx_enter(v->gpr, &v->vmcs.host_rsp, v->vmcs.region.launched);

	if (v->xcr0 != host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, host_xcr0);
	v->cr2 = native_read_cr2();
	vmcs_restore_debug(&v->vmcs);
	return failed;
}

/* VMLAUNCH or VMRESUME did not enter (SDM Vol. 3, 27.2): not a VM exit. */
static enum vcpu_next entry_refused(struct vcpu *v)
{
	if (!vmx_op_on()) {
		v->error = -EAGAIN;
		return NEXT_ERROR;
	}
	vcpu_take_back_event(v);
	v->exit.exit_reason = VTX_EXIT_ENTRY_FAILED;
	v->exit.entry_failed = (struct vtx_exit_entry_failed){
		.insn_error = vmcs_read32(VM_INSTRUCTION_ERROR),
	};
	return NEXT_TO_USER;
}

/* One VM entry and exit. NEXT_SLOW with no v->slow: the host wants something first. */
static enum vcpu_next run_guest(struct vcpu *v)
{
	u32 reason;

	local_irq_disable();
	vcpu_sync_enter(&v->sync);
	if (unlikely(must_not_enter(v))) {
		vcpu_sync_leave(&v->sync);
		local_irq_enable();
		return NEXT_SLOW;
	}
	vcpu_timer_prepare(v);
	vcpu_prepare_events(v);
	flush_stale(v);

	vtime_account_guest_enter();
	if (unlikely(switch_to_guest(v))) {
		vtime_account_guest_exit();
		vcpu_sync_leave(&v->sync);
		local_irq_enable();
		return entry_refused(v);
	}
	reason = vmcs_read32(VM_EXIT_REASON);
	v->exit_reason = reason & EXIT_REASON_BASIC;
	handle_host_exceptions(v);
	vcpu_sync_leave(&v->sync);
	/* A host interrupt that ended the run is taken here, still on the guest's account. */
	local_irq_enable();
	vtime_account_guest_exit();

	v->counters.entries++;
	if (unlikely(reason & VMX_EXIT_REASONS_FAILED_VMENTRY)) {
		vcpu_take_back_event(v);
		v->exit.exit_reason = VTX_EXIT_ENTRY_FAILED;
		v->exit.entry_failed = (struct vtx_exit_entry_failed){
			.hw_reason = reason,
			.qualification = vmcs_readl(EXIT_QUALIFICATION),
		};
		return NEXT_TO_USER;
	}
	/* An entry that failed on guest state leaves the VMCS clear (SDM Vol. 3, 27.8). */
	v->vmcs.region.launched = true;
	vcpu_collect_vectoring(v);
	return vcpu_handle_exit(v);
}

static void advance_rip(void)
{
	vmcs_writel(GUEST_RIP, vmcs_readl(GUEST_RIP) + vmcs_read32(VM_EXIT_INSTRUCTION_LEN));
	vmcs_clear_shadow();
}

/* Runs the guest until something has to leave the bracket. Inside the bracket. */
static enum vcpu_next run_guest_loop(struct vcpu *v)
{
	enum vcpu_next next;

	do {
		next = run_guest(v);
		if (next == NEXT_SKIP)
			advance_rip();
	} while (next <= NEXT_SKIP);

	return next;
}

/* The bracket, with what was left to be done in it. */
int vcpu_enter(struct vcpu *v)
{
	int tries = 0, err;

	/* A CPU that goes down leaves VMX operation before its threads are moved away. */
	while ((err = vmcs_enter(&v->vmcs)) == -EAGAIN && tries++ < VMX_OFF_TRIES)
		schedule_timeout_uninterruptible(1);
	if (unlikely(err))
		return err;
	if (unlikely(!v->initialised)) {
		vcpu_write_reset(v);
		v->initialised = true;
	}
	if (v->skip) {
		vmcs_writel(GUEST_RIP, vmcs_readl(GUEST_RIP) + v->skip);
		vmcs_clear_shadow();
		v->skip = 0;
	}
	return 0;
}

/* A VMREAD or VMWRITE that failed in this bracket costs the VM its life. */
void vcpu_leave(struct vcpu *v)
{
	if (unlikely(vmx_op_take_failure()))
		vm_kill(v->vm);
	vmcs_leave(&v->vmcs);
}

/* SDM Vol. 3, 24.8: without unrestricted guests, VMX operation wants paged protected mode. */
static bool mode_refused(struct vcpu *v)
{
	return !vmx_caps.unrestricted && !(vmcs_cr0(&v->vmcs) & X86_CR0_PG);
}

/* With the parts of the guest that live in the CPU: MSRs switched by hand, FPU. */
static enum vcpu_next run_in_bracket(struct vcpu *v)
{
	enum vcpu_next next;

	if (mode_refused(v)) {
		v->error = -EOPNOTSUPP;
		return NEXT_ERROR;
	}
	vcpu_msr_load_guest(v);
	fpu_load_guest(&v->fpu);
	next = run_guest_loop(v);
	fpu_save_guest(&v->fpu);
	vcpu_msr_load_host(v);
	return next;
}

/* What a pass finds before it may enter: NEXT_RESUME to go on. */
static enum vcpu_next before_bracket(struct vcpu *v)
{
	if (test_and_clear_bit(VCPU_REQ_KICK, &v->sync.requests)) {
		v->exit.exit_reason = VTX_EXIT_KICKED;
		return NEXT_TO_USER;
	}
	if (signal_pending(current)) {
		v->exit.exit_reason = VTX_EXIT_INTR;
		v->error = -EINTR;
		return NEXT_ERROR;
	}
	/*
	 * Task work, and rseq after each preemption, want the way to userspace,
	 * but userspace wants none of it: a signal that is none makes the system
	 * call start again right there.
	 */
	if (test_thread_flag(TIF_NOTIFY_RESUME)) {
		set_thread_flag(TIF_SIGPENDING);
		v->error = -ERESTARTNOINTR;
		return NEXT_ERROR;
	}
	cond_resched();

	if (v->activity == VTX_ACTIVITY_WAIT_SIPI) {
		v->exit.exit_reason = VTX_EXIT_WAIT_SIPI;
		return NEXT_TO_USER;
	}
	if (v->activity == VTX_ACTIVITY_HALTED) {
		vcpu_halt(v);
		return NEXT_SLOW;
	}
	v->error = guest_mem_cache_topup(&v->cache);
	return v->error ? NEXT_ERROR : NEXT_RESUME;
}

static void collect(struct vcpu *v, u64 want)
{
	vcpu_collect_groups(v, want);
	v->exit.valid = want;
}

/*
 * One pass of the outer loop. @want is delivered here when the pass ends the
 * call, which saves a second bracket; it is cleared then.
 */
static enum vcpu_next vcpu_pass(struct vcpu *v, u64 *want)
{
	enum vcpu_next next = before_bracket(v);

	if (next != NEXT_RESUME)
		return next;
	if (v->slow) {
		enum vcpu_next (*slow)(struct vcpu *v) = v->slow;

		v->slow = NULL;
		next = slow(v);
		if (next != NEXT_RESUME)
			return next;
	}
	v->error = vcpu_enter(v);
	if (v->error)
		return NEXT_ERROR;
	next = run_in_bracket(v);
	if (next == NEXT_TO_USER && *want) {
		collect(v, *want);
		*want = 0;
	}
	vcpu_leave(v);
	return next;
}

static void vcpu_kill(struct vcpu *v)
{
	v->exit.exit_reason = VTX_EXIT_INTERNAL;
	v->exit.internal = (struct vtx_exit_internal){
		.hw_reason = v->exit_reason,
		.qualification = v->qualification,
		.rip = v->killed_at,
	};
	if (!vm_kill(v->vm))
		return;
	pr_err_ratelimited("VM %s: vCPU %u met VM exit %u (qualification %#llx) at RIP %#llx, which vtx cannot handle: the VM is stopped\n",
			   v->vm->name, v->id, v->exit_reason, v->qualification, v->killed_at);
}

/* Writes the groups of @want into the run area, unless there is no way into the bracket. */
static void deliver(struct vcpu *v, u64 want)
{
	if (!want || vcpu_enter(v))
		return;
	collect(v, want);
	vcpu_leave(v);
}

static int run_loop(struct vcpu *v, u64 want)
{
	enum vcpu_next next;

	do {
		next = vcpu_pass(v, &want);
		if (READ_ONCE(v->vm->dead))
			next = NEXT_KILL;
	} while (next <= NEXT_SLOW);

	if (next == NEXT_ERROR && v->error == -ERESTARTNOINTR)
		return v->error;
	if (next == NEXT_KILL)
		vcpu_kill(v);
	deliver(v, want);
	return next == NEXT_ERROR ? v->error : 0;
}

static int commit(struct vcpu *v, u64 dirty)
{
	int err = vcpu_enter(v);

	if (err)
		return err;
	vcpu_commit_groups(v, dirty);
	vcpu_leave(v);
	run_page_committed(v);
	return 0;
}

static int run_locked(struct vcpu *v)
{
	struct run_request req;
	int err;

	v->exit = (struct vtx_run){ .error_field = VTX_NO_FIELD };
	/* What a slow handler had not begun is begun anew: userspace may have changed the state. */
	v->slow = NULL;
	err = run_page_take(v, &req);
	if (!err)
		err = vcpu_stage_groups(v, req.dirty, &v->exit.error_field);
	if (err) {
		run_page_refuse(v);
		return err;
	}
	vcpu_take_answer(v, req.data);
	if (req.dirty)
		err = commit(v, req.dirty);
	if (err)
		return err;

	if (req.immediate_exit) {
		v->exit.exit_reason = VTX_EXIT_INTR;
		deliver(v, req.want);
	} else {
		err = run_loop(v, req.want);
		if (err == -ERESTARTNOINTR)
			return err;
	}
	v->counters.to_user++;
	run_page_publish(v);
	return err;
}

long vcpu_run(struct vcpu *v)
{
	long err;

	if (current->mm != v->vm->mem.mm)
		return -EIO;
	if (!mutex_trylock(&v->lock))
		return -EBUSY;
	err = run_locked(v);
	mutex_unlock(&v->lock);
	return err;
}
