// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and saving the guest's FPU state (SDM Vol. 1, chapter 13).
 *
 * Components: x87, SSE, AVX and the three of AVX-512. PKRU is not offered; AMX
 * and supervisor states are not either. XSAVE and XRSTOR run with the host's
 * XCR0, which covers all that a guest may have.
 */
#include <linux/build_bug.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/processor.h>

#include "../host/compat.h"
#include "fpu.h"

#define OFFERED	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | XFEATURE_MASK_YMM | XFEATURE_MASK_AVX512)

#define LEGACY_SIZE	512
#define HEADER_SIZE	64
#define FCW_RESET	0x40		/* after power-on; FINIT sets 0x37f */
#define MXCSR_RESET	0x1f80

static u64 xfeatures __ro_after_init;
static u64 host_xcr0 __ro_after_init;
static bool has_xsave __ro_after_init;
static u32 mxcsr_mask __ro_after_init;

void fpu_init(void)
{
	struct fxregs_state *fx = (void *)get_zeroed_page(GFP_KERNEL);

	has_xsave = boot_cpu_has(X86_FEATURE_XSAVE);
	/* Without XSAVE there is no XCR0: as if it had its value after reset, like each guest's. */
	host_xcr0 = has_xsave ? xgetbv(XCR_XFEATURE_ENABLED_MASK) : XFEATURE_MASK_FP;
	xfeatures = has_xsave ? host_xcr0 & OFFERED : XFEATURE_MASK_FP | XFEATURE_MASK_SSE;
	/* The parts of AVX-512 come and go together. */
	if ((xfeatures & XFEATURE_MASK_AVX512) != XFEATURE_MASK_AVX512)
		xfeatures &= ~(u64)XFEATURE_MASK_AVX512;

	/* SDM Vol. 1, 11.6.6: FXSAVE tells which bits of MXCSR exist; 0 stands for 0xffbf. */
	mxcsr_mask = 0xffbf;
	if (!fx)
		return;
	kernel_fpu_begin();
	asm volatile("fxsave64 %0" : "=m" (*fx));
	kernel_fpu_end();
	if (fx->mxcsr_mask)
		mxcsr_mask = fx->mxcsr_mask;
	free_page((unsigned long)fx);
}

bool fpu_has_xsave(void)
{
	return has_xsave;
}

u64 fpu_xfeatures(void)
{
	return xfeatures;
}

u64 fpu_host_xcr0(void)
{
	return host_xcr0;
}

/* SDM Vol. 2, CPUID.0Dh: EAX is the size of component i, EBX its offset. */
u32 fpu_size(u64 features)
{
	u32 end = has_xsave ? LEGACY_SIZE + HEADER_SIZE : LEGACY_SIZE;
	u32 eax, ebx, ecx, edx, i;

	for (i = XFEATURE_YMM; i < 63; i++) {
		if (!(features & BIT_ULL(i)))
			continue;
		cpuid_count(0xd, i, &eax, &ebx, &ecx, &edx);
		end = max(end, eax + ebx);
	}
	return end;
}

/* Compacted, the components follow each other; ECX bit 1 of each asks for 64-byte alignment. */
u32 fpu_compacted_size(u64 features)
{
	u32 end = LEGACY_SIZE + HEADER_SIZE;
	u32 eax, ebx, ecx, edx, i;

	for (i = XFEATURE_YMM; i < 63; i++) {
		if (!(features & BIT_ULL(i)))
			continue;
		cpuid_count(0xd, i, &eax, &ebx, &ecx, &edx);
		end = (ecx & BIT(1) ? ALIGN(end, 64) : end) + eax;
	}
	return end;
}

int fpu_alloc(struct guest_fpu *fpu)
{
	/* Whole pages: aligned as XSAVE wants it, and zero. */
	fpu->area = (void *)__get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO,
					     get_order(fpu_size(xfeatures)));
	if (!fpu->area)
		return -ENOMEM;
	fpu_reset(fpu);
	return 0;
}

void fpu_free(struct guest_fpu *fpu)
{
	if (fpu->area)
		free_pages((unsigned long)fpu->area, get_order(fpu_size(xfeatures)));
}

void fpu_reset(struct guest_fpu *fpu)
{
	struct fxregs_state *fx = fpu->area;

	memset(fpu->area, 0, fpu_size(xfeatures));
	fx->cwd = FCW_RESET;
	fx->mxcsr = MXCSR_RESET;
	if (has_xsave)
		((struct xregs_state *)fpu->area)->header.xfeatures =
			XFEATURE_MASK_FP | XFEATURE_MASK_SSE;
}

/* An image from userspace was checked; to be ready for a fault all the same costs nothing. */
void fpu_load_guest(struct guest_fpu *fpu)
{
	u32 lo = xfeatures, hi = xfeatures >> 32;

	kernel_fpu_begin();
	if (has_xsave)
		asm volatile("1: xrstor64 %[area]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     : : [area] "m" (*(u8 *)fpu->area), "a" (lo), "d" (hi) : "memory");
	else
		asm volatile("1: fxrstor64 %[area]\n"
			     "2:\n" _ASM_EXTABLE(1b, 2b)
			     : : [area] "m" (*(u8 *)fpu->area) : "memory");
}

void fpu_save_guest(struct guest_fpu *fpu)
{
	u32 lo = xfeatures, hi = xfeatures >> 32;

	if (has_xsave)
		asm volatile("xsave64 %[area]"
			     : : [area] "m" (*(u8 *)fpu->area), "a" (lo), "d" (hi) : "memory");
	else
		asm volatile("fxsave64 %[area]" : : [area] "m" (*(u8 *)fpu->area) : "memory");
	kernel_fpu_end();
}

/* SDM Vol. 1, 13.8.1: XRSTOR in standard form. */
bool fpu_image_valid(const void *area)
{
	const struct xregs_state *image = area;
	const struct xstate_header *h = &image->header;

	if (image->i387.mxcsr & ~mxcsr_mask)
		return false;
	if (!has_xsave)
		return true;
	return !(h->xfeatures & ~xfeatures) && !h->xcomp_bv &&
	       !memchr_inv(h->reserved, 0, sizeof(h->reserved));
}
