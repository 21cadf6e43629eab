// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's state around a guest (SDM Vol. 3, 25.5 and 28.5).
 *
 *	constant for the VMCS	vmcs_write_host_constants()
 *	per CPU			write_cpu_state(), when the VMCS arrives on a CPU
 *	per bracket		vmcs_enter(): FS base, selectors, DEBUGCTL
 *	per VM entry		vmcs_refresh_host(): CR3, CR4
 *
 * VM exit leaves some registers in a state that the host cannot live with:
 * the limits of GDTR and TR, DS, ES, LDTR. vmcs_leave() mends them; in between
 * no user code runs and no thread is switched. DEBUGCTL and the debug registers
 * matter to the kernel too: vmcs_restore_debug(), right after each exit.
 */
#include <linux/cpu.h>
#include <linux/hw_breakpoint.h>
#include <linux/preempt.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/mmu_context.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

#include "../host/compat.h"
#include "../host/tlb.h"
#include "../host/vmx_op.h"
#include "../hw/vmx_insn.h"
#include "vmcs.h"

/* VM exit jumps here: run/enter.S. */
extern const char vtx_vmexit[];

static u64 read_msr(u32 msr)
{
	u64 val;

	rdmsrq(msr, val);
	return val;
}

void vmcs_write_host_constants(void)
{
	struct desc_ptr idt;

	vmcs_writel(HOST_CR0, read_cr0());
	vmcs_writel(HOST_RIP, (unsigned long)vtx_vmexit);
	vmcs_write16(HOST_CS_SELECTOR, __KERNEL_CS);
	vmcs_write16(HOST_SS_SELECTOR, __KERNEL_DS);
	/* Zero loads fast and always; vmcs_leave() puts the user's values back. */
	vmcs_write16(HOST_DS_SELECTOR, 0);
	vmcs_write16(HOST_ES_SELECTOR, 0);
	vmcs_write16(HOST_FS_SELECTOR, 0);
	vmcs_write16(HOST_GS_SELECTOR, 0);
	vmcs_write16(HOST_TR_SELECTOR, GDT_ENTRY_TSS * 8);
	store_idt(&idt);
	vmcs_writel(HOST_IDTR_BASE, idt.address);
	vmcs_write32(HOST_IA32_SYSENTER_CS, __KERNEL_CS);
	vmcs_writel(HOST_IA32_SYSENTER_EIP, read_msr(MSR_IA32_SYSENTER_EIP));
	vmcs_write64(HOST_IA32_EFER, read_msr(MSR_EFER));
	vmcs_write64(HOST_IA32_PAT, read_msr(MSR_IA32_CR_PAT));
}

/* The base of the TSS that TR points to, from the GDT itself. */
static unsigned long tss_base(const struct desc_ptr *gdt)
{
	const struct ldttss_desc *d = (void *)(gdt->address + GDT_ENTRY_TSS * 8);

	return d->base0 | (unsigned long)d->base1 << 16 | (unsigned long)d->base2 << 24 |
	       (unsigned long)d->base3 << 32;
}

static void write_cpu_state(struct vmcs *vmcs)
{
	struct desc_ptr gdt;

	native_store_gdt(&gdt);
	vmcs_writel(HOST_GDTR_BASE, gdt.address);
	vmcs_writel(HOST_TR_BASE, tss_base(&gdt));
	vmcs_writel(HOST_GS_BASE, read_msr(MSR_GS_BASE));
	vmcs_writel(HOST_IA32_SYSENTER_ESP, read_msr(MSR_IA32_SYSENTER_ESP));
	/* What this CPU has cached may be from an earlier stay of the guest, or of another. */
	ept_flush(vmcs->eptp);
	vpid_flush(vmcs->vpid);
}

static u64 user_fs_base(void)
{
	return boot_cpu_has(X86_FEATURE_FSGSBASE) ? rdfsbase() : read_msr(MSR_FS_BASE);
}

