// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUID table of a vCPU (SDM Vol. 2, CPUID).
 *
 * A leaf is offered when it stands in leaves[]; of the host's bits only those
 * in its masks pass, so that a feature which vtx does not know is not offered.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <asm/processor-flags.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#include <asm/vmx.h>
#include <linux/vtx.h>

#include "../host/caps.h"
#include "cpuid.h"
#include "fpu.h"

enum cpuid_reg { EAX, EBX, ECX, EDX };

/* CPUID.1:ECX */
#define F1C	(BIT(0) | BIT(1) | BIT(9) | BIT(12) | BIT(13) | BIT(17) |	\
		 BIT(19) | BIT(20) | BIT(22) | BIT(23) | BIT(25) | BIT(26) |	\
		 BIT(28) | BIT(29) | BIT(30))
#define F1C_X2APIC	BIT(21)
#define F1C_TSC_DEADLINE BIT(24)
#define F1C_OSXSAVE	BIT(27)
#define F1C_HYPERVISOR	BIT(31)
/* CPUID.1:EDX: FPU to CX8, SEP to PSE-36, CLFSH, MMX, FXSR, SSE, SSE2, SS */
#define F1D	(0x1ff | BIT(11) | BIT(12) | BIT(13) | BIT(14) | BIT(15) |	\
		 BIT(16) | BIT(17) | BIT(19) | BIT(23) | BIT(24) | BIT(25) |	\
		 BIT(26) | BIT(27))
#define F1D_APIC	BIT(9)
/* CPUID.7.0:EBX */
#define F7B	(BIT(0) | BIT(1) | BIT(3) | BIT(5) | BIT(7) | BIT(8) | BIT(9) |	\
		 BIT(10) | BIT(16) | BIT(17) | BIT(18) | BIT(19) | BIT(20) |	\
		 BIT(21) | BIT(23) | BIT(24) | BIT(28) | BIT(29) | BIT(30) | BIT(31))
#define F7B_AVX512	(BIT(16) | BIT(17) | BIT(21) | BIT(28) | BIT(30) | BIT(31))
/* CPUID.7.0:ECX: VBMI, UMIP, VBMI2, GFNI, VAES, VPCLMULQDQ, VNNI, BITALG, VPOPCNTDQ, RDPID */
#define F7C	(BIT(1) | BIT(2) | BIT(6) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | \
		 BIT(12) | BIT(14) | BIT(22))
#define F7C_AVX512	(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14))
/* CPUID.7.0:EDX: FSRM, MD_CLEAR */
#define F7D	(BIT(4) | BIT(10))

static const struct {
	u32 leaf;
	u32 subleaf;
	u32 mask[4];
} leaves[] = {
	{ 0x0, 0, { 0, ~0, ~0, ~0 } },
	{ 0x1, 0, { ~0, 0x0000ffff, F1C, F1D } },
	{ 0x2, 0, { ~0, ~0, ~0, ~0 } },
	{ 0x4, 0, { 0x3ff, ~0, ~0, ~0 } },
	{ 0x4, 1, { 0x3ff, ~0, ~0, ~0 } },
	{ 0x4, 2, { 0x3ff, ~0, ~0, ~0 } },
	{ 0x4, 3, { 0x3ff, ~0, ~0, ~0 } },
	{ 0x6, 0, { 0, 0, 0, 0 } },
	{ 0x7, 0, { 0, F7B, F7C, F7D } },
	{ 0xb, 0, { 0, 0, 0, 0 } },
	{ 0xb, 1, { 0, 0, 0, 0 } },
	{ 0xb, 2, { 0, 0, 0, 0 } },
	{ 0xd, 0, { 0, 0, 0, 0 } },
	{ 0xd, 1, { 0x7, 0, 0, 0 } },
	{ 0xd, 2, { ~0, ~0, ~0, ~0 } },
	{ 0xd, 5, { ~0, ~0, ~0, ~0 } },
	{ 0xd, 6, { ~0, ~0, ~0, ~0 } },
	{ 0xd, 7, { ~0, ~0, ~0, ~0 } },
	{ 0x15, 0, { 0, 0, 0, 0 } },
	{ 0x16, 0, { 0, 0, 0, 0 } },
	{ 0x40000000, 0, { 0, 0, 0, 0 } },
	{ 0x40000001, 0, { 0, 0, 0, 0 } },
	{ 0x40000100, 0, { 0, 0, 0, 0 } },
	{ 0x40000101, 0, { 0, 0, 0, 0 } },
	{ 0x80000000, 0, { 0, 0, 0, 0 } },
	/* LAHF, LZCNT, PREFETCHW; SYSCALL, NX, 1-GByte pages, RDTSCP, LM */
	{ 0x80000001, 0, { ~0, ~0, BIT(0) | BIT(5) | BIT(8),
			   BIT(11) | BIT(20) | BIT(26) | BIT(27) | BIT(29) } },
	{ 0x80000002, 0, { ~0, ~0, ~0, ~0 } },
	{ 0x80000003, 0, { ~0, ~0, ~0, ~0 } },
	{ 0x80000004, 0, { ~0, ~0, ~0, ~0 } },
	{ 0x80000006, 0, { ~0, ~0, ~0, ~0 } },
	{ 0x80000007, 0, { 0, 0, 0, BIT(8) } },
	{ 0x80000008, 0, { 0, 0, 0, 0 } },
};

