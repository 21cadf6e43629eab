/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PC16550D UART.
 *
 * The line is infinitely fast: a byte written to THR is gone at once, and the
 * transmitter is always empty. In the other direction the far end is polite:
 *
 * - it heeds RTS: until RTS is asserted, bytes wait in the far end's backlog.
 *   So what is piped in is not lost during boot; who wants input sets RTS;
 * - it sends no more than the FIFO holds, and pauses until it was seen that
 *   there is nothing more (in IIR; in LSR, if the receive interrupt is off).
 *   Interrupt handlers on an edge-triggered line go on until IIR is quiet, but
 *   lose patience at some point, and with it the edge. Where nobody looks
 *   again, the next uart_receive() sends the rest.
 *
 *	far end --uart_receive()--> backlog --RTS, pause--> FIFO --RBR--> guest
 *	far end <-------------- tx() <-------------- THR <-- guest
 */
#ifndef DEV_UART16550_H
#define DEV_UART16550_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../vm/bus.h"
#include "sinks.h"

#define UART_FIFO	16
#define UART_BACKLOG	4096	/* a power of two */

/**
 * struct uart - a UART
 * @irq: where the interrupt output goes
 * @gsi: which it is
 * @tx: takes a byte from the guest
 * @drained: the backlog has become empty
 * @paused: the FIFO is empty and the backlog is not: uart_receive() should be
 *	called before long, if only with no bytes
 * @ctx: first argument of these three
 * @ier: interrupt enable register
 * @fcr: FIFO control register, as last written
 * @lcr: line control register
 * @mcr: modem control register
 * @scr: scratch register
 * @divisor: baud rate divisor
 * @thre_pending: THR became empty and IIR did not tell yet
 * @overrun: a byte was lost and LSR did not tell yet (loopback only)
 * @fifo: bytes to be read at RBR
 * @fifo_head: index of the first
 * @fifo_count: number of bytes
 * @backlog: ring of bytes that the far end waits to send
 * @backlog_head: count of bytes put in
 * @backlog_tail: count of bytes taken out
 */
struct uart {
	struct irq_sink irq;
	unsigned int gsi;
	void (*tx)(void *ctx, uint8_t byte);
	void (*drained)(void *ctx);
	void (*paused)(void *ctx);
	void *ctx;
	uint8_t ier;
	uint8_t fcr;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t scr;
	uint16_t divisor;
	bool thre_pending;
	bool overrun;
	uint8_t fifo[UART_FIFO];
	unsigned int fifo_head;
	unsigned int fifo_count;
	uint8_t backlog[UART_BACKLOG];
	uint32_t backlog_head;
	uint32_t backlog_tail;
};

/* @uart has its sinks set, and the rest zero. */
void uart_attach(struct uart *uart, struct bus *bus, uint16_t port);

/* Bytes from the far end; returns how many of them there was room for. */
size_t uart_receive(struct uart *uart, const uint8_t *bytes, size_t count);

/* How many bytes uart_receive() takes now. */
size_t uart_room(const struct uart *uart);

#endif /* DEV_UART16550_H */
