// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the frames ask for.  All bytes between HELLO and EXIT must be frames,
 * whole and in sequence: whatever else is found makes the run a failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "relay.h"

bool exit_seen;
static int status;
static struct decoder decoder;
static uint32_t boots;
static uint64_t sent, acknowledged;	/* bytes of stdin */
static bool eof_sent;
static struct termios cooked;
static bool terminal_is_raw;

static struct {
	int fd;
	uint32_t index;
	char *partial;		/* renamed to its destination when complete */
	size_t returned;
} file = { .fd = -1 };

bool started(void)
{
	return boots > 0;
}

static noreturn void broken(const char *what)
{
	say("the box sent %s: its result is lost", what);
	finish(STATUS_BOX);
}

void write_all(int fd, const void *data, size_t length)
{
	const char *p = data;

	while (length) {
		ssize_t n = write(fd, p, length);

		if (n < 0 && errno == EAGAIN) {
			usleep(1000);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE && fd == 1)
			finish(-SIGPIPE);
		if (n < 0) {
			say("cannot write: %s", strerror(errno));
			finish(STATUS_BOX);
		}
		p += n;
		length -= n;
	}
}

/* -- the terminal, and stdin ----------------------------------------------- */

static struct frame_window window(void)
{
	struct winsize w = { .ws_row = 24, .ws_col = 80 };

	ioctl(0, TIOCGWINSZ, &w);
	return (struct frame_window) { .rows = w.ws_row, .columns = w.ws_col };
}

void terminal_resized(void)
{
	struct frame_window w = window();

	if (terminal_is_raw)
		emulator_send(FRAME_WINDOW, &w, sizeof(w));
}

static void terminal_raw(void)
{
	struct termios raw;

	if (terminal_is_raw || tcgetattr(0, &cooked))
		return;
	raw = cooked;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
	terminal_is_raw = true;
}

void terminal_restore(void)
{
	if (terminal_is_raw)
		tcsetattr(0, TCSANOW, &cooked);
	terminal_is_raw = false;
}

uint64_t stdin_room(void)
{
	if (!started() || eof_sent || exit_seen)
		return 0;
	return STDIN_WINDOW - (sent - acknowledged);
}

/* Ctrl-] three times in a row is the way out of a box that does not answer */
static bool escape_typed(const char *data, ssize_t n)
{
	static int count;

	for (ssize_t i = 0; terminal_is_raw && i < n; i++) {
		count = data[i] == 0x1d ? count + 1 : 0;
		if (count == 3)
			return true;
	}
	return false;
}

void stdin_forward(void)
{
	char data[1024];
	size_t room = stdin_room();
	ssize_t n = read(0, data, room < sizeof(data) ? room : sizeof(data));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		emulator_send(FRAME_EOF, NULL, 0);
		eof_sent = true;
		return;
	}
	if (escape_typed(data, n)) {
		terminal_restore();
		say("ended from the keyboard");
		finish(-SIGINT);
	}
	emulator_send(FRAME_STDIN, data, n);
	sent += n;
}

/* -- files that come back -------------------------------------------------- */

static void file_open(const struct frame_file *f)
{
	if (f->index >= options.nr_gets || file.fd >= 0)
		broken("a file that nobody asked for");
	file.index = f->index;
	if (asprintf(&file.partial, "%s.partial-%d", options.gets[f->index], getpid()) < 0)
		finish(STATUS_BOX);
	file.fd = open(file.partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file.fd < 0) {
		say("--get: cannot create %s: %s", file.partial, strerror(errno));
		finish(STATUS_BOX);
	}
	fchmod(file.fd, f->mode & 0777);
}

static void file_close(void)
{
	if (file.fd < 0)
		broken("the end of a file that it did not begin");
	if (close(file.fd) || rename(file.partial, options.gets[file.index])) {
		say("--get: cannot write %s: %s", options.gets[file.index], strerror(errno));
		unlink(file.partial);
		finish(STATUS_BOX);
	}
	free(file.partial);
	file.fd = -1;
	file.returned++;
}

