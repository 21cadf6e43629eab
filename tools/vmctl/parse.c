// SPDX-License-Identifier: GPL-2.0-only

#include "parse.h"

#include <ctype.h>
#include <string.h>

/* VTX_NAME_SIZE less the NUL */
#define NAME_MAX_CHARS 31

static bool suffix_shift(const char *suffix, unsigned int *shift)
{
	static const char letters[] = "kmgt";
	const char *letter;

	if (!*suffix) {
		*shift = 20;
		return true;
	}
	letter = strchr(letters, tolower((unsigned char)*suffix));
	if (!letter || suffix[1])
		return false;
	*shift = 10 * (letter - letters + 1);
	return true;
}

bool parse_size(const char *text, uint64_t *bytes)
{
	uint64_t value = 0;
	unsigned int shift;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			return false;
	if (!suffix_shift(text, &shift) || value > UINT64_MAX >> shift)
		return false;
	*bytes = value << shift;
	return true;
}

bool name_is_valid(const char *name)
{
	const char *at;

	for (at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
			return false;
	return at > name && at - name <= NAME_MAX_CHARS;
}
