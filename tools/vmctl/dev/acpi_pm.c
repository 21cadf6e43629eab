// SPDX-License-Identifier: GPL-2.0-only

#include "acpi_pm.h"

#include "../array_size.h"
#include "platform.h"

#define EVENT_ENABLE	2	/* offset; the status word is at 0 */

#define SCI_EN		0x0001
#define SLP_TYP		10
#define SLP_TYP_MASK	7
#define SLP_EN		0x2000

#define TIMER_HZ	3579545ULL
#define NS_PER_SECOND	1000000000ULL

static uint32_t event_in(void *dev, uint16_t offset, unsigned int bytes)
{
	const struct acpi_pm *pm = dev;

	(void)bytes;
	return offset == EVENT_ENABLE ? pm->enable : 0;
}

static void event_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	struct acpi_pm *pm = dev;

	(void)bytes;
	if (offset == EVENT_ENABLE)
		pm->enable = value;
}

static uint32_t control_in(void *dev, uint16_t offset, unsigned int bytes)
{
	const struct acpi_pm *pm = dev;

	(void)offset;
	(void)bytes;
	return pm->control | SCI_EN;
}

static void control_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	struct acpi_pm *pm = dev;

	(void)offset;
	(void)bytes;
	pm->control = value & ~(SCI_EN | SLP_EN);
	if (value & SLP_EN && (value >> SLP_TYP & SLP_TYP_MASK) == SLEEP_TYPE_S5)
		pm->stop.stop(pm->stop.ctx, STOP_POWER_OFF, 0);
}

/* Seconds and the rest apart: their product with the rate would not fit for long */
static uint32_t timer_in(void *dev, uint16_t offset, unsigned int bytes)
{
	const struct acpi_pm *pm = dev;
	uint64_t ns = pm->nanoseconds();

	(void)offset;
	(void)bytes;
	return ns / NS_PER_SECOND * TIMER_HZ + ns % NS_PER_SECOND * TIMER_HZ / NS_PER_SECOND;
}

static void timer_out(void *dev, uint16_t offset, unsigned int bytes, uint32_t value)
{
	(void)dev;
	(void)offset;
	(void)bytes;
	(void)value;
}

void acpi_pm_attach(struct acpi_pm *pm, struct bus *bus)
{
	const struct port_range ranges[] = {
		{ "PM1 event", PORT_PM1_EVENT, 4, 2, event_in, event_out, pm },
		{ "PM1 control", PORT_PM1_CONTROL, 2, 2, control_in, control_out, pm },
		{ "PM timer", PORT_PM_TIMER, 4, 4, timer_in, timer_out, pm },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		bus_add_ports(bus, &ranges[i]);
}
