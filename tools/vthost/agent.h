/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of agent, the box's init: agent.c says what happens when */
#ifndef VTHOST_AGENT_H
#define VTHOST_AGENT_H

#include <stdnoreturn.h>
#include <x86intrin.h>

#include "protocol.h"

/* agent_link.c: frames to and from the machine */
extern int link_fd;		/* readable when there is input */
void link_open(void);
void link_send(uint8_t type, const void *payload, size_t length);
bool link_receive(struct frame *frame);
void link_wait(uint8_t type, struct frame *frame);

/* agent_box.c: what a host needs before and after the command */
void box_mount(void);
void box_network(void);
void box_load_modules(void);
void box_return_files(int status);
noreturn void box_off(void);
noreturn void __printf(1, 2) box_fail(const char *format, ...);

/* agent_run.c: run the command; returns when it ended and its output is sent */
struct frame_exit command_run(const struct frame_start *start);

#endif
