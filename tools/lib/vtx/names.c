// SPDX-License-Identifier: GPL-2.0-only
/* Names of exits, for people. */

#include "libvtx.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const exit_names[] = {
	[VTX_EXIT_NONE] = "NONE",
	[VTX_EXIT_INTR] = "INTR",
	[VTX_EXIT_KICKED] = "KICKED",
	[VTX_EXIT_IO] = "IO",
	[VTX_EXIT_MMIO] = "MMIO",
	[VTX_EXIT_HLT] = "HLT",
	[VTX_EXIT_SHUTDOWN] = "SHUTDOWN",
	[VTX_EXIT_WAIT_SIPI] = "WAIT_SIPI",
	[VTX_EXIT_EMULATE] = "EMULATE",
	[VTX_EXIT_MEMORY_FAULT] = "MEMORY_FAULT",
	[VTX_EXIT_ENTRY_FAILED] = "ENTRY_FAILED",
	[VTX_EXIT_INTERNAL] = "INTERNAL",
};

static const char *const hw_reason_names[VTX_EXIT_REASONS] = {
	[0] = "exception or NMI",
	[1] = "external interrupt",
	[2] = "triple fault",
	[3] = "INIT",
	[4] = "start-up IPI",
	[5] = "I/O SMI",
	[6] = "other SMI",
	[7] = "interrupt window",
	[8] = "NMI window",
	[9] = "task switch",
	[10] = "CPUID",
	[11] = "GETSEC",
	[12] = "HLT",
	[13] = "INVD",
	[14] = "INVLPG",
	[15] = "RDPMC",
	[16] = "RDTSC",
	[17] = "RSM",
	[18] = "VMCALL",
	[19] = "VMCLEAR",
	[20] = "VMLAUNCH",
	[21] = "VMPTRLD",
	[22] = "VMPTRST",
	[23] = "VMREAD",
	[24] = "VMRESUME",
	[25] = "VMWRITE",
	[26] = "VMXOFF",
	[27] = "VMXON",
	[28] = "control register",
	[29] = "MOV DR",
	[30] = "port I/O",
	[31] = "RDMSR",
	[32] = "WRMSR",
	[33] = "entry refused: guest state",
	[34] = "entry refused: MSR load",
	[36] = "MWAIT",
	[37] = "monitor trap flag",
	[39] = "MONITOR",
	[40] = "PAUSE",
	[41] = "entry failed: machine check",
	[43] = "TPR below threshold",
	[44] = "APIC access",
	[45] = "virtualized EOI",
	[46] = "GDTR or IDTR access",
	[47] = "LDTR or TR access",
	[48] = "EPT violation",
	[49] = "EPT misconfiguration",
	[50] = "INVEPT",
	[51] = "RDTSCP",
	[52] = "preemption timer",
	[53] = "INVVPID",
	[54] = "WBINVD",
	[55] = "XSETBV",
	[56] = "APIC write",
	[57] = "RDRAND",
	[58] = "INVPCID",
	[59] = "VMFUNC",
	[60] = "ENCLS",
	[61] = "RDSEED",
	[62] = "page-modification log full",
	[63] = "XSAVES",
	[64] = "XRSTORS",
	[65] = "PCONFIG",
	[66] = "sub-page permissions",
	[67] = "UMWAIT",
	[68] = "TPAUSE",
	[69] = "LOADIWKEY",
	[70] = "ENCLV",
	[72] = "ENQCMD",
	[73] = "ENQCMDS",
	[74] = "bus lock",
	[75] = "notify window",
	[76] = "SEAMCALL",
	[77] = "TDCALL",
	[78] = "RDMSRLIST",
	[79] = "WRMSRLIST",
};

const char *vtx_exit_name(uint32_t exit_reason)
{
	if (exit_reason >= ARRAY_SIZE(exit_names))
		return "?";
	return exit_names[exit_reason];
}

const char *vtx_hw_reason_name(uint32_t hw_reason)
{
	if (hw_reason >= VTX_EXIT_REASONS || !hw_reason_names[hw_reason])
		return "?";
	return hw_reason_names[hw_reason];
}