static void save_segments(struct vmcs *vmcs)
{
	u64 fs_base = user_fs_base();

	savesegment(ds, vmcs->host_ds);
	savesegment(es, vmcs->host_es);
	savesegment(fs, vmcs->host_fs);
	savesegment(gs, vmcs->host_gs);
	store_ldt(vmcs->host_ldt);
	rdmsrq(MSR_KERNEL_GS_BASE, vmcs->host_kernel_gs_base);
	wrmsrq(MSR_KERNEL_GS_BASE, vmcs->kernel_gs_base);

	if (fs_base != vmcs->host_fs_base) {
		vmcs->host_fs_base = fs_base;
		vmcs_writel(HOST_FS_BASE, fs_base);
	}
}

static void restore_segments(struct vmcs *vmcs)
{
	struct desc_ptr gdt;

	/* The guest's value, before a load of GS below swaps the host's through it. */
	rdmsrq(MSR_KERNEL_GS_BASE, vmcs->kernel_gs_base);

	/* The limit of GDTR is 0xffff now, and that of TR does not reach the I/O bitmap. */
	native_store_gdt(&gdt);
	gdt.size = GDT_SIZE - 1;
	native_load_gdt(&gdt);
	invalidate_tss_limit();

	if (unlikely(vmcs->host_ldt))
		asm volatile("lldt %0" : : "m" (vmcs->host_ldt));
	if (unlikely(vmcs->host_ds | vmcs->host_es)) {
		loadsegment(ds, vmcs->host_ds);
		loadsegment(es, vmcs->host_es);
	}
	/* Loading a selector changes the base: selectors first, the base after them. */
	if (unlikely(vmcs->host_fs)) {
		loadsegment(fs, vmcs->host_fs);
		wrmsrq(MSR_FS_BASE, vmcs->host_fs_base);
	}
	if (unlikely(vmcs->host_gs))
		load_gs_index(vmcs->host_gs);

	/* In the kernel, KERNEL_GS_BASE holds the user's GS base; the guest swaps at will. */
	wrmsrq(MSR_KERNEL_GS_BASE, vmcs->host_kernel_gs_base);
}

/*
 * On CPUs with L1TF a guest can read what is in this CPU's L1D, whatever its EPT
 * says. User mode and other kernel code may have run since the last bracket.
 */
static void flush_l1d(void)
{
	if (boot_cpu_has_bug(X86_BUG_L1TF) && boot_cpu_has(X86_FEATURE_FLUSH_L1D) &&
	    !cpu_mitigations_off())
		wrmsrq(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
}

int vmcs_enter(struct vmcs *vmcs)
{
	int arrived;

	preempt_disable();
	arrived = vmcs_load(&vmcs->region);
	if (unlikely(arrived < 0)) {
		preempt_enable();
		return arrived;
	}
	if (unlikely(arrived))
		write_cpu_state(vmcs);
	save_segments(vmcs);
	flush_l1d();
	vmcs->host_debugctl = get_debugctlmsr();
	/* What failed before this bracket is not this VM's to answer for. */
	vmx_op_take_failure();
	return 0;
}

void vmcs_leave(struct vmcs *vmcs)
{
	restore_segments(vmcs);
	/* Branch prediction that the guest trained must not steer this process (VMSCAPE). */
	this_cpu_write(x86_ibpb_exit_to_user, true);
	preempt_enable();
}

/* VM exit clears DEBUGCTL and loads DR7 with 0x400. Interrupts off. */
void vmcs_restore_debug(struct vmcs *vmcs)
{
	if (unlikely(vmcs->host_debugctl))
		update_debugctlmsr(vmcs->host_debugctl);
	if (unlikely(hw_breakpoint_active()))
		hw_breakpoint_restore();
}

void vmcs_refresh_host(struct vmcs *vmcs)
{
	u64 cr3 = __read_cr3();
	u64 cr4 = native_read_cr4();

	if (unlikely(cr3 != vmcs->host_cr3)) {
		vmcs->host_cr3 = cr3;
		vmcs_writel(HOST_CR3, cr3);
	}
	if (unlikely(cr4 != vmcs->host_cr4)) {
		vmcs->host_cr4 = cr4;
		vmcs_writel(HOST_CR4, cr4);
	}
}
