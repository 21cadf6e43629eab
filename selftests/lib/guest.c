// SPDX-License-Identifier: GPL-2.0-only
/* The guest's side: interrupts and the ways to end; guest_entry.S comes before. */
#include "guest.h"

#define SELECTOR_CODE64	0x08ULL

struct guest_gate guest_idt[256] __attribute__((aligned(16)));
void (*guest_handler[256])(struct guest_frame *frame);
volatile __u32 guest_count[256];

GUEST void guest_interrupt(struct guest_frame *frame)
{
	__u8 vector = frame->vector;

	guest_count[vector]++;
	if (!guest_handler[vector])
		guest_fail(1000000 + vector);
	guest_handler[vector](frame);
}

GUEST void guest_done_value(__u32 value)
{
	for (;;)
		outl(VT_PORT_DONE, value);
}

GUEST void guest_fail(__u32 line)
{
	for (;;)
		outl(VT_PORT_FAIL, line);
}

/* 64-bit interrupt gates (SDM Vol. 3, 6.14.1): present, DPL 0, no IST */
void guest_fill_idt(void)
{
	for (int i = 0; i < 256; i++) {
		__u64 stub = (__u64)guest_stubs + 16 * i;

		guest_idt[i].low = (stub & 0xffff) | SELECTOR_CODE64 << 16 | 0x8e00ULL << 32 |
				   (stub >> 16 & 0xffff) << 48;
		guest_idt[i].high = stub >> 32;
	}
}
