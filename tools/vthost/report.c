// SPDX-License-Identifier: GPL-2.0-only
/*
 * report - what a run under --profile cost, for a person
 *
 *   profile.raw (the emulator's, bochs/profile/profile_write.cc)  \   profile.txt
 *   profile.kallsyms (the box's /proc/kallsyms)                   / > profile.folded
 *                                                                     profile.svg
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

char *counters[COUNTERS_MAX];
size_t nr_counters;
struct exits *exits;
size_t nr_exits;
struct fold *folds;
size_t nr_folds;

/* The basic exit reasons of the SDM, Vol. 3, appendix C */
enum { REASONS = 65 };

static const char *const reasons[REASONS] = {
	[0] = "EXCEPTION_OR_NMI", [1] = "EXTERNAL_INTERRUPT", [2] = "TRIPLE_FAULT", [3] = "INIT",
	[4] = "SIPI", [7] = "INTERRUPT_WINDOW", [8] = "NMI_WINDOW", [9] = "TASK_SWITCH",
	[10] = "CPUID", [11] = "GETSEC", [12] = "HLT", [13] = "INVD", [14] = "INVLPG",
	[15] = "RDPMC", [16] = "RDTSC", [18] = "VMCALL", [19] = "VMCLEAR", [20] = "VMLAUNCH",
	[21] = "VMPTRLD", [22] = "VMPTRST", [23] = "VMREAD", [24] = "VMRESUME",
	[25] = "VMWRITE", [26] = "VMXOFF", [27] = "VMXON", [28] = "CR_ACCESS", [29] = "MOV_DR",
	[30] = "IO", [31] = "RDMSR", [32] = "WRMSR", [33] = "ENTRY_FAILED_STATE",
	[34] = "ENTRY_FAILED_MSR", [36] = "MWAIT", [37] = "MONITOR_TRAP_FLAG",
	[39] = "MONITOR", [40] = "PAUSE", [43] = "TPR_BELOW_THRESHOLD", [44] = "APIC_ACCESS",
	[45] = "VIRTUALIZED_EOI", [46] = "GDTR_IDTR", [47] = "LDTR_TR", [48] = "EPT_VIOLATION",
	[49] = "EPT_MISCONFIG", [50] = "INVEPT", [51] = "RDTSCP", [52] = "PREEMPTION_TIMER",
	[53] = "INVVPID", [54] = "WBINVD", [55] = "XSETBV", [56] = "APIC_WRITE", [57] = "RDRAND",
	[58] = "INVPCID", [59] = "VMFUNC", [60] = "ENCLS", [61] = "RDSEED", [62] = "PML_FULL",
	[63] = "XSAVES", [64] = "XRSTORS",
};

void die(const char *format, ...)
{
	va_list ap;

	fputs("vthost: profile: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* Room for one more element: the room doubles when @count is a power of two */
void *grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	array = realloc(array, (count ? 2 * count : 1) * size);
	if (!array)
		die("out of memory");
	return array;
}

const char *exit_name(const struct exits *e)
{
	static char name[64];
	const char *reason = e->reason < REASONS ? reasons[e->reason] : NULL;

	if (reason)
		snprintf(name, sizeof(name), "%s%s", reason, e->user ? "+user" : "");
	else
		snprintf(name, sizeof(name), "%u%s", e->reason, e->user ? "+user" : "");
	return name;
}

static void write_folded(FILE *file)
{
	for (size_t i = 0; i < nr_folds; i++)
		fprintf(file, "%s %llu\n", folds[i].path, (unsigned long long)folds[i].ticks);
}

static void write_to(const char *directory, const char *name, void (*write)(FILE *file))
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file)
		die("%s: %s", path, strerror(errno));
	write(file);
	if (fclose(file))
		die("%s: %s", path, strerror(errno));
}

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: report RAW KALLSYMS DIRECTORY");
	read_symbols(argv[2]);
	read_profile(argv[1]);
	if (!nr_exits)
		die("no VM exit was followed by a VM entry: nothing to report");
	write_to(argv[3], "profile.txt", write_table);
	write_to(argv[3], "profile.folded", write_folded);
	write_to(argv[3], "profile.svg", write_flame);
	return 0;
}
