// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ACPI tables, read as a guest would: from the RSDP on, by address.
 *
 * unit-src: tools/vmctl/boot/acpi.c tools/vmctl/boot/aml.c
 */
#include "boot/acpi.h"
#include "boot/aml.h"
#include "boot/bytes.h"
#include "dev/platform.h"
#include "kselftest_harness.h"

#define BASE 0xe0000

static unsigned char sum(const unsigned char *bytes, size_t count)
{
	unsigned char total = 0;

	while (count--)
		total += *bytes++;
	return total;
}

FIXTURE(acpi)
{
	unsigned char tables[ACPI_TABLES_BYTES];
	const unsigned char *rsdp;
	const unsigned char *xsdt;
	const unsigned char *fadt;
	const unsigned char *madt;
	const unsigned char *dsdt;
};

/* Memory that stands for guest-physical @gpa; NULL if it lies outside of the tables */
static const unsigned char *at(const struct _test_data_acpi *self, unsigned long gpa)
{
	return gpa >= BASE && gpa < BASE + ACPI_TABLES_BYTES ? self->tables + (gpa - BASE) : NULL;
}

FIXTURE_SETUP(acpi)
{
	memset(self->tables, 0xa5, sizeof(self->tables));
	self->rsdp = at(self, acpi_build(self->tables, BASE));
	ASSERT_NE(NULL, self->rsdp);
	self->xsdt = at(self, get64(self->rsdp + 24));
	ASSERT_NE(NULL, self->xsdt);
	self->fadt = at(self, get64(self->xsdt + 36));
	self->madt = at(self, get64(self->xsdt + 44));
	ASSERT_NE(NULL, self->fadt);
	ASSERT_NE(NULL, self->madt);
	self->dsdt = at(self, get64(self->fadt + 140));
	ASSERT_NE(NULL, self->dsdt);
}

FIXTURE_TEARDOWN(acpi)
{
}

TEST_F(acpi, signatures_and_checksums)
{
	const unsigned char *const table[] = { self->xsdt, self->fadt, self->madt, self->dsdt };
	static const char *const name[] = { "XSDT", "FACP", "APIC", "DSDT" };
	unsigned int i;

	EXPECT_EQ(0, memcmp(self->rsdp, "RSD PTR ", 8));
	EXPECT_EQ(0, sum(self->rsdp, 20));
	EXPECT_EQ(0, sum(self->rsdp, 36));
	/* Where older kernels look for it */
	EXPECT_EQ(0, (self->rsdp - self->tables) % 16);
	for (i = 0; i < 4; i++) {
		unsigned int bytes = get32(table[i] + 4);

		EXPECT_EQ(0, memcmp(table[i], name[i], 4));
		ASSERT_LE(table[i] + bytes, self->tables + ACPI_TABLES_BYTES);
		EXPECT_EQ(0, sum(table[i], bytes));
	}
}

TEST_F(acpi, tables_do_not_overlap)
{
	const unsigned char *facs = at(self, get32(self->fadt + 36));
	const unsigned char *const table[] = {
		self->xsdt, facs, self->fadt, self->madt, self->dsdt,
	};
	unsigned int i;

	for (i = 0; i + 1 < 5; i++)
		EXPECT_LE(table[i] + get32(table[i] + 4), table[i + 1]);
}

TEST_F(acpi, fadt)
{
	const unsigned char *facs = at(self, get32(self->fadt + 36));

	EXPECT_EQ(276, get32(self->fadt + 4));
	EXPECT_EQ(get32(self->fadt + 40), get64(self->fadt + 140));
	EXPECT_EQ(0, memcmp(facs, "FACS", 4));
	EXPECT_EQ(0, (facs - self->tables) % 64);
	EXPECT_EQ(GSI_SCI, get16(self->fadt + 46));
	/* No SMI command port: the machine is in ACPI mode */
	EXPECT_EQ(0, get32(self->fadt + 48));
	EXPECT_EQ(PORT_PM1_CONTROL, get32(self->fadt + 64));
	EXPECT_EQ(PORT_PM1_CONTROL, get64(self->fadt + 176));
	EXPECT_EQ(PORT_PM_TIMER, get64(self->fadt + 212));
	EXPECT_EQ(PORT_RESET, get64(self->fadt + 120));
	EXPECT_EQ(RESET_VALUE, self->fadt[128]);
	EXPECT_EQ(1 << 10, get32(self->fadt + 112) & 1 << 10);
	EXPECT_EQ(0, get32(self->fadt + 112) & 1 << 20);
}

