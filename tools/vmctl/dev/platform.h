/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address map of the machine: what the devices answer to and what the ACPI
 * tables tell the guest, in one place so that they cannot differ.
 */
#ifndef DEV_PLATFORM_H
#define DEV_PLATFORM_H

/* Ports */
#define PORT_I8042		0x60	/* data; command and status at + 4 */
#define PORT_RTC		0x70
#define PORT_DEBUG_EXIT		0xf4
#define PORT_COM1		0x3f8
#define PORT_COM1_COUNT		8
#define PORT_PM1_EVENT		0x600
#define PORT_PM1_CONTROL	0x604
#define PORT_PM_TIMER		0x608
#define PORT_RESET		0xcf9

/* Interrupts: inputs of the I/O APIC, which are GSIs of the same number */
#define GSI_COM1		4
#define GSI_SCI			9

/* Memory */
#define LAPIC_BASE		0xfee00000
#define IOAPIC_BASE		0xfec00000
#define IOAPIC_SIZE		0x1000
#define IOAPIC_ID		1
#define IOAPIC_PINS		24

/* What \_S5 tells the guest to write to SLP_TYP */
#define SLEEP_TYPE_S5		5

/* What the FADT tells the guest to write to PORT_RESET */
#define RESET_VALUE		0x06

#define RTC_CENTURY		0x32

#endif /* DEV_PLATFORM_H */
