// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulator: a child in a process group of its own (a Ctrl-C meant for relay
 * is not meant for it), that dies with relay whatever way relay goes.  Its
 * stdout is port 0xe9, its second serial port a pty.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "relay.h"

int emulator_out = -1;
static pid_t pid = -1;
static int master = -1, slave = -1;	/* slave is held so that the pty lives */
static uint32_t sequence;
static uint8_t *queue;
static size_t queued;

static void pty_open(void)
{
	struct termios raw;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master >= 0 && !grantpt(master) && !unlockpt(master))
		slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0) {
		say("no pty: %s; is devpts mounted on /dev/pts?", strerror(errno));
		finish(STATUS_BOX);
	}
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
}

/* @argument with @PTY@ replaced by the path of the pty */
static char *expand(char *argument)
{
	const char *name = ptsname(master);
	char *at = strstr(argument, "@PTY@"), *text;

	if (!at)
		return argument;
	text = calloc(1, strlen(argument) + strlen(name));
	if (!text)
		finish(STATUS_BOX);
	memcpy(text, argument, at - argument);
	strcat(text, name);
	strcat(text, at + 5);
	return text;
}

static noreturn void emulator_exec(int out, pid_t parent)
{
	char log[256];
	sigset_t none;
	int null = open("/dev/null", O_RDONLY), err;

	work_path(log, "emulator.log");
	err = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(STATUS_BOX);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	execvp(options.emulator[0], options.emulator);
	dprintf(2, "%s: %s\n", options.emulator[0], strerror(errno));
	_exit(STATUS_BOX);
}

void emulator_start(void)
{
	pid_t parent = getpid();
	int out[2];

	pty_open();
	for (char **a = options.emulator; *a; a++)
		*a = expand(*a);
	if (!pipe2(out, O_CLOEXEC))
		pid = fork();
	if (pid < 0) {
		say("cannot start the emulator: %s", strerror(errno));
		finish(STATUS_BOX);
	}
	if (!pid)
		emulator_exec(out[1], parent);
	close(out[1]);
	emulator_out = out[0];
	fcntl(emulator_out, F_SETFL, O_NONBLOCK);
}

void emulator_kill(void)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	pid = -1;
}

bool emulator_ended(void)
{
	if (pid > 0 && waitpid(pid, NULL, WNOHANG) == pid)
		pid = -1;
	return pid < 0;
}

void emulator_flush_input(void)
{
	while (queued) {
		ssize_t n = write(master, queue, queued);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		queued -= n;
		memmove(queue, queue + n, queued);
	}
}

void emulator_send(uint8_t type, const void *payload, size_t length)
{
	queue = realloc(queue, queued + FRAME_MAX);
	if (!queue)
		finish(STATUS_BOX);
	queued += frame_encode(queue + queued, type, sequence++, payload, length);
	emulator_flush_input();
}

void emulator_new_boot(void)
{
	tcflush(slave, TCIFLUSH);
	queued = 0;
	sequence = 0;
}

int emulator_poll_input(void)
{
	return queued ? master : -1;
}
