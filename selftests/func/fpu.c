// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vector registers: they survive exits, are each VM's own, and are not those of
 * the thread that runs the VM.
 */
#include "guest.h"

#define CR4_OSXSAVE	(1 << 18)

static volatile __u64 pattern[2];
static volatile __u64 wide[2][8] __attribute__((aligned(64)));
static volatile __u32 exits;

FIXTURE(fpu)
{
	struct vt vt;
};

FIXTURE_SETUP(fpu)
{
	vt_boot(&self->vt, NULL);
}

FIXTURE_TEARDOWN(fpu)
{
	vt_destroy(&self->vt);
}

/* The VM's number comes in RDI: XMM0 and XMM15 hold its pattern all the time */
static GUEST void keep_xmm(__u64 vm)
{
	__u64 mine = 0x1111111111111111ULL * (vm + 1), low, high;

	asm volatile("movq %0, %%xmm0; movq %0, %%xmm15" : : "r"(mine));
	for (__u32 i = 0; i < 100; i++) {
		guest_sync(i);
		asm volatile("movq %%xmm0, %0; movq %%xmm15, %1" : "=r"(low), "=r"(high));
		GUEST_CHECK(low == mine && high == mine);
	}
	guest_done();
}

static void spoil_xmm(__u64 value)
{
	asm volatile("movq %0, %%xmm0; movq %0, %%xmm15; movq %0, %%xmm7" : : "r"(value));
}

static __u64 read_xmm7(void)
{
	__u64 value;

	asm volatile("movq %%xmm7, %0" : "=r"(value));
	return value;
}

TEST_F(fpu, survives_exits)
{
	vt_enter64(&self->vt.vcpu[0], (void (*)(void))keep_xmm, 0);
	for (__u32 i = 0; i < 100; i++) {
		EXPECT_EQ(i, vt_until_sync(&self->vt.vcpu[0]));
		spoil_xmm(~0ULL);
	}
	vt_until_done(&self->vt.vcpu[0]);
}

/* Two VMs by turns on one thread */
TEST_F(fpu, each_vm_has_its_own)
{
	struct vt other;

	vt_boot(&other, NULL);
	vt_enter64(&self->vt.vcpu[0], (void (*)(void))keep_xmm, 0);
	vt_enter64(&other.vcpu[0], (void (*)(void))keep_xmm, 1);
	for (__u32 i = 0; i < 100; i++) {
		EXPECT_EQ(i, vt_until_sync(&self->vt.vcpu[0]));
		EXPECT_EQ(i, vt_until_sync(&other.vcpu[0]));
	}
	vt_until_done(&self->vt.vcpu[0]);
	vt_until_done(&other.vcpu[0]);
	vt_destroy(&other);
}

static GUEST void fill_xmm7(void)
{
	asm volatile("movq %0, %%xmm7" : : "r"(0x5ec7e75ec7e7ULL));
	guest_sync(0);
	guest_done();
}

/* Nothing in between that uses vector registers: straight to the call */
static __u64 xmm7_over_run(int fd)
{
	long result;

	spoil_xmm(0x1234567812345678ULL);
	asm volatile("syscall" : "=a"(result)
		     : "a"(16L), "D"((long)fd), "S"((long)VTX_RUN), "d"(0L)
		     : "rcx", "r11", "memory");
	vt_check(!result, "VTX_RUN: %ld", result);
	return read_xmm7();
}

TEST_F(fpu, the_threads_registers_stay)
{
	vt_enter64(&self->vt.vcpu[0], fill_xmm7, 0);
	EXPECT_EQ(0x1234567812345678, xmm7_over_run(self->vt.vcpu[0].fd));
}

static GUEST void look_at_xmm7(void)
{
	__u64 value;

	asm volatile("movq %%xmm7, %0" : "=r"(value));
	pattern[0] = value;
	guest_done();
}

/* A fresh vCPU has the registers of a reset, not the thread's */
TEST_F(fpu, nothing_leaks_into_a_guest)
{
	vt_enter64(&self->vt.vcpu[0], look_at_xmm7, 0);
	pattern[0] = 1;
	xmm7_over_run(self->vt.vcpu[0].fd);
	EXPECT_EQ(0, pattern[0]);
}

static GUEST void use_ymm(void)
{
	asm volatile("xsetbv" : : "c"(0), "a"(7), "d"(0));
	asm volatile("vmovups %0, %%ymm3" : : "m"(wide[0]));
	for (__u32 i = 0; i < 10; i++)
		guest_sync(i);
	asm volatile("vmovups %%ymm3, %0" : "=m"(wide[1]));
	guest_done();
}

TEST_F(fpu, avx_survives_exits)
{
	struct vt_vcpu *vcpu = &self->vt.vcpu[0];

	if (!(self->vt.info.xfeatures & 4))
		return;
	for (int i = 0; i < 4; i++)
		wide[0][i] = 0x0101010101010101ULL * (i + 1);
	vt_enter64(vcpu, use_ymm, 0);
	vcpu->cregs->cr4 |= CR4_OSXSAVE;
	for (__u32 i = 0; i < 10; i++) {
		EXPECT_EQ(i, vt_until_sync(vcpu));
		asm volatile("vzeroall");
	}
	vt_until_done(vcpu);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(wide[0][i], wide[1][i]);
	vt_fetch(vcpu, VT_GROUP(CREGS));
	EXPECT_EQ(7, vcpu->cregs->xcr0);
}

static GUEST void skip_xsetbv(struct guest_frame *frame)
{
	exits++;
	frame->rip += 3;
}

static GUEST void bad_xcr0(void)
{
	static const __u32 low[] = { 0, 2, 4, 5, 0x80000001 };

	guest_handler[13] = skip_xsetbv;
	for (unsigned int i = 0; i < ARRAY_SIZE(low); i++)
		asm volatile("xsetbv" : : "c"(0), "a"(low[i]), "d"(0));
	asm volatile("xsetbv" : : "c"(0), "a"(1), "d"(0x80000000));
	asm volatile("xsetbv" : : "c"(1), "a"(1), "d"(0));
	GUEST_CHECK(exits == ARRAY_SIZE(low) + 2);
	guest_done();
}

TEST_F(fpu, illegal_xcr0)
{
	vt_enter64(&self->vt.vcpu[0], bad_xcr0, 0);
	self->vt.vcpu[0].cregs->cr4 |= CR4_OSXSAVE;
	vt_until_done(&self->vt.vcpu[0]);
}

/* What the guest left is in the group, where the SDM puts XMM7 */
TEST_F(fpu, the_group_shows_what_the_guest_left)
{
	struct vt_vcpu *vcpu = &self->vt.vcpu[0];
	__u64 value;

	vt_enter64(vcpu, fill_xmm7, 0);
	vt_until_sync(vcpu);
	vt_fetch(vcpu, VT_GROUP(FPU));
	memcpy(&value, (char *)vcpu->fpu + 160 + 16 * 7, sizeof(value));
	EXPECT_EQ(0x5ec7e75ec7e7, value);
	vt_until_done(vcpu);
}

VT_MAIN
