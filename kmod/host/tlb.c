// SPDX-License-Identifier: GPL-2.0-only
/* INVEPT, INVVPID and the VPIDs of this host. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

#include "../hw/vmx_insn.h"
#include "caps.h"
#include "tlb.h"

static DEFINE_SPINLOCK(vpid_lock);
static DECLARE_BITMAP(vpids, VMX_NR_VPIDS);

void ept_flush_all(void)
{
	struct vmx_inv_desc desc = {};

	if (vmx_invept(VMX_EPT_EXTENT_GLOBAL, desc))
		pr_err_ratelimited("INVEPT of all contexts failed\n");
}

void ept_flush(u64 eptp)
{
	struct vmx_inv_desc desc = { .context = eptp };

	if (vmx_invept(VMX_EPT_EXTENT_CONTEXT, desc))
		pr_err_ratelimited("INVEPT of %#llx failed\n", eptp);
}

void vpid_flush(u16 vpid)
{
	struct vmx_inv_desc desc = { .context = vpid };

	/* Without VPID the CPU flushes at each VM entry and exit (SDM Vol. 3, 29.4.3.1). */
	if (vpid && vmx_invvpid(VMX_VPID_EXTENT_SINGLE_CONTEXT, desc))
		pr_err_ratelimited("INVVPID of %u failed\n", vpid);
}

int vpid_alloc(void)
{
	int vpid;

	if (!vmx_caps.vpid)
		return 0;
	spin_lock(&vpid_lock);
	/* VPID 0 is the host's own. */
	vpid = find_next_zero_bit(vpids, VMX_NR_VPIDS, 1);
	if (vpid < VMX_NR_VPIDS)
		__set_bit(vpid, vpids);
	else
		vpid = -ENOSPC;
	spin_unlock(&vpid_lock);
	return vpid;
}

void vpid_free(u16 vpid)
{
	if (!vpid)
		return;
	spin_lock(&vpid_lock);
	__clear_bit(vpid, vpids);
	spin_unlock(&vpid_lock);
}
