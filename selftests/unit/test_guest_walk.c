// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmod/mem/guest_walk.c: known cases, each right and each error code once, then
 * random tables in every mode against three walks written out by hand.
 */
/* unit-src: kmod/mem/guest_walk.c */
#include <stdlib.h>

#include "kselftest_harness.h"

#include <linux/vtx.h>

#include "mem/guest_walk.h"

#define CR0_PG		BIT_ULL(31)
#define CR0_WP		BIT_ULL(16)
#define CR4_PSE		BIT_ULL(4)
#define CR4_PAE		BIT_ULL(5)
#define CR4_SMEP	BIT_ULL(20)
#define CR4_SMAP	BIT_ULL(21)
#define EFER_LME	BIT_ULL(8)
#define EFER_LMA	BIT_ULL(10)
#define EFER_NXE	BIT_ULL(11)
#define XD		BIT_ULL(63)

#define READ		VTX_ACCESS_READ
#define WRITE		VTX_ACCESS_WRITE
#define FETCH		VTX_ACCESS_FETCH

#define RAM_PAGES	8
#define RAM_BYTES	(RAM_PAGES * 4096UL)

struct ram {
	u8 byte[RAM_BYTES];
	int reads;
};

static int ram_read(void *ctx, u64 gpa, void *buf, size_t len)
{
	struct ram *ram = ctx;

	ram->reads++;
	if (gpa > RAM_BYTES - len)
		return -EFAULT;
	memcpy(buf, ram->byte + gpa, len);
	return 0;
}

static void put64(struct ram *ram, u64 gpa, u64 value)
{
	memcpy(ram->byte + gpa, &value, sizeof(value));
}

static void put32(struct ram *ram, u64 gpa, u32 value)
{
	memcpy(ram->byte + gpa, &value, sizeof(value));
}

FIXTURE(walk) {
	struct ram ram;
	struct guest_walk_mode m;
	struct guest_walk_fault f;
	u64 gpa;
};

FIXTURE_SETUP(walk)
{
	memset(self, 0, sizeof(*self));
	self->m.phys_bits = 39;
	self->m.gb_pages = true;
	srandom(3);
}

FIXTURE_TEARDOWN(walk)
{
}

static int walk(struct _test_data_walk *self, u64 gla, u32 access)
{
	self->gpa = 0x5a5a5a5a;
	return guest_walk(&self->m, gla, access, ram_read, &self->ram, &self->gpa, &self->f);
}

/* The error code, or -1 when the access is allowed. */
static int code(struct _test_data_walk *self, u64 gla, u32 access)
{
	if (walk(self, gla, access))
		return -2;
	return self->f.fault ? (int)self->f.error_code : -1;
}

/* 4-level: one page at 0x40000000, entries of the four levels at these places. */
#define LA		0xffff900040201000ULL
#define PML4E		(0x1000 + 8 * 288)
#define PDPTE		(0x2000 + 8 * 1)
#define PDE		(0x3000 + 8 * 1)
#define PTE		(0x4000 + 8 * 1)

static void map_4level(struct _test_data_walk *self)
{
	self->m.cr0 = CR0_PG | CR0_WP | 1;
	self->m.cr3 = 0x1000;
	self->m.cr4 = CR4_PAE;
	self->m.efer = EFER_LME | EFER_LMA | EFER_NXE;
	put64(&self->ram, PML4E, 0x2007);
	put64(&self->ram, PDPTE, 0x3007);
	put64(&self->ram, PDE, 0x4007);
	put64(&self->ram, PTE, 0x12345007);
}

TEST_F(walk, without_paging_an_address_is_its_low_32_bits)
{
	self->m.cr0 = 1;
	ASSERT_EQ(0, walk(self, 0xabc12345678, WRITE));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0x12345678, self->gpa);
	EXPECT_EQ(0, self->ram.reads);
}

TEST_F(walk, four_levels)
{
	map_4level(self);
	ASSERT_EQ(0, walk(self, LA + 0xabc, READ));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0x12345abc, self->gpa);
	EXPECT_EQ(4, self->ram.reads);
}

TEST_F(walk, an_address_that_is_not_canonical_is_no_page_fault)
{
	map_4level(self);
	EXPECT_EQ(-ERANGE, walk(self, 0x800000000000, READ));
	EXPECT_EQ(-ERANGE, walk(self, 0xffff7fffffffffff, READ));
	EXPECT_EQ(0, walk(self, 0x7fffffffffff, READ));
	EXPECT_TRUE(self->f.fault);
	EXPECT_EQ(0x7fffffffffff, self->f.gla);
}

