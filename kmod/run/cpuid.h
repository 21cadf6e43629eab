/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUID as the guest sees it: what this CPU has, less what vtx does not offer,
 * and the leaves of a hypervisor.
 */
#ifndef VTX_RUN_CPUID_H
#define VTX_RUN_CPUID_H

#include <linux/types.h>

#define CPUID_MAX_ENTRIES	64
#define CPUID_MAX_BASIC		0x16
#define CPUID_MAX_EXTENDED	8

struct cpuid_entry {
	u32 leaf, subleaf;
	u32 eax, ebx, ecx, edx;
};

/* Entries of one leaf are neighbours; @basic and @extended hold the first one's number + 1. */
struct cpuid_table {
	struct cpuid_entry entry[CPUID_MAX_ENTRIES];
	u8 count;
	u8 basic[CPUID_MAX_BASIC + 1];
	u8 extended[CPUID_MAX_EXTENDED + 1];

	/* What other parts of the vCPU derive from the table. */
	u64 cr4_allowed;
	u64 efer_allowed;
	u64 xcr0_allowed;
	u8 phys_bits;
	u8 tsc_shift;		/* core crystal clock = TSC >> this */
	bool x2apic, tsc_deadline, rdtscp, invpcid, gb_pages;
};

void cpuid_init(struct cpuid_table *t, u32 apic_id, bool has_apic);

/* The entry for @leaf and @subleaf, or NULL: all registers read as zero. */
const struct cpuid_entry *cpuid_find(const struct cpuid_table *t, u32 leaf, u32 subleaf);

/* The rate that guests are told is the host's own. */
u8 cpuid_tsc_shift(void);

#endif /* VTX_RUN_CPUID_H */
