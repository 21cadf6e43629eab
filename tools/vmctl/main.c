// SPDX-License-Identifier: GPL-2.0-only
/* vmctl: find the subcommand and hand over. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vtx/libvtx.h>
#include <x86intrin.h>

#include "vmctl.h"

uint64_t program_start_tsc;

const struct command commands[] = {
	{ "run", "boot a Linux kernel in a VM, console on this terminal", cmd_run },
	{ "info", "what vtx.ko on this machine can do", cmd_info },
	{ "version", "version of vmctl and of the interface it speaks", cmd_version },
	{ "help", "this list", cmd_help },
	{ NULL, NULL, NULL },
};

int complain(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "vmctl: %s\n", line);
	return -1;
}

int open_vtx(struct vtx_info *info)
{
	int dev = vtx_open();

	if (dev < 0)
		return complain("%s", vtx_open_hint(errno));
	if (!vtx_get_info(dev, info))
		return dev;
	if (errno == EPROTO)
		complain("vtx.ko speaks interface %u, vmctl %u; install both from one tree",
			 info->api_version, VTX_API_VERSION);
	else
		complain("%s does not answer as vtx.ko does (%s); is another module behind it?",
			 VTX_DEVICE, strerror(errno));
	close(dev);
	return -1;
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *name = argc > 1 ? argv[1] : NULL;

	program_start_tsc = __rdtsc();
	if (!name) {
		complain("which command? vmctl help lists them");
		return STATUS_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		name = "help";
	if (!strcmp(name, "--version"))
		name = "version";
	for (command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command->run(argc - 1, argv + 1);
	complain("no command '%s'; vmctl help lists them", name);
	return STATUS_USAGE;
}
