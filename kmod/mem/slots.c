// SPDX-License-Identifier: GPL-2.0-only
/* Memory slots: checks and lookups. See slots.h. */
#include "slots.h"

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/vtx.h>

#define SLOT_ALIGN	4096
#define SLOT_FLAGS	(VTX_MEM_READ | VTX_MEM_WRITE | VTX_MEM_EXEC)

#define BAD(field)	((u32)offsetof(struct vtx_map_memory, field))

static int refuse(u32 *bad_field, u32 field, int err)
{
	*bad_field = field;
	return err;
}

/* Differences rather than sums, so that nothing can wrap around. */
static bool fits_below(u64 start, u64 bytes, u64 end)
{
	return start <= end && bytes <= end - start;
}

/**
 * slot_from_request() - check a request on its own, whatever slots there are
 * @slot: out: the slot that it asks for
 * @req: the kernel's own copy of the request
 * @limits: ends of both address spaces
 * @bad_field: out, on failure: byte offset of the field that is wrong
 *
 * Return: 0 or -EINVAL.
 */
int slot_from_request(struct mem_slot *slot, const struct vtx_map_memory *req,
		      const struct slot_limits *limits, u32 *bad_field)
{
	if (req->head.flags & ~SLOT_FLAGS || !(req->head.flags & VTX_MEM_READ))
		return refuse(bad_field, BAD(head.flags), -EINVAL);
	if (req->slot >= MEM_SLOTS_MAX)
		return refuse(bad_field, BAD(slot), -EINVAL);
	if (!IS_ALIGNED(req->gpa, SLOT_ALIGN) || req->gpa >= limits->gpa_end)
		return refuse(bad_field, BAD(gpa), -EINVAL);
	if (!req->bytes || !IS_ALIGNED(req->bytes, SLOT_ALIGN) ||
	    !fits_below(req->gpa, req->bytes, limits->gpa_end))
		return refuse(bad_field, BAD(bytes), -EINVAL);
	if (!IS_ALIGNED(req->hva, SLOT_ALIGN) ||
	    !fits_below(req->hva, req->bytes, limits->hva_end))
		return refuse(bad_field, BAD(hva), -EINVAL);

	*slot = (struct mem_slot) {
		.gpa = req->gpa,
		.bytes = req->bytes,
		.hva = req->hva,
		.id = req->slot,
		.flags = req->head.flags,
	};
	return 0;
}

/**
 * slot_hva_to_gpa() - what a range of the launcher's memory is to the guest
 * @slot: the slot to look at; several may show the same memory
 * @hva_start: first address
 * @hva_end: end of the range
 * @gpa_start: out: first guest-physical address
 * @gpa_end: out: end of the guest-physical range
 *
 * Return: false when the slot has nothing of the range.
 */
bool slot_hva_to_gpa(const struct mem_slot *slot, u64 hva_start, u64 hva_end,
		     u64 *gpa_start, u64 *gpa_end)
{
	u64 start = max(hva_start, slot->hva);
	u64 end = min(hva_end, slot->hva + slot->bytes);

	if (start >= end)
		return false;
	*gpa_start = start - slot->hva + slot->gpa;
	*gpa_end = end - slot->hva + slot->gpa;
	return true;
}

/* The number of slots that begin at or below @gpa. */
static u32 slots_up_to(const struct mem_slots *slots, u64 gpa)
{
	u32 low = 0, high = slots->nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (slots->slot[mid].gpa <= gpa)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * slots_find() - the slot that covers an address
 * @slots: the set
 * @gpa: guest-physical address
 *
 * Return: the slot, or NULL.
 */
const struct mem_slot *slots_find(const struct mem_slots *slots, u64 gpa)
{
	u32 n = slots_up_to(slots, gpa);
	const struct mem_slot *slot;

	if (!n)
		return NULL;
	slot = &slots->slot[n - 1];
	return gpa - slot->gpa < slot->bytes ? slot : NULL;
}

/**
 * slots_by_id() - the slot with a number
 * @slots: the set
 * @id: the launcher's number
 *
 * Return: the slot, or NULL.
 */
const struct mem_slot *slots_by_id(const struct mem_slots *slots, u32 id)
{
	u32 i;

	for (i = 0; i < slots->nr; i++)
		if (slots->slot[i].id == id)
			return &slots->slot[i];
	return NULL;
}

/**
 * slots_check_room() - whether a new slot goes with those that are there
 * @slots: the set
 * @slot: the new one, from slot_from_request()
 * @bad_field: out, on failure: byte offset in struct vtx_map_memory
 *
 * Slot numbers are below MEM_SLOTS_MAX and not used twice, so there are never
 * more slots than that.
 *
 * Return: 0 or -EEXIST.
 */
int slots_check_room(const struct mem_slots *slots, const struct mem_slot *slot, u32 *bad_field)
{
	u32 n = slots_up_to(slots, slot->gpa);

	if (slots_by_id(slots, slot->id))
		return refuse(bad_field, BAD(slot), -EEXIST);
	if (slots_find(slots, slot->gpa) ||
	    (n < slots->nr && slots->slot[n].gpa - slot->gpa < slot->bytes))
		return refuse(bad_field, BAD(gpa), -EEXIST);
	return 0;
}

/**
 * slots_copy_with() - make a set with one slot more
 * @to: out: room for @from->nr + 1 slots
 * @from: the set
 * @slot: the new one, for which there is room
 */
void slots_copy_with(struct mem_slots *to, const struct mem_slots *from,
		     const struct mem_slot *slot)
{
	u32 n = slots_up_to(from, slot->gpa);

	to->gen = from->gen + 1;
	to->nr = from->nr + 1;
	memcpy(to->slot, from->slot, n * sizeof(*slot));
	to->slot[n] = *slot;
	memcpy(&to->slot[n + 1], &from->slot[n], (from->nr - n) * sizeof(*slot));
}

/**
 * slots_copy_without() - make a set with one slot less
 * @to: out: room for @from->nr - 1 slots
 * @from: the set
 * @slot: one of its slots
 */
void slots_copy_without(struct mem_slots *to, const struct mem_slots *from,
			const struct mem_slot *slot)
{
	u32 n = slot - from->slot;

	to->gen = from->gen + 1;
	to->nr = from->nr - 1;
	memcpy(to->slot, from->slot, n * sizeof(*slot));
	memcpy(&to->slot[n], &from->slot[n + 1], (to->nr - n) * sizeof(*slot));
}
