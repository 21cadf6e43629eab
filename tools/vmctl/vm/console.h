/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The far end of the UART's line: stdin and stdout.
 *
 *	guest --THR--> console_put() --> buffer --> stdout
 *	guest <--RBR-- uart_receive() <-- console thread <-- stdin
 *
 * Output is gathered: it is written when the buffer is full, when the timer
 * that the first byte of a burst starts runs out (FLUSH_MS later), and at
 * the end. So a burst of port writes costs two system calls, and nothing stays
 * unwritten while the guest sleeps or spins. The same timer sends the rest of
 * the input to a guest that stopped reading in the middle of it.
 */
#ifndef VM_CONSOLE_H
#define VM_CONSOLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../dev/uart16550.h"

#define CONSOLE_BUFFER 4096

/**
 * struct console - stdin and stdout of a VM
 * @lock: the device lock; guards all that follows, and the UART
 * @uart: whose line it is
 * @quit: called, without the lock, when the user wants to leave (Ctrl-A x)
 * @broken: called, with the lock, when stdout cannot be written; errno says why
 * @ctx: first argument of both
 * @thread: reads stdin, does what is due when the timer runs out
 * @timer_fd: runs out FLUSH_MS after something became due
 * @timer_on: it is running
 * @wake_fd: makes the thread look at @ending and @stalled
 * @ending: the thread is to end
 * @tty: stdin is a terminal
 * @eof: stdin has ended
 * @lost: stdout could not be written: output is dropped
 * @stalled: the UART's backlog is full and stdin is not read
 * @escaped: the last key was Ctrl-A
 * @used: bytes in @out
 * @out: bytes for stdout
 */
struct console {
	pthread_mutex_t *lock;
	struct uart *uart;
	void (*quit)(void *ctx);
	void (*broken)(void *ctx);
	void *ctx;
	pthread_t thread;
	int timer_fd;
	bool timer_on;
	int wake_fd;
	bool ending;
	bool tty;
	bool eof;
	bool lost;
	bool stalled;
	bool escaped;
	size_t used;
	uint8_t out[CONSOLE_BUFFER];
};

/* @console has @lock to @ctx set, and the rest zero. -1: complaint made. */
int console_start(struct console *console);

/* Write what is left, end the thread. */
void console_stop(struct console *console);

/* The UART's sinks; called with the lock held. */
void console_put(void *ctx, uint8_t byte);
void console_drained(void *ctx);
void console_paused(void *ctx);

/**
 * console_keys() - take the escape sequences out of what was typed
 * @escaped: in and out: the last key was Ctrl-A
 * @keys: in: what was typed; out: what is for the guest
 * @count: in and out: number of @keys
 *
 * Ctrl-A x quits, Ctrl-A Ctrl-A is one Ctrl-A, Ctrl-A with another key is that
 * key.
 *
 * Return: whether the user wants to leave.
 */
bool console_keys(bool *escaped, uint8_t *keys, size_t *count);

#endif /* VM_CONSOLE_H */
