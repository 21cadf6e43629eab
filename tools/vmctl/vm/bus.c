// SPDX-License-Identifier: GPL-2.0-only

#include "bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

void bus_add_ports(struct bus *bus, const struct port_range *range)
{
	unsigned int i;

	if (bus->ports == BUS_PORTS)
		abort();
	for (i = 0; i < bus->ports; i++) {
		const struct port_range *other = &bus->port[i];

		if (range->first < other->first + other->count &&
		    other->first < range->first + range->count)
			abort();
	}
	bus->port[bus->ports++] = *range;
}

void bus_add_mmio(struct bus *bus, const struct mmio_range *range)
{
	unsigned int i;

	if (bus->mmios == BUS_MMIO)
		abort();
	for (i = 0; i < bus->mmios; i++) {
		const struct mmio_range *other = &bus->mmio[i];

		if (range->first < other->first + other->bytes &&
		    other->first < range->first + range->bytes)
			abort();
	}
	bus->mmio[bus->mmios++] = *range;
}

const struct port_range *bus_find_port(const struct bus *bus, uint16_t port)
{
	const struct port_range *range;

	for (range = bus->port; range < bus->port + bus->ports; range++)
		if ((uint16_t)(port - range->first) < range->count)
			return range;
	return NULL;
}

const struct mmio_range *bus_find_mmio(const struct bus *bus, uint64_t gpa)
{
	const struct mmio_range *range;

	for (range = bus->mmio; range < bus->mmio + bus->mmios; range++)
		if (gpa - range->first < range->bytes)
			return range;
	return NULL;
}

/* The lowest @bytes bytes */
static uint32_t mask32(unsigned int bytes)
{
	return UINT32_MAX >> (32 - 8 * bytes);
}

static bool takes_whole(const struct port_range *range, uint16_t port, unsigned int bytes)
{
	return bytes <= range->width && port - range->first + bytes <= range->count;
}

uint32_t bus_in(const struct bus *bus, uint16_t port, unsigned int bytes)
{
	const struct port_range *range = bus_find_port(bus, port);
	unsigned int half = bytes / 2;

	if (!range)
		return mask32(bytes);
	if (takes_whole(range, port, bytes))
		return range->in(range->dev, port - range->first, bytes) & mask32(bytes);
	if (!half)
		return mask32(bytes);
	return bus_in(bus, port, half) | bus_in(bus, port + half, half) << (8 * half);
}

void bus_out(const struct bus *bus, uint16_t port, unsigned int bytes, uint32_t value)
{
	const struct port_range *range = bus_find_port(bus, port);
	unsigned int half = bytes / 2;

	if (!range)
		return;
	if (takes_whole(range, port, bytes)) {
		range->out(range->dev, port - range->first, bytes, value & mask32(bytes));
		return;
	}
	if (!half)
		return;
	bus_out(bus, port, half, value & mask32(half));
	bus_out(bus, port + half, half, value >> (8 * half));
}

/* Devices in memory take whole accesses that do not leave them. */
static const struct mmio_range *find_whole(const struct bus *bus, uint64_t gpa,
					   unsigned int bytes)
{
	const struct mmio_range *range = bus_find_mmio(bus, gpa);

	if (!range || gpa - range->first + bytes > range->bytes)
		return NULL;
	return range;
}

uint64_t bus_read(const struct bus *bus, uint64_t gpa, unsigned int bytes)
{
	const struct mmio_range *range = find_whole(bus, gpa, bytes);
	uint64_t mask = UINT64_MAX >> (64 - 8 * bytes);

	if (!range)
		return mask;
	return range->read(range->dev, gpa - range->first, bytes) & mask;
}

void bus_write(const struct bus *bus, uint64_t gpa, unsigned int bytes, uint64_t value)
{
	const struct mmio_range *range = find_whole(bus, gpa, bytes);

	if (range)
		range->write(range->dev, gpa - range->first, bytes, value);
}
