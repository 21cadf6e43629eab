// SPDX-License-Identifier: GPL-2.0-only
/* RDMSR and WRMSR: those that hold what is written, those that refuse, the rest. */
#include "guest.h"

static volatile __u32 faults;

/* Over RDMSR or WRMSR, both of two bytes */
static GUEST void skip(struct guest_frame *frame)
{
	faults++;
	frame->rip += 2;
}

static GUEST bool read_faults(__u32 msr)
{
	__u32 before = faults;

	(void)rdmsr(msr);
	return faults == before + 1;
}

static GUEST bool write_faults(__u32 msr, __u64 value)
{
	__u32 before = faults;

	wrmsr(msr, value);
	return faults == before + 1;
}

static const struct {
	__u32 msr;
	__u64 values[2];
} held[] = {
	{ 0x277, { 0x0007040600070406, 0x0007010600070106 } },
	{ 0x174, { 0x10, 0 } },
	{ 0x175, { 0xffff800000001000, 0x1000 } },
	{ 0x176, { 0xffff800000002000, 0x2000 } },
	{ 0xc0000081, { 0x0023001000000000, 0x0011223344556677 } },
	{ 0xc0000082, { 0xffffffff81000000, 0x1000 } },
	{ 0xc0000083, { 0xffffffff82000000, 0x2000 } },
	{ 0xc0000084, { 0x47700, 0 } },
	{ 0xc0000100, { 0x7fffffffe000, 0 } },
	{ 0xc0000101, { 0xffff888000000000, 0 } },
	{ 0xc0000102, { 0x7ffff0000000, 0xffff888000001000 } },
	{ 0xc0000103, { 0x12345678, 5 } },
};

static GUEST void hold_values(void)
{
	guest_handler[13] = skip;
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++) {
		for (int j = 0; j < 2; j++) {
			__u32 regs[4];

			wrmsr(held[i].msr, held[i].values[j]);
			/* and over an exit */
			guest_cpuid(0, 0, regs);
			if (rdmsr(held[i].msr) != held[i].values[j])
				guest_fail(2000000 + i);
		}
	}
	GUEST_CHECK(faults == 0);
	guest_done();
}

FIXTURE(msr)
{
	struct vt vt;
};

FIXTURE_SETUP(msr)
{
	faults = 0;
}

FIXTURE_TEARDOWN(msr)
{
	vt_destroy(&self->vt);
}

TEST_F(msr, hold_what_is_written)
{
	vt_boot(&self->vt, hold_values);
	vt_until_done(&self->vt.vcpu[0]);
	vt_fetch(&self->vt.vcpu[0], VT_GROUP(MSRS));
	EXPECT_EQ(0x1000, self->vt.vcpu[0].msrs->lstar);
	EXPECT_EQ(0xffff888000001000, self->vt.vcpu[0].msrs->kernel_gs_base);
	EXPECT_EQ(5, self->vt.vcpu[0].msrs->tsc_aux);
}

static GUEST void unknown_msrs(void)
{
	static const __u32 unknown[] = { 0x4fffffff, 0x12345678, 0xc0ffffff, 0xffffffff };

	guest_handler[13] = skip;
	for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++) {
		GUEST_CHECK(read_faults(unknown[i]));
		GUEST_CHECK(write_faults(unknown[i], 0));
	}
	/* VMX does not exist for the guest */
	GUEST_CHECK(read_faults(0x480));
	GUEST_CHECK(write_faults(0x480, 0));
	guest_done();
}

TEST_F(msr, unknown_gives_gp)
{
	vt_boot(&self->vt, unknown_msrs);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(10, faults);
}

static GUEST void illegal_values(void)
{
	guest_handler[13] = skip;
	GUEST_CHECK(write_faults(0x277, 2));
	GUEST_CHECK(write_faults(0xc0000080, 1UL << 63));
	/* LME cannot change while paging is on */
	GUEST_CHECK(write_faults(0xc0000080, 1));
	GUEST_CHECK(write_faults(0xc0000082, 1UL << 63));
	GUEST_CHECK(write_faults(0xc0000102, 1UL << 63));
	GUEST_CHECK(write_faults(0x175, 1UL << 63));
	GUEST_CHECK(write_faults(0xc0000103, 1UL << 32));
	GUEST_CHECK(write_faults(MSR_APIC_BASE, 1UL << 63));
	/* x2APIC's registers do not exist while it is off */
	GUEST_CHECK(read_faults(MSR_X2APIC + 2));
	guest_done();
}

TEST_F(msr, illegal_values_give_gp)
{
	vt_boot(&self->vt, illegal_values);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(9, faults);
}

static GUEST void x2apic_registers(void)
{
	guest_handler[13] = skip;
	x2apic_enable();
	GUEST_CHECK(rdmsr(MSR_APIC_BASE) == 0xfee00d00);
	GUEST_CHECK(x2apic_read(APIC_ID) == 0);
	GUEST_CHECK(write_faults(MSR_X2APIC + 2, 0));
	GUEST_CHECK(read_faults(MSR_X2APIC + 0xb));
	GUEST_CHECK(write_faults(MSR_X2APIC + 0xb, 1));
	GUEST_CHECK(write_faults(MSR_X2APIC + 8, 0x100));
	/* the page is gone, and from x2APIC there is no way straight to xAPIC */
	GUEST_CHECK(write_faults(MSR_APIC_BASE, 0xfee00900));
	guest_done();
}

TEST_F(msr, x2apic_registers)
{
	vt_boot(&self->vt, x2apic_registers);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(5, faults);
}

/* Writing the counter moves it, and the adjustment by as much */
static GUEST void write_tsc(void)
{
	__u64 before, after;

	GUEST_CHECK(rdmsr(0x3b) == 0);
	wrmsr(0x10, 1ULL << 50);
	before = rdtsc();
	GUEST_CHECK(before >= 1ULL << 50 && before < (1ULL << 50) + (1ULL << 40));
	wrmsr(0x3b, rdmsr(0x3b) + (1ULL << 50));
	after = rdtsc();
	GUEST_CHECK(after - before >= 1ULL << 50 && after - before < 1ULL << 51);
	guest_done();
}

TEST_F(msr, tsc_and_its_adjustment)
{
	vt_boot(&self->vt, write_tsc);
	vt_until_done(&self->vt.vcpu[0]);
}

VT_MAIN
