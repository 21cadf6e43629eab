// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking entries out of the EPT, and telling the vCPUs.
 *
 * The flush comes before the lock is dropped, not only before the frames are
 * freed: whoever takes the lock next and finds nothing left to zap concludes
 * that no CPU can reach these frames either.
 */
#include "guest_mem_priv.h"

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched.h>

/* Leaves between two looks at whether others wait for the lock or the CPU. */
#define ZAP_BATCH	1024

/* The last generation that any guest was given. */
static atomic64_t last_tlb_gen = ATOMIC64_INIT(0);

void guest_mem_new_tlb_gen(struct guest_mem *gm)
{
	WRITE_ONCE(gm->tlb_gen, atomic64_inc_return(&last_tlb_gen));
}

/* Steps 2 to 4 of the drawing in guest_mem.h. */
void guest_mem_flush(struct guest_mem *gm)
{
	lockdep_assert_held(&gm->lock);
	guest_mem_new_tlb_gen(gm);
	/* What was cleared is seen by each vCPU that flush() does not see. */
	smp_mb();
	gm->ops->flush(gm->owner);
}

/*
 * The host must not take a page for clean that the guest may have written. Its
 * page is still mapped by the host here, so the struct page is sure to be its.
 */
static void keep_dirty(u64 entry)
{
	struct page *page;

	if (!(ept_leaf_rights(entry) & EPT_W))
		return;
	page = pfn_to_page((entry & EPT_ADDR) >> PAGE_SHIFT);
	if (!PageReserved(page))
		folio_set_dirty(page_folio(page));
}

static bool zap_leaf(struct ept_visitor *v, u64 *entry, u64 gpa, int level)
{
	struct ept_zap *z = container_of(v, struct ept_zap, visitor);

	keep_dirty(ept_leaf_zap(entry));
	z->lost = true;
	return --z->budget || !z->may_yield;
}

/* The page's list head, since CPUs may still read the page itself as a table. */
static void zap_unlinked(struct ept_visitor *v, u64 *table)
{
	struct ept_zap *z = container_of(v, struct ept_zap, visitor);

	list_add(&virt_to_page(table)->lru, &z->tables);
	z->lost = true;
}

static void zap_settle(struct ept_zap *z)
{
	struct page *page, *next;

	if (!z->lost)
		return;
	guest_mem_flush(z->gm);
	list_for_each_entry_safe(page, next, &z->tables, lru) {
		list_del(&page->lru);
		ept_table_free(page_address(page));
	}
	z->lost = false;
}

/**
 * ept_zap_begin() - start to take entries out
 * @z: out: the state of the work
 * @gm: the memory; its lock is held until ept_zap_finish()
 * @may_yield: the caller may sleep, does without the lock for moments, and has
 *	made sure that no new entries appear meanwhile
 */
void ept_zap_begin(struct ept_zap *z, struct guest_mem *gm, bool may_yield)
{
	lockdep_assert_held(&gm->lock);
	*z = (struct ept_zap) {
		.visitor.leaf = zap_leaf,
		.gm = gm,
		.may_yield = may_yield,
		.budget = ZAP_BATCH,
	};
	INIT_LIST_HEAD(&z->tables);
}

/**
 * ept_zap_prune() - also take out tables that have become empty
 * @z: the work
 */
void ept_zap_prune(struct ept_zap *z)
{
	z->visitor.unlinked = zap_unlinked;
}

/**
 * ept_zap_range() - take out what is in a range
 * @z: the work
 * @start: first guest-physical address
 * @end: end of the range
 */
void ept_zap_range(struct ept_zap *z, u64 start, u64 end)
{
	for (;;) {
		start = ept_visit(z->gm->root, start, end, &z->visitor);
		if (start >= end)
			return;
		z->budget = ZAP_BATCH;
		if (need_resched() || spin_needbreak(&z->gm->lock)) {
			zap_settle(z);
			cond_resched_lock(&z->gm->lock);
		}
	}
}

/**
 * ept_zap_finish() - flush
 * @z: the work
 *
 * The lock is still held; what was taken out may be used again once this has
 * returned.
 */
void ept_zap_finish(struct ept_zap *z)
{
	zap_settle(z);
}
