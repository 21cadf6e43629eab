/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory slots: which guest-physical ranges exist, and where they lie in the
 * launcher's address space.
 *
 * The set is an array sorted by guest-physical address. It is never changed in
 * place: a new one is made from it, and replaces it as a whole (guest_mem.c).
 *
 * No kernel state: the unit tests run slots.c in userspace.
 */
#ifndef VTX_MEM_SLOTS_H
#define VTX_MEM_SLOTS_H

#include <linux/types.h>

#define MEM_SLOTS_MAX		512

struct vtx_map_memory;

/**
 * struct mem_slot - one range
 * @gpa: first guest-physical address
 * @bytes: its length; @gpa + @bytes does not wrap around, nor does @hva + @bytes
 * @hva: first address in the launcher
 * @id: the launcher's number for it
 * @flags: VTX_MEM_*
 */
struct mem_slot {
	u64 gpa;
	u64 bytes;
	u64 hva;
	u32 id;
	u32 flags;
};

/**
 * struct mem_slots - all ranges of a guest
 * @gen: tells this set from the ones before it
 * @nr: number of ranges
 * @slot: the ranges, by rising @gpa, none overlapping another
 */
struct mem_slots {
	u64 gen;
	u32 nr;
	struct mem_slot slot[];
};

/**
 * struct slot_limits - what a slot must stay below
 * @gpa_end: end of the guest-physical address space
 * @hva_end: end of the launcher's half of the address space
 */
struct slot_limits {
	u64 gpa_end;
	u64 hva_end;
};

int slot_from_request(struct mem_slot *slot, const struct vtx_map_memory *req,
		      const struct slot_limits *limits, u32 *bad_field);
bool slot_hva_to_gpa(const struct mem_slot *slot, u64 hva_start, u64 hva_end,
		     u64 *gpa_start, u64 *gpa_end);

const struct mem_slot *slots_find(const struct mem_slots *slots, u64 gpa);
const struct mem_slot *slots_by_id(const struct mem_slots *slots, u32 id);
int slots_check_room(const struct mem_slots *slots, const struct mem_slot *slot, u32 *bad_field);
void slots_copy_with(struct mem_slots *to, const struct mem_slots *from,
		     const struct mem_slot *slot);
void slots_copy_without(struct mem_slots *to, const struct mem_slots *from,
			const struct mem_slot *slot);

#endif /* VTX_MEM_SLOTS_H */
