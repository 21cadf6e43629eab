/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's x87, SSE, AVX and AVX-512 registers.
 *
 * They are in the CPU between fpu_load_guest() and fpu_save_guest(), which span
 * the part of the loop that runs with preemption off; the host's are saved by
 * kernel_fpu_begin(), and loaded when the thread returns to userspace.
 */
#ifndef VTX_RUN_FPU_H
#define VTX_RUN_FPU_H

#include <linux/types.h>
#include <asm/fpu/xcr.h>
#include <asm/fpu/types.h>

struct guest_fpu {
	void *area;	/* v: XSAVE area in standard format, or FXSAVE area; 64-byte aligned */
};

/* Once, at module load. */
void fpu_init(void);

bool fpu_has_xsave(void);
/* State components that guests may use, and the size of an XSAVE area for some of them. */
u64 fpu_xfeatures(void);
u32 fpu_size(u64 xfeatures);
u32 fpu_compacted_size(u64 xfeatures);

int fpu_alloc(struct guest_fpu *fpu);
void fpu_free(struct guest_fpu *fpu);

void fpu_load_guest(struct guest_fpu *fpu);
void fpu_save_guest(struct guest_fpu *fpu);

/* Would XRSTOR take this image? */
bool fpu_image_valid(const void *area);
/* After a reset: the initial configuration of all components. */
void fpu_reset(struct guest_fpu *fpu);

u64 fpu_host_xcr0(void);

#endif /* VTX_RUN_FPU_H */
