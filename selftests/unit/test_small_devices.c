// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clock, keyboard controller, ACPI registers, reset and exit ports.
 *
 * unit-src: tools/vmctl/dev/rtc_cmos.c
 * unit-src: tools/vmctl/dev/i8042.c
 * unit-src: tools/vmctl/dev/acpi_pm.c
 * unit-src: tools/vmctl/dev/reset_port.c
 * unit-src: tools/vmctl/dev/debug_exit.c
 * unit-src: tools/vmctl/vm/bus.c
 */
#include "dev/acpi_pm.h"
#include "dev/debug_exit.h"
#include "dev/i8042.h"
#include "dev/platform.h"
#include "dev/reset_port.h"
#include "dev/rtc_cmos.h"
#include "kselftest_harness.h"

FIXTURE(devices)
{
	struct bus bus;
	struct rtc rtc;
	struct i8042 i8042;
	struct acpi_pm pm;
	struct reset_port reset;
	struct debug_exit debug_exit;
	unsigned int stops;
	enum stop_cause cause;
	int status;
};

static time_t fake_time;
static unsigned long fake_ns;

static time_t tell_time(time_t *to)
{
	(void)to;
	return fake_time;
}

static unsigned long tell_ns(void)
{
	return fake_ns;
}

static void take_stop(void *ctx, enum stop_cause cause, int status)
{
	struct _test_data_devices *self = ctx;

	self->stops++;
	self->cause = cause;
	self->status = status;
}

FIXTURE_SETUP(devices)
{
	struct stop_sink stop = { .stop = take_stop, .ctx = self };

	self->rtc.now = tell_time;
	self->pm.nanoseconds = tell_ns;
	self->i8042.stop = stop;
	self->pm.stop = stop;
	self->reset.stop = stop;
	self->debug_exit.stop = stop;
	rtc_attach(&self->rtc, &self->bus);
	i8042_attach(&self->i8042, &self->bus);
	acpi_pm_attach(&self->pm, &self->bus);
	reset_port_attach(&self->reset, &self->bus);
	debug_exit_attach(&self->debug_exit, &self->bus);
}

FIXTURE_TEARDOWN(devices)
{
}

static unsigned char cmos(struct _test_data_devices *self, unsigned char index)
{
	bus_out(&self->bus, 0x70, 1, index);
	return bus_in(&self->bus, 0x71, 1);
}

static void set_cmos(struct _test_data_devices *self, unsigned char index, unsigned char value)
{
	bus_out(&self->bus, 0x70, 1, index);
	bus_out(&self->bus, 0x71, 1, value);
}

TEST_F(devices, rtc_in_bcd)
{
	/* 2026-11-22 23:59:58 UTC, a Sunday */
	fake_time = 1795391998;
	EXPECT_EQ(0x58, cmos(self, 0));
	EXPECT_EQ(0x59, cmos(self, 2));
	EXPECT_EQ(0x23, cmos(self, 4));
	EXPECT_EQ(0x01, cmos(self, 6));
	EXPECT_EQ(0x22, cmos(self, 7));
	EXPECT_EQ(0x11, cmos(self, 8));
	EXPECT_EQ(0x26, cmos(self, 9));
	EXPECT_EQ(0x20, cmos(self, RTC_CENTURY));
}

TEST_F(devices, rtc_formats)
{
	fake_time = 1795391998;
	set_cmos(self, 0x0b, 0x06);
	EXPECT_EQ(58, cmos(self, 0));
	EXPECT_EQ(23, cmos(self, 4));
	set_cmos(self, 0x0b, 0x00);
	EXPECT_EQ(0x91, cmos(self, 4));		/* 11 p.m. */
	fake_time -= 12 * 3600;
	EXPECT_EQ(0x11, cmos(self, 4));
	fake_time -= 11 * 3600;
	EXPECT_EQ(0x12, cmos(self, 4));		/* midnight */
	fake_time += 12 * 3600;
	EXPECT_EQ(0x92, cmos(self, 4));		/* noon */
}

TEST_F(devices, rtc_status_and_ram)
{
	EXPECT_EQ(0, cmos(self, 0x0a) & 0x80);
	EXPECT_EQ(0x80, cmos(self, 0x0d));
	EXPECT_EQ(0, cmos(self, 0x0c));
	/* No interrupt ever comes, so none can be turned on */
	set_cmos(self, 0x0b, 0x72);
	EXPECT_EQ(0x02, cmos(self, 0x0b));
	set_cmos(self, 0x40, 0xa5);
	EXPECT_EQ(0xa5, cmos(self, 0x40));
	EXPECT_EQ(0xa5, cmos(self, 0xc0));	/* bit 7 is the NMI mask */
	/* The time cannot be set */
	fake_time = 0;
	set_cmos(self, 0, 0x30);
	EXPECT_EQ(0, cmos(self, 0));
}

