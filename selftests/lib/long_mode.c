// SPDX-License-Identifier: GPL-2.0-only
/* The state of a vCPU that runs functions of the test in 64-bit mode. */
#include "guest.h"

#define PTE_PRESENT_WRITE	0x3ULL
#define PDE_LARGE		0x80ULL
#define PAGE_DIRECTORIES	4

#define CR0_BITS		0x80010033ULL	/* PG WP NE ET MP PE */
#define CR4_BITS		0x620ULL	/* OSXMMEXCPT OSFXSR PAE */
#define EFER_BITS		0x501ULL	/* LMA LME SCE */

#define SELECTOR_CODE		0x08
#define SELECTOR_DATA		0x10
#define SELECTOR_TSS		0x18
#define ATTR_CODE64		0xa09b
#define ATTR_DATA		0xc093
#define ATTR_BUSY_TSS		0x8b
#define ATTR_UNUSABLE		0x10000
#define TSS_LIMIT		0x67

static __u64 pml4[512] __attribute__((aligned(4096)));
static __u64 pdpt[512] __attribute__((aligned(4096)));
static __u64 pd[PAGE_DIRECTORIES][512] __attribute__((aligned(4096)));
static __u64 gdt[5] __attribute__((aligned(16)));
static char tss[VT_MAX_VCPUS][TSS_LIMIT + 1] __attribute__((aligned(128)));
static char stacks[VT_MAX_VCPUS][16384] __attribute__((aligned(4096)));

static void fill_page_tables(void)
{
	pml4[0] = (__u64)pdpt | PTE_PRESENT_WRITE;
	for (__u64 i = 0; i < PAGE_DIRECTORIES; i++) {
		pdpt[i] = (__u64)pd[i] | PTE_PRESENT_WRITE;
		for (__u64 j = 0; j < 512; j++)
			pd[i][j] = (i * 512 + j) << 21 | PTE_PRESENT_WRITE | PDE_LARGE;
	}
}

/* The TSS's descriptor is of no use to a guest of ours: nobody loads TR */
static void fill_gdt(void)
{
	gdt[SELECTOR_CODE / 8] = 0x00af9b000000ffffULL;
	gdt[SELECTOR_DATA / 8] = 0x00cf93000000ffffULL;
}

static struct vtx_segment segment(__u16 selector, __u64 base, __u32 limit, __u32 attributes)
{
	return (struct vtx_segment) {
		.selector = selector, .base = base, .limit = limit, .attributes = attributes,
	};
}

static void set_segments(struct vt_vcpu *vcpu)
{
	struct vtx_segs *segs = vcpu->segs;

	for (int i = VTX_SEG_ES; i <= VTX_SEG_GS; i++)
		segs->seg[i] = segment(SELECTOR_DATA, 0, ~0U, ATTR_DATA);
	segs->seg[VTX_SEG_CS] = segment(SELECTOR_CODE, 0, ~0U, ATTR_CODE64);
	segs->seg[VTX_SEG_LDTR] = segment(0, 0, 0, ATTR_UNUSABLE);
	segs->seg[VTX_SEG_TR] = segment(SELECTOR_TSS, (__u64)tss[vcpu->id], TSS_LIMIT,
					ATTR_BUSY_TSS);
	segs->gdtr = (struct vtx_table) { .base = (__u64)gdt, .limit = sizeof(gdt) - 1 };
	segs->idtr = (struct vtx_table) {
		.base = (__u64)guest_idt, .limit = sizeof(guest_idt) - 1,
	};
}

void vt_enter64(struct vt_vcpu *vcpu, void (*entry)(void), __u64 arg)
{
	fill_page_tables();
	fill_gdt();
	guest_fill_idt();
	*vcpu->gprs = (struct vtx_gprs) { .rip = (__u64)entry, .rflags = 2 };
	vcpu->gprs->gpr[VTX_RDI] = arg;
	/* as after a CALL */
	vcpu->gprs->gpr[VTX_RSP] = (__u64)stacks[vcpu->id] + sizeof(stacks[0]) - 8;
	*vcpu->cregs = (struct vtx_cregs) {
		.cr0 = CR0_BITS, .cr3 = (__u64)pml4, .cr4 = CR4_BITS, .efer = EFER_BITS,
		.xcr0 = 1,
	};
	set_segments(vcpu);
	vcpu->run->dirty |= VT_GROUP(GPRS) | VT_GROUP(SEGS) | VT_GROUP(CREGS);
}

void vt_boot_flags(struct vt *vt, void (*entry)(void), __u32 flags)
{
	vt_create(vt, flags);
	vt_map_image(vt);
	vt_enter64(vt_add_vcpu(vt, 0), entry, 0);
}

void vt_boot(struct vt *vt, void (*entry)(void))
{
	vt_boot_flags(vt, entry, 0);
}
