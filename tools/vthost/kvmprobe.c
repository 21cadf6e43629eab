// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmprobe - succeed if KVM gives its guests VT-x
 *
 * That /dev/kvm exists says little: nested virtualization may be switched off,
 * or the CPU be of another make.  What KVM supports in leaf 1 of CPUID tells.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define LEAVES 256
#define CPUID_1_ECX_VMX (1u << 5)

int main(void)
{
	struct kvm_cpuid2 *cpuid;
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	cpuid = calloc(1, sizeof(*cpuid) + LEAVES * sizeof(cpuid->entries[0]));
	if (kvm < 0 || !cpuid)
		return 1;
	cpuid->nent = LEAVES;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid))
		return 1;
	for (unsigned int i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1)
			return !(cpuid->entries[i].ecx & CPUID_1_ECX_VMX);
	return 1;
}
