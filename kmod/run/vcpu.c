// SPDX-License-Identifier: GPL-2.0-only
/* vCPUs: made by a list of steps, unmade by the same list in reverse. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../host/caps.h"
#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "vcpu.h"

u64 vcpu_gpr(const struct vcpu *v, int reg)
{
	return reg == VTX_RSP ? vmcs_readl(GUEST_RSP) : v->gpr[reg];
}

void vcpu_set_gpr(struct vcpu *v, int reg, u64 value)
{
	if (reg == VTX_RSP)
		vmcs_writel(GUEST_RSP, value);
	else
		v->gpr[reg] = value;
}

static int up_run_area(struct vcpu *v)
{
	v->run = vmalloc_user(vcpu_run_size());
	return v->run ? 0 : -ENOMEM;
}

static void down_run_area(struct vcpu *v)
{
	vfree(v->run);
}

static int up_stage(struct vcpu *v)
{
	v->stage = kvzalloc(vcpu_run_size(), GFP_KERNEL_ACCOUNT);
	return v->stage ? 0 : -ENOMEM;
}

static void down_stage(struct vcpu *v)
{
	kvfree(v->stage);
}

static int up_fpu(struct vcpu *v)
{
	return fpu_alloc(&v->fpu);
}

static void down_fpu(struct vcpu *v)
{
	fpu_free(&v->fpu);
}

static int up_vmcs(struct vcpu *v)
{
	struct vmcs_config config = {
		.eptp = guest_mem_eptp(&v->vm->mem),
		.cr4_allowed = v->cpuid.cr4_allowed,
		.efer_allowed = v->cpuid.efer_allowed,
		.rdtscp = v->cpuid.rdtscp,
		.invpcid = v->cpuid.invpcid,
	};

	return vmcs_init(&v->vmcs, &config);
}

static void down_vmcs(struct vcpu *v)
{
	vmcs_free(&v->vmcs);
}

static void down_cache(struct vcpu *v)
{
	guest_mem_cache_free(&v->cache);
}

static const struct {
	int (*up)(struct vcpu *v);
	void (*down)(struct vcpu *v);
} steps[] = {
	{ up_run_area, down_run_area },
	{ up_stage, down_stage },
	{ up_fpu, down_fpu },
	{ up_vmcs, down_vmcs },
	{ vcpu_timer_init, vcpu_timer_destroy },
	{ NULL, down_cache },
};

static void unmake(struct vcpu *v, int done)
{
	while (done--)
		steps[done].down(v);
	kfree(v);
}

void vcpu_destroy(struct vcpu *v)
{
	unmake(v, ARRAY_SIZE(steps));
}

static void init_registers(struct vcpu *v)
{
	struct lapic_config apic = {
		.id = v->id,
		.bsp = !v->id,
		.timer_shift = v->cpuid.tsc_shift,
		.phys_bits = v->cpuid.phys_bits,
		.x2apic = v->cpuid.x2apic,
		.tsc_deadline = v->cpuid.tsc_deadline,
	};

	lapic_reset(&v->lapic, &apic);
	/* SDM Vol. 3, table 9-1: RDX holds the CPU's signature after reset. */
	v->gpr[VTX_RDX] = cpuid_find(&v->cpuid, 1, 0)->eax;
	v->dr6 = X86_DR6_ONES;
	v->dr7 = X86_DR7_ONES;
	v->xcr0 = XFEATURE_MASK_FP;
	v->tsc_offset = v->vm->tsc_offset;
	v->activity = v->id ? VTX_ACTIVITY_WAIT_SIPI : VTX_ACTIVITY_RUNNING;
}

struct vcpu *vcpu_create(struct vm *vm, u32 id)
{
	struct vcpu *v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);
	int i, err;

	if (!v)
		return ERR_PTR(-ENOMEM);
	v->vm = vm;
	v->id = id;
	mutex_init(&v->lock);
	vcpu_sync_init(&v->sync);
	cpuid_init(&v->cpuid, id, vm->has_apic);

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		err = steps[i].up ? steps[i].up(v) : 0;
		if (err) {
			unmake(v, i);
			return ERR_PTR(err);
		}
	}
	init_registers(v);
	vcpu_msr_init(v);
	return v;
}

void vcpu_write_reset(struct vcpu *v)
{
	struct vmcs_config config = {
		.rdtscp = v->cpuid.rdtscp,
		.invpcid = v->cpuid.invpcid,
	};

	vmcs_write_controls(&v->vmcs, &config);
	vmcs_write_host_constants();
	vmcs_write_guest_reset(&v->vmcs);
	vmcs_write64(TSC_OFFSET, v->tsc_offset);
	if (vmx_caps.preemption_timer)
		vmcs_write32(VMX_PREEMPTION_TIMER_VALUE, U32_MAX);
}