TEST_F(walk, a_table_outside_of_memory_gives_the_reader_s_error)
{
	map_4level(self);
	put64(&self->ram, PDE, 0x70000007);
	EXPECT_EQ(-EFAULT, walk(self, LA, READ));
}

TEST_F(walk, pages_of_2_mib_and_1_gib)
{
	map_4level(self);
	put64(&self->ram, PDE, 0x7f800087 | 1 << 12);
	ASSERT_EQ(0, walk(self, LA + 0x5678, READ));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0x7f806678, self->gpa);
	put64(&self->ram, PDPTE, 0x4000000087 | 1 << 12);
	ASSERT_EQ(0, walk(self, LA + 0x5678, READ));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0x4000206678, self->gpa);
	self->m.gb_pages = false;
	EXPECT_EQ(9, code(self, LA, READ));
}

TEST_F(walk, reserved_bits_of_four_levels)
{
	static const struct {
		u64 where, value;
	} bad[] = {
		{ PML4E, 0x2087 }, { PML4E, 0x8000002007 }, { PDPTE, 0x8000003007 },
		{ PDE, 0x8000004007 }, { PTE, 0x8012345007 }, { PTE, 0x8000012345007 },
		{ PDE, 0x402087 }, { PDE, 0x500087 }, { PDPTE, 0x40002087 },
		{ PDPTE, 0x60000087 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		map_4level(self);
		put64(&self->ram, bad[i].where, bad[i].value);
		EXPECT_EQ(9, code(self, LA, READ))
			TH_LOG("entry %llx", bad[i].value);
		EXPECT_EQ(0xb, code(self, LA, WRITE));
		EXPECT_EQ(0x19, code(self, LA, FETCH));
	}
	map_4level(self);
	self->m.efer &= ~EFER_NXE;
	put64(&self->ram, PTE, 0x12345007 | XD);
	EXPECT_EQ(9, code(self, LA, READ));
	/* bits 62:52 are software's here, and low bits of a table entry ignored */
	put64(&self->ram, PTE, 0x7ff0000012345e67);
	EXPECT_EQ(-1, code(self, LA, READ));
}

TEST_F(walk, not_present_at_each_level)
{
	static const u64 where[] = { PML4E, PDPTE, PDE, PTE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(where); i++) {
		map_4level(self);
		put64(&self->ram, where[i], ~1ULL);
		EXPECT_EQ(0, code(self, LA, READ));
		EXPECT_EQ(2, code(self, LA, WRITE));
		EXPECT_EQ(0x10, code(self, LA, FETCH));
		self->m.user = true;
		EXPECT_EQ(6, code(self, LA, WRITE));
		self->m.user = false;
	}
}

TEST_F(walk, rights_of_user_code)
{
	map_4level(self);
	self->m.user = true;
	EXPECT_EQ(-1, code(self, LA, READ));
	EXPECT_EQ(-1, code(self, LA, WRITE));
	EXPECT_EQ(-1, code(self, LA, FETCH));
	put64(&self->ram, PDE, 0x4005);
	EXPECT_EQ(-1, code(self, LA, READ));
	EXPECT_EQ(7, code(self, LA, WRITE));
	self->m.cr0 &= ~CR0_WP;
	EXPECT_EQ(7, code(self, LA, WRITE));
	put64(&self->ram, PDPTE, 0x3003);
	EXPECT_EQ(5, code(self, LA, READ));
	EXPECT_EQ(0x15, code(self, LA, FETCH));
	map_4level(self);
	put64(&self->ram, PML4E, 0x2007 | XD);
	EXPECT_EQ(-1, code(self, LA, READ));
	EXPECT_EQ(0x15, code(self, LA, FETCH));
}

TEST_F(walk, rights_of_supervisor_code)
{
	map_4level(self);
	put64(&self->ram, PTE, 0x12345001);
	EXPECT_EQ(-1, code(self, LA, READ));
	EXPECT_EQ(3, code(self, LA, WRITE));
	EXPECT_EQ(-1, code(self, LA, FETCH));
	self->m.cr0 &= ~CR0_WP;
	EXPECT_EQ(-1, code(self, LA, WRITE));
	put64(&self->ram, PTE, 0x12345001 | XD);
	EXPECT_EQ(0x11, code(self, LA, FETCH));
}

TEST_F(walk, smep_and_smap)
{
	map_4level(self);
	self->m.cr4 |= CR4_SMEP;
	EXPECT_EQ(-1, code(self, LA, READ));
	EXPECT_EQ(0x11, code(self, LA, FETCH));
	self->m.efer &= ~EFER_NXE;
	EXPECT_EQ(0x11, code(self, LA, FETCH));
	self->m.cr4 = CR4_PAE | CR4_SMAP;
	EXPECT_EQ(1, code(self, LA, READ));
	EXPECT_EQ(3, code(self, LA, WRITE));
	EXPECT_EQ(-1, code(self, LA, FETCH));
	self->m.ac = true;
	EXPECT_EQ(-1, code(self, LA, READ));
	EXPECT_EQ(-1, code(self, LA, WRITE));
	/* one supervisor entry on the way makes a supervisor page */
	self->m.ac = false;
	put64(&self->ram, PDE, 0x4003);
	EXPECT_EQ(-1, code(self, LA, READ));
}

TEST_F(walk, the_fetch_bit_needs_nxe_or_smep)
{
	map_4level(self);
	self->m.efer &= ~EFER_NXE;
	put64(&self->ram, PTE, 0);
	EXPECT_EQ(0, code(self, LA, FETCH));
	self->m.cr4 |= CR4_SMEP;
	EXPECT_EQ(0x10, code(self, LA, FETCH));
}

TEST_F(walk, thirty_two_bit)
{
	self->m.cr0 = CR0_PG | 1;
	self->m.cr3 = 0x1fff;
	put32(&self->ram, 0x1000 + 4 * 0x300, 0x2007);
	put32(&self->ram, 0x2000 + 4 * 0x123, 0xfedcb007);
	ASSERT_EQ(0, walk(self, 0xc0123456, READ));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0xfedcb456, self->gpa);

	/* with PSE off, bit 7 means nothing */
	put32(&self->ram, 0x1000 + 4 * 0x300, 0x2087);
	ASSERT_EQ(0, walk(self, 0xc0123456, READ));
	EXPECT_EQ(0xfedcb456, self->gpa);

	/* PSE-36: bits 20:13 are 39:32, of which 38:32 exist here */
	self->m.cr4 = CR4_PSE;
	put32(&self->ram, 0x1000 + 4 * 0x300, 0x800be087);
	ASSERT_EQ(0, walk(self, 0xc0123456, READ));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0x5f80123456, self->gpa);
	put32(&self->ram, 0x1000 + 4 * 0x300, 0x80100087);
	EXPECT_EQ(9, code(self, 0xc0123456, READ));
	self->m.phys_bits = 46;
	EXPECT_EQ(-1, code(self, 0xc0123456, READ));
	put32(&self->ram, 0x1000 + 4 * 0x300, 0x80200087);
	EXPECT_EQ(9, code(self, 0xc0123456, READ));
}