/* CPUID 15h:ECX has 32 bits for the crystal's Hz: a fast TSC is told as a multiple of it. */
u8 cpuid_tsc_shift(void)
{
	u64 hz = (u64)tsc_khz * 1000;

	return fls64(hz >> 32);
}

static struct cpuid_entry *entry_of(struct cpuid_table *t, u32 leaf, u32 subleaf)
{
	return (struct cpuid_entry *)cpuid_find(t, leaf, subleaf);
}

static void set_signature(struct cpuid_table *t, u32 leaf, u32 max, const char signature[12])
{
	struct cpuid_entry *e = entry_of(t, leaf, 0);

	e->eax = max;
	memcpy(&e->ebx, signature, 4);
	memcpy(&e->ecx, signature + 4, 4);
	memcpy(&e->edx, signature + 8, 4);
}

static void set_features(struct cpuid_table *t, u32 apic_id, bool has_apic)
{
	struct cpuid_entry *e1 = entry_of(t, 1, 0), *e7 = entry_of(t, 7, 0);
	bool avx = fpu_xfeatures() & XFEATURE_MASK_YMM;

	/* Bits 31:24 the initial APIC ID, 23:16 one logical processor in this package. */
	e1->ebx |= apic_id << 24 | 1 << 16;
	e1->ecx |= F1C_HYPERVISOR;
	if (has_apic) {
		e1->ecx |= F1C_X2APIC | F1C_TSC_DEADLINE;
		e1->edx |= F1D_APIC;
	}
	if (!fpu_has_xsave())
		e1->ecx &= ~(u32)BIT(26);
	/* FMA, AVX, F16C, AVX2, VAES, VPCLMULQDQ need the state component. */
	if (!avx) {
		e1->ecx &= ~(u32)(BIT(12) | BIT(28) | BIT(29));
		e7->ebx &= ~(u32)BIT(5);
		e7->ecx &= ~(u32)(BIT(9) | BIT(10));
	}
	if (!(fpu_xfeatures() & XFEATURE_MASK_AVX512)) {
		e7->ebx &= ~(u32)F7B_AVX512;
		e7->ecx &= ~(u32)F7C_AVX512;
	}
	if (!(vmx_caps.proc2.may & SECONDARY_EXEC_ENABLE_INVPCID))
		e7->ebx &= ~(u32)BIT(10);
	if (!(vmx_caps.proc2.may & SECONDARY_EXEC_ENABLE_RDTSCP)) {
		e7->ecx &= ~(u32)BIT(22);
		entry_of(t, 0x80000001, 0)->edx &= ~(u32)BIT(27);
	}
	/* Kept by the MSR table, whatever the host has. */
	e7->ebx |= BIT(1);
}

