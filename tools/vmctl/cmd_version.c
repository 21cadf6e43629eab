// SPDX-License-Identifier: GPL-2.0-only
/* vmctl version */

#include <linux/vtx.h>
#include <stdio.h>

#include "vmctl.h"

int cmd_version(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		complain("version takes no arguments");
		return STATUS_USAGE;
	}
	printf("vmctl %s, vtx interface %u\n", VMCTL_VERSION, VTX_API_VERSION);
	return STATUS_OK;
}
