/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * World switch: VMLAUNCH or VMRESUME, and the way back.
 *
 * VM entry and exit leave the general-purpose registers alone but for RSP,
 * which the VMCS holds. So they are loaded from and stored to vcpu->gpr here.
 *
 *	stack while the guest runs		HOST_RSP points at the lowest
 *		return address
 *		rbp, r15, r14, r13, r12, rbx
 *		gpr pointer		<----
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#define GPR(n) (n * 8)

.section .noinstr.text, "ax"

/*
 * int vtx_enter(u64 *gpr, unsigned long *host_rsp, bool launched)
 *
 * Returns 0 after a VM exit, 1 when VMLAUNCH or VMRESUME itself failed.
 * Interrupts are off.
 */
SYM_FUNC_START(vtx_enter)
	push %rbp
	mov %rsp, %rbp
	push %r15
	push %r14
	push %r13
	push %r12
	push %rbx
	push %rdi

	/* HOST_RSP is the same nearly always: write it only when it is not. */
	cmp %rsp, (%rsi)
	je .Lrsp_written
	mov %rsp, (%rsi)
	mov $0x6c14, %eax			/* HOST_RSP */
	vmwrite %rsp, %rax
.Lrsp_written:
	/* The choice below, in CF: neither MOV nor VERW touches it. */
	bt $0, %edx

	mov GPR(0)(%rdi), %rax
	mov GPR(1)(%rdi), %rcx
	mov GPR(2)(%rdi), %rdx
	mov GPR(3)(%rdi), %rbx
	mov GPR(5)(%rdi), %rbp
	mov GPR(6)(%rdi), %rsi
	mov GPR(8)(%rdi), %r8
	mov GPR(9)(%rdi), %r9
	mov GPR(10)(%rdi), %r10
	mov GPR(11)(%rdi), %r11
	mov GPR(12)(%rdi), %r12
	mov GPR(13)(%rdi), %r13
	mov GPR(14)(%rdi), %r14
	mov GPR(15)(%rdi), %r15
	mov GPR(7)(%rdi), %rdi

	/* Buffers of the host's data must not leak into the guest. Writes ZF. */
	VM_CLEAR_CPU_BUFFERS

	jnc .Llaunch
	UNWIND_HINT_SAVE
.Lresume:
	vmresume
	jmp .Lfailed
.Llaunch:
	vmlaunch
	jmp .Lfailed

	_ASM_EXTABLE(.Lresume, .Lfailed)
	_ASM_EXTABLE(.Llaunch, .Lfailed)

	/* HOST_RIP. The CPU has loaded RSP and cleared RFLAGS. */
SYM_INNER_LABEL_ALIGN(vtx_vmexit, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR

	push %rax
	mov 8(%rsp), %rax
	pop GPR(0)(%rax)
	mov %rcx, GPR(1)(%rax)
	mov %rdx, GPR(2)(%rax)
	mov %rbx, GPR(3)(%rax)
	mov %rbp, GPR(5)(%rax)
	mov %rsi, GPR(6)(%rax)
	mov %rdi, GPR(7)(%rax)
	mov %r8, GPR(8)(%rax)
	mov %r9, GPR(9)(%rax)
	mov %r10, GPR(10)(%rax)
	mov %r11, GPR(11)(%rax)
	mov %r12, GPR(12)(%rax)
	mov %r13, GPR(13)(%rax)
	mov %r14, GPR(14)(%rax)
	mov %r15, GPR(15)(%rax)
	xor %eax, %eax

.Lout:
	/* No value of the guest may steer speculation in the host. */
	xor %ecx, %ecx
	xor %edx, %edx
	xor %ebx, %ebx
	xor %ebp, %ebp
	xor %esi, %esi
	xor %edi, %edi
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	xor %r15d, %r15d

	/* Nor may a return address that the guest left: before the first RET. */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT,\
			   X86_FEATURE_RSB_VMEXIT_LITE

	CLEAR_BRANCH_HISTORY_VMEXIT

	add $8, %rsp
	pop %rbx
	pop %r12
	pop %r13
	pop %r14
	pop %r15
	pop %rbp
	RET

.Lfailed:
	mov $1, %eax
	jmp .Lout
SYM_FUNC_END(vtx_enter)
