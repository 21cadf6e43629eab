/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels for guest memory. To be merged into compat.h;
 * the VTX_HAVE_* macros come from probes in Kbuild:
 *
 * VTX_HAVE_FOLL_INTERRUPTIBLE: "FOLL_INTERRUPTIBLE" in include/linux/mm_types.h
 * VTX_HAVE_FOLL_HONOR_NUMA_FAULT: "FOLL_HONOR_NUMA_FAULT" in the same
 * VTX_HAVE_MMU_NOTIFIER_BOOL: "bool \(\*test_young\)" in include/linux/mmu_notifier.h
 */
#ifndef VTX_HOST_COMPAT_MEM_H
#define VTX_HOST_COMPAT_MEM_H

#include <linux/mm.h>
#include <linux/types.h>

/* Without it only a fatal signal ends a wait in a userfaultfd. */
#ifdef VTX_HAVE_FOLL_INTERRUPTIBLE
#define VTX_FOLL_INTERRUPTIBLE	FOLL_INTERRUPTIBLE
#else
#define VTX_FOLL_INTERRUPTIBLE	0
#endif

/* Older kernels always take NUMA hinting faults. */
#ifdef VTX_HAVE_FOLL_HONOR_NUMA_FAULT
#define VTX_FOLL_NUMA		FOLL_HONOR_NUMA_FAULT
#else
#define VTX_FOLL_NUMA		0
#endif

/* What the young callbacks of an mmu_notifier return. */
#ifdef VTX_HAVE_MMU_NOTIFIER_BOOL
#define VTX_YOUNG_T		bool
#else
#define VTX_YOUNG_T		int
#endif

#endif /* VTX_HOST_COMPAT_MEM_H */
