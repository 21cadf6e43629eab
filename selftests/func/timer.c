// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC's timer: TSC deadline, one-shot, periodic; by page and by MSR. */
#include "guest.h"

#define VECTOR	0x50
#define DELAY	100000

static volatile __u32 ticks;

static GUEST void on_tick(struct guest_frame *frame)
{
	(void)frame;
	ticks++;
	x2apic_write(APIC_EOI, 0);
}

static GUEST void on_xapic_tick(struct guest_frame *frame)
{
	(void)frame;
	ticks++;
	xapic_write(APIC_EOI, 0);
}

FIXTURE(timer)
{
	struct vt vt;
};

FIXTURE_SETUP(timer)
{
	ticks = 0;
}

FIXTURE_TEARDOWN(timer)
{
	vt_destroy(&self->vt);
}

static GUEST void setup(__u32 lvt)
{
	guest_handler[VECTOR] = on_tick;
	x2apic_enable();
	x2apic_write(APIC_TIMER_DIV, 0xb);
	x2apic_write(APIC_LVT_TIMER, lvt | VECTOR);
}

/* A deadline in the future: not before it, read back until it is over */
static GUEST void deadline(void)
{
	__u64 goal;

	setup(APIC_LVT_DEADLINE);
	sti();
	goal = rdtsc() + DELAY;
	wrmsr(MSR_TSC_DEADLINE, goal);
	GUEST_CHECK(rdmsr(MSR_TSC_DEADLINE) == goal || ticks);
	while (!ticks)
		guest_pause();
	GUEST_CHECK(rdtsc() >= goal);
	GUEST_CHECK(rdmsr(MSR_TSC_DEADLINE) == 0);
	guest_done();
}

TEST_F(timer, deadline)
{
	vt_boot(&self->vt, deadline);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(1, ticks);
}

static GUEST void deadline_past(void)
{
	setup(APIC_LVT_DEADLINE);
	sti();
	wrmsr(MSR_TSC_DEADLINE, 1);
	while (!ticks)
		guest_pause();
	guest_done();
}

TEST_F(timer, deadline_in_the_past)
{
	vt_boot(&self->vt, deadline_past);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(1, ticks);
}

static GUEST void deadline_disarmed(void)
{
	__u64 goal;

	setup(APIC_LVT_DEADLINE);
	sti();
	goal = rdtsc() + 2 * DELAY;
	wrmsr(MSR_TSC_DEADLINE, goal);
	wrmsr(MSR_TSC_DEADLINE, 0);
	GUEST_CHECK(rdmsr(MSR_TSC_DEADLINE) == 0);
	while (rdtsc() < goal + DELAY)
		guest_pause();
	guest_done();
}

TEST_F(timer, deadline_disarmed)
{
	vt_boot(&self->vt, deadline_disarmed);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(0, ticks);
}

/* In another mode the deadline's MSR reads as zero and ignores writes */
static GUEST void deadline_in_oneshot(void)
{
	setup(0);
	wrmsr(MSR_TSC_DEADLINE, rdtsc() + DELAY);
	GUEST_CHECK(rdmsr(MSR_TSC_DEADLINE) == 0);
	guest_done();
}

TEST_F(timer, no_deadline_in_another_mode)
{
	vt_boot(&self->vt, deadline_in_oneshot);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(0, ticks);
}

static GUEST void deadline_in_hlt(void)
{
	setup(APIC_LVT_DEADLINE);
	for (__u32 i = 1; i <= 10; i++) {
		wrmsr(MSR_TSC_DEADLINE, rdtsc() + i * DELAY);
		while (ticks < i)
			sti_hlt_cli();
	}
	guest_done();
}

TEST_F(timer, deadline_wakes_from_hlt)
{
	vt_boot(&self->vt, deadline_in_hlt);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(10, ticks);
}

static GUEST void oneshot(void)
{
	__u32 now;

	setup(0);
	sti();
	x2apic_write(APIC_TIMER_INIT, DELAY);
	now = x2apic_read(APIC_TIMER_NOW);
	GUEST_CHECK(now <= DELAY);
	while (!ticks)
		guest_pause();
	GUEST_CHECK(x2apic_read(APIC_TIMER_NOW) == 0);
	now = ticks;
	for (int i = 0; i < 1000; i++)
		guest_pause();
	GUEST_CHECK(ticks == now);
	guest_done();
}

TEST_F(timer, oneshot)
{
	vt_boot(&self->vt, oneshot);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(1, ticks);
}

static GUEST void periodic(void)
{
	setup(APIC_LVT_PERIODIC);
	sti();
	x2apic_write(APIC_TIMER_INIT, DELAY);
	while (ticks < 5)
		guest_pause();
	x2apic_write(APIC_TIMER_INIT, 0);
	GUEST_CHECK(x2apic_read(APIC_TIMER_NOW) == 0);
	guest_done();
}

TEST_F(timer, periodic)
{
	vt_boot(&self->vt, periodic);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_LE(5, ticks);
}

static GUEST void periodic_in_hlt(void)
{
	setup(APIC_LVT_PERIODIC);
	x2apic_write(APIC_TIMER_INIT, DELAY);
	while (ticks < 5)
		sti_hlt_cli();
	guest_done();
}

TEST_F(timer, periodic_wakes_from_hlt)
{
	vt_boot(&self->vt, periodic_in_hlt);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_LE(5, ticks);
}

static GUEST void masked(void)
{
	setup(APIC_LVT_MASKED);
	sti();
	x2apic_write(APIC_TIMER_INIT, DELAY);
	while (x2apic_read(APIC_TIMER_NOW))
		guest_pause();
	for (int i = 0; i < 1000; i++)
		guest_pause();
	guest_done();
}

TEST_F(timer, masked)
{
	vt_boot(&self->vt, masked);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(0, ticks);
}

/* The same by the xAPIC's page: one-shot, then a deadline */
static GUEST void through_the_page(void)
{
	guest_handler[VECTOR] = on_xapic_tick;
	xapic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
	xapic_write(APIC_TIMER_DIV, 0xb);
	xapic_write(APIC_LVT_TIMER, VECTOR);
	sti();
	xapic_write(APIC_TIMER_INIT, DELAY);
	while (ticks < 1)
		guest_pause();
	GUEST_CHECK(xapic_read(APIC_TIMER_NOW) == 0);
	xapic_write(APIC_LVT_TIMER, APIC_LVT_DEADLINE | VECTOR);
	wrmsr(MSR_TSC_DEADLINE, rdtsc() + DELAY);
	while (ticks < 2)
		guest_pause();
	guest_done();
}

TEST_F(timer, xapic_page)
{
	vt_boot(&self->vt, through_the_page);
	vt_until_done(&self->vt.vcpu[0]);
	EXPECT_EQ(2, ticks);
}

VT_MAIN