TEST_F(walk, pae)
{
	self->m.cr0 = CR0_PG | 1;
	self->m.cr4 = CR4_PAE;
	self->m.efer = EFER_NXE;
	self->m.pdpte[3] = 0x1001;
	put64(&self->ram, 0x1000 + 8 * 1, 0x2007);
	put64(&self->ram, 0x2000 + 8 * 2, 0x7654321007);
	ASSERT_EQ(0, walk(self, 0xc0202fff, READ));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0x7654321fff, self->gpa);
	EXPECT_EQ(0, code(self, 0x80202fff, READ));
	/* PDPTEs have no rights */
	self->m.user = true;
	EXPECT_EQ(-1, code(self, 0xc0202fff, WRITE));
	/* bits 62:52 are reserved here */
	put64(&self->ram, 0x2000 + 8 * 2, 0x10007654321007);
	EXPECT_EQ(0xd, code(self, 0xc0202fff, READ));
	put64(&self->ram, 0x1000 + 8 * 1, 0x40000087);
	ASSERT_EQ(0, walk(self, 0xc0202fff, READ));
	EXPECT_FALSE(self->f.fault);
	EXPECT_EQ(0x40002fff, self->gpa);
}

/*
 * The walks once more, straight from the tables of chapter 4: what is found is
 * an address and the rights on the way, or the reason why there is none.
 */
struct found {
	int err;	/* 0, 1: not present, 9: reserved bit, -EFAULT */
	u64 gpa;
	bool u, w, x;
};

static struct found naive_leaf(u64 base, u64 gla, u64 size, struct found in)
{
	in.gpa = base / size * size + gla % size;
	return in;
}

