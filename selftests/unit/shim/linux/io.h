/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical addresses are pointers: tables are found where malloc() put them. */
#include "../kshim.h"

#ifndef VTX_UNIT_IO_H
#define VTX_UNIT_IO_H

static inline u64 virt_to_phys(const void *p)
{
	return (uintptr_t)p;
}

static inline void *phys_to_virt(u64 pa)
{
	return (void *)(uintptr_t)pa;
}

#endif /* VTX_UNIT_IO_H */
