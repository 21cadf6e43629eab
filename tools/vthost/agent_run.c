// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command and its three streams
 *
 *   relay --> ttyS1 --> input buffer --> pipe or pty --> command
 *   relay <-- port e9 <----------------- pipe or pty <-- command
 *
 * The input buffer holds STDIN_WINDOW bytes, and relay never sends more than
 * that beyond what was acknowledged, so it cannot overflow.  Bytes are
 * acknowledged when the command's pipe has taken them, or when nobody will
 * ever read them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"

static struct {
	pid_t pid;
	bool ended;
	int status;			/* as wait() gives it */
	int in, out, err;		/* our ends; with a pty in == out */
	bool terminal, input_eof;
	uint8_t buffer[STDIN_WINDOW];
	size_t buffered;
	uint64_t taken, acknowledged;	/* bytes of stdin */
} run;

/* /vthost/NAME, a list of strings that each end with a NUL, as argv or environ */
static char **read_strings(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };
	char *text, **list;
	size_t n = 0;

	if (fd < 0 || fstat(fd, &st))
		box_fail("%s: %m", name);
	text = malloc(st.st_size + 1);
	list = calloc(st.st_size + 1, sizeof(*list));
	if (!text || !list || read(fd, text, st.st_size) != st.st_size)
		box_fail("%s: cannot be read", name);
	close(fd);
	for (char *p = text; p < text + st.st_size; p += strlen(p) + 1)
		list[n++] = p;
	return list;
}

static noreturn void command_exec(const int fds[3], uint32_t boot)
{
	char **argv = read_strings("/vthost/command");
	char **env = read_strings("/vthost/environment");
	char number[16];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			_exit(123);
	if (run.terminal)
		ioctl(0, TIOCSCTTY, 0);
	while (*env)
		putenv(*env++);
	snprintf(number, sizeof(number), "%u", boot);
	setenv("VTHOST_BOOT", number, 1);
	if (chdir("/root"))
		_exit(123);
	execvp(argv[0], argv);
	dprintf(2, "vthost: %s: %m\n", argv[0]);
	_exit(123);
}

static void command_start(int fds[3], uint32_t boot)
{
	run.pid = fork();
	if (run.pid < 0)
		box_fail("fork: %m");
	if (!run.pid)
		command_exec(fds, boot);
	for (int i = 0; i < 3; i++)
		if (!run.terminal || i == 0)
			close(fds[i]);
}

static void open_pipes(int fds[3])
{
	int in[2], out[2], err[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		box_fail("pipe: %m");
	run.in = in[1];
	run.out = out[0];
	run.err = err[0];
	fds[0] = in[0];
	fds[1] = out[1];
	fds[2] = err[1];
}

static void window_set(struct frame_window w)
{
	struct winsize size = { .ws_row = w.rows, .ws_col = w.columns };

	if (run.terminal)
		ioctl(run.in, TIOCSWINSZ, &size);
}

static void open_terminal(int fds[3], struct frame_window window)
{
	run.terminal = true;
	run.in = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (run.in < 0 || grantpt(run.in) || unlockpt(run.in))
		box_fail("pty: %m");
	run.out = run.in;
	run.err = -1;
	fds[0] = open(ptsname(run.in), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fds[0] < 0)
		box_fail("pty: %m");
	fds[1] = fds[0];
	fds[2] = fds[0];
	window_set(window);
}

static void input_close(void)
{
	if (!run.terminal && run.in >= 0)
		close(run.in);
	run.in = -1;
	run.taken += run.buffered;
	run.buffered = 0;
}

/* Move the input buffer on, as far as the command takes it */
static void input_flush(void)
{
	while (run.buffered && run.in >= 0) {
		ssize_t n = write(run.in, run.buffer, run.buffered);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			input_close();
			break;
		}
		run.taken += n;
		run.buffered -= n;
		memmove(run.buffer, run.buffer + n, run.buffered);
	}
	if (run.input_eof && !run.buffered)
		input_close();
	if (run.taken - run.acknowledged >= STDIN_WINDOW / 4 ||
	    (run.taken != run.acknowledged && !run.buffered)) {
		run.acknowledged = run.taken;
		link_send(FRAME_ACK, &run.taken, sizeof(run.taken));
	}
}

