// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest registers that live in the VMCS (SDM Vol. 3, 25.4), and their values
 * after power-on (SDM Vol. 3, table 9-1).
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "vmcs.h"

/* The four fields of segment i lie two encodings apart, in the order of enum vtx_seg. */
#define SEG_STRIDE	2

static void get_seg(int i, struct vtx_segment *seg)
{
	seg->selector = vmcs_read16(GUEST_ES_SELECTOR + i * SEG_STRIDE);
	seg->base = vmcs_readl(GUEST_ES_BASE + i * SEG_STRIDE);
	seg->limit = vmcs_read32(GUEST_ES_LIMIT + i * SEG_STRIDE);
	seg->attributes = vmcs_read32(GUEST_ES_AR_BYTES + i * SEG_STRIDE);
	seg->reserved = 0;
	seg->reserved2 = 0;
}

static void set_seg(int i, const struct vtx_segment *seg)
{
	vmcs_write16(GUEST_ES_SELECTOR + i * SEG_STRIDE, seg->selector);
	vmcs_writel(GUEST_ES_BASE + i * SEG_STRIDE, seg->base);
	vmcs_write32(GUEST_ES_LIMIT + i * SEG_STRIDE, seg->limit);
	vmcs_write32(GUEST_ES_AR_BYTES + i * SEG_STRIDE, seg->attributes);
}

void vmcs_get_segs(struct vtx_segs *segs)
{
	int i;

	for (i = 0; i < VTX_SEG_COUNT; i++)
		get_seg(i, &segs->seg[i]);
	segs->gdtr = (struct vtx_table){
		.base = vmcs_readl(GUEST_GDTR_BASE),
		.limit = vmcs_read32(GUEST_GDTR_LIMIT),
	};
	segs->idtr = (struct vtx_table){
		.base = vmcs_readl(GUEST_IDTR_BASE),
		.limit = vmcs_read32(GUEST_IDTR_LIMIT),
	};
}

void vmcs_set_segs(const struct vtx_segs *segs)
{
	int i;

	for (i = 0; i < VTX_SEG_COUNT; i++)
		set_seg(i, &segs->seg[i]);
	vmcs_writel(GUEST_GDTR_BASE, segs->gdtr.base);
	vmcs_write32(GUEST_GDTR_LIMIT, segs->gdtr.limit);
	vmcs_writel(GUEST_IDTR_BASE, segs->idtr.base);
	vmcs_write32(GUEST_IDTR_LIMIT, segs->idtr.limit);
}

/* SDM Vol. 3, 25.4.1: the DPL of SS is always the CPL. */
u8 vmcs_cpl(void)
{
	return VMX_AR_DPL(vmcs_read32(GUEST_SS_AR_BYTES));
}

bool vmcs_in_64bit_code(struct vmcs *vmcs)
{
	return (vmcs_read64(GUEST_IA32_EFER) & EFER_LMA) &&
	       (vmcs_read32(GUEST_CS_AR_BYTES) & VMX_AR_L_MASK);
}

#define AR_DATA		0x93	/* read/write, accessed, present */
#define AR_CODE		0x9b	/* execute/read, accessed, present */
#define AR_LDT		0x82
#define AR_TSS		0x8b	/* busy 32-bit TSS: what VM entry wants to see in TR */

static void reset_segments(void)
{
	struct vtx_segs segs = {
		.gdtr = { .limit = 0xffff },
		.idtr = { .limit = 0xffff },
	};
	int i;

	for (i = 0; i < VTX_SEG_COUNT; i++)
		segs.seg[i] = (struct vtx_segment){ .limit = 0xffff, .attributes = AR_DATA };
	segs.seg[VTX_SEG_CS].selector = 0xf000;
	segs.seg[VTX_SEG_CS].base = 0xffff0000;
	segs.seg[VTX_SEG_CS].attributes = AR_CODE;
	segs.seg[VTX_SEG_LDTR].attributes = AR_LDT;
	segs.seg[VTX_SEG_TR].attributes = AR_TSS;
	vmcs_set_segs(&segs);
}

void vmcs_write_guest_reset(struct vmcs *vmcs)
{
	reset_segments();
	vmcs_writel(GUEST_RSP, 0);
	vmcs_writel(GUEST_RIP, 0xfff0);
	vmcs_writel(GUEST_RFLAGS, X86_EFLAGS_FIXED);
	vmcs_writel(GUEST_DR7, X86_DR7_ONES);
	vmcs_writel(GUEST_CR3, 0);
	vmcs_set_cr4(vmcs, 0);
	vmcs_set_cr0(vmcs, X86_CR0_CD | X86_CR0_NW | X86_CR0_ET);
	vmcs_set_efer(vmcs, 0);
	vmcs_write64(GUEST_IA32_PAT, 0x0007040600070406ULL);
	vmcs_write64(GUEST_IA32_DEBUGCTL, 0);
	vmcs_write32(GUEST_SYSENTER_CS, 0);
	vmcs_writel(GUEST_SYSENTER_ESP, 0);
	vmcs_writel(GUEST_SYSENTER_EIP, 0);
	vmcs_write32(GUEST_INTERRUPTIBILITY_INFO, 0);
	vmcs_write32(GUEST_ACTIVITY_STATE, GUEST_ACTIVITY_ACTIVE);
	vmcs_writel(GUEST_PENDING_DBG_EXCEPTIONS, 0);
}
