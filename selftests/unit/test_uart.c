// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 16550: what drivers rely on, register by register.
 *
 * unit-src: tools/vmctl/dev/uart16550.c tools/vmctl/vm/bus.c
 */
#include "dev/uart16550.h"
#include "kselftest_harness.h"

#define BASE	0x3f8
#define DATA	0
#define IER	1
#define IIR	2
#define FCR	2
#define LCR	3
#define MCR	4
#define LSR	5
#define MSR	6
#define SCR	7

#define RDI	1
#define THRI	2
#define NONE	0x01
#define RTS	0x02
#define LOOP	0x10
#define READY	0x60	/* LSR: transmitter empty */

FIXTURE(uart)
{
	struct uart uart;
	struct bus bus;
	unsigned char sent[64];
	unsigned int sent_count;
	unsigned int drained;
	unsigned int paused;
	unsigned int gsi;
	bool level;
	unsigned int rises;
};

static void set_irq(void *ctx, unsigned int gsi, bool level)
{
	struct _test_data_uart *self = ctx;

	self->gsi = gsi;
	self->rises += level && !self->level;
	self->level = level;
}

static void sink(void *ctx, unsigned char byte)
{
	struct _test_data_uart *self = ctx;

	self->sent[self->sent_count++ % sizeof(self->sent)] = byte;
}

static void drained(void *ctx)
{
	((struct _test_data_uart *)ctx)->drained++;
}

static void paused(void *ctx)
{
	((struct _test_data_uart *)ctx)->paused++;
}

FIXTURE_SETUP(uart)
{
	self->uart.irq.set = set_irq;
	self->uart.irq.ctx = self;
	self->uart.gsi = 4;
	self->uart.tx = sink;
	self->uart.drained = drained;
	self->uart.paused = paused;
	self->uart.ctx = self;
	uart_attach(&self->uart, &self->bus, BASE);
}

FIXTURE_TEARDOWN(uart)
{
}

static unsigned char in(struct _test_data_uart *self, unsigned int offset)
{
	return bus_in(&self->bus, BASE + offset, 1);
}

static void out(struct _test_data_uart *self, unsigned int offset, unsigned char value)
{
	bus_out(&self->bus, BASE + offset, 1, value);
}

static size_t type(struct _test_data_uart *self, const char *text)
{
	return uart_receive(&self->uart, (const unsigned char *)text, strlen(text));
}

TEST_F(uart, after_reset)
{
	EXPECT_EQ(READY, in(self, LSR));
	EXPECT_EQ(NONE, in(self, IIR));
	EXPECT_EQ(0, in(self, IER));
	EXPECT_EQ(0xb0, in(self, MSR));
	EXPECT_FALSE(self->level);
}

TEST_F(uart, registers_keep_what_is_written)
{
	out(self, SCR, 0x5a);
	EXPECT_EQ(0x5a, in(self, SCR));
	out(self, IER, 0xff);
	EXPECT_EQ(0x0f, in(self, IER));
	out(self, LCR, 0x83);
	out(self, DATA, 0x0c);
	out(self, IER, 0x01);
	EXPECT_EQ(0x0c, in(self, DATA));
	EXPECT_EQ(0x01, in(self, IER));
	out(self, LCR, 0x03);
	EXPECT_EQ(0x0f, in(self, IER));
	EXPECT_EQ(0, self->sent_count);
	out(self, MCR, 0xff);
	EXPECT_EQ(0x1f, in(self, MCR));
}

TEST_F(uart, fifo_is_a_16550as)
{
	out(self, FCR, 0x01);
	EXPECT_EQ(0xc0 | NONE, in(self, IIR));
	out(self, FCR, 0x00);
	EXPECT_EQ(NONE, in(self, IIR));
}

TEST_F(uart, transmit)
{
	out(self, DATA, 'a');
	out(self, DATA, 'b');
	ASSERT_EQ(2, self->sent_count);
	EXPECT_EQ('a', self->sent[0]);
	EXPECT_EQ('b', self->sent[1]);
	EXPECT_EQ(READY, in(self, LSR));
}

TEST_F(uart, thre_interrupt)
{
	/* It comes when enabled, is told once, and comes again when enabled anew */
	out(self, IER, THRI);
	EXPECT_TRUE(self->level);
	EXPECT_EQ(4, self->gsi);
	EXPECT_EQ(0x02, in(self, IIR));
	EXPECT_FALSE(self->level);
	EXPECT_EQ(NONE, in(self, IIR));
	out(self, IER, 0);
	out(self, IER, THRI);
	EXPECT_EQ(0x02, in(self, IIR));

	/* One edge per burst, not one per byte */
	self->rises = 0;
	out(self, DATA, 'a');
	out(self, DATA, 'b');
	EXPECT_EQ(1, self->rises);
	EXPECT_EQ(0x02, in(self, IIR));
}

