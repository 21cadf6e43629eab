// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmod/mem/slots.c: refusals one by one, then random sets against a model that
 * keeps, for each guest page of a small space, who covers it.
 */
/* unit-src: kmod/mem/slots.c */
#include <stdlib.h>

#include "kselftest_harness.h"

#include <linux/vtx.h>

#include "../../kmod/mem/slots.h"

#define PAGE		4096ULL
#define GPA_END		BIT_ULL(39)
#define HVA_END		((1ULL << 47) - PAGE)

static const struct slot_limits limits = { .gpa_end = GPA_END, .hva_end = HVA_END };

static const struct vtx_map_memory good = {
	.head = { .size = sizeof(good), .flags = VTX_MEM_READ | VTX_MEM_WRITE },
	.slot = 3,
	.gpa = 0x100000,
	.bytes = 0x4000,
	.hva = 0x7f0000000000,
};

struct refusal {
	const char *what;
	struct vtx_map_memory req;
	u32 field;
};

#define REQ(_flags, _slot, _gpa, _bytes, _hva) { \
	.head = { .size = sizeof(struct vtx_map_memory), .flags = (_flags) }, \
	.slot = (_slot), .gpa = (_gpa), .bytes = (_bytes), .hva = (_hva) }
#define FIELD(f) offsetof(struct vtx_map_memory, f)

static const struct refusal refusals[] = {
	{ "no rights", REQ(0, 0, 0, PAGE, PAGE), FIELD(head.flags) },
	{ "write only", REQ(VTX_MEM_WRITE, 0, 0, PAGE, PAGE), FIELD(head.flags) },
	{ "unknown flag", REQ(VTX_MEM_READ | 8, 0, 0, PAGE, PAGE), FIELD(head.flags) },
	{ "top flag", REQ(VTX_MEM_READ | 1U << 31, 0, 0, PAGE, PAGE), FIELD(head.flags) },
	{ "slot number", REQ(1, MEM_SLOTS_MAX, 0, PAGE, PAGE), FIELD(slot) },
	{ "slot ~0", REQ(1, ~0U, 0, PAGE, PAGE), FIELD(slot) },
	{ "gpa unaligned", REQ(1, 0, 1, PAGE, PAGE), FIELD(gpa) },
	{ "gpa at the end", REQ(1, 0, GPA_END, PAGE, PAGE), FIELD(gpa) },
	{ "gpa at the top", REQ(1, 0, -PAGE, PAGE, PAGE), FIELD(gpa) },
	{ "no bytes", REQ(1, 0, 0, 0, PAGE), FIELD(bytes) },
	{ "bytes unaligned", REQ(1, 0, 0, PAGE + 1, PAGE), FIELD(bytes) },
	{ "a page too long", REQ(1, 0, GPA_END - PAGE, 2 * PAGE, PAGE), FIELD(bytes) },
	{ "bytes wrap", REQ(1, 0, PAGE, -PAGE, PAGE), FIELD(bytes) },
	{ "hva unaligned", REQ(1, 0, 0, PAGE, 0x800), FIELD(hva) },
	{ "hva in the kernel", REQ(1, 0, 0, PAGE, 0xffff888000000000), FIELD(hva) },
	{ "hva at the end", REQ(1, 0, 0, PAGE, HVA_END), FIELD(hva) },
	{ "hva crosses the end", REQ(1, 0, 0, 2 * PAGE, HVA_END - PAGE), FIELD(hva) },
	{ "hva wraps", REQ(1, 0, 0, 2 * PAGE, -PAGE), FIELD(hva) },
	{ "hva with tag bits", REQ(1, 0, 0, PAGE, 1ULL << 57), FIELD(hva) },
};

TEST(each_refusal_names_its_field)
{
	struct mem_slot slot;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		u32 bad = 0x5555;

		EXPECT_EQ(-EINVAL, slot_from_request(&slot, &refusals[i].req, &limits, &bad))
			TH_LOG("%s", refusals[i].what);
		EXPECT_EQ(refusals[i].field, bad)
			TH_LOG("%s", refusals[i].what);
	}
}

TEST(a_good_request_is_taken)
{
	struct mem_slot slot;
	u32 bad = 0x5555;

	ASSERT_EQ(0, slot_from_request(&slot, &good, &limits, &bad));
	EXPECT_EQ(0x5555, bad);
	EXPECT_EQ(good.slot, slot.id);
	EXPECT_EQ(good.gpa, slot.gpa);
	EXPECT_EQ(good.bytes, slot.bytes);
	EXPECT_EQ(good.hva, slot.hva);
	EXPECT_EQ(good.head.flags, slot.flags);
}

TEST(the_last_page_of_both_spaces_is_taken)
{
	struct vtx_map_memory req = good;
	struct mem_slot slot;
	u32 bad;

	req.gpa = GPA_END - req.bytes;
	req.hva = HVA_END - req.bytes;
	EXPECT_EQ(0, slot_from_request(&slot, &req, &limits, &bad));
}

