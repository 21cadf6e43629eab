/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writer of ACPI Machine Language (ACPI 6.4, chapter 20): just the objects
 * that our DSDT has.
 *
 *	aml_scope(&aml, "\\_SB_");
 *		aml_device(&aml, "COM1");
 *			aml_name(&aml, "_UID");
 *			aml_integer(&aml, 0);
 *		aml_end(&aml);
 *	aml_end(&aml);
 *
 * Names are given as AML has them: segments of exactly four characters, with a
 * backslash in front of one from the root. Objects that were begun are closed
 * by aml_end(), the innermost first.
 */
#ifndef BOOT_AML_H
#define BOOT_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AML_DEPTH 8

/**
 * struct aml - bytes being written
 * @bytes: the caller's buffer
 * @room: its size
 * @used: bytes written so far
 * @open: offsets of the lengths of the objects not closed yet
 * @depth: how many there are
 * @failed: a write did not fit, or begin and end do not match
 */
struct aml {
	uint8_t *bytes;
	size_t room;
	size_t used;
	size_t open[AML_DEPTH];
	unsigned int depth;
	bool failed;
};

void aml_scope(struct aml *aml, const char *path);
void aml_device(struct aml *aml, const char *name);
void aml_package(struct aml *aml, uint8_t elements);
void aml_end(struct aml *aml);

/* What follows is the value of @path. */
void aml_name(struct aml *aml, const char *path);
void aml_integer(struct aml *aml, uint32_t value);

/* "PNP0501" in its compressed form */
void aml_eisa_id(struct aml *aml, const char *id);

/* A buffer of resource descriptors: ports [first, first + count), and a GSI unless it is < 0. */
void aml_resources(struct aml *aml, uint16_t first, uint8_t count, int gsi);

/* All of it went well, and every object is closed. */
bool aml_complete(const struct aml *aml);

#endif /* BOOT_AML_H */
