// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the guest: whose guest is this? Asks the CPUID leaves that processors leave
 * to hypervisors, and fails where the answer is not vtx.
 */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#define KVM_RANGE	0x40000000	/* what guests look for that know KVM */
#define VTX_RANGE	0x40000100
#define VTX_VERSION	(VTX_RANGE + 1)	/* EAX: version of the interface */

#define HYPERVISOR_BIT	(1U << 31)	/* CPUID 1 ECX: the range is there at all */

static void read_signature(unsigned int leaf, char text[13])
{
	unsigned int max, part[3];

	__cpuid(leaf, max, part[0], part[1], part[2]);
	memcpy(text, part, sizeof(part));
	text[12] = 0;
}

int main(void)
{
	unsigned int eax = 0, ebx, ecx = 0, edx;
	char kvm[13], vtx[13];

	__cpuid(1, eax, ebx, ecx, edx);
	if (!(ecx & HYPERVISOR_BIT)) {
		puts("none: CPUID 1 tells of no hypervisor");
		return 1;
	}
	read_signature(KVM_RANGE, kvm);
	read_signature(VTX_RANGE, vtx);
	if (strcmp(vtx, "vtxvtxvtxvtx")) {
		printf("not vtx: CPUID %#x says '%s'\n", VTX_RANGE, vtx);
		return 1;
	}
	__cpuid(VTX_VERSION, eax, ebx, ecx, edx);
	printf("vtx, interface version %u\n", eax);
	printf("CPUID %#x '%s', %#x '%s'\n", KVM_RANGE, kvm, VTX_RANGE, vtx);
	return 0;
}
