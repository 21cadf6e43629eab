// SPDX-License-Identifier: GPL-2.0-only

#include "reset_port.h"

#include "platform.h"

#define RESET_CPU 0x04

static uint32_t reset_in(void *dev, uint16_t offset, unsigned int bytes)
{
	const struct reset_port *reset = dev;

	(void)offset;
	(void)bytes;
	return reset->value;
}

static void reset_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	struct reset_port *reset = dev;
	bool rises = value & ~reset->value & RESET_CPU;

	(void)offset;
	(void)bytes;
	reset->value = value;
	if (rises)
		reset->stop.stop(reset->stop.ctx, STOP_RESET, 0);
}

void reset_port_attach(struct reset_port *reset, struct bus *bus)
{
	const struct port_range range = {
		.name = "reset",
		.first = PORT_RESET,
		.count = 1,
		.width = 1,
		.in = reset_in,
		.out = reset_out,
		.dev = reset,
	};

	bus_add_ports(bus, &range);
}
