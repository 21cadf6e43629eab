/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A running VM: one vCPU, its memory and its devices.
 *
 *	                 lock
 *	main thread -----------> devices <------- console thread
 *	  VTX_RUN, exits                            stdin, late output
 *
 * Whoever touches a device or a bus holds @lock. The run ends when somebody
 * calls vm_stop(), the first caller's reason counts, or a signal comes.
 */
#ifndef VM_VM_H
#define VM_VM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <vtx/libvtx.h>

#include "../dev/acpi_pm.h"
#include "../dev/debug_exit.h"
#include "../dev/i8042.h"
#include "../dev/ioapic.h"
#include "../dev/reset_port.h"
#include "../dev/rtc_cmos.h"
#include "../dev/uart16550.h"
#include "bus.h"
#include "console.h"
#include "memory.h"
#include "stats.h"

/**
 * struct vm - a VM
 * @dev: fd of /dev/vtx
 * @fd: of the VM
 * @info: what vtx.ko can do
 * @vcpu: the vCPU
 * @thread: the thread that runs it
 * @memory: RAM
 * @lock: the device lock
 * @bus: ports and MMIO
 * @uart: COM1
 * @rtc: clock
 * @i8042: keyboard controller
 * @ioapic: I/O APIC
 * @acpi_pm: ACPI registers
 * @reset: reset port
 * @debug_exit: exit port
 * @console: stdin and stdout
 * @stats: what was counted
 * @stopping: the run ends
 * @status: vmctl's exit status, valid once @stopping is set
 * @last: the exit that ended the run, for a report; valid if @fatal
 * @fatal: what happened, in a plain sentence, or NULL if nothing went wrong
 */
struct vm {
	int dev;
	int fd;
	struct vtx_info info;
	struct vtx_vcpu vcpu;
	pthread_t thread;
	struct memory memory;
	pthread_mutex_t lock;
	struct bus bus;
	struct uart uart;
	struct rtc rtc;
	struct i8042 i8042;
	struct ioapic ioapic;
	struct acpi_pm acpi_pm;
	struct reset_port reset;
	struct debug_exit debug_exit;
	struct console console;
	struct stats stats;
	bool stopping;
	int status;
	struct vtx_run last;
	const char *fatal;
};

/* Connect the devices to the buses and to each other (machine.c). */
void machine_build(struct vm *vm);

/* End the run; from any thread. */
void vm_stop(struct vm *vm, int status);

/* Run the vCPU until vm_stop() or a signal (run.c). */
void vm_run(struct vm *vm);

/* What @vm->fatal and @vm->last say, and the registers, on stderr (report.c). */
void vm_report(struct vm *vm);

#endif /* VM_VM_H */
