// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fetching the bytes of the instruction at RIP. In two steps: inside the
 * bracket the registers that matter are noted; outside, where it may sleep, the
 * guest's page tables are walked and its memory is read.
 */
#include <linux/minmax.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "../hw/vmx_insn.h"
#include "vcpu.h"

static enum insn_mode code_mode(struct vcpu *v, u32 cs_ar)
{
	if (vmcs_in_64bit_code(&v->vmcs))
		return INSN_64;
	return cs_ar & VMX_AR_DB_MASK ? INSN_32 : INSN_16;
}

void vcpu_save_insn_context(struct vcpu *v)
{
	struct insn_context *ctx = &v->insn;
	u32 cs_ar = vmcs_read32(GUEST_CS_AR_BYTES);
	u64 rip = vmcs_readl(GUEST_RIP);

	ctx->valid = true;
	ctx->code = code_mode(v, cs_ar);
	ctx->linear_rip = ctx->code == INSN_64 ? rip : (u32)(vmcs_readl(GUEST_CS_BASE) + rip);
	ctx->walk = (struct guest_walk_mode){
		.cr0 = vmcs_cr0(&v->vmcs),
		.cr3 = vmcs_readl(GUEST_CR3),
		.cr4 = vmcs_cr4(&v->vmcs),
		.efer = vmcs_read64(GUEST_IA32_EFER),
		.phys_bits = v->cpuid.phys_bits,
		.gb_pages = v->cpuid.gb_pages,
		.user = vmcs_cpl() == 3,
	};
	if (vmcs_pae_paging(&v->vmcs)) {
		ctx->walk.pdpte[0] = vmcs_read64(GUEST_PDPTR0);
		ctx->walk.pdpte[1] = vmcs_read64(GUEST_PDPTR1);
		ctx->walk.pdpte[2] = vmcs_read64(GUEST_PDPTR2);
		ctx->walk.pdpte[3] = vmcs_read64(GUEST_PDPTR3);
	}
}

static int read_guest(void *ctx, u64 gpa, void *buf, size_t len)
{
	return guest_mem_read(ctx, gpa, buf, len);
}

/* May sleep. Returns the number of bytes at RIP that could be read, @max at most. */
int vcpu_fetch_insn(struct vcpu *v, u8 *bytes, int max)
{
	struct guest_mem *mem = &v->vm->mem;
	int got = 0;

	while (got < max) {
		u64 la = v->insn.linear_rip + got, gpa;
		int n = min_t(int, max - got, PAGE_SIZE - (la & ~PAGE_MASK));
		struct guest_walk_fault fault;

		if (guest_walk(&v->insn.walk, la, VTX_ACCESS_FETCH, read_guest, mem,
			       &gpa, &fault) || fault.fault)
			break;
		if (guest_mem_read(mem, gpa, bytes + got, n))
			break;
		got += n;
	}
	return got;
}
