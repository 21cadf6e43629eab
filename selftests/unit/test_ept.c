// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmod/mem/ept_walk.c on tables from malloc(), against a model: an array with
 * one element for each of a few thousand pages, in clusters that share tables at
 * every level and that touch both ends of the address space.
 */
/* unit-src: kmod/mem/ept_walk.c */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "../../kmod/mem/ept_walk.h"

#define PAGE		4096ULL
#define PAGE_2M		(512 * PAGE)
#define PAGE_1G		(512 * PAGE_2M)
#define GPA_END		BIT_ULL(EPT_BITS)

#define CLUSTER_PAGES	600

static const u64 clusters[] = {
	0,
	PAGE_2M * 100,
	PAGE_1G - PAGE * 300,
	512 * PAGE_1G - PAGE * 300,
	GPA_END - CLUSTER_PAGES * PAGE,
};

#define MODEL_PAGES	(CLUSTER_PAGES * ARRAY_SIZE(clusters))

static u64 model_gpa(size_t i)
{
	return clusters[i / CLUSTER_PAGES] + i % CLUSTER_PAGES * PAGE;
}

static int live_tables;

static u64 *new_table(void)
{
	live_tables++;
	return aligned_alloc(PAGE, PAGE);
}

static u64 *new_zeroed_table(void)
{
	return memset(new_table(), 0, PAGE);
}

static void fill(struct mem_cache *mc)
{
	while (mc->nr < MEM_CACHE_TABLES)
		mc->table[mc->nr++] = new_zeroed_table();
}

static void drop_table(u64 *table)
{
	free(table);
	live_tables--;
}

struct collector {
	struct ept_visitor visitor;
	bool zap;
	int stop_after;
	int leaves;
	u64 last;
	u64 sum;
};

static bool collect(struct ept_visitor *v, u64 *entry, u64 gpa, int level)
{
	struct collector *c = (struct collector *)v;

	c->leaves++;
	c->last = gpa;
	c->sum += gpa / PAGE + (*entry & EPT_ADDR) + level;
	if (c->zap)
		ept_leaf_zap(entry);
	return !c->stop_after || --c->stop_after;
}

static void collect_table(struct ept_visitor *v, u64 *table)
{
	int i;

	(void)v;
	for (i = 0; i < EPT_ENTRIES; i++)
		if (table[i])
			abort();
	drop_table(table);
}

FIXTURE(ept) {
	u64 *root;
	struct mem_cache mc;
	u64 model[MODEL_PAGES];		/* the leaf; 0: none */
};

FIXTURE_SETUP(ept)
{
	live_tables = 0;
	self->root = new_zeroed_table();
	memset(&self->mc, 0, sizeof(self->mc));
	memset(self->model, 0, sizeof(self->model));
	srandom(2);
}

FIXTURE_TEARDOWN(ept)
{
	struct collector c = {
		.visitor = { .leaf = collect, .unlinked = collect_table }, .zap = true,
	};

	ept_visit(self->root, 0, GPA_END, &c.visitor);
	while (self->mc.nr)
		drop_table(self->mc.table[--self->mc.nr]);
	drop_table(self->root);
	if (live_tables)
		abort();
}

/* What the CPU makes of an address, written down a second time. */
static u64 cpu_walk(const u64 *root, u64 gpa)
{
	const u64 *table = root;
	int shift;

	for (shift = 39; shift >= 12; shift -= 9) {
		u64 e = table[gpa >> shift & 511];

		if (!(e & 7))
			return 0;
		if (shift == 12 || e & 0x80)
			return e;
		table = (const u64 *)(uintptr_t)(e & 0xffffffffff000);
	}
	return 0;
}

static u64 install(struct _test_data_ept *self, u64 gpa, u64 leaf, int level)
{
	u64 *entry;

	fill(&self->mc);
	entry = ept_reach(self->root, gpa, level, &self->mc);
	if (!entry)
		return 0;
	*entry = leaf;
	return leaf;
}

TEST(leaves_are_as_the_manual_says)
{
	/* 29.3.2: R and X, WB, ignore PAT, accessed */
	EXPECT_EQ(0x50000012345175, ept_leaf(0x12345000, EPT_R | EPT_X, 1));
	EXPECT_EQ(0x700000400001f7, ept_leaf(0x40000000, EPT_RWX, 2));
}