void file_abandon(void)
{
	if (file.fd >= 0)
		unlink(file.partial);
}

/* -- the frames ------------------------------------------------------------ */

static void on_hello(const struct frame *f)
{
	const struct frame_hello *hello = (const void *)f->payload;
	struct frame_start start = { .boot = ++boots, .window = window() };

	if (f->length < sizeof(*hello) || hello->version != PROTOCOL_VERSION)
		broken("frames of another version of the protocol");
	emulator_new_boot();
	sent = 0;
	acknowledged = 0;
	eof_sent = false;
	start.terminal = isatty(0) && isatty(1);
	if (start.terminal)
		terminal_raw();
	emulator_send(FRAME_START, &start, sizeof(start));
}

static void on_exit_frame(const struct frame *f)
{
	const struct frame_exit *end = (const void *)f->payload;

	if (f->length != sizeof(*end) || file.fd >= 0)
		broken("an exit frame out of place");
	exit_seen = true;
	status = end->value;
	terminal_restore();
	if (end->kind == EXIT_SIGNAL) {
		say("the command died of signal %u (SIG%s)", end->value,
		    sigabbrev_np(end->value) ?: "?");
		status = STATUS_SIGNAL;
	} else if (end->value > STATUS_SIGNAL) {
		say("the command exited with %u, passed on as %d", end->value, STATUS_SIGNAL);
		status = STATUS_SIGNAL;
	}
	if (options.ticks)
		say("%llu ticks in command, %llu since power-on",
		    (unsigned long long)end->ticks_command,
		    (unsigned long long)end->ticks_total);
}

static void frame_handle(const struct frame *f)
{
	if (exit_seen)
		broken("more after its exit frame");
	switch (f->type) {
	case FRAME_HELLO:
		on_hello(f);
		break;
	case FRAME_STDOUT:
		write_all(1, f->payload, f->length);
		break;
	case FRAME_STDERR:
		write_all(2, f->payload, f->length);
		break;
	case FRAME_ACK:
		memcpy(&acknowledged, f->payload, sizeof(acknowledged));
		if (acknowledged > sent)
			broken("an acknowledgment of what it was not sent");
		break;
	case FRAME_FILE:
		file_open((const void *)f->payload);
		break;
	case FRAME_DATA:
		if (file.fd < 0)
			broken("file contents out of place");
		write_all(file.fd, f->payload, f->length);
		break;
	case FRAME_CLOSE:
		file_close();
		break;
	case FRAME_NOTE:
		say("%.*s", (int)f->length, (const char *)f->payload);
		break;
	case FRAME_FAIL:
		terminal_restore();
		say("%.*s", (int)f->length, (const char *)f->payload);
		finish(STATUS_BOX);
	case FRAME_EXIT:
		on_exit_frame(f);
		break;
	default:
		broken("a frame of unknown type");
	}
}

/* After a reset that is allowed the box begins a new stream, with a HELLO */
static bool second_boot(void)
{
	if (!options.allow_reboot)
		return false;
	decoder.error = NULL;
	decoder.synced = false;
	decoder.sequence = 0;
	return true;
}

void frames_receive(const uint8_t *data, size_t length)
{
	static struct frame frame;
	const uint8_t *end = data + length;

	for (;;) {
		while (frame_decode(&decoder, FRAME_HELLO, &data, end, &frame))
			frame_handle(&frame);
		if (!decoder.error)
			return;
		if (!second_boot())
			broken(decoder.error);
	}
}

/* The emulator has ended: was that in the middle of a frame? */
void frames_check_end(void)
{
	if (exit_seen && decoder.have)
		broken("half a frame after its exit frame");
}

bool frames_missing(void)
{
	return file.returned < options.nr_gets;
}

int frames_status(void)
{
	return status;
}
