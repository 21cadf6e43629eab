// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that hold for every ioctl with a struct: its size, its flags, its
 * reserved fields, the pointer to it.  Each is tried on each ioctl.
 */
#include "vtxtest.h"

enum target { ON_DEVICE, ON_VM };

/* A buffer with room for what future kernels may know */
union argument {
	struct vtx_head head;
	struct vtx_info info;
	struct vtx_create_vm create_vm;
	struct vtx_map_memory map;
	struct vtx_unmap_memory unmap;
	struct vtx_create_vcpu create_vcpu;
	struct vtx_msi msi;
	__u8 bytes[2 * VT_PAGE];
};

FIXTURE(head)
{
	struct vt vt;
	void *memory;
	union argument *arg;
	int fd;
};

FIXTURE_VARIANT(head)
{
	unsigned long request;
	__u32 size;
	__u32 known_flags;
	enum target target;
};

#define HEAD_VARIANT(variant, type, number, flags, where) \
	FIXTURE_VARIANT_ADD(head, variant) \
	{ \
		.request = number, .size = sizeof(struct type), .known_flags = flags, \
		.target = where, \
	}

HEAD_VARIANT(info, vtx_info, VTX_INFO, 0, ON_DEVICE);
HEAD_VARIANT(create_vm, vtx_create_vm, VTX_CREATE_VM, VTX_VM_NO_APIC, ON_DEVICE);
HEAD_VARIANT(map_memory, vtx_map_memory, VTX_MAP_MEMORY, VT_RWX, ON_VM);
HEAD_VARIANT(unmap_memory, vtx_unmap_memory, VTX_UNMAP_MEMORY, 0, ON_VM);
HEAD_VARIANT(create_vcpu, vtx_create_vcpu, VTX_CREATE_VCPU, 0, ON_VM);
HEAD_VARIANT(msi, vtx_msi, VTX_MSI, 0, ON_VM);

/* Makes the argument one that the kernel takes */
static void make_valid(union argument *arg, unsigned long request, void *memory, __u32 size)
{
	memset(arg, 0, sizeof(*arg));
	arg->head.size = size;
	arg->head.error_field = 0xabcd;
	switch (request) {
	case VTX_MAP_MEMORY:
		arg->head.flags = VT_RW;
		arg->map.slot = 2;
		arg->map.gpa = 4 * VT_PAGE;
		arg->map.hva = (__u64)memory;
		arg->map.bytes = VT_PAGE;
		break;
	case VTX_UNMAP_MEMORY:
		arg->unmap.slot = 1;
		break;
	case VTX_CREATE_VCPU:
		arg->create_vcpu.id = 1;
		break;
	case VTX_MSI:
		arg->msi.address = 0xfee00000;
		arg->msi.data = 0x30;
		break;
	}
}

FIXTURE_SETUP(head)
{
	vt_create(&self->vt, 0);
	self->memory = vt_alloc(2 * VT_PAGE);
	self->arg = vt_alloc(sizeof(*self->arg));
	self->fd = variant->target == ON_DEVICE ? self->vt.dev : self->vt.fd;
	/* what VTX_UNMAP_MEMORY takes away */
	vt_map(&self->vt, 1, VT_RW, 0, self->memory, VT_PAGE);
	make_valid(self->arg, variant->request, self->memory, variant->size);
}

FIXTURE_TEARDOWN(head)
{
	vt_destroy(&self->vt);
}

/* After refusals: is the call still possible, that is, has nothing changed? */
#define EXPECT_STILL_WORKS() \
	do { \
		make_valid(self->arg, variant->request, self->memory, variant->size); \
		EXPECT_LE(0, vt_ioctl(self->fd, variant->request, self->arg)); \
		EXPECT_EQ(VTX_NO_FIELD, self->arg->head.error_field); \
	} while (0)

TEST_F(head, valid)
{
	EXPECT_STILL_WORKS();
}

TEST_F(head, shorter_than_the_head)
{
	for (__u32 size = 0; size < sizeof(struct vtx_head); size++) {
		self->arg->head.size = size;
		EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, variant->request, self->arg));
		EXPECT_EQ(0xabcd, self->arg->head.error_field);
	}
	EXPECT_STILL_WORKS();
}

