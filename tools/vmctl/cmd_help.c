// SPDX-License-Identifier: GPL-2.0-only
/* vmctl help */

#include <stdio.h>

#include "vmctl.h"

int cmd_help(int argc, char **argv)
{
	const struct command *command;

	(void)argc;
	(void)argv;
	puts("usage: vmctl COMMAND [OPTION]...\n");
	for (command = commands; command->name; command++)
		printf("  %-8s  %s\n", command->name, command->summary);
	puts("\nvmctl run --help tells its options; the manual page is vmctl(1).");
	return STATUS_OK;
}