TEST_F(uart, receive_interrupt)
{
	out(self, MCR, RTS);
	out(self, FCR, 0x01);
	out(self, IER, RDI);
	EXPECT_FALSE(self->level);
	EXPECT_EQ(2, type(self, "hi"));
	EXPECT_TRUE(self->level);
	EXPECT_EQ(0xc4, in(self, IIR));
	EXPECT_EQ(READY | 1, in(self, LSR));
	EXPECT_EQ('h', in(self, DATA));
	EXPECT_EQ('i', in(self, DATA));
	EXPECT_EQ(READY, in(self, LSR));
	EXPECT_EQ(0xc1, in(self, IIR));
	EXPECT_FALSE(self->level);
}

TEST_F(uart, fewer_bytes_than_the_trigger_level_time_out)
{
	out(self, MCR, RTS);
	out(self, FCR, 0x81);
	out(self, IER, RDI);
	type(self, "1234567");
	EXPECT_EQ(0xcc, in(self, IIR));
	while (in(self, LSR) & 1)
		in(self, DATA);
	type(self, "12345678");
	EXPECT_EQ(0xc4, in(self, IIR));
}

TEST_F(uart, input_waits_for_rts)
{
	out(self, IER, RDI);
	type(self, "x");
	EXPECT_EQ(READY, in(self, LSR));
	/* What a driver does at its start costs no input */
	out(self, FCR, 0x07);
	out(self, FCR, 0x01);
	in(self, DATA);
	EXPECT_EQ(0, self->drained);
	out(self, MCR, RTS);
	EXPECT_EQ(1, self->drained);
	EXPECT_TRUE(self->level);
	EXPECT_EQ('x', in(self, DATA));
}

/* A handler on an edge-triggered line ends when IIR is quiet: it must become so */
TEST_F(uart, bursts_end)
{
	unsigned int read = 0, rises;
	char text[101];

	memset(text, 'x', 100);
	text[100] = '\0';
	out(self, MCR, RTS);
	out(self, FCR, 0x01);
	out(self, IER, RDI);
	ASSERT_EQ(100, type(self, text));
	for (rises = 1; read < 100; rises++) {
		unsigned int burst = 0;

		EXPECT_EQ(rises, self->rises);
		while ((in(self, IIR) & 0x0f) != NONE)
			while (in(self, LSR) & 1) {
				EXPECT_EQ('x', in(self, DATA));
				burst++;
			}
		EXPECT_LE(burst, UART_FIFO);
		ASSERT_LT(0, burst);
		read += burst;
	}
	EXPECT_EQ(100, read);
	EXPECT_EQ(6, self->paused);
	EXPECT_FALSE(self->level);
}

TEST_F(uart, polling_guest_gets_all)
{
	unsigned int read = 0, looks;
	char text[101];

	memset(text, 'x', 100);
	text[100] = '\0';
	out(self, MCR, RTS);
	type(self, text);
	for (looks = 0; looks < 1000; looks++)
		if (in(self, LSR) & 1)
			read += in(self, DATA) == 'x';
	EXPECT_EQ(100, read);
}

TEST_F(uart, guest_that_does_not_look_again_is_asked)
{
	unsigned int i;

	out(self, MCR, RTS);
	out(self, FCR, 0x01);
	out(self, IER, RDI);
	type(self, "0123456789abcdefg");
	for (i = 0; i < UART_FIFO; i++)
		in(self, DATA);
	EXPECT_EQ(1, self->paused);
	EXPECT_FALSE(self->level);
	EXPECT_EQ(0, uart_receive(&self->uart, NULL, 0));
	EXPECT_TRUE(self->level);
	EXPECT_EQ('g', in(self, DATA));
}

TEST_F(uart, backlog_is_bounded)
{
	static unsigned char much[UART_BACKLOG + 1];

	EXPECT_EQ(UART_BACKLOG, uart_room(&self->uart));
	EXPECT_EQ(UART_BACKLOG, uart_receive(&self->uart, much, sizeof(much)));
	EXPECT_EQ(0, uart_room(&self->uart));
	EXPECT_EQ(0, uart_receive(&self->uart, much, 1));
}

TEST_F(uart, loopback)
{
	out(self, MCR, LOOP | 0x0a);
	EXPECT_EQ(0x90, in(self, MSR));
	out(self, MCR, LOOP | 0x05);
	EXPECT_EQ(0x60, in(self, MSR));
	out(self, DATA, 'a');
	EXPECT_EQ(0, self->sent_count);
	EXPECT_EQ(READY | 1, in(self, LSR));
	/* Without FIFOs there is room for one */
	out(self, DATA, 'b');
	EXPECT_EQ(READY | 3, in(self, LSR));
	EXPECT_EQ('a', in(self, DATA));
	EXPECT_EQ(READY, in(self, LSR));
}

TEST_F(uart, wide_accesses_are_split)
{
	bus_out(&self->bus, BASE + LCR, 2, 0x0203);
	EXPECT_EQ(0x03, in(self, LCR));
	EXPECT_EQ(0x02, in(self, MCR));
	EXPECT_EQ(0xb060, bus_in(&self->bus, BASE + LSR, 2));
	/* The upper half lies behind the device */
	EXPECT_EQ(0xff00, bus_in(&self->bus, BASE + SCR, 2));
}

TEST_HARNESS_MAIN
