// SPDX-License-Identifier: GPL-2.0-only
/* What a guest is told by CPUID, and instructions that exit without a device. */
#include "guest.h"

static volatile __u32 regs[4];
static volatile __u64 value[4];

/* leaf and subleaf come in RDI */
static GUEST void ask(__u64 leaf_subleaf)
{
	__u32 out[4];

	guest_cpuid(leaf_subleaf, leaf_subleaf >> 32, out);
	for (int i = 0; i < 4; i++)
		regs[i] = out[i];
	guest_done();
}

FIXTURE(cpuid)
{
	struct vt vt;
};

FIXTURE_SETUP(cpuid)
{
	vt_boot(&self->vt, NULL);
}

FIXTURE_TEARDOWN(cpuid)
{
	vt_destroy(&self->vt);
}

static void guest_asks(struct vt *vt, __u32 leaf, __u32 subleaf)
{
	vt_enter64(&vt->vcpu[0], (void (*)(void))ask, leaf | (__u64)subleaf << 32);
	vt_until_done(&vt->vcpu[0]);
}

static void text_of(char *text, int first, int second, int third)
{
	memcpy(text, (void *)&regs[first], 4);
	memcpy(text + 4, (void *)&regs[second], 4);
	memcpy(text + 8, (void *)&regs[third], 4);
	text[12] = 0;
}

TEST_F(cpuid, vendor_is_the_hosts)
{
	__u32 host[4];

	guest_cpuid(0, 0, host);
	guest_asks(&self->vt, 0, 0);
	EXPECT_EQ(host[1], regs[1]);
	EXPECT_EQ(host[2], regs[2]);
	EXPECT_EQ(host[3], regs[3]);
	EXPECT_LE(0x16, regs[0]);
}

TEST_F(cpuid, a_hypervisor_is_there_and_vmx_is_not)
{
	guest_asks(&self->vt, 1, 0);
	EXPECT_NE(0, regs[2] & 1U << 31);
	EXPECT_EQ(0, regs[2] & 1U << 5);
	/* x2APIC and TSC deadline are ours to emulate */
	EXPECT_NE(0, regs[2] & 1U << 21);
	EXPECT_NE(0, regs[2] & 1U << 24);
}

TEST_F(cpuid, signatures)
{
	char text[13];

	guest_asks(&self->vt, 0x40000000, 0);
	text_of(text, 1, 2, 3);
	EXPECT_EQ(0, memcmp(text, "KVMKVMKVM\0\0\0", 12));
	EXPECT_LE(0x40000001, regs[0]);
	guest_asks(&self->vt, 0x40000100, 0);
	text_of(text, 1, 2, 3);
	EXPECT_EQ(0, memcmp(text, "vtxvtxvtxvtx", 12));
}

TEST_F(cpuid, tsc_rate_is_the_hosts)
{
	guest_asks(&self->vt, 0x15, 0);
	ASSERT_NE(0, regs[0]);
	EXPECT_EQ(self->vt.info.tsc_khz, (__u64)regs[2] * regs[1] / regs[0] / 1000);
}

TEST_F(cpuid, apic_id_is_the_vcpus)
{
	struct vt_vcpu *vcpu = vt_add_vcpu(&self->vt, 5);

	vt_enter64(vcpu, (void (*)(void))ask, 1);
	vt_until_done(vcpu);
	EXPECT_EQ(5, regs[1] >> 24);
}

TEST_F(cpuid, osxsave_follows_cr4)
{
	struct vt_vcpu *vcpu = &self->vt.vcpu[0];

	guest_asks(&self->vt, 1, 0);
	EXPECT_EQ(0, regs[2] & 1U << 27);
	if (!(regs[2] & 1U << 26))
		return;
	vt_enter64(vcpu, (void (*)(void))ask, 1);
	vcpu->cregs->cr4 |= 1 << 18;
	vt_until_done(vcpu);
	EXPECT_NE(0, regs[2] & 1U << 27);
}

TEST_F(cpuid, leaves_of_nothing_are_zero)
{
	guest_asks(&self->vt, 0x4fffff00, 0);
	EXPECT_EQ(0, regs[0] | regs[1] | regs[2] | regs[3]);
}

/* KVM's guest interface: -KVM_ENOSYS for what is not known */
static GUEST void call_hypervisor(void)
{
	value[0] = vmcall(0x7fffffff);
	value[1] = vmcall(0);
	guest_done();
}

TEST_F(cpuid, vmcall)
{
	vt_enter64(&self->vt.vcpu[0], call_hypervisor, 0);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(-1000, (__s64)value[0]);
	EXPECT_EQ(-1000, (__s64)value[1]);
}

static GUEST void read_tsc(void)
{
	__u64 last = rdtsc();

	for (int i = 0; i < 1000; i++) {
		__u64 now = rdtsc();
		__u32 regs_of_leaf[4];

		GUEST_CHECK(now >= last);
		last = now;
		/* an exit in between does not turn it back */
		guest_cpuid(0, 0, regs_of_leaf);
	}
	guest_done();
}

TEST_F(cpuid, tsc_is_monotonic)
{
	vt_enter64(&self->vt.vcpu[0], read_tsc, 0);
	vt_until_done(&self->vt.vcpu[0]);
}

static GUEST void without_idt(void)
{
	asm volatile("ud2");
	guest_done();
}

TEST_F(cpuid, triple_fault)
{
	struct vt_vcpu *vcpu = &self->vt.vcpu[0];

	vt_enter64(vcpu, without_idt, 0);
	vcpu->segs->idtr.limit = 0;
	EXPECT_EQ(VTX_EXIT_SHUTDOWN, vt_exit(vcpu));
	/* and the vCPU may be set up anew */
	vt_enter64(vcpu, call_hypervisor, 0);
	vt_until_done(vcpu);
}

static GUEST void past_the_insn(struct guest_frame *frame)
{
	frame->rip += 2;
}

static GUEST void undefined(void)
{
	guest_handler[6] = past_the_insn;
	asm volatile("ud2");
	GUEST_CHECK(guest_count[6] == 1);
	guest_done();
}

TEST_F(cpuid, exceptions_are_the_guests_own)
{
	vt_enter64(&self->vt.vcpu[0], undefined, 0);
	vt_until_done(&self->vt.vcpu[0]);
}

/* VMX instructions do not exist in the guest, and must not kill it */
static GUEST void past_vmxoff(struct guest_frame *frame)
{
	frame->rip += 3;
}

static GUEST void try_vmx(void)
{
	guest_handler[6] = past_vmxoff;
	asm volatile("vmxoff" : : : "cc");
	asm volatile("vmlaunch" : : : "cc");
	asm volatile("vmresume" : : : "cc");
	GUEST_CHECK(guest_count[6] == 3);
	guest_done();
}

TEST_F(cpuid, vmx_instructions_are_undefined)
{
	vt_enter64(&self->vt.vcpu[0], try_vmx, 0);
	vt_until_done(&self->vt.vcpu[0]);
}

VT_MAIN