TEST_F(ept, an_empty_tree_has_nothing)
{
	struct collector c = { .visitor.leaf = collect };
	u64 gpas[] = { 0, PAGE, PAGE_1G, GPA_END - 1 };
	size_t i;
	int level;

	for (i = 0; i < ARRAY_SIZE(gpas); i++) {
		EXPECT_EQ(0, *ept_find(self->root, gpas[i], &level));
		EXPECT_EQ(EPT_LEVELS, level);
	}
	EXPECT_EQ(GPA_END, ept_visit(self->root, 0, GPA_END, &c.visitor));
	EXPECT_EQ(0, c.leaves);
}

TEST_F(ept, reach_takes_only_the_tables_that_it_needs)
{
	fill(&self->mc);
	ASSERT_NE(NULL, ept_reach(self->root, 0, 1, &self->mc));
	EXPECT_EQ(0, self->mc.nr);
	/* the neighbour needs none, the next 2 MiB one, the next 1 GiB two */
	EXPECT_NE(NULL, ept_reach(self->root, PAGE, 1, &self->mc));
	EXPECT_EQ(NULL, ept_reach(self->root, PAGE_2M, 1, &self->mc));
	fill(&self->mc);
	EXPECT_NE(NULL, ept_reach(self->root, PAGE_2M, 1, &self->mc));
	EXPECT_EQ(2, self->mc.nr);
	EXPECT_NE(NULL, ept_reach(self->root, PAGE_1G, 1, &self->mc));
	EXPECT_EQ(0, self->mc.nr);
}

TEST_F(ept, reach_does_not_go_through_a_huge_page)
{
	u64 leaf = ept_leaf(PAGE_1G, EPT_RWX, 2);
	u64 *entry;
	int level;

	ASSERT_EQ(leaf, install(self, PAGE_2M, leaf, 2));
	EXPECT_EQ(leaf, cpu_walk(self->root, PAGE_2M + 5 * PAGE));
	entry = ept_find(self->root, PAGE_2M + 5 * PAGE, &level);
	EXPECT_EQ(leaf, *entry);
	EXPECT_EQ(2, level);
	fill(&self->mc);
	EXPECT_EQ(NULL, ept_reach(self->root, PAGE_2M, 1, &self->mc));
	EXPECT_EQ(entry, ept_reach(self->root, PAGE_2M, 2, &self->mc));
	EXPECT_EQ(MEM_CACHE_TABLES, self->mc.nr);
}

TEST_F(ept, a_huge_page_is_visited_from_any_part_of_it)
{
	struct collector c = { .visitor.leaf = collect };

	install(self, PAGE_2M, ept_leaf(PAGE_1G, EPT_RWX, 2), 2);
	EXPECT_EQ(PAGE_2M + 6 * PAGE, ept_visit(self->root, PAGE_2M + 5 * PAGE,
						PAGE_2M + 6 * PAGE, &c.visitor));
	EXPECT_EQ(1, c.leaves);
	EXPECT_EQ(PAGE_2M, c.last);
}

TEST_F(ept, aging_without_hardware_flags_takes_rights_and_gives_them_back)
{
	u64 leaf = ept_leaf(0x5000, EPT_R | EPT_W, 1);
	u64 *entry;
	int level;

	install(self, 0x3000, leaf, 1);
	entry = ept_find(self->root, 0x3000, &level);
	EXPECT_FALSE(ept_leaf_is_aged(*entry));
	EXPECT_TRUE(ept_leaf_age(entry, false));
	EXPECT_EQ(0, cpu_walk(self->root, 0x3000));
	EXPECT_TRUE(ept_leaf_is_aged(*entry));
	EXPECT_TRUE(ept_entry_used(*entry));
	EXPECT_EQ(EPT_R | EPT_W, ept_leaf_rights(*entry));
	EXPECT_FALSE(ept_leaf_age(entry, false));
	ept_leaf_renew(entry);
	EXPECT_EQ(leaf, *entry);
}

TEST_F(ept, aging_with_hardware_flags_keeps_the_page_mapped)
{
	u64 leaf = ept_leaf(0x5000, EPT_RWX, 1) | EPT_D;
	u64 *entry;
	int level;

	install(self, 0x3000, leaf, 1);
	entry = ept_find(self->root, 0x3000, &level);
	EXPECT_TRUE(ept_leaf_age(entry, true));
	EXPECT_EQ(leaf & ~EPT_A, cpu_walk(self->root, 0x3000));
	EXPECT_FALSE(ept_leaf_age(entry, true));
}

