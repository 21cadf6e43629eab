// SPDX-License-Identifier: GPL-2.0-only
/*
 * relay - run an emulator whose box speaks the protocol, be the command in it
 *
 *   stdin  --> frames --> pty  --> second serial port --> agent --> command
 *   stdout, stderr, files <-- frames <-- port 0xe9   <-- agent <-- command
 *
 * The exit status is that of vthost.  Whichever way relay ends, the emulator is
 * gone before it, the terminal is as it was, and the work directory is removed.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "relay.h"

struct options options = { .timeout = 300 };

void say(const char *format, ...)
{
	char text[FRAME_PAYLOAD + 256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		dprintf(2, "vthost: %s\n", line);
	}
}

void work_path(char path[256], const char *name)
{
	snprintf(path, 256, "%s/%s", options.directory, name);
}

/* The directory is flat, and only relay and vthost write to it */
static void work_remove(void)
{
	DIR *dir = options.directory ? opendir(options.directory) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		unlinkat(dirfd(dir), e->d_name, 0);
	if (dir) {
		closedir(dir);
		rmdir(options.directory);
	}
}

/* End with a status, or as if by the signal -@status */
void finish(int status)
{
	sigset_t none;

	emulator_kill();
	terminal_restore();
	file_abandon();
	work_remove();
	if (status >= 0)
		exit(status);
	signal(-status, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	raise(-status);
	exit(STATUS_BOX);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int signals_open(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void signals_receive(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			terminal_resized();
		else if (info.ssi_signo != SIGCHLD)
			finish(-(int)info.ssi_signo);
	}
}

/* Take what the box sent; false at its end */
static bool output_receive(void)
{
	static uint8_t data[65536];
	ssize_t n;

	while ((n = read(emulator_out, data, sizeof(data))) > 0)
		frames_receive(data, n);
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static noreturn void timed_out(void)
{
	terminal_restore();
	console_follow();
	say("no end after %ld s of wall time, stopped (--timeout)%s", options.timeout,
	    exit_seen ? "; the command had ended, but not the box" : "");
	console_tail(10);
	finish(STATUS_TIMEOUT);
}

static noreturn void conclude(void)
{
	int status;

	while (!emulator_ended())
		usleep(1000);
	terminal_restore();
	console_follow();
	frames_check_end();
	status = verdict();
	if (!status && frames_missing()) {
		say("the box did not return all files of --get");
		status = STATUS_BOX;
	}
	finish(status);
}

static noreturn void relay(int signals)
{
	double end = now() + options.timeout;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = signals, .events = POLLIN },
			{ .fd = emulator_out, .events = POLLIN },
			{ .fd = stdin_room() ? 0 : -1, .events = POLLIN },
			{ .fd = emulator_poll_input(), .events = POLLOUT },
		};
		double left = options.timeout ? end - now() : 1;

		if (left <= 0)
			timed_out();
		if (poll(fds, 4, options.verbose || left < 0.1 ? 50 : left < 1 ? 100 : 1000) < 0)
			continue;
		console_follow();
		if (fds[0].revents)
			signals_receive(signals);
		if (fds[2].revents)
			stdin_forward();
		if (fds[3].revents)
			emulator_flush_input();
		if (fds[1].revents && !output_receive())
			conclude();
	}
}

static const struct option long_options[] = {
	{ "directory",		required_argument, NULL, 'd' },
	{ "timeout",		required_argument, NULL, 't' },
	{ "get",		required_argument, NULL, 'g' },
	{ "verbose",		no_argument, NULL, 'v' },
	{ "allow-reboot",	no_argument, NULL, 'r' },
	{ "ticks",		no_argument, NULL, 'k' },
	{ }
};

static void parse_options(int argc, char **argv)
{
	int c;

	options.gets = calloc(argc, sizeof(*options.gets));
	while ((c = getopt_long(argc, argv, "+", long_options, NULL)) >= 0) {
		switch (c) {
		case 'd':
			options.directory = optarg;
			break;
		case 't':
			options.timeout = strtol(optarg, NULL, 10);
			break;
		case 'g':
			options.gets[options.nr_gets++] = optarg;
			break;
		case 'v':
			options.verbose = true;
			break;
		case 'r':
			options.allow_reboot = true;
			break;
		case 'k':
			options.ticks = true;
			break;
		default:
			exit(STATUS_BOX);
		}
	}
	options.emulator = argv + optind;
}

int main(int argc, char **argv)
{
	int signals;

	parse_options(argc, argv);
	if (!options.directory || !strstr(options.directory, "/vthost.") || !*options.emulator) {
		say("usage: relay --directory .../vthost.NAME [OPTION...] -- EMULATOR ARG...");
		return STATUS_BOX;
	}
	signals = signals_open();
	emulator_start();
	relay(signals);
}
