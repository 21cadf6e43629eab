// SPDX-License-Identifier: GPL-2.0-only
/* VTX_MAP_MEMORY and VTX_UNMAP_MEMORY: what they take and refuse. */
#include "vtxtest.h"

#define SLOT	offsetof(struct vtx_map_memory, slot)
#define GPA	offsetof(struct vtx_map_memory, gpa)
#define BYTES	offsetof(struct vtx_map_memory, bytes)
#define HVA	offsetof(struct vtx_map_memory, hva)
#define FLAGS	offsetof(struct vtx_head, flags)

FIXTURE(memory)
{
	struct vt vt;
	__u8 *hva;
	struct vtx_map_memory arg;
};

FIXTURE_SETUP(memory)
{
	vt_create(&self->vt, 0);
	self->hva = vt_alloc(16 * VT_PAGE);
	self->arg = VT_ARG(vtx_map_memory, .head.flags = VT_RWX, .slot = 3,
			   .gpa = 0x100000, .bytes = 4 * VT_PAGE, .hva = (__u64)self->hva);
}

FIXTURE_TEARDOWN(memory)
{
	vt_destroy(&self->vt);
}

#define EXPECT_MAP(result, field) \
	do { \
		EXPECT_EQ(result, vt_ioctl(self->vt.fd, VTX_MAP_MEMORY, &self->arg)); \
		EXPECT_EQ(field, self->arg.head.error_field); \
	} while (0)

#define EXPECT_UNMAP(result, field, number) \
	do { \
		struct vtx_unmap_memory unmap = VT_ARG(vtx_unmap_memory, .slot = number); \
		EXPECT_EQ(result, vt_ioctl(self->vt.fd, VTX_UNMAP_MEMORY, &unmap)); \
		EXPECT_EQ(field, unmap.head.error_field); \
	} while (0)

TEST_F(memory, map_and_unmap)
{
	for (int i = 0; i < 3; i++) {
		EXPECT_MAP(0, VTX_NO_FIELD);
		EXPECT_UNMAP(0, VTX_NO_FIELD, 3);
	}
}

TEST_F(memory, rights_need_read)
{
	for (__u32 flags = 0; flags < 8; flags++) {
		self->arg.head.flags = flags;
		if (flags & VTX_MEM_READ) {
			EXPECT_MAP(0, VTX_NO_FIELD);
			EXPECT_UNMAP(0, VTX_NO_FIELD, 3);
		} else {
			EXPECT_MAP(-EINVAL, FLAGS);
		}
	}
}

TEST_F(memory, reserved)
{
	self->arg.reserved = 1;
	EXPECT_MAP(-EINVAL, offsetof(struct vtx_map_memory, reserved));
	self->arg.reserved = 0x80000000;
	EXPECT_MAP(-EINVAL, offsetof(struct vtx_map_memory, reserved));
}

TEST_F(memory, slot_out_of_range)
{
	static const __u32 high[] = { 0x7fffffff, 0x80000000, 0xffffffff };

	self->arg.slot = self->vt.info.max_slots;
	EXPECT_MAP(-EINVAL, SLOT);
	for (unsigned int i = 0; i < ARRAY_SIZE(high); i++) {
		self->arg.slot = high[i];
		EXPECT_MAP(-EINVAL, SLOT);
	}
	self->arg.slot = self->vt.info.max_slots - 1;
	EXPECT_MAP(0, VTX_NO_FIELD);
}

TEST_F(memory, slot_in_use)
{
	EXPECT_MAP(0, VTX_NO_FIELD);
	self->arg.gpa += 64 * VT_PAGE;
	EXPECT_MAP(-EEXIST, SLOT);
}

TEST_F(memory, unaligned)
{
	for (__u64 off = 1; off < VT_PAGE; off <<= 1) {
		self->arg.gpa += off;
		EXPECT_MAP(-EINVAL, GPA);
		self->arg.gpa -= off;
		self->arg.bytes += off;
		EXPECT_MAP(-EINVAL, BYTES);
		self->arg.bytes -= off;
		self->arg.hva += off;
		EXPECT_MAP(-EINVAL, HVA);
		self->arg.hva -= off;
	}
	EXPECT_MAP(0, VTX_NO_FIELD);
}

TEST_F(memory, zero_length)
{
	self->arg.bytes = 0;
	EXPECT_MAP(-EINVAL, BYTES);
}

/* Where the sum of two fields is at fault, either may be named */
TEST_F(memory, wraps_around)
{
	self->arg.bytes = -VT_PAGE;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_MAP_MEMORY, &self->arg));
	EXPECT_TRUE(self->arg.head.error_field == BYTES || self->arg.head.error_field == GPA);
	self->arg.bytes = 2 * VT_PAGE;
	self->arg.gpa = -VT_PAGE;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_MAP_MEMORY, &self->arg));
	EXPECT_TRUE(self->arg.head.error_field == BYTES || self->arg.head.error_field == GPA);
	self->arg.gpa = 0x100000;
	self->arg.hva = -VT_PAGE;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_MAP_MEMORY, &self->arg));
	EXPECT_TRUE(self->arg.head.error_field == BYTES || self->arg.head.error_field == HVA);
}

