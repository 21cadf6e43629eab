// SPDX-License-Identifier: GPL-2.0-only
/* Module load and unload: a list of steps, up in order, down in reverse. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "../host/caps.h"
#include "../host/vmx_op.h"
#include "../mem/guest_mem.h"
#include "../run/fpu.h"
#include "../run/vcpu.h"
#include "ioctl.h"

static int up_layout(void)
{
	fpu_init();
	vcpu_groups_init();
	return 0;
}

static const struct {
	int (*up)(void);
	void (*down)(void);
} steps[] = {
	{ vmx_caps_init, NULL },
	{ up_layout, NULL },
	{ NULL, guest_mem_exit },
	{ vmx_op_init, vmx_op_exit },
	{ vtx_dev_register, vtx_dev_unregister },
};

static void take_down(int done)
{
	while (done--)
		if (steps[done].down)
			steps[done].down();
}

static int __init vtx_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		err = steps[i].up ? steps[i].up() : 0;
		if (err) {
			take_down(i);
			return err;
		}
	}
	pr_info("in VMX operation on all CPUs (mode own)%s%s\n",
		vmx_caps.unrestricted ? "" : ", no unrestricted guests: only paged ones run",
		vmx_caps.vpid ? "" : ", no VPIDs: each exit flushes the TLB");
	return 0;
}

static void __exit vtx_exit(void)
{
	take_down(ARRAY_SIZE(steps));
}

module_init(vtx_init);
module_exit(vtx_exit);

MODULE_DESCRIPTION("Programmable VT-x hypervisor");
MODULE_LICENSE("GPL");
