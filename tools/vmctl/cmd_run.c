// SPDX-License-Identifier: GPL-2.0-only
/* vmctl run: options, then setting up row by row, the run, and the end. */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vtx/libvtx.h>

#include "array_size.h"
#include "boot/acpi.h"
#include "boot/linux.h"
#include "parse.h"
#include "vm/terminal.h"
#include "vm/vm.h"
#include "vmctl.h"

#define DEFAULT_MEMORY	(256ULL << 20)
#define MEMORY_MAX	(1ULL << 46)
#define PAGE_BYTES	4096

/* No --append: the console is what makes a guest visible at all. */
#define DEFAULT_CMDLINE	"console=ttyS0"

static const char usage[] =
	"usage: vmctl run --kernel BZIMAGE [OPTION]...\n"
	"\n"
	"  --kernel FILE   64-bit bzImage to boot\n"
	"  --initrd FILE   initial RAM disk\n"
	"  --append STR    kernel command line (default: " DEFAULT_CMDLINE ")\n"
	"  --mem SIZE      guest memory: MiB, or with suffix K, M, G, T (default: 256M)\n"
	"  --name NAME     name of the VM, 1 to 31 of A-Z a-z 0-9 . _ - (default: our pid)\n"
	"  --stats         print figures of the run on stderr at its end\n"
	"  --help          this text\n"
	"\n"
	"The guest's COM1 is on stdin and stdout. On a terminal, Ctrl-A x quits and\n"
	"Ctrl-A Ctrl-A sends Ctrl-A.\n"
	"\n"
	"Exit status: 0 power-off, reset or Ctrl-A x; 2 usage or bad input; 4 no or\n"
	"unusable /dev/vtx; 6 triple fault; 8 internal error; 10 VM entry refused; odd:\n"
	"from the guest, by port 0xf4.\n";

/**
 * struct request - what the user asked for
 * @files: what to boot
 * @memory: bytes of RAM
 * @name: of the VM, or NULL
 * @stats: print figures
 * @help: print the usage and do no more
 */
struct request {
	struct boot_files files;
	uint64_t memory;
	const char *name;
	bool stats;
	bool help;
};

/**
 * struct run - a run being set up
 * @request: what the user asked for
 * @entry: where the guest begins
 */
struct run {
	struct request request;
	struct boot_entry entry;
};

/*
 * The signal handler needs to find it. All zero, which is what an unlocked
 * mutex is too: with an initializer its large tables would be in the file.
 */
static struct vm vm;

static int take_memory(struct request *request, const char *text)
{
	if (!parse_size(text, &request->memory))
		return complain("--mem '%s' is not a size; give MiB, or a number with K, M, G or T",
				text);
	if (request->memory < MEMORY_MIN || request->memory > MEMORY_MAX ||
	    request->memory % PAGE_BYTES)
		return complain("--mem '%s' is out of range; give 1M to 64T, in multiples of 4K",
				text);
	return 0;
}

static int take_option(struct request *request, int option, const char *text)
{
	switch (option) {
	case 'k':
		request->files.kernel = text;
		return 0;
	case 'i':
		request->files.initrd = text;
		return 0;
	case 'a':
		request->files.cmdline = text;
		return 0;
	case 'm':
		return take_memory(request, text);
	case 'n':
		request->name = text;
		if (name_is_valid(text))
			return 0;
		return complain("--name '%s' is no name; give 1 to 31 of A-Z a-z 0-9 . _ -", text);
	case 's':
		request->stats = true;
		return 0;
	default:
		request->help = true;
		return 0;
	}
}

static int parse_request(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "append", required_argument, NULL, 'a' },
		{ "mem", required_argument, NULL, 'm' },
		{ "name", required_argument, NULL, 'n' },
		{ "stats", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == ':')
			return complain("%s needs an argument; see vmctl run --help",
					argv[optind - 1]);
		if (option == '?')
			return complain("no option '%s'; see vmctl run --help", argv[optind - 1]);
		if (take_option(request, option, optarg))
			return -1;
	}
	if (request->help)
		return 0;
	if (optind < argc)
		return complain("what is '%s'? see vmctl run --help", argv[optind]);
	if (!request->files.kernel)
		return complain("which kernel? give --kernel BZIMAGE");
	return 0;
}

/* The rows of setting up: each returns 0 or, with the complaint made, a status. */

static int memory_up(struct run *run)
{
	memory_layout(&vm.memory, run->request.memory);
	if (!memory_alloc(&vm.memory))
		return 0;
	complain("%llu MiB of memory cannot be reserved: %s; give less --mem",
		 (unsigned long long)run->request.memory >> 20, strerror(errno));
	return STATUS_USAGE;
}

static void memory_down(void)
{
	memory_free(&vm.memory);
}