TEST(hva_ranges_become_gpa_ranges)
{
	struct mem_slot slot = { .gpa = 0x100000, .bytes = 0x4000, .hva = 0x700000 };
	u64 start, end;

	EXPECT_FALSE(slot_hva_to_gpa(&slot, 0, 0x700000, &start, &end));
	EXPECT_FALSE(slot_hva_to_gpa(&slot, 0x704000, ~0ULL, &start, &end));
	ASSERT_TRUE(slot_hva_to_gpa(&slot, 0, ~0ULL, &start, &end));
	EXPECT_EQ(0x100000, start);
	EXPECT_EQ(0x104000, end);
	ASSERT_TRUE(slot_hva_to_gpa(&slot, 0x701000, 0x703000, &start, &end));
	EXPECT_EQ(0x101000, start);
	EXPECT_EQ(0x103000, end);
	ASSERT_TRUE(slot_hva_to_gpa(&slot, 0x703000, 0x709000, &start, &end));
	EXPECT_EQ(0x103000, start);
	EXPECT_EQ(0x104000, end);
}

#define MODEL_PAGES	96
#define MODEL_IDS	24
#define NOBODY		(-1)

FIXTURE(slots) {
	struct mem_slots *set;
	int owner[MODEL_PAGES];
};

FIXTURE_SETUP(slots)
{
	int i;

	self->set = calloc(1, sizeof(*self->set));
	for (i = 0; i < MODEL_PAGES; i++)
		self->owner[i] = NOBODY;
	srandom(1);
}

FIXTURE_TEARDOWN(slots)
{
	free(self->set);
}

static bool model_has(const int *owner, int id)
{
	int i;

	for (i = 0; i < MODEL_PAGES; i++)
		if (owner[i] == id)
			return true;
	return false;
}

static bool model_is_free(const int *owner, int page, int pages)
{
	while (pages--)
		if (owner[page++] != NOBODY)
			return false;
	return true;
}

static void model_set(int *owner, int page, int pages, int id)
{
	while (pages--)
		owner[page++] = id;
}

static void add(struct __test_metadata *_metadata, struct _test_data_slots *self)
{
	int page = random() % MODEL_PAGES;
	int pages = 1 + random() % 6;
	struct mem_slot slot = { .gpa = page * PAGE, .id = random() % MODEL_IDS, .flags = 1 };
	u32 bad = 0;
	int err;

	if (page + pages > MODEL_PAGES)
		pages = MODEL_PAGES - page;
	slot.bytes = pages * PAGE;
	slot.hva = 0x700000000000 + slot.gpa;

	err = slots_check_room(self->set, &slot, &bad);
	if (model_has(self->owner, slot.id)) {
		ASSERT_EQ(-EEXIST, err);
		ASSERT_EQ(FIELD(slot), bad);
	} else if (!model_is_free(self->owner, page, pages)) {
		ASSERT_EQ(-EEXIST, err);
		ASSERT_EQ(FIELD(gpa), bad);
	} else {
		struct mem_slots *to = malloc(sizeof(*to) + (self->set->nr + 1) * sizeof(slot));

		ASSERT_EQ(0, err);
		slots_copy_with(to, self->set, &slot);
		ASSERT_EQ(self->set->gen + 1, to->gen);
		free(self->set);
		self->set = to;
		model_set(self->owner, page, pages, slot.id);
	}
}

static void drop(struct __test_metadata *_metadata, struct _test_data_slots *self)
{
	int id = random() % MODEL_IDS;
	const struct mem_slot *slot = slots_by_id(self->set, id);
	struct mem_slots *to;

	ASSERT_EQ(model_has(self->owner, id), !!slot);
	if (!slot)
		return;
	model_set(self->owner, slot->gpa / PAGE, slot->bytes / PAGE, NOBODY);
	to = malloc(sizeof(*to) + (self->set->nr - 1) * sizeof(*slot));
	slots_copy_without(to, self->set, slot);
	free(self->set);
	self->set = to;
}

static void compare(struct __test_metadata *_metadata, struct _test_data_slots *self)
{
	int i;

	for (i = 0; i < MODEL_PAGES; i++) {
		const struct mem_slot *slot = slots_find(self->set, i * PAGE + random() % PAGE);

		ASSERT_EQ(self->owner[i], slot ? (int)slot->id : NOBODY);
	}
	ASSERT_EQ(NULL, slots_find(self->set, MODEL_PAGES * PAGE));
	ASSERT_EQ(NULL, slots_find(self->set, ~0ULL));
	for (i = 1; i < (int)self->set->nr; i++)
		ASSERT_LT(self->set->slot[i - 1].gpa, self->set->slot[i].gpa);
}

TEST_F(slots, random_sets_match_the_model)
{
	int i;

	for (i = 0; i < 20000; i++) {
		if (random() % 3)
			add(_metadata, self);
		else
			drop(_metadata, self);
		compare(_metadata, self);
	}
}

TEST_HARNESS_MAIN