TEST_F(head, shorter_than_the_first_published)
{
	for (__u32 size = sizeof(struct vtx_head); size < variant->size; size++) {
		self->arg->head.size = size;
		self->arg->head.error_field = 0xabcd;
		EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, variant->request, self->arg));
		EXPECT_EQ(offsetof(struct vtx_head, size), self->arg->head.error_field);
	}
	EXPECT_STILL_WORKS();
}

TEST_F(head, longer_with_zeroes)
{
	self->arg->head.size = variant->size + 8;
	EXPECT_LE(0, vt_ioctl(self->fd, variant->request, self->arg));
	EXPECT_EQ(VTX_NO_FIELD, self->arg->head.error_field);
}

TEST_F(head, a_page_with_zeroes)
{
	self->arg->head.size = VT_PAGE;
	EXPECT_LE(0, vt_ioctl(self->fd, variant->request, self->arg));
}

TEST_F(head, longer_with_something)
{
	self->arg->head.size = variant->size + 8;
	for (__u32 i = 0; i < 8; i++) {
		self->arg->bytes[variant->size + i] = 1;
		EXPECT_EQ(-E2BIG, vt_ioctl(self->fd, variant->request, self->arg));
		EXPECT_NE(0xabcd, self->arg->head.error_field);
		self->arg->bytes[variant->size + i] = 0;
	}
	EXPECT_STILL_WORKS();
}

/* Whether the kernel looks for zeroes that far is its own affair */
TEST_F(head, huge)
{
	static const __u32 sizes[] = { 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		int error;

		self->arg->head.size = sizes[i];
		error = vt_ioctl(self->fd, variant->request, self->arg);
		EXPECT_TRUE(error == -E2BIG || error == -EFAULT);
	}
	EXPECT_STILL_WORKS();
}

TEST_F(head, unknown_flags)
{
	__u32 flags = self->arg->head.flags;

	for (int bit = 0; bit < 32; bit++) {
		if (variant->known_flags & 1U << bit)
			continue;
		self->arg->head.flags = flags | 1U << bit;
		self->arg->head.error_field = 0xabcd;
		EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, variant->request, self->arg));
		EXPECT_EQ(offsetof(struct vtx_head, flags), self->arg->head.error_field);
	}
	EXPECT_STILL_WORKS();
}

TEST_F(head, reserved)
{
	for (int bit = 0; bit < 32; bit++) {
		self->arg->head.reserved = 1U << bit;
		self->arg->head.error_field = 0xabcd;
		EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, variant->request, self->arg));
		EXPECT_EQ(offsetof(struct vtx_head, reserved), self->arg->head.error_field);
	}
	EXPECT_STILL_WORKS();
}

TEST_F(head, bad_pointers)
{
	static const __u64 pointers[] = {
		0, 1, 0x7ffffffff000, 0x800000000000, 0xffff800000000000, ~0ULL - 7,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(pointers); i++)
		EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->request, (void *)pointers[i]));
	EXPECT_STILL_WORKS();
}

/* The struct begins in memory and ends behind it */
TEST_F(head, cut_by_a_hole)
{
	char *end = vt_alloc(2 * VT_PAGE);

	ASSERT_EQ(0, munmap(end + VT_PAGE, VT_PAGE));
	end += VT_PAGE;
	for (__u32 kept = 4; kept < variant->size; kept += 4) {
		memcpy(end - kept, self->arg, kept);
		EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->request, end - kept));
	}
	EXPECT_STILL_WORKS();
}

/* error_field cannot be written: nothing may have been done */
TEST_F(head, read_only)
{
	ASSERT_EQ(0, mprotect(self->arg, sizeof(*self->arg), PROT_READ));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, variant->request, self->arg));
	ASSERT_EQ(0, mprotect(self->arg, sizeof(*self->arg), PROT_READ | PROT_WRITE));
	EXPECT_STILL_WORKS();
}

VT_MAIN
