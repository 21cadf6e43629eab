// SPDX-License-Identifier: GPL-2.0-only

#include "acpi.h"

#include <stdlib.h>
#include <string.h>

#include "../array_size.h"
#include "../dev/platform.h"
#include "aml.h"
#include "bytes.h"

/* Where each table lies, from the base on */
#define RSDP_AT		0x000
#define XSDT_AT		0x040
#define FACS_AT		0x080	/* must be aligned to 64 */
#define FADT_AT		0x100
#define MADT_AT		0x280
#define DSDT_AT		0x400

#define RSDP_BYTES	36
#define RSDP_V1_BYTES	20	/* what the first checksum covers */
#define HEADER_BYTES	36
#define FACS_BYTES	64
#define FADT_BYTES	276	/* ACPI 6.4 */
#define DSDT_ROOM	(ACPI_TABLES_BYTES - DSDT_AT)

/* FADT flags (ACPI 6.4, table 5.10) */
#define FADT_WBINVD		(1 << 0)
#define FADT_PROC_C1		(1 << 2)
#define FADT_NO_POWER_BUTTON	(1 << 4)
#define FADT_NO_SLEEP_BUTTON	(1 << 5)
#define FADT_NO_FIXED_RTC	(1 << 6)
#define FADT_TIMER_32BIT	(1 << 8)
#define FADT_RESET_REGISTER	(1 << 10)
#define FADT_HEADLESS		(1 << 12)

/* FADT IAPC_BOOT_ARCH (table 5.11): the 8042 bit is clear, there is no keyboard */
#define BOOT_ARCH_LEGACY	(1 << 0)
#define BOOT_ARCH_NO_VGA	(1 << 2)

/* Generic address structure (5.2.3.2) in I/O space, as one number less its address */
#define GAS_IO(bits, access)	(1 | (bits) << 8 | (access) << 24)
#define GAS_BYTE		1
#define GAS_WORD		2
#define GAS_DWORD		3

/* A number in a table */
struct field {
	uint16_t offset;
	uint8_t bytes;
	uint32_t value;
};

static const struct field fadt_fields[] = {
	{ 45, 1, 4 },				/* preferred profile: server */
	{ 46, 2, GSI_SCI },
	{ 56, 4, PORT_PM1_EVENT },
	{ 64, 4, PORT_PM1_CONTROL },
	{ 76, 4, PORT_PM_TIMER },
	{ 88, 1, 4 },				/* bytes of PM1 events */
	{ 89, 1, 2 },				/* bytes of PM1 control */
	{ 91, 1, 4 },				/* bytes of the PM timer */
	{ 96, 2, 0xfff },			/* C2 latency: no C2 */
	{ 98, 2, 0xfff },			/* C3 latency: no C3 */
	{ 108, 1, RTC_CENTURY },
	{ 109, 2, BOOT_ARCH_LEGACY | BOOT_ARCH_NO_VGA },
	{ 112, 4, FADT_WBINVD | FADT_PROC_C1 | FADT_NO_POWER_BUTTON | FADT_NO_SLEEP_BUTTON |
		  FADT_NO_FIXED_RTC | FADT_TIMER_32BIT | FADT_RESET_REGISTER | FADT_HEADLESS },
	{ 116, 4, GAS_IO(8, GAS_BYTE) },
	{ 120, 4, PORT_RESET },
	{ 128, 1, RESET_VALUE },
	{ 131, 1, 4 },				/* minor version: 6.4 */
	{ 148, 4, GAS_IO(32, GAS_WORD) },
	{ 152, 4, PORT_PM1_EVENT },
	{ 172, 4, GAS_IO(16, GAS_WORD) },
	{ 176, 4, PORT_PM1_CONTROL },
	{ 208, 4, GAS_IO(32, GAS_DWORD) },
	{ 212, 4, PORT_PM_TIMER },
};

/* MADT after its header; no PCAT_COMPAT flag: there is no 8259 */
static const struct field madt_fields[] = {
	{ 36, 4, LAPIC_BASE },
	{ 40, 4, 0 },
	/* Local APIC of processor 0: APIC ID 0, enabled */
	{ 44, 1, 0 }, { 45, 1, 8 }, { 46, 1, 0 }, { 47, 1, 0 }, { 48, 4, 1 },
	/* I/O APIC, GSIs from 0 on */
	{ 52, 1, 1 }, { 53, 1, 12 }, { 54, 1, IOAPIC_ID }, { 56, 4, IOAPIC_BASE }, { 60, 4, 0 },
	/* ISA interrupt of COM1 is the GSI of the same number, edge, active high */
	{ 64, 1, 2 }, { 65, 1, 10 }, { 66, 1, 0 }, { 67, 1, GSI_COM1 }, { 68, 4, GSI_COM1 },
	{ 72, 2, 0x5 },
	/* The SCI: level, active high */
	{ 74, 1, 2 }, { 75, 1, 10 }, { 76, 1, 0 }, { 77, 1, GSI_SCI }, { 78, 4, GSI_SCI },
	{ 82, 2, 0xd },
};

