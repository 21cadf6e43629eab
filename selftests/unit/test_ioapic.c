// SPDX-License-Identifier: GPL-2.0-only
/*
 * The I/O APIC: from a line and a redirection entry to a message.
 *
 * unit-src: tools/vmctl/dev/ioapic.c tools/vmctl/vm/bus.c
 */
#include "dev/ioapic.h"
#include "kselftest_harness.h"

#define MASKED	(1U << 16)
#define LEVEL	(1U << 15)
#define REMOTE	(1U << 14)
#define LOGICAL	(1U << 11)

FIXTURE(ioapic)
{
	struct ioapic ioapic;
	struct bus bus;
	unsigned int messages;
	unsigned long address;
	unsigned int data;
};

static void take_msi(void *ctx, unsigned long address, unsigned int data)
{
	struct _test_data_ioapic *self = ctx;

	self->messages++;
	self->address = address;
	self->data = data;
}

FIXTURE_SETUP(ioapic)
{
	self->ioapic.msi = take_msi;
	self->ioapic.ctx = self;
	ioapic_attach(&self->ioapic, &self->bus);
}

FIXTURE_TEARDOWN(ioapic)
{
}

static unsigned int get(struct _test_data_ioapic *self, unsigned char reg)
{
	bus_write(&self->bus, IOAPIC_BASE, 4, reg);
	return bus_read(&self->bus, IOAPIC_BASE + 0x10, 4);
}

static void set(struct _test_data_ioapic *self, unsigned char reg, unsigned int value)
{
	bus_write(&self->bus, IOAPIC_BASE, 4, reg);
	bus_write(&self->bus, IOAPIC_BASE + 0x10, 4, value);
}

static void line(struct _test_data_ioapic *self, unsigned int pin, bool level)
{
	ioapic_set_line(&self->ioapic, pin, level);
}

TEST_F(ioapic, identity)
{
	EXPECT_EQ(IOAPIC_ID << 24, get(self, 0));
	EXPECT_EQ(0x00170011, get(self, 1));
	set(self, 0, 0xffffffff);
	EXPECT_EQ(0x0f000000, get(self, 0));
	set(self, 1, 0);
	EXPECT_EQ(0x00170011, get(self, 1));
}

TEST_F(ioapic, entries_are_masked_after_reset)
{
	unsigned int pin;

	for (pin = 0; pin < IOAPIC_PINS; pin++) {
		EXPECT_EQ(MASKED, get(self, 0x10 + 2 * pin));
		EXPECT_EQ(0, get(self, 0x11 + 2 * pin));
		line(self, pin, true);
	}
	EXPECT_EQ(0, self->messages);
}

TEST_F(ioapic, registers_out_of_range)
{
	unsigned int reg;

	for (reg = 0x10 + 2 * IOAPIC_PINS; reg < 0x100; reg++) {
		set(self, reg, 0xffffffff);
		EXPECT_EQ(0, get(self, reg));
	}
	for (reg = 3; reg < 0x10; reg++) {
		set(self, reg, 0xffffffff);
		EXPECT_EQ(0, get(self, reg));
	}
}

TEST_F(ioapic, edge)
{
	set(self, 0x19, 0x03000000);
	set(self, 0x18, 0x31);
	line(self, 4, true);
	ASSERT_EQ(1, self->messages);
	EXPECT_EQ(0xfee03000, self->address);
	EXPECT_EQ(0x31, self->data);
	/* The same level again is no edge, a fall is none either */
	line(self, 4, true);
	line(self, 4, false);
	EXPECT_EQ(1, self->messages);
	line(self, 4, true);
	EXPECT_EQ(2, self->messages);
}

TEST_F(ioapic, address_and_data)
{
	static const struct {
		unsigned int low, high, address, data;
	} cases[] = {
		{ 0x00000031, 0x00000000, 0xfee00000, 0x031 },
		{ LOGICAL | 0x31, 0xff000000, 0xfeeff004, 0x031 },
		{ LOGICAL | 0x131, 0x01000000, 0xfee0100c, 0x131 },
		{ 0x00000400, 0x02000000, 0xfee02000, 0x400 },
		{ LEVEL | 0x31, 0x00000000, 0xfee00000, 0xc031 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		line(self, 5, false);
		set(self, 0x1a, MASKED);
		set(self, 0x1b, cases[i].high);
		set(self, 0x1a, cases[i].low);
		line(self, 5, true);
		EXPECT_EQ(i + 1, self->messages);
		EXPECT_EQ(cases[i].address, self->address);
		EXPECT_EQ(cases[i].data, self->data);
	}
}

TEST_F(ioapic, edge_while_masked_is_kept)
{
	line(self, 4, true);
	line(self, 4, false);
	EXPECT_EQ(0, self->messages);
	set(self, 0x18, 0x31);
	EXPECT_EQ(1, self->messages);
	set(self, 0x18, 0x31);
	EXPECT_EQ(1, self->messages);
}

TEST_F(ioapic, level)
{
	set(self, 0x22, LEVEL | 0x41);
	line(self, 9, true);
	EXPECT_EQ(1, self->messages);
	EXPECT_EQ(LEVEL | REMOTE | 0x41, get(self, 0x22));
	/* Not again before Remote IRR is clear, and writes do not set or clear it */
	line(self, 9, false);
	line(self, 9, true);
	set(self, 0x22, LEVEL | 0x41);
	EXPECT_EQ(1, self->messages);
	/* Linux clears it by way of edge mode, masked */
	set(self, 0x22, MASKED | 0x41);
	EXPECT_EQ(MASKED | 0x41, get(self, 0x22));
	set(self, 0x22, LEVEL | 0x41);
	EXPECT_EQ(2, self->messages);
}

TEST_F(ioapic, level_that_falls_while_masked_is_not_sent)
{
	set(self, 0x22, LEVEL | MASKED | 0x41);
	line(self, 9, true);
	line(self, 9, false);
	set(self, 0x22, LEVEL | 0x41);
	EXPECT_EQ(0, self->messages);
}

TEST_F(ioapic, accesses_past_the_window)
{
	EXPECT_EQ(0, bus_read(&self->bus, IOAPIC_BASE + 0x20, 4));
	bus_write(&self->bus, IOAPIC_BASE + 0xffc, 4, 0xffffffff);
	/* Half outside of the device: nobody's */
	EXPECT_EQ(UINT64_MAX, bus_read(&self->bus, IOAPIC_BASE + IOAPIC_SIZE - 4, 8));
	EXPECT_EQ(0xffffffff, bus_read(&self->bus, IOAPIC_BASE + IOAPIC_SIZE, 4));
}

TEST_HARNESS_MAIN
