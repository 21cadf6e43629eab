// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk of the guest's own page tables.
 *
 *            level 4   level 3   level 2   level 1   offset
 *  32-bit                        31:22     21:12     11:0    4-byte entries
 *  PAE                 31:30     29:21     20:12     11:0    level 3 in registers
 *  4-level   47:39     38:30     29:21     20:12     11:0
 *
 * A format is described by struct format; the loop is the same for all. Rights
 * are collected on the way down and checked at the end, as the CPU does.
 */
#include "guest_walk.h"

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/vtx.h>

#define CR0_WP		BIT_ULL(16)
#define CR0_PG		BIT_ULL(31)
#define CR4_PSE		BIT_ULL(4)
#define CR4_PAE		BIT_ULL(5)
#define CR4_SMEP	BIT_ULL(20)
#define CR4_SMAP	BIT_ULL(21)
#define EFER_LMA	BIT_ULL(10)
#define EFER_NXE	BIT_ULL(11)

#define PTE_P		BIT_ULL(0)
#define PTE_W		BIT_ULL(1)
#define PTE_U		BIT_ULL(2)
#define PTE_PS		BIT_ULL(7)
#define PTE_XD		BIT_ULL(63)
#define PTE_ADDR	GENMASK_ULL(51, 12)

#define PF_PRESENT	BIT(0)
#define PF_WRITE	BIT(1)
#define PF_USER		BIT(2)
#define PF_RESERVED	BIT(3)
#define PF_FETCH	BIT(4)

#define LINEAR_BITS	48

/**
 * struct format - one of the three formats of paging structures
 * @top: level of the first table in memory
 * @index_bits: bits of the address that index a table
 * @entry_bytes: size of an entry
 * @ps_levels: bit n: an entry at level n may map a page by itself
 * @reserved: bits that must be zero in every present entry
 */
struct format {
	int top;
	unsigned int index_bits;
	unsigned int entry_bytes;
	unsigned int ps_levels;
	u64 reserved;
};

static void describe_format(const struct guest_walk_mode *m, struct format *f)
{
	u64 beyond = GENMASK_ULL(51, 0) & ~(BIT_ULL(m->phys_bits) - 1);
	u64 xd = m->efer & EFER_NXE ? 0 : PTE_XD;

	if (!(m->cr4 & CR4_PAE))
		*f = (struct format) {
			.top = 2, .index_bits = 10, .entry_bytes = 4,
			.ps_levels = m->cr4 & CR4_PSE ? BIT(2) : 0,
		};
	else if (!(m->efer & EFER_LMA))
		*f = (struct format) {
			.top = 2, .index_bits = 9, .entry_bytes = 8,
			.ps_levels = BIT(2),
			.reserved = GENMASK_ULL(62, 52) | beyond | xd,
		};
	else
		*f = (struct format) {
			.top = 4, .index_bits = 9, .entry_bytes = 8,
			.ps_levels = BIT(2) | (m->gb_pages ? BIT(3) : 0),
			.reserved = beyond | xd,
		};
}

static unsigned int level_shift(const struct format *f, int level)
{
	return 12 + f->index_bits * (level - 1);
}

/* The bits of the address below those that a page's entry gives. */
static u64 offset_mask(const struct format *f, int level)
{
	return BIT_ULL(level_shift(f, level)) - 1;
}

static bool is_page(const struct format *f, u64 entry, int level)
{
	return level == 1 || (entry & PTE_PS && f->ps_levels & BIT(level));
}

/*
 * A 4 MiB page has bits 39:32 of its address in bits 20:13 of the entry, as far
 * as physical addresses go; bit 21 is always reserved.
 */
static u64 reserved_4m(const struct guest_walk_mode *m)
{
	return GENMASK_ULL(21, min_t(u8, m->phys_bits, 40) - 19);
}

static u64 reserved_bits(const struct guest_walk_mode *m, const struct format *f, u64 entry,
			 int level)
{
	u64 reserved = f->reserved;

	if (level > 1 && is_page(f, entry, level))
		reserved |= f->entry_bytes == 4 ? reserved_4m(m) :
						  offset_mask(f, level) & GENMASK_ULL(63, 13);
	else if (f->entry_bytes == 8 && level > 2 && !(f->ps_levels & BIT(level)))
		reserved |= PTE_PS;
	return reserved;
}

static u64 page_address(const struct format *f, u64 entry, int level, u64 gla)
{
	u64 offset = offset_mask(f, level);
	u64 frame = entry & PTE_ADDR & ~offset;

	if (level == 2 && f->entry_bytes == 4)
		frame |= (entry & GENMASK_ULL(20, 13)) << 19;
	return frame | (gla & offset);
}

static bool user_may(u64 rights, u32 access)
{
	if (!(rights & PTE_U))
		return false;
	return !(access & VTX_ACCESS_WRITE) || rights & PTE_W;
}

