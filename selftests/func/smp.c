// SPDX-License-Identifier: GPL-2.0-only
/* Several vCPUs on threads of their own; several VMs; two address spaces. */
#include "guest.h"

#define COUNT	1000

static volatile __u32 turn;
static volatile __u32 counts[VT_MAX_VCPUS];
static volatile __u64 sum;

FIXTURE(smp)
{
	struct vt vt;
};

FIXTURE_SETUP(smp)
{
	vt_create(&self->vt, 0);
	vt_map_image(&self->vt);
}

FIXTURE_TEARDOWN(smp)
{
	vt_destroy(&self->vt);
}

/* Each adds its share with locked operations, and exits now and then */
static GUEST void add_up(__u64 id)
{
	for (__u32 i = 0; i < COUNT; i++) {
		__u32 regs[4];

		__atomic_add_fetch(&sum, 1, __ATOMIC_SEQ_CST);
		if (i % 16 == 0)
			guest_cpuid(0, 0, regs);
	}
	guest_done_value(100 + id);
}

static void run_all(struct vt *vt, void (*entry)(void), int vcpus)
{
	pthread_t threads[VT_MAX_VCPUS];

	for (int i = 0; i < vcpus; i++) {
		vt_add_vcpu(vt, i);
		vt_enter64(&vt->vcpu[i], entry, i);
	}
	for (int i = 0; i < vcpus; i++)
		vt_thread(&threads[i], &vt->vcpu[i]);
	for (int i = 0; i < vcpus; i++)
		vt_check(vt_join(threads[i]) == 100U + i, "vCPU %d ended otherwise", i);
}

TEST_F(smp, eight_vcpus)
{
	run_all(&self->vt, (void (*)(void))add_up, VT_MAX_VCPUS);
	EXPECT_EQ(VT_MAX_VCPUS * COUNT, sum);
}

/* Round robin by a variable: each waits, spinning, for the one before */
static GUEST void take_turns(__u64 id)
{
	for (__u32 i = 0; i < 20; i++) {
		while (turn != id)
			guest_pause();
		counts[id]++;
		turn = id ^ 1;
	}
	guest_done_value(100 + id);
}

TEST_F(smp, two_vcpus_by_turns)
{
	run_all(&self->vt, (void (*)(void))take_turns, 2);
	EXPECT_EQ(20, counts[0]);
	EXPECT_EQ(20, counts[1]);
}

TEST_F(smp, two_vms_at_once)
{
	pthread_t threads[2];
	struct vt other;

	vt_boot(&other, NULL);
	vt_add_vcpu(&self->vt, 0);
	vt_enter64(&self->vt.vcpu[0], (void (*)(void))add_up, 0);
	vt_enter64(&other.vcpu[0], (void (*)(void))add_up, 1);
	vt_thread(&threads[0], &self->vt.vcpu[0]);
	vt_thread(&threads[1], &other.vcpu[0]);
	EXPECT_EQ(100, vt_join(threads[0]));
	EXPECT_EQ(101, vt_join(threads[1]));
	EXPECT_EQ(2 * COUNT, sum);
	vt_destroy(&other);
}

/* One vCPU handed from thread to thread */
static GUEST void many_exits(void)
{
	for (__u32 i = 0; i < 32; i++)
		guest_sync(i);
	guest_done();
}

static void *one_sync(void *vcpu)
{
	return (void *)(unsigned long)vt_until_sync(vcpu);
}

TEST_F(smp, vcpu_moves_between_threads)
{
	struct vt_vcpu *vcpu = vt_add_vcpu(&self->vt, 0);

	vt_enter64(vcpu, many_exits, 0);
	for (__u32 i = 0; i < 32; i++) {
		pthread_t thread;

		ASSERT_EQ(0, pthread_create(&thread, NULL, one_sync, vcpu));
		EXPECT_EQ(i, vt_join(thread));
	}
	vt_until_done(vcpu);
}

/* What one vCPU stores another sees, by the same address */
static GUEST void hand_over(__u64 id)
{
	if (id == 0) {
		sum = 0x1234;
		__atomic_store_n(&turn, 1, __ATOMIC_RELEASE);
	} else {
		while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 1)
			guest_pause();
		GUEST_CHECK(sum == 0x1234);
	}
	guest_done_value(100 + id);
}

TEST_F(smp, stores_are_seen)
{
	run_all(&self->vt, (void (*)(void))hand_over, 2);
}

/* A message to one of two by its physical destination */
static GUEST void on_message(struct guest_frame *frame)
{
	(void)frame;
	counts[x2apic_read(APIC_ID)]++;
	x2apic_write(APIC_EOI, 0);
}

static GUEST void wait_for_message(__u64 id)
{
	guest_handler[0x40] = on_message;
	x2apic_enable();
	__atomic_add_fetch(&turn, 1, __ATOMIC_SEQ_CST);
	while (!counts[id])
		sti_hlt_cli();
	guest_done_value(100 + id);
}

TEST_F(smp, messages_by_destination)
{
	pthread_t threads[2];

	for (int i = 0; i < 2; i++) {
		vt_add_vcpu(&self->vt, i);
		vt_enter64(&self->vt.vcpu[i], (void (*)(void))wait_for_message, i);
		vt_thread(&threads[i], &self->vt.vcpu[i]);
	}
	vt_wait_for(&turn, 2);
	EXPECT_EQ(1, vt_msi(&self->vt, 0xfee01000, 0x40));
	EXPECT_EQ(101, vt_join(threads[1]));
	EXPECT_EQ(0, counts[0]);
	EXPECT_EQ(1, vt_msi(&self->vt, 0xfee00000, 0x40));
	EXPECT_EQ(100, vt_join(threads[0]));
}

VT_MAIN
