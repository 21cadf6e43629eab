// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPT violations: from a guest-physical address to an entry.
 *
 *   1. find the slot                             under srcu
 *   2. is there an entry by now, or an aged one? under lock
 *   3. remember inv_seq, get the page            may sleep, no lock held
 *   4. neither slots nor host tables changed     under lock
 *      since 1 and 3? install, else start again
 *
 * The reference to the page goes back in the end: what keeps the entry right is
 * the notifier. srcu is not held over step 3, which may take as long as a
 * userfaultfd likes, or nobody could unmap a slot meanwhile.
 */
#include "guest_mem_priv.h"

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/sched/signal.h>

#include "../host/compat.h"

/* Rights of slots, kinds of access and rights of entries are the same bits. */
static_assert(VTX_MEM_READ == EPT_R && VTX_ACCESS_READ == EPT_R);
static_assert(VTX_MEM_WRITE == EPT_W && VTX_ACCESS_WRITE == EPT_W);
static_assert(VTX_MEM_EXEC == EPT_X && VTX_ACCESS_FETCH == EPT_X);

/**
 * struct fault - a fault in progress
 * @gpa: first address of the guest's page
 * @need: EPT_R, EPT_W, EPT_X: rights that the access takes
 * @rights: those that the entry will have
 * @hva: the faulting address in the launcher
 * @slots_gen: generation of the slots in which @hva was found
 * @inv_seq: invalidations that had ended when @page was looked for
 * @page: what is at @hva, with a reference
 */
struct fault {
	u64 gpa;
	u64 need;
	u64 rights;
	u64 hva;
	u64 slots_gen;
	unsigned long inv_seq;
	struct page *page;
};

static enum mem_fault find_slot(struct guest_mem *gm, struct fault *f, u64 gpa)
{
	const struct mem_slots *slots;
	const struct mem_slot *slot;
	enum mem_fault verdict = MEM_FAULT_FIXED;
	int idx = srcu_read_lock(&gm->srcu);

	slots = srcu_dereference(gm->slots, &gm->srcu);
	slot = slots_find(slots, gpa);
	f->slots_gen = slots->gen;
	if (slot) {
		f->rights = slot->flags;
		f->hva = slot->hva + (gpa - slot->gpa);
	}
	if (!slot || f->need & ~f->rights)
		verdict = f->need & EPT_X ? MEM_FAULT_NOEXEC : MEM_FAULT_MMIO;
	srcu_read_unlock(&gm->srcu, idx);
	return verdict;
}

static bool slots_changed(struct guest_mem *gm, const struct fault *f)
{
	return guest_mem_slots_locked(gm)->gen != f->slots_gen;
}

static bool host_changed(struct guest_mem *gm, const struct fault *f)
{
	if (gm->inv_active && f->hva >= gm->inv_start && f->hva < gm->inv_end)
		return true;
	return gm->inv_seq != f->inv_seq;
}

/* Another vCPU was faster, or the entry had only been aged. */
static bool entry_is_there(struct guest_mem *gm, const struct fault *f)
{
	bool there = false;
	u64 *entry, value;
	int level;

	spin_lock(&gm->lock);
	entry = ept_find(gm->root, f->gpa, &level);
	value = READ_ONCE(*entry);
	if (!slots_changed(gm, f) && !(f->need & ~ept_leaf_rights(value))) {
		if (ept_leaf_is_aged(value))
			ept_leaf_renew(entry);
		there = true;
	}
	spin_unlock(&gm->lock);
	return there;
}

static bool get_writable_page_now(struct fault *f, struct page **page)
{
	return f->rights & EPT_W &&
	       get_user_pages_fast_only(f->hva & PAGE_MASK, 1, FOLL_WRITE, page) == 1;
}

/*
 * A page that the host lets be written is mapped writable also on a read, or
 * most pages would fault twice; but a read never makes the host copy a page.
 */
