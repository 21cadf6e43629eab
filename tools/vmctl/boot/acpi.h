/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ACPI tables: what the machine has (dev/platform.h), for the guest to read.
 *
 *	RSDP --> XSDT --> FADT --> DSDT (AML: \_S5, COM1, RTC)
 *	           |        '----> FACS
 *	           '----> MADT (local APIC, I/O APIC)
 *
 * No 8259, no PIT, no HPET and no keyboard: the tables say so, and Linux then
 * does not look for them.
 */
#ifndef BOOT_ACPI_H
#define BOOT_ACPI_H

#include <stdint.h>

#include "../vm/memory.h"

/* All tables; older kernels look for the RSDP from here on, too. */
#define ACPI_TABLES		0xe0000
#define ACPI_TABLES_BYTES	0x1000

/*
 * acpi_build() - lay the tables out for guest-physical @base
 * @to: ACPI_TABLES_BYTES of memory that will be at @base
 *
 * Return: the RSDP's guest-physical address.
 */
uint64_t acpi_build(uint8_t *to, uint64_t base);

#endif /* BOOT_ACPI_H */
