/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O APIC, version 0x11 (82093AA): turns interrupt lines into messages to the
 * local APICs, which are in vtx.ko.
 *
 *	device --irq_sink--> pin --redirection entry--> address, data --> msi()
 *
 * An edge entry sends at each rise of its line; a rise while it is masked is
 * kept in IRR and sent when the mask goes, as the 82093AA's successors do. A
 * level entry sends while its line is up and Remote IRR is clear. Nothing tells
 * us of an EOI yet: Remote IRR is cleared when the guest makes the entry an
 * edge one, which is how Linux clears it on this version.
 */
#ifndef DEV_IOAPIC_H
#define DEV_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "../vm/bus.h"
#include "platform.h"
#include "sinks.h"

/**
 * struct ioapic - an I/O APIC
 * @msi: takes the messages
 * @ctx: its first argument
 * @id: the ID register's writable bits
 * @select: IOREGSEL
 * @entry: redirection table
 * @level: the lines, a bit each
 * @irr: edges not sent yet, a bit each
 */
struct ioapic {
	void (*msi)(void *ctx, uint64_t address, uint32_t data);
	void *ctx;
	uint32_t id;
	uint8_t select;
	uint64_t entry[IOAPIC_PINS];
	uint32_t level;
	uint32_t irr;
};

/* @ioapic has its sink set, and the rest zero. */
void ioapic_attach(struct ioapic *ioapic, struct bus *bus);

/* The level of a line; an irq_sink's set() with the ioapic as its context. */
void ioapic_set_line(void *ioapic, unsigned int gsi, bool level);

#endif /* DEV_IOAPIC_H */
