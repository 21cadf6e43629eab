// SPDX-License-Identifier: GPL-2.0-only

#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>

#include "../array_size.h"

static struct termios saved;
static volatile sig_atomic_t is_raw;
static volatile sig_atomic_t pending;
static void (*kick_from_handler)(void);

void terminal_raw(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &saved))
		return;
	raw = saved;
	cfmakeraw(&raw);
	/* First the flag: a signal in between restores what has not changed. */
	is_raw = 1;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void terminal_restore(void)
{
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	is_raw = 0;
}

static void die_of(int sig)
{
	terminal_restore();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void on_request(int sig)
{
	int error = errno;

	/* The second time: the run loop seems to be stuck. */
	if (pending)
		die_of(sig);
	pending = sig;
	kick_from_handler();
	errno = error;
}

void signals_catch(void (*kick)(void))
{
	static const int requests[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
	struct sigaction action = { .sa_handler = on_request };
	size_t i;

	kick_from_handler = kick;
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		sigaction(requests[i], &action, NULL);
	action.sa_handler = die_of;
	for (i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &action, NULL);
	/* A closed stdout is noticed by write(). */
	signal(SIGPIPE, SIG_IGN);
}

int signals_pending(void)
{
	return pending;
}
