/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who answers which port and which memory address.
 *
 * Where nobody does, reads give all ones and writes are lost, as on a PC. An
 * access wider than the device takes is split from its lowest address on. One
 * that begins at a port without a device belongs to nobody as a whole: a dword
 * to the PCI address port 0xcf8 is not a byte to the reset port 0xcf9.
 */
#ifndef VM_BUS_H
#define VM_BUS_H

#include <stdint.h>

#define BUS_PORTS	16
#define BUS_MMIO	4

/**
 * struct port_range - a device's ports
 * @name: for people
 * @first: first port
 * @count: number of ports
 * @width: widest access that the device takes, in bytes: 1, 2 or 4
 * @in: read; @offset is from @first on
 * @out: write
 * @dev: what both get
 */
struct port_range {
	const char *name;
	uint16_t first;
	uint16_t count;
	uint8_t width;
	uint32_t (*in)(void *dev, uint16_t offset, unsigned int bytes);
	void (*out)(void *dev, uint16_t offset, unsigned int bytes, uint32_t value);
	void *dev;
};

/**
 * struct mmio_range - a device's memory
 * @name: for people
 * @first: first guest-physical address
 * @bytes: length
 * @read: load of 1, 2, 4 or 8 bytes
 * @write: store
 * @dev: what both get
 */
struct mmio_range {
	const char *name;
	uint64_t first;
	uint64_t bytes;
	uint64_t (*read)(void *dev, uint64_t offset, unsigned int bytes);
	void (*write)(void *dev, uint64_t offset, unsigned int bytes, uint64_t value);
	void *dev;
};

/**
 * struct bus - all ranges
 * @port: in the order of bus_add_ports()
 * @ports: how many
 * @mmio: in the order of bus_add_mmio()
 * @mmios: how many
 */
struct bus {
	struct port_range port[BUS_PORTS];
	unsigned int ports;
	struct mmio_range mmio[BUS_MMIO];
	unsigned int mmios;
};

/* Overlaps and overflows are bugs of the caller: they abort. */
void bus_add_ports(struct bus *bus, const struct port_range *range);
void bus_add_mmio(struct bus *bus, const struct mmio_range *range);

/* The range that @port or @gpa is in, or NULL. */
const struct port_range *bus_find_port(const struct bus *bus, uint16_t port);
const struct mmio_range *bus_find_mmio(const struct bus *bus, uint64_t gpa);

/* What a guest does; @bytes is 1, 2 or 4, for memory also 8. */
uint32_t bus_in(const struct bus *bus, uint16_t port, unsigned int bytes);
void bus_out(const struct bus *bus, uint16_t port, unsigned int bytes, uint32_t value);
uint64_t bus_read(const struct bus *bus, uint64_t gpa, unsigned int bytes);
void bus_write(const struct bus *bus, uint64_t gpa, unsigned int bytes, uint64_t value);

#endif /* VM_BUS_H */
