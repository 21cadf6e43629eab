// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC: messages, self-IPIs, priorities, NMIs, HLT, the interrupt window. */
#include "guest.h"

#define VECTOR	0x40
#define LOWER	0x35
#define TO_CPU0	0xfee00000ULL

static volatile __u32 ready;
static volatile __u32 order[8];
static volatile __u32 arrived;

static GUEST void end_of_interrupt(struct guest_frame *frame)
{
	order[arrived++ & 7] = frame->vector;
	x2apic_write(APIC_EOI, 0);
}

static GUEST void no_end(struct guest_frame *frame)
{
	order[arrived++ & 7] = frame->vector;
}

static GUEST void setup(void)
{
	guest_handler[VECTOR] = end_of_interrupt;
	guest_handler[LOWER] = end_of_interrupt;
	guest_handler[2] = no_end;
	x2apic_enable();
}

FIXTURE(irq)
{
	struct vt vt;
	struct vt_vcpu *vcpu;
};

FIXTURE_SETUP(irq)
{
	ready = 0;
	arrived = 0;
	vt_boot(&self->vt, NULL);
	self->vcpu = &self->vt.vcpu[0];
}

FIXTURE_TEARDOWN(irq)
{
	vt_destroy(&self->vt);
}

static void start(struct vt_vcpu *vcpu, void (*entry)(void))
{
	vt_enter64(vcpu, entry, 0);
}

/* Syncs with interrupts off, then takes what came */
static GUEST void take_msi(void)
{
	setup();
	guest_sync(1);
	GUEST_CHECK(arrived == 0);
	sti();
	GUEST_CHECK(arrived == 1 && order[0] == VECTOR);
	guest_done();
}

TEST_F(irq, msi_waits_for_sti)
{
	start(self->vcpu, take_msi);
	vt_until_sync(self->vcpu);
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, VECTOR));
	vt_until_done(self->vcpu);
}

/* The same vector twice before it is taken is one */
TEST_F(irq, msi_twice_is_once)
{
	start(self->vcpu, take_msi);
	vt_until_sync(self->vcpu);
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, VECTOR));
	vt_msi(&self->vt, TO_CPU0, VECTOR);
	vt_until_done(self->vcpu);
}

TEST_F(irq, msi_to_nobody)
{
	start(self->vcpu, take_msi);
	vt_until_sync(self->vcpu);
	EXPECT_EQ(0, vt_msi(&self->vt, TO_CPU0 | 7 << 12, VECTOR));
	/* lowest priority among one */
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, 1 << 8 | VECTOR));
	vt_until_done(self->vcpu);
}

static GUEST void spin_for_msi(void)
{
	setup();
	sti();
	ready = 1;
	while (!arrived)
		guest_pause();
	guest_done();
}

TEST_F(irq, msi_to_a_running_guest)
{
	pthread_t thread;

	start(self->vcpu, spin_for_msi);
	vt_thread(&thread, self->vcpu);
	vt_wait_for(&ready, 1);
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, VECTOR));
	vt_join(thread);
	EXPECT_EQ(1, arrived);
}

static GUEST void halt_for_msi(void)
{
	setup();
	for (int i = 0; i < 3; i++) {
		ready = i + 1;
		sti_hlt_cli();
	}
	GUEST_CHECK(arrived == 3);
	guest_done();
}

TEST_F(irq, msi_wakes_from_hlt)
{
	pthread_t thread;

	start(self->vcpu, halt_for_msi);
	vt_thread(&thread, self->vcpu);
	for (__u32 i = 0; i < 3; i++) {
		vt_wait_for(&ready, i + 1);
		usleep(2000 * i);
		EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, VECTOR));
		vt_wait_for(&arrived, i + 1);
	}
	vt_join(thread);
}

static GUEST void halt_once(void)
{
	setup();
	ready = 1;
	sti();
	hlt();
	guest_done();
}

static void *kicker(void *arg)
{
	struct vt_vcpu *vcpu = arg;

	vt_wait_for(&ready, 1);
	usleep(2000);
	vt_check(!vt_ioctl(vcpu->fd, VTX_KICK, NULL), "VTX_KICK");
	return NULL;
}

