/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VMCS of one vCPU, by subject:
 *
 *	controls.c	control words, and the few of their bits that change
 *	host_state.c	what the CPU loads at VM exit, and what it forgets to
 *	guest_state.c	registers of the guest that live in the VMCS
 *	cr.c		CR0, CR4, EFER: who owns which bits
 *	msr_bitmap.c	which MSR accesses exit
 *	inject.c	events that VM entry delivers
 *
 * Every function that reads or writes a field wants the VMCS current on this
 * CPU, between vmcs_enter() and vmcs_leave(), preemption off.
 */
#ifndef VTX_VMCS_VMCS_H
#define VTX_VMCS_VMCS_H

#include <linux/types.h>
#include <linux/vtx.h>

#include "../host/vmcs_region.h"

struct vmcs {
	struct vmcs_region region;
	void *msr_bitmap;	/* I */
	u64 eptp;		/* I */
	u16 vpid;		/* I: 0 without VPIDs */

	/* Copies of fields, so that the hot path writes only what changed (all v). */
	u32 proc_ctls;
	u64 host_cr3;
	u64 host_cr4;
	u64 host_fs_base;
	unsigned long host_rsp;	/* written by enter.S */

	/* The guest's IA32_KERNEL_GS_BASE outside of the bracket (v). */
	u64 kernel_gs_base;

	/* What vmcs_enter() saved of the host for vmcs_leave() (all p). */
	u64 host_kernel_gs_base;
	u64 host_debugctl;
	u16 host_ds, host_es, host_fs, host_gs, host_ldt;

	/* Bits that only the host may change, and what the guest may set (I). */
	u64 cr0_owned;
	u64 cr4_owned;
	u64 cr4_allowed;
	u64 efer_allowed;
};

struct vmcs_config {
	u64 eptp;
	u64 cr4_allowed;
	u64 efer_allowed;
	bool rdtscp;		/* the guest has RDTSCP, INVPCID */
	bool invpcid;
};

int vmcs_init(struct vmcs *vmcs, const struct vmcs_config *config);
void vmcs_free(struct vmcs *vmcs);

/*
 * The bracket around all that touches the VMCS and the guest: preemption goes
 * off, the VMCS is made current, what the CPU does not switch is saved.
 * -EAGAIN: this CPU is not in VMX operation; preemption is on again.
 */
int vmcs_enter(struct vmcs *vmcs);
void vmcs_leave(struct vmcs *vmcs);

/* First life of the VMCS: everything that does not change later. Inside the bracket. */
void vmcs_write_controls(struct vmcs *vmcs, const struct vmcs_config *config);
void vmcs_write_host_constants(void);
void vmcs_write_guest_reset(struct vmcs *vmcs);

/* Primary controls that are switched as the guest runs. */
void vmcs_set_proc_ctl(struct vmcs *vmcs, u32 bit, bool on);

/* Before each VM entry, interrupts off. */
void vmcs_refresh_host(struct vmcs *vmcs);
/* After each VM exit, interrupts off. */
void vmcs_restore_debug(struct vmcs *vmcs);

/* guest_state.c */
void vmcs_get_segs(struct vtx_segs *segs);
void vmcs_set_segs(const struct vtx_segs *segs);
u8 vmcs_cpl(void);
bool vmcs_in_64bit_code(struct vmcs *vmcs);

/* cr.c: values as the guest sees them; the setters take checked values. */
u64 vmcs_cr0(const struct vmcs *vmcs);
u64 vmcs_cr4(const struct vmcs *vmcs);
void vmcs_set_cr0(struct vmcs *vmcs, u64 cr0);
void vmcs_set_cr4(struct vmcs *vmcs, u64 cr4);
void vmcs_set_efer(struct vmcs *vmcs, u64 efer);
bool vmcs_pae_paging(struct vmcs *vmcs);
void vmcs_flush_linear(struct vmcs *vmcs);

/* msr_bitmap.c: the bitmap starts with all accesses exiting. */
void msr_bitmap_pass(void *bitmap, u32 msr, bool read, bool write);

/* inject.c */
struct vmcs_event {
	u32 info;		/* VM-entry interruption information; 0: none */
	u32 error_code;
	u32 insn_len;
};

void vmcs_inject(const struct vmcs_event *event);
bool vmcs_interrupt_allowed(void);
bool vmcs_nmi_allowed(void);
void vmcs_clear_shadow(void);

#endif /* VTX_VMCS_VMCS_H */
