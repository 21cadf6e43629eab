// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control words (SDM Vol. 3, 25.6 to 25.8).
 *
 * What is required was checked at module load. What is optional is used where
 * the CPU has it. The exits that are always on are the safety floor: no guest
 * may halt, wait, time or debug this host's CPU by itself.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../host/caps.h"
#include "../host/tlb.h"
#include "../hw/controls.h"
#include "../hw/vmx_insn.h"
#include "../hw/x86.h"
#include "vmcs.h"

#define PIN_REQUIRED	(PIN_BASED_EXT_INTR_MASK | PIN_BASED_NMI_EXITING)
#define PIN_OPTIONAL	(PIN_BASED_VIRTUAL_NMIS | PIN_BASED_VMX_PREEMPTION_TIMER)

#define PROC_REQUIRED	(CPU_BASED_HLT_EXITING | CPU_BASED_MWAIT_EXITING |	\
			 CPU_BASED_RDPMC_EXITING | CPU_BASED_CR8_LOAD_EXITING |	\
			 CPU_BASED_CR8_STORE_EXITING |				\
			 CPU_BASED_USE_TSC_OFFSETTING | CPU_BASED_MOV_DR_EXITING | \
			 CPU_BASED_UNCOND_IO_EXITING | CPU_BASED_USE_MSR_BITMAPS | \
			 CPU_BASED_MONITOR_EXITING |				\
			 CPU_BASED_ACTIVATE_SECONDARY_CONTROLS)

/* A guest that has not been offered SGX gets #UD, as on a CPU without it. */
#define PROC2_OPTIONAL	SECONDARY_EXEC_ENCLS_EXITING

#define PROC2_REQUIRED	(SECONDARY_EXEC_ENABLE_EPT | SECONDARY_EXEC_WBINVD_EXITING)

#define EXIT_REQUIRED	(VM_EXIT_HOST_ADDR_SPACE_SIZE | VM_EXIT_SAVE_DEBUG_CONTROLS | \
			 VM_EXIT_SAVE_IA32_PAT | VM_EXIT_LOAD_IA32_PAT |		\
			 VM_EXIT_SAVE_IA32_EFER | VM_EXIT_LOAD_IA32_EFER)

#define ENTRY_REQUIRED	(VM_ENTRY_LOAD_DEBUG_CONTROLS | VM_ENTRY_LOAD_IA32_PAT |	\
			 VM_ENTRY_LOAD_IA32_EFER)

/* A guest that loops on these in event delivery would never leave (CVE-2015-5307, -8104). */
#define EXCEPTION_FLOOR	(BIT(X86_DB) | BIT(X86_AC) | BIT(X86_MC))

static u32 fit(u32 required, u32 optional, const struct vmx_ctl *ctl)
{
	return vmx_ctl_fit(required, optional, ctl->must, ctl->may);
}

static u32 proc2_wanted(const struct vmcs *vmcs, const struct vmcs_config *config)
{
	return PROC2_OPTIONAL | (vmx_caps.unrestricted ? SECONDARY_EXEC_UNRESTRICTED_GUEST : 0) |
	       (vmcs->vpid ? SECONDARY_EXEC_ENABLE_VPID : 0) |
	       (config->rdtscp ? SECONDARY_EXEC_ENABLE_RDTSCP : 0) |
	       (config->invpcid ? SECONDARY_EXEC_ENABLE_INVPCID : 0);
}

