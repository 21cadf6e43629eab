/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of relay, the machine's side of a run: relay.c says what happens when */
#ifndef VTHOST_RELAY_H
#define VTHOST_RELAY_H

#include <stdnoreturn.h>
#include <sys/types.h>

#include "protocol.h"

/* The contract: 0 to 123 are the command's own */
enum {
	STATUS_SIGNAL	= 123,
	STATUS_TIMEOUT	= 124,
	STATUS_CRASH	= 125,
	STATUS_BOX	= 126,
};

struct options {
	char *directory;	/* work directory, removed at the end */
	long timeout;		/* seconds of wall time, 0: none */
	bool verbose, allow_reboot, ticks;
	char **gets;		/* destinations of --get, in order */
	size_t nr_gets;
	char **emulator;	/* its argv; @PTY@ becomes the input's path */
};

extern struct options options;

/* relay.c */
void __printf(1, 2) say(const char *format, ...);
noreturn void finish(int status);
void work_path(char path[256], const char *name);

/* relay_emulator.c: the process and the two channels to it */
extern int emulator_out;	/* what the box sends */
void emulator_start(void);
void emulator_kill(void);
bool emulator_ended(void);
void emulator_send(uint8_t type, const void *payload, size_t length);
void emulator_new_boot(void);	/* forget what it was sent before */
int emulator_poll_input(void);	/* fd to poll for POLLOUT, -1: nothing waits */
void emulator_flush_input(void);

/* relay_frames.c: what the frames ask for */
extern bool exit_seen;
void frames_receive(const uint8_t *data, size_t length);
void frames_check_end(void);
bool frames_missing(void);	/* files of --get */
int frames_status(void);
void file_abandon(void);
uint64_t stdin_room(void);
void stdin_forward(void);
void terminal_resized(void);
void terminal_restore(void);
bool started(void);
void write_all(int fd, const void *data, size_t length);

/* relay_verdict.c: how did the machine end, and what did its console say? */
int verdict(void);
void console_tail(int lines);
void console_follow(void);

#endif
