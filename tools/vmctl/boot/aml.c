// SPDX-License-Identifier: GPL-2.0-only

#include "aml.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define OP_ZERO		0x00
#define OP_NAME		0x08
#define OP_BYTE		0x0a
#define OP_DWORD	0x0c
#define OP_SCOPE	0x10
#define OP_BUFFER	0x11
#define OP_PACKAGE	0x12
#define OP_EXTENDED	0x5b
#define OP_DEVICE	0x82	/* after OP_EXTENDED */

/* Resource descriptors (ACPI 6.4, 6.4.2 and 6.4.3) */
#define RES_IO		0x47
#define RES_IO_DECODE16	0x01
#define RES_INTERRUPT	0x89
#define RES_IRQ_CONSUMER_EDGE_HIGH 0x03
#define RES_END		0x79

/*
 * A PkgLength counts itself. We always use the form of two bytes, which holds
 * 12 bits, so that the object's beginning need not move when its length is known.
 */
#define PKG_LENGTH_BYTES	2
#define PKG_LENGTH_MAX		0xfff
#define PKG_LENGTH_2_BYTES	(1 << 6)

static void put(struct aml *aml, const void *bytes, size_t count)
{
	if (aml->failed || count > aml->room - aml->used) {
		aml->failed = true;
		return;
	}
	memcpy(aml->bytes + aml->used, bytes, count);
	aml->used += count;
}

static void put_byte(struct aml *aml, uint8_t byte)
{
	put(aml, &byte, 1);
}

static void begin(struct aml *aml)
{
	static const uint8_t later[PKG_LENGTH_BYTES];

	if (aml->depth == AML_DEPTH) {
		aml->failed = true;
		return;
	}
	aml->open[aml->depth++] = aml->used;
	put(aml, later, sizeof(later));
}

void aml_end(struct aml *aml)
{
	size_t start, length;

	if (aml->failed || !aml->depth) {
		aml->failed = true;
		return;
	}
	start = aml->open[--aml->depth];
	length = aml->used - start;
	if (length > PKG_LENGTH_MAX) {
		aml->failed = true;
		return;
	}
	aml->bytes[start] = PKG_LENGTH_2_BYTES | (length & 0xf);
	aml->bytes[start + 1] = length >> 4;
}

static void put_path(struct aml *aml, const char *path)
{
	put(aml, path, strlen(path));
}

void aml_scope(struct aml *aml, const char *path)
{
	put_byte(aml, OP_SCOPE);
	begin(aml);
	put_path(aml, path);
}

void aml_device(struct aml *aml, const char *name)
{
	put_byte(aml, OP_EXTENDED);
	put_byte(aml, OP_DEVICE);
	begin(aml);
	put_path(aml, name);
}

void aml_package(struct aml *aml, uint8_t elements)
{
	put_byte(aml, OP_PACKAGE);
	begin(aml);
	put_byte(aml, elements);
}

void aml_name(struct aml *aml, const char *path)
{
	put_byte(aml, OP_NAME);
	put_path(aml, path);
}

void aml_integer(struct aml *aml, uint32_t value)
{
	uint8_t bytes[4];

	if (!value) {
		put_byte(aml, OP_ZERO);
	} else if (value <= 0xff) {
		put_byte(aml, OP_BYTE);
		put_byte(aml, value);
	} else {
		put_byte(aml, OP_DWORD);
		put32(bytes, value);
		put(aml, bytes, sizeof(bytes));
	}
}

/* Three letters of five bits each, then four hexadecimal digits; big-endian. */
void aml_eisa_id(struct aml *aml, const char *id)
{
	uint32_t letters = (id[0] & 0x1f) << 10 | (id[1] & 0x1f) << 5 | (id[2] & 0x1f);
	uint32_t digits = strtoul(id + 3, NULL, 16);

	aml_integer(aml, __builtin_bswap32(letters << 16 | digits));
}

void aml_resources(struct aml *aml, uint16_t first, uint8_t count, int gsi)
{
	uint8_t io[8] = { RES_IO, RES_IO_DECODE16, [6] = 1, [7] = count };
	uint8_t interrupt[9] = { RES_INTERRUPT, 6, 0, RES_IRQ_CONSUMER_EDGE_HIGH, 1 };
	static const uint8_t end[2] = { RES_END, 0 };
	uint8_t bytes = sizeof(io) + sizeof(end) + (gsi < 0 ? 0 : sizeof(interrupt));

	put_byte(aml, OP_BUFFER);
	begin(aml);
	aml_integer(aml, bytes);
	put16(io + 2, first);
	put16(io + 4, first);
	put(aml, io, sizeof(io));
	if (gsi >= 0) {
		put32(interrupt + 5, gsi);
		put(aml, interrupt, sizeof(interrupt));
	}
	put(aml, end, sizeof(end));
	aml_end(aml);
}

bool aml_complete(const struct aml *aml)
{
	return !aml->failed && !aml->depth;
}
