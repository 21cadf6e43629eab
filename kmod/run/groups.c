// SPDX-License-Identifier: GPL-2.0-only
/*
 * State groups of the run area.
 *
 *	run area --stage--> kernel copy --check--> all good? --commit--> vCPU, VMCS
 *	run area <--------------------------------------------- collect -+
 *
 * Nothing is committed before everything that is dirty has been checked, and
 * what is checked is a copy that userspace cannot change any more. Where a
 * combination is illegal only together (CR0 against EFER), the rule stands in
 * the group's check; what is left to the CPU's own checks at VM entry (segments
 * against modes) leaves as VTX_EXIT_ENTRY_FAILED.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <asm/msr-index.h>

#include "../host/compat.h"
#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "state_check.h"
#include "vcpu.h"

#define GROUP_ALIGN	64

struct group {
	u32 size;
	/* 0, or -EINVAL with the byte offset of the first illegal field in *bad. May sleep. */
	int (*check)(struct vcpu *v, const void *stage, u32 *bad);
	void (*commit)(struct vcpu *v, const void *stage);
	void (*collect)(struct vcpu *v, void *area);
	u32 offset;		/* laid out by vcpu_groups_init() */
};

static struct state_limits limits_of(const struct vcpu *v)
{
	return (struct state_limits){
		.cr4 = v->vmcs.cr4_allowed,
		.efer = v->vmcs.efer_allowed,
		.xcr0 = v->cpuid.xcr0_allowed,
		.misc_enable = v->msrs.misc_enable,
		.phys_bits = v->cpuid.phys_bits,
		.apic = v->vm->has_apic,
	};
}

/* ---- general-purpose registers ---- */

static int check_gprs(struct vcpu *v, const void *stage, u32 *bad)
{
	return state_check_gprs(stage, bad);
}

static void commit_gprs(struct vcpu *v, const void *stage)
{
	const struct vtx_gprs *s = stage;

	memcpy(v->gpr, s->gpr, sizeof(v->gpr));
	vmcs_writel(GUEST_RSP, s->gpr[VTX_RSP]);
	vmcs_writel(GUEST_RIP, s->rip);
	vmcs_writel(GUEST_RFLAGS, s->rflags);
}

static void collect_gprs(struct vcpu *v, void *area)
{
	struct vtx_gprs *s = area;

	memcpy(s->gpr, v->gpr, sizeof(s->gpr));
	s->gpr[VTX_RSP] = vmcs_readl(GUEST_RSP);
	/* The exit's instruction counts as executed, though RIP moves at the next bracket. */
	s->rip = vmcs_readl(GUEST_RIP) + v->skip;
	s->rflags = vmcs_readl(GUEST_RFLAGS);
}

/* ---- segments ---- */

static int check_segs(struct vcpu *v, const void *stage, u32 *bad)
{
	return state_check_segs(stage, bad);
}

static void commit_segs(struct vcpu *v, const void *stage)
{
	vmcs_set_segs(stage);
}

static void collect_segs(struct vcpu *v, void *area)
{
	vmcs_get_segs(area);
}

/* ---- control registers ---- */

static int check_cregs(struct vcpu *v, const void *stage, u32 *bad)
{
	const struct vtx_cregs *s = stage;
	struct state_limits limits = limits_of(v);
	int err = state_check_cregs(&limits, s, bad);

	if (!err && state_pae_paging(s) && !vcpu_read_pdptes(v, s->cr3)) {
		*bad = offsetof(struct vtx_cregs, cr3);
		return -EINVAL;
	}
	return err;
}

static void commit_cregs(struct vcpu *v, const void *stage)
{
	const struct vtx_cregs *s = stage;

	vmcs_set_efer(&v->vmcs, s->efer);
	vmcs_set_cr4(&v->vmcs, s->cr4);
	vmcs_writel(GUEST_CR3, s->cr3);
	vmcs_set_cr0(&v->vmcs, s->cr0 | X86_CR0_ET);
	if (state_pae_paging(s))
		vcpu_write_pdptes(v);
	v->cr2 = s->cr2;
	v->xcr0 = s->xcr0;
	if (v->vm->has_apic)
		lapic_set_cr8(&v->lapic, s->cr8);
}

