// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory is the launcher's memory: whatever the launcher does with its
 * address space, the guest sees at once; rights of a slot; holes.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "guest.h"

#define AT	VT_FREE
#define PAGES	8
#define BYTES	(PAGES * VT_PAGE)

static volatile __u64 seen;
static volatile __u32 rounds;

FIXTURE(memory)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	struct vtx_run *run;
	__u64 *hva;
};

FIXTURE_SETUP(memory)
{
	vt_boot(&self->vt, NULL);
	self->vcpu = &self->vt.vcpu[0];
	self->run = self->vcpu->run;
	self->hva = vt_alloc(BYTES);
}

FIXTURE_TEARDOWN(memory)
{
	vt_destroy(&self->vt);
}

/* Reads the first word at each sync, for ever */
static GUEST void reader(void)
{
	for (;;)
		guest_sync(read32(AT));
}

static GUEST void writer(void)
{
	for (__u32 i = 1;; i++) {
		write32(AT, i);
		guest_sync(i);
	}
}

static GUEST void jumper(void)
{
	((void (*)(void))AT)();
	guest_done();
}

static void enter(struct vt *vt, void (*entry)(void), __u32 flags, void *hva)
{
	vt_map(vt, 1, flags, AT, hva, BYTES);
	vt_enter64(&vt->vcpu[0], entry, 0);
}

TEST_F(memory, guest_reads)
{
	self->hva[0] = 0x1234;
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(0x1234, vt_until_sync(self->vcpu));
	self->hva[0] = 0x5678;
	EXPECT_EQ(0x5678, vt_until_sync(self->vcpu));
}

/* Never written by us: the page of zeroes, which must not become shared */
TEST_F(memory, guest_reads_fresh_memory)
{
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(0, vt_until_sync(self->vcpu));
	self->hva[0] = 0x1234;
	EXPECT_EQ(0x1234, vt_until_sync(self->vcpu));
}

TEST_F(memory, guest_writes)
{
	enter(&self->vt, writer, VT_RW, self->hva);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	EXPECT_EQ(1, self->hva[0]);
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
	EXPECT_EQ(2, self->hva[0]);
}

TEST_F(memory, guest_executes)
{
	/* ret */
	*(__u8 *)self->hva = 0xc3;
	enter(&self->vt, jumper, VT_RWX, self->hva);
	vt_until_done(self->vcpu);
}

TEST_F(memory, no_fetch_without_exec)
{
	*(__u8 *)self->hva = 0xc3;
	enter(&self->vt, jumper, VT_RW, self->hva);
	ASSERT_EQ(VTX_EXIT_EMULATE, vt_exit(self->vcpu));
	EXPECT_EQ(AT, self->run->emulate.gpa);
	EXPECT_EQ(VTX_ACCESS_FETCH, self->run->emulate.access & VTX_ACCESS_FETCH);
}

TEST_F(memory, store_without_write_is_mmio)
{
	enter(&self->vt, writer, VTX_MEM_READ, self->hva);
	ASSERT_EQ(VTX_EXIT_MMIO, vt_exit(self->vcpu));
	EXPECT_EQ(AT, self->run->mmio.gpa);
	EXPECT_EQ(4, self->run->mmio.size);
	EXPECT_EQ(1, self->run->mmio.write);
	EXPECT_EQ(1, self->run->mmio.data);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	EXPECT_EQ(0, self->hva[0]);
}

TEST_F(memory, unmapped_slot_is_mmio)
{
	self->hva[0] = 7;
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(7, vt_until_sync(self->vcpu));
	ASSERT_EQ(0, vt_unmap(&self->vt, 1));
	ASSERT_EQ(VTX_EXIT_MMIO, vt_exit(self->vcpu));
	EXPECT_EQ(AT, self->run->mmio.gpa);
	EXPECT_EQ(0, self->run->mmio.write);
	self->run->mmio.data = 99;
	EXPECT_EQ(99, vt_until_sync(self->vcpu));
	vt_map(&self->vt, 1, VT_RW, AT, self->hva, BYTES);
	EXPECT_EQ(7, vt_until_sync(self->vcpu));
}

TEST_F(memory, slot_with_other_memory)
{
	__u64 *other = vt_alloc(BYTES);

	self->hva[0] = 1;
	other[0] = 2;
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	ASSERT_EQ(0, vt_unmap(&self->vt, 1));
	vt_map(&self->vt, 1, VT_RW, AT, other, BYTES);
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
}

#define EXPECT_FAULT(what) \
	do { \
		ASSERT_EQ(VTX_EXIT_MEMORY_FAULT, vt_exit(self->vcpu)); \
		EXPECT_EQ(AT, self->run->memory_fault.gpa & ~(VT_PAGE - 1)); \
		EXPECT_EQ((__u64)self->hva, self->run->memory_fault.hva & ~(VT_PAGE - 1)); \
		EXPECT_EQ(what, self->run->memory_fault.access & (what)); \
		EXPECT_EQ(EFAULT, self->run->memory_fault.error); \
	} while (0)

