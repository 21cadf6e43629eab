// SPDX-License-Identifier: GPL-2.0-only

#include "console.h"

#define CTRL_A 0x01

bool console_keys(bool *escaped, uint8_t *keys, size_t *count)
{
	size_t i, kept = 0;

	for (i = 0; i < *count; i++) {
		if (*escaped && keys[i] == 'x')
			return true;
		if (!*escaped && keys[i] == CTRL_A) {
			*escaped = true;
			continue;
		}
		*escaped = false;
		keys[kept++] = keys[i];
	}
	*count = kept;
	return false;
}
