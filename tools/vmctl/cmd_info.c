// SPDX-License-Identifier: GPL-2.0-only
/* vmctl info: VTX_INFO for people. */

#include <stdio.h>
#include <unistd.h>
#include <vtx/libvtx.h>

#include "array_size.h"
#include "vmctl.h"

static const struct {
	uint64_t bit;
	const char *text;
} features[] = {
	{ VTX_FEATURE_UNRESTRICTED, "unrestricted guest (real mode)" },
	{ VTX_FEATURE_VPID, "VPID (tagged TLB)" },
	{ VTX_FEATURE_EPT_AD, "EPT accessed and dirty flags" },
	{ VTX_FEATURE_PREEMPTION_TIMER, "APIC timer on the VMX-preemption timer" },
	{ VTX_FEATURE_VIRTUAL_NMI, "virtual NMIs" },
};

static const char *const group_names[VTX_GROUP_COUNT] = {
	[VTX_GROUP_GPRS] = "gprs",
	[VTX_GROUP_SEGS] = "segs",
	[VTX_GROUP_CREGS] = "cregs",
	[VTX_GROUP_DREGS] = "dregs",
	[VTX_GROUP_MSRS] = "msrs",
	[VTX_GROUP_EVENTS] = "events",
	[VTX_GROUP_FPU] = "fpu",
	[VTX_GROUP_COUNTERS] = "counters",
};

static void print_info(const struct vtx_info *info)
{
	unsigned int i;

	printf("interface version     %u\n", info->api_version);
	printf("VMX operation         %s\n",
	       info->vmx_mode == VTX_VMX_OWN ? "own (VMXON at load, kept)" : "?");
	for (i = 0; i < ARRAY_SIZE(features); i++)
		printf("%-21s %s %s\n", i ? "" : "features", features[i].text,
		       info->features & features[i].bit ? "yes" : "no");
	printf("TSC rate              %u kHz\n", info->tsc_khz);
	printf("guest-physical bits   %u\n", info->guest_phys_bits);
	printf("vCPUs per VM          %u\n", info->max_vcpus);
	printf("memory slots per VM   %u\n", info->max_slots);
	printf("XCR0 bits for guests  %#llx\n", (unsigned long long)info->xfeatures);
	printf("EPT_VPID_CAP          %#llx\n", (unsigned long long)info->ept_vpid_cap);
	printf("run area              %u bytes\n", info->run_size);
	for (i = 0; i < VTX_GROUP_COUNT; i++)
		printf("  %-8s            %u bytes at %u\n", group_names[i], info->group[i].size,
		       info->group[i].offset);
}

int cmd_info(int argc, char **argv)
{
	struct vtx_info info;
	int dev;

	(void)argv;
	if (argc > 1) {
		complain("info takes no arguments");
		return STATUS_USAGE;
	}
	dev = open_vtx(&info);
	if (dev < 0)
		return STATUS_NO_VTX;
	print_info(&info);
	close(dev);
	return STATUS_OK;
}
