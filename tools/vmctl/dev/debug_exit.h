/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Port 0xf4: a guest ends the run with an exit status, (value << 1) | 1. Small
 * test guests report by it; the statuses are odd so that none is vmctl's own.
 */
#ifndef DEV_DEBUG_EXIT_H
#define DEV_DEBUG_EXIT_H

#include "../vm/bus.h"
#include "sinks.h"

/**
 * struct debug_exit - the port
 * @stop: takes the status
 */
struct debug_exit {
	struct stop_sink stop;
};

/* @debug_exit has its sink set. */
void debug_exit_attach(struct debug_exit *debug_exit, struct bus *bus);

#endif /* DEV_DEBUG_EXIT_H */
