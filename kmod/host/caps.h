/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the VT-x of this CPU can do, read once from the capability MSRs
 * (SDM Vol. 3, Appendix A) and never changed after module load.
 */
#ifndef VTX_HOST_CAPS_H
#define VTX_HOST_CAPS_H

#include <linux/types.h>

/* A control word: bits that must be one, and bits that may be one. */
struct vmx_ctl {
	u32 must;
	u32 may;
};

struct vmx_caps {
	u64 basic;
	u64 misc;
	u64 ept_vpid;
	struct vmx_ctl pin;
	struct vmx_ctl proc;
	struct vmx_ctl proc2;
	struct vmx_ctl exit;
	struct vmx_ctl entry;
	u64 cr0_fixed0, cr0_fixed1;	/* ones in fixed0 must be one, zeros in fixed1 zero */
	u64 cr4_fixed0, cr4_fixed1;
	bool unrestricted;
	bool vpid;
	bool ept_ad;
	bool preemption_timer;
	bool virtual_nmi;
	u8 phys_bits;			/* of the host's and of the guest's physical addresses */
};

extern struct vmx_caps vmx_caps;

/* Reads and judges the capabilities of this CPU: 0, or the errno of the refusal, said in dmesg. */
int vmx_caps_init(void);

/* 0, or -ENODEV where the CPU that it runs on lacks what vmx_caps promises. */
int vmx_caps_check_cpu(void);

#endif /* VTX_HOST_CAPS_H */
