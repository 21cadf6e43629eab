// SPDX-License-Identifier: GPL-2.0-only
/* How the devices are connected. */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "../dev/platform.h"
#include "../vmctl.h"
#include "vm.h"

static void deliver_msi(void *ctx, uint64_t address, uint32_t data)
{
	const struct vm *vm = ctx;

	/* What the guest programmed wrongly is lost, as on the bus of a PC. */
	vtx_msi(vm->fd, address, data);
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void stop_from_device(void *ctx, enum stop_cause cause, int status)
{
	struct vm *vm = ctx;

	vm_stop(vm, status);
	if (cause == STOP_RESET)
		complain("the guest asked for a reset; the run ends here");
}

static void quit(void *ctx)
{
	vm_stop(ctx, STATUS_OK);
}

static void stdout_broken(void *ctx)
{
	struct vm *vm = ctx;

	complain("the guest's output cannot be written: %s", strerror(errno));
	vm_stop(vm, STATUS_INTERNAL);
	/* It was power-off already, and the last words are lost. */
	if (vm->status == STATUS_OK)
		vm->status = STATUS_INTERNAL;
}

void machine_build(struct vm *vm)
{
	struct stop_sink stop = { .stop = stop_from_device, .ctx = vm };

	vm->ioapic.msi = deliver_msi;
	vm->ioapic.ctx = vm;
	vm->uart.irq = (struct irq_sink){ .set = ioapic_set_line, .ctx = &vm->ioapic };
	vm->uart.gsi = GSI_COM1;
	vm->uart.tx = console_put;
	vm->uart.drained = console_drained;
	vm->uart.paused = console_paused;
	vm->uart.ctx = &vm->console;
	vm->rtc.now = time;
	vm->acpi_pm.nanoseconds = monotonic_ns;
	vm->acpi_pm.stop = stop;
	vm->i8042.stop = stop;
	vm->reset.stop = stop;
	vm->debug_exit.stop = stop;

	/* Found in this order: the busiest first */
	uart_attach(&vm->uart, &vm->bus, PORT_COM1);
	rtc_attach(&vm->rtc, &vm->bus);
	acpi_pm_attach(&vm->acpi_pm, &vm->bus);
	i8042_attach(&vm->i8042, &vm->bus);
	reset_port_attach(&vm->reset, &vm->bus);
	debug_exit_attach(&vm->debug_exit, &vm->bus);
	ioapic_attach(&vm->ioapic, &vm->bus);

	vm->console.lock = &vm->lock;
	vm->console.uart = &vm->uart;
	vm->console.quit = quit;
	vm->console.broken = stdout_broken;
	vm->console.ctx = vm;
}
