/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Invalidation of cached translations (SDM Vol. 3, 29.4), on this CPU, in VMX
 * operation, preemption off.
 */
#ifndef VTX_HOST_TLB_H
#define VTX_HOST_TLB_H

#include <linux/types.h>

/* All guest-physical and combined mappings of all EPT paging structures. */
void ept_flush_all(void);

/* Those that are tagged with the paging structures of @eptp, for all VPIDs. */
void ept_flush(u64 eptp);

/* Linear and combined mappings tagged with @vpid. */
void vpid_flush(u16 vpid);

/* VPIDs: 1 to 65535 while the CPU has them, else always 0. -ENOSPC when all are in use. */
int vpid_alloc(void);
void vpid_free(u16 vpid);

#endif /* VTX_HOST_TLB_H */
