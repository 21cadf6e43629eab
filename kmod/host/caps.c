// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the capability MSRs, and every reason for which this CPU is refused.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/vmx.h>

#include "../hw/controls.h"
#include "caps.h"
#include "compat.h"

struct vmx_caps vmx_caps __ro_after_init;

/* IA32_VMX_BASIC[55]: the "true" control MSRs exist, which let default1 bits be zero (A.3.1). */
#define VMX_BASIC_TRUE_CTLS_BIT	BIT_ULL(55)
/* IA32_VMX_BASIC[53:50]: memory type of VMCS regions; 6 is write-back (A.1). */
#define VMX_BASIC_WB(basic)	((((basic) >> 50) & 0xf) == 6)

static struct vmx_ctl read_ctl(u32 msr)
{
	struct vmx_ctl ctl = {};
	u64 val;

	if (!rdmsrq_safe(msr, &val)) {
		ctl.must = (u32)val;
		ctl.may = val >> 32;
	}
	return ctl;
}

static u64 read_or_zero(u32 msr)
{
	u64 val;

	return rdmsrq_safe(msr, &val) ? 0 : val;
}

static void read_caps(struct vmx_caps *c)
{
	bool true_ctls;

	memset(c, 0, sizeof(*c));
	c->basic = read_or_zero(MSR_IA32_VMX_BASIC);
	true_ctls = c->basic & VMX_BASIC_TRUE_CTLS_BIT;

	c->pin = read_ctl(true_ctls ? MSR_IA32_VMX_TRUE_PINBASED_CTLS :
				      MSR_IA32_VMX_PINBASED_CTLS);
	c->proc = read_ctl(true_ctls ? MSR_IA32_VMX_TRUE_PROCBASED_CTLS :
				       MSR_IA32_VMX_PROCBASED_CTLS);
	c->exit = read_ctl(true_ctls ? MSR_IA32_VMX_TRUE_EXIT_CTLS : MSR_IA32_VMX_EXIT_CTLS);
	c->entry = read_ctl(true_ctls ? MSR_IA32_VMX_TRUE_ENTRY_CTLS : MSR_IA32_VMX_ENTRY_CTLS);
	if (c->proc.may & CPU_BASED_ACTIVATE_SECONDARY_CONTROLS)
		c->proc2 = read_ctl(MSR_IA32_VMX_PROCBASED_CTLS2);
	if (c->proc2.may & (SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_ENABLE_VPID))
		c->ept_vpid = read_or_zero(MSR_IA32_VMX_EPT_VPID_CAP);

	c->misc = read_or_zero(MSR_IA32_VMX_MISC);
	c->cr0_fixed0 = read_or_zero(MSR_IA32_VMX_CR0_FIXED0);
	c->cr0_fixed1 = read_or_zero(MSR_IA32_VMX_CR0_FIXED1);
	c->cr4_fixed0 = read_or_zero(MSR_IA32_VMX_CR4_FIXED0);
	c->cr4_fixed1 = read_or_zero(MSR_IA32_VMX_CR4_FIXED1);

	c->unrestricted = c->proc2.may & SECONDARY_EXEC_UNRESTRICTED_GUEST;
	/* A VPID that cannot be invalidated alone is of no use: VPID bits are in the upper half. */
	c->vpid = (c->proc2.may & SECONDARY_EXEC_ENABLE_VPID) &&
		  ((c->ept_vpid >> 32) & VMX_VPID_INVVPID_BIT) &&
		  ((c->ept_vpid >> 32) & VMX_VPID_EXTENT_SINGLE_CONTEXT_BIT);
	c->ept_ad = c->ept_vpid & VMX_EPT_AD_BIT;
	c->preemption_timer = c->pin.may & PIN_BASED_VMX_PREEMPTION_TIMER;
	c->virtual_nmi = (c->pin.may & PIN_BASED_VIRTUAL_NMIS) &&
			 (c->proc.may & CPU_BASED_NMI_WINDOW_EXITING);
	/* A four-level EPT walk translates 48 bits. */
	c->phys_bits = min_t(u8, boot_cpu_data.x86_phys_bits, 48);
}

/* SDM Vol. 3, 24.7: VMXON needs the lock bit and "VMX outside SMX" of IA32_FEATURE_CONTROL. */
static int check_firmware(void)
{
	u64 ctl;

	if (!(cpuid_ecx(1) & BIT(5))) {
		pr_err("this CPU has no VT-x (CPUID.1:ECX.VMX is 0); in a VM, enable nested virtualization in the outer hypervisor\n");
		return -ENODEV;
	}
	if (rdmsrq_safe(MSR_IA32_FEAT_CTL, &ctl) ||
	    !(ctl & FEAT_CTL_LOCKED) || !(ctl & FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX)) {
		pr_err("VT-x is disabled by the firmware: enable \"Intel Virtualization Technology\" in the BIOS setup and power-cycle\n");
		return -EACCES;
	}
	return 0;
}

