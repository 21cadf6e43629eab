// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vCPU's loop: VTX_RUN, then the exit's row of the table.
 *
 * The way of a port access is kept short: one VTX_RUN, the lock, the device.
 */

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <x86intrin.h>

#include "../array_size.h"
#include "../vmctl.h"
#include "terminal.h"
#include "vm.h"

void vm_stop(struct vm *vm, int status)
{
	bool before = false;

	if (!__atomic_compare_exchange_n(&vm->stopping, &before, true, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE))
		return;
	vm->status = status;
	/* Our own thread looks at @stopping before it runs the guest again. */
	if (!pthread_equal(pthread_self(), vm->thread))
		vtx_kick(&vm->vcpu);
}

static void die(struct vm *vm, int status, const char *sentence)
{
	vm->last = *vm->vcpu.run;
	vm->fatal = sentence;
	vm_stop(vm, status);
}

static void on_nothing(struct vm *vm)
{
	(void)vm;
}

static void on_io(struct vm *vm)
{
	struct vtx_exit_io *io = &vm->vcpu.run->io;

	vm->stats.port[io->port]++;
	pthread_mutex_lock(&vm->lock);
	if (io->write)
		bus_out(&vm->bus, io->port, io->size, io->data);
	else
		io->data = bus_in(&vm->bus, io->port, io->size);
	pthread_mutex_unlock(&vm->lock);
}

static void on_mmio(struct vm *vm)
{
	struct vtx_exit_mmio *mmio = &vm->vcpu.run->mmio;

	stats_count_mmio(&vm->stats, mmio->gpa);
	pthread_mutex_lock(&vm->lock);
	if (mmio->write)
		bus_write(&vm->bus, mmio->gpa, mmio->size, mmio->data);
	else
		mmio->data = bus_read(&vm->bus, mmio->gpa, mmio->size);
	pthread_mutex_unlock(&vm->lock);
}

static void on_shutdown(struct vm *vm)
{
	die(vm, STATUS_TRIPLE_FAULT,
	    "the guest had a triple fault: an exception came while it could not handle one");
}

static void on_emulate(struct vm *vm)
{
	die(vm, STATUS_INTERNAL,
	    "the guest reached a device by an instruction that vmctl does not carry out");
}

static void on_memory_fault(struct vm *vm)
{
	die(vm, STATUS_INTERNAL, "the host could not provide a page of the guest's memory");
}

static void on_entry_failed(struct vm *vm)
{
	die(vm, STATUS_ENTRY_FAILED, "the processor refused to enter the guest in its state");
}

static void on_internal(struct vm *vm)
{
	die(vm, STATUS_INTERNAL, "vtx.ko met a VM exit that it cannot handle");
}

static void on_unexpected(struct vm *vm)
{
	die(vm, STATUS_INTERNAL, "vtx.ko returned in a way that this VM has no use for");
}

static void (*const on_exit_reason[])(struct vm *vm) = {
	[VTX_EXIT_NONE] = on_unexpected,
	[VTX_EXIT_INTR] = on_nothing,
	[VTX_EXIT_KICKED] = on_nothing,
	[VTX_EXIT_IO] = on_io,
	[VTX_EXIT_MMIO] = on_mmio,
	[VTX_EXIT_HLT] = on_unexpected,
	[VTX_EXIT_SHUTDOWN] = on_shutdown,
	[VTX_EXIT_WAIT_SIPI] = on_unexpected,
	[VTX_EXIT_EMULATE] = on_emulate,
	[VTX_EXIT_MEMORY_FAULT] = on_memory_fault,
	[VTX_EXIT_ENTRY_FAILED] = on_entry_failed,
	[VTX_EXIT_INTERNAL] = on_internal,
};

static void dispatch(struct vm *vm)
{
	uint32_t reason = vm->vcpu.run->exit_reason;

	if (reason < ARRAY_SIZE(on_exit_reason))
		on_exit_reason[reason](vm);
	else
		on_unexpected(vm);
}

/* A VTX_RUN that gave an error */
static void on_error(struct vm *vm)
{
	switch (errno) {
	case EINTR:
		break;
	case EAGAIN:
		sched_yield();
		break;
	case EINVAL:
		complain("VTX_RUN objects to offset %u of the run area", vm->vcpu.run->error_field);
		vm_stop(vm, STATUS_INTERNAL);
		break;
	default:
		complain("VTX_RUN: %s", strerror(errno));
		vm_stop(vm, STATUS_INTERNAL);
		break;
	}
}

static bool is_stopping(const struct vm *vm)
{
	return __atomic_load_n(&vm->stopping, __ATOMIC_ACQUIRE) || signals_pending();
}

void vm_run(struct vm *vm)
{
	vm->stats.first_entry = __rdtsc();
	while (!is_stopping(vm)) {
		if (vtx_run(&vm->vcpu))
			on_error(vm);
		else
			dispatch(vm);
	}
	vm->stats.end = __rdtsc();
}
