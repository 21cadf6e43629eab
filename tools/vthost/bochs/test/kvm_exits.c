// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm_exits [COUNT] - a guest of stock KVM that exits COUNT (1000) times by CPUID,
 * which KVM answers itself, then COUNT times by OUT, which goes to userspace.
 * The guest reads its TSC before, between and after, and the ticks are printed.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define CODE	0x1000
#define RESULTS	0x2000		/* three readings of the TSC */

/* Real mode, at 0:CODE; ESI is the count */
static const uint8_t code[] = {
	0x66, 0xa3, 0x00, 0x20,			/* mov [0x2000], eax: its page is there */
	0x0f, 0x31,				/* rdtsc */
	0x66, 0xa3, 0x00, 0x20,			/* mov [0x2000], eax */
	0x66, 0x89, 0xf7,			/* mov edi, esi */
	0x66, 0x31, 0xc0,			/* 1: xor eax, eax */
	0x0f, 0xa2,				/* cpuid */
	0x66, 0x4f,				/* dec edi */
	0x75, 0xf7,				/* jnz 1b */
	0x0f, 0x31,				/* rdtsc */
	0x66, 0xa3, 0x04, 0x20,			/* mov [0x2004], eax */
	0x66, 0x89, 0xf7,			/* mov edi, esi */
	0xe6, 0x80,				/* 2: out 0x80, al */
	0x66, 0x4f,				/* dec edi */
	0x75, 0xfa,				/* jnz 2b */
	0x0f, 0x31,				/* rdtsc */
	0x66, 0xa3, 0x08, 0x20,			/* mov [0x2008], eax */
	0xf4,					/* hlt */
};

static int vcpu;
static struct kvm_run *run;
static uint8_t *memory;

static int call(int fd, unsigned long request, void *argument, const char *name)
{
	int result = ioctl(fd, request, argument);

	if (result < 0)
		err(1, "%s", name);
	return result;
}

static void make_guest(uint32_t count)
{
	int kvm = open("/dev/kvm", O_RDWR), vm;
	struct kvm_userspace_memory_region region = { .memory_size = 0x3000 };
	struct kvm_regs regs = { .rip = CODE, .rflags = 2, .rsi = count };
	struct kvm_sregs sregs;

	if (kvm < 0)
		err(1, "/dev/kvm");
	memory = mmap(NULL, region.memory_size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	memcpy(memory + CODE, code, sizeof(code));
	region.userspace_addr = (uintptr_t)memory;
	vm = call(kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
	call(vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
	vcpu = call(vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
	run = mmap(NULL, call(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE"),
		   PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	call(vcpu, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	call(vcpu, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS");
	call(vcpu, KVM_SET_REGS, &regs, "KVM_SET_REGS");
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000, outs = 0;
	const uint32_t *tsc;

	make_guest(count);
	tsc = (const uint32_t *)(memory + RESULTS);
	for (;;) {
		call(vcpu, KVM_RUN, NULL, "KVM_RUN");
		if (run->exit_reason == KVM_EXIT_HLT)
			break;
		if (run->exit_reason != KVM_EXIT_IO)
			errx(1, "exit %u", run->exit_reason);
		outs++;
	}
	printf("%u CPUID %u ticks %.1f each\n%u OUT %u ticks %.1f each\n",
	       count, tsc[1] - tsc[0], (double)(tsc[1] - tsc[0]) / count,
	       outs, tsc[2] - tsc[1], (double)(tsc[2] - tsc[1]) / outs);
	return outs != count;
}
