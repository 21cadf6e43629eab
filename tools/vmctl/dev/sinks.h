/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How devices reach the outside: by calls that whoever owns them provides. A
 * unit test provides its own.
 *
 * All calls into and out of devices are made with the VM's device lock held.
 */
#ifndef DEV_SINKS_H
#define DEV_SINKS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct irq_sink - takes the level of interrupt outputs
 * @set: the output wired to @gsi is now @level
 * @ctx: its first argument
 */
struct irq_sink {
	void (*set)(void *ctx, unsigned int gsi, bool level);
	void *ctx;
};

/**
 * enum stop_cause - why a device ends the run
 * @STOP_POWER_OFF: the guest turned the machine off
 * @STOP_RESET: the guest asked for a reset
 * @STOP_EXIT: the guest gave an exit status
 */
enum stop_cause {
	STOP_POWER_OFF,
	STOP_RESET,
	STOP_EXIT,
};

/**
 * struct stop_sink - ends the run
 * @stop: @status is vmctl's exit status
 * @ctx: its first argument
 */
struct stop_sink {
	void (*stop)(void *ctx, enum stop_cause cause, int status);
	void *ctx;
};

#endif /* DEV_SINKS_H */