static bool naive_entry(struct ram *ram, u64 gpa, size_t len, u64 *e, struct found *in)
{
	*e = 0;
	if (ram_read(ram, gpa, e, len)) {
		in->err = -EFAULT;
		return false;
	}
	if (!(*e & 1)) {
		in->err = 1;
		return false;
	}
	in->w &= !!(*e & 2);
	in->u &= !!(*e & 4);
	in->x &= !(*e & XD);
	return true;
}

static struct found naive_reserved(struct found in)
{
	in.err = 9;
	return in;
}

static struct found naive_32(struct ram *ram, const struct guest_walk_mode *m, u32 la)
{
	struct found in = { .u = true, .w = true, .x = true };
	u64 pde, pte;

	if (!naive_entry(ram, (u32)m->cr3 / 4096 * 4096 + (la >> 22) * 4, 4, &pde, &in))
		return in;
	if (pde & 0x80 && m->cr4 & CR4_PSE) {
		u64 high = pde >> 13 & 0x1ff;
		int bits = m->phys_bits < 40 ? m->phys_bits - 32 : 8;

		if (high >> bits)
			return naive_reserved(in);
		return naive_leaf((pde & 0xffc00000) | high << 32, la, 1 << 22, in);
	}
	if (!naive_entry(ram, (pde & 0xfffff000) + (la >> 12 & 1023) * 4, 4, &pte, &in))
		return in;
	return naive_leaf(pte & 0xfffff000, la, 4096, in);
}

static bool naive_too_high(const struct guest_walk_mode *m, u64 e, int top_ignored)
{
	if (e & XD && !(m->efer & EFER_NXE))
		return true;
	return (e & ~XD) << top_ignored >> top_ignored >> m->phys_bits;
}

#define FRAME(e)	((e) & 0xffffffffff000ULL)

static struct found naive_low(struct ram *ram, const struct guest_walk_mode *m, u64 dir, u64 la,
			      int ignored, struct found in)
{
	u64 pde, pte;

	if (!naive_entry(ram, dir + (la >> 21 & 511) * 8, 8, &pde, &in))
		return in;
	if (naive_too_high(m, pde, ignored) || (pde & 0x80 && pde & 0x1fe000))
		return naive_reserved(in);
	if (pde & 0x80)
		return naive_leaf(FRAME(pde), la, 1 << 21, in);
	if (!naive_entry(ram, FRAME(pde) + (la >> 12 & 511) * 8, 8, &pte, &in))
		return in;
	if (naive_too_high(m, pte, ignored))
		return naive_reserved(in);
	return naive_leaf(FRAME(pte), la, 4096, in);
}

static struct found naive_pae(struct ram *ram, const struct guest_walk_mode *m, u32 la)
{
	struct found in = { .u = true, .w = true, .x = true };
	u64 pdpte = m->pdpte[la >> 30];

	if (!(pdpte & 1)) {
		in.err = 1;
		return in;
	}
	return naive_low(ram, m, FRAME(pdpte), la, 1, in);
}

static struct found naive_4level(struct ram *ram, const struct guest_walk_mode *m, u64 la)
{
	struct found in = { .u = true, .w = true, .x = true };
	u64 pml4e, pdpte;

	if (!naive_entry(ram, FRAME(m->cr3) + (la >> 39 & 511) * 8, 8, &pml4e, &in))
		return in;
	if (naive_too_high(m, pml4e, 12) || pml4e & 0x80)
		return naive_reserved(in);
	if (!naive_entry(ram, FRAME(pml4e) + (la >> 30 & 511) * 8, 8, &pdpte, &in))
		return in;
	if (naive_too_high(m, pdpte, 12))
		return naive_reserved(in);
	if (pdpte & 0x80 && (!m->gb_pages || pdpte & 0x3fffe000))
		return naive_reserved(in);
	if (pdpte & 0x80)
		return naive_leaf(FRAME(pdpte), la, 1 << 30, in);
	return naive_low(ram, m, FRAME(pdpte), la, 12, in);
}

static bool naive_may(const struct guest_walk_mode *m, const struct found *in, u32 access)
{
	if (access == FETCH) {
		if (!in->x)
			return false;
		if (m->user)
			return in->u;
		return !in->u || !(m->cr4 & CR4_SMEP);
	}
	if (m->user)
		return in->u && (access == READ || in->w);
	if (in->u && m->cr4 & CR4_SMAP && !m->ac)
		return false;
	return access == READ || in->w || !(m->cr0 & CR0_WP);
}

static u32 naive_code(const struct guest_walk_mode *m, u32 access, u32 why)
{
	bool nx = m->cr4 & CR4_PAE && m->efer & EFER_NXE;

	return why | (access == WRITE ? 2 : 0) | (m->user ? 4 : 0) |
	       (access == FETCH && (nx || m->cr4 & CR4_SMEP) ? 16 : 0);
}

