// SPDX-License-Identifier: GPL-2.0-only

#include "uart16550.h"

/* Registers, by offset; DLL and DLM take the place of 0 and 1 while LCR.DLAB is set */
#define RBR_THR		0
#define IER		1
#define IIR_FCR		2
#define LCR		3
#define MCR		4
#define LSR		5
#define MSR		6
#define SCR		7

#define IER_RDI		0x01
#define IER_THRI	0x02
#define IER_RLSI	0x04
#define IER_BITS	0x0f

#define IIR_NONE	0x01
#define IIR_THRI	0x02
#define IIR_RDI		0x04
#define IIR_RLSI	0x06
#define IIR_TIMEOUT	0x0c
#define IIR_FIFO	0xc0

#define FCR_ENABLE	0x01
#define FCR_CLEAR_RX	0x02
#define FCR_TRIGGER	6	/* bits 7:6: 1, 4, 8 or 14 bytes */

#define LCR_DLAB	0x80

#define MCR_DTR		0x01
#define MCR_RTS		0x02
#define MCR_OUT1	0x04
#define MCR_OUT2	0x08
#define MCR_LOOP	0x10
#define MCR_BITS	0x1f

#define LSR_DR		0x01
#define LSR_OE		0x02
#define LSR_THRE	0x20
#define LSR_TEMT	0x40

#define MSR_CTS		0x10
#define MSR_DSR		0x20
#define MSR_RI		0x40
#define MSR_DCD		0x80

static unsigned int fifo_size(const struct uart *uart)
{
	return uart->fcr & FCR_ENABLE ? UART_FIFO : 1;
}

/* The interrupt of the highest priority, as IIR tells it */
static uint8_t pending(const struct uart *uart)
{
	static const uint8_t trigger[] = { 1, 4, 8, 14 };

	if (uart->ier & IER_RLSI && uart->overrun)
		return IIR_RLSI;
	if (uart->ier & IER_RDI && uart->fifo_count) {
		/* The line is fast: bytes below the trigger level have timed out already. */
		if (!(uart->fcr & FCR_ENABLE) ||
		    uart->fifo_count >= trigger[uart->fcr >> FCR_TRIGGER])
			return IIR_RDI;
		return IIR_TIMEOUT;
	}
	if (uart->ier & IER_THRI && uart->thre_pending)
		return IIR_THRI;
	return IIR_NONE;
}

static void update_irq(struct uart *uart)
{
	uart->irq.set(uart->irq.ctx, uart->gsi, pending(uart) != IIR_NONE);
}

static void fifo_put(struct uart *uart, uint8_t byte)
{
	uart->fifo[(uart->fifo_head + uart->fifo_count++) % UART_FIFO] = byte;
}

/* Let the far end send a burst, unless the guest has not read the last one yet */
static void take_backlog(struct uart *uart)
{
	if (!(uart->mcr & MCR_RTS) || uart->mcr & MCR_LOOP || uart->fifo_count ||
	    uart->backlog_tail == uart->backlog_head)
		return;
	while (uart->backlog_tail != uart->backlog_head && uart->fifo_count < fifo_size(uart))
		fifo_put(uart, uart->backlog[uart->backlog_tail++ % UART_BACKLOG]);
	if (uart->backlog_tail == uart->backlog_head)
		uart->drained(uart->ctx);
}

static uint8_t read_rbr(struct uart *uart)
{
	uint8_t byte;

	if (!uart->fifo_count)
		return 0;
	byte = uart->fifo[uart->fifo_head];
	uart->fifo_head = (uart->fifo_head + 1) % UART_FIFO;
	if (!--uart->fifo_count && uart->backlog_tail != uart->backlog_head)
		uart->paused(uart->ctx);
	return byte;
}

static uint8_t read_iir(struct uart *uart)
{
	uint8_t value = pending(uart);

	if (value == IIR_THRI)
		uart->thre_pending = false;
	if (value == IIR_NONE)
		take_backlog(uart);
	return value | (uart->fcr & FCR_ENABLE ? IIR_FIFO : 0);
}