TEST_F(acpi, madt_entries)
{
	unsigned int bytes = get32(self->madt + 4), offset = 44;
	unsigned int seen[5] = { 0 };

	EXPECT_EQ(LAPIC_BASE, get32(self->madt + 36));
	EXPECT_EQ(0, get32(self->madt + 40));
	while (offset < bytes) {
		const unsigned char *entry = self->madt + offset;

		ASSERT_LE(2, entry[1]);
		ASSERT_LE(offset + entry[1], bytes);
		ASSERT_GT(5, entry[0]);
		seen[entry[0]]++;
		if (entry[0] == 1)
			EXPECT_EQ(IOAPIC_BASE, get32(entry + 4));
		offset += entry[1];
	}
	EXPECT_EQ(bytes, offset);
	EXPECT_EQ(1, seen[0]);
	EXPECT_EQ(1, seen[1]);
	EXPECT_EQ(2, seen[2]);
}

/*
 * Walk AML as far as the DSDT has it; objects must end exactly where those
 * around them do. Returns the offset behind the object, or 0.
 */
static size_t walk(const unsigned char *aml, size_t at, size_t end, unsigned int *devices)
{
	size_t body, stop;

	switch (aml[at]) {
	case 0x00:
		return at + 1;
	case 0x08:
		at += aml[at + 1] == '\\' ? 6 : 5;
		return at < end ? walk(aml, at, end, devices) : 0;
	case 0x0a:
		return at + 2;
	case 0x0c:
		return at + 5;
	case 0x5b:
		if (aml[at + 1] != 0x82)
			return 0;
		++*devices;
		at++;
		break;
	case 0x10:
	case 0x11:
	case 0x12:
		break;
	default:
		return 0;
	}
	/* at is the opcode's last byte; a PkgLength of two bytes follows */
	if (aml[at + 1] >> 6 != 1)
		return 0;
	stop = at + 1 + (aml[at + 1] & 0xf) + (aml[at + 2] << 4);
	if (stop > end)
		return 0;
	if (aml[at] == 0x11)
		return aml[at + 3] == 0x0a && at + 5 + aml[at + 4] == stop ? stop : 0;
	if (aml[at] == 0x12)
		body = at + 4;
	else
		body = at + 3 + (aml[at + 3] == '\\' ? 5 : 4);
	while (body && body < stop)
		body = walk(aml, body, stop, devices);
	return body == stop ? stop : 0;
}

TEST_F(acpi, aml_lengths)
{
	unsigned int bytes = get32(self->dsdt + 4);
	unsigned int devices = 0;
	size_t offset = 36;

	while (offset && offset < bytes)
		offset = walk(self->dsdt, offset, bytes, &devices);
	EXPECT_EQ(bytes, offset);
	EXPECT_EQ(2, devices);
}

TEST_F(acpi, s5_package)
{
	static const unsigned char s5[] = {
		0x08, '\\', '_', 'S', '5', '_', 0x12, 0x48, 0x00, 4, 0x0a, SLEEP_TYPE_S5, 0, 0, 0,
	};

	EXPECT_EQ(0, memcmp(self->dsdt + 36, s5, sizeof(s5)));
}

TEST(eisa_id)
{
	static const unsigned char pnp0501[] = { 0x0c, 0x41, 0xd0, 0x05, 0x01 };
	unsigned char bytes[8];
	struct aml aml = { .bytes = bytes, .room = sizeof(bytes) };

	aml_eisa_id(&aml, "PNP0501");
	ASSERT_TRUE(aml_complete(&aml));
	ASSERT_EQ(sizeof(pnp0501), aml.used);
	EXPECT_EQ(0, memcmp(bytes, pnp0501, sizeof(pnp0501)));
}

TEST(overflow_and_imbalance)
{
	unsigned char bytes[16];
	struct aml full = { .bytes = bytes, .room = sizeof(bytes) };
	struct aml open = { .bytes = bytes, .room = sizeof(bytes) };
	struct aml extra = { .bytes = bytes, .room = sizeof(bytes) };
	unsigned int i;

	for (i = 0; i < 4; i++)
		aml_name(&full, "NAME");
	EXPECT_FALSE(aml_complete(&full));
	EXPECT_LE(full.used, sizeof(bytes));
	aml_scope(&open, "\\_SB_");
	EXPECT_FALSE(aml_complete(&open));
	aml_end(&open);
	EXPECT_TRUE(aml_complete(&open));
	aml_end(&extra);
	EXPECT_FALSE(aml_complete(&extra));
}

TEST_HARNESS_MAIN
