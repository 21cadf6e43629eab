// SPDX-License-Identifier: GPL-2.0-only
/* The run area: how it may be mapped, and what its header refuses. */
#define _GNU_SOURCE
#include "vtxtest.h"

FIXTURE(area)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	__u32 size;
};

FIXTURE_SETUP(area)
{
	vt_create(&self->vt, VTX_VM_NO_APIC);
	self->vcpu = vt_add_vcpu(&self->vt, 0);
	self->size = self->vt.info.run_size;
}

FIXTURE_TEARDOWN(area)
{
	vt_destroy(&self->vt);
}

#define EXPECT_NO_MAPPING(size, prot, flags, offset) \
	EXPECT_EQ(MAP_FAILED, mmap(NULL, size, prot, flags, self->vcpu->fd, offset))

TEST_F(area, wrong_size)
{
	EXPECT_NO_MAPPING(self->size + VT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	EXPECT_NO_MAPPING(16 * self->size, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
}

TEST_F(area, wrong_offset)
{
	EXPECT_NO_MAPPING(self->size, PROT_READ | PROT_WRITE, MAP_SHARED, VT_PAGE);
	EXPECT_NO_MAPPING(VT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, self->size);
	EXPECT_NO_MAPPING(VT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 1LL << 40);
}

TEST_F(area, cannot_be_executed)
{
	EXPECT_NO_MAPPING(self->size, PROT_READ | PROT_EXEC, MAP_SHARED, 0);
	EXPECT_NO_MAPPING(self->size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, 0);
	EXPECT_EQ(-1, mprotect(self->vcpu->area, self->size, PROT_READ | PROT_EXEC));
}

/* A private copy would take what is written to it, and the kernel would not see it */
TEST_F(area, cannot_be_private)
{
	EXPECT_NO_MAPPING(self->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
}

TEST_F(area, two_mappings_are_one_memory)
{
	struct vtx_run *twin = mmap(NULL, self->size, PROT_READ | PROT_WRITE, MAP_SHARED,
				    self->vcpu->fd, 0);

	ASSERT_NE(MAP_FAILED, twin);
	self->vcpu->run->want = 0x55;
	EXPECT_EQ(0x55, twin->want);
	munmap(twin, self->size);
}

TEST_F(area, may_be_moved)
{
	void *goal = vt_alloc(self->size);
	struct vtx_run *moved = mremap(self->vcpu->area, self->size, self->size,
				       MREMAP_MAYMOVE | MREMAP_FIXED, goal);

	/* refusing it is as good, as long as both of us mean the same memory */
	if (moved == MAP_FAILED)
		moved = self->vcpu->area;
	else
		self->vcpu->area = moved;
	moved->immediate_exit = 1;
	moved->want = VT_GROUP(GPRS);
	EXPECT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_RUN, NULL));
	EXPECT_EQ(VTX_EXIT_INTR, moved->exit_reason);
	EXPECT_EQ(self->size, moved->size);
}

TEST_F(area, cannot_grow)
{
	EXPECT_EQ(MAP_FAILED, mremap(self->vcpu->area, self->size, 4 * self->size,
				     MREMAP_MAYMOVE));
}

TEST_F(area, run_works_without_a_mapping)
{
	self->vcpu->run->immediate_exit = 1;
	ASSERT_EQ(0, munmap(self->vcpu->area, self->size));
	EXPECT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_RUN, NULL));
	self->vcpu->area = mmap(NULL, self->size, PROT_READ | PROT_WRITE, MAP_SHARED,
				self->vcpu->fd, 0);
	ASSERT_NE(MAP_FAILED, self->vcpu->area);
	self->vcpu->run = self->vcpu->area;
	EXPECT_EQ(VTX_EXIT_INTR, self->vcpu->run->exit_reason);
}

/* The mapping outlives the fd */
TEST_F(area, stays_when_the_fd_goes)
{
	struct vt_vcpu *other = vt_add_vcpu(&self->vt, 1);

	close(other->fd);
	other->run->want = 0x1234;
	EXPECT_EQ(0x1234, other->run->want);
	other->fd = -1;
}

TEST_F(area, fresh)
{
	struct vtx_run *run = self->vcpu->run;

	EXPECT_EQ(VTX_EXIT_NONE, run->exit_reason);
	EXPECT_EQ(0, run->dirty);
	EXPECT_EQ(0, run->want);
	EXPECT_EQ(0, run->flags);
	EXPECT_EQ(0, run->immediate_exit);
}

#define EXPECT_REFUSED(field) \
	do { \
		EXPECT_EQ(-EINVAL, vt_run(self->vcpu)); \
		EXPECT_EQ(offsetof(struct vtx_run, field), self->vcpu->run->error_field); \
	} while (0)

TEST_F(area, flags)
{
	self->vcpu->run->immediate_exit = 1;
	for (int bit = 0; bit < 32; bit++) {
		self->vcpu->run->flags = 1U << bit;
		EXPECT_REFUSED(flags);
	}
	self->vcpu->run->flags = 0;
	EXPECT_EQ(0, vt_run(self->vcpu));
	EXPECT_EQ(VTX_NO_FIELD, self->vcpu->run->error_field);
}

TEST_F(area, immediate_exit)
{
	static const __u32 bad[] = { 2, 3, 0x100, 0x80000000, 0xffffffff };

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		self->vcpu->run->immediate_exit = bad[i];
		EXPECT_REFUSED(immediate_exit);
	}
	self->vcpu->run->immediate_exit = 1;
	EXPECT_EQ(0, vt_run(self->vcpu));
	EXPECT_EQ(VTX_EXIT_INTR, self->vcpu->run->exit_reason);
}

TEST_F(area, want)
{
	self->vcpu->run->immediate_exit = 1;
	for (int bit = VTX_GROUP_COUNT; bit < 64; bit++) {
		self->vcpu->run->want = 1ULL << bit;
		EXPECT_REFUSED(want);
	}
	self->vcpu->run->want = VT_ALL;
	EXPECT_EQ(0, vt_run(self->vcpu));
	EXPECT_EQ(VT_ALL, self->vcpu->run->valid & VT_ALL);
}

TEST_F(area, dirty)
{
	self->vcpu->run->immediate_exit = 1;
	for (int bit = VTX_GROUP_COUNTERS; bit < 64; bit++) {
		self->vcpu->run->dirty = 1ULL << bit;
		EXPECT_REFUSED(dirty);
		EXPECT_EQ(1ULL << bit, self->vcpu->run->dirty);
	}
	self->vcpu->run->dirty = 0;
	EXPECT_EQ(0, vt_run(self->vcpu));
}

TEST_F(area, what_the_kernel_wrote_is_not_believed)
{
	struct vtx_run *run = self->vcpu->run;

	run->size = 0;
	run->error_field = 7;
	run->valid = ~0ULL;
	run->exit_reason = VTX_EXIT_IO;
	memset(run->pad, 0xff, sizeof(run->pad));
	run->immediate_exit = 1;
	EXPECT_EQ(0, vt_run(self->vcpu));
	EXPECT_EQ(VTX_NO_FIELD, run->error_field);
	EXPECT_EQ(VTX_EXIT_INTR, run->exit_reason);
}

VT_MAIN
