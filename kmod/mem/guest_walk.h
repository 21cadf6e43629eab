/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk of the guest's own page tables (SDM Vol. 3, chapter 4).
 *
 * It serves to read the bytes of an instruction that the CPU has just fetched,
 * and so does not set accessed and dirty flags: the CPU has done that. For the
 * same reason it knows neither protection keys nor shadow stacks, which bear on
 * data accesses only, and no 5-level paging, which guests are not offered.
 *
 * No kernel state: the unit tests run guest_walk.c in userspace.
 */
#ifndef VTX_MEM_GUEST_WALK_H
#define VTX_MEM_GUEST_WALK_H

#include <linux/types.h>

/**
 * struct guest_walk_mode - what of the vCPU's state decides about a walk
 * @cr0: CR0
 * @cr3: CR3
 * @cr4: CR4
 * @efer: IA32_EFER
 * @pdpte: the four PDPTE registers; used in PAE paging only
 * @phys_bits: the guest's MAXPHYADDR
 * @gb_pages: the guest has 1 GiB pages
 * @user: the access is made at CPL 3
 * @ac: RFLAGS.AC, which lifts SMAP
 */
struct guest_walk_mode {
	u64 cr0;
	u64 cr3;
	u64 cr4;
	u64 efer;
	u64 pdpte[4];
	u8 phys_bits;
	bool gb_pages;
	bool user;
	bool ac;
};

/**
 * struct guest_walk_fault - the page fault that an access would raise
 * @fault: whether it would
 * @error_code: its error code
 * @gla: its linear address, for CR2
 */
struct guest_walk_fault {
	bool fault;
	u32 error_code;
	u64 gla;
};

/* Read @len bytes of guest-physical memory; 0 or -errno. */
typedef int (*guest_walk_read_t)(void *ctx, u64 gpa, void *buf, size_t len);

int guest_walk(const struct guest_walk_mode *m, u64 gla, u32 access, guest_walk_read_t read,
	       void *ctx, u64 *gpa, struct guest_walk_fault *f);

#endif /* VTX_MEM_GUEST_WALK_H */
