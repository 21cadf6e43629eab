// SPDX-License-Identifier: GPL-2.0-only

#include "ioapic.h"

/* Memory: an index register and a data window */
#define IOREGSEL	0x00
#define IOWIN		0x10

/* Registers behind the window */
#define REG_ID		0x00
#define REG_VERSION	0x01
#define REG_ARBITRATION	0x02
#define REG_TABLE	0x10

#define VERSION		(0x11 | (IOAPIC_PINS - 1) << 16)
#define ID_BITS		0x0f000000

/* Redirection entry */
#define ENTRY_VECTOR		0xffULL
#define ENTRY_DELIVERY		(7ULL << 8)
#define ENTRY_LOGICAL		(1ULL << 11)
#define ENTRY_STATUS		(1ULL << 12)
#define ENTRY_REMOTE_IRR	(1ULL << 14)
#define ENTRY_LEVEL		(1ULL << 15)
#define ENTRY_MASK		(1ULL << 16)
#define ENTRY_DESTINATION	56
#define ENTRY_READ_ONLY		(ENTRY_STATUS | ENTRY_REMOTE_IRR)
#define ENTRY_WRITABLE		(0xff0000000001ffffULL & ~ENTRY_READ_ONLY)

#define DELIVERY_LOWEST		(1ULL << 8)

/* Message address and data (SDM Vol. 3, 11.11) */
#define MSI_ADDRESS		0xfee00000U
#define MSI_DESTINATION		12
#define MSI_REDIRECTION_HINT	(1U << 3)
#define MSI_LOGICAL		(1U << 2)
#define MSI_LEVEL_ASSERT	(1U << 14)
#define MSI_TRIGGER_LEVEL	(1U << 15)

static void send(struct ioapic *ioapic, uint64_t entry)
{
	uint32_t address = MSI_ADDRESS | (uint32_t)(entry >> ENTRY_DESTINATION) << MSI_DESTINATION;
	uint32_t data = entry & (ENTRY_VECTOR | ENTRY_DELIVERY);

	if (entry & ENTRY_LOGICAL)
		address |= MSI_LOGICAL;
	if ((entry & ENTRY_DELIVERY) == DELIVERY_LOWEST)
		address |= MSI_REDIRECTION_HINT;
	if (entry & ENTRY_LEVEL)
		data |= MSI_LEVEL_ASSERT | MSI_TRIGGER_LEVEL;
	ioapic->msi(ioapic->ctx, address, data);
}

/* Send what the pin's line, mask and Remote IRR call for */
static void service(struct ioapic *ioapic, unsigned int pin)
{
	uint64_t *entry = &ioapic->entry[pin];
	uint32_t bit = 1U << pin;

	if (*entry & ENTRY_MASK)
		return;
	if (*entry & ENTRY_LEVEL) {
		if (!(ioapic->level & bit) || *entry & ENTRY_REMOTE_IRR)
			return;
		*entry |= ENTRY_REMOTE_IRR;
	} else {
		if (!(ioapic->irr & bit))
			return;
		ioapic->irr &= ~bit;
	}
	send(ioapic, *entry);
}

void ioapic_set_line(void *dev, unsigned int gsi, bool level)
{
	struct ioapic *ioapic = dev;
	uint32_t bit = 1U << gsi;

	if (level == !!(ioapic->level & bit))
		return;
	ioapic->level ^= bit;
	if (!level)
		return;
	if (!(ioapic->entry[gsi] & ENTRY_LEVEL))
		ioapic->irr |= bit;
	service(ioapic, gsi);
}

static uint32_t read_window(const struct ioapic *ioapic)
{
	unsigned int index = ioapic->select - REG_TABLE;
	uint64_t entry;

	switch (ioapic->select) {
	case REG_ID:
	case REG_ARBITRATION:
		return ioapic->id;
	case REG_VERSION:
		return VERSION;
	}
	if (index / 2 >= IOAPIC_PINS)
		return 0;
	entry = ioapic->entry[index / 2];
	return index % 2 ? entry >> 32 : entry;
}

static void write_entry(struct ioapic *ioapic, unsigned int index, uint32_t value)
{
	uint64_t *entry = &ioapic->entry[index / 2];
	unsigned int shift = index % 2 ? 32 : 0;
	uint64_t writable = ENTRY_WRITABLE & 0xffffffffULL << shift;

	*entry = (*entry & ~writable) | ((uint64_t)value << shift & writable);
	if (*entry & ENTRY_LEVEL)
		ioapic->irr &= ~(1U << index / 2);
	else
		*entry &= ~ENTRY_REMOTE_IRR;
	service(ioapic, index / 2);
}

static void write_window(struct ioapic *ioapic, uint32_t value)
{
	unsigned int index = ioapic->select - REG_TABLE;

	if (ioapic->select == REG_ID)
		ioapic->id = value & ID_BITS;
	else if (index / 2 < IOAPIC_PINS)
		write_entry(ioapic, index, value);
}

static uint64_t ioapic_read(void *dev, uint64_t offset, unsigned int bytes)
{
	struct ioapic *ioapic = dev;

	(void)bytes;
	if (offset == IOREGSEL)
		return ioapic->select;
	return offset == IOWIN ? read_window(ioapic) : 0;
}

static void ioapic_write(void *dev, uint64_t offset, unsigned int bytes, uint64_t value)
{
	struct ioapic *ioapic = dev;

	(void)bytes;
	if (offset == IOREGSEL)
		ioapic->select = value;
	else if (offset == IOWIN)
		write_window(ioapic, value);
}

void ioapic_attach(struct ioapic *ioapic, struct bus *bus)
{
	const struct mmio_range range = {
		.name = "I/O APIC",
		.first = IOAPIC_BASE,
		.bytes = IOAPIC_SIZE,
		.read = ioapic_read,
		.write = ioapic_write,
		.dev = ioapic,
	};
	unsigned int pin;

	ioapic->id = IOAPIC_ID << 24;
	for (pin = 0; pin < IOAPIC_PINS; pin++)
		ioapic->entry[pin] = ENTRY_MASK;
	bus_add_mmio(bus, &range);
}
