/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the code of a test that runs in the guest: instructions, interrupts, the
 * local APIC, and how to report.
 *
 * Such a function is marked GUEST, takes nothing from the C library (there is no
 * %fs, and no AVX for its memcpy()), and does not return.
 */
#ifndef VTXTEST_GUEST_H
#define VTXTEST_GUEST_H

#include "vtxtest.h"

#define GUEST	__attribute__((noinline, noclone, unused))

/* What an interrupt or exception leaves on the stack, above our own registers */
struct guest_frame {
	__u64 r15, r14, r13, r12, r11, r10, r9, r8;
	__u64 rdi, rsi, rbp, rbx, rdx, rcx, rax;
	__u64 vector, error;
	__u64 rip, cs, rflags, rsp, ss;
};

/* Called for each vector: those without a handler end the test */
extern void (*guest_handler[256])(struct guest_frame *frame);
/* How often each vector came */
extern volatile __u32 guest_count[256];

/* To the test: the guest ends, goes on, has failed at a line */
void guest_done_value(__u32 value) __attribute__((noreturn));
void guest_fail(__u32 line) __attribute__((noreturn));
/* Entry of each vector, 16 bytes apart, and what it calls */
extern char guest_stubs[];
void guest_interrupt(struct guest_frame *frame);
/* The descriptor table and what it points to, filled by the host's side */
void guest_fill_idt(void);
extern struct guest_gate { __u64 low, high; } guest_idt[256];

#define GUEST_CHECK(condition)	do { if (!(condition)) guest_fail(__LINE__); } while (0)
#define guest_done()		guest_done_value(0)

static inline void outb(__u16 port, __u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outw(__u16 port, __u16 value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outl(__u16 port, __u32 value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void guest_sync(__u32 value)
{
	outl(VT_PORT_SYNC, value);
}

static inline void guest_cpuid(__u32 leaf, __u32 subleaf, __u32 *regs)
{
	asm volatile("cpuid" : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
		     : "a"(leaf), "c"(subleaf));
}

static inline __u64 rdmsr(__u32 msr)
{
	__u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return low | (__u64)high << 32;
}

static inline void wrmsr(__u32 msr, __u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((__u32)value), "d"((__u32)(value >> 32))
		     : "memory");
}

static inline __u64 rdtsc(void)
{
	__u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low | (__u64)high << 32;
}

static inline __s64 vmcall(__s64 nr)
{
	asm volatile("vmcall" : "+a"(nr) : : "memory");
	return nr;
}

static inline void cli(void)
{
	asm volatile("cli" : : : "memory");
}

static inline void sti(void)
{
	asm volatile("sti; nop" : : : "memory");
}

static inline void hlt(void)
{
	asm volatile("hlt" : : : "memory");
}

/* No interrupt comes between the two: STI blocks them for one instruction */
static inline void sti_hlt_cli(void)
{
	asm volatile("sti; hlt; cli" : : : "memory");
}

static inline void guest_pause(void)
{
	asm volatile("pause" : : : "memory");
}

static inline __u64 read_cr0(void)
{
	__u64 value;

	asm volatile("mov %%cr0, %0" : "=r"(value) : : "memory");
	return value;
}

static inline __u64 read_cr4(void)
{
	__u64 value;

	asm volatile("mov %%cr4, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_cr4(__u64 value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline __u64 read_cr8(void)
{
	__u64 value;

	asm volatile("mov %%cr8, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_cr8(__u64 value)
{
	asm volatile("mov %0, %%cr8" : : "r"(value) : "memory");
}

static inline __u32 read32(__u64 address)
{
	__u32 value;

	asm volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void write32(__u64 address, __u32 value)
{
	asm volatile("movl %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

/* The local APIC: its registers by their offset in the page */
#define APIC_ID		0x020
#define APIC_VERSION	0x030
#define APIC_TPR	0x080
#define APIC_EOI	0x0b0
#define APIC_SVR	0x0f0
#define APIC_ISR	0x100
#define APIC_IRR	0x200
#define APIC_ICR	0x300
#define APIC_ICR_HIGH	0x310
#define APIC_LVT_TIMER	0x320
#define APIC_TIMER_INIT	0x380
#define APIC_TIMER_NOW	0x390
#define APIC_TIMER_DIV	0x3e0

#define APIC_SVR_ENABLE		0x100
#define APIC_LVT_MASKED		(1u << 16)
#define APIC_LVT_PERIODIC	(1u << 17)
#define APIC_LVT_DEADLINE	(2u << 17)
#define APIC_TO_SELF		(1u << 18)

#define MSR_APIC_BASE		0x1b
#define MSR_TSC_DEADLINE	0x6e0
#define MSR_X2APIC		0x800

#define APIC_PAGE		0xfee00000ULL

static inline __u32 xapic_read(__u32 offset)
{
	return read32(APIC_PAGE + offset);
}

static inline void xapic_write(__u32 offset, __u32 value)
{
	write32(APIC_PAGE + offset, value);
}

static inline __u64 x2apic_read(__u32 offset)
{
	return rdmsr(MSR_X2APIC + (offset >> 4));
}

static inline void x2apic_write(__u32 offset, __u64 value)
{
	wrmsr(MSR_X2APIC + (offset >> 4), value);
}

static inline void x2apic_enable(void)
{
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | 0xc00);
	x2apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
}

#endif /* VTXTEST_GUEST_H */