/* It returns from HLT's sleep, and sleeps on when run again */
TEST_F(irq, kick_wakes_from_hlt)
{
	pthread_t thread;

	start(self->vcpu, halt_once);
	pthread_create(&thread, NULL, kicker, self->vcpu);
	EXPECT_EQ(VTX_EXIT_KICKED, vt_exit(self->vcpu));
	pthread_join(thread, NULL);
	vt_fetch(self->vcpu, VT_GROUP(EVENTS));
	EXPECT_EQ(VTX_ACTIVITY_HALTED, self->vcpu->events->activity);
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, VECTOR));
	vt_until_done(self->vcpu);
	EXPECT_EQ(1, arrived);
}

static void on_alarm(int number)
{
	(void)number;
}

TEST_F(irq, signal_wakes_from_hlt)
{
	struct sigaction action = { .sa_handler = on_alarm };

	start(self->vcpu, halt_once);
	sigaction(SIGALRM, &action, NULL);
	ualarm(20000, 20000);
	EXPECT_EQ(-EINTR, vt_run(self->vcpu));
	ualarm(0, 0);
	EXPECT_EQ(VTX_EXIT_INTR, self->vcpu->run->exit_reason);
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, VECTOR));
	vt_until_done(self->vcpu);
}

static GUEST void halt_without_apic(void)
{
	hlt();
	guest_done();
}

TEST_F(irq, hlt_without_apic_exits)
{
	struct vt bare;

	vt_boot_flags(&bare, halt_without_apic, VTX_VM_NO_APIC);
	bare.vcpu[0].run->want = VT_GROUP(GPRS);
	EXPECT_EQ(VTX_EXIT_HLT, vt_exit(&bare.vcpu[0]));
	/* RIP is past it: the next run goes on */
	vt_until_done(&bare.vcpu[0]);
	vt_destroy(&bare);
}

static GUEST void self_ipi(void)
{
	setup();
	x2apic_write(APIC_ICR, APIC_TO_SELF | VECTOR);
	GUEST_CHECK(arrived == 0);
	GUEST_CHECK(x2apic_read(APIC_IRR + 0x10 * (VECTOR / 32)) == 1U << VECTOR % 32);
	sti();
	GUEST_CHECK(arrived == 1);
	/* the register for it alone */
	wrmsr(0x83f, LOWER);
	sti();
	GUEST_CHECK(arrived == 2 && order[1] == LOWER);
	guest_done();
}

TEST_F(irq, self_ipi)
{
	start(self->vcpu, self_ipi);
	vt_until_done(self->vcpu);
}

static GUEST void xapic_end(struct guest_frame *frame)
{
	order[arrived++ & 7] = frame->vector;
	GUEST_CHECK(xapic_read(APIC_ISR + 0x10 * (frame->vector / 32)) ==
		    1U << frame->vector % 32);
	xapic_write(APIC_EOI, 0);
}

static GUEST void through_the_page(void)
{
	guest_handler[VECTOR] = xapic_end;
	GUEST_CHECK(xapic_read(APIC_ID) == 0);
	GUEST_CHECK((xapic_read(APIC_VERSION) & 0xf0) == 0x10);
	xapic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
	GUEST_CHECK(xapic_read(APIC_SVR) == (APIC_SVR_ENABLE | 0xff));
	xapic_write(APIC_TPR, 0x50);
	GUEST_CHECK(xapic_read(APIC_TPR) == 0x50 && read_cr8() == 5);
	write_cr8(0);
	GUEST_CHECK(xapic_read(APIC_TPR) == 0);
	xapic_write(APIC_ICR, APIC_TO_SELF | VECTOR);
	sti();
	GUEST_CHECK(arrived == 1);
	GUEST_CHECK(xapic_read(APIC_ISR + 0x10 * (VECTOR / 32)) == 0);
	guest_done();
}

TEST_F(irq, xapic_page)
{
	start(self->vcpu, through_the_page);
	vt_until_done(self->vcpu);
}