/*
 * The controls without which vtx does not run. All CPUs with EPT are known to
 * have the rest of them, so a person who reads one of these lines has met an
 * outer hypervisor that hides it.
 */
#define REQUIRE(word, bits, what) { offsetof(struct vmx_caps, word), bits, what }

static const struct {
	size_t word;
	u32 bits;
	const char *what;
} required[] = {
	REQUIRE(proc, CPU_BASED_ACTIVATE_SECONDARY_CONTROLS, "secondary controls"),
	REQUIRE(proc2, SECONDARY_EXEC_ENABLE_EPT, "EPT"),
	REQUIRE(pin, PIN_BASED_EXT_INTR_MASK, "external-interrupt exiting"),
	REQUIRE(pin, PIN_BASED_NMI_EXITING, "NMI exiting"),
	REQUIRE(proc, CPU_BASED_HLT_EXITING, "HLT exiting"),
	REQUIRE(proc, CPU_BASED_MWAIT_EXITING, "MWAIT exiting"),
	REQUIRE(proc, CPU_BASED_RDPMC_EXITING, "RDPMC exiting"),
	REQUIRE(proc, CPU_BASED_MONITOR_EXITING, "MONITOR exiting"),
	REQUIRE(proc, CPU_BASED_UNCOND_IO_EXITING, "unconditional I/O exiting"),
	REQUIRE(proc, CPU_BASED_USE_MSR_BITMAPS, "MSR bitmaps"),
	REQUIRE(proc, CPU_BASED_USE_TSC_OFFSETTING, "TSC offsetting"),
	REQUIRE(proc, CPU_BASED_MOV_DR_EXITING, "MOV-DR exiting"),
	REQUIRE(proc, CPU_BASED_CR8_LOAD_EXITING, "CR8-load exiting"),
	REQUIRE(proc, CPU_BASED_CR8_STORE_EXITING, "CR8-store exiting"),
	REQUIRE(proc, CPU_BASED_INTR_WINDOW_EXITING, "interrupt-window exiting"),
	REQUIRE(proc2, SECONDARY_EXEC_WBINVD_EXITING, "WBINVD exiting"),
	REQUIRE(exit, VM_EXIT_HOST_ADDR_SPACE_SIZE, "64-bit host"),
	REQUIRE(exit, VM_EXIT_SAVE_DEBUG_CONTROLS, "save of debug controls"),
	REQUIRE(exit, VM_EXIT_SAVE_IA32_PAT, "save of IA32_PAT"),
	REQUIRE(exit, VM_EXIT_LOAD_IA32_PAT, "load of the host's IA32_PAT"),
	REQUIRE(exit, VM_EXIT_SAVE_IA32_EFER, "save of IA32_EFER"),
	REQUIRE(exit, VM_EXIT_LOAD_IA32_EFER, "load of the host's IA32_EFER"),
	REQUIRE(entry, VM_ENTRY_LOAD_DEBUG_CONTROLS, "load of debug controls"),
	REQUIRE(entry, VM_ENTRY_LOAD_IA32_PAT, "load of IA32_PAT"),
	REQUIRE(entry, VM_ENTRY_LOAD_IA32_EFER, "load of IA32_EFER"),
	REQUIRE(entry, VM_ENTRY_IA32E_MODE, "IA-32e mode guests"),
};

static int check_controls(const struct vmx_caps *c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(required); i++) {
		const struct vmx_ctl *ctl = (const void *)c + required[i].word;

		if (vmx_ctl_missing(required[i].bits, ctl->may)) {
			pr_err("this CPU's VT-x has no %s, which vtx needs: use a newer CPU, or an outer hypervisor that offers it\n",
			       required[i].what);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int check_ept(const struct vmx_caps *c)
{
	u64 need = VMX_EPT_PAGE_WALK_4_BIT | VMX_EPTP_WB_BIT | VMX_EPT_INVEPT_BIT |
		   VMX_EPT_EXTENT_CONTEXT_BIT | VMX_EPT_EXTENT_GLOBAL_BIT;

	if ((c->ept_vpid & need) == need && VMX_BASIC_WB(c->basic))
		return 0;
	pr_err("EPT of this CPU lacks a four-level write-back walk or INVEPT (IA32_VMX_EPT_VPID_CAP %#llx): use a newer CPU, or an outer hypervisor that offers it\n",
	       c->ept_vpid);
	return -EPROTONOSUPPORT;
}

int vmx_caps_init(void)
{
	int err = check_firmware();

	if (err)
		return err;
	read_caps(&vmx_caps);
	err = check_controls(&vmx_caps);
	return err ?: check_ept(&vmx_caps);
}

int vmx_caps_check_cpu(void)
{
	struct vmx_caps here;
	int err = check_firmware();

	if (err)
		return err;
	read_caps(&here);
	if (memcmp(&here, &vmx_caps, sizeof(here))) {
		pr_err("CPU %d has other VT-x capabilities than the first CPU: vtx needs all CPUs alike\n",
		       smp_processor_id());
		return -ENODEV;
	}
	return 0;
}