TEST_F(ept, a_visit_goes_on_where_it_stopped)
{
	u64 start = 0, sum = 0;
	int leaves = 0, rounds = 0;
	size_t i;

	for (i = 0; i < MODEL_PAGES; i += 7)
		install(self, model_gpa(i), ept_leaf(i * PAGE, EPT_R, 1), 1);
	while (start < GPA_END) {
		struct collector c = { .visitor.leaf = collect, .stop_after = 10 };
		u64 next = ept_visit(self->root, start, GPA_END, &c.visitor);

		ASSERT_LT(start, next);
		ASSERT_LE(c.leaves, 11);
		leaves += c.leaves;
		sum += c.sum;
		start = next;
		rounds++;
	}
	for (i = 0; i < MODEL_PAGES; i += 7)
		sum -= model_gpa(i) / PAGE + i * PAGE + 1;
	EXPECT_EQ(0, sum);
	EXPECT_EQ((MODEL_PAGES + 6) / 7, leaves);
	EXPECT_LE(leaves / 11, rounds);
}

static void model_install(struct __test_metadata *_metadata, struct _test_data_ept *self)
{
	size_t i = random() % MODEL_PAGES;
	u64 rights = EPT_R | (random() & (EPT_W | EPT_X));
	u64 leaf = ept_leaf((1 + random() % 0xfffff) * PAGE, rights, 1);

	ASSERT_EQ(leaf, install(self, model_gpa(i) + random() % PAGE, leaf, 1));
	self->model[i] = leaf;
}

static void model_age(struct __test_metadata *_metadata, struct _test_data_ept *self)
{
	size_t i = random() % MODEL_PAGES;
	int level;
	u64 *entry = ept_find(self->root, model_gpa(i), &level);

	ASSERT_EQ(self->model[i], *entry);
	if (!self->model[i])
		return;
	ASSERT_EQ(!!(self->model[i] & EPT_A), ept_leaf_age(entry, false));
	self->model[i] &= ~(EPT_A | EPT_RWX);
}

static void model_zap(struct __test_metadata *_metadata, struct _test_data_ept *self)
{
	size_t i, first = random() % MODEL_PAGES;
	u64 start = model_gpa(first);
	u64 end = start + (1 + random() % 900) * PAGE;
	struct collector c = { .visitor.leaf = collect, .zap = true };
	int leaves = 0;

	if (random() % 2)
		c.visitor.unlinked = collect_table;
	if (end > GPA_END)
		end = GPA_END;
	for (i = 0; i < MODEL_PAGES; i++) {
		if (!self->model[i] || model_gpa(i) < start || model_gpa(i) >= end)
			continue;
		self->model[i] = 0;
		leaves++;
	}
	ASSERT_EQ(end, ept_visit(self->root, start, end, &c.visitor));
	ASSERT_EQ(leaves, c.leaves);
}

static void model_compare(struct __test_metadata *_metadata, struct _test_data_ept *self)
{
	struct collector c = { .visitor.leaf = collect };
	int leaves = 0, level;
	size_t i;

	for (i = 0; i < MODEL_PAGES; i++) {
		u64 leaf = self->model[i];

		ASSERT_EQ(leaf, *ept_find(self->root, model_gpa(i), &level));
		ASSERT_EQ(leaf & EPT_RWX ? leaf : 0, cpu_walk(self->root, model_gpa(i)));
		leaves += !!leaf;
	}
	ept_visit(self->root, 0, GPA_END, &c.visitor);
	ASSERT_EQ(leaves, c.leaves);
}

TEST_F(ept, random_trees_match_the_model)
{
	int i;

	for (i = 0; i < 30000; i++) {
		int what = random() % 100;

		if (what < 90)
			model_install(_metadata, self);
		else if (what < 97)
			model_age(_metadata, self);
		else
			model_zap(_metadata, self);
		if (i % 50 == 0)
			model_compare(_metadata, self);
	}
}

TEST_F(ept, a_pruned_tree_is_the_root_alone)
{
	struct collector c = {
		.visitor = { .leaf = collect, .unlinked = collect_table }, .zap = true,
	};
	size_t i;

	for (i = 0; i < MODEL_PAGES; i += 3)
		install(self, model_gpa(i), ept_leaf(i * PAGE, EPT_RWX, 1), 1);
	ept_visit(self->root, 0, GPA_END, &c.visitor);
	EXPECT_EQ(1 + (int)self->mc.nr, live_tables);
	for (i = 0; i < EPT_ENTRIES; i++)
		EXPECT_EQ(0, self->root[i]);
}

TEST_HARNESS_MAIN