static GUEST void priorities(void)
{
	setup();
	write_cr8(VECTOR >> 4);
	x2apic_write(APIC_ICR, APIC_TO_SELF | LOWER);
	x2apic_write(APIC_ICR, APIC_TO_SELF | VECTOR);
	sti();
	for (int i = 0; i < 100; i++)
		guest_pause();
	GUEST_CHECK(arrived == 0);
	write_cr8((VECTOR >> 4) - 1);
	guest_pause();
	GUEST_CHECK(arrived == 1 && order[0] == VECTOR);
	write_cr8(0);
	guest_pause();
	GUEST_CHECK(arrived == 2 && order[1] == LOWER);
	guest_done();
}

TEST_F(irq, task_priority_masks)
{
	start(self->vcpu, priorities);
	vt_until_done(self->vcpu);
}

static GUEST void not_ended(void)
{
	setup();
	guest_handler[VECTOR] = no_end;
	sti();
	x2apic_write(APIC_ICR, APIC_TO_SELF | VECTOR);
	guest_pause();
	x2apic_write(APIC_ICR, APIC_TO_SELF | LOWER);
	guest_pause();
	/* in service until its end: what is lower waits */
	GUEST_CHECK(arrived == 1);
	x2apic_write(APIC_EOI, 0);
	guest_pause();
	GUEST_CHECK(arrived == 2 && order[1] == LOWER);
	guest_done();
}

TEST_F(irq, eoi_lets_the_lower_in)
{
	start(self->vcpu, not_ended);
	vt_until_done(self->vcpu);
}

/* NMIs come with interrupts off, and not within one another */
static GUEST void take_nmi(void)
{
	setup();
	guest_sync(1);
	GUEST_CHECK(arrived == 1 && order[0] == 2);
	guest_done();
}

TEST_F(irq, nmi_by_msi)
{
	start(self->vcpu, take_nmi);
	vt_until_sync(self->vcpu);
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, 4 << 8));
	vt_until_done(self->vcpu);
}

static GUEST void sync_in_nmi(struct guest_frame *frame)
{
	order[arrived++ & 7] = frame->vector;
	if (arrived == 1)
		guest_sync(2);
	GUEST_CHECK(arrived == 1 || !ready);
	ready = 0;
}

static GUEST void nmi_within_nmi(void)
{
	setup();
	guest_handler[2] = sync_in_nmi;
	ready = 1;
	guest_sync(1);
	GUEST_CHECK(arrived == 2);
	guest_done();
}

TEST_F(irq, nmi_waits_for_iret)
{
	start(self->vcpu, nmi_within_nmi);
	EXPECT_EQ(1, vt_until_sync(self->vcpu));
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, 4 << 8));
	EXPECT_EQ(2, vt_until_sync(self->vcpu));
	EXPECT_EQ(1, vt_msi(&self->vt, TO_CPU0, 4 << 8));
	vt_until_done(self->vcpu);
}

/* By the events group: an exception with its error code */
static GUEST void see_error_code(struct guest_frame *frame)
{
	GUEST_CHECK(frame->error == 0x28);
	arrived++;
}

static GUEST void wait_for_injection(void)
{
	guest_handler[13] = see_error_code;
	guest_sync(1);
	GUEST_CHECK(arrived == 1);
	guest_done();
}

TEST_F(irq, event_injected_by_userspace)
{
	start(self->vcpu, wait_for_injection);
	vt_until_sync(self->vcpu);
	vt_fetch(self->vcpu, VT_GROUP(EVENTS));
	self->vcpu->events->inject = VTX_EVENT_VALID | VTX_EVENT_ERROR_CODE | 3 << 8 | 13;
	self->vcpu->events->error_code = 0x28;
	self->vcpu->run->dirty = VT_GROUP(EVENTS);
	vt_until_done(self->vcpu);
}

static GUEST void spin_deaf(void)
{
	cli();
	ready = 1;
	for (;;)
		guest_pause();
}

/* A guest that spins with interrupts off cannot keep the CPU */
TEST_F(irq, deaf_guest_is_kicked)
{
	pthread_t thread;

	start(self->vcpu, spin_deaf);
	pthread_create(&thread, NULL, kicker, self->vcpu);
	EXPECT_EQ(VTX_EXIT_KICKED, vt_exit(self->vcpu));
	pthread_join(thread, NULL);
}

VT_MAIN
