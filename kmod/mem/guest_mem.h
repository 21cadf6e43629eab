/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory: the launcher's own memory, shown to the guest through EPT.
 *
 *    gpa --slots--> hva --host page tables--> frame
 *     |                                         ^
 *     +------------------ EPT ------------------+
 *
 * The EPT is a cache of the upper way, filled by faults. Nothing is pinned: an
 * mmu_notifier takes entries out before the host changes what they were made
 * from, and a fault that runs beside such a change starts again.
 *
 * How an entry dies, and what the vCPUs have to do with it:
 *
 *   change                                vCPU, interrupts off
 *   1. clear the entry                    a. say "in guest mode"
 *   2. new TLB generation                 b. smp_mb()
 *   3. smp_mb()                           c. compare guest_mem_tlb_gen() with
 *   4. ops->flush(): kick each vCPU          what was last flushed; INVEPT
 *      that says "in guest mode" and         if it differs
 *      wait until it has left             d. enter
 *   5. the frame may be used again
 *
 * Either 4 sees a, or c sees 2. Generations are never used twice, not even by
 * different guests, so that a root whose page was another guest's root before
 * is told from it.
 *
 * Lock order: slots_mutex, then whatever the host holds when it calls an
 * mmu_notifier (mmap_lock, the rmap locks, page-table locks), then lock.
 * ops->flush() is called with lock held. Nothing takes slots_mutex or waits for
 * srcu inside a notifier callback.
 */
#ifndef VTX_MEM_GUEST_MEM_H
#define VTX_MEM_GUEST_MEM_H

#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/types.h>
#include <linux/vtx.h>

#include "ept_walk.h"
#include "slots.h"

typedef u64 gpa_t;

/**
 * struct guest_mem_ops - what memory asks of those who run vCPUs
 * @flush: returns when each vCPU that may be using old EPT entries has left
 *	guest mode, or is certain to compare generations before it enters. Called
 *	with spinlocks held and interrupts on; must not sleep
 */
struct guest_mem_ops {
	void (*flush)(void *owner);
};

/**
 * struct guest_mem_config - what the CPU can do
 * @phys_bits: guest-physical addresses are below 2^this
 * @ept_ad: the CPU sets accessed and dirty flags in EPT entries
 * @ept_wb: the CPU may read EPT tables through its caches
 */
struct guest_mem_config {
	u8 phys_bits;
	bool ept_ad;
	bool ept_wb;
};

/**
 * struct guest_mem - the memory of one guest
 *
 * Locks:
 *	I	immutable between guest_mem_init() and guest_mem_destroy()
 *	m	slots_mutex
 *	l	lock
 *	l+	written under lock, read without: READ_ONCE()
 *	s	written under m and l; read under m, l or srcu
 *
 * @mm: I; the launcher's address space. The notifier holds a reference to the
 *	struct, not to the memory
 * @ops: I
 * @owner: I; what @ops are called with
 * @limits: I; ends of the guest's and the launcher's address spaces
 * @eptp: I
 * @hw_ad: I; as in struct guest_mem_config
 * @root: I; the tables below it: l, and the CPU sets A and D
 * @notifier: I; registered with @mm
 * @slots_mutex: serialises guest_mem_map() and guest_mem_unmap()
 * @srcu: readers of @slots
 * @slots: s
 * @lock: all of the EPT; taken inside notifier callbacks
 * @inv_seq: l+; number of invalidations that have ended
 * @inv_active: l; invalidations that have begun and not ended
 * @inv_start: l; where the lowest active one begins in the launcher's memory
 * @inv_end: l; where the highest active one ends
 * @tlb_gen: l+; see guest_mem_tlb_gen()
 */
struct guest_mem {
	struct mm_struct *mm;
	const struct guest_mem_ops *ops;
	void *owner;
	struct slot_limits limits;
	u64 eptp;
	bool hw_ad;
	u64 *root;
	struct mmu_notifier notifier;

	struct mutex slots_mutex;	/* for writers of slots */
	struct srcu_struct srcu;
	struct mem_slots __rcu *slots;

	spinlock_t lock;		/* for the EPT and what follows */
	unsigned long inv_seq;
	unsigned int inv_active;
	unsigned long inv_start;
	unsigned long inv_end;
	u64 tlb_gen;
};

int guest_mem_init(struct guest_mem *gm, const struct guest_mem_config *cfg,
		   const struct guest_mem_ops *ops, void *owner);
void guest_mem_destroy(struct guest_mem *gm);
void guest_mem_exit(void);

int guest_mem_map(struct guest_mem *gm, const struct vtx_map_memory *req, u32 *bad_field);
int guest_mem_unmap(struct guest_mem *gm, u32 slot, u32 *bad_field);

/**
 * guest_mem_eptp() - the EPT pointer for the VMCS
 * @gm: the memory
 *
 * Return: the pointer; it never changes.
 */
static inline u64 guest_mem_eptp(const struct guest_mem *gm)
{
	return gm->eptp;
}

/**
 * guest_mem_tlb_gen() - the generation of the EPT
 * @gm: the memory
 *
 * It changes whenever an entry has lost rights or its frame. A vCPU compares it
 * before each entry, with interrupts off and after it has said that it is in
 * guest mode (see the top of this file), with what it was when it last executed
 * INVEPT for this EPT on this CPU, and executes INVEPT if it differs.
 *
 * Return: the generation; never 0.
 */
static inline u64 guest_mem_tlb_gen(const struct guest_mem *gm)
{
	return READ_ONCE(gm->tlb_gen);
}

int guest_mem_cache_topup(struct mem_cache *mc);
void guest_mem_cache_free(struct mem_cache *mc);

/**
 * enum mem_fault - what came of an EPT violation
 * @MEM_FAULT_FIXED: enter the guest again, after a look at signals; either the
 *	access works now or it faults again
 * @MEM_FAULT_MMIO: no slot, or a write to a slot without VTX_MEM_WRITE
 * @MEM_FAULT_NOEXEC: an instruction fetch from no slot, or from one without
 *	VTX_MEM_EXEC
 * @MEM_FAULT_HVA: there is a slot but the host does not allow the access;
 *	&mem_fault_info.hva and &mem_fault_info.error tell more
 * @MEM_FAULT_INTR: a signal is pending and has ended a wait for memory
 */
enum mem_fault {
	MEM_FAULT_FIXED,
	MEM_FAULT_MMIO,
	MEM_FAULT_NOEXEC,
	MEM_FAULT_HVA,
	MEM_FAULT_INTR,
};

/**
 * struct mem_fault_info - an EPT violation
 * @gpa: in: guest-physical address
 * @access: in: VTX_ACCESS_*
 * @hva: out, with MEM_FAULT_HVA: the address in the launcher
 * @error: out, with MEM_FAULT_HVA: errno, positive: EFAULT, EHWPOISON, ENOMEM
 */
struct mem_fault_info {
	u64 gpa;
	u32 access;
	u64 hva;
	int error;
};

enum mem_fault guest_mem_fault(struct guest_mem *gm, struct mem_cache *mc,
			       struct mem_fault_info *fi);

int guest_mem_read(struct guest_mem *gm, u64 gpa, void *buf, size_t len);
bool guest_mem_covers(struct guest_mem *gm, u64 gpa);

#endif /* VTX_MEM_GUEST_MEM_H */