TEST_F(memory, beyond_the_guests_addresses)
{
	__u64 top = 1ULL << self->vt.info.guest_phys_bits;

	self->arg.gpa = top;
	EXPECT_MAP(-EINVAL, GPA);
	self->arg.gpa = top - VT_PAGE;
	EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_MAP_MEMORY, &self->arg));
	EXPECT_TRUE(self->arg.head.error_field == BYTES || self->arg.head.error_field == GPA);
	self->arg.gpa = top - self->arg.bytes;
	EXPECT_MAP(0, VTX_NO_FIELD);
}

TEST_F(memory, kernel_addresses)
{
	static const __u64 kernel[] = {
		0x7ffffffff000, 0x800000000000, 0xffff800000000000, 0xffffffff81000000,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kernel); i++) {
		self->arg.hva = kernel[i];
		EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_MAP_MEMORY, &self->arg));
		EXPECT_TRUE(self->arg.head.error_field == BYTES ||
			    self->arg.head.error_field == HVA);
	}
}

/* All ways in which two ranges of four pages can meet */
TEST_F(memory, overlap)
{
	__u64 base = self->arg.gpa;

	EXPECT_MAP(0, VTX_NO_FIELD);
	self->arg.slot = 4;
	for (int pages = -3; pages <= 3; pages++) {
		self->arg.gpa = base + pages * VT_PAGE;
		EXPECT_MAP(-EEXIST, GPA);
	}
	self->arg.gpa = base - 4 * VT_PAGE;
	self->arg.bytes = 16 * VT_PAGE;
	EXPECT_MAP(-EEXIST, GPA);
	self->arg.gpa = base + VT_PAGE;
	self->arg.bytes = VT_PAGE;
	EXPECT_MAP(-EEXIST, GPA);
	self->arg.gpa = base + 4 * VT_PAGE;
	self->arg.bytes = 4 * VT_PAGE;
	EXPECT_MAP(0, VTX_NO_FIELD);
	self->arg.slot = 5;
	self->arg.gpa = base - 4 * VT_PAGE;
	EXPECT_MAP(0, VTX_NO_FIELD);
}

TEST_F(memory, one_page_twice_in_the_guest)
{
	EXPECT_MAP(0, VTX_NO_FIELD);
	self->arg.slot = 4;
	self->arg.gpa = 0;
	EXPECT_MAP(0, VTX_NO_FIELD);
}

TEST_F(memory, a_hole_may_be_mapped)
{
	ASSERT_EQ(0, munmap(self->hva, 16 * VT_PAGE));
	EXPECT_MAP(0, VTX_NO_FIELD);
}

TEST_F(memory, unmap_what_is_not_there)
{
	EXPECT_UNMAP(-ENOENT, offsetof(struct vtx_unmap_memory, slot), 3);
	EXPECT_MAP(0, VTX_NO_FIELD);
	EXPECT_UNMAP(-ENOENT, offsetof(struct vtx_unmap_memory, slot), 2);
	EXPECT_UNMAP(0, VTX_NO_FIELD, 3);
	EXPECT_UNMAP(-ENOENT, offsetof(struct vtx_unmap_memory, slot), 3);
}

TEST_F(memory, unmap_out_of_range)
{
	EXPECT_UNMAP(-EINVAL, offsetof(struct vtx_unmap_memory, slot),
		     self->vt.info.max_slots);
	EXPECT_UNMAP(-EINVAL, offsetof(struct vtx_unmap_memory, slot), 0xffffffff);
}

TEST_F(memory, unmap_reserved)
{
	struct vtx_unmap_memory unmap = VT_ARG(vtx_unmap_memory, .slot = 3, .reserved = 1);

	EXPECT_MAP(0, VTX_NO_FIELD);
	EXPECT_EQ(-EINVAL, vt_ioctl(self->vt.fd, VTX_UNMAP_MEMORY, &unmap));
	EXPECT_EQ(offsetof(struct vtx_unmap_memory, reserved), unmap.head.error_field);
	EXPECT_UNMAP(0, VTX_NO_FIELD, 3);
}

/* All slots, in an order that is not that of the addresses */
TEST_F(memory, every_slot)
{
	__u32 slots = self->vt.info.max_slots;

	self->arg.bytes = VT_PAGE;
	for (__u32 i = 0; i < slots; i++) {
		self->arg.slot = i;
		self->arg.gpa = (__u64)(i * 7 % slots) * 2 * VT_PAGE;
		EXPECT_MAP(0, VTX_NO_FIELD);
	}
	for (__u32 i = 0; i < slots; i++)
		EXPECT_UNMAP(0, VTX_NO_FIELD, slots - 1 - i);
}

VT_MAIN
