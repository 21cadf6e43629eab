// SPDX-License-Identifier: GPL-2.0-only
/* The walker of extended page tables: see ept_walk.h. */
#include "ept_walk.h"

#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/io.h>
#include <linux/minmax.h>

static u64 *entry_table(u64 entry)
{
	return phys_to_virt(entry & EPT_ADDR);
}

/**
 * ept_find() - the entry that decides about an address
 * @root: the tree
 * @gpa: guest-physical address below 2^EPT_BITS
 * @level: out: the level of the entry
 *
 * Return: the leaf that maps @gpa, or the unused entry at which the walk ends.
 */
u64 *ept_find(u64 *root, u64 gpa, int *level)
{
	u64 *table = root;
	int at = EPT_LEVELS;

	for (;; at--) {
		u64 *entry = &table[ept_index(gpa, at)];
		u64 value = READ_ONCE(*entry);

		if (!ept_entry_is_table(value, at)) {
			*level = at;
			return entry;
		}
		table = entry_table(value);
	}
}

static u64 *link_table(u64 *entry, struct mem_cache *mc)
{
	u64 *table;

	if (!mc->nr)
		return NULL;
	table = mc->table[--mc->nr];
	/* The CPU finds the table only when it is all zero. */
	smp_store_release(entry, virt_to_phys(table) | EPT_RWX);
	return table;
}

/**
 * ept_reach() - the entry for an address at a given level, creating tables
 * @root: the tree
 * @gpa: guest-physical address below 2^EPT_BITS
 * @level: 1 for a 4 KiB page, 2 or 3 for a huge one
 * @mc: where the tables come from
 *
 * Return: the entry, which may be unused, a leaf or (above level 1) a table, or
 * NULL when @mc ran out of tables or a larger leaf maps @gpa.
 */
u64 *ept_reach(u64 *root, u64 gpa, int level, struct mem_cache *mc)
{
	u64 *table = root;
	int at;

	for (at = EPT_LEVELS; at > level; at--) {
		u64 *entry = &table[ept_index(gpa, at)];
		u64 value = READ_ONCE(*entry);

		if (!ept_entry_used(value))
			table = link_table(entry, mc);
		else
			table = ept_entry_is_table(value, at) ? entry_table(value) : NULL;
		if (!table)
			return NULL;
	}
	return &table[ept_index(gpa, level)];
}

/**
 * ept_leaf_zap() - take a leaf out
 * @entry: the leaf
 *
 * Return: what it was, with the last state of its A and D flags.
 */
u64 ept_leaf_zap(u64 *entry)
{
	return xchg(entry, 0);
}

/**
 * ept_leaf_age() - clear the accessed flag of a leaf
 * @entry: the leaf
 * @hw_ad: the CPU sets accessed flags; if not, the leaf loses its rights until
 *	ept_leaf_renew(), and the caller flushes
 *
 * Return: whether the leaf had been accessed.
 */
bool ept_leaf_age(u64 *entry, bool hw_ad)
{
	u64 old = READ_ONCE(*entry);
	u64 aged = EPT_A | (hw_ad ? 0 : EPT_RWX);

	do {
		if (!(old & EPT_A))
			return false;
	} while (!try_cmpxchg(entry, &old, old & ~aged));
	return true;
}

/**
 * ept_leaf_renew() - give an aged leaf its rights back
 * @entry: the leaf; the CPU does not write to it, since it is not present
 */
void ept_leaf_renew(u64 *entry)
{
	u64 value = READ_ONCE(*entry);

	WRITE_ONCE(*entry, value | EPT_A | ept_leaf_rights(value));
}

static bool table_is_empty(const u64 *table)
{
	int i;

	for (i = 0; i < EPT_ENTRIES; i++)
		if (ept_entry_used(READ_ONCE(table[i])))
			return false;
	return true;
}

static u64 visit_table(u64 *table, int level, u64 start, u64 end, struct ept_visitor *v);

/* Return: where the visit of [@start, @end), all below this entry, stopped. */
static u64 visit_child(u64 *entry, int level, u64 start, u64 end, struct ept_visitor *v)
{
	u64 *table = entry_table(READ_ONCE(*entry));
	u64 stopped = visit_table(table, level - 1, start, end, v);

	if (v->unlinked && table_is_empty(table)) {
		WRITE_ONCE(*entry, 0);
		v->unlinked(v, table);
	}
	return stopped;
}

static u64 visit_table(u64 *table, int level, u64 start, u64 end, struct ept_visitor *v)
{
	u64 size = ept_page_size(level);
	u64 gpa, next;

	for (gpa = start; gpa < end; gpa = next) {
		u64 *entry = &table[ept_index(gpa, level)];
		u64 value = READ_ONCE(*entry);
		u64 stopped;

		next = min(end, ALIGN_DOWN(gpa, size) + size);
		if (!ept_entry_used(value))
			continue;
		if (!ept_entry_is_table(value, level)) {
			if (!v->leaf(v, entry, ALIGN_DOWN(gpa, size), level))
				return next;
			continue;
		}
		stopped = visit_child(entry, level, gpa, next, v);
		if (stopped < next)
			return stopped;
	}
	return end;
}

/**
 * ept_visit() - call back for each leaf in a range, lowest address first
 * @root: the tree; never unlinked itself
 * @start: first address
 * @end: end of the range, at most 2^EPT_BITS
 * @v: what to do
 *
 * The cost follows the number of tables that exist in the range. Recursion is
 * as deep as the tree.
 *
 * Return: @end, or where to go on when @v->leaf ended the visit.
 */
u64 ept_visit(u64 *root, u64 start, u64 end, struct ept_visitor *v)
{
	return visit_table(root, EPT_LEVELS, start, end, v);
}
