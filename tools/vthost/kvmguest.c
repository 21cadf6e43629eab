// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmguest - a guest of KVM that does what makes a hypervisor flush: thousands
 * of exits, memory slots that move and vanish, contents that change under the
 * guest, dirty logging, two VMs on one CPU.  The strict emulator must find
 * nothing to say of it.
 *
 * The guest is ten bytes of real-mode code at CODE: it reads a word of DATA, adds
 * one, writes it back, and says so to a port.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { CODE = 0x1000, DATA = 0x8000, PAGE = 4096, ROUNDS = 2000, SLOT_CODE = 0, SLOT_DATA = 1 };

static const uint8_t code[] = {
	0xff, 0x06, 0x00, 0x80,		/* incw 0x8000 */
	0xa1, 0x00, 0x80,		/* mov 0x8000, %ax */
	0xe7, 0x10,			/* out %ax, $0x10 */
	0xeb, 0xf5,			/* jmp to the first */
};

struct vm {
	int fd, vcpu;
	struct kvm_run *run;
	uint16_t *data, *other;
};

static int kvm;

static int must(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

static void *pages(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* @memory NULL: the slot goes */
static void slot(struct vm *vm, int number, uint64_t gpa, void *memory, uint32_t flags)
{
	struct kvm_userspace_memory_region region = {
		.slot = number, .flags = flags, .guest_phys_addr = gpa,
		.memory_size = memory ? PAGE : 0, .userspace_addr = (uintptr_t)memory,
	};

	must(ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
}

static void start(struct vm *vm)
{
	struct kvm_regs regs = { .rip = CODE, .rflags = 2 };
	struct kvm_sregs sregs;
	uint8_t *text = pages(PAGE);

	vm->fd = must(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	memcpy(text, code, sizeof(code));
	slot(vm, SLOT_CODE, CODE, text, 0);
	vm->data = pages(PAGE);
	vm->other = pages(PAGE);
	slot(vm, SLOT_DATA, DATA, vm->data, 0);

	vm->vcpu = must(ioctl(vm->fd, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	vm->run = mmap(NULL, must(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "mmap size"),
		       PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	must(ioctl(vm->vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	must(ioctl(vm->vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	must(ioctl(vm->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* What the guest counted to */
static uint16_t step(struct vm *vm)
{
	must(ioctl(vm->vcpu, KVM_RUN, 0), "KVM_RUN");
	if (vm->run->exit_reason != KVM_EXIT_IO)
		errx(1, "exit reason %u", vm->run->exit_reason);
	return *(uint16_t *)((char *)vm->run + vm->run->io.data_offset);
}

static void expect(struct vm *vm, uint16_t want, const char *after)
{
	uint16_t got = step(vm);

	if (got != want)
		errx(1, "after %s: the guest read %u, not %u", after, got, want);
}

static void swap_memory(struct vm *vm)
{
	uint16_t *memory = vm->data;

	slot(vm, SLOT_DATA, DATA, NULL, 0);
	vm->data = vm->other;
	vm->other = memory;
	slot(vm, SLOT_DATA, DATA, vm->data, 0);
}

static void log_dirty(struct vm *vm)
{
	uint64_t bitmap = 0;
	struct kvm_dirty_log log = { .slot = SLOT_DATA, .dirty_bitmap = &bitmap };

	slot(vm, SLOT_DATA, DATA, vm->data, KVM_MEM_LOG_DIRTY_PAGES);
	for (int i = 0; i < 3; i++) {
		expect(vm, vm->data[0] + 1, "dirty logging");
		must(ioctl(vm->fd, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG");
		if (bitmap != 1)
			errx(1, "dirty bitmap %#lx, not 1", (unsigned long)bitmap);
	}
	slot(vm, SLOT_DATA, DATA, vm->data, 0);
}

static void round_of(struct vm *vm, int i)
{
	expect(vm, vm->data[0] + 1, "nothing");
	if (i % 4 == 1)
		swap_memory(vm);
	if (i % 4 == 2) {
		must(madvise(vm->data, PAGE, MADV_DONTNEED), "madvise");
		expect(vm, 1, "MADV_DONTNEED");
	}
	if (i % 16 == 3)
		log_dirty(vm);
}

int main(void)
{
	struct vm vms[2];

	kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	for (int i = 0; i < 2; i++)
		start(&vms[i]);
	for (int i = 0; i < ROUNDS; i++)
		round_of(&vms[i & 1], i / 2);
	printf("kvmguest: %d rounds\n", ROUNDS);
	return 0;
}