#define MADT_BYTES 84

static void put_fields(uint8_t *table, const struct field *fields, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		memcpy(table + fields[i].offset, &fields[i].value, fields[i].bytes);
}

/* The byte that makes all of them add up to zero */
static uint8_t checksum(const uint8_t *bytes, size_t count)
{
	uint8_t sum = 0;

	while (count--)
		sum += *bytes++;
	return -sum;
}

/* Header (5.2.6) and, with the rest of the table in place, its checksum */
static void finish_table(uint8_t *table, const char *signature, uint32_t bytes, uint8_t revision)
{
	memcpy(table, signature, 4);
	put32(table + 4, bytes);
	table[8] = revision;
	memcpy(table + 10, "VTX   ", 6);
	memcpy(table + 16, "VMCTL   ", 8);
	put32(table + 24, 1);
	memcpy(table + 28, "VTX ", 4);
	put32(table + 32, 1);
	table[9] = 0;
	table[9] = checksum(table, bytes);
}

static void build_rsdp(uint8_t *to, uint64_t base)
{
	uint8_t *rsdp = to + RSDP_AT;

	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + 9, "VTX   ", 6);
	rsdp[15] = 2;				/* revision: with an XSDT */
	put32(rsdp + 20, RSDP_BYTES);
	put64(rsdp + 24, base + XSDT_AT);
	rsdp[8] = checksum(rsdp, RSDP_V1_BYTES);
	rsdp[32] = checksum(rsdp, RSDP_BYTES);
}

static void build_xsdt(uint8_t *to, uint64_t base)
{
	uint8_t *xsdt = to + XSDT_AT;

	put64(xsdt + HEADER_BYTES, base + FADT_AT);
	put64(xsdt + HEADER_BYTES + 8, base + MADT_AT);
	finish_table(xsdt, "XSDT", HEADER_BYTES + 2 * 8, 1);
}

static void build_facs(uint8_t *to)
{
	uint8_t *facs = to + FACS_AT;

	memcpy(facs, "FACS", 4);
	put32(facs + 4, FACS_BYTES);
	facs[32] = 2;				/* version */
}

static void build_fadt(uint8_t *to, uint64_t base)
{
	uint8_t *fadt = to + FADT_AT;

	put_fields(fadt, fadt_fields, ARRAY_SIZE(fadt_fields));
	put32(fadt + 36, base + FACS_AT);
	put32(fadt + 40, base + DSDT_AT);
	put64(fadt + 140, base + DSDT_AT);
	finish_table(fadt, "FACP", FADT_BYTES, 6);
}

static void build_madt(uint8_t *to)
{
	uint8_t *madt = to + MADT_AT;

	put_fields(madt, madt_fields, ARRAY_SIZE(madt_fields));
	finish_table(madt, "APIC", MADT_BYTES, 5);
}

static void aml_isa_device(struct aml *aml, const char *name, const char *hid, uint16_t first,
			   uint8_t count, int gsi)
{
	aml_device(aml, name);
	aml_name(aml, "_HID");
	aml_eisa_id(aml, hid);
	aml_name(aml, "_UID");
	aml_integer(aml, 0);
	aml_name(aml, "_CRS");
	aml_resources(aml, first, count, gsi);
	aml_end(aml);
}

static void build_dsdt(uint8_t *to)
{
	uint8_t *dsdt = to + DSDT_AT;
	struct aml aml = { .bytes = dsdt, .room = DSDT_ROOM, .used = HEADER_BYTES };

	/* Name (\_S5, Package (4) { SLEEP_TYPE_S5, 0, 0, 0 }) */
	aml_name(&aml, "\\_S5_");
	aml_package(&aml, 4);
	aml_integer(&aml, SLEEP_TYPE_S5);
	aml_integer(&aml, 0);
	aml_integer(&aml, 0);
	aml_integer(&aml, 0);
	aml_end(&aml);

	aml_scope(&aml, "\\_SB_");
	aml_isa_device(&aml, "COM1", "PNP0501", PORT_COM1, PORT_COM1_COUNT, GSI_COM1);
	/* Without an interrupt: it has no alarm, and Linux then asks for none */
	aml_isa_device(&aml, "RTC_", "PNP0B00", PORT_RTC, 2, -1);
	aml_end(&aml);

	if (!aml_complete(&aml))
		abort();
	finish_table(dsdt, "DSDT", aml.used, 2);
}

uint64_t acpi_build(uint8_t *to, uint64_t base)
{
	memset(to, 0, ACPI_TABLES_BYTES);
	build_rsdp(to, base);
	build_xsdt(to, base);
	build_facs(to);
	build_fadt(to, base);
	build_madt(to);
	build_dsdt(to);
	return base + RSDP_AT;
}