/* One package of one thread cores: level 0 SMT, level 1 core. */
static void set_topology(struct cpuid_table *t, u32 apic_id)
{
	static const struct { u32 eax, ebx, ecx; } level[] = {
		{ 0, 1, 0 | 1 << 8 },
		{ 6, 1, 1 | 2 << 8 },
		{ 0, 0, 2 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(level); i++) {
		struct cpuid_entry *e = entry_of(t, 0xb, i);

		e->eax = level[i].eax;
		e->ebx = level[i].ebx;
		e->ecx = level[i].ecx;
		e->edx = apic_id;
	}
}

static void set_xsave(struct cpuid_table *t)
{
	struct cpuid_entry *e = entry_of(t, 0xd, 0);

	e->eax = (u32)fpu_xfeatures();
	e->edx = fpu_xfeatures() >> 32;
	e->ecx = fpu_size(fpu_xfeatures());
	/* EBX follows XCR0: exit_cpuid(). */
}

static void set_clocks(struct cpuid_table *t)
{
	struct cpuid_entry *e15 = entry_of(t, 0x15, 0), *e16 = entry_of(t, 0x16, 0);

	/* TSC = crystal * EBX / EAX */
	e15->eax = 1;
	e15->ebx = 1 << t->tsc_shift;
	e15->ecx = ((u64)tsc_khz * 1000) >> t->tsc_shift;
	e16->eax = tsc_khz / 1000;
	e16->ebx = tsc_khz / 1000;
	e16->ecx = 100;
	/* ARAT: the APIC timer never stops. */
	entry_of(t, 6, 0)->eax = BIT(2);
}

static void derive(struct cpuid_table *t)
{
	const struct cpuid_entry *e1 = cpuid_find(t, 1, 0), *e7 = cpuid_find(t, 7, 0);
	const struct cpuid_entry *e81 = cpuid_find(t, 0x80000001, 0);
	const struct { bool has; u64 cr4; } bits[] = {
		{ true, X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | X86_CR4_PSE |
			X86_CR4_PAE | X86_CR4_MCE | X86_CR4_PGE | X86_CR4_PCE |
			X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT },
		{ e1->ecx & BIT(26), X86_CR4_OSXSAVE },
		{ e1->ecx & BIT(17), X86_CR4_PCIDE },
		{ e7->ebx & BIT(0), X86_CR4_FSGSBASE },
		{ e7->ebx & BIT(7), X86_CR4_SMEP },
		{ e7->ebx & BIT(20), X86_CR4_SMAP },
		{ e7->ecx & BIT(2), X86_CR4_UMIP },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++)
		if (bits[i].has)
			t->cr4_allowed |= bits[i].cr4;
	t->efer_allowed = EFER_SCE | EFER_LME | (e81->edx & BIT(20) ? EFER_NX : 0);
	t->xcr0_allowed = fpu_has_xsave() ? fpu_xfeatures() : 0;
	t->x2apic = e1->ecx & F1C_X2APIC;
	t->tsc_deadline = e1->ecx & F1C_TSC_DEADLINE;
	t->rdtscp = e81->edx & BIT(27);
	t->invpcid = e7->ebx & BIT(10);
	t->gb_pages = e81->edx & BIT(26);
}

static void read_host(struct cpuid_table *t)
{
	u32 i;

	BUILD_BUG_ON(ARRAY_SIZE(leaves) > CPUID_MAX_ENTRIES);
	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		struct cpuid_entry *e = &t->entry[i];
		u32 leaf = leaves[i].leaf;

		e->leaf = leaf;
		e->subleaf = leaves[i].subleaf;
		cpuid_count(leaf, e->subleaf, &e->eax, &e->ebx, &e->ecx, &e->edx);
		e->eax &= leaves[i].mask[EAX];
		e->ebx &= leaves[i].mask[EBX];
		e->ecx &= leaves[i].mask[ECX];
		e->edx &= leaves[i].mask[EDX];

		if (leaf <= CPUID_MAX_BASIC && !t->basic[leaf])
			t->basic[leaf] = i + 1;
		else if (leaf >= 0x80000000)
			t->extended[leaf - 0x80000000] = i + 1;
	}
	t->count = i;
}

void cpuid_init(struct cpuid_table *t, u32 apic_id, bool has_apic)
{
	memset(t, 0, sizeof(*t));
	t->phys_bits = vmx_caps.phys_bits;
	t->tsc_shift = cpuid_tsc_shift();
	read_host(t);

	entry_of(t, 0, 0)->eax = CPUID_MAX_BASIC;
	entry_of(t, 0x80000000, 0)->eax = 0x80000008;
	entry_of(t, 0x80000008, 0)->eax = t->phys_bits | 48 << 8;
	/* The KVM-compatible range, without features yet; then our own. */
	set_signature(t, 0x40000000, 0x40000001, "KVMKVMKVM\0\0\0");
	set_signature(t, 0x40000100, 0x40000101, "vtxvtxvtxvtx");
	entry_of(t, 0x40000101, 0)->eax = VTX_API_VERSION;

	set_features(t, apic_id, has_apic);
	set_topology(t, apic_id);
	set_xsave(t);
	set_clocks(t);
	derive(t);
}

/* Beyond the last leaf of a range, Intel CPUs answer as for the last basic leaf. */
static u32 first_entry(const struct cpuid_table *t, u32 leaf)
{
	u32 last = t->basic[CPUID_MAX_BASIC], i;

	if (leaf <= CPUID_MAX_BASIC)
		return t->basic[array_index_nospec(leaf, CPUID_MAX_BASIC + 1)];
	if (leaf >= 0x80000000) {
		i = leaf - 0x80000000;
		return i <= CPUID_MAX_EXTENDED ?
		       t->extended[array_index_nospec(i, CPUID_MAX_EXTENDED + 1)] : last;
	}
	for (i = 0; i < t->count; i++)
		if (t->entry[i].leaf == leaf)
			return i + 1;
	return leaf >= 0x40000000 ? 0 : last;
}

const struct cpuid_entry *cpuid_find(const struct cpuid_table *t, u32 leaf, u32 subleaf)
{
	u32 i = first_entry(t, leaf);
	const struct cpuid_entry *e;

	if (!i)
		return NULL;
	e = &t->entry[i - 1];
	leaf = e->leaf;
	/* A leaf with one entry ignores the subleaf. */
	if (i >= t->count || t->entry[i].leaf != leaf)
		return e;
	for (; i <= t->count && e->leaf == leaf; i++, e++)
		if (e->subleaf == subleaf)
			return e;
	return NULL;
}