/* Before anything of vtx.ko, so that bad files are named as such wherever it is. */
static int boot_up(struct run *run)
{
	uint8_t *tables = memory_at(&vm.memory, ACPI_TABLES, ACPI_TABLES_BYTES);

	run->request.files.rsdp = acpi_build(tables, ACPI_TABLES);
	return boot_linux(&vm.memory, &run->request.files, &run->entry) ? STATUS_USAGE : 0;
}

static void device_down(void)
{
	close(vm.dev);
}

static int device_up(struct run *run)
{
	uint64_t end = vm.memory.high ? HIGH_RAM_BASE + vm.memory.high : vm.memory.low;

	(void)run;
	vm.dev = open_vtx(&vm.info);
	if (vm.dev < 0)
		return STATUS_NO_VTX;
	if (!((end - 1) >> vm.info.guest_phys_bits))
		return 0;
	complain("--mem is more than the %u guest-physical address bits reach; give less",
		 vm.info.guest_phys_bits);
	device_down();
	return STATUS_USAGE;
}

static int vm_up(struct run *run)
{
	vm.fd = vtx_vm_create(vm.dev, run->request.name, 0);
	if (vm.fd >= 0)
		return 0;
	if (errno == EEXIST) {
		complain("a VM of the name '%s' is running; choose another --name",
			 run->request.name ? run->request.name : "(our pid)");
		return STATUS_USAGE;
	}
	complain("vtx.ko does not create the VM: %s", strerror(errno));
	return STATUS_INTERNAL;
}

static void vm_down(void)
{
	close(vm.fd);
}

static int map_up(struct run *run)
{
	const uint32_t all = VTX_MEM_READ | VTX_MEM_WRITE | VTX_MEM_EXEC;
	const struct memory *memory = &vm.memory;

	(void)run;
	if (!vtx_mem_map(vm.fd, 0, 0, memory->ram, memory->low, all) &&
	    (!memory->high || !vtx_mem_map(vm.fd, 1, HIGH_RAM_BASE, memory->ram + memory->low,
					   memory->high, all)))
		return 0;
	complain("vtx.ko does not take the guest's memory: %s", strerror(errno));
	return STATUS_INTERNAL;
}

static int vcpu_up(struct run *run)
{
	const struct boot_entry *entry = &run->entry;

	if (vtx_vcpu_create(vm.fd, &vm.info, 0, &vm.vcpu)) {
		complain("vtx.ko does not create the vCPU: %s", strerror(errno));
		return errno == EPROTO ? STATUS_NO_VTX : STATUS_INTERNAL;
	}
	vtx_enter_long(&vm.vcpu, entry->rip, entry->rsp, entry->cr3);
	vtx_gprs(&vm.vcpu)->gpr[VTX_RSI] = entry->rsi;
	vtx_segs(&vm.vcpu)->gdtr.base = entry->gdt;
	vtx_segs(&vm.vcpu)->gdtr.limit = entry->gdt_limit;
	vm.thread = pthread_self();
	return 0;
}

static void vcpu_down(void)
{
	vtx_vcpu_destroy(&vm.vcpu);
}

static void kick_vcpu(void)
{
	vtx_kick(&vm.vcpu);
}

static int console_up(struct run *run)
{
	(void)run;
	machine_build(&vm);
	signals_catch(kick_vcpu);
	return console_start(&vm.console) ? STATUS_INTERNAL : 0;
}

static void console_down(void)
{
	console_stop(&vm.console);
}

static const struct {
	int (*up)(struct run *run);
	void (*down)(void);
} rows[] = {
	{ memory_up, memory_down },
	{ boot_up, NULL },
	{ device_up, device_down },
	{ vm_up, vm_down },
	{ map_up, NULL },
	{ vcpu_up, vcpu_down },
	{ console_up, console_down },
};

static void print_stats(void)
{
	int missing = vtx_state_read(&vm.vcpu, VTX_GROUP_BIT(VTX_GROUP_COUNTERS));

	stats_print(&vm.stats, &vm.bus, missing ? NULL : vtx_counters(&vm.vcpu));
}

static int run_vm(struct run *run)
{
	unsigned int up;
	int status = 0;

	for (up = 0; up < ARRAY_SIZE(rows) && !status; up++)
		status = rows[up].up(run);
	if (!status) {
		vm_run(&vm);
		/* Output and terminal first, then what there is to say. */
		rows[--up].down();
		status = vm.status;
		if (vm.fatal)
			vm_report(&vm);
		if (run->request.stats)
			print_stats();
	} else {
		/* The row that failed has nothing to take down. */
		up--;
	}
	while (up--)
		if (rows[up].down)
			rows[up].down();
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct run run = {
		.request = { .files.cmdline = DEFAULT_CMDLINE, .memory = DEFAULT_MEMORY },
	};
	int status;

	if (parse_request(argc, argv, &run.request))
		return STATUS_USAGE;
	if (run.request.help) {
		fputs(usage, stdout);
		return STATUS_OK;
	}
	status = run_vm(&run);
	if (signals_pending()) {
		signal(signals_pending(), SIG_DFL);
		raise(signals_pending());
	}
	return status;
}
