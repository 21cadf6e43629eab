// SPDX-License-Identifier: GPL-2.0-only
/*
 * Following the launcher's address space.
 *
 * The host brackets each change of its page tables: between start and end of a
 * range no entry for it is made, and when start returns there is none. A fault
 * learns of a change in one of two ways (fault.c): the bracket is still open, or
 * it was closed since the fault began, which inv_seq tells.
 *
 * The callbacks come with page-table locks or rmap locks held, and some may not
 * sleep: hence a spinlock. They read the slots only after the bracket is open,
 * under that lock: a slot that is published later gets no entries in the range
 * before the bracket is closed. The SRCU section keeps the array while the lock
 * is dropped in between; a slot that was removed meanwhile is zapped in vain.
 */
#include "guest_mem_priv.h"

#include <linux/mm.h>

#include "../host/compat.h"

static struct guest_mem *to_guest_mem(struct mmu_notifier *notifier)
{
	return container_of(notifier, struct guest_mem, notifier);
}

static void open_bracket(struct guest_mem *gm, unsigned long start, unsigned long end)
{
	if (gm->inv_active++) {
		start = min(start, gm->inv_start);
		end = max(end, gm->inv_end);
	}
	gm->inv_start = start;
	gm->inv_end = end;
}

static void zap_hva_range(struct guest_mem *gm, unsigned long start, unsigned long end,
			  bool may_yield)
{
	const struct mem_slots *slots = guest_mem_slots_locked(gm);
	u64 gpa_start, gpa_end;
	struct ept_zap z;
	u32 i;

	ept_zap_begin(&z, gm, may_yield);
	for (i = 0; i < slots->nr; i++)
		if (slot_hva_to_gpa(&slots->slot[i], start, end, &gpa_start, &gpa_end))
			ept_zap_range(&z, gpa_start, gpa_end);
	ept_zap_finish(&z);
}

static int invalidate_range_start(struct mmu_notifier *notifier,
				  const struct mmu_notifier_range *range)
{
	struct guest_mem *gm = to_guest_mem(notifier);
	int idx = srcu_read_lock(&gm->srcu);

	spin_lock(&gm->lock);
	open_bracket(gm, range->start, range->end);
	zap_hva_range(gm, range->start, range->end, mmu_notifier_range_blockable(range));
	spin_unlock(&gm->lock);
	srcu_read_unlock(&gm->srcu, idx);
	return 0;
}

static void invalidate_range_end(struct mmu_notifier *notifier,
				 const struct mmu_notifier_range *range)
{
	struct guest_mem *gm = to_guest_mem(notifier);

	spin_lock(&gm->lock);
	WRITE_ONCE(gm->inv_seq, gm->inv_seq + 1);
	gm->inv_active--;
	spin_unlock(&gm->lock);
}

/**
 * struct ager - a look at the accessed flags of a range
 * @visitor: how the walker calls back
 * @hw_ad: the CPU sets them
 * @clear: clear them, else stop at the first that is set
 * @young: one was set
 */
struct ager {
	struct ept_visitor visitor;
	bool hw_ad;
	bool clear;
	bool young;
};

static bool age_leaf(struct ept_visitor *v, u64 *entry, u64 gpa, int level)
{
	struct ager *a = container_of(v, struct ager, visitor);

	if (a->clear)
		a->young |= ept_leaf_age(entry, a->hw_ad);
	else
		a->young |= READ_ONCE(*entry) & EPT_A;
	return a->clear || !a->young;
}

/*
 * With accessed flags there is nothing to flush: a CPU that goes on using what
 * it has cached leaves the flag clear for a while, which is no more than a hint
 * gone astray. Without them an aged entry is one that lost its rights.
 */
static bool age_hva_range(struct guest_mem *gm, unsigned long start, unsigned long end, bool clear)
{
	struct ager a = { .visitor.leaf = age_leaf, .hw_ad = gm->hw_ad, .clear = clear };
	const struct mem_slots *slots;
	u64 gpa_start, gpa_end;
	u32 i;

	spin_lock(&gm->lock);
	slots = guest_mem_slots_locked(gm);
	for (i = 0; i < slots->nr; i++)
		if (slot_hva_to_gpa(&slots->slot[i], start, end, &gpa_start, &gpa_end))
			ept_visit(gm->root, gpa_start, gpa_end, &a.visitor);
	if (a.young && a.clear && !a.hw_ad)
		guest_mem_flush(gm);
	spin_unlock(&gm->lock);
	return a.young;
}

static VTX_YOUNG_T clear_young(struct mmu_notifier *notifier, struct mm_struct *mm,
			       unsigned long start, unsigned long end)
{
	return age_hva_range(to_guest_mem(notifier), start, end, true);
}

static VTX_YOUNG_T test_young(struct mmu_notifier *notifier, struct mm_struct *mm,
			      unsigned long address)
{
	return age_hva_range(to_guest_mem(notifier), address, address + 1, false);
}

/*
 * The launcher is gone, or the guest is. Nobody can fault any more: that takes
 * a thread in this mm.
 */
static void release(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	struct guest_mem *gm = to_guest_mem(notifier);
	struct ept_zap z;

	spin_lock(&gm->lock);
	ept_zap_begin(&z, gm, true);
	ept_zap_range(&z, 0, BIT_ULL(EPT_BITS));
	ept_zap_finish(&z);
	spin_unlock(&gm->lock);
}

/* No change_pte: where kernels have it, a bracket is around it. */
const struct mmu_notifier_ops guest_mem_notifier_ops = {
	.release = release,
	.clear_flush_young = clear_young,
	.clear_young = clear_young,
	.test_young = test_young,
	.invalidate_range_start = invalidate_range_start,
	.invalidate_range_end = invalidate_range_end,
};