static bool supervisor_may(const struct guest_walk_mode *m, u64 rights, u32 access)
{
	if (rights & PTE_U) {
		if (access & VTX_ACCESS_FETCH && m->cr4 & CR4_SMEP)
			return false;
		if (!(access & VTX_ACCESS_FETCH) && m->cr4 & CR4_SMAP && !m->ac)
			return false;
	}
	return !(access & VTX_ACCESS_WRITE) || rights & PTE_W || !(m->cr0 & CR0_WP);
}

/* @rights: PTE_U and PTE_W if all entries on the way have them, PTE_XD if any has. */
static bool is_allowed(const struct guest_walk_mode *m, u64 rights, u32 access)
{
	if (access & VTX_ACCESS_FETCH && rights & PTE_XD)
		return false;
	return m->user ? user_may(rights, access) : supervisor_may(m, rights, access);
}

/**
 * struct walk - one walk
 * @m: the vCPU's paging mode and privilege
 * @format: the format of its tables
 * @gla: the linear address
 * @access: VTX_ACCESS_*
 */
struct walk {
	const struct guest_walk_mode *m;
	struct format format;
	u64 gla;
	u32 access;
};

static int raise(const struct walk *w, u32 why, struct guest_walk_fault *f)
{
	const struct guest_walk_mode *m = w->m;
	bool fetch_is_told = m->cr4 & CR4_SMEP || (m->cr4 & CR4_PAE && m->efer & EFER_NXE);

	f->fault = true;
	f->gla = w->gla;
	f->error_code = why;
	if (w->access & VTX_ACCESS_WRITE)
		f->error_code |= PF_WRITE;
	if (m->user)
		f->error_code |= PF_USER;
	if (w->access & VTX_ACCESS_FETCH && fetch_is_told)
		f->error_code |= PF_FETCH;
	return 0;
}

/* Where the first table is; false: a PDPTE says that there is none. */
static bool first_table(const struct walk *w, u64 *table)
{
	const struct guest_walk_mode *m = w->m;
	u64 pdpte;

	if (w->format.entry_bytes == 4) {
		*table = m->cr3 & GENMASK_ULL(31, 12);
		return true;
	}
	if (w->format.top == 4) {
		*table = m->cr3 & PTE_ADDR;
		return true;
	}
	pdpte = m->pdpte[w->gla >> 30 & 3];
	*table = pdpte & PTE_ADDR;
	return pdpte & PTE_P;
}

static u64 entry_address(const struct walk *w, u64 table, int level)
{
	u64 index = w->gla >> level_shift(&w->format, level);

	index &= BIT_ULL(w->format.index_bits) - 1;
	return table + index * w->format.entry_bytes;
}

static int walk_tables(const struct walk *w, guest_walk_read_t read, void *ctx, u64 *gpa,
		       struct guest_walk_fault *f)
{
	const struct format *format = &w->format;
	u64 rights = PTE_U | PTE_W;
	u64 table;
	int level;

	if (!first_table(w, &table))
		return raise(w, 0, f);

	for (level = format->top;; level--) {
		u64 entry = 0;
		int err = read(ctx, entry_address(w, table, level), &entry, format->entry_bytes);

		if (err)
			return err;
		if (!(entry & PTE_P))
			return raise(w, 0, f);
		if (entry & reserved_bits(w->m, format, entry, level))
			return raise(w, PF_PRESENT | PF_RESERVED, f);
		rights &= entry | PTE_XD;
		rights |= entry & PTE_XD;
		if (is_page(format, entry, level)) {
			if (!is_allowed(w->m, rights, w->access))
				return raise(w, PF_PRESENT, f);
			*gpa = page_address(format, entry, level, w->gla);
			return 0;
		}
		table = entry & PTE_ADDR;
	}
}

static bool is_canonical(u64 gla)
{
	u64 top = gla >> (LINEAR_BITS - 1);

	return top == 0 || top == GENMASK_ULL(63 - (LINEAR_BITS - 1), 0);
}

/**
 * guest_walk() - translate a linear address of the guest
 * @m: the vCPU's paging mode and privilege
 * @gla: linear address
 * @access: VTX_ACCESS_READ, VTX_ACCESS_WRITE or VTX_ACCESS_FETCH
 * @read: how to read the guest's tables, an entry at a time
 * @ctx: passed to @read
 * @gpa: out: the guest-physical address, when @f->fault is false
 * @f: out: the page fault that the access would raise
 *
 * Sets no accessed and dirty flags: see guest_walk.h.
 *
 * Return: 0 with @f filled in; what @read returned when a table could not be
 * read; -ERANGE when @gla is not canonical (#GP rather than #PF).
 */
int guest_walk(const struct guest_walk_mode *m, u64 gla, u32 access, guest_walk_read_t read,
	       void *ctx, u64 *gpa, struct guest_walk_fault *f)
{
	struct walk w = { .m = m, .access = access };

	*f = (struct guest_walk_fault) { };
	if (!(m->efer & EFER_LMA))
		gla &= GENMASK_ULL(31, 0);
	else if (!is_canonical(gla))
		return -ERANGE;
	if (!(m->cr0 & CR0_PG)) {
		*gpa = gla;
		return 0;
	}
	w.gla = gla;
	describe_format(m, &w.format);
	return walk_tables(&w, read, ctx, gpa, f);
}
