/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind guest_mem.h share: see there. */
#ifndef VTX_MEM_GUEST_MEM_PRIV_H
#define VTX_MEM_GUEST_MEM_PRIV_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#include "guest_mem.h"

extern const struct mmu_notifier_ops guest_mem_notifier_ops;

static inline const struct mem_slots *guest_mem_slots_locked(struct guest_mem *gm)
{
	return rcu_dereference_protected(gm->slots, lockdep_is_held(&gm->lock));
}

/* ept_zap.c */
void guest_mem_new_tlb_gen(struct guest_mem *gm);
void guest_mem_flush(struct guest_mem *gm);

/**
 * struct ept_zap - entries on their way out, from the EPT of @gm
 *
 * All of it belongs to the holder of gm->lock.
 *
 * @visitor: how the walker calls back
 * @gm: the memory
 * @tables: tables that were unlinked and are to be freed after a flush
 * @lost: something was taken out since the last flush
 * @may_yield: the lock may be dropped in between, for a moment
 * @budget: leaves to go until the next chance to yield
 */
struct ept_zap {
	struct ept_visitor visitor;
	struct guest_mem *gm;
	struct list_head tables;
	bool lost;
	bool may_yield;
	unsigned int budget;
};

void ept_zap_begin(struct ept_zap *z, struct guest_mem *gm, bool may_yield);
void ept_zap_prune(struct ept_zap *z);
void ept_zap_range(struct ept_zap *z, u64 start, u64 end);
void ept_zap_finish(struct ept_zap *z);

/* tables.c */
u64 *ept_table_alloc(void);
void ept_table_free(u64 *table);
void ept_tables_free_all(u64 *root);

#endif /* VTX_MEM_GUEST_MEM_PRIV_H */
