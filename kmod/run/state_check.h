/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which values userspace may give to a vCPU, group by group, as far as the
 * value alone and what the guest has been offered decide. Pure.
 */
#ifndef VTX_RUN_STATE_CHECK_H
#define VTX_RUN_STATE_CHECK_H

#include <linux/types.h>
#include <linux/vtx.h>

/* What the guest has been offered. */
struct state_limits {
	u64 cr4;		/* bits of CR4 */
	u64 efer;		/* bits of IA32_EFER, but for LMA */
	u64 xcr0;		/* bits of XCR0; bit 0 always is */
	u64 misc_enable;	/* IA32_MISC_ENABLE as it is: most bits cannot change */
	u8 phys_bits;
	bool apic;
};

/*
 * Each: 0, or -EINVAL with the byte offset of the first illegal field in *bad.
 * Left to the caller are the rules that need more than this: PDPTEs, the APIC
 * base, the FPU image.
 */
int state_check_gprs(const struct vtx_gprs *s, u32 *bad);
int state_check_segs(const struct vtx_segs *s, u32 *bad);
int state_check_cregs(const struct state_limits *l, const struct vtx_cregs *s, u32 *bad);
int state_check_dregs(const struct vtx_dregs *s, u32 *bad);
int state_check_msrs(const struct state_limits *l, const struct vtx_msrs *s, u32 *bad);
int state_check_events(const struct vtx_events *s, u32 *bad);

/* SDM Vol. 1, 13.3: components of XCR0 that need each other. */
bool state_xcr0_valid(u64 xcr0, u64 allowed);

/* Are the four page-directory pointers in use? */
bool state_pae_paging(const struct vtx_cregs *s);

#endif /* VTX_RUN_STATE_CHECK_H */
