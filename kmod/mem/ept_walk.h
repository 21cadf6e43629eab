/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One walker over extended page tables: find, reach (creating tables), visit.
 *
 * An entry is in one of four forms. Unused is zero, so that a zeroed page is an
 * empty table. An aged leaf keeps its frame but is not present for the CPU; it
 * stands for the cleared accessed flag on CPUs that have none.
 *
 *             bits 2:0   bit 8 (A)  bits 54:52, for software only
 *   unused    0          0          0
 *   table     R W X      any        0
 *   leaf      rights     any        rights
 *   aged      0          0          rights
 *
 * Nothing here locks or flushes: callers hold the lock of the tree for
 * everything that writes, and flush before the memory of a frame or of a table
 * that they took out is used for something else. The CPU sets A and D at any
 * time, so leaves are changed with atomic operations only.
 *
 * No kernel state: the unit tests run this file in userspace.
 */
#ifndef VTX_MEM_EPT_WALK_H
#define VTX_MEM_EPT_WALK_H

#include <linux/types.h>

#include "../hw/ept.h"

#define EPT_SW_RIGHTS_SHIFT	52
#define EPT_SW_RIGHTS		(EPT_RWX << EPT_SW_RIGHTS_SHIFT)

/* A walk from the root to a 4 KiB leaf creates at most this many tables. */
#define MEM_CACHE_TABLES	(EPT_LEVELS - 1)

/**
 * struct mem_cache - zeroed pages for tables, allocated before a lock is taken
 * @nr: how many there are
 * @table: the pages
 */
struct mem_cache {
	unsigned int nr;
	u64 *table[MEM_CACHE_TABLES];
};

static inline bool ept_entry_used(u64 entry)
{
	return entry != 0;
}

static inline bool ept_entry_is_table(u64 entry, int level)
{
	return level > 1 && ept_entry_used(entry) && !(entry & EPT_LEAF);
}

/* What follows is about leaves. */

static inline u64 ept_leaf(u64 frame, u64 rights, int level)
{
	return frame | rights | rights << EPT_SW_RIGHTS_SHIFT |
	       EPT_TYPE_WB << EPT_TYPE_SHIFT | EPT_IPAT | EPT_A |
	       (level > 1 ? EPT_LEAF : 0);
}

static inline u64 ept_leaf_rights(u64 entry)
{
	return (entry & EPT_SW_RIGHTS) >> EPT_SW_RIGHTS_SHIFT;
}

static inline bool ept_leaf_is_aged(u64 entry)
{
	return !(entry & EPT_RWX);
}

u64 *ept_find(u64 *root, u64 gpa, int *level);
u64 *ept_reach(u64 *root, u64 gpa, int level, struct mem_cache *mc);

u64 ept_leaf_zap(u64 *entry);
bool ept_leaf_age(u64 *entry, bool hw_ad);
void ept_leaf_renew(u64 *entry);

/**
 * struct ept_visitor - what ept_visit() does on its way
 * @leaf: called for each leaf, aged or not, that reaches into the range, with
 *	the first address that it maps; may change it; false ends the visit
 *	after this leaf
 * @unlinked: called for each table that is found empty on the way back up,
 *	after it was taken out of its parent; NULL: empty tables stay
 */
struct ept_visitor {
	bool (*leaf)(struct ept_visitor *v, u64 *entry, u64 gpa, int level);
	void (*unlinked)(struct ept_visitor *v, u64 *table);
};

u64 ept_visit(u64 *root, u64 start, u64 end, struct ept_visitor *v);

#endif /* VTX_MEM_EPT_WALK_H */