void vmcs_write_controls(struct vmcs *vmcs, const struct vmcs_config *config)
{
	vmcs->proc_ctls = fit(PROC_REQUIRED, 0, &vmx_caps.proc);
	/* With EPT the guest's CR3 and INVLPG are its own business: default1 bits to clear. */
	vmcs->proc_ctls &= vmx_caps.proc.must |
		~(CPU_BASED_CR3_LOAD_EXITING | CPU_BASED_CR3_STORE_EXITING |
		  CPU_BASED_INVLPG_EXITING);

	vmcs_write32(PIN_BASED_VM_EXEC_CONTROL, fit(PIN_REQUIRED, PIN_OPTIONAL, &vmx_caps.pin));
	vmcs_write32(CPU_BASED_VM_EXEC_CONTROL, vmcs->proc_ctls);
	vmcs_write32(SECONDARY_VM_EXEC_CONTROL,
		     fit(PROC2_REQUIRED, proc2_wanted(vmcs, config), &vmx_caps.proc2));
	vmcs_write32(VM_EXIT_CONTROLS, fit(EXIT_REQUIRED, 0, &vmx_caps.exit));
	vmcs_write32(VM_ENTRY_CONTROLS, fit(ENTRY_REQUIRED, 0, &vmx_caps.entry));

	vmcs_write32(EXCEPTION_BITMAP, EXCEPTION_FLOOR);
	vmcs_write32(PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmcs_write32(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	vmcs_write32(CR3_TARGET_COUNT, 0);
	vmcs_write32(VM_EXIT_MSR_STORE_COUNT, 0);
	vmcs_write32(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmcs_write32(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, 0);

	vmcs_write64(MSR_BITMAP, __pa(vmcs->msr_bitmap));
	vmcs_write64(EPT_POINTER, vmcs->eptp);
	if (vmcs->vpid)
		vmcs_write16(VIRTUAL_PROCESSOR_ID, vmcs->vpid);
	vmcs_write64(VMCS_LINK_POINTER, ~0ULL);
	if (vmx_caps.proc2.may & SECONDARY_EXEC_ENCLS_EXITING)
		vmcs_write64(ENCLS_EXITING_BITMAP, ~0ULL);
	vmcs_writel(CR0_GUEST_HOST_MASK, vmcs->cr0_owned);
	vmcs_writel(CR4_GUEST_HOST_MASK, vmcs->cr4_owned);
}

void vmcs_set_proc_ctl(struct vmcs *vmcs, u32 bit, bool on)
{
	u32 ctls = on ? vmcs->proc_ctls | bit : vmcs->proc_ctls & ~bit;

	if (ctls == vmcs->proc_ctls)
		return;
	vmcs->proc_ctls = ctls;
	vmcs_write32(CPU_BASED_VM_EXEC_CONTROL, ctls);
}

/* SDM Vol. 3, 3.4: bits that the guest may change without work in root mode are its own. */
#define CR0_GUEST_OWNED	(X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | X86_CR0_ET |	\
			 X86_CR0_WP | X86_CR0_AM)

int vmcs_init(struct vmcs *vmcs, const struct vmcs_config *config)
{
	int vpid = vpid_alloc();
	int err;

	if (vpid < 0)
		return vpid;
	memset(vmcs, 0, sizeof(*vmcs));
	vmcs->vpid = vpid;
	vmcs->eptp = config->eptp;
	/* No base is like this: the first one is written, even 0. */
	vmcs->host_fs_base = ~0ULL;
	vmcs->cr0_owned = ~(u64)(CR0_GUEST_OWNED | (vmx_caps.unrestricted ? X86_CR0_PE : 0));
	vmcs->cr4_allowed = config->cr4_allowed & vmx_caps.cr4_fixed1;
	/* MCE stays as the host has it: a machine check must reach the host. */
	vmcs->cr4_owned = ~vmcs->cr4_allowed | X86_CR4_MCE | X86_CR4_VMXE;
	vmcs->efer_allowed = config->efer_allowed;

	err = vmcs_region_alloc(&vmcs->region);
	if (err)
		goto out_vpid;
	vmcs->msr_bitmap = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vmcs->msr_bitmap) {
		err = -ENOMEM;
		goto out_region;
	}
	memset(vmcs->msr_bitmap, 0xff, PAGE_SIZE);
	return 0;

out_region:
	vmcs_region_free(&vmcs->region);
out_vpid:
	vpid_free(vmcs->vpid);
	return err;
}

void vmcs_free(struct vmcs *vmcs)
{
	vmcs_region_free(&vmcs->region);
	free_page((unsigned long)vmcs->msr_bitmap);
	vpid_free(vmcs->vpid);
}
