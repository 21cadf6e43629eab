/* SPDX-License-Identifier: GPL-2.0-only */
/* What people type, checked: sizes and names. */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A decimal number with K, M, G or T (powers of 1024); without a suffix: MiB.
 * False if it is anything else, or does not fit in 64 bits.
 */
bool parse_size(const char *text, uint64_t *bytes);

/* 1 to 31 of [A-Za-z0-9._-] */
bool name_is_valid(const char *name);

#endif /* PARSE_H */
