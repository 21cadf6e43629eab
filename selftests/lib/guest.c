// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's side: interrupt entry and the ways to end.
 *
 * guest_stubs holds 256 entries of 16 bytes.  Each pushes a zero where the CPU
 * pushes no error code, and its vector, so that all frames are alike.
 */
#include "guest.h"

#define SELECTOR_CODE64	0x08ULL

struct guest_gate guest_idt[256] __attribute__((aligned(16)));
void (*guest_handler[256])(struct guest_frame *frame);
volatile __u32 guest_count[256];

extern char guest_stubs[];
void guest_interrupt(struct guest_frame *frame);

asm(".text\n"
    ".balign 16\n"
    "guest_stubs:\n"
    ".set vector, 0\n"
    ".rept 256\n"
    "	.balign 16\n"
    "	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17)\n"
    "	push $0\n"
    "	.endif\n"
    "	push $vector\n"
    "	jmp guest_entry\n"
    "	.set vector, vector + 1\n"
    ".endr\n"
    "guest_entry:\n"
    "	push %rax; push %rcx; push %rdx; push %rbx; push %rbp; push %rsi; push %rdi\n"
    "	push %r8; push %r9; push %r10; push %r11; push %r12; push %r13; push %r14\n"
    "	push %r15\n"
    "	cld\n"
    "	mov %rsp, %rdi\n"
    "	mov %rsp, %rbp\n"
    "	and $-16, %rsp\n"
    "	call guest_interrupt\n"
    "	mov %rbp, %rsp\n"
    "	pop %r15; pop %r14; pop %r13; pop %r12; pop %r11; pop %r10; pop %r9; pop %r8\n"
    "	pop %rdi; pop %rsi; pop %rbp; pop %rbx; pop %rdx; pop %rcx; pop %rax\n"
    "	add $16, %rsp\n"
    "	iretq\n");

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
