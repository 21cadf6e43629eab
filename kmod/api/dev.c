// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vtx: VTX_INFO and VTX_CREATE_VM. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/tsc.h>

#include "../host/caps.h"
#include "../mem/slots.h"
#include "../run/vcpu.h"
#include "ioctl.h"

static u64 features(void)
{
	const struct { bool has; u64 feature; } table[] = {
		{ vmx_caps.unrestricted, VTX_FEATURE_UNRESTRICTED },
		{ vmx_caps.vpid, VTX_FEATURE_VPID },
		{ vmx_caps.ept_ad, VTX_FEATURE_EPT_AD },
		{ vmx_caps.preemption_timer, VTX_FEATURE_PREEMPTION_TIMER },
		{ vmx_caps.virtual_nmi, VTX_FEATURE_VIRTUAL_NMI },
	};
	u64 all = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].has)
			all |= table[i].feature;
	return all;
}

static long vtx_info(void *object, union ioctl_arg *arg, u32 *bad)
{
	struct vtx_info *info = &arg->info;
	int i;

	*info = (struct vtx_info){
		.api_version = VTX_API_VERSION,
		.vmx_mode = VTX_VMX_OWN,
		.features = features(),
		.tsc_khz = tsc_khz,
		.guest_phys_bits = vmx_caps.phys_bits,
		.max_vcpus = VTX_MAX_VCPUS,
		.max_slots = MEM_SLOTS_MAX,
		.run_size = vcpu_run_size(),
		.xfeatures = fpu_xfeatures(),
		.ept_vpid_cap = vmx_caps.ept_vpid,
	};
	for (i = 0; i < VTX_GROUP_COUNT; i++)
		info->group[i] = vcpu_group_info(i);
	return 0;
}

static bool name_char(char c)
{
	return isalnum(c) || c == '.' || c == '_' || c == '-';
}

/* 1 to 31 characters of a name, then zeroes to the end. */
static bool name_valid(const char *name)
{
	size_t len = strnlen(name, VTX_NAME_SIZE), i;

	if (len == 0 || len == VTX_NAME_SIZE)
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || !name_char(name[i]))
			return false;
	return !memchr_inv(name + len, 0, VTX_NAME_SIZE - len);
}

/* A VM that has no name is called by its process: "123", its second one "123-2". */
static struct vm *create_unnamed(u32 flags)
{
	char name[VTX_NAME_SIZE];
	int pid = task_tgid_vnr(current), n = 1;
	struct vm *vm;

	snprintf(name, sizeof(name), "%d", pid);
	while ((vm = vm_create(name, flags)) == ERR_PTR(-EEXIST))
		snprintf(name, sizeof(name), "%d-%d", pid, ++n);
	return vm;
}

static long create_vm(void *object, union ioctl_arg *arg, u32 *bad)
{
	struct vtx_create_vm *create = &arg->create_vm;
	bool named = memchr_inv(create->name, 0, sizeof(create->name));
	struct vm *vm;

	if (named && !name_valid(create->name)) {
		*bad = offsetof(struct vtx_create_vm, name);
		return -EINVAL;
	}
	vm = named ? vm_create(create->name, create->head.flags) :
		     create_unnamed(create->head.flags);
	if (IS_ERR(vm)) {
		if (vm == ERR_PTR(-EEXIST))
			*bad = offsetof(struct vtx_create_vm, name);
		return PTR_ERR(vm);
	}
	return vtx_vm_fd(vm);
}

static const struct ioctl_row rows[] = {
	{ .cmd = VTX_INFO, .size = sizeof(struct vtx_info), .copy_out = true,
	  .handler = vtx_info },
	{ .cmd = VTX_CREATE_VM, .size = sizeof(struct vtx_create_vm),
	  .flags = VTX_VM_NO_APIC, .handler = create_vm },
};

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return ioctl_dispatch(rows, ARRAY_SIZE(rows), NULL, NULL, cmd, arg);
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice vtx_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtx",
	.fops = &dev_fops,
	.mode = 0660,
};

int vtx_dev_register(void)
{
	return misc_register(&vtx_dev);
}

void vtx_dev_unregister(void)
{
	misc_deregister(&vtx_dev);
}