TEST_F(memory, munmap_leaves_a_hole)
{
	self->hva[0] = 5;
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(5, vt_until_sync(self->vcpu));
	ASSERT_EQ(0, munmap(self->hva, VT_PAGE));
	/* as often as we try */
	EXPECT_FAULT(VTX_ACCESS_READ);
	EXPECT_FAULT(VTX_ACCESS_READ);
	ASSERT_EQ(self->hva, mmap(self->hva, VT_PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	self->hva[0] = 6;
	EXPECT_EQ(6, vt_until_sync(self->vcpu));
}

TEST_F(memory, mprotect_takes_rights)
{
	enter(&self->vt, writer, VT_RW, self->hva);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	ASSERT_EQ(0, mprotect(self->hva, VT_PAGE, PROT_READ));
	EXPECT_FAULT(VTX_ACCESS_WRITE);
	EXPECT_EQ(1, self->hva[0]);
	ASSERT_EQ(0, mprotect(self->hva, VT_PAGE, PROT_NONE));
	EXPECT_FAULT(VTX_ACCESS_WRITE);
	ASSERT_EQ(0, mprotect(self->hva, VT_PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
	EXPECT_EQ(2, self->hva[0]);
}

TEST_F(memory, dontneed_gives_zeroes)
{
	self->hva[0] = 5;
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(5, vt_until_sync(self->vcpu));
	ASSERT_EQ(0, madvise(self->hva, BYTES, MADV_DONTNEED));
	EXPECT_EQ(0, vt_until_sync(self->vcpu));
}

TEST_F(memory, other_memory_in_its_place)
{
	__u64 *other = vt_alloc(BYTES);

	self->hva[0] = 1;
	other[0] = 2;
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	ASSERT_EQ(self->hva, mremap(other, BYTES, BYTES, MREMAP_MAYMOVE | MREMAP_FIXED,
				    self->hva));
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
}

/* After fork() the first write of either side must not be seen by the other */
TEST_F(memory, copy_on_write)
{
	int to_child[2], status;
	char byte;
	pid_t child;

	enter(&self->vt, writer, VT_RW, self->hva);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	ASSERT_EQ(0, pipe(to_child));
	child = fork();
	if (!child) {
		vt_check(read(to_child[0], &byte, 1) == 1, "pipe");
		_exit(self->hva[0]);
	}
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
	EXPECT_EQ(2, self->hva[0]);
	ASSERT_EQ(1, write(to_child[1], "x", 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(1, WEXITSTATUS(status));
}

/* The launcher writes after fork(): the guest must follow to the new page */
TEST_F(memory, copy_on_write_by_the_launcher)
{
	int to_child[2];
	pid_t child;

	self->hva[0] = 1;
	enter(&self->vt, reader, VT_RW, self->hva);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	ASSERT_EQ(0, pipe(to_child));
	child = fork();
	if (!child) {
		char byte;

		close(to_child[1]);
		_exit(read(to_child[0], &byte, 1));
	}
	self->hva[0] = 2;
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
	close(to_child[1]);
	waitpid(child, NULL, 0);
}

TEST_F(memory, shared_file)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);
	__u64 *shared, *twin;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, BYTES));
	shared = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	twin = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	enter(&self->vt, writer, VT_RW, shared);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	EXPECT_EQ(1, twin[0]);
	/* past the end of the file there is nothing */
	ASSERT_EQ(0, ftruncate(fd, 0));
	ASSERT_EQ(VTX_EXIT_MEMORY_FAULT, vt_exit(self->vcpu));
	ASSERT_EQ(0, ftruncate(fd, BYTES));
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
	EXPECT_EQ(2, twin[0]);
	close(fd);
}

/* The guest's page tables point to where a slot has no memory */
static GUEST void broken_tables(void)
{
	asm volatile("mov %0, %%cr3" : : "r"(AT) : "memory");
	guest_done();
}

TEST_F(memory, hole_under_page_tables)
{
	enter(&self->vt, broken_tables, VT_RW, self->hva);
	ASSERT_EQ(0, munmap(self->hva, BYTES));
	EXPECT_FAULT(VTX_ACCESS_WALK);
}

static GUEST void read_for_ever(void)
{
	rounds = 0;
	for (;;) {
		seen = read32(AT);
		rounds++;
	}
}

static void *run_once(void *vcpu)
{
	vt_exit(vcpu);
	return NULL;
}

/* Unmapped by another thread: when the call returns the guest is out of it */
TEST_F(memory, unmap_while_running)
{
	pthread_t thread;

	self->hva[0] = 3;
	enter(&self->vt, read_for_ever, VT_RW, self->hva);
	pthread_create(&thread, NULL, run_once, self->vcpu);
	while (seen != 3)
		usleep(100);
	ASSERT_EQ(0, vt_unmap(&self->vt, 1));
	pthread_join(thread, NULL);
	EXPECT_EQ(VTX_EXIT_MMIO, self->run->exit_reason);
	EXPECT_EQ(AT, self->run->mmio.gpa);
	EXPECT_LT(0, rounds);
}

/* The same by the launcher's address space, with new contents each time */
TEST_F(memory, contents_change_while_running)
{
	unsigned long count = vt_rounds(50, 10000);
	pthread_t thread;

	enter(&self->vt, read_for_ever, VT_RW, self->hva);
	pthread_create(&thread, NULL, run_once, self->vcpu);
	for (unsigned long i = 1; i <= count; i++) {
		self->hva[0] = i;
		while (seen != i)
			sched_yield();
		ASSERT_EQ(0, madvise(self->hva, BYTES, MADV_DONTNEED));
		while (seen != 0)
			sched_yield();
	}
	EXPECT_EQ(0, vt_ioctl(self->vcpu->fd, VTX_KICK, NULL));
	pthread_join(thread, NULL);
	EXPECT_EQ(VTX_EXIT_KICKED, self->run->exit_reason);
}

VT_MAIN
