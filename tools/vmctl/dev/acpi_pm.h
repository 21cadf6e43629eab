/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI fixed hardware (ACPI 6.4, 4.8): PM1a event and control registers and
 * the power-management timer. The machine is always in ACPI mode. No event ever
 * comes, so the SCI stays low; going to sleep in \_S5 is power-off.
 */
#ifndef DEV_ACPI_PM_H
#define DEV_ACPI_PM_H

#include <stdint.h>

#include "../vm/bus.h"
#include "sinks.h"

/**
 * struct acpi_pm - the registers
 * @stop: takes the power-off
 * @nanoseconds: tells monotonic time for the timer
 * @enable: PM1 event enable bits
 * @control: PM1 control but for SCI_EN and SLP_EN
 */
struct acpi_pm {
	struct stop_sink stop;
	uint64_t (*nanoseconds)(void);
	uint16_t enable;
	uint16_t control;
};

/* @pm has its sink and @nanoseconds set, and the rest zero. */
void acpi_pm_attach(struct acpi_pm *pm, struct bus *bus);

#endif /* DEV_ACPI_PM_H */
