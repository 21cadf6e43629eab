// SPDX-License-Identifier: GPL-2.0-only
/* The pages that EPT tables are made of, charged to the launcher's cgroup. */
#include "guest_mem_priv.h"

#include <linux/gfp.h>
#include <linux/mm.h>

u64 *ept_table_alloc(void)
{
	return (u64 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
}

void ept_table_free(u64 *table)
{
	free_page((unsigned long)table);
}

/**
 * guest_mem_cache_topup() - have tables at hand for one fault
 * @mc: the cache; all zero when new
 *
 * May sleep. Return: 0 or -ENOMEM; what is there already stays.
 */
int guest_mem_cache_topup(struct mem_cache *mc)
{
	while (mc->nr < MEM_CACHE_TABLES) {
		u64 *table = ept_table_alloc();

		if (!table)
			return -ENOMEM;
		mc->table[mc->nr++] = table;
	}
	return 0;
}

/**
 * guest_mem_cache_free() - give back what a cache holds
 * @mc: the cache; all zero afterwards
 */
void guest_mem_cache_free(struct mem_cache *mc)
{
	while (mc->nr)
		ept_table_free(mc->table[--mc->nr]);
}

static bool free_leaf(struct ept_visitor *v, u64 *entry, u64 gpa, int level)
{
	ept_leaf_zap(entry);
	return true;
}

static void free_unlinked(struct ept_visitor *v, u64 *table)
{
	ept_table_free(table);
}

/* No vCPU and no notifier can reach the tree any more. */
void ept_tables_free_all(u64 *root)
{
	struct ept_visitor v = { .leaf = free_leaf, .unlinked = free_unlinked };

	ept_visit(root, 0, BIT_ULL(EPT_BITS), &v);
	ept_table_free(root);
}
