/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMCS regions and where they live.
 *
 * A VMCS that a CPU has loaded may be held inside that CPU: before another CPU
 * loads it, before its page is freed and before VMXOFF, the first one must
 * execute VMCLEAR (SDM Vol. 3, 25.11.1). So each VMCS knows its CPU, and each
 * CPU has a list of its VMCSs:
 *
 *	  clear (cpu = -1) --vmcs_load() on A--> resident on A, launched or not
 *	       ^                                       |
 *	       +-- vmcs_load() on B, vmcs_region_free(), CPU A goes down: VMCLEAR on A
 */
#ifndef VTX_HOST_VMCS_REGION_H
#define VTX_HOST_VMCS_REGION_H

#include <linux/list.h>
#include <linux/types.h>

struct vmcs_region {
	void *page;		/* I */
	u64 phys;		/* I */
	struct list_head link;	/* p: in the list of @cpu, irqs off */
	int cpu;		/* p: written by @cpu alone, or by who loads it from -1 */
	bool launched;		/* p: VMLAUNCH has succeeded since the last VMCLEAR */
};

int vmcs_region_alloc(struct vmcs_region *vmcs);
void vmcs_region_free(struct vmcs_region *vmcs);

/*
 * Makes @vmcs current on this CPU. Preemption is off, interrupts are on.
 * Returns 1 when it was not on this CPU before (host state has to be written),
 * 0 when it was, -EAGAIN when this CPU is not in VMX operation.
 */
int vmcs_load(struct vmcs_region *vmcs);

/* For vmx_op.c, interrupts off: before VMXOFF, and after VMXON. */
void vmcs_clear_resident(void);
void vmcs_cpu_init(int cpu);

#endif /* VTX_HOST_VMCS_REGION_H */