static void collect_cregs(struct vcpu *v, void *area)
{
	struct vtx_cregs *s = area;

	s->cr0 = vmcs_cr0(&v->vmcs);
	s->cr2 = v->cr2;
	s->cr3 = vmcs_readl(GUEST_CR3);
	s->cr4 = vmcs_cr4(&v->vmcs);
	s->cr8 = v->vm->has_apic ? lapic_cr8(&v->lapic) : 0;
	s->efer = vmcs_read64(GUEST_IA32_EFER);
	s->xcr0 = v->xcr0;
}

/* ---- debug registers ---- */

static int check_dregs(struct vcpu *v, const void *stage, u32 *bad)
{
	return state_check_dregs(stage, bad);
}

static void commit_dregs(struct vcpu *v, const void *stage)
{
	const struct vtx_dregs *s = stage;

	memcpy(v->dr, s->dr, sizeof(v->dr));
	v->dr6 = s->dr6 | X86_DR6_ONES;
	v->dr7 = (s->dr7 & ~X86_DR7_ZEROS) | X86_DR7_ONES;
	vmcs_writel(GUEST_DR7, v->dr7);
}

static void collect_dregs(struct vcpu *v, void *area)
{
	struct vtx_dregs *s = area;

	memcpy(s->dr, v->dr, sizeof(s->dr));
	s->dr6 = v->dr6;
	s->dr7 = v->dr7;
}

/* ---- MSRs ---- */

/* A copy of the APIC takes the new base, to see whether it may. */
static bool apic_base_valid(struct vcpu *v, u64 base)
{
	struct lapic copy = v->lapic;

	return v->vm->has_apic ? !lapic_set_base(&copy, base) : !base;
}

static int check_msrs(struct vcpu *v, const void *stage, u32 *bad)
{
	const struct vtx_msrs *s = stage;
	struct state_limits limits = limits_of(v);
	int err = state_check_msrs(&limits, s, bad);

	if (!err && !apic_base_valid(v, s->apic_base)) {
		*bad = offsetof(struct vtx_msrs, apic_base);
		return -EINVAL;
	}
	return err;
}

static void commit_msrs(struct vcpu *v, const void *stage)
{
	const struct vtx_msrs *s = stage;
	u64 now = vcpu_tsc(v);

	v->msrs = *s;
	v->tsc_offset += s->tsc - now;
	vmcs_write64(TSC_OFFSET, v->tsc_offset);
	lapic_timer_jump(&v->lapic, now, s->tsc);
	wrmsrq(MSR_KERNEL_GS_BASE, s->kernel_gs_base);
	vmcs_write32(GUEST_SYSENTER_CS, s->sysenter_cs);
	vmcs_writel(GUEST_SYSENTER_ESP, s->sysenter_esp);
	vmcs_writel(GUEST_SYSENTER_EIP, s->sysenter_eip);
	vmcs_write64(GUEST_IA32_PAT, s->pat);
	if (v->vm->has_apic)
		lapic_set_base(&v->lapic, s->apic_base);
}

static void collect_msrs(struct vcpu *v, void *area)
{
	struct vtx_msrs *s = area;

	*s = v->msrs;
	s->tsc = vcpu_tsc(v);
	rdmsrq(MSR_KERNEL_GS_BASE, s->kernel_gs_base);
	s->sysenter_cs = vmcs_read32(GUEST_SYSENTER_CS);
	s->sysenter_esp = vmcs_readl(GUEST_SYSENTER_ESP);
	s->sysenter_eip = vmcs_readl(GUEST_SYSENTER_EIP);
	s->pat = vmcs_read64(GUEST_IA32_PAT);
	s->apic_base = v->vm->has_apic ? lapic_base(&v->lapic) : 0;
}

/* ---- events ---- */

#define BLOCKING_KNOWN	(VTX_BLOCKING_STI | VTX_BLOCKING_MOV_SS | VTX_BLOCKING_NMI)

static int check_events(struct vcpu *v, const void *stage, u32 *bad)
{
	return state_check_events(stage, bad);
}

static void commit_events(struct vcpu *v, const void *stage)
{
	const struct vtx_events *s = stage;

	v->activity = s->activity;
	v->halt_if = vmcs_readl(GUEST_RFLAGS) & X86_EFLAGS_IF;
	vmcs_write32(GUEST_INTERRUPTIBILITY_INFO, s->blocking);
	v->inject = (struct vmcs_event){
		.info = s->inject,
		.error_code = s->error_code,
		.insn_len = s->insn_len,
	};
	v->after.info = 0;
	v->nmi_pending = s->nmi_pending;
}

