/* SPDX-License-Identifier: GPL-2.0-only */
/* Little-endian numbers at any address. */
#ifndef BOOT_BYTES_H
#define BOOT_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t get16(const void *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inline uint32_t get32(const void *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inline uint64_t get64(const void *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static inline void put16(void *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
}

static inline void put32(void *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static inline void put64(void *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

#endif /* BOOT_BYTES_H */
