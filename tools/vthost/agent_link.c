// SPDX-License-Identifier: GPL-2.0-only
/*
 * The box's end of the protocol.  Out goes a byte per OUT to port 0xe9, which
 * costs the box next to nothing and needs no driver; in comes by ttyS1, whose
 * driver buffers more than STDIN_WINDOW.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"

#define PORT_OUT 0xe9

int link_fd = -1;
static uint32_t sequence;
static struct decoder decoder;

void link_open(void)
{
	struct termios raw;

	if (ioperm(PORT_OUT, 1, 1))
		box_fail("no access to port %#x: %m", PORT_OUT);
	link_fd = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (link_fd < 0)
		box_fail("no second serial port: %m");
	memset(&raw, 0, sizeof(raw));
	cfmakeraw(&raw);
	raw.c_cflag |= CREAD | CLOCAL;
	raw.c_cc[VMIN] = 1;
	cfsetspeed(&raw, B115200);
	tcsetattr(link_fd, TCSANOW, &raw);
}

void link_send(uint8_t type, const void *payload, size_t length)
{
	uint8_t wire[FRAME_MAX];

	outsb(PORT_OUT, wire, frame_encode(wire, type, sequence++, payload, length));
}

bool link_receive(struct frame *frame)
{
	static uint8_t buffer[4096];
	static const uint8_t *next = buffer, *end = buffer;

	while (!frame_decode(&decoder, FRAME_START, &next, end, frame)) {
		ssize_t n;

		if (decoder.error)
			box_fail("input: %s", decoder.error);
		n = read(link_fd, buffer, sizeof(buffer));
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			box_fail("input: %m");
		if (n <= 0)
			return false;
		next = buffer;
		end = buffer + n;
	}
	return true;
}

void link_wait(uint8_t type, struct frame *frame)
{
	while (!link_receive(frame)) {
		struct pollfd fd = { .fd = link_fd, .events = POLLIN };

		poll(&fd, 1, -1);
	}
	if (frame->type != type)
		box_fail("input: frame %c where %c was due", frame->type, type);
}
