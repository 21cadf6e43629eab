// SPDX-License-Identifier: GPL-2.0-only

#include "debug_exit.h"

#include "platform.h"

static uint32_t debug_exit_in(void *dev, uint16_t offset, unsigned int bytes)
{
	(void)dev;
	(void)offset;
	(void)bytes;
	return UINT32_MAX;
}

/* An exit status has 8 bits. */
static void debug_exit_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	struct debug_exit *debug_exit = dev;

	(void)offset;
	(void)bytes;
	debug_exit->stop.stop(debug_exit->stop.ctx, STOP_EXIT, (value << 1 | 1) & 0xff);
}

void debug_exit_attach(struct debug_exit *debug_exit, struct bus *bus)
{
	const struct port_range range = {
		.name = "debug exit",
		.first = PORT_DEBUG_EXIT,
		.count = 1,
		.width = 1,
		.in = debug_exit_in,
		.out = debug_exit_out,
		.dev = debug_exit,
	};

	bus_add_ports(bus, &range);
}
