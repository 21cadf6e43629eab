/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset control register of PC chipsets, port 0xcf9: a rising bit 2 resets. */
#ifndef DEV_RESET_PORT_H
#define DEV_RESET_PORT_H

#include <stdint.h>

#include "../vm/bus.h"
#include "sinks.h"

/**
 * struct reset_port - the register
 * @stop: takes the reset
 * @value: as last written
 */
struct reset_port {
	struct stop_sink stop;
	uint8_t value;
};

/* @reset has its sink set, and the rest zero. */
void reset_port_attach(struct reset_port *reset, struct bus *bus);

#endif /* DEV_RESET_PORT_H */
