/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * i8042 keyboard controller with nothing plugged in: it answers the
 * controller's own commands, so that a guest that looks for it is done
 * quickly, and can reset the machine.
 */
#ifndef DEV_I8042_H
#define DEV_I8042_H

#include <stdbool.h>
#include <stdint.h>

#include "../vm/bus.h"
#include "sinks.h"

/**
 * struct i8042 - a keyboard controller
 * @stop: takes the reset
 * @config: configuration byte
 * @output: byte to be read
 * @full: there is one
 * @command: command whose data byte is awaited, or 0
 */
struct i8042 {
	struct stop_sink stop;
	uint8_t config;
	uint8_t output;
	bool full;
	uint8_t command;
};

/* @i8042 has its sink set, and the rest zero. */
void i8042_attach(struct i8042 *i8042, struct bus *bus);

#endif /* DEV_I8042_H */