TEST_F(devices, i8042_answers_its_own_commands)
{
	EXPECT_EQ(0, bus_in(&self->bus, 0x64, 1) & 0x03);
	bus_out(&self->bus, 0x64, 1, 0xaa);
	EXPECT_EQ(1, bus_in(&self->bus, 0x64, 1) & 0x03);
	EXPECT_EQ(0x55, bus_in(&self->bus, 0x60, 1));
	EXPECT_EQ(0, bus_in(&self->bus, 0x64, 1) & 0x03);
	bus_out(&self->bus, 0x64, 1, 0x60);
	bus_out(&self->bus, 0x60, 1, 0x74);
	bus_out(&self->bus, 0x64, 1, 0x20);
	EXPECT_EQ(0x74, bus_in(&self->bus, 0x60, 1));
	/* To the keyboard: nobody is there to answer */
	bus_out(&self->bus, 0x60, 1, 0xff);
	EXPECT_EQ(0, bus_in(&self->bus, 0x64, 1) & 0x01);
	EXPECT_EQ(0, self->stops);
}

TEST_F(devices, i8042_resets)
{
	bus_out(&self->bus, 0x64, 1, 0xff);	/* pulses nothing */
	EXPECT_EQ(0, self->stops);
	bus_out(&self->bus, 0x64, 1, 0xfe);
	EXPECT_EQ(1, self->stops);
	EXPECT_EQ(STOP_RESET, self->cause);
	bus_out(&self->bus, 0x64, 1, 0xd1);
	bus_out(&self->bus, 0x60, 1, 0x03);
	EXPECT_EQ(1, self->stops);
	bus_out(&self->bus, 0x64, 1, 0xd1);
	bus_out(&self->bus, 0x60, 1, 0x02);
	EXPECT_EQ(2, self->stops);
}

TEST_F(devices, reset_port)
{
	/* What the probe for PCI does around it is no reset */
	bus_out(&self->bus, 0xcf8, 4, 0x80000600);
	bus_out(&self->bus, 0xcfb, 1, 0x01);
	EXPECT_EQ(0xffffffff, bus_in(&self->bus, 0xcf8, 4));
	bus_out(&self->bus, PORT_RESET, 1, 0x02);
	EXPECT_EQ(0, self->stops);
	EXPECT_EQ(0x02, bus_in(&self->bus, PORT_RESET, 1));
	bus_out(&self->bus, PORT_RESET, 1, RESET_VALUE);
	EXPECT_EQ(1, self->stops);
	EXPECT_EQ(STOP_RESET, self->cause);
}

TEST_F(devices, power_off)
{
	EXPECT_EQ(1, bus_in(&self->bus, PORT_PM1_CONTROL, 2));
	/* Another sleep type, then S5 without and with SLP_EN */
	bus_out(&self->bus, PORT_PM1_CONTROL, 2, 1 << 13 | 1 << 10);
	bus_out(&self->bus, PORT_PM1_CONTROL, 2, SLEEP_TYPE_S5 << 10);
	EXPECT_EQ(0, self->stops);
	bus_out(&self->bus, PORT_PM1_CONTROL, 2, 1 << 13 | SLEEP_TYPE_S5 << 10);
	EXPECT_EQ(1, self->stops);
	EXPECT_EQ(STOP_POWER_OFF, self->cause);
	EXPECT_EQ(0, self->status);
	/* SLP_EN reads as zero */
	EXPECT_EQ(1 | SLEEP_TYPE_S5 << 10, bus_in(&self->bus, PORT_PM1_CONTROL, 2));
}

TEST_F(devices, pm1_events)
{
	bus_out(&self->bus, PORT_PM1_EVENT + 2, 2, 0x0120);
	EXPECT_EQ(0x0120, bus_in(&self->bus, PORT_PM1_EVENT + 2, 2));
	EXPECT_EQ(0, bus_in(&self->bus, PORT_PM1_EVENT, 2));
	/* Both at once: the enable bits are the upper half */
	EXPECT_EQ(0x01200000, bus_in(&self->bus, PORT_PM1_EVENT, 4));
}

TEST_F(devices, pm_timer)
{
	fake_ns = 1000000000;
	EXPECT_EQ(3579545, bus_in(&self->bus, PORT_PM_TIMER, 4));
	fake_ns = 2500000000;
	EXPECT_EQ(3579545 * 5 / 2, bus_in(&self->bus, PORT_PM_TIMER, 4));
	/* Ten years, in which 64 bits would not hold the product */
	fake_ns = 315360000ULL * 1000000000;
	EXPECT_EQ((unsigned int)(315360000ULL * 3579545), bus_in(&self->bus, PORT_PM_TIMER, 4));
}

TEST_F(devices, debug_exit)
{
	bus_out(&self->bus, PORT_DEBUG_EXIT, 1, 0);
	EXPECT_EQ(STOP_EXIT, self->cause);
	EXPECT_EQ(1, self->status);
	bus_out(&self->bus, PORT_DEBUG_EXIT, 1, 3);
	EXPECT_EQ(7, self->status);
	bus_out(&self->bus, PORT_DEBUG_EXIT, 1, 0xff);
	EXPECT_EQ(0xff, self->status);
}

TEST_HARNESS_MAIN
