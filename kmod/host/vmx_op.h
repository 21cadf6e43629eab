/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMX operation of this host: who holds it, on which CPUs.
 *
 * "own": vtx executes VMXON on each CPU at load and on each that comes online,
 * and VMXOFF on each that goes, on suspend, on reboot and at unload.
 */
#ifndef VTX_HOST_VMX_OP_H
#define VTX_HOST_VMX_OP_H

#include <linux/percpu.h>
#include <linux/types.h>

DECLARE_PER_CPU(bool, vmx_on);
DECLARE_PER_CPU(bool, vmx_insn_failed);

int vmx_op_init(void);
void vmx_op_exit(void);

/* Is this CPU in VMX operation? Stable while preemption is off. */
static __always_inline bool vmx_op_on(void)
{
	return this_cpu_read(vmx_on);
}

/*
 * Has a VMREAD or VMWRITE failed on this CPU since the last call? Such a
 * failure is a bug of vtx; it has been logged, and costs the VM its life, not
 * the host. Preemption is off.
 */
static __always_inline bool vmx_op_take_failure(void)
{
	if (likely(!this_cpu_read(vmx_insn_failed)))
		return false;
	this_cpu_write(vmx_insn_failed, false);
	return true;
}

#endif /* VTX_HOST_VMX_OP_H */