/* Mostly a present entry for a table in RAM; now and then anything. */
static u64 random_entry(void)
{
	u64 e = random() % RAM_PAGES * 4096 | (random() & 0x667) | 1;

	if (random() % 4)
		e |= 6;
	if (random() % 16 == 0)
		e &= ~1ULL;
	if (random() % 6 == 0)
		e |= 0x80;
	if (random() % 6 == 0)
		e |= XD;
	if (random() % 12 == 0)
		e |= BIT_ULL(random() % 64);
	if (random() % 12 == 0)
		e &= ~0x3ffff000ULL;
	return e;
}

static void random_mode(struct guest_walk_mode *m)
{
	static const u8 phys_bits[] = { 32, 36, 39, 40, 46, 52 };
	int i;

	*m = (struct guest_walk_mode) {
		.cr0 = CR0_PG | 1 | (random() % 2 ? CR0_WP : 0),
		.cr3 = random() % RAM_PAGES * 4096 + random() % 32,
		.cr4 = (random() % 2 ? CR4_SMEP : 0) | (random() % 2 ? CR4_SMAP : 0) |
		       (random() % 2 ? CR4_PSE : 0),
		.efer = random() % 2 ? EFER_NXE : 0,
		.phys_bits = phys_bits[random() % ARRAY_SIZE(phys_bits)],
		.gb_pages = random() % 2,
		.user = random() % 2,
		.ac = random() % 2,
	};
	if (random() % 3)
		m->cr4 |= CR4_PAE;
	if (m->cr4 & CR4_PAE && random() % 2)
		m->efer |= EFER_LMA | EFER_LME;
	for (i = 0; i < 4; i++)
		m->pdpte[i] = random() % RAM_PAGES * 4096 | (random() % 8 > 0);
}

static void random_tables(struct ram *ram, bool narrow)
{
	u64 gpa;

	for (gpa = 0; gpa < RAM_BYTES; gpa += narrow ? 4 : 8) {
		if (narrow)
			put32(ram, gpa, random_entry());
		else
			put64(ram, gpa, random_entry());
	}
}

static u64 random_gla(bool lma)
{
	u64 gla = (u64)random() << 31 ^ random();

	if (!lma)
		return (u32)gla;
	gla %= 1ULL << 48;
	return gla >> 47 ? gla | 0xffffULL << 48 : gla;
}

static struct found naive_walk(struct ram *ram, const struct guest_walk_mode *m, u64 gla)
{
	if (!(m->cr4 & CR4_PAE))
		return naive_32(ram, m, gla);
	if (!(m->efer & EFER_LMA))
		return naive_pae(ram, m, gla);
	return naive_4level(ram, m, gla);
}

#define OUTCOMES 5

/* Which of the outcomes it was, so that the test can tell that it met all. */
static int check_one(struct __test_metadata *_metadata, struct _test_data_walk *self, u64 gla,
		     u32 access)
{
	struct found want = naive_walk(&self->ram, &self->m, gla);
	int err = walk(self, gla, access);

	if (want.err < 0) {
		EXPECT_EQ(want.err, err);
		return 0;
	}
	EXPECT_EQ(0, err);
	if (!want.err && naive_may(&self->m, &want, access)) {
		EXPECT_FALSE(self->f.fault);
		EXPECT_EQ(want.gpa, self->gpa);
		return 1;
	}
	EXPECT_TRUE(self->f.fault);
	EXPECT_EQ(gla, self->f.gla);
	EXPECT_EQ(naive_code(&self->m, access, want.err == 1 ? 0 : want.err | 1),
		  self->f.error_code);
	return want.err == 9 ? 2 : want.err ? 3 : 4;
}

TEST_F(walk, random_tables_match_the_naive_walks)
{
	static const u32 kinds[] = { READ, WRITE, FETCH };
	int seen[OUTCOMES] = { };
	int i, j;

	for (i = 0; i < 400 && _metadata->passed; i++) {
		random_mode(&self->m);
		random_tables(&self->ram, !(self->m.cr4 & CR4_PAE));
		for (j = 0; j < 300 && _metadata->passed; j++) {
			u64 gla = random_gla(self->m.efer & EFER_LMA);

			seen[check_one(_metadata, self, gla, kinds[j % 3])]++;
		}
	}
	for (i = 0; i < OUTCOMES; i++)
		EXPECT_LT(1000, seen[i]);
}

TEST_HARNESS_MAIN
