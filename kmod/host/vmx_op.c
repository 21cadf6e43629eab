// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMXON and VMXOFF on each CPU: at load and unload, CPU hotplug, suspend and
 * resume, reboot, and the emergency path of a crashing kernel.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/printk.h>
#include <asm/perf_event.h>
#include <asm/reboot.h>
#include <asm/tlbflush.h>

#include "../hw/vmx_insn.h"
#include "caps.h"
#include "compat.h"
#include "tlb.h"
#include "vmcs_region.h"
#include "vmx_op.h"

DEFINE_PER_CPU(bool, vmx_on);
DEFINE_PER_CPU(bool, vmx_insn_failed);

static DEFINE_PER_CPU(void *, vmxon_region);
static enum cpuhp_state hotplug_state;

/* Silent once VMX operation was taken away for a reboot: then all fail, and nobody minds. */
void vmread_failed(unsigned long field)
{
	if (vmx_op_on())
		pr_err_ratelimited("VMREAD of %s (%#lx) failed at %pS\n", vmcs_field_name(field),
				   field, __builtin_return_address(0));
	this_cpu_write(vmx_insn_failed, true);
}

void vmwrite_failed(unsigned long field, unsigned long value)
{
	if (vmx_op_on())
		pr_err_ratelimited("VMWRITE of %#lx to %s (%#lx) failed at %pS\n", value,
				   vmcs_field_name(field), field, __builtin_return_address(0));
	this_cpu_write(vmx_insn_failed, true);
}

/* Interrupts off. */
static int vmx_on_here(void)
{
	u64 region = __pa(this_cpu_read(vmxon_region));

	if (vmx_op_on())
		return 0;
	if (native_read_cr4() & X86_CR4_VMXE)
		return -EBUSY;

	/* Processor trace cannot run in VMX operation on some CPUs: its driver is told. */
	intel_pt_handle_vmx(1);
	cr4_set_bits(X86_CR4_VMXE);
	if (vmx_vmxon(region)) {
		cr4_clear_bits(X86_CR4_VMXE);
		intel_pt_handle_vmx(0);
		return -EIO;
	}
	this_cpu_write(vmx_on, true);
	/* Translations of an earlier owner of VMX operation may still be cached. */
	ept_flush_all();
	return 0;
}

/* Interrupts off. */
static void vmx_off_here(void *unused)
{
	if (!vmx_op_on())
		return;
	vmcs_clear_resident();
	this_cpu_write(vmx_on, false);
	if (vmx_vmxoff())
		pr_err("VMXOFF failed on CPU %d\n", smp_processor_id());
	cr4_clear_bits(X86_CR4_VMXE);
	intel_pt_handle_vmx(0);
}

static int vmx_cpu_online(unsigned int cpu)
{
	int err = vmx_caps_check_cpu();

	if (err)
		return err;
	local_irq_disable();
	err = vmx_on_here();
	local_irq_enable();

	if (err == -EBUSY)
		pr_err("another hypervisor holds VMX on CPU %u (CR4.VMXE is set): unload it, for KVM by \"rmmod kvm_intel kvm\"\n",
		       cpu);
	else if (err)
		pr_err("VMXON failed on CPU %u: is VT-x blocked by an outer hypervisor?\n", cpu);
	return err;
}

static int vmx_cpu_offline(unsigned int cpu)
{
	local_irq_disable();
	vmx_off_here(NULL);
	local_irq_enable();
	return 0;
}

/* Suspend and resume run on the last CPU, interrupts off; the others went through hotplug. */
static int vmx_suspend(VTX_SYSCORE_ARG)
{
	vmx_off_here(NULL);
	return 0;
}

static void vmx_resume(VTX_SYSCORE_ARG)
{
	if (vmx_on_here())
		pr_err("VMXON failed after resume: unload and load vtx\n");
}

/* VMX operation blocks INIT: a CPU that is still in it would not reboot (SDM Vol. 3, 24.8). */
static void vmx_shutdown(VTX_SYSCORE_ARG)
{
	on_each_cpu(vmx_off_here, NULL, 1);
}

VTX_DEFINE_SYSCORE(vmx_syscore, vmx_suspend, vmx_resume, vmx_shutdown);

/*
 * The kernel is crashing, and this runs in NMI context on each CPU. The lists
 * may be half-made, so that no VMCS is cleared: nobody will use one again.
 */
static void vmx_emergency_off(void)
{
	if (!vmx_op_on())
		return;
	this_cpu_write(vmx_on, false);
	vmx_vmxoff();
	cr4_clear_bits(X86_CR4_VMXE);
}

static void free_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(vmxon_region, cpu));
		per_cpu(vmxon_region, cpu) = NULL;
	}
}

static int alloc_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		u32 *region = (u32 *)get_zeroed_page(GFP_KERNEL);

		if (!region) {
			free_regions();
			return -ENOMEM;
		}
		*region = vmx_basic_vmcs_revision_id(vmx_caps.basic);
		per_cpu(vmxon_region, cpu) = region;
		vmcs_cpu_init(cpu);
	}
	return 0;
}

/*
 * An idle KVM holds no VMX operation on some kernels, but it expects to find it
 * free, and it holds the one emergency hook that a crashing kernel calls.
 */
static bool kvm_is_loaded(void)
{
	if (!__symbol_get("kvm_get_kvm"))
		return false;
	__symbol_put("kvm_get_kvm");
	return true;
}

int vmx_op_init(void)
{
	int err;

	if (kvm_is_loaded()) {
		pr_err("KVM is loaded and may take VMX at any time: \"rmmod kvm_intel kvm\" first\n");
		return -EBUSY;
	}
	err = alloc_regions();
	if (err)
		return err;

	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "x86/vtx:online",
				vmx_cpu_online, vmx_cpu_offline);
	if (err < 0) {
		free_regions();
		return err;
	}
	hotplug_state = err;
	vtx_syscore_register(&vmx_syscore);
	cpu_emergency_register_virt_callback(vmx_emergency_off);
	return 0;
}

void vmx_op_exit(void)
{
	cpu_emergency_unregister_virt_callback(vmx_emergency_off);
	vtx_syscore_unregister(&vmx_syscore);
	cpuhp_remove_state(hotplug_state);
	free_regions();
}
