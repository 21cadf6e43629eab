/* SPDX-License-Identifier: GPL-2.0-only */
/* What all of vmctl shares: exit statuses, complaints, the subcommands. */
#ifndef VMCTL_H
#define VMCTL_H

#include <stdbool.h>
#include <stdint.h>

#define VMCTL_VERSION "0.1"

/*
 * Exit statuses. Odd ones come from the guest alone, through port 0xf4, as
 * (value << 1) | 1.
 */
enum vmctl_status {
	STATUS_OK = 0,
	STATUS_USAGE = 2,	/* usage or bad input */
	STATUS_NO_VTX = 4,	/* no or unusable /dev/vtx */
	STATUS_TRIPLE_FAULT = 6,
	STATUS_INTERNAL = 8,
	STATUS_ENTRY_FAILED = 10,
};

/* One line on stderr, "vmctl: ...": what is wrong and what to do. Returns -1. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

extern const struct command commands[];

int cmd_run(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_help(int argc, char **argv);

/* Open /dev/vtx and read VTX_INFO; the fd, or -1 with the complaint made. */
struct vtx_info;
int open_vtx(struct vtx_info *info);

/* TSC at the start of main(), for the figures of run --stats. */
extern uint64_t program_start_tsc;

#endif /* VMCTL_H */
