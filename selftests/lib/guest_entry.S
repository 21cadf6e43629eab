/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt entry of a guest: guest_stubs holds 256 entries of 16 bytes.  Each
 * pushes a zero where the CPU pushes no error code, and its vector, so that all
 * frames are alike (struct guest_frame).
 */
	.text
	.balign	16
	.globl	guest_stubs
guest_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	!(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17)
	push	$0
	.endif
	push	$vector
	jmp	guest_entry
	.set	vector, vector + 1
	.endr

guest_entry:
	.irp	reg, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	push	%\reg
	.endr
	cld
	mov	%rsp, %rdi
	mov	%rsp, %rbp
	and	$-16, %rsp
	call	guest_interrupt
	mov	%rbp, %rsp
	.irp	reg, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax
	pop	%\reg
	.endr
	add	$16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
