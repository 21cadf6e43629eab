// SPDX-License-Identifier: GPL-2.0-only
/* Names of VMCS fields, for messages that a person reads. */
#include <linux/kernel.h>

#include "vmcs_fields.h"

static const struct {
	u32 field;
	const char *name;
} vmcs_fields[] = {
#define VMCS_FIELD_ROW(f)	{ f, #f },
	VMCS_FIELDS(VMCS_FIELD_ROW)
#undef VMCS_FIELD_ROW
};

const char *vmcs_field_name(unsigned long field)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vmcs_fields); i++)
		if (vmcs_fields[i].field == field)
			return vmcs_fields[i].name;
	return "unknown field";
}