static void collect_events(struct vcpu *v, void *area)
{
	struct vtx_events *s = area;

	s->activity = v->activity;
	s->blocking = vmcs_read32(GUEST_INTERRUPTIBILITY_INFO) & BLOCKING_KNOWN;
	s->inject = v->inject.info;
	s->error_code = v->inject.info ? v->inject.error_code : 0;
	s->insn_len = v->inject.info ? v->inject.insn_len : 0;
	s->nmi_pending = v->nmi_pending;
}

/* ---- FPU ---- */

static int check_fpu(struct vcpu *v, const void *stage, u32 *bad)
{
	*bad = 0;
	return fpu_image_valid(stage) ? 0 : -EINVAL;
}

static void commit_fpu(struct vcpu *v, const void *stage)
{
	memcpy(v->fpu.area, stage, fpu_size(fpu_xfeatures()));
}

static void collect_fpu(struct vcpu *v, void *area)
{
	memcpy(area, v->fpu.area, fpu_size(fpu_xfeatures()));
}

/* ---- counters ---- */

static void collect_counters(struct vcpu *v, void *area)
{
	memcpy(area, &v->counters, sizeof(v->counters));
}

static struct group groups[VTX_GROUP_COUNT] __ro_after_init = {
	[VTX_GROUP_GPRS] = { sizeof(struct vtx_gprs), check_gprs, commit_gprs, collect_gprs },
	[VTX_GROUP_SEGS] = { sizeof(struct vtx_segs), check_segs, commit_segs, collect_segs },
	[VTX_GROUP_CREGS] = { sizeof(struct vtx_cregs), check_cregs, commit_cregs, collect_cregs },
	[VTX_GROUP_DREGS] = { sizeof(struct vtx_dregs), check_dregs, commit_dregs, collect_dregs },
	[VTX_GROUP_MSRS] = { sizeof(struct vtx_msrs), check_msrs, commit_msrs, collect_msrs },
	[VTX_GROUP_EVENTS] = { sizeof(struct vtx_events), check_events, commit_events,
			       collect_events },
	[VTX_GROUP_FPU] = { 0, check_fpu, commit_fpu, collect_fpu },
	[VTX_GROUP_COUNTERS] = { sizeof(struct vtx_counters), NULL, NULL, collect_counters },
};

static u32 run_size __ro_after_init;

void vcpu_groups_init(void)
{
	u32 offset = ALIGN(sizeof(struct vtx_run), GROUP_ALIGN);
	int i;

	groups[VTX_GROUP_FPU].size = fpu_size(fpu_xfeatures());
	for (i = 0; i < VTX_GROUP_COUNT; i++) {
		groups[i].offset = offset;
		offset = ALIGN(offset + groups[i].size, GROUP_ALIGN);
	}
	run_size = PAGE_ALIGN(offset);
}

u32 vcpu_run_size(void)
{
	return run_size;
}

struct vtx_group_info vcpu_group_info(unsigned int group)
{
	return (struct vtx_group_info){
		.offset = groups[group].offset,
		.size = groups[group].size,
	};
}

int vcpu_stage_groups(struct vcpu *v, u64 dirty, u32 *bad)
{
	int i;

	for (i = 0; i < VTX_GROUP_COUNT; i++) {
		const struct group *g = &groups[i];

		if (!(dirty & BIT_ULL(i)))
			continue;
		memcpy(v->stage + g->offset, v->run + g->offset, g->size);
		if (g->check(v, v->stage + g->offset, bad)) {
			*bad += g->offset;
			return -EINVAL;
		}
	}
	return 0;
}

void vcpu_commit_groups(struct vcpu *v, u64 dirty)
{
	int i;

	for (i = 0; i < VTX_GROUP_COUNT; i++)
		if (dirty & BIT_ULL(i))
			groups[i].commit(v, v->stage + groups[i].offset);
}

void vcpu_collect_groups(struct vcpu *v, u64 want)
{
	int i;

	for (i = 0; i < VTX_GROUP_COUNT; i++)
		if (want & BIT_ULL(i))
			groups[i].collect(v, v->run + groups[i].offset);
}
