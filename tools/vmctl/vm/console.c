// SPDX-License-Identifier: GPL-2.0-only

#include "console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../vmctl.h"
#include "terminal.h"

#define FLUSH_MS 10

static int write_all(const uint8_t *bytes, size_t count)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	while (count) {
		ssize_t wrote = write(STDOUT_FILENO, bytes, count);

		if (wrote < 0 && errno == EAGAIN)
			poll(&out, 1, -1);
		else if (wrote < 0 && errno != EINTR)
			return -1;
		if (wrote > 0) {
			bytes += wrote;
			count -= wrote;
		}
	}
	return 0;
}

static void flush(struct console *console)
{
	if (!console->lost && write_all(console->out, console->used)) {
		console->lost = true;
		console->broken(console->ctx);
	}
	console->used = 0;
}

static void start_timer(struct console *console)
{
	static const struct itimerspec soon = { .it_value.tv_nsec = FLUSH_MS * 1000000L };

	if (console->timer_on)
		return;
	console->timer_on = true;
	timerfd_settime(console->timer_fd, 0, &soon, NULL);
}

void console_put(void *ctx, uint8_t byte)
{
	struct console *console = ctx;

	console->out[console->used++] = byte;
	if (console->used == CONSOLE_BUFFER)
		flush(console);
	else
		start_timer(console);
}

void console_paused(void *ctx)
{
	start_timer(ctx);
}

static void wake(struct console *console)
{
	/* Fails only when it is awake already. */
	(void)!eventfd_write(console->wake_fd, 1);
}

void console_drained(void *ctx)
{
	struct console *console = ctx;

	if (console->stalled)
		wake(console);
	console->stalled = false;
}

static void on_timer(struct console *console)
{
	uint64_t times;

	if (read(console->timer_fd, &times, sizeof(times)) != sizeof(times))
		return;
	pthread_mutex_lock(console->lock);
	console->timer_on = false;
	flush(console);
	uart_receive(console->uart, NULL, 0);
	pthread_mutex_unlock(console->lock);
}

/*
 * A file or pipe waits while the guest does not read. Keys typed in vain are
 * lost, so that Ctrl-A x is always seen.
 */
static void on_stdin(struct console *console, size_t room)
{
	uint8_t bytes[256];
	size_t count, most = sizeof(bytes);
	ssize_t got;

	if (!console->tty && room < most)
		most = room;
	got = read(STDIN_FILENO, bytes, most);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		console->eof = true;
		return;
	}
	count = got;
	if (console->tty && console_keys(&console->escaped, bytes, &count)) {
		console->quit(console->ctx);
		console->eof = true;
		return;
	}
	pthread_mutex_lock(console->lock);
	uart_receive(console->uart, bytes, count);
	pthread_mutex_unlock(console->lock);
}

static void *console_thread(void *ctx)
{
	struct console *console = ctx;
	struct pollfd fds[3] = {
		{ .fd = console->timer_fd, .events = POLLIN },
		{ .fd = console->wake_fd, .events = POLLIN },
		{ .events = POLLIN },
	};
	eventfd_t woken;
	size_t room;
	bool ending;

	for (;;) {
		pthread_mutex_lock(console->lock);
		room = uart_room(console->uart);
		console->stalled = !room && !console->tty;
		ending = console->ending;
		pthread_mutex_unlock(console->lock);
		if (ending)
			return NULL;

		/* poll() passes over a negative fd. */
		fds[2].fd = console->eof || (!room && !console->tty) ? -1 : STDIN_FILENO;
		if (poll(fds, 3, -1) < 0)
			continue;
		if (fds[0].revents)
			on_timer(console);
		if (fds[1].revents)
			eventfd_read(console->wake_fd, &woken);
		if (fds[2].revents)
			on_stdin(console, room);
	}
}

/* Signals are for the thread that runs the vCPU: they make its VTX_RUN return. */
static int start_thread(struct console *console)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&console->thread, NULL, console_thread, console);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int console_start(struct console *console)
{
	int error;

	console->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	console->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	console->tty = isatty(STDIN_FILENO);
	if (console->timer_fd >= 0 && console->wake_fd >= 0)
		error = start_thread(console);
	else
		error = errno;
	if (error) {
		close(console->timer_fd);
		close(console->wake_fd);
		return complain("the console cannot be set up: %s", strerror(error));
	}
	terminal_raw();
	return 0;
}

void console_stop(struct console *console)
{
	pthread_mutex_lock(console->lock);
	flush(console);
	console->ending = true;
	pthread_mutex_unlock(console->lock);
	wake(console);
	pthread_join(console->thread, NULL);
	close(console->timer_fd);
	close(console->wake_fd);
	terminal_restore();
}
