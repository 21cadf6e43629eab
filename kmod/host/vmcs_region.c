// SPDX-License-Identifier: GPL-2.0-only
/* VMCS regions: allocation, VMPTRLD, VMCLEAR. The drawing is in vmcs_region.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <asm/nospec-branch.h>

#include "../hw/vmx_insn.h"
#include "caps.h"
#include "vmcs_region.h"
#include "vmx_op.h"

static DEFINE_PER_CPU(struct list_head, vmcs_resident);
static DEFINE_PER_CPU(struct vmcs_region *, vmcs_current);

int vmcs_region_alloc(struct vmcs_region *vmcs)
{
	/* SDM Vol. 3, A.1: a region has at most 4096 bytes. */
	vmcs->page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vmcs->page)
		return -ENOMEM;
	vmcs->phys = __pa(vmcs->page);
	vmcs->cpu = -1;
	*(u32 *)vmcs->page = vmx_basic_vmcs_revision_id(vmx_caps.basic);
	return 0;
}

/* On the CPU that @info lives on, interrupts off. */
static void vmcs_clear_here(void *info)
{
	struct vmcs_region *vmcs = info;

	if (vmcs->cpu != smp_processor_id())
		return;
	if (vmx_vmclear(vmcs->phys))
		pr_err_ratelimited("VMCLEAR of %#llx failed on CPU %d\n", vmcs->phys, vmcs->cpu);
	if (this_cpu_read(vmcs_current) == vmcs)
		this_cpu_write(vmcs_current, NULL);
	list_del(&vmcs->link);
	vmcs->launched = false;
	/* Who sees -1 sees all of the above: pairs with smp_load_acquire() in vmcs_evict(). */
	smp_store_release(&vmcs->cpu, -1);
}

/*
 * Clears @vmcs on the CPU that it lives on, if any. That CPU may be going down:
 * then the call finds it offline, and vmcs_clear_resident() has done the work.
 */
static void vmcs_evict(struct vmcs_region *vmcs)
{
	/* Pairs with smp_store_release() in vmcs_clear_here(). */
	int cpu = smp_load_acquire(&vmcs->cpu);

	if (cpu >= 0)
		smp_call_function_single(cpu, vmcs_clear_here, vmcs, 1);
}

void vmcs_region_free(struct vmcs_region *vmcs)
{
	if (!vmcs->page)
		return;
	vmcs_evict(vmcs);
	free_page((unsigned long)vmcs->page);
	vmcs->page = NULL;
}

/* Interrupts off, VMX on. */
static int vmcs_make_current(struct vmcs_region *vmcs, int cpu)
{
	bool arrives = vmcs->cpu != cpu;

	/* SDM Vol. 3, 25.11.3: VMCLEAR before the first VMLAUNCH. */
	if (arrives && vmx_vmclear(vmcs->phys))
		return -ENOTRECOVERABLE;
	if (vmx_vmptrld(vmcs->phys))
		return -ENOTRECOVERABLE;
	this_cpu_write(vmcs_current, vmcs);
	if (arrives) {
		list_add(&vmcs->link, this_cpu_ptr(&vmcs_resident));
		vmcs->cpu = cpu;
	}
	/* Another guest ran here: what it taught the branch predictors is not for this one. */
	indirect_branch_prediction_barrier();
	return arrives;
}

int vmcs_load(struct vmcs_region *vmcs)
{
	int cpu = smp_processor_id();
	unsigned long flags;
	int ret = -EAGAIN;

	/* Being current here implies VMX on: VMXOFF clears it, and cannot come between. */
	if (likely(this_cpu_read(vmcs_current) == vmcs))
		return 0;
	if (vmcs->cpu != cpu)
		vmcs_evict(vmcs);

	local_irq_save(flags);
	if (vmx_op_on())
		ret = vmcs_make_current(vmcs, cpu);
	local_irq_restore(flags);

	if (ret == -ENOTRECOVERABLE)
		pr_err_ratelimited("VMCLEAR or VMPTRLD of %#llx failed on CPU %d\n",
				   vmcs->phys, cpu);
	return ret;
}

void vmcs_clear_resident(void)
{
	struct vmcs_region *vmcs, *next;

	list_for_each_entry_safe(vmcs, next, this_cpu_ptr(&vmcs_resident), link)
		vmcs_clear_here(vmcs);
}

void vmcs_cpu_init(int cpu)
{
	INIT_LIST_HEAD(per_cpu_ptr(&vmcs_resident, cpu));
	per_cpu(vmcs_current, cpu) = NULL;
}