static void input_receive(void)
{
	static struct frame frame;

	while (link_receive(&frame)) {
		switch (frame.type) {
		case FRAME_STDIN:
			if (frame.length > sizeof(run.buffer) - run.buffered)
				box_fail("input: more than was asked for");
			memcpy(run.buffer + run.buffered, frame.payload, frame.length);
			run.buffered += frame.length;
			if (run.in < 0)
				input_close();
			input_flush();
			break;
		case FRAME_EOF:
			run.input_eof = true;
			input_flush();
			break;
		case FRAME_WINDOW:
			window_set(*(struct frame_window *)frame.payload);
			break;
		default:
			box_fail("input: unknown frame %#x", frame.type);
		}
	}
}

/* Send what is there to read; true unless the stream has ended */
static bool output_forward(int *fd, uint8_t type)
{
	uint8_t data[FRAME_PAYLOAD];
	ssize_t n;

	if (*fd < 0)
		return false;
	n = read(*fd, data, sizeof(data));
	if (n > 0)
		link_send(type, data, n);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return true;
	if (!run.terminal)
		close(*fd);
	*fd = -1;
	return false;
}

/* The command is gone: send what it left in the pipe, but wait for nobody else */
static void output_drain(int *fd, uint8_t type)
{
	int left = 0;

	if (*fd < 0 || ioctl(*fd, FIONREAD, &left))
		return;
	for (; left > 0; left -= FRAME_PAYLOAD)
		if (!output_forward(fd, type))
			break;
}

/* What busybox's reboot, poweroff and halt ask of init */
static void signal_obey(uint32_t signal)
{
	switch (signal) {
	case SIGTERM:
		reboot(RB_AUTOBOOT);
		break;
	case SIGUSR1:
		reboot(RB_HALT_SYSTEM);
		break;
	case SIGUSR2:
		reboot(RB_POWER_OFF);
		break;
	}
}

static void signals_receive(int fd)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(fd, &info, sizeof(info)) == sizeof(info))
		signal_obey(info.ssi_signo);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == run.pid) {
			run.ended = true;
			run.status = status;
		}
	}
}

static int signals_open(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		box_fail("signalfd: %m");
	return fd;
}

static void nonblocking(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void streams_pump(int signals)
{
	input_receive();	/* what was read together with START */
	while (!run.ended) {
		struct pollfd fds[] = {
			{ .fd = signals, .events = POLLIN },
			{ .fd = link_fd, .events = POLLIN },
			{ .fd = run.out, .events = POLLIN },
			{ .fd = run.err, .events = POLLIN },
			{ .fd = run.buffered ? run.in : -1, .events = POLLOUT },
		};

		if (poll(fds, 5, -1) < 0)
			continue;
		if (fds[2].revents)
			output_forward(&run.out, FRAME_STDOUT);
		if (fds[3].revents)
			output_forward(&run.err, FRAME_STDERR);
		if (fds[1].revents)
			input_receive();
		if (fds[4].revents)
			input_flush();
		if (fds[0].revents)
			signals_receive(signals);
	}
	output_drain(&run.out, FRAME_STDOUT);
	output_drain(&run.err, FRAME_STDERR);
}

struct frame_exit command_run(const struct frame_start *start)
{
	struct frame_exit result = { .kind = EXIT_STATUS };
	int signals = signals_open();
	uint64_t begin;
	int fds[3];

	if (start->terminal)
		open_terminal(fds, start->window);
	else
		open_pipes(fds);
	nonblocking(run.in);
	nonblocking(run.out);
	nonblocking(run.err);
	begin = __rdtsc();
	command_start(fds, start->boot);
	streams_pump(signals);
	result.ticks_total = __rdtsc();
	result.ticks_command = result.ticks_total - begin;
	if (WIFSIGNALED(run.status)) {
		result.kind = EXIT_SIGNAL;
		result.value = WTERMSIG(run.status);
	} else {
		result.value = WEXITSTATUS(run.status);
	}
	return result;
}