static uint8_t read_lsr(struct uart *uart)
{
	uint8_t value = LSR_THRE | LSR_TEMT;

	if (uart->fifo_count)
		value |= LSR_DR;
	else if (!(uart->ier & IER_RDI))
		take_backlog(uart);
	if (uart->overrun)
		value |= LSR_OE;
	uart->overrun = false;
	return value;
}

/* The far end is there and ready; in loopback the outputs come back as inputs */
static uint8_t read_msr(const struct uart *uart)
{
	uint8_t value = 0;

	if (!(uart->mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	if (uart->mcr & MCR_DTR)
		value |= MSR_DSR;
	if (uart->mcr & MCR_RTS)
		value |= MSR_CTS;
	if (uart->mcr & MCR_OUT1)
		value |= MSR_RI;
	if (uart->mcr & MCR_OUT2)
		value |= MSR_DCD;
	return value;
}

static uint8_t read_register(struct uart *uart, uint16_t offset)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (offset) {
	case RBR_THR:
		return dlab ? uart->divisor & 0xff : read_rbr(uart);
	case IER:
		return dlab ? uart->divisor >> 8 : uart->ier;
	case IIR_FCR:
		return read_iir(uart);
	case LCR:
		return uart->lcr;
	case MCR:
		return uart->mcr;
	case LSR:
		return read_lsr(uart);
	case MSR:
		return read_msr(uart);
	default:
		return uart->scr;
	}
}

static uint32_t uart_in(void *dev, uint16_t offset, unsigned int bytes)
{
	struct uart *uart = dev;
	uint8_t value = read_register(uart, offset);

	(void)bytes;
	update_irq(uart);
	return value;
}

static void write_thr(struct uart *uart, uint8_t byte)
{
	if (!(uart->mcr & MCR_LOOP))
		uart->tx(uart->ctx, byte);
	else if (uart->fifo_count < fifo_size(uart))
		fifo_put(uart, byte);
	else
		uart->overrun = true;
	uart->thre_pending = true;
}

/* Enabling the THRE interrupt while THR is empty raises it: drivers rely on it. */
static void write_ier(struct uart *uart, uint8_t value)
{
	if (value & ~uart->ier & IER_THRI)
		uart->thre_pending = true;
	uart->ier = value & IER_BITS;
}

static void write_fcr(struct uart *uart, uint8_t value)
{
	/* Turning FIFOs on or off empties them. */
	if (value & FCR_CLEAR_RX || (value ^ uart->fcr) & FCR_ENABLE)
		uart->fifo_count = 0;
	uart->fcr = value;
	take_backlog(uart);
}

static void write_register(struct uart *uart, uint16_t offset, uint8_t value)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (offset) {
	case RBR_THR:
		if (dlab)
			uart->divisor = (uart->divisor & 0xff00) | value;
		else
			write_thr(uart, value);
		break;
	case IER:
		if (dlab)
			uart->divisor = (uart->divisor & 0xff) | value << 8;
		else
			write_ier(uart, value);
		break;
	case IIR_FCR:
		write_fcr(uart, value);
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		uart->mcr = value & MCR_BITS;
		take_backlog(uart);
		break;
	case SCR:
		uart->scr = value;
		break;
	}
}

static void uart_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	struct uart *uart = dev;

	(void)bytes;
	write_register(uart, offset, value);
	update_irq(uart);
}

size_t uart_room(const struct uart *uart)
{
	return UART_BACKLOG - (uart->backlog_head - uart->backlog_tail);
}

size_t uart_receive(struct uart *uart, const uint8_t *bytes, size_t count)
{
	size_t i, room = uart_room(uart);

	if (count > room)
		count = room;
	for (i = 0; i < count; i++)
		uart->backlog[uart->backlog_head++ % UART_BACKLOG] = bytes[i];
	take_backlog(uart);
	update_irq(uart);
	return count;
}

void uart_attach(struct uart *uart, struct bus *bus, uint16_t port)
{
	const struct port_range range = {
		.name = "UART",
		.first = port,
		.count = 8,
		.width = 1,
		.in = uart_in,
		.out = uart_out,
		.dev = uart,
	};

	bus_add_ports(bus, &range);
}