static int get_page_for(struct fault *f)
{
	unsigned int flags = FOLL_HWPOISON | VTX_FOLL_INTERRUPTIBLE | VTX_FOLL_NUMA;
	struct page *writable;
	long n;

	if (get_writable_page_now(f, &f->page))
		return 0;
	if (f->need & EPT_W)
		flags |= FOLL_WRITE;
	n = get_user_pages_unlocked(f->hva & PAGE_MASK, 1, &f->page, flags);
	if (n != 1)
		return n < 0 ? n : -EFAULT;
	if (f->need & EPT_W)
		return 0;
	if (get_writable_page_now(f, &writable)) {
		put_page(f->page);
		f->page = writable;
	} else {
		f->rights &= ~EPT_W;
	}
	return 0;
}

/*
 * The entry may be there with fewer rights, or with more: two vCPUs that fault
 * on one page may have found it in different states, and none takes back what
 * the other gave.
 */
static void install(struct guest_mem *gm, struct fault *f, u64 *entry)
{
	u64 frame = page_to_phys(f->page);
	u64 old = READ_ONCE(*entry);
	u64 new;

	do {
		new = ept_leaf(frame, f->rights, 1);
		if ((old & EPT_ADDR) == frame)
			new |= ept_leaf(frame, ept_leaf_rights(old), 1) | (old & EPT_D);
	} while (!try_cmpxchg(entry, &old, new));

	/* The host would have told. */
	if (WARN_ON_ONCE(ept_entry_used(old) && (old & EPT_ADDR) != frame))
		guest_mem_flush(gm);
	if (f->rights & EPT_W && !PageReserved(f->page))
		folio_set_dirty(page_folio(f->page));
}

static bool try_install(struct guest_mem *gm, struct mem_cache *mc, struct fault *f)
{
	u64 *entry = NULL;

	spin_lock(&gm->lock);
	if (!slots_changed(gm, f) && !host_changed(gm, f))
		entry = ept_reach(gm->root, f->gpa, 1, mc);
	if (entry)
		install(gm, f, entry);
	spin_unlock(&gm->lock);
	put_page(f->page);
	return entry;
}

static enum mem_fault refused_by_host(struct mem_fault_info *fi, const struct fault *f, int err)
{
	if (err == -EINTR || err == -ERESTARTSYS)
		return MEM_FAULT_INTR;
	fi->hva = f->hva;
	fi->error = -err;
	return MEM_FAULT_HVA;
}

/**
 * guest_mem_fault() - make an access work that has caused an EPT violation
 * @gm: the memory
 * @mc: the vCPU's tables; filled here as needed
 * @fi: the violation
 *
 * May sleep; the caller is a thread of the launcher.
 *
 * Return: see &enum mem_fault.
 */
enum mem_fault guest_mem_fault(struct guest_mem *gm, struct mem_cache *mc,
			       struct mem_fault_info *fi)
{
	struct fault f = {
		.gpa = ALIGN_DOWN(fi->gpa, PAGE_SIZE),
		.need = (fi->access & EPT_RWX) ?: EPT_R,
	};
	enum mem_fault verdict;
	int err;

	do {
		verdict = find_slot(gm, &f, fi->gpa);
		if (verdict != MEM_FAULT_FIXED)
			return verdict;
		if (entry_is_there(gm, &f))
			return MEM_FAULT_FIXED;
		err = guest_mem_cache_topup(mc);
		if (err)
			return refused_by_host(fi, &f, err);

		f.inv_seq = READ_ONCE(gm->inv_seq);
		/* Before the host's tables are read, or a change could be missed. */
		smp_rmb();
		err = get_page_for(&f);
		if (err)
			return refused_by_host(fi, &f, err);
		if (try_install(gm, mc, &f))
			return MEM_FAULT_FIXED;
		cond_resched();
	} while (!signal_pending(current));
	return MEM_FAULT_FIXED;
}
