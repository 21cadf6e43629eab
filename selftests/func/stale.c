// SPDX-License-Identifier: GPL-2.0-only
/*
 * Translations that a CPU may have cached from before: of a vCPU that comes back
 * to it, and of page tables that were replaced from outside.  On silicon these
 * fail by chance where a flush is missing; vthost --strict makes sure.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "guest.h"

#define AT	VT_FREE
#define BYTES	(2UL << 20)	/* what one entry of the guest's page directories maps */

FIXTURE(stale)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
	__u64 *hva;
};

static GUEST void reader(void)
{
	for (;;)
		guest_sync(read32(AT));
}

FIXTURE_SETUP(stale)
{
	vt_boot(&self->vt, NULL);
	self->vcpu = &self->vt.vcpu[0];
	self->hva = vt_alloc(2 * BYTES);
	vt_map(&self->vt, 1, VT_RW, AT, self->hva, 2 * BYTES);
	vt_enter64(self->vcpu, reader, 0);
}

FIXTURE_TEARDOWN(stale)
{
	vt_destroy(&self->vt);
}

static void go_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	vt_check(!sched_setaffinity(0, sizeof(set), &set), "no CPU %d", cpu);
}

/*
 * From CPU to CPU, with new contents while the vCPU is there: a CPU that it comes
 * back to has seen the contents before, and the last flush was elsewhere.
 */
TEST_F(stale, contents_change_elsewhere)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (__u32 i = 1; i <= 12; i++) {
		go_to_cpu(i % cpus);
		EXPECT_EQ(i - 1, vt_until_sync(self->vcpu));
		ASSERT_EQ(0, madvise(self->hva, BYTES, MADV_DONTNEED));
		self->hva[0] = i;
		EXPECT_EQ(i, vt_until_sync(self->vcpu));
	}
}

/* The guest's memory is ours at the same addresses: its page tables are pointers */
static __u64 *copy_table(__u64 entry)
{
	static __u64 copies[3][512] __attribute__((aligned(4096)));
	static int used;
	__u64 *copy = copies[used++];

	memcpy(copy, (void *)(entry & ~0xfffUL), VT_PAGE);
	return copy;
}

/* Page tables that differ from the guest's in what they have at AT */
static __u64 *other_tables(__u64 cr3)
{
	__u64 *pml4 = copy_table(cr3);
	__u64 *pdpt = copy_table(pml4[0]);
	__u64 *directory = copy_table(pdpt[AT >> 30]);

	pml4[0] = (pml4[0] & 0xfff) | (__u64)pdpt;
	pdpt[AT >> 30] = (pdpt[AT >> 30] & 0xfff) | (__u64)directory;
	directory[AT >> 21 & 511] += BYTES;
	return pml4;
}

TEST_F(stale, page_tables_replaced_from_outside)
{
	struct vtx_cregs *cregs = self->vcpu->cregs;
	__u64 tables = (__u64)other_tables(cregs->cr3);

	self->hva[0] = 1;
	self->hva[BYTES / sizeof(*self->hva)] = 2;
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	vt_fetch(self->vcpu, VT_GROUP(CREGS));
	cregs->cr3 = tables;
	ASSERT_EQ(0, vt_commit(self->vcpu, VT_GROUP(CREGS)));
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
}

VT_MAIN
