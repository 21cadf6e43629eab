// SPDX-License-Identifier: GPL-2.0-only
/*
 * vtx-mark start|stop - in a box of vthost --profile: forget what was counted and
 * count from here; count no more.  The emulator sees the OUT (bochs/profile).
 */
#include <stdio.h>
#include <string.h>
#include <sys/io.h>

#define RUN_PORT 0x8e9

int main(int argc, char **argv)
{
	int start = argc == 2 && !strcmp(argv[1], "start");

	if (!start && (argc != 2 || strcmp(argv[1], "stop"))) {
		fputs("usage: vtx-mark start|stop\n", stderr);
		return 2;
	}
	if (ioperm(RUN_PORT, 1, 1)) {
		perror("vtx-mark: ioperm, which wants root");
		return 1;
	}
	outb(start, RUN_PORT);
	return 0;
}
