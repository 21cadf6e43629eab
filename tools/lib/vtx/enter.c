// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register state to begin a guest with, one function per mode.
 *
 * Attributes are access rights as the VMCS has them, and VM entry checks them
 * (SDM Vol. 3, 27.3.1.2): a usable TR is a must, accessed bits must be set, and
 * a limit with any of its low 12 bits clear rules the granularity bit out.
 */

#include <string.h>

#include "libvtx.h"

#define ATTR_CODE	0x9b	/* present, code, readable, accessed */
#define ATTR_DATA	0x93	/* present, data, writable, accessed */
#define ATTR_TSS	0x8b	/* present, busy 32- or 64-bit TSS */
#define ATTR_LONG	(1 << 13)
#define ATTR_32BIT	(1 << 14)
#define ATTR_PAGES	(1 << 15)
#define ATTR_UNUSABLE	(1 << 16)

#define CR0_PE		(1ULL << 0)
#define CR0_ET		(1ULL << 4)
#define CR0_NE		(1ULL << 5)
#define CR0_PG		(1ULL << 31)
#define CR4_PAE		(1ULL << 5)
#define EFER_LME	(1ULL << 8)
#define EFER_LMA	(1ULL << 10)
#define XCR0_X87	(1ULL << 0)
#define RFLAGS_FIXED	(1ULL << 1)

/* Selectors of the Linux boot protocol; good for any flat guest. */
#define FLAT_CS		0x10
#define FLAT_DS		0x18

static void set_gprs(const struct vtx_vcpu *vcpu, uint64_t rip, uint64_t rsp)
{
	struct vtx_gprs *gprs = vtx_gprs(vcpu);

	memset(gprs, 0, sizeof(*gprs));
	gprs->rip = rip;
	gprs->gpr[VTX_RSP] = rsp;
	gprs->rflags = RFLAGS_FIXED;
	vtx_mark_dirty(vcpu, VTX_GROUP_GPRS);
}

static void set_cregs(const struct vtx_vcpu *vcpu, const struct vtx_cregs *mode)
{
	struct vtx_cregs *cregs = vtx_cregs(vcpu);

	*cregs = *mode;
	cregs->cr0 |= CR0_ET | CR0_NE;
	cregs->xcr0 = XCR0_X87;
	vtx_mark_dirty(vcpu, VTX_GROUP_CREGS);
}

static void set_segs(const struct vtx_vcpu *vcpu, const struct vtx_segment *code,
		     const struct vtx_segment *data)
{
	struct vtx_segs *segs = vtx_segs(vcpu);
	unsigned int i;

	memset(segs, 0, sizeof(*segs));
	for (i = VTX_SEG_ES; i <= VTX_SEG_GS; i++)
		segs->seg[i] = *data;
	segs->seg[VTX_SEG_CS] = *code;
	segs->seg[VTX_SEG_TR].limit = 0x67;
	segs->seg[VTX_SEG_TR].attributes = ATTR_TSS;
	segs->seg[VTX_SEG_LDTR].attributes = ATTR_UNUSABLE;
	vtx_mark_dirty(vcpu, VTX_GROUP_SEGS);
}

static const struct vtx_segment flat_data = {
	.limit = 0xffffffff,
	.selector = FLAT_DS,
	.attributes = ATTR_DATA | ATTR_32BIT | ATTR_PAGES,
};

void vtx_enter_long(const struct vtx_vcpu *vcpu, uint64_t rip, uint64_t rsp, uint64_t cr3)
{
	static const struct vtx_segment code = {
		.limit = 0xffffffff,
		.selector = FLAT_CS,
		.attributes = ATTR_CODE | ATTR_LONG | ATTR_PAGES,
	};
	struct vtx_cregs mode = {
		.cr0 = CR0_PE | CR0_PG,
		.cr3 = cr3,
		.cr4 = CR4_PAE,
		.efer = EFER_LME | EFER_LMA,
	};

	set_gprs(vcpu, rip, rsp);
	set_segs(vcpu, &code, &flat_data);
	set_cregs(vcpu, &mode);
}

void vtx_enter_protected(const struct vtx_vcpu *vcpu, uint32_t eip, uint32_t esp)
{
	static const struct vtx_segment code = {
		.limit = 0xffffffff,
		.selector = FLAT_CS,
		.attributes = ATTR_CODE | ATTR_32BIT | ATTR_PAGES,
	};
	static const struct vtx_cregs mode = { .cr0 = CR0_PE };

	set_gprs(vcpu, eip, esp);
	set_segs(vcpu, &code, &flat_data);
	set_cregs(vcpu, &mode);
}

void vtx_enter_real(const struct vtx_vcpu *vcpu, uint16_t segment, uint16_t ip, uint16_t sp)
{
	struct vtx_segment code = {
		.base = (uint64_t)segment << 4,
		.limit = 0xffff,
		.selector = segment,
		.attributes = ATTR_CODE,
	};
	struct vtx_segment data = code;
	static const struct vtx_cregs mode;

	data.attributes = ATTR_DATA;
	set_gprs(vcpu, ip, sp);
	set_segs(vcpu, &code, &data);
	/* In real mode the interrupt vector table takes the IDT's place. */
	vtx_segs(vcpu)->idtr.limit = 0x3ff;
	set_cregs(vcpu, &mode);
}
